"""Runs a list of calls under flopgrind and prints what each executed. Arguments: a file of the list (JSON), as oracle.py writes
it. A line a call, with tabs between: its number, then adds, mults, divs, sqrts and fused multiply-adds, or why there are none."""
import json
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import recipes_eigen  # noqa: E402, F401
import recipes_linear  # noqa: E402, F401
import recipes_orthogonal  # noqa: E402, F401
from call import Call, Library  # noqa: E402
from data import RECIPES, filled  # noqa: E402


def executed(library, signatures, call):
    c = Call(library, signatures, call["prefix"], call["values"], call["seed"])
    c.family = call["family"]
    name = call["prefix"] + call["family"]
    filled(c, signatures[name])
    counted = RECIPES[c.family](c) if c.family in RECIPES else None
    if counted is not None:
        return counted
    library.ask.oracle_unblocked(call["nb"] == 1)
    try:
        return c.call(name)
    finally:
        library.ask.oracle_unblocked(0)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        work = json.load(file)
    library = Library(work["libraries"])
    for number, call in work["calls"]:
        signal.setitimer(signal.ITIMER_VIRTUAL, work["seconds"])  # ends the process: a routine that never returns is not Python's
        try:
            print(number, *executed(library, work["signatures"], call), sep="\t", flush=True)
        except Exception as error:  # whatever: the next call is to be counted
            print(number, f"{type(error).__name__}: {error}", sep="\t", flush=True)


main()
