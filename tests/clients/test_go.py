"""Go by cgo: counted under `flopshim run`, with the status that Go's own end has. Skipped where there is no Go compiler, which is
not among what scripts/bootstrap.sh installs."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from harness import PROGRAM, Run, expect, skip

SOURCE = pathlib.Path(__file__).parent / "science/product.go"


def main():
    if not shutil.which("go"):
        skip("golang-go is not installed")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["go", "build", "-o", f"{folder}/product", SOURCE], env={**os.environ, "GOCACHE": f"{folder}/cache",
                              "GOFLAGS": "-mod=mod", "HOME": folder}, capture_output=True, text=True, check=False)
        expect(f"go build: {done.stderr}", done.returncode, 0)
        plain = Run([f"{folder}/product"], preload=False)
        run = Run([PROGRAM, "run", "--quiet", "--output", f"{folder}/go.json", "--", f"{folder}/product"], preload=False)
        expect("output and status", (run.stdout, run.returncode), (plain.stdout, 0))
        expect("stderr", run.stderr, plain.stderr)
        summary = json.loads(pathlib.Path(folder, "go.json").read_text())
    # Ten products of 3x4 and 4x5
    expect("Go", [(name, op["calls"], op["flop_cost"]) for name, op in summary["operations"].items()], [("dgemm", 10, 1200)])
    expect("its end", (summary["end_reason"], summary["end_status"]), ("exit", 0))


main()
