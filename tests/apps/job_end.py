"""The end of an MPI job whose processes are killed; it was started in a session of its own."""
import contextlib
import os
import signal
import subprocess
import time

from harness import expect


def of_session(job, *options):
    """Those that live: who has ended and is not waited for does not."""
    found = subprocess.run(["pgrep", "--runstates", "D,R,S,T,t", *options, "--session", str(job.pid)], capture_output=True,
                           text=True, check=False)
    return [int(pid) for pid in found.stdout.split()]


def end_of_job(job, program):
    """Waits for the job's command, and for its ranks, which are called as the program. Open MPI's mpirun waits for ever for a lock
    of its own, now and then, where its ranks were killed: so it does without the preload. Then all others are killed."""
    try:
        job.wait(20)
    except subprocess.TimeoutExpired:
        print("mpirun did not end")
        others = [pid for pid in of_session(job) if pid != job.pid]
        for pid in others or [job.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            job.wait(20)
        job.kill()
        job.wait()
    for _ in range(600):
        if not of_session(job, "-x", program):
            return
        time.sleep(0.05)
    expect("ranks end with their job", "still running", "ended")
