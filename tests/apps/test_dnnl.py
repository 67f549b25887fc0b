"""oneDNN's primitives are counted by their sizes, which they are asked for. usage: test_dnnl.py CASE"""
from harness import BUILD, Run, check_balance, expect, same_with_and_without

import sys

# By hand, from the sizes in dnnl.cpp. A convolution: 2 images, 6 x 6 pixels, 6 of 4 channels, a window of 3 x 3
ONE_GROUP = 2 * (2 * 36) * 6 * 4 * 9
COSTS = {"matmul": {"dnnl_matmul": (5, 2 * 210 + 420 + 210 + 280)},
         "convolution": {"dnnl_convolution": (6, 3 * ONE_GROUP + 3 * ONE_GROUP // 2), "dnnl_deconvolution": (2, 2 * ONE_GROUP)},
         "inner_product": {"dnnl_inner_product": (3, 3 * 2 * 3 * 5 * 8)},
         "rnn": {"dnnl_rnn": (1, 2 * (5 * 2) * (3 * 4 * 4 + 4 * 4 * 4))},
         "sgemm": {"dnnl_sgemm": (3, 2 * 210 + 0)}}  # one has illegal arguments


def counts():
    for case, costs in COSTS.items():
        run = same_with_and_without([BUILD / "dnnl_primitives", case])
        expect(case, run.costs(), costs)
        expect(f"{case}: uncovered", run.summary["uncovered"], [])
    provider, = run.summary["providers"]
    expect("provider", (provider["name"], provider["version"][:2], provider["integers"]), ("oneDNN", "2.", 32))
    several = {name: (50 * calls, 50 * flops) for name, (calls, flops) in COSTS["convolution"].items()}
    expect("made and destroyed 50 times", Run([BUILD / "dnnl_primitives", "convolution", "50"]).costs(), several)


def race():
    """Asked by four threads at once, and forgotten by the time that the next has its address."""
    run = Run([BUILD / "dnnl_primitives", "race", "500"], {"OMP_NUM_THREADS": "1"})
    expect("counts", run.costs(), {"dnnl_matmul": (4000, 500 * 4 * (2 * 3 * 5 * 7 + 2 * 3 * 5 * 8))})


def refused():
    run = Run([BUILD / "dnnl_primitives", "matmul"], {"FLOP_BUDGET": "500"})
    expect("status", (run.returncode, run.stdout), (86, ""))
    message = "flopshim: dnnl_matmul would cost 420 FLOPs but only 80 remain (budget 500, used 420)."
    expect(f"message: {run.stderr}", message in run.stderr, True)
    expect("used", run.costs(), {"dnnl_matmul": (2, 420)})
    check_balance(run.summary)


def left_out():
    run = Run([BUILD / "dnnl_primitives", "matmul"], {"FLOP_BUDGET": "500", "FLOP_COUNT": "blas,lapack,fft"})
    expect("status", (run.returncode, run.stdout), (0, "ran\n"))
    expect("summary", (run.costs(), run.summary["uncovered"]), ({}, ["calls that FLOP_COUNT leaves out: dnn"]))


globals()[sys.argv[1]]()
