"""A program that counts when it is told to, for tests that look at it meanwhile. A call of its is 2,000 FLOPs."""
import contextlib
import subprocess

from harness import BUILD, LIBRARY, LIBS, PLAIN, PROGRAM, expect

ENV = {**PLAIN, "LD_LIBRARY_PATH": f"{LIBS}/blas", "FLOP_QUIET": "1"}
PATIENCE_S = 30


class Counted:
    """on_demand under the preload, or under `flopshim run`."""

    def __init__(self, folder, *run, **settings):
        env = {**ENV, "FLOP_OUTPUT": "none", "FLOP_LEDGER_DIR": str(folder), **settings}
        command = [PROGRAM, "run", "-q", *run, "--"] if run else []
        if not run:
            env["LD_PRELOAD"] = LIBRARY
        self.process = subprocess.Popen([*command, str(BUILD / "on_demand")], env=env, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.end()

    def count(self, calls, name=""):
        self.process.stdin.write(f"{calls} {name}\n")
        self.process.stdin.flush()
        expect("answer", self.process.stdout.readline(), "done\n")

    def end(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait(PATIENCE_S)
        self.process.stdout.close()
