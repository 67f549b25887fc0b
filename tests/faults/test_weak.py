"""Weak references to extensions of BLAS: nothing can stop their being bound to the shim. Where a library has the routine the
call reaches it; where none has it, the call ends with the message that any missing provider gets (hazard 40)."""
import signal

from harness import BUILD, LIBS, Run, expect, same_with_and_without

REFERENCE, OPENBLAS = ({"LD_LIBRARY_PATH": f"{LIBS}/{folder}"} for folder in ("blas", "openblas-pthread"))

run = same_with_and_without([BUILD / "weak", "call"], OPENBLAS)
expect("there", (run.stdout, run.costs()), ("11\n11 16\n", {"ddot": (1, 4), "daxpby": (1, 6)}))
run = same_with_and_without([BUILD / "weak"], REFERENCE)
expect("known, not called", (run.stdout, run.costs()), ("11\n", {"ddot": (1, 4)}))
expect("absent without the preload", Run([BUILD / "weak", "call"], REFERENCE, preload=False).stdout, "11\n")
run = Run([BUILD / "weak", "call"], REFERENCE)
expect("called", (run.returncode, run.stderr), (-signal.SIGABRT,
       "flopshim: no loaded library provides cblas_daxpby for the program; there is nothing to forward the call to\n"))
expect("what was counted before", (run.costs(), run.summary["end_reason"]), ({"ddot": (1, 4)}, "signal"))
