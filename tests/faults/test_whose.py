"""dladdr answers for a function of BLAS as it does without the preload: the provider's path and name."""
from harness import BUILD, LIBS, expect, same_with_and_without

BY_HANDLE = f"{LIBS}/openblas-pthread/libblas.so.3"
for library in ("blas", "openblas-pthread"):
    run = same_with_and_without([BUILD / "whose", BY_HANDLE], {"LD_LIBRARY_PATH": f"{LIBS}/{library}"})
    expect(f"{library}: answers", (len(run.stdout.splitlines()), f"{LIBS}/{library}/" in run.stdout), (13, True))
    expect(f"{library}: counted", run.costs(), {"ddot": (1, 8)})
