"""The pytest plugin: budgets of tests, the list of the most expensive ones, and other people's tests (opt_einsum's, from its
wheel) with the outcomes that they have without it. `test_python_plugin.py ENVIRONMENT`"""
import json
import pathlib
import re
import sys
import tempfile

from harness import LIBRARY, ROOT, Run, expect, python

TESTS = """
import numpy as np, pytest, flopshim
W, x = np.ones((256, 256)), np.ones(256)

@pytest.mark.flop_budget(131_072)
def test_fits(): W @ x
@pytest.mark.flop_budget(131_071)
def test_exceeds(): W @ x
@pytest.mark.flop_budget(1)
def test_fails(): W @ x; assert False
@pytest.mark.flop_budget(1000)
class TestClass:
    def test_small(self): x[:2] @ x[:2]
    def test_context(self):
        with flopshim.BudgetContext(10**7, quiet=True): W @ x
def test_free(): np.ones((64, 64)) @ np.ones((64, 65))
"""
WRONG = "import pytest\n@pytest.mark.flop_budget\ndef test_none(): pass\n"
# 2*64*65*64; of the dgemv five times 2*256*256 less that of test_small, and its ddot
LISTED = """\
           532,480  test_own.py::test_free
           131,072  test_own.py::test_fits
         1,056,772  in all
"""


def main(environment):
    env = {"PYTHONPATH": str(ROOT / "shim/bindings/python"), "FLOPSHIM_LIBRARY": LIBRARY, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    pytest = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "flopshim_pytest"]
    launch = [python(environment), "-m", "flopshim", "--quiet", "--output", "none"]

    def run(source, words, command=launch):
        program = (f"import pathlib, pytest, sys; pathlib.Path('test_own.py').write_text({source!r}); "
                   "sys.exit(pytest.main(sys.argv[1:]))")
        return Run([*command, "-c", program, *pytest[2:], *words, "test_own.py"], env, preload=False)
    done = run(TESTS, ["--flops", "--flops-most=2"])
    expect("status", (done.returncode, done.stdout.splitlines()[-1].split(" in ")[0]), (1, "3 failed, 3 passed"))
    expect("list", LISTED in done.stdout, True)
    for name, cost, budget in (("exceeds", "131,072", "131,071"), ("context", "131,072", "1,000")):
        expect(name, f"the test did {cost} FLOPs, more than its budget of {budget}\n" in done.stdout, True)
    expect("fails by itself", "more than its budget of 1\n" in done.stdout, False)
    expect("wrong mark", "flop_budget takes one argument" in str(vars(run(WRONG, []))), True)
    plain = [python(environment)]
    done = run(TESTS, ["-W", "ignore"], plain)
    expect(f"not preloaded {done.stdout}",
           (done.returncode, done.stdout.count("\nflop_budget needs flopshim preloaded:")), (1, 5))
    expect("list, not preloaded", (run(TESTS, ["--flops"], plain).returncode, run(TESTS, ["--flops"], plain).stderr.strip()),
           (4, "ERROR: --flops needs flopshim preloaded: python -m flopshim -m pytest"))
    expect("unused", run("def test_nothing(): import sys; assert 'flopshim' not in sys.modules", [], plain).returncode, 0)
    regressions(run, [*launch, "--detail", "shapes"])
    if environment == "new":
        other_people_s(env, launch, pytest)


# test_grows: 2*64*64*n FLOPs of a dgemm, and 2*8 of a ddot where n is 3
GROWING = """
import numpy as np
x = np.ones(8)

def test_grows():
    np.ones((64, 64)) @ np.ones((64, {n}))
    assert {n} != 3 or x @ x == 8
def test_same(): x @ x
def test_fails(): x @ x; assert {n} == 0
"""


