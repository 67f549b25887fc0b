"""What the shim adds to a call: instructions (callgrind, repeatable) and nanoseconds (least of interleaved rounds), over a
direct call and beside a minimal C wrapper, on a BLAS that does nothing and on OpenBLAS. Printed as a table.

usage: bench.py BUILD [--check]     --check: instructions and the ratios that do not hang on the machine must meet the targets
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

BUILD = pathlib.Path(sys.argv[1]).resolve()
CASES = ["ddot_1", "dgemm_1", "dgemm_4", "cblas_ddot_1", "cblas_dgemm_1", "cblas_dgemm_4"]
SHIM = str(BUILD / "libflopshim.so")
QUIET = {"FLOP_OUTPUT": "none", "FLOP_QUIET": "1"}
WAYS = {"direct": {}, "jump": {"LD_PRELOAD": str(BUILD / "tests/libbench_jump.so")},
        "minimal": {"LD_PRELOAD": str(BUILD / "tests/libbench_minimal.so")},
        "counting": {"LD_PRELOAD": SHIM, **QUIET}, "budget": {"LD_PRELOAD": SHIM, "FLOP_BUDGET": "1e18", **QUIET}}
USUAL = ["direct", "minimal", "counting", "budget"]
for name, variables in {"careful": {"FLOP_COUNT": "blas"}, "shapes": {"FLOP_DETAIL": "shapes"},
                        "callers": {"FLOP_DETAIL": "callers"}, "calls": {"FLOP_DETAIL": "calls"},
                        "multiplier": {"FLOP_MULTIPLIER": "2"}, "fma": {"FLOP_CONVENTION": "fma"},
                        "timing": {"FLOP_TIMING": "all"}, "disabled": {"FLOP_DISABLE": "1"},
                        "bound_at_start": {"FLOP_DISABLE": "1", "LD_BIND_NOW": "1"}}.items():
    WAYS[name] = {**WAYS["counting"], **variables}
COUNTED = [*USUAL, "careful", "shapes", "callers", "calls"]
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith("FLOP") and k != "LD_PRELOAD"}
ROUNDS = 7
# Instructions added to what the minimal wrapper adds, and with a budget to that (the targets of the project)
TARGETS = {"ddot_1": 25, "dgemm_1": 41, "dgemm_4": 41}
BUDGET_TARGET = 15
# Added to the slow body, which a thread with FLOP_DETAIL takes as one with FLOP_COUNT does; calls: with
# its two readings of the clock
DETAIL_TARGETS = {"shapes": 110, "callers": 280, "calls": 620}
PLAN_TARGET = 100  # added to an execution of a plan
# Added to a direct call on every other path: the case, the way, how many objects have called before. What timing takes hangs on
# which clock there is, and since when (ticks.c): 540 to 750.
PATHS = {"a copy": ("dcopy_1", "counting", 0, 16), "a small LAPACK call": ("dgetrf_4", "counting", 0, 52),
         "another LAPACK call": ("dgetrf_3x4", "counting", 0, 215),
         "BLAS inside LAPACK": ("nested_dgemm", "counting", 0, 25), "ddot_ inside LAPACK": ("nested_ddot", "counting", 0, 25),
         "LAPACK inside LAPACK": ("nested_dgetrf", "counting", 0, 25),
         "the 2nd of 2 objects": ("caller", "counting", 2, 100), "the 2nd of 30 objects": ("caller", "counting", 30, 100),
         "disabled": ("dgemm_4", "disabled", 0, 0), "a LAPACK call, disabled": ("dgetrf_4", "disabled", 0, 0),
         "disabled, bound at start": ("dgemm_4", "bound_at_start", 0, 30),
         "FLOP_TIMING=all": ("dgemm_4", "timing", 0, 900), "a context, from C": ("context", "counting", 0, 3400),
         "multiplier 2": ("dgemm_4", "multiplier", 0, 100), "fma": ("dgemm_4", "fma", 0, 100)}
# A context opened and closed in Python, in empty `with` statements of a class written in Python
PYTHON_TARGET = 16
PYTHON = """
import sys, flopshim
class Empty:
    def __init__(self, flop_budget, flop_multiplier=1.0, quiet=False, namespace=None): pass
    def __enter__(self): return self
    def __exit__(self, kind, error, trace): pass
