"""test_forks.py account|vfork|killed|inside|masks|handled: what a child has of its parent's account, grant, ledger and call in
progress (hazards 4 and 5, FLOP_SCOPE=process)."""
import itertools
import os
import sys
import tempfile

from harness import BUILD, LIBS, Run, check_balance, expect, report, same_with_and_without

ENV = {"LD_LIBRARY_PATH": f"{LIBS}/blas"}


def split(run):
    """The parent's summary and the child's."""
    expect("summaries", len(run.summaries), 2)
    first, second = run.summaries
    return (second, first) if first["process"]["ppid"] == second["process"]["pid"] else (first, second)


def costs(summary):
    return {name: (op["calls"], op["flop_cost"]) for name, op in summary["operations"].items()}


def account():
    """An account of its own, all of it: neither what the parent used, nor what it was granted, is the child's."""
    run = Run([BUILD / "forks", "account"], ENV | {"FLOP_BUDGET": "100", "FLOP_SCOPE": "process"})
    expect(f"status ({run.stderr})", (run.returncode, run.stdout), (0, "child 86\n"))
    parent, child = split(run)
    expect("parent", (costs(parent), parent["flops_remaining"]), ({"ddot": (2, 100)}, 0))
    expect("child", (costs(child), child["flops_remaining"]), ({"ddot": (1, 80)}, 20))
    expect("refused", child["refused"]["last"]["flops_remaining"], 20)
    check_balance(parent)
    check_balance(child)


def vfork():
    """A child that shares its parent's memory is not the parent: its end writes no summary and removes no ledger."""
    run = same_with_and_without([BUILD / "forks", "vfork"], ENV)
    expect("output", run.stdout, "vfork, _exit: 7\nvfork, failed exec: 8\nvfork, exec: 4\nfailed spawn: 2\nspawn: 0 4\n")
    expect("costs", (run.costs(), run.summary["end_reason"]), ({"ddot": (2, 22)}, "exit"))


def killed():
    with tempfile.TemporaryDirectory() as folder:
        run = Run([BUILD / "forks", "killed"], ENV | {"FLOP_LEDGER_DIR": folder})
        expect("no summary", (run.returncode, run.summaries, len(os.listdir(folder))), (-9, [], 1))
        expect("ledger", costs(report(f"{folder}/{os.listdir(folder)[0]}")), {"ddot": (1, 10)})


def inside():
    """A fork inside a call, in the program's xerbla_: that call is the parent's; in the child none is in progress, and its return
    changes nothing. What xerbla_ calls is the program's own call."""
    for kind, timing in (("inside", "off"), ("inside", "all"), ("silent", "all")):
        run = same_with_and_without([BUILD / "forks", kind], ENV | {"FLOP_TIMING": timing})
        expect(f"{kind}: status", run.returncode, 0)
        parent, child = split(run)
        expect(f"{kind}: parent", costs(parent), {"dgemv": (1, 0), "ddot": (2, 22)})
        expect(f"{kind}: nested in the parent's", parent["nested"]["calls"], 0)
        expect(f"{kind}: child", costs(child), {"ddot": (2, 44) if kind == "inside" else (1, 40)})
        timed = child["operations"]["ddot"]["timed_flops"] if timing == "all" else None
        expect(f"{kind}: what the child timed", timed, child["flops_used"] if timing == "all" else None)


def masks():
    """A lock is taken with signals held back, and held while a process forks."""
    for scope in ("process", "tree"):
        run = same_with_and_without([BUILD / "forks", "masks"], ENV | {"FLOP_SCOPE": scope})
        lines = run.stdout.splitlines()
        expect(f"{scope}: masks", (len(lines), {line.split()[-1] for line in lines}), (12, {"200"}))
        calls = sum(op["calls"] for summary in run.summaries for op in summary["operations"].values())
        expect(f"{scope}: calls", calls, 6)


COPIES_AND_DOTS = {"copies": "dcopy", "dots": "ddot"}


def handled_run(what, env):
    """The run, and how many calls the parent made: none of its children failed, and nothing is missing."""
    run = Run([BUILD / "forks", "handled", what], ENV | env, timeout=60)
    expect(f"{what}, {env}: status {run.stderr}", run.returncode, 0)
    made, failed = map(int, run.stdout.split())
    expect(f"{what}, {env}: children that failed", failed, 0)
    complete = {(summary["complete"], summary["uncounted_calls"]) for summary in run.summaries}
    expect(f"{what}, {env}: complete", complete, {(True, 0)})
    return run, made


def handled():
    """A handler forks in the middle of a call: the parent's is the parent's, and the child goes on with it, as its own or not."""
    budget, callers = {"FLOP_BUDGET": "1e15"}, {"FLOP_DETAIL": "callers,calls"}
    ways = ({}, budget, {"FLOP_TIMING": "all"}, {"FLOP_DETAIL": "shapes"}, callers)
    for (what, name), env in itertools.product(COPIES_AND_DOTS.items(), ways):
        run, made = handled_run(what, env)
        counts = [summary["operations"][name]["calls"] for summary in run.summaries]
        expect(f"{what}, {env}: the parent's", max(counts), made)
        counts.remove(max(counts))
        expect(f"{what}, {env}: the children's", (len(counts), set(counts) <= {10, 11}), (100, True))
    for (what, name), env in itertools.product(COPIES_AND_DOTS.items(), ({}, budget, callers)):
        run, made = handled_run(what, env | {"FLOP_SCOPE": "tree"})
        beyond = run.summary["operations"][name]["calls"] - made
        expect(f"{what}, {env}, one ledger: the children's {beyond}", 1000 <= beyond <= 1100, True)


{"account": account, "vfork": vfork, "killed": killed, "inside": inside, "masks": masks, "handled": handled}[sys.argv[1]]()
