"""Small calls of LAPACK that fast bodies charge ('brief' lines): the same results with and without the preload, each call by LAWN
41's counts, what LAPACK's routines call or jump to by themselves nested, and what is rejected free."""
import sys

from harness import BUILD, LIBS, Run, check_balance, expect, same_with_and_without, wheel_blas

PROVIDERS = {"lapack": f"{LIBS}/lapack:{LIBS}/blas", "openblas": f"{LIBS}/openblas-pthread", "wheel64": ""}
ROUNDS, SIZES = 3, (0, 1, 2, 4, 8)


def factor(m, n):
    """LU: the products and the sums of the updates, and the divisions by the pivots."""
    updates = sum((m - k) * (n - k) for k in range(1, min(m, n) + 1))
    return updates + sum(m - k for k in range(1, min(m, n) + 1)), updates


def solve(n, nrhs):
    """Two triangular solves, one of them with divisions."""
    return nrhs * (n * (n - 1) + n), nrhs * n * (n - 1)


def cholesky(n):
    """Row k: dot products of the rows before, a root, and a division each below."""
    products = sum((k - 1) + (n - k) * (k - 1) for k in range(1, n + 1))
    return products + sum(1 + n - k for k in range(1, n + 1)), products


def cholesky_solve(n, nrhs):
    return nrhs * (n * (n - 1) + 2 * n), nrhs * n * (n - 1)


def times_transposed(n):
    """lauum: as many as Cholesky."""
    return cholesky(n)


def triangle_inverse(n, unit):
    """LAWN 41: n (n + 1) (n + 2) / 6 and n (n - 1) (n - 2) / 6; no division where the diagonal is 1."""
    return n * (n + 1) * (n + 2) // 6 - unit * n * (n + 1) // 2, n * (n - 1) * (n - 2) // 6


def cholesky_inverse(n):
    """LAWN 41: the inverse of the triangle, and lauum."""
    return n * (n + 1) * (n + 2) // 3, n * (n - 1) * (2 * n - 1) // 6


def added(*counts):
    return sum(c[0] for c in counts), sum(c[1] for c in counts)


def calls(m, n, nrhs):
    """[(family, mults, adds)] of one row of calls of brief.c."""
    return [("getrf", *factor(m, n)), *[("getrs", *solve(n, nrhs))] * 3, ("gesv", *added(factor(n, n), solve(n, nrhs))),
            ("potrf", *cholesky(n)), ("potrs", *cholesky_solve(n, nrhs)), ("potri", *cholesky_inverse(n)),
            ("lauum", *times_transposed(n)), ("posv", *added(cholesky(n), cholesky_solve(n, nrhs))),
            ("trtri", *triangle_inverse(n, 0)), ("trtri", *triangle_inverse(n, 1))]


def expected():
    """{routine: (calls, FLOPs)}; of five rows two are rejected whatever the size, for n or for m."""
    costs = {}
    for prefix, products, sums in (("d", 1, 1), ("z", 6, 2)):
        for n in SIZES:
            rows = {"d": [(n, n, 1), (n // 2, n, 3), None], "z": [(n, n, 3), None]}[prefix]
            for row in rows:
                for family, mults, adds in calls(*(row or (0, 0, 0))):
                    known = costs.get(prefix + family, (0, 0))
                    costs[prefix + family] = known[0] + ROUNDS, known[1] + ROUNDS * (products * mults + sums * adds)
    return costs


def main(provider):
    wide = provider == "wheel64"
    program, options = BUILD / ("brief_scipy" if wide else "brief"), {"behind": wheel_blas() if wide else ""}
    run = same_with_and_without([program], {"LD_LIBRARY_PATH": PROVIDERS[provider]}, **options)
    expect("what each routine costs", run.costs(), expected())
    check_balance(run.summary)
    total = sum(flops for _, flops in expected().values())
    spare = 10000  # a rejected call is charged until it is
    for budget, status in ((total + spare, 0), (total - 1, 86)):
        limited = Run([program], {"LD_LIBRARY_PATH": PROVIDERS[provider], "FLOP_BUDGET": str(budget)}, **options)
        expect(f"status with a budget of {budget}", limited.returncode, status)
        check_balance(limited.summary)


main(sys.argv[1])
