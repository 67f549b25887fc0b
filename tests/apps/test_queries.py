"""A question for the workspace is no call: it is counted apart, costs nothing, and is never refused, however it is asked."""
from harness import LIBS, PROGRAM, Run, check_balance, expect, python

import json
import pathlib
import subprocess
import tempfile

PROGRAM_TEXT = f"""
import ctypes
from ctypes import byref, c_char, c_double, c_int
lapack, lapacke = ctypes.CDLL("{LIBS}/liblapack.so.3"), ctypes.CDLL("{LIBS}/liblapacke.so.3")
N = 4
a, s, u, v, work = ((c_double * 4096)(*[float(i % 7 + (i % 5 == 0) * 9) for i in range(4096)]) for _ in range(5))
iwork, info, n, big, ask, less, one = (c_int * 64)(), c_int(), c_int(N), c_int(4096), c_int(-1), c_int(-2), c_int(1)

def said(wanted):
    assert (info.value == 0) == wanted, info.value

def gesdd(job, lwork):
    lapack.dgesdd_(job, byref(n), byref(n), a, byref(n), s, u, byref(n), v, byref(n), work, byref(lwork), iwork, byref(info),
                   ctypes.c_size_t(1))

def geqr(tsize, lwork):
    lapack.dgeqr_(byref(n), byref(n), a, byref(n), v, byref(tsize), work, byref(lwork), byref(info))

def getri(lwork):
    return lapacke.LAPACKE_dgetri_work(102, N, a, N, iwork, work, lwork)

def heevd(lwork, lrwork, liwork):
    return lapacke.LAPACKE_zheevd_work(102, c_char(b"N"), c_char(b"L"), N, a, N, s, u, lwork, v, lrwork, iwork, liwork)
"""
QUERIES = """
gesdd(b"A", ask); said(True)
gesdd(b"?", ask); said(False)           # illegal, and still only a question
geqr(ask, big); geqr(big, less); said(True)
assert getri(-1) == 0
assert heevd(-1, 400, 400) == heevd(400, -1, 400) == heevd(400, 400, -1) == 0
"""
CALLS = """
gesdd(b"A", big); said(True)
geqr(big, big); said(True)
assert heevd(400, 400, 400) == 0
assert getri(-5) < 0                    # too little, and no question: a call that is rejected
print(lapacke.LAPACKE_dgesdd(102, c_char(b"N"), N, N, a, N, s, u, N, v, N))  # asks and calls dgesdd_ inside
"""
ASKED = {"dgesdd": 2, "dgeqr": 2, "dgetri": 1, "zheevd": 3}


def run(code, env=None):
    return Run([python("debian"), "-c", PROGRAM_TEXT + code], {"LD_LIBRARY_PATH": f"{LIBS}/openblas-pthread", **(env or {})})


def formats():
    """The same in text and CSV, and after the JSON was read back."""
    with tempfile.TemporaryDirectory() as folder:
        names = [f"{folder}/s.{kind}" for kind in ("txt", "csv", "json")]
        run(QUERIES + CALLS, {"FLOP_OUTPUT": ",".join(names)})
        text, csv, summary = (pathlib.Path(name).read_text() for name in names)
        read = {kind: subprocess.run([PROGRAM, "report", "--format", kind, names[2]], capture_output=True, text=True, check=True)
                for kind in ("text", "csv", "json")}
    expect("text", """
  Workspace queries:          8  (no calls, not charged)
    zheevd                      3
    dgeqr                       2
    dgesdd                      2
    dgetri                      1
""" in text, True)
    rows = {line.split(",")[1]: (line.split(",")[2], line.split(",")[-1]) for line in csv.splitlines()}
    expect("csv", rows, {"operation": ("calls", "queries"), "dgesdd": ("2", "2"), "dgeqr": ("1", "2"), "zheevd": ("1", "3"),
                         "dgetri": ("1", "1")})
    expect("read back", {kind: done.stdout for kind, done in read.items()}, {"text": text, "csv": csv, "json": summary})
    expect("operations", {name: op["queries"] for name, op in json.loads(summary)["operations"].items()}, ASKED)


def main():
    asked = run(QUERIES, {"FLOP_BUDGET": "1"})
    expect(f"queries alone: {asked.stderr}", (asked.returncode, asked.stderr), (0, ""))
    summary = asked.summary
    expect("no operation", (summary["operations"], summary["flops_used"], summary["refused"]["calls"]), ({}, 0, 0))
    expect("queries", (summary["queries"], summary["by_namespace"][""]["queries"]), (ASKED, ASKED))
    both = run(QUERIES + CALLS)
    expect(f"both: {both.stderr}", both.returncode, 0)
    calls = run(CALLS)
    expect("calls", {name: count for name, (count, _) in both.costs().items()},
           {"dgesdd": 2, "dgeqr": 1, "zheevd": 1, "dgetri": 1})
    expect("the rejected one", both.costs()["dgetri"], (1, 0))
    expect("costs are those without queries", both.costs(), calls.costs())
    expect("queries beside calls", (both.summary["queries"], calls.summary["queries"]), (ASKED, {}))
    check_balance(both.summary)
    expect("a query inside a call stays nested", calls.summary["operations"]["dgesdd"]["nested_calls"] >= 2, True)
    expect("the sum of calls", both.summary["by_namespace"][""]["self"]["calls"], 5)
    used = both.summary["flops_used"]
    tight = run(QUERIES + CALLS + QUERIES, {"FLOP_BUDGET": str(used)})
    expect("after the budget was used up to the last FLOP", (tight.returncode, tight.summary["flops_remaining"]), (0, 0))
    formats()


main()
