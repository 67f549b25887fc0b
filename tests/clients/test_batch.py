"""A batch of products in groups, whose dimensions are arrays: BLIS's cblas_dgemm_batch, called by handle through ctypes."""
from harness import LIBS, Run, expect, python

GROUPS = f"""
import ctypes, numpy as np
f = ctypes.CDLL("{LIBS}/blis-openmp/libblas.so.3").cblas_dgemm_batch
ints = lambda *v: (ctypes.c_int * len(v))(*v)
reals = lambda *v: (ctypes.c_double * len(v))(*v)
def matrices(*shapes):
    kept.extend(np.ones(r * c) for r, c in shapes)
    return (ctypes.c_void_p * len(shapes))(*(a.ctypes.data for a in kept[-len(shapes):]))
kept = []
# two of 2x3x4, one of 5x5x1, and a group of nothing
m, n, k = ints(2, 5, 0), ints(3, 5, 3), ints(4, 1, 3)
a, b, c = matrices((2, 4), (2, 4), (5, 1)), matrices((4, 3), (4, 3), (1, 5)), matrices((2, 3), (2, 3), (5, 5))
f(102, ints(111, 111, 111), ints(111, 111, 111), m, n, k, reals(1, 1, 1), a, ints(2, 5, 1), b, ints(4, 1, 3), reals(0, 0, 0), c,
  ints(2, 5, 1), 3, ints(2, 1, 0))
print(kept[-1][0], kept[-3][0])
"""

def main():
    run = Run([python("new"), "-c", GROUPS])
    expect("groups: result", run.stdout, "1.0 4.0\n")
    expect("groups", run.costs()["dgemm_batch"], (1, 2 * 2 * 2 * 3 * 4 + 2 * 5 * 5))


main()
