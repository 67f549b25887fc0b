"""Other people's MPI programs under FLOP_SCOPE=job: HPCC, ScaLAPACK, mpi4py with NumPy. What they print is as without, and what was
counted is what they were to do. usage: test_job.py hpcc|scalapack|mpi4py_openmpi|mpi4py_mpich"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from harness import LIBS, MPI_LAUNCHERS, OPEN_MPI, PLAIN, PROGRAM, ROOT, expect, skip

HERE = pathlib.Path(__file__).parent / "job"
ENVIRONMENT = OPEN_MPI | {"OPENBLAS_NUM_THREADS": "1"}


def start(command, ranks, folder, mpi="openmpi", counted=True, options=()):
    """The output of the program, and the job's summary where it is counted."""
    words = [PROGRAM, "run", "-q", "--scope", "job", "--output", "job.json", *options, "--"] if counted else []
    done = subprocess.run([*words, *MPI_LAUNCHERS[mpi], "-n", str(ranks), *[str(word) for word in command]], cwd=folder,
                          env={**PLAIN, **ENVIRONMENT, "MPI4PY_MPIABI": mpi, "LD_LIBRARY_PATH": folder}, capture_output=True,
                          text=True, timeout=300, check=False)
    expect(f"{command}: {done.stderr}", done.returncode, 0)
    summary = json.loads(pathlib.Path(folder, "job.json").read_text()) if counted else None
    if counted:
        os.remove(f"{folder}/job.json")
    return done.stdout, summary


def costs(summary):
    return {row["routine"]: row["flop_cost"] for row in summary["routines"]}


# ---- HPCC ----

def hpcc_input():
    """HPL of one system of 1000 in blocks of 16, on 2 x 2 processes."""
    lines = pathlib.Path("/usr/share/doc/hpcc/examples/_hpccinf.txt").read_text().splitlines()
    values = {"Ns": 1000, "NBs": 16, "Ps": 2, "Qs": 2}
    for i, line in enumerate(lines):
        words = line.split()
        if len(words) == 2 and words[1] in values:
            lines[i] = f"{values[words[1]]} {words[1]}"
    return "\n".join(lines) + "\n"


def hpcc_results(folder):
    """{name: value} of all results that do not hang on the clock, as how far RandomAccess came in its time does."""
    text = pathlib.Path(folder, "hpccoutf.txt").read_text()
    os.remove(f"{folder}/hpccoutf.txt")
    section = text[text.index("Begin of Summary section"):text.index("End of Summary section")]
    pairs = [line.split("=", 1) for line in section.splitlines() if "=" in line]
    return {name: value for name, value in pairs
            if not re.search("[tT]ime|flops|GUPs|GBs|STREAM_(Copy|Scale|Add|Triad)|usec|GBytes|ExeUpdates", name)}


def hpcc():
    with tempfile.TemporaryDirectory() as folder:
        results = []
        for counted in (False, True):
            pathlib.Path(folder, "hpccinf.txt").write_text(hpcc_input())
            summary = start(["hpcc"], 4, folder, counted=counted)[1]
            results.append(hpcc_results(folder))
        expect("residuals, errors and sizes", results[1], results[0])
        expect("all tests passed", (results[0]["Success"], results[0]["PTRANS_residual"]), ("1", "0"))
        n, m = int(results[0]["HPL_N"]), int(results[0]["DGEMM_N"])
        # HPL's own count of a solution; DGEMM on each of four processes and on one alone, each checked by three products with a
        # vector. The other tests of HPCC call no BLAS.
        own = 2 * n**3 / 3 + 3 * n**2 / 2 + 5 * (2 * m**3 + 3 * 2 * m**2)
        # What HPL does beyond that: both rows of processes solve for the same block of U (half of dtrsm), the panels'
        # recursion, and the updates of the back substitution by daxpy
        over = summary["flops_used"] / own - 1
        print(f"counted {summary['flops_used']:,}, by the tests' own counts {own:,.0f}: {100 * over:.2f} % more")
        expect("within 3 %", 0 <= over <= 0.03, True)
        twice = costs(summary)["dtrsm"] / 2
        expect("and without what is done twice within 2 %", 0 <= (summary["flops_used"] - twice) / own - 1 <= 0.02, True)


# ---- ScaLAPACK ----

def scalapack():
    n, nb = 512, 16
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["mpicc.openmpi", "-O1", "-o", f"{folder}/solve", HERE / "solve.c", "-lscalapack-openmpi", "-llapack",
                        "-lblas", "-lm"], check=True)
        plain = start([f"{folder}/solve", n, nb], 4, folder, counted=False)[0]
        output, summary = start([f"{folder}/solve", n, nb], 4, folder)
        expect("the solution", (output, plain), ("small\n" * 4, "small\n" * 4))
        own = 2 * n**3 + 2 * n**3 / 3 + 2 * n**2
        over = summary["flops_used"] / own - 1
        print(f"counted {summary['flops_used']:,}, by the formulas {own:,.0f}: {100 * over:.2f} % more")
        expect(f"pdgemm and pdgesv within 1 %: {costs(summary)}", abs(over) <= 0.01, True)
        again = start([f"{folder}/solve", n, nb], 4, folder, options=("--budget", str(summary["flops_used"])))[1]
        expect("with a budget that just suffices", (costs(again), again["calls"]), (costs(summary), summary["calls"]))


# ---- mpi4py ----

def mpi4py(mpi):
    python = ROOT / ".venv/mpi/bin/python"
    if not python.exists():
        skip(f"{python} is missing: run scripts/bootstrap.sh")
    for ranks in (2, 4):
        with tempfile.TemporaryDirectory() as folder:
            os.symlink(f"{LIBS}/libmpich.so.12", f"{folder}/libmpi.so.12")  # Debian calls MPICH so, nobody else does
            plain = start([python, HERE / "product.py"], ranks, folder, mpi, counted=False)[0]
            for options in ((), ("--budget", "1e9")):
                output, summary = start([python, HERE / "product.py"], ranks, folder, mpi, options=options)
                expect(f"{ranks} ranks", sorted(output.split()), sorted(plain.split()))
                expect("dgemm of all", costs(summary)["dgemm"], 2 * 64 * 64 * 32)
                expect("all ranks", (summary["processes"], summary["incomplete_processes"]), (ranks, 0))


def main():
    case = sys.argv[1]
    needs = {"hpcc": "hpcc", "scalapack": "mpicc.openmpi"}.get(case, f"mpirun.{case.rpartition('_')[2]}")
    if not shutil.which(needs):
        skip(f"{needs} is not installed")
    if case == "scalapack" and not os.path.exists(f"{LIBS}/libscalapack-openmpi.so"):
        skip("libscalapack-openmpi-dev is not installed")
    {"hpcc": hpcc, "scalapack": scalapack}.get(case, lambda: mpi4py(case.rpartition("_")[2]))()


main()
