"""Arguments that an option makes dead may be NULL: no price reads behind them (absent.c)."""
import re

from harness import BUILD, Run, expect

for preload in False, True:
    done = Run([BUILD / "absent"], {"FLOP_OUTPUT": "none"}, preload)
    *lines, last = done.stdout.splitlines() or [""]
    expect("status and stderr", (done.returncode, done.stderr), (0, ""))
    expect(f"{len(lines)} calls do not arrive as they were made, first", lines[:20], [])
    routines, calls = map(int, re.fullmatch(r"(\d+) routines, (\d+) calls", last).groups())
    expect("routines and calls", (routines > 1700, calls > 200000), (True, True))
