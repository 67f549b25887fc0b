"""test_by_handle.py counts|answers: a BLAS that is opened with RTLD_LOCAL and looked up by handle is counted; and what dlsym
answers stays as it was."""
import pathlib
import sys

from harness import BUILD, LIBS, expect, same_with_and_without

OPENBLAS, BLIS = f"{LIBS}/openblas-pthread/libopenblas.so.0", f"{LIBS}/blis-openmp/libblis.so.4"
CTYPES = """
import ctypes
ddot = ctypes.CDLL("%s").cblas_ddot
ddot.restype = ctypes.c_double
x = (ctypes.c_double * 4)(1, 2, 3, 4)
print(ddot(4, x, 1, x, 1))
""" % OPENBLAS


def counts():
    run = same_with_and_without([BUILD / "by_handle", OPENBLAS])
    expect("by handle", run.costs(), {"ddot": (1, 2)})
    run = same_with_and_without([BUILD / "by_handle", OPENBLAS, BLIS, f"{LIBS}/blas/libblas.so.3"])
    expect("three providers", run.costs(), {"ddot": (3, 12)})  # 2*1 + 2*2 + 2*3
    reached = sorted(pathlib.Path(p["path"]).parent.name for p in run.summary["providers"])
    expect("each reaches its own", reached, ["blas", "blis-openmp", "openblas-pthread"])
    run = same_with_and_without(["/usr/bin/python3", "-c", CTYPES])
    expect("ctypes", run.costs(), {"ddot": (1, 8)})



def answers():
    """A name that no provider has is NULL, with the error that goes with it (hazard 39); so is one that is out of scope."""
    same_with_and_without([BUILD / "by_handle", "ask", OPENBLAS])
    same_with_and_without([BUILD / "by_handle", "ask", BLIS, f"{LIBS}/blas/libblas.so.3"])


{"counts": counts, "answers": answers}[sys.argv[1]]()
