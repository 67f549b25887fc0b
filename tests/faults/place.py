"""A folder for one test of what is left at an end, with a folder for ledgers in it."""
import contextlib
import json
import pathlib
import signal
import struct
import subprocess
import tempfile
import time

from harness import BUILD, LIBRARY, LIBS, PLAIN, expect

BLAS = {"LD_LIBRARY_PATH": f"{LIBS}/blas"}
PYTHON = "/usr/bin/python3"


class Place:
    """A folder with one for ledgers in it."""

    def __init__(self, name):
        self.folder = pathlib.Path(name)
        self.ledgers = self.folder / "ledgers"
        self.ledgers.mkdir(exist_ok=True)

    def env(self, **env):
        return PLAIN | BLAS | {"LD_PRELOAD": LIBRARY, "FLOP_LEDGER_DIR": str(self.ledgers), "FLOP_OUTPUT": "%p.json"} | env

    def start(self, *command, **env):
        return subprocess.Popen([str(c) for c in command], cwd=self.folder, env=self.env(**env), text=True, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *command, status=0, **env):
        program = self.start(*command, **env)
        _, err = program.communicate(timeout=120)
        expect(f"{command}: {err}", program.returncode, status)
        return err.splitlines()

    def sweeper(self, **env):
        """The lines of a process that counts, other than on its own summary."""
        program = self.start(BUILD / "dots", "7", **{"FLOP_OUTPUT": "/dev/null"} | env)
        _, err = program.communicate(timeout=120)
        expect(f"sweeper: {err}", program.returncode, 0)
        return [line for line in err.splitlines() if f"(pid {program.pid})" not in line]

    def kill(self, number=signal.SIGKILL, seen="seen", **env):
        """A process of no preloaded parent is killed and waited for: its pid, and how many calls had returned."""
        (self.folder / seen).unlink(missing_ok=True)
        program = self.start(BUILD / "acknowledge", seen, **env)
        returned(self.folder / seen)
        program.send_signal(number)
        program.wait()
        program.communicate()
        return program.pid, returned(self.folder / seen)

    def left(self):
        return sorted(p.name for p in self.ledgers.iterdir())

    def summaries(self):
        return {p.name: json.loads(p.read_text()) for p in self.folder.glob("*.json")}


def returned(path):
    while True:
        with contextlib.suppress(FileNotFoundError, struct.error):
            (calls,) = struct.unpack("<Q", path.read_bytes())
            if calls:
                return calls
        time.sleep(0.002)


@contextlib.contextmanager
def place():
    with tempfile.TemporaryDirectory() as name:
        yield Place(name)


def check_calls(what, summary, calls):
    """A call that had not returned may have been counted."""
    got = summary["operations"]["ddot"]["calls"]
    expect(f"{what}: {got} calls, {calls} returned", got in (calls, calls + 1), True)
