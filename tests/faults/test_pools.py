"""Pools of Python processes, whose workers are killed at the end: every call is counted, in one account of the tree, or in one
of each process. (Each process that imports NumPy makes an sdot of 4 FLOPs.)"""
import json
import pathlib
import subprocess
import sys
import tempfile

from harness import PLAIN, PROGRAM, expect, python

TASKS, COST = 200, 2 * 64**3
ENOUGH, TOO_LITTLE = TASKS * COST + 400, TASKS * COST - COST // 2
SCRIPT = str(pathlib.Path(__file__).with_name("pools.py"))
method, environment = sys.argv[1:]


def run(folder, scope, budget, timeout):
    limit = ["--budget", str(budget)] if budget else []
    command = [PROGRAM, "run", "--quiet", "--scope", scope, "--output", f"{folder}/%p.json", *limit, "--", python(environment)]
    # loky's helpers may outlive the run, which then leaves them its folder; the next one that sweeps there removes it
    ledgers = pathlib.Path(folder, "ledgers")
    ledgers.mkdir()
    done = subprocess.run([*command, SCRIPT, method, str(TASKS)], env=PLAIN | {"FLOP_LEDGER_DIR": str(ledgers)},
                          capture_output=True, text=True, timeout=timeout, check=False)
    # A worker that is killed while it writes leaves a temporary file; its summary comes from its ledger
    return done, [json.loads(p.read_text()) for p in pathlib.Path(folder).glob("*.json")]


def products(summaries):
    operations = [s["operations"].get("dgemm", {"calls": 0, "flop_cost": 0}) for s in summaries]
    return sum(o["calls"] for o in operations), sum(o["flop_cost"] for o in operations)


# The workers of a forkserver are sent SIGTERM while they end, in one run of ten between the summary and the ledger's mark; it came
# to a thread of OpenBLAS's, and there were two summaries
RUNS = [("tree", None), ("tree", ENOUGH), *[("process", None)] * (8 if method == "forkserver" else 1)]
for scope, budget in RUNS:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        done, summaries = run(name, scope, budget, 120)
    what = f"{method}, {scope}, {budget}: {done.stderr[-2000:]}"
    expect(what, (done.returncode, done.stdout, products(summaries)), (0, "done\n", (TASKS, TASKS * COST)))
    if scope == "tree":
        expect(f"{what}: files", len(summaries), 1)
        expect(f"{what}: lines", sum(p["flops_used"] for p in summaries[0]["processes"]), summaries[0]["flops_used"])
    else:
        expect(f"{what}: a file each", 2 <= len(summaries) <= 6, True)

# A pool of multiprocessing waits for ever for a task whose worker has ended; the others notice
if method in ("executor", "loky"):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        done, summaries = run(name, "tree", TOO_LITTLE, 120)
    what = f"{method}, refused: {done.stderr[-2000:]}"
    expect(what, (done.returncode != 0, products(summaries) <= (TASKS - 1, (TASKS - 1) * COST)), (True, True))
    expect(what, [s["refused"]["calls"] > 0 for s in summaries], [True])
