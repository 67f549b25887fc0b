"""Refusals in company: several threads, signals that the program handles or blocks, handlers that leave, an end that is under
way already, readers that do not read, NumPy. See refuse.c and escape.cpp."""
import sys

from harness import BUILD, LIBS, Run, check_balance, expect, python

ENV = {"LD_LIBRARY_PATH": f"{LIBS}/blas"}
ENDS = {"error": (86, 86), "abort": (-6, 6), "signal": (-24, 24), "signal=SIGTERM": (-15, 15)}


def refuse(place, mode, *preparations, budget="1000", context=0, **env):
    return Run([BUILD / "refuse", place, context, *preparations],
               ENV | {"FLOP_ON_EXHAUSTED": mode, "FLOP_BUDGET": budget} | env, timeout=20)


def reason(run):
    return run.summary["end_reason"], run.summary["process"].get("end_status", run.summary.get("end_status"))


def together():
    """8 threads refused at the same instant."""
    for mode, (status, number) in ENDS.items():
        for _ in range(5):
            run = refuse("together", mode)
            expect(f"{mode}: status, stdout ({run.stderr})", (run.returncode, run.stdout), (status, "before"))
            expect(f"{mode}: end", (reason(run), run.summary["complete"]), (("exhausted", number), True))
            expect(f"{mode}: said once", run.stderr.count("would cost"), 1)


def dispositions():
    """The program lives through the signal: nobody waits for its end, calls that fit pass. Of 800 left, 8 x 100 do."""
    for place, threads in (("main", 1), ("worker", 1), ("openmp", 4), ("together", 8)):
        for how in ("handled", "ignored", "blocked", "sigwait"):
            run = refuse(place, "signal", how)
            what = f"{how}, {place}"
            out, _, seen = run.stdout.rpartition(" ")
            expect(f"{what}: status ({run.stderr})", run.returncode, 0)
            expect(f"{what}: stdout", out, f"before skipped {threads} ran 0 handled")
            # a signal that is pending already is not sent twice
            expect(f"{what}: handled {seen}", int(seen) in {"handled": [threads], "sigwait": range(1, threads + 1)}.get(how, [0]),
                   True)
            expect(f"{what}: summary", (reason(run), run.summary["refused"]["calls"]), (("exit", 0), threads))
            expect(f"{what}: used", run.summary["flops_used"], 200 + 100 * threads)
    run = refuse("main", "abort", "abort handled")
    expect("SIGABRT handled", (run.returncode, run.stdout, reason(run)), (-6, "before", ("exhausted", 6)))
    run = refuse("together", "abort", "abort handled")
    expect("SIGABRT handled, together", (run.returncode, run.summary["complete"]), (-6, True))
    run = refuse("main", "abort", "abort jumps")
    expect("SIGABRT left by a jump", (run.returncode, run.stdout, reason(run)),
           (0, "before skipped 0 ran 0 handled 6", ("exit", 0)))


def handler():
    for place, threads in (("main", 1), ("worker", 1), ("openmp", 4), ("together", 8), ("fork", 1)):
        for context in (0, 1000):
            for how, used in (("skip", 200 + 100 * threads), ("run", 200 + 4000 * threads)):
                run = refuse(place, "error", how, budget="1e9" if context else "1000", context=context)
                expect(f"{how}, {place}: status ({run.stderr})", run.returncode, 0)
                ran = threads if how == "run" else 0
                # the handler's own call runs in no case
                expect(f"{how}, {place}", run.stdout, f"before child {1 + ran} skipped 0 ran 0 handled 0" if place == "fork" else
                       f"before skipped {threads - ran} ran {ran} handled {threads if how == 'skip' else 2 * threads}")
                flops = max(s["flops_used"] for s in run.summaries)
                # RUN uses the account up: nor does the call of 100 fit, and the handler lets it run
                expect(f"{how}, {place}: used", flops, used + 100 * ran)
    for how in ("throw", "longjmp"):
        for threads in (1, 4):
            run = Run([BUILD / "escape", how, threads], ENV | {"FLOP_BUDGET": "1e9"})
            n = 1000 * threads
            expect(f"{how}: ({run.stderr})", (run.returncode, run.stdout), (0, f"asked {n} escaped {n} wrong 0\n"))
            # dot(3) in the handler, in the context; dot(600) outside
            expect(f"{how}: counted", run.costs(), {"ddot": (2 * n, 1206 * n)})
            expect(f"{how}: in the context", run.summary["by_namespace"]["part"]["flops_used"], 6 * n)
            expect(f"{how}: refused", run.summary["refused"]["calls"], 2 * n)
            check_balance(run.summary)


