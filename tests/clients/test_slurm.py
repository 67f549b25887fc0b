"""A Slurm of two nodes, its daemons started in a machine of the test's own: arrays, ranks and MPI jobs leave the files that
report/README.md says, and a job that is cancelled loses no call that was told of.
usage: test_slurm.py array|ranks|cancel|mpi openmpi|mpi mpich"""
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

import own_machine
from harness import BUILD, LIBRARY, LIBS, OPEN_MPI, PLAIN, PROGRAM, ROOT, calls_of, expect, skip, told

NODES = ("node0", "node1")
PRELOAD = f"{LIBRARY}:{pathlib.Path(LIBRARY).with_name('libflopshim-mpi.so')}"
DOT = 200  # FLOPs of a call of ranks.c
# srun gives up a step of which a task ended before its node took the end of the input from srun, as `srun true` may: so a short
# task waits for that end
TASK = ["sh", "-c", 'read line; exec "$@"', "sh"]
# What each is started by through srun, and srun's status where MPI_Abort ended a job with 86: of PMI 2 it learns no number
MPI = {"openmpi": ("pmix", 86), "mpich": ("pmi2", 137)}
CONFIGURATION = """
ClusterName=flopshim
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdPidFile={folder}/%n.pid
SlurmdLogFile={folder}/%n.log
SlurmdSpoolDir={folder}/spool.%n
TmpFS={folder}/tmp.%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MailProg=/bin/true
MpiDefault=none
KillWait=2
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
NodeName=node[0-1] NodeHostname={host} NodeAddr=127.0.0.1 Port=[6820-6821] CPUs=8
PartitionName=all Nodes=ALL Default=YES State=UP
"""


def comes_true(what):
    late = time.monotonic() + 20
    while time.monotonic() < late:
        if what():
            return True
        time.sleep(0.1)
    return False


class Cluster:
    """The daemons, and commands given to them, in a folder of theirs that all nodes see."""

    def __init__(self, folder):
        self.folder = folder
        self.env = {**PLAIN, **OPEN_MPI, **own_machine.OPEN_MPI, "SLURM_CONF": f"{folder}/slurm.conf", "TMPDIR": folder,
                    "PATH": f"{os.path.dirname(PROGRAM)}:{PLAIN['PATH']}", "LD_LIBRARY_PATH": f"{LIBS}/blas",
                    "OPENBLAS_NUM_THREADS": "1"}
        os.chmod(folder, 0o755)
        for name in ("state", *(f"{kind}.{node}" for kind in ("spool", "tmp") for node in NODES)):
            os.mkdir(f"{folder}/{name}")
        pathlib.Path(folder, "slurm.conf").write_text(CONFIGURATION.format(folder=folder, host=os.uname().nodename))
        pathlib.Path(folder, "munge.key").write_bytes(os.urandom(128))
        os.chmod(f"{folder}/munge.key", 0o600)
        own = [f"--{kind}={folder}/munge.{kind}" for kind in ("socket", "key-file", "pid-file", "log-file", "seed-file")]
        os.rename(f"{folder}/munge.key", f"{folder}/munge.key-file")
        self.daemon("munged", "-F", *own)
        self.begin("munged listens", lambda: os.path.exists(f"{folder}/munge.socket"))
        self.daemon("slurmctld", "-D")
        for node in NODES:
            self.daemon("unshare", "--uts", "sh", "-c", f"hostname {node} && exec slurmd -D -N {node}")
        self.begin("both nodes are idle", lambda: self.run("sinfo", "-h", "-t", "idle", "-o", "%D", check=False) == "2\n")

    def daemon(self, *command):
        with open(f"{self.folder}/daemons.log", "a") as log:
            subprocess.Popen(command, env=self.env, stdout=log, stderr=log, start_new_session=True)

    def begin(self, what, true):
        if not comes_true(true):
            print(pathlib.Path(self.folder, "daemons.log").read_text()[-4000:])
            skip(f"{what}: not within 20 s")

    def until(self, what, true):
        if not comes_true(true):
            print(pathlib.Path(self.folder, "daemons.log").read_text()[-4000:])
            expect(f"{what} within 20 s", False, True)

    def run(self, *command, check=True, status=0):
        done = subprocess.run([str(word) for word in command], cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60, check=False)
        if check:
            expect(f"{command}: {done.stdout}{done.stderr}", done.returncode, status)
        self.errors = done.stderr
        return done.stdout

    def batch(self, *options, script):
        """The number of a job that has ended; `sbatch --wait` looks every ten seconds only."""
        job = self.run("sbatch", "--parsable", *options, "--wrap", script).strip()
        self.until_ended(job)
        return job

    def until_ended(self, job):
        self.until(f"job {job} ends", lambda: not self.run("squeue", "-h", "-j", job, check=False))

    def files(self, pattern):
        return sorted(path.name for path in pathlib.Path(self.folder).glob(pattern))

    def merged(self, *files):
        return json.loads(self.run("flopshim", "merge", "-f", "json", *files))

    def ranks(self, mpi):
        """ranks.c for an MPI."""
        program = f"{self.folder}/ranks.{mpi}"
        self.run(f"mpicc.{mpi}", "-O1", "-o", program, ROOT / "tests/apps/ranks.c", "-lblas", "-lpthread")
        return program


