#!/usr/bin/env bash
# Prepare, build, and print what the shim adds to a call (tests/bench/bench.py), or with --workloads to loops of what people run
# (tests/bench/workloads.py).
cd "$(dirname "$0")/.." || exit
. scripts/clean.sh
set -euo pipefail
scripts/bootstrap.sh packages
cmake --preset release >/dev/null
cmake --build --preset release
if [ "${1-}" = --workloads ]; then
  exec /usr/bin/python3 tests/bench/workloads.py "${@:2}"
fi
exec /usr/bin/python3 tests/bench/bench.py build "$@"
