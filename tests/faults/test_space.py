"""test_space.py full|killed|gone|limited: no room for the ledger or for the summary (hazards 18 and 19)."""
import contextlib
import os
import resource
import subprocess
import sys
import tempfile

from harness import BUILD, LIBRARY, LIBS, PLAIN, Run, check_balance, expect, report, skip

ENV = {"LD_LIBRARY_PATH": f"{LIBS}/blas"}
CALLS = 3001  # 3000 namespaces: 280 KiB of tallies and names


@contextlib.contextmanager
def tmpfs(size):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], capture_output=True, text=True,
                              check=False)
        if done.returncode:
            skip(f"no tmpfs can be mounted here: {done.stderr.strip()}")
        try:
            yield folder
        finally:
            subprocess.run(["umount", folder], check=True)


def check(what, run):
    """Nothing is lost while the process lives, one line says so, and the summary says that its ledger was not whole."""
    expect(f"{what}: output ({run.stderr})", (run.returncode, run.stdout), (5, "called\ngrown\n"))
    summary = run.summary
    expect(f"{what}: counted", run.costs(), {"ddot": (CALLS, 2 * CALLS)})
    expect(f"{what}: namespaces", len(summary["by_namespace"]), CALLS)
    expect(f"{what}: says so", (summary["complete"], summary["incomplete"]), (False, ["no_space"]))
    check_balance(summary)


def full():
    """posix_fallocate before a page is touched; then memory. 64 KiB is full when the ledger first grows, 16 KiB at once."""
    for size in ("64k", "16k"):
        for budget in ({}, {"FLOP_BUDGET": "1000000"}):
            with tmpfs(size) as folder:
                run = Run([BUILD / "grow", str(CALLS - 1)], ENV | {"FLOP_LEDGER_DIR": folder} | budget, input="")
                check(size, run)
                expect(f"{size}: one line of {run.stderr}", (run.stderr.count("\n"), "ledger" in run.stderr), (1, True))
                expect(f"{size}: the ledger is gone", os.listdir(folder), [])


def killed():
    """What lay in the file when it could not grow any more is there after a kill -9; what lay in memory is not."""
    with tmpfs("64k") as folder:
        env = PLAIN | ENV | {"LD_PRELOAD": LIBRARY, "FLOP_LEDGER_DIR": folder}
        child = subprocess.Popen([BUILD / "grow", str(CALLS - 1)], env=env, text=True, stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        child.stdout.readline()
        child.stdin.write("\n")
        child.stdin.flush()
        expect("grown", child.stdout.readline(), "grown\n")
        child.kill()
        child.wait()
        [ledger] = os.listdir(folder)
        summary = report(f"{folder}/{ledger}")
        calls = summary["operations"]["ddot"]["calls"]
        print(f"{calls} of {CALLS} calls lay in the 64 KiB")
        expect("what the file had room for", 200 < calls < CALLS, True)
        expect("says so", (summary["complete"], summary["incomplete"]), (False, ["no_space"]))
        check_balance(summary)


def gone():
    """The file was removed with the summary before an exec, which failed: it grows no more, and nothing is amiss."""
    run = Run([BUILD / "grow", str(CALLS - 1)], ENV | {"FAILED_EXEC": "1"}, input="")
    expect("output", (run.returncode, run.stdout, run.stderr), (5, "called\ngrown\n", ""))
    expect("summary", (run.costs(), run.summary["complete"]), ({"ddot": (CALLS, 2 * CALLS)}, True))


def limited():
    """RLIMIT_FSIZE: its signal neither ends the program nor reaches its handler. With 0 no file can have a byte, stderr
    neither; with 100 KiB the ledger cannot grow, and the text summary that follows on stderr is cut."""
    for limit in (0, 100 << 10):
        for handle in ({}, {"HANDLE_SIGXFSZ": "1"}):
            with tempfile.TemporaryDirectory() as folder, open(f"{folder}/stderr", "w+", encoding="utf-8") as stderr:
                env = handle | {"FLOP_OUTPUT": "s.csv", "FLOP_LEDGER_DIR": folder, "FLOP_BUDGET": "1e9"}
                done = limited_run(limit, env, folder, stderr)
                expect(f"{limit}: status and output", (done.returncode, done.stdout), (5, "called\ngrown\n"))
                expect(f"{limit}: no torn summary, no ledger", os.listdir(folder), ["stderr"])
                stderr.seek(0)
                expect(f"{limit}: a line", "no more room for the ledger" in stderr.read(), limit > 0)
    with tempfile.TemporaryDirectory() as folder:
        run = limited_run(0, {"FLOP_LEDGER_DIR": folder, "FLOP_OUTPUT": "s.json"}, folder, subprocess.PIPE)
        there = f"[{CALLS:,} calls]" in run.stderr
        expect("a pipe has no limit", (run.stderr.count("file size limit reached"), there), (1, True))


def limited_run(limit, env, folder, stderr):
    return subprocess.run([BUILD / "grow", str(CALLS - 1)], env=PLAIN | ENV | env | {"LD_PRELOAD": LIBRARY}, cwd=folder,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, text=True, check=False, timeout=60,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))


{"full": full, "killed": killed, "gone": gone, "limited": limited}[sys.argv[1]]()