def hosts(summary):
    return [(host["host"], host["processes"], host["calls"]) for host in summary["hosts"]]


def array(cluster):
    """As report/README.md has it; task 2 has not run. Where an element has several tasks, each element is a job."""
    one = "flopshim run -q -o part.%j.%r.json -- " + str(BUILD / "dots")
    job = cluster.batch("--array=0,1,3", script=f"{one} 5")
    files = cluster.files("part.*.json")
    expect("by array and task", files, [f"part.{job}.{task}.json" for task in (0, 1, 3)])
    all_ = cluster.merged(*files)
    expect("all, and what is missing", (all_["calls"], all_["flops_used"], all_["missing_ranks"]), (3, 3 * 10, "2"))
    for name in files:
        os.remove(f"{cluster.folder}/{name}")
    cluster.batch("--array=7,9", "-n", "2", script=f"srun {shlex.join(TASK)} {one} 5")
    names = [name.split(".")[1:3] for name in cluster.files("part.*.json")]
    expect("two ranks in each of two jobs", (sorted(rank for _, rank in names), len({job for job, _ in names})), (list("0011"), 2))


def ranks(cluster):
    """Tasks that are no MPI program, started by srun and started with the environment of `flopshim run`."""
    for number, command in enumerate((["srun", "-N2", "-n4", *TASK, "flopshim", "run", "-q", "-o", "part0.%j.%r.%h.json", "--"],
                                      ["flopshim", "run", "-o", "part1.%j.%r.%h.json", "--", "srun", "-N2", "-n4", *TASK])):
        cluster.run(*command, BUILD / "dots", "5")
        expect(f"it is said how to get one file: {cluster.errors}", cluster.errors.count("--scope job makes one of all"), number)
        files = cluster.files(f"part{number}.*.json")
        jobs, numbers, names = zip(*(name.split(".")[1:4] for name in files), strict=True)
        expect("a file a rank, of one job, on two nodes", (numbers, len(set(jobs)), sorted(set(names))),
               (tuple("0123"), 1, list(NODES)))
        all_ = cluster.merged(*files)
        expect("all", (all_["calls"], all_["flops_used"], all_["missing_ranks"]), (4, 4 * 10, ""))
        expect("nodes", [host for host, *_ in hosts(all_)], list(NODES))
    short = ["flopshim", "run", "-q", "--budget", "9", "-o", "short.%r.json", "--", BUILD / "dots", "5"]
    cluster.run("srun", "-n", "4", *TASK, *short, status=86)
    expect("each held to its limit", len(cluster.files("short.*.json")), 4)


