"""Price over executed, for functions of numpy.linalg and scipy.linalg on random dense data: the table of cost/README.md.

    compare.py openblas|reference [N,...]
    compare.py openblas|reference more [N,...]     further functions of scipy.linalg, and complex data
    compare.py unblocked [more] [N,...]            the reference, with blocks of one column

Each function runs twice, in two processes of one interpreter: natively under the preload, which says its price, and under
flopgrind, which counts what BLAS and LAPACK execute in it."""
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SIZES = {"calls": "50,200,500,1000", "more": "200,500"}


def calls(n):
    """{function: a call of it}"""
    import numpy as np
    import scipy.linalg as sl
    random = np.random.default_rng(n)
    a, b = random.standard_normal((n, n)), random.standard_normal((n, 4))
    tall, symmetric = random.standard_normal((2 * n, n)), (a + a.T) / 2
    definite, la = a @ a.T / n + np.eye(n), np.linalg
    return {"cholesky": lambda: la.cholesky(definite), "solve": lambda: la.solve(a, b), "inv": lambda: la.inv(a),
            "det": lambda: la.det(a), "qr": lambda: la.qr(a), "lu": lambda: sl.lu(a),
            "svd values": lambda: la.svd(a, compute_uv=False),
            "svd thin": lambda: la.svd(tall, full_matrices=False), "svd full": lambda: la.svd(a),
            "eigvalsh": lambda: la.eigvalsh(symmetric),
            "eigh": lambda: la.eigh(symmetric), "eigvals": lambda: la.eigvals(a), "eig": lambda: la.eig(a),
            "lstsq": lambda: la.lstsq(tall, tall[:, :4], rcond=None), "pinv": lambda: la.pinv(a), "schur": lambda: sl.schur(a),
            "expm": lambda: sl.expm(a / n), "sp eigh": lambda: sl.eigh(symmetric), "sp svd": lambda: sl.svd(a),
            "sp solve": lambda: sl.solve(a, b)}


