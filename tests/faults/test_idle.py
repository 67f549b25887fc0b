"""A BLAS call with alpha = 0 computes no product: it costs nothing and is never refused."""
from harness import BUILD, LIBS, expect, same_with_and_without

N = 8
# FLOPs of one call each, by hand, and how many idle.c makes; a complex product and sum is 8
CALLS = {"daxpy": (2, 2 * N), "zaxpy": (1, 8 * N), "dgemv": (2, 2 * N * N), "dsymv": (1, 2 * N * N), "dger": (1, 2 * N * N),
         "dsyr": (1, N * (N + 1)), "zher": (1, 4 * N * (N + 1)), "dsyr2": (1, 2 * N * (N + 1)), "dgemm": (2, 2 * N**3),
         "sgemm": (1, 2 * N**3), "zgemm": (2, 8 * N**3), "dsymm": (1, 2 * N**3), "dsyrk": (1, N * N * (N + 1)),
         "zherk": (2, 4 * N * N * (N + 1)), "dsyr2k": (1, 2 * N * N * (N + 1))}
FREE = {name: (calls, 0) for name, (calls, _) in CALLS.items()}
PRICED = {name: (calls, calls * cost) for name, (calls, cost) in CALLS.items()}

for folder in ("blas", "openblas-pthread"):
    env = {"LD_LIBRARY_PATH": f"{LIBS}/{folder}"}
    for alpha in ("0", "-0"):
        run = same_with_and_without([BUILD / "idle", alpha, "1"], {**env, "FLOP_BUDGET": "1"})
        expect(f"{folder}, alpha {alpha}, beta 1: status", run.returncode, 0)
        expect(f"{folder}, alpha {alpha}, beta 1", run.costs(), FREE)
    # 1e-310 has an upper half of 0; of single precision it is 0
    for alpha, beta in (("1", "1"), ("1", "0"), ("1e-310", "1"), ("nan", "1")):
        run = same_with_and_without([BUILD / "idle", alpha, beta], env)
        zero = {"sgemm": (1, 0)} if alpha == "1e-310" else {}
        expect(f"{folder}, alpha {alpha}, beta {beta}", run.costs(), PRICED | zero)
    # What remains is scaling by beta, which is free
    for beta in ("0", "2"):
        run = same_with_and_without([BUILD / "idle", "0", beta], {**env, "FLOP_BUDGET": "1"})
        expect(f"{folder}, alpha 0, beta {beta}", run.costs(), FREE)
