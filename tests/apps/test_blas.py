"""A C and a Fortran program on several providers, 32- and 64-bit integers: exact counts, unchanged output."""
import sys

from harness import BUILD, LIBS, check_balance, expect, same_with_and_without

C = {
    # drotm n = 5: flag -2 costs 0, -1 6n = 30, 0 and 1 4n = 20 each: 70. srotm n = 3: 0 + 18 + 12 + 12 = 42
    "drotm": (4, 70), "srotm": (4, 42),
    # constants: 6 a rotg, 12 a rotmg
    "drotg": (1, 6), "srotg": (1, 6), "crotg": (1, 6), "zrotg": (1, 6), "drotmg": (1, 12), "srotmg": (1, 12),
    # 2*10 + 2*5
    "ddot": (2, 30)}
ILLEGAL = {"dgemv": (3, 0), "dgemm": (4, 0)}
FORTRAN = {"dgemm": (1, 120),  # 2*4*3*5
           "dtrsm": (1, 18),   # 3*3*2: n^2 m on the right
           "dsymv": (1, 32),   # 2*4*4
           "ddot": (1, 12), "dnrm2": (1, 12), "sdot": (1, 6),
           "zdotc": (1, 48), "zdotu": (1, 40), "cdotc": (1, 32)}  # 8n
FOLDERS = {"32": ("openblas-pthread", "blas", "blis-openmp"), "64": ("openblas64-pthread", "blas64", "blis64-openmp")}


def main(width):
    suffix = "" if width == "32" else "64"
    runs = [("blas_c" + suffix, ["all"], C), ("blas_f" + suffix, [], FORTRAN)]
    if len(sys.argv) > 2:
        runs = [("blas_c" + suffix, ["illegal"], ILLEGAL)]
    for folder in FOLDERS[width]:
        for program, arguments, wanted in runs:
            run = same_with_and_without([BUILD / program, *arguments], {"LD_LIBRARY_PATH": f"{LIBS}/{folder}"})
            expect(f"{program} on {folder}", run.costs(), wanted)
            check_balance(run.summary)


main(sys.argv[1])
