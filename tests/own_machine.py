"""A machine of the test's own, and nodes in it: namespaces of processes, mounts, networks and host names. What a test starts there,
daemons too, ends with it, however it ends, and its ports and host names are nobody else's. Needs root."""
import contextlib
import ctypes
import os
import pathlib
import signal
import subprocess
import sys

from harness import PLAIN, expect, skip

PRIVATE = 0x20000 | 0x4000000 | 0x20000000 | 0x40000000  # CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWPID, CLONE_NEWNET
PR_SET_PDEATHSIG = 1
# Beside lo there is a network, without which getaddrinfo finds no address to listen at, for nodes that have none of their own.
# The root is no mount point in a chroot: what is mounted there would be seen outside.
FURNISH = """set -e
mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs tmpfs /dev/shm
printf '127.0.0.1 localhost\\n10.18.0.1 node0\\n10.18.0.2 node1\\n' > /dev/shm/hosts
mount --bind /dev/shm/hosts /etc/hosts
ip link set lo up
ip link add lan type veth
ip link set lan up
ip address add 10.18.0.1/24 dev lan
ip address add 10.18.0.2/24 dev lan
"""
# Between nodes without RDMA Open MPI 4 has windows for programs with threads by UCX alone, which it takes by itself only with RDMA.
# The nodes have fewer processors than they say.
OPEN_MPI = {"OMPI_MCA_osc": "ucx", "OMPI_MCA_opal_common_ucx_tls": "any", "OMPI_MCA_opal_common_ucx_devices": "any",
            "OMPI_MCA_mpi_yield_when_idle": "1"}


def do(command, **options):
    """A command's output; it has to succeed."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, timeout=60, **options)
    expect(f"{command}: {done.stdout}{done.stderr}", done.returncode, 0)
    return done.stdout


def end_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def status_of(pid):
    """The end of that child; others that end meanwhile are waited for as well."""
    while True:
        ended, status = os.wait()
        if ended == pid:
            return os.waitstatus_to_exitcode(status)


def enter():
    """The rest of the script runs as the first process but one of a machine of its own, where ledgers lie in /dev/shm."""
    if ctypes.CDLL(None, use_errno=True).unshare(PRIVATE):
        skip(f"no machine of its own can be made here: {os.strerror(ctypes.get_errno())}")
    if (first := os.fork()):
        sys.exit(abs(status_of(first)))
    end_with_parent()
    if (done := subprocess.run(["sh", "-c", FURNISH], capture_output=True, text=True, check=False)).returncode:
        skip(f"no machine of its own can be made here: {done.stderr.strip()}")
    if (test := os.fork()):
        os._exit(abs(status_of(test)))
    os.environ["FLOP_LEDGER_DIR"] = PLAIN["FLOP_LEDGER_DIR"] = "/dev/shm"


class Node:
    """node0 or node1: a host name, a network and /dev/shm of its own, until the machine ends."""

    def __init__(self, number):
        script = f"hostname node{number} && mount -t tmpfs tmpfs /dev/shm && ip link set lo up && echo ready && exec sleep infinity"
        holder = subprocess.Popen(["unshare", "--net", "--uts", "--mount", "sh", "-c", script], stdout=subprocess.PIPE, text=True)
        expect(f"node{number} is made", holder.stdout.readline(), "ready\n")
        self.name, self.pid, self.address = f"node{number}", holder.pid, f"10.18.0.{number + 1}"
        self.inside = ["nsenter", "-t", str(self.pid), "-n", "-u", "-m", "--"]
        self.ledgers = pathlib.Path(f"/proc/{self.pid}/root/dev/shm")

    def processes(self):
        """{pid: name} of all that run there."""
        found, place = {}, os.readlink(f"/proc/{self.pid}/ns/uts")
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # ended meanwhile
                if os.readlink(folder / "ns/uts") == place and folder.name != str(self.pid):
                    found[int(folder.name)] = (folder / "comm").read_text().strip()
        return found


def two_nodes():
    """With a cable between them."""
    nodes = Node(0), Node(1)
    do(["ip", "link", "add", "eth0", "netns", nodes[0].pid, "type", "veth", "peer", "name", "eth0", "netns", nodes[1].pid])
    for node in nodes:
        do([*node.inside, "ip", "address", "add", f"{node.address}/24", "dev", "eth0"])
        do([*node.inside, "ip", "link", "set", "eth0", "up"])
    return nodes


def agent(path, nodes):
    """A program that does what ssh does: it runs a command on a node."""
    where = "".join(f"{node.name} | {node.address}) enter='{' '.join(node.inside[:-1])}' ;;\n" for node in nodes)
    path.write_text('#!/bin/sh\nwhile [ "${1#-}" != "$1" ]; do shift; done\n'
                    f'case $1 in\n{where}esac\nshift\nexec $enter --wd="$PWD" -- sh -c "$*"\n')
    path.chmod(0o755)
    return str(path)
