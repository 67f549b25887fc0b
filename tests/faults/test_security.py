"""test_security.py CASE: programs that want to escape their own budget, and other users of the machine (SECURITY.md).

By hand, `test_security.py rates N`: how often each attack passes unnoticed, of N times."""
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time

from harness import BUILD, LIBRARY, LIBS, PLAIN, PROGRAM, expect, skip

ENV = {"LD_LIBRARY_PATH": f"{LIBS}/blas"}
EVADED = "flopshim run: the ledger of a limit was tampered with: it cannot be vouched for"
REMOVED = "the ledger was removed or replaced while its processes ran"
CUT = "the ledger was cut off while its processes ran"
OVER = "the ledger was written over: "
BACKWARDS = OVER + "it went backwards in "
UNEQUAL = OVER + "what its threads spent is not what they counted"
LOST = "the ledger was removed or replaced before it could be looked at"
ITS_NAME = re.compile(r"flopshim: (attack \(pid \d+\)|flopshim\.\d+\.[0-9a-f]{16}\.ledger|/\S+/flopshim-[\w-]+): ")


def run(command, *options, env=None, under=()):
    """Status, lines on stderr, summaries by name."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory(dir=PLAIN["FLOP_LEDGER_DIR"]) as ledgers:
        done = subprocess.run([*under, PROGRAM, "run", "--quiet", "--output", f"{folder}/s.json", *options, "--",
                               *map(str, command)],
                              env=PLAIN | ENV | {"LIBRARIES": f"LD_LIBRARY_PATH={LIBS}/blas", "FLOP_LEDGER_DIR": ledgers}
                              | (env or {}),
                              capture_output=True, text=True, timeout=120, cwd=folder, check=False)
        while "still run" in done.stderr and list(pathlib.Path(ledgers).glob("*/*.ledger")):
            time.sleep(0.01)  # a process in the background keeps its ledger, and the folder, as long as it runs
        return done.returncode, done.stderr.splitlines(), [json.loads(p.read_text())
                                                           for p in sorted(pathlib.Path(folder).glob("s*.json"))]


def attacked(how, budget="1000", summaries=1):
    status, lines, got = run([BUILD / "attack", how], *(("--budget", budget) if budget else ()))
    expect(f"{how}: summaries; {lines}", len(got), summaries)
    return status, lines, got[0] if got else None


def expect_found(how, findings, status, flops, budget="1000"):
    """One of the findings is named, on stderr and in the summary, which is not complete; 125 where there was a budget. Without
    `flops` there is no summary."""
    got, lines, summary = attacked(how, budget, flops is not None)
    expect(f"{how}: status; {lines}", got, 125 if budget else status)
    named = [ITS_NAME.sub("", line) for line in lines if ITS_NAME.match(line)]
    expect(f"{how}: on stderr {lines}", len(named) == 1 and named[0] in findings, True)
    expect(f"{how}: {lines}", EVADED in lines, bool(budget))
    if summary and "-late" not in how:
        expect(f"{how}: summary", (summary["uncovered"][-1:], summary["complete"], summary["flops_used"]), (named, False, flops))
    elif summary:
        expect(f"{how}: FLOPs", summary["flops_used"], flops)


# What each attack is named as, the status that it has by itself, the FLOPs of the summary, the limit
AFTER_A_LOOK = [
    ("zero", [BACKWARDS + "its FLOPs"], 7, 80, "1000"),
    ("zero", [BACKWARDS + "its FLOPs"], 7, 80, ""),
    ("spent", [UNEQUAL, BACKWARDS + "what its threads spent"], 7, 720, "100"),
    ("spent-marked", [UNEQUAL, BACKWARDS + "what its threads spent"], 7, 720, "100"),
    ("raise", [BACKWARDS + "its limit"], 7, 80, "1000"),
    ("damage", [OVER + "damaged: a block does not match its seal"], 7, 80, "1000"),
    ("remove", [REMOVED], 7, 160, "1000"),
    ("remove-killed", [REMOVED], 137, 80, "1000"),
    ("remove-killed", [REMOVED], 137, 80, ""),
    ("replace", [REMOVED], 137, 160, "1000"),
    ("cut", [CUT], 137, 80, "1000"),
]
# The same, over before the first look
LATE = [
    ("zero-late", [UNEQUAL], 7, 0, "1000"),
    ("spent-late", [UNEQUAL], 7, 720, "100"),
    ("spent-killed-late", [UNEQUAL], 137, 720, "100"),
    ("raise-late", [OVER + "its limit is not the one that it began with"], 7, 160, "1000"),
    ("damage-late", [OVER + "damaged: a block does not match its seal"], 7, 80, "1000"),
    ("remove-late", [LOST], 7, 160, "1000"),
    ("remove-late", [LOST], 7, 160, ""),
    ("remove-killed-late", [LOST], 137, None, "1000"),
    ("remove-killed-late", [LOST], 137, None, ""),
    ("replace-late", [REMOVED], 137, 80, "1000"),
    ("cut-late", [OVER + "too short for a ledger"], 137, None, "1000"),
    ("flood-late", ["more happened there than could be followed: ledgers may be missing"], 7, 80, "1000"),
]


def honest():
    """Nothing is said of who plays by the rules, with and without a limit."""
    for budget, scope in (("", "process"), ("1G", "process"), ("1G", "tree")):
        options = ["--scope", scope] + (["--budget", budget] if budget else [])
        for command, status in (([BUILD / "attack", "none"], 7), ([BUILD / "tree", "fork", "20", "50"], 0),
                                ([BUILD / "tree", "spawn", "10", "50"], 0), ([BUILD / "tree", "vfork", "5", "50"], 0),
                                ([BUILD / "tree", "exec", "5", "50"], 0), ([BUILD / "tree", "background", "50"], 0),
                                (["sh", "-c", "sleep 0.7; /bin/true; kill -9 $$"], 137)):
            got, lines, _ = run(command, *options)
            lines = [line for line in lines if "still run" not in line]
            expect(f"{budget} {scope} {command}: {lines}", (got, lines), (status, []))
    # Where a container's rules refuse what watching needs, ledgers are removed all the same
    for refused in ("pidfd_open", "inotify_init1"):
        with tempfile.TemporaryDirectory() as ledgers:
            strace = ["strace", "-qq", "-e", f"inject={refused}:error=EPERM", "-e", f"trace={refused}", "-o", "/dev/null"]
            got = run([BUILD / "attack", "none-at-once"], env={"FLOP_LEDGER_DIR": ledgers}, under=strace)
            expect(f"without {refused}", (got[:2], len(got[2]), os.listdir(ledgers)), ((7, []), 1, []))
    # Nor are any left for a runner that is dead
    with tempfile.TemporaryDirectory() as ledgers:
        got = run(["sh", "-c", f"kill -9 $PPID; {BUILD}/attack none-at-once; : > {ledgers}/over"], env={"FLOP_LEDGER_DIR": ledgers})
        over = pathlib.Path(ledgers, "over")
        for _ in range(3000):
            if over.exists():
                break
            time.sleep(0.01)
        expect("the runner is dead", (got[0], over.exists(), list(pathlib.Path(ledgers).rglob("*.ledger*"))), (-9, True, []))
    got, lines, [summary] = run([BUILD / "tree", "killed", "20"], "--scope", "tree", "--budget", "8M", "--on-exhausted", "error")
    expect(f"children killed at any moment: {lines}", (got, lines, summary["flops_used"] <= 8000000), (0, [], True))
    # Rejected arguments are given back: sums may shrink
    code = f"""
