"""Calls in progress on several stacks, and a program's own BLAS inside of a provider's call. usage: test_frames.py CASE"""
import sys
import time

from harness import BUILD, LIBS, ROOT, Run, check_balance, expect, python, same_with_and_without

PROVIDERS = (f"{LIBS}/openblas-pthread", f"{LIBS}/lapack:{LIBS}/blas")
# By the card: dgees of order 3 in frames.c, of order 2 in coroutines.cpp; ddot of length 4; dgemm of order 8
DGEES, DGEES_2, DDOT, DGEMM = 2120, 845, 8, 1024
ROUNDS = 100
# What a round calls: dgees, ddot, dgemm
WAYS = {"callback": (2, 2, 1), "builtin": (1, 1, 1), "context": (1, 1, 1), "lower": (1, 2, 1), "higher": (1, 2, 1),
        "crossed": (2, 1, 3), "jump": (1, 2, 2), "handler": (2, 1.5, 2), "illegal": (0, 2, 1)}


def expect_counts(what, run, dgees, ddot, dgemm, dgees_flops=DGEES):
    expect(f"{what}: status", run.returncode, 0)
    wanted = {"dgees": (dgees, dgees * dgees_flops), "ddot": (ddot, ddot * DDOT), "dgemm": (dgemm, dgemm * DGEMM)}
    got = run.costs()
    if "dgesv" in got:
        expect(f"{what}: dgesv, which is rejected", got.pop("dgesv"), (ROUNDS, 0))
    expect(f"{what}: counts", got, {name: count for name, count in wanted.items() if count[0]})


def test_ways():
    for way, calls in WAYS.items():
        dgees, ddot, dgemm = (int(ROUNDS * n) for n in calls)
        for path in PROVIDERS:
            for thread in ([], ["thread"]):
                for limit in ({}, {"FLOP_BUDGET": "1e9"}):
                    env = {"LD_LIBRARY_PATH": path, "FLOP_TIMING": "all", **limit}
                    run = same_with_and_without([BUILD / "frames", way, ROUNDS, *thread], env)
                    expect(f"{way}: what was called", run.stdout.split(), [str(dgees), str(ddot), str(dgemm)])
                    expect_counts(f"{way} {thread}, {path}", run, dgees, ddot, dgemm)
                    check_balance(run.summary)


def test_budget():
    """Two dgees and a ddot fit, the dgemm that the inner dgees' SELECT calls does not."""
    for path in PROVIDERS:
        run = Run([BUILD / "frames", "callback", 1], {"LD_LIBRARY_PATH": path, "FLOP_BUDGET": str(2 * DGEES + DDOT + DGEMM - 1)})
        expect("status", run.returncode, 86)
        expect("message", "dgemm would cost 1,024 FLOPs but only 1,023 remain" in run.stderr, True)
        expect("counts", run.costs(), {"dgees": (2, 2 * DGEES), "ddot": (1, DDOT)})


def test_time():
    """A dgees inside a dgees that sleeps for 20 ms: the time is counted, once."""
    start = time.monotonic()
    run = Run([BUILD / "frames", "clocks", 10], {"LD_LIBRARY_PATH": PROVIDERS[0], "FLOP_TIMING": "all"})
    wall = time.monotonic() - start
    spent = run.summary["operations"]["dgees"]["seconds"]
    expect(f"0.2 <= {spent} <= {wall}", 0.2 <= spent <= wall, True)


def test_boost():
    for path in PROVIDERS:
        run = same_with_and_without([BUILD / "coroutines", ROUNDS], {"LD_LIBRARY_PATH": path})
        dgees, ddot = map(int, run.stdout.split())
        expect_counts(path, run, dgees, ddot, 0, DGEES_2)


def test_python(kind):
    run = same_with_and_without([python("new"), ROOT / "tests/faults/coroutines.py", kind, ROUNDS])
    dgees, dgemm = map(int, run.stdout.split())
    expect("dgees", run.costs()["dgees"], (dgees, dgees * DGEES))
    expect("dgemm", run.costs()["dgemm"], (dgemm, dgemm * DGEMM))


CASES = {"ways": test_ways, "budget": test_budget, "time": test_time, "boost": test_boost,
         "greenlet": lambda: test_python("greenlet"), "gevent": lambda: test_python("gevent")}
CASES[sys.argv[1]]()
