"""FLOP_SCOPE=job: the ranks of an MPI job have one summary, which is what `flopshim merge` makes of theirs, and one budget, held to
the last FLOP; a job that is killed loses no call that a rank has told of. usage: test_job.py openmpi|mpich GROUP"""
import contextlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from harness import LIBRARY, MPI_LAUNCHERS, OPEN_MPI, PLAIN, PROGRAM, ROOT, calls_of, expect, skip, told
from job_end import end_of_job, of_session

MPI, GROUP = sys.argv[1:]
LAUNCHER = MPI_LAUNCHERS[MPI]
MPI_LIBRARY = str(pathlib.Path(LIBRARY).with_name("libflopshim-mpi.so"))
ENVIRONMENT = OPEN_MPI | {"OPENBLAS_NUM_THREADS": "1"}
DOT = 200  # FLOPs of ddot over 100 elements: 100 products, 100 sums
ROUNDS = {"openmpi": "2000", "mpich": "60"}[MPI]  # of job_kills, a second or two; where ranks wait for a processor MPICH's are slow


def build(folder, source="ranks.c", compiler=f"mpicc.{MPI}", libraries=("-lblas", "-lpthread")):
    program = f"{folder}/{source.split('.')[0]}"
    done = subprocess.run([compiler, "-O1", "-o", program, str(ROOT / "tests/apps" / source), *libraries], capture_output=True,
                          text=True, check=False)
    expect(f"{compiler} {source}: {done.stderr}", done.returncode, 0)
    return program


class Job:
    """A finished job in a folder of its own: status, output, and the files that it left."""

    def __init__(self, ranks, *command, run=("--scope", "job"), output="job.json,job.txt", environment=None, launcher=None):
        with tempfile.TemporaryDirectory() as folder:
            words = [PROGRAM, "run", *run, "--output", output, "--"] if run else []
            done = subprocess.run([*words, *(launcher or LAUNCHER), "-n", str(ranks), *[str(c) for c in command]], cwd=folder,
                                  env={**PLAIN, **ENVIRONMENT, **(environment or {})}, capture_output=True, text=True, timeout=120,
                                  check=False)
            self.status, self.output, self.errors = done.returncode, done.stdout, done.stderr
            files = sorted(pathlib.Path(folder).iterdir())
            self.files = {p.name: p.read_text() for p in files}
            self.merged = merge([p for p in files if p.suffix == ".json"])

    @property
    def made(self):
        """{rank: calls} that were told of."""
        return {int(rank): int(calls) for rank, calls in re.findall(r"rank (\d+) made (\d+)", self.output)}


def merge(files):
    if not files:
        return None
    done = subprocess.run([PROGRAM, "merge", "-f", "json", *files], capture_output=True, text=True, check=False)
    expect(f"merge: {done.stderr}", done.returncode, 0)
    return json.loads(done.stdout)


def whole(ranks, calls):
    return {rank: (rank + 1) * calls for rank in range(ranks)}


# ---- one summary ----

def one_summary(program):
    for ranks in (1, 2, 4, 16):
        job = Job(ranks, program, 10)
        expect(f"{ranks} ranks: {job.errors}", (job.status, sorted(job.files)), (0, ["job.json", "job.txt"]))
        expect("one line", job.errors, f"flopshim: summary of the job ({ranks} rank{'s' * (ranks > 1)}): job.json, job.txt\n")
        written = json.loads(job.files["job.json"])
        total = 10 * ranks * (ranks + 1) // 2
        expect("the total", (written["flops_used"], written["calls"], written["missing_ranks"]), (DOT * total, total, ""))
        expect("each rank", calls_of(written), whole(ranks, 10))
        expect("complete", (written["incomplete_processes"], {m["end_reason"] for m in written["members"]}), (0, {"finalized"}))
        spread = written["over_processes"]["flops_used"]
        expect("least and most", (spread["min"], spread["min_at"]["rank"], spread["max"], spread["max_at"]["rank"]),
               (10 * DOT, 0, 10 * DOT * ranks, ranks - 1))
        expect("as flopshim merge makes it", job.merged, written)
        expect("the text", f"{DOT * total:,} FLOPs in {total:,} calls" in job.files["job.txt"], True)


