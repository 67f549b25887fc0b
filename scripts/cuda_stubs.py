#!/usr/bin/env python3
"""PyTorch's wheel for Linux wants CUDA's libraries (3 GB) even where there is no GPU. This makes libraries of their names in which
each function that the wheel refers to does nothing and returns 0: with them torch finds no GPU and computes on the processor.

usage: cuda_stubs.py SITE-PACKAGES/torch/lib        (needs cc and objdump)
"""
from __future__ import annotations

import pathlib
import re
import subprocess
import sys

UNDEFINED = re.compile(r"^\S+\s.*\*UND\*\s+\S+\s+(?:\((\S+)\)\s+|Base\s+)?(\S+)$")
OURS = re.compile(r"lib(cu|nv|nccl)(?!da\.so)")  # libraries, but not the driver: what needs that is opened where there is one
LOOSE = re.compile(r"cu[A-Z]|cu(da|blas|fft|rand|solver|sparse|dnn|pti)|nccl|nv(rtc|shmem|JitLink)")  # functions without a version


def lines_of(*command: str) -> list[str]:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def references(library: pathlib.Path) -> tuple[set[str], dict[str, str]]:
    """The libraries that it needs, and the library of each version that it refers to."""
    needed, versions, current = set(), {}, ""
    for line in lines_of("objdump", "-p", str(library)):
        words = line.split()
        if words[:1] == ["NEEDED"]:
            needed.add(words[1])
        elif words[:2] == ["required", "from"]:
            current = words[2].rstrip(":")
        elif len(words) == 4 and words[0].startswith("0x"):
            versions[words[3]] = current
    return {name for name in needed if OURS.match(name)}, versions


def wanted(folder: pathlib.Path) -> dict[str, dict[str, set[str]]]:
    """By library and version the functions that are referred to."""
    stubs: dict[str, dict[str, set[str]]] = {}
    for library in sorted(folder.glob("*.so")):
        needed, versions = references(library)
        for name in needed:
            stubs.setdefault(name, {})
        for line in lines_of("objdump", "-T", str(library)):
            found = UNDEFINED.match(line)
            version, name = found.groups() if found else (None, "")
            home = versions.get(version or "", "")
            if not version and LOOSE.match(name):
                home = "libcudart.so.13"  # any will do: the loader looks in all of them
            if OURS.match(home):
                stubs.setdefault(home, {}).setdefault(version or "", set()).add(name)
    return stubs


def make(path: pathlib.Path, functions: dict[str, set[str]]) -> None:
    names = sorted(set().union(*functions.values()))
    script = "".join(f"{version} {{ global: {' '.join(f'{name};' for name in sorted(names_of))} }};\n"
                     for version, names_of in functions.items() if version)
    code = ".text\n" + "".join(f".globl {n}\n.type {n},@function\n{n}:\n" for n in names) + "xor %eax,%eax\nret\n"
    versions = path.with_suffix(".map")
    versions.write_text(script)
    options = [f"-Wl,--version-script={versions}"] if script else []
    subprocess.run(["cc", "-shared", "-nostdlib", f"-Wl,-soname,{path.name}", *options, "-o", str(path), "-x", "assembler", "-"],
                   input=code, text=True, check=True)
    versions.unlink()


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    for name, functions in wanted(folder).items():
        if not (folder / name).exists():
            make(folder / name, functions)


main()
