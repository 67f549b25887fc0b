"""FLOP_BUDGET and what happens when it is spent. ddot of n elements costs 2n."""
import signal
import sys

from harness import BUILD, LIBS, Run, check_balance, expect

ENV = {"LD_LIBRARY_PATH": f"{LIBS}/blas"}


def dots(*calls, **env):
    return Run([BUILD / "dots", *calls], ENV | env)


def ran(run):
    return run.stdout.count("ran\n")


def check(what, run, status, calls, used, remaining):
    expect(f"{what}: status ({run.stderr})", run.returncode, status)
    expect(f"{what}: calls that ran", ran(run), calls)
    check_balance(run.summary)
    expect(f"{what}: used, remaining", (run.summary["flops_used"], run.summary["flops_remaining"]), (used, remaining))


def exact_fit():
    run = dots("100", "50x6", FLOP_BUDGET="800")  # 200 + 6*100
    check("exact fit", run, 0, 7, 800, 0)
    expect("nothing is said", run.stderr, "")
    run = dots("100", "300", "0", "1", "5", FLOP_BUDGET="800")
    check("the next is refused", run, 86, 3, 800, 0)  # a call of no cost still runs at 0
    expect("ddot", run.costs()["ddot"], (3, 800))
    refused = run.summary["refused"]
    expect("refused", (refused["calls"], refused["last"]["operation"], refused["last"]["flop_cost"],
                       refused["last"]["flops_remaining"]), (1, "ddot", 2, 0))
    expect("complete", (run.summary["complete"], run.summary["end_reason"]), (True, "exhausted"))


def message():
    run = dots("499", "1000", FLOP_BUDGET="2_000")
    check("refused", run, 86, 1, 998, 1002)
    line, _, rest = run.stderr.partition(" Summary: ")
    expect("message", line, "flopshim: ddot would cost 2,000 FLOPs but only 1,002 remain (budget 2,000, used 998).")
    expect("its file", (rest.endswith(".json\n"), rest.count("\n")), (True, 1))


def exit_codes():
    check("FLOP_EXIT_CODE", dots("9", FLOP_BUDGET="17", FLOP_EXIT_CODE="3"), 3, 0, 0, 17)
    check("abort", dots("5", "9", FLOP_BUDGET="17", FLOP_ON_EXHAUSTED="abort"), -signal.SIGABRT, 1, 10, 7)
    check("signal", dots("9", FLOP_BUDGET="17", FLOP_ON_EXHAUSTED="signal"), -signal.SIGXCPU, 0, 0, 17)
    check("SIGTERM", dots("9", FLOP_BUDGET="17", FLOP_ON_EXHAUSTED="signal=SIGTERM"), -signal.SIGTERM, 0, 0, 17)


def handled():
    """Where the program lives through the signal, the call is left out and what still fits runs."""
    run = Run(["/bin/sh", "-c", f"trap '' USR1; exec {BUILD}/dots 5 9 3"],
              ENV | {"FLOP_BUDGET": "17", "FLOP_ON_EXHAUSTED": "signal=SIGUSR1"})
    check("signal ignored", run, 0, 3, 16, 1)  # 10 + 6
    expect("what happened", (run.costs(), run.summary["refused"]["calls"], run.summary["end_reason"]),
           ({"ddot": (2, 16)}, 1, "exit"))


def overrun():
    run = dots("5", "9", "1", FLOP_BUDGET="17", FLOP_ON_EXHAUSTED="warn")
    check("warn", run, 0, 3, 30, -13)  # 10 + 18 + 2
    expect("warn: said once", run.stderr.count("\n"), 1)


def multiplier():
    # truncated towards zero, a call: ddot of 1 is 2, of 5 10: 0.75 x 2 = 1, 1.1 x 10 = 11, 2.5 x 2 = 5, 0.3 x 2 = 0
    for factor, n, cost in (("0.75", "1", 1), ("1.1", "5", 11), ("2.5", "1", 5), ("0.3", "1", 0), ("0.1", "145", 29)):
        run = dots(n + "x3", FLOP_MULTIPLIER=factor)
        expect(f"{factor} x {n}", run.costs(), {"ddot": (3, 3 * cost)})
        expect("flop_multiplier", run.summary["flop_multiplier"], float(factor))
    expect("as it was given", "    multiplier 1.50 (" in dots("5", FLOP_MULTIPLIER="1.50", FLOP_OUTPUT="stderr").stderr, True)
    run = dots("10", "10", FLOP_MULTIPLIER="2.5", FLOP_BUDGET="99")
    check("after the multiplier", run, 86, 1, 50, 49)
    expect("cost after the multiplier", "would cost 50 FLOPs but only 49 remain" in run.stderr, True)


def conventions():
    run = dots("7", FLOP_CONVENTION="fma")  # 7 multiply-adds
    expect("fma", (run.costs(), run.summary["convention"]), ({"ddot": (1, 7)}, "fma"))
    run = dots("7", FLOP_NAMESPACE="forward")
    expect("namespace", run.summary["by_namespace"]["forward"]["operations"]["ddot"]["flop_cost"], 14)
    expect("namespace: only that", list(run.summary["by_namespace"]), ["forward"])


def banner():
    run = dots("7", FLOP_BUDGET="1e7", FLOP_QUIET="0")
    expect("banner", (run.stderr.startswith("flopshim 0.1.0 ("), " backend) | budget: 1.00e+07 FLOPs\n" in run.stderr),
           (True, True))


def units():
    for text, flops in (("10M", 10**7), ("2.5G", 25 * 10**8), ("1e7", 10**7), ("5T", 5 * 10**12), ("10_000_000", 10**7),
                        ("1P", 10**15), ("1E", 10**18), ("3k", 3000)):
        expect(text, dots("1", FLOP_BUDGET=text).summary["flop_budget"], flops)


globals()[sys.argv[1]]()
