"""test_job_control.py shell|alone|watched: a program that stops and goes on under `flopshim run` is to the shell what it is under
env, which is replaced by it: the same words, at the same places."""
import contextlib
import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

from harness import BUILD, LIBS, PLAIN, PROGRAM, expect

ENV = PLAIN | {"LD_LIBRARY_PATH": f"{LIBS}/blas", "FLOP_QUIET": "1", "FLOP_OUTPUT": "none", "TERM": "dumb", "PS1": "@@ ",
               "S": f"{BUILD}/stops"}
RUNNERS = {"env": "env", "flopshim run": f"{PROGRAM} run --"}
PATIENCE_S = 20


def state(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]


class Shell:
    """An interactive bash on a terminal of its own."""

    def __init__(self, runner, folder):
        self.seen, self.at = "", 0
        self.pid_file = pathlib.Path(folder) / "pid"
        self.pid, self.terminal = pty.fork()
        if not self.pid:
            os.execve("/bin/bash", ["bash", "--norc", "--noprofile", "--noediting", "-i"],
                      ENV | {"P": runner, "PID_FILE": str(self.pid_file)})
        self.wait("@@ ")
        self.type("stty -echo; set -o posix")  # which says what stopped a job
        self.wait("@@ ")

    def type(self, text, end="\n"):
        os.write(self.terminal, (text + end).encode())

    def wait(self, text):
        """Until the text has been written, behind what was waited for before."""
        until = time.monotonic() + PATIENCE_S
        while text not in self.seen[self.at:]:
            ready = select.select([self.terminal], [], [], max(0, until - time.monotonic()))[0]
            expect(f"{text!r} comes; so far {self.seen!r}", bool(ready), True)
            with contextlib.suppress(OSError):
                self.seen += os.read(self.terminal, 4096).decode().replace("\r", "")
        self.at = self.seen.index(text, self.at) + len(text)

    def command(self, text):
        self.type(text)
        self.wait("@@ ")

    def wait_for_job(self, wanted):
        """Ask for jobs until the only one is in this state. What it was before is forgotten: how long it was so is chance, and one
        asking can tell of two states, where it changes before the prompt. Nor does bash hear of each stop (of some 800 jobs of env
        under load it missed one for ever) before another child of its ends."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            start = self.at
            self.command("(:); jobs")
            told = self.seen[start:]
            told = "".join(line for line in told.splitlines(keepends=True) if "[1]" not in line or wanted in line)
            self.seen = self.seen[:start] + told
            self.at = len(self.seen)
            if wanted in told:
                return
            time.sleep(0.05)
        expect(f"the job becomes {wanted}; so far {self.seen!r}", False, True)

    def wait_for_foreground(self):
        """Until the program, and the first process of the job, wait for what the terminal sends."""
        until = time.monotonic() + PATIENCE_S
        while (job := os.tcgetpgrp(self.terminal)) == self.pid or {state(job), state(self.program())} != {"S"}:
            expect(f"in the foreground; so far {self.seen!r}", time.monotonic() < until, True)
            time.sleep(0.01)

    def program(self):
        """Its pid, once it is there."""
        until = time.monotonic() + PATIENCE_S
        while not self.pid_file.exists() and time.monotonic() < until:
            time.sleep(0.01)
        return int(self.pid_file.read_text())

    def end(self):
        """The lines that were seen, in the order of the alphabet: who writes first of a shell and its job behind is chance.
        So is how often bash tells of a job; that one was killed it says in other words for env (the status is compared)."""
        self.type("exit")
        with contextlib.suppress(OSError):
            while os.read(self.terminal, 4096):
                pass
        os.waitpid(self.pid, 0)
        os.close(self.terminal)
        seen = re.sub(r"\[1\] \d+\n", "[1] PID\n", self.seen.replace("@@", "\n"))
        lines = [line.strip() for line in seen.split("\n") if line.strip()]
        jobs = {line for line in lines if line.startswith("[1]") and not re.search("Terminated|Exit 143", line)}
        return sorted(jobs) + sorted(line for line in lines if not line.startswith("[1]"))


def finish(shell):
    """The stopped job reads a line in the foreground."""
    shell.command("jobs")
    shell.type("fg")
    shell.wait("$P $S")
    shell.type("hello")
    shell.wait("got hello")
    shell.wait("@@ ")
    shell.command("echo status $?")


def from_terminal(shell):
    """^Z, twice."""
    shell.type("$P $S read")
    shell.wait("ready")
    shell.type("\x1a", end="")
    shell.wait("@@ ")
    shell.command("jobs")
    shell.type("fg")
    shell.wait("$P $S")
    shell.wait_for_foreground()
    shell.type("\x1a", end="")
    shell.wait("@@ ")
    finish(shell)


def caught(shell):
    """^Z that the program does not stop from."""
    shell.type("$P $S catch")
    shell.wait("ready")
    shell.type("\x1a", end="")
    shell.wait("caught")
    shell.type("hello")
    shell.wait("@@ ")
    shell.command("echo status $?")


def tidied(shell):
    """^Z that the program does something before."""
    shell.type("$P $S tidy")
    shell.wait("ready")
    shell.type("\x1a", end="")
    shell.wait("@@ ")
    finish(shell)


def itself(shell):
    for number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
        shell.command(f"$P $S self {number:d}")
        shell.command("jobs")
        shell.type("fg")
        shell.wait("went on")
        shell.wait("@@ ")
        shell.command("echo status $?")


def by_another(shell):
    """Somebody stops the program, not the job."""
    shell.type("$P $S read")
    shell.wait("ready")
    os.kill(shell.program(), signal.SIGSTOP)
    shell.wait("@@ ")
    finish(shell)


def reading_behind(shell):
    shell.command("$P $S read &")
    shell.wait_for_job("SIGTTIN")
    finish(shell)


def writing_behind(shell):
    shell.command("stty tostop")
    shell.command("$P $S read &")
    shell.wait_for_job("SIGTTOU")
    shell.command("stty -tostop")
    finish(shell)


def continued_alone(shell):
    """Whoever continues the job's first process alone means the program."""
    shell.command(f"$P $S self {signal.SIGSTOP:d}")
    shell.type("kill -CONT $(jobs -p)")
    shell.wait("went on")
    until = time.monotonic() + PATIENCE_S
    while "Done(3)" not in shell.seen:  # which bash says before a prompt, once
        expect(f"done; so far {shell.seen!r}", time.monotonic() < until, True)
        time.sleep(0.05)
        shell.command("(:)")


