#!/usr/bin/env bash
# Install what building and testing flopshim needs and is missing: Debian packages (as root), and wheels from PyPI in
# virtual environments under .venv/. Quick where everything is there already.
#
# usage: scripts/bootstrap.sh [build|test]    build: what the library and the demo need; test (default): every client too
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-test}

build_packages="gcc libc6-dev cmake ninja-build pkg-config python3 libjansson-dev libopenblas-dev python3-numpy"
test_packages="libcriterion-dev g++ gfortran gdb valgrind file python3-venv python3-scipy octave r-base-core
  libblas-dev libblas64-dev libblas-test liblapack-dev liblapack64-dev liblapacke-dev liblapack-test libblis-dev
  libblis64-dev libopenblas64-dev strace faketime musl-tools libcap2-bin openmpi-bin heaptrack libjemalloc2 libtcmalloc-minimal4
  clang-14 libclang-rt-14-dev python3-pytest"

missing=()
packages=$build_packages
[ "$what" = build ] || packages="$packages $test_packages"
for package in $packages; do
  [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" = "install ok installed" ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "bootstrap: installing ${missing[*]}"
  if [ "$(id -u)" != 0 ]; then
    echo "bootstrap: these Debian packages are missing and installing them needs root: ${missing[*]}" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
fi
[ "$what" = build ] && exit 0

# Each environment once, remade where its list of packages changed.
environment() {
  local name=$1 stamp=.venv/$1/installed
  shift
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$*" ] && return
  echo "bootstrap: making .venv/$name with $*"
  rm -rf ".venv/$name"
  /usr/bin/python3 -m venv ".venv/$name"
  ".venv/$name/bin/pip" install --quiet --disable-pip-version-check "$@"
  echo "$*" >"$stamp"
}
environment new numpy scipy scikit-learn statsmodels numba pytest hypothesis
environment old numpy==1.26.4 scipy==1.11.4
environment numpy numpy
environment package numpy pytest rich mypy nbclient ipykernel opt_einsum scikit-build-core
environment package_old numpy==1.26.4 scipy==1.11.4 pytest
