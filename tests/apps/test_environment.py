"""The FLOP_* environment: what is malformed is said in one line; a limit that is malformed ends the process."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from harness import BUILD, LIBS, LIBRARY, PLAIN, Run, expect

ENV = {"LD_LIBRARY_PATH": f"{LIBS}/blas"}


def dots(**env):
    return Run([BUILD / "dots", "7"], ENV | env)


def malformed_limit():
    for value in ("", "x", "0", "-5", "1e", "1.5", "10 000", "nan", "inf", "1e37", "0x10", "5MM", "1e-3"):
        run = dots(FLOP_BUDGET=value)
        expect(f"FLOP_BUDGET={value}: not run", (run.returncode, run.stdout, run.summaries), (2, "", []))
        expect(f"FLOP_BUDGET={value}: one line", run.stderr.count("\n"), 1)
        expect(f"FLOP_BUDGET={value}: {run.stderr}", f"FLOP_BUDGET={value}: expected" in run.stderr, True)


def malformed_others():
    bad = {"FLOP_MULTIPLIER": ("0", "-1", "x", "inf", "nan", ""), "FLOP_ON_EXHAUSTED": ("explode", "signal=SIGNOT", ""),
           "FLOP_EXIT_CODE": ("-1", "256", "x", ""), "FLOP_TIMING": ("on",),
           "FLOP_DETAIL": ("much", "calls=", "calls=-1", "Shapes", "shapes callers", ""),
           "FLOP_CONVENTION": ("OPS", "flops"), "FLOP_QUIET": ("2", "yes"), "FLOP_VERBOSE": ("7",), "FLOP_DISABLE": ("maybe",),
           "FLOP_SCOPE": ("world",)}
    for name, values in bad.items():
        for value in values:
            env = {"FLOP_QUIET": "1"} | {name: value}
            run = dots(**env)
            expect(f"{name}={value}: runs", (run.returncode, run.stdout, run.costs()), (0, "ran\n", {"ddot": (1, 14)}))
            lines = [line for line in run.stderr.splitlines() if f"{name}={value}: expected" in line]
            expect(f"{name}={value}: one line of {run.stderr}", len(lines), 1)
    run = dots(FLOP_BUGDET="100")
    expect("misspelt", (run.returncode, run.stderr.count("\n")), (0, 1))
    expect("misspelt: says which", "FLOP_BUGDET" in run.stderr and "FLOP_BUDGET" in run.stderr, True)
    expect("another program's", dots(FLOP_HOUSE="100").stderr, "")


def counted():
    """FLOP_COUNT says which calls are counted; the others run, are never refused, and the summary says that there were any."""
    left_out = "calls that FLOP_COUNT leaves out: blas"
    for value in ("blas", "blas,lapack", "lapack,dnn,fft,blas", "blas,blas"):
        run = dots(FLOP_COUNT=value)
        expect(f"FLOP_COUNT={value}", (run.costs(), run.summary["uncovered"], run.stderr), ({"ddot": (1, 14)}, [], ""))
    for value in ("lapack", "fft,dnn"):
        run = dots(FLOP_COUNT=value, FLOP_BUDGET="1")
        expect(f"FLOP_COUNT={value}", (run.returncode, run.stdout, run.stderr), (0, "ran\n", ""))
        expect(f"FLOP_COUNT={value}: summary", (run.costs(), run.summary["uncovered"]), ({}, [left_out]))
    for value in ("", "fft,", "BLAS", "blas lapack", "all"):
        run = dots(FLOP_COUNT=value)
        expect(f"FLOP_COUNT={value}: runs", (run.returncode, run.stdout, run.costs()), (0, "ran\n", {"ddot": (1, 14)}))
        expect(f"FLOP_COUNT={value}: {run.stderr}", run.stderr.count(f"FLOP_COUNT={value}: expected one or more of blas, "), 1)
        run = dots(FLOP_COUNT=value, FLOP_BUDGET="100")
        expect(f"FLOP_COUNT={value} of a budget", (run.returncode, run.stdout, run.stderr.count("\n")), (2, "", 1))


def disabled():
    with tempfile.TemporaryDirectory() as ledgers:
        run = dots(FLOP_DISABLE="1", FLOP_BUDGET="1", FLOP_LEDGER_DIR=ledgers)
        expect("disabled", (run.returncode, run.stdout, run.stderr, run.summaries), (0, "ran\n", "", []))
        expect("no ledger", os.listdir(ledgers), [])
        run = dots(FLOP_LEDGER_DIR=ledgers)
        expect("a ledger is gone with its process", os.listdir(ledgers), [])
    # Nothing that is bound after the start passes through the library, and what was bound before still comes through
    for now, disable, reached in (("", "0", True), ("", "1", False), ("1", "0", True), ("1", "1", True)):
        run = Run([BUILD / "dots", "7"], ENV | {"LD_DEBUG": "bindings", "LD_BIND_NOW": now, "FLOP_DISABLE": disable})
        bound = re.findall(r"dots \[\d+\] to (\S+) \[\d+\]: normal symbol `ddot_'", run.stderr)
        expect(f"bound {'at once' if now else 'at the first call'}, FLOP_DISABLE={disable}: {bound}",
               (run.stdout, [LIBRARY.endswith(path) for path in bound]), ("ran\n", [reached]))


def default_ledger():
    """Where nothing is said (tests say FLOP_LEDGER_DIR): in /dev/shm, gone with its process; none that nobody would read."""
    env = {n: v for n, v in PLAIN.items() if n != "FLOP_LEDGER_DIR"} | ENV | {"LD_PRELOAD": LIBRARY, "FLOP_OUTPUT": "/dev/null"}
    with subprocess.Popen([BUILD / "grow", "0"], env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        expect("called", program.stdout.readline(), "called\n")
        maps = pathlib.Path(f"/proc/{program.pid}/maps").read_text()
        ledgers = {word for word in maps.split() if word.endswith(".ledger")}
        expect("where", [os.path.dirname(path) for path in ledgers], ["/dev/shm"])
        program.communicate()
    expect("gone", [path for path in ledgers if os.path.exists(path)], [])
    with subprocess.Popen([BUILD / "grow", "0"], env=env | {"FLOP_OUTPUT": "none"}, text=True, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as program:
        expect("called", program.stdout.readline(), "called\n")
        expect("none", ".ledger" in pathlib.Path(f"/proc/{program.pid}/maps").read_text(), False)
        program.communicate()


def outputs():
    with tempfile.TemporaryDirectory() as folder:
        run = Run([BUILD / "dots", "7"], ENV | {"FLOP_OUTPUT": "a/%e.json,b/%%%e-%p.txt,c.csv"}, cwd=folder)
        names = sorted(str(p.relative_to(folder)) for p in pathlib.Path(folder).rglob("*") if p.is_file())
        pid = names[1][len("b/%dots-"):-len(".txt")] if len(names) == 3 else ""
        expect("files", (names, pid.isdigit()), (["a/dots.json", f"b/%dots-{pid}.txt", "c.csv"], True))
        text = (pathlib.Path(folder) / names[1]).read_text()
        expect("text", text.startswith("flopshim FLOP Budget Summary\n============================\n"
                                       "  Total budget:       unlimited\n  Used:                      14"), True)
        expect("stderr of files", run.stderr, "")
    with tempfile.TemporaryDirectory() as folder:
        run = Run([BUILD / "dots", "7"], ENV | {"FLOP_OUTPUT": "none"}, cwd=folder)
        expect("none", (os.listdir(folder), run.stderr), ([], ""))
        run = Run([BUILD / "dots", "7"], ENV | {"FLOP_OUTPUT": "stderr"}, cwd=folder)
        expect("stderr", (os.listdir(folder), run.stderr.startswith("flopshim FLOP Budget Summary\n")), ([], True))
        run = Run([BUILD / "dots", "7"], PLAIN | ENV | {"LD_PRELOAD": LIBRARY, "FLOP_QUIET": "1"}, preload=False, cwd=folder)
        expect("default name", [n.startswith("flopshim.dots.") and n.endswith(".txt") for n in os.listdir(folder)], [True])


def no_calls():
    with tempfile.TemporaryDirectory() as folder:
        run = Run([BUILD / "dots"], ENV | {"FLOP_OUTPUT": "x.json"}, cwd=folder)
        expect("no call, no file", (run.returncode, run.stderr, os.listdir(folder)), (0, "", []))
        empty = "import ctypes; l = ctypes.CDLL(None); l.flopshim_begin(ctypes.create_string_buffer(256)); l.flopshim_end(None)"
        run = Run(["/usr/bin/python3", "-c", empty], ENV | {"FLOP_OUTPUT": "x.txt"}, cwd=folder)
        expect(f"an empty context: {run.stderr}", (run.returncode, os.listdir(folder)), (0, ["x.txt"]))
        text = (pathlib.Path(folder) / "x.txt").read_text()
        expect(f"an empty context says so: {text}", "\n  By operation:\n\n  No BLAS call was seen: " in text, True)


def unwritable():
    run = dots(FLOP_OUTPUT="/proc/no/where.txt")
    expect("unwritable: status", (run.returncode, run.stdout), (0, "ran\n"))
    expect(f"unwritable: the text is on stderr: {run.stderr}", "flopshim FLOP Budget Summary\n" in run.stderr, True)
    expect("unwritable: a warning", sum("/proc/no" in line for line in run.stderr.splitlines()), 1)


globals()[sys.argv[1]]()
