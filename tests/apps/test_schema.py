"""Every JSON that is written is what its schema in report/schema says: documents of real runs, of all kinds, validated. The schemas
allow no key that they do not have, so a new key fails here until it is in its schema, in flopshim-summary(5) and in
report/README.md's tables.

usage: test_schema.py schemas|documents|summaries"""
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

import jsonschema
from harness import BUILD, LIBRARY, LIBS, PLAIN, PROGRAM, ROOT, Run, expect, python

SCHEMAS = {p.name.partition(".")[0]: json.loads(p.read_text()) for p in sorted((ROOT / "report/schema").glob("*.schema.json"))}
BLAS = {"LD_LIBRARY_PATH": f"{LIBS}/blas:{LIBS}/lapack"}
ALL = {"FLOP_DETAIL": "shapes,callers,calls", "FLOP_TIMING": "all"}
NUMPY = "import numpy as np; a = np.ones((40, 40)); a @ a; np.linalg.solve(a + np.eye(40), a); np.linalg.svd(a * 1j)"
LOOP = "import numpy as np; a = np.ones((300, 300))\nwhile True: a @ a"
KILLED = "import numpy as np, os; a = np.ones((40, 40)); a @ a; os.kill(os.getpid(), 9)"
# A table of report/README.md and its schema, by the heading above it
TABLES = {"## JSON": "summary", "### The JSON of a merge": "merge", "### The JSON of a difference": "diff",
          "## Tables of one thing": "by", "### A line of top's JSON": "top"}


def validator(name):
    folder = (ROOT / "report/schema").as_uri() + "/"
    store = {f"{folder}{other}.schema.json": schema for other, schema in SCHEMAS.items()}
    resolver = jsonschema.RefResolver(f"{folder}{name}.schema.json", SCHEMAS[name], store)
    return jsonschema.Draft202012Validator(SCHEMAS[name], resolver=resolver)


