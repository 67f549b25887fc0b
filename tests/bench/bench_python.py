#!/usr/bin/env python3
"""What an open BudgetContext costs a loop of 2x2 `a @ b`, as a share of the loop's time without the preload.

Processes without the preload, with it, and with a context open take turns on one processor, a few milliseconds each, so that
a change of the machine's speed meets all of them; several sets of processes, because the layout of memory differs from start
to start. Printed is the median over the sets of the medians of the ratios. Run by hand: times are not asserted anywhere.

usage: bench_python.py [PYTHON] [SETS]        FLOPSHIM_LIBRARY names the library (build/libflopshim.so)"""
import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARY = os.environ.get("FLOPSHIM_LIBRARY", str(ROOT / "build/libflopshim.so"))
WAYS = ("plain", "preloaded", "context")
TURNS = 150
LOOP = """
import sys, time
import numpy as np
a, b = np.eye(2), np.eye(2)
if sys.argv[1] == "context":
    import flopshim
    flopshim.BudgetContext(10**15, quiet=True).__enter__()
def loop(count):
    start = time.perf_counter_ns()
    for _ in range(count):
        a @ b
    return (time.perf_counter_ns() - start) / count
loop(10_000)
for _ in sys.stdin:
    print(loop(3000), flush=True)
"""


def start(python, way):
    env = {**os.environ, "PYTHONPATH": str(ROOT / "shim/bindings/python"), "FLOP_OUTPUT": "none", "FLOP_QUIET": "1",
           "OPENBLAS_NUM_THREADS": "1"}
    if way != "plain":
        env["LD_PRELOAD"] = LIBRARY
    return subprocess.Popen(["taskset", "-c", "0", python, "-c", LOOP, way], env=env, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)


def turn(process):
    process.stdin.write("\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def one_set(python):
    """The median nanoseconds of the plain loop, and of the ratios to it within a round of turns."""
    processes = [start(python, way) for way in WAYS]
    rounds = [[turn(process) for process in processes] for _ in range(TURNS)]
    for process in processes:
        process.stdin.close()
        process.wait()
    return [statistics.median(r[0] for r in rounds)] + [statistics.median(r[i] / r[0] for r in rounds) for i in (1, 2)]


def main(python="/usr/bin/python3", sets="10"):
    found = [one_set(python) for _ in range(int(sets))]
    plain, preloaded, context = (statistics.median(column) for column in zip(*found))
    print(f"a 2x2 a @ b takes {plain:.0f} ns; preloaded {(preloaded - 1) * 100:+.2f} %, with a context open "
          f"{(context - 1) * 100:+.2f} % (sets from {(min(f[2] for f in found) - 1) * 100:+.2f} % to "
          f"{(max(f[2] for f in found) - 1) * 100:+.2f} %)")


main(*sys.argv[1:])
