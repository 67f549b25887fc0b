"""FLOP_DETAIL=calls: the log of calls, as CSV and as a trace, of programs whose calls are known; bounded; after a kill."""
import csv
import io
import json
import os
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile
import time

import trace_format
from harness import BUILD, LIBS, LIBRARY, PLAIN, PROGRAM, expect, python, report

CALLS = {"FLOP_DETAIL": "calls", "FLOP_QUIET": "1"}
LAPACK = {"LD_LIBRARY_PATH": f"{LIBS}/blas:{LIBS}/lapack", **CALLS}
FORWARD, BACKWARD, DOT = 48, 128, 10
F, B1, B2, D = (("dgemm", FORWARD, "m=2 n=3 k=4"), ("dgemm", BACKWARD, "m=4 n=4 k=4"), ("dgemm", BACKWARD, "m=4 n=4 k=4"),
                ("ddot", DOT, "n=5"))
HAND = [("", *F)] * 3 + [("train.step", *call) for call in (B1, B2, D)] + [("train", *F), ("", "dgesv", 0, "n=4 nrhs=1"),
                                                                           ("", "my_op", 1000, "")]


class Logged:
    """One program that has ended: its rows, its trace's events and its summaries."""

    def __init__(self, command, env=None):
        with tempfile.TemporaryDirectory() as folder:
            outputs = f"{folder}/%p.calls.csv,{folder}/%p.trace.json,{folder}/%p.s.json,{folder}/%p.txt"
            done = subprocess.run([str(c) for c in command], env={**PLAIN, **LAPACK, "FLOP_OUTPUT": outputs, "LD_PRELOAD": LIBRARY,
                                                                  **(env or {})}, capture_output=True, text=True, check=False)
            self.returncode = done.returncode
            self.tables = [rows_of(p.read_text()) for p in sorted(pathlib.Path(folder).glob("*.calls.csv"))]
            self.traces = [json.loads(p.read_text()) for p in sorted(pathlib.Path(folder).glob("*.trace.json"))]
            self.summaries = [json.loads(p.read_text()) for p in sorted(pathlib.Path(folder).glob("*.s.json"))]
            self.texts = [p.read_text() for p in sorted(pathlib.Path(folder).glob("*.txt"))]
        for loaded in self.traces:
            trace_format.check(loaded)


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def calls_of(rows):
    return [(row["namespace"], row["operation"], int(row["flop_cost"]), row["shape"]) for row in rows]


def check_rate(events, flops):
    """The counter of GFLOP/s, added up over time, is the FLOPs of the calls; it is 0 at the end."""
    rate, before, total = 0.0, 0.0, 0.0
    for event in (e for e in events if e["ph"] == "C" and e["name"] == "GFLOP/s"):
        total += rate * (event["ts"] - before) * 1000
        before, rate = event["ts"], event["args"]["GFLOP/s"]
    expect("the rate at the end", rate, 0)
    expect(f"the rate's sum: {total} of {flops}", abs(total - flops) <= 0.01 * flops, True)


def hand():
    logged = Logged([BUILD / "callers", "hand"], {"FLOP_BUDGET": "1e4"})
    rows = logged.tables[0]
    expect("calls", calls_of(rows), HAND)
    expect("numbers", [int(row["number"]) for row in rows], list(range(1, len(HAND) + 1)))
    starts = [float(row["start_seconds"]) for row in rows]
    expect("in order of time", starts, sorted(starts))
    expect("all have ended", all(float(row["seconds"]) >= 0 for row in rows), True)
    ends = [float(row["start_seconds"]) + float(row["seconds"]) for row in rows]
    expect("one after the other", all(end <= start + 1e-9 for end, start in zip(ends, starts[1:])), True)
    expect("summary", logged.summaries[0]["call_log"], {"calls": len(HAND), "overwritten_calls": 0})
    expect("text", [" ".join(line.split()) for line in logged.texts[0].splitlines() if "Call log" in line], ["Call log: 9"])
    # The trace says the same
    events = logged.traces[0]["traceEvents"]
    wanted = [(tuple({"train.step": ("train", "train.step"), "train": ("train",)}.get(ns, ())), name, flops)
              for ns, name, flops, _ in HAND]
    got = [(where, event["name"], event["args"]["flop_cost"]) for where, event in trace_format.slices(events)]
    expect("trace", got, wanted)
    expect("dims", trace_format.slices(events)[0][1]["args"], {"flop_cost": FORWARD, "m": 2, "n": 3, "k": 4})
    left, budget = [], 10000
    for flops in (call[2] for call in HAND):
        budget -= flops
        left.append(budget)
    counters = [e["args"]["FLOPs"] for e in events if e["ph"] == "C" and e["name"] == "budget left"]
    expect("budget left", counters, left)
    # A deduction is over at once: it has no duration for a rate, but its nanosecond
    check_rate(events, sum(call[2] for call in HAND))
    none = Logged([BUILD / "callers", "hand"], {"FLOP_DETAIL": "routines"})
    expect("not asked for", (none.tables[0], "call_log" in none.summaries[0]), ([], False))


