"""Pools of Python processes, whose workers are killed at the end: every call is counted, in one account of the tree, or in one
of each process."""
import json
import pathlib
import subprocess
import sys
import tempfile

from harness import PLAIN, PROGRAM, expect, python

TASKS, COST = 200, 2 * 64**3
SCRIPT = str(pathlib.Path(__file__).with_name("pools.py"))
method, environment = sys.argv[1:]

for scope, budget in (("tree", None), ("tree", TASKS * COST), ("tree", TASKS * COST - 1), ("process", None)):
    with tempfile.TemporaryDirectory() as folder:
        limit = ["--budget", str(budget)] if budget else []
        command = [PROGRAM, "run", "--quiet", "--scope", scope, "--output", f"{folder}/%p.json", *limit, "--", python(environment)]
        try:
            done = subprocess.run([*command, SCRIPT, method, str(TASKS)], env=PLAIN, capture_output=True, text=True,
                                  timeout=60 if budget != TASKS * COST - 1 else 10, check=False)
        except subprocess.TimeoutExpired as hung:
            # A pool waits for ever for a worker that ended: that is multiprocessing's own way
            expect("only a pool that lost a worker waits", (method in ("fork", "spawn", "forkserver"), budget), (True, TASKS * COST - 1))
            continue
        summaries = [json.loads(p.read_text()) for p in pathlib.Path(folder).iterdir()]
    what = f"{method}, {scope}, {budget}: {done.stderr[-2000:]}"
    used = sum(s["flops_used"] for s in summaries)
    calls = sum(s["operations"].get("dgemm", {"calls": 0})["calls"] for s in summaries)
    if budget == TASKS * COST - 1:
        expect(what, (calls, used, done.returncode != 0), (TASKS - 1, (TASKS - 1) * COST, True))
        continue
    expect(what, (done.returncode, done.stdout), (0, "done\n"))
    expect(what, (calls, used), (TASKS, TASKS * COST))
    if scope == "tree":
        expect(f"{what}: files", len(summaries), 1)
        expect(f"{what}: lines", sum(p["flops_used"] for p in summaries[0]["processes"]), used)
    else:
        expect(f"{what}: a file each", 2 <= len(summaries) <= 5, True)
