"""FLOP_DETAIL=callers: from where FLOPs came, by object and address, and by name in a report; in Python by the script's line."""
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

from harness import BUILD, LIBS, LIBRARY, PLAIN, PROGRAM, Run, check_balance, expect, python, report

CALLERS = {"FLOP_DETAIL": "callers"}
LAPACK = {"LD_LIBRARY_PATH": f"{LIBS}/blas:{LIBS}/lapack", **CALLERS}
STUB = {"LD_LIBRARY_PATH": str(BUILD), **CALLERS}
FORWARD, BACKWARD, DOT = 48, 128, 10
HAND = {"forward": (4 * FORWARD, 4), "backward": (2 * BACKWARD + DOT, 3), "solve": (0, 1)}
TABLE = 256  # SHAPE_TABLE_MOST


def named(summary):
    """The summary as `flopshim report` shows it."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(summary, file)
        file.flush()
        return report(file.name)


def by_function(summary):
    """{function: (FLOPs, calls)}"""
    sums = {}
    for row in summary["by_caller"]:
        flops, calls = sums.get(row.get("function"), (0, 0))
        sums[row.get("function")] = flops + row["flop_cost"], calls + row["calls"]
    return sums


def check_sums(summary):
    """Rows and others are the operation's, of each operation and of all."""
    recorded = [op for op in summary["operations"].values() if "callers" in op]
    for key in "calls", "flop_cost":
        for op in recorded:
            expect(key, sum(row[key] for row in op["callers"]) + op["other_callers"][key], op[key])
        rows = summary["by_caller"]
        expect(key, sum(row[key] for row in rows) + summary["other_callers"][key], sum(op[key] for op in recorded))
        expect(key, [sum(op[key] for op in row["operations"].values()) for row in rows], [row[key] for row in rows])


def hand():
    summary = Run([BUILD / "callers", "hand"], LAPACK).summary
    check_balance(summary)
    check_sums(summary)
    expect("objects", {row["object"] for row in summary["by_caller"]}, {str(BUILD / "callers")})
    expect("places", len(summary["by_caller"]), 5)
    expect("not named by the process", {row.get("function") for row in summary["by_caller"]}, {None})
    shown = named(summary)
    expect("by function", by_function(shown), HAND)
    lines = (pathlib.Path(__file__).parent / "callers.c").read_text().splitlines()
    for row in shown["by_caller"]:
        called = next(iter(row["operations"]))
        expect(f"line of {row['function']}", f"{called}_(" in lines[row["line"] - 1], True)
    inner = summary["by_namespace"]["train.step"]["operations"]["dgemm"]["callers"]
    expect("of a namespace", [(row["calls"], row["flop_cost"]) for row in inner], [(1, BACKWARD)] * 2)
    expect("a deduction has none", "callers" in summary["operations"]["my_op"], False)
    expect("not asked for", "by_caller" in Run([BUILD / "callers", "hand"], LAPACK | {"FLOP_DETAIL": "shapes"}).summary, False)
    both = Run([BUILD / "callers", "hand"], LAPACK | {"FLOP_DETAIL": "shapes,callers"}).summary
    expect("with shapes", (len(both["by_caller"]), len(both["operations"]["dgemm"]["shapes"])), (5, 2))


def addresses():
    """What addr2line makes of the addresses is what the report says."""
    shown = named(Run([BUILD / "callers", "hand"], LAPACK).summary)
    for row in shown["by_caller"]:
        done = subprocess.run(["addr2line", "-f", "-e", row["object"], hex(row["address"] - 1)], capture_output=True, text=True,
                              check=True)
        function, place = done.stdout.split()[:2]
        file, line = place.rsplit(":", 1)
        # A name in debug data may be relative to the folder of the build (-ffile-prefix-map, ccache); addr2line joins them
        expect("addr2line", (function.split(".")[0], (BUILD / file).resolve(), int(line)),
               (row["function"], (BUILD / row["file"]).resolve(), row["line"]))


