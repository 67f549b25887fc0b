"""test_exhausted.py MODE [TRIALS]: a call is refused in every place that a program can be in. It ends in under a second, with
its status, a complete summary that names the call, and what it had printed; or it goes on, and what fits passes.

With TRIALS, how long the end took at most is printed for each place."""
import signal
import sys
import time

from harness import BUILD, LIBS, Run, check_balance, expect

# mode: status and FLOP_ON_EXHAUSTED
ENDS = {"error": (86, "error"), "abort": (-signal.SIGABRT, "abort"), "signal": (-signal.SIGXCPU, "signal")}
BIG = 2 * 2000**3
# place: FLOPs that other calls use, threads that call daxpy
PLACES = {"main": (200, 1), "worker": (200, 1), "openmp": (200, 4), "inside": (BIG + 200, 1), "fork": (200, 1),
          "atexit": (200, 1), "destructor": (200, 1), "locked": (200, 1), "reading": (200, 1), "held": (200, 1)}
# what the program prints of its end comes before its exit handlers
LATE = ("atexit", "destructor")


def refuse(place, mode, used, context=False, threads=2):
    """The run, and the seconds from the refusal to its end."""
    env = {"LD_LIBRARY_PATH": f"{LIBS}/openblas-pthread", "OPENBLAS_NUM_THREADS": str(threads), "FLOP_ON_EXHAUSTED": mode,
           "FLOP_BUDGET": "1e15" if context else str(used + 800)}
    run = Run([BUILD / "refuse", place, used + 800 if context else 0], env, timeout=30)
    seconds = time.monotonic() - min(int(line[3:]) for line in run.stderr.splitlines() if line.startswith("at ")) / 1e9
    if place == "inside":
        expect("refused while another thread is in dgemm", "inside dgemm" in run.stderr, True)
    return run, seconds


def check_end(what, run, place, mode, used):
    status = ENDS[mode][0]
    summary = run.summary
    stdout = {"held": "", "destructor": "before skipped 0 ran 0 handled 0"}.get(place, "before")
    if place == "fork":
        of_child = status if status > 0 else 128 - status
        expect(f"{what}: child", run.stdout, f"beforebefore child {of_child} skipped 0 ran 0 handled 0")
        expect(f"{what}: parent", run.returncode, 0)
    else:
        expect(f"{what}: status ({run.stderr})", run.returncode, status)
        expect(f"{what}: stdout", run.stdout, stdout)
    expect(f"{what}: end", (summary["complete"], summary["end_reason"]), (True, "exhausted"))
    last = summary["refused"]["last"]
    expect(f"{what}: refused", (last["operation"], last["flop_cost"]), ("daxpy", 4000))
    # of an OpenMP region other threads' calls may have passed before
    expect(f"{what}: remaining", last["flops_remaining"] in range(400, 801, 100), True)
    expect(f"{what}: message", f"daxpy would cost 4,000 FLOPs but only {last['flops_remaining']} remain" in run.stderr, True)
    expect(f"{what}: used", used <= summary["flops_used"] <= used + 300, True)


def check_overrun(what, run, place, used):
    calls = PLACES[place][1]
    forked = place == "fork"
    expect(f"{what}: status ({run.stderr})", run.returncode, 0)
    expect(f"{what}: said once", run.stderr.count("daxpy costs 4,000 FLOPs but only"), 1)
    expect(f"{what}: stdout", run.stdout, "before child 2 skipped 0 ran 0 handled 0" if forked
           else "before" if place == "atexit" else f"before skipped 0 ran {0 if place == 'destructor' else calls} handled 0")
    expect(f"{what}: end", (run.summary["complete"], run.summary["end_reason"]), (True, "exit"))
    expect(f"{what}: used", run.summary["flops_used"], used + 4100 * calls)


def only_child(run):
    """The parent has used nothing but its 200."""
    if len(run.summaries) == 2:
        run.summaries.sort(key=lambda s: "daxpy" in s["operations"] or s["refused"]["calls"] > 0)
        expect("the parent of a fork", (run.summaries[0]["flops_used"], run.summaries[0]["end_reason"]), (200, "exit"))
        del run.summaries[0]


def once(place, mode, context, threads):
    what = f"{place}, {mode}, {'context' if context else 'process'}, {threads} threads"
    used = PLACES[place][0]
    # a second is a lot for an end, but not for a machine that is busy elsewhere: a hang never passes
    for _ in range(3):
        run, seconds = refuse(place, mode, used, context, threads)
        only_child(run)
        check_balance(run.summary)
        if mode == "warn":
            check_overrun(what, run, place, used)
            return 0
        check_end(what, run, place, mode, used)
        if seconds < 1:
            return seconds
        print(f"{what}: {seconds:.1f} s")
    expect(f"{what}: ends in under a second", seconds < 1, True)


def main(mode, trials=1):
    for place in PLACES:
        if mode == "warn" and place == "held":
            continue  # there the program's own exit waits for stdout
        for context in (False, True):
            for threads in (1, 2) if place == "inside" else (2,):
                worst = max(once(place, mode, context, threads) for _ in range(trials))
                if trials > 1:
                    print(f"{mode} {place} {'context' if context else 'process'} {threads}: {1000 * worst:.0f} ms")


main(sys.argv[1], *map(int, sys.argv[2:]))
