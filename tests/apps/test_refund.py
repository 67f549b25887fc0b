"""A LAPACK call that is rejected for its arguments (info < 0) costs nothing, and its budget is there for the next one."""
from harness import LIBS, Run, check_balance, expect, python

PROGRAM = f"""
import ctypes
f = ctypes.CDLL("{LIBS}/liblapacke.so.3").LAPACKE_dgesv
a = (ctypes.c_double * 9)(4, 1, 0, 1, 4, 1, 0, 1, 4); b = (ctypes.c_double * 3)(1, 1, 1); pivots = (ctypes.c_int * 3)()
call = lambda lda: f(102, 3, 1, a, lda, pivots, b, 3)
print(call(1), call(3), round(b[0], 6), flush=True)
"""
# OpenBLAS's xerbla writes to C's stdout, which is a pipe here: it is flushed when the process ends, after Python's
OUTPUT = "-5 0 0.214286\n ** On entry to  DGESV parameter number  4 had an illegal value\n"
# getrf of order 3: 8 multiplications and 5 additions; getrs with one right-hand side: 9 and 6
COST = 13 + 15


def main():
    # the budget has room for one call: the rejected one must have been paid back
    run = Run([python("debian"), "-c", PROGRAM], {"FLOP_BUDGET": str(COST), "LD_LIBRARY_PATH": f"{LIBS}/openblas-pthread"})
    expect("output", run.stdout, OUTPUT)
    expect("dgesv", run.costs()["dgesv"], (2, COST))
    check_balance(run.summary)
    expect("remaining", run.summary["flops_remaining"], 0)


main()