def stopped_alone(shell):
    shell.type("$P $S pause & sleep 0.2")
    shell.wait("ready")
    shell.wait("@@ ")
    shell.command("kill -TSTP $!")
    shell.wait_for_job("SIGTSTP")
    shell.command("bg")
    shell.wait_for_job("Running")
    shell.command("kill -STOP %1")
    shell.wait_for_job("SIGSTOP")
    shell.command("kill %1; while kill -0 $!; do sleep 0.1; done 2> /dev/null; wait $!; echo status $?")


def shell():
    cases = (from_terminal, caught, tidied, itself, by_another, reading_behind, writing_behind, continued_alone, stopped_alone)
    for case in cases:
        seen = {}
        for name, runner in RUNNERS.items():
            with tempfile.TemporaryDirectory() as folder:
                terminal = Shell(runner, folder)
                case(terminal)
                seen[name] = terminal.end()
        print(case.__name__, *seen["env"], sep="\n    ")
        expect(case.__name__, seen["flopshim run"], seen["env"])


def start(*command, output="none"):
    return subprocess.Popen(command, env=ENV | {"FLOP_OUTPUT": output}, stdout=subprocess.DEVNULL, start_new_session=True)


def alone():
    """Without a terminal, and without anybody who could continue the group."""
    for name, runner in RUNNERS.items():
        for number in (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
            process = start(*runner.split(), ENV["S"], "self", f"{number:d}")
            expect(f"{name}: {number} does not stop it", process.wait(PATIENCE_S), 3)
        process = start(*runner.split(), ENV["S"], "self", f"{signal.SIGSTOP:d}")
        status = os.waitpid(process.pid, os.WUNTRACED)[1]
        expect(f"{name}: SIGSTOP does", (os.WIFSTOPPED(status), os.WSTOPSIG(status)), (True, signal.SIGSTOP))
        process.send_signal(signal.SIGCONT)
        expect(f"{name}: goes on", process.wait(PATIENCE_S), 3)


def watched():
    """What the program did after a stop is in the summary that `flopshim run` makes of it when it is killed."""
    with tempfile.TemporaryDirectory() as folder:
        process = start(PROGRAM, "run", "--", ENV["S"], "killed", output=f"{folder}/out.json")
        status = os.waitpid(process.pid, os.WUNTRACED)[1]
        expect("stopped", os.WIFSTOPPED(status), True)
        expect("takes no time", state(process.pid), "T")
        process.send_signal(signal.SIGCONT)
        expect("status", process.wait(PATIENCE_S), 128 + signal.SIGKILL)
        summary = json.loads(pathlib.Path(f"{folder}/out.json").read_text(encoding="utf-8"))
        expect("calls", summary["operations"]["ddot"]["calls"], 2)


{"shell": shell, "alone": alone, "watched": watched}[sys.argv[1]]()
