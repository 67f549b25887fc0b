"""flopshim merge: sums of real runs, by hand; the same bytes for every order and grouping; each process once. A ddot of n elements
is 2 n FLOPs."""
import itertools
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile

from harness import LIBRARY, PLAIN, PROGRAM, ROOT, SANITIZED, expect
from merge_runs import BLAS, count, like, merge, merged

def hand(folder):
    """2,000, 4,000 and 6,000 FLOPs in 1, 2 and 3 calls: a mean of 4,000, a deviation of sqrt(8/3) thousands."""
    one = count(folder / "0.json", "1000")
    two = count(folder / "1.json", "1000x2", FLOP_NAMESPACE="step")
    three = like(folder / "2.json", count(folder / "x.json", "1000x3"), host="other", pid=7)
    here = os.uname().nodename
    pids = [json.loads(p.read_text())["process"]["pid"] for p in (one, two, three)]
    found = json.loads(merged("--ranks", "%r.json", one, two, three))
    expect("sums", (found["flops_used"], found["calls"], found["processes"], found["incomplete_processes"]), (12000, 6, 3, 0))
    flops = found["over_processes"]["flops_used"]
    expect("spread", (flops["min"], flops["mean"], flops["max"], flops["imbalance"]), (2000, 4000.0, 6000, 1.5))
    expect("deviation", round(flops["stddev"], 4), 1632.9932)
    expect("extremes", (flops["min_at"], flops["max_at"]),
           ({"rank": 0, "host": here, "pid": pids[0]}, {"rank": 2, "host": "other", "pid": 7}))
    expect("calls", (found["over_processes"]["calls"]["mean"], found["over_processes"]["calls"]["imbalance"]), (2.0, 1.5))
    none = {"refused_calls": 0, "blas_seconds": 0.0, "incomplete_processes": 0}
    expect("hosts", found["hosts"], sorted([{"host": here, "processes": 2, "flops_used": 6000, "calls": 3, **none},
                                            {"host": "other", "processes": 1, "flops_used": 6000, "calls": 3, **none}],
                                           key=lambda host: host["host"]))
    expect("no job, no shapes", (found["ranks"], found["flop_budget"], found["flops_remaining"], found["shapes"]),
           (None, None, None, []))
    rows = [(r["namespace"], r["routine"], r["flop_cost"], r["calls"], r["processes"]) for r in found["namespace_routines"]]
    expect("namespaces", rows, [("", "ddot", 8000, 4, 2), ("step", "ddot", 4000, 2, 1)])
    text = merge("--ranks", "%r.json", one, two, three).stdout
    lines = [re.sub(" +", " ", line).strip() for line in text.splitlines()]
    for line in ("3 processes on 2 hosts", "12,000 FLOPs in 6 calls", "ddot 12,000 (100.0%) [6 calls, 3 processes]",
                 "ddot in step 4,000 (33.3%) [2 calls, 1 process]", "FLOPs 2,000 4,000 6,000 1,633 1.500",
                 "most FLOPs: rank 2, dots (pid 7) on other", "other 6,000 (50.0%) [1 process]"):
        expect(f"{line} in {text}", line in lines, True)


def shapes(folder):
    """A ddot of 1,000 elements in one process, two of them and one of 10 in another, three of 10 in a third that kept no shapes."""
    detail = {"FLOP_DETAIL": "shapes"}
    files = [count(folder / "0.json", "1000", **detail), count(folder / "1.json", "1000x2", "10", **detail),
             count(folder / "2.json", "10x3")]
    found = json.loads(merged(*files))
    rows = [tuple(row[key] for key in ("routine", "shape", "flop_cost", "calls", "processes", "flop_cost_error", "calls_error"))
            for row in found["shapes"]]
    expect("rows", rows, [("ddot", "n=1000", 6000, 3, 2, 0, 0), ("ddot", "n=10", 20, 1, 1, 0, 0), ("ddot", None, 60, 3, 1, 60, 3)])
    text = merge(*files).stdout
    lines = [re.sub(" +", " ", line).strip() for line in text.splitlines()]
    for line in ("ddot 6,000 (98.7%) [3 calls] n=1000", "ddot 60 (1.0%) [3 calls] (others, each at most 3 calls and 60 FLOPs)"):
        expect(f"{line} in {text}", line in lines, True)
    expect("again", merged(merge_to(folder, files[:2]), files[2]), merged(*files))
    many = count(folder / "many.json", *[f"{n}x{1 + n % 7}" for n in range(1, 600)], **detail)
    both = json.loads(merged(many, files[0]))
    expect("more than are kept", sum(row["calls"] for row in both["shapes"]), both["calls"])


def merge_to(folder, files):
    merge(*files, "-o", folder / "part.json")
    return folder / "part.json"


