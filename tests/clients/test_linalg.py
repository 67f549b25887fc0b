"""numpy.linalg and scipy.linalg, Debian's and from wheels: what each function calls and what that costs, from formulas
written here a second time (of cost-model.md, in fractions), and the same results with and without the preload."""
import sys
from fractions import Fraction

from harness import check_balance, expect, python, same_with_and_without

# Sizes: fractions like n^3/3 and 8.1 n^3 are integers at multiples of 30. 60 x 30 is "tall" for every driver (11/6, 1.6),
# 40 x 30 for none.
N, M, P, R = 30, 60, 40, 3

SETUP = f"""
import ctypes, warnings, zlib
import numpy as np, scipy.linalg as sl, scipy.linalg.interpolative as ip
warnings.simplefilter("ignore")
n, m, p, r = {N}, {M}, {P}, {R}
random = np.random.RandomState(1)
a, a2, b = random.randn(n, n), random.randn(n, n), random.randn(n, r)
t, w, q, tall_b = random.randn(m, n), random.randn(n, m), random.randn(p, n), random.randn(m, r)
s, pd, big = a + a.T, a @ a.T + n * np.eye(n), t @ t.T
z = a + 1j * a2
h, hpd = z + z.conj().T, z @ z.conj().T + n * np.eye(n)
band, diagonals = random.randn(4, n), np.vstack([np.ones((2, n)), np.full(n, 9.0)])
triangle = np.triu(pd)
def digest(x):
    if isinstance(x, tuple):
        return [digest(y) for y in x]
    return None if x is None else (zlib.crc32(np.ascontiguousarray(x).tobytes()), np.shape(x))
library = ctypes.CDLL(None)
def case(name, function):
    preloaded = hasattr(library, "flopshim_push")
    if preloaded:
        library.flopshim_push(name.encode())
    result = function()
    if preloaded:
        library.flopshim_pop()
    print(name, digest(result))
"""


def integer(x):
    assert Fraction(x).denominator == 1, x
    return int(x)


def third(x):
    return Fraction(x, 3)


# ---- Multiplications and additions of LAWN 41: cost-model.md, sections 2 and 3 ----------------------------------

def real(pair):
    return integer(pair[0] + pair[1])


def complex_(pair):
    return integer(6 * pair[0] + 2 * pair[1])


def getrf(n):
    adds = n * (n * n - n * (n + 1) + Fraction((n + 1) * (2 * n + 1), 6))
    return adds + n * (n - Fraction(n + 1, 2)), adds


def getrs(n, r):
    return r * n**2, r * n * (n - 1)


def getri(n):
    return n * (Fraction(5, 6) + Fraction(n, 2) + third(2 * n * n)), n * (Fraction(5, 6) - Fraction(3 * n, 2) + third(2 * n * n))


def plus(*pairs):
    return sum(p[0] for p in pairs), sum(p[1] for p in pairs)


def potrf(n):
    return n * (third(1) + Fraction(n, 2) + Fraction(n * n, 6)), Fraction(n * (n * n - 1), 6)


def potrs(n, r):
    return r * n * (n + 1), r * n * (n - 1)


def sytrf(n):
    return n * (Fraction(10, 3) + Fraction(n, 2) + Fraction(n * n, 6)), Fraction(n * (n * n - 1), 6)


def geqrf(m, n):
    if m < n:
        return (m * (Fraction(23, 6) + 2 * n - Fraction(m, 2) + m * (n - third(m))),
                m * (Fraction(5, 6) + n - Fraction(m, 2) + m * (n - third(m))))
    return (n * (Fraction(23, 6) + m + Fraction(n, 2) + n * (m - third(n))),
            n * (Fraction(5, 6) + n * (Fraction(1, 2) + m - third(n))))


def gerqf(m, n):
    """m < n."""
    return (m * (Fraction(29, 6) + 2 * n - Fraction(m, 2) + m * (n - third(m))),
            m * (Fraction(5, 6) + Fraction(m, 2) + m * (n - third(m))))


