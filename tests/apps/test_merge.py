"""flopshim merge: sums of real runs, by hand; the same bytes for every order and grouping; each process once. A ddot of n elements
is 2 n FLOPs."""
import contextlib
import csv
import io
import itertools
import json
import os
import pathlib
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile

from harness import BUILD, LIBS, LIBRARY, PLAIN, PROGRAM, ROOT, SANITIZED, Run, expect

BLAS = {"LD_LIBRARY_PATH": f"{LIBS}/blas:{LIBS}/lapack"}


def count(path, *dots, **settings):
    run = Run([BUILD / "dots", *dots], {**BLAS, "FLOP_OUTPUT": str(path), **settings})
    expect(f"dots {dots}: {run.stderr}", run.returncode, 0)
    return path


def merge(*words, status=0, input=None, cwd=None):
    run = Run([PROGRAM, "merge", *words], preload=False, input=input, cwd=cwd)
    expect(f"merge {words}: status; {run.stderr}", run.returncode, status)
    return run


def merged(*words):
    return merge(*words, "--format", "json").stdout


def like(path, template, **process):
    """A copy of a summary as of another process."""
    summary = json.loads(template.read_text())
    summary["process"] |= process
    summary.pop("processes", None)
    path.write_text(json.dumps(summary))
    return path


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
    expect("hosts", found["hosts"], sorted([{"host": here, "processes": 2, "flops_used": 6000, "calls": 3},
                                            {"host": "other", "processes": 1, "flops_used": 6000, "calls": 3}],
                                           key=lambda host: host["host"]))
    rows = [(r["namespace"], r["routine"], r["flop_cost"], r["calls"], r["processes"]) for r in found["namespace_routines"]]
    expect("namespaces", rows, [("", "ddot", 8000, 4, 2), ("step", "ddot", 4000, 2, 1)])
    text = merge("--ranks", "%r.json", one, two, three).stdout
    lines = [re.sub(" +", " ", line).strip() for line in text.splitlines()]
    for line in ("3 processes on 2 hosts", "12,000 FLOPs in 6 calls", "ddot 12,000 (100.0%) [6 calls, 3 processes]",
                 "ddot in step 4,000 (33.3%) [2 calls, 1 process]", "FLOPs 2,000 4,000 6,000 1,633 1.500",
                 "most FLOPs: rank 2, dots (pid 7) on other", "other 6,000 (50.0%) [1 process]"):
        expect(f"{line} in {text}", line in lines, True)


def groups(folder):
    """Seven processes, merged in all orders of three groups and in random trees, with some given again."""
    template = count(folder / "t.json", "10", "20")
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
            ([good, "-f", "xml"], "--format xml: expected text, json, csv, openmetrics or sqlite"),
            ([good, "-o", "x.log"], "--output x.log: expected a name that ends in .txt, .json, .csv, .prom or .sqlite"),
            ([good, "-f", "sqlite"], "--format sqlite: a database is no stream; it needs --output FILE"),
            ([good, "-f", "sqlite", "-o", "/dev/null"], "--format sqlite: a database is no stream"),
            (["--files-from", folder / "none"], "--files-from "), (["--files-from", "/dev/null"], "the list is empty")):
        run = merge(*words, status=2)
        expect(f"{words}: {run.stderr}", (wanted in run.stderr, run.stderr.count("\n"), run.stdout), (True, 1, ""))
    run = merge(good, text, folder / "none", "-o", folder / "out.json", status=2)
    expect("each bad file is named, nothing written", (run.stderr.count("\n"), (folder / "out.json").exists()), (2, False))
    for output in ("x", "x.json", "x.sqlite"):
        run = merge(good, "-o", good / output, status=125)
        expect(output, run.stderr, f"flopshim merge: cannot write to {good / output}: Not a directory\n")
    (folder / "d.sqlite").mkdir()
    expect("a folder", "Is a directory" in merge(good, "-o", folder / "d.sqlite", status=125).stderr, True)


