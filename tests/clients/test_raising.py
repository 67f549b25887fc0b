"""A refused call raises BudgetExhaustedError in an unmodified script, on the line that made it: NumPy's and SciPy's ways into
BLAS and LAPACK, Debian's and from wheels. Outputs that the program can see stay as they were, and what fits still runs."""
import sys

from harness import Run, check_balance, expect, python

NUMPY = """a @ b
a.T @ a
np.dot(a, b)
np.dot(a, b, out=cleared)
np.matmul(a, b, out=out)
np.matmul(stack, stack)
np.inner(a, b)
np.vdot(big, big)
np.dot(big * 1j, big)
wide @ wide[0]
np.einsum('ij,jk->ik', a, b, optimize=True)
np.tensordot(a, b, 1)
np.correlate(big, big)
np.linalg.solve(a, b)
np.linalg.solve(a * 1j, b)
np.linalg.inv(stack)
np.linalg.det(a)
np.linalg.eigh(s)
np.linalg.eigvalsh(s)
np.linalg.eig(a)
np.linalg.eigvals(stack)
np.linalg.svd(a)
np.linalg.svd(a, compute_uv=False)
np.linalg.qr(a)
np.linalg.cholesky(s)
np.linalg.lstsq(a, a[0], rcond=None)
np.linalg.pinv(a.astype('f4'))"""
SCIPY = """sl.solve(a, b)
sl.solve(s, b, assume_a='pos')
sl.inv(a)
sl.det(a)
sl.lu(a)
sl.lu_factor(a)
sl.lu_factor(a, overwrite_a=True)
sl.cholesky(s)
sl.qr(a, pivoting=True)
sl.svd(a)
sl.eig(a)
sl.eigh(s, overwrite_a=True)
sl.schur(a)
sl.lstsq(a, b)
sl.expm(a)
sl.sqrtm(a)
sl.ldl(s)
sl.qz(a, b)
sl.solve_sylvester(a, a, b)
blas.dgemm(1.0, a, b)
blas.dgemm(1.0, a, b, c=out.T, overwrite_c=True)
blas.dgemv(1.0, wide, wide[0])
blas.ddot(big, big)
blas.dnrm2(big)
blas.daxpy(big, big)
blas.dtrsm(1.0, a, b)
lapack.dgetrf(a)
lapack.dpotrf(s, overwrite_a=True)
lapack.dsyev(s)
lapack.dgesdd(a)
lapack.zgeev(a * 1j)
lapack.dlange('1', wide)"""
PRELUDE = """
import sys, numpy as np
r = np.random.RandomState(0)
a, b = np.asfortranarray(r.rand(61, 61)), r.rand(61, 61)
s = a + a.T + 61 * np.eye(61)
stack, big, wide = np.stack([a, a]), r.rand(20001), r.rand(200, 200)
out = np.full((61, 61), 7.0)
cleared = out.copy()  # by NumPy's dot itself, before it calls BLAS
before = [x.copy() for x in (a, b, s, big, wide, out)]
def raised(action, number):
    try:
        action()
    except Exception as e:
        assert type(e).__module__ + '.' + type(e).__name__ == 'flopshim.BudgetExhaustedError', repr(e)
        assert str(e) == f'{e.op_name} would cost {e.flop_cost:,} FLOPs but only {e.flops_remaining:,} remain', e
        assert e.flop_cost > e.flops_remaining > 0 and e.__context__ is None, e
        assert e.__traceback__.tb_next.tb_lineno == number, (e.__traceback__.tb_next.tb_lineno, number)
        return
    raise SystemExit(f'line {number} raised nothing')
"""
AFTER = """
for x, y in zip((a, b, s, big, wide, out), before):
    assert np.array_equal(x, y), 'a refused call changed an array'
assert not cleared.any()
print('done')
"""
# Before SciPy's: its sqrtm goes on after a refusal, by calls that become ever smaller and fit until nothing is left (1.18)
FITS = "assert ((np.ones((2, 2)) @ np.ones((2, 2))) == 2).all()\n"


def script(environment):
    code, count = PRELUDE, 0
    for part in [NUMPY] if environment == "numpy" else [NUMPY, SCIPY]:
        if part is SCIPY:
            code += "import scipy.linalg as sl, scipy.linalg.blas as blas, scipy.linalg.lapack as lapack\n"
        for statement in part.splitlines():
            number = code.count("\n") + 1
            code += f"raised(lambda: {statement}, {number})\n"
            count += 1
        code += FITS if part is NUMPY else ""
    return code + AFTER, count


def main(environment):
    code, count = script(environment)
    run = Run([python(environment), "-c", code], {"FLOP_BUDGET": "20000"})
    expect(f"stderr of {environment}", run.stderr, "")
    expect("stdout and status", (run.stdout, run.returncode), ("done\n", 0))
    check_balance(run.summary)
    # A stack of matrices is refused one by one
    expect("refused calls", run.summary["refused"]["calls"] >= count, True)
    expect("end", run.summary["end_reason"], "exit")
    lapack = {name: cost for name, (_, cost) in run.costs().items() if name in ("dgesdd", "dgetrf", "dsyevd", "dgeev")}
    expect("LAPACK's work", lapack, {})
    expect("LAPACK's queries for workspace", {"dgesdd", "dsyevd", "dgeev"} - set(run.summary["queries"]), set())


main(sys.argv[1])