def overrun():
    """What a context overran is used up of the context, not of the process."""
    for mode, how in (("warn", ()), ("error", ("run",))):
        run = refuse("main", mode, *how, budget="1_000_000", context=1000)
        expect(f"{mode}: used", (run.summary["flops_used"], run.summary["flops_remaining"]), (4300, 995_700))
    # in each of two contexts the daxpy and the ddot after it are refused; the 4000 FLOPs outside them are not
    run = refuse("two contexts", "error", "run", budget="1_000_000", context=1000)
    expect(f"the process has room ({run.stderr})", (run.returncode, run.stdout[-9:]), (0, "handled 4"))


def races():
    """An end against exit, fork and cancellation. No file is left half written, status and summary agree."""
    for mode, (status, number) in ENDS.items():
        for _ in range(8):
            run = refuse("exiting", mode)
            expect(f"exit, {mode}", (run.returncode, reason(run)) in [(0, ("exit", 0)), (status, ("exhausted", number))], True)
            run = refuse("cancelled", mode)
            expect(f"cancelled, {mode}: ({run.stderr})", (run.returncode, reason(run)), (status, ("exhausted", number)))
            run = refuse("forking", mode)
            expect(f"forking, {mode}", run.returncode, status)
            # each process, those forked during the end too, prints this at its own
            expect(f"forking, {mode}: a summary each", len(run.summaries), run.stdout.count("before"))
            ends = {s["end_reason"] for s in run.summaries}
            expect(f"forking, {mode}: all ended", (ends, all(s["complete"] for s in run.summaries)), ({"exhausted"}, True))


def readers():
    """A stdout and a stderr that nobody reads, a stdout whose reader is gone: the status is what it would be."""
    for mode, (status, _) in ENDS.items():
        run = refuse("full", mode)
        expect(f"full pipe, {mode}", (run.returncode, run.summary["complete"]), (status, True))
        run = Run(["/bin/sh", "-c", '(sleep 0.1; "$0" main; echo "$?" >&2) | true', BUILD / "refuse"],
                  ENV | {"FLOP_ON_EXHAUSTED": mode, "FLOP_BUDGET": "1000"}, timeout=20)
        expect(f"reader gone, {mode}", run.stderr.splitlines()[-1], str(status if status > 0 else 128 - status))


def unwritable():
    for mode, (status, _) in ENDS.items():
        run = refuse("worker", mode, FLOP_OUTPUT="/proc/none/%p.json")
        expect(f"{mode}: status, stdout", (run.returncode, run.stdout), (status, "before"))
        expect(f"{mode}: the summary, the message", [t in run.stderr for t in ("cannot write", "Used:  ", "daxpy would cost")],
               [True] * 3)


NUMPY = """
import concurrent.futures as f, multiprocessing as m, numpy as np, sys
a, b = np.ones((50, 50)), np.ones((1000, 1000))
def refuse(): a @ a; print("before", flush=True); b @ b; print("after", flush=True)
c = m.get_context("fork")
def child():
    p = c.Process(target=refuse); p.start(); p.join(); return p.exitcode
def pool():
    with f.ProcessPoolExecutor(1, mp_context=c) as e:
        try: e.submit(refuse).result()
        except f.process.BrokenProcessPool: return "broken"
a @ a
ways = {"main": refuse, "thread": lambda: f.ThreadPoolExecutor(2).submit(refuse).result(), "fork": child, "pool": pool}
print(ways[sys.argv[1]]())
"""


def numpy():
    for interpreter in ("new", "debian"):
        for place in ("main", "thread", "fork", "pool"):
            # What `error` means in an interpreter is tested by clients.raising_*
            for mode in ("abort",) if interpreter == "debian" or place in ("main", "pool") else ("abort", "signal"):
                status, _ = ENDS[mode]
                run = Run([python(interpreter), "-c", NUMPY, place], {"FLOP_ON_EXHAUSTED": mode, "FLOP_BUDGET": "1M"}, timeout=60)
                what = f"{interpreter}, {place}, {mode} ({run.stderr})"
                forked = place in ("fork", "pool")
                expect(what, run.returncode, 0 if forked else status)
                expect(what, run.stdout, "before\n" + {"fork": f"{status}\n", "pool": "broken\n"}.get(place, ""))
                child = [s for s in run.summaries if s["end_reason"] == "exhausted"]
                expect(f"{what}: exhausted, in all", (len(child), len(run.summaries)), (1, 1 + forked))
                last = child[0]["refused"]["last"]
                expect(f"{what}: refused", (last["operation"], last["flop_cost"]), ("dgemm", 2 * 10**9))
                # a child has used one product of its own, the parent one as well
                expect(f"{what}: calls", sorted(s["operations"]["dgemm"]["calls"] for s in run.summaries),
                       [1, 1] if forked else [2])
                for summary in run.summaries:
                    check_balance(summary)


globals()[sys.argv[1]]()
