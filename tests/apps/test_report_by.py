"""flopshim report --by: tables of one thing alone, of one or several files added up, by hand. A ddot of n elements is 2 n FLOPs, a
dgemm 2 m n k."""
import csv
import io
import json
import pathlib
import tempfile

from harness import BUILD, LIBS, PROGRAM, Run, expect

BLAS = {"LD_LIBRARY_PATH": f"{LIBS}/blas:{LIBS}/lapack"}
KINDS = {"namespace": ("namespace",), "routine": ("routine",), "process": ("program", "process"), "caller": ("caller", "place"),
         "shape": ("routine", "shape"), "precision": ("precision",)}
DETAIL = {"FLOP_DETAIL": "shapes,callers"}


def by(*words, status=0):
    run = Run([PROGRAM, "report", *words], preload=False)
    expect(f"report {words}: {run.stderr}", run.returncode, status)
    return run


def count(path, *command, **settings):
    run = Run([BUILD / command[0], *command[1:]], {**BLAS, "FLOP_OUTPUT": str(path), **settings})
    expect(f"{command}: {run.stderr}", run.returncode, 0)
    return path


def table(kind, *files):
    """{(name, detail): (FLOPs, calls)}, which JSON, CSV and text agree on."""
    document = json.loads(by("--by", kind, "-f", "json", *files).stdout)
    expect("tables", [t["by"] for t in document["tables"]], [kind])
    rows = document["tables"][0]["rows"]
    expect(f"{kind}: sums", (sum(r["flop_cost"] for r in rows), sum(r["calls"] for r in rows)),
           (document["flops_used"], document["calls"]))
    expect(f"{kind}: the most first", [r["flop_cost"] for r in rows], sorted((r["flop_cost"] for r in rows), reverse=True))
    lines = list(csv.reader(io.StringIO(by("--by", kind, "-f", "csv", *files).stdout)))
    expect(f"{kind}: columns", lines[0], [*KINDS[kind], "flop_cost", "calls"])
    expect(f"{kind}: CSV", [line[-2:] for line in lines[1:]], [[str(r["flop_cost"]), str(r["calls"])] for r in rows])
    text = by("--by", kind, *files).stdout.splitlines()
    expect(f"{kind}: text", len(text), 3 + len(rows))
    expect(f"{kind}: aligned", len({len(line) for line in text[2:]}), 1)
    for line, row in zip(text[3:], rows):
        expect(f"{kind}: {line}", line.split()[-3::2], [f"{row['flop_cost']:,}", f"{row['calls']:,}"])
    return {tuple(row[key] for key in KINDS[kind]): (row["flop_cost"], row["calls"]) for row in rows}


def hand(folder):
    dots = count(folder / "dots.json", "dots", "1000x2", "5x3", **DETAIL)
    callers = count(folder / "callers.json", "callers", "hand", **DETAIL)
    expect("shapes", table("shape", dots), {("ddot", "n=1000"): (4000, 2), ("ddot", "n=5"): (30, 3)})
    expect("routines", table("routine", dots, callers),
           {("ddot",): (4040, 6), ("my_op",): (1000, 1), ("dgemm",): (448, 6), ("dgesv",): (0, 1)})
    expect("shapes of two files", table("shape", dots, callers),
           {("ddot", "n=1000"): (4000, 2), ("my_op", None): (1000, 1), ("dgemm", "m=4 n=4 k=4"): (256, 2),
            ("dgemm", "m=2 n=3 k=4"): (192, 4), ("ddot", "n=5"): (40, 4), ("dgesv", "n=4 nrhs=1"): (0, 1)})
    found = {name.split(" ")[0]: use for (name, _), use in table("caller", callers).items()}
    expect("callers", found, {"": (1000, 1), "backward": (266, 3), "forward": (192, 4), "solve": (0, 1)})
    expect("namespaces", table("namespace", callers), {("",): (1144, 5), ("train.step",): (266, 3), ("train",): (48, 1)})
    expect("precisions", table("precision", callers), {("double",): (458, 8), ("other",): (1000, 1)})
    processes = {name: use for (name, _), use in table("process", dots, callers).items()}
    expect("processes", processes, {"dots": (4030, 5), "callers": (1458, 9)})
    return dots, callers


def tree(folder):
    """Two shells' children: processes of the tree, none of which is its root."""
    path = folder / "tree.json"
    script = f'"{BUILD}/dots" 100 2x4; "{BUILD}/dots" 7'
    run = Run([PROGRAM, "run", "-q", "--scope", "tree", "-o", path, "--", "sh", "-c", script], BLAS, preload=False)
    expect(f"tree: {run.stderr}", run.returncode, 0)
    uses = sorted(table("process", path).values())
    expect("processes of a tree", uses, [(14, 1), (216, 5)])


