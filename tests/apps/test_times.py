"""Time: limits on it, and where it went. ddot of n elements costs 2n, dgemm of n x n 2n^3."""
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from harness import BUILD, LIBS, PLAIN, PROGRAM, ROOT, Run, expect, python

ENV = {"LD_LIBRARY_PATH": f"{LIBS}/blas"}
#: How long after its end a limit of 300 ms may be noticed, on a machine that others share.
LATE_S = 1.0


def run_for(*arguments, **env):
    begun = time.monotonic()
    run = Run([BUILD / "times", *arguments], ENV | env)
    return run, time.monotonic() - begun


def limits():
    """The limit is noticed whatever the calls are, and without it the same program ends by itself."""
    for mode in ("small", "large", "rare", "threads"):
        for env in ({}, {"FLOP_BUDGET": "1e18"}, {"FLOP_DETAIL": "shapes"}, {"FLOP_MULTIPLIER": "1.5"}, {"FLOP_TIMING": "all"}):
            run, took = run_for(mode, "20", FLOP_TIME_LIMIT="300ms", **env)
            expect(f"{mode} {env}: status ({run.stderr})", run.returncode, 86)
            expect(f"{mode} {env}: {took} s", 0.3 <= took <= 0.3 + LATE_S, True)
            summary, last = run.summary, run.summary["refused"]["last"]
            expect(f"{mode}: why", (last["reason"], last["limit_seconds"], last["elapsed_seconds"] >= 0.3), ("time", 0.3, True))
            expect(f"{mode}: limit", summary["time_limit_seconds"], 0.3)
            expect(f"{mode}: end", (summary["end_reason"], summary["complete"]), ("exhausted", True))
            each = {"small": 2, "threads": 2, "rare": 20, "large": 2 * 100**3}[mode] * (1.5 if "FLOP_MULTIPLIER" in env else 1)
            (operation,) = summary["operations"].values()
            expect(f"{mode}: cost", operation["flop_cost"], operation["calls"] * each)
    run, took = run_for("small", "0.2", FLOP_TIME_LIMIT="10s")
    expect("not over", (run.returncode, run.summary["refused"]["calls"], run.stderr), (0, 0, ""))


def message():
    run, _ = run_for("rare", "5", FLOP_TIME_LIMIT="0.25s", FLOP_EXIT_CODE="7")
    line, _, rest = run.stderr.partition(" Summary: ")
    expect("status", (run.returncode, rest.count("\n")), (7, 1))
    expect(f"message {line}", line.startswith("flopshim: ddot comes when 0.2") or line.startswith("flopshim: ddot comes when 0.3"),
           True)
    expect("its limit", line.endswith(" s have passed of a time limit of 0.250 s."), True)
    text = run_for("rare", "5", FLOP_TIME_LIMIT="250ms", FLOP_OUTPUT="stderr")[0].stderr
    expect(f"text {text}", all(part in text for part in (" s had passed of a time limit of 0.250 s\n",
                                                         "Ended because its time was over, with status 86\n")), True)
    run, _ = run_for("rare", "0.5", FLOP_TIME_LIMIT="250ms", FLOP_ON_EXHAUSTED="warn")
    expect("warn", (run.returncode, run.stderr.count("\n"), run.summary["refused"]["calls"]), (0, 1, 0))


def malformed():
    for value in ("", "30", "s", "0s", "-1s", "1.s", "1d", "1e3s", "10 s", "300000000h"):
        run = Run([BUILD / "times", "small", "0"], ENV | {"FLOP_TIME_LIMIT": value})
        expect(f"{value!r}: status", run.returncode, 2)
        expect(f"{value!r}: {run.stderr}", f"FLOP_TIME_LIMIT={value}: expected wall time > 0 with a unit" in run.stderr, True)
    for value in ("1ms", "1.5m", "2h", "0.001s"):
        expect(value, Run([BUILD / "times", "none"], ENV | {"FLOP_TIME_LIMIT": value}).returncode, 0)


def contexts():
    run, _ = run_for("context")
    first, after, outside, again = run.stdout.splitlines()
    expect("refusal", first, "ddot of 0.2 s: late")
    expect(after, 0.2 <= float(after.split()[1]) <= 0.2 + LATE_S, True)
    expect("outside, again", (outside, again), ("outside ran", "again ran"))
    spaces = run.summary["by_namespace"]
    expect("calls", (spaces[""]["flops_used"], spaces["again"]["flops_used"]), (14, 14))