def all_that_was_asked_for(program):
    """Shapes, time outside of BLAS, the budget and its rest, nodes: in the job's document, and in the same merged again."""
    job = Job(4, program, 10, run=("--scope", "job", "--budget", "1e6", "--detail", "shapes"))
    written = json.loads(job.files["job.json"])
    expect(f"merged: {job.errors}", job.merged, written)
    expect("its budget", (written["ranks"], written["flop_budget"], written["flops_remaining"]), (4, 10**6, 10**6 - 100 * DOT))
    shapes = [(s["routine"], s["shape"], s["flop_cost"], s["calls"], s["processes"]) for s in written["shapes"]]
    expect("shapes", shapes, [("ddot", "n=100", 100 * DOT, 100, 4)])
    whose = {(m["rank"], m["process"]["host"], m["process"]["pid"]): m["time"]["outside_seconds"] for m in written["members"]}
    outside = written["over_processes"]["outside_ns"]
    for word, value in (("min", min(whose.values())), ("max", max(whose.values()))):
        expect(f"{word} time outside", (outside[word], whose[tuple(outside[f"{word}_at"].values())]), (round(value * 1e9), value))
    host, = written["hosts"]
    expect("the node", (host["processes"], host["calls"], host["refused_calls"], host["incomplete_processes"]), (4, 100, 0, 0))
    lines = [" ".join(line.split()) for line in job.files["job.txt"].splitlines()]
    for line in ("980,000 FLOPs left of the job's budget of 1,000,000", "ddot 20,000 (100.0%) [100 calls] n=100"):
        expect(f"{line} in {lines}", line in lines, True)
    expect("times outside", any(line.startswith("Time outside ") for line in lines), True)


def page(program):
    for what, total in (("plain", 30), ("die", 30)):
        job = Job(2, program, 10, what, output="job.html,job.txt")
        expect(f"{what}: {job.errors}", sorted(job.files), ["job.html", "job.json", "job.txt"])
        text = job.files["job.html"]
        expect(f"{what}: the page", ("2 processes on 1 host" in text, f"{DOT * total:,}" in text), (True, True))
        expect(f"{what}: said", job.errors.count("flopshim: summary of the job, as a page: job.html\n"), 1)


def as_each_alone(program):
    """What the ranks' own summaries merge to, but for when it was."""
    alone = Job(4, program, 10, run=(), environment={"LD_PRELOAD": LIBRARY, "FLOP_OUTPUT": "%r.json", "FLOP_QUIET": "1"})
    together = Job(4, program, 10, output="job.json")
    expect("a file a rank", sorted(alone.files), [f"{rank}.json" for rank in range(4)])
    for key in ("flops_used", "calls", "processes", "missing_ranks", "incomplete_processes", "routines", "namespace_routines",
                "shapes", "hosts"):
        expect(key, together.merged[key], alone.merged[key])


def by_hand(program):
    job = Job(4, program, 10, run=(), environment={"LD_PRELOAD": f"{LIBRARY}:{MPI_LIBRARY}", "FLOP_SCOPE": "job",
                                                    "FLOP_OUTPUT": "hand.json,table.%r.csv"})
    expect("by hand", (job.status, sorted(job.files)[:1], calls_of(job.merged)), (0, ["hand.json"], whole(4, 10)))
    expect("a table of each process", len([name for name in job.files if name.endswith(".csv")]), 4)
    job = Job(2, program, 10, run=(), environment={"LD_PRELOAD": LIBRARY, "FLOP_SCOPE": "job", "FLOP_OUTPUT": "%r.json"})
    expect("without the library of jobs", (job.status, "needs libflopshim-mpi.so" in job.errors, sorted(job.files)),
           (0, True, ["0.json", "1.json"]))
    job = Job(2, program, 10, run=(), environment={"LD_PRELOAD": LIBRARY, "FLOP_SCOPE": "job", "FLOP_BUDGET": "1e9"})
    expect("a limit of a job that nobody keeps", (job.status != 0, job.made), (True, {}))


def without_mpi(_):
    """A process that never calls MPI_Init is counted by itself; nothing of MPI is loaded into it."""
    with tempfile.TemporaryDirectory() as folder:
        script = "import sys, numpy; numpy.ones(50) @ numpy.ones(50); sys.exit('libmpi' in open('/proc/self/maps').read())"
        command = [PROGRAM, "run", "-q", "--scope", "job", "--output", "x.json", "--", "/usr/bin/python3", "-c", script]
        done = subprocess.run(command, cwd=folder, env={**PLAIN}, check=False)
        expect("no MPI", (done.returncode, os.listdir(folder)), (0, ["x.json"]))
        summary = json.loads(pathlib.Path(folder, "x.json").read_text())
        expect("its own summary", (summary["process"]["rank"], summary["end_reason"], summary["operations"]["ddot"]["calls"]),
               (None, "exit", 1))


