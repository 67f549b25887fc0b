"""However a process ends while its threads call BLAS: a summary that says that it is complete lacks none of the calls that had
returned, what a refusal says remains is what the summary says, and the end does the program no harm that it does not do itself.

By hand, `test_exit_races.py rates N`: every case N times beside three busy loops."""
import concurrent.futures
import contextlib
import itertools
import json
import os
import pathlib
import platform
import re
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time

from harness import BUILD, LIBRARY, LIBS, PLAIN, PROGRAM, Run, expect, python, skip

OPENBLAS = {"LD_LIBRARY_PATH": f"{LIBS}/openblas-pthread", "OPENBLAS_NUM_THREADS": "1"}
REFERENCE = {"LD_LIBRARY_PATH": f"{LIBS}/blas:{LIBS}/lapack"}  # OpenBLAS dies of an exit by itself: `inside`
TREE = {"FLOP_SCOPE": "tree"}
SLOW = {"FLOP_DETAIL": "shapes", "FLOP_TIMING": "all"}  # each call is charged in its slow body
LINE = 64
THREADS = 8
WAYS = {"exit": 5, "_exit": 5, "quick_exit": 5, "abort": -signal.SIGABRT, "execl": 5, "handler": signal.SIGALRM, "fork": 5,
        "failed exec": 5}
SOON, LATER = {"FLOP_BUDGET": "1e5"}, {"FLOP_BUDGET": "2e7"}
REFUSED = re.compile(r"only ([\d,]+) FLOPs remain|only ([\d,]+) remain")


@contextlib.contextmanager
def busy():
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def acknowledged(path):
    data = pathlib.Path(path).read_bytes()
    return sum(struct.unpack_from("<Q", data, at)[0] for at in range(0, len(data), LINE))


def ended(way, work, threads, env, milliseconds=10, **options):
    """The run, how many calls had returned to the program, and how many the summary has."""
    with tempfile.NamedTemporaryFile() as file:
        run = Run([BUILD / "exit_races", way, work, threads, milliseconds, file.name], REFERENCE | env, **options)
        return run, acknowledged(file.name)


def calls_of(summary):
    return sum(op["calls"] for op in summary["operations"].values())


def check_counted(what, summary, returned):
    """Nothing is missing, or, where the machine kept a thread from its processor for too long, no more than it says; and nothing is
    there but what returned and what each thread was doing."""
    counted, missing = calls_of(summary), summary["unclosed_calls"]
    expect(f"{what}: complete", (summary["complete"], summary["incomplete"]), (not missing, ["unclosed"] if missing else []))
    expect(f"{what}: {returned} calls returned, {counted} counted", counted + missing >= returned, True)
    expect(f"{what}: {returned} calls returned, {counted} counted", counted <= returned + THREADS, True)
    return missing


def counted(times):
    """Every way to end, of a process and of a tree."""
    for way, status in WAYS.items():
        for scope in ({}, TREE, SLOW):
            missing = 0
            for _ in range(times):
                run, returned = ended(way, "small", THREADS, scope)
                expect(f"{way} {scope}: status {run.stderr}", run.returncode, status)
                missing += check_counted(f"{way} {scope}", run.summary, returned)
            print(f"{way} {scope}: {times} times, {missing} calls may be missing", flush=True)


def refused(times):
    for budget in (SOON, LATER):
        for scope in ({}, TREE):
            for _ in range(times):
                run, returned = ended("refused", "small", THREADS, budget | scope)
                expect(f"refused: status {run.stderr}", run.returncode, 86)
                check_counted("refused", run.summary, returned)
                said = REFUSED.search(run.stderr)
                expect(f"{run.stderr}", int((said[1] or said[2]).replace(",", "")), run.summary["flops_remaining"])
                expect("last refusal", run.summary["refused"]["last"]["flops_remaining"], run.summary["flops_remaining"])


