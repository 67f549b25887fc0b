#!/usr/bin/env python3
"""Turn cost/routines.spec into the table of counts, the symbol table and the stubs.

usage: gen_wrappers.py SPEC OUTDIR SHARDS

Writes to OUTDIR: routines.c (what a call costs), symbols.h, symbols.c and names.c (every exported name) and
stubs_0.c ... (a typed body for each routine and face; a three-instruction entry for each name, which leaves its
slot in r11 for the body). An error in the spec is reported with file and line; nothing is written then.
"""
import ast
import collections
import pathlib
import sys

from spec import (Arg, COUNTED, SpecError, checked, degree, formulas_of, mode_of, paired, parse_spec, plain, routines_of,
                  suffix_of, symbols_of, used_args)

SLOT_BYTES = 40  # sizeof(struct slot), asserted in forward.c
HIDDEN_LENGTH = ("option", "chars")  # CHARACTER arguments: the Fortran face has their lengths behind the others
# What LAPACKE's two levels do by themselves.
LAPACKE_DROPS = {"": ("info", "temp", "tempsize", "work"), "_work": ("info",)}
LAPACKE_INTEGERS = ("dim", "int", "step", "option", "logical", "work", "query", "tempsize")


def emit_count(row, out):
    out.append(f"static void count_row_{row.id}(const int64_t *arg, int w, struct cost_ops *ops)\n{{")
    for i, a in enumerate(used_args(row)):
        kind = "int64_t" if a.kind == "option" else "count_t"
        out.append(f"    const {kind} {a.name} = arg[{i}]; (void){a.name};")
    formulas, mode = formulas_of(row), mode_of(row)
    if mode == "both":
        out.append(f"    *ops = {paired(formulas[0])};")
    else:
        out.append(f"    ops->mults = {checked(formulas[0])};")
        out.append(f"    ops->adds = {'0' if mode == 'total' else checked(formulas[1])};")
    out.append(f"    ops->total_only = {int(mode == 'total')}; (void)w; (void)arg;\n}}\n")


def emit_routines(routines, out):
    out.append('#include "checked.h"\n#include "cost.h"\n#include "formulas.h"\n')
    for row in {r.row.id: r.row for r in routines}.values():
        emit_count(row, out)
    out.append("const struct cost_routine cost_routines[COST_ROUTINES] = {")
    for r in routines:
        row = r.row
        kinds = "".join(COUNTED[a.kind] for a in used_args(row))
        text = [r.name, row.family, " ".join(a.name for a in row.args), " ".join(a.name for a in used_args(row)), kinds,
                row.mults, row.adds, row.source]
        out.append("    {%s, count_row_%d, COST_FIELD_%s, COST_%s}," % (
            ", ".join(f'"{t}"' for t in text), row.id,
            {"r": "REAL", "c": "COMPLEX", "m": "MIXED"}[r.field], row.cls.upper()))
    out.append("};")


# ---- stubs ---------------------------------------------------------------------------------------------------

def cblas_args(row):
    matrix = any(a.name in ("a", "ap", "uplo") for a in row.args) and not any(a.name == "order" for a in row.args)
    return [Arg("layout", "option", False)] * matrix + row.args


def lapacke_args(row, face):
    """:plain: without the matrix layout; +name: an array at the end."""
    words, *more = face.split("+")
    layout = [] if ":plain" in words else [Arg("layout", "int", False)]
    kept = [a for a in row.args if a.kind not in LAPACKE_DROPS[suffix_of(words)]]
    return layout + kept + [Arg(name, "array", False) for name in more]


def c_parameter(r, face, arg):
    if face == "e" and arg.kind in ("scalar", "real"):
        return f"{r.real if arg.kind == 'real' else r.scalar} {arg.name}_"
    if face == "e":
        return f"{'intptr_t ' if arg.kind in LAPACKE_INTEGERS else 'void *'}{arg.name}_"
    if face != "c" or arg.array or arg.kind == "array":
        return f"void *{arg.name}_"
    if arg.kind in ("scalar", "real"):
        pointer = arg.kind == "scalar" and "_Complex" in r.scalar
        return f"void *{arg.name}_" if pointer else f"{r.real if arg.kind == 'real' else r.scalar} {arg.name}_"
    return f"void *{arg.name}_" if arg.kind == "flag" else f"intptr_t {arg.name}_"


