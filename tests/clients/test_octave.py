"""Octave: products, dot products, complex ones, and errors that leave BLAS through xerbla or Octave's own handlers."""
import os

from harness import expect, same_with_and_without, skip

PROGRAM = """
A = reshape(1:12, 3, 4); B = reshape(1:20, 4, 5); x = (1:4)';
disp(A * B)                % dgemm 3x5x4
disp(A * x)                % dgemv 3x4
disp(x' * x)               % dsyrk 1, k = 4: Octave sees that both are one matrix
disp(x' * A(1, :)')        % ddot 4
disp(A' * B(1:3, :))       % dgemm 4x5x3
z = x + 1i;
disp((A + 1i) * (B - 2i))  % zgemm 3x5x4
disp((A + 1i) * z)         % zgemv 3x4
for i = 1:3
  try
    A * A
  catch err
    disp(err.message)
  end
  disp(A * x)              % dgemv 3x4, three times
end
disp(single(A) * single(B))  % sgemm 3x5x4
"""
# 2mnk, 2mn, n(n+1)k, 2n, 8mnk, 8mn: 120 + 120; 24 + 3*24; 8; 8; 480; 96; 120
COSTS = {"dgemm": (2, 240), "dgemv": (4, 96), "dsyrk": (1, 8), "ddot": (1, 8),
         "zgemm": (1, 480), "zgemv": (1, 96), "sgemm": (1, 120)}


def main():
    if not os.path.exists("/usr/bin/octave-cli"):
        skip("octave-cli is not installed")
    run = same_with_and_without(["octave-cli", "--no-gui", "--norc", "--quiet", "--eval", PROGRAM])
    expect("status", run.returncode, 0)
    expect("Octave", run.costs(), COSTS)
    expect("uncovered", run.summary["uncovered"], [])


main()
