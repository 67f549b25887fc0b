"""kill -9 in a tight loop of calls: the ledger has every acknowledged call, and at most the one in progress besides."""
import json
import os
import pathlib
import random
import subprocess
import tempfile
import time

from harness import BUILD, LIBRARY, LIBS, PLAIN, PROGRAM, expect, skip


def acknowledged(path):
    data = path.read_bytes() if path.exists() else b""
    return int.from_bytes(data, "little") if len(data) == 8 else 0


def trial(folder, env):
    seen = folder / "seen"
    child = subprocess.Popen([BUILD / "acknowledge", seen], env=PLAIN | env)
    while acknowledged(seen) < 10:
        time.sleep(0.001)
    time.sleep(random.random() * 0.02)
    child.kill()
    child.wait()
    ledgers = os.listdir(folder / "ledgers")
    expect("ledgers", len(ledgers), 1)
    report = subprocess.run([PROGRAM, "report", folder / "ledgers" / ledgers[0], "--format", "json"], capture_output=True,
                            text=True, check=False)
    expect(f"report: {report.stderr}", report.returncode, 0)
    summary = json.loads(report.stdout)
    calls, flops = summary["operations"]["ddot"]["calls"], summary["operations"]["ddot"]["flop_cost"]
    count = acknowledged(seen)
    expect(f"acknowledged {count}, counted {calls}", calls - count in (0, 1), True)
    # calls and FLOPs are two stores, in either order: the kill may fall between them, in the call in progress
    expect(f"acknowledged {count}, counted {flops} FLOPs", flops in (6 * count, 6 * (count + 1)), True)
    expect("complete", (summary["complete"], summary["end_reason"] in ("signal", "unknown")), (False, True))


def main():
    if not os.path.exists(PROGRAM):
        skip("the flopshim program is not built")
    for budget in ({}, {"FLOP_BUDGET": "1e18"}):
        for _ in range(20):
            with tempfile.TemporaryDirectory() as name:
                folder = pathlib.Path(name)
                (folder / "ledgers").mkdir()
                trial(folder, {"LD_PRELOAD": LIBRARY, "LD_LIBRARY_PATH": f"{LIBS}/blas", "FLOP_QUIET": "1",
                               "FLOP_OUTPUT": f"{folder}/x.json", "FLOP_LEDGER_DIR": str(folder / "ledgers")} | budget)


main()
