"""Every standard BLAS routine with every option, on both faces and several providers: the same results with and without
the preload, and each call counted once by its formula (families.py). Of NumPy's wheel too, whose names say that integers have 64
bits and have fast bodies of their own."""
import sys

from harness import BUILD, LIBS, check_balance, expect, same_with_and_without, wheel_blas

import families

# provider: folder, program, whether its CBLAS has everything
PROVIDERS = {"openblas": ("openblas-pthread", "every_family", True), "blas": ("blas", "every_family", True),
             "blis": ("blis-openmp", "every_family", False), "openblas64": ("openblas64-pthread", "every_family64", True),
             "blas64": ("blas64", "every_family64", True), "blis64": ("blis64-openmp", "every_family64", False),
             "wheel64": ("numpy.libs", "every_family_scipy", True)}


def main(provider):
    folder, program, full = PROVIDERS[provider]
    behind = wheel_blas() if provider == "wheel64" else ""
    for face in "fc":
        command = [BUILD / program, face] + ["all"] * full
        run = same_with_and_without(command, {"LD_LIBRARY_PATH": f"{LIBS}/{folder}"}, timeout=60, behind=behind)
        wanted = families.expected(face)
        if face == "c" and not full:
            wanted = {name: cost for name, cost in wanted.items() if name not in families.MISSING_CBLAS}
        costs = run.costs()
        expect(f"{provider} {face}: routines", sorted(costs), sorted(wanted))
        for name, cost in wanted.items():
            expect(f"{provider} {face}: {name}", costs[name], cost)
        check_balance(run.summary)
        expect(f"{provider}: uncovered", run.summary["uncovered"], [])
        loaded = [p["path"] for p in run.summary["providers"]]
        expect(f"{provider}: its library", [folder in path for path in loaded], [True])
        expect(f"{provider}: integers", run.summary["providers"][0]["integers"], 64 if provider.endswith("64") else 32)


main(sys.argv[1])
