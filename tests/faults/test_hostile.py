"""test_hostile.py CASE: files that somebody else made are given to `flopshim report`: it ends soon, with status 2 and a reason,
uses little memory, and nothing of them is obeyed by the terminal."""
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile

from harness import BUILD, LIBRARY, LIBS, PLAIN, PROGRAM, SANITIZED, expect

MEMORY = "" if SANITIZED else "ulimit -v 4194304;"  # KiB of address space, of which a sanitizer takes terabytes
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def report(path, *options, **kept):
    command = f'{MEMORY} exec "$0" report "$@"'
    return subprocess.run(["sh", "-c", command, PROGRAM, *options, str(path)], capture_output=True, timeout=60, check=False, **kept)


def refused(path, *reasons):
    done = report(path)
    text = done.stderr.decode()
    expect(f"{path}: {text}", (done.returncode, done.stdout, text.count("\n")), (2, b"", 1))
    expect(f"{path}: {text}", any(r in text for r in reasons), True)


def ledgers():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        process = subprocess.Popen([BUILD / "grow", "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=PLAIN | {
            "LD_PRELOAD": LIBRARY, "LD_LIBRARY_PATH": f"{LIBS}/blas", "FLOP_LEDGER_DIR": name, "FLOP_QUIET": "1"})
        process.stdout.readline()
        process.kill()
        process.wait()
        [sound] = folder.glob("*.ledger")
        expect("sound", report(sound).returncode, 0)
        data = sound.read_bytes()
        for size in (0, 7, 8, 100, 8191, 8192, 8300):
            (folder / "cut").write_bytes(data[:size])
            refused(folder / "cut", "empty" if not size else "too short", "neither", "cut off", "damaged")
        for size in (100 << 30, 256 << 20, (256 << 20) + 1):
            (folder / "sparse").write_bytes(data[:8192])
            os.truncate(folder / "sparse", size)
            refused(folder / "sparse", "too large", "damaged", "cut off")
            os.truncate(folder / "sparse", 0)
            os.truncate(folder / "sparse", size)
            refused(folder / "sparse", "too large", "neither")
        # A block of as many records as a number can name, right behind the header
        huge = bytearray(data)
        struct.pack_into("<IIII", huge, 8192, 6, 1520, 0xffffffff, 0xffffffff)
        (folder / "huge").write_bytes(huge)
        refused(folder / "huge", "damaged")


def json_files():
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name, "x.json")
        for text, reason in (('{"a":' * 100000, "not valid JSON"), ('{"a":' + "[" * 100000, "not valid JSON"),
                             ("[" * 100000, "neither"),
                             ('{"a": "' + "x" * (64 << 20), "not valid JSON"), ("{" + " " * (64 << 20), "not valid JSON"),
                             ('{"schema_version": 1' + "0" * 1000000 + "}", ""), ('{"schema_version": 1e400}', ""),
                             ('{"schema_version": -1}', ""), ("{}", ""), ("{" + '"a":1,' * 1000000, "not valid JSON")):
            path.write_text(text)
            refused(path, reason)
        path.write_text("{")
        os.truncate(path, 100 << 30)
        refused(path, "too large")


def special():
    with tempfile.TemporaryDirectory() as name:
        os.mkfifo(f"{name}/fifo")
        for path, reasons in ((f"{name}/fifo", ("empty",)), (name, ("is a folder",)), ("/dev/zero", ("neither a file",)),
                              ("/dev/null", ("neither a file",)), ("/proc/self/mem", ("Input/output error",)),
                              ("/proc/kmsg", ("neither", "unavailable", "not permitted", "denied", "empty")),
                              ("/proc/self/maps", ("neither",)), ("/proc/self/environ", ("neither", "empty")),
                              (f"{name}/none", ("No such file",)), ("/dev/stdin/x", ("Not a directory", "No such file"))):
            refused(path, *reasons)
        # A pipe with a writer that takes its time is read to the end
        done = subprocess.run(["bash", "-c", '"$0" report <(sleep 0.5; printf "{")', PROGRAM], capture_output=True, text=True,
                              timeout=60, check=False)
        expect(f"pipe: {done.stderr}", (done.returncode, "not valid JSON" in done.stderr), (2, True))


def on_terminal(*arguments):
    """All that a terminal would get."""
    pid, fd = pty.fork()
    if not pid:
        os.execv(PROGRAM, [PROGRAM, *map(str, arguments)])
    got = b""
    try:
        while more := os.read(fd, 65536):
            got += more
    except OSError:
        pass
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), got.decode().replace("\r\n", "\n")


def escapes():
    evil = "a\x1b]0;b\x07\x1b[2J\x7f\x9b31m\u009d\r\nz"
    with tempfile.TemporaryDirectory() as name:
        path = pathlib.Path(name, "x\x1b[31m.json")
        done = subprocess.run([BUILD / "dots", "7"], env=PLAIN | {
            "LD_PRELOAD": LIBRARY, "LD_LIBRARY_PATH": f"{LIBS}/blas", "FLOP_OUTPUT": f"{name}/in.json",
            "FLOP_QUIET": "1"}, check=False, capture_output=True)
        expect("made", done.returncode, 0)
        summary = json.loads(pathlib.Path(name, "in.json").read_text())
        operation = next(iter(summary["operations"].values()))
        summary["operations"] = {evil: operation}
        summary["by_namespace"] = {evil: {**next(iter(summary["by_namespace"].values())), "operations": {evil: operation}}}
        summary["uncovered"], summary["process"]["program"] = [evil], evil
        summary["process"]["arguments"] = [evil]
        for p in summary["providers"]:
            p.update(path=evil, name=evil, version=evil)
        path.write_text(json.dumps(summary))
        broken = pathlib.Path(name, "broken\x1b[31m.json")
        broken.write_text('{"\x1b[31m\u009b')
        strange = pathlib.Path(name, "strange.json")
        strange.write_text(json.dumps(summary | {"flops_used": evil}))
        for arguments, wanted in (([path], 0), ([path, path], 0), (["-f", "json", path], 0), (["-f", "csv", path], 0),
                                  ([broken], 2), ([strange], 2), ([name + "/\x1b[31m"], 2)):
            status, text = on_terminal("report", *arguments)
            expect(f"{arguments}: status of {text!r}", status, wanted)
            expect(f"{arguments}: {text!r}", CONTROL.findall(text), [])
        done = report(path, "-f", "json")
        expect("JSON in a pipe", (done.returncode, CONTROL.findall(done.stdout.decode())), (0, []))
        # Programs with such names, on stderr of `flopshim run`
        program = pathlib.Path(name, "p\x1b[31m\u009b")
        os.symlink(BUILD / "attack", program)
        os.environ.update(PLAIN | {"LD_LIBRARY_PATH": f"{LIBS}/blas"})
        for how in ("remove-killed", "drop"):
            os.environ["LIBRARIES"] = f"LD_LIBRARY_PATH={LIBS}/blas"
            _, text = on_terminal("run", "-o", f"{name}/out.txt", "--", program, how)
            expect(f"{how}: {text!r}", (CONTROL.findall(text), "flopshim: " in text), ([], True))


{"json": json_files}.get(sys.argv[1], globals().get(sys.argv[1]))()