def orgqr(m, n, k):
    shared = 2 * m * n + k * (third(2 * k) - m - n)
    return k * (-third(5) + 2 * n - k + shared), k * (third(1) + n - m + shared)


def orgrq(m, n, k):
    shared = 2 * m * n + k * (third(2 * k) - m - n)
    return k * (-third(2) + m + n - k + shared), k * (third(1) + m - n + shared)


def ormqr_left(m, n, k):
    return k * n * (2 * m + 2 - k), k * n * (2 * m + 1 - k)


def ormqr_right(m, n, k):
    return k * (m * (2 * n - k) + m + n + Fraction(1 - k, 2)), k * m * (2 * n + 1 - k)


def gebrd(m, n):
    return n * (Fraction(20, 3) + n * (2 + 2 * m - third(2 * n))), n * (Fraction(5, 3) + n - m + n * (2 * m - third(2 * n)))


def gehrd(n):
    return (-13 + n * (-Fraction(7, 6) + Fraction(n, 2) + third(5 * n * n)), -8 + n * (-third(2) - n + third(5 * n * n)))


# ---- Totals of sections 2 to 4; those without `weight` are used for real data only -------------------------------

def geqp3(m, n):
    return real(geqrf(m, n)) + 2 * m * n + integer(9 * Fraction(n * n, 2))


