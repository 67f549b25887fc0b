"""8 threads, random costs, one account: what was acknowledged is what was used, the limit holds, and nothing that fits is
refused: a refusal never says that more remains than it costs, and afterwards every call that still fits gets through."""
from harness import BUILD, LIBS, Run, check_balance, expect

for limit in (999, 50_001, 3_000_000, 300_000_001):
    for _ in range(3):
        run = Run([BUILD / "race"], {"LD_LIBRARY_PATH": f"{LIBS}/blas", "FLOP_BUDGET": str(limit)}, timeout=120)
        expect(f"status ({run.stderr})", run.returncode, 0)
        calls, flops, wrong, rest = map(int, run.stdout.split())
        expect("refusals of what fits", wrong, 0)
        # costs are even and go down to 2: all but the odd FLOP can be spent
        expect("spent to the end", flops + rest, limit - limit % 2)
        expect("used", (run.summary["flops_used"], run.summary["flops_remaining"]), (flops + rest, limit % 2))
        check_balance(run.summary)
        # what was left for the end is less than the longest call: 40 refusals each may all have been of dear ones
        expect(f"left over by the threads: {rest}", rest < 128, True)
        expect("calls", run.costs()["ddot"][0] >= calls, True)
