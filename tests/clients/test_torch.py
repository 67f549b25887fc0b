"""flopshim.torch on the real PyTorch: its tests and its examples; and that it says so where nothing is preloaded."""
import tempfile

from harness import LIBRARY, ROOT, Run, expect, python

PACKAGE = ROOT / "shim/bindings/python"
TESTS = ROOT / "tests/clients/torch"


def main():
    env = {"PYTHONPATH": str(PACKAGE), "FLOPSHIM_LIBRARY": LIBRARY, "OMP_NUM_THREADS": "2"}
    with tempfile.TemporaryDirectory() as folder:
        env["TMPDIR"] = folder  # PyTorch leaves a folder there
        options = ["-q", "-p", "no:cacheprovider", "-rs", "--strict-markers", f"--basetemp={folder}/pytest"]
        for what in ([TESTS], ["--doctest-modules", PACKAGE / "flopshim/torch.py"]):
            command = [python("engines"), "-m", "flopshim", "--quiet", "--output", "none", "-m", "pytest", *options, *what]
            run = Run(command, env, preload=False, cwd=TESTS)
            print(run.stdout)
            expect(f"{what}: status; stderr {run.stderr}", run.returncode, 0)
    program = "import flopshim.torch, torch\nwith flopshim.torch.count(): print(torch.ones(2).sum())"
    del env["TMPDIR"]
    run = Run([python("engines"), "-W", "ignore", "-c", program], env, preload=False)
    expect("without the preload", (run.returncode, "StateError: libflopshim.so is not preloaded" in run.stderr), (1, True))
    run = Run([python("engines"), "-c", program], env | {"FLOPSHIM_ALLOW_UNLOADED": "1"}, preload=False)
    expect("allowed", (run.returncode, run.stdout), (0, "tensor(2.)\n"))


main()
