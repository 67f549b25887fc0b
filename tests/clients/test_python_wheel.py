"""The wheel: built by scripts/wheel.sh, of what manylinux_2_28 allows alone, installed in a fresh virtual environment, and
everything works there with nothing else set: `python -m flopshim`, the program, the pytest plugin. It is left in the tests'
build folder, for test_old_system.py."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import zipfile

from harness import BUILD, PLAIN, ROOT, expect

SEED = """
import flopshim, numpy as np
with flopshim.BudgetContext(flop_budget=10**7, namespace="forward", quiet=True) as budget:
    y = np.ones((256, 256)) @ np.ones(256)
print(flopshim.__file__, budget.flops_used)
"""
TEST = """
import numpy as np, pytest
@pytest.mark.flop_budget(1000)
def test_large(): np.ones((256, 256)) @ np.ones(256)
"""


def run(*command, status=0, cwd=None, **env):
    done = subprocess.run([str(c) for c in command], env=PLAIN | env,
                          capture_output=True, text=True, timeout=550, cwd=cwd, check=False)
    expect(f"{command}: {done.stdout[-3000:]}{done.stderr[-3000:]}", done.returncode, status)
    return done.stdout


def build(folder):
    """With what is in the environment `new`: no download. What scripts/test.sh compiled by the same command from the same text
    comes from its ccache: the compiler is to have the same name, and the build's folder to be as deep, for relative paths."""
    tree = BUILD.parent.with_name(f"{BUILD.parent.name}-wheel")
    cache = {"CCACHE_DIR": f"{BUILD.parent}/ccache", "CCACHE_BASEDIR": str(ROOT), "CCACHE_NOHASHDIR": "1", "CC": "/usr/bin/cc"}
    launcher = {"CMAKE_C_COMPILER_LAUNCHER": "ccache"} | cache if shutil.which("ccache") else {}
    try:
        run(ROOT / "scripts/wheel.sh", folder, "--config-settings", f"build-dir={tree}", CMAKE_BUILD_PARALLEL_LEVEL="2",
            **launcher)
    finally:
        shutil.rmtree(tree, ignore_errors=True)
    wheels = list(folder.glob("*.whl"))
    expect("wheels", [w.name for w in wheels], ["flopshim-0.1.0-py3-none-manylinux_2_28_x86_64.whl"])
    return wheels[0]


def audit(wheel, folder):
    """What is in it needs the C library alone (the program its libm too), and auditwheel finds what is too new: GLIBC_2.25 for a
    system of 2014."""
    tools = str(ROOT / ".venv/new/bin")
    words = run(f"{tools}/auditwheel", "show", wheel, PATH=f"{tools}:/usr/bin:/bin").split()
    text = " ".join(words)
    [libraries] = re.findall(r"in these system-provided shared libraries: (.*) This constrains", text)
    expect("system libraries", sorted(re.findall(r"lib\w+[.]so[.]\d", libraries)), ["libc.so.6", "libm.so.6"])
    [major, minor] = map(int, re.findall(r'tag: "manylinux_(\d+)_(\d+)_x86_64"', text)[0])
    expect("at most glibc 2.28", (major, minor) <= (2, 28), True)
    run(f"{tools}/auditwheel", "repair", "--plat", "manylinux_2_17_x86_64", "-w", folder / "older", wheel, status=2,
        PATH=f"{tools}:/usr/bin:/bin")
    with zipfile.ZipFile(wheel) as files:
        names = files.namelist()
        needed = run("readelf", "-dW", files.extract("flopshim/flopshim", folder))
    expect("licences", sum("LICENSE" in name for name in names), 2)
    expect("libraries in it", sorted(n for n in names if ".so" in n), ["flopshim/libflopshim-mpi.so", "flopshim/libflopshim.so"])
    expect("the program needs", sorted(re.findall(r"NEEDED.*\[(.*)\]", needed)), ["libc.so.6", "libm.so.6"])


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        wheel = build(folder)
        audit(wheel, folder)
        shutil.rmtree(BUILD / "wheel", ignore_errors=True)
        (BUILD / "wheel").mkdir()
        shutil.copy(wheel, BUILD / "wheel")
        # Debian's NumPy and pytest are seen, nothing else is downloaded
        run("/usr/bin/python3", "-m", "venv", "--system-site-packages", folder / "venv with a blank")
        fresh = folder / "venv with a blank/bin"
        run(fresh / "python", "-m", "pip", "install", "--no-index", "--no-deps", wheel)
        home = {"HOME": name, "PATH": "/usr/bin:/bin"}
        where = fresh.parent / "lib/python3.11/site-packages/flopshim"
        out = run(fresh / "python", "-m", "flopshim", "--output", "own.json", "-c", SEED, cwd=folder, **home)
        expect("counted", (out.split()[-1], out.startswith(str(where))), ("131072", True))
        expect("summary", (folder / "own.json").exists(), True)
        expect("library", run(fresh / "python", "-m", "flopshim", "--library", **home), f"{where}/libflopshim.so\n")
        expect("program", run(fresh / "flopshim", "cost", "ddot", "n=5", **home).split()[0], "10")
        out = run(fresh / "flopshim", "run", "--quiet", "--output", "none", "--", fresh / "python", "-c", SEED,
                  cwd=folder, **home)
        expect("by the program", out.split()[-1], "131072")
        (folder / "test_one.py").write_text(TEST)
        out = run(fresh / "python", "-m", "flopshim", "--output", "none", "-m", "pytest", "-q", "-p", "no:cacheprovider",
                  "test_one.py", status=1, cwd=folder, **home)
        expect("plugin", "the test did 131,072 FLOPs, more than its budget of 1,000" in out, True)
        expect("left behind", sorted(p for p in os.listdir(ROOT) if "egg" in p or p == "dist"), [])


main()
