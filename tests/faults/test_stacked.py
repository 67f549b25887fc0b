"""test_stacked.py TOOL: the shim beside another tool. The program's output, its status and its counts are the same with and
without that tool, with a limit and without; and the tool does its own work. Preloads are tried in either order."""
import pathlib
import re
import subprocess
import sys
import tempfile

from harness import BUILD, LIBRARY, LIBS, PLAIN, PROGRAM, ROOT, SANITIZED, Run, check_balance, expect, python, skip

ENV = {"LD_LIBRARY_PATH": f"{LIBS}/blas"}
C = [BUILD / "stacked", "4", "50"]
# 4 x 50 times 2*8*4*6 and 2*32
C_COSTS = {"dgemm": (200, 76800), "ddot": (200, 12800)}
NUMPY = """
import sys, threading
import numpy as np
a, b = np.arange(600.0).reshape(20, 30), np.ones((30, 40))
sums = []
threads = [threading.Thread(target=lambda: sums.extend((a @ b).sum() for _ in range(10))) for _ in range(3)]
for t in threads: t.start()
for t in threads: t.join()
print(sum(sums))
sys.exit(7)
"""
NUMPY_DGEMM = (30, 30 * 2 * 20 * 30 * 40)
LIMITS = ({}, {"FLOP_BUDGET": "1e9"})


def programs():
    """(command, environment, exact costs or only dgemm's): C, and two real NumPys."""
    yield C, ENV, C_COSTS
    for environment in ("debian", "new"):
        yield [python(environment), "-c", NUMPY], {}, None


def compare(what, run, alone, costs, stderr=True):
    expect(f"{what}: status ({run.stderr})", run.returncode, 7)
    expect(f"{what}: stdout", run.stdout, alone.stdout)
    expect(f"{what}: costs", run.costs(), alone.costs())
    expect(f"{what}: dgemm", run.costs() if costs else run.costs()["dgemm"], costs or NUMPY_DGEMM)
    check_balance(run.summary)
    if stderr:
        expect(f"{what}: stderr", re.sub("malloc: .*\n", "", run.stderr), "")


def preloads(other, works, env=None):
    """Both orders of LD_PRELOAD."""
    for command, base, costs in programs():
        for limit in LIMITS:
            alone = Run(command, base | limit)
            for order in (f"{LIBRARY} {other}", f"{other} {LIBRARY}"):
                run = Run(command, base | limit | (env or {}) | {"LD_PRELOAD": order})
                compare(f"{order}: {command[0]}", run, alone, costs)
                works(run, command == C)


def wrapped(tool, works):
    """The tool starts the program, and is preloaded itself too."""
    for command, base, costs in programs():
        for limit in LIMITS:
            run = Run([*tool, *command], base | limit)
            compare(f"{tool[0]}: {command[0]}", run, Run(command, base | limit), costs)
            works(run)


def allocator(library):
    preloads(library, lambda run, is_c: expect("whose malloc", not is_c or f"malloc: {library}\n" == run.stderr, True))


def heaptrack():
    with tempfile.TemporaryDirectory() as folder:
        raw = pathlib.Path(folder) / "raw"

        def works(_, __):
            expect("heaptrack recorded allocations", sum(line[:1] == "+" for line in raw.read_text().splitlines()) > 200, True)
            raw.unlink()
        preloads("/usr/lib/heaptrack/libheaptrack_preload.so", works, {"DUMP_HEAPTRACK_OUTPUT": str(raw)})
        for name, command in {"a": [PROGRAM, "run", "--", "heaptrack"], "b": ["heaptrack"], "c": ["heaptrack"]}.items():
            tool, inner = [*command, "-o", f"{folder}/{name}"], [PROGRAM, "run", "--"] if name == "c" else []
            run = Run([*tool, *inner, *C], ENV | {"LD_PRELOAD": LIBRARY if name == "b" else ""})
            expect(f"{name}: costs ({run.stderr})", (run.returncode, run.costs()), (7, C_COSTS))
            report = subprocess.run(["heaptrack_print", *pathlib.Path(folder).glob(f"{name}.*")], capture_output=True,
                                    text=True, check=False).stdout
            expect(f"{name}: heaptrack's own report", "calls to allocation functions: " in report, True)


