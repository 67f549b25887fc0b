"""An installation, moved elsewhere: projects in C, C++ and Fortran find it with CMake and with pkg-config, the installed program
finds its library, and uninstalling leaves nothing.

usage: test_install.py projects|pkgconfig|pages|modulefile|uninstall"""
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from harness import BUILD, LIBS, PLAIN, ROOT, SANITIZED, expect, skip

BUILT = BUILD.parent
EXAMPLES = ROOT / "shim/examples"
BLAS = f"{LIBS}/blas/libblas.so"
# test_markers.py has the numbers: two dgemv of 131,072 and 1,000; 131,072 where the budget of 200,000 refuses the second
SAYS = "forward: 263144 FLOPs in 3 calls, 9736856 remain"
PLAIN_SAYS = "forward: libflopshim.so is not preloaded"
PROJECT = f"""cmake_minimum_required(VERSION 3.20)
project(client LANGUAGES C CXX Fortran)
find_package(flopshim 0.1 REQUIRED COMPONENTS Fortran)
find_package(flopshim 0.1 REQUIRED) # as a second part of a project would
add_executable(in_c {EXAMPLES}/markers.c)
add_executable(in_cpp markers.cpp)
add_executable(in_fortran {EXAMPLES}/markers.f90)
target_link_libraries(in_c flopshim::flopshim {BLAS})
target_link_libraries(in_cpp flopshim::flopshim {BLAS})
target_link_libraries(in_fortran flopshim::fortran {BLAS})
enable_testing()
add_test(NAME counted COMMAND ${{FLOPSHIM_PROGRAM}} run --quiet --output none -- $<TARGET_FILE:in_c>)
file(WRITE ${{CMAKE_BINARY_DIR}}/library "${{FLOPSHIM_LIBRARY}}")
"""
CPP = """#include <flopshim.h>
#include <cstdio>
extern "C" void dgemv_(const char *, const int *, const int *, const double *, const double *, const int *, const double *,
                       const int *, const double *, double *, const int *);
static void multiply()
{
    static double w[256 * 256], x[256], y[256];
    const int n = 256, one = 1;
    const double alpha = 1, beta = 0;
    dgemv_("N", &n, &n, &alpha, w, &n, x, &one, &beta, y, &one);
}
int main()
{
    struct flopshim_context forward = {};
    struct flopshim_usage used;
    forward.namespace_ = "forward";
    forward.flop_budget = 10000000;
    flopshim_begin(&forward);
    multiply();
    multiply();
    flopshim_deduct("softmax", 1000);
    const int status = flopshim_end(&used);
    if (status)
        std::printf("forward: %s\\n", flopshim_error(status));
    else
        std::printf("forward: %llu FLOPs in %llu calls, %llu remain\\n", (unsigned long long)used.flops_used,
                    (unsigned long long)used.calls, (unsigned long long)used.flops_remaining);
}
"""


