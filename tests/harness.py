"""Run programs with and without the preload and look at what came out. Used by every test under apps/, clients/, faults/.

clean.py starts tests: it sets FLOPSHIM_LIBRARY, FLOPSHIM_PROGRAM and FLOPSHIM_BUILD (where test programs are built), and the
environment that programs are given, PLAIN, which is also that of a program that is started without naming any."""
import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

# What LD_PRELOAD holds: of a sanitized build, its runtime must come first
SANITIZED = os.environ.get("FLOPSHIM_SANITIZE", "")
LIBRARY = f"{os.environ.get('FLOPSHIM_RUNTIME', '')} {os.environ['FLOPSHIM_LIBRARY']}".strip()
PROGRAM = os.environ["FLOPSHIM_PROGRAM"]
BUILD = pathlib.Path(os.environ["FLOPSHIM_BUILD"])
ROOT = pathlib.Path(__file__).resolve().parent.parent
LIBS = "/usr/lib/x86_64-linux-gnu"
SKIPPED = 77
# As root, without ssh; more ranks than processors
OPEN_MPI = {"OMPI_MCA_plm_rsh_agent": "false", "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
MPI_LAUNCHERS = {"openmpi": ["mpirun.openmpi", "--oversubscribe", "--allow-run-as-root"], "mpich": ["mpirun.mpich"]}
PLAIN = {k: v for k, v in os.environ.items() if not k.startswith("FLOPSHIM_") and k != "PYTHONPATH"}
for name in os.environ.keys() - PLAIN.keys():
    del os.environ[name]


def skip(why):
    print(f"SKIPPED: {why}")
    sys.exit(SKIPPED)


def python(environment):
    """The interpreter of a virtual environment that scripts/bootstrap.sh made, or Debian's."""
    path = "/usr/bin/python3" if environment == "debian" else str(ROOT / ".venv" / environment / "bin/python")
    assert os.path.exists(path), f"{path} is missing: run scripts/bootstrap.sh"
    return path


def wheel_blas():
    """The library that NumPy's wheel brings along, with names such as scipy_dgemm_64_."""
    found, = (ROOT / ".venv/new/lib").glob("python3*/site-packages/numpy.libs/libscipy_openblas64_-*.so")
    return found


class Run:
    """One finished program: returncode, stdout, stderr, and the JSON summaries that it left. behind: is preloaded as well."""

    def __init__(self, command, env=None, preload=True, input=None, timeout=300, cwd=None, behind=""):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            settings = {"FLOP_OUTPUT": f"{folder}/%p.json", "FLOP_QUIET": "1"} if preload else {}
            if preload or behind:
                settings["LD_PRELOAD"] = f"{LIBRARY if preload else ''} {behind}".strip()
            done = subprocess.run([str(c) for c in command], env={**PLAIN, **settings, **(env or {})}, input=input,
                                  capture_output=True, text=True, errors="replace", timeout=timeout, cwd=cwd or folder,
                                  check=False)
            self.returncode, self.stdout, self.stderr = done.returncode, done.stdout, done.stderr
            self.files = sorted(os.listdir(folder))
            self.summaries = [json.loads(p.read_text()) for p in sorted(pathlib.Path(folder).glob("*.json*"))]

    @property
    def summary(self):
        found = f"{len(self.summaries)} summaries, status {self.returncode}, {self.files}; stderr: {self.stderr}"
        assert len(self.summaries) == 1, found
        return self.summaries[0]

    def costs(self):
        """{operation: (calls, FLOPs)} of the only summary."""
        return {name: (op["calls"], op["flop_cost"]) for name, op in self.summary["operations"].items()}


def expect(what, got, wanted):
    if got != wanted:
        print(f"FAILED: {what}\n  got      {got!r}\n  expected {wanted!r}")
        sys.exit(1)


def report(ledger):
    """What `flopshim report` makes of a ledger."""
    done = subprocess.run([PROGRAM, "report", "--format", "json", ledger], capture_output=True, text=True, check=False)
    expect(f"report {ledger}: {done.stderr}", done.returncode, 0)
    return json.loads(done.stdout)


def calls_of(merged):
    """{rank: calls} of the members of a merge."""
    return {m["rank"]: sum(o["calls"] for n in m["by_namespace"].values() for o in n["operations"].values())
            for m in merged["members"]}


def told(folder, pattern):
    """{rank: calls} that ranks of apps/ranks.c have said to have made, each in a file of its own: a launcher mixes their lines."""
    said = (re.findall(r"rank (\d+) made (\d+)\n", path.read_text()) for path in pathlib.Path(folder).glob(pattern))
    return {int(lines[-1][0]): int(lines[-1][1]) for lines in said if lines}


def same_with_and_without(command, env=None, **options):
    """Output and status are byte for byte the same; returns the preloaded run."""
    plain = Run(command, env, preload=False, **options)
    counted = Run(command, env, **options)
    expect(f"{command}: status", counted.returncode, plain.returncode)
    expect(f"{command}: stdout", counted.stdout, plain.stdout)
    expect(f"{command}: stderr", counted.stderr, plain.stderr)
    return counted


def check_balance(summary):
    """used + remaining = budget, and used is the sum of its parts."""
    used = summary["flops_used"]
    expect("sum of operations", sum(op["flop_cost"] for op in summary["operations"].values()), used)
    if summary["flop_budget"] is not None:
        expect("used + remaining", used + summary["flops_remaining"], summary["flop_budget"])
