"""scikit-learn, whose BLAS is SciPy's behind cython_blas capsules: exact counts of one call, and of whole fits the same
totals each time."""
from harness import check_balance, expect, python, Run, same_with_and_without

# One thread: what KMeans calls, and in how many chunks, depends on how many there are
ENV = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
PRELUDE = """
import numpy as np, scipy.linalg.blas, sklearn.linear_model, sklearn.cluster, sklearn.utils._cython_blas as blas
"""
DIRECT = """
x = np.arange(5.0); a = np.arange(12.0).reshape(3, 4); b = np.ones((4, 2)); c = np.zeros((3, 2))
print(blas._dot_memview(x, x))                                    # ddot 5
print(blas._asum_memview(x), blas._nrm2_memview(x))               # dasum 5, dnrm2 5
blas._gemm_memview(blas.BLAS_Trans.NoTrans, blas.BLAS_Trans.NoTrans, 1.0, a, b, 0.0, c)
print(c)                                                          # dgemm 3x2x4
"""
DIRECT_COSTS = {"ddot": (1, 10), "dasum": (1, 5), "dnrm2": (1, 10), "dgemm": (1, 48)}
FITS = """
r = np.random.RandomState(0); X = r.randn(60, 8); y = X @ np.arange(8.0)
print(sklearn.linear_model.ElasticNet(alpha=0.1, precompute=False).fit(X, y).coef_)
print(sklearn.linear_model.Lasso(alpha=0.1).fit(X.astype('f4'), y.astype('f4')).coef_)
print(sklearn.cluster.KMeans(3, n_init=2, random_state=0).fit(X).inertia_)
"""


def counted(code):
    """What the code costs beyond the imports."""
    def costs(summaries):
        return {k: (v["calls"], v["flop_cost"]) for s in summaries for k, v in s["operations"].items()}
    base = costs(Run([python("new"), "-c", PRELUDE], ENV).summaries)
    run = same_with_and_without([python("new"), "-c", PRELUDE + code], ENV)
    check_balance(run.summary)
    expect("uncovered", run.summary["uncovered"], [])
    found = {k: tuple(n - m for n, m in zip(v, base.get(k, (0, 0)))) for k, v in costs(run.summaries).items()}
    return {k: v for k, v in found.items() if v != (0, 0)}


def main():
    expect("cython_blas", counted(DIRECT), DIRECT_COSTS)
    fits = counted(FITS)
    expect("twice the same", counted(FITS), fits)
    # coordinate descent of ElasticNet and Lasso, the inner loop's names; KMeans's distances
    expect(f"routines of the fits: {fits}", {"ddot", "daxpy", "dgemm", "saxpy", "sdot"} <= set(fits), True)


main()