import ctypes, os, threading, time
os.dup2(os.open("/dev/null", os.O_WRONLY), 2)
f = ctypes.CDLL("{LIBS}/liblapacke.so.3").LAPACKE_dgesv
def calls():
    a = (ctypes.c_double * 9)(4, 1, 0, 1, 4, 1, 0, 1, 4); b = (ctypes.c_double * 3)(1, 1, 1); pivots = (ctypes.c_int * 3)()
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        f(102, 3, 1, a, 1, pivots, b, 3)
threads = [threading.Thread(target=calls) for _ in range(3)]
for t in threads: t.start()
for t in threads: t.join()
"""
    expect("refunds", run(["/usr/bin/python3", "-c", code], "--budget", "1G")[:2], (0, []))


def written_over():
    for attack in AFTER_A_LOOK[:6]:
        expect_found(*attack)


def late():
    """Over before anybody looked, because the runner was stopped: noticed whatever the timing."""
    for attack in LATE:
        expect_found(*attack)


def at_once():
    """Whenever the looks come: those of a runner that is not stopped, but kept from its processor by three busy loops."""
    loops = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(3)]
    try:
        for _ in range(20):
            one_at_once()
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def one_at_once():
    status, lines, _ = attacked("spent-at-once", "100")
    expect(f"{lines}", (status, EVADED in lines), (125, True))
    status, lines, _ = run([BUILD / "attack", "remove-killed-at-once"], "--budget", "100")
    expect(f"{lines}", (status, EVADED in lines), (125, True))
    expect(f"honest: {lines}", run([BUILD / "attack", "none-at-once"], "--budget", "100")[:2], (7, []))


def rates():
    """Of as many times as is said, eight at a time: how often did each attack pass?"""
    def passed(case):
        with subprocess.Popen([sys.executable, __file__, case], stdout=subprocess.PIPE, text=True) as trial:
            return trial.communicate()[0] if trial.wait() else ""
    times = int(sys.argv[2])
    for case in [*(f"row:{i}" for i in range(len(AFTER_A_LOOK + LATE))), "one_at_once", "unseen", "preload"]:
        with concurrent.futures.ThreadPoolExecutor(8) as several:
            said = [text for text in several.map(passed, [case] * times) if text]
        print(f"{case} {(AFTER_A_LOOK + LATE)[int(case[4:])][0] if case[3] == ':' else ''}: {len(said)} of {times}", *said[:3],
              flush=True)


def removed():
    for attack in AFTER_A_LOOK[6:]:
        expect_found(*attack)
    # Without a runner the process itself says so
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([BUILD / "attack", "remove", "0"], env=PLAIN | ENV | {
            "LD_PRELOAD": LIBRARY, "FLOP_QUIET": "1", "FLOP_LEDGER_DIR": folder, "FLOP_OUTPUT": f"{folder}/s.json"},
            capture_output=True, text=True, timeout=60, check=False)
        [line] = json.loads(pathlib.Path(folder, "s.json").read_text())["uncovered"]
        expect("alone", (done.returncode, done.stderr), (7, f"flopshim: {line}\n"))
        expect(line, line.startswith(f"the ledger {folder}/flopshim.") and line.endswith(
            ".ledger was removed or replaced while the program ran; the counts are from memory"), True)


def unseen():
    """What SECURITY.md says cannot be seen. Who makes this fail has made it better."""
    for how in ("undo", "undo-late"):
        status, lines, summary = attacked(how, "100")
        expect(how, (status, lines, summary["flops_used"], summary["complete"]), (7, [], 80, True))
    expect("all gone, without a limit", attacked("zero-late", "", 0)[:2], (7, []))


def preload():
    status, lines, summary = attacked("drop")
    path = os.path.realpath(BUILD / "attack")
    expect("drop", (status, lines, summary["flops_used"]), (7, [f"flopshim: not covered: {path} ran without the preload"], 80))


def others():
    """Another user neither reads nor joins a ledger, nor stops or misleads one by names in the same folder."""
    if os.getuid():
        skip("only root can become another user")
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o1777)
        shutil.copy(LIBRARY, folder)
        shutil.copy(BUILD / "attack", folder)
        shutil.copy(BUILD / "grow", folder)
        grow = subprocess.Popen([BUILD / "grow", "0"], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=PLAIN | ENV | {
            "LD_PRELOAD": LIBRARY, "FLOP_QUIET": "1", "FLOP_LEDGER_DIR": folder, "FLOP_SCOPE": "tree", "FLOP_BUDGET": "100",
            "FLOP_OUTPUT": f"{folder}/s.json"})
        expect("called", grow.stdout.readline(), "called\n")
        tree = next(v for v in pathlib.Path(f"/proc/{grow.pid}/maps").read_text().split() if v.endswith(".ledger"))
        nonce = pathlib.Path(tree).read_bytes()[16:24][::-1].hex()
        before = pathlib.Path(tree).read_bytes()
        for what in (["cat", tree], ["rm", "-f", tree], ["sh", "-c", f"> {tree}"], ["mv", tree, tree + "2"]):
            done = subprocess.run([*nobody, *what], capture_output=True, text=True, check=False)
            expect(f"{what}", (done.returncode != 0, done.stdout), (True, ""))
        # Joining: with a limit it is not run, without one it counts by itself. Then a ledger of nobody's is offered to root
        for limit, status in (({"FLOP_BUDGET": "50"}, 2), ({}, 5)):
            done = subprocess.run([*nobody, "env", f"LD_PRELOAD={folder}/libflopshim.so", f"FLOP_TREE={nonce}:{tree}",
                                   f"{folder}/grow", "0"], env=PLAIN | ENV | {"FLOP_OUTPUT": "none"} | limit, cwd="/", input="",
                                  capture_output=True, text=True, check=False)
            expect(f"join: {done.stderr}", (done.returncode, "it cannot be opened" in done.stderr), (status, True))
        expect("as it was", pathlib.Path(tree).read_bytes(), before)
        fake = f"{folder}/flopshim.1.{nonce}.ledger"
        subprocess.run([*nobody, "sh", "-c", f"umask 077; cat > {fake}"], input=before, check=True)
        os.symlink(tree, f"{folder}/link.ledger")
        for offered, why in ((fake, "it belongs to another user"), (f"{folder}/link.ledger", "it cannot be opened")):
            done = subprocess.run([BUILD / "grow", "0"], env=PLAIN | ENV | {
                "LD_PRELOAD": LIBRARY, "FLOP_TREE": f"{nonce}:{offered}", "FLOP_BUDGET": "50"}, input="", capture_output=True,
                text=True, check=False)
            expect(f"offered: {done.stderr}", (done.returncode, why in done.stderr), (2, True))
        # The output's name: a link to a file of root's, and a file
        pathlib.Path(folder, "precious").write_text("precious")
        subprocess.run([*nobody, "ln", "-s", f"{folder}/precious", f"{folder}/s.json"], check=True)
        grow.communicate()
        expect("precious", pathlib.Path(folder, "precious").read_text(), "precious")
        expect("the summary", json.loads(pathlib.Path(folder, "s.1.json").read_text())["flops_used"], 2)
        # The folder of a run is nobody's but the runner's
        done = subprocess.run([PROGRAM, "run", "-q", "-o", "none", "--", "sh", "-c", "stat -c %a $FLOP_LEDGER_DIR"],
                              env=PLAIN, capture_output=True, text=True, check=True)
        expect("folder", done.stdout, "700\n")
        expect("ledger", stat.S_IMODE(os.stat(fake).st_mode), 0o600)


if sys.argv[1].startswith("row:"):
    expect_found(*(AFTER_A_LOOK + LATE)[int(sys.argv[1][4:])])
else:
    globals()[sys.argv[1]]()
