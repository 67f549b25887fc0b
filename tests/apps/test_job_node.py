"""The ranks of a node have one ledger (FLOP_SCOPE=job): also those that had counted before MPI_Init, whatever else goes on then,
and whoever is killed over it; and one part of the job's budget. usage: test_job_node.py openmpi|mpich GROUP"""
import contextlib
import json
import os
import pathlib
import random
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
ENVIRONMENT = {**PLAIN, **OPEN_MPI, "OPENBLAS_NUM_THREADS": "1"}
BY_HAND = {"LD_PRELOAD": f"{LIBRARY}:{MPI_LIBRARY}", "FLOP_SCOPE": "job", "FLOP_QUIET": "1"}
DOT = 200  # FLOPs of ddot over 100 elements
RANK = "${PMIX_RANK:-$PMI_RANK}"


def build(folder, source):
    program = f"{folder}/{source.split('.')[0]}"
    done = subprocess.run([f"mpicc.{MPI}", "-O1", "-o", program, str(ROOT / "tests/apps" / source), "-lblas", "-lpthread"],
                          capture_output=True, text=True, check=False)
    expect(f"{source}: {done.stderr}", done.returncode, 0)
    return program


def merge(*files):
    done = subprocess.run([PROGRAM, "merge", "-f", "json", *map(str, files)], capture_output=True, text=True, check=False)
    expect(f"merge: {done.stderr}", done.returncode, 0)
    return json.loads(done.stdout)


def ledgers(folder):
    return sorted(p for p in pathlib.Path(folder).rglob("*.ledger*"))


def until(what, holds):
    for _ in range(3000):
        if holds():
            return
        time.sleep(0.02)
    expect(what, "not within a minute", "so")


def shown(job):
    return {rank: calls for rank, calls in calls_of(job).items() if calls}


# ---- one file ----

@contextlib.contextmanager
def waiting(folder, ranks, by_hand, *options, shell=None):
    """A job whose ranks have made their calls and wait, and where its ledgers are; it must end well."""
    environment = {**ENVIRONMENT, "TMPDIR": folder, "FLOP_LEDGER_DIR": f"{folder}/ledgers", "FLOP_OUTPUT": f"{folder}/job.json"}
    os.mkdir(f"{folder}/ledgers")
    wrapped = ["sh", "-c", f'{shell or ":"}; exec "$0" "$@" < {folder}/go > {folder}/told.{RANK}', f"{folder}/ranks_early"]
    command = [*LAUNCHER, "-n", str(ranks), *wrapped, "20", "wait"]
    os.mkfifo(f"{folder}/go")
    if by_hand:
        environment |= BY_HAND | dict(options)
    else:
        environment.pop("FLOP_OUTPUT")
        command = [PROGRAM, "run", "-q", "--scope", "job", "-o", f"{folder}/job.json",
                   *[f"--{key[5:].lower()}={value}" for key, value in options], "--", *command]
    job = subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    go = os.open(f"{folder}/go", os.O_RDWR)
    keep = os.open(f"{folder}/go", os.O_WRONLY)
    os.close(go)
    try:
        wanted = {rank: 40 * (rank + 1) for rank in range(ranks)}
        until("all calls are made", lambda: told(folder, "told.*") == wanted or job.poll() is not None)
        if job.poll() is not None:
            expect(f"the job waits: {job.stderr.read() if job.stderr else ''}", told(folder, "told.*"), wanted)
        yield
    finally:
        os.close(keep)
    _, errors = job.communicate(timeout=60)
    expect(f"status: {errors}", job.returncode, 0)
    expect("the job's summary", calls_of(merge(f"{folder}/job.json")), {rank: 40 * (rank + 1) for rank in range(ranks)})
    expect("no ledger stays", ledgers(folder), [])


def one_file(folder):
    for ranks in (2, 4):
        for by_hand in (True, False):
            for options in ((), (("FLOP_BUDGET", "1e9"),)):
                with tempfile.TemporaryDirectory() as inner:
                    shutil.copy(f"{folder}/ranks_early", inner)
                    with waiting(inner, ranks, by_hand, *options):
                        until(f"{ranks} ranks have one ledger, of {ledgers(inner)}", lambda inner=inner: len(ledgers(inner)) == 1)
                        [ledger] = ledgers(inner)
                        expect("all are in it", calls_of(merge(ledger)), {rank: 40 * (rank + 1) for rank in range(ranks)})
                        readers(str(ledger), ranks)


