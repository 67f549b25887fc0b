#!/usr/bin/env python3
"""Compare what BLAS and LAPACK libraries export with what the spec covers.

Prints, for each library, how many of its names have a row and which have none; of those, the ones that cost/left_out.txt
gives a reason for are counted under it, the others are the gap. Exit status 1 where there is a gap.
"""
from __future__ import annotations

import argparse
import collections
import fnmatch
import glob
import pathlib
import re
import subprocess
import sys
from collections.abc import Container, Iterator

from checks import SpecError
from rows import Arg, Routine, suffix_of
from spec import parse_spec, routines_of, symbols_of

ROOT = pathlib.Path(__file__).resolve().parent.parent
USUAL = [f"/usr/lib/*/{name}" for name in (
    "libblas.so.3", "liblapack.so.3", "liblapacke.so.3", "libblis.so.4", "blas/libblas.so.3", "blas64/libblas64.so.3",
    "lapack/liblapack.so.3", "lapack64/liblapack64.so.3", "openblas*/libopenblas*.so.0", "blis*/libblis*.so.4")]
# OpenBLAS exports its kernels too; what users call is spelled like this.
SPELLED = re.compile(r"(scipy_)?(cblas_|LAPACKE_)\w+|[A-Za-z]\w*_")
DECORATION = re.compile(r"(?:scipy_)?(.*?)(?:_64_|64_|_64|_)?")


def exports(library: str) -> list[str]:
    listing = subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    names = [line.split() for line in listing.splitlines()]
    return sorted(n[2].partition("@")[0] for n in names if len(n) == 3 and n[1] in "TWi" and SPELLED.fullmatch(n[2]))


def read_left_out(path: pathlib.Path) -> list[tuple[str, str]]:
    reasons = []
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            patterns, reason = line.split("|")
            reasons += [(pattern, reason.strip()) for pattern in patterns.split()]
    return reasons


def reason_of(name: str, reasons: list[tuple[str, str]]) -> str | None:
    match = DECORATION.fullmatch(name)
    base = (match[1] if match else name).lower()
    return next((why for pattern, why in reasons if fnmatch.fnmatch(base, pattern)), None)


def compare(library: str, ours: Container[str], reasons: list[tuple[str, str]]) -> list[str]:
    """Names of the library that have neither row nor reason."""
    names = exports(library)
    missing = [n for n in names if n not in ours]
    why: collections.Counter[str] = collections.Counter()
    gap = []
    for name in missing:
        reason = reason_of(name, reasons)
        if reason:
            why[reason] += 1
        else:
            gap.append(name)
    print(f"{library}: {len(names)} names, {len(names) - len(missing)} covered, {len(gap)} missing")
    for reason, count in sorted(why.items()):
        print(f"    {count:4} left out: {reason}")
    for name in gap:
        print(f"    missing: {name}")
    return gap


# ---- LAPACKE's prototypes ------------------------------------------------------------------------------------

BY_VALUE = {"char": "option", "lapack_int": "int", "int": "int", "lapack_logical": "int", "float": "float",
            "double": "double", "lapack_complex_float": "float _Complex", "lapack_complex_double": "double _Complex"}


def prototypes(path: str) -> Iterator[tuple[str, list[str]]]:
    """Arguments of each function of the header: by-value type or 'pointer'."""
    text = re.sub(r"/\*.*?\*/", "", pathlib.Path(path).read_text(), flags=re.S)
    for name, args in re.findall(r"LAPACKE_(\w+)\s*\(([^()]*)\)\s*;", text):
        kinds = []
        for arg in args.split(","):
            words = arg.replace("*", " * ").split()
            pointer = "*" in words or any(w.startswith("LAPACK_") for w in words)
            kinds.append("pointer" if pointer else BY_VALUE.get(words[0], words[0]))
        yield name, kinds


def check_headers(routines: list[Routine], path: str = "/usr/include/lapacke.h") -> int:
    from stubs import LAPACKE_INTEGERS, lapacke_args

    def kind_in_header(r: Routine, arg: Arg) -> str:
        if arg.kind == "option":
            return "option"
        if arg.kind in LAPACKE_INTEGERS:
            return "int"
        return {"scalar": r.scalar, "real": r.real}.get(arg.kind, "pointer")
    declared, wrong, checked = dict(prototypes(path)), 0, 0
    for r in routines:
        for face in (f for f in r.row.faces if f[0] == "e"):
            name = r.name + suffix_of(face)
            ours = [kind_in_header(r, a) for a in lapacke_args(r.row, face)]
            if name in declared and declared[name] != ours:
                print(f"    {r.row.where}: LAPACKE_{name} is declared with {declared[name]}, the row has {ours}")
                wrong += 1
            checked += name in declared
    print(f"{path}: {checked} prototypes compared, {wrong} differ")
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("libraries", nargs="*", metavar="LIBRARY", help="default: those that are installed")
    parser.add_argument("--headers", action="store_true", help="compare LAPACKE's arguments with lapacke.h too")
    options = parser.parse_args()
    libraries = options.libraries or sorted(f for g in USUAL for f in glob.glob(g))
    try:
        schemes, rows = parse_spec(ROOT / "cost" / "routines.spec")
        routines = routines_of(rows)
        ours = {name for name, *_ in symbols_of(routines, schemes)}
    except SpecError as error:
        sys.exit(f"check_symbols.py: {error}")
    reasons = read_left_out(ROOT / "cost" / "left_out.txt")
    gaps = sum(len(compare(library, ours, reasons)) for library in libraries)
    wrong = check_headers(routines) if options.headers else 0
    sys.exit(1 if gaps or wrong else 0)


if __name__ == "__main__":
    main()
