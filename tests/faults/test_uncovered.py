"""What the shim cannot see is named in the summary, or refused before: calls that pass it by, BLAS linked statically, programs
that the loader does not preload into."""
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

from harness import BUILD, LIBRARY, LIBS, PLAIN, PROGRAM, Run, check_balance, expect, same_with_and_without, skip

REFERENCE = {"LD_LIBRARY_PATH": f"{LIBS}/blas"}
BLAS = f"{LIBS}/blas/libblas.so.3"


def started(file, why):
    return f"started {file} without the preload ({why})"


def pointers():
    """8 FLOPs are the program's own ddot, 8 more the plugin's where it is seen."""
    plugin, program = BUILD / "plugin.so", BUILD / "uncovered"
    past = [f"{plugin} calls ddot_ of {BLAS} directly (RTLD_DEEPBIND?)"]
    for way, flops, uncovered in (("local", 16, []), ("deepbind", 8, past), ("lazy-deepbind", 8, past)):
        run = same_with_and_without([program, way, plugin], REFERENCE)
        expect(f"{way}: status", run.returncode, 0)
        expect(f"{way}: used", run.summary["flops_used"], flops)
        expect(f"{way}: uncovered", run.summary["uncovered"], uncovered)
    # A BLAS preloaded before the shim gets every call: with a budget, that is said although nothing was counted
    run = Run([program, "nothing", plugin], REFERENCE | {"LD_PRELOAD": f"{BLAS}:{LIBRARY}", "FLOP_BUDGET": "100"})
    expect("order: used", (run.summary["flops_used"], run.summary["flops_remaining"]), (0, 100))
    expect("order: uncovered", run.summary["uncovered"],
           [f"{program} calls ddot_ of {BLAS} directly (loaded before the preload)"])


def one_inside(run, path, what):
    """Which function of a library is found first is its own affair."""
    [line] = run.summary["uncovered"]
    expect(line, line.startswith(f"{path} has a BLAS inside ({what}") and line.endswith(", statically linked)"), True)
    return line


def inside():
    """The program's own calls are never seen; the plugin's, through the shared library, are."""
    for library, what in (("blas", "ddot_"), ("openblas-pthread", ""), ("stripped", "OpenBLAS")):
        program = BUILD / f"uncovered_{library}"
        run = same_with_and_without([program, "local", BUILD / "plugin.so"], REFERENCE)
        expect(f"{library}: used", run.summary["flops_used"], 8)
        line = one_inside(run, program, what)
        run = Run([program], {"FLOP_BUDGET": "100"})
        check_balance(run.summary)
        expect(f"{library}: with a budget", (run.summary["flops_used"], run.summary["uncovered"]), (0, [line]))
        expect(f"{library}: without", Run([program]).summaries, [])
    plugin = BUILD / "plugin_static.so"
    run = same_with_and_without([BUILD / "uncovered", "local", plugin], REFERENCE)
    expect("plugin: used", run.summary["flops_used"], 8)
    one_inside(run, plugin, "")
    run = same_with_and_without([BUILD / "uncovered", "local", BUILD / "wrapper.so"], REFERENCE)
    expect("names that hand on", (run.summary["flops_used"], run.summary["uncovered"]), (16, []))
    expect("nothing inside", Run([BUILD / "uncovered"], REFERENCE | {"FLOP_BUDGET": "100"}).summary["uncovered"], [])