def readers(ledger, ranks):
    """What shows ledgers shows a rank's, by its number, or all."""
    def run(*words):
        done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr
    status, text, errors = run("report", ledger)
    expect(f"report: {errors}", (status, [f"{40 * DOT * (rank + 1):,}" in text for rank in range(ranks)]),
           (0, [True] * ranks))
    status, text, errors = run("report", "-f", "json", f"{ledger}#1")
    expect(f"report of one: {errors}", (status, json.loads(text)["operations"]["ddot"]["calls"]), (0, 80))
    status, _, errors = run("report", "-f", "json", ledger)
    named = f"takes one FILE, not {ranks}: a node's ledger" in errors and f"such as {ledger}#0" in errors
    expect(f"json of all: {errors}", (status, named), (2, True))
    status, _, errors = run("report", f"{ledger}#{ranks}")
    expect(f"no such rank: {errors}", (status, "fewer ranks" in errors), (2, True))
    status, _, errors = run("diff", ledger, f"{ledger}#1")
    expect(f"diff of all: {errors}", (status, "name one of them" in errors), (2, True))
    status, text, errors = run("top", "--once", "-f", "json", ledger)
    rows = json.loads(text)["processes"] if status == 0 else None
    expect(f"top: {errors}", sorted(row["calls"] for row in rows), [40 * (rank + 1) for rank in range(ranks)])
    last = max(rows, key=lambda row: row["calls"])
    status, text, errors = run("top", "--once", "-f", "json", str(last["pid"]))
    expect(f"top of one: {errors}", [row["calls"] for row in json.loads(text)["processes"]], [40 * ranks])


def two_nodes(folder):
    """A node is where ranks share a folder of ledgers, too."""
    with tempfile.TemporaryDirectory() as inner:
        shutil.copy(f"{folder}/ranks_early", inner)
        script = f"FLOP_LEDGER_DIR={inner}/ledgers/$(({RANK} / 2)); export FLOP_LEDGER_DIR; mkdir -p $FLOP_LEDGER_DIR"
        with waiting(inner, 4, True, shell=script):
            until("one in each", lambda: [p.parent.name for p in ledgers(inner)] in (["0", "1"], ["0", "1", "1"]))
            found = [shown(merge(p)) for p in ledgers(inner)]
            # Who finds that he has another folder than the first one of those who share memory stays alone
            expect("whose", found[0], {0: 40, 1: 80})


def early(folder):
    """Threads that count while the ledger moves lose nothing; of a call that lasts, the rank stays alone."""
    program = f"{folder}/ranks_early"
    for what, turns in (("before", 1), ("busy", 10), ("copies", 10), ("long", 1)):
        own = {} if what == "copies" else {"FLOP_DETAIL": "shapes,callers"}
        for _ in range(turns):
            with tempfile.TemporaryDirectory() as inner:
                script = f'exec "$0" "$@" > {inner}/told.{RANK}'
                done = subprocess.run([*LAUNCHER, "-n", "3", "sh", "-c", script, program, "20", what],
                                      env={**ENVIRONMENT, **BY_HAND, **own, "FLOP_OUTPUT": f"{inner}/job.json",
                                           "FLOP_LEDGER_DIR": inner}, capture_output=True, text=True, check=False)
                expect(f"{what}: {done.stderr}", done.returncode, 0)
                job = merge(f"{inner}/job.json")
                expect(f"{what}: each call once", calls_of(job), told(inner, "told.*"))
                expect(f"{what}: nothing in doubt", job["incomplete_processes"], 0)
                expect(f"{what}: no ledger stays", ledgers(inner), [])


# ---- killed over it ----

def killed_while_moving(folder):
    """A rank is killed at a system call of the move, first by strace, at a known one, then at random."""
    random.seed(20)
    program = f"{folder}/ranks_early"
    places = [(call, number) for call, numbers in (("pwrite64", range(1, 5)), ("unlink", range(1, 4)), ("fallocate", range(2, 5)))
              for number in numbers]
    if not shutil.which("strace"):
        print("strace is not installed: killed at random moments only")
        places = []
    for victim in (0, 1):
        for call, number in places:
            inject = f"strace -f -qq -o /dev/null -e trace={call} -e inject={call}:signal=KILL:when={number}"
            kill_one(program, f'[ {RANK} = {victim} ] && exec {inject} "$0" "$@"', None, f"rank {victim} at {call} {number}")
    for _ in range(10):
        kill_one(program, ":", random.uniform(0.02, 0.4), "at random")


