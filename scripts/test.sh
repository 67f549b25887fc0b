#!/usr/bin/env bash
# Prepare the machine, build, run every test, and look that nothing is left in /tmp and /dev/shm. Arguments go to ctest:
# scripts/test.sh -L unit
cd "$(dirname "$0")/.." || exit
. scripts/clean.sh
set -euo pipefail

times=()
step() {
  local title=$1 start=$SECONDS status=0
  shift
  echo "== $title"
  "$@" || status=$?
  times+=("$(printf '%5d s  %s' $((SECONDS - start)) "$title")")
  return $status
}

# Compiled objects are kept in the build folder, so that building the wheel does not compile everything a second time
build() {
  export CCACHE_DIR=$PWD/build/ccache CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 CCACHE_COMPRESSLEVEL=1
  local fresh=()
  # A folder that was made without Ninja, by a plain `cmake -B build`, is configured anew
  ! grep -qs '^CMAKE_GENERATOR:.*=Unix Makefiles$' build/CMakeCache.txt || fresh=(--fresh)
  cmake --preset release "${fresh[@]}" -DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache >/dev/null &&
    cmake --build --preset release
}

# The environments are fetched while the compilers work.
build_and_fetch() {
  scripts/bootstrap.sh environments &
  local fetching=$!
  build && wait "$fetching"
}

# Files of ours; the folders of other checkouts' running tests (tests/clean.py) are not ours
ours() {
  find /tmp /dev/shm -maxdepth 1 -user "$(id -u)" -name '*flopshim*' ! -name 'flopshim-test.*' 2>/dev/null || true
  find /tmp /dev/shm -maxdepth 1 -name "flopshim-test.$(printf %s "$PWD" | sha1sum | cut -c 1-8).*" 2>/dev/null || true
}

nothing_left() {
  local left
  left=$(comm -13 <(sort <<<"$before") <(ours | sort))
  [ -z "$left" ] || { echo "FAILED: left behind:"; echo "$left"; return 1; }
}

before=$(ours)
step "packages" scripts/bootstrap.sh packages
step "build, and virtual environments beside it" build_and_fetch
status=0
step "tests" ctest --preset release "$@" || status=$?
nothing_left || status=1
echo; printf '%s\n' "${times[@]}" "$(printf '%5d s  in all' $SECONDS)"
exit $status