def starts():
    environment, true = "its environment lacks LD_PRELOAD", "/bin/true"
    for way in ("exec", "fork", "vfork", "spawn", "spawnp", "fexecve", "execveat", "vforks", "system", "popen"):
        run = same_with_and_without([BUILD / "uncovered", way, true], REFERENCE)
        file = {"system": "/bin/sh", "popen": "/bin/sh", "fexecve": os.path.realpath(true)}.get(way, true)
        expect(f"{way}: uncovered", [s["uncovered"] for s in run.summaries], [[started(file, environment)]])
    # A fork child whose notes are its parent's has no summary of its own to write
    run = Run([BUILD / "uncovered", "fork", true], REFERENCE | {"FLOP_BUDGET": "100"})
    expect("fork, with a budget", (run.summary["flops_used"], run.summary["uncovered"]), (8, [started(true, environment)]))
    for way in ("exec", "vfork", "spawn"):
        expect("not there", Run([BUILD / "uncovered", way, "/no/such"], REFERENCE).summary["uncovered"], [])
    for kind, why in (("static", "statically linked"), ("static-pie", "statically linked"), ("musl", "linked with musl")):
        run = same_with_and_without([BUILD / "uncovered", "spawn", BUILD / f"hello_{kind}"], REFERENCE)
        expect(f"{kind}: ", (run.stdout, run.summary["uncovered"]), ("hello\n", [started(BUILD / f"hello_{kind}", why)]))
    # Python's own ways, with the preload kept and not
    code = """
import ctypes.util, numpy, os, subprocess, sys
numpy.ones((3, 3)) @ numpy.ones((3, 3))
subprocess.run(["/bin/true"]); os.system("true"); ctypes.util.find_library("c"); os.spawnv(os.P_WAIT, "/bin/true", ["true"])
subprocess.run(["env", "-u", "HOME", "true"], preexec_fn=lambda: None)
if len(sys.argv) > 1:
    subprocess.run([sys.argv[1]])
    subprocess.run(["/bin/true"], env={})
    subprocess.run(["/bin/false"], env={}, preexec_fn=lambda: None)
"""
    expect("Python", same_with_and_without(["/usr/bin/python3", "-c", code]).summary["uncovered"], [])
    musl = BUILD / "hello_musl"
    expect("Python, clean", same_with_and_without(["/usr/bin/python3", "-c", code, musl]).summary["uncovered"],
           [started(musl, "linked with musl"), started("/bin/true", environment), started("/bin/false", environment)])
    # env counts nothing, but hands a budget on to nobody: that is worth a summary
    command = ["env", "-i", f"LD_LIBRARY_PATH={LIBS}/blas", BUILD / "uncovered"]
    run = Run(command, {"FLOP_BUDGET": "100"})
    expect("env -i", (run.summary["process"]["program"], run.summary["flops_used"], run.summary["uncovered"]),
           ("env", 0, [started(BUILD / "uncovered", environment)]))
    run = Run(["sh", "-c", "/bin/true; " + " ".join(map(str, command)) + "; exec /bin/true"], {"FLOP_BUDGET": "100"})
    expect("sh, env -i", [s["process"]["program"] for s in run.summaries], ["env"])
    expect("without a budget", Run(command).summaries, [])


def suffixed():
    """ddot_acme of a private build is named; dcopy_to_disk, which is none, is not."""
    program = BUILD / "uncovered_suffixed"
    run = same_with_and_without([program])
    expect("used", (run.stdout, run.summary["flops_used"]), ("1\n4\n", 8))
    expect("named", run.summary["uncovered"],
           [f"{program} calls ddot_acme of {BUILD}/libsuffixed_blas.so: names with a suffix are not counted"])
    expect("by chance", same_with_and_without([BUILD / "uncovered_plain"]).summary["uncovered"], [])


def nameless():
    """A library that has an undefined symbol without a name, as damaged and hand-made ones have: the end goes through its names."""
    with tempfile.TemporaryDirectory() as folder:
        library = pathlib.Path(folder, "nameless.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, "-x", "c", "-"], input="int f(void) { return 1; }", text=True,
                       check=True)
        file = bytearray(library.read_bytes())
        headers, count = struct.unpack_from("<Q", file, 40)[0], struct.unpack_from("<H", file, 60)[0]
        sections = [struct.unpack_from("<IIQQQQIIQQ", file, headers + 64 * i) for i in range(count)]
        symbols = next(s for s in sections if s[1] == 11)  # SHT_DYNSYM
        names = sections[symbols[6]][4]
        for at in range(symbols[4], symbols[4] + symbols[5], 24):
            name = names + struct.unpack_from("<I", file, at)[0]
            if file[name:file.index(0, name)] == b"__gmon_start__":
                struct.pack_into("<I", file, at, 0)
        library.write_bytes(file)
        code = f"import ctypes, numpy; ctypes.CDLL({str(library)!r}); numpy.ones(3) @ numpy.ones(3); print('end')"
        run = same_with_and_without(["/usr/bin/python3", "-c", code])
        expect("nameless", (run.returncode, run.stdout, run.summary["uncovered"]), (0, "end\n", []))


