"""The environment that every test, and every program of a test, is started in, whatever the caller's is.

usage: clean.py [NAME=VALUE]... PROGRAM [ARGUMENT]...

Runs one test as ctest does (a script ending in .py by Debian's Python). FLOPSHIM_LIBRARY, FLOPSHIM_PROGRAM and FLOPSHIM_BUILD
say what is tested; without them that is what lies in build/. The test gets folders of its own for temporary files, for its home
and for ledgers; what it leaves in them makes it fail, and is removed."""
import contextlib
import hashlib
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PYTHON = "/usr/bin/python3"
# scripts/test.sh looks for folders of this name afterwards: of this checkout, for others may be testing too
PREFIX = f"flopshim-test.{hashlib.sha1(str(ROOT).encode()).hexdigest()[:8]}."
FIXED = {
    "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",  # Debian's programs, not those that a developer put before them
    "LANG": "C.UTF-8",                        # messages in English, names of files in UTF-8
    "OPENBLAS_NUM_THREADS": "2",              # the last bits of OpenBLAS's results depend on how many threads there are
    "PYTHONDONTWRITEBYTECODE": "1",           # nothing is written beside the sources
}
# What is taken over from the caller where it is set: some processors get wrong results from OpenBLAS without them
PASSED = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def environment(given, folder, ledgers):
    """All of it: nothing else of the caller's arrives."""
    build = ROOT / "build"
    tested = {"FLOPSHIM_LIBRARY": f"{build}/libflopshim.so", "FLOPSHIM_PROGRAM": f"{build}/flopshim",
              "FLOPSHIM_BUILD": f"{build}/tests"}
    passed = {name: os.environ[name] for name in PASSED if name in os.environ}
    own = {"HOME": f"{folder}/home", "TMPDIR": f"{folder}/tmp", "FLOP_LEDGER_DIR": ledgers, "PYTHONPATH": str(ROOT / "tests")}
    return FIXED | passed | own | tested | given


def clean_process():
    """The rest of what a process hands on: signals that are ignored or blocked, the umask, core files."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGINT}:
        with contextlib.suppress(OSError, ValueError):  # the C library's own
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.umask(0o022)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def run(given, command):
    """The test's status; 1 where it passed but left something."""
    shm = "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp"
    folder, ledgers = tempfile.mkdtemp(prefix=PREFIX, dir="/tmp"), tempfile.mkdtemp(prefix=PREFIX, dir=shm)
    os.chmod(folder, 0o755)  # tests that become another user find what they copied there
    for name in ("home", "tmp"):
        os.mkdir(f"{folder}/{name}")
    try:
        status = subprocess.run(command, env=environment(given, folder, ledgers), cwd=f"{folder}/tmp", stdin=subprocess.DEVNULL,
                                check=False).returncode
        left = [f"{place}/{name}" for place in (f"{folder}/tmp", ledgers) for name in sorted(os.listdir(place))]
    finally:
        for place in (folder, ledgers):
            shutil.rmtree(place, ignore_errors=True)
    if left and status == 0:
        print(f"FAILED: left behind: {' '.join(left)}")
        return 1
    return status if status >= 0 else 128 - status


def main(words):
    given = {}
    while words and "=" in words[0].partition("/")[0]:
        name, _, given[name] = words.pop(0).partition("=")
    if not words:
        sys.exit(__doc__)
    command = [os.path.abspath(words[0]), *words[1:]]
    clean_process()
    return run(given, [PYTHON, *command] if words[0].endswith(".py") else command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
