#!/usr/bin/env python3
"""What the preload adds to what people run: loops of small LAPACK calls and products in NumPy, SciPy, scikit-learn, Octave and R,
in percent of the loop's time without it.

A process with the preload and one without take turns of 1 to 4 ms, so that a change of the machine's speed meets both, and
some are not interrupted. Whose turn it is is drawn, and takes one first that is not measured: what ran last is quicker, because
the caches have its data. Several pairs of processes, because the layout of memory differs from start to start. Of each way the
least turn counts, of all pairs.
What is not installed is left out. Times are not asserted: a loaded machine makes them what it likes.

usage: workloads.py [--bare] [PAIRS [TURNS [NAME]...]]      FLOPSHIM_LIBRARY names the library (build/libflopshim.so)

--bare: Debian's NumPy alone, with its BLAS preloaded, and beside the library what the least of counters takes (bare.py)"""
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

import bare

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARY = os.environ.get("FLOPSHIM_LIBRARY", str(ROOT / "build/libflopshim.so"))
PYTHON = """
import sys, time
import numpy as np
{setup}
def turn():
    start = time.perf_counter()
    {body}
    return time.perf_counter() - start
turn()
for _ in sys.stdin:
    print(turn(), flush=True)
"""
OCTAVE = """
{setup}
while ischar (fgetl (stdin))
  start = tic; {body}; printf ("%.9f\\n", toc (start)); fflush (stdout);
end
"""
R = """
{setup}
lines <- file("stdin", "r")
while (length(readLines(lines, 1))) {{
  start <- Sys.time(); {body}; cat(sprintf("%.9f\\n", as.numeric(Sys.time() - start, units = "secs"))); flush(stdout())
}}
"""
MATRICES = "m = np.random.default_rng(1).random(({count}, {n}, {n})); s = m @ m.transpose(0, 2, 1) + {n} * np.eye({n})"


def numpy_loop(body, count, n):
    """A stack of matrices, so that one call of NumPy's calls LAPACK for each."""
    return PYTHON, MATRICES.format(count=count, n=n), body


#: Of 1 to 4 ms a turn.
WORKLOADS = {
    "NumPy: solve 8x8": numpy_loop("np.linalg.solve(s, m)", 1000, 8),
    "NumPy: inv 4x4": numpy_loop("np.linalg.inv(s)", 2000, 4),
    "NumPy: cholesky 8x8": numpy_loop("np.linalg.cholesky(s)", 4000, 8),
    "NumPy: eigh 8x8": numpy_loop("np.linalg.eigh(s)", 300, 8),
    "NumPy: 2x2 a @ b, one by one": (PYTHON, "a, b = np.eye(2), np.eye(2)", "for _ in range(2000): a @ b"),
    "SciPy: dpotrf 8x8, one by one": (PYTHON, "from scipy.linalg.lapack import dpotrf; a = 9 * np.eye(8) + 1",
                                      "for _ in range(2500): dpotrf(a)"),
    "scikit-learn: Lasso 200x20": (
        PYTHON, "from sklearn.linear_model import Lasso\nr = np.random.default_rng(1); x, y = r.random((200, 20)), r.random(200)",
        "for _ in range(4): Lasso(alpha=0.001).fit(x, y)"),
    "Octave: a\\a 3x3": (OCTAVE, "a = magic (3);", "for i = 1:200 a\\a; end"),
    "R: solve 3x3": (R, "a <- matrix(c(4, 1, 2, 1, 5, 3, 2, 3, 6), 3)", "for (i in 1:60) solve(a)"),
}


def commands(language):
    if language == OCTAVE:
        return [["octave-cli", "--no-init-file", "--no-site-file", "--eval"]]
    if language == R:
        return [["Rscript", "--vanilla", "-e"]]
    return [[path, "-c"] for path in ("/usr/bin/python3", str(ROOT / ".venv/new/bin/python"))]


class Process:
    """One that does a turn of a workload for each line that it gets."""

    def __init__(self, command, preload):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("FLOP") and k != "LD_PRELOAD"}
        env = {**clean, "FLOP_OUTPUT": "none", "FLOP_QUIET": "1", "OPENBLAS_NUM_THREADS": "1", "LD_PRELOAD": preload}
        pinned = ["taskset", "-c", "0"] if shutil.which("taskset") else []
        self.process = subprocess.Popen([*pinned, *command], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        if command[0] == "octave-cli":
            self.process.stdin.write("\n")  # fgetl waits for what comes behind the line

    def turn(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def least(command, preloads, pairs, turns):
    """Seconds of the least turn with each of the preloads. ValueError where the program does not run."""
    best = [1e9] * len(preloads)
    drawn, order = random.Random(1), list(range(len(preloads)))
    for _ in range(pairs):
        processes = [Process(command, preload) for preload in preloads]
        for process in processes:
            process.turn()
        for _ in range(turns):
            drawn.shuffle(order)
            for way in order:
                processes[way].turn()
                best[way] = min(best[way], processes[way].turn())
        for process in processes:
            process.end()
    return best


def rows(names, all_commands):
    """What each is called, and its command."""
    for name, (language, setup, body) in WORKLOADS.items():
        for command in all_commands(language):
            if shutil.which(command[0]) and (not names or any(part in name for part in names)):
                which = {"/usr/bin/python3": " (Debian)"}.get(command[0], " (wheels)") if language == PYTHON else ""
                yield name + which, [*command, language.format(setup=setup, body=body)]


def table(titles, preloads, pairs, turns, found):
    print(f"{'':34}{'ms a turn':>12}{''.join(f'{title:>18}' for title in titles)}   "
          f"least of {pairs} x {turns} interleaved turns")
    for name, command in found:
        try:
            plain, *others = least(command, preloads, pairs, turns)
        except (ValueError, BrokenPipeError):
            continue  # a module is not there
        print(f"{name:40}{plain * 1e3:8.2f}" + "".join(f"{(other / plain - 1) * 100:+14.1f} %" + "  " for other in others),
              flush=True)


def measure(pairs="3", turns="150", *names):
    table(["with the preload"], ["", LIBRARY], int(pairs), int(turns), rows(names, commands))


def measure_with_bare(pairs="3", turns="150", *names):
    provider = ":".join(f"/usr/lib/x86_64-linux-gnu/lib{name}.so.3" for name in ("blas", "lapack"))
    with tempfile.TemporaryDirectory() as folder:
        preloads = [provider, f"{LIBRARY}:{provider}", f"{bare.build(LIBRARY, folder)}:{provider}"]
        found = rows(names or ["NumPy"], lambda language: commands(language)[:1])
        table(["with the preload", "a bare counter"], preloads, int(pairs), int(turns), found)


if sys.argv[1:2] == ["--bare"]:
    measure_with_bare(*sys.argv[2:])
else:
    measure(*sys.argv[1:])
