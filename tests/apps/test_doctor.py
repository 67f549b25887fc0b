"""flopshim doctor: each finding where there is something to find and not where there is nothing, the same as `flopshim run` has;
nothing that is looked at is run."""
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

from harness import BUILD, LIBRARY, LIBS, PLAIN, PROGRAM, SANITIZED, Run, expect, skip

REFERENCE = {"LD_LIBRARY_PATH": f"{LIBS}/blas"}
OWN = LIBRARY.split()[-1]


def doctor(*words, env=None, cwd=None, status=None):
    """(status, what it says as JSON)."""
    done = subprocess.run([PROGRAM, "doctor", "--format", "json", *map(str, words)], env={**PLAIN, **REFERENCE, **(env or {})},
                          capture_output=True, text=True, timeout=120, cwd=cwd, check=False)
    expect(f"doctor {words}: stderr", done.stderr, "")
    said = json.loads(done.stdout)
    expect(f"doctor {words}: status and all_counted", done.returncode, 0 if said["all_counted"] else 1)
    if status is not None:
        expect(f"doctor {words}: {done.stdout}", done.returncode, status)
    return said


def levels(findings):
    """{check: level} of what is not as it should be."""
    return {f["check"]: f["level"] for f in findings if f["level"] != "ok"}


def of_program(*words, **options):
    """{check: level}, and the findings, of the one program."""
    [program] = doctor(*words, **options)["programs"]
    for finding in program["findings"]:
        wanted = finding["level"] in ("missed", "broken")
        expect(f"{finding}: a remedy", not wanted or bool(finding.get("remedy")), True)
    return levels(program["findings"]), program["findings"]


def of_machine(**options):
    findings = doctor(**options)["machine"]["findings"]
    return {f["check"]: (f["level"], f["what"]) for f in findings}


def library(folder, name, code="", *options):
    path = pathlib.Path(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    command = ["cc", "-shared", "-fPIC", "-Wno-implicit-function-declaration", f"-Wl,-soname,{path.name}", "-o", path,
               "-x", "c", "-", "-x", "none", *map(str, options)]
    subprocess.run(command, input=code, text=True, check=True)
    return path


# ---- the machine ----

def machine():
    found = of_machine(status=0)
    expect("checks", {"library", "ledger-dir", "membarrier", "watch", "environment"} <= found.keys(), True)
    expect("library", (found["library"][0], os.path.realpath(OWN) in found["library"][1]), ("ok", True))
    level, said = found["ledger-dir"]
    expect(f"folder: {said}", (level, said.startswith("ledgers lie in /dev/shm"), said.endswith(" (tmpfs)")), ("ok", True, True))
    done = subprocess.run([PROGRAM, "doctor"], env=PLAIN, capture_output=True, text=True, check=False)
    expect("text", (done.returncode, done.stdout.splitlines()[0], done.stdout.splitlines()[-1]),
           (0, "This machine", "Counting would work here."))
    rows = [line for line in done.stdout.splitlines() if line.startswith("  ok")]
    expect("aligned", {line.index(line.split(maxsplit=2)[2]) for line in rows}, {27})
    expect("no colour", "\033" in done.stdout, False)


def library_():
    """Not there, no library, one that asks for a C library that is not here, a path that LD_PRELOAD cannot hold, noexec."""
    with tempfile.TemporaryDirectory() as folder:
        text = pathlib.Path(folder, "text.so")
        text.write_text("text")
        for path, said in ((f"{folder}/none.so", "No such file"), (text, "Exec format error")):
            found = of_machine(env={"FLOPSHIM_LIBRARY": str(path)}, status=1)
            expect(path, (found["library"][0], said in found["library"][1]), ("broken", True))
        version = pathlib.Path(folder, "map")
        version.write_text("GLIBC_2.99 { global: newer; };")
        newer = library(f"{folder}/newer", "libc.so.6", "int newer(void) { return 1; }", f"-Wl,--version-script={version}")
        needs = library(folder, "needs.so", "int newer(void); int f(void) { return newer(); }", newer)
        found = of_machine(env={"FLOPSHIM_LIBRARY": str(needs)}, status=1)
        expect(f"glibc: {found}", (found["library"][0], "GLIBC_2.99' not found" in found["library"][1]), ("broken", True))
        blank = pathlib.Path(folder, "with blank", "libflopshim.so")
        blank.parent.mkdir()
        shutil.copy(OWN, blank)
        found = of_machine(env={"FLOPSHIM_LIBRARY": str(blank)}, status=0)
        expect("blank", (found["library"][0], found["path"][0]), ("ok", "note"))
        copy = pathlib.Path(folder, "flopshim")
        shutil.copy(PROGRAM, copy)
        done = subprocess.run([copy, "doctor"], env=PLAIN, capture_output=True, text=True, check=False)
        expect("beside no library", (done.returncode, "cannot find libflopshim.so" in done.stdout), (1, True))
    noexec()


def noexec():
    """In a mount namespace of its own."""
    if os.getuid() or subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode:
        print("noexec: not tried, no mount namespace")
        return
    with tempfile.TemporaryDirectory() as folder:
        script = f'mount -t tmpfs -o noexec none {folder} && cp "$1" {folder}/libflopshim.so && ' \
                 f'FLOPSHIM_LIBRARY={folder}/libflopshim.so "$2" doctor'
        done = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", OWN, PROGRAM], env=PLAIN, capture_output=True, text=True,
                              check=False)
        expect(f"noexec: {done.stderr}", (done.returncode, "mounted noexec" in done.stdout), (1, True))


