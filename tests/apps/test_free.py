"""Calls that cost nothing are counted once, whoever calls: the program, a function that LAPACK was given, handlers of signals from
the first call on, in the middle of whatever the library does. What a BLAS of an unknown name copies inside its products is nested,
whichever of them calls first. However calls are charged."""
from harness import BUILD, PROGRAM, Run, expect

WAYS = {"plainly": {}, "times 3": {"FLOP_MULTIPLIER": "3"}, "a tenth": {"FLOP_MULTIPLIER": "0.1"},
        "fma": {"FLOP_CONVENTION": "fma"},
        "all timed": {"FLOP_TIMING": "all"}, "budget": {"FLOP_BUDGET": "1e12"}, "shapes": {"FLOP_DETAIL": "shapes,callers,calls"},
        "weights": {"FLOP_WEIGHTS": "dp-scaled"},
        "tree": {"FLOP_SCOPE": "tree"},
        "tree's budget": {"FLOP_SCOPE": "tree", "FLOP_BUDGET": "1e12"}, "time limit": {"FLOP_TIME_LIMIT": "1000s"}}
SHORT, LONG, TIMES = "20", "1000", 12


def calls_of(run):
    return {name: op["calls"] for name, op in run.summary["operations"].items()}


def check_handled(what, command, env):
    run = Run(command, env, timeout=60)
    expect(f"{what}: status {run.stderr}", run.returncode, 0)
    copies, products = map(int, run.stdout.split())
    expect(f"{what}: calls", calls_of(run), {"dcopy": copies, "dgemm": products})
    expect(f"{what}: nested", run.summary["nested"]["operations"], {"dcopy": 5 * products})
    expect(f"{what}: complete", (run.summary["complete"], run.summary["uncounted_calls"]), (True, 0))


def main():
    program = BUILD / "free_calls"
    for name, env in WAYS.items():
        for first in ("own", "product"):
            run = Run([program, first], env)
            expect(f"{name}, {first} first: calls", calls_of(run), {"dcopy": 6, "dgemm": 2, "dgees": 1})
            expect(f"{name}, {first} first: nested", run.summary["nested"]["operations"], {"dcopy": 10})
        check_handled(f"{name}, handlers", [program, "handler", LONG], env)
        for _ in range(TIMES):
            check_handled(f"{name}, a few handlers", [program, "handler", SHORT], env)
    for _ in range(TIMES):
        check_handled("under run, a few handlers", [PROGRAM, "run", "--", program, "handler", SHORT], {})


main()
