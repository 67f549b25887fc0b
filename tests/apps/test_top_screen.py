"""flopshim top on a terminal, tmux's, of a fixed size: what stands on the screen after each key while programs count that do so
when they are told to, and that the terminal is left as it was."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from counted import ENV, PATIENCE_S, Counted
from harness import BUILD, LIBRARY, PLAIN, PROGRAM, expect, skip


class Screen:
    """A shell in a tmux of its own, in which `flopshim top` is started. Each has a socket of its own: a server that was told to end
    answers on its for a moment still, to whoever starts the next one there."""
    made = 0

    def __init__(self, folder, columns=80, lines=24, **env):
        Screen.made += 1
        self.socket = f"{folder}/tmux{Screen.made}"
        self.env = {**PLAIN, "TERM": "xterm", "HISTFILE": "", "FLOP_LEDGER_DIR": str(folder), **env}
        begin = pathlib.Path(folder, "begin")
        begin.write_text("PS1='@@ '")
        self.tmux("new-session", "-d", "-x", columns, "-y", lines, f"bash --rcfile {begin} -i")
        self.tmux("set-option", "-g", "status", "off")
        self.wait("@@")

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.tmux("kill-server")

    def tmux(self, *words):
        done = subprocess.run(["tmux", "-S", self.socket, "-f", "/dev/null", *map(str, words)], env=self.env, capture_output=True,
                              text=True, timeout=PATIENCE_S, check=False)
        expect(f"tmux {words}: {done.stderr}", done.returncode, 0)
        return done.stdout

    def lines(self):
        return self.tmux("capture-pane", "-p").split("\n")[:-1]

    def text(self):
        return "\n".join(self.lines())

    def ask(self, format_):
        return self.tmux("display-message", "-p", format_).strip()

    def wait(self, *wanted, absent=None):
        """Until all of it stands there."""
        until = time.monotonic() + PATIENCE_S
        while True:
            text = self.text()
            if all(w in text for w in wanted) and (absent is None or absent not in text):
                return text
            expect(f"{wanted} on the screen, {absent} not:\n{text}", time.monotonic() < until, True)
            time.sleep(0.05)

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def start(self, *words):
        self.type(" ".join(map(str, [PROGRAM, "top", "-d", "0.1", *words])))
        self.keys("Enter")
        self.wait("F10 Quit")

    def send_to_program(self, number):
        """To the only child of the shell."""
        shell = self.ask("#{pane_pid}")
        [pid] = pathlib.Path(f"/proc/{shell}/task/{shell}/children").read_text().split()
        os.kill(int(pid), number)

    def table(self):
        """The rows, each as its words."""
        lines = self.lines()
        return [line.split() for line in lines[5:-1] if line.strip()]


def keys():
    """Tables, sorting, search, filter, pause, help: the screen after each key."""
    with tempfile.TemporaryDirectory() as folder, Counted(folder) as one, Counted(folder) as two, Screen(folder) as screen:
        one.count(3, "alpha.first")
        one.count(2, "beta")
        two.count(1, "日本")
        screen.start(folder)
        screen.wait("ddot")
        lines = screen.lines()
        expect("head", ("2 processes, 2 threads running" in lines[0], "12000 FLOPs used in 6 calls" in lines[1]), (True, True))
        expect("tabs", lines[3], " 1 Routines  2 Namespaces  3 Processes  4 Threads")
        expect("bottom", lines[23], "F1 Help  F3 Search  F4 Filter  F5 Tree  F6 Sort  p Pause  F9 Kill  F10 Quit")
        expect("width and height", (screen.ask("#{pane_width} #{pane_height}"), len(lines)), ("80 24", 24))
        one.count(1)
        screen.wait("14000 FLOPs used")
        screen.keys("2")
        screen.wait("NAMESPACE")
        expect("namespaces", [row[-1] for row in screen.table()], ["alpha.first", "beta", "(none)", "日本"])
        screen.keys("N")
        screen.wait("NAMESPACE▼")
        expect("by name", [row[-1] for row in screen.table()], ["(none)", "alpha.first", "beta", "日本"])
        screen.keys("I")
        screen.wait("NAMESPACE▲")
        expect("the other way", [row[-1] for row in screen.table()], ["日本", "beta", "alpha.first", "(none)"])
        screen.keys("F6")
        screen.wait("Sort by", "Enter: sort by it")
        screen.keys("Up", "Up", "Enter")
        screen.wait("CALLS▲", absent="Sort by")
        screen.keys("I", "F4")
        screen.wait("Filter: _")
        screen.type("BET")
        screen.wait("Filter: BET_", absent="alpha")
        expect("filtered", [row[-1] for row in screen.table()], ["beta"])
        screen.keys("BSpace", "BSpace", "BSpace")
        screen.wait("alpha.first")
        screen.type("日")
        screen.wait("Filter: 日_", absent="beta")
        screen.keys("Enter")
        screen.wait("F4 or \\ changes it")
        screen.keys("\\", "Escape")
        screen.wait("alpha.first", "beta", "F10 Quit")
        screen.keys("/")
        screen.type("beta")
        screen.wait("Search: beta_")
        screen.type("x")
        screen.wait("Search: betax_", "none")
        screen.keys("BSpace", "Enter", "p")
        screen.wait("PAUSED")
        one.count(1, "late")
        time.sleep(0.5)
        expect("nothing is looked at", "late" in screen.text(), False)
        screen.keys("Space")
        screen.wait("late", absent="PAUSED")
        for key in ("F1", "h", "?"):
            screen.keys(key)
            screen.wait("flopshim top: keys", "F10 q", "any key: back")
            expect("fits", max(len(line) for line in screen.lines()) <= 80, True)
            screen.keys("x")
            screen.wait("late", absent="any key")
        for key, head in (("Tab", "PID S THR"), ("BTab", "NAMESPACE"), ("Right", "PID S THR"), ("Right", "TID S"),
                          ("Right", "ROUTINE"), ("Left", "TID S"), ("1", "ROUTINE"), ("4", "TID S")):
            screen.keys(key)
            screen.wait(head)
        screen.keys("q")
        screen.wait("@@", absent="F10 Quit")


def trees():
    with tempfile.TemporaryDirectory() as folder, Counted(folder) as one, Screen(folder) as screen:
        for calls, name in ((1, "a.b.c"), (2, "a.b"), (4, "a.d"), (8, "e")):
            one.count(calls, name)
        screen.start("-t", "namespaces", folder)
        screen.wait("a.b.c")
        screen.keys("t")
        screen.wait("└")
        rows = [(row[0], " ".join(row[5:])) for row in screen.table()]
        expect("sums of what is below", rows, [("16000", "e"), ("14000", "a"), ("8000", "└ d"), ("6000", "└ b"), ("2000", "└ c")])
        screen.keys("F5")
        screen.wait("a.b.c", absent="└")
        screen.keys("q")
        screen.wait("@@", absent="F10 Quit")
    with tempfile.TemporaryDirectory() as folder, Screen(folder) as screen:
        library = {**ENV, "LD_PRELOAD": LIBRARY, "FLOP_SCOPE": "tree", "FLOP_OUTPUT": "none", "FLOP_LEDGER_DIR": folder}
        script = f"printf '1\\n' | {BUILD}/on_demand; (printf '2\\n'; cat) | {BUILD}/on_demand; true"
        with subprocess.Popen(["sh", "-c", script], env=library, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as tree:
            screen.start("-t", "processes", folder)
            screen.keys("t", "N")
            screen.wait("└ on_demand")
            until = time.monotonic() + 20
            while len(screen.table()) < 3 and time.monotonic() < until:  # the second one starts later
                time.sleep(0.1)
            rows = {row[0]: row for row in screen.table()}
            expect("the tree", (len(rows), rows[str(tree.pid)][-1], sum(row[-2:] == ["└", "on_demand"] for row in rows.values())),
                   (3, "sh", 2))
            tree.stdin.close()


def signals():
    with tempfile.TemporaryDirectory() as folder, Counted(folder) as one, Counted(folder) as two, Screen(folder) as screen:
        one.count(2)
        two.count(1)
        screen.start(folder)
        screen.wait("ddot")
        screen.keys("k")
        screen.wait("a signal goes to a row of the tables processes and threads")
        screen.keys("3", "F")
        screen.wait("PID S THR")
        expect("in order", [row[0] for row in screen.table()], [str(one.pid), str(two.pid)])
        screen.keys("Down", "F9")
        screen.wait(f"Enter: send it to on_demand (pid {two.pid})", "SIGTERM", "SIGUSR1")
        screen.keys("Escape")
        screen.wait("F10 Quit", absent="SIGTERM")
        screen.keys("k", "Down", "Down", "Enter")
        screen.wait(f"SIGKILL to on_demand (pid {two.pid}): sent")
        expect("ended by it", two.process.wait(PATIENCE_S), -signal.SIGKILL)
        expect("the other lives", one.process.poll(), None)
        screen.keys("4")
        screen.wait("1 process, 1 thread running, 1 ended")
        states = {row[0]: row[2] for row in screen.table()}
        expect("states", (states[str(one.pid)], states[str(two.pid)]), ("R", "E"))
        screen.keys("End", "k")
        screen.wait(f"on_demand (pid {two.pid}) has ended")
        screen.keys("F10")
        screen.wait("@@", absent="F10 Quit")


def ended():
    """What a process counted stays on the screen when it has ended, and its run as well."""
    with tempfile.TemporaryDirectory() as folder, Screen(folder) as screen, Counted(folder, "-o", "none") as one:
        one.count(1)
        screen.start(one.pid)
        screen.wait("ddot")
        one.count(1)
        screen.wait("4000 FLOPs used in 2 calls")
        one.end()
        screen.wait("0 processes, 0 threads running, 1 ended", "4000 FLOPs used in 2 calls", "ddot")
        screen.keys("q")
        screen.wait("@@", absent="F10 Quit")


def resize():
    with tempfile.TemporaryDirectory() as folder, Counted(folder) as one, Screen(folder, 200, 50) as screen:
        for i in range(60):
            one.count(1, f"space{i:02}")
        screen.start("-t", "namespaces", "-s", "name", folder)
        screen.wait("space42", "F10 Quit")
        expect("200 x 50", (len(screen.table()), len(screen.lines())), (44, 50))
        for columns, lines, rows in ((80, 24, 18), (60, 12, 6), (200, 50, 44), (20, 4, 0), (3, 2, 0), (80, 24, 18)):
            screen.tmux("resize-window", "-x", columns, "-y", lines)
            if columns >= 60:
                screen.wait(f"space{rows - 1:02}", "F6 Sort", absent=f"space{rows:02}")
            else:
                time.sleep(0.5)
            expect(f"{columns} x {lines}", max(len(line) for line in screen.lines()) <= columns, True)
        screen.keys("End")
        screen.wait("space59", absent="space41")
        screen.keys("PageUp")
        screen.wait("space41")
        screen.keys("Home")
        screen.wait("space00")
        screen.keys("q")
        screen.wait("@@", absent="F10 Quit")


def ends():
    """However it ends, the terminal is as it was: its settings, the cursor, the screen."""
    with tempfile.TemporaryDirectory() as folder, Counted(folder) as one, Screen(folder) as screen:
        one.count(1)
        screen.type("stty -a > $FLOP_LEDGER_DIR/before; echo ready1")
        screen.keys("Enter")
        screen.wait("\nready1")
        for number, (how, status) in enumerate((("q", 0), ("C-c", 130), ("TERM", 143), ("HUP", 129), ("QUIT", 131)), 2):
            screen.start(folder)
            screen.wait("ddot")
            expect("its own screen", screen.ask("#{alternate_on} #{cursor_flag}"), "1 0")
            if len(how) < 4 and how != "HUP":
                screen.keys(how)
            else:
                screen.send_to_program(signal.Signals[f"SIG{how}"])
            screen.wait("@@", absent="F10 Quit")
            screen.type(f"echo status $?; stty -a > $FLOP_LEDGER_DIR/after{number}; echo ready{number}")
            screen.keys("Enter")
            text = screen.wait(f"\nready{number}")
            expect(f"{how}: {text}", f"\nstatus {status}\n" in text, True)
            expect(f"{how}: the screen", screen.ask("#{alternate_on} #{cursor_flag}"), "0 1")
            expect(f"{how}: settings", pathlib.Path(folder, f"after{number}").read_text(),
                   pathlib.Path(folder, "before").read_text())
        screen.start(folder)
        screen.keys("C-z")
        screen.wait("Stopped")
        screen.type("fg")
        screen.keys("Enter")
        screen.wait("ddot", "F10 Quit")
        screen.keys("q")
        screen.wait("@@", absent="F10 Quit")


def terminals():
    """One that ncurses does not know gets frames; monochrome ones and those without UTF-8 a view; little is written while nothing
    changes."""
    with tempfile.TemporaryDirectory() as folder, Counted(folder) as one:
        one.count(1, "wide日本")
        for env in ({"TERM": "dumb"}, {"TERM": "no-such-terminal"}):
            with Screen(folder, **env) as screen:
                screen.type(f"TERM={env['TERM']} {PROGRAM} top -d 0.1 {folder}")
                screen.keys("Enter")
                screen.wait("flopshim top - ", "ddot")
                expect("frames", "F10 Quit" in screen.text(), False)
                screen.keys("C-c")
        with Screen(folder, LANG="C", LC_ALL="C") as screen:
            screen.type(f"export LC_ALL=C TERM=vt100; {PROGRAM} top -d 0.1 -t namespaces {folder}")
            screen.keys("Enter")
            text = screen.wait("wide??", "F10 Quit")
            expect("letters", "▼" in text, False)
            screen.keys("q")
        still(folder)


def still(folder):
    """What is written to the terminal while nothing happens but the clock: no frame is drawn anew."""
    command = f"{PROGRAM} top -d 0.1 {folder}"
    log = pathlib.Path(folder, "log")
    with subprocess.Popen(["script", "-q", "-f", "-c", f"stty cols 80 rows 24; {command}", log], env={**PLAIN, "TERM": "xterm"},
                          stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as terminal:
        until = time.monotonic() + PATIENCE_S
        while not log.exists() or b"ddot" not in log.read_bytes():
            expect("it draws", time.monotonic() < until, True)
            time.sleep(0.1)
        time.sleep(0.5)
        before = len(log.read_bytes())
        time.sleep(2)
        more = log.read_bytes()[before:]
        terminal.stdin.write(b"q")
        terminal.stdin.flush()
        terminal.wait(PATIENCE_S)
    expect(f"20 looks: {len(more)} bytes", len(more) < 2000, True)
    expect("never cleared", b"\x1b[2J" in more or b"\x1b[H\x1b[J" in more, False)


if not shutil.which("tmux"):
    skip("tmux is missing: run scripts/bootstrap.sh")
globals()[sys.argv[1]]()
