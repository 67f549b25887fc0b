"""What kind of process, and of interpreter, this is."""
from __future__ import annotations

import ctypes
import os
import sys


def is_launcher() -> bool:
    """Is this `python -m flopshim`, or the script `flopshim`, on its way to start something preloaded?"""
    if os.path.basename(sys.argv[0] if sys.argv else "") == "flopshim":
        return True
    if sys.argv[:1] != ["-m"]:
        return False
    with open("/proc/self/cmdline", "rb") as file:
        words = file.read().split(b"\0")
    return b"-mflopshim" in words or any(pair == (b"-m", b"flopshim") for pair in zip(words, words[1:]))


def is_subinterpreter(python: ctypes.PyDLL) -> bool:
    """Is this another interpreter than the process's first?"""
    python.PyInterpreterState_Get.restype, python.PyInterpreterState_GetID.restype = ctypes.c_void_p, ctypes.c_int64
    return int(python.PyInterpreterState_GetID(ctypes.c_void_p(python.PyInterpreterState_Get()))) != 0
