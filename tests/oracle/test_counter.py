"""The counter counts what hands count: sums over the loops of reference BLAS and LAPACK, and a product of OpenBLAS by fused
multiply-adds in vectors of four. One process under valgrind for each library."""
import os
import pathlib
import sys

os.environ["ORACLE_BUILD"] = str(pathlib.Path(os.environ["FLOPSHIM_BUILD"]) / "oracle")
import oracle  # noqa: E402
from cases import prefix_of, routines, values_of  # noqa: E402

KNOWN = {r.name: r for r in routines()}
OPENBLAS = [f"{oracle.LIBS}/openblas-pthread/libblas.so.3"]


def complex_operations(products, sums):
    """Adds and mults of complex products and sums."""
    return 2 * sums + 2 * products, 4 * products


def gemm(m, n, k):
    """alpha B is formed once an entry, beta C once."""
    return m * n * k, m * n * k + n * k + m * n


def potf2(n):
    """Column j, with p columns before it and r rows below: a dot product, a root, gemv of r products by alpha, a scaling."""
    adds = mults = divs = 0
    for p in range(n):
        r = n - p - 1
        adds, mults = adds + p + 1, mults + p
        divs, mults = divs + (r > 0), mults + r
        if p:
            adds, mults = adds + r * p + r, mults + r * p + r
    return adds, mults, divs, n


def expected():
    """(routine, case, adds, mults, divs, sqrts)"""
    for n in (1, 4, 7, 12):
        yield "daxpy", f"n={n}", n, n, 0, 0
        yield "ddot", f"n={n}", n, n, 0, 0
        yield "dasum", f"n={n}", n, 0, 0, 0
        yield "idamax", f"n={n}", 0, 0, 0, 0
        yield "zdscal", f"n={n}", 0, 2 * n, 0, 0
        yield "dznrm2", f"n={n}", 2 * n, 2 * n + 1, 0, 1  # a square and a sum a part, none of them small, and a scaling
        yield "zdotc", f"n={n}", *complex_operations(n, n), 0, 0
    for m, n, k in ((4, 3, 5), (8, 8, 8), (1, 9, 2)):
        adds, mults = gemm(m, n, k)
        yield "dgemm", f"m={m} n={n} k={k}", adds, mults, 0, 0
        yield "zgemm", f"m={m} n={n} k={k}", *complex_operations(mults, adds), 0, 0
    for n in range(1, 9):
        yield "dpotf2", f"n={n}", *potf2(n)
        yield "dtrsv", f"n={n} uplo=U trans=N", n * (n - 1) // 2, n * (n - 1) // 2, n, 0


def questions(rows):
    calls = []
    for name, case, *_ in rows:
        given = dict(word.split("=") for word in case.split())
        calls.append({"prefix": prefix_of(KNOWN[name]), "family": KNOWN[name].row.family, "seed": 3, "nb": 1,
                      "values": values_of(KNOWN[name], given, int(given["n"]))})
    return calls


def main():
    rows, wrong = list(expected()), []
    for (name, case, *by_hand), (_, counts) in zip(rows, oracle.counted(questions(rows), 1)):
        if [str(n) for n in (*by_hand, 0)] != counts:
            wrong.append(f"{name} {case}: adds, mults, divs, sqrts, fmas {counts}, by hand {by_hand}")
    os.environ["OPENBLAS_CORETYPE"] = "Haswell"
    n = 64
    (_, counts), = oracle.counted(questions([("dgemm", f"n={n} m={n} k={n}")]), 1, OPENBLAS)
    adds, mults, _, _, fused = map(int, counts) if len(counts) == 5 else (0, 0, 0, 0, 0)
    if not n ** 3 - n * n <= fused <= n ** 3 + 2 * n * n or adds + mults > 5 * n * n:
        wrong.append(f"dgemm of OpenBLAS, n={n}: {counts}, expected about {n ** 3} fused operations and few others")
    print("\n".join(wrong) or f"{len(rows)} calls as by hand; OpenBLAS' dgemm of {n} has {fused} fused operations")
    sys.exit(bool(wrong))


main()