def mpi(cluster, implementation):
    """One summary and one budget over the nodes, the ranks started by srun, and by mpirun in a batch job."""
    whole = 10 * (1 + 2 + 3 + 4) * DOT
    started_by, aborted = MPI[implementation]
    program = cluster.ranks(implementation)
    srun = ["srun", f"--mpi={started_by}", "-N2", "-n4", "--ntasks-per-node=2", program, "10"]
    cluster.run("flopshim", "run", "-q", "--scope", "job", "--budget", whole, "-o", "job.json", "--", *srun)
    summary = json.loads(pathlib.Path(cluster.folder, "job.json").read_text())
    expect("nodes", hosts(summary), [("node0", 2, 30), ("node1", 2, 70)])
    expect("all", (summary["flops_used"], summary["incomplete_processes"]), (whole, 0))
    cluster.run("flopshim", "run", "--scope", "job", "--budget", whole - 1, "-o", "%p.over.json", "--", *srun, status=aborted)
    expect(f"said once: {cluster.errors}", cluster.errors.count("| budget: "), 1)
    expect("never overspent", cluster.merged(*cluster.files("*.over.json"))["flops_used"] < whole, True)
    cluster.batch("-N2", "-n4", "--ntasks-per-node=2",
                  script=f"flopshim run --scope job -o batch.%j.json -- mpirun.{implementation} {program} 10")
    [name] = cluster.files("batch.*.json")
    expect("mpirun in a batch job", hosts(cluster.merged(name)), [("node0", 2, 30), ("node1", 2, 70)])


def cancel(cluster):
    """scancel sends SIGTERM and, 2 s later, SIGKILL: `flopshim run` makes the job's summary of what the ranks left. Of ranks that
    are preloaded by hand the ledgers remain, one a node."""
    program = cluster.ranks("mpich")
    for number, how in enumerate(([], ["--signal=KILL"])):
        srun = f"srun --mpi=pmi2 -N2 -n4 --output={cluster.folder}/told.{number}.%t"
        script = (f"flopshim run -q --scope job -o 0.%p.json -- {srun} {program} 100000 steps",
                  f"{srun} env LD_PRELOAD={PRELOAD} FLOP_SCOPE=job FLOP_OUTPUT=1.%p.json {program} 100000 steps")[number]
        job = cluster.run("sbatch", "--parsable", "-N2", "-n4", "--wrap", script).strip()
        cluster.until("all ranks count", lambda number=number: len(told(cluster.folder, f"told.{number}.*")) == 4)
        cluster.run("scancel", *how, job)
        cluster.until_ended(job)
        written, ledgers = cluster.files(f"{number}.*.json"), [str(path) for path in pathlib.Path("/dev/shm").rglob("*.ledger")]
        left = json.loads(cluster.run("flopshim", "report", "--left", "-f", "json"))
        expect(f"scancel {how}: files, ledgers, and those that report --left knows", (len(written), len(ledgers), len(left)),
               ((1, 0, 0), (0, 2, 4))[number])
        kept = calls_of(cluster.merged(*written, *ledgers))
        made = told(cluster.folder, f"told.{number}.*")
        lost = {rank: (calls, kept.get(rank)) for rank, calls in made.items() if kept.get(rank, 0) < calls}
        expect(f"scancel {how}: calls that were told of and are lost", lost, {})
        print(f"scancel {how}: {made} told of, {kept} kept")


def main():
    for command in ("slurmctld", "slurmd", "munged", "sbatch"):
        if not shutil.which(command):
            skip(f"{command} is not installed")
    own_machine.enter()
    with tempfile.TemporaryDirectory() as folder:
        {"array": array, "ranks": ranks, "mpi": mpi, "cancel": cancel}[sys.argv[1]](Cluster(folder), *sys.argv[2:])


main()
