"""`python -m flopshim`: the program runs as python would run it, preloaded; and what happens where nothing is preloaded."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from harness import LIBRARY, PLAIN, PROGRAM, ROOT, expect

PACKAGE = ROOT / "shim/bindings/python"
PYTHON = "/usr/bin/python3"
SHOW = """
import json, os, sys
print(json.dumps([sys.argv, sys.path[0], __name__, sys.flags.optimize, sys.warnoptions, sys.stdin.readline(),
                  os.environ.get("SEEN"), __file__ if "__file__" in globals() else None]))
print("to stderr", file=sys.stderr)
sys.exit(7)
"""
COUNT = """
import flopshim
with flopshim.BudgetContext(100) as context:
    context.deduct("add", flop_cost=3)
print(context.flops_used)
"""


def run(folder, *words, **env):
    env = {**PLAIN, "PYTHONPATH": str(PACKAGE), "FLOPSHIM_LIBRARY": LIBRARY, "FLOP_OUTPUT": "none", "FLOP_QUIET": "1", **env}
    done = subprocess.run([PYTHON, *words], cwd=folder, env={k: v for k, v in env.items() if v is not None}, input="a line\n",
                          capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def check_same(folder):
    """argv, sys.path[0], name, flags, input, environment, output, status: as without `-m flopshim`."""
    (folder / "show.py").write_text(SHOW)
    (folder / "package").mkdir()
    (folder / "package/__main__.py").write_text(SHOW)
    failing = "raise SystemExit('why')"
    for flags in ([], ["-O", "-W", "ignore"]):
        for words in (["show.py"], ["show.py", "-m", "--budget", "--", ""], ["-m", "show", "x"], ["-m", "package"],
                      ["package", "y"],
                      ["-c", SHOW, "-c", "z"], ["-c", failing], ["absent.py"], ["-m", "absent"], ["-c", "1/0"],
                      ["-c", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"]):
            status, *streams = run(folder, *flags, *words, SEEN="1")
            expect(f"{flags} {words}", run(folder, *flags, "-m", "flopshim", *words, SEEN="1"),
                   (128 - status if status < 0 else status, *streams))


def check_options(folder):
    code = "import json, os; print(json.dumps({k: v for k, v in os.environ.items() if k.startswith('FLOP_')}))"
    status, out, err = run(folder, "-m", "flopshim", "--budget=1e6", "--namespace", "n", "--output", "none",
                           "--quiet", "--timing", "off", "-c", code, FLOP_QUIET=None, FLOP_OUTPUT=None, FLOP_LEDGER_DIR=None)
    seen = json.loads(out)
    expect("a run's folder", pathlib.Path(seen.pop("FLOP_LEDGER_DIR")).name.startswith("flopshim-"), True)
    expect("options", (status, seen, err), (0, {"FLOP_BUDGET": "1e6", "FLOP_NAMESPACE": "n", "FLOP_OUTPUT": "none",
                                                           "FLOP_QUIET": "1", "FLOP_TIMING": "off"}, ""))
    for words, status in ((["--help"], 0), ([], 2), (["--bugdet", "1", "x.py"], 2), (["--budget"], 2), (["--quiet=1", "x"], 2),
                          (["--budget", "much", "-c", "print(1)"], 2)):
        got = run(folder, "-m", "flopshim", *words)
        expect(f"{words}: status and output {got}", (got[0], "1\n" in got[1]), (status, False))
    helped = run(folder, "-m", "flopshim", "--help")[1]
    listed = {line.split("(FLOP_")[1].split(")")[0].split(";")[0] for line in
              subprocess.run([PROGRAM, "run", "--help"], capture_output=True, text=True, check=True).stdout.splitlines()
              if "(FLOP_" in line}
    expect("options that `flopshim run` has and --help does not list", [v for v in listed if f"FLOP_{v}" not in helped], [])


def check_library(folder):
    """Found beside the program; with blanks in its path; named but absent; other preloads stay."""
    expect("named", run(folder, "-m", "flopshim", "-c", COUNT), (0, "3\n", ""))
    blanks = folder / "a b:$c"
    blanks.mkdir()
    shutil.copy(LIBRARY, blanks / "libflopshim.so")
    cache = str(folder / "cache")
    for _ in range(2):
        expect("blanks", run(folder, "-m", "flopshim", "-c", COUNT, FLOPSHIM_LIBRARY=str(blanks / "libflopshim.so"),
                             XDG_CACHE_HOME=cache), (0, "3\n", ""))
    expect("one link", len(os.listdir(folder / "cache/flopshim")), 1)
    expect("blanks in the cache", run(folder, "-m", "flopshim", "-c", COUNT, XDG_CACHE_HOME=str(blanks),
                                      FLOPSHIM_LIBRARY=str(blanks / "libflopshim.so"))[0], 125)
    status, _, err = run(folder, "-m", "flopshim", "-c", COUNT, FLOPSHIM_LIBRARY="/absent/libflopshim.so")
    expect(f"absent {err}", (status, "cannot find libflopshim.so; looked for /absent/libflopshim.so" in err), (125, True))
    beside = os.path.dirname(PROGRAM) + ":/usr/bin"
    expect("beside", run(folder, "-m", "flopshim", "-c", COUNT, FLOPSHIM_LIBRARY=None, PATH=beside), (0, "3\n", ""))
    code = "import os, sys; print(os.environ['LD_PRELOAD'])"
    other = "/usr/lib/x86_64-linux-gnu/libm.so.6"
    expect("other preloads", run(folder, "-m", "flopshim", "-m", "flopshim", "-c", code, LD_PRELOAD=other),
           (0, f"{pathlib.Path(LIBRARY).resolve()}:{other}\n", ""))


def check_killed(folder):
    """A program that is killed has its summary, by `flopshim run`; where that is not to be found, it waits in its ledger."""
    (folder / "there").mkdir()
    code = ("import os, signal\nimport flopshim\nos.chdir('there')\nflopshim.deduct('add', flop_cost=3)\n"
            "os.kill(os.getpid(), signal.SIGKILL)\n")
    got = run(folder, "-m", "flopshim", "--output", "killed.json", "-c", code, FLOP_OUTPUT=None, FLOP_QUIET=None)
    summary = json.loads((folder / "killed.json").read_text())
    expect(f"killed {got}", (got[0], summary["flops_used"], summary["end_reason"], summary["end_status"],
                             ", killed by signal 9): killed.json\n" in got[2]), (137, 3, "signal", 9, True))
    alone = folder / "alone"
    alone.mkdir()
    shutil.copy(LIBRARY, alone / "libflopshim.so")
    got = run(folder, "-m", "flopshim", "--ledger-dir", str(alone), "--output", "alone.json", "-c", code, FLOP_OUTPUT=None,
              FLOPSHIM_LIBRARY=str(alone / "libflopshim.so"), PATH="/usr/bin")
    left = subprocess.run([PROGRAM, "report", "--left", "-f", "json"], env=PLAIN | {"FLOP_LEDGER_DIR": str(alone)},
                          capture_output=True, text=True, check=True).stdout
    expect(f"alone {got}", (got[0], (folder / "alone.json").exists(), [s["flops_used"] for s in json.loads(left)
                                                                      if s["operations"].get("add")]), (-9, False, [3]))
    status, _, err = run(folder, "-m", "flopshim", "-c", "1", FLOPSHIM_PROGRAM="/absent/flopshim")
    expect(f"named {err}", (status, "FLOPSHIM_PROGRAM=/absent/flopshim: expected" in err), (125, True))


def check_unloaded(folder):
    status, out, err = run(folder, "-c", "import flopshim\nimport flopshim._text\nprint(flopshim.BudgetContext(1))")
    expect(f"import: {err}", (status, out, err.count("RuntimeWarning: flopshim: libflopshim.so is not preloaded"),
                              "python -m flopshim PROGRAM" in err), (0, "<BudgetContext 0 of 1 FLOPs used>\n", 1, True))
    for use in ("flopshim.BudgetContext(1).__enter__()", "flopshim.namespace('a').__enter__()",
                "flopshim.deduct('a', flop_cost=1)"):
        status, out, err = run(folder, "-W", "ignore", "-c", f"import flopshim\n{use}")
        expect(f"{use}: {err}", (status, "StateError: libflopshim.so is not preloaded" in err), (1, True))
    allowed = COUNT + ("with flopshim.namespace('a'), flopshim.budget_live(): pass\nflopshim.deduct('a', flop_cost=1)\n"
                       "flopshim.budget_reset()\nprint(flopshim.budget_summary_dict(True)['flops_used'], context.op_log)\n")
    nothing = "flopshim FLOP Budget Summary\n"
    for env, code in (({"FLOPSHIM_ALLOW_UNLOADED": "1"}, allowed),
                      ({}, "import flopshim\nflopshim.allow_unloaded()\n" + allowed),
                      ({"FLOP_DISABLE": "1", "LD_PRELOAD": LIBRARY}, allowed)):
        status, out, err = run(folder, "-c", code, **env)
        expect(f"{env}: {err}", (status, out.startswith("0\n" + nothing), out.endswith("\n0 []\n")), (0, True, True))
        expect(f"{env}: warning", "RuntimeWarning" in err, not env)
    again = "import flopshim\nflopshim.allow_unloaded()\nwith flopshim.BudgetContext(1) as c: c.__enter__()"
    expect("nesting", "Cannot nest BudgetContexts" in run(folder, "-W", "ignore", "-c", again)[2], True)


def main():
    for check in (check_same, check_options, check_library, check_killed, check_unloaded):
        with tempfile.TemporaryDirectory() as folder:
            check(pathlib.Path(folder))


main()
