"""test_long.py run|full|contexts|contexts_full|tree [SIZE]: what a long run takes stays bounded. By hand, the whole size
(README.md): test_long.py run long."""
import sys
import tempfile

from harness import BUILD, SANITIZED, Run, check_balance, expect, skip

# Where neither 256 MiB of address space fit nor 32, the ledger takes 4: its bound is met sooner
LITTLE = ["prlimit", "--as=32000000:"]


def run_long(*arguments, env=None, prefix=()):
    with tempfile.TemporaryDirectory() as folder:
        done = Run([*prefix, BUILD / "long", *arguments], {"FLOP_LEDGER_DIR": folder} | (env or {}), timeout=3000)
    expect(f"{arguments}: status ({done.stderr[:500]})", (done.returncode, done.stderr), (0, ""))
    figures = {name: float(number) for name, number in map(str.split, done.stdout.splitlines())}
    print(arguments, figures)
    return done, figures


def run(size="short"):
    """Slots of threads are used again, the ledger grows with names only, a call costs at the end what it cost at first."""
    calls, threads, shapes, most = {"short": (2 * 10**7, 2000, 10**5, 2), "long": (10**9, 10**5, 10**6, 8)}[size]
    for _ in range(3):  # The machine may be busy with something else
        done, seen = run_long("run", calls, threads, 10**4, shapes)
        summary = done.summary
        expect("calls", sum(op["calls"] for op in summary["operations"].values()), calls)
        expect("namespaces", (len(summary["by_namespace"]), summary["complete"]), (10001, True))
        expect("FLOPs", summary["flops_used"], int(seen["flops"]))
        expect("ledger", 0 < seen["ledger_end"] <= most << 20, True)
        expect("memory", bool(SANITIZED) or seen["anonymous_kb_end"] - seen["anonymous_kb_half"] < 2048, True)
        if seen["call_least_19"] <= 1.1 * seen["call_least_0"]:
            return
    expect("no slow-down", seen, None)


def full(size="short"):
    """Beyond the ledger's bound: FLOPs go to (other), and are counted; limits hold, threads and children go on."""
    namespaces, operations, prefix, limit = {"short": (1000, 100, LITTLE, 200000), "long": (10**5, 40, [], 10**7)}[size]
    for scope in ("process", "tree"):
        done, seen = run_long("fill", namespaces, operations, 1, prefix=prefix,
                              env={"FLOP_SCOPE": scope, "FLOP_BUDGET": str(limit)})
        *child, summary = sorted(done.summaries, key=lambda s: s["flops_used"])
        expect(f"{scope}: children", [(s["flops_used"], s["complete"]) for s in child], [] if scope == "tree" else [(20, True)])
        other = summary["operations"]["(other)"]["calls"]
        expect("spent to the FLOP", (summary["flops_used"], summary["flops_remaining"], seen["used"]), (limit, 0, limit))
        check_balance(summary)
        made = 1 + namespaces * operations + 510 + 10 * (scope == "tree") + int(seen["charged"])
        expect("every call is counted", sum(op["calls"] for op in summary["operations"].values()), made)
        expect("says how many", (summary["incomplete"], summary["dropped_calls"] == other > 0), (["dropped"], True))
        holders = [name for name, n in summary["by_namespace"].items() if "(other)" in n["operations"]]
        expect("in no namespace that they were not in", holders, [""])
        expect("refused", (summary["refused"]["calls"], seen["refused"], seen["child_status"]), (2, 2, 0))
        # The first call, and nothing that had a name which found no room
        expect("without a name", summary["by_namespace"][""]["operations"]["ddot"]["calls"], 1)
        expect("a context has no room", seen["begin"], -6)


def contexts(size="20000"):
    """Neither opening nor closing a context walks all that there were before."""
    for _ in range(3):
        done, seen = run_long("contexts", size)
        expect("each used its own", (seen["opened"], seen["wrong"]), (int(size), 0))
        expect("namespaces", len(done.summary["by_namespace"]), int(size) + 2)
        if seen["second_half_ns"] < 2 * seen["first_half_ns"]:
            return
    expect("no slow-down", seen, None)


def contexts_full():
    """Contexts end at the bound, with an error that says so; threads still find room, and calls are counted."""
    done, seen = run_long("contexts", 10**6, prefix=LITTLE)
    opened = int(seen["opened"])
    expect("no space", (seen["status"], seen["wrong"], 10000 < opened < (4 << 20) * 7 // 8 // 128), (-6, 0, True))
    expect("calls", sum(op["calls"] for op in done.summary["operations"].values()), opened + 3)
    expect("budgets", done.summary["by_namespace"][f"context-{opened - 1}"]["total"]["flops_remaining"], 8)


def tree(size="150"):
    """Many processes, one after another: the last FLOP of the limit is found, with all of them dead."""
    processes = int(size)
    done, seen = run_long("tree", size, env={"FLOP_SCOPE": "tree", "FLOP_BUDGET": str(10 * processes + 1)})
    summary = done.summary
    expect("exact", (summary["flops_used"], summary["flops_remaining"]), (10 * processes, 1))
    expect("calls", summary["operations"]["ddot"]["calls"], 5 * processes)
    # One call less, the image before exec counts nothing: a record, a grant, tallies, names and their blocks
    expect("ledger", seen["ledger_end"] <= 2 * (processes * 10240 + 65536), True)
    expect("refused", summary["refused"]["calls"], 2)


if SANITIZED and sys.argv[1] in ("full", "contexts_full"):
    skip("a sanitizer needs terabytes of address space, which these tests limit")
{"run": run, "full": full, "contexts": contexts, "contexts_full": contexts_full, "tree": tree}[sys.argv[1]](*sys.argv[2:])
