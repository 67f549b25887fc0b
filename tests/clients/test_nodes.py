"""An MPI job of two nodes with two ranks each: nodes with networks, host names and ledgers of their own, entered as by ssh. One
summary, one budget, and no call lost where all ranks of a node are killed. usage: test_nodes.py openmpi|mpich"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import own_machine
from harness import LIBRARY, OPEN_MPI, PLAIN, PROGRAM, ROOT, calls_of, expect, skip, told

MPI = sys.argv[1]
DOT = 200  # FLOPs of a call of ranks.c
WHOLE = 10 * (1 + 2 + 3 + 4) * DOT
BY_HAND = {"LD_PRELOAD": f"{LIBRARY}:{pathlib.Path(LIBRARY).with_name('libflopshim-mpi.so')}", "FLOP_SCOPE": "job"}


class Nodes:
    """Both, and a folder that they share."""

    def __init__(self, folder):
        self.folder, self.nodes, self.out = folder, own_machine.two_nodes(), pathlib.Path(folder, "out")
        agent = own_machine.agent(pathlib.Path(folder, "agent"), self.nodes)
        self.program = f"{folder}/ranks"
        own_machine.do([f"mpicc.{MPI}", "-O1", "-o", self.program, ROOT / "tests/apps/ranks.c", "-lblas", "-lpthread"])
        self.mpirun = {"openmpi": ["mpirun.openmpi", "--mca", "plm_rsh_agent", agent, "--host", "node0:2,node1:2"],
                       "mpich": ["mpirun.mpich", "-launcher", "ssh", "-launcher-exec", agent, "-hosts", "node0,node1", "-ppn", "2",
                                 "-n", "4"]}[MPI]

    def start(self, *command, output="job.json", windows=own_machine.OPEN_MPI, **environment):
        """mpirun on node0, which takes that environment along to node1."""
        given = {**environment, **windows, "FLOP_OUTPUT": output, "OPENBLAS_NUM_THREADS": "1"}
        along = [word for name, value in given.items() for word in ("-x", f"{name}={value}")] if MPI == "openmpi" else []
        own = {} if MPI == "openmpi" else given
        env = {name: value for name, value in {**PLAIN, **OPEN_MPI, **own}.items() if name != "OMPI_MCA_plm_rsh_agent"}
        with open(self.out, "w") as out:
            return subprocess.Popen([*self.nodes[0].inside[:-1], f"--wd={self.folder}", "--", *self.mpirun, *along, *command],
                                    env=env, stdout=out, stderr=subprocess.STDOUT)

    def said(self):
        return self.out.read_text()

    def run(self, *command, status=0, **environment):
        ended = self.start(*command, **environment).wait(60)
        expect(f"{command} {environment}: {self.said()}", ended, status)

    def until_quiet(self):
        """mpirun does not wait for its helpers on other nodes, which are preloaded too and write what dead ranks left."""
        late = time.monotonic() + 20
        while (running := [node.processes() for node in self.nodes]) != [{}, {}] and time.monotonic() < late:
            time.sleep(0.05)
        expect("processes of a job that has ended", running, [{}, {}])

    def left(self):
        """What lies there of ranks: their summaries, and the ledgers of both nodes."""
        return [*pathlib.Path(self.folder).glob("*.json"), *(path for node in self.nodes for path in node.ledgers.glob("*.ledger"))]

    def merged(self):
        summary = json.loads(own_machine.do([PROGRAM, "merge", "-f", "json", *self.left()]))
        for path in self.left():
            path.unlink()
        return summary


def job(nodes):
    """By hand; and by `flopshim run` on each node with a budget that just suffices; and with one that does not."""
    for command, environment in (([], BY_HAND), ([PROGRAM, "run", "-q", "--scope", "job", "--budget", str(WHOLE), "--"], {})):
        nodes.run(*command, nodes.program, "10", **environment)
        expect("one file", [path.name for path in nodes.left()], ["job.json"])
        summary = nodes.merged()
        expect(f"nodes: {nodes.said()}", [(host["host"], host["processes"], host["calls"]) for host in summary["hosts"]],
               [("node0", 2, 30), ("node1", 2, 70)])
        expect("all", (summary["flops_used"], summary["incomplete_processes"]), (WHOLE, 0))
    nodes.run(nodes.program, "10", status=86, output="%h.%p.json", **BY_HAND, FLOP_BUDGET=str(WHOLE - 1))
    expect(f"said: {nodes.said()}", len(re.findall(r"ddot would cost 200 FLOPs but only \d+ remain", nodes.said())) >= 1, True)
    expect("never overspent", nodes.merged()["flops_used"] < WHOLE, True)


def without_windows(nodes):
    """Open MPI makes none by itself between such nodes. It is said how it does."""
    expect("the job is ended", nodes.start(nodes.program, "10", windows={}, **BY_HAND, FLOP_BUDGET=str(WHOLE)).wait(60), 2)
    for name, value in own_machine.OPEN_MPI.items():
        if "ucx" in name + value:
            expect(f"{name} is named: {nodes.said()}", f"{name}={value}" in nodes.said(), True)
    nodes.until_quiet()
    for path in nodes.left():
        path.unlink()


def kill(nodes):
    """Both ranks of a node at once, while all count: first those with rank 0."""
    for turn in range(2):
        apart = f"exec {nodes.program} 100000 steps > told.{turn}.$$"
        job = nodes.start("sh", "-c", apart, output="%h.%p.json", **BY_HAND)
        late = time.monotonic() + 20
        while len(told(nodes.folder, f"told.{turn}.*")) < 4 and time.monotonic() < late:
            time.sleep(0.05)
        time.sleep(0.3 * turn)
        victims = [pid for pid, name in nodes.nodes[turn].processes().items() if name == "ranks"]
        expect(f"ranks on a node: {nodes.said()[-2000:]}", len(victims), 2)
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        expect("the job fails", job.wait(30) != 0, True)
        nodes.until_quiet()
        made = told(nodes.folder, f"told.{turn}.*")
        ledgers = [len(list(node.ledgers.glob("*.ledger"))) for node in nodes.nodes]
        kept = calls_of(nodes.merged())
        short = {rank: (calls, kept.get(rank)) for rank, calls in made.items() if kept.get(rank, 0) < calls}
        expect(f"turn {turn}: calls that were told of and are lost, of {made}", (len(made), short), (4, {}))
        print(f"node{turn} killed: told of {made}, kept {kept}, ledgers {ledgers}")


def main():
    for command in (f"mpirun.{MPI}", f"mpicc.{MPI}", "ip", "nsenter"):
        if not shutil.which(command):
            skip(f"{command} is not installed")
    own_machine.enter()
    with tempfile.TemporaryDirectory() as folder:
        nodes = Nodes(folder)
        job(nodes)
        if MPI == "openmpi":
            without_windows(nodes)
        kill(nodes)


main()
