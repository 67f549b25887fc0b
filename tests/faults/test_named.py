"""test_named.py lines|banner|relative|rights: where a summary goes, and what is said of it."""
import contextlib
import os
import shutil
import subprocess
import sys

from harness import BUILD, PROGRAM, ROOT, expect, skip
from place import PYTHON, place


def lines():
    """One line on stderr names the summary: not where there is none, or nobody wants it, and once a process."""
    with place() as p:
        for env, names in (({}, "PID.json"), ({"FLOP_OUTPUT": "a.json,none,sub/b.csv"}, "a.json, sub/b.csv"),
                           ({"FLOP_OUTPUT": "none"}, None), ({"FLOP_QUIET": "1"}, None)):
            program = p.start(BUILD / "dots", "7", **env)
            _, err = program.communicate(timeout=60)
            expect(f"{env}", err, f"flopshim: summary of dots (pid {program.pid}): {names.replace('PID', str(program.pid))}\n"
                   if names else "")
        err = p.run(BUILD / "dots", "7", FLOP_OUTPUT="stderr")
        expect("stderr", [line for line in err if line.startswith("flopshim:")], [])
        err = p.run(BUILD / "dots", "7", FLOP_BUDGET="10", status=86)
        expect(f"a refusal: {err}", [len(err), " Summary: " in err[-1]], [2, True])
        for way, count in (("quick_exit", 1), ("execv", 1), ("failed exec", 1), ("_exit", 1)):
            program = p.start(BUILD / "ends", way)
            _, err = program.communicate(timeout=60)
            expect(f"{way}: {err}", err.count("flopshim: summary of "), count)
        for tree in (f"{BUILD}/dots 7; {BUILD}/dots 7", f"{BUILD}/dots 7; exec {BUILD}/dots 7"):
            err = p.run("/bin/sh", "-c", tree, FLOP_SCOPE="tree")
            expect(f"a tree: {err}", len(err), 1)
        err = p.run(PROGRAM, "run", "--", BUILD / "dots", "7", LD_PRELOAD="")
        expect(f"under run: {err}", len(err), 1)
        closed = subprocess.run(["/bin/sh", "-c", f"exec {BUILD}/dots 7 2>&-"], cwd=p.folder, env=p.env(), check=False)
        expect("closed stderr", closed.returncode, 0)
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(writer, b"x" * 4096)
        os.set_blocking(writer, True)
        full = subprocess.run([BUILD / "dots", "7"], cwd=p.folder, env=p.env(), stderr=writer, timeout=60, check=False)
        expect("full stderr", full.returncode, 0)
        os.close(reader)
        os.close(writer)
        data = p.folder / "data"
        code = f"import os; os.close(2); os.open('{data}', os.O_WRONLY | os.O_CREAT); import numpy"
        subprocess.run([PYTHON, "-c", code], cwd=p.folder, env=p.env(LD_LIBRARY_PATH=""), check=True)
        expect("the program's own descriptor 2", data.read_bytes(), b"")


def banner():
    """Once a process, of whatever opens first."""
    for env in ({}, {"FLOP_BUDGET": "1e12"}):
        with place() as p:
            code = "import flopshim\nfor i in range(3):\n  with flopshim.BudgetContext(100, quiet=not i): pass"
            err = p.run(PYTHON, "-c", code, PYTHONPATH=str(ROOT / "shim/bindings/python"), **env)
            banners = [line.split("| budget: ")[1] for line in err if "| budget:" in line]
            expect(f"banners: {err}", banners, ["1.00e+12 FLOPs" if env else "1.00e+02 FLOPs"])


def relative():
    """Relative names start from the folder where the process was started, or `flopshim run`."""
    with place() as p:
        (p.folder / "else").mkdir()
        p.run(BUILD / "rights", "chdir", "else", FLOP_OUTPUT="bare.json")
        script = f"cd else; {BUILD}/rights chdir /"
        p.run(PROGRAM, "run", "--output", "run.json", "--", "/bin/sh", "-c", script, LD_PRELOAD="")
        p.run(PROGRAM, "run", "--", "/bin/sh", "-c", script, LD_PRELOAD="", FLOP_OUTPUT="env.json")
        env = p.env(LD_PRELOAD="")
        del env["FLOP_OUTPUT"]
        subprocess.run([PROGRAM, "run", "-q", "--", "/bin/sh", "-c", script], cwd=p.folder, env=env, check=True)
        names = sorted(f.name for f in p.folder.iterdir() if f.suffix in (".json", ".txt"))
        expect(f"files: {names}", (names[:3], len(names), list((p.folder / "else").iterdir())),
               (["bare.json", "env.json"] + names[2:3], 4, []))
        odd = p.folder / "50%,off"
        odd.mkdir()
        done = subprocess.run([BUILD / "rights", "chdir", "/"], cwd=odd, env=p.env(FLOP_OUTPUT="o.json"), check=False)
        expect("an odd folder", (done.returncode, (odd / "o.json").exists()), (0, True))


def rights():
    """Whoever gives up what it could see is not accused of removing its ledger; who removes it is."""
    if os.geteuid():
        skip("only root can give up rights")
    with place() as p:
        os.chmod(p.folder, 0o755)
        (p.folder / "jail").mkdir()
        for what, path in (("setuid", "-"), ("chroot", "jail"), ("mounts", "ledgers")):
            program = p.start(BUILD / "rights", what, path, FLOP_OUTPUT="s.json")
            _, err = program.communicate(timeout=60)
            if program.returncode == 77:
                print(f"not tried: {what}")
                continue
            expect(f"{what}: {err}", (program.returncode, "removed or replaced" in err), (0, False))
            summary = (p.folder / "s.json").exists() or (p.folder / "jail/s.json").exists()
            expect(f"{what}: the summary is in a file, or on stderr below the reason: {err}", summary or
                   "cannot write the summary to s.json (permission denied); it follows here" in err, True)
            for made in (p.folder / "s.json", p.folder / "jail/s.json"):
                made.unlink(missing_ok=True)
            expect(f"{what}: what it could not remove the next does, without a word", (p.sweeper(), p.left(), p.summaries()),
                   ([], [], {}))
            expect("nothing else in the jail", list((p.folder / "jail").iterdir()), [])
        if shutil.which("setpriv"):
            err = p.run("setpriv", "--reuid=65534", "--clear-groups", BUILD / "dots", "7", FLOP_LEDGER_DIR="/dev/shm")
            expect(f"setpriv: {err}", any("removed or replaced" in line for line in err), False)
        program = p.start(BUILD / "rights", "remove")
        program.stdout.readline()
        _, err = program.communicate(f"{p.ledgers}/{p.left()[0]}\n", timeout=60)
        expect(f"removed: {err}", (program.returncode, "was removed or replaced while the program ran" in err), (0, True))


globals()[sys.argv[1]]()