def text():
    """The text of the process names object and address, that of a report the function, with a row a function."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**PLAIN, **LAPACK, "FLOP_OUTPUT": "s.txt,s.json", "FLOP_QUIET": "1", "LD_PRELOAD": LIBRARY}
        subprocess.run([BUILD / "callers", "hand"], env=env, check=True, cwd=folder)
        own = pathlib.Path(folder, "s.txt").read_text().split("By caller:\n")[1].split("\n\n")[0].splitlines()
        done = subprocess.run([PROGRAM, "report", f"{folder}/s.json"], capture_output=True, text=True, check=True)
    expect("object and address", all("callers+0x" in line for line in own), True)
    shown = done.stdout.split("By caller:\n")[1].split("\n\n")[0].splitlines()
    used = 4 * FORWARD + 2 * BACKWARD + DOT + 1000
    wanted = [f"{flops:,} ({flops / used * 100:.1f}%) [{calls} call{'s' * (calls != 1)}] {name} (callers.c, callers)"
              for name, (flops, calls) in sorted(HAND.items(), key=lambda item: -item[1][0])]
    expect("report", [" ".join(line.split()) for line in shown], wanted)


def fortran():
    shown = named(Run([BUILD / "callers_f"], LAPACK).summary)
    expect("Fortran", by_function(shown), {"forward_": (3 * FORWARD, 3), "backward_": (BACKWARD + DOT, 2)})


def threads():
    summary = Run([BUILD / "callers", "threads"], LAPACK).summary
    check_sums(summary)
    wanted = {"forward": (1000 * FORWARD, 1000), "backward": (1000 * (2 * BACKWARD + DOT), 3000)}
    expect("threads", by_function(named(summary)), wanted)


def processes():
    """A fork child has its own; in a tree the callers of all are one list; refused calls are in none."""
    got = sorted(str(by_function(named(s))) for s in Run([BUILD / "callers", "fork"], LAPACK).summaries)
    child = {"backward": (2 * BACKWARD + DOT, 3)}
    expect("fork", got, sorted(map(str, [{"forward": (2 * FORWARD, 2)}, child])))
    tree = Run([BUILD / "callers", "fork"], LAPACK | {"FLOP_SCOPE": "tree"}).summary
    expect("tree", by_function(named(tree)), {"forward": (2 * FORWARD, 2), **child})
    refused = Run([BUILD / "callers", "hand"], LAPACK | {"FLOP_BUDGET": str(3 * FORWARD + BACKWARD)})
    expect("refused", (refused.returncode, by_function(named(refused.summary))),
           (86, {"forward": (3 * FORWARD, 3), "backward": (BACKWARD, 1)}))


def unloaded():
    """Where a plugin was unloaded another one lies: its calls are its own."""
    with tempfile.TemporaryDirectory() as folder:
        plugins = [f"{folder}/{i}.so" for i in range(4)]
        for plugin in plugins:
            shutil.copy(BUILD / "libbench_caller.so", plugin)
        run = Run([BUILD / "callers", "plugins", *plugins], {**STUB, "LD_LIBRARY_PATH": f"{BUILD}:{LIBS}/lapack"})
        expect("at the same place", len(set(run.stdout.split())), 1)
        expect("objects", {row["object"]: row["calls"] for row in run.summary["by_caller"]},
               {plugin: i + 1 for i, plugin in enumerate(plugins)})


def many():
    summary = Run([BUILD / "many_callers"], STUB).summary
    check_sums(summary)
    operation = summary["operations"]["ddot"]
    expect("calls", operation["calls"], 120000)
    rows, other = operation["callers"], operation["other_callers"]
    expect("all records are used", TABLE // 2 <= len(rows) <= TABLE, True)
    expect("the bound", other["calls_error"] <= 120000 // (TABLE // 4 + 1) and other["flop_cost_error"] <= 720000 // 65, True)
    hot = max(rows, key=lambda row: row["calls"])
    expect("the hot one", 20000 - other["calls_error"] <= hot["calls"] <= 20000, True)
    expect("is often", by_function(named(summary))["often"][1], hot["calls"])


def killed():
    with tempfile.TemporaryDirectory() as folder:
        env = {**PLAIN, **LAPACK, "FLOP_LEDGER_DIR": folder, "FLOP_QUIET": "1"}
        wanted = {"forward": (250 * FORWARD, 250), "backward": (250 * (2 * BACKWARD + DOT), 750)}
        done = subprocess.run([BUILD / "callers", "killed"], env={**env, "LD_PRELOAD": LIBRARY}, check=False, cwd=folder)
        expect("status", done.returncode, -signal.SIGKILL)
        ledger = next(p for p in pathlib.Path(folder).iterdir() if p.is_file())
        expect("ledger", by_function(report(ledger)), wanted)
        ledger.unlink()
        subprocess.run([PROGRAM, "run", "--detail", "callers", "--output", "s.json", "--", BUILD / "callers", "killed"], env=env,
                       check=False, cwd=folder)
        expect("run", by_function(json.loads(pathlib.Path(folder, "s.json").read_text())), wanted)


SCRIPT = """\
import threading
import numpy as np
a, b = np.ones((30, 40)), np.ones((40, 50))
def forward(times):
    for _ in range(times):
        a @ b
