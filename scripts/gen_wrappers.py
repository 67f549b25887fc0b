#!/usr/bin/env python3
"""Turn cost/routines.spec into the table of counts, the symbol table and the stubs.

usage: gen_wrappers.py SPEC OUTDIR SHARDS

Writes to OUTDIR: counts.h, count_of_row.h, small_prices.h and routines.c (what a call costs), symbols.h, symbols.c and names.c
(every exported name) and stubs_0.c ... (a typed body for each routine and face; a three-instruction entry for each name, which
leaves its slot in r11 for the body). An error in the spec is reported with file and line; nothing is written then.

So that a changed row compiles little, a file is written only where its content changes, and nothing in a shard depends
on rows of other families: its name decides a family's shard, a routine's id is a hash of its name, and what is numbered
by place (slots, the table of counts) is named there by symbols that symbols.c and routines.c define.
"""
from __future__ import annotations

import pathlib
import sys
import zlib

from checks import SpecError
from entries import emit_entries, has_body, label_of
from fast import emit_body
from formulas import checked, paired
from plans import includes_of
from rows import COUNTED, TAKEN, TOPICS, Routine, Row, dims_of, mode_of, option_places, used_args
from spec import Symbol, parse_spec, routines_of, symbols_of

SLOT_BYTES = 64  # sizeof(struct slot), asserted in bind.c
# With this one the usual routines of a precision have places of their own in a thread's table of recent tallies, THREAD_HOT
# by id (unit.cost); found by trying.
ID_SEED = 22670
Count = tuple[str, str, "tuple[tuple[str, str], ...]"]
NO_ROUTINE = 0xFFFFFFFF  # of a tally that is no routine's (shim/thread.h)