def ends(program):
    """What happens after MPI_Finalize, or instead of it."""
    late = Job(3, program, 10, "late", output="job.json")
    expect("calls after MPI_Finalize", (late.status, len(late.files), calls_of(late.merged)), (0, 4, {0: 11, 1: 21, 2: 31}))
    idle = Job(3, program, 10, "idle")
    expect("a rank that does nothing is in it", calls_of(idle.merged), {0: 10, 1: 0, 2: 0})
    for what in ("abort", "exit", "die"):
        job = Job(4, program, 10, what, output="%p.json")
        expect(f"{what}: {job.errors}", job.status != 0, True)
        told, kept = job.made, calls_of(job.merged)
        expect(f"{what}: rank 1 told of its calls", told.get(1), 20)
        expect(f"{what}: no call that was told of is lost", {rank: kept.get(rank) for rank in told}, told)
        expect(f"{what}: nobody came to MPI_Finalize", "finalized" in {m["end_reason"] for m in job.merged["members"]}, False)


# ---- killed at any moment ----

def launcher_of(pid):
    """What flopshim run has started."""
    return int(subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()[0])


def kill_somebody(job, victim, moment, launcher=False):
    """The victim: a rank, all ranks, or mpirun, which is the job itself or its child."""
    time.sleep(moment)
    ranks = of_session(job, "-x", "ranks")
    if victim == "mpirun" or not ranks:
        with contextlib.suppress(ProcessLookupError, IndexError):
            os.kill(launcher_of(job.pid) if launcher else job.pid, signal.SIGKILL)
    for pid in ranks if victim == "ranks" else random.sample(ranks, min(len(ranks), victim == "rank")):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def telling(program, folder):
    """A rank tells of its calls in a file of its own: mpirun cuts lines where it joins those of all."""
    return "sh", "-c", f"exec {program} {ROUNDS} steps > {folder}/told.$$"


def kills(program):
    random.seed(18)
    amid = 0
    for turn in range(12):
        victim = ("rank", "ranks", "mpirun")[turn % 3]
        with tempfile.TemporaryDirectory() as folder:
            environment = {**PLAIN, **ENVIRONMENT, "LD_PRELOAD": f"{LIBRARY}:{MPI_LIBRARY}", "FLOP_SCOPE": "job",
                           "FLOP_OUTPUT": f"{folder}/%p.json", "FLOP_LEDGER_DIR": folder, "FLOP_QUIET": "1", "TMPDIR": folder}
            job = subprocess.Popen([*LAUNCHER, "-n", "4", *telling(program, folder)], env=environment, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True)
            kill_somebody(job, victim, random.uniform(0.2, 2))
            end_of_job(job, "ranks")
            calls = told(folder, "told.*")
            left = [p for p in pathlib.Path(folder).iterdir() if p.suffix in (".json", ".ledger")]
            kept = calls_of(merge(left)) if left else {}
            short = {rank: (made, kept.get(rank)) for rank, made in calls.items() if kept.get(rank, 0) < made}
            expect(f"turn {turn}, {victim} killed: calls that were told of and are lost, of {calls}", short, {})
            amid += bool(calls)
    expect(f"most were killed while they counted ({amid} of 12)", amid >= 4, True)
    print(f"{amid} of 12 jobs were killed while they counted")


# ---- under flopshim run: the job's summary at any rate ----

