"""A process that ends by a bare exit_group: `flopshim run` knows its status, a parent and the next process find its ledger, and
where no output is wanted there is none to find."""
import glob
import json
import pathlib
import subprocess
import tempfile

from harness import BUILD, LIBRARY, PLAIN, PROGRAM, expect
from place import BLAS, place


def end_of(summary):
    return (summary["operations"]["ddot"]["calls"], summary["end_reason"], summary["end_status"], summary["complete"],
            summary["processes"][0]["end_reason"])


for scope in ("process", "tree"):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([PROGRAM, "run", "--output", "own.json,own.txt", "--scope", scope, BUILD / "raw_exit", "7"],
                              cwd=folder, env=PLAIN | BLAS, capture_output=True, text=True, check=False)
        expect(f"run, {scope}: status and stderr", (done.returncode, "killed" in done.stderr), (7, False))
        expect(f"run, {scope}: end", end_of(json.loads((pathlib.Path(folder) / "own.json").read_text())),
               (3, "exit", 7, True, "exit"))
        expect(f"run, {scope}: text", "killed" in (pathlib.Path(folder) / "own.txt").read_text(), False)

with place() as p:
    pid = p.start(BUILD / "raw_exit", "7")
    pid.communicate()
    expect("its ledger is there", len(p.left()), 1)
    expect("found by the next", p.sweeper(),
           [f"flopshim: summary of raw_exit (pid {pid.pid}, ended earlier without one): {pid.pid}.json"])
    expect("its calls", end_of(p.summaries()[f"{pid.pid}.json"]), (3, "unknown", 0, False, "unknown"))
    expect("left", p.left(), [])

with place() as p:
    code = ("import os, subprocess, sys, time\nchild = subprocess.Popen(sys.argv[1:])\nprint(child.pid, flush=True)\n"
            "time.sleep(0.5)\nos._exit(0)")
    parent = p.start("/usr/bin/python3", "-c", code, BUILD / "raw_exit", "7")
    pid = int(parent.communicate()[0])
    expect("a parent that has not waited for it", end_of(p.summaries()[f"{pid}.json"]), (3, "exit", 7, True, "exit"))
    expect("left", p.left(), [])

for budget in ({}, {"FLOP_BUDGET": "1e9"}):
    env = PLAIN | BLAS | {"LD_PRELOAD": LIBRARY, "FLOP_OUTPUT": "none", "FLOP_QUIET": "1"} | budget
    del env["FLOP_LEDGER_DIR"]  # it would be kept where it was asked for
    process = subprocess.Popen([BUILD / "raw_exit", "7"], env=env, stderr=subprocess.PIPE, text=True)
    expect(f"none, {budget}: stderr and status", (process.communicate()[1], process.returncode), ("", 7))
    expect(f"none, {budget}: left", glob.glob(f"/dev/shm/flopshim.{process.pid}.*"), [])
