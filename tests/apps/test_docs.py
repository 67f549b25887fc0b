"""What the documents say is what the code has and does: lists, links, the commands of README.md and the tutorials, as written.

usage: test_docs.py lists|commands|tutorials"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from harness import BUILD, LIBS, OPEN_MPI, PLAIN, PROGRAM, ROOT, SANITIZED, expect, skip

sys.path.insert(0, str(ROOT / "scripts"))
from spec import parse_spec, routines_of  # noqa: E402

README = (ROOT / "README.md").read_text()
DOCUMENTS = ("*.md", "cost/*.md", "report/*.md", "report/tutorials/*.md", "shim/*.md", "shim/bindings/*.md", "tests/*.md",
             "tests/faults/*.md", "tests/fuzz/*.md")
# ./program and ./app of the README: 60,000 dots of 2,000 FLOPs, more than 100M; one of 200
SCRIPTS = {"program": "1000x60000", "app": "100", "pipeline.sh": "100 100"}


def names(text, pattern):
    return set(re.findall(pattern, text))


def section(title):
    """The lines between this heading and the next; of the whole beginning where there is no title."""
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0] if title else README.partition("\n## ")[0]


def variables():
    accepted = names((ROOT / "shim/base/config_values.c").read_text(), r'\{"(FLOP_[A-Z_]+)"')
    table = {line.split("`")[1] for line in README.splitlines() if line.startswith("| `FLOP_")}
    expect("README.md's environment table", sorted(table), sorted(accepted))


def files():
    shim = (ROOT / "shim/README.md").read_text()
    sources = {p.name for p in (ROOT / "shim").glob("*/*.c") if p.parent.name != "examples"}
    expect("source files that shim/README.md leaves out", sorted(f for f in sources - {"message.c"} if f"`{f}`" not in shim), [])


def links():
    for path in (p for pattern in DOCUMENTS for p in ROOT.glob(pattern)):
        targets = names(path.read_text(), r"\]\(([^)#:]+)\)")
        expect(f"links of {path} that lead nowhere", sorted(t for t in targets if not (path.parent / t).exists()), [])


def contributing():
    """The signature, the price and the counts that CONTRIBUTING.md adds."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    signature, price = re.findall(r"^ +(gehad +\|.*)$", text, re.M)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "spec")
        path.write_text(f"include {ROOT}/cost/routines.spec\n{signature}\ninclude the.card\n")
        path.with_name("the.card").write_text(f"{price}\n")
        routines = {r.name for r in routines_of(parse_spec(path)[1])}
    counted = names(text, r"(?m)^ +([sdcz]gehad) m=")
    expect("routines of CONTRIBUTING.md's row", (len(counted), counted - routines), (2, set()))


def prepare(folder):
    """A folder with what the README runs, and the environment to run it in."""
    (folder / "bin").mkdir()
    (folder / "bin/flopshim").symlink_to(PROGRAM)
    program = section("The first five minutes").partition("$ cat program.py\n")[2].partition("\n\n")[0]
    (folder / "program.py").write_text(re.sub("(?m)^    ", "", program))
    for name, dots in SCRIPTS.items():
        (folder / name).write_text(f"#!/bin/sh\nexec {BUILD}/dots {dots}\n")
        (folder / name).chmod(0o755)
    return PLAIN | OPEN_MPI | {"OMPI_MCA_rmaps_base_oversubscribe": "1", "PATH": f"{folder}/bin:/usr/bin:/bin",
                               "LD_LIBRARY_PATH": f"{LIBS}/blas"}


def run(command, folder, environment):
    """(stdout, stderr, {new file: its text}) of a line of the README, which ends with status 0."""
    before = set(folder.iterdir())
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=120,
                          check=False)
    expect(f"{command}: {done.stderr}", done.returncode, 0)
    return done.stdout, done.stderr, {p.name: p.read_text() for p in set(folder.iterdir()) - before}