def formats():
    """`flopshim report` of a ledger, by --format and by the output's name; what has no log is an error that says so."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**PLAIN, **LAPACK, "FLOP_LEDGER_DIR": folder, "LD_PRELOAD": LIBRARY}
        subprocess.run([BUILD / "callers", "killed"], env=env, check=False, cwd=folder)
        ledger = next(p for p in pathlib.Path(folder).iterdir() if p.is_file())
        outputs = {}
        for form, name in ("trace", "x.trace.json"), ("calls", "x.calls.csv"):
            done = subprocess.run([PROGRAM, "report", "--format", form, ledger], capture_output=True, text=True, check=True)
            subprocess.run([PROGRAM, "report", ledger, "-o", f"{folder}/{name}"], check=True)
            outputs[form] = done.stdout
            expect(name, pathlib.Path(folder, name).read_text(), done.stdout)
        expect("calls", len(rows_of(outputs["calls"])), 1000)
        events = trace_format.check(json.loads(outputs["trace"]))
        expect("trace", len(trace_format.slices(events)), 1000)
        pathlib.Path(folder, "s.json").write_text(json.dumps(report(ledger)))
        done = subprocess.run([PROGRAM, "report", "--format", "trace", f"{folder}/s.json"], capture_output=True, text=True,
                              check=False)
        expect("a summary has none", (done.returncode, done.stdout), (2, ""))
        expect("says so", f"{folder}/s.json: a summary has no log of calls; accepted is a ledger" in done.stderr, True)


def threads():
    logged = Logged([BUILD / "callers", "threads"])
    rows = logged.tables[0]
    expect("calls", sorted(set(calls_of(rows))), sorted({("", *F), ("", *B1), ("", *D)}))
    counts = sorted(sum(row["thread"] == thread for row in rows) for thread in {row["thread"] for row in rows})
    expect("of each thread", counts, [400, 800, 1200, 1600])
    check_rate(logged.traces[0]["traceEvents"], 1000 * (FORWARD + 2 * BACKWARD + DOT))


def processes():
    """A fork child has its own log; in a tree there is one; a refused call is in none."""
    child = [("", *call) for call in (B1, B2, D)]
    got = sorted(map(calls_of, Logged([BUILD / "callers", "fork"]).tables))
    expect("fork", got, sorted([[("", *F)] * 2, child]))
    tree = Logged([BUILD / "callers", "fork"], {"FLOP_SCOPE": "tree"})
    expect("tree", calls_of(tree.tables[0]), [("", *F), *child, ("", *F)])
    expect("processes", len({row["process"] for row in tree.tables[0]}), 2)
    names = [e["args"]["name"] for e in tree.traces[0]["traceEvents"] if e["name"] == "process_name"]
    expect("names", names, ["callers", "callers"])
    refused = Logged([BUILD / "callers", "hand"], {"FLOP_BUDGET": str(3 * FORWARD + BACKWARD)})
    expect("refused", (refused.returncode, calls_of(refused.tables[0])), (86, HAND[:4]))


def fortran():
    expect("Fortran", calls_of(Logged([BUILD / "callers_f"]).tables[0]), [("", *call) for call in (F, F, F, B1, D)])


def numpy():
    script = ("import numpy as np\nfrom threading import Thread\na, b = np.ones((30, 40)), np.ones((40, 50))\n"
              "def work():\n    for _ in range(100):\n        a @ b\n"
              "ts = [Thread(target=work) for _ in range(3)]\n[t.start() for t in ts]\n[t.join() for t in ts]\nwork()\n")
    for environment in ("new", "debian"):
        logged = Logged([python(environment), "-c", script], {"LD_LIBRARY_PATH": ""})
        products = [row for row in logged.tables[0] if row["operation"] == "dgemm"]
        expect(f"{environment}: products", {(int(row["flop_cost"]), len(row["shape"].split())) for row in products}, {(120000, 3)})
        counts = [sum(row["thread"] == thread for row in products) for thread in {row["thread"] for row in products}]
        expect(f"{environment}: threads", (sum(counts), min(counts) % 100), (400, 0))


def killed():
    """`flopshim run` writes the log of a killed process."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**PLAIN, **LAPACK, "FLOP_LEDGER_DIR": folder}
        done = subprocess.run([PROGRAM, "run", "--detail", "calls", "--output", "x.calls.csv,x.trace.json", "--", BUILD / "callers",
                               "killed"], env=env, check=False, cwd=folder)
        expect("status", done.returncode, 128 + signal.SIGKILL)
        expect("calls", calls_of(rows_of(pathlib.Path(folder, "x.calls.csv").read_text())),
               [("", *call) for _ in range(250) for call in (F, B1, B2, D)])
        trace_format.check(json.loads(pathlib.Path(folder, "x.trace.json").read_text()))


