"""Programs and libraries of other fields, as Debian packages them: the same output with and without the preload, the same counts
twice, nothing uncovered; and the prices of the calls that are known by hand.

usage: test_science.py CASE"""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from typing import Any, NamedTuple

from harness import Run, expect, skip

HERE = pathlib.Path(__file__).parent / "science"
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OMPI_ALLOW_RUN_AS_ROOT": "1", "HOME": "/nonexistent",
               "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_btl": "self", "OMPI_MCA_plm_rsh_agent": "",
               "OMPI_MCA_rmaps_base_oversubscribe": "1"}


class Case(NamedTuple):
    package: str
    needs: str  # a file of that package
    command: str  # {here}: science/; {made}: where `build` was run, once; run in an empty folder
    shown: str  # what of its output does not hang on the clock: lines that this matches; "": all
    costs: dict[str, Any]  # calls and FLOPs by hand, or None: called at all
    build: tuple[str, ...] = ()
    prepare: tuple[str, ...] = ()  # commands before it, in its folder, without the preload


OCTAVE = "octave-cli --no-gui --norc --quiet --eval"
CASES = {
    # C(3x5) = A(3x4) B(4x5): 2*3*5*4; the others come from an iteration
    "igraph": Case("libigraph-dev", "/usr/include/igraph/igraph.h", "{made}/igraph", "",
                   {"dgemm": (1, 120), "dsyevr": None, "dsteqr": None, "dgemv": None},
                   ("gcc {here}/igraph.c -o {made}/igraph -I/usr/include/igraph -ligraph",)),
    # One dense supernode of 40: n^3/3 + n^2/2 + n/6, two triangular solves of n^2, two products with nothing below it
    "cholmod": Case("libsuitesparse-dev", "/usr/include/suitesparse/cholmod.h", "{made}/cholmod", "",
                    {"dpotrf": (1, 22140), "dtrsv": (2, 3200), "dgemv": (2, 0)},
                    ("gcc {here}/cholmod.c -o {made}/cholmod -lcholmod",)),
    "dlib": Case("libdlib-dev", "/usr/include/dlib/matrix.h", "{made}/dlib", "", {"dgemm": (1, 120), "dsyevr": None},
                 ("g++ -DDLIB_USE_BLAS -DDLIB_USE_LAPACK {here}/dlib.cpp -o {made}/dlib -ldlib -llapack -lblas",)),
    "ipopt": Case("coinor-libipopt-dev", "/usr/include/coin/IpStdCInterface.h", "{made}/ipopt", "",
                  {"dgemm": None, "dtrsm": None, "ddot": None},
                  ("gcc -I/usr/include/coin {here}/ipopt.c -o {made}/ipopt -lipopt",)),
    "elpa": Case("libelpa-dev", "/usr/include/elpa/elpa/elpa.h", "{made}/elpa", "", {"dgemm": None, "dgemv": None, "dtrmm": None},
                 ("gcc -I/usr/include/elpa -I/usr/lib/x86_64-linux-gnu/openmpi/include {here}/elpa.c -o {made}/elpa -lelpa "
                  "-lmpi",)),
    "dynare": Case("dynare", "/usr/lib/dynare/matlab/dynare.m",
                   OCTAVE + " \"addpath('/usr/lib/dynare/matlab'); dynare growth.mod noclearall\"", r"^ +-?\d|^[ckz] ",
                   {"dgges": (1, None), "dgetrf": None}, prepare=("cp {here}/growth.mod .",)),
    "quantum_espresso": Case("quantum-espresso", "/usr/bin/pw.x", "pw.x -in {here}/silicon.in", "total energy|iteration #|highest",
                             {"dgemm": None, "dsygvx": None, "ddot": None}),
    "abinit": Case("abinit", "/usr/bin/abinit", "abinit hydrogen.abi", r"^ ETOT|etotal|Eigenvalues",
                   {"zgemm": None, "dspev": None, "ddot": None}, prepare=("cp {here}/hydrogen.abi {here}/hydrogen.gth .",)),
    # Six degrees of freedom of two atoms
    "gromacs": Case("gromacs", "/usr/bin/gmx", "gmx -quiet nmeig -f m.mtx -s m.tpr -last 6 -xvg none", r"^ *\d|eigenv",
                    {"ssyevr": (1, None)},
                    prepare=("gmx -quiet grompp -f {here}/argon.mdp -c {here}/argon.gro -p {here}/argon.top -o m.tpr -maxwarn 9",
                             "gmx -quiet mdrun -s m.tpr -mtx m.mtx -ntmpi 1 -ntomp 1")),
    # Skipped in most places: scripts/bootstrap.sh does not install a JDK. Ten products of 3x4 and 4x5
    "java": Case("default-jdk-headless", "/usr/bin/javac",
                 "java -cp {made} -Djava.library.path={made} Product", "", {"dgemm": (10, 1200)},
                 ("javac -d {made} {here}/Product.java",
                  "gcc -shared -fPIC -I{java}/include -I{java}/include/linux {here}/product.c "
                  "-o {made}/libproduct.so -lblas")),
    # A potential and three fields at steps 0 to 4, each a transform of 16^3 in three passes of 256 lines: 5 n log2 n
    "lammps": Case("lammps", "/usr/bin/lmp", "lmp -in {here}/charges.in -log none", r"^ +\d+ ",
                   {"fftw_execute": (5 * 4 * 3, 5 * 4 * 3 * 256 * 5 * 16 * 4)}),
    # eigensym passes NULL for what dsyevr does not look at in newer versions; inv of a positive definite matrix of order 3
    "gretl": Case("gretl", "/usr/bin/gretlcli", "gretlcli -b {here}/matrices.inp", r"^ +-?\d",
                  {"dsyev": (1, None), "dpotrf": (1, 14), "dpotri": None}),
}