def examples(text):
    """[(command, lines shown below it)] of the indented blocks with a $."""
    found = []
    for line in text.splitlines():
        if line.startswith("    $ "):
            found.append((line.removeprefix("    $ "), []))
        elif found and line and not line.startswith("    "):
            found.append(("", []))  # prose: what follows belongs to no command
        elif found:
            found[-1][1].append(line.removeprefix("    "))
    return [(command, "\n".join(shown).strip().splitlines()) for command, shown in found if command]


def check_examples(folder, environment):
    """A summary is as shown, to the times; where the exit status is shown, it is that."""
    for command, shown in examples(section("The first five minutes")):
        if command == "cat program.py":
            continue
        out = run(command, folder, environment)[0].splitlines()
        if command.endswith("echo $?"):
            expect(command, out[-1], shown[-1])
        elif command.startswith("cat "):
            counts = shown[:next(i for i, line in enumerate(shown) if "Time by operation" in line)]
            expect(f"{command}, to its times", out[:len(counts)], counts)


def commands(folder):
    environment = prepare(folder)
    lead = section("").split("\n    ")[1].splitlines()[0]
    by_hand = re.search(r"^    (FLOP_\S+ LD_PRELOAD.*)$", README, re.M)[1]
    for command in (lead, by_hand):
        made = run(command, folder, environment)[2]
        expect(f"{command}: {made}", [("1,000,000,000,000" in s, "200" in s) for s in made.values()], [(True, True)])
    check_examples(folder, environment)
    tree, *ranks = re.findall(r"(?m)^    ((?:flopshim|mpirun) .*)$", section("Process trees and MPI"))
    expect(tree, len(run(tree, folder, environment)[2]), 1)
    job, *ranks = ranks  # with a program that calls MPI_Init in test_job.py
    expect("the job's command", "--scope job" in job, True)
    for command in ranks:
        made = run(command, folder, environment)[2]
        expect(command, sorted(made), [f"rank-{i}.json" for i in range(4)])
        for name in made:
            os.unlink(folder / name)
    for command in names(README, r"`(flopshim (?:cost|list)[^`]*)`"):
        run(command, folder, environment)


def check_shown(where, shown, said):
    """The lines come in that order; … stands for others, or for what differs."""
    lines = iter(said.splitlines())
    for line in shown.splitlines():
        if line == "…" or not line:
            continue
        wanted = re.compile(".*".join(re.escape(part) for part in line.split("…")))
        expect(f"{where}: '{line}' in\n{said}", any(wanted.fullmatch(one) for one in lines), True)


def tutorials():
    """Each block of commands, one behind the other, and below it what it says."""
    for path in sorted((ROOT / "report/tutorials").glob("*.md")):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "bin").mkdir()
            (folder / "bin/flopshim").symlink_to(PROGRAM)
            environment = PLAIN | {"PATH": f"{folder}/bin:/usr/bin:/bin", "PYTHONPATH": str(ROOT / "shim/bindings/python"),
                                   "HOME": name, "LANG": "C.UTF-8"}
            said = ""
            for kind, text in re.findall(r"(?ms)^```(\w+)\n(.*?)^```", path.read_text()):
                if kind == "text":
                    check_shown(path.name, text, said)
                    continue
                done = subprocess.run(["bash", "-ec", text], cwd=folder, env=environment, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True, timeout=300, check=False)
                said = done.stdout
                expect(f"{path.name}: {text}{said}", done.returncode, 0)


def loader(folder):
    """What the loader says of a name that it does not find, in the words of the README."""
    done = subprocess.run(["/bin/true"], env=PLAIN | {"LD_PRELOAD": "libflopshim.so"}, cwd=folder, capture_output=True, text=True,
                          check=False)
    expect("a name that the loader does not find", (done.returncode, done.stderr.strip() in " ".join(README.split())), (0, True))


def main():
    if sys.argv[1] == "lists":
        for check in (variables, files, links, contributing):
            check()
        return
    if SANITIZED:
        skip("LD_PRELOAD as written has no sanitizer's runtime")
    if sys.argv[1] == "tutorials":
        tutorials()
        return
    with tempfile.TemporaryDirectory() as folder:
        loader(folder)
        commands(pathlib.Path(folder))


main()
