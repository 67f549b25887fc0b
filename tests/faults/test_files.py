"""test_files.py one_name|planted|ledger|atomic|helpers|disabled|pid_reuse: the files that are left, and those that are not
(hazards 15, 16, 17, 21, 28, 30)."""
import json
import os
import pathlib
import re
import stat
import struct
import subprocess
import sys
import tempfile

from harness import BUILD, LIBRARY, LIBS, PLAIN, PROGRAM, Run, expect, report, skip

ENV = {"LD_LIBRARY_PATH": f"{LIBS}/blas"}


def start(command, folder, **env):
    return subprocess.Popen(command, env=PLAIN | ENV | {"LD_PRELOAD": LIBRARY, "FLOP_QUIET": "1"} | env, cwd=folder, text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def one_name():
    """200 processes that are all alive, and end together, with one output name: 200 whole files, none of them overwritten."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        programs = [start([BUILD / "grow", "0"], folder, FLOP_OUTPUT="one.json") for _ in range(200)]
        for program in programs:
            expect("called", program.stdout.readline(), "called\n")
        for program in programs:
            program.stdin.close()
        for program in programs:
            expect("status", (program.wait(60), program.stderr.read()), (5, ""))
        files = sorted(folder.iterdir())
        expect("files", (len(files), all(re.fullmatch(r"one(\.\d+)?\.json", f.name) for f in files)), (200, True))
        summaries = [json.loads(f.read_text()) for f in files]
        expect("processes", {s["process"]["pid"] for s in summaries}, {p.pid for p in programs})
        expect("calls", {s["operations"]["ddot"]["calls"] for s in summaries}, {1})


def planted():
    """Links at the summary's name and at that of the temporary file before it: what they point to is not touched."""
    for dangling in (False, True):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            victim = folder / "victim"
            if not dangling:
                victim.write_text("precious")
            program = start([BUILD / "grow", "0"], folder, FLOP_OUTPUT="%p.json")
            program.stdout.readline()
            traps = [f"{program.pid}.json", f".flopshim-{program.pid}-0.tmp"]
            for trap in traps:
                (folder / trap).symlink_to(victim)
            program.stdin.close()
            expect("status", (program.wait(60), program.stderr.read()), (5, ""))
            expect("the links are still there", [os.path.islink(folder / trap) for trap in traps], [True, True])
            expect("victim", victim.read_text() if victim.exists() else None, None if dangling else "precious")
            summary = json.loads((folder / f"{program.pid}.1.json").read_text())
            expect("summary", summary["operations"]["ddot"]["calls"], 1)


def ledger():
    """The ledger: nobody else's to read or write, new, with a name that cannot be guessed; one that was put in its place is not
    grown, nor removed at the end."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        os.umask(0)
        trace = folder / "trace"
        run = Run(["strace", "-qq", "-E", f"LD_PRELOAD={LIBRARY}", "-e", "trace=openat", "-o", trace, BUILD / "grow", "3000"],
                  ENV | {"FLOP_LEDGER_DIR": name, "LD_PRELOAD": ""}, input="")
        expect(f"strace: {run.stderr}", run.returncode, 5)
        opens = [line for line in trace.read_text().splitlines() if ".ledger" in line]
        expect("opened at start and to grow", len(opens) >= 2, True)
        expect("how", [f in opens[0] for f in ("O_CREAT", "O_EXCL", "O_NOFOLLOW", "O_CLOEXEC", "0600")], [True] * 5)
        for again in opens[1:]:
            expect("how it is opened again", [f in again for f in ("O_NOFOLLOW", "O_CLOEXEC", "O_CREAT")], [True, True, False])
        trace.unlink()
        for how in ("link", "file"):
            program = start([BUILD / "grow", "3000"], folder, FLOP_LEDGER_DIR=name, FLOP_OUTPUT="none")
            program.stdout.readline()
            [real] = folder.glob("*.ledger")
            expect("mode", stat.S_IMODE(real.stat().st_mode), 0o600)
            expect("64 random bits", re.fullmatch(r"flopshim\.\d+\.[0-9a-f]{16}\.ledger", real.name) is not None, True)
            (folder / "victim").write_text("precious")
            real.unlink()
            real.symlink_to(folder / "victim") if how == "link" else (folder / "victim").rename(real)
            program.stdin.close()
            expect(how, (program.wait(60), "no more room for the ledger" in program.stderr.read()), (5, True))
            expect(f"{how}: untouched", real.read_text(), "precious")
            real.unlink()


def atomic():
    """Killed before any step of writing it: the summary's name holds a whole summary or nothing, and the ledger is there as
    long as the summary is not."""
    seen = {}
    # A step's first call with that text in it
    for step, text in {"openat": ".tmp", "write": '"{', "renameat2": "", "unlink": "", "exit_group": ""}.items():
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "ledgers").mkdir()
            lines = [line for line in calls_of(folder) if line.startswith(step + "(")]
            when = next(i for i, line in enumerate(lines, 1) if text in line)
            done = traced(folder, "/dev/null", "-e", f"inject={step}:signal=SIGKILL:when={when}")
            expect(f"{step}: killed ({done.stderr})", done.returncode, -9)
            ledgers, whole = list((folder / "ledgers").iterdir()), (folder / "s.json").exists()
            if whole:
                expect(f"{step}: whole", json.loads((folder / "s.json").read_text())["operations"]["ddot"]["calls"], 1)
            for path in ledgers:
                expect(f"{step}: ledger", report(path)["operations"]["ddot"]["calls"], 1)
            seen[step] = (whole, bool(ledgers))
    expect("summary there, ledger there", seen,
           {step: (False, True) for step in ("openat", "write", "renameat2")} |
           {"unlink": (True, True), "exit_group": (True, False)})


def traced(folder, trace, *options):
    env = {"FLOP_LEDGER_DIR": f"{folder}/ledgers", "FLOP_OUTPUT": f"{folder}/s.json", "FLOP_QUIET": "1"}
    return subprocess.run(["strace", "-qq", "-E", f"LD_PRELOAD={LIBRARY}", "-o", trace, *options, BUILD / "dots", "7"],
                          env=PLAIN | ENV | env, capture_output=True, text=True, check=False)


def calls_of(folder):
    """The system calls of a whole run, in order."""
    done = traced(folder, folder / "trace")
    expect(f"strace: {done.stderr}", done.returncode, 0)
    (folder / "s.json").unlink()
    return (folder / "trace").read_text().splitlines()


def of_ours(line):
    """Does this system call name a ledger, or a file named as flopshim names its own? Folders may be called as they like, and
    a process that has started others looks through that of the ledgers for what they left."""
    if "O_DIRECTORY" in line and "O_RDONLY" in line:
        return False
    names = {os.path.basename(path) for path in re.findall(r'"([^"]*)"', line)} - {os.path.basename(LIBRARY)}
    return any("ledger" in name or "flopshim" in name for name in names)


def helpers():
    """Programs without a call leave no file and make no ledger, whoever starts them, with a budget or without."""
    script = "true; echo $(cat /proc/self/comm | tr a-z A-Z) | grep -c CAT; ls / >/dev/null; /bin/true & wait; (exec /bin/true)"
    python = ["/usr/bin/python3", "-c", "import subprocess; subprocess.run('true')"]
    for budget in ({}, {"FLOP_BUDGET": "1e9"}):
        for command in (["/bin/true"], ["/bin/sh", "-c", script], python):
            with tempfile.TemporaryDirectory() as folder:
                os.mkdir(f"{folder}/ledgers")
                env = PLAIN | budget | {"FLOP_LEDGER_DIR": f"{folder}/ledgers"}
                strace = ["strace", "-f", "-qq", "-E", f"LD_PRELOAD={LIBRARY}", "-e", "trace=file", "-o", f"{folder}/trace"]
                done = subprocess.run([*strace, *command], env=env, cwd=folder, capture_output=True, text=True, check=False)
                expect(f"{command}: {done.stderr}", (done.returncode, done.stderr), (0, ""))
                expect(f"{command}: files", sorted(os.listdir(folder)) + os.listdir(f"{folder}/ledgers"), ["ledgers", "trace"])
                touched = [line for line in pathlib.Path(folder, "trace").read_text().splitlines()
                           if of_ours(line) or "O_CREAT" in line and "/dev/null" not in line]
                expect(f"{command}: no ledger, no file, not even for a moment", touched, [])
    with tempfile.TemporaryDirectory() as folder:
        run = Run(["/bin/sh", "-c", f"true; {BUILD}/dots 7; true"], ENV, cwd=folder)
        expect("one of three", (run.returncode, run.stdout, run.costs()), (0, "ran\n", {"ddot": (1, 14)}))


def disabled():
    """FLOP_DISABLE=1: the files opened are those that the program opens without the preload, and the library."""
    def opened(**env):
        with tempfile.TemporaryDirectory() as folder:
            settings = [f"-E{name}={value}" for name, value in env.items()]
            done = subprocess.run(["strace", "-qq", *settings, "-o", f"{folder}/trace", BUILD / "dots", "7"],
                                  env=PLAIN | ENV, cwd=folder, capture_output=True, text=True, check=False)
            expect(f"{env}", (done.returncode, done.stdout, done.stderr, os.listdir(folder)), (0, "ran\n", "", ["trace"]))
            return re.findall(r'^open\w*\((?:AT_FDCWD, )?"(.*?)"', pathlib.Path(folder, "trace").read_text(), re.M)
    with_it = opened(LD_PRELOAD=LIBRARY, FLOP_DISABLE="1", FLOP_BUDGET="1")
    expect("opened", with_it, [LIBRARY] + opened())


def with_pid(ledger, pid):
    """The ledger with another pid in its first process record, sealed anew (shim/ledger.h, shim/ledger_seal.h)."""
    record, seal, state, state_seal = 8192 + 64, 1520, 1528, 1632

    def seal_of(start, data):
        for (word,) in struct.iter_unpack("<Q", data):
            start = (start ^ word) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
            start ^= start >> 32
        return start
    data = bytearray(ledger)
    at = memoryview(data)[record:]
    kept = seal_of(6, at[:seal]), struct.unpack_from("<Q", at, seal)[0]
    expect("the seal is understood", *kept)
    struct.pack_into("<I", at, 0, pid)
    struct.pack_into("<Q", at, seal, seal_of(6, at[:seal]))
    struct.pack_into("<Q", at, state_seal, seal_of(struct.unpack_from("<Q", at, seal)[0], at[state:state_seal]))
    return bytes(data)


# Ways to run a command in a pid namespace of its own: --mount-proc needs a root folder that is a mount, which a chroot's is not
NAMESPACE = ["unshare", "--pid", "--fork", "--mount", "--propagation", "unchanged"]
OWN_PROC = ["sh", "-c", 'mount --make-private /proc && mount -t proc proc /proc && exec "$@"', "sh"]
WAYS = [[*NAMESPACE, *OWN_PROC], [*NAMESPACE, "--user", "--map-root-user", *OWN_PROC],
        ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"]]


def namespace():
    """The first of the ways that works here, for a shell's command."""
    said = ""
    for way in WAYS:
        done = subprocess.run([*way, "true"], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return [*way, "sh", "-c"]
        said += done.stderr
    skip(f"no pid namespace can be made here, by root nor in a user namespace: {said.strip()}")


def pid_reuse():
    """Two processes with one pid, each 2 of a pid namespace of its own, the first killed: its ledger is neither joined, nor
    overwritten, nor removed. A ledger whose pid is another process's by now is not taken for a live one."""
    in_namespace = namespace()
    with tempfile.TemporaryDirectory() as folder:
        env = ENV | {"FLOP_LEDGER_DIR": folder}
        seen = "until ls $FLOP_LEDGER_DIR | grep -q ledger; do sleep 0.02; done; sleep 0.2"
        env["LD_PRELOAD"] = ""  # a shell with it would write the summary that its child left
        preload = f"LD_PRELOAD='{LIBRARY}' {BUILD}"
        Run([*in_namespace, f"{preload}/acknowledge /dev/shm/$$.seen & {seen}; kill -9 $!; rm /dev/shm/$$.seen"], env)
        [stale] = pathlib.Path(folder).iterdir()
        before, pid = stale.read_bytes(), report(stale)["process"]["pid"]
        run = Run([*in_namespace, f"{preload}/dots 7 & wait"], env)
        expect("the same pid", run.summary["process"]["pid"], pid)
        expect("its own calls only", (run.costs(), run.summary["complete"], run.stderr), ({"ddot": (1, 14)}, True, ""))
        expect("the stale one", (list(pathlib.Path(folder).iterdir()), stale.read_bytes()), ([stale], before))
        # The number is now some live process's: this one's
        stale.write_bytes(with_pid(before, os.getpid()))
        text = subprocess.run([PROGRAM, "report", stale], capture_output=True, text=True, check=True).stdout
        expect("not taken for this process", (report(stale)["process"]["pid"], "still running" in text), (os.getpid(), False))


globals()[sys.argv[1]]()
