"""Calls that cost nothing are counted once, whoever calls: the program, a function that LAPACK was given, handlers of signals from
the first call on, in the middle of whatever the library does. What a BLAS copies inside its products is nested, whichever of them
calls first, also where its name is unknown, and where it is found to be a LAPACK after it has copied. However calls are charged."""
import itertools

from harness import BUILD, PROGRAM, Run, check_balance, expect

# How calls are charged, and what a dot product of 2 (4 FLOPs) and a product of 2 x 2 (16) cost then
WAYS = {"plainly": ({}, 4, 16), "times 3": ({"FLOP_MULTIPLIER": "3"}, 12, 48), "a tenth": ({"FLOP_MULTIPLIER": "0.1"}, 0, 1),
        "fma": ({"FLOP_CONVENTION": "fma"}, 2, 8), "all timed": ({"FLOP_TIMING": "all"}, 4, 16),
        "budget": ({"FLOP_BUDGET": "1e12"}, 4, 16), "timed budget": ({"FLOP_BUDGET": "1e12", "FLOP_TIMING": "all"}, 4, 16),
        "details": ({"FLOP_DETAIL": "shapes,callers,calls"}, 4, 16), "weights": ({"FLOP_WEIGHTS": "dp-scaled"}, 8, 32),
        "tree": ({"FLOP_SCOPE": "tree"}, 4, 16), "tree's budget": ({"FLOP_SCOPE": "tree", "FLOP_BUDGET": "1e12"}, 4, 16),
        "time limit": ({"FLOP_TIME_LIMIT": "1000s"}, 4, 16)}
SHORT, LONG, TIMES = "20", "1000", 12


def calls_of(run):
    return {name: op["calls"] for name, op in run.summary["operations"].items()}


def check_handled(what, command, env, dot, product):
    run = Run(command, env, timeout=60)
    expect(f"{what}: status {run.stderr}", run.returncode, 0)
    copies, dots, products = map(int, run.stdout.split())
    costs = {"dcopy": (copies, 0), "ddot": (dots, dots * dot), "dgemm": (products, products * product)}
    expect(f"{what}: costs", run.costs(), costs)
    expect(f"{what}: nested", run.summary["nested"]["operations"], {"dcopy": 5 * products})
    expect(f"{what}: complete", (run.summary["complete"], run.summary["uncounted_calls"]), (True, 0))
    check_balance(run.summary)


def main():
    for program, (name, (env, dot, product)) in itertools.product((BUILD / "free_calls", BUILD / "free_calls_pure"), WAYS.items()):
        for first in ("own", "product"):
            run = Run([program, first], env)
            expect(f"{name}, {first} first: calls", calls_of(run), {"dcopy": 6, "dgemm": 2, "dgees": 1})
            expect(f"{name}, {first} first: nested", run.summary["nested"]["operations"], {"dcopy": 10})
        check_handled(f"{name}, handlers", [program, "handler", LONG], env, dot, product)
        for _ in range(TIMES):
            check_handled(f"{name}, a few handlers", [program, "handler", SHORT], env, dot, product)
    for name, (env, _, _) in WAYS.items():
        for when in ("before", "between"):
            run = Run([BUILD / "free_late", when], env)
            expect(f"{name}, {when}: calls", calls_of(run), {"dcopy": 12, "dgees": 2})
            expect(f"{name}, {when}: nested", run.summary["nested"]["operations"], {"dcopy": 6})
    for _ in range(TIMES):
        check_handled("under run, a few handlers", [PROGRAM, "run", "--", BUILD / "free_calls_pure", "handler", SHORT], {}, 4, 16)


main()
