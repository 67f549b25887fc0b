"""Counts what LAPACK executes: the table tests/oracle/counted.tsv, or calls that are named. See README.md.

    oracle.py [--jobs N] [--seed N] [--openblas] table [--only FAMILY,...] [--sizes N,...] [--accuracy CLASS]      rows
    oracle.py [--openblas] calls FILE       the calls of a file, a line each: ROUTINE [NAME=VALUE]... [nb_=1] [seed=N]
    oracle.py [--seed N] [--openblas] count [--nb 1] ROUTINE [NAME=VALUE]...                   one call
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from cases import SEED, SIZES, accepted, prefix_of, read_cases, routines, values_of

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("ORACLE_BUILD", HERE.parent.parent / "build/tests/oracle"))
LIBS = "/usr/lib/x86_64-linux-gnu"
REFERENCE = (f"{LIBS}/blas/libblas.so.3", f"{LIBS}/lapack/liblapack.so.3", f"{LIBS}/libtmglib.so.3")
SECONDS = float(os.environ.get("ORACLE_SECONDS", "10"))  # of processor time, for one call
WHEELS = HERE.parent.parent.glob(".venv/new/lib/python3*/site-packages/scipy.libs/libscipy_openblas-*.so")
COLUMNS = "routine args nb seed adds mults divs sqrts".split()


def under_flopgrind(command, timeout=None, **environment):
    """The output of a program under the tool."""
    ask = str(BUILD / "liboracle_ask.so")
    settings = {"VALGRIND_LIB": str(BUILD), "LD_PRELOAD": ask, "ORACLE_ASK": ask,
                "LD_LIBRARY_PATH": f"{LIBS}/blas:{LIBS}/lapack", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(["valgrind", "--tool=flopgrind", "-q", *command], env={**os.environ, **settings, **environment},
                          stdout=subprocess.PIPE, text=True, timeout=timeout, check=False)
    return done.stdout


def run_part(numbered, signatures, libraries):
    """Answers as [number, counts or a reason]; a call that ends the process costs that call alone."""
    answers = []
    while numbered:
        got = run_rest(numbered, signatures, libraries)
        answers += got
        if len(got) < len(numbered):
            answers.append([str(numbered[len(got)][0]), "it ended the process"])
            print("ended:", numbered[len(got)][1], file=sys.stderr, flush=True)
        numbered = numbered[len(got) + 1:]
    return answers


def run_rest(numbered, signatures, libraries):
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump({"libraries": libraries, "signatures": signatures, "calls": numbered, "seconds": SECONDS}, file)
        file.flush()
        output = under_flopgrind(["/usr/bin/python3", HERE / "under.py", file.name])
    return [line.split("\t") for line in output.splitlines()]


def counted(calls, jobs, libraries=REFERENCE):
    """[(call, counts)] in the order of the calls; counts is a list of numbers, or a reason for none."""
    signatures = {r.name: [(a.name, a.kind) for a in r.row.args] for r in routines()}
    numbered = sorted(enumerate(calls), key=lambda c: weight(c[1]))
    parts = [numbered[i::jobs] for i in range(jobs)]
    answers = {}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for lines in pool.map(lambda part: run_part(part, signatures, libraries), parts):
            answers.update({int(cells[0]): cells[1:] for cells in lines})
    return [(call, answers.get(i, ["no answer"])) for i, call in enumerate(calls)]


def weight(call):
    return max(v for v in [*call["values"].values(), 1] if isinstance(v, int))


def calls_of(routine, cases, sizes, seed=SEED):
    for case in cases:
        if "none" in case:
            continue
        for n in sizes:
            blocked = routine.row.price.cls == "estimate" or "nb_" in case  # other prices are of the unblocked algorithm
            values = values_of(routine, case, n)
            yield {"prefix": prefix_of(routine), "family": routine.row.family, "values": values, "nb": int(not blocked),
                   "seed": seed}


def write_rows(answers):
    known = {r.name: r for r in routines()}
    failed = 0
    print(*COLUMNS, sep="\t")
    for call, counts in answers:
        name = call["prefix"] + call["family"]
        args = ",".join(f"{k}={v}" for k, v in accepted(known[name], call["values"]).items())
        if len(counts) == 5:
            print(name, args, call["nb"], call["seed"], *counts[:4], sep="\t")
        else:
            failed += 1
            print(f"{name} {args}: {' '.join(counts)}", file=sys.stderr)
    print(f"{failed} calls could not be made", file=sys.stderr)


def libraries(options):
    return [str(next(WHEELS))] if options.openblas else REFERENCE


def table(options):
    only = options.only.split(",") if options.only else None
    sizes = [int(n) for n in options.sizes.split(",")] if options.sizes else SIZES
    cases = read_cases()
    calls = [call for r in routines() if not options.prefix or prefix_of(r) in options.prefix.split(",")
             if not only or r.row.family in only or r.name in only
             if options.accuracy in (None, r.row.price.cls)
             for call in calls_of(r, cases.get(r.row.family, [{}]), sizes, options.seed)]
    write_rows(counted(calls, options.jobs, libraries(options)))


def named(words, nb=0, seed=SEED):
    routine = next(r for r in routines() if r.name == words[0])
    case = {"nb_": nb, "seed": seed} | dict(word.split("=", 1) for word in words[1:])
    nb, seed = int(case.pop("nb_")), int(case.pop("seed"))
    values = values_of(routine, case, int(case.get("n", 64)))
    return {"prefix": prefix_of(routine), "family": routine.row.family, "values": values, "nb": nb, "seed": seed}


def count(options):
    write_rows(counted([named([options.routine, *options.values], options.nb, options.seed)], 1, libraries(options)))


def calls(options):
    lines = [line.split() for line in options.file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    write_rows(counted([named(words) for words in lines], options.jobs, libraries(options)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--openblas", action="store_true")
    parser.add_argument("--prefix", help="d or z alone")
    verbs = parser.add_subparsers(required=True)
    verb = verbs.add_parser("table")
    verb.add_argument("--only")
    verb.add_argument("--sizes")
    verb.add_argument("--accuracy", choices=["exact", "leading", "estimate"])
    verb.set_defaults(run=table)
    verb = verbs.add_parser("calls")
    verb.add_argument("file", type=pathlib.Path)
    verb.set_defaults(run=calls)
    verb = verbs.add_parser("count")
    verb.add_argument("--nb", type=int, default=0)
    verb.add_argument("routine")
    verb.add_argument("values", nargs="*")
    verb.set_defaults(run=count)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
