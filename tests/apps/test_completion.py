"""zsh and fish offer what bash does, whose completion apps.help holds to the verbs' tables of options: verbs, options, words.

usage: test_completion.py zsh|fish"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from harness import PLAIN, ROOT, expect, skip

FOLDER = ROOT / "report/program/completion"
NAMES = {"zsh": "_flopshim", "fish": "flopshim.fish"}


def offered(command, folder):
    done = subprocess.run(command, env={**PLAIN, "HOME": str(folder), "TERM": "dumb"}, cwd=folder / "work", capture_output=True,
                          text=True, timeout=120, check=False)
    expect(f"{command}: {done.stderr}", done.returncode, 0)
    return done.stdout


def of_bash(line, folder):
    script = (f'source {FOLDER}/flopshim.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _flopshim; '
              'printf "%s\n" "${COMPREPLY[@]}"')
    return set(offered(["bash", "-c", script, "bash", *line.split(" ")], folder).split()) - {"--"}


def of_zsh(line, folder):
    """The line stands again behind the list."""
    text = offered(["zsh", "-f", ROOT / "tests/apps/complete.zsh", folder, line], folder)
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|[\r\x07\x08]", " ", text)
    return set(text.replace(line.strip(), " ").split())


def of_fish(line, folder):
    script = f"source {FOLDER}/flopshim.fish; complete -C '{line}'"
    found = {row.split("\t")[0] for row in offered(["fish", "--no-config", "-c", script], folder).splitlines()}
    return {word for word in found if word and not re.fullmatch("-.", word)}


def main(shell):
    if not shutil.which(shell):
        skip(f"{shell} is not installed")
    find = of_zsh if shell == "zsh" else of_fish
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "work").mkdir()
        if shell == "zsh":
            shutil.copy(FOLDER / "flopshim.zsh", folder / "_flopshim")
        options = {"--help", "--version"}  # fish offers them where one is begun
        expect("verbs", find("flopshim ", folder) - options, of_bash("flopshim ", folder) - options)
        verbs = of_bash("flopshim ", folder) - options
        expect("of the program", find("flopshim --", folder), options)
        expect("help", find("flopshim help ", folder), verbs - {"help"})
        for verb in sorted(verbs - {"help"}):
            table, bare = of_bash(f"flopshim {verb} --", folder), of_bash(f"flopshim {verb} ", folder)
            expect(f"options of {verb}", find(f"flopshim {verb} --", folder), table)
            for option in sorted(table - {"--help"}):
                words = of_bash(f"flopshim {verb} {option} ", folder)
                if words and words != bare:
                    expect(f"{verb} {option}", find(f"flopshim {verb} {option} ", folder), words)
        (folder / "work/one.json").touch()
        (folder / "work/two.json").touch()
        for line in ("flopshim report ", "flopshim merge --files-from ", "flopshim report -o ", "flopshim diff "):
            expect(f"files of {line}", {"one.json", "two.json"} <= find(line, folder), True)
        expect("options of another program", find("flopshim run flopshim report --", folder) & {"--budget", "--scope"}, set())


main(sys.argv[1])