NAMES = 'a,b "c"\n\\d'  # what CSV and OpenMetrics have to quote


def three(folder):
    """2,000 and 6,000 FLOPs in no namespace, 4,000 in one with a bad name, rank 1 being of a bad host; and a process
    that made no call."""
    count(folder / "r0.json", "1000")
    here = {"host": "n0", "pid": 5, "start": "2026-11-22T10:15:02.000001Z", "program": "dots", "wall_seconds": 0.5}
    template = count(folder / "x.json", "1000x2", FLOP_NAMESPACE="step")
    like(folder / "r0.json", folder / "r0.json", **here)
    text = like(folder / "r1.json", template, **{**here, "host": NAMES}).read_text()
    (folder / "r1.json").write_text(text.replace('"step"', json.dumps(NAMES)))
    like(folder / "r3.json", count(folder / "y.json", "1000x3"), **{**here, "pid": 7, "wall_seconds": 1.5})
    nothing = json.loads((folder / "r0.json").read_text())
    nothing["process"]["pid"] = 9
    nothing |= {"operations": {}, "by_namespace": {}, "flops_used": 0}
    nothing.pop("accuracy")
    (folder / "r4.json").write_text(json.dumps(nothing))
    return ["--ranks", "r%r.json", *(folder / f"r{rank}.json" for rank in (0, 1, 3, 4))]


def table(folder):
    """CSV: a row a process, namespace and routine."""
    given = three(folder)
    merge(*given, "-o", folder / "all.csv")
    written = (folder / "all.csv").read_bytes().decode()
    expect("stdout", merge(*given, "-f", "csv").stdout, written)
    rows = list(csv.DictReader(io.StringIO(written, newline="")))
    expect("columns", list(rows[0]), "rank host pid start program complete namespace operation calls flop_cost seconds timed_flops "
           "accuracy".split())
    expect("rows", [(r["rank"], r["host"], r["pid"], r["namespace"], r["operation"], r["calls"], r["flop_cost"]) for r in rows],
           [("0", "n0", "5", "", "ddot", "1", "2000"), ("1", NAMES, "5", NAMES, "ddot", "2", "4000"),
            ("3", "n0", "7", "", "ddot", "3", "6000"), ("4", "n0", "9", "", "", "0", "0")])
    expect("start", {(r["start"], r["program"], r["complete"]) for r in rows}, {("2026-11-22T10:15:02.000001Z", "dots", "true")})
    expect("accuracy", [r["accuracy"] for r in rows], ["exact", "exact", "exact", ""])


def labels_of(text):
    pairs = re.findall(r'(\w+)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)', text or "")
    expect(f"labels {text}", ",".join(f'{key}="{value}"' for key, value in pairs), text or "")
    return {key: re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], value) for key, value in pairs}


def families(text):
    """{(name, label values): value as text}, by the rules of OpenMetrics; HELP and TYPE come before, and samples together."""
    expect("the end", text.endswith("\n# EOF\n"), True)
    samples, family, seen = {}, None, set()
    for line in text.splitlines()[:-1]:
        comment = re.fullmatch(r"# (HELP|TYPE|UNIT) (flopshim_[a-z_]+) (.+)", line)
        if comment:
            kind, name, rest = comment.groups()
            expect(f"a new family: {line}", name in seen, kind != "HELP")
            seen.add(name)
            family = name
            expect(line, kind == "HELP" or (rest == "gauge" if kind == "TYPE" else name.endswith(f"_{rest}")), True)
            continue
        sample = re.fullmatch(r"(flopshim_[a-z_]+)(?:\{(.+)\})? ([0-9.e+]+)", line)
        expect(f"{line} in {family}", sample and sample[1], family)
        key = (sample[1], *labels_of(sample[2]).values())
        expect(f"{key} is new", key in samples, False)
        samples[key] = sample[3]
    return samples