def folder_():
    with tempfile.TemporaryDirectory() as folder:
        found = of_machine(env={"FLOP_LEDGER_DIR": folder}, status=0)
        expect("named", (found["ledger-dir"][0], folder in found["ledger-dir"][1]), ("ok", True))
        expect("nothing is left", os.listdir(folder), [])
        found = of_machine(env={"FLOP_LEDGER_DIR": f"{folder}/none"}, status=1)
        expect("not there", (found["ledger-dir"][0], "No such file" in found["ledger-dir"][1]), ("broken", True))
        status = subprocess.run([PROGRAM, "run", "--ledger-dir", f"{folder}/none", "true"], env=PLAIN, capture_output=True,
                                check=False).returncode
        expect("as run", status, 125)
        checks, _ = of_program(BUILD / "dots", env={"FLOP_LEDGER_DIR": f"{folder}/none"}, status=1)
        expect("the program is well", checks, {})
        if os.getuid() == 0 and not subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode:
            script = f'mount -t tmpfs -o size=4k none {folder} && FLOP_LEDGER_DIR={folder} "$1" doctor'
            done = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", PROGRAM], env=PLAIN, capture_output=True, text=True,
                                  check=False)
            expect(f"full: {done.stdout}", (done.returncode, "No space left" in done.stdout), (1, True))


def environment():
    for variables, level, status in (({"FLOP_BUDGET": "10x"}, "broken", 1), ({"FLOP_TIMING": "yes"}, "note", 0),
                                     ({"FLOP_DISABLE": "1"}, "missed", 1), ({"FLOP_BUDGET": "10M"}, "ok", 0)):
        found = of_machine(env=variables, status=status)
        expect(variables, found["environment"][0], level)


# ---- files ----

