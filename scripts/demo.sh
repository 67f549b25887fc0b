#!/usr/bin/env bash
# From a bare machine to a summary: install what is missing, build, count a NumPy program, hold it to a budget.
cd "$(dirname "$0")/.." || exit
. scripts/clean.sh
set -euo pipefail
scripts/bootstrap.sh build
cmake -B build >/dev/null
cmake --build build --parallel "$(nproc)" --target flopshim flopshim_program

program='
import numpy as np
rng = np.random.default_rng(0)
a, x = rng.standard_normal((500, 500)), rng.standard_normal(500)
for step in range(10):
    x = a @ x / np.linalg.norm(x)
print("the largest singular value is", np.linalg.svd(a @ a.T, compute_uv=False)[0] ** 0.5)
'
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

echo; echo '$ flopshim run --output out/summary.txt -- python3 program.py; cat out/summary.txt'
build/flopshim run --output "$folder/summary.txt" -- /usr/bin/python3 -c "$program"
cat "$folder/summary.txt"

echo; echo '$ flopshim run --budget 100M --output out/budget.txt -- python3 program.py'
status=0
build/flopshim run --budget 100M --output "$folder/budget.txt" -- /usr/bin/python3 -c "$program" || status=$?
echo "exit status $status"