kind = {"empty": Empty, "context": flopshim.BudgetContext}[sys.argv[1]]
for _ in range(int(sys.argv[2]) // 20):
    with kind(10**9, quiet=True, namespace="bench"): pass
"""
START_TARGET = 180_000  # added to a start of /bin/true
# Of an end with NumPy loaded: closing, looking through the objects and their files, the summary, the look for other ledgers
END_TARGET = 560_000
END = "import numpy, os; numpy.ones((3, 3)) @ numpy.ones((3, 3)); os._exit(0)"
RATIO_TARGET = 1.6


def environment(way, blas):
    libraries = BUILD / "tests" if blas == "stub" else pathlib.Path("/usr/lib/x86_64-linux-gnu/openblas-pthread")
    return {**CLEAN, **WAYS[way], "LD_LIBRARY_PATH": str(libraries), "OPENBLAS_NUM_THREADS": "1"}


def program(blas):
    return str(BUILD / f"tests/bench_calls_{blas}")


def time_ns(case, way, blas, threads):
    calls = 2_000_000 if blas == "stub" else 500_000
    done = subprocess.run([program(blas), case, str(calls), str(threads)], env=environment(way, blas), capture_output=True,
                          text=True, check=True)
    return float(done.stdout)


def collected(way, *command, within=None, **variables):
    """within: what a function executes, with all that it calls."""
    only = [f"--toggle-collect={within}"] if within else []
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *only, *command],
                          env={**environment(way, "stub"), **variables}, capture_output=True, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])


def instructions(way, *command, **variables):
    """Of one call: the difference of two runs, so that start-up cancels. N in the command is how many."""
    less, more = (collected(way, *(calls if word == "N" else word for word in command), **variables)
                  for calls in ("10000", "30000"))
    return round((more - less) / 20_000)


def measure_times(blas):
    best = {}
    for _ in range(ROUNDS):
        for case in CASES:
            for way in USUAL:
                for threads in (1, 2):
                    key = case, way, threads
                    best[key] = min(best.get(key, 1e9), time_ns(case, way, blas, threads))
    return best


def print_times(blas, best):
    print(f"\nns over a direct call on {blas}, 1 and 2 threads (least of {ROUNDS} interleaved runs)")
    print(f"{'':16}{'direct':>16}" + "".join(f"{way:>18}" for way in USUAL[1:]) + f"{'counting/minimal':>18}")
    for case in CASES:
        direct = [best[case, "direct", t] for t in (1, 2)]
        cells = ["".join(f"{best[case, way, t] - direct[t - 1]:9.1f}" for t in (1, 2)) for way in USUAL[1:]]
        ratio = best[case, "counting", 1] / best[case, "minimal", 1]
        print(f"{case:16}{direct[0]:8.1f}{direct[1]:8.1f}" + "".join(cells) + f"{ratio:18.2f}")


def print_instructions():
    failed = []
    print("instructions over a direct call (callgrind)")
    print(f"{'':16}" + "".join(f"{way:>10}" for way in COUNTED[1:]) + f"{'counting - minimal':>20}{'budget - counting':>19}"
          + "".join(f"{f'{way} - careful':>18}" for way in DETAIL_TARGETS))
    for case in CASES:
        count = {way: instructions(way, program("stub"), case, "N", "1") for way in COUNTED}
        added, budget = count["counting"] - count["minimal"], count["budget"] - count["counting"]
        details = {way: count[way] - count["careful"] for way in DETAIL_TARGETS}
        cells = "".join(f"{count[way] - count['direct']:10}" for way in COUNTED[1:])
        print(f"{case:16}{cells}{added:20}{budget:19}" + "".join(f"{more:18}" for more in details.values()))
        if added > TARGETS.get(case, added):
            failed.append(f"{case}: counting adds {added} instructions to a minimal wrapper's, target {TARGETS[case]}")
        if budget > BUDGET_TARGET:
            failed.append(f"{case}: a budget adds {budget} instructions, target {BUDGET_TARGET}")
        failed += [f"{case}: {way} adds {more} instructions, target {DETAIL_TARGETS[way]}"
                   for way, more in details.items() if more > DETAIL_TARGETS[way]]
    return failed


def print_plan():
    """The execution of a plan of FFTW's, which has to be found."""
    command = str(BUILD / "tests/fftw_d"), "time", "N"
    direct, counting, budget = (instructions(way, *command) for way in ("direct", "counting", "budget"))
    print(f"{'fftw_execute':16}{'':12}{counting - direct:12}{budget - direct:12}")
    return [f"fftw_execute: {counting - direct} instructions, target {PLAN_TARGET}"] if counting - direct > PLAN_TARGET else []


def print_paths():
    failed = []
    for name, (case, way, callers, target) in PATHS.items():
        with tempfile.TemporaryDirectory() as folder:
            path_environment(way, folder, callers)
            command, variables = (program("stub"), case, "N", "1"), {"BENCH_CALLERS": folder} if callers else {}
            added = instructions(way, *command, **variables) - instructions("direct", *command, **variables)
        print(f"{name:28}{added:12}{target:12}")
        if added > target:
            failed.append(f"{name}: {added} instructions more, target {target}")
    return failed


def path_environment(way, folder, callers):
    for i in range(callers):
        shutil.copy(BUILD / "tests/libbench_caller.so", f"{folder}/{i}.so")
    return {**environment(way, "stub"), **({"BENCH_CALLERS": folder} if callers else {})}


def print_path_times():
    """Of every path, and of other ways to look at the same call: a bare jump, the minimal wrapper, ltrace where it is installed."""
    rows = {"a bare jump": ("dgemm_4", "jump", 0), "a minimal wrapper": ("dgemm_4", "minimal", 0),
            **{f"dgemm_, {way}": ("dgemm_4", way, 0) for way in ("counting", "budget", "shapes", "callers", "calls")},
            **{name: path[:3] for name, path in PATHS.items()}}
    best = dict.fromkeys([(name, way) for name in rows for way in (True, False)], 1e9)
    for _ in range(ROUNDS):
        for name, (case, way, callers) in rows.items():
            for direct in (True, False):
                with tempfile.TemporaryDirectory() as folder:
                    done = subprocess.run([program("stub"), case, "300000", "1"], capture_output=True, text=True, check=True,
                                          env=path_environment("direct" if direct else way, folder, callers))
                best[name, direct] = min(best[name, direct], float(done.stdout))
    print(f"\nns over a direct call, one thread (least of {ROUNDS} interleaved runs)")
    for name in rows:
        print(f"{name:28}{best[name, False] - best[name, True]:12.1f}")
    if shutil.which("ltrace"):
        version = subprocess.run(["ltrace", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
        done = subprocess.run(["ltrace", "-c", "-e", "dgemm_", program("stub"), "dgemm_4", "2000", "1"], capture_output=True,
                              text=True, env=environment("direct", "stub"), check=True)
        print(f"{f'ltrace {version} -c':28}{float(done.stdout.split()[0]):12.1f}")


def print_python():
    """In instructions too. Names are hashed alike in all runs."""
    package = str(pathlib.Path(__file__).resolve().parents[2] / "shim/bindings/python")
    empty, context = (20 * instructions("counting", "/usr/bin/python3", "-c", PYTHON, what, "N", PYTHONPATH=package,
                                        PYTHONHASHSEED="0") for what in ("empty", "context"))
    print(f"{'a context, from Python':28}{context:12}{context / empty:9.1f} empty with statements, target {PYTHON_TARGET}")
    too_many = f"a context from Python: {context / empty:.1f} empty with statements, target {PYTHON_TARGET}"
    return [too_many] if context > PYTHON_TARGET * empty else []


def print_start():
    added = collected("counting", "/bin/true") - collected("direct", "/bin/true")
    print(f"{'start of /bin/true':28}{added:12}{START_TARGET:12}")
    return [f"start: {added} instructions more, target {START_TARGET}"] if added > START_TARGET else []


def print_end():
    with tempfile.TemporaryDirectory() as folder:
        end = collected("counting", "/usr/bin/python3", "-c", END, within="write_last", FLOP_OUTPUT=f"{folder}/summary.json",
                        FLOP_LEDGER_DIR=folder, PYTHONHASHSEED="0")
    print(f"{'an end with NumPy':28}{end:12}{END_TARGET:12}")
    return [f"an end with NumPy: {end} instructions, target {END_TARGET}"] if end > END_TARGET or not end else []


def start_up_ms(preload):
    """The least of many starts of /bin/true, interleaved by the caller."""
    start = time.perf_counter()
    subprocess.run(["/bin/true"], env={**CLEAN, **QUIET, **({"LD_PRELOAD": preload} if preload else {})}, check=True)
    return (time.perf_counter() - start) * 1e3


def print_start_up():
    plain, preloaded = 1e9, 1e9
    for _ in range(200):
        plain, preloaded = min(plain, start_up_ms("")), min(preloaded, start_up_ms(SHIM))
    print(f"\nstart of /bin/true: {plain:.2f} ms, preloaded {preloaded:.2f} ms: {preloaded - plain:.2f} ms more (target 2)")


def main():
    failed = print_instructions() + print_plan()
    print("\ninstructions over a direct call, and their bound")
    failed += print_paths() + print_python() + print_start() + print_end()
    if "--check" not in sys.argv:
        for blas in ("stub", "openblas"):
            best = measure_times(blas)
            print_times(blas, best)
            if blas == "stub":
                worst = max(best[c, "counting", 1] / best[c, "minimal", 1] for c in TARGETS)
                print(f"worst counting/minimal of the Fortran face: {worst:.2f} (target {RATIO_TARGET})")
        print_path_times()
        print_start_up()
    for line in failed:
        print("FAILED:", line)
    return 1 if failed else 0


sys.exit(main())