def more(n):
    """{function: a call of it}"""
    import numpy as np
    import scipy.linalg as sl
    random = np.random.default_rng(n)
    a, b, c = (random.standard_normal((n, n)) for _ in range(3))
    z, bands, symmetric, thin = a + 1j * c, random.standard_normal((11, n)), (a + a.T) / 2, random.standard_normal((n, 4))
    definite, upper, hermitian = b @ b.T / n + np.eye(n), np.triu(a) + n * np.eye(n), z + z.conj().T
    definite_bands = np.vstack([bands[:5], bands[5:6] + 20])
    d, e = (np.diag(sl.hessenberg(symmetric), k).copy() for k in (0, 1))
    tall = random.standard_normal((2 * n, n))
    return {"lu_solve": lambda: sl.lu_solve(sl.lu_factor(a), b), "cho_solve": lambda: sl.cho_solve(sl.cho_factor(definite), b),
            "ldl": lambda: sl.ldl(symmetric), "solve sym": lambda: sl.solve(symmetric, thin, assume_a="sym"),
            "solve pos": lambda: sl.solve(definite, thin, assume_a="pos"),
            "solve_triangular": lambda: sl.solve_triangular(upper, b),
            "solve_banded": lambda: sl.solve_banded((5, 5), bands, thin), "solve_sylvester": lambda: sl.solve_sylvester(a, b, a),
            "solveh_banded": lambda: sl.solveh_banded(definite_bands, thin), "qr pivoting": lambda: sl.qr(a, pivoting=True),
            "rq": lambda: sl.rq(a), "qr economic": lambda: sl.qr(tall, mode="economic"),
            "hessenberg": lambda: sl.hessenberg(a, calc_q=True),
            "lstsq gelsy": lambda: sl.lstsq(tall, tall[:, :4], lapack_driver="gelsy"),
            "lstsq gelss": lambda: sl.lstsq(tall, tall[:, :4], lapack_driver="gelss"),
            "svd gesvd": lambda: sl.svd(a, lapack_driver="gesvd"), "qz": lambda: sl.qz(a, b), "eig of two": lambda: sl.eig(a, b),
            "eigvals of two": lambda: sl.eigvals(a, b), "eigh of two": lambda: sl.eigh(symmetric, definite),
            "eig_banded": lambda: sl.eig_banded(definite_bands), "eigvals_banded": lambda: sl.eigvals_banded(definite_bands),
            "eigh_tridiagonal": lambda: sl.eigh_tridiagonal(d, e), "eigvalsh_tridiagonal": lambda: sl.eigvalsh_tridiagonal(d, e),
            "pinvh": lambda: sl.pinvh(symmetric), "polar": lambda: sl.polar(a), "sqrtm": lambda: sl.sqrtm(a),
            "cossin": lambda: sl.cossin(sl.qr(a)[0], n // 2, n // 2), "complex solve": lambda: np.linalg.solve(z, z[:, :4]),
            "complex inv": lambda: np.linalg.inv(z), "complex qr": lambda: np.linalg.qr(z),
            "complex cholesky": lambda: np.linalg.cholesky(z @ z.conj().T / n + np.eye(n)), "complex svd": lambda: np.linalg.svd(z),
            "complex eigvals": lambda: np.linalg.eigvals(z), "complex eig": lambda: np.linalg.eig(z),
            "complex eigh": lambda: np.linalg.eigh(hermitian), "complex schur": lambda: sl.schur(z),
            "complex qz": lambda: sl.qz(z, b + 1j * a)}


def priced():
    """A function that says how many FLOPs have been charged."""
    import flopshim
    account = flopshim.BudgetContext(flop_budget=10**18)
    account.__enter__()
    return lambda: account.flops_used


def executed():
    """A function that says how many operations have been executed."""
    import ctypes
    ask, now = ctypes.CDLL(os.environ["ORACLE_ASK"]), (ctypes.c_ulonglong * 5)()
    ask.oracle_unblocked(int(os.environ["ORACLE_UNBLOCKED"]))

    def count():
        ask.oracle_operations(ctypes.byref(now))
        return now[0] + now[1] + now[2] + 2 * now[4]
    return count


def inside(which, functions, sizes):
    """Prints function, n, count of each; a first call of each function loads what it needs."""
    total = priced() if which == "priced" else executed()
    for n in sizes:
        for name, call in {"calls": calls, "more": more}[functions](n).items():
            before = total()
            call()
            print(json.dumps([name, n, total() - before]), flush=True)


def run(which, library, functions, sizes):
    from oracle import BUILD, LIBS
    python = str(ROOT / ".venv/new/bin/python") if library == "openblas" else "/usr/bin/python3"
    environment = {**os.environ, "LD_LIBRARY_PATH": "" if library == "openblas" else f"{LIBS}/blas:{LIBS}/lapack",
                   "OPENBLAS_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Nehalem", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [python, __file__, "inside", which, functions, sizes]
    if which == "priced":
        environment |= {"PYTHONPATH": str(ROOT / "shim/bindings/python"), "LD_PRELOAD": str(ROOT / "build/libflopshim.so"),
                        "FLOP_OUTPUT": "/dev/null"}
    else:
        ask = str(BUILD / "liboracle_ask.so")
        environment |= {"VALGRIND_LIB": str(BUILD), "ORACLE_ASK": ask, "ORACLE_UNBLOCKED": str(int(library == "unblocked"))}
        environment |= {"LD_PRELOAD": ask} if library == "unblocked" else {}
        command = ["valgrind", "-q", "--tool=flopgrind", *command]
    output = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False).stdout
    return {(name, n): count for name, n, count in map(json.loads, output.splitlines())}


def main():
    if sys.argv[1] == "inside":
        inside(*sys.argv[2:4], [int(n) for n in sys.argv[4].split(",")])
        return
    library, *rest = sys.argv[1:]
    functions = "more" if rest[:1] == ["more"] else "calls"
    sizes = (rest[functions == "more":] or [SIZES[functions]])[0]
    prices, counts = (run(which, library, functions, sizes) for which in ("priced", "executed"))
    print("| function |", " | ".join(f"n = {n}" for n in sizes.split(",")), "|")
    print("| --- |", " | ".join("---" for _ in sizes.split(",")), "|")
    for name in dict.fromkeys(name for name, _ in prices):
        cells = [(prices.get((name, int(n))), counts.get((name, int(n)))) for n in sizes.split(",")]
        print(f"| {name} |", " | ".join(f"{p / c:.2f}" if p and c else "-" for p, c in cells), "|")


if __name__ == "__main__":
    main()