def findings():
    with tempfile.TemporaryDirectory() as folder:
        other = pathlib.Path(folder, "aarch64")
        program = bytearray(pathlib.Path("/bin/true").read_bytes())
        program[18] = 183
        other.write_bytes(program)
        other.chmod(0o755)
        version = pathlib.Path(folder, "map")
        version.write_text("GLIBC_2.99 { global: newer; };")
        libc = library(f"{folder}/newer", "libc.so.6", "int newer(void) { return 1; }", f"-Wl,--version-script={version}")
        newer = library(folder, "libnewer.so", "int newer(void); int f(void) { return newer(); }", libc)
        text = pathlib.Path(folder, "text.so")
        text.write_text("text")
        gone = library(f"{folder}/lib", "libgone.so", "int gone(void) { return 1; }")
        needs = library(folder, "libneeds.so", "int f(void) { return gone(); }", gone)
        for file, checks in ((BUILD / "dots", {}), (BUILD / "plugin.so", {}), (BUILD / "wrapper.so", {}),
                             (BUILD / "hello_static", {"static": "missed"}), (BUILD / "hello_static-pie", {"static": "missed"}),
                             (BUILD / "hello_musl", {"musl": "missed"}), (other, {"machine": "missed"}),
                             (BUILD / "uncovered_blas", {"static-blas": "missed"}),
                             (BUILD / "uncovered_openblas-pthread", {"static-blas": "missed"}),
                             (BUILD / "uncovered_stripped", {"static-blas": "missed"}),
                             (BUILD / "plugin_static.so", {"private-blas": "missed"}),
                             (BUILD / "libprivate_blas.so", {"private-blas": "missed"}),
                             (BUILD / "uncovered_suffixed", {"suffix": "missed"}), (BUILD / "uncovered_plain", {}),
                             (BUILD / "opener", {"deepbind": "missed"}), ("/bin/true", {"no-blas": "missed"}),
                             ("/bin/sh", {"no-blas": "note"}), ("/etc/passwd", {"not-runnable": "broken"}),
                             (f"{folder}/none", {"not-found": "broken"}), (folder, {"not-runnable": "broken"}),
                             (needs, {"missing": "broken", "no-blas": "missed"}), (newer, {"start": "broken"}),
                             (text, {"format": "broken"})):
            found, said = of_program(file)
            expect(f"{file}: {said}", found, checks)
        shutil.copy(BUILD / "dots", folder)
        expect("a name without a path is a file", of_program("dots", cwd=folder, status=0)[0], {})
        said = doctor("dots", BUILD / "hello_static", cwd=folder, status=1)["programs"]
        expect("several", [p["program"] for p in said], ["dots", str(BUILD / "hello_static")])
    _, said = of_program(BUILD / "dots")
    expect("what is counted", [f["what"] for f in said], [f"{BUILD}/dots calls ddot_ of {LIBS}/blas/libblas.so.3.11.0: counted"])


def damaged():
    """Files with bytes changed or cut off: whatever they say of themselves, the doctor says something and lives."""
    chosen = random.Random(17)
    with tempfile.TemporaryDirectory() as folder:
        for source in (BUILD / "opener", BUILD / "libprivate_blas.so", BUILD / "uncovered_suffixed"):
            whole = source.read_bytes()
            for number in range(40):
                file = bytearray(whole)
                for _ in range(chosen.choice((1, 4, 64))):
                    near_the_end = len(file) - chosen.randrange(1, 3000)
                    place = chosen.choice((chosen.randrange(1024), chosen.randrange(len(file)), near_the_end))
                    file[place] = chosen.choice((0, 0x7f, 0xff, chosen.randrange(256)))
                if number % 4 == 0:
                    del file[chosen.randrange(len(file)):]
                path = pathlib.Path(folder, f"{source.name}.so")
                path.write_bytes(file)
                done = subprocess.run([PROGRAM, "doctor", path], env={**PLAIN, **REFERENCE}, capture_output=True, timeout=60,
                                      check=False)
                expect(f"{source.name} {number}: {done.stderr}", (done.returncode in (0, 1), done.stderr), (True, b""))