OPENED = """
import ctypes, numpy, os, sys
ctypes.CDLL(sys.argv[1])
for child in range(2):
    if os.fork() == 0:
        numpy.ones((3, 3)) @ numpy.ones((3, 3))
        os.write(1, b"ends")
        os._exit(0)
    os.wait()
numpy.ones((3, 3)) @ numpy.ones((3, 3))
os.write(1, b"ends")
"""


def opened():
    """The end of a first fork child opens the files that may have a BLAS inside, each once, those of its brother and of its parent
    none. Python's own modules are opened by none of them."""
    with tempfile.TemporaryDirectory() as folder:
        plugin, trace = BUILD / "wrapper.so", pathlib.Path(folder, "trace")
        strace = ["strace", "-f", "-qq", "-E", f"LD_PRELOAD={LIBRARY}", "-e", "trace=openat,write", "-o", trace]
        run = Run([*strace, "/usr/bin/python3", "-c", OPENED, plugin], REFERENCE | {"LD_PRELOAD": "", "OPENBLAS_NUM_THREADS": "1"})
        expect(f"status {run.stderr}", (run.returncode, run.stdout), (0, "ends" * 3))
        ends = trace.read_text(encoding="utf-8").split('"ends"')[1:]
    expect("looked at", [end.count(f'"{plugin}", O_RDONLY') for end in ends], [1, 0, 0])
    expect("NumPy", [end.count("_multiarray_umath.") for end in ends], [1, 0, 0])
    expect("Python", [end.count("/lib-dynload/") for end in ends], [0, 0, 0])


UNOPENED = """
import numpy, os, subprocess, sys
numpy.ones((3, 3)) @ numpy.ones((3, 3))
how, root, library = sys.argv[1:]
if how == "environment":
    subprocess.run(["/bin/true"], env={"LD_PRELOAD": "/nowhere/libflopshim.so"}, stderr=subprocess.DEVNULL)
    also = "/nowhere/libflopshim.so " + os.environ["LD_PRELOAD"]
    subprocess.run(["/bin/true"], env={"LD_PRELOAD": also}, stderr=subprocess.DEVNULL)
    sys.exit()
child = os.fork()
if child == 0:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    if how == "root":
        os.chroot(root)
        os.chdir("/")
    else:
        os.setuid(65534)
    os.execve("/bin/true", ["true"], {"LD_PRELOAD": library})
assert os.waitpid(child, 0)[1] == 0
"""


def unopened():
    """The library is not where the child would load it from: by its environment, in another root, for another user."""
    if os.getuid():
        skip("only root can change its root and its user")
    why = "it cannot open the library of its LD_PRELOAD"
    with tempfile.TemporaryDirectory() as folder:
        root, library = pathlib.Path(folder, "root"), pathlib.Path(folder, "own", "libflopshim.so")
        library.parent.mkdir(mode=0o700)
        shutil.copy(LIBRARY, library)
        os.chmod(folder, 0o755)
        for file in ("/bin/true", f"{LIBS}/libc.so.6", "/lib64/ld-linux-x86-64.so.2"):
            (root / file[1:]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, root / file[1:])
        for how in ("environment", "root", "user"):
            run = Run(["/usr/bin/python3", "-c", UNOPENED, how, root, library])
            expect(f"{how}: {run.stderr}", run.returncode, 0)
            expect(how, [s["uncovered"] for s in run.summaries], [[started("/bin/true", why)]])


