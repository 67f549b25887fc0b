"""No refusal that nobody handled leaves exit status 0: where the exception ends a thread, where Python can only print it, and
where the interpreter ends before it could be raised. What a handler caught leaves the program's own status."""
from harness import BUILD, Run, check_balance, expect, python

# Registered before any other function: called last, where no more Python runs that it could be raised in
LAST = f"""
import atexit, ctypes
native, space = ctypes.PyDLL('{BUILD}/libforeign.so'), (ctypes.c_double * 10000)()
atexit.register(native.here, 100, space, space)
"""
PRELUDE = """
import atexit, os, sys, threading, _thread, time, numpy as np
from concurrent.futures import ThreadPoolExecutor
a = np.ones((100, 100))
def refused(*ignored): a @ a
def in_thread(action):
    t = threading.Thread(target=action); t.start(); t.join()
"""
# code: (status, end reason, refused calls, what stderr says, and what it does not say)
FORCED = "went on without handling it: exit status 86 instead of 0. Summary: "
CASES = {
    "refused()": (1, "exhausted", 1,
                  "line 5, in refused\nflopshim.BudgetExhaustedError: dgemm would cost 2,000,000 FLOPs but only 2", FORCED),
    "try: refused()\nexcept Exception: pass": (0, "exit", 1, "", FORCED),
    "try: refused()\nexcept Exception: sys.exit(7)": (7, "exit", 1, "", FORCED),
    "try: refused()\nfinally: os._exit(0)": (0, "exit", 1, "", FORCED),
    "sys.excepthook = print\nrefused()": (1, "exhausted", 1, "", FORCED),
    "in_thread(refused)": (86, "exhausted", 1, "but only 29,996 remain, and the program " + FORCED, "NoneType"),
    "in_thread(refused); sys.exit(0)": (86, "exhausted", 1, FORCED, ""),
    "in_thread(refused); os._exit(0)": (86, "exhausted", 1, FORCED, ""),
    "in_thread(refused); sys.exit(3)": (3, "exit", 1, "Exception in thread", FORCED),
    "def other():\n    try: refused()\n    except Exception: raise KeyError\nin_thread(other)": (86, "exhausted", 1, FORCED, ""),
    "def caught():\n    try: refused()\n    except Exception: pass\nin_thread(caught)": (0, "exit", 1, "", FORCED),
    "threading.excepthook = lambda args: None\nin_thread(refused)": (0, "exit", 1, "", FORCED),
    "_thread.start_new_thread(refused, ()); time.sleep(0.5)": (86, "exhausted", 1, FORCED, ""),
    "class Closed:\n    __del__ = refused\nClosed()": (86, "exhausted", 1, FORCED, ""),
    "atexit.register(refused)": (86, "exhausted", 1, FORCED, ""),
    LAST: (86, "exhausted", 1, FORCED, "Traceback"),
    "with ThreadPoolExecutor(2) as e: print(repr(e.submit(refused).exception()))": (0, "exit", 1, "", FORCED),
    "with ThreadPoolExecutor(2) as e: list(e.map(refused, [1]))": (1, "exhausted", 1, "BudgetExhaustedError", FORCED),
    "if not os.fork(): sys.exit(0)\nos.wait(); in_thread(refused)": (86, "exhausted", 1, FORCED, ""),
}


def main():
    for code, (status, end, refusals, said, unsaid) in CASES.items():
        whole = code + PRELUDE if code == LAST else PRELUDE + code
        run = Run([python("debian"), "-c", whole], {"FLOP_BUDGET": "30000"}, timeout=60)
        expect(f"{code}: status ({run.stderr})", run.returncode, status)
        summary = run.summaries[-1]
        check_balance(summary)
        expect(f"{code}: end", summary["end_reason"], end)
        expect(f"{code}: refused calls", summary["refused"]["calls"], refusals)
        expect(f"{code}: stderr ({run.stderr})", (said in run.stderr, bool(unsaid) and unsaid in run.stderr), (True, False))
    # What others than `error` say does not change
    for mode, status in (("abort", -6), ("signal=USR1", -10), ("warn", 0)):
        run = Run([python("debian"), "-c", PRELUDE + "in_thread(refused)"], {"FLOP_BUDGET": "30000", "FLOP_ON_EXHAUSTED": mode})
        expect(f"{mode}: status", run.returncode, status)
        expect(f"{mode}: no exception", "Error" in run.stderr, False)
    run = Run([python("debian"), "-c", PRELUDE + "refused()"], {"FLOP_BUDGET": "30000", "FLOP_EXIT_CODE": "9"})
    expect("FLOP_EXIT_CODE and Python's own status", run.returncode, 1)
    run = Run([python("debian"), "-c", PRELUDE + "in_thread(refused)"], {"FLOP_BUDGET": "30000", "FLOP_EXIT_CODE": "9"})
    expect("FLOP_EXIT_CODE and a thread", run.returncode, 9)


main()
