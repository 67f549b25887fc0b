#!/usr/bin/env bash
# Prepare, build, and print what the shim adds to a call: see tests/bench/bench.py.
cd "$(dirname "$0")/.." || exit
. scripts/clean.sh
set -euo pipefail
scripts/bootstrap.sh packages
cmake --preset release >/dev/null
cmake --build --preset release
exec /usr/bin/python3 tests/bench/bench.py build "$@"
