"""Refused calls of native code that knows nothing of Python: the exception comes in the thread that called it, or, where
that is no thread of Python's, in the main thread, soon after; no deadlock
with threads that the interpreter does not know; and the outputs, which the program can read, are NaN where the routine would
have written, and untouched elsewhere."""
import time

from harness import BUILD, Run, expect, python

PRELUDE = f"""
import ctypes, sys, threading, numpy as np
a = np.asfortranarray(np.random.RandomState(0).rand(50, 50))
c = np.zeros((50, 50))
address = lambda x: x.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
path = '{BUILD}/libforeign.so'
"""
# PyDLL keeps the interpreter's lock during the call, CDLL releases it
SOON = """
for library in ctypes.CDLL(path), ctypes.PyDLL(path):
    for name in 'here', 'elsewhere':
        for main in True, False:
            c[:] = 0
            seen = []
            def call():
                try:
                    getattr(library, name)(50, address(a), address(c))
                    for i in range(100): len('')
                except Exception as e:
                    seen.append(e)
            try:
                if main:
                    call()
                else:
                    t = threading.Thread(target=call); t.start(); t.join()
                for i in range(0 if seen else 1000):
                    sys.stdout.write('')
                    sys.stdout.flush()
                    threading.Event().wait(0.001)
            except Exception as e:
                seen.append(e)
                assert name == 'elsewhere', repr(e)
            assert [type(e).__name__ for e in seen] == ['BudgetExhaustedError'], (library, name, main, seen)
            assert str(seen[0]).startswith('dgemm would cost 250,000 FLOPs but only ') and np.isnan(c).all(), seen
print('done')
"""
ONCE = """
library = ctypes.CDLL(path)
try:
    library.here(50, address(a), address(c))
    print('after the line')
except Exception as e:
    print(type(e).__name__)
"""
ENDLESS = "ctypes.CDLL(path).until_a_number(50, address(a), address(c))\n"


def main():
    run = Run([python("debian"), "-c", PRELUDE + SOON], {"FLOP_BUDGET": "30000"}, timeout=60)
    expect("native code: stdout, stderr, status", (run.stdout, run.stderr, run.returncode), ("done\n", "", 0))
    expect("refused", run.summary["refused"]["calls"], 8)
    expect("nothing of it was done", "dgemm" in run.summary["operations"], False)
    run = Run([python("debian"), "-c", PRELUDE + ONCE], {"FLOP_BUDGET": "30000"}, timeout=60)
    expect("on the line, from the main thread", (run.stdout, run.stderr), ("BudgetExhaustedError\n", ""))
    start = time.monotonic()
    run = Run([python("debian"), "-c", PRELUDE + ENDLESS], {"FLOP_BUDGET": "30000"}, timeout=60)
    expect("a loop until there is a number ends", run.returncode, 86)
    expect("in time", time.monotonic() - start < 30, True)
    expect("its end", run.summary["end_reason"], "exhausted")


main()
