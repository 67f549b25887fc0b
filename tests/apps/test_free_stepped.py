"""test_free_stepped.py libc|FUNCTION: a signal's handler that calls BLAS comes in the middle of a program's first calls, at each
instruction of a function of the C library's in turn, or at some of all that the C library and the loader do there. The
program goes on, and its calls and the handler's are counted."""
import random
import sys

from harness import BUILD, Run, expect

TAKEN = 8
PROGRAMS = (BUILD / "free_calls", BUILD / "free_calls_pure")


def stepped(program, where, at):
    return Run([BUILD / "stepper", where, at, program, "stepped"])


def check(program, where, at):
    run = stepped(program, where, at)
    what = f"{program.name}, instruction {at} of {where}"
    expect(f"{what}: status {run.stderr}", run.returncode, 0)
    copies, dots, products = map(int, run.stdout.split())
    expect(f"{what}: handlers", products, 1)
    expect(f"{what}: counted", run.costs(), {"dcopy": (copies, 0), "ddot": (dots, 4 * dots), "dgemm": (products, 16 * products)})
    expect(f"{what}: complete", run.summary["complete"], True)


def main(where):
    for program in PROGRAMS:
        count = int(stepped(program, where, 0).stderr)
        print(f"{program.name}: {count} instructions in {where}")
        expect(f"{program.name}: there are some in {where}", count > 10, True)
        taken = range(1, count + 1)
        for at in random.Random(1).sample(taken, min(count, TAKEN)) if where == "libc" else taken:
            check(program, where, at)


main(sys.argv[1])