def read_arg(r, face, arg, index=""):
    """C that reads one argument of the count as an int64_t; index: the entry of a batch array."""
    where = f"{arg.name}_"
    if arg.kind == "option":
        if face == "e":
            return f"call_letter_value({where})"
        if face == "c":
            return f"call_letter_cblas({f'((const int *){where})[{index}]' if arg.array else f'(int){where}'})"
        return f"call_letter({where}, {index or 0})"
    if arg.kind == "flag":
        return f"call_flag_{r.real}({where})"
    if arg.kind == "scalar":
        by_value = face == "e" or face == "c" and "_Complex" not in r.scalar
        return f"call_scalar_{r.scalar.replace(' _C', '_c')}({'&' if by_value else ''}{where})"
    if face in "ce" and not arg.array:
        return f"WIDTH({where})"
    return f"READ({where}, {index or 0})"


def emit_reads(r, b, out):
    """The arguments of the count as local int64_t. Where a complex result may be passed by address (Intel's convention)
    every argument may be one further on. A workspace length that LAPACKE chooses itself is no query: 0."""
    if b.by_pointer:
        second = r.row.args[1].name
        out.append(f"    void *const first_ = call.binding->result_pointer ? {second}_ : {r.row.args[0].name}_;")
    present = {p.split()[-1].lstrip("*") for p in b.params}
    for a in used_args(r.row):
        source = a._replace(name="first") if b.by_pointer and a is r.row.args[0] else a
        value = read_arg(r, b.face, source) if f"{a.name}_" in present else "0"
        out.append(f"    const int64_t {a.name} = {value};")


def emit_price(r, b, out):
    """Set cost, by the table of counts."""
    used, price = used_args(r.row), f"cost_price(ROUTINE_{r.name}, arg, call_convention)"
    if not any(a.array for a in r.row.args):
        emit_reads(r, b, out)
        out.append(f"    const int64_t arg[] = {{{', '.join(a.name for a in used) or '0'}}};")
        out.append(f"    cost = {price};")
        return
    count = next(a for a in r.row.args if a.name == "group_count")
    size = next(a for a in r.row.args if a.name == "group_size")
    values = ", ".join(read_arg(r, b.face, a, "g") for a in used) or "0"
    out.append(f"    cost = 0;\n    for (int64_t g = 0, groups = {read_arg(r, b.face, count)}; g < groups; g++) {{")
    out.append(f"        const int64_t arg[] = {{{values}}};")
    out.append(f"        cost = cost_sum(cost, cost_times({price}, {read_arg(r, b.face, size, 'g')}));\n    }}")


def small_degree(row):
    """The degree of a count that fits 64 bits for small dimensions, or None: no fast body. LAPACK's calls are too long
    to need one, and its counts may be negative where a dimension is 0."""
    if mode_of(row) != "split" or not any(f[0] == "c" for f in row.faces) or any(a.array for a in row.args):
        return None
    degrees = [degree(f) for f in formulas_of(row)]
    if None in degrees or max(degrees) > 3 or any(a.kind not in ("dim", "option") for a in used_args(row)):
        return None
    return max(degrees)


Body = collections.namedtuple("Body", "name face result params passed by_pointer")


def body_of(r, face):
    letter = "f" if face[0] == "g" else face[0]
    args = {"f": lambda: list(r.row.args), "c": lambda: cblas_args(r.row), "e": lambda: lapacke_args(r.row, face)}[letter]()
    kind = r.row.result or ("int" if letter == "e" else "")
    result = {"": "void", "scalar": r.scalar, "real": r.real, "int": "intptr_t"}[kind]
    by_pointer = letter == "f" and "_Complex" in result
    if face.endswith(":sub"):
        args, result = args + [Arg("dot", "array", False)], "void"
    params = [c_parameter(r, letter, a) for a in args] + ["void *spare_"] * by_pointer
    if letter == "f":
        params += [f"size_t length_{i}" for i, a in enumerate(args) if a.kind in HIDDEN_LENGTH]
    passed = ", ".join(p.split()[-1].lstrip("*") for p in params)
    return Body(f"{r.name}_{letter}{suffix_of(face)}", letter, result, params, passed, by_pointer)


