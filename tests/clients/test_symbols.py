"""scripts/check_symbols.py on what is installed: Debian's BLAS and LAPACK libraries, lapacke.h, and the OpenBLAS libraries
inside the wheels. Every name that does arithmetic has a row; what has none is in cost/left_out.txt with its reason."""
import re
import subprocess
import sys

from harness import ROOT, expect

SCRIPT = ROOT / "scripts" / "check_symbols.py"


def check(*arguments):
    """{library: names that it exports}: the script found no gap in any."""
    done = subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)
    print(done.stdout)
    expect(f"{arguments}: stderr", done.stderr, "")
    expect(f"{arguments}: status", done.returncode, 0)
    found = re.findall(r"^(\S+): (\d+) names, (\d+) covered, 0 missing$", done.stdout, re.M)
    return {library: (int(names), int(covered)) for library, names, covered in found}, done.stdout


def main():
    debian, text = check("--headers")
    expect("prototypes that differ", re.findall(r"prototypes compared, (\d+) differ", text), ["0"])
    for library in ("blas/libblas.so.3", "lapack/liblapack.so.3", "liblapacke.so.3", "openblas-pthread/libopenblasp-r0.so.0"):
        expect(f"{library} was looked at", any(name.endswith(library.split("/")[-1].partition(".so")[0]) or library in name
                                              for name in debian), True)
    wheels = sorted(str(p) for p in (ROOT / ".venv").glob("*/lib/python*/site-packages/*.libs/*openblas*.so"))
    expect("wheels' libraries", len(wheels) >= 5, True)
    sizes, _ = check(*wheels)
    expect("libraries looked at", sorted(sizes), wheels)
    for library, (names, covered) in {**debian, **sizes}.items():
        # The smallest, BLIS, exports 400 names: a list that shrinks is a listing that failed
        expect(f"{library}: most names are covered", covered > names * 0.8 and names > 250, True)


main()