def errors(name, document):
    return [f"{'.'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in validator(name).iter_errors(document)]


def valid(name, document):
    """The document, which is also refused where it has a key more."""
    expect(f"{name}: {json.dumps(document)[:200]}", errors(name, document), [])
    first = document[0] if isinstance(document, list) and document else document
    if first:
        more = {**first, "surprise": 1}
        expect(f"{name} with a key more", bool(errors(name, [more] if isinstance(document, list) else more)), True)
    return document


def flopshim(*words, status=0, env=None, cwd=None):
    run = Run([PROGRAM, *words], env, preload=False, cwd=cwd)
    expect(f"{words}: {run.stderr}", run.returncode, status)
    return run.stdout


def objects(schema, where=""):
    """(path, schema) of all that describe an object."""
    if isinstance(schema, list):
        for i, item in enumerate(schema):
            yield from objects(item, f"{where}/{i}")
    elif isinstance(schema, dict):
        if schema.get("type") == "object":
            yield where, schema
        for key, value in schema.items():
            yield from objects(value, f"{where}/{key}")


def properties(name):
    return {key for _, schema in objects(SCHEMAS[name]) for key in schema.get("properties", ())}


def table_keys(heading):
    """The keys of the first column of the table below a heading, and all of the table."""
    text = (ROOT / "report/README.md").read_text()
    rows = text.partition(f"\n{heading}\n")[2].split("\n| --- | --- |\n")[1].split("\n\n")[0].split("\n## ")[0]
    firsts = [line.split(" | ")[0] for line in rows.splitlines() if line.startswith("| ")]
    return {key for first in firsts for key in re.findall(r"`(\w+)`", first)}, set(re.findall(r"`([\w/]+)`", rows))


def schemas():
    page = re.sub(r"\\f[A-Z]|\\", "", (BUILD.parent / "generated/man/flopshim-summary.5").read_text())
    words = set(re.findall(r"[\w/]+", page))
    for name, schema in SCHEMAS.items():
        jsonschema.Draft202012Validator.check_schema(schema)
        expect(f"{name}: draft", schema["$schema"], "https://json-schema.org/draft/2020-12/schema")
        for where, described in objects(schema):
            strict = "maxProperties" in described or described.get("additionalProperties") not in (None, True)
            expect(f"{name}{where}: closed", strict, True)
            expect(f"{name}{where}: required", set(described.get("required", ())) <= set(described.get("properties", ())), True)
        named = {word for key in properties(name) for word in key.split()}
        expect(f"{name}: keys that flopshim-summary(5) lacks", sorted(named - words), [])
    for heading, name in TABLES.items():
        firsts, all_words = table_keys(heading)
        expect(f"{heading}: keys without a row", sorted(set(SCHEMAS[name]["properties"]) - firsts), [])
        expect(f"{heading}: rows of no key", sorted(firsts - properties(name)), [])
        of_summary = properties("summary") if name == "merge" else set()  # A member's keys are those of its summary
        expect(f"{heading}: keys that it lacks", sorted(properties(name) - all_words - of_summary), [])


def summaries():
    """Summaries of all kinds of runs, and what the program makes of each."""
    def counted(what, command, env=None, status=0):
        run = Run(command, {**BLAS, **(env or {})})
        expect(f"{what}: {run.stderr}", run.returncode, status)
        with tempfile.TemporaryDirectory() as folder:
            for i, summary in enumerate(run.summaries):
                valid("summary", summary)
                path = pathlib.Path(folder, f"{i}.json")
                path.write_text(json.dumps(summary))
                valid("summary", json.loads(flopshim("report", "-f", "json", path)))
        return run.summary

    numpy = [python("debian"), "-c", NUMPY]
    counted("C", [BUILD / "dots", "5"])
    every = counted("all details", [BUILD / "callers", "hand"], ALL | {"FLOP_DETAIL": "shapes,callers"})
    expect("has all", {"memory_traffic", "by_caller", "other_callers"} <= every.keys(), True)
    expect("a log", "call_log" in counted("a log", [BUILD / "callers", "hand"], ALL), True)
    counted("many shapes", [BUILD / "dots", *map(str, range(1, 400))], ALL)
    counted("NumPy", numpy, ALL)
    counted("fma", numpy, {"FLOP_CONVENTION": "fma", "FLOP_MULTIPLIER": "2.5", "FLOP_BUDGET": "1e9"})
    counted("weights", numpy, {"FLOP_WEIGHTS": "dp-scaled", "FLOP_NAMESPACE": "a.b", "FLOP_TIME_LIMIT": "1h"})
    counted("contexts", [BUILD / "contexts", "5"])
    refused = counted("refused", [BUILD / "dots", "5x9"], {"FLOP_BUDGET": "25"}, 86)
    expect("why", refused["refused"]["last"]["reason"], "flops")
    late = counted("late", [python("debian"), "-c", LOOP], {"FLOP_TIME_LIMIT": "1s", "FLOP_ON_EXHAUSTED": "abort"}, -signal.SIGABRT)
    expect("why", late["refused"]["last"]["reason"], "time")
    overrun = counted("overrun", [BUILD / "dots", "5x9"], {"FLOP_BUDGET": "25", "FLOP_ON_EXHAUSTED": "warn"})
    expect("overrun", overrun["flops_remaining"], -65)


def run_kept(folder, name, *words, status=0, env=None):
    path = folder / name
    flopshim("run", "-q", "-o", path, *words, status=status, env={**BLAS, **(env or {})})
    return path


def ledgers(folder):
    """Of a process that was killed: its summary, what is left of it, its log as a trace."""
    killed = run_kept(folder, "killed.json", "--", python("debian"), "-c", KILLED, status=137)
    expect("killed", valid("summary", json.loads(killed.read_text()))["end_reason"], "signal")
    settings = {"LD_PRELOAD": LIBRARY, "FLOP_LEDGER_DIR": str(folder), "FLOP_QUIET": "1", "FLOP_OUTPUT": "none"}
    subprocess.run([python("debian"), "-c", KILLED], env={**PLAIN, **settings, **ALL}, check=False)
    left = json.loads(flopshim("report", "--left", "-f", "json", env={"FLOP_LEDGER_DIR": str(folder), "TMPDIR": str(folder)}))
    expect("left", len(valid("left", left)) >= 1, True)
    ledger = next(folder.glob("*.ledger"))
    valid("trace", json.loads(flopshim("report", "-f", "trace", ledger)))
    valid("top", json.loads(flopshim("top", "--once", "-f", "json", ledger)))
    valid("trace", json.loads(run_kept(folder, "x.trace.json", "--budget", "1M", "--detail", "calls", "--", BUILD / "callers",
                                       "hand").read_text()))


def job(folder):
    """Of all ranks of an MPI job."""
    subprocess.run(["mpicc.mpich", "-o", folder / "ranks", ROOT / "tests/apps/ranks.c", "-lblas", "-lpthread"], check=True)
    return run_kept(folder, "job.json", "--scope", "job", "--budget", "1e9", "--detail", "shapes", "--",
                    "mpirun.mpich", "-n", "2", folder / "ranks", "3")


def documents():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        ledgers(folder)
        one = run_kept(folder, "one.json", "--detail", "shapes,callers", "--", BUILD / "callers", "hand")
        two = run_kept(folder, "two.json", "--detail", "shapes,callers", "--", BUILD / "dots", "5", "1000x3")
        script = f'"{BUILD}/dots" 7; "{BUILD}/dots" 8 & exec "{BUILD}/dots" 9'
        tree = run_kept(folder, "tree.json", "--scope", "tree", "--budget", "1M", "--", "sh", "-c", script)
        expect("processes", len(valid("summary", json.loads(tree.read_text()))["processes"]) >= 3, True)
        many = folder / "merge.json"
        flopshim("merge", one, two, tree, "-o", many)
        valid("merge", json.loads(many.read_text()))
        valid("merge", json.loads(flopshim("merge", "--ranks", "%r.json", one, "-f", "json")))
        valid("diff", json.loads(flopshim("diff", one, two, "-f", "json")))
        broken = flopshim("diff", one, two, "-f", "json", "--fail-on", "change", "--fail-above", "1%", status=1)
        expect("broken rules", len(valid("diff", json.loads(broken))["broken_rules"]) > 0, True)
        kinds = [word for kind in ("namespace", "routine", "process", "caller", "shape", "precision") for word in ("--by", kind)]
        valid("by", json.loads(flopshim("report", *kinds, one, two, "-f", "json")))
        valid("by", json.loads(flopshim("report", "--by", "process", tree, "-f", "json")))
        valid("calibration", json.loads(flopshim("calibrate", "-s", "0.05", "-f", "json", "-o", folder / "machine.json")))
        valid("calibration", json.loads((folder / "machine.json").read_text()))
        valid("merge", json.loads(job(folder).read_text()))
    valid("doctor", json.loads(flopshim("doctor", "-f", "json", BUILD / "dots")))
    valid("doctor", json.loads(flopshim("doctor", "-f", "json", "--", "/nonexistent", status=1)))
    for words in (["dgemm", "m=3", "n=4", "k=5"], ["zgesvd", "m=3", "n=4", "jobu=A", "--explain"], ["dsyevd", "n=9", "--explain"]):
        valid("cost", json.loads(flopshim("cost", "-f", "json", *words)))
    answers = Run([PROGRAM, "cost", "-f", "json", "--explain", "-"], preload=False, input="dgemm m=1 n=1 k=1\nnone\ndgemm m=x\n")
    expect("answers", ["error" in valid("cost", json.loads(line)) for line in answers.stdout.splitlines()], [False, True, True])


if __name__ == "__main__":
    {"schemas": schemas, "documents": documents, "summaries": summaries}[sys.argv[1]]()