def text(dots):
    shown = by("--by", "shape", "--by", "routine", "--by", "shape", dots).stdout
    expect("two tables", shown, "4,030 FLOPs in 5 calls\n\n"
                                "  ROUTINE  SHAPE   FLOPs  SHARE  CALLS\n"
                                "  ddot     n=1000  4,000  99.3%      2\n"
                                "  ddot     n=5        30   0.7%      3\n\n"
                                "  ROUTINE  FLOPs   SHARE  CALLS\n"
                                "  ddot     4,030  100.0%      5\n")


def repeated_and_unlike(folder, dots):
    run = by("--by", "routine", dots, dots)
    expect("counts once", (run.stdout.splitlines()[0], run.stderr),
           ("4,030 FLOPs in 5 calls", "flopshim report: 1 of the processes given had been given already: each counts once\n"))
    state = json.loads(dots.read_text())
    state["flops_used"] += 10
    (folder / "state.json").write_text(json.dumps(state))
    run = by("--by", "routine", dots, folder / "state.json", status=2)
    expect(f"another state: {run.stderr}", ("state.json: another state of a process" in run.stderr, run.stdout), (True, ""))
    count(folder / "fma.json", "dots", "5", FLOP_CONVENTION="fma")
    run = by("--by", "routine", dots, folder / "fma.json", status=2)
    expect("unlike", ("fma.json: not counted as the files before it" in run.stderr, run.stdout), (True, ""))


def long_sums(folder):
    """Sums have more than 64 bits."""
    files, plain = [], count(folder / "short.json", "dots", "5").read_text()
    for pid in range(1, 4):
        summary = json.loads(plain)
        summary["process"]["pid"] = pid
        for row in (summary, summary["operations"]["ddot"]):
            row["flops_used" if "flops_used" in row else "flop_cost"] = 2**64 - 2
        files.append(folder / f"long{pid}.json")
        files[-1].write_text(json.dumps(summary))
    found = json.loads(by("--by", "routine", "-f", "json", *files).stdout)
    expect("three times 2^64 - 2", found["flops_used"], 3 * (2**64 - 2))


def bad(folder, dots):
    plain = count(folder / "plain.json", "dots", "5")
    for words, wanted in ((("--by", "shape", plain), "plain.json: --by shape: it has no shapes; expected a file that was counted"),
                          (("--by", "caller", plain), "plain.json: --by caller: it has no callers; expected"),
                          (("--by", "routines", plain), "--by routines: expected namespace, routine, process, caller, shape or "),
                          (("--by", "routines", plain), "did you mean routine?"), (("--by",), "--by needs a value: --by WHAT"),
                          (("--by", "routine"), "no FILE"),
                          (("--by", "routine", "--left"), "--left shows summaries as they are: it does not take --by"),
                          (("--by", "routine", "-f", "trace", plain), "--format trace: accepted with --by are text, json, csv"),
                          (("--by", "routine", "-o", folder / "x.html", plain), "--format html: accepted with --by are text"),
                          (("--by", "shape", "--by", "routine", "-f", "csv", dots), "it takes one --by, not 2"),
                          (("--by", "routine", dots, folder / "none.json"), "none.json: No such file")):
        run = by(*words, status=2)
        expect(f"{words}: {run.stderr}", (wanted in run.stderr, run.stdout, run.stderr.count("\n")), (True, "", 1))
    output = folder / "table.csv"
    by("--by", "routine", dots, "-o", output)
    expect("the extension picks", output.read_text(), "routine,flop_cost,calls\nddot,4030,5\n")
    kept = by("--by", "routine", folder / "none.json", "-o", output, status=2)
    expect(f"a bad file writes nothing: {kept.stderr}", output.read_text(), "routine,flop_cost,calls\nddot,4030,5\n")
    empty = json.loads(plain.read_text())
    empty |= {"flops_used": 0, "operations": {}, "by_namespace": {}, "processes": []}
    (folder / "empty.json").write_text(json.dumps(empty))
    expect("nothing done", by("--by", "shape", folder / "empty.json").stdout,
           "0 FLOPs in 0 calls\n\n  ROUTINE  SHAPE  FLOPs  SHARE  CALLS\n")


with tempfile.TemporaryDirectory() as name:
    here = pathlib.Path(name)
    of_dots, of_callers = hand(here)
    tree(here)
    text(of_dots)
    repeated_and_unlike(here, of_dots)
    long_sums(here)
    bad(here, of_dots)
