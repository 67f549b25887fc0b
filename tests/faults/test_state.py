"""test_state.py registers|descriptors|clock|malloc: what a process has of its own, and must find as it left it (hazards 10, 35,
36, 38)."""
import os
import pathlib
import sys
import tempfile
import time

from harness import BUILD, LIBRARY, LIBS, Run, expect, same_with_and_without

ENV = {"LD_LIBRARY_PATH": f"{LIBS}/blas"}


def registers():
    """errno, flags, rounding, traps and results; FLOP_MULTIPLIER is the one place where a cost is not a whole number."""
    for blas in ("blas", "openblas-pthread"):
        for settings in ({}, {"FLOP_BUDGET": "1e9"}, {"FLOP_MULTIPLIER": "0.3"}, {"FLOP_TIMING": "all"},
                         {"FLOP_LEDGER_DIR": "/no/such/folder"},
                         {"FLOP_MULTIPLIER": "1.1", "FLOP_BUDGET": "1e9", "FLOP_TIMING": "all"}):
            run = same_with_and_without([BUILD / "state"], {"LD_LIBRARY_PATH": f"{LIBS}/{blas}"} | settings)
            expect(f"{settings}: status", run.returncode, 0)
            expect(f"{settings}: calls", run.summary["operations"]["ddot"]["calls"], 14)
            with tempfile.TemporaryDirectory() as folder:
                env = {"LD_LIBRARY_PATH": f"{LIBS}/{blas}", "FLOP_OUTPUT": "a.txt,a.json,a.csv"} | settings
                status = Run([BUILD / "state"], env, cwd=folder).returncode
                expect("written under traps", (status, len(os.listdir(folder))), (0, 3))


def descriptors():
    run = same_with_and_without([BUILD / "descriptors"], ENV)
    counts = [line.split(": ")[1] for line in run.stdout.splitlines()]
    expect("descriptors", counts, ["3"] * 4)
    expect("costs", (run.costs(), run.summary["complete"]), ({"ddot": (5000, 10000)}, True))


def clock():
    fake = f"{LIBS}/faketime/libfaketime.so.1"
    expect(f"{fake}: run scripts/bootstrap.sh", os.path.exists(fake), True)
    for order in (f"{fake}:{LIBRARY}", f"{LIBRARY}:{fake}"):
        with tempfile.TemporaryDirectory() as folder:
            offset = pathlib.Path(folder) / "offset"
            offset.write_text("+0d\n")
            start = time.monotonic()
            faked = {"FAKETIME_TIMESTAMP_FILE": str(offset), "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
            run = Run([BUILD / "stepped", offset], ENV | faked | {"LD_PRELOAD": order, "FLOP_TIMING": "all"})
            elapsed = time.monotonic() - start
        expect(f"the clock went back ({run.stderr})", (run.returncode, run.stdout), (0, "-5\n"))
        process = run.summary["process"]
        wall, blas = process["wall_seconds"], process["blas_seconds"]
        expect(f"0 < {blas} <= {wall} <= {elapsed}", 0 < blas <= wall <= elapsed, True)


def malloc():
    run = same_with_and_without([BUILD / "no_malloc"], ENV)
    expect("allocations", run.stdout, "first calls 0, 1000 more 0, new namespaces 0, a new thread 0\n")
    expect("costs", run.costs(), {name: (1604, 1604 * each) for name, each in (("ddot", 8), ("dasum", 4), ("dnrm2", 8))})


{"registers": registers, "descriptors": descriptors, "clock": clock, "malloc": malloc}[sys.argv[1]]()
