"""The package flopshim with Debian's NumPy, a new and an old one: its tests, its examples, and the program that users start
from. `test_python.py ENVIRONMENT`."""
import sys
import tempfile

from harness import LIBRARY, ROOT, Run, expect, python

PACKAGE = ROOT / "shim/bindings/python"
TESTS = ROOT / "tests/clients/python"
FORWARD = TESTS / "forward.txt"  # what the contract shows
SEED = """
import flopshim
import numpy as np
W, x = np.ones((256, 256)), np.ones(256)
with flopshim.BudgetContext(flop_budget=10**7, namespace="forward"):
    y = W @ x
flopshim.budget_summary()
"""


def main(environment):
    env = {"PYTHONPATH": str(PACKAGE), "FLOPSHIM_LIBRARY": LIBRARY}
    command = [python(environment), "-m", "flopshim"]
    run = Run([*command, "-c", SEED], {**env, "FLOP_OUTPUT": "none"}, preload=False)
    expect("seed: stdout", (run.stdout, run.returncode), (FORWARD.read_text(), 0))
    expect("seed: banner", (run.stderr.count("\n"), run.stderr.endswith(" backend) | budget: 1.00e+07 FLOPs\n")), (1, True))
    options = ["-q", "-p", "no:cacheprovider", "-rs", "--strict-markers"]
    with tempfile.TemporaryDirectory() as folder:
        check_tests(command, [*options, f"--basetemp={folder}/pytest"], env)


def check_tests(command, options, env):
    for what in ([TESTS], ["--doctest-modules", PACKAGE / "flopshim", "--ignore", PACKAGE / "flopshim/__main__.py", "--ignore",
                           PACKAGE / "flopshim/torch.py"]):
        run = Run([*command, "--quiet", "--output", "none", "-m", "pytest", *options, *what], env, preload=False, cwd=TESTS)
        print(run.stdout)
        expect(f"{what}: status; stderr {run.stderr}", run.returncode, 0)


main(sys.argv[1])