def forks():
    """A process of its own has its own time, a tree has one."""
    run, _ = run_for("fork", "5", FLOP_TIME_LIMIT="400ms")
    word, status, _, after = run.stdout.split()
    expect("child", (word, status, 0.4 <= float(after) <= 0.4 + LATE_S), ("child", "86", True))
    run, took = run_for("fork", "5", FLOP_TIME_LIMIT="400ms", FLOP_SCOPE="tree")
    expect(f"tree: {run.stdout} {took}", (run.stdout.split()[1], 0.4 <= took <= 0.4 + LATE_S), ("86", True))


def split():
    run, took = run_for("split", FLOP_TIMING="all")
    summary = run.summary
    spaces, whole, process = summary["by_namespace"], summary["time"], summary["process"]
    expect("work", spaces["work"]["flops_used"], 2 * 2 * 300**3)
    for name, part in (("all", whole | {"wall_seconds": whole["thread_seconds"]}), ("work", spaces["work"]["time"]),
                       *((f"thread {t['thread']}", t) for t in whole["threads"])):
        total = part["blas_seconds"] + part["shim_seconds"] + part["outside_seconds"]
        expect(f"{name}: {part}", abs(total - part["wall_seconds"]) < 1e-6, True)
    seconds = {name: operation["seconds"] for name, operation in summary["operations"].items()}
    expect("in BLAS", abs(whole["blas_seconds"] - sum(seconds.values())) < 1e-6, True)
    expect("in BLAS, work", spaces["work"]["time"]["blas_seconds"], seconds["dgemm"])
    expect("timed", (whole["timed_flops"], spaces["work"]["time"]["timed_flops"]), (4 * 300**3 + 2, 4 * 300**3))
    wait = spaces["wait"]["time"]
    expect(f"wait: {wait}", (0.3 <= wait["wall_seconds"] <= took, wait["blas_seconds"], wait["outside_seconds"] >= 0.29),
           (True, seconds["ddot"], True))
    first, second = whole["threads"]
    expect("threads", [(t["thread"], t["flops_used"], t["calls"]) for t in (first, second)],
           [(0, 2 * 300**3 + 2, 2), (1, 2 * 300**3, 1)])
    expect("the first is the process", abs(first["wall_seconds"] - process["wall_seconds"]) < 1e-6, True)
    expect(f"the second: {second}", second["blas_seconds"] <= second["wall_seconds"] < process["wall_seconds"] - 0.3, True)
    text = run_for("split", FLOP_OUTPUT="stderr")[0].stderr
    expect(f"text: {text}", all(part in text for part in ("  Time (of all threads together):\n    wall ", "\n    in BLAS ",
                                                          "\n    in flopshim ", "\n    outside ",
                                                          "  Time in BLAS by namespace:\n    work ")), True)


def report():
    """A JSON summary that is read back is printed as it was."""
    for run in (run_for("rare", "5", FLOP_TIME_LIMIT="250ms")[0], run_for("split")[0]):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "given.json"
            path.write_text(json.dumps(run.summary))
            done = subprocess.run([PROGRAM, "report", "--format", "json", path], env=PLAIN, capture_output=True, text=True,
                                  check=False)
        expect(f"report: {done.stderr}", json.loads(done.stdout or "null"), run.summary)


PYTHON = """
import time, flopshim, numpy as np, pickle
a = np.ones((50, 50))
with flopshim.BudgetContext(10**15, quiet=True, namespace="slow", wall_time_limit_s=0.2) as budget:
    begun = time.monotonic()
    try:
        while time.monotonic() < begun + 10:
            a @ a
        print("never")
    except flopshim.TimeExhaustedError as error:
        took = time.monotonic() - begun
        print(error.op_name, error.limit_s, error.elapsed_s >= 0.2, 0.2 <= took < 1.2)
        print(isinstance(error, flopshim.BudgetExhaustedError))
        again = pickle.loads(pickle.dumps(error))
        print(type(again).__name__, again.args == error.args or str(again) == str(error))
    try:
        budget.deduct("relu", flop_cost=1)
    except flopshim.TimeExhaustedError as error:
        print(error.op_name, error.limit_s)
    print(budget.flops_used % (2 * 50**3), budget.wall_time_limit_s)
    print("came when" in budget.summary())
a @ a
for wrong in (0, -1, float("nan"), float("inf")):
    try:
        flopshim.BudgetContext(1, wall_time_limit_s=wrong)
    except ValueError as error:
        print(error)
"""