def metrics(folder):
    given = three(folder)
    merge(*given, "-o", folder / "all.prom")
    text = (folder / "all.prom").read_text()
    expect("stdout", merge(*given, "-f", "openmetrics").stdout, text)
    found = families(text)
    prefix = "flopshim_"
    for key, value in {
            ("processes",): "4", ("incomplete_processes",): "0", ("missing_ranks",): "1", ("flops",): "12000", ("calls",): "6",
            ("routine_flops", "ddot", "exact"): "12000", ("routine_processes", "ddot", "exact"): "3",
            ("namespace_flops", "", "ddot", "exact"): "8000", ("namespace_calls", NAMES, "ddot", "exact"): "2",
            ("host_flops", NAMES): "4000", ("host_processes", "n0"): "3", ("host_calls", "n0"): "4",
            ("process_flops", "min", "4", "n0"): "0", ("process_flops", "max", "3", "n0"): "6000",
            ("process_flops", "mean"): "3000.000", ("process_flops", "stddev"): "2236.06798",
            ("process_wall_seconds", "max", "3", "n0"): "1.500000000", ("process_wall_seconds", "mean"): "0.750000000",
            ("process_imbalance", "flops"): "2.000"}.items():
        expect(f"{key} in {text}", found.get((prefix + key[0], *key[1:])), value)
    python = ROOT / ".venv/metrics/bin/python"
    if not python.exists():
        print("not read by prometheus_client, which is not installed: scripts/bootstrap.sh")
        return
    code = ("import json, sys; from prometheus_client import parser; from prometheus_client.openmetrics import parser as strict\n"
            "text = open(sys.argv[1]).read()\n"
            "print(json.dumps([[[s.name, *s.labels.values(), s.value] for f in p.text_string_to_metric_families(text)\n"
            "                   for s in f.samples] for p in (strict, parser)]))")
    read = subprocess.run([python, "-I", "-c", code, folder / "all.prom"], capture_output=True, text=True, check=True, timeout=60)
    wanted = sorted([*key, float(value)] for key, value in found.items())
    for how, samples in zip(("OpenMetrics", "as node_exporter"), json.loads(read.stdout)):
        expect(how, sorted(samples), wanted)


def database(folder):
    given, path = three(folder), folder / "all.sqlite"
    path.write_text("what was there")
    merge(*given, "-o", path)
    tables = {}
    with contextlib.closing(sqlite3.connect(path)) as base:
        expect("sound", base.execute("PRAGMA integrity_check").fetchone(), ("ok",))
        base.row_factory = sqlite3.Row
        for name, in base.execute("SELECT name FROM sqlite_master").fetchall():
            tables[name] = [dict(row) for row in base.execute(f"SELECT * FROM {name} ORDER BY rowid")]
        joined = base.execute("SELECT rank, routine, flop_cost FROM members LEFT JOIN operations USING (member)").fetchall()
    section = (ROOT / "report/README.md").read_text().partition("### The database of a merge\n")[2].partition("\n#")[0]
    named = re.findall(r"^\| `(\w+)` \|.*\| (.*) \|$", section, re.M)
    expect("tables", {name: re.findall(r"`(\w+)`", columns) for name, columns in named},
           {name: list(rows[0]) for name, rows in tables.items()})
    total, = tables["totals"]
    expect("totals", [total[key] for key in ("processes", "missing_ranks", "flops_used", "calls")], [4, "2", "12000", "6"])
    flops = tables["over_processes"][0]
    expect("spread", [flops[key] for key in ("number", "min", "max", "mean", "min_rank", "max_rank", "max_host", "imbalance")],
           ["flops_used", 0, 6000, 3000.0, 4, 3, "n0", 2.0])
    expect("routines", [(r["routine"], r["flop_cost"], r["processes"]) for r in tables["routines"]], [("ddot", "12000", 3)])
    expect("namespaces", [(r["namespace"], r["flop_cost"]) for r in tables["namespaces"]], [("", "8000"), (NAMES, "4000")])
    expect("hosts", [(r["host"], r["flops_used"]) for r in tables["hosts"]], [(NAMES, "4000"), ("n0", "8000")])
    expect("members", [(r["rank"], r["pid"], r["host"], r["wall_seconds"]) for r in tables["members"]],
           [(0, 5, "n0", 0.5), (1, 5, NAMES, 0.5), (3, 7, "n0", 1.5), (4, 9, "n0", 0.5)])
    expect("joined", [tuple(row) for row in joined], [(0, "ddot", 2000), (1, "ddot", 4000), (3, "ddot", 6000), (4, None, None)])
    expect("nothing else", [p.name for p in folder.iterdir() if p.name.startswith(".")], [])
    unwritable(folder, given)


