"""test_thread_ends.py key|local|only|late|raw|tree|together [THREADS]: threads that make calls while they end, also after the last
look of the C library at who wants to be told. Each call is counted, a limit is spent to the last FLOP, and the last thread
costs what the first did, because slots of the dead are used again."""
import sys
import tempfile

from harness import BUILD, LIBS, Run, check_balance, expect

# Each ddot of length 1 is 2 FLOPs
CALLS = {"key": 1 + 4, "local": 1 + 1, "only": 1, "late": 1 + 4, "raw": 1}
LEDGER_BYTES = 1 << 20


def run(way, threads=20000, at_once=1, processes=1):
    """The limit is the sum of what the calls cost: a FLOP that were lost with a thread would be refused to another."""
    calls = processes * (1 + threads * CALLS[way])
    one = f"{BUILD}/thread_ends {way} {threads} {at_once}"
    command = ["prlimit", f"--fsize={LEDGER_BYTES}", "sh", "-c", f"{one} &" * (processes - 1) + f"{one}; wait"]
    for _ in range(3):  # The machine may be busy with something else
        with tempfile.TemporaryDirectory() as folder:
            env = {"LD_LIBRARY_PATH": f"{LIBS}/blas", "FLOP_BUDGET": str(2 * calls), "FLOP_LEDGER_DIR": folder,
                   "FLOP_SCOPE": "tree" if processes > 1 else "process"}
            done = Run(command, env)
        expect(f"{way}: status ({done.stderr})", (done.returncode, done.stderr), (0, ""))
        summary = done.summary
        expect(way, (done.costs(), summary["flops_remaining"], summary["complete"]), ({"ddot": (calls, 2 * calls)}, 0, True))
        check_balance(summary)
        first, last = map(float, done.stdout.splitlines()[0].split())
        print(f"{processes} x {way}, {threads} threads, {at_once} at once: us each {first / 1000:.1f}, at last {last / 1000:.1f}")
        if last < 1.5 * first:
            return
    expect("no slow-down", last / first, "below 1.5")


def tree():
    """Of two processes each draws what the other's dead threads were granted."""
    run("key", processes=2)


def together():
    for way in CALLS:
        run(way, 4000, 40)


if sys.argv[1] in CALLS:
    run(*sys.argv[1:2], *map(int, sys.argv[2:]))
else:
    {"tree": tree, "together": together}[sys.argv[1]]()
