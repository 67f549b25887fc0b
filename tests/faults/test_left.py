"""test_left.py CASE: what the dead leave is made a summary by the next one that looks: once, safely, as its process wanted it."""
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys

from harness import BUILD, LIBRARY, PROGRAM, expect, skip
from place import PYTHON, check_calls, place, returned

START = """
import os, signal, subprocess, sys, time
victim = subprocess.Popen(sys.argv[2:])
while not os.path.exists("seen") or not any(open("seen", "rb").read()):
    time.sleep(0.005)
victim.send_signal(int(sys.argv[1]))
"""


@contextlib.contextmanager
def busy():
    loops = [subprocess.Popen([PYTHON, "-c", "while True: pass"]) for _ in range(3)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def signals():
    """A child that a signal ends by its default action: its parent, which has counted nothing itself, writes the summary."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM, signal.SIGKILL):
        for waits in (True, False):
            with place() as p:
                code = START + "print(victim.pid, flush=True)\n" + ("victim.wait()" if waits else "time.sleep(0.3)\nos._exit(0)")
                parent = p.start(PYTHON, "-c", code, int(number), BUILD / "acknowledge", "seen")
                out, err = parent.communicate(timeout=60)
                pid = int(out)
                how = "ended earlier without one" if waits else f"killed by signal {int(number)}"
                expect(f"{number}: line", err.splitlines(), [f"flopshim: summary of acknowledge (pid {pid}, {how}): {pid}.json"])
                summary = p.summaries()[f"{pid}.json"]
                check_calls(number, summary, returned(p.folder / "seen"))
                expect(f"{number}: end", (summary["end_reason"], summary["end_status"]),
                       ("unknown", 0) if waits else ("signal", int(number)))
                expect(f"{number}: left", p.left(), [])


POOL = """
import multiprocessing, sys, time
import numpy as np
a = np.ones((64, 64))
def work(i):
    return float((a @ a)[0, 0])
if __name__ == "__main__":
    with multiprocessing.Pool(4) as pool:
        print(sum(pool.imap_unordered(work, range(400))))
        workers = [w.pid for w in multiprocessing.active_children()]
"""


def pool():
    """Pool ends its workers by SIGTERM: all their work is in summaries all the same."""
    for env in ({}, {"FLOP_QUIET": "1"}):
        with place() as p:
            lines = p.run(PYTHON, "-c", POOL, LD_LIBRARY_PATH="", **env)
            summaries = p.summaries()
            gemm = sum(s["operations"].get("dgemm", {"flop_cost": 0})["flop_cost"] for s in summaries.values())
            expect("FLOPs of all workers", gemm + sum(s["operations"].get("dsyrk", {"flop_cost": 0})["flop_cost"]
                                                      for s in summaries.values()) > 0, True)
            total = sum(s["flops_used"] for s in summaries.values())
            rest = sum(op["flop_cost"] for s in summaries.values() for name, op in s["operations"].items() if name == "sdot")
            calls = sum(op["calls"] for s in summaries.values() for name, op in s["operations"].items() if name != "sdot")
            expect("calls", calls, 400)
            one = total - rest
            expect("FLOPs", one % 400, 0)
            expect("left", p.left(), [])
            expect(f"a line each: {lines}", len(lines), 0 if env else len(summaries))


def strangers():
    """Whoever had no preloaded parent, or a dead one, is for the next process that counts, and for the next `flopshim run`."""
    with place() as p:
        pid, calls = p.kill(signal.SIGTERM)
        before = p.left()
        expect("a process that counts nothing looks for nothing", (p.run("/bin/true"), p.left()), ([], before))
        expect("nor one that writes nothing", (p.sweeper(FLOP_OUTPUT="none"), p.left()), ([], before))
        expect("line", p.sweeper(), [f"flopshim: summary of acknowledge (pid {pid}, ended earlier without one): {pid}.json"])
        check_calls("counts", p.summaries()[f"{pid}.json"], calls)
        expect("left", (p.left(), p.sweeper()), ([], []))
        pid, calls = p.kill()
        expect("by run", p.run(PROGRAM, "run", "--", BUILD / "dots", "7", LD_PRELOAD="", FLOP_OUTPUT="/dev/null")[-1],
               f"flopshim: summary of acknowledge (pid {pid}, ended earlier without one): {pid}.json")
        expect("left", p.left(), [])
        pid, _ = p.kill()
        expect("quietly", (p.sweeper(FLOP_QUIET="1"), f"{pid}.json" in p.summaries(), p.left()), ([], True, []))
        p.kill(FLOP_OUTPUT="none")
        count = len(p.summaries())
        expect("no summary was wanted", (p.sweeper(), len(p.summaries()), p.left()), ([], count, []))


def places():
    """Where its own process wanted it: relative names from where that was started, the environment's fields from its own."""
    with place() as p:
        (p.folder / "there").mkdir()
        program = subprocess.Popen([BUILD / "acknowledge", p.folder / "seen"], cwd=p.folder / "there", stderr=subprocess.DEVNULL,
                                   env=p.env(FLOP_OUTPUT="deep/r%r-j%j.json,x.csv", PMI_RANK="3", SLURM_JOB_ID="a%p"))
        returned(p.folder / "seen")
        program.kill()
        program.wait()
        expect("line", p.sweeper(), [f"flopshim: summary of acknowledge (pid {program.pid}, ended earlier without one): "
                                     "there/deep/r3-ja%p.json, there/x.csv"])
        (p.folder / "gone").mkdir()
        program = subprocess.Popen([BUILD / "acknowledge", p.folder / "seen2"], cwd=p.folder / "gone", stderr=subprocess.DEVNULL,
                                   env=p.env())
        returned(p.folder / "seen2")
        program.kill()
        program.wait()
        (p.folder / "gone").rmdir()
        before = p.left()
        expect("a folder that is gone is not made again", (len(before), p.sweeper(), p.left(), (p.folder / "gone").exists()),
               (1, [], before, False))


def parent_first():
    """While a preloaded parent lives its children's are left to it."""
    with place() as p:
        code = START + "victim.wait()\nprint(victim.pid, flush=True)\nsys.stdin.readline()"
        parent = p.start(PYTHON, "-c", code, 9, BUILD / "acknowledge", "seen")
        pid = int(parent.stdout.readline())
        before = p.left()
        expect("left to the parent", (len(before), p.sweeper(), p.left()), (1, [], before))
        _, err = parent.communicate("\n", timeout=60)
        expect("its line", err.splitlines(),
               [f"flopshim: summary of acknowledge (pid {pid}, ended earlier without one): {pid}.json"])
        expect("left", p.left(), [])


def races():
    """100 ledgers, each found by four sweepers at once, and 50 by a parent and three sweepers: one summary of each, one line."""
    with busy(), place() as p:
        for _ in range(100):
            pid, calls = p.kill()
            sweepers = [p.start(BUILD / "dots", "7", FLOP_OUTPUT="/dev/null") for _ in range(4)]
            lines = [line for s in sweepers for line in s.communicate(timeout=120)[1].splitlines() if f"(pid {pid}," in line]
            expect("lines", len(lines), 1)
            summaries = p.summaries()
            expect("summaries", list(summaries), [f"{pid}.json"])
            check_calls("counts", summaries[f"{pid}.json"], calls)
            expect("left", p.left(), [])
            (p.folder / f"{pid}.json").unlink()
        for _ in range(50):
            (p.folder / "seen").unlink(missing_ok=True)
            shell = p.start("/bin/sh", "-c", f"{BUILD}/acknowledge seen & echo $!; read x; kill -9 $!; wait")
            pid = int(shell.stdout.readline())
            returned(p.folder / "seen")
            sweepers = [p.start(BUILD / "dots", "7", FLOP_OUTPUT="/dev/null") for _ in range(3)]
            outs = [s.communicate("\n", timeout=120)[1] for s in (shell, *sweepers)]
            for _ in range(2 if p.left() else 0):
                outs.append("\n".join(p.sweeper()))
            lines = [line for out in outs for line in out.splitlines() if f"(pid {pid}," in line]
            expect(f"lines: {outs}", (len(lines), list(p.summaries()), p.left()), (1, [f"{pid}.json"], []))
            (p.folder / f"{pid}.json").unlink()


def killed_sweepers():
    """A sweeper that is killed before any of its steps loses nothing; the next one goes on. Between the last two a second file is
    written rather than none."""
    for step, which, files in (("pwrite64", 1, 1), ("renameat", 1, 1), ("renameat2", 2, 1), ("unlinkat", 1, 2)):
        with place() as p:
            pid, calls = p.kill()
            trace = ["strace", "-f", "-qq", "-o", "/dev/null", "-E", f"LD_PRELOAD={LIBRARY}", "-e",
                     f"inject={step}:signal=SIGKILL:when={which}", BUILD / "dots", "7"]
            done = p.start(*trace, LD_PRELOAD="", FLOP_OUTPUT="own.txt")
            _, err = done.communicate(timeout=60)
            expect(f"{step}: killed {err}", done.returncode, -9)
            expect(f"{step}: the ledger is there", len(p.left()), 1)
            p.sweeper()
            summaries = p.summaries()
            expect(f"{step}: files", (len(summaries), p.left()), (files, []))
            for summary in summaries.values():
                check_calls(step, summary, calls)


def first_call():
    """Killed before any system call of its first count, when its ledger may not tell of it yet: that stops nobody who reads it, and
    the next sweep clears it away."""
    with place() as p:
        sound = p.folder / "sound.json"
        strace = ["strace", "-qq", "-E", f"LD_PRELOAD={LIBRARY}", "-o"]
        p.run(*strace, p.folder / "trace", BUILD / "dots", "7", LD_PRELOAD="", FLOP_OUTPUT=sound, FLOP_QUIET="1")
        texts = (p.folder / "trace").read_text().splitlines()
        steps = [line.split("(")[0] for line in texts]
        begun = next(i for i, line in enumerate(texts) if line.startswith("rename(") and ".ledger" in line)
        ended = next(i for i, line in enumerate(texts) if i > begun and line.startswith("rt_sigaction("))
        expect("system calls of a first count", ended - begun > 8, True)
        nobody = counted = 0
        for at in range(begun + 1, ended):
            step, which = steps[at], steps[:at + 1].count(steps[at])
            done = p.start(*strace, "/dev/null", "-e", f"inject={step}:signal=SIGKILL:when={which}", BUILD / "dots", "7",
                           LD_PRELOAD="")
            done.communicate(timeout=60)
            expect(f"{step} {which}: killed", done.returncode, -9)
            [ledger] = p.ledgers.iterdir()
            reader = subprocess.run([PROGRAM, "merge", "-f", "json", sound, ledger], capture_output=True, text=True, check=False)
            blank = "nothing was counted in it" in reader.stderr
            expect(f"{step} {which}: {reader.stderr}", (reader.returncode, len(json.loads(reader.stdout)["members"])),
                   (0, 1 if blank else 2))
            alone = subprocess.run([PROGRAM, "merge", ledger], capture_output=True, text=True, check=False)
            expect(f"{step} {which}: alone: {alone.stderr}", (alone.returncode, "no process to merge" in alone.stderr),
                   (2, True) if blank else (0, False))
            shown = subprocess.run([PROGRAM, "report", "--left"], env=p.env(LD_PRELOAD=""), capture_output=True, text=True,
                                   check=False)
            expect(f"{step} {which}: --left: {shown.stdout}", (shown.returncode, "Nothing is left" in shown.stdout), (0, blank))
            expect(f"{step} {which}: swept", (p.sweeper(FLOP_QUIET="1"), p.left()), ([], []))
            nobody += blank
            counted += json.loads(reader.stdout)["calls"] - 1
        both = nobody > 0, 0 < counted < ended - begun - nobody
        expect("killed before the ledger told of it, and before and after the call", both, (True, True))
        expect("summaries of those that had counted", len(p.summaries()), 1 + counted)


def claimed():
    """A claim of a living process is respected, that of a dead one is not, whoever has its pid by now."""
    with place() as p:
        pid, _ = p.kill()
        [name] = p.left()
        stem = name[:-len(".ledger")]
        ticks = pathlib.Path(f"/proc/{os.getpid()}/stat").read_text().rsplit(")", 1)[1].split()[19]
        (p.ledgers / name).rename(p.ledgers / f"{stem}.{os.getpid()}-{ticks}.ledger")
        before = p.left()
        expect("claimed", (p.sweeper(), p.left()), ([], before))
        (p.ledgers / before[0]).rename(p.ledgers / f"{stem}.{os.getpid()}-{int(ticks) + 1}.ledger")
        expect("its claimer is dead", (len(p.sweeper()), p.left(), list(p.summaries())), (1, [], [f"{pid}.json"]))


def hostile():
    """What is not beyond doubt a ledger of this user's is neither written, nor opened up, nor removed; what is doubtful says so."""
    with place() as p:
        p.kill()
        [name] = p.left()
        sound = (p.ledgers / name).read_bytes()
        (p.ledgers / name).unlink()
        victim = p.folder / "victim"
        victim.write_bytes(sound)
        victim.chmod(0o600)

        def plant(how, data=sound, mode=0o600):
            path = p.ledgers / name
            if how == "link":
                path.symlink_to(victim)
            elif how == "second name":
                os.link(victim, path)
            elif how == "pipe":
                os.mkfifo(path, 0o600)
            else:
                path.write_bytes(data)
                path.chmod(mode)
        damaged = bytearray(sound)
        damaged[100] ^= 1
        record = bytearray(sound)
        record[8192 + 64 + 8] ^= 1
        for how, *more in (("link",), ("second name",), ("pipe",), ("readable", sound, 0o644), ("damaged header", bytes(damaged)),
                           ("damaged record", bytes(record)), ("cut", sound[:9000]), ("empty", b""), ("text", b"x" * 70000),
                           ("zeros", bytes(65536))):
            plant(how, *more)
            before = (p.ledgers / name).lstat()
            expect(f"{how}: nothing is said", p.sweeper(), [])
            after = (p.ledgers / name).lstat()
            expect(f"{how}: nor done", ((after.st_ino, after.st_size, after.st_mtime_ns), victim.read_bytes() == sound,
                                        p.summaries()), ((before.st_ino, before.st_size, before.st_mtime_ns), True, {}))
            (p.ledgers / name).unlink()
        for odd in ("flopshim.0.aa.ledger", "flopshim.99999999999999999999.aa.ledger", "flopshim..ledger",
                    "flopshim.4194304.zz.ledger",
                    f"flopshim.{'9' * 200}.ledger", "flopshim-1-1-x", "flopshim-4194304--x", "flopshim"):
            (p.ledgers / odd).write_bytes(sound)
        before = p.left()
        expect("odd names", (p.sweeper(), p.left()), ([], before))
        for odd in before:
            (p.ledgers / odd).unlink()
        doubtful = bytearray(sound)
        doubtful[8192 + 64 + 1528 + 24] ^= 1  # dropped_calls or thereabouts: the state, whose seal is then wrong
        plant("doubtful", bytes(doubtful))
        expect("doubtful: a line", len(p.sweeper()), 1)
        [summary] = p.summaries().values()
        expect("doubtful: says so", (summary["incomplete"].count("doubtful"), summary["complete"], p.left()), (1, False, []))


def other_user():
    """The ledgers of another user are not touched, though they could be."""
    if os.geteuid():
        skip("only root can make a ledger another user's")
    with place() as p:
        p.kill()
        os.chown(p.ledgers / p.left()[0], 65534, 65534)
        before = p.left()
        expect("left", (p.sweeper(), p.left()), ([], before))


def killed_run():
    """`flopshim run` and all that it ran are killed: its folder is emptied and removed by the next."""
    with place() as p:
        script = f"{BUILD}/acknowledge seen & while ! [ -s seen ]; do sleep 0.01; done; sleep 0.1; kill -9 $PPID $! $$"
        run = p.start(PROGRAM, "run", "--", "/bin/sh", "-c", script, LD_PRELOAD="")
        _, err = run.communicate(timeout=60)
        expect(f"killed: {err}", run.returncode, -9)
        [folder] = p.left()
        expect("its folder", folder.startswith(f"flopshim-{run.pid}-"), True)
        lines = p.sweeper()
        expect(f"swept: {lines}", (len(lines), "acknowledge" in lines[0], len(p.summaries()), p.left()), (1, True, 1, []))


def under_run():
    """Inside a run a parent writes its child's: no tampering is seen in it, and nothing is said twice."""
    with place() as p:
        for budget in ({}, {"FLOP_BUDGET": "1e15"}):
            wait = "while ! [ -s seen ]; do sleep 0.01; done; sleep 0.3"
            script = f"{BUILD}/acknowledge seen & {wait}; kill $!; wait; {BUILD}/dots 7"
            lines = p.run(PROGRAM, "run", "--", "/bin/sh", "-c", script, LD_PRELOAD="", **budget)
            lines = [line for line in lines if "| budget:" not in line]
            names = sorted(line.split(" of ")[1].split()[0] for line in lines)
            expect(f"lines: {lines}", (names, len(p.summaries()), p.left()), (["acknowledge", "dots"], 2, []))
            for path in p.folder.glob("*.json"):
                path.unlink()
            (p.folder / "seen").unlink()


def report_left():
    """`flopshim report --left` shows what is left and removes nothing."""
    with place() as p:
        def left(*options, status=0):
            done = subprocess.run([PROGRAM, "report", "--left", *options], env=p.env(LD_PRELOAD="", TMPDIR=str(p.ledgers)),
                                  capture_output=True, text=True, check=False)
            expect(f"--left {options}: {done.stderr}", done.returncode, status)
            return done.stdout
        expect("nothing", [str(p.ledgers) in left(), str(p.ledgers) in left("-f", "json")], [False, False])
        pid, calls = p.kill()
        running = p.start(BUILD / "acknowledge", "seen2")
        returned(p.folder / "seen2")
        before = p.left()
        text = left()
        [line] = [line for line in text.splitlines() if line.startswith(f"{p.ledgers}/")]
        expect(f"line: {line}", (f": acknowledge (pid {pid}), started 20" in line, line.endswith(" FLOPs")), (True, True))
        expect("summary", (f"==> {line.split(':')[0]} <==" in text, "ddot" in text), (True, True))
        [summary] = [s for s in json.loads(left("--format", "json")) if s["process"]["pid"] == pid]
        check_calls("counts", summary, calls)
        expect("they stay", p.left(), before)
        for bad in (["-f", "csv"], ["x.json"], ["-f", "xml"]):
            left(*bad, status=2)
        running.kill()
        running.communicate()


globals()[sys.argv[1]]()
