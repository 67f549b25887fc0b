"""Exceptions and longjmp out of a call, through the stub: what comes after is counted, N of N."""
from harness import BUILD, LIBS, expect, same_with_and_without

for kind in ("throw", "longjmp"):
    for folder in ("blas", "openblas-pthread"):
        run = same_with_and_without([BUILD / "jumps", kind, "10"], {"LD_LIBRARY_PATH": f"{LIBS}/{folder}"})
        expect(f"{kind}, {folder}: status", run.returncode, 0)
        calls, flops = run.costs()["dgemm"]
        expect(f"{kind}, {folder}: ddot", run.costs()["ddot"], (10, 60))
        expect(f"{kind}, {folder}: calls", calls, 20)
        expect(f"{kind}, {folder}: an illegal call costs nothing", flops, 160)  # 10 x 2*2*2*2
