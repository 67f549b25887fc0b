"""The formats of flopshim merge: read back by Python's csv and sqlite3, and by the rules of OpenMetrics and prometheus_client."""
import contextlib
import csv
import io
import json
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

from harness import PLAIN, PROGRAM, ROOT, Run, expect
from html_page import Page
from merge_runs import count, like, merge

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
    shaped = count(folder / "shaped.json", "1000", "10x2", FLOP_DETAIL="shapes")
    rows = list(csv.DictReader(io.StringIO(merge(shaped, folder / "r4.json", "-f", "csv").stdout)))
    expect("shapes", sorted((r["calls"], r["flop_cost"], r["shape"]) for r in rows),
           [("0", "0", ""), ("0", "0", ""), ("1", "2000", "n=1000"), ("2", "40", "n=10")])


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
        sample = re.fullmatch(r"(flopshim_[a-z_]+)(?:\{(.+)\})? (-?[0-9.]+(?:e[-+][0-9]+)?)", line)
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
    tables, columns = {}, {}
    with contextlib.closing(sqlite3.connect(path)) as base:
        expect("sound", base.execute("PRAGMA integrity_check").fetchone(), ("ok",))
        base.row_factory = sqlite3.Row
        for name, in base.execute("SELECT name FROM sqlite_master").fetchall():
            columns[name] = [row["name"] for row in base.execute(f"PRAGMA table_info({name})")]
            tables[name] = [dict(row) for row in base.execute(f"SELECT * FROM {name} ORDER BY rowid")]
        joined = base.execute("SELECT rank, routine, flop_cost FROM members LEFT JOIN operations USING (member)").fetchall()
    section = (ROOT / "report/README.md").read_text().partition("### The database of a merge\n")[2].partition("\n#")[0]
    named = re.findall(r"^\| `(\w+)` \|.*\| (.*) \|$", section, re.M)
    expect("tables", {name: re.findall(r"`(\w+)`", listed) for name, listed in named}, columns)
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
    merge(count(folder / "shaped.json", "1000", "10x2", FLOP_DETAIL="shapes"), folder / "r4.json", "-o", folder / "shapes.sqlite")
    with contextlib.closing(sqlite3.connect(folder / "shapes.sqlite")) as base:
        expect("shapes", base.execute("SELECT shape, flop_cost, calls, flop_cost_error, processes FROM shapes").fetchall(),
               [("n=1000", "2000", "1", "0", 1), ("n=10", "40", "2", "0", 1)])
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


def page(folder):
    """A summary's page, of the processes; without a summary that could be exported."""
    given = three(folder)
    unseen = json.loads((folder / "r3.json").read_text())
    unseen |= {"uncovered": ["x<y>: static"], "complete": False, "refused": {"calls": 2}}
    (folder / "r3.json").write_text(json.dumps(unseen))
    merge(*given, "-o", folder / "all.html")
    text = (folder / "all.html").read_text()
    expect("stdout", merge(*given, "-f", "html").stdout, text)
    shown = Page(text)
    expect("head", shown.all("h1")[0]["text"], "4 processes on 2 hosts")
    expect("routines", [row[:5] for row in shown.rows("routines")], [["ddot", "12,000", "", "100.0%", "6"]])
    expect("namespaces", [row[:3] for row in shown.rows("namespaces")],
           [["(unlabelled)", "8,000", "8,000"], [NAMES.replace("\n", "?"), "4,000", "4,000"]])
    expect("processes", [[*row[:3], row[5], *row[6:]] for row in shown.rows("processes")], [
        ["rank 3, dots on n0", "7", "6,000", "3", "1.50 s", "1", "exit 0"],
        [f"rank 1, dots on {NAMES}".replace("\n", "?"), "5", "4,000", "2", "500.00 ms", "1", "exit 0"],
        ["rank 0, dots on n0", "5", "2,000", "1", "500.00 ms", "1", "exit 0"],
        ["rank 4, dots on n0", "9", "0", "0", "500.00 ms", "1", "exit 0"]])
    gaps = [item["text"] for item in shown.all("li")]
    for wanted in ("1 process is not complete", "missing ranks: 2", "2 calls were refused, and not made", "x<y>: static"):
        expect(f"{wanted} in {gaps}", wanted in gaps, True)
    expect("no export", ("summary too large" in text, shown.all("script", type="application/json")), (False, []))
    for words, there in (("order of their ranks", True), ("Parent", False), ("Every process of the tree", False)):
        expect(words, words in text, there)


with tempfile.TemporaryDirectory() as name:
    {f.__name__: f for f in (table, metrics, database, exact, page)}[sys.argv[1]](pathlib.Path(name))
