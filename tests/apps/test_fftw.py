"""FFTW: planners are remembered, executions are counted by 5 n log2 n, and half of that for real data. usage: test_fftw.py CASE"""
from harness import BUILD, LIBRARY, LIBS, Run, check_balance, expect, same_with_and_without

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PRECISIONS = {"d": "fftw_execute", "f": "fftwf_execute", "l": "fftwl_execute", "q": "fftwq_execute"}
VERSION = re.search(rb"fftw-([\d.]+)-", pathlib.Path(f"{LIBS}/libfftw3.so.3").read_bytes())[1].decode()
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
        for case, calls, flops in (("complex", 10, COMPLEX), ("real", 18, REAL), ("kinds", 7, KINDS), ("arrays", 7, ARRAYS),
                                   ("pool", 1, 5 * 65536 * 16)):
            run = same_with_and_without(fftw(precision, case))
            expect(f"{case} of {routine}", run.costs(), {routine: (calls, flops)})
            check_balance(run.summary)


def providers():
    """By its own version, and no library of 64-bit integers, whatever its name is."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(f"{LIBS}/libfftw3.so.3", f"{folder}/libfftw3.so.3")
        shutil.copy(f"{LIBS}/libfftw3.so.3", f"{folder}/libfftw3-64.so")
        for env in ({}, {"LD_LIBRARY_PATH": folder}, {"LD_PRELOAD": f"{LIBRARY} {folder}/libfftw3-64.so"}):
            provider, = Run(fftw("d", "again", 3), env).summary["providers"]
            expect("name", (provider["name"], provider["version"], provider["integers"]), ("FFTW", VERSION, 32))


def fortran():
    """The interface of old Fortran: two of 16, as in fftw.c, one of real data of 32, of 4 x 8, of 16; single: 16 and 64."""
    double = 2 * 320 + 800 + 4480 + 800 + 5 * 800 + 6 * 120 + 400 + 400 + 160
    run = same_with_and_without([BUILD / "fftw_f90"])
    expect("Fortran", run.costs(), {"fftw_execute": (10, double), "fftwf_execute": (2, 320 + 1920)})


def mpi():
    """Each rank is charged its part: of 64 x 32 twice, 5*2048*11, and of 16 x 8 x 8 real data, 2.5*1024*10."""
    for ranks in (1, 3):
        command = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", ranks, BUILD / "fftw_mpi"]
        with tempfile.TemporaryDirectory() as folder:
            env = {"OMPI_MCA_plm_rsh_agent": "false", "FLOP_OUTPUT": f"{folder}/%r.json"}
            run = Run(command, env)
            expect(f"status: {run.stderr}", run.returncode, 0)
            counts = [json.loads(p.read_text())["operations"] for p in pathlib.Path(folder).glob("[0-9].json")]
        own = (4, 2 * (112640 // ranks) + 25600 // ranks)
        expect(f"{ranks} ranks", [(o["fftw_execute"]["calls"], o["fftw_execute"]["flop_cost"]) for o in counts], [own] * ranks)


def planning():
    """What a planner executes to measure is not charged; a plan whose address was another's has its own size."""
    expect("a measured plan", same_with_and_without(fftw("d", "again", 3)).costs(), {"fftw_execute": (3, 3 * 51200)})
    expect("addresses used again", Run(fftw("d", "left")).costs(), {"fftw_execute": (5, 40 + 120 + 320 + 800 + 1920)})
    expect("many plans", Run(fftw("d", "many", 20000)).costs(), {"fftw_execute": (40000, 40000 * 40)})


def names():
    """What FFTW exports of the kind has an entry in the shim."""
    def exported(path, pattern):
        listing = subprocess.run(["nm", "-D", "--defined-only", path], capture_output=True, text=True, check=True).stdout
        return {name for name in (line.split()[-1] for line in listing.splitlines()) if re.fullmatch(pattern, name)}
    for letter, c, fortran in (("", "fftw", "dfftw"), ("f", "fftwf", "sfftw"), ("l", "fftwl", "lfftw"), ("q", "fftwq", "qfftw")):
        pattern = f"({c}|{fortran})_(plan_(many_|guru(64)?_)?(split_)?(dft|r2r)\\w*|execute\\w*|destroy_plan_*)"
        theirs = exported(f"{LIBS}/libfftw3{letter}.so.3", pattern)
        ours = exported(LIBRARY.split()[-1], pattern)
        expect(f"names of libfftw3{letter}", (len(theirs) > 100, theirs - ours), (True, set()))


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
