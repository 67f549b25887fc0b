"""The wheel and the core of the suite on Debian 11 (glibc 2.31), in the root that scripts/bootstrap.sh made: pip installs the
wheel into a fresh environment, `flopshim run` counts NumPy there and holds it to a budget, and tests of apps/ and faults/ run
with programs that the root's own gcc made."""
import ctypes
import os
import re
import shutil
import subprocess

from harness import BUILD, PLAIN, ROOT, expect, skip

SYSTEM = ROOT / ".venv/debian11"
WORK = SYSTEM / "tmp/flopshim"
CLONE_NEWNS = 0x20000
BLAS = "/usr/lib/x86_64-linux-gnu"
PROGRAMS = {"apps": ["dots", "race", "threads"], "faults": ["acknowledge", "ends", "forks", "late_threads", "stops"]}
TESTS = [f"apps/test_{name}.py" for name in ("threads", "race")] + [
    f"apps/test_budget.py {case}" for case in ("exact_fit", "message", "exit_codes", "overrun")] + [
    f"faults/test_{name}.py" for name in ("ends", "kill")] + [
    f"faults/test_forks.py {case}" for case in ("account", "vfork", "killed")] + ["faults/test_start.py late_threads"]
NUMPY = """
import numpy as np
y = np.ones((256, 256)) @ np.ones(256)
print(np.linalg.svd(np.eye(8))[1].sum(), y[0])
"""


def run(*command, **env):
    return subprocess.run(["/usr/sbin/chroot", SYSTEM, *map(str, command)], capture_output=True, text=True, timeout=300,
                          check=False, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **env})


def inside(*command, status=0, **env):
    """A command in the old system: what it printed."""
    done = run(*command, **env)
    expect(f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}", done.returncode, status)
    return done.stdout + done.stderr


def mount():
    """In a view of this process alone: nothing of it stays."""
    expect("unshare", ctypes.CDLL(None).unshare(CLONE_NEWNS), 0)
    if subprocess.run(["mount", "--make-rprivate", "/"], stderr=subprocess.DEVNULL, check=False).returncode:
        skip("the root is no mount point (in a chroot): what is mounted here would be seen outside")
    for kind, place in (("tmpfs", "tmp"), ("proc", "proc"), ("tmpfs", "dev/shm")):
        (SYSTEM / place).mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", kind, kind, SYSTEM / place], check=True)
    for device in ("null", "zero", "urandom", "full"):
        (SYSTEM / "dev" / device).touch()
        subprocess.run(["mount", "--bind", f"/dev/{device}", SYSTEM / "dev" / device], check=True)


def install():
    """The wheel, by the old system's own pip; the library's path there."""
    [wheel] = (BUILD / "wheel").glob("*.whl")
    shutil.copy(wheel, WORK)
    inside("python3", "-m", "venv", "--system-site-packages", "/tmp/fresh")
    inside("/tmp/fresh/bin/python", "-m", "pip", "install", "--no-index", "--no-deps", f"/tmp/flopshim/{wheel.name}")
    return inside("/tmp/fresh/bin/flopshim", "library").strip()


def numpy():
    """As on a new system: 2 m n, LAWN 41's estimate for the decomposition, and NumPy's own sdot of 4."""
    program = ["/tmp/fresh/bin/flopshim", "run", "--output", "stderr"]
    python = ["--", "/usr/bin/python3", "-c", NUMPY]
    environment = {"LD_LIBRARY_PATH": f"{BLAS}/openblas-pthread"} | {k: v for k, v in PLAIN.items() if k.startswith("OPENBLAS_")}
    out = inside(*program, *python, **environment)
    expect("result", out.splitlines()[0], "8.0 256.0")
    expect(f"counted: {out}", re.findall(r"^    dgemv +([\d,]+) .*\[1 call\]", out, re.M), ["131,072"])
    out = inside(*program, "--budget", "100k", *python, status=1, **environment)
    expect(f"refused: {out}", "flopshim.BudgetExhaustedError: dgemv would cost 131,072 FLOPs" in out, True)


def build_programs():
    libraries = [f"{BLAS}/blas/libblas.so.3", "-lpthread", "-ldl", "-lm"]
    (WORK / "tests").mkdir()
    for folder, names in PROGRAMS.items():
        for name in names:
            inside("gcc", "-O2", "-w", "-D_GNU_SOURCE", "-fopenmp", "-I/tmp/flopshim/src/shim", "-o", f"/tmp/flopshim/tests/{name}",
                   f"/tmp/flopshim/src/tests/{folder}/{name}.c", *libraries)


def core(library):
    build_programs()
    failed = []
    for test in TESTS:
        script, *words = test.split()
        done = run("/usr/bin/python3", "-I", "/tmp/flopshim/src/tests/clean.py", f"FLOPSHIM_LIBRARY={library}",
                   f"FLOPSHIM_PROGRAM={os.path.dirname(library)}/flopshim", "FLOPSHIM_BUILD=/tmp/flopshim/tests",
                   f"/tmp/flopshim/src/tests/{script}", *words)
        if done.returncode:
            failed.append(test)
            print(f"---- {test}: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    expect("tests that failed", failed, [])


def main():
    if os.geteuid() or not (SYSTEM / "made").exists():
        skip("needs root, and the Debian 11 that scripts/bootstrap.sh makes where the mirror has it")
    mount()
    WORK.mkdir()
    for name in ("shim", "tests"):
        shutil.copytree(ROOT / name, WORK / "src" / name)
    version = inside("python3", "-c", "import os; print(os.confstr('CS_GNU_LIBC_VERSION'))")
    expect("its C library", version, "glibc 2.31\n")
    library = install()
    numpy()
    core(library)


main()