def kill_one(program, shell, moment, what):
    with tempfile.TemporaryDirectory() as folder:
        script = f'exec > {folder}/told.{RANK}; {shell}; exec "$0" "$@"'
        job = subprocess.Popen([*LAUNCHER, "-n", "3", "sh", "-c", script, program, "50", "before"],
                               env={**ENVIRONMENT, **BY_HAND, "FLOP_OUTPUT": f"{folder}/%p.json", "FLOP_LEDGER_DIR": folder,
                                    "TMPDIR": folder}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        if moment:
            time.sleep(moment)
            ranks = of_session(job, "-x", "ranks_early")
            for pid in random.sample(ranks, min(1, len(ranks))):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        end_of_job(job, "ranks_early")
        calls = told(folder, "told.*")
        left = [p for p in pathlib.Path(folder).iterdir() if p.suffix in (".json", ".ledger")]
        members = merge(*left)["members"] if left else []
        kept = shown({"members": [m for m in members if m["rank"] is not None]})
        lost = {rank: (made, kept.get(rank)) for rank, made in calls.items() if kept.get(rank, 0) < made}
        expect(f"{what}: calls that were told of and are lost, of {calls}, {[p.name for p in left]}", lost, {})
        twice = {rank: (calls.get(rank), made) for rank, made in kept.items() if made > 100 * (rank + 1)}
        expect(f"{what}: none is there twice", twice, {})


# ---- one part of the budget ----

def run_job(folder, ranks, nodes, *words, **environment):
    """On so many nodes, by folders; where ranks share memory that is one, what has another folder stands alone."""
    script = f"FLOP_LEDGER_DIR={folder}/$(({RANK} * {nodes} / {ranks})); export FLOP_LEDGER_DIR; mkdir -p $FLOP_LEDGER_DIR; " \
             'exec "$0" "$@"'
    done = subprocess.run([*LAUNCHER, "-n", str(ranks), "sh", "-c", script, *words],
                          env={**ENVIRONMENT, **BY_HAND, "FLOP_OUTPUT": f"{folder}/%p.json", **environment}, capture_output=True,
                          text=True, timeout=120, check=False)
    files = list(pathlib.Path(folder).glob("*.json"))
    return done.returncode, done.stderr, merge(*files) if files else None


def exact(folder):
    """Never overspent, and what fits runs: to the last FLOP, whoever of the node drew it first."""
    program = f"{folder}/ranks"
    for ranks, nodes in ((4, 1), (4, 2), (5, 2)):
        whole = 10 * ranks * (ranks + 1) // 2 * DOT
        for _ in range(3):
            with tempfile.TemporaryDirectory() as inner:
                status, errors, job = run_job(inner, ranks, nodes, program, "10", FLOP_BUDGET=str(whole))
                expect(f"{ranks} ranks, {nodes} nodes: it suffices: {errors}", (status, job["flops_used"]), (0, whole))
            with tempfile.TemporaryDirectory() as inner:
                status, errors, job = run_job(inner, ranks, nodes, program, "10", FLOP_BUDGET=str(whole - 1))
                expect(f"{ranks} ranks, {nodes} nodes: a FLOP too few: {errors}", (status, job["flops_used"] < whole), (86, True))
        with tempfile.TemporaryDirectory() as inner:
            status, errors, job = run_job(inner, ranks, nodes, program, "10", FLOP_BUDGET=str(whole - 1), FLOP_ON_EXHAUSTED="warn")
            expect(f"{ranks} ranks, {nodes} nodes: all but one fit: {errors}",
                   (status, job["flops_used"], errors.count("costs 200 FLOPs but only 199 remain")), (0, whole, 1))
        with tempfile.TemporaryDirectory() as inner:
            status, errors, job = run_job(inner, ranks, nodes, program, "1000", "idle", FLOP_BUDGET=str(1000 * DOT))
            expect(f"{ranks} ranks, {nodes} nodes: all of it for one: {errors}", (status, job["flops_used"]), (0, 1000 * DOT))


def exact_in_threads(folder):
    """Four threads in each rank, all of the budget."""
    program = f"{folder}/ranks"
    for nodes in (1, 2):
        with tempfile.TemporaryDirectory() as inner:
            whole = 400 * 6 * DOT
            status, errors, job = run_job(inner, 3, nodes, program, "400", "threads", FLOP_BUDGET=str(whole))
            expect(f"threads, {nodes} nodes: {errors}", (status, job["flops_used"]), (0, whole))


def limited_early(folder):
    """What was used before MPI_Init is of the job's budget."""
    for budget, status in ((2 * 20 * 6 * DOT, 0), (2 * 20 * 6 * DOT - 1, 86)):
        with tempfile.TemporaryDirectory() as inner:
            got, errors, job = run_job(inner, 3, 1, f"{folder}/ranks_early", "20", "before", FLOP_BUDGET=str(budget))
            expect(f"{budget}: {errors}", (got, job["flops_used"] <= budget), (status, True))


def messages(folder):
    """On one node there is none."""
    counter = f"{folder}/counter.so"
    subprocess.run(["cc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o", counter, ROOT / "tests/apps/mpi_count.c"], check=True)
    for nodes, least, most in ((1, 0, 0), (2, 20, 2000)):
        with tempfile.TemporaryDirectory() as inner:
            status, errors, job = run_job(inner, 4, nodes, f"{folder}/ranks", "1000", FLOP_BUDGET=str(10000 * DOT),
                                          LD_PRELOAD=f"{BY_HAND['LD_PRELOAD']}:{counter}")
            sent = sum(int(line.split()[1]) for line in errors.splitlines() if line.startswith("sent "))
            expect(f"{nodes} nodes, {sent} messages: {errors}", (status, job["flops_used"], least <= sent <= most),
                   (0, 10000 * DOT, True))
            print(f"{MPI}, 4 ranks, {nodes} folders: {sent} messages")


GROUPS = {"file": [one_file, two_nodes, early], "kills": [killed_while_moving],
          "budget": [exact, exact_in_threads, limited_early, messages]}


def main():
    for command in (LAUNCHER[0], f"mpicc.{MPI}"):
        if not shutil.which(command):
            skip(f"{command} is not installed")
    with tempfile.TemporaryDirectory() as folder:
        for source in ("ranks.c", "ranks_early.c"):
            build(folder, source)
        for part in GROUPS[GROUP]:
            part(folder)


main()