def numpy():
    for environment in ("debian", "new"):
        run = Run([python(environment), "-c", PYTHON], {"PYTHONPATH": str(ROOT / "shim/bindings/python")})
        expect(f"{environment}: {run.stderr}", run.stdout.splitlines(), [
            "dgemm 0.2 True True", "False", "TimeExhaustedError True", "relu 0.2", "0 0.2", "True",
            *(f"wall_time_limit_s must be finite and > 0, got {wrong}" for wrong in (0, -1, "nan", "inf"))])
        script = "import numpy as np\na = np.ones((50, 50))\nwhile True: a @ a\n"
        run = Run([python(environment), "-c", script], {"FLOP_TIME_LIMIT": "2s"}, timeout=60)
        expect(f"{environment}: unhandled ({run.stderr})", (run.returncode, run.stderr.splitlines()[-1].startswith(
            "flopshim.TimeExhaustedError: dgemm comes when 2.")), (1, True))


PRECISIONS = """
import numpy as np
for kind in (np.float32, np.float64, np.complex64, np.complex128):
    a = np.ones((4, 4), kind)
    a @ a
"""


def precisions():
    """4 x 4: real 2 * 64, complex 8 * 64. NumPy's import tries sdot of 2: 4 FLOPs."""
    env = {"FLOP_NAMESPACE": "n"}
    run = Run([python("debian"), "-c", PRECISIONS], env)
    found = run.summary["by_precision"]
    imported = found["single"]["flop_cost"] - 128
    expect("by precision", {name: part["flop_cost"] for name, part in found.items()},
           {"single": 128 + imported, "double": 128, "single_complex": 512, "double_complex": 512})
    expect("together", sum(part["flop_cost"] for part in found.values()), run.summary["flops_used"])
    run = Run([python("debian"), "-c", PRECISIONS], env | {"FLOP_WEIGHTS": "dp-scaled"})
    found = run.summary["by_precision"]
    expect("dp-scaled", {name: part["flop_cost"] for name, part in found.items()},
           {"single": 128 + imported, "double": 256, "single_complex": 512, "double_complex": 1024})
    expect("named", run.summary["weights"].startswith("dp-scaled "), True)


def weights():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "mine.txt"

        def dots(text, **env):
            path.write_text(text)
            return Run([BUILD / "dots", "5"], ENV | {"FLOP_WEIGHTS": str(path)} | env)  # 10 FLOPs
        for text, cost in (("double 2", 20), ("# nothing\n\n", 10), ("dot 3 # all of them\ndouble 2\n", 30),
                           ("ddot 0.55\ndot 3\ndouble 2\n", 5), ("single 7\nsdot 9\n", 10), ("double 2\r\n", 20),
                           ("ddot 1.19", 11)):
            run = dots(text)
            expect(f"{text!r} ({run.stderr})", run.costs(), {"ddot": (1, cost)})
            expect("label", run.summary["weights"].startswith("mine.txt "), True)
        expect("with a multiplier", dots("double 2", FLOP_MULTIPLIER="1.5").costs(), {"ddot": (1, 30)})
        expect("of a budget", dots("double 2", FLOP_BUDGET="19").returncode, 86)
        one, two = dots("double 2").summary["weights"], dots("double 2\n").summary["weights"]
        expect("digests", one != two, True)
        for text, complaint in (("double", "line 1: expected NAME FACTOR"), ("\nnone 2", "line 2: expected a routine (dgemm)"),
                                ("double x", "line 1: expected a factor"), ("double 0", "line 1: expected a factor"),
                                ("double 2 3", "line 1: expected NAME FACTOR"), ("", "there is no such file")):
            run = dots(text)
            expect(f"{text!r}: {run.stderr}", (complaint in run.stderr, run.returncode, run.costs()), (True, 0, {"ddot": (1, 10)}))
            expect(f"{text!r} with a budget", dots(text, FLOP_BUDGET="1e9").returncode, 2)
    run = Run([BUILD / "dots", "5"], ENV | {"FLOP_WEIGHTS": "dp_scaled"})
    expect(run.stderr, "expected dp-scaled, or a file" in run.stderr, True)


{test.__name__: test for test in (limits, message, malformed, contexts, forks, split, report, numpy, precisions,
                                  weights)}[sys.argv[1]]()
