"""The reference BLAS's own test programs (Debian's libblas-test), all of them: the same output, and every call counted
exactly as an independent recorder behind the shim saw it (apps/recorder.py)."""
import os
import pathlib
import sys
import tempfile

from harness import BUILD, LIBRARY, LIBS, ROOT, Run, check_balance, expect, skip

sys.path.insert(0, str(ROOT / "tests" / "apps"))
import recorder  # noqa: E402

HOME = pathlib.Path(LIBS) / "blas"
QUESTIONS = {"isamax", "zdotu"}
CONSTANTS = {"rotg": 6, "rotmg": 12}  # and rotm by its flag: none of them is in the recorder's table


def output(name, env, preload):
    """stdout, stderr, status and the file that the level 2 and 3 programs write."""
    with tempfile.TemporaryDirectory() as folder:
        data = HOME / (name[1] + "in" + name[-1] if "cblat" in name else name[-1] + "blat" + name[-2] + ".in")
        text = data.read_text() if data.exists() else ""
        run = Run([HOME / name], env, preload=preload, input=text, cwd=folder)
        written = {p.name: p.read_text() for p in pathlib.Path(folder).glob("*.out")}
        return run, (run.returncode, run.stdout, run.stderr, written)


def check(name, env):
    _, plain = output(name, env, False)
    with tempfile.TemporaryDirectory() as folder:
        log = f"{folder}/calls"
        run, counted = output(name, env, True)
        expect(f"{name}: output", counted, plain)
        both, _ = output(name, env | {"LD_PRELOAD": f"{LIBRARY}:{BUILD}/liblog_blas.so", "LOG_BLAS": log}, True)
        wanted = recorder.costs(log)
    # The shim asks a provider once how wide its integers are, and how it returns complex numbers: an isamax of three elements, a
    # zdotu of none
    for routine in QUESTIONS:
        calls, flops = wanted.pop(routine, (0, 0))
        expect(f"{name}: {routine}", run.costs().pop(routine, (0, 0)), (calls - 1, flops))
    check_balance(run.summary)
    expect("uncovered", run.summary["uncovered"], [])
    expect(f"{name}: behind the recorder", both.costs(), run.costs())
    costs = {k: v for k, v in run.costs().items() if k in wanted}
    for routine, cost in wanted.items():
        expect(f"{name}: {routine}", costs.get(routine), cost)
    for routine in run.costs().keys() - wanted.keys() - QUESTIONS:
        family = routine[1:]
        expect(f"{name}: {routine} is beyond the recorder", family in ("rotg", "rotm", "rotmg"), True)
        calls, flops = run.costs()[routine]
        if family in CONSTANTS:
            expect(f"{name}: {routine}", flops, CONSTANTS[family] * calls)
    return sum(calls for calls, _ in wanted.values())


def main(folder):
    if not os.path.exists(HOME / "xblat1d"):
        skip("libblas-test is not installed")
    env = {"LD_LIBRARY_PATH": f"{LIBS}/{folder}", "OPENBLAS_NUM_THREADS": "1"}
    calls = 0
    for level in "123":
        for letter in "sdcz":
            calls += check(f"xblat{level}{letter}", env)
            # xscblat2 and its like need a variable of the reference CBLAS: they start on nothing else
            if level == "1" or folder == "blas":
                calls += check(f"x{letter}cblat{level}", env)
    print(f"{calls} calls, each counted as recorded")
    expect("many calls", calls > 50000, True)


main(sys.argv[1])