def commands():
    """Through PATH, #! lines and env; nothing is run."""
    with tempfile.TemporaryDirectory() as folder:
        mark = pathlib.Path(folder, "ran")
        script = pathlib.Path(folder, "script")
        script.write_text(f"#!{BUILD}/hello_static x\n")
        script.chmod(0o755)
        behind = pathlib.Path(folder, "behind")
        behind.write_text("#!/usr/bin/env hello_musl\n")
        behind.chmod(0o755)
        path = {"PATH": f"{folder}:{BUILD}:{PLAIN['PATH']}"}
        for words, checks in ((["dots", "7"], {}), (["hello_musl"], {"musl": "missed"}), (["script"], {"static": "missed"}),
                              (["behind"], {"musl": "missed"}), (["no-such-program"], {"not-found": "broken"}),
                              (["sh", "-c", f"touch {mark}"], {"no-blas": "note"})):
            expect(words, of_program("--", *words, env=path)[0], checks)
        found, _ = of_program("--", "dots", env={**path, "FLOPSHIM_LIBRARY": "/etc/passwd"}, status=1)
        expect("the library is the machine's affair", found, {})
        loader = pathlib.Path(folder, "ld-linux-own.so")
        loader.write_text(f"#!/bin/sh\ntouch {mark}\n")
        loader.chmod(0o755)
        own = pathlib.Path(folder, "own")
        subprocess.run(["cc", "-o", own, f"-Wl,--dynamic-linker={loader}", "-x", "c", "-"], input="int main(void) { return 0; }",
                       text=True, check=True)
        expect("a loader of the program's own is not started", of_program(own)[0], {"no-blas": "missed"})
        expect("nothing was run", mark.exists(), False)


def engines():
    """By a file's name, by a function; one that is called, and the same where it is not."""
    products = "double bli_dgemm(void) { return 0; } double bli_ddot(void) { return 0; }"
    with tempfile.TemporaryDirectory() as folder:
        torch = library(folder, "libtorch_cpu.so")
        needs_torch = library(folder, "needs_torch.so", "", "-Wl,--no-as-needed", torch, f"-Wl,-rpath,{folder}")
        expect("by name", of_program(needs_torch)[0], {"engine": "missed"})
        dnnl = library(folder, "libdnnl.so.3")
        library(folder, "libtorch_cpu.so", "", "-Wl,--no-as-needed", dnnl, f"-Wl,-rpath,{folder}")
        expect("of which another library is the engine", "engine" in of_program(needs_torch)[0], False)
        expect("by a function", of_program(library(folder, "cy.so", "int bli_gemm(void) { return 0; }"))[0], {"engine": "missed"})
        blis = library(folder, "libblis.so.4", products)
        options = ("-Wl,--no-as-needed", blis, f"-Wl,-rpath,{folder}")
        called = library(folder, "called.so", "double bli_dgemm(void); double f(void) { return bli_dgemm(); }", *options)
        expect("called", of_program(called)[0], {"engine": "missed"})
        expect("not called", "engine" in of_program(library(folder, "not_called.so", "", *options))[0], False)
        cublas = library(folder, "libcublas.so.13")
        gpu = library(folder, "gpu.so", "", "-Wl,--no-as-needed", cublas, f"-Wl,-rpath,{folder}")
        if not os.path.exists(f"{LIBS}/libcuda.so.1"):
            expect("without a driver", "engine" in of_program(gpu)[0], False)


# ---- Python ----

def package(site, name, code, requires=(), *options):
    library(site / name, "native.cpython-311-x86_64-linux-gnu.so", code, *options)
    (site / name / "__init__.py").write_text("")
    info = site / f"{name.replace('_', '.').title()}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: {name}\n" + "".join(f"Requires-Dist: {r}\n" for r in requires))
    (info / "RECORD").write_text(f"{name}/__init__.py,,\n{info.name}/METADATA,,\n")