def call(*command, status=0, **env):
    """What the command printed, stdout and stderr; it ends with this status."""
    done = subprocess.run([str(c) for c in command], env=PLAIN | {"FLOP_QUIET": "1", "FLOP_OUTPUT": "none"} | env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    expect(f"{' '.join(map(str, command))}: {done.stdout}", done.returncode, status)
    return done.stdout


@contextlib.contextmanager
def installed(prefix, **env):
    """cmake --install into the prefix; the manifest of an installation that the developer made is put back."""
    manifest = BUILT / "install_manifest.txt"
    kept = manifest.read_text() if manifest.exists() else None
    try:
        call("cmake", "--install", BUILT, "--prefix", prefix, **env)
        yield manifest
    finally:
        manifest.unlink(missing_ok=True)
        if kept is not None:
            manifest.write_text(kept)


@contextlib.contextmanager
def moved(folder):
    """An installation that is not where it was installed to."""
    with installed(f"{folder}/first"):
        library = call(f"{folder}/first/bin/flopshim", "library")
        expect("flopshim library", os.path.realpath(library.rstrip("\n")), os.path.realpath(f"{folder}/first/lib/libflopshim.so"))
        os.rename(f"{folder}/first", f"{folder}/moved here")  # a blank in its path, too
    yield pathlib.Path(f"{folder}/moved here")


def check_program(prefix, program):
    """Counted by `flopshim run`, counted by LD_PRELOAD, and the same program without either."""
    flopshim = prefix / "bin/flopshim"
    said = call(flopshim, "run", "--quiet", "--output", "none", "--", program)
    expect(f"{program} under flopshim run", said.splitlines()[0], SAYS)
    # ld.so splits LD_PRELOAD at blanks: the path is refused, a link without one does
    said = call(flopshim, "library", status=125)
    expect("flopshim library", f"LD_PRELOAD cannot hold the path {prefix}/lib/libflopshim.so" in said, True)
    link = f"{tempfile.gettempdir()}/flopshim-{os.getpid()}"
    os.symlink(prefix, link)
    try:
        preloaded = call(program, LD_PRELOAD=f"{link}/lib/libflopshim.so")
        expect(f"{program} preloaded", preloaded.splitlines()[0], SAYS)
    finally:
        os.unlink(link)
    expect(f"{program} alone", call(program).splitlines()[0], PLAIN_SAYS)


def projects(folder):
    with moved(folder) as prefix:
        source = pathlib.Path(folder, "client")
        source.mkdir()
        (source / "CMakeLists.txt").write_text(PROJECT)
        (source / "markers.cpp").write_text(CPP)
        build = source / "build"
        call("cmake", "-G", "Ninja", "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}")
        call("cmake", "--build", build)
        for program in ("in_c", "in_cpp", "in_fortran"):
            check_program(prefix, build / program)
        expect("FLOPSHIM_LIBRARY", os.path.realpath((build / "library").read_text()), str(prefix / "lib/libflopshim.so"))
        call("ctest", "--test-dir", build)
        (source / "CMakeLists.txt").write_text(PROJECT.replace("flopshim 0.1", "flopshim 0.2"))
        said = call("cmake", "-S", source, "-B", build, status=1)
        expect("another version", "compatible with requested version" in said, True)
        (source / "CMakeLists.txt").write_text(PROJECT.replace("C CXX Fortran", "C"))
        said = call("cmake", "-G", "Ninja", "-S", source, "-B", f"{folder}/no_fortran", f"-DCMAKE_PREFIX_PATH={prefix}", status=1)
        expect(f"without Fortran: {said}", "component Fortran needs a project with the language Fortran" in said, True)


def pkgconfig(folder):
    with moved(folder) as prefix:
        def ask(*words):
            return call("pkg-config", *words, "flopshim", PKG_CONFIG_PATH=f"{prefix}/lib/pkgconfig").strip()

        def path(name):
            return os.path.realpath(ask(f"--variable={name}").replace("\\ ", " "))
        expect("library", path("library"), str(prefix / "lib/libflopshim.so"))
        expect("program", path("program"), str(prefix / "bin/flopshim"))
        expect("version", ask("--modversion"), call(prefix / "bin/flopshim", "--version").split()[1])
        expect("libraries to link", ask("--libs"), "")
        pathlib.Path(folder, "markers.cpp").write_text(CPP)
        flags = [word.replace("\0", " ") for word in ask("--cflags").replace("\\ ", "\0").split()]
        for compiler, sources in (("cc", [EXAMPLES / "markers.c"]), ("c++", [f"{folder}/markers.cpp"]),
                                  ("gfortran", [path("fortran"), EXAMPLES / "markers.f90"])):
            program = f"{folder}/by_{compiler}"
            modules = ["-J", folder] if compiler == "gfortran" else flags
            call(compiler, *modules, *sources, BLAS, "-o", program)
            check_program(prefix, program)


def modulefile(folder):
    """`module load` of what was moved, and unload, by Environment Modules."""
    init = pathlib.Path("/usr/share/modules/init/bash")
    if not init.exists():
        skip("environment-modules is missing: run scripts/bootstrap.sh")
    with moved(folder) as prefix:
        script = (f"source {init}; module use '{prefix}/share/modulefiles'; module load flopshim; command -v flopshim; "
                  "echo $FLOPSHIM_LIBRARY; pkg-config --modversion flopshim; flopshim run -q -o none -- true; echo $?; "
                  "module unload flopshim; command -v flopshim; echo \"[$FLOPSHIM_LIBRARY]\"; echo $LD_PRELOAD")
        lines = call("bash", "-c", script, PATH="/usr/bin:/bin").splitlines()
        version = call(prefix / "bin/flopshim", "--version").split()[1]
        expect("loaded", lines[:4], [str(prefix / "bin/flopshim"), str(prefix / "lib/libflopshim.so"), version, "0"])
        expect("unloaded", lines[4:], ["[]", ""])


def pages(folder):
    """Every manual page is where man looks for it, the shells' completion where they do, and the schemas are there."""
    with moved(folder) as prefix:
        share = prefix / "share"
        names = {p.name for p in (ROOT / "report/program/man").iterdir()} | {"libflopshim.3", "flopshim-summary.5"}
        expect("pages", sorted(p.name for p in (share / "man").glob("*/*")), sorted(names))
        for name in names if shutil.which("man") else ():
            stem, section = name.split(".")
            page = call("man", "-w", section, stem, MANPATH=str(share / "man")).strip()
            expect(name, page, str(share / f"man/man{section}" / name))
        for path in ("bash-completion/completions/flopshim", "zsh/site-functions/_flopshim",
                     "fish/vendor_completions.d/flopshim.fish"):
            expect(path, (share / path).exists(), True)
        expect("schemas", sorted(p.name for p in (share / "flopshim/schema").iterdir()),
               sorted(p.name for p in (ROOT / "report/schema").iterdir()))
        (prefix / "lib/libflopshim.so").unlink()
        said = call(prefix / "bin/flopshim", "run", "--", "true", status=125)
        expect(f"a program without its library: {said}", "cannot find libflopshim.so" in said and str(prefix / "bin") in said, True)


def uninstall(folder):
    script = ROOT / "scripts/uninstall.cmake"

    def remove(manifest, **how):
        return call("cmake", f"-DMANIFEST={manifest}", "-P", script, **how)
    expect("without a manifest", f"{folder}/none is missing" in remove(f"{folder}/none", status=1), True)
    with installed("/usr", DESTDIR=folder) as manifest:
        root = pathlib.Path(folder)
        there = {f"{folder}{line}" for line in manifest.read_text().splitlines()}
        expect("installed", {str(p) for p in root.rglob("*") if not p.is_dir()}, there)
        neighbour = root / "usr/bin/neighbour"
        neighbour.write_text("")
        remove(manifest, DESTDIR=folder)
        expect("left", [str(p) for p in root.rglob("*") if not p.is_dir()], [str(neighbour)])
        expect("folders left", [str(p) for p in root.rglob("flopshim")], [])
        expect("the manifest", manifest.exists(), False)
    expect("the target", "uninstall" in call("cmake", "--build", BUILT, "--target", "help"), True)


def main():
    if SANITIZED:
        skip("what is installed is not a sanitized build")
    with tempfile.TemporaryDirectory() as folder:
        cases = {"projects": projects, "pkgconfig": pkgconfig, "pages": pages, "modulefile": modulefile, "uninstall": uninstall}
        cases[sys.argv[1]](os.path.realpath(folder))


main()
