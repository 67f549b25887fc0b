"""C for cost/ranges.tsv: the ranges that prices were checked on, sorted by routine, for the program alone.

usage: gen_ranges.py cost/ranges.tsv OUTPUT"""
from __future__ import annotations

import pathlib
import sys

COLUMNS = 6


def row_of(line: str) -> str:
    """A row as C; percentages in tenths."""
    cells = line.split("\t")
    if len(cells) != COLUMNS:
        raise SystemExit(f"'{line}' has {len(cells)} cells; accepted are {COLUMNS}")
    routine, calls, least, most, low, high = cells
    return f'    {{"{routine}", {int(calls)}, {int(least)}, {int(most)}, {round(10 * float(low))}, {round(10 * float(high))}}},'


def main() -> None:
    lines = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    rows = sorted(line for line in lines if line and not line.startswith(("#", "routine\t")))
    text = ["/* Generated from cost/ranges.tsv. */", '#include "ranges.h"', "", "const struct price_range price_ranges[] = {",
            *map(row_of, rows), "};", "const int price_range_count = sizeof price_ranges / sizeof *price_ranges;", ""]
    pathlib.Path(sys.argv[2]).write_text("\n".join(text), encoding="utf-8")


if __name__ == "__main__":
    main()
