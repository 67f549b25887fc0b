"""FLOP_DETAIL=shapes: which shapes each routine was called with, exactly where they fit, within the bound where they do not."""
import csv
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from harness import BUILD, LIBS, LIBRARY, PLAIN, PROGRAM, Run, check_balance, expect, python, report

SHAPES = {"FLOP_DETAIL": "shapes"}
LAPACK = {"LD_LIBRARY_PATH": f"{LIBS}/blas:{LIBS}/lapack", **SHAPES}
STUB = {"LD_LIBRARY_PATH": str(BUILD), **SHAPES}
NONE = {"calls": 0, "flop_cost": 0, "calls_error": 0, "flop_cost_error": 0}
TABLE = 256  # SHAPE_TABLE_MOST


def dgemm(m, n, k):
    return 2 * m * n * k


def shapes_of(operation):
    """{"m=1 n=2": (calls, FLOPs)}"""
    return {" ".join(f"{k}={v}" for k, v in s["dims"].items()): (s["calls"], s["flop_cost"]) for s in operation["shapes"]}


def check_sums(summary):
    """Of every operation, in all and by namespace: the listed shapes and the others are its calls and FLOPs; and of a shape over
    all namespaces."""
    tables = [summary["operations"]] + [ns["operations"] for ns in summary["by_namespace"].values()]
    for name, operation in [item for table in tables for item in table.items()]:
        if "shapes" not in operation:
            continue
        for key in "calls", "flop_cost":
            got = sum(s[key] for s in operation["shapes"]) + operation["other_shapes"][key]
            expect(f"{name}: {key}", got, operation[key])


def hand():
    run = Run([BUILD / "shapes", "hand"], LAPACK)
    expect("output", run.stdout, "0 -4\n")
    check_balance(run.summary)
    check_sums(run.summary)
    operations = run.summary["operations"]
    wanted = {
        "dgemm": {"m=4 n=5 k=6": (4, 4 * 240), "m=2 n=3 k=4": (1, 48), "m=0 n=5 k=6": (1, 0)},
        # A triangle of 3 from the left, of 5 from the right: n*m^2, m*n^2
        "dtrsm": {"m=3 n=5 side=R diag=N": (1, 75), "m=3 n=5 side=L diag=N": (2, 90)},
        "dgemv": {"m=7 n=3": (1, 42)},  # as it is multiplied
        "dswap": {"n=5": (1, 0)},
        "dgesv": {"n=3 nrhs=1": (1, 28), "n=4 nrhs=1": (1, 0)},  # the second was rejected
    }
    for name, shapes in wanted.items():
        expect(name, shapes_of(operations[name]), shapes)
        expect(f"{name}: others", operations[name]["other_shapes"], NONE)
    expect("dgesdd", {k: v[0] for k, v in shapes_of(operations["dgesdd"]).items()}, {"m=6 n=4 jobz=N": 2, "m=6 n=4 jobz=S": 1})
    expect("drotg", shapes_of(operations["drotg"]).keys(), {"": 0}.keys())
    expect("a deduction has none", "shapes" in operations["my_op"], False)
    expect("inner", shapes_of(run.summary["by_namespace"]["inner"]["operations"]["dgemm"]), {"m=4 n=5 k=6": (1, 240)})
    expect("outside", shapes_of(run.summary["by_namespace"][""]["operations"]["dgemm"])["m=4 n=5 k=6"], (3, 720))
    costs(operations)
    expect("not asked for", "shapes" in Run([BUILD / "shapes", "hand"], LAPACK | {"FLOP_DETAIL": "routines"}).summary
           ["operations"]["dgemm"], False)


def costs(operations):
    """A shape is a question to `flopshim cost`, whose answer is what each of its calls cost."""
    for name, operation in operations.items():
        for dims, (calls, flops) in shapes_of(operation).items() if "shapes" in operation else ():
            if "m=0" in dims or not flops:
                continue
            done = subprocess.run([PROGRAM, "cost", "--format", "json", name, *dims.split()], capture_output=True, text=True,
                                  check=True)
            expect(f"{name} {dims}", json.loads(done.stdout)["flop_cost"] * calls, flops)