def gdb():
    commands = ["set confirm off", f"set environment LD_PRELOAD {LIBRARY}", "set breakpoint pending on", "break dgemm_", "run",
                "bt", "continue", "bt", "delete", "continue"]
    batch = ["gdb", "-nx", "-batch", *(f"-ex={c}" for c in commands), "--args", C[0], "1", "50"]
    run = Run(batch, ENV | {"LD_PRELOAD": ""})
    expect(f"gdb: costs ({run.stderr})", run.costs(), {"dgemm": (50, 19200), "ddot": (50, 3200)})
    expect(f"gdb: the program's output and status ({run.stdout})",
           Run(batch[-3:], ENV).stdout in run.stdout and "exited with code 07" in run.stdout, True)
    stops = re.findall(r"dgemm_ \(\) from (\S+)", run.stdout)
    expect(f"gdb: stops in the shim, then in the BLAS ({run.stdout})",
           [pathlib.Path(p).name.split(".so")[0] for p in dict.fromkeys(stops)], ["libflopshim", "libblas"])
    inner = run.stdout[run.stdout.rindex("Breakpoint 1"):]
    through = re.search(r"#1 .*libflopshim.*#[23] .* multiply ", inner, re.S)
    expect(f"gdb: a backtrace goes through the shim ({inner})", bool(through), True)
    attach()


def attach():
    """A debugger that comes and goes while four threads are inside calls."""
    with tempfile.TemporaryDirectory() as folder:
        env = PLAIN | ENV | {"LD_PRELOAD": LIBRARY, "FLOP_OUTPUT": f"{folder}/x.txt", "FLOP_QUIET": "1"}
        program = subprocess.Popen([C[0], "4", "0"], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        expect("ready", program.stdout.readline(), "ready\n")
        for _ in range(3):
            seen = subprocess.run(["gdb", "-nx", "-batch", "-p", str(program.pid), "-ex=thread apply all bt", "-ex=detach"],
                                  capture_output=True, text=True, check=False)
            expect(f"attach: frames ({seen.stdout} {seen.stderr})", seen.stdout.count(" multiply ") >= 3, True)
        out, err = program.communicate()
        made = int(out)
        text = (pathlib.Path(folder) / "x.txt").read_text()
        expect(f"attach: status ({err})", program.returncode, 7)
        expect(f"attach: {made} calls made ({text})", [f"[{made} calls]".replace(",", "") in line.replace(",", "")
                                                       for line in text.splitlines() if "calls]" in line], [True, True])


def strace():
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "log"
        wrapped(["strace", "-f", "-o", log], lambda run: expect("strace saw the end", "exit_group(7)" in log.read_text(), True))


def valgrind(tool):
    """Memcheck's and Helgrind's errors would show on stderr, and as status 99."""
    command = ["valgrind", "-q", f"--tool={tool}", *{
        "memcheck": ["--error-exitcode=99"], "callgrind": ["--callgrind-out-file=/dev/null"],
        "helgrind": ["--error-exitcode=99", f"--suppressions={ROOT}/tests/faults/helgrind.supp"]}[tool]]
    for limit in LIMITS:
        run = Run([*command, *C], ENV | limit, timeout=60)
        # With a limit, the launcher says that it starts a static program, the tool
        run.summaries = [s for s in run.summaries if s["operations"]]
        compare(f"{tool}: C", run, Run(C, ENV | limit), C_COSTS)
    if tool == "memcheck":
        numpy = [python("new"), "-c", NUMPY]
        # NumPy's own leaks are on stderr, and are no errors without --leak-check=full
        compare(f"{tool}: NumPy", Run(["valgrind", "-q", *numpy], timeout=120), Run(numpy), None, stderr=False)


def main(tool):
    if SANITIZED:
        skip(f"{tool} and a sanitizer's runtime each want to be the only one in a process")
    {"jemalloc": lambda: allocator("libjemalloc.so.2"), "tcmalloc": lambda: allocator("libtcmalloc_minimal.so.4"),
     "heaptrack": heaptrack, "gdb": gdb, "strace": strace}.get(tool, lambda: valgrind(tool))()


main(sys.argv[1])
