#!/usr/bin/env bash
# Prepare, build, and print what the shim adds to a call: see tests/bench/bench.py.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/bootstrap.sh test
cmake --preset release >/dev/null
cmake --build --preset release
exec /usr/bin/python3 tests/bench/bench.py build "$@"