def id_of(name: str) -> int:
    """Of a routine: what tallies know it by, whatever other routines there are (FNV-1a, mixed), in 31 bits (LEDGER_QUERY)."""
    h = ID_SEED
    for ch in name.encode():
        h = (h ^ ch) * 16777619 & 0xFFFFFFFF
    h = (h ^ h >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    return (h ^ h >> 13) & 0x7FFFFFFF


def forward_hash(name: str) -> int:
    h = 5381
    for ch in name.encode():
        h = (h * 33 + ch) & 0xFFFFFFFF
    return h


def hash_table(hashes: list[int]) -> list[int]:
    """Open-addressed, at most half full: an entry is 0 or a place in hashes + 1."""
    table = [0] * (1 << (2 * len(hashes)).bit_length())
    for i, h in enumerate(hashes):
        h &= len(table) - 1
        while table[h]:
            h = (h + 1) & (len(table) - 1)
        table[h] = i + 1
    return table


def count_of(row: Row) -> Count:
    """What a count's C is made of: rows that agree in it share a function."""
    return row.price.mults, row.price.adds, tuple((a.name, a.kind) for a in used_args(row))


def nothing_test(row: Row) -> str:
    """C that is true of a call that its provider would leave at once, or reject: it does no work."""
    least = {a.name: "<= 0" if a.kind == "dim" and a.name in "mn" else "< 0"
             for a in used_args(row) if a.kind in ("dim", "work", "query")}
    return " || ".join(f"{name} {test}" for name, test in least.items())


def emit_count(row: Row, index: int, out: list[str]) -> None:
    """The count's own lines. What it would not do in 64 bits is left to 128 (cost/small.c)."""
    out.append(f"static void count_{index}(const int64_t *arg, int w, struct cost_ops *ops)\n{{")
    for i, a in enumerate(used_args(row)):
        kind = "int64_t" if a.kind == "option" else "count_t"
        out.append(f"    const {kind} {a.name} = arg[{i}]; (void){a.name};")
    nothing, sizes = nothing_test(row), " | ".join(a.name for a in used_args(row) if a.kind in ("dim", "int"))
    out += [f"    if ({nothing})\n        return;"] * bool(nothing)
    out += [f"    if (count_is_large({sizes})) {{\n        ops->mults = COUNT_HUGE;\n        return;\n    }}"] * bool(sizes)
    formulas, mode = row.price.formulas, mode_of(row.price.mults)
    if mode == "both":
        out.append(f"    *ops = {paired(formulas[0])};")
    else:
        out.append(f"    ops->mults = {checked(formulas[0])};")
        out.append(f"    ops->adds = {'0' if mode == 'total' else checked(formulas[1])};")
    out.append(f"    ops->total_only = {int(mode == 'total')}; (void)w; (void)arg;\n}}\n")


def emit_counts(rows: list[Row], out: list[str]) -> dict[Count, int]:
    counts: dict[Count, int] = {}
    for row in rows:
        if count_of(row) not in counts:
            counts[count_of(row)] = len(counts)
            emit_count(row, counts[count_of(row)], out)
    return counts


def emit_count_of_row(counts: dict[Count, int]) -> list[str]:
    """The count of a number: a jump, where a table of pointers would be relocated at each start."""
    return ["static void count_of_row(unsigned count, const int64_t *arg, int w, struct cost_ops *ops)\n{\n    switch (count) {",
            *(f"    case {i}: count_{i}(arg, w, ops); return;" for i in range(len(counts))), "    }\n}"]


def emit_small_prices(routines: list[Routine], counts: dict[Count, int]) -> list[str]:
    """A price in 64 bits for each count and field, under the name of each routine that has it (cost_small_dgemm), which stubs
    call; and the one of a routine of the table (cost/small.c)."""
    price = {r.name: (counts[count_of(r.row)], "COMPLEX" if r.field == "c" else "REAL") for r in routines}
    used = sorted(set(price.values()))
    return [*(f"SMALL_PRICE({count}, {field})" for count, field in used), '__asm__(""',
            *(f'".globl cost_small_{name}\\n.hidden cost_small_{name}\\n.set cost_small_{name}, small_{count}_{field}\\n"'
              for name, (count, field) in price.items()), ");",
            "#define SMALL_CASES \\", *(f"    SMALL_CASE({count}, {field}) \\" for count, field in used), ""]


class Texts:
    """The table's texts one behind the other, each once."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}
        self.size = 0

    def place(self, text: str) -> int:
        if text not in self.places:
            self.places[text] = self.size
            self.size += len(text.encode()) + 1
        return self.places[text]

    def emit(self, out: list[str]) -> None:
        out.append("const char cost_texts[] =\n%s;" % "\n".join(f'    "{text}\\0"' for text in self.places))


def emit_dims(lists: list[list[tuple[str, int]]], out: list[str]) -> list[int]:
    """The different lists of dimensions, and of options behind them, one behind the other; returns where that of each routine
    begins. The name of an end is ""."""
    begins: dict[tuple[tuple[str, int], ...], int] = {}
    entries: list[tuple[str, int]] = []
    for dims in lists:
        if tuple(dims) not in begins:
            begins[tuple(dims)] = len(entries)
            entries += [(f'"{name}"' if name else "NULL", place) for name, place in dims]
    out.append(f"const char *const cost_dim_names[] = {{{', '.join(name for name, _ in entries)}}};")
    out.append(f"const uint8_t cost_dim_places[] = {{{', '.join(str(place) for _, place in entries)}}};")
    return [begins[tuple(dims)] for dims in lists]


def known_by(row: Row) -> list[tuple[str, int]]:
    end = [("", 0)]
    return dims_of(row)[0] + end + option_places(row) + end


def emit_routines(routines: list[Routine], counts: dict[Count, int], out: list[str]) -> None:
    out.append('#include "cost.h"\n#include "topics.h"\n')
    dims, texts = emit_dims([known_by(r.row) for r in routines], out), Texts()
    out.append("const struct cost_routine cost_routines[] = {")
    for r, begin in zip(routines, dims):
        row = r.row
        kinds = "".join(COUNTED[a.kind] for a in used_args(row))
        taken = "".join(TAKEN.get(a.kind, "a") for a in row.args)
        text = [r.name, row.family, " ".join(a.name for a in row.args), taken, " ".join(a.name for a in used_args(row)), kinds,
                row.price.mults, row.price.adds, row.price.source, row.idle]
        out.append("    {%du, %s, %d, %d, COST_FIELD_%s, COST_%s}," % (
            id_of(r.name), ", ".join(str(texts.place(t)) for t in text), counts[count_of(row)], begin,
            {"r": "REAL", "c": "COMPLEX", "m": "MIXED"}[r.field], row.price.cls.upper()))
    out.append(f"}};\nconst int cost_routine_count = {len(routines)};\n")
    texts.emit(out)
    out.append(f"const uint8_t cost_topics[] = {{{','.join(str(TOPICS.index(r.row.topic)) for r in routines)}}};")
    emit_indices(routines, out)


def emit_indices(routines: list[Routine], out: list[str]) -> None:
    """From a routine's id to its place in the table, and that place under a name of its own (cost_index_dgemm)."""
    table = hash_table([id_of(r.name) for r in routines])
    out.append(f"const uint32_t cost_id_mask = {len(table) - 1};")
    out.append(f"const uint16_t cost_id_table[] = {{{','.join(map(str, table))}}};")
    places = "".join(f'    ".globl cost_index_{r.name}\\n.hidden cost_index_{r.name}\\ncost_index_{r.name}: .long {i}\\n"\n'
                     for i, r in enumerate(routines))
    out.append(f'__asm__(".pushsection .rodata\\n.balign 4\\n"\n{places}    ".popsection\\n");')


def emit_shard(routines: list[Routine]) -> list[str]:
    out = ['#include "call.h"', *sorted({line for r in routines for line in includes_of(r.row.plans)}), ""]
    for r in routines:
        out.append(f'#define ROUTINE_{r.name} {id_of(r.name)}u\n'
                   f'extern const uint32_t cost_index_{r.name} __attribute__((visibility("hidden")));\n'
                   f'cost_small_price cost_small_{r.name} __attribute__((visibility("hidden")));')
    for r in routines:
        for face in r.row.faces:
            emit_body(r, face, out)
    return out


def emit_symbols(symbols: list[Symbol], bodies: list[str]) -> list[str]:
    """One record a symbol, without relocations: name and body as offsets (resolve.h, struct symbol); and the slots, each
    with a name of its own."""
    out = ['#include "resolve.h"\n#include "symbols.h"', "",
           "struct slot forward_slots[SYMBOL_COUNT + BOUND_MAX] __attribute__((aligned(64)));",  # a cache line each
           '__asm__(""'] + [f'".globl slot_{name}\\n.hidden slot_{name}\\n.set slot_{name}, forward_slots+{SLOT_BYTES * i}\\n"'
                            for i, (name, *_) in enumerate(symbols)]
    out += [');\n__asm__(".pushsection .rodata\\n.balign 8\\n.globl forward_symbols\\n"',
            '".hidden forward_symbols\\nforward_symbols:\\n"']
    offset = 0
    for (name, r, face, wide), body in zip(symbols, bodies):
        out.append(f'".long {offset}, {body}-forward_symbols\\n.short {r_index[r.name]}\\n'
                   f'.byte {int(wide) + 2 * has_body(r, face)}, {ord(face[0])}\\n"')
        offset += len(name) + 1
    looks = [str(i) for i, (_, r, face, _) in enumerate(symbols) if has_body(r, face)]
    return out + ['".popsection\\n");', f"const uint16_t forward_looks[LOOK_COUNT] = {{{','.join(looks)}}};"]


def beginnings(names: list[str]) -> list[int]:
    """Some 1,200 bits of 2^15: one for the hash of each four first letters that a name has (is_beginning)."""
    bits = [0] * (1 << 12)
    for letters in {name[:4] for name in names}:
        bit = (int.from_bytes(letters.encode(), "little") * 0x9e3779b1 & 0xffffffff) >> 17
        bits[bit >> 3] |= 1 << (bit & 7)
    return bits


def emit_names(symbols: list[Symbol]) -> tuple[list[str], int]:
    """The names one behind the other, the routine of each, a hash table of both, and how names begin."""
    table = hash_table([forward_hash(name) for name, *_ in symbols])
    names = "\n".join(f'    "{name}\\0"' for name, *_ in symbols)
    routines = ",".join(str(r_index[r.name]) for _, r, *_ in symbols)
    return ['#include "symbols.h"', "", f"const char forward_names[] =\n{names};",
            f"const uint16_t forward_routines[SYMBOL_COUNT] = {{{routines}}};",
            f"const uint16_t forward_hash[FORWARD_HASH_SIZE] = {{{','.join(map(str, table))}}};",
            "const uint8_t forward_beginnings[] = "
            f"{{{','.join(map(str, beginnings([name for name, *_ in symbols])))}}};"], len(table)


r_index: dict[str, int] = {}


def arguments() -> tuple[str, pathlib.Path, int]:
    try:
        spec, outdir, shards = sys.argv[1:]
        if int(shards) > 0:
            return spec, pathlib.Path(outdir), int(shards)
    except ValueError:
        pass
    sys.exit(f"gen_wrappers.py: arguments '{' '.join(sys.argv[1:])}'; accepted are SPEC OUTDIR SHARDS, the last a number from 1")


def generate(spec: str, shards: int) -> dict[str, list[str]]:
    """{name of a file: its lines}; SpecError where the spec is wrong."""
    schemes, rows = parse_spec(spec)
    routines = routines_of(rows)
    symbols = symbols_of(routines, schemes)
    r_index.clear()
    r_index.update({r.name: i for i, r in enumerate(routines)})
    if len({id_of(name) for name in r_index} | {NO_ROUTINE}) <= len(r_index):
        raise SpecError("two routines have one id (ID_SEED of gen_wrappers.py)")
    bodies = [label_of(r, face) for _, r, face, _ in symbols]
    names, size = emit_names(symbols)
    counts: list[str] = []
    table: list[str] = []
    places = emit_counts(list({r.row.id: r.row for r in routines}.values()), counts)
    emit_routines(routines, places, table)
    files = {"names.c": names, "symbols.c": emit_symbols(symbols, bodies), "routines.c": table,
             "counts.h": counts, "count_of_row.h": emit_count_of_row(places),
             "entries.c": emit_entries(symbols, {r.name: id_of(r.name) for r in routines}),
             "small_prices.h": emit_small_prices(routines, places),
             "symbols.h": ["#pragma once", "#include <stdint.h>", f"#define SYMBOL_COUNT {len(symbols)}",
                           f"#define LOOK_COUNT {sum(has_body(r, face) for _, r, face, _ in symbols)}",
                           "extern const uint16_t forward_looks[]; /* symbols, in order */",
                           f"#define ROUTINE_COUNT {len(routines)}", f"#define FORWARD_HASH_SIZE {size}",
                           "extern const char forward_names[];", "extern const uint16_t forward_routines[];",
                           "extern const uint16_t forward_hash[];",
                           "extern const uint8_t forward_beginnings[];"]}
    for s in range(shards):
        own = [r for r in routines if zlib.crc32(r.row.family.encode()) % shards == s]
        files[f"stubs_{s}.c"] = emit_shard(own)
    return files


def write(path: pathlib.Path, lines: list[str]) -> None:
    """Only where the content is another: what is not written is not compiled."""
    text = "\n".join([*lines, ""])
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def main() -> None:
    spec, outdir, shards = arguments()
    try:
        files = generate(spec, shards)
        outdir.mkdir(parents=True, exist_ok=True)
        title = f"/* generated from {pathlib.Path(spec).name} by gen_wrappers.py; do not edit */"
        for name, lines in files.items():
            write(outdir / name, [title, *lines])
    except (SpecError, OSError) as error:
        sys.exit(f"gen_wrappers.py: {error}")


if __name__ == "__main__":
    main()
