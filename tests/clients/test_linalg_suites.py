"""NumPy's own tests of numpy.linalg and SciPy's of scipy.linalg, from the wheels: each test passes, fails or is skipped
as it does without the preload, and what they call is counted.

numpy: all of numpy.linalg. scipy: test_basic.py, test_decomp.py and test_lapack.py, two thirds of SciPy's tests of
linalg, and what calls most routines; `scipy whole` runs all files, about 100 s each way."""
import collections
import pathlib
import sys
import tempfile
import xml.etree.ElementTree as xml

from harness import Run, check_balance, expect, python, skip

PYTEST = [python("new"), "-m", "pytest", "-q", "-p", "no:cacheprovider"]
SUITES = {"numpy": ["numpy.linalg"],
          "scipy": [f"scipy.linalg.tests.{name}" for name in ("test_basic", "test_decomp", "test_lapack")],
          "whole": ["scipy.linalg"]}
# Tests and calls that the subsets have at least; a suite that was not found would have none
AT_LEAST = {"numpy": (400, 1_000), "scipy": (4_000, 20_000), "whole": (8_000, 50_000)}
# Called by the tests for sure, and never free
CALLED = {"numpy": ("dgesv", "zgesv", "dgesdd", "dgeev", "dsyevd", "dgeqrf", "dpotrf", "dgelsd"),
          "scipy": ("dgesv", "sgetrf", "zgetrs", "dgesdd", "zgesvd", "dgeev", "dggev", "dsyevr", "zheevr", "dgees",
                    "dgges", "dgbsv", "dpbsv", "dgeqrf", "dgeqp3", "dgelsy", "dgejsv", "dpstrf", "dtfsm", "dtrsyl")}


def outcomes(report):
    """{test: what became of it}; a test that passed has nothing said of it."""
    found = {}
    for case in xml.parse(report).getroot().iter("testcase"):
        said = [(x.tag, x.get("type")) for x in case if x.tag in ("failure", "error", "skipped")]
        key = f"{case.get('classname')}::{case.get('name')}"
        expect(f"{key} ran once", key in found, False)
        found[key] = tuple(sorted(said, key=str)) or "passed"
    return found


def run_suite(suite, preload):
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.xml"
        options = [f"--junitxml={report}", f"--basetemp={folder}/pytest"]
        run = Run([*PYTEST, *options, "--pyargs", *SUITES[suite]], {"OPENBLAS_NUM_THREADS": "1"}, preload=preload, timeout=550,
                  cwd=folder)
        if not report.exists():
            print(run.stdout, run.stderr)
        expect(f"{suite}: there is a report", report.exists(), True)
        return run, outcomes(report)


def main(suite):
    if Run([*PYTEST, "--version"], preload=False).returncode != 0:
        skip("pytest is not in .venv/new: run scripts/bootstrap.sh")
    plain, wanted = run_suite(suite, False)
    counted, got = run_suite(suite, True)
    expect(f"{suite}: tests", sorted(got), sorted(wanted))
    for test, outcome in wanted.items():
        expect(test, got[test], outcome)
    expect(f"{suite}: status", counted.returncode, plain.returncode)
    tests, calls_at_least = AT_LEAST[suite]
    expect(f"{suite}: many tests", len(wanted) >= tests, True)
    summary = max(counted.summaries, key=lambda s: s["flops_used"])  # a test may start an interpreter of its own
    for each in counted.summaries:
        check_balance(each)
    expect("uncovered", summary["uncovered"], [])
    operations = summary["operations"]
    calls = sum(op["calls"] for op in operations.values())
    expect(f"{suite}: many calls", calls >= calls_at_least, True)
    for routine in CALLED.get(suite, ()):
        expect(f"{suite}: {routine} cost something", operations.get(routine, {"flop_cost": 0})["flop_cost"] > 0, True)
    said = collections.Counter("passed" if o == "passed" else o[0][1] or o[0][0] for o in wanted.values())
    print(f"{suite}: {dict(said)}, {calls} calls of {len(operations)} routines, {summary['flops_used']} FLOPs")


main(sys.argv[1])