@contextlib.contextmanager
def full_pipe():
    """One that nobody reads, and that takes nothing more."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while os.write(writer, b"x" * 4096):
            pass
    os.set_blocking(writer, True)
    yield writer, reader
    os.close(reader)
    os.close(writer)


def started(command, env, folder, **options):
    """A command that is told where its summary goes; its status, the summary and the calls that had returned."""
    done = subprocess.run([str(word) for word in command], env=PLAIN | REFERENCE | env, timeout=60, check=False, **options)
    return done.returncode, json.loads(pathlib.Path(folder, "s.json").read_text()), acknowledged(f"{folder}/calls")


def refused_full(times):
    for _ in range(times):
        with full_pipe() as (pipe, _), tempfile.TemporaryDirectory() as folder:
            env = LATER | {"LD_PRELOAD": LIBRARY, "FLOP_OUTPUT": f"{folder}/s.json", "FLOP_QUIET": "1"}
            command = [BUILD / "exit_races", "refused", "small", THREADS, 10, f"{folder}/calls"]
            status, summary, returned = started(command, env, folder, stderr=pipe)
            expect("full: status", status, 86)
            check_counted("full", summary, returned)


def stepped_to(instruction, scope):
    """A thread was held there in a copy, and went on when the accounts were closed: how many calls are counted that did not return.
    The end waits for who reads stderr."""
    with full_pipe() as (pipe, reader), tempfile.TemporaryDirectory() as folder:
        env = scope | {"LD_PRELOAD": LIBRARY, "FLOP_OUTPUT": f"{folder}/s.json,stderr", "FLOP_QUIET": "1"}
        reading = threading.Timer(0.3, os.read, (reader, 1 << 16))
        reading.start()
        command = [BUILD / "exit_races", "_exit", "stepped", 1, instruction, f"{folder}/calls"]
        status, summary, returned = started(command, env, folder, stderr=pipe)
        reading.join()
        return status, calls_of(summary) - returned


def stepped(times):
    """At each instruction of a copy, one after the other: what it had not counted does not return, and what it had may
    be taken back."""
    if platform.machine() != "x86_64":
        skip("the trap flag is x86-64's")
    for scope in ({}, TREE) * times:
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            ends = list(pool.map(lambda instruction, scope=scope: stepped_to(instruction, scope), range(1, 81)))
        wrong = [(number, end) for number, end in enumerate(ends, 1) if end not in ((5, 0), (5, 1))]
        expect(f"stepped {scope}: calls that returned and are not counted, or are not one's", wrong, [])
        expect(f"stepped {scope}: some were on their way", 0 < sum(more for _, more in ends) < len(ends), True)


def under_run(times):
    """SIGTERM kills the program: `flopshim run` reads what it had counted. The other ends are its own."""
    ends = {"term": -signal.SIGTERM, "exit": 5, "_exit": 5, "abort": -signal.SIGABRT, "refused": 86}
    for (way, status), scope in itertools.product(ends.items(), ("process", "tree")):
        for _ in range(times):
            with tempfile.TemporaryDirectory() as folder:
                command = [PROGRAM, "run", "--quiet", "--scope", scope, "--output", f"{folder}/s.json",
                           *(("--budget", "1e7") if way == "refused" else ()), "--",
                           BUILD / "exit_races", way, "small", THREADS, 10, f"{folder}/calls"]
                got, summary, returned = started(command, {}, folder, stderr=subprocess.DEVNULL)
                expect(f"run {way} {scope}: status", got, status if status >= 0 else 128 - status)
                if way == "term":  # what ended it was no end of its own
                    expect(f"run {way} {scope}: {returned} returned", calls_of(summary) >= returned, True)
                else:
                    check_counted(f"run {way} {scope}", summary, returned)


NUMPY = """
import threading, time, numpy
a = numpy.ones((700, 700))
def loop():
    while True:
        a @ a
threading.Thread(target=loop, daemon=True).start()
time.sleep(0.1)
"""


def inside(times):
    """A thread is in OpenBLAS when the process exits: as many die of it as without the preload, whose own fault it is. Before, 4 of
    5 did, and without a summary."""
    def crashes(command, preload):
        run = Run(command, OPENBLAS, preload=preload)
        expect(f"status {run.returncode} {run.stderr}", run.returncode in (0, 5, -signal.SIGSEGV), True)
        if preload:
            expect("a summary", (run.summary["complete"], run.summary["end_reason"]), (True, "exit"))
        return run.returncode < 0
    with tempfile.NamedTemporaryFile() as file:
        for what, command in (("C", [BUILD / "exit_races", "exit", "large", 2, 30, file.name]),
                              ("NumPy", [python("debian"), "-c", NUMPY])):
            died = [sum(column) for column in zip(*((crashes(command, False), crashes(command, True)) for _ in range(times)))]
            print(f"{what}: of {times} each, died without {died[0]}, with {died[1]}")
            expect(f"{what}: deaths without and with: {died}", died[1] <= died[0] + 3 + 0.3 * times, True)


def joined(times):
    """A destructor waits for a thread that we hold: not for long, and what it has called since is counted."""
    for way in ("exit", "abort") * times:
        begin = time.monotonic()
        run = Run([BUILD / "exit_joins_main", way], OPENBLAS)
        took = time.monotonic() - begin
        expect(f"{way}: status {run.stderr}", run.returncode, 3)
        expect(f"{way}: counted", (run.costs()["ddot"][0], run.summary["complete"], run.summary["end_status"]),
               (int(run.stdout), True, 3))
        expect(f"{way}: took {took} s", took < 5, True)


CASES = {"counted": counted, "refused": refused, "refused_full": refused_full, "stepped": stepped, "under_run": under_run,
         "inside": inside, "joined": joined}

if sys.argv[1] == "rates":
    with busy():
        for name, case in CASES.items():
            case(int(sys.argv[2]))
            print(f"{name}: {sys.argv[2]} times", flush=True)
else:
    CASES[sys.argv[1]](int(sys.argv[2]))
