"""On a terminal: budget_summary() is a table where Rich is installed and text where not, and budget_live() is drawn again
while the main thread is inside one long BLAS call. `test_python_terminal.py ENVIRONMENT` (new has Rich, old has not)"""
import os
import pty
import subprocess
import sys

from harness import LIBRARY, PLAIN, ROOT, expect, python

PROGRAM = """
import flopshim, numpy as np, sys, time
a, c = np.ones((2000, 2000)), np.ones((2000, 2000))
start = time.perf_counter()
a @ a
# One product that takes four refreshes on this machine
rows = int(2000 * 2.5 / (time.perf_counter() - start))
big = np.ones((rows, 2000))
flopshim.budget_reset()
with flopshim.budget_live():
    with flopshim.BudgetContext(10**15, quiet=True, namespace="forward"):
        start = time.perf_counter()
        big @ a
        seconds = time.perf_counter() - start
print("BETWEEN", seconds, 2 * rows * 2000 * 2000)
flopshim.budget_summary()
"""


def on_a_terminal(command, env):
    master, slave = pty.openpty()
    # Wide enough that nothing is cut
    child = subprocess.Popen(command, env={**env, "COLUMNS": "100", "LINES": "30", "TERM": "xterm"}, stdin=slave, stdout=slave)
    os.close(slave)
    said = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # the terminal's other side is closed
            break
        if not piece:
            break
        said += piece
    expect("status", child.wait(), 0)
    return said.decode().replace("\r\n", "\n")


def main(environment):
    env = {**PLAIN, "PYTHONPATH": str(ROOT / "shim/bindings/python"), "FLOPSHIM_LIBRARY": LIBRARY}
    said = on_a_terminal([python(environment), "-m", "flopshim", "--output", "none", "-c", PROGRAM], env)
    print(repr(said[-2000:]))
    live, printed = said.split("BETWEEN ")
    seconds, cost = float(printed.split()[0]), int(printed.split()[1])
    rich = environment == "new"
    drawn = live.count(f"{cost:,} of" if rich else f"{cost:,}  (0.")
    # Twice a second, and once at the end; a busy machine may lose every other one
    expect(f"drawn {drawn} times in {seconds} s", drawn >= 1 + int(seconds), True)
    expect("drawn in place", live.count("\x1b[") >= drawn - 1, True)
    expect("table", ("┏" in printed, "\n  Used: " in printed), (rich, not rich))
    expect("cost", f"{cost:,}" in printed, True)


main(sys.argv[1])