def unwritable(folder, given):
    """Where it cannot be written what was there stays, and nothing is left; without the library it says so."""
    kept = folder / "kept"
    kept.mkdir()
    for name in ("kept.sqlite", "kept.csv"):
        (kept / name).write_text("kept")
        done = subprocess.run(["sh", "-c", 'ulimit -f 0 && exec "$@"', "sh", PROGRAM, "merge", *given, "-o", kept / name],
                              capture_output=True, text=True, env=PLAIN, timeout=60, check=False)
        expect(f"too large: {done.stderr}", (done.returncode, done.stderr.count("\n")), (125, 1))
        expect("said", f"cannot write to {kept / name}: " in done.stderr, True)
        expect("as it was", (kept / name).read_text(), "kept")
    bare = folder / "bare"
    bare.mkdir()
    (bare / "libsqlite3.so.0").touch()
    run = Run([PROGRAM, "merge", *given, "-o", kept / "kept.sqlite"], {"LD_LIBRARY_PATH": str(bare)}, preload=False)
    expect(f"without: {run.stderr}", (run.returncode, "needs SQLite's library, libsqlite3.so.0" in run.stderr), (125, True))
    expect("what is there", sorted(p.name for p in kept.iterdir()), ["kept.csv", "kept.sqlite"])


def exact(folder):
    """Numbers of more than 63 bits in every format."""
    summary = json.loads(count(folder / "t.json", "10").read_text())
    summary["operations"]["ddot"]["flop_cost"] = summary["flops_used"] = 2**64 - 1
    summary["by_namespace"] = {"": {"operations": summary["operations"]}}
    summary.pop("accuracy")
    summary.pop("processes", None)
    for pid in (1, 2, 3):
        summary["process"]["pid"] = pid
        (folder / f"{pid}.json").write_text(json.dumps(summary))
    files = [folder / f"{pid}.json" for pid in (1, 2, 3)]
    expect("openmetrics", families(merge(*files, "-f", "openmetrics").stdout)["flopshim_flops",], str(3 * (2**64 - 1)))
    rows = list(csv.DictReader(io.StringIO(merge(*files, "-f", "csv").stdout)))
    expect("csv", sum(int(row["flop_cost"]) for row in rows), 3 * (2**64 - 1))
    merge(*files, "-o", folder / "x.sqlite")
    with contextlib.closing(sqlite3.connect(folder / "x.sqlite")) as base:
        expect("sums", base.execute("SELECT flops_used FROM totals UNION SELECT flop_cost FROM routines").fetchall(),
               [(str(3 * (2**64 - 1)),)])
        expect("a process's", base.execute("SELECT DISTINCT flops_used, typeof(flops_used), typeof(calls) FROM members").fetchall(),
               [(str(2**64 - 1), "text", "integer")])


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
    found = json.loads(merged(count(folder / "a.json", "10")))
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
    cases = (hand, groups, repeated, states, ranks, bad, many, schema, table, metrics, database, exact)
    {f.__name__: f for f in cases}[sys.argv[1]](pathlib.Path(name))