def left_behind(program):
    """A rank that does not come to MPI_Finalize: the job's summary is made of what all left, where it would have been."""
    for what in ("abort", "exit", "die"):
        job = Job(4, program, 10, what, run=("--scope", "job", "--budget", "1e6"))
        expect(f"{what}: {job.errors}", (job.status != 0, sorted(job.files)), (True, ["job.json", "job.txt"]))
        written = json.loads(job.files["job.json"])
        expect(f"{what}: as it is merged again", job.merged, written)
        kept = calls_of(written)
        expect(f"{what}: all ranks, and all that they told of", ({rank: kept.get(rank) for rank in job.made}, sorted(kept)),
               (job.made, [0, 1, 2, 3]))
        expect(f"{what}: the budget", (written["ranks"], written["flop_budget"], written["flops_remaining"]),
               (4, 10**6, 10**6 - written["flops_used"]))
        ends = {m["rank"]: (m["end_reason"], m["end_status"]) for m in written["members"]}
        expect(f"{what}: how rank 1 ended, of {ends}", ends[1] == ("exit", 3) or what != "exit" and ends[1][0] != "finalized", True)
        said = job.errors.count("summary of the job (4 of 4 ranks, made of what they left): ")
        expect(f"{what}: said once: {job.errors}", said, 1)
    exhausted = Job(4, program, 10, run=("--scope", "job", "--budget", str(100 * DOT - 1)))
    written = json.loads(exhausted.files["job.json"])
    expect(f"exhausted: {exhausted.errors}", (exhausted.status, sorted(exhausted.files), written["refused_calls"] > 0,
                                              written["flops_remaining"] >= 0), (86, ["job.json", "job.txt"], True, True))
    table = Job(2, program, 10, "die", output="job.json,table.csv")
    expect(f"a table of each process that has one: {sorted(table.files)}",
           ("job.json" in table.files, len([name for name in table.files if name.endswith(".csv")])), (True, 2))


def on_other_nodes(program):
    """Ranks whose ledgers are elsewhere are missing in it, which is said; what they left there makes it whole."""
    with tempfile.TemporaryDirectory() as other:
        script = f'[ ${{PMIX_RANK:-$PMI_RANK}} -lt 2 ] || export FLOP_LEDGER_DIR={other}; exec "$@"'
        job = Job(4, "sh", "-c", script, "sh", program, 10, "die", output="job.json")
        written = json.loads(job.files["job.json"])
        expect(f"missing: {job.errors}", (written["missing_ranks"], written["ranks"], sorted(calls_of(written))),
               ("2-3", 4, [0, 1]))
        expect("said", ("(2 of 4 ranks, made" in job.errors, "nothing of ranks 2-3 is on this node" in job.errors), (True, True))
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "job.json").write_text(job.files["job.json"])
            number = written["members"][0]["process"]["job_number"]
            done = subprocess.run([PROGRAM, "merge", "--job", str(number), "-f", "json", f"{folder}/job.json",
                                   *write_all(folder, job.files)], env={**PLAIN, "FLOP_LEDGER_DIR": other}, capture_output=True,
                                  text=True, check=False)
            expect(f"whole: {done.stderr}", done.returncode, 0)
            whole_job = json.loads(done.stdout)
            expect("whole", (whole_job["missing_ranks"], sorted(calls_of(whole_job))), ("", [0, 1, 2, 3]))


def write_all(folder, files):
    """The files of a job, but for its summary, in a folder."""
    paths = [pathlib.Path(folder, name) for name in files if name.endswith(".json") and name != "job.json"]
    for path in paths:
        path.write_text(files[path.name])
    return paths


