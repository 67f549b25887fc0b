"""A program that confines itself by seccomp: its end and its refusals need nothing that its filter forbids, and its summary is
written by whoever may."""
import glob
import json
import pathlib
import subprocess
import tempfile

from harness import BUILD, LIBRARY, PLAIN, PROGRAM, expect, skip
from place import BLAS, place

CONFINED = BUILD / "confined"
if subprocess.run([CONFINED, "kill"], env=PLAIN | BLAS, check=False).returncode != 7:
    skip("no seccomp filters here")


def end_of(summary):
    return (summary["operations"]["ddot"]["calls"], summary["end_reason"], summary["end_status"], summary["complete"])


# No output: nothing is left, and nothing said
for how in ("kill", "deny"):
    env = PLAIN | BLAS | {"LD_PRELOAD": LIBRARY, "FLOP_OUTPUT": "none"}
    del env["FLOP_LEDGER_DIR"]
    process = subprocess.Popen([CONFINED, how], env=env, stderr=subprocess.PIPE, text=True)
    expect(f"none, {how}", (process.communicate()[1], process.returncode), ("", 7))
    expect(f"none, {how}: left", glob.glob(f"/dev/shm/flopshim.{process.pid}.*"), [])

# The ledger is named, and found by the next
for how, scope in (("kill", "process"), ("deny", "process"), ("kill", "tree"), ("deny", "tree")):
    with place() as p:
        process = p.start(CONFINED, how, FLOP_SCOPE=scope)
        said = process.communicate()[1]
        expect(f"{how}, {scope}: status, {said}", process.returncode, 7)
        (left,) = p.left()
        expect(f"{how}, {scope}: said", said.splitlines(),
               ["flopshim: the program has confined itself (seccomp); its summary is left to its parent or the next process that "
                f"counts. Its ledger: {p.ledgers / left}"])
        p.sweeper()
        expect(f"{how}, {scope}: summary", end_of(p.summaries()[f"{process.pid}.json"]), (6, "exit", 7, True))
        expect(f"{how}, {scope}: left", p.left(), [])

# A refusal is said, and ends the process as ever
for how in ("kill", "deny"):
    for mode, status in (("error", 86), ("abort", -6), ("signal=TERM", -15)) if how == "kill" else (("error", 86), ("abort", 134)):
        with place() as p:
            process = p.start(CONFINED, how, FLOP_BUDGET="36", FLOP_ON_EXHAUSTED=mode, FLOP_QUIET="1")
            said = process.communicate(timeout=60)[1]
            expect(f"{how}, {mode}: status, {said}", process.returncode, status)
            expect(f"{how}, {mode}: said {said}",
                   said.startswith("flopshim: ddot would cost 8 FLOPs but only 4 remain (budget 36, used 32)"), True)
            p.sweeper()
            expect(f"{how}, {mode}: summary", end_of(p.summaries()[f"{process.pid}.json"])[:3],
                   (4, "exhausted", {"error": 86, "abort": 6, "signal=TERM": 15}[mode]))

# flopshim run writes it at once
with tempfile.TemporaryDirectory() as folder:
    done = subprocess.run([PROGRAM, "run", "--output", "own.json", CONFINED, "kill"], cwd=folder, env=PLAIN | BLAS,
                          capture_output=True, text=True, check=False)
    expect(f"run: status, {done.stderr}", (done.returncode, "seccomp" in done.stderr), (7, False))
    expect("run: summary", end_of(json.loads(pathlib.Path(folder, "own.json").read_text())), (6, "exit", 7, True))

# A child cannot make a ledger: what it counts is printed
with place() as p:
    process = p.start(CONFINED, "kill", "fork", FLOP_QUIET="1")
    said = process.communicate()[1]
    expect(f"child: {said}", (process.returncode, "ddot" in said, "[3 calls]" in said), (7, True, True))

# A filter from the start, as containers have, changes nothing
with place() as p:
    process = p.start(CONFINED, "start", FLOP_QUIET="1")
    said = process.communicate()[1]
    expect("from the start", (said, process.returncode, end_of(p.summaries()[f"{process.pid}.json"])),
           ("", 7, (6, "exit", 7, True)))
