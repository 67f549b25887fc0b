"""Price over executed, for functions of numpy.linalg and scipy.linalg on random dense data: the table of cost/README.md.

    compare.py openblas|reference [N,...]

Each function runs twice, in two processes of one interpreter: natively under the preload, which says its price, and under
flopgrind, which counts what BLAS and LAPACK execute in it."""
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FUNCTIONS = ("cholesky", "solve", "inv", "det", "qr", "lu", "svd values", "svd thin", "svd full", "eigvalsh", "eigh", "eigvals",
             "eig", "lstsq", "pinv", "schur", "expm", "sp eigh", "sp svd", "sp solve")


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

    def count():
        ask.oracle_operations(ctypes.byref(now))
        return now[0] + now[1] + now[2] + 2 * now[4]
    return count


def inside(which, sizes):
    """Prints function, n, count of each; a first call of each function loads what it needs."""
    total = priced() if which == "priced" else executed()
    for n in sizes:
        for name, call in calls(n).items():
            before = total()
            call()
            print(json.dumps([name, n, total() - before]), flush=True)


def run(which, library, sizes):
    from oracle import BUILD, LIBS
    python = "/usr/bin/python3" if library == "reference" else str(ROOT / ".venv/new/bin/python")
    environment = {**os.environ, "LD_LIBRARY_PATH": f"{LIBS}/blas:{LIBS}/lapack" if library == "reference" else "",
                   "OPENBLAS_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Nehalem", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [python, __file__, "inside", which, sizes]
    if which == "priced":
        environment |= {"PYTHONPATH": str(ROOT / "shim/bindings/python"), "LD_PRELOAD": str(ROOT / "build/libflopshim.so"),
                        "FLOP_OUTPUT": "/dev/null"}
    else:
        environment |= {"VALGRIND_LIB": str(BUILD), "ORACLE_ASK": str(BUILD / "liboracle_ask.so")}
        command = ["valgrind", "-q", "--tool=flopgrind", *command]
    output = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False).stdout
    return {(name, n): count for name, n, count in map(json.loads, output.splitlines())}


def main():
    if sys.argv[1] == "inside":
        inside(sys.argv[2], [int(n) for n in sys.argv[3].split(",")])
        return
    library, sizes = sys.argv[1], (sys.argv[2:] or ["50,200,500,1000"])[0]
    prices, counts = (run(which, library, sizes) for which in ("priced", "executed"))
    print("| function |", " | ".join(f"n = {n}" for n in sizes.split(",")), "|")
    print("| --- |", " | ".join("---" for _ in sizes.split(",")), "|")
    for name in FUNCTIONS:
        cells = [(prices.get((name, int(n))), counts.get((name, int(n)))) for n in sizes.split(",")]
        print(f"| {name} |", " | ".join(f"{p / c:.2f}" if p and c else "-" for p, c in cells), "|")


if __name__ == "__main__":
    main()
