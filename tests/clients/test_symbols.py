"""scripts/check_symbols.py on what is installed: Debian's BLAS and LAPACK libraries, lapacke.h, and the OpenBLAS libraries
inside the wheels. Every name that does arithmetic has a row; what has none is in cost/left_out.txt with its reason."""
import re
import subprocess
import sys

from harness import LIBS, ROOT, expect

SCRIPT = ROOT / "scripts" / "check_symbols.py"
# Among what the script looks at by itself
USUAL = {f"{LIBS}/{name}" for name in ("blas/libblas.so.3", "lapack/liblapack.so.3", "liblapacke.so.3",
                                       "openblas-pthread/libopenblas.so.0", "openblas64-pthread/libopenblas64.so.0",
                                       "blis-openmp/libblis.so.4", "blis64-openmp/libblis64.so.4")}
WIDE = {f"{LIBS}/{name}" for name in ("blas64/libblas64.so.3", "lapack64/liblapack64.so.3")}


def check(*arguments):
    """What the script printed, and the libraries that it looked at: it found no gap in any."""
    done = subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)
    print(done.stdout)
    expect(f"{arguments}: stderr", done.stderr, "")
    expect(f"{arguments}: missing", [line for line in done.stdout.splitlines() if "missing:" in line], [])
    expect(f"{arguments}: status", done.returncode, 0)
    found = re.findall(r"^(\S+): (\d+) names, (\d+) covered, 0 missing$", done.stdout, re.M)
    for library, names, covered in found:
        # BLIS has the fewest names, 344; of liblapack's the fewest have rows, 89 %. Fewer is a listing that failed
        expect(f"{library}: names", int(names) > 300, True)
        expect(f"{library}: most are covered", int(covered) > 0.85 * int(names), True)
    return done.stdout, {library for library, *_ in found}


def main():
    wheels = {str(p) for p in (ROOT / ".venv").glob("*/lib/python*/site-packages/*.libs/*openblas*.so")}
    expect("wheels: NumPy's and SciPy's, new and old", len(wheels) >= 4, True)
    _, found = check(*sorted(wheels | WIDE))
    expect("libraries looked at", found, wheels | WIDE)
    text, found = check("--headers")
    expect("usual libraries not looked at", USUAL - found, set())
    expect("prototypes of lapacke.h that differ", re.findall(r"(\d+) prototypes compared, (\d+) differ", text)[0][1], "0")


main()