def python():
    """What a script imports, itself and by the modules beside it, and what that needs to be there."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        site = root / "env/lib/python3.11/site-packages"
        (root / "env/bin").mkdir(parents=True)
        site.mkdir(parents=True)
        (root / "env/pyvenv.cfg").write_text("include-system-site-packages = false\n")
        interpreter = root / "env/bin/python"
        interpreter.symlink_to("/usr/bin/python3")
        package(site, "calls_blas", "int f(void) { return cblas_ddot(); }", (), "-Wl,--no-as-needed", f"{LIBS}/blas/libblas.so")
        package(site, "has_engine", "int bli_gemm(void) { return 0; }")
        package(site, "needs_it", "int f(void) { return 0; }", ("has-engine>=1",))
        package(site, "may_use_it", "int f(void) { return 0; }", ('has-engine ; extra == "fast"',))
        gone = library(f"{folder}/gone", "libopenblas.so.9")
        package(site, "lacks_blas", "int f(void) { return cblas_ddot(); }", (), "-Wl,--no-as-needed", gone)
        gone.unlink()
        (root / "beside.py").write_text("def f():\n    import has_engine.sub as x\n")
        (root / "own").mkdir()
        (root / "own/__init__.py").write_text("from .part import x\n")
        (root / "own/part.py").write_text("from calls_blas import y\n")
        engine = {"engine": "missed"}
        none = {"no-blas": "note"}
        for code, checks in (("import calls_blas", {}), ("import has_engine", engine), ("import os, has_engine as h", engine),
                             ("x = 1; import has_engine", engine), ("# import has_engine", none),
                             ("print('x')  # import has_engine", none), ("from has_engine.sub import *", engine),
                             ("import needs_it", engine), ("import may_use_it", none), ("import beside", engine),
                             ("import own", {}), ("import sys", none),
                             ("import lacks_blas", {"missing": "note"}), ("importhas_engine = 1", none),
                             ("import calls_blas, ctypes; ctypes.CDLL('x', mode=os.RTLD_DEEPBIND)", {"deepbind": "missed"})):
            script = root / "script.py"
            script.write_text(code + "\n")
            for words in ([script], [script, "-c", "import has_engine"] if checks == none else ["-u", "-X", "dev", script]):
                found, said = of_program("--", interpreter, *words)
                expect(f"{code}: {words}: {said}", found, checks)
            if "beside" not in code and "own" not in code:
                expect(f"-c {code}", of_program("--", interpreter, "-c", code, cwd="/")[0], checks)
        expect("-m", of_program("--", interpreter, "-m", "has_engine")[0], engine)
        script.write_text(f"#!{interpreter}\nimport has_engine\n")
        script.chmod(0o755)
        expect("a script that runs itself", of_program("--", script)[0], engine)
        expect("as a file", of_program(script)[0], engine)
        shutil.copy(script, root / "python_app.py")
        expect("whatever its name", of_program(root / "python_app.py")[0], engine)
        found, _ = of_program("--", interpreter, status=0)
        expect("nothing given: what is installed", found, {"engine": "note", "imports": "note", "missing": "note"})
        found, _ = of_program("--", interpreter, root / "none.py", status=1)
        expect("no such script", found["not-found"], "broken")
        script.write_text("import numpy\n")
        script.chmod(0o644)
        expect("a file of Python's", of_program(script, env={"PYTHONPATH": str(site)}, status=0)[0], {})


def privileged():
    if os.getuid():
        skip("only root can give a file to another user")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        for name, mode, owner, checks in (("user", 0o4755, 65534, {"set-user-id": "missed"}), ("mine", 0o4755, 0, {})):
            shutil.copy(BUILD / "dots", f"{folder}/{name}")
            os.chown(f"{folder}/{name}", owner, 0)
            os.chmod(f"{folder}/{name}", mode)
            expect(name, of_program(f"{folder}/{name}")[0], checks)


# ---- as run ----

def run_says(command):
    """What `flopshim run` warns of, and what its summaries name as not covered."""
    with tempfile.TemporaryDirectory() as folder:
        words = [PROGRAM, "run", "-q", "-o", f"{folder}/%p.json", "--", *map(str, command)]
        done = subprocess.run(words, env={**PLAIN, **REFERENCE}, capture_output=True, text=True, timeout=120, check=False)
        lines = [line for line in done.stderr.splitlines() if line.startswith("flopshim run: warning: ")]
        summaries = [json.loads(p.read_text()) for p in pathlib.Path(folder).glob("*.json")]
        return [line.split("warning: ")[1] for line in lines], [line for s in summaries for line in s["uncovered"]]


def agreement():
    """Each way of being missed: the doctor's sentence is in what run says, and where the doctor finds nothing, run neither."""
    plugin, product = BUILD / "plugin.so", "import numpy; numpy.ones(3) @ numpy.ones(3)"
    for program, words, same in (("hello_static", [], True), ("hello_static-pie", [], True), ("hello_musl", [], True),
                                 ("uncovered_blas", ["local", plugin], True), ("uncovered_stripped", ["local", plugin], True),
                                 ("uncovered_suffixed", [], True), ("uncovered_plain", [], True), ("dots", ["7"], True),
                                 ("opener", [plugin], False), ("/usr/bin/python3", ["-c", product], True)):
        command = [BUILD / program, *words]
        warned, uncovered = run_says(command)
        _, said = of_program("--", *command)
        missed = [f["what"] for f in said if f["level"] in ("missed", "broken")]
        expect(f"{command}: found by both, {warned}, {uncovered}, {missed}", bool(warned or uncovered), bool(missed))
        for what in missed if same else ():
            expect(f"{command}: {what}, run: {warned} {uncovered}", any(what in line for line in warned + uncovered), True)


