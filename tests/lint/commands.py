"""How the build compiles what is handwritten: the commands of compile_commands.json."""
import json
import pathlib
import shlex

from harness import BUILD, ROOT, expect

FOLDERS = tuple(str(ROOT / name) + "/" for name in ("cost", "report", "shim"))


def commands():
    """{source: [words of each command that compiles it, without the launcher, what comes out, and the source itself]}"""
    found = {}
    for entry in json.loads((BUILD.parent / "compile_commands.json").read_text()):
        source = str(pathlib.Path(entry["directory"], entry["file"]))
        if not source.startswith(FOLDERS) or not source.endswith(".c"):
            continue
        words = shlex.split(entry["command"])
        start = next(i for i, word in enumerate(words) if pathlib.Path(word).name != "ccache")
        words = [word for word in words[start:words.index("-c")] if word != entry["file"]]
        del words[words.index("-o"):words.index("-o") + 2]
        found.setdefault(source, []).append(words)
    # Also what a folder has and no target takes
    expect("handwritten files that are not compiled", sorted(
        str(path) for folder in FOLDERS for path in pathlib.Path(folder).rglob("*.c") if str(path) not in found), [])
    return found
