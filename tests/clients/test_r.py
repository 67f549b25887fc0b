"""R: its matrix products, and errors that R raises by longjmp with BLAS calls before and after."""
import os

from harness import expect, same_with_and_without, skip

PROGRAM = """
options(matprod = "blas")
a <- matrix(as.double(1:12), 3, 4); b <- matrix(as.double(1:20), 4, 5); x <- as.double(1:4)
print(a %*% b)               # dgemm 3x5x4
print(a %*% x)               # dgemv 3x4
print(crossprod(a))          # dsyrk 4, k = 3
print(tcrossprod(a))         # dsyrk 3, k = 4
print(crossprod(a, a + 1))   # dgemm 4x4x3
print((a + 1i) %*% (b + 2i)) # zgemm 3x5x4
for (i in 1:3) {
  print(tryCatch(a %*% a, error = function(e) conditionMessage(e)))
  # backsolve checks its diagonal, then calls dtrsm: 3x3 with one column
  print(tryCatch(backsolve(diag(c(1, 0, 2)), 1:3), error = function(e) conditionMessage(e)))
  print(backsolve(matrix(c(2, 0, 0, 1, 3, 0, 1, 1, 4), 3), c(1, 2, 3)))
}
blas <- dyn.load(Sys.glob("/usr/lib/*/libblas.so.3"))
for (i in 1:4)               # R's own xerbla longjmps out of dgemv
  print(tryCatch(.Fortran("dgemv", "X", 2L, 2L, 1, diag(2), 2L, c(1, 2), 1L, 0, c(0, 0), 1L, PACKAGE = blas[["name"]]),
                 error = function(e) conditionMessage(e)))
print(x %*% x)               # dgemv 1x4
cat(extSoftVersion()["BLAS"], La_library(), "\\n")
"""
# dgemm 120 + 96; dgemv 24 and 8, and four illegal ones that cost nothing; dsyrk n(n+1)k: 60 + 48; zgemm 480; dtrsm 3*3*1 each
COSTS = {"dgemm": (2, 216), "dgemv": (6, 32), "dsyrk": (2, 108), "zgemm": (1, 480), "dtrsm": (3, 27)}


def main():
    if not os.path.exists("/usr/bin/Rscript"):
        skip("Rscript is not installed")
    run = same_with_and_without(["Rscript", "--vanilla", "-e", PROGRAM])
    expect("status", run.returncode, 0)
    expect("R", run.costs(), COSTS)
    expect("uncovered", run.summary["uncovered"], [])


main()
