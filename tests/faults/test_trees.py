"""One account, one ledger and one summary for a process and all that it starts (FLOP_SCOPE=tree)."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from harness import BUILD, LIBRARY, LIBS, PLAIN, PROGRAM, Run, check_balance, expect, skip

TREE = str(BUILD / "tree")
BLAS = {"LD_LIBRARY_PATH": f"{LIBS}/blas"}


def ledgers(folder):
    return sorted(p.name for p in pathlib.Path(folder).glob("*.ledger"))


def run(*command, **settings):
    """Under FLOP_SCOPE=tree, in a folder for its ledger, which must be gone afterwards."""
    timeout = settings.pop("timeout", 120)
    with tempfile.TemporaryDirectory() as folder:
        done = Run(command, BLAS | {"FLOP_SCOPE": "tree", "FLOP_LEDGER_DIR": folder} | settings, timeout=timeout)
        expect(f"{command}: ledgers left", ledgers(folder), [])
    return done


def shapes():
    """However a process is started: every call is counted once, in one file, with a line a process."""
    for shape, processes in (("fork", 4), ("raw", 4), ("spawn", 4), ("vfork", 4), ("exec", 4)):
        done = run(TREE, shape, 3, 5)
        expect(f"{shape}: status ({done.stderr})", done.returncode, 0)
        expect(f"{shape}: costs", done.costs(), {"ddot": (20, 160)})
        listed = done.summary["processes"]
        expect(f"{shape}: processes", sorted(p["flops_used"] for p in listed), [40] * processes)
        expect(f"{shape}: complete", (done.summary["complete"], done.summary["end_reason"]), (True, "exit"))
        if shape == "exec":
            expect("images", sorted(p["exec_number"] for p in listed), [0, 1, 2, 3])
            expect("one process", len({p["pid"] for p in listed}), 1)
            expect("ends", [p["end_reason"] for p in listed], ["exec"] * 3 + ["exit"])


def clones():
    """A child that no handler of fork saw notices that it is one before it waits for a lock that a thread of its parent's held, and
    before it writes where its parent does."""
    for scope, processes in (("tree", 101), ("process", 1)):
        done = Run([TREE, "locked", 100], BLAS | {"FLOP_SCOPE": scope})
        expect(f"{scope}: ended ({done.stderr})", (done.returncode, done.stdout), (0, "100\n"))
        expect(f"{scope}: costs", sum(s["flops_used"] for s in done.summaries), 800)
        expect(f"{scope}: lines", {len(s["processes"]) for s in done.summaries}, {processes})


def shells():
    """Shells and helpers that count nothing have no line; what they start is counted."""
    done = run("/bin/sh", "-c", f"{TREE} calls 2; ls / | cat >/dev/null; ({TREE} fork 2 1 & wait); env {TREE} calls 4 | cat")
    expect(f"status ({done.stderr})", done.returncode, 0)
    expect("costs", done.costs(), {"ddot": (9, 72)})
    used = [(p["program"], p["flops_used"]) for p in done.summary["processes"]]
    expect("processes", sorted(used), [("sh", 0)] + [("tree", 8)] * 3 + [("tree", 16), ("tree", 32)])
    expect("the root's name", done.summary["process"]["program"], "sh")


def scope_process():
    """FLOP_SCOPE=process: each has its own account and its own file."""
    done = Run([TREE, "fork", 3, 5], BLAS | {"FLOP_SCOPE": "process", "FLOP_BUDGET": "40"})
    expect(f"status ({done.stderr})", done.returncode, 0)
    expect("files", [(s["flops_used"], s["flops_remaining"]) for s in done.summaries], [(40, 0)] * 4)
    tree = run(TREE, "fork", 3, 5, FLOP_BUDGET="40")
    expect("the tree has 40 in all", (tree.summary["flops_used"], tree.summary["refused"]["calls"]), (40, 3))


def images():
    """FLOP_SCOPE=process, and exec: the image before and the one after have a file each, of one pid; nothing is lost."""
    done = Run([TREE, "exec", 3, 5], BLAS)
    expect(f"status ({done.stderr})", done.returncode, 0)
    expect("files", sorted((s["flops_used"], s["end_reason"]) for s in done.summaries), [(40, "exec")] * 3 + [(40, "exit")])
    expect("one process", len({s["process"]["pid"] for s in done.summaries}), 1)


def exact():
    """Processes with threads race for one account: it is spent to the last FLOP that fits, never beyond."""
    for limit in (999, 50_001, 3_000_000):
        done = run("/bin/sh", "-c", f"{BUILD}/race & {BUILD}/race & {TREE} spend & wait; {BUILD}/race", FLOP_BUDGET=str(limit))
        expect(f"status ({done.stderr})", done.returncode, 0)
        rows = [list(map(int, line.split())) for line in done.stdout.splitlines()]
        expect("refusals of what fits", [row[2] for row in rows if len(row) == 4], [0, 0, 0])
        spent = sum(row[1] + row[3] if len(row) == 4 else row[0] for row in rows)
        expect(f"spent of {limit}", spent, limit - limit % 2)
        expect("summary", (done.summary["flops_used"], done.summary["flops_remaining"]), (spent, limit % 2))
        check_balance(done.summary)


def grants_of_the_dead():
    """Who is killed gives back what it had not used, at whatever instruction; nothing acknowledged is lost."""
    for limit in [80_008] * 10 + [8_000_008] * 10:
        done = run(TREE, "killed", 8, FLOP_BUDGET=str(limit))
        expect(f"status ({done.stderr})", done.returncode, 0)
        acknowledged, in_progress, own = map(int, done.stdout.split())
        used = done.summary["flops_used"]
        expect("spent to the end", (used, done.summary["flops_remaining"]), (limit, 0))
        expect(f"{used} used, {acknowledged} + {own} acknowledged", 0 <= used - acknowledged - own <= in_progress, True)
        expect("lines", sum(p["flops_used"] for p in done.summary["processes"]), used)


def a_holder_is_killed():
    """The first to call is granted everything; killed, it gives that back to a process that was there before."""
    with tempfile.TemporaryDirectory() as folder:
        script = (f"{TREE} hold {folder}/ready & while ! [ -e {folder}/ready ]; do sleep 0.01; done; kill -9 $!; "
                  f"wait $!; {TREE} spend")
        done = run("/bin/sh", "-c", script, FLOP_BUDGET="800")
    expect(f"what is left ({done.stderr})", done.stdout.split()[-1], str(800 - 8))
    ends = {p["flops_used"]: (p["end_reason"], p["running"]) for p in done.summary["processes"] if p["flops_used"]}
    expect("ends", ends, {8: ("unknown", False), 792: ("exit", False)})
    expect("complete", (done.summary["complete"], done.summary["flops_used"]), (True, 800))


def survivors():
    """The root ends before its child: its summary says so, and the child's end makes it whole."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as apart:
        output, go_on = pathlib.Path(folder) / "out.json", pathlib.Path(apart) / "go_on"
        settings = PLAIN | BLAS | {"LD_PRELOAD": LIBRARY, "FLOP_SCOPE": "tree", "FLOP_QUIET": "1", "FLOP_OUTPUT": "out.json",
                                   "FLOP_LEDGER_DIR": folder, "FLOP_BUDGET": "1000"}
        subprocess.run([TREE, "background", "5", go_on], env=settings, cwd=folder, check=True, timeout=60)
        expect("the ledger stays while the child lives", len(ledgers(folder)), 1)
        go_on.touch()
        for _ in range(600):
            if not ledgers(folder):
                break
            time.sleep(0.05)
        last = json.loads(output.read_text())
        expect("whole", (last["flops_used"], last["complete"]), (40, True))
        expect("one file", sorted(p.name for p in pathlib.Path(folder).iterdir()), ["out.json"])


