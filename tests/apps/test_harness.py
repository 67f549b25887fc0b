"""Nothing of the environment that tests are started from arrives in a program of a test: only what clean.py states."""
import json
import os
import subprocess
import sys

from harness import PLAIN, PROGRAM, ROOT, Run, expect

HOSTILE = {"PYTHONUNBUFFERED": "1", "PYTHONWARNINGS": "error", "PYTHONPATH": "/nonexistent", "LANG": "de_DE.UTF-8", "LC_ALL": "C",
           "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NO_COLOR": "1", "COLUMNS": "40", "FLOP_BUDGET": "1",
           "TERM": "xterm", "LD_LIBRARY_PATH": "/nonexistent", "TMPDIR": "/tmp/with blanks", "HOME": "/nonexistent",
           "PATH": "/nonexistent"}
STATED = {"FLOP_LEDGER_DIR", "HOME", "LANG", "OPENBLAS_NUM_THREADS", "PATH", "PYTHONDONTWRITEBYTECODE", "TMPDIR"}
SHOW = "import json, os, sys; print(json.dumps([dict(os.environ), os.umask(0), sys.stdin.read()]))"


def inside():
    """As a program of a test sees it, without the preload and what goes with it."""
    print(Run(["/usr/bin/python3", "-I", "-c", SHOW], preload=False).stdout, end="")


def main():
    clean = ["/usr/bin/python3", "-I", ROOT / "tests/clean.py", f"FLOPSHIM_PROGRAM={PROGRAM}", os.path.abspath(__file__), "inside"]
    done = subprocess.run(clean, env=HOSTILE, umask=0o077, input="of the caller", capture_output=True, text=True, check=False)
    expect(f"started from a hostile environment: {done.stderr}", done.returncode, 0)
    found, umask, stdin = json.loads(done.stdout)
    expect("variables", set(found) - {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "LC_CTYPE"}, STATED)
    own = {"FLOP_LEDGER_DIR", "HOME", "TMPDIR"}
    expect("their values", {n: found[n] for n in STATED - own}, {n: PLAIN[n] for n in STATED - own})
    expect("folders of its own", [n for n in own if found[n] in (HOSTILE.get(n), PLAIN[n]) or not os.path.isabs(found[n])], [])
    expect("umask, stdin", (umask, stdin), (0o022, ""))
    left = subprocess.run([*clean[:-2], "/bin/sh", "-c", "touch $TMPDIR/x"], capture_output=True, text=True, check=False)
    said = left.stdout.startswith("FAILED: left behind: ") and left.stdout.endswith("/x\n")
    expect("what is left fails", (left.returncode, said), (1, True))


inside() if "inside" in sys.argv else main()
