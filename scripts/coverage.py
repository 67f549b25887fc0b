#!/usr/bin/env python3
"""Which lines of cost/, report/ and shim/ ran in a build of the preset `coverage`, by folder, or by file.

usage: scripts/coverage.py [--files] [BUILD]        BUILD: build-coverage

    cmake --preset coverage && cmake --build --preset coverage
    ctest --preset coverage -L 'unit|apps'          counts add up over runs; delete *.gcda to begin anew
    scripts/coverage.py

A line counts as run where any program or test that contains it ran it."""
from __future__ import annotations

import collections
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("cost", "report", "shim")
Lines = dict[int, bool]


def gcov(notes: pathlib.Path) -> list[dict[str, object]]:
    """What gcov says of one object: a list of files with their lines."""
    done = subprocess.run(["gcov", "--json-format", "--stdout", str(notes)], capture_output=True, text=True, check=True,
                          cwd=notes.parent)
    return [file for line in done.stdout.splitlines() if line for file in json.loads(line)["files"]]


def covered(build: pathlib.Path) -> dict[str, Lines]:
    """{file: {line: did it run}} of all objects, also those that were never run."""
    files: dict[str, Lines] = collections.defaultdict(dict)
    for notes in sorted(build.rglob("*.gcno")):
        for file in gcov(notes):
            path = pathlib.Path(notes.parent, str(file["file"])).resolve()
            if not path.is_relative_to(ROOT) or path.relative_to(ROOT).parts[0] not in FOLDERS:
                continue
            lines = files[str(path.relative_to(ROOT))]
            for line in file["lines"]:  # type: ignore[attr-defined]
                lines[line["line_number"]] = lines.get(line["line_number"], False) or line["count"] > 0
    return files


def main(words: list[str]) -> int:
    by_file = "--files" in words
    places = [word for word in words if word != "--files"]
    build = pathlib.Path(places[0] if places else ROOT / "build-coverage")
    if len(places) > 1 or not any(build.rglob("*.gcno")):
        print(f"coverage: expected the folder of a build with the preset coverage, got '{build}'", file=sys.stderr)
        return 2
    ran, whole = collections.Counter[str](), collections.Counter[str]()
    for name, lines in covered(build).items():
        place = name if by_file else str(pathlib.Path(name).parent)
        whole[place] += len(lines)
        ran[place] += sum(lines.values())
    for place in sorted(whole):
        print(f"{place:<40} {ran[place]:>6} of {whole[place]:>6} lines {100 * ran[place] / whole[place]:6.1f} %")
    total = sum(whole.values())
    print(f"{'in all':<40} {sum(ran.values()):>6} of {total:>6} lines {100 * sum(ran.values()) / total:6.1f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