def refused():
    """Only the tree's own ledger is joined: what is stale, foreign or unsafe is refused with a reason."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        holder = subprocess.Popen([TREE, "hold", str(folder / "ready")], env=PLAIN | BLAS | {
            "LD_PRELOAD": LIBRARY, "FLOP_SCOPE": "tree", "FLOP_QUIET": "1", "FLOP_LEDGER_DIR": name, "FLOP_OUTPUT": "none",
            "FLOP_BUDGET": "1000"})
        while not (folder / "ready").exists():
            time.sleep(0.01)
        ledger = folder / ledgers(name)[0]
        nonce = ledger.name.split(".")[2]
        good = ledger.read_bytes()

        def trial(reason, value):
            for budget, status in (({"FLOP_BUDGET": "1000"}, 2), ({}, 0)):
                done = Run([TREE, "calls", 1], BLAS | {"FLOP_TREE": value, "FLOP_LEDGER_DIR": name} | budget)
                expect(f"{reason}: status ({done.stderr})", done.returncode, status)
                expect(f"{reason}: {done.stderr}", reason in done.stderr and "FLOP_TREE" in done.stderr, True)
                expect(f"{reason}: counted by itself", [s["flops_used"] for s in done.summaries], [] if status else [8])

        def copy(file, data=good, mode=0o600):
            path = folder / file
            path.write_bytes(data)
            path.chmod(mode)
            return f"{nonce}:{path}"

        joined = Run([TREE, "calls", 1], BLAS | {"FLOP_TREE": f"{nonce}:{ledger}"})
        expect(f"the true one ({joined.stderr})", (joined.returncode, joined.stderr, joined.summaries), (0, "", []))
        trial("not one that flopshim made", "nonsense")
        trial("not one that flopshim made", f"{nonce}:relative")
        trial("another tree", f"{int(nonce, 16) ^ 1:016x}:{ledger}")
        trial("was removed", f"{nonce}:{folder}/none.ledger")
        trial("others may have access", copy("open", mode=0o644))
        trial("damaged", copy("flipped", good[:30] + bytes([good[30] ^ 1]) + good[31:]))
        trial("no ledger of this format", copy("noise", os.urandom(1 << 17)))
        trial("no ledger", copy("short", good[:100]))
        (folder / "link").symlink_to(ledger)
        trial("cannot be opened", f"{nonce}:{folder}/link")
        os.mkfifo(folder / "pipe", 0o600)
        trial("not a file", f"{nonce}:{folder}/pipe")
        os.link(ledger, folder / "second")
        trial("others may have access", f"{nonce}:{ledger}")
        (folder / "second").unlink()
        if os.geteuid() == 0:
            theirs = copy("theirs")
            os.chown(folder / "theirs", 65534, 65534)
            trial("another user", theirs)
        holder.kill()
        holder.wait()
        report = subprocess.run([PROGRAM, "report", str(ledger)], capture_output=True, text=True, check=False)
        expect(f"the killed tree's ledger: {report.stderr}", ("16" in report.stdout, report.returncode), (True, 0))


def limits():
    """The tree's limit holds, whatever a process of it asks for."""
    larger = run("/bin/sh", "-c", f"FLOP_BUDGET=1e9 {TREE} spend", FLOP_BUDGET="80")
    expect(f"larger ({larger.stderr})", (larger.stdout, "the tree's limit holds" in larger.stderr), ("80\n", True))
    none = run("/bin/sh", "-c", f"{TREE} calls 1; FLOP_BUDGET=1e9 {TREE} calls 1")
    expect("asked for where there is none", (none.returncode, none.costs()), (2, {"ddot": (1, 8)}))
    other = run("/bin/sh", "-c", f"FLOP_SCOPE=process {TREE} calls 1", FLOP_BUDGET="80")
    expect("nobody leaves by asking", other.costs(), {"ddot": (1, 8)})


