"""BudgetExhaustedError by pending call: Numba's compiled functions and scikit-learn's Cython. No exception is lost in the code
that wraps Numba's results, in none of its modes; what was to be written is NaN; many threads at once neither hang nor pass."""
from harness import Run, check_balance, expect, python

NUMBA = """
import numba, numpy as np, sys
a = np.random.RandomState(0).rand(60, 60) + 60 * np.eye(60)
s = a + a.T
functions = {
    'dot': lambda a: np.dot(a, a), 'inv': lambda a: np.linalg.inv(a), 'slogdet': lambda a: np.linalg.slogdet(a),
    'svd': lambda a: np.linalg.svd(a), 'eig': lambda a: np.linalg.eig(a), 'cholesky': lambda a: np.linalg.cholesky(a),
}
for name, f in functions.items():
    for nogil in (False, True) if name == 'svd' else (name == 'inv',):
        call = numba.njit(f, nogil=nogil)
        try:
            x = call(s)
            print(name, nogil, 'went on')
        except Exception as e:
            assert type(e).__name__ == 'BudgetExhaustedError' and e.__context__ is None, (name, nogil, repr(e))
@numba.njit(parallel=True)
def parallel(a):
    o = np.zeros(8)
    for i in numba.prange(8):
        o[i] = np.dot(a, a)[0, 0]
    return o
try:
    o = parallel(a)
    for i in range(1000): sys.stdout.write('')
    print('parallel', o)
except Exception as e:
    assert type(e).__name__ == 'BudgetExhaustedError', repr(e)
print('done')
"""
SKLEARN = """
import numpy as np, sklearn.utils._cython_blas as blas, sklearn.linear_model as lm, sklearn.cluster, sklearn.decomposition
from concurrent.futures import ThreadPoolExecutor
import statsmodels.api as sm, warnings
warnings.simplefilter('ignore')
a, c = np.ones((100, 100)), np.zeros((100, 100))
try:
    blas._gemm_memview(blas.BLAS_Trans.NoTrans, blas.BLAS_Trans.NoTrans, 1.0, a, a, 0.0, c)
    print('went on')
except Exception as e:
    assert type(e).__name__ == 'BudgetExhaustedError' and np.isnan(c).all(), repr(e)
try:
    blas._dot_memview(np.ones(40000), np.ones(40000))
    print('went on')
except Exception as e:
    assert type(e).__name__ == 'BudgetExhaustedError', repr(e)
r = np.random.RandomState(0)
X, y = r.rand(120, 12), r.rand(120)
fits = [lambda: sklearn.cluster.KMeans(4, n_init=2).fit(X), lambda: lm.Lasso(alpha=0.01).fit(X, y), lambda: a @ a,
        lambda: sklearn.decomposition.PCA(2).fit(X), lambda: sm.OLS(y, X).fit(), lambda: np.linalg.svd(a)]
for i in range(30):
    # a thread's own, or one that native code left for the main thread, whatever it is doing
    try:
        with ThreadPoolExecutor(6) as pool:
            for f in [pool.submit(fit) for fit in fits]:
                f.result()
        print('went on')
    except Exception as e:
        assert type(e).__name__ == 'BudgetExhaustedError', repr(e)
print('done')
"""


def main():
    run = Run([python("new"), "-c", NUMBA], {"FLOP_BUDGET": "5000"}, timeout=300)
    expect(f"Numba ({run.stderr})", (run.stdout, run.returncode), ("done\n", 0))
    check_balance(run.summary)
    run = Run([python("new"), "-c", SKLEARN], {"FLOP_BUDGET": "5000"}, timeout=120)
    expect(f"scikit-learn and statsmodels ({run.stderr})", (run.stdout, run.returncode), ("done\n", 0))
    check_balance(run.summary)


main()
