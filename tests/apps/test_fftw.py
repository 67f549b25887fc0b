"""FFTW: planners are remembered, executions are counted by 5 n log2 n, and half of that for real data. usage: test_fftw.py CASE"""
from harness import BUILD, Run, check_balance, expect, same_with_and_without

import sys

PRECISIONS = {"d": "fftw_execute", "f": "fftwf_execute", "l": "fftwl_execute", "q": "fftwq_execute"}
# By hand, 5 n log2 n of each line of fftw.c: n = 8 is 120, 16 320, 32 800, 128 4480
COMPLEX = 320 + 800 + 4480 + 800 + 5 * 800 + 6 * 120 + 3 * 120 + 3 * 120 + 120 + 0
REAL = 2 * (160 + 400 + 2240 + 400 + 5 * 400 + 4 * 3 * 60)
KINDS = 160 + 400 + 2240 + 400 + 5 * 400 + 2 * 3 * 60
ARRAYS = 800 + 120 + 400 + 60 + 400 + 60 + 400


def fftw(precision, *words):
    return [BUILD / f"fftw_{precision}", *map(str, words)]


def interfaces():
    """Every planner and every execute function, in every precision."""
    for precision, routine in PRECISIONS.items():
        for case, calls, flops in (("complex", 10, COMPLEX), ("real", 18, REAL), ("kinds", 7, KINDS), ("arrays", 7, ARRAYS)):
            run = same_with_and_without(fftw(precision, case))
            expect(f"{case} of {routine}", run.costs(), {routine: (calls, flops)})
            check_balance(run.summary)


def planning():
    """What a planner executes to measure is not charged; a plan whose address was another's has its own size."""
    expect("a measured plan", same_with_and_without(fftw("d", "again", 3)).costs(), {"fftw_execute": (3, 3 * 51200)})
    expect("addresses used again", Run(fftw("d", "left")).costs(), {"fftw_execute": (5, 40 + 120 + 320 + 800 + 1920)})
    expect("many plans", Run(fftw("d", "many", 20000)).costs(), {"fftw_execute": (40000, 40000 * 40)})


def threads():
    run = Run(fftw("d", "threads", 10000))
    expect("one plan in four threads", run.costs(), {"fftw_execute": (40000, 40000 * 1920)})
    expect("uncovered", run.summary["uncovered"], [])


def refused():
    """As a call of a BLAS: before it runs, with the message and the status."""
    run = Run(fftw("d", "again", 3), {"FLOP_BUDGET": "102400", "FLOP_QUIET": "0"})
    expect("status", run.returncode, 86)
    message = "flopshim: fftw_execute would cost 51,200 FLOPs but only 0 remain (budget 102,400, used 102,400)."
    expect(f"message: {run.stderr}", message in run.stderr, True)
    expect("used", run.costs(), {"fftw_execute": (2, 102400)})
    check_balance(run.summary)
    run = Run(fftw("d", "again", 3), {"FLOP_BUDGET": "153600"})
    expect("an exact fit", (run.returncode, run.summary["flops_remaining"]), (0, 0))


def left_out():
    """Without fft in FLOP_COUNT a budget does not hold it."""
    run = Run(fftw("d", "again", 3), {"FLOP_COUNT": "blas,lapack", "FLOP_BUDGET": "1"})
    expect("status", (run.returncode, run.stdout), (0, "1 0\n"))
    expect("summary", (run.costs(), run.summary["uncovered"]), ({}, ["calls that FLOP_COUNT leaves out: fft"]))


globals()[sys.argv[1]]()