def busy():
    """Killed anywhere: every call that had returned is in the log, and at most one more."""
    for i in range(100):
        with tempfile.TemporaryDirectory() as folder:
            env = {**PLAIN, **LAPACK, "FLOP_LEDGER_DIR": folder, "LD_PRELOAD": LIBRARY}
            with subprocess.Popen([BUILD / "callers", "busy"], env=env, cwd=folder, stdout=subprocess.PIPE, bufsize=0) as process:
                os.read(process.stdout.fileno(), 8)
                time.sleep(i * 0.0002)
                process.kill()
                returned = 1
                while data := os.read(process.stdout.fileno(), 65536):
                    returned = struct.unpack("L", data[-8:])[0]
            ledger = next(p for p in pathlib.Path(folder).iterdir() if p.is_file())
            done = subprocess.run([PROGRAM, "report", "--format", "calls", ledger], capture_output=True, text=True, check=True)
            rows = rows_of(done.stdout)
            expect(f"{len(rows)} of {returned}", returned <= len(rows) <= returned + 1, True)
            expect("they are whole", set(calls_of(rows)), {("", *F)})
            expect("they have ended", sum(row["seconds"] == "" for row in rows[:returned]), 0)


def many():
    """10^7 calls: the newest of each thread are there, the others are counted, and the ledger is no larger than it may be."""
    env = {"LD_LIBRARY_PATH": str(BUILD)}
    logged = Logged([BUILD / "many_calls", 10000000], env)
    kept = 65536
    expect("summary", logged.summaries[0]["call_log"], {"calls": kept, "overwritten_calls": 10000000 - kept})
    said = f"Call log:             {kept:,}  (the newest; {10000000 - kept:,} older ones were overwritten)"
    expect("text", said in logged.texts[0], True)
    expect("the newest", [int(row["number"]) for row in logged.tables[0]], list(range(10000000 - kept + 1, 10000001)))
    expect("their shapes", (logged.tables[0][0]["shape"], logged.tables[0][-1]["shape"]), (f"n={10000001 - kept}", "n=10000000"))
    few = Logged([BUILD / "many_calls", 1000, 4], {**env, "FLOP_DETAIL": "calls=100"})
    expect("fewer of more threads", few.summaries[0]["call_log"], {"calls": 400, "overwritten_calls": 3600})
    with tempfile.TemporaryDirectory() as folder:
        full = {**PLAIN, **CALLS, **env, "FLOP_DETAIL": "calls=999999", "FLOP_LEDGER_DIR": folder, "FLOP_OUTPUT": "s.json",
                "LD_PRELOAD": LIBRARY}
        subprocess.run([BUILD / "many_calls", "1000000", "3"], env=full, check=True, cwd=folder)
        summary = json.loads(pathlib.Path(folder, "s.json").read_text())
    log = summary["call_log"]
    expect("all are logged or overwritten", log["calls"] + log["overwritten_calls"], 3000000)
    expect("about half of 256 MiB of 128 bytes each", 900000 < log["calls"] < 1200000, True)
    expect("complete", summary["complete"], True)


globals()[sys.argv[1]]()