def regressions(run, detailed):
    """test_grows does 16,384 FLOPs, then 24,592: 50.1% more; and 32,768."""
    with tempfile.TemporaryDirectory() as folder:
        kept = f"{folder}/new/kept.json"
        run(GROWING.format(n=2), [f"--flops-save={kept}"])
        saved = json.loads(pathlib.Path(kept).read_text())
        expect("saved", {name: test["operations"] for name, test in saved["tests"].items()},
               {"test_own.py::test_grows": {"dgemm": {"flop_cost": 16384, "calls": 1}},
                "test_own.py::test_same": {"ddot": {"flop_cost": 16, "calls": 1}}})
        done = run(GROWING.format(n=2), [f"--flops-compare={kept}", "--flops-compare-fail=0%"])
        expect("the same", ("1 failed, 2 passed" in done.stdout, f"{2:>18}  the same" in done.stdout), (True, True))
        more = f"16,384{'24,592':>19}{'+8,208':>19}  test_own.py::test_grows  (dgemm +8,192 FLOPs, 1 -> 1 calls)\n"
        for words, failed in (([], 1), (["--flops-compare-fail=50.1%"], 1), (["--flops-compare-fail=50%"], 2)):
            done = run(GROWING.format(n=3), [f"--flops-compare={kept}", *words])
            expect(f"{words}: {done.stdout}", f"{failed} failed, {3 - failed} passed" in done.stdout, True)
            expect(f"{words}: {done.stdout}", more in done.stdout, True)
        why = ("test_own.py:5: the test's FLOPs changed by +50.1%, from 16,384 to 24,592 FLOPs (--flops-compare-fail 50%); most by "
               "dgemm +8,192 FLOPs, 1 -> 1 calls")
        expect(done.stdout, why in done.stdout, True)
        run(GROWING.format(n=2), [f"--flops-save={kept}"], detailed)
        saved = json.loads(pathlib.Path(kept).read_text())
        expect("shapes", saved["tests"]["test_own.py::test_grows"]["shapes"],
               {"dgemm m=64 n=2 k=64": {"flop_cost": 16384, "calls": 1}})
        done = run(GROWING.format(n=3), [f"--flops-compare={kept}", "--flops-compare-fail=1%"], detailed)
        expect(done.stdout, "most by dgemm m=64 n=3 k=64 (new) +24,576 FLOPs, 0 -> 1 calls" in done.stdout, True)
        done = run(GROWING.format(n=2), [f"--flops-save={kept}/below"])
        expect(f"not saved {done.stdout}", (done.returncode, f"\nERROR: --flops-save {kept}/below: " in done.stdout,
                                            "1 failed, 2 passed" in done.stdout), (4, True, True))
        text = pathlib.Path(folder, "text")
        text.write_text("{}")
        other = pathlib.Path(folder, "other")
        other.write_text(json.dumps({**saved, "convention": "fma"}))
        older = pathlib.Path(folder, "older")
        older.write_text(json.dumps({**saved, "cost_model": "flopshim-0"}))
        for words, wanted in (
                (["--flops-compare-fail=1%"], "--flops-compare-fail needs --flops-compare FILE"),
                ([f"--flops-compare={kept}", "--flops-compare-fail=x"], "--flops-compare-fail 'x': expected per cent from 0"),
                ([f"--flops-compare={folder}/none"], f"--flops-compare {folder}/none: No such file or directory"),
                ([f"--flops-compare={text}"], "text: flops_schema_version: expected 1, found None"),
                ([f"--flops-compare={older}"], "older: its counts are of cost_model flopshim-0, those of this run of flopshim-"),
                ([f"--flops-compare={other}"], "other: its counts are of convention fma, those of this run of ops")):
            done = run(GROWING.format(n=2), words)
            expect(f"{words}: {done.stderr}", (done.returncode, done.stderr.startswith("ERROR: "), wanted in done.stderr),
                   (4, True, True))


def other_people_s(env, launch, pytest):
    suite = ["--pyargs", "opt_einsum.tests.test_contract", "opt_einsum.tests.test_edge_cases",
             "-k", "rand_equation or constants or edge_cases"]
    plain = Run([launch[0], *pytest, *suite], env, preload=False)
    counted = Run([*launch, *pytest, "--flops", *suite], env, preload=False)
    outcomes = [re.search(r"(\d+) passed.*? in ", run.stdout)[0] for run in (plain, counted)]
    expect("outcomes", (counted.returncode, outcomes[1]), (plain.returncode, outcomes[0]))
    listed = re.search(r"10 of (\d+) tests by FLOPs =+\n((?: +[\d,]+  .*\n){10}) +([\d,]+)  in all", counted.stdout)
    expect(f"list {counted.stdout[-1000:]}", bool(listed), True)
    print(outcomes[0], listed[0])
    expect("tests and FLOPs", (int(listed[1]) > 50, int(listed[3].replace(",", "")) > 100_000), (True, True))


main(sys.argv[1])