def emit_forward(b, end, info, out):
    types = ", ".join(p.rsplit("*", 1)[0] + "*" if "*" in p else p.rsplit(" ", 1)[0] for p in b.params)
    call = f"(({b.result} (*)({types}))call.binding->target)({b.passed});"
    refund = f"    if (call.thread && {info} < 0)\n        call_refund(call.thread);\n" if info else ""
    if b.result == "void":
        out.append(f"    {call}\n{refund}    {end}(&call);\n}}\n")
    else:
        out.append(f"    {b.result} result = {call}\n{refund}    {end}(&call);\n    return result;\n}}\n")


def info_of(r, b):
    """C that reads what the provider said of the arguments, or None: LAPACKE returns it, LAPACK has it in info."""
    if b.face == "e":
        return "WIDTH(result)" if b.result == "intptr_t" else None
    return "READ(info_, 0)" if b.face == "f" and any(a.kind == "info" for a in r.row.args) else None


def emit_slow_body(r, b, name, fast, out):
    refused = {"void": "", "intptr_t": " 0"}.get(b.result, f" ({b.result})__builtin_nan(\"\")")
    out.append(f"__attribute__((used, noinline)) {b.result} {name}({', '.join(b.params + ['uintptr_t caller'] * fast)})\n{{\n    CALL_BEGIN(call, {'caller' if fast else '(uintptr_t)__builtin_return_address(0)'});")
    out.append("    if (call_outermost(&call)) {\n    uint64_t cost;")
    emit_price(r, b, out)
    out.append(f"    if (!call_charge(&call, ROUTINE_{r.name}, cost))\n        return{refused};\n    }} else")
    out.append(f"        call_count_nested(ROUTINE_{r.name});")
    emit_forward(b, "call_end", info_of(r, b), out)


def emit_fast_body(r, b, bound, out):
    """The plain case; everything else jumps to the slow body with the arguments in place (a sibling call)."""
    caller = "(uintptr_t)__builtin_return_address(0)"
    slow = f"{'return ' if b.result != 'void' else ''}slow_{b.name}({b.passed}, {caller}){'; return' if b.result == 'void' else ''};"
    dims = " | ".join(a.name for a in used_args(r.row) if a.kind == "dim")
    mults, adds = (6, 2) if r.field == "c" else (1, 1)
    m, a = formulas_of(r.row)
    out.append(f"__attribute__((used, nocf_check)) {b.result} body_{b.name}({', '.join(b.params)})\n{{\n    CALL_BEGIN_FAST(call);")
    out.append("    if (!call_is_plain(&call, (uintptr_t)__builtin_return_address(0))) {")
    out.append(f"        {slow}\n    }}")
    emit_reads(r, b, out)
    out.append(f"    if (UNLIKELY((uint64_t)({dims or 0}) >= call_small[{bound}])) {{\n        {slow}\n    }}")
    out.append(f"    const uint64_t cost = (uint64_t)({mults} * {plain(m)} + {adds} * {plain(a)});")
    out.append(f"    if (!call_charge_fast(&call, ROUTINE_{r.name}, cost)) {{\n        {slow}\n    }}")
    emit_forward(b, "call_end_fast", None, out)


def emit_body(r, face, out):
    b, bound = body_of(r, face), small_degree(r.row)
    if bound is None:
        emit_slow_body(r, b, f"body_{b.name}", False, out)
    else:
        emit_slow_body(r, b, f"slow_{b.name}", True, out)
        emit_fast_body(r, b, bound, out)
    return f"body_{b.name}"


