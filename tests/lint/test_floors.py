"""The rooms of shim/README.md have one direction: what an object uses is defined in its own room or one above it, no include
leaves the room's include path, and a function is declared in the header of its file. usage: test_floors.py BUILD"""
import collections
import functools
import pathlib
import re
import subprocess
import sys
import tempfile

from harness import ROOT, expect

from commands import commands

BUILD = pathlib.Path(sys.argv[1])
PLANTED_USE = "extern void {0}(void);\nvoid planted(void);\nvoid planted(void)\n{{\n    {0}();\n}}\n"


def rooms():
    """Name: objects, in the order in which the rooms stand."""
    return {name: objects.split() for name, objects in
            (line.split(":") for line in (BUILD / "rooms.txt").read_text().splitlines())}


@functools.cache
def symbols(option, *paths):
    """By object: the names that nm prints with this option."""
    names = {path: set() for path in paths}
    done = subprocess.run(["nm", "-A", "-g", option, *paths], capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        path, _, rest = line.partition(":")
        names[path].add(rest.split()[-1])
    return names


def c_library():
    """What it exports, called by anybody as any program calls it."""
    done = subprocess.run(["nm", "-D", "--defined-only", "/lib/x86_64-linux-gnu/libc.so.6"],
                          capture_output=True, text=True, check=True)
    return {line.split()[-1].split("@")[0] for line in done.stdout.splitlines()}


def upward(found, defined, order):
    """Uses of what is defined in a room further down."""
    libc = c_library()
    edges = []
    for room, objects in found.items():
        for path, names in symbols("-u", *objects).items():
            for name in names - libc:
                owner = defined.get(name)
                if owner and order.index(owner) > order.index(room):
                    edges.append((room, pathlib.Path(path).name.removesuffix(".o"), name, owner))
    return sorted(edges)


def definitions(found):
    """Name: the room that defines it."""
    return {name: room for room, objects in found.items()
            for names in symbols("--defined-only", *objects).values() for name in names}


def compile_planted(text, like, folder):
    """The same command as for the file `like`. The object, or the compiler's complaint."""
    source, target = pathlib.Path(folder, "planted.c"), pathlib.Path(folder, "planted.o")
    source.write_text(text)
    command = next(words for words in commands()[str(ROOT / like)] if not any(word.startswith("-fsanitize") for word in words))
    done = subprocess.run([*command, "-o", target, "-c", source], capture_output=True, text=True, check=False)
    return (None, done.stderr) if done.returncode else (str(target), "")


def handwritten(ending):
    return sorted(p for folder in ("shim", "report", "cost") for p in (ROOT / folder).rglob(f"*.{ending}")
                  if not {"bindings", "examples"} & set(p.parts))


def leaving_includes():
    """Includes with a folder in them, which would go around the room's include path."""
    return [f"{path.name}: {name}" for ending in "ch" for path in handwritten(ending)
            for name in re.findall(r'^#include "([^"]+)"', path.read_text(), re.M) if "/" in name]


def is_public(name):
    """Declared in flopshim.h, in the C library's headers, or generated and named by assembly."""
    return name.startswith(("flopshim_", "forward_bound_", "cost_small_")) or name in ("forward_answer", "main")


def misdeclared(found):
    headers = {path.stem: re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S) for path in handwritten("h")}
    libc = c_library()
    wrong = collections.defaultdict(list)
    for objects in found.values():
        for path, names in symbols("--defined-only", *(path for path in objects if "/generated/" not in path)).items():
            stem = pathlib.Path(path).name.removesuffix(".c.o")
            for name in names - libc:
                if not is_public(name) and not re.search(rf"\b{name}\b", headers.get(stem, "")):
                    wrong[stem].append(name)
    return dict(wrong)


def see_planted(found, order):
    """An upward symbol, and an upward include, are seen."""
    with tempfile.TemporaryDirectory() as folder:
        path, complaint = compile_planted(PLANTED_USE.format("refuse_forget"), "shim/base/message.c", folder)
        expect("a planted file compiles", complaint, "")
        planted = {**found, "base": [*found["base"], path]}
        expect("a planted upward symbol is seen",
               ("base", "planted", "refuse_forget", "call") in upward(planted, definitions(planted), order), True)
        path, complaint = compile_planted('#include "refuse.h"\n', "shim/base/message.c", folder)
        expect("a planted upward include compiles", path, None)
        expect("what is said of it", "refuse.h: No such file" in complaint, True)


def main():
    found = rooms()
    order = list(found)
    defined = definitions(found)
    expect("rooms", order[:1] + order[-1:], ["cost", "parts"])
    expect("objects", sum(map(len, found.values())) > 80, True)
    up = upward(found, defined, order)
    expect("uses of what is defined further down, but of the table in parts.c",
           [edge for edge in up if edge[2:] != ("parts", "parts")], [])
    expect("users of that table", sorted({edge[1] for edge in up}), ["fork.c", "provider.c", "start.c"])
    expect("includes around the rooms", leaving_includes(), [])
    cost_tables = {"eigen", "fft", "linear", "orthogonal", "svd"}  # the functions of formulas.h
    expect("declared elsewhere than in the header of their file",
           {stem: names for stem, names in misdeclared(found).items() if stem not in cost_tables}, {})
    see_planted(found, order)


main()