def groups(folder):
    """Seven processes, merged in all orders of three groups and in random trees, with some given again."""
    template = count(folder / "t.json", "10", "20", FLOP_DETAIL="shapes")
    chance = random.Random(1)
    files = []
    for i in range(7):
        whose = {"host": f"node{i % 3}", "pid": 100 + i, "wall_seconds": chance.random(), "threads": i + 1}
        files.append(like(folder / f"run.{i}.json", template, **whose))
    whole = merged("--ranks", "run.%r.json", *files)
    parts = []
    for i, part in enumerate((files[:2], files[1:5], files[5:])):
        parts.append(folder / f"part{i}.json")
        merge("--ranks", "run.%r.json", *part, "-o", parts[-1])
    for order in itertools.permutations(parts):
        expect(f"parts {order}", merged(*order), whole)
    for trial in range(20):
        pool = [*files, *chance.sample(files, 2)]
        chance.shuffle(pool)
        for step in itertools.count():
            size = chance.randint(2, 4)
            taken, pool = pool[:size], pool[size:]
            path = folder / f"tree{trial}.{step}.json"
            merge("--ranks", "run.%r.json", *taken, "-o", path)
            pool.append(path)
            if len(pool) == 1:
                break
            chance.shuffle(pool)
        expect(f"tree {trial}", pool[0].read_text(), whole)


def repeated(folder):
    first, second = count(folder / "a.json", "10"), count(folder / "b.json", "20")
    once, twice = merged(first, second), merge(first, second, first, "-f", "json")
    expect("bytes", twice.stdout, once)
    expect("said", twice.stderr, "flopshim merge: 1 of the processes given had been given already: each counts once\n")
    expect("once", merge(first, second).stderr, "")
    listed = merge("--files-from", "-", "-f", "json", input=f"{first}\n\n{second}\n").stdout
    expect("a list", listed, once)


def states(folder):
    """The ledger of a process that runs, then its summary: the summary counts, in either order."""
    code = ("import ctypes, sys\nblas = ctypes.CDLL('libblas.so.3', mode=ctypes.RTLD_GLOBAL)\n"
            "n, one, x = ctypes.c_int(100), ctypes.c_int(1), (ctypes.c_double * 100)()\n"
            "for line in sys.stdin:\n"
            "    blas.ddot_(ctypes.byref(n), x, ctypes.byref(one), x, ctypes.byref(one)); print('ran', flush=True)\n")
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                             env={**PLAIN, **BLAS, "LD_PRELOAD": LIBRARY, "FLOP_QUIET": "1", "FLOP_OUTPUT": f"{folder}/end.json",
                                  "FLOP_LEDGER_DIR": str(folder)})
    try:
        child.stdin.write("go\n")
        child.stdin.flush()
        child.stdout.readline()
        ledger, = folder.glob("*.ledger")
        early = folder / "early.json"
        expect("early", merge(ledger, "-o", early).stderr, "")
        expect("it runs", json.loads(early.read_text())["incomplete_processes"], 1)
        child.communicate("go\n", timeout=60)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    for order in ([early, folder / "end.json"], [folder / "end.json", early]):
        found = json.loads(merge(*order, "-f", "json").stdout)
        expect("states", (found["processes"], found["flops_used"], found["calls"], found["incomplete_processes"]), (1, 400, 2, 0))
    text = merge(early).stdout
    expect(text, "Incomplete: 1 process\n" in text, True)


def ranks(folder):
    template = count(folder / "t.json", "10")
    for rank in (1, 4, 5, 9):
        like(folder / f"run-{rank}.json", template, pid=rank + 1)
    files = sorted(folder.glob("run-*.json"))
    found = merge("-r", "run-%r.json", *files).stdout
    expect(found, "\n  Missing ranks: 0, 2-3, 6-8\n" in found, True)
    expect("in the JSON", json.loads(merged("-r", "run-%r.json", *files))["missing_ranks"], "0, 2-3, 6-8")
    expect("no names", "Missing" in merge(*files).stdout, False)
    expect("a rank is kept", json.loads(merged("-r", "run-%r.json", *files, template))["members"][-1]["rank"], None)
    # 2^64-1 twice is more than 64 bits hold
    huge = json.loads(template.read_text())
    huge["operations"]["ddot"]["flop_cost"] = huge["flops_used"] = 2**64 - 1
    huge["by_namespace"] = {"": {"operations": huge["operations"]}}
    huge.pop("accuracy")
    huge.pop("processes")
    for pid in (1, 2):
        huge["process"]["pid"] = pid
        (folder / f"huge{pid}.json").write_text(json.dumps(huge))
    text = merged(folder / "huge1.json", folder / "huge2.json")
    expect("128 bits", json.loads(text)["flops_used"], 2**65 - 2)
    (folder / "both.json").write_text(text)
    expect("and again", merged(folder / "both.json", folder / "huge1.json"), text)


