"""Launchers that are no MPI: each process has a summary that says its rank and job, and a merge has what all did. The commands are
those of report/README.md. usage: test_launchers.py parallel|joblib|dask|torchrun|slurm"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from harness import BUILD, LIBS, PLAIN, PROGRAM, ROOT, expect, python, skip

PRODUCTS, COST = 6, 2 * 20**3
WORK = "import numpy as np\ndef work(number):\n    return float((np.ones((20, 20)) @ np.full((20, 20), number)).sum())\n"
JOBLIB = WORK + "if __name__ == '__main__':\n    from joblib import Parallel, delayed\n" + \
    f"    print(sum(Parallel(n_jobs=2)(delayed(work)(i) for i in range({PRODUCTS}))))\n"
DASK = WORK + "if __name__ == '__main__':\n    from dask.distributed import Client, LocalCluster\n" + \
    "    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:\n" + \
    f"        print(sum(client.gather(client.map(work, range({PRODUCTS})))))\n"
TORCHRUN = WORK + f"import os\nfor i in range({PRODUCTS} // 2):\n    work(i)\nprint('rank', os.environ['RANK'])\n"
SUM = f"{20.0 * 400 * sum(range(PRODUCTS))}\n"


def run(folder, *command, **environment):
    """What it printed; everything counts in the folder, and a program is called flopshim there."""
    path = f"{os.path.dirname(PROGRAM)}:/usr/bin:/bin"
    env = {**PLAIN, "LD_LIBRARY_PATH": f"{LIBS}/blas", "PATH": path, "TMPDIR": folder, "HOME": folder, "FLOP_LEDGER_DIR": folder,
           "OPENBLAS_NUM_THREADS": "1", **environment}
    done = subprocess.run([str(c) for c in command], cwd=folder, env=env, capture_output=True, text=True, timeout=240, check=False)
    expect(f"{command}: {done.stderr}", done.returncode, 0)
    return done.stdout


def merged(folder):
    files = sorted(path.name for path in pathlib.Path(folder).glob("part*.json"))
    return files, json.loads(run(folder, "flopshim", "merge", "-f", "json", *files))


def products(summary):
    [dgemm] = [row for row in summary["routines"] if row["routine"] == "dgemm"]
    return dgemm["calls"], dgemm["flop_cost"]


def write(folder, text):
    path = pathlib.Path(folder, "script.py")
    path.write_text(text)
    return path


def parallel(folder):
    if not shutil.which("parallel"):
        skip("GNU parallel is missing: run scripts/bootstrap.sh")
    run(folder, "parallel", "flopshim", "run", "-q", "-o", "part.{#}.json", "--", BUILD / "dots", "{}", ":::", 5, 6, 7)
    files, all_ = merged(folder)
    expect("a file each", files, ["part.1.json", "part.2.json", "part.3.json"])
    expect("all dots", (all_["calls"], all_["flops_used"]), (3, 2 * (5 + 6 + 7)))


def joblib(folder):
    script = write(folder, JOBLIB)
    said = run(folder, "flopshim", "run", "-q", "-o", "part.%p.json", "--", python("new"), script, LD_LIBRARY_PATH="")
    files, all_ = merged(folder)
    expect("result", said, SUM)
    expect("the workers' products", products(all_), (PRODUCTS, PRODUCTS * COST))
    expect("several processes", len(files) > 1, True)


def dask(folder):
    script = write(folder, DASK)
    said = run(folder, "flopshim", "run", "-q", "--scope", "tree", "-o", "part.json", "--", ROOT / ".venv/mpi/bin/python", script,
               LD_LIBRARY_PATH="")
    expect("result", said, SUM)
    dgemm = json.loads(pathlib.Path(folder, "part.json").read_text())["operations"]["dgemm"]
    expect("the workers' products, in one file", (dgemm["calls"], dgemm["flop_cost"]), (PRODUCTS, PRODUCTS * COST))


def torchrun(folder):
    script = write(folder, TORCHRUN)
    run(folder, "flopshim", "run", "-q", "-o", "part.%r.%p.json", "--", python("engines"), "-m", "torch.distributed.run",
        "--nproc-per-node", "2", script, LD_LIBRARY_PATH="")
    files, all_ = merged(folder)
    expect("a file of each rank", sorted({name.split(".")[1] for name in files} & {"0", "1"}), ["0", "1"])
    expect("their products", products(all_), (PRODUCTS, PRODUCTS * COST))
    ranks = {m["rank"]: m["by_namespace"][""]["operations"]["dgemm"]["calls"] for m in all_["members"] if m["rank"] is not None}
    expect("each rank's", ranks, {0: PRODUCTS // 2, 1: PRODUCTS // 2})


def slurm(folder):
    """By the variables that Slurm sets for the tasks of an array, of which one has not run."""
    for task in (0, 1, 3):
        run(folder, "flopshim", "run", "-q", "-o", "part.%j.%r.json", "--", BUILD / "dots", "5", SLURM_ARRAY_TASK_ID=str(task),
            SLURM_ARRAY_JOB_ID="77", SLURM_JOB_ID=str(78 + task), SLURM_PROCID="0")
    files, all_ = merged(folder)
    expect("by job and task", files, [f"part.77.{task}.json" for task in (0, 1, 3)])
    expect("all, and what is missing", (all_["calls"], all_["missing_ranks"]), (3, "2"))


CASES = {"parallel": parallel, "joblib": joblib, "dask": dask, "torchrun": torchrun, "slurm": slurm}
with tempfile.TemporaryDirectory() as name:
    CASES[sys.argv[1]](os.path.realpath(name))
