"""One rank of an MPI job is killed and mpirun ends the others: each rank has a summary, by mpirun or by run, which says what it had
counted and that it did not end by itself. Of a rank that mpirun had not waited for yet the signal is known."""
import json
import pathlib
import subprocess
import tempfile

from harness import BUILD, LIBS, PLAIN, PROGRAM, expect

TREE = f"{BUILD}/tree"
RANK = (f'if [ "$OMPI_COMM_WORLD_RANK" = 1 ]; then {TREE} hold "$1/ready" & sleep 0.5; kill -9 $! $$; '
        f'else exec {TREE} hold "$1/$$"; fi')

with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    (folder / "out").mkdir()
    command = [PROGRAM, "run", "--quiet", "--output", f"{folder}/out/%p.json", "--", "mpirun", "--allow-run-as-root",
               "--oversubscribe", "-n", "3", "sh", "-c", RANK, "rank", name]
    done = subprocess.run(command, env=PLAIN | {"LD_LIBRARY_PATH": f"{LIBS}/blas", "OMPI_MCA_plm_rsh_agent": "false"},
                          capture_output=True, text=True, timeout=60, check=False)
    expect(f"mpirun saw the kill ({done.stderr})", done.returncode, 137)
    summaries = [json.loads(p.read_text()) for p in (folder / "out").iterdir()]
    counted = [s for s in summaries if s["flops_used"]]
    expect("ranks", [(s["flops_used"], s["complete"] == (s["end_reason"] == "signal")) for s in counted], [(8, True)] * 3)
    expect("ends", {s["end_reason"] for s in counted} <= {"unknown", "signal"}, True)