def alone():
    for _ in range(9):
        a @ b
def solve():
    np.linalg.svd(a, compute_uv=False)
def dots():
    for _ in range(20):
        np.dot(a[0], a[1])
        np.dot(a, b)
alone()
dots()
solve()
workers = [threading.Thread(target=forward, args=(100,)) for _ in range(3)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
"""
PRODUCT = 2 * 30 * 40 * 50


def numpy():
    """Lines of a script, in and beside threads, whether NumPy has given the interpreter's lock away or not."""
    for environment in ("new", "old", "debian"):
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder, "train.py")
            script.write_text(SCRIPT)
            summary = Run([python(environment), script], CALLERS | {"OPENBLAS_NUM_THREADS": "1"}).summary
        check_sums(summary)
        rows = [row for row in summary["by_caller"] if pathlib.Path(row.get("file", "")).name == "train.py"]
        places = {(row["function"], row["line"]): (row["operations"].get("dgemm", {"calls": 0})["calls"], row["flop_cost"])
                  for row in rows}
        expect(f"{environment}: alone", places["alone", 9], (9, 9 * PRODUCT))
        expect(f"{environment}: dot", places["dots", 15], (20, 20 * PRODUCT))
        expect(f"{environment}: ddot", places["dots", 14], (0, 20 * 80))
        expect(f"{environment}: svd", ("solve", 11) in places, True)
        # Beside other threads a call may have none, where the machine is busy
        native = [row for row in summary["by_caller"] if "/_multiarray_umath." in row.get("object", "")]
        rest = sum(row["operations"].get("dgemm", {"calls": 0})["calls"] for row in native)
        expect(f"{environment}: threads", (places["forward", 6][0] > 0, places["forward", 6][0] + rest), (True, 300))
        named_calls = sum(row["calls"] for row in summary["by_caller"] if "file" in row)
        print(f"{environment}: {named_calls} of {sum(row['calls'] for row in summary['by_caller'])} calls have a line")


CONTENDED = """\
import threading, time
import numpy as np
a = np.ones((60, 60))
stop = False
def spin():
    while not stop:
        pass
def work(end):
    while time.perf_counter() < end:
        a @ a
spinner = threading.Thread(target=spin)
spinner.start()
start = time.perf_counter()
work(start + 2)
stop = True
spinner.join()
"""


def contended():
    """Beside a thread that never lets the interpreter go: lines are had for a part of the calls, each call is counted, and what is
    waited for them is bounded."""
    run = Run([python("new"), "-c", CONTENDED], CALLERS | {"OPENBLAS_NUM_THREADS": "1"})
    rows = run.summary["by_caller"]
    check_sums(run.summary)
    lines = sum(row["calls"] for row in rows if row.get("file") == "<string>")
    expect("some have a line", lines > 0, True)
    print(f"{lines} of {sum(row['calls'] for row in rows)} calls have a line")


globals()[sys.argv[1]]()
