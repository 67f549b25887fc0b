"""LAPACK's own test programs (Debian's liblapack-test), one precision on one provider: the output the same with and without
the preload, every run counted. On the reference every input that the package has; on OpenBLAS, whose eigenvalue routines are
the reference's, without the two inputs that take two thirds of the time there.

Filtered before comparing: the lines "Total time used = ... seconds" (a clock), one at the end of each program. Nothing
else depends on time: the programs' random matrices come from a fixed seed, and OpenBLAS has one thread here."""
import pathlib
import sys
import tempfile

from harness import LIBS, Run, check_balance, expect, skip

HOME = pathlib.Path(LIBS) / "lapack"
PROVIDERS = {"reference": f"{LIBS}/lapack:{LIBS}/blas", "openblas": f"{LIBS}/openblas-pthread"}
# Not repeated on a second provider
LONG = ("svd", "ec")
# What xeigtst reads in every precision, and with the precision's letter in front
EIGEN = ("nep", "sep", "se2", "svd", "glm", "gqr", "gsv", "csd", "lse")
EIGEN_OF_PRECISION = ("ec", "ed", "gg", "gd", "sb", "sg", "bal", "bak", "gbal", "gbak", "bb")
# The drivers that iterate from one precision to the other: dsgesv, dsposv, zcgesv, zcposv
MIXED = {"d": [("xlintstds", "dstest")], "z": [("xlintstzc", "zctest")]}
# Called by the test programs from each provider, once at least: {program: routines}
CALLED = {"xlintst": ("getrf", "getrs", "potrf", "geqrf", "gbsv", "trtri", "gelsd"), "xlintstrf": ("pftrf", "tfsm"),
          "xlintstds": ("gesv", "posv"), "xlintstzc": ("gesv", "posv")}
EIGEN_CALLED = {"nep": ("gehrd", "hseqr"), "svd": ("gebrd", "gesvd", "gesdd"), "sep": ("steqr", "stedc"),
                "ed": ("geev", "gees"), "gd": ("ggev", "gges"), "gqr": ("ggqrf", "ggrqf")}


def programs(letter, left_out):
    """(program, input) pairs of a precision."""
    yield f"xlintst{letter}", f"{letter}test"
    yield f"xlintstrf{letter}", f"{letter}test_rfp"
    inputs = {name: name for name in EIGEN} | {name: letter + name for name in EIGEN_OF_PRECISION}
    for name in (n for n in inputs if n not in left_out):
        yield f"xeigtst{letter}", inputs[name]
    yield from MIXED.get(letter, [])


def output(program, data, env, preload):
    """The run, and all that it printed and wrote into its folder but for the clock."""
    with tempfile.TemporaryDirectory() as folder:
        run = Run([HOME / program], env, preload=preload, input=(HOME / f"{data}.in").read_text(), cwd=folder, timeout=500)
        written = {p.name: p.read_text(errors="replace") for p in pathlib.Path(folder).iterdir()}
    lines = [line for line in run.stdout.splitlines() if "Total time used" not in line]
    return run, (run.returncode, run.stderr, written, lines)


def expect_same(what, counted, plain):
    for part, got, wanted in zip(("status", "stderr", "files"), counted, plain):
        expect(f"{what}: {part}", got, wanted)
    for got, wanted in zip(counted[3], plain[3]):
        expect(f"{what}: a line", got, wanted)
    expect(f"{what}: lines", len(counted[3]), len(plain[3]))


def routines_called(program, data, letter):
    if program.startswith("xeigtst"):
        names = EIGEN_CALLED.get(data if data in EIGEN else data[1:], ())
    else:
        names = CALLED[program.rstrip(letter) if program not in CALLED else program]
    prefix = program[-2:] if program in CALLED else letter
    return [prefix + name for name in names]


def check(program, data, letter, env):
    what = f"{program} < {data}.in"
    _, plain = output(program, data, env, False)
    run, counted = output(program, data, env, True)
    expect_same(what, counted, plain)
    expect(f"{what}: status", run.returncode, 0)
    expect(f"{what}: it printed its results", len(counted[3]) > 5, True)
    check_balance(run.summary)
    expect("uncovered", run.summary["uncovered"], [])
    costs = run.costs()
    for routine in routines_called(program, data, letter):
        expect(f"{what}: {routine} was called and cost something", costs.get(routine, (0, 0))[1] > 0, True)
    calls = sum(calls for calls, _ in costs.values())
    expect(f"{what}: calls", calls > 0, True)
    print(f"{what}: {calls} calls of {len(costs)} routines, {run.summary['flops_used']} FLOPs, {len(counted[3])} lines")
    return calls


def main(provider, letter):
    if not (HOME / "xlintstd").exists():
        skip("liblapack-test is not installed")
    env = {"LD_LIBRARY_PATH": PROVIDERS[provider], "OPENBLAS_NUM_THREADS": "1"}
    calls = 0
    for program, data in programs(letter, () if provider == "reference" else LONG):
        calls += check(program, data, letter, env)
    expect("many calls", calls > (1_000_000 if provider == "reference" else 500_000), True)


main(*sys.argv[1:])
