#!/usr/bin/env python3
"""What an open BudgetContext costs a loop of 2x2 `a @ b`, as a share of the loop's time without the preload.

Processes without and with it take turns, each pinned to one processor; printed are the medians and their ratio. Run by hand:
times are not asserted anywhere.

usage: bench_python.py [PYTHON] [ROUNDS]        FLOPSHIM_LIBRARY names the library (build/libflopshim.so)"""
import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARY = os.environ.get("FLOPSHIM_LIBRARY", str(ROOT / "build/libflopshim.so"))
LOOP = """
import contextlib, sys, time
import numpy as np
a, b = np.eye(2), np.eye(2)
if sys.argv[1] == "context":
    import flopshim
    context = flopshim.BudgetContext(10**15, quiet=True)
else:
    context = contextlib.nullcontext()
def loop(count):
    for _ in range(count):
        a @ b
loop(10_000)
best = float("inf")
with context:
    for _ in range(15):
        start = time.perf_counter()
        loop(40_000)
        best = min(best, (time.perf_counter() - start) / 40_000)
print(best * 1e9)
"""


def measure(python, what):
    env = {**os.environ, "PYTHONPATH": str(ROOT / "shim/bindings/python"), "FLOP_OUTPUT": "none", "FLOP_QUIET": "1",
           "OPENBLAS_NUM_THREADS": "1"}
    if what != "plain":
        env["LD_PRELOAD"] = LIBRARY
    return float(subprocess.run(["taskset", "-c", "0", python, "-c", LOOP, what], env=env, capture_output=True, text=True,
                                check=True).stdout)


def main(python="/usr/bin/python3", rounds="15"):
    times = {"plain": [], "preloaded": [], "context": []}
    for _ in range(int(rounds)):
        for what, found in times.items():
            found.append(measure(python, what))
    plain = statistics.median(times["plain"])
    for what, found in times.items():
        middle = statistics.median(found)
        print(f"{what:<10} {middle:8.1f} ns an iteration, {(middle / plain - 1) * 100:+.2f} %  "
              f"(of {rounds} runs: {min(found):.1f} to {max(found):.1f}; fastest {(min(found) / min(times['plain']) - 1) * 100:+.2f} %)")


main(*sys.argv[1:])
