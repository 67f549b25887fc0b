"""The op log: which calls are in it, with which dimensions, costs and sums; and how long it is kept."""
import collections
import itertools
import sys

from harness import BUILD, LIBRARY, LIBS, Run, check_balance, expect

DGEMM, DGEMV, DDOT, ZDOTU = 2 * 4 * 5 * 6, 2 * 3 * 7, 2 * 10, 8 * 2
# n = 3: getrf 8 multiplications and 5 additions, getrs 9 and 6 a right-hand side; n = 4: 20 and 14, 16 and 12
DGESV_3, DGESV_4, LAPACKE_3 = 13 + 15, 34 + 2 * 28, 13 + 2 * 15
DGBMV = 2 * 22  # 6x7 with 1 below and 2 above the diagonal: 5 + 6 + 6 + 5

CALLS = [("work/dgemm", DGEMM, "m=4 n=5 k=6"), ("work.inner/dgemv", DGEMV, "m=3 n=7"), ("work/ddot", DDOT, "n=10"),
         ("work/dgesv", DGESV_3, "n=3 nrhs=1"), ("work/dgesv", DGESV_4, "n=4 nrhs=2"), ("work/dgesv", LAPACKE_3, "n=3 nrhs=2"),
         ("work/my_op", 1000, ""), ("work/dswap", 0, "n=5"), ("work/dlaset", 0, "m=2 n=3"),
         ("work/dgbmv", DGBMV, "m=6 n=7 kl=1 ku=2"), ("work/zdotu", ZDOTU, "n=2"), ("work/dgemm", 0, "m=0 n=5 k=6")]


def log(*calls, first=0, used=0, kept=None):
    """The lines of a log that holds these (name, cost, dims); of the newest `kept` only."""
    lines = [f"count {len(calls)}"]
    for i, (name, cost, dims) in enumerate(calls):
        used += cost
        gone = kept is not None and i < len(calls) - kept
        lines.append(f"{first + i}: -5" if gone else f"{first + i}: {name} {cost} {used} {dims}".rstrip())
    return [*lines, f"{first + len(calls)}: -5"]


def dot(space, n, factor=2):
    return f"{space}/ddot", factor * n, f"n={n}"


def run(case, **env):
    return Run([BUILD / "oplog", case], {"LD_LIBRARY_PATH": f"{LIBS}/blas:{LIBS}/lapack", **env})


def calls():
    got = run("calls")
    used = sum(cost for _, cost, _ in CALLS)
    work = log(*CALLS)
    expect("calls", got.stdout.splitlines(), [
        *log(), "no context: -3", "work: log 0", "info 0", "info 0", "info 0", f"end 0: used {used}", *work,
        "second: log -4", "too many: -4", f"not logged: {len(CALLS)}", "most: 0", "NULL: -4", *log(),
        *log(("second/ddot", 20, "n=10"), used=20), "end 0: used 40"])
    check_balance(got.summary)
    expect("summary", got.summary["by_namespace"]["work"]["flops_used"], used - DGEMV)
    for env, what in (({"preload": False}, "without"), ({"env": {"FLOP_DISABLE": "1"}}, "disabled")):
        lines = Run([BUILD / "oplog", "ring"], **env).stdout.splitlines()
        expect(what, lines, ["ring: log -1", "count 0", "0: -1", f"{2 ** 64 - 1}: -1", lines[-1]])


def refused():
    # ddot of 3 in the handler fits once the deduction was refused; with the answer "run" the call of 80 is over the budget
    tight = [dot("tight", 20), dot("tight", 3), dot("tight", 3), dot("tight", 3), dot("tight", 40)]
    expect("refused", run("refused").stdout.splitlines(), [
        "tight: log 0", "refused dgemm", "refused my_op", "deduct -7", "refused ddot", "end 0: used 100", *log(*tight)])


def refunded():
    rejected = [dot("rejected", 10), ("rejected/dgesv", 0, "n=3 nrhs=1"), ("rejected/in_xerbla", 5, ""), dot("rejected", 10)]
    lines = log(*rejected)
    # the deduction came before the call was paid back
    lines[3] = f"2: rejected/in_xerbla 5 {20 + DGESV_3 + 5}"
    expect("refunded", run("refunded").stdout.splitlines(), [
        "rejected: log 0", "xerbla DGESV", "info -4", *lines, "end 0: used 45",
        "narrow: log 0", "xerbla DGESV", "info -4", "count 2", "0: -5", f"1: narrow/in_xerbla 5 {DGESV_3 + 5}", "2: -5",
        "end 0: used 5"])


def ring():
    expect("ring", run("ring").stdout.splitlines(), [
        "ring: log 0", *log(*[dot("ring", n) for n in range(1, 11)], kept=4), f"{2 ** 64 - 1}: -5", "end 0: used 110"])


def multiplier():
    expect("multiplier", run("multiplier").stdout.splitlines(), [
        "log 0", "end 0: used 140", *log(dot("", 3, 5), ("/twice", 25, ""), used=100)])


def threads():
    expect("threads", run("threads").stdout.splitlines(), [
        "main: log 0", "wrong in thread: 0", "wrong in thread: 0", *log(dot("main", 7)), "end 0: used 14", "process's context: -3"])


def memory():
    expect("memory", run("memory").stdout, "grew by a log: 0\n")


def fork():
    got = run("fork")
    expect("fork", got.stdout.splitlines(), [
        "parent: log 0", *log(), "child: -3", "child: log 0", *log(dot("child", 3)),
        *log(dot("parent", 1), dot("parent", 4)), "end 0: used 10"])


def families():
    """Every BLAS routine with every option, on both faces, with integers of both widths: the dimensions that the caller gave."""
    import families as table

    for width, folder in (("", "blas"), ("64", "openblas64-pthread")):
        for face in "fc":
            got = Run([BUILD / f"every_family{width}", face, "all"], {
                "LD_LIBRARY_PATH": f"{LIBS}/{folder}", "LD_PRELOAD": f"{LIBRARY} {BUILD}/liblogger.so"})
            logged = [line.split(maxsplit=4)[1:] for line in got.stdout.splitlines() if line.startswith("logged ")]
            counts = collections.Counter((name, *dims) for name, _, _, *dims in logged)
            expect(f"{folder} {face}", counts, table.shapes(face))
            costs = list(itertools.accumulate(int(cost) for _, cost, *_ in logged))
            expect(f"{folder} {face}: sums", [int(used) for _, _, used, *_ in logged], costs)


{f.__name__: f for f in (calls, refused, refunded, ring, multiplier, threads, memory, fork, families)}[sys.argv[1]]()
