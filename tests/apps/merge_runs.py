"""What the tests of flopshim merge have in common: summaries of real runs, copies of them as of other processes, and merges."""
import json

from harness import BUILD, LIBS, PROGRAM, Run, expect

BLAS = {"LD_LIBRARY_PATH": f"{LIBS}/blas:{LIBS}/lapack"}


def count(path, *dots, **settings):
    run = Run([BUILD / "dots", *dots], {**BLAS, "FLOP_OUTPUT": str(path), **settings})
    expect(f"dots {dots}: {run.stderr}", run.returncode, 0)
    return path


def merge(*words, status=0, input=None, cwd=None):
    run = Run([PROGRAM, "merge", *words], preload=False, input=input, cwd=cwd)
    expect(f"merge {words}: status; {run.stderr}", run.returncode, status)
    return run


def merged(*words):
    return merge(*words, "--format", "json").stdout


def like(path, template, **process):
    """A copy of a summary as of another process."""
    summary = json.loads(template.read_text())
    summary["process"] |= process
    summary.pop("processes", None)
    path.write_text(json.dumps(summary))
    return path