def formats():
    """Text, JSON and CSV of one run; and a report on its JSON says the same."""
    with tempfile.TemporaryDirectory() as folder:
        base = pathlib.Path(folder) / "s"
        env = LAPACK | {"FLOP_OUTPUT": f"{base}.txt,{base}.json,{base}.csv", "FLOP_TIMING": "off"}
        Run([BUILD / "shapes", "hand"], env)
        text, rows = base.with_suffix(".txt").read_text(), base.with_suffix(".csv").read_text()
        for form, wanted in ("text", text), ("csv", rows), ("json", base.with_suffix(".json").read_text()):
            done = subprocess.run([PROGRAM, "report", "--format", form, f"{base}.json"], capture_output=True, text=True, check=True)
            expect(f"report {form}", done.stdout, wanted)
    section = text.split("Top shapes:\n")[1].split("\n\n")[0].splitlines()
    expect("the routine with the most FLOPs comes first", section[0].split()[0], "dgesdd")
    lines = [line for line in section if line.split()[0] in ("dgemm", "dtrsm", "drotg")]
    used = int(text.split("Used:")[1].split()[0].replace(",", ""))
    share = {flops: f"({flops / used * 100:.1f}%)" for flops in (960, 90, 75, 48, 0)}
    drotg = next(line for line in lines if "drotg" in line)
    expect("text", [" ".join(line.split()) for line in lines if line != drotg], [
        f"dgemm 960 {share[960]} [4 calls] m=4 n=5 k=6", f"dgemm 48 {share[48]} [1 call] m=2 n=3 k=4",
        "dgemm 0 (0.0%) [1 call] m=0 n=5 k=6", f"dtrsm 90 {share[90]} [2 calls] m=3 n=5 side=L diag=N",
        f"dtrsm 75 {share[75]} [1 call] m=3 n=5 side=R diag=N"])
    expect("no dimensions", drotg.split("]")[1].strip(), "(no dimensions)")
    table = list(csv.DictReader(io.StringIO(rows)))
    expect("rows add up", sum(int(row["flop_cost"]) for row in table), used)
    inner = [(r["operation"], r["calls"], r["flop_cost"], r["seconds"], r["shape"]) for r in table if r["namespace"] == "inner"]
    expect("csv", inner, [("dgemm", "1", "240", "", "m=4 n=5 k=6"), ("dgemm", "0", "0", "0.000000000", "")])


def threads():
    summary = Run([BUILD / "shapes", "threads"], LAPACK).summary
    expect("threads", shapes_of(summary["operations"]["dgemm"]),
           {"m=1 n=3 k=4": (2500, 2500 * 24), "m=2 n=3 k=4": (2500, 2500 * 48), "m=5 n=5 k=5": (5, 5 * 250)})
    expect("others", summary["operations"]["dgemm"]["other_shapes"], NONE)


def processes():
    """A fork child has its own; in a tree the shapes of all are one list; after flopshim_reset() there are those since."""
    run = Run([BUILD / "shapes", "fork"], LAPACK)
    got = sorted(str(shapes_of(s["operations"]["dgemm"])) for s in run.summaries)
    expect("fork", got, sorted(map(str, [{"m=7 n=7 k=7": (1, 686), "m=1 n=2 k=3": (2, 24)},
                                         {"m=2 n=2 k=2": (1, 16), "m=1 n=2 k=3": (1, 12)}])))
    tree = Run([BUILD / "shapes", "fork"], LAPACK | {"FLOP_SCOPE": "tree"}).summary
    expect("tree", shapes_of(tree["operations"]["dgemm"]),
           {"m=7 n=7 k=7": (1, 686), "m=1 n=2 k=3": (3, 36), "m=2 n=2 k=2": (1, 16)})
    expect("reset", shapes_of(Run([BUILD / "shapes", "forgotten"], LAPACK).summary["operations"]["dgemm"]),
           {"m=1 n=2 k=3": (1, 12)})


