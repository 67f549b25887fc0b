#!/usr/bin/env bash
# Prepare the machine, build, and run every test. Arguments go to ctest: scripts/test.sh -L unit
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/bootstrap.sh test
cmake --preset release >/dev/null
cmake --build --preset release
ctest --preset release "$@"
