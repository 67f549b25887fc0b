"""NumPy and SciPy, Debian's and from wheels: the same output with and without the preload, exact FLOPs, once each."""
import sys

from harness import Run, check_balance, expect, python, same_with_and_without

NUMPY = """
import numpy as np
a = np.arange(12.0).reshape(3, 4); b = np.ones((4, 5)); x = np.arange(4.0)
print(a @ b)            # dgemm 3x5x4
print(a @ x)            # dgemv 3x4
print(x.dot(x))         # ddot 4
print(np.float32(2) * np.dot(x.astype('f4'), x.astype('f4')))  # sdot 4
z = x + 1j
print(np.vdot(z, z))    # zdotc 4
print(np.dot(z, z))     # zdotu 4
print((a.astype('c16') @ b.astype('c16')).sum())  # zgemm 3x5x4
print((a.T @ a)[0])     # dsyrk 4x3: NumPy sees that both are one matrix
"""
# By hand, from 2mnk, 2mn, 2n, 8n and 8mnk; a.T @ a is n(n+1)k.
NUMPY_COSTS = {"dgemm": (1, 120), "dgemv": (1, 24), "ddot": (1, 8), "zdotc": (1, 32), "zdotu": (1, 32),
               "zgemm": (1, 480), "dsyrk": (1, 60)}

SCIPY = """
import scipy.linalg.blas as blas, numpy as np
a = np.asfortranarray(np.arange(12.0).reshape(3, 4)); x = np.arange(4.0)
print(blas.ddot(x, x))                                  # ddot 4
print(blas.dgemm(1.0, a, a, trans_b=1))                 # dgemm 3x3x4
print(blas.dtrsm(1.0, np.eye(3), a, lower=1))           # dtrsm L 3x4
print(blas.zher(1.0, np.array([1, 2j, 3])))             # zher 3
print(blas.dnrm2(x), blas.idamax(x), blas.dasum(x))
"""
SCIPY_COSTS = {"dgemm": (1, 72), "dtrsm": (1, 36), "zher": (1, 48), "dnrm2": (1, 8), "idamax": (1, 0), "dasum": (1, 4)}


def difference(code, environment):
    """What the code costs beyond importing: NumPy checks its BLAS with a call of its own."""
    prelude = "import numpy\n" + ("import scipy.linalg.blas\n" if "scipy" in code else "")
    base = Run([python(environment), "-c", prelude]).summaries
    before = {k: (v["calls"], v["flop_cost"]) for k, v in base[0]["operations"].items()} if base else {}
    run = same_with_and_without([python(environment), "-c", prelude + code])
    check_balance(run.summary)
    expect(f"{environment}: uncovered", run.summary["uncovered"], [])
    costs = run.costs()
    for name, (calls, flops) in before.items():
        costs[name] = (costs[name][0] - calls, costs[name][1] - flops)
    return {k: v for k, v in costs.items() if v != (0, 0)}


def main(environment):
    costs = difference(NUMPY, environment)
    expect(f"{environment}: sdot", costs.pop("sdot"), (1, 8))
    expect(f"{environment}: NumPy", costs, NUMPY_COSTS)
    if environment != "numpy":
        costs = difference(SCIPY, environment)
        expect(f"{environment}: SciPy's ddot", costs.pop("ddot"), (1, 8))
        expect(f"{environment}: SciPy", costs, SCIPY_COSTS)
        both = difference(NUMPY + SCIPY, environment)
        expect(f"{environment}: both, ddot", both.pop("ddot"), (2, 16))
        expect(f"{environment}: both, dgemm", both.pop("dgemm"), (2, 192))
        rest = {k: v for k, v in {**NUMPY_COSTS, **SCIPY_COSTS}.items() if k not in ("ddot", "dgemm")} | {"sdot": (1, 8)}
        expect(f"{environment}: both", both, rest)


main(sys.argv[1])