def check_bound(operation, size=TABLE):
    """What the table promises: nothing hot is lost, and what is missing is no more than it says."""
    q = size // 4 + 1
    expect("calls_error", operation["other_shapes"]["calls_error"] <= operation["calls"] // q, True)
    expect("flop_cost_error", operation["other_shapes"]["flop_cost_error"] <= operation["flop_cost"] // q, True)
    expect("all of them are used", size // 2 <= len(operation["shapes"]) <= size, True)


def many():
    count = 1000000
    run = Run([BUILD / "many_shapes", count], STUB)
    check_balance(run.summary)
    check_sums(run.summary)
    operation = run.summary["operations"]["dgemm"]
    expect("calls", operation["calls"], count + count // 50 + 1)
    check_bound(operation)
    shapes = shapes_of(operation)
    expect("hot in FLOPs", shapes["m=30000 n=30000 k=30000"], (1, dgemm(30000, 30000, 30000)))
    expect("hot in calls", shapes["m=200 n=1 k=1"], (20000, 20000 * 400))
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(run.summary, file)
        file.flush()
        text = subprocess.run([PROGRAM, "report", file.name], capture_output=True, text=True, check=True).stdout
    other = operation["other_shapes"]
    said = (f"[{other['calls']:,} calls]  (others, each at most {other['calls_error']:,} calls and "
            f"{other['flop_cost_error']:,} FLOPs)\n")
    expect("what was folded is said", text.count(said), 1)


def namespaces():
    """10^5 namespaces, 10^6 shapes: the ledger stays within its bound, and the sums are right."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**PLAIN, **STUB, "FLOP_LEDGER_DIR": folder, "FLOP_OUTPUT": "s.json", "FLOP_QUIET": "1", "LD_PRELOAD": LIBRARY}
        subprocess.run([BUILD / "many_shapes", "1000000", "100000"], env=env, check=True, cwd=folder)
        summary = json.loads(pathlib.Path(folder, "s.json").read_text())
    check_sums(summary)
    operation = summary["operations"]["dgemm"]
    listed = len(operation["shapes"])
    expect("no more than a quarter of 256 MiB of 128 bytes each", 1000 < listed <= (64 << 20) // 128, True)
    expect("complete", summary["complete"], True)


def killed():
    """`flopshim run` reports what a killed process had, and `flopshim report` on its ledger does."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**PLAIN, **LAPACK, "FLOP_LEDGER_DIR": folder, "FLOP_QUIET": "1"}
        subprocess.run([BUILD / "shapes", "killed"], env={**env, "LD_PRELOAD": LIBRARY}, check=False, cwd=folder)
        ledgers = [p for p in pathlib.Path(folder).iterdir() if p.is_file()]
        wanted = {f"m={m} n=2 k=3": (250, 250 * 12 * m) for m in (1, 2, 3, 4)}
        expect("ledger", shapes_of(report(ledgers[0])["operations"]["dgemm"]), wanted)
        ledgers[0].unlink()
        subprocess.run([PROGRAM, "run", "--detail", "shapes", "--output", "s.json", "--", BUILD / "shapes", "killed"], env=env,
                       check=False, cwd=folder)
        expect("run", shapes_of(json.loads(pathlib.Path(folder, "s.json").read_text())["operations"]["dgemm"]), wanted)


def busy():
    """Killed anywhere: what is listed is at most a call short. Read while it runs: the sums are right."""
    for i in range(100):
        with tempfile.TemporaryDirectory() as folder:
            env = {**PLAIN, **LAPACK, "FLOP_LEDGER_DIR": folder, "FLOP_QUIET": "1", "LD_PRELOAD": LIBRARY}
            with subprocess.Popen([BUILD / "shapes", "busy"], env=env, cwd=folder, stdout=subprocess.PIPE) as process:
                try:
                    process.stdout.readline()
                    ledger = next(p for p in pathlib.Path(folder).iterdir() if p.is_file())
                    if i % 10 == 0:
                        check_sums(report(ledger))
                    time.sleep(i * 0.0002)
                finally:
                    process.kill()
            summary = report(ledger)
            check_sums(summary)
            # 448 shapes in turn, in a table of 256
            operation = summary["operations"]["dgemm"]
            error, most = operation["other_shapes"]["calls_error"], operation["calls"] // (TABLE // 4 + 1) + 1
            expect(f"{len(operation['shapes'])} shapes, {operation['other_shapes']}", error <= most, True)


def numpy():
    script = ("import numpy as np\na = np.ones((30, 40)); b = np.ones((40, 50))\nfor i in range(7):\n    a @ b\n"
              "np.linalg.svd(a, compute_uv=False)\nnp.linalg.svd(a, full_matrices=False)\nnp.ones((5, 6)) @ np.ones((6, 3))\n")
    for environment in ("new", "debian"):
        operations = Run([python(environment), "-c", script], SHAPES).summary["operations"]
        # NumPy's arrays lie row by row: the product of the transposes, or with CblasRowMajor as it is written
        got = {tuple(sorted(s["dims"].values())): (s["calls"], s["flop_cost"]) for s in operations["dgemm"]["shapes"]}
        expect(f"dgemm {environment}", got, {(30, 40, 50): (7, 7 * 120000), (3, 5, 6): (1, 180)})
        jobs = sorted((s["dims"]["jobz"], s["dims"]["m"], s["dims"]["n"], s["calls"]) for s in operations["dgesdd"]["shapes"])
        expect(f"dgesdd {environment}", jobs, [("N", 30, 40, 1), ("S", 30, 40, 1)])


globals()[sys.argv[1]]()