def gbsv(n, kl, ku, r):
    """LAWN 41 with and without the fill of pivoting; 60 % of it is charged, and n (2 ku + kl + 2)/2 of scaling."""
    def factor(right, more):
        return sum(min(kl, n - i) * (min(right, n - i) + more) for i in range(1, n + 1))
    mults, adds = (factor(ku, more) + 60 * (factor(kl + ku, more) - factor(ku, more)) // 100 for more in (1, 0))
    corners = (kl * (kl + 1) + (kl + ku) * (kl + ku + 1)) // 2
    solves = r * (n * (2 * kl + ku + 1) - corners) + r * (n * (2 * kl + ku) - corners)
    return mults + adds + solves + n * (2 * ku + kl + 2) // 2


def pbsv(n, k, r):
    """pbtrf and its scaling of the k entries beside each diagonal, pbtrs."""
    mults = k * (-third(2) - k - third(k * k)) + n * (1 + Fraction(3 * k, 2) + Fraction(k * k, 2))
    adds = k * (-Fraction(1, 6) - Fraction(k, 2) - third(k * k)) + Fraction(n * k * (k + 1), 2)
    scaling = n * k - k * (k + 1) // 2
    return integer(mults + adds) + scaling + r * (2 * n - k) * (k + 1) + r * k * (2 * n - (k + 1))


def sytrd(n, weight=1):
    """As the blocked code executes it."""
    return weight * integer(third(4 * n**3) + 5 * n**2 + 60 * max(0, n**2 - 1024))


def values_only(n, weight=1):
    return sytrd(n, weight) + 17 * n**2 + 80 * n


def syevd(n, weight=1):
    """ormtr 2 n^3, divide and conquer n^3 + 134 n^2."""
    return sytrd(n, weight) + weight * 2 * n**3 + n**3 + 134 * n**2


def syevr(n, k, weight=1):
    return sytrd(n, weight) + weight * 2 * n**2 * k + 60 * n * k


def geev(n, vectors, weight=1):
    iteration = integer(Fraction(198, 10) * n**3 + 200 * n**2) if vectors else integer(Fraction(65, 10) * n**3 + 120 * n**2)
    return (real if weight == 1 else complex_)(gehrd(n)) + weight * iteration


def gees(n, weight=1):
    return (real if weight == 1 else complex_)(gehrd(n)) + weight * integer(Fraction(177, 10) * n**3 + 176 * n**2)


def gesdd(jobz, m, n, total=real):
    """m >= n; tall where 6 m >= 11 n."""
    tall = 6 * m >= 11 * n
    reduction = total(geqrf(m, n)) + total(gebrd(n, n)) if tall else total(gebrd(m, n))
    if jobz == "N":
        return reduction + integer(Fraction(123, 10) * n**2 + 195 * n)
    u, conquer = m if jobz == "A" else n, integer(Fraction(24, 10) * n**3 + 86 * n**2)
    if not tall:
        return reduction + conquer + total(ormqr_left(m, u, n)) + total(ormqr_left(n, n, n))
    return reduction + conquer + total(orgqr(m, u, n)) + 2 * m * n**2 + 2 * total(ormqr_left(n, n, n))


def gesvd_tall(m, n):
    """All of u and vt."""
    return (real(geqrf(m, n)) + real(orgqr(m, m, n)) + 2 * m * n**2 + real(gebrd(n, n))
            + integer(third(8 * n**3) + Fraction(106, 10) * n**3 + 77 * n**2))


def least_squares_tall(m, n, r):
    return real(geqrf(m, n)) + 4 * m * n * r + real(gebrd(n, n)) + 8 * n**2 * r


def gelsy(m, n, r):
    return geqp3(m, n) + real(ormqr_left(m, r, n)) + r * n**2 + 6 * n**2 + 60 * n


# ---- Functions and what they call: {routine: (calls, FLOPs)}. Workspace queries are no calls

GEMM = 2 * N**3
GESDD = {job: {"dgesdd": (1, gesdd(job, M, N))} for job in "NSA"}
INVERT = {"dgetrf": (1, real(getrf(N))), "dgetri": (1, real(getri(N)))}
SOLVE = {"dgetrf": (1, real(getrf(N))), "dgetrs": (1, real(getrs(N, R)))}
QR = {"dgeqrf": (1, real(geqrf(M, N)))}

NUMPY = {
    "np.linalg.solve(a, b)": {"dgesv": (1, real(plus(getrf(N), getrs(N, R))))},
    "np.linalg.solve(a, b[:, 0])": {"dgesv": (1, real(plus(getrf(N), getrs(N, 1))))},
    "np.linalg.solve(z, b)": {"zgesv": (1, complex_(plus(getrf(N), getrs(N, R))))},
    # NumPy computes single precision in double
    "np.linalg.solve(a.astype('f4'), b.astype('f4'))": {"dgesv": (1, real(plus(getrf(N), getrs(N, R))))},
    "np.linalg.solve(np.stack([a, a2]), np.stack([b, b]))": {"dgesv": (2, 2 * real(plus(getrf(N), getrs(N, R))))},
    "np.linalg.inv(a)": {"dgesv": (1, real(plus(getrf(N), getrs(N, N))))},
    "np.linalg.inv(z)": {"zgesv": (1, complex_(plus(getrf(N), getrs(N, N))))},
    "np.linalg.det(a)": {"dgetrf": (1, real(getrf(N)))},
    "np.linalg.slogdet(z)": {"zgetrf": (1, complex_(getrf(N)))},
    "np.linalg.cholesky(pd)": {"dpotrf": (1, real(potrf(N)))},
    "np.linalg.cholesky(hpd)": {"zpotrf": (1, complex_(potrf(N)))},
    "np.linalg.qr(t)": QR | {"dorgqr": (1, real(orgqr(M, N, N)))},
    "np.linalg.qr(t, 'complete')": QR | {"dorgqr": (1, real(orgqr(M, M, N)))},
    "np.linalg.qr(t, 'r')": QR,
    "np.linalg.qr(w)": {"dgeqrf": (1, real(geqrf(N, M))), "dorgqr": (1, real(orgqr(N, N, N)))},
    "np.linalg.qr(z)": {"zgeqrf": (1, complex_(geqrf(N, N))), "zungqr": (1, complex_(orgqr(N, N, N)))},
    "np.linalg.svd(t)": GESDD["A"],
    "np.linalg.svd(w)": GESDD["A"],
    "np.linalg.svd(t, full_matrices=False)": GESDD["S"],
    "np.linalg.svd(t, compute_uv=False)": GESDD["N"],
    "np.linalg.svd(q)": {"dgesdd": (1, gesdd("A", P, N))},
    "np.linalg.svd(z)": {"zgesdd": (1, gesdd("A", N, N, complex_))},
    "np.linalg.eig(a)": {"dgeev": (1, geev(N, True))},
    "np.linalg.eig(z)": {"zgeev": (1, geev(N, True, 4))},
    "np.linalg.eigvals(a)": {"dgeev": (1, geev(N, False))},
    "np.linalg.eigh(s)": {"dsyevd": (1, syevd(N))},
    "np.linalg.eigh(h)": {"zheevd": (1, syevd(N, 4))},
    "np.linalg.eigvalsh(s)": {"dsyevd": (1, values_only(N))},
    "np.linalg.eigvalsh(big)": {"dsyevd": (1, values_only(M))},
    "np.linalg.lstsq(t, tall_b, rcond=None)": {"dgelsd": (1, least_squares_tall(M, N, R) + 246 * N**2 - 1490 * N)},
    # u times the inverted values times vt: n x n x m
    "np.linalg.pinv(t)": GESDD["S"] | {"dgemm": (1, 2 * N * N * M)},
    "np.linalg.matrix_rank(t)": GESDD["N"],
    "np.linalg.cond(q)": {"dgesdd": (1, gesdd("N", P, N))},
}

SCIPY = {
    "sl.det(a)": {"dgetrf": (1, real(getrf(N)))},
    "sl.cholesky(pd)": {"dpotrf": (1, real(potrf(N)))},
    "sl.cho_factor(hpd)": {"zpotrf": (1, complex_(potrf(N)))},
    "sl.cho_solve((triangle, False), b)": {"dpotrs": (1, real(potrs(N, R)))},
    "sl.lu(a)": {"dgetrf": (1, real(getrf(N)))},
    "sl.lu_factor(a)": {"dgetrf": (1, real(getrf(N)))},
    "sl.lu_solve((a, np.arange(n)), b)": {"dgetrs": (1, real(getrs(N, R)))},
    "sl.ldl(s)": {"dsytrf": (1, real(sytrf(N)))},
    "sl.solve_triangular(triangle, b)": {"dtrtrs": (1, R * N**2)},  # r t(n) + r n(n-1)/2
    "sl.solve_banded((2, 1), band, b)": {"dgbsv": (1, gbsv(N, 2, 1, R))},
    "sl.solve_banded((1, 1), band[1:], b)": {"dgtsv": (1, 3 * (N - 1) + R * (7 * N - 8))},
    "sl.solveh_banded(diagonals, b)": {"dpbsv": (1, pbsv(N, 2, R))},
    "sl.solveh_banded(diagonals[1:], b)": {"dptsv": (1, 3 * (N - 1) + R * (3 * N - 2) + 2 * R * (N - 1))},
    "sl.qr(t)": QR | {"dorgqr": (1, real(orgqr(M, M, N)))},
    "sl.qr(t, mode='economic')": QR | {"dorgqr": (1, real(orgqr(M, N, N)))},
    "sl.qr(t, mode='r')": QR,
    "sl.qr(t, pivoting=True)": {"dgeqp3": (1, geqp3(M, N)), "dorgqr": (1, real(orgqr(M, M, N)))},
    "sl.qr_multiply(t, tall_b.T)": QR | {"dormqr": (1, real(ormqr_right(R, M, N)))},
    "sl.rq(w)": {"dgerqf": (1, real(gerqf(N, M))), "dorgrq": (1, real(orgrq(M, M, N)))},
    "sl.svd(t)": GESDD["A"],
    "sl.svd(t, full_matrices=False)": GESDD["S"],
    "sl.svd(t.astype('f4'))": {"sgesdd": (1, gesdd("A", M, N))},
    "sl.svd(t, lapack_driver='gesvd')": {"dgesvd": (1, gesvd_tall(M, N))},
    "sl.svdvals(t)": GESDD["N"],
    "sl.orth(t)": GESDD["S"],
    "sl.null_space(t)": GESDD["A"],
    "sl.polar(a)": {"dgesdd": (1, gesdd("S", N, N)), "dgemm": (2, 2 * GEMM)},
    "sl.pinv(t)": GESDD["S"] | {"dgemm": (1, 2 * N * N * M)},
    "sl.lstsq(t, tall_b)": {"dgelsd": (1, least_squares_tall(M, N, R) + 246 * N**2 - 1490 * N)},
    "sl.lstsq(t, tall_b, lapack_driver='gelsy')": {"dgelsy": (1, gelsy(M, N, R))},
    "sl.lstsq(t, tall_b, lapack_driver='gelss')":
        {"dgelss": (1, least_squares_tall(M, N, R) + integer(Fraction(66, 10) * N**3 + 60 * N**2))},
    "sl.eig(a)": {"dgeev": (1, geev(N, True))},
    # Complex vectors are scaled in pairs by their norms, one call of 4 n each
    "sl.eig(a, a2)": {"dggev": (1, 39 * N**3 + 210 * N**2), "dznrm2": (N, 4 * N * N)},
    "sl.eigvals(a)": {"dgeev": (1, geev(N, False))},
    "sl.eigh(s)": {"dsyevr": (1, syevr(N, N))},
    "sl.eigh(h)": {"zheevr": (1, syevr(N, N, 4))},
    "sl.eigh(s, subset_by_index=[0, 4])": {"dsyevr": (1, syevr(N, 5))},
    "sl.eigh(s, driver='ev')": {"dsyev": (1, sytrd(N) + integer(Fraction(81, 10) * N**3 + 44 * N**2))},
    "sl.eigh(s, driver='evd')": {"dsyevd": (1, syevd(N))},
    "sl.eigh(s, driver='evx')": {"dsyevx": (1, sytrd(N) + 8 * N**3 + 49 * N**2)},
    # potrf, sygst, syevd, trsm for the vectors
    "sl.eigh(s, pd)": {"dsygvd": (1, real(potrf(N)) + N**3 + 3 * N**2 + syevd(N) + N**3)},
    "sl.eigvalsh(s)": {"dsyevr": (1, values_only(N))},
    "sl.schur(a)": {"dgees": (1, gees(N))},
    "sl.schur(a, output='complex')": {"zgees": (1, gees(N, 4))},
    "sl.qz(a, a2)": {"dgges": (1, 47 * N**3 + 400 * N**2)},
    "sl.hessenberg(a)": {"dgehrd": (1, real(gehrd(N)))},
    "sl.hessenberg(a, calc_q=True)": {"dgehrd": (1, real(gehrd(N))), "dorghr": (1, real(orgqr(N - 1, N - 1, N - 1)))},
    "sl.solve_sylvester(a, a2, a)": {"dgees": (2, 2 * gees(N)), "dtrsyl": (1, 2 * N**3 + 4 * N**2), "dgemm": (4, 4 * GEMM)},
}

# SciPy 1.10 and 1.11: gesv in steps, with a norm and a condition number (gecon 11 n^2, pocon 10.5, sycon 11). 1.17 takes
# the norm itself, and asks sytrf for its workspace before it knows which solver it takes.
OLD = {
    "sl.solve(a, b)": SOLVE | {"dgecon": (1, 11 * N**2), "dlange": (1, N**2)},
    "sl.solve(pd, b, assume_a='pos')":
        {"dposv": (1, real(plus(potrf(N), potrs(N, R)))), "dpocon": (1, 21 * N**2 // 2), "dlange": (1, N**2)},
    "sl.solve(s, b, assume_a='sym')":
        {"dsysv": (1, real(plus(sytrf(N), potrs(N, R)))), "dsycon": (1, 11 * N**2), "dlange": (1, N**2)},
    "sl.inv(a)": INVERT,
    "sl.eigh_tridiagonal(np.ones(n), np.ones(n - 1))": {"dstemr": (1, N**2 * (1088 + N) // 34 + 80 * N)},
    "ip.interp_decomp(t, 5)": {},  # Fortran of its own
}
NEW = {
    "sl.solve(a, b)": SOLVE | {"dgecon": (1, 11 * N**2)},
    "sl.solve(pd, b, assume_a='pos')":
        {"dpotrf": (1, real(potrf(N))), "dpotrs": (1, real(potrs(N, R))), "dpocon": (1, 21 * N**2 // 2)},
    "sl.solve(s, b, assume_a='sym')":
        {"dsytrf": (1, real(sytrf(N))), "dsytrs": (1, real(potrs(N, R))), "dsycon": (1, 11 * N**2)},
    "sl.inv(a)": INVERT | {"dgecon": (1, 11 * N**2)},
    "sl.eigh_tridiagonal(np.ones(n), np.ones(n - 1))": {"dstevd": (1, N**3 + 134 * N**2)},
    # Five reflectors of m - i rows (3 m + 7) applied to the n - i - 1 columns right of them; the triangle solved
    "ip.interp_decomp(t, 5)":
        {"dnrm2": (N, 2 * M * N), "dlarfgp": (5, sum(3 * (M - i) + 7 for i in range(5))),
         "dgemv": (5, sum(2 * (M - i) * (N - i - 1) for i in range(5))), "dtrsm": (1, 25 * (N - 5))},
}

# How often depends on the data and the version: (what is called as pinned, FLOPs of each call of the others)
EACH = {"dgemm": GEMM, "dgemv": 2 * N**2, "daxpy": 2 * N**2, "dscal": N**2, "idamax": 0}
ITERATIVE = {
    "sl.expm(a)": ({"dgetrf": (1, real(getrf(N))), "dgetrs": (1, real(getrs(N, N)))}, EACH),
    # 1.17 solves the blocks above the diagonal by trsyl, whose sizes depend on the eigenvalues
    "sl.sqrtm(pd)": ({"dgees": (1, gees(N))}, EACH | {"dtrsyl": None}),
}
# No arithmetic, or none here: how often NumPy copies rows, SciPy asks for balancing and swaps rows is not our matter
FREE = ("dcopy", "scopy", "zcopy", "dlaswp", "dgebal")
# NumPy and SciPy ask each of these once before they call it
QUERIES = {"np.linalg.svd(t)": {"dgesdd": 1}, "np.linalg.qr(t)": {"dgeqrf": 1, "dorgqr": 1}, "np.linalg.eigh(h)": {"zheevd": 1},
           "np.linalg.solve(a, b)": {}, "sl.eigh(h)": {"zheevr": 1}}


def costs_of(summary, name):
    operations = summary["by_namespace"].get(name, {"operations": {}})["operations"]
    costs = {k: (op["calls"], op["flop_cost"]) for k, op in operations.items()}
    return {k: v for k, v in costs.items() if v[1] > 0 or k not in FREE}


def check_iterative(what, costs, pinned, each):
    for name, cost in pinned.items():
        expect(f"{what}: {name}", costs.pop(name, None), cost)
    expect(f"{what}: gemm is called", costs.get("dgemm", (0, 0))[0] > 0, True)
    for name, (calls, flops) in costs.items():
        expect(f"{what}: {name} is among its routines", name in each, True)
        if each[name] is None:
            expect(f"{what}: {name}", flops > 0, True)
        else:
            expect(f"{what}: {name}", flops, each[name] * calls)


def main(environment):
    exact = NUMPY | SCIPY | (NEW if environment == "new" else OLD)
    names = {f"case {i}": expression for i, expression in enumerate([*exact, *ITERATIVE])}
    lines = [f"case({name!r}, lambda: {expression})\n" for name, expression in names.items()]
    run = same_with_and_without([python(environment), "-c", SETUP + "".join(lines)])
    expect(f"{environment}: stderr", (run.returncode, run.stderr), (0, ""))
    check_balance(run.summary)
    expect("uncovered", run.summary["uncovered"], [])
    for name, expression in names.items():
        what, costs = f"{environment}: {expression}", costs_of(run.summary, name)
        if expression in exact:
            expect(what, costs, exact[expression])
        else:
            check_iterative(what, costs, *ITERATIVE[expression])
        if expression in QUERIES:
            expect(f"{what}: queries", run.summary["by_namespace"][name]["queries"], QUERIES[expression])
    spaces = run.summary["by_namespace"].values()
    expect("sum of the namespaces", sum(space["flops_used"] for space in spaces), run.summary["flops_used"])
    print(f"{environment}: {len(names)} functions")


main(sys.argv[1])