def by_command(program):
    """Without flopshim run, the message says by which command the summary is made."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**PLAIN, **ENVIRONMENT, "LD_PRELOAD": f"{LIBRARY}:{MPI_LIBRARY}", "FLOP_SCOPE": "job",
                       "FLOP_OUTPUT": f"{folder}/job.json", "FLOP_LEDGER_DIR": folder}
        for what in ("abort", "exit"):
            done = subprocess.run([*LAUNCHER, "-n", "4", program, "10", what], env=environment, cwd=folder, capture_output=True,
                                  text=True, timeout=120, check=False)
            commands = re.findall(r"it is made of what they leave by: flopshim (merge --job \d+ \S+)$", done.stderr, re.M)
            expect(f"{what}: {done.stderr}", len(commands) >= 1, True)
            made = subprocess.run(["sh", "-c", f"{PROGRAM} {commands[0]} -f json"], env={**PLAIN, "FLOP_LEDGER_DIR": folder},
                                  cwd="/", capture_output=True, text=True, check=False)
            expect(f"{what}: {commands[0]}: {made.stderr}", made.returncode, 0)
            found = calls_of(json.loads(made.stdout))
            told = {int(rank): int(calls) for rank, calls in re.findall(r"rank (\d+) made (\d+)", done.stdout)}
            expect(f"{what}: of this job, all that was told of", {rank: found.get(rank) for rank in told}, told)
            expect(f"{what}: the place of the job's summary is free", pathlib.Path(folder, "job.json").exists(), False)
        done = subprocess.run([*LAUNCHER, "-n", "2", program, "10", "exit"], env={**environment, "FLOP_OUTPUT": "job.txt"},
                              cwd=folder, capture_output=True, text=True, timeout=120, check=False)
        expect(f"text: {done.stderr}", "Text cannot be merged (FLOP_OUTPUT=NAME.json can)" in done.stderr, True)
        done = subprocess.run([PROGRAM, "merge", "--job", "1"], env=PLAIN, capture_output=True, text=True, check=False)
        expect("no such job", (done.returncode, "--job 1: no rank of that job is in a FILE" in done.stderr), (2, True))
        done = subprocess.run([PROGRAM, "merge", "--job", "x"], env=PLAIN, capture_output=True, text=True, check=False)
        expect("no number", (done.returncode, "--job x: expected a whole number" in done.stderr), (2, True))


def kills_under_run(program):
    """As kills(): at a random moment, of what is left `flopshim run` makes one document, that lacks no call that was told of."""
    random.seed(19)
    amid = 0
    for turn in range(9):
        victim = ("rank", "ranks", "mpirun")[turn % 3]
        with tempfile.TemporaryDirectory() as folder:
            environment = {**PLAIN, **ENVIRONMENT, "FLOP_LEDGER_DIR": folder, "TMPDIR": folder}
            with open(f"{folder}/errors", "w+b") as errors:
                job = subprocess.Popen([PROGRAM, "run", "--scope", "job", "-o", f"{folder}/job.json", "--", *LAUNCHER, "-n", "4",
                                        *telling(program, folder)], env=environment, stdout=errors, stderr=errors,
                                       start_new_session=True)
                kill_somebody(job, victim, random.uniform(0.4, 2.2), launcher=True)
                end_of_job(job, "ranks")
            calls = told(folder, "told.*")
            said = pathlib.Path(folder, "errors").read_text()
            names = {p.name for p in pathlib.Path(folder).glob("*.json")}
            if calls:
                outlived = "still runs" in said  # ranks that did may come to the end, and write the whole job's beside it
                documents = names & {"job.json", "job.1.json"} - ({"job.1.json"} if outlived else set())
                expect(f"turn {turn}, {victim} killed: one document, of {names}: {said}", documents, {"job.json"})
                ended = min(calls.values()) == 100 * int(ROUNDS)  # then ranks may be killed behind the job's summary
                expect(f"turn {turn}, {victim} killed: and nothing else: {said}", ended or outlived or len(names) == 1, True)
            kept = calls_of(merge([pathlib.Path(folder, name) for name in names])) if calls else {}
            short = {rank: (made, kept.get(rank)) for rank, made in calls.items() if kept.get(rank, 0) < made}
            expect(f"turn {turn}, {victim} killed: calls that were told of and are lost, of {calls}: {said}", short, {})
            amid += bool(calls)
    expect(f"most were killed while they counted ({amid} of 9)", amid >= 3, True)
    print(f"{amid} of 9 jobs under flopshim run were killed while they counted")


# ---- one budget ----

def budgets(program):
    whole_cost = 100 * DOT
    for budget in (whole_cost, 50 * whole_cost):
        job = Job(4, program, 10, run=("--scope", "job", "-q", "--budget", str(budget)))
        expect(f"a budget of {budget} suffices: {job.errors}", (job.status, calls_of(job.merged)), (0, whole(4, 10)))
    for _ in range(5):
        job = Job(4, program, 10, run=("--scope", "job", "--budget", str(whole_cost - 1)), output="%p.json")
        expect(f"a FLOP too few: {job.errors}", job.status, 86)
        expect("never overspent", job.merged["flops_used"] <= whole_cost - 1, True)
        expect("one banner", job.errors.count("| budget: "), 1)
        said = re.findall(r"ddot would cost 200 FLOPs but only (\d+) remain \(budget 19,999, used ([\d,]+)\)", job.errors)
        expect(f"and said: {job.errors}", len(said) >= 1, True)
        expect("where all others had made their calls, to the FLOP", len(job.made) < 3 or said == [("199", "19,800")], True)
    warned = Job(4, program, 10, run=("--scope", "job", "-q", "--budget", str(whole_cost - 1), "--on-exhausted", "warn"))
    expect(f"warn: {warned.errors}", (warned.status, calls_of(warned.merged)), (0, whole(4, 10)))


def wide_budgets(program):
    """Of more than 2^64 FLOPs: a call costs 2e18, so that 10 of them are more than a word holds."""
    dot = 2 * 10**18
    for budget in (100 * dot + 3, 10**25):
        job = Job(4, program, 10, run=("--scope", "job", "-q", "--budget", str(budget), "--multiplier", "1e16"))
        expect(f"{budget} suffices: {job.errors}", (job.status, calls_of(job.merged)), (0, whole(4, 10)))
        expect("used", job.merged["flops_used"], 100 * dot)
    one = Job(4, program, 1000, "idle", run=("--scope", "job", "-q", "--budget", str(1000 * dot), "--multiplier", "1e16"))
    expect(f"all of it for one: {one.errors}", (one.status, one.merged["flops_used"]), (0, 1000 * dot))
    for _ in range(5):
        job = Job(4, program, 10, run=("--scope", "job", "--budget", str(100 * dot - 1), "--multiplier", "1e16"), output="%p.json")
        expect(f"a FLOP too few: {job.errors}", (job.status, job.merged["flops_used"] < 100 * dot), (86, True))
        said = re.findall(r"but only ([\d,]+) remain \(budget 199,999,999,999,999,999,999, used ([\d,]+)\)", job.errors)
        expect(f"and said: {job.errors}", [sum(int(n.replace(",", "")) for n in pair) for pair in said][:1], [100 * dot - 1])


def budgets_of_one(program):
    """All of the budget is for whoever calls, wherever it was drawn first."""
    job = Job(4, program, 1000, "idle", run=("--scope", "job", "-q", "--budget", str(1000 * DOT)))
    expect(f"only rank 0 calls: {job.errors}", (job.status, calls_of(job.merged)), (0, {0: 1000, 1: 0, 2: 0, 3: 0}))
    late = Job(2, program, 10, "late", run=("--scope", "job", "-q", "--budget", str(32 * DOT)), output="job.json")
    expect(f"what is left is shared out after MPI_Finalize: {late.errors}", (late.status, calls_of(late.merged)),
           (0, {0: 11, 1: 21}))


def threads(program):
    for what in ("threads", "funneled"):
        for budget in ([], ["--budget", str(4 * 100 * DOT)]):
            job = Job(2, program, 400, what, run=("--scope", "job", "-q", *budget), output="job.json")
            wanted = {0: 400, 1: 800} if not budget else None
            if wanted:
                expect(f"{what}: {job.errors}", (job.status, calls_of(job.merged)), (0, wanted))
            else:
                expect(f"{what}, not enough: {job.errors}", (job.status, job.merged["flops_used"] <= 4 * 100 * DOT), (86, True))


# ---- others ----

def languages(_):
    with tempfile.TemporaryDirectory() as folder:
        for source in ("ranks_f.f90", "ranks_f08.f90"):
            program = build(folder, source, f"mpif90.{MPI}", ("-lblas",))
            for budget in ([], ["--budget", "1e9"]):
                job = Job(3, program, run=("--scope", "job", "-q", *budget), output="job.json")
                expect(f"{source}: {job.errors}", (job.status, calls_of(job.merged)), (0, {0: 1, 1: 2, 2: 3}))


def sessions(_):
    """A job that uses sessions alone has no MPI_Finalize at which its ranks would meet: it says so, and is not run without its
    limit."""
    if MPI == "openmpi":
        return print("Open MPI has sessions from version 5 on")
    with tempfile.TemporaryDirectory() as folder:
        program = build(folder, "ranks_session.c", libraries=("-lblas",))
        job = Job(3, program, output="%r.json")
        expect("each by itself", (job.status, sorted(job.files), calls_of(job.merged)),
               (0, [f"{rank}.json" for rank in range(3)], whole(3, 1)))
        expect("and said", job.errors.count("uses MPI by sessions, without MPI_Init; each process is counted by itself"), 3)
        job = Job(3, program, run=("--scope", "job", "--budget", "1e9"))
        # MPICH's mpirun kills the others when one has ended, and then tells of that, or of their SIGHUP, now and then
        expect(f"with a budget: {job.errors}", (job.status in (1, 2, 9), job.made), (True, {}))


def abi(_):
    """The table of handles, held to the headers."""
    with tempfile.TemporaryDirectory() as folder:
        program = f"{folder}/abi"
        done = subprocess.run([f"mpicc.{MPI}", "-w", f"-I{ROOT}/shim/mpi", "-o", program, ROOT / "tests/apps/mpi_abi.c",
                               ROOT / "shim/mpi/mpi_abi.c"], check=False)
        expect("it compiles", done.returncode, 0)
        done = subprocess.run([program], env={**PLAIN, **ENVIRONMENT}, capture_output=True, text=True, check=False)
        expect(f"handles: {done.stdout}", done.returncode, 0)


def tools(program):
    """Another tool on PMPI, before and behind: both see what they came for."""
    with tempfile.TemporaryDirectory() as folder:
        tool = f"{folder}/tool.so"
        done = subprocess.run([f"mpicc.{MPI}", "-shared", "-fPIC", "-o", tool, str(ROOT / "tests/apps/mpi_tool.c")], check=False)
        expect("the tool is built", done.returncode, 0)
        for order in ([LIBRARY, MPI_LIBRARY, tool], [tool, LIBRARY, MPI_LIBRARY]):
            for budget in ({}, {"FLOP_BUDGET": "1e9"}):
                job = Job(2, program, 10, run=(), environment={**budget, "LD_PRELOAD": ":".join(order), "FLOP_SCOPE": "job",
                                                                "FLOP_QUIET": "1", "FLOP_OUTPUT": "job.json"})
                expect(f"{order}: {job.errors}", (job.status, sorted(job.files), job.output.count("tool: init"),
                                                  job.output.count("tool: finalize")), (0, ["job.json"], 2, 2))


def wrong_pairing(_):
    """A library with the functions of MPI that is neither of those that are known."""
    with tempfile.TemporaryDirectory() as folder:
        library = f"{folder}/libother.so"
        source = str(ROOT / "tests/apps/mpi_other.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-DLIBRARY", "-o", library, source], check=True)
        subprocess.run(["cc", "-o", f"{folder}/other", source, library, f"-Wl,-rpath,{folder}", "-lblas"], check=True)
        for budget, status, files in (((), 0, 1), (("--budget", "1e9"), 2, 0)):
            job = Job(1, f"{folder}/other", run=("--scope", "job", *budget), output="x.json", launcher=["nice"])
            said = [line for line in job.errors.splitlines() if "neither Open MPI nor one with MPICH's ABI" in line]
            expect(f"{budget}: {job.errors}", (job.status, len(said), len(job.files)), (status, 1, files))


def nodes(program):
    """Several nodes: ranks with host names and ledger folders of their own."""
    script = 'hostname node$((${PMIX_RANK:-$PMI_RANK} / 2)) && exec "$@"'
    if subprocess.run(["unshare", "--uts", "hostname", "x"], capture_output=True, check=False).returncode:
        print("not checked: this system lets nobody have another host name")
        return
    job = Job(4, "unshare", "--uts", "sh", "-c", script, "sh", program, 10, output="job.json")
    hosts = [(h["host"], h["processes"], h["calls"]) for h in job.merged["hosts"]]
    expect(f"nodes: {job.errors}", hosts, [("node0", 2, 30), ("node1", 2, 70)])
    most = job.merged["over_processes"]["flops_used"]["max_at"]
    expect("the node of the most", (most["rank"], most["host"]), (3, "node1"))


def one_file_each(program):
    """Without the scope a launcher's ranks have a file each, and it is said how to get one of all."""
    job = Job(2, program, 10, run=("--multiplier", "1"), output="%r.json")
    expect(f"it is said once: {job.errors}", job.errors.count("--scope job makes one of all"), 1)
    expect("and there are two files", sorted(job.files), ["0.json", "1.json"])
    expect("ranks in them", [json.loads(job.files[f"{rank}.json"])["process"]["rank"] for rank in (0, 1)], [0, 1])
    for options in (("-q",), ("--scope", "tree")):
        job = Job(2, program, 10, run=options)
        expect(f"not said with {options}", "--scope job makes" in job.errors, False)


GROUPS = {"summary": [one_summary, all_that_was_asked_for, page, as_each_alone, by_hand, without_mpi, ends, nodes, one_file_each],
          "budget": [budgets, wide_budgets, budgets_of_one, threads], "kills": [kills],
          "left": [left_behind, on_other_nodes, by_command], "left_kills": [kills_under_run],
          "others": [abi, languages, sessions, tools, wrong_pairing]}


def main():
    for command in (LAUNCHER[0], f"mpicc.{MPI}"):
        if not shutil.which(command):
            skip(f"{command} is not installed")
    with tempfile.TemporaryDirectory() as folder:
        program = build(folder)
        for part in GROUPS[GROUP]:
            part(program)


main()
