#!/usr/bin/env bash
# Build the Debian package into FOLDER. The library lies in a folder of its own, so that nothing links to it by accident.
#
# usage: scripts/deb.sh FOLDER [BUILD FOLDER]
set -euo pipefail
folder=$(realpath -m "${1:?usage: scripts/deb.sh FOLDER [BUILD FOLDER]}")
cd "$(dirname "$0")/.."
built=${2:-build-deb}
triplet=$(gcc -print-multiarch)
launcher=()
! command -v ccache >/dev/null || launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache)
cmake --preset release -B "$built" -DFLOPSHIM_TESTS=OFF -DFLOPSHIM_DEB=ON -DCMAKE_INSTALL_PREFIX=/usr \
  -DCMAKE_INSTALL_LIBDIR="lib/$triplet" -DFLOPSHIM_LIBRARY_DIR="lib/$triplet/flopshim" "${launcher[@]}" >/dev/null
cmake --build "$built" >/dev/null
mkdir -p "$folder"
(cd "$built" && cpack -B "$folder" >/dev/null)
rm -rf "$folder/_CPack_Packages"
ls "$folder"/*.deb