def privileged():
    """A set-user-ID program of another user; file capabilities, for a user who is not root."""
    if os.getuid():
        skip("only root can give a file to another user")
    why = "set-user-ID, set-group-ID or with file capabilities"
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        for name, mode, owner, group in (("user", 0o4755, 65534, 0), ("group", 0o2755, 0, 65534), ("mine", 0o6755, 0, 0),
                                         ("capable", 0o755, 0, 0)):
            shutil.copy("/bin/true", f"{folder}/{name}")
            os.chown(f"{folder}/{name}", owner, group)
            os.chmod(f"{folder}/{name}", mode)
            # posix_spawnp keeps to the given environment, which is clean: the stronger reason is named
            run = Run([BUILD / "uncovered", "spawnp", f"{folder}/{name}"], REFERENCE)
            expected = why if name in ("user", "group") else "its environment lacks LD_PRELOAD"
            expect(name, run.summary["uncovered"], [started(f"{folder}/{name}", expected)])
        for file in (LIBRARY, BUILD / "uncovered"):
            shutil.copy(file, folder)
        subprocess.run(["/sbin/setcap", "cap_net_raw+ep", f"{folder}/capable"], check=True)
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", f"LD_PRELOAD={folder}/libflopshim.so",
                   f"{folder}/uncovered", "spawn", f"{folder}/capable"]
        run = Run(command, REFERENCE | {"LD_PRELOAD": "", "FLOP_OUTPUT": "stderr"}, cwd="/")
        expect(f"capabilities: {run.stderr}", started(f"{folder}/capable", why) in run.stderr, True)
        refused(f"{folder}/user", why, [])


def flopshim_run(budget, command, env=PLAIN):
    done = subprocess.run([PROGRAM, "run", "--output", "none", "--quiet", *budget, "--", str(command)], env=env,
                          capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def refused(file, why, status_and_output):
    """flopshim run: one line and the program's own status; with a budget, 125."""
    for budget in ((), ("--budget", "1M")):
        status, stdout, stderr = flopshim_run(budget, file)
        line = f"{file} cannot be preloaded ({why})"
        if budget:
            expect(f"{file}: refused", (status, stdout, stderr),
                   (125, "", f"flopshim run: {line}: a budget cannot be enforced, so it is not run\n"))
        else:
            expect(f"{file}: warned", stderr.splitlines()[:1],
                   [f"flopshim run: warning: {line}: none of its calls will be counted"])
            if status_and_output:
                expect(f"{file}: runs", (status, stdout), status_and_output)


def run():
    with tempfile.TemporaryDirectory() as folder:
        for kind, why in (("static", "statically linked"), ("static-pie", "statically linked"), ("musl", "linked with musl")):
            refused(BUILD / f"hello_{kind}", why, (0, "hello\n"))
            script = pathlib.Path(folder) / f"{kind} script"
            link = pathlib.Path(folder) / kind
            link.symlink_to(BUILD / f"hello_{kind}")
            script.write_text(f"#!{link} x\n")
            script.chmod(0o755)
            refused(script, why, (0, "hello\n"))
        # A program for another processor: its header says so
        other = pathlib.Path(folder) / "aarch64"
        program = bytearray(pathlib.Path("/bin/true").read_bytes())
        program[18] = 183
        other.write_bytes(program)
        other.chmod(0o755)
        refused(other, "not an x86-64 program", None)
    for budget, status, consequence in (((), 0, "calls of it will not be counted"),
                                        (("--budget", "1M"), 125, "a budget cannot be enforced, so it is not run")):
        got = flopshim_run(budget, "uncovered_blas", PLAIN | {"PATH": f"{BUILD}:{PLAIN['PATH']}"})
        line = f"{BUILD}/uncovered_blas has a BLAS inside (ddot_, statically linked): {consequence}\n"
        expect("static BLAS", got, (status, "", f"flopshim run: {'' if budget else 'warning: '}{line}"))
    expect("nothing to say", flopshim_run(("--budget", "1M"), "/bin/true"), (0, "", ""))
    for budget in ((), ("--budget", "1M")):
        status, _, stderr = flopshim_run(budget, "/bin/true", PLAIN | {"FLOPSHIM_LIBRARY": "/etc/passwd"})
        expect("no library", (status, stderr),
               (125, "flopshim: FLOPSHIM_LIBRARY=/etc/passwd: expected the path of libflopshim.so: Exec format error\n"))


globals()[sys.argv[1]]()
