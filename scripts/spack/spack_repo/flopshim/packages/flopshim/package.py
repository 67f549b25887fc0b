"""flopshim for Spack, from the checkout that this file lies in:

    spack repo add scripts/spack/spack_repo/flopshim
    spack install flopshim@main"""
import pathlib

from spack_repo.builtin.build_systems.cmake import CMakePackage

from spack.package import depends_on, license, version

CHECKOUT = pathlib.Path(__file__).resolve().parents[6]


class Flopshim(CMakePackage):
    """Counts and budgets the floating-point work that programs do through BLAS and LAPACK."""

    git = CHECKOUT.as_uri()

    license("MIT")
    version("main", branch="main")

    depends_on("c", type="build")
    depends_on("cmake@3.25:", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("python@3.9:", type="build")
    depends_on("jansson@2.13:")
    # Opened where they are wanted: names of callers, the live view, merges as databases
    depends_on("elfutils")
    depends_on("ncurses+termlib")
    depends_on("sqlite")

    def setup_run_environment(self, env):
        env.set("FLOPSHIM_LIBRARY", self.prefix.lib.join("libflopshim.so"))