# ---- how it is asked ----

def usage():
    for words, said in ((["--"], "no CMD behind --"), (["x", "--", "y"], "expected FILE... or -- CMD, got 'x' before --"),
                        (["--format", "csv"], "--format csv: expected text or json"), (["--fromat", "x"], "did you mean --format?"),
                        (["-o", "x.csv"], "a name that ends in .txt or .json")):
        run = Run([PROGRAM, "doctor", *words], preload=False)
        expect(f"{words}: {run.stderr}", (run.returncode, run.stdout, said in run.stderr, run.stderr.count("\n")), (2, "", True, 1))
    run = Run([PROGRAM, "doctor", "--", "true", "--format", "x"], preload=False)
    expect("options behind CMD are CMD's", "--format x" in run.stdout.splitlines()[0], True)
    run = Run([PROGRAM, "doctor", "-o", "/dev/null/x.json"], preload=False)
    expect("cannot be written", (run.returncode, "cannot write to /dev/null/x.json" in run.stderr), (125, True))
    run = Run([PROGRAM, "doctor", BUILD / "hello_static"], preload=False)
    expect("text", run.stdout.splitlines(), [
        f"{BUILD}/hello_static", f"  missed  static           {BUILD}/hello_static cannot be preloaded (statically linked)",
        "                           -> link it without -static, with a shared BLAS", "",
        "1 finding: not everything would be counted."])


def json_():
    with tempfile.TemporaryDirectory() as folder:
        run = Run([PROGRAM, "doctor", "-o", f"{folder}/x.json", BUILD / "hello_static", BUILD / "dots"], REFERENCE, preload=False)
        expect("as a file", (run.returncode, run.stdout), (1, ""))
        said = json.loads(pathlib.Path(folder, "x.json").read_text())
        expect("keys", list(said), ["doctor_schema_version", "flopshim_version", "all_counted", "machine", "programs"])
        expect("version", said["doctor_schema_version"], 1)
        expect("a finding", said["programs"][0], {"program": str(BUILD / "hello_static"), "findings": [
            {"level": "missed", "check": "static", "what": f"{BUILD}/hello_static cannot be preloaded (statically linked)",
             "remedy": "link it without -static, with a shared BLAS"}]})
        odd = pathlib.Path(folder, 'odd"\n\x1b[31m')
        shutil.copy(BUILD / "hello_static", odd)
        expect("any name", doctor(odd)["programs"][0]["program"], str(odd))
        run = Run([PROGRAM, "doctor", odd], preload=False)
        expect("nothing that a terminal obeys", "\x1b" in run.stdout, False)


if SANITIZED and sys.argv[1] in ("machine", "library", "findings", "python", "agreement"):
    skip("a sanitized library needs its runtime before it")
{"library": library_, "folder": folder_, "json": json_}.get(sys.argv[1], globals().get(sys.argv[1]))()
