"""test_depth.py [openblas:]WAY[,NAME=VALUE]...: how much stack a way takes, found by halving: with the preload (and these
settings) at most so much more than without.
test_depth.py signals: handlers run on the program's own stacks.
test_depth.py small: what the platform promises to be enough, is."""
import signal
import subprocess
import sys
import tempfile

from harness import BUILD, LIBRARY, LIBS, PLAIN, SANITIZED, expect, skip

MORE = 2048
MOST = 1 << 18
STATUS = {"exhausted": 86, "exhausted,FLOP_SCOPE=tree": 86, "abort": -signal.SIGABRT,
          "exhausted,FLOP_ON_EXHAUSTED=abort": -signal.SIGABRT, "exhausted,FLOP_ON_EXHAUSTED=signal=TERM": -signal.SIGTERM}


def passes(words, size, preload):
    blas = "openblas-pthread" if words.startswith("openblas:") else "blas"
    words = words.removeprefix("openblas:")
    way, *settings = words.split(",")
    with tempfile.TemporaryDirectory() as folder:
        env = PLAIN | {"LD_LIBRARY_PATH": f"{LIBS}/lapack:{LIBS}/{blas}"}
        if preload:
            env |= {"LD_PRELOAD": LIBRARY, "FLOP_OUTPUT": f"{folder}/%p.json,{folder}/%p.txt", "FLOP_LEDGER_DIR": folder}
            env |= dict(setting.split("=", 1) for setting in settings)
        if way == "exhausted":
            env["FLOP_BUDGET"] = "1"
        if way == "plugin":
            env["PLUGIN"] = f"{LIBS}/openblas-pthread/libblas.so.3"
        done = subprocess.run([BUILD / "depth", way, str(size)], env=env, capture_output=True, text=True, check=False, cwd=folder)
    wanted = 0 if way == "exhausted" and not preload else STATUS.get(words, 0)
    expect(f"{words}, {size} bytes: status ({done.stderr})", done.returncode in (wanted, -signal.SIGSEGV), True)
    return done.returncode == wanted


def depth(way, preload):
    """The least that is enough, in steps of 64."""
    too_few, enough = 0, MOST
    expect(f"{way}: {MOST} bytes are enough", passes(way, MOST, preload), True)
    while enough - too_few > 64:
        middle = (too_few + enough) // 128 * 64
        if passes(way, middle, preload):
            enough = middle
        else:
            too_few = middle
    return enough


def compare(ways):
    bad = []
    for way in ways:
        without, with_it = depth(way, False), depth(way, True)
        print(f"{way}: {without} bytes without, {with_it} with, {with_it - without} more", flush=True)
        if with_it - without > MORE:
            bad.append((way, with_it - without))
    expect("more stack than without", bad, [])


def signals():
    """No handler of the program's runs on the shim's stack."""
    expect("handlers run on the program's stacks", passes("signals", 800, True), True)


def small():
    for way in ("first", "exhausted", "_exit", "exit", "execl", "spawn", "system"):
        expect(f"{way} on 16 KiB less what a thread takes", passes(way, 14336, True), True)
    expect("exec on a clone's 4 KiB", passes("vfork", 4096, True), True)
    expect("first call on an alternate stack of 8 KiB", passes("handler", 8192, True), True)


if SANITIZED:
    skip("sanitized code takes what it likes")
if sys.argv[1:] == ["small"]:
    small()
elif sys.argv[1:] == ["signals"]:
    signals()
else:
    compare(sys.argv[1:])
