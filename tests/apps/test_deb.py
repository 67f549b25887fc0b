"""The Debian package: its policy's checker has nothing to say, it installs, counts, and is removed without a trace."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from harness import BUILD, LIBS, PLAIN, ROOT, SANITIZED, expect, skip

BUILT = ROOT / "build-deb"


def run(*words, env=None, status=0):
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False, env={**PLAIN, **(env or {})})
    expect(f"{words}: {done.stdout}{done.stderr}", done.returncode, status)
    return done.stdout


def files_of(root):
    return {str(path.relative_to(root)) for path in pathlib.Path(root).rglob("*") if not path.is_dir()}


def dpkg(root, *words):
    """Into a folder, as if it were /; what it depends on is this machine's."""
    return run("dpkg", f"--root={root}", "--force-depends", "--force-script-chrootless", "--force-not-root", *words)


def main():
    if SANITIZED:
        skip("the package is built without sanitizers")
    if os.geteuid() or not shutil.which("dpkg-deb") or not shutil.which("lintian"):
        skip("the package is built and installed by root on Debian, with lintian")
    with tempfile.TemporaryDirectory() as folder:
        # What was compiled for the tests comes from their ccache, as for the wheel (test_python_wheel.py)
        cache = {"CCACHE_DIR": f"{BUILD.parent}/ccache", "CCACHE_BASEDIR": str(ROOT), "CCACHE_NOHASHDIR": "1"}
        run(ROOT / "scripts/deb.sh", folder, BUILT, env=cache)
        package = next(pathlib.Path(folder).glob("flopshim_*_amd64.deb"))
        said = run("lintian", "--fail-on", "error,warning", "--info", package, env={"TMPDIR": folder})
        expect("lintian", said, "")
        depends = run("dpkg-deb", "-f", package, "Depends")
        expect("depends", [re.sub(r" .*", "", part) for part in depends.strip().split(", ")], ["libc6", "libjansson4"])
        root = pathlib.Path(folder, "root")
        (root / "var/lib/dpkg").mkdir(parents=True)
        (root / "var/lib/dpkg/status").touch()
        before = files_of(root)
        dpkg(root, "-i", package)
        installed = {path for path in files_of(root) if path.startswith("usr/")}
        libraries = [path for path in installed if ".so" in path]
        expect("a folder of its own", sorted(re.sub(r"^usr/lib/[^/]+/flopshim/", "", path) for path in libraries),
               ["libflopshim-mpi.so", "libflopshim.so"])
        program = root / "usr/bin/flopshim"
        own = next(path for path in libraries if path.endswith("/libflopshim.so"))
        expect("library", run(program, "library").strip(), str(root / own))
        run(program, "run", "--quiet", "--output", f"{folder}/s.json", "--", BUILD / "dots", "5",
            env={"LD_LIBRARY_PATH": f"{LIBS}/blas:{LIBS}/lapack"})
        expect("counts", json.loads(pathlib.Path(folder, "s.json").read_text())["flops_used"], 10)
        pages = sorted(path.removeprefix("usr/share/man/") for path in installed if path.startswith("usr/share/man/"))
        names = {p.name for p in ROOT.glob("report/program/man/*")} | {"libflopshim.3", "flopshim-summary.5"}
        expect("pages", pages, sorted(f"man{name[-1]}/{name}.gz" for name in names))
        expect("zsh", "usr/share/zsh/vendor-completions/_flopshim" in installed, True)
        dpkg(root, "--purge", "flopshim")
        left = {path for path in files_of(root) - before if not path.startswith("var/")}
        expect("nothing is left", left, set())
        expect("nor a folder", [path for path in root.iterdir() if path.name != "var"], [])


main()
