"""flopshim top without a terminal: frames as text and as JSON, of programs that count when they are told to."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from counted import PATIENCE_S, Counted
from harness import PLAIN, PROGRAM, Run, expect


def top(*words, env=None, status=0):
    done = subprocess.run([PROGRAM, "top", *map(str, words)], env={**PLAIN, **(env or {})}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60, check=False)
    expect(f"top {words}: {done.stderr}", done.returncode, status)
    return done.stdout


def sample(*words, **options):
    [line] = top("--once", "-d", "0.1", "-f", "json", *words, **options).splitlines()
    return json.loads(line)


def ledger_of(folder, pid):
    [path] = [p for p in pathlib.Path(folder).rglob("*.ledger") if p.name.split(".")[1] == str(pid)]
    return path


def frames():
    with tempfile.TemporaryDirectory() as folder, Counted(folder) as one:
        one.count(3)
        one.count(2, "own.part")
        text = top("--once", "-d", "0.1", one.pid)
        lines = text.splitlines()
        expect(text, lines[0].endswith(f", 1 process, 1 thread running, of pid {one.pid}"), True)
        expect("budget", lines[1], "Budget  unlimited, 10000 FLOPs used in 5 calls")
        expect("heads", lines[4].split(), ["FLOPS▼", "%", "GFLOP/s", "CALLS", "TIME", "ROUTINE"])
        expect("row", lines[5].split(), ["10000", "100.0", "0.000", "5", "-", "ddot"])
        expect("no blanks at the end", [line for line in lines if line != line.rstrip()], [])
        rows = top("--once", "-d", "0.1", "-t", "namespaces", "-s", "name", one.pid).splitlines()[5:]
        expect("namespaces", [r.split()[::5] for r in rows], [["6000", "(none)"], ["4000", "own.part"]])
        [row] = top("--once", "-d", "0.1", "-t", "processes", one.pid).splitlines()[5:]
        expect("a process", row.split(), [str(one.pid), "R", "1", "10000", "100.0", "0.000", "5", "-", "on_demand"])
        [row] = top("--once", "-d", "0.1", "-t", "threads", one.pid).splitlines()[5:]
        expect("a thread", row.split()[:4], [str(one.pid), str(one.pid), "R", "10000"])
        expect("letters for a terminal of none", "▼" in top("--once", one.pid, env={"LANG": "C"}), False)
        text = top("-n", "3", "-d", "0.1", one.pid)
        expect("three frames", text.count("flopshim top - "), 3)
        wide = top("--once", "-d", "0.1", one.pid, env={"COLUMNS": "160"}).splitlines()
        expect("width", (len(lines[2]) <= 80, len(wide[2]) > 80), (True, True))


def json_():
    with tempfile.TemporaryDirectory() as folder, Counted(folder, "-o", "none", "-b", "1M") as one:
        one.count(100)
        one.count(50, "ns")
        said = sample(one.pid)
        expect("keys", list(said), ["top_schema_version", "time", "delay_seconds", "ledgers", "ended", "flops_used", "calls",
                                    "refused_calls", "flop_budget", "budget_used", "seconds_to_exhaustion", "flops_per_second",
                                    "routines", "namespaces", "processes", "threads"])
        expect("sums", (said["flops_used"], said["calls"], said["flop_budget"], said["budget_used"], said["refused_calls"]),
               (300000, 150, 1000000, 300000, 0))
        expect("at rest", (said["flops_per_second"], said["seconds_to_exhaustion"]), (0, None))
        expect("routines", said["routines"], [{"routine": "ddot", "flop_cost": 300000, "calls": 150, "flops_per_second": 0.0,
                                               "seconds": 0.0}])
        expect("namespaces", [(n["namespace"], n["flop_cost"], n["total_flop_cost"]) for n in said["namespaces"]],
               [("", 200000, 200000), ("ns", 100000, 100000)])
        [process] = said["processes"]
        expect("a process", (process["program"], process["running"], process["threads"], process["ppid"]),
               ("on_demand", True, 1, one.pid))
        expect("a thread", [(t["pid"], t["tid"], t["running"]) for t in said["threads"]],
               [(process["pid"], process["pid"], True)])
        done = subprocess.Popen([PROGRAM, "top", "-f", "json", "-d", "0.1", str(one.pid)], env=PLAIN, stdout=subprocess.PIPE,
                                text=True)
        first = json.loads(done.stdout.readline())
        one.count(10)
        one.end()
        rest = [json.loads(line) for line in done.stdout]
        expect("a line each, until it has ended", (done.wait(PATIENCE_S), len(rest) > 0), (0, True))
        got = (first["flops_used"], rest[-1]["ended"], rest[-1]["processes"][0]["running"])
        expect("the last state", got, (300000, 1, False))


def targets():
    """By the pid of the program and of the run, by file, by folder, and all."""
    with tempfile.TemporaryDirectory() as folder, Counted(folder) as one, Counted(folder, "-o", "none") as two:
        expect("no call yet", sample(one.pid)["ledgers"], 0)
        one.count(1)
        two.count(10)
        [pid] = [p["pid"] for p in sample(two.pid)["processes"]]
        for target, used in ((one.pid, 2000), (two.pid, 20000), (pid, 20000), (ledger_of(folder, one.pid), 2000),
                             (ledger_of(folder, pid), 20000), (folder, 22000)):
            expect(target, sample(target, env={"FLOP_LEDGER_DIR": folder})["flops_used"], used)
        said = sample(env={"FLOP_LEDGER_DIR": folder})
        expect("all", {one.pid, pid} <= {p["pid"] for p in said["processes"]}, True)
        copy = pathlib.Path(folder, "copy")
        shutil.copy(ledger_of(folder, one.pid), copy)
        one.end()
        said = sample(copy)
        got = (said["flops_used"], said["ended"], said["processes"][0]["running"])
        expect("a ledger of nobody that lives", got, (2000, 1, False))


def budget():
    """Time to exhaustion: 10,000 calls in about a second leave as many for another one."""
    with tempfile.TemporaryDirectory() as folder, Counted(folder, FLOP_BUDGET="40M") as one:
        one.count(1)
        looking = subprocess.Popen([PROGRAM, "top", "-n", "6", "-d", "0.2", "-f", "json", str(one.pid)], env=PLAIN,
                                   stdout=subprocess.PIPE, text=True)
        end = time.monotonic() + 1
        for i in range(20):
            one.count(500)
            time.sleep(max(0, end - time.monotonic() - (19 - i) * 0.05))
        said = [json.loads(line) for line in looking.stdout]
        looking.wait(PATIENCE_S)
        for frame in said[2:5]:
            rate, left = frame["flops_per_second"], frame["seconds_to_exhaustion"]
            if left is not None:
                expect(f"{frame}: what is left at that rate", abs(left * rate - (40e6 - frame["budget_used"])) < 1e5, True)
        expect("rates are seen", any(f["flops_per_second"] > 1e6 for f in said), True)
        gauge = top("--once", "-d", "0.1", one.pid).splitlines()[1]
        share = re.search(r"([0-9.]+)%\] ([0-9.]+) M of 40.00 M", gauge)
        expect(f"gauge: {gauge}", bool(share) and abs(float(share[1]) - float(share[2]) / 0.4) < 0.2, True)
        expect("not at that rate", gauge.endswith("not at the present rate"), True)


def many():
    """Two with budgets: sums, and the first that would be exhausted; one of them ends."""
    with tempfile.TemporaryDirectory() as folder, Counted(folder, FLOP_BUDGET="1M") as one, Counted(folder) as two, \
            Counted(folder, FLOP_BUDGET="2M") as three:
        for program in (one, two, three):
            program.count(100)
        said = sample(folder)
        got = (said["ledgers"], said["flops_used"], said["flop_budget"], said["budget_used"])
        expect("sums", got, (3, 600000, 3000000, 400000))
        expect("one row a routine", [(r["routine"], r["calls"]) for r in said["routines"]], [("ddot", 300)])
        expect("processes", sorted(p["pid"] for p in said["processes"]), sorted([one.pid, two.pid, three.pid]))


def usage():
    with tempfile.TemporaryDirectory() as folder:
        text = pathlib.Path(folder, "text")
        text.write_text("text, and more of it than the magic of a ledger has")
        for words, said in ((["0"], "no such process"), (["99999999"], "no such process"),
                            (["1", "2"], "expected one PID or LEDGER"), ([f"{folder}/none"], "No such file"),
                            ([text], "too short for a ledger"),
                            (["-d", "0"], "--delay 0: expected seconds from 0.1 to 3600"), (["-d", "x"], "--delay x"),
                            (["-n", "0"], "--count 0: expected a number of frames"), (["-t", "routine"], "did you mean routines?"),
                            (["-s", "flop"], "--sort flop"), (["--format", "csv"], "--format csv: expected text or json")):
            run = Run([PROGRAM, "top", "--once", *words], preload=False)
            expect(f"{words}: {run.stderr}", (run.returncode, run.stdout, said in run.stderr, run.stderr.count("\n")),
                   (2, "", True, 1))
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([PROGRAM, "top", "--once"], env=PLAIN, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        expect("a full disk", (done.returncode, "cannot write to stdout" in done.stderr), (125, True))
    expect("nothing runs", "0 processes" in top("--once", "-d", "0.1", "/var"), True)


{"json": json_}.get(sys.argv[1], globals().get(sys.argv[1]))()
