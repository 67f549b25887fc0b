"""flopshim diff: real runs compared, rules that break and do not, files that cannot be compared. A ddot of n elements is 2 n
FLOPs."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

from harness import BUILD, LIBS, LIBRARY, PLAIN, PROGRAM, ROOT, Run, expect

BLAS = {"LD_LIBRARY_PATH": f"{LIBS}/blas:{LIBS}/lapack"}


def count(path, *dots, **settings):
    """Runs dots, with its summary at `path`."""
    run = Run([BUILD / "dots", *dots], {**BLAS, "FLOP_OUTPUT": str(path), **settings})
    expect(f"dots {dots}: {run.stderr}", run.returncode, 0)
    return path


def diff(*words, status=0, cwd=None):
    run = Run([PROGRAM, "diff", *words], preload=False, cwd=cwd)
    expect(f"diff {words}: status; {run.stderr}", run.returncode, status)
    return run


def numbers(row):
    """(FLOPs of A, of B, calls of A, of B) of a row of the JSON."""
    return tuple((row[side] or {}).get(key) for key in ("flop_cost", "calls") for side in "ab")


def hand(folder):
    before = count(folder / "a.json", "1000x5", "10", FLOP_DETAIL="shapes")
    after = count(folder / "b.json", "1000x6", FLOP_DETAIL="shapes", FLOP_NAMESPACE="step")
    found = json.loads(diff(before, after, "--format", "json").stdout)
    expect("total", numbers(found["total"]), (10020, 12000, 6, 6))
    # 1980 of 10020 is 19.76047...%
    expect("change", (found["total"]["flop_cost_change"], found["total"]["flop_cost_percent"]), (1980, 19.7604))
    expect("routines", [(r["routine"], r["status"], *numbers(r)) for r in found["routines"]],
           [("ddot", "changed", 10020, 12000, 6, 6)])
    expect("namespaces", [(r["namespace"], r["status"], *numbers(r)) for r in found["namespaces"]],
           [("step", "new", None, 12000, None, 6), ("", "gone", 10020, None, 6, None)])
    expect("shapes", [(r["namespace"], r["shape"], r["status"], *numbers(r)) for r in found["shapes"]],
           [("step", "n=1000", "new", None, 12000, None, 6), ("", "n=1000", "gone", 10000, None, 5, None),
            ("", "n=10", "gone", 20, None, 1, None)])
    expect("nothing wrong", (found["not_comparable"], found["incomplete"], found["broken_rules"]), ([], [], []))
    text = diff(before, after).stdout
    lines = [re.sub(" +", " ", line).strip() for line in text.splitlines()]
    for line in ("ddot 10,020 12,000 +1,980 (+19.8%) [6 calls]", "ddot in step 0 12,000 +12,000 [0 -> 6 calls] new",
                 "(unlabelled) 10,020 0 -10,020 (-100.0%) [6 -> 0 calls] gone",
                 "ddot in (unlabelled) n=10 20 0 -20 (-100.0%) [1 -> 0 calls] gone"):
        expect(f"{line} in {text}", line in lines, True)
    for heading, row in zip(text.splitlines(), text.splitlines()[1:]):
        if heading.endswith("change"):
            expect(f"column of {heading}", re.search(r"[\d,]+ +([\d,]+) +[-+]", row).end(1), heading.index(" B ") + 2)


def rules(folder):
    """1000 FLOPs in 5 calls against 1020 in 6: 2% more FLOPs."""
    before, after = count(folder / "a.json", "100x5"), count(folder / "b.json", "100x5", "10")
    grown = "the total changed by +2.0%, from 1,000 FLOPs in 5 calls to 1,020 FLOPs in 6 calls"
    for words, status, said in (
            ([], 0, []), (["--fail-above", "2%"], 0, []), (["--fail-above", "2.0000"], 0, []),
            (["--fail-above", "1.9999%"], 1, [f"--fail-above 1.9999%: {grown}", grown.replace("the total", "ddot")]),
            (["--fail-above", "total:0%"], 1, [f"--fail-above total:0%: {grown}"]),
            (["--fail-above=namespace:1%"], 1, ["--fail-above namespace:1%: (unlabelled) changed by +2.0%"]),
            (["--fail-above", "routine:1%"], 1, ["--fail-above routine:1%: ddot changed by +2.0%"]),
            (["--fail-on", "new-routine"], 0, []), (["--fail-on", "gone-routine"], 0, []),
            (["--fail-on", "change"], 1, ["--fail-on change: ddot changed by +2.0%"])):
        run = diff(before, after, *words, status=status)
        expect(f"{words}: lines; {run.stderr}", run.stderr.count("\n"), len(said))
        for line, wanted in zip(run.stderr.splitlines(), said):
            expect(f"{words}: {wanted} in {line}", line.startswith("flopshim diff: --fail-") and wanted in line, True)
    expect("less is no growth", diff(after, before, "--fail-above", "0%").stderr, "")
    expect("the same", "No difference" in diff(before, before, "--fail-on", "change", "--fail-above", "0").stdout, True)
    broken = json.loads(diff(before, after, "-f", "json", "--fail-above", "1%", status=1).stdout)["broken_rules"]
    expect("in the JSON", [(r["rule"], r["value"], r["row"].get("routine")) for r in broken],
           [("fail-above", "1%", None), ("fail-above", "1%", "ddot")])
    nothing = count(folder / "nothing.json", "0")
    expect("from nothing", "the total changed by +inf%" in diff(nothing, before, "--fail-above", "1000%", status=1).stderr, True)
    other = folder / "other.json"
    other.write_text(nothing.read_text().replace('"ddot"', '"dasum"'))
    expect("new", "ddot is new: 1,000 FLOPs in 5 calls" in diff(other, before, "--fail-on", "new-routine", status=1).stderr, True)
    expect("gone", "dasum is gone: 0 FLOPs in 1 call" in diff(other, before, "--fail-on", "gone-routine", status=1).stderr, True)


def unlike(folder):
    """Counts of another convention or multiplier are shown, and judged by no rule."""
    before = count(folder / "a.json", "100")
    for name, settings in (("convention ops in A, fma in B", {"FLOP_CONVENTION": "fma"}),
                           ("multiplier 1 in A, 2 in B", {"FLOP_MULTIPLIER": "2"})):
        after = count(folder / f"{name[:4]}.json", "100", **settings)
        expect(name, name in diff(before, after).stdout, True)
        run = diff(before, after, "--fail-above", "1000%", status=2)
        expect(run.stderr, run.stderr, f"flopshim diff: no rule can be judged: {name}\n")


def incomplete(folder):
    """What a killed process counted passes no rule; one that it breaks is broken."""
    before = count(folder / "a.json", "100")
    summary = json.loads(before.read_text())
    summary |= {"complete": False, "end_reason": "unknown"}
    (folder / "killed.json").write_text(json.dumps(summary))
    text = diff(before, folder / "killed.json", cwd=folder).stdout
    expect(text, f"B ({folder}/killed.json) is not complete: it was killed, or its end is not known" in text, True)
    run = diff(before, folder / "killed.json", "--fail-above", "1%", status=2)
    expect(run.stderr, run.stderr.startswith("flopshim diff: the rules cannot be judged: B ("), True)
    summary["operations"]["ddot"]["calls"] += 1
    summary["by_namespace"][""]["operations"]["ddot"]["calls"] += 1
    for use in (summary["by_namespace"][""], summary["by_namespace"][""]["self"], summary["by_namespace"][""]["total"]):
        use["calls"] += 1
    (folder / "killed.json").write_text(json.dumps(summary))
    diff(before, folder / "killed.json", "--fail-on", "change", status=1)


def ledger(folder):
    """A ledger of a process that still runs against a summary: 200 FLOPs so far."""
    before = count(folder / "a.json", "100")
    child = subprocess.Popen([sys.executable, "-c", "import ctypes, time\n"
                              "blas = ctypes.CDLL('libblas.so.3', mode=ctypes.RTLD_GLOBAL)\n"
                              "n, one, x = ctypes.c_int(100), ctypes.c_int(1), (ctypes.c_double * 100)()\n"
                              "blas.ddot_(ctypes.byref(n), x, ctypes.byref(one), x, ctypes.byref(one))\n"
                              "print('ran', flush=True); time.sleep(60)"], stdout=subprocess.PIPE,
                             env={**PLAIN, **BLAS, "LD_PRELOAD": LIBRARY, "FLOP_QUIET": "1", "FLOP_OUTPUT": "none",
                                  "FLOP_LEDGER_DIR": str(folder)})
    try:
        child.stdout.readline()
        path, = folder.glob("*.ledger")
        run = diff(before, path)
        expect(run.stdout, "No difference" in run.stdout and "is not complete: still running" in run.stdout, True)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()


def bad(folder):
    good, text, other = count(folder / "a.json", "100"), folder / "text", folder / "other.json"
    text.write_text("flopshim FLOP Budget Summary\n")
    other.write_text("{}")
    limit = "expected [total:|routine:|namespace:]PCT, such as 1%, 0.5% or routine:10% (four decimals at most)"
    for words, wanted in (
            ([], "expected two files, A and B, got 0"), ([good], "got 1"), ([good, good, good], "got 3"),
            ([good, folder / "none"], f"flopshim: {folder}/none: No such file"), ([text, good], "neither a ledger nor a JSON"),
            ([good, other], "other.json: schema_version: expected"), ([good, folder], "is a folder"),
            ([good, good, "--fail-above", "1%x"], f"--fail-above 1%x: {limit}"),
            ([good, good, "--fail-above", "-1"], f"--fail-above -1: {limit}"),
            ([good, good, "--fail-above", ""], f"--fail-above : {limit}"),
            ([good, good, "--fail-above"], "--fail-above needs a value"),
            ([good, good, "--fail-on", "new-rutine"], "--fail-on new-rutine: expected new-routine, gone-routine or change; did"),
            ([good, good, "--format", "csv"], "--format csv: expected text or json"),
            ([good, good, "-o", "x.html"], "--output x.html: expected a name that ends in .txt or .json, or has no extension")):
        run = diff(*words, status=2)
        expect(f"{words}: {run.stderr}", (wanted in run.stderr, run.stderr.count("\n"), run.stdout), (True, 1, ""))
    run = diff(good, good, "-o", good / "x", status=125)
    expect(run.stderr, run.stderr.startswith(f"flopshim diff: cannot write to {good}/x: "), True)
    diff(good, good, "-o", folder / "out.json")
    expect("a file", json.loads((folder / "out.json").read_text())["total"]["status"], "same")
    hostile = json.loads(good.read_text())
    hostile["by_namespace"] = {"\x1b[31m": hostile["by_namespace"].pop("")}
    (folder / "hostile.json").write_text(json.dumps(hostile))
    run = diff(good, folder / "hostile.json", "--fail-on", "change", status=1)
    expect("no control characters", re.findall(r"[^\n -~]", run.stdout + run.stderr), [])


def schema(folder):
    """Every key that is written is documented, and the reverse."""
    before, after = count(folder / "a.json", "9", FLOP_DETAIL="shapes"), count(folder / "b.json", "8", FLOP_DETAIL="shapes")
    written = set()

    def collect(value):
        if isinstance(value, dict):
            written.update(value)
        for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            collect(child)
    collect(json.loads(diff(before, after, "-f", "json", "--fail-on", "change", status=1).stdout))
    section = (ROOT / "report/README.md").read_text().partition("### The JSON of a difference\n")[2].partition("\n#")[0]
    rows = [line.split("|") for line in section.splitlines() if line.startswith("| `")]
    heads = set(re.findall(r"`(\w+)`", "".join(row[1] for row in rows)))
    documented = heads | set(re.findall(r"`(\w+)`", "".join(row[2] for row in rows)))
    expect("keys that the README has and the program has not", sorted(heads - written), [])
    expect("keys that the README lacks", sorted(written - documented), [])


def recipes(folder):
    """The shell lines of the recipes, as they are pasted, with dots for the program: they pass, and fail where it does more."""
    text = (ROOT / "report/README.md").read_text().partition("### In CI\n")[2].partition("\n### ")[0]
    found = [line.partition(": " if "run: " in line else "- ")[2] for line in text.splitlines() if "flopshim diff" in line]
    expect("recipes", len(found), 2)
    (folder / "bin").mkdir()
    (folder / "bin/flopshim").symlink_to(PROGRAM)
    (folder / "tests").mkdir()
    count(folder / "tests/flops.json", "100x5")
    env = {**PLAIN, **BLAS, "PATH": f"{folder}/bin:{os.environ['PATH']}"}
    for dots, status in (("100x5", 0), ("100x6", 1)):
        (folder / "flops.json").unlink(missing_ok=True)
        count(folder / "flops.json", dots)
        for line in found:
            done = subprocess.run(["sh", "-ec", line], env=env, cwd=folder, capture_output=True, text=True, check=False)
            expect(f"{line}: {done.stderr}", done.returncode, status)


with tempfile.TemporaryDirectory() as name:
    {f.__name__: f for f in (hand, rules, unlike, incomplete, ledger, bad, schema, recipes)}[sys.argv[1]](pathlib.Path(name))