def one_ledger():
    """200 processes, one ledger while they run, one file afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        child = subprocess.Popen([TREE, "fork", "200", "1"], cwd=folder, env=PLAIN | BLAS | {
            "LD_PRELOAD": LIBRARY, "FLOP_SCOPE": "tree", "FLOP_QUIET": "1", "FLOP_LEDGER_DIR": folder, "FLOP_OUTPUT": "%p.json"})
        most = 0
        while child.poll() is None:
            most = max(most, len(ledgers(folder)))
        expect("ledgers at a time", most <= 1, True)
        files = list(pathlib.Path(folder).iterdir())
        expect("files", len(files), 1)
        summary = json.loads(files[0].read_text())
        expect("used", (summary["flops_used"], len(summary["processes"])), (201 * 8, 201))


def another_user():
    """A child that became another user cannot join: the tree names it, and it has a file of its own name."""
    if os.getuid():
        skip("only root can become another user")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        for file in (LIBRARY, BUILD / "dots"):
            shutil.copy(file, folder)
        dots = f"{folder}/dots"
        command = f"{dots} 4; setpriv --reuid=65534 --regid=65534 --clear-groups {dots} 4; exit 3"
        done = subprocess.run(["/bin/sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False, env={
            **PLAIN, **BLAS, "LD_PRELOAD": f"{folder}/libflopshim.so", "FLOP_SCOPE": "tree", "FLOP_QUIET": "1",
            "FLOP_LEDGER_DIR": folder, "FLOP_OUTPUT": "own.json,stderr"})
        expect(f"status, {done.stderr}", done.returncode, 3)
        files = {p.name: json.loads(p.read_text()) for p in pathlib.Path(folder).glob("*.json")}
        alone = [name for name in files if name != "own.json"]
        expect("files", (len(files), alone[0].replace(str(files[alone[0]]["process"]["pid"]), "PID")), (2, "own.PID.json"))
        tree, child = files["own.json"], files[alone[0]]
        expect("the tree", (tree["scope"], tree["flops_used"], tree["uncovered"]),
               ("tree", 8, [f"started {dots} apart from its tree (as another user)"]))
        expect("the child", (child["scope"], child["flops_used"], child["uncovered"]), ("process", 8, []))


globals()[sys.argv[1]]()