def emit_entry(index, symbol, body, out):
    out.append(f'".globl {symbol}\\n.type {symbol}, @function\\n{symbol}:\\n"\n'
               f'"endbr64\\nleaq forward_slots+{SLOT_BYTES * index}(%rip), %r11\\njmp {body}\\n.size {symbol}, .-{symbol}\\n"')


def emit_shard(routines, by_routine, schemes_index):
    out = ['#include "call.h"', '#include "symbols.h"', ""]
    entries = []
    for r in routines:
        for face in r.row.faces:
            body = emit_body(r, face, out)
            for index, symbol in by_routine[(r.name, face)]:
                emit_entry(index, symbol, body, entries)
    out += ['__asm__(".text\\n.cfi_startproc\\n"'] + entries + ['".cfi_endproc\\n");']
    return out


def emit_symbols(symbols, bodies):
    """One record a symbol, without relocations: name and body as offsets (forward.h, struct symbol)."""
    out = ['#include "symbols.h"', "", '__asm__(".section .rodata\\n.balign 8\\n.globl forward_symbols\\n"',
           '".hidden forward_symbols\\nforward_symbols:\\n"']
    offset = 0
    for (name, r, face, wide), body in zip(symbols, bodies):
        out.append(f'".long {offset}, {body}-forward_symbols\\n.short {r_index[r.name]}\\n'
                   f'.byte {int(wide)}, {ord(face[0])}\\n"')
        offset += len(name) + 1
    return out + ['".previous\\n");']


def emit_names(symbols):
    """The names one behind the other, the routine of each, and a hash table of both."""
    size = 1 << (2 * len(symbols)).bit_length()
    table = [0] * size
    for i, (name, *_) in enumerate(symbols):
        h = 5381
        for ch in name.encode():
            h = (h * 33 + ch) & 0xFFFFFFFF
        h &= size - 1
        while table[h]:
            h = (h + 1) & (size - 1)
        table[h] = i + 1
    names = "\n".join(f'    "{name}\\0"' for name, *_ in symbols)
    routines = ",".join(str(r_index[r.name]) for _, r, *_ in symbols)
    return ['#include "symbols.h"', "", f"const char forward_names[] =\n{names};",
            f"const uint16_t forward_routines[SYMBOL_COUNT] = {{{routines}}};",
            f"const uint16_t forward_hash[FORWARD_HASH_SIZE] = {{{','.join(map(str, table))}}};"], size


r_index = {}


def main():
    spec, outdir, shards = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    try:
        schemes, rows = parse_spec(spec)
        routines = routines_of(rows)
        symbols = symbols_of(routines, schemes)
    except SpecError as error:
        sys.exit(f"gen_wrappers.py: {error}")
    r_index.update({r.name: i for i, r in enumerate(routines)})
    by_routine, bodies = collections.defaultdict(list), []
    for i, (name, r, face, _) in enumerate(symbols):
        by_routine[(r.name, face)].append((i, name))
        bodies.append(f"body_{body_of(r, face).name}")
    outdir.mkdir(parents=True, exist_ok=True)
    title = f"/* generated from {pathlib.Path(spec).name} by gen_wrappers.py; do not edit */"

    def write(name, lines):
        (outdir / name).write_text("\n".join([title, *lines, ""]))
    names, size = emit_names(symbols)
    write("names.c", names)
    write("symbols.c", emit_symbols(symbols, bodies))
    ids = [f"#define ROUTINE_{name} {i}" for name, i in r_index.items()]
    write("symbols.h", ["#pragma once", "#include <stdint.h>", f"#define SYMBOL_COUNT {len(symbols)}",
                        f"#define FORWARD_HASH_SIZE {size}", "extern const char forward_names[];",
                        "extern const uint16_t forward_routines[];",
                        "extern const uint16_t forward_hash[];", *ids])
    write("cost_count.h", ["#pragma once", f"#define COST_ROUTINES {len(routines)}"])
    counts = []
    emit_routines(routines, counts)
    write("routines.c", counts)
    for s in range(shards):
        write(f"stubs_{s}.c", emit_shard(routines[s::shards], by_routine, schemes))


if __name__ == "__main__":
    main()
