"""Budgets and sums of more than 2^64 FLOPs: exact to the last FLOP, whoever spends them."""
import json
import pathlib
import subprocess
import sys
import tempfile

from harness import BUILD, LIBS, PROGRAM, Run, check_balance, expect

UNIT = 2**41  # huge.c
MOST_UNITS = 2**21


def huge(budget, *arguments, **env):
    run = Run([BUILD / "huge", *arguments], {"FLOP_BUDGET": str(budget), **env})
    expect(f"status ({run.stderr})", run.returncode, 0)
    return run, *map(int, run.stdout.split())


def check_spent(run, units, rest):
    """All was used but what no call could use."""
    check_balance(run.summary)
    expect("used, remaining", (run.summary["flops_used"], run.summary["flops_remaining"]), (units * UNIT, rest))
    expect("complete", (run.summary["complete"], run.summary["incomplete"]), (True, []))


def threads():
    for count in (1, 8):
        units = 3 * 10**10 + 1
        run, ran, _ = huge(units * UNIT + 5, 1, count)
        expect(f"units that ran, {count} threads", ran, units)
        check_spent(run, units, 5)


def processes():
    units = 3 * 10**10 + 7
    for count in (1, 2):
        run, ran, _ = huge(units * UNIT + UNIT - 1, 4, count, FLOP_SCOPE="tree")
        expect("units that ran", ran, units)
        check_spent(run, units, UNIT - 1)


def killed():
    """A killed process had spent what it was charged, and no more; of its threads each may have been charged for one call that it
    did not come to count."""
    units = 2 * 10**9 + 9
    for _ in range(20):
        run, ran, killed_threads = huge(units * UNIT + 1, 4, 2, "kill", FLOP_SCOPE="tree")
        expect("threads that were killed", killed_threads, 4)
        expect(f"units that ran: {ran} of {units}", 0 <= units - ran <= killed_threads * MOST_UNITS, True)
        expect("used, remaining", (run.summary["flops_used"], run.summary["flops_remaining"]), (units * UNIT, 1))
        check_balance(run.summary)


def formats():
    """1e25, by the environment and by an option, in each format; and what is too much."""
    env = {"LD_LIBRARY_PATH": f"{LIBS}/blas", "FLOP_QUIET": "1"}
    budget, rest = 10**25, 10**25 - 2000
    with tempfile.TemporaryDirectory() as folder:
        made, output = pathlib.Path(folder), f"{folder}/o.json,{folder}/o.txt"
        for option in ([PROGRAM, "run", "--budget", "1e25", "--output", output, "--"], []):
            run = Run([*option, BUILD / "dots", "1000"], env | {"FLOP_BUDGET": "10Y", "FLOP_OUTPUT": output}, preload=not option)
            expect(f"status ({run.stderr})", run.returncode, 0)
            summary, text = json.loads((made / "o.json").read_text()), (made / "o.txt").read_text()
            expect("budget", (summary["flop_budget"], summary["flops_used"], summary["flops_remaining"]), (budget, 2000, rest))
            expect("text", f"  Remaining:      {rest:,}  (100.0%)\n" in text, True)
            shown = subprocess.run([PROGRAM, "report", made / "o.json"], capture_output=True, text=True, check=True)
            expect("the text of the JSON", text in shown.stdout, True)
            page = subprocess.run([PROGRAM, "report", "-f", "html", made / "o.json"], capture_output=True, text=True, check=True)
            expect("the page", f"of a budget of {budget:,} FLOPs used" in page.stdout and f"{rest:,}" in page.stdout, True)
        for bad in ("1e37", "1000000000000000000000000000000000001"):
            run = Run([BUILD / "dots", "1"], env | {"FLOP_BUDGET": bad})
            wanted = f"FLOP_BUDGET={bad}: expected a whole number of FLOPs > 0, at most 1e36"
            expect(f"{bad}: {run.stderr}", (run.returncode, wanted in run.stderr), (2, True))
        run = Run([BUILD / "dots", "1"], env | {"FLOP_BUDGET": "1e36"})
        expect("1e36", (run.returncode, run.summary["flops_remaining"]), (0, 10**36 - 2))


def merged():
    """Sums of a merge, a difference and a table, of summaries whose own numbers have more than 64 bits."""
    units = 10**9
    run, _, _ = huge(units * UNIT, 1, 1)
    other, _, _ = huge((units + 3) * UNIT, 1, 1)
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder) / name for name in ("a.json", "b.json")]
        for path, one in zip(paths, (run, other)):
            path.write_text(json.dumps(one.summary))
        for verb, key, wanted in ((["merge", "-f", "json"], lambda made: made["flops_used"], (2 * units + 3) * UNIT),
                                  (["report", "--by", "routine", "-f", "json"], lambda made: made["flops_used"],
                                   (2 * units + 3) * UNIT),
                                  (["diff", "-f", "json"], lambda made: made["total"]["flop_cost_change"], 3 * UNIT)):
            done = subprocess.run([PROGRAM, *verb, *paths], capture_output=True, text=True, check=False)
            expect(f"{verb}: {done.stderr}", done.returncode in (0, 1) and not done.stderr, True)
            expect(f"{verb}", key(json.loads(done.stdout)), wanted)
        for form in ("text", "csv", "html", "openmetrics"):
            done = subprocess.run([PROGRAM, "merge", "-f", form, *paths], capture_output=True, text=True, check=False)
            expect(f"merge as {form}: {done.stderr}", done.returncode, 0)
            exact = units * UNIT if form == "csv" else (2 * units + 3) * UNIT
            expect(f"merge as {form} is exact", str(exact) in done.stdout or f"{exact:,}" in done.stdout, True)


def sticks():
    """What a call of 2^64 FLOPs or more costs is not known, so no budget covers it."""
    env = {"FLOP_BUDGET": "1e25"}
    run = Run([BUILD / "saturated"], env)
    expect(f"refused: {run.stderr}", (run.returncode, run.summary["flops_used"]), (86, 0))
    wanted = "dgemm would cost 18,446,744,073,709,551,615 FLOPs or more and 10,000,000,000,000,000,000,000,000 remain"
    expect(f"message: {run.stderr}", wanted in run.stderr, True)


globals()[sys.argv[1]]()