def bad(folder):
    good, text, other = count(folder / "a.json", "10"), folder / "text", folder / "fma.json"
    text.write_text("flopshim FLOP Merge\n")
    count(other, "10", FLOP_CONVENTION="fma")
    nameless = like(folder / "nameless.json", good, pid=0)
    cut = folder / "cut.json"
    whole = merged(good)
    cut.write_text(whole[:-10])
    newer = folder / "newer.json"
    newer.write_text(whole.replace('"merge_schema_version": 1', '"merge_schema_version": 2'))
    spoilt = folder / "spoilt.json"
    spoilt.write_text(whole.replace('"calls": 1, "seconds"', '"calls": "1", "seconds"'))
    number = "expected a whole number from 0 to 2^64-1, found a string"
    for words, wanted in (
            ([], "no FILE; see flopshim merge --help"), ([folder / "none"], "none: No such file"), ([text], "neither a ledger nor"),
            ([good, other], "fma.json: not counted as the files before it: cost model"),
            ([nameless], "does not say of which process"),
            ([cut], "cut.json: "), ([newer], "merge_schema_version: expected 1"),
            ([spoilt], f"spoilt.json: by_namespace..operations.ddot.calls: {number}"),
            ([good, "--ranks", "run.json"], "--ranks run.json: expected a name without a folder that has %r once"),
            ([good, "--ranks", "%r/%r"], "--ranks %r/%r: expected"),
            ([good, "-f", "xml"], "--format xml: expected text, json, csv, html, openmetrics or sqlite"),
            ([good, "-o", "x.log"], "--output x.log: expected a name that ends in .txt, .json, .csv, .html, .prom or .sqlite"),
            ([good, "-f", "sqlite"], "--format sqlite: a database is no stream; it needs --output FILE"),
            ([good, "-f", "sqlite", "-o", "/dev/null"], "--format sqlite: a database is no stream"),
            (["--files-from", folder / "none"], "--files-from "), (["--files-from", "/dev/null"], "no process to merge")):
        run = merge(*words, status=2)
        expect(f"{words}: {run.stderr}", (wanted in run.stderr, run.stderr.count("\n"), run.stdout), (True, 1, ""))
    run = merge(good, text, folder / "none", "-o", folder / "out.json", status=2)
    expect("each bad file is named, nothing written", (run.stderr.count("\n"), (folder / "out.json").exists()), (2, False))
    for output in ("x", "x.json", "x.sqlite"):
        run = merge(good, "-o", good / output, status=125)
        expect(output, run.stderr, f"flopshim merge: cannot write to {good / output}: Not a directory\n")
    (folder / "d.sqlite").mkdir()
    expect("a folder", "Is a directory" in merge(good, "-o", folder / "d.sqlite", status=125).stderr, True)


def many(folder):
    """4,000 processes of ten routines on 32 hosts: what is in memory is less than the merge alone."""
    template = json.loads(count(folder / "t.json", "1").read_text())
    use = template["operations"]["ddot"]
    template["operations"] = {name: use for name in "dgemm dsyrk dtrsm dgemv ddot daxpy dpotrf dgetrf dsyev dnrm2".split()}
    template |= {"flops_used": 20, "by_namespace": {"": {"operations": template["operations"]}}}
    template.pop("accuracy")
    template.pop("processes", None)
    names = []
    for rank in range(4000):
        template["process"] |= {"pid": rank + 1, "host": f"node{rank // 125}"}
        names.append(folder / f"run.{rank}.json")
        names[-1].write_text(json.dumps(template))
    listed = folder / "list"
    listed.write_text("\n".join(map(str, names)))
    command = [PROGRAM, "merge", "--ranks", "run.%r.json", "--files-from", listed, "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=PLAIN) as child:
        begun = child.stdout.read(3 << 20)  # the rest is more than a pipe holds: it is alive
        status = pathlib.Path(f"/proc/{child.pid}/status").read_text()
        whole = begun + child.stdout.read()
    expect("status", child.returncode, 0)
    found = json.loads(whole)
    expect("sums", (found["processes"], found["flops_used"], found["calls"], len(found["hosts"]), found["missing_ranks"]),
           (4000, 80000, 40000, 32, ""))
    most = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])
    if not SANITIZED:
        expect(f"{most} kB for a merge of {len(whole)} bytes", most < 12_000 and len(whole) > 5_000_000, True)
    merge(*command[2:6], "--format", "json", "-o", folder / "all.json")
    expect("a file", (folder / "all.json").read_bytes(), whole)


def schema(folder):
    """Every key of the sums is in README.md's table, and the reverse."""
    found = json.loads(merged(count(folder / "a.json", "10", FLOP_DETAIL="shapes")))
    members = found.pop("members")
    written = {"members", "rank", "operations"}

    def collect(value):
        written.update(value if isinstance(value, dict) else ())
        for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            collect(child)
    collect(found)
    section = (ROOT / "report/README.md").read_text().partition("### The JSON of a merge\n")[2].partition("\n##")[0]
    named = set(re.findall(r"`(\w+)`", "".join(line for line in section.splitlines() if line.startswith("| `"))))
    expect("keys", sorted(named), sorted(written))
    expect("a member is a summary", (members[0]["schema_version"], members[0]["process"]["program"].endswith("dots")), (2, True))


with tempfile.TemporaryDirectory() as name:
    {f.__name__: f for f in (hand, shapes, groups, repeated, states, ranks, bad, many, schema)}[sys.argv[1]](pathlib.Path(name))
