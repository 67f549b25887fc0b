"""FFTW in other people's programs: pyfftw's wheel, which has its own, Octave, and a library that ctypes opens.

usage: test_fftw.py CASE"""
from harness import Run, expect, python, same_with_and_without

import sys

# Three of 1024, 8 of 64 real numbers; in single precision 4 of 8 x 16, planned for two threads
PYFFTW = """
import numpy as np, pyfftw
a, b = (pyfftw.empty_aligned(1024, dtype="complex128") for _ in range(2))
f = pyfftw.FFTW(a, b)
a[:] = 1
try:
    for _ in range(3):
        f()
    y = pyfftw.interfaces.numpy_fft.rfft(np.ones((8, 64)), axis=1)
    z = pyfftw.builders.fft2(np.ones((4, 8, 16), dtype="complex64"), threads=2)()
    print(abs(b).max(), y.shape, z.shape)
except Exception as error:
    print(type(error).__name__, error)
"""
DOUBLE, SINGLE = (4, 3 * 51200 + 8 * 2.5 * 64 * 6), (1, 4 * 5 * 128 * 7)
# Octave transforms real data as such: 1024, then back as complex, 16 x 32, 4 x 4 x 4; single: 3 of 64
OCTAVE = """
x = fft(ones(1, 1024)); y = ifft(x); fft2(ones(16, 32)); fft(single(ones(64, 3))); fftn(ones(4, 4, 4));
printf("%g\\n", x(1));
"""
CTYPES = """
import ctypes
program = ctypes.CDLL(None)
print([hasattr(program, name) for name in ("fftw_execute", "fftwf_plan_dft_1d", "dfftw_execute_")])
f = ctypes.CDLL("libfftw3.so.3")
print([hasattr(f, name) for name in ("fftw_execute", "fftwf_execute", "dfftw_execute_")])
print([hasattr(program, name) for name in ("fftw_execute", "fftwf_plan_dft_1d", "dfftw_execute_")])
f.fftw_plan_dft_1d.restype = ctypes.c_void_p
f.fftw_execute.argtypes = [ctypes.c_void_p]
a = (ctypes.c_double * 128)()
plan = f.fftw_plan_dft_1d(64, a, a, -1, 64)
f.fftw_execute(plan), f.fftw_execute(plan)
"""


def pyfftw():
    run = same_with_and_without([python("new"), "-c", PYFFTW])
    costs = run.costs()
    expect("counts", (costs["fftw_execute"], costs["fftwf_execute"]), (DOUBLE, SINGLE))
    expect("uncovered", run.summary["uncovered"], [])
    run = Run([python("new"), "-c", PYFFTW], {"FLOP_BUDGET": "110000"})
    said = "BudgetExhaustedError fftw_execute would cost 51,200 FLOPs but only "
    expect(f"refused on its line: {run.stdout}", (run.returncode, run.stdout.startswith(said)), (0, True))
    expect("not charged", run.costs()["fftw_execute"], (2, 102400))


def octave():
    run = same_with_and_without(["octave-cli", "--norc", "-q", "--eval", OCTAVE])
    expect("counts", run.costs(), {"fftw_execute": (4, 25600 + 51200 + 11520 + 960), "fftwf_execute": (1, 3 * 960)})


def ctypes():
    """dlsym answers as without the preload, and leads to the count."""
    run = same_with_and_without([python("debian"), "-c", CTYPES])
    expect("counts", run.costs(), {"fftw_execute": (2, 2 * 1920)})


globals()[sys.argv[1]]()