def words(command, made):
    java = pathlib.Path(shutil.which("javac") or "/").resolve().parent.parent
    return shlex.split(command.format(here=HERE, made=made, java=java))


def do(command, made, folder):
    done = subprocess.run(words(command, made), env={**os.environ, **ENVIRONMENT}, cwd=folder, capture_output=True, text=True,
                          check=False)
    expect(f"{command}: {done.stdout}{done.stderr}", done.returncode, 0)


def run(case, made, preload):
    """In a folder of its own each time: many of these keep what they made, and go on from it."""
    with tempfile.TemporaryDirectory() as folder:
        for command in case.prepare:
            do(command, made, folder)
        done = Run(words(case.command, made), ENVIRONMENT, preload=preload, cwd=folder)
        expect(f"status {done.stdout} {done.stderr}", done.returncode, 0)
        return done, [line for line in done.stdout.splitlines() if re.search(case.shown, line)]


def main():
    case = CASES[sys.argv[1]]
    if not os.path.exists(case.needs):
        skip(f"{case.package} is not installed")
    if not shutil.which("gcc"):
        skip("gcc is not installed")
    with tempfile.TemporaryDirectory() as made:
        for command in case.build:
            do(command, made, made)
        plain, counted, again = run(case, made, False)[1], run(case, made, True), run(case, made, True)
    expect("output", (counted[1], again[1]), (plain, plain))
    expect("output is empty", bool(plain), True)
    costs = counted[0].costs()
    print(costs)
    for name, wanted in case.costs.items():
        calls, flops = costs.get(name, (0, 0))
        expect(f"{name} is called", calls > 0, True)
        if wanted:
            expect(name, (calls, flops if wanted[1] is not None else None), wanted)
    expect("the same counts again", again[0].costs(), costs)
    summary = counted[0].summary
    expect("complete, uncovered", (summary["complete"], summary["uncovered"]), (True, []))


main()
