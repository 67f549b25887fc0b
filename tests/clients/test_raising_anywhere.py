"""Whichever call of a computation is the first that does not fit: BudgetExhaustedError comes out, not SystemError, not a result,
not a crash. Each computation once in full, then with budgets between nothing and what it used."""
import random
import sys

from harness import Run, expect, python

NUMPY = """np.linalg.inv(a)
np.linalg.pinv(a)
np.linalg.lstsq(a, x, rcond=None)
np.linalg.qr(np.stack([a, a]))
np.linalg.eig(np.stack([a, a]))
np.polyfit(x, x, 30)
np.cov(a)
sl.lu(a)
sl.expm(a)
sl.logm(s)
sl.sqrtm(a)
sl.svd(a)
sl.ldl(s)
sl.qr(a, pivoting=True)
sl.solve_sylvester(a, a, s)
sl.qr_update(np.eye(40), a, x, x)
scipy.sparse.linalg.eigsh(s, k=6, v0=x)
scipy.sparse.linalg.gmres(s, x)
scipy.optimize.least_squares(lambda v: a @ v - x, x)
scipy.optimize.minimize(lambda v: ((v - 1) ** 2).sum(), np.zeros(80), method='L-BFGS-B')
scipy.stats.multivariate_normal.logpdf(x, np.zeros(40), s)
scipy.integrate.solve_ivp(lambda t, y: -a @ y, (0, .1), x, method='Radau')"""
OTHERS = """lm.LinearRegression().fit(a, x)
lm.ElasticNet(alpha=.01, precompute=False).fit(a, x)
lm.Lasso(alpha=.01).fit(a.astype('f4'), x.astype('f4'))
lm.LogisticRegression().fit(a, x > .5)
sklearn.cluster.KMeans(3, n_init=1, random_state=0).fit(a)
sklearn.decomposition.PCA(3, random_state=0).fit(a)
sklearn.svm.SVC().fit(a, x > .5)
sklearn.neighbors.NearestNeighbors(algorithm='brute').fit(a).kneighbors(a)
sm.OLS(x, a).fit()
sm.tsa.SARIMAX(x, order=(1, 0, 1)).fit(disp=0)
sm.GLM(x, a).fit()"""
PRELUDE = """
import ctypes, numpy as np, scipy.linalg as sl, scipy.optimize, scipy.sparse.linalg, scipy.stats, scipy.integrate
r = np.random.RandomState(0)
a, x = r.rand(40, 40) + np.eye(40), r.rand(40)
s = a @ a.T + 40 * np.eye(40)
shim = ctypes.PyDLL(None)
class Context(ctypes.Structure):
    _fields_ = [('namespace', ctypes.c_char_p), ('budget', ctypes.c_uint64), ('multiplier', ctypes.c_double),
                ('quiet', ctypes.c_int), ('scope', ctypes.c_int), ('used', ctypes.c_uint64), ('reserved', ctypes.c_uint64 * 2)]
class Usage(ctypes.Structure):
    _fields_ = [('budget', ctypes.c_uint64), ('used', ctypes.c_uint64), ('left', ctypes.c_uint64), ('calls', ctypes.c_uint64),
                ('reserved', ctypes.c_uint64 * 2)]
def limited(code, budget):
    context, usage = Context(b'x', budget, 0, 1, 1, 0), Usage()
    assert not shim.flopshim_begin(ctypes.byref(context))
    error = None
    try:
        try:
            exec(code, globals())
            list(range(3))
        except Exception:  # an error of the client's own, of the NaNs that it met: ours comes on top of it
            (lambda: 0)()
            raise
    except Exception as e:
        error = e
    assert not shim.flopshim_end(ctypes.byref(usage))
    assert not budget or usage.used <= budget, (code, usage.used, budget)
    return error, usage.used
def check(code, shares):
    error, used = limited(code, 0)
    assert error is None and used > 1, (code, error, used)
    for share in shares:
        error, _ = limited(code, 1 + int((used - 2) * share))
        assert type(error).__name__ == 'BudgetExhaustedError', (code, share, error)
"""


def main(environment):
    code = PRELUDE
    statements = NUMPY.splitlines()
    if environment == "new":
        code += "import sklearn.linear_model as lm, sklearn.cluster, sklearn.decomposition, sklearn.svm, sklearn.neighbors\n"
        code += "import statsmodels.api as sm\n"
        statements += OTHERS.splitlines()
    code += "import warnings; warnings.simplefilter('ignore')\n"
    choose = random.Random(1)
    for statement in statements:
        shares = [0.0, 1.0] + [choose.random() for _ in range(10)]
        code += f"check({statement!r}, {shares})\n"
    run = Run([python(environment), "-c", code + "print('done')\n"], {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"})
    expect(f"{environment}: stderr", run.stderr, "")
    expect(f"{environment}: stdout and status", (run.stdout, run.returncode), ("done\n", 0))


main(sys.argv[1])
