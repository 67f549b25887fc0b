"""test_start.py around|concurrent|inside_dlopen|late_threads: calls before the shim's start, while it starts, while the loader
is busy, and while the process ends (hazards 7, 8, 9, 32)."""
import sys

from harness import BUILD, LIBS, Run, expect, same_with_and_without

ENV = {"LD_LIBRARY_PATH": f"{LIBS}/blas"}


def around():
    """A constructor that runs before ours, a destructor that runs after ours: 2 * (10 + 3 + 20)."""
    for blas in ("blas", "openblas-pthread"):
        run = same_with_and_without([BUILD / "early_main"], {"LD_LIBRARY_PATH": f"{LIBS}/{blas}"})
        expect("around", (run.costs(), run.summary["complete"]), ({"ddot": (3, 66)}, True))


def concurrent():
    """Threads that all start the shim: none waits for another, and a call that found it starting is named as uncounted."""
    passed = 0
    for _ in range(20):
        run = Run([BUILD / "early_main"], ENV | {"EARLY_THREADS": "16"}, timeout=60)
        expect(f"status ({run.stderr})", run.returncode, 0)
        counted, flops = run.costs()["ddot"]
        uncounted = run.summary["uncounted_calls"]
        expect(f"{counted} counted, {uncounted} named as uncounted", (counted + uncounted, flops), (1600, 2 * counted))
        expect("complete", run.summary["complete"], not uncounted)
        passed += uncounted
    print(f"{passed} of {20 * 1600} calls passed through while the shim started")


def inside_dlopen():
    """Eager resolution: a first call needs nothing of the loader, so it does not wait for who is inside it."""
    run = same_with_and_without([BUILD / "inside_dlopen", BUILD / "libslow_library.so"], ENV, timeout=60)
    expect("output", run.stdout, "25\n5\ncalled while the loader was busy\n")
    expect("costs", run.costs(), {"ddot": (1, 8), "dnrm2": (1, 8)})


def late_threads():
    for way in ["return", "exit"] * 15:
        run = Run([BUILD / "late_threads", way], ENV, timeout=60)
        expect(f"{way}: status ({run.stderr})", (run.returncode, run.stderr), (3, ""))
        costs = run.summary["operations"]
        # flops and calls of a call in progress are two stores
        for name, each in (("ddot", 8), ("dasum", 4)):
            off = costs[name]["flop_cost"] - each * costs[name]["calls"]
            expect(f"{way}: {name} {costs[name]}", abs(off) <= 4 * each, True)


{"around": around, "concurrent": concurrent, "inside_dlopen": inside_dlopen, "late_threads": late_threads}[sys.argv[1]]()
