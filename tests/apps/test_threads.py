"""Exact totals from threads, from an OpenMP region, and from both sides of a fork."""
from harness import BUILD, LIBS, check_balance, expect, Run, same_with_and_without

ENV = {"LD_LIBRARY_PATH": f"{LIBS}/blas"}
# 8 x 5000 calls; lengths 10..17: 2*5000*(10+...+17 = 108); 2*4*2*3 = 48 a dgemm
PTHREAD = {"ddot": (40000, 1080000), "dgemm": (40000, 1920000)}
# what leaves the fast path, or charges by other words; four times, because a race of the first calls is not seen each time
SETTINGS = ({"FLOP_TIMING": "all"}, {"FLOP_TIMING": "all", "FLOP_DETAIL": "shapes"}, {"FLOP_TIMING": "all", "FLOP_BUDGET": "1e9"},
            {"FLOP_DETAIL": "callers"}, {"FLOP_DETAIL": "calls"}, {"FLOP_MULTIPLIER": "3"}, {"FLOP_TIME_LIMIT": "1h"},
            {"FLOP_SCOPE": "tree"}, {"FLOP_SCOPE": "tree", "FLOP_BUDGET": "1e9", "FLOP_DETAIL": "shapes"})
# 156 times 0..63 (sum 2016), then 0..15 (sum 120): 2 * (156*2016 + 120)
OPENMP = {"ddot": (10000, 629232)}


def main():
    for budget in ({}, {"FLOP_BUDGET": "1e9"}):
        run = Run([BUILD / "threads", "pthread"], ENV | budget)
        expect("threads", run.costs(), PTHREAD)
        check_balance(run.summary)
    for setting in SETTINGS:
        multiplier = int(setting.get("FLOP_MULTIPLIER", 1))
        for _ in range(4):
            run = Run([BUILD / "threads", "pthread"], ENV | setting)
            expect(f"threads, {setting}: {run.stderr}", run.returncode, 0)
            expect(f"threads, {setting}", run.costs(), {op: (calls, multiplier * cost) for op, (calls, cost) in PTHREAD.items()})
    exact = Run([BUILD / "threads", "pthread"], ENV | {"FLOP_BUDGET": "3000000"})
    expect("a budget that just fits", (exact.returncode, exact.summary["flops_remaining"]), (0, 0))
    short = Run([BUILD / "threads", "pthread"], ENV | {"FLOP_BUDGET": "2999999"})
    check_balance(short.summary)
    left = short.summary["flops_remaining"]
    expect("one short", (short.returncode, left < 48, left == short.summary["refused"]["last"]["flops_remaining"]),
           (86, True, True))
    expect("OpenMP", same_with_and_without([BUILD / "threads", "openmp"], ENV).costs(), OPENMP)
    run = same_with_and_without([BUILD / "threads", "fork"], ENV)
    costs = [{k: (v["calls"], v["flop_cost"]) for k, v in s["operations"].items()} for s in run.summaries]
    parent, child = {"ddot": (4, 52)}, {"dgemm": (3, 72)}  # 2*5 + 3*2*7; 3*2*2*2*3
    expect("fork", sorted(costs, key=str), sorted([parent, child], key=str))
    ids = {s["process"]["pid"]: s["process"]["ppid"] for s in run.summaries}
    expect("the child's parent", len(set(ids) & set(ids.values())), 1)


main()
