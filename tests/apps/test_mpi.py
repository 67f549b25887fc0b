"""What the ranks of an MPI job get: each is a process with a budget and a summary of its own, whichever of mpirun and flopshim
starts the other; in a tree those of one flopshim share an account."""
import json
import pathlib
import tempfile

from harness import BUILD, LIBS, PROGRAM, Run, expect

MPIRUN = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "4"]
DOTS = [BUILD / "dots", "100", "100"]  # two dots of 200 FLOPs
ENVIRONMENT = {"LD_LIBRARY_PATH": f"{LIBS}/blas", "OMPI_MCA_plm_rsh_agent": "false"}


def summaries(before, after, *options):
    """{name of the file: (budget, used)} of mpirun with these words before and behind it."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["run", "--quiet", "--budget", "2000", "--output", f"{folder}/%r.json", *options, "--"]
        run = Run([*before(options), *MPIRUN, *after(options), *DOTS], ENVIRONMENT, preload=False, timeout=60)
        expect(f"{before(options)} mpirun {after(options)}: {run.stderr}", (run.returncode, run.stdout), (0, "ran\n" * 8))
        files = {p.name: json.loads(p.read_text()) for p in pathlib.Path(folder).iterdir()}
        return {name: (s["flop_budget"], s["flops_used"]) for name, s in sorted(files.items())}


def flopshim(options):
    return [PROGRAM, *options]


def nothing(_):
    return []


def main():
    ranks = {f"{rank}.json": (2000, 400) for rank in range(4)}
    expect("flopshim run -- mpirun", summaries(flopshim, nothing), ranks)
    expect("mpirun flopshim run", summaries(nothing, flopshim), ranks)
    tree = summaries(flopshim, nothing, "--scope", "tree")
    expect("a tree", list(tree.values()), [(2000, 1600)])


main()
