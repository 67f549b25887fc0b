#!/usr/bin/env python3
"""Turn cost/routines.spec into the table of counts, the symbol table and the stubs.

usage: gen_wrappers.py SPEC OUTDIR SHARDS

Writes to OUTDIR: routines.c (what a call costs), symbols.h and symbols.c (every exported name) and
stubs_0.c ... (a typed body for each routine and face; a three-instruction entry for each name, which leaves its
slot in r11 for the body). An error in the spec is reported with file and line; nothing is written then.
"""
import ast
import collections
import pathlib
import sys

# prefix: field (r real, c complex, m complex data counted in real operations), scalar type, real type
PREFIXES = {
    "s": "r float float", "d": "r double double", "c": "c float-complex float", "z": "c double-complex double",
    "sc": "m float float", "dz": "m double double", "cs": "m float float", "zd": "m double double",
    "is": "r float float", "id": "r double double", "ic": "m float float", "iz": "m double double",
    "ds": "r double double", "sds": "r float float", "zc": "c double-complex double", "sb": "r float float",
    "sh": "r float float", "b": "r float float", "-": "r float float",
}
Arg = collections.namedtuple("Arg", "name kind array")
Row = collections.namedtuple("Row", "line family prefixes faces args result mults adds cls source")
Routine = collections.namedtuple("Routine", "name field scalar real row")
SLOT_BYTES = 40  # sizeof(struct slot), asserted in forward.c
CLASSES = ("exact", "leading", "estimate")


class SpecError(Exception):
    pass


def parse_args(text, kinds):
    text, _, result = text.partition("->")
    args = []
    for word in text.split():
        array = word.endswith("[]")
        name, _, kind = word.removesuffix("[]").partition(":")
        kind = kind or kinds.get(name)
        if kind is None:
            raise SpecError(f"unknown argument '{name}'; give its kind in a 'kind' line or as {name}:KIND")
        args.append(Arg(name, kind, array))
    return args, result.strip()


def parse_row(number, cells, kinds):
    if len(cells) != 7:
        raise SpecError(f"a row has 7 cells, this one {len(cells)}")
    family, prefixes, faces, args, mults, adds, cls = cells
    args, result = parse_args(args, kinds)
    cls, _, source = cls.partition(",")
    if cls not in CLASSES:
        raise SpecError(f"unknown class '{cls}'; one of {', '.join(CLASSES)}")
    row = Row(number, family, prefixes.split(), faces.split(), args, result, mults, adds, cls, source.strip())
    names = {a.name for a in args}
    for formula in (mults.lstrip("= "), adds or "0"):
        for node in ast.walk(ast.parse(formula, mode="eval")):
            if isinstance(node, ast.Name) and node.id not in names | {"w"} and node.id not in calls_of(formula):
                raise SpecError(f"formula names '{node.id}', which is no argument of {family}")
    return row


def parse_spec(path):
    kinds, schemes, rows = {}, collections.defaultdict(list), []
    for number, line in enumerate(pathlib.Path(path).read_text().splitlines(), 1):
        cells = [cell.strip() for cell in line.split("|")] if "||" not in line else []
        if not line.strip() or line.startswith("#"):
            continue
        try:
            if line.startswith("scheme "):
                _, face, width = cells[0].split()
                schemes[face] += [(spelling, width == "64") for spelling in cells[1].split()]
            elif line.startswith("kind "):
                kinds.update(dict.fromkeys(cells[1].split(), cells[0].split()[1]))
            else:
                # `|re| + |im|` and the like in the last cell are text, not cells
                rows.append(parse_row(number, cells[:6] + ["|".join(cells[6:])], kinds))
        except (SpecError, SyntaxError, ValueError) as error:
            raise SpecError(f"{path}:{number}: {error}") from error
    return schemes, rows


def routines_of(rows):
    routines = []
    for row in rows:
        for token in row.prefixes:
            prefix, _, real = token.partition(":")
            if prefix not in PREFIXES:
                raise SpecError(f"line {row.line}: unknown prefix '{prefix}'")
            field, scalar, real_type = PREFIXES[prefix].split()
            name = prefix.strip("-") + row.family
            routines.append(Routine(name, "m" if real else field, scalar.replace("-c", " _C"), real_type, row))
    doubled = [n for n, k in collections.Counter(r.name for r in routines).items() if k > 1]
    if doubled:
        raise SpecError(f"two rows for {', '.join(doubled)}")
    return routines


# ---- formulas ------------------------------------------------------------------------------------------------

def calls_of(formula):
    return {n.func.id for n in ast.walk(ast.parse(formula, mode="eval")) if isinstance(n, ast.Call)}


def used_args(row):
    names = [n.id for f in (row.mults.lstrip("= "), row.adds or "0") for n in ast.walk(ast.parse(f, mode="eval"))
             if isinstance(n, ast.Name)]
    return [a for a in row.args if a.name in names or a.name in ("lwork", "liwork", "lrwork")]


def checked(node):
    """The formula in saturating 128-bit arithmetic (cost/checked.h)."""
    if isinstance(node, ast.Expression):
        return checked(node.body)
    if isinstance(node, ast.Constant):
        return f"'{node.value}'" if isinstance(node.value, str) else f"{node.value}"
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return f"-{checked(node.operand)}"
    if isinstance(node, ast.BinOp):
        op = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}[type(node.op)]
        return f"count_{op}({checked(node.left)}, {checked(node.right)})"
    if isinstance(node, ast.IfExp):
        return f"({checked(node.test)} ? {checked(node.body)} : {checked(node.orelse)})"
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        op = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}[type(node.ops[0])]
        return f"{checked(node.left)} {op} {checked(node.comparators[0])}"
    if isinstance(node, ast.BoolOp):
        op = " && " if isinstance(node.op, ast.And) else " || "
        return "(" + op.join(checked(v) for v in node.values) + ")"
    if isinstance(node, ast.Call):
        return f"count_{node.func.id}({', '.join(checked(a) for a in node.args)})"
    raise SpecError(f"cannot use {ast.dump(node)} in a formula")


def degree(node):
    """Degree of a polynomial of the dimensions, or None where a function or a min makes it something else."""
    if isinstance(node, ast.Expression):
        return degree(node.body)
    if isinstance(node, ast.Constant):
        return 0
    if isinstance(node, ast.Name):
        return 1
    if isinstance(node, ast.IfExp):
        parts = [degree(node.body), degree(node.orelse)]
        return None if None in parts else max(parts)
    if isinstance(node, ast.BinOp):
        parts = [degree(node.left), degree(node.right)]
        if None in parts:
            return None
        return sum(parts) if isinstance(node.op, ast.Mult) else max(parts)
    return None


def plain(formula):
    """The same formula as a C expression of 64-bit integers, for dimensions known to be small."""
    def text(node):
        if isinstance(node, ast.BinOp):
            op = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}[type(node.op)]
            return f"({text(node.left)} {op} {text(node.right)})"
        if isinstance(node, ast.IfExp):
            return f"({text(node.test)} ? {text(node.body)} : {text(node.orelse)})"
        return checked(node)
    return text(ast.parse(formula, mode="eval").body)


def emit_routines(routines, out):
    rows = {id(r.row): r.row for r in routines}.values()
    out.append('#include "checked.h"\n#include "cost.h"\n#include "formulas.h"\n')
    for row in rows:
        names = used_args(row)
        out.append(f"static void count_line_{row.line}(const int64_t *arg, int w, struct cost_ops *ops)\n{{")
        out += [f"    const count_t {a.name} = arg[{i}]; (void)arg; (void){a.name};" for i, a in enumerate(names)]
        total = row.mults.startswith("=")
        for field, formula in (("mults", row.mults.lstrip("= ")), ("adds", row.adds or "0")):
            out.append(f"    ops->{field} = {checked(ast.parse(formula, mode='eval'))};")
        out.append(f"    ops->total_only = {int(total)}; (void)w; (void)arg;\n}}\n")
    out.append("const struct cost_routine cost_routines[COST_ROUTINES] = {")
    for r in routines:
        row = r.row
        kinds = "".join({"dim": "d", "option": "o", "flag": "f", "scalar": "s", "work": "w"}[a.kind]
                        for a in used_args(row))
        text = [r.name, row.family, " ".join(a.name for a in used_args(row)), kinds, row.mults, row.adds, row.source]
        out.append("    {%s, count_line_%d, COST_FIELD_%s, COST_%s}," % (
            ", ".join(f'"{t}"' for t in text), row.line,
            {"r": "REAL", "c": "COMPLEX", "m": "MIXED"}[r.field], row.cls.upper()))
    out.append("};")


# ---- stubs ---------------------------------------------------------------------------------------------------

def cblas_args(row):
    matrix = any(a.name in ("a", "ap", "uplo") for a in row.args) and not any(a.name == "order" for a in row.args)
    return [Arg("layout", "option", False)] * matrix + row.args


def c_parameter(r, face, arg):
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
        if face == "c":
            return f"call_letter_cblas({f'((const int *){where})[{index}]' if arg.array else f'(int){where}'})"
        return f"call_letter({where}, {index or 0})"
    if arg.kind == "flag":
        return f"call_flag_{r.real}({where})"
    if arg.kind == "scalar":
        by_value = face == "c" and "_Complex" not in r.scalar
        return f"call_scalar_{r.scalar.replace(' _C', '_c')}({'&' if by_value else ''}{where})"
    if face == "c" and not arg.array:
        return f"WIDTH({where})"
    return f"READ({where}, {index or 0})"


def emit_reads(r, face, by_pointer, out):
    """The arguments of the count as local int64_t. Where a complex result may be passed by address (Intel's convention)
    every argument may be one further on."""
    if by_pointer:
        second = r.row.args[1].name
        out.append(f"    void *const first_ = call.binding->result_pointer ? {second}_ : {r.row.args[0].name}_;")
    for a in used_args(r.row):
        source = a._replace(name="first") if by_pointer and a is r.row.args[0] else a
        out.append(f"    const int64_t {a.name} = {read_arg(r, face, source)};")


def emit_price(r, face, by_pointer, out):
    """Set cost, by the table of counts."""
    used, price = used_args(r.row), f"cost_price(ROUTINE_{r.name}, arg, call_convention)"
    if not any(a.array for a in r.row.args):
        emit_reads(r, face, by_pointer, out)
        out.append(f"    const int64_t arg[] = {{{', '.join(a.name for a in used) or '0'}}};")
        out.append(f"    cost = {price};")
        return
    count = next(a for a in r.row.args if a.name == "group_count")
    size = next(a for a in r.row.args if a.name == "group_size")
    values = ", ".join(read_arg(r, face, a, "g") for a in used) or "0"
    out.append(f"    cost = 0;\n    for (int64_t g = 0, groups = {read_arg(r, face, count)}; g < groups; g++) {{")
    out.append(f"        const int64_t arg[] = {{{values}}};")
    out.append(f"        cost = cost_sum(cost, cost_times({price}, {read_arg(r, face, size, 'g')}));\n    }}")


def small_degree(row):
    """The degree of a count that fits 64 bits for small dimensions, or None: no fast body."""
    if row.mults.startswith("=") or any(a.array for a in row.args):
        return None
    degrees = [degree(ast.parse(f, mode="eval")) for f in (row.mults, row.adds)]
    if None in degrees or max(degrees) > 3 or any(a.kind not in ("dim", "option") for a in used_args(row)):
        return None
    return max(degrees)


Body = collections.namedtuple("Body", "name face result params passed by_pointer")


def body_of(r, face):
    letter = "c" if face.startswith("c") else "f"
    args = list(cblas_args(r.row) if letter == "c" else r.row.args)
    result = {"": "void", "scalar": r.scalar, "real": r.real, "int": "intptr_t"}[r.row.result]
    by_pointer = letter == "f" and "_Complex" in result
    if face.endswith(":sub"):
        args, result = args + [Arg("dot", "array", False)], "void"
    params = [c_parameter(r, letter, a) for a in args] + ["void *spare_"] * by_pointer
    if letter == "f":
        params += [f"size_t length_{i}" for i, a in enumerate(args) if a.kind == "option"]
    passed = ", ".join(p.split()[-1].lstrip("*") for p in params)
    return Body(f"{r.name}_{letter}{'_sub' * face.endswith(':sub')}", letter, result, params, passed, by_pointer)


def emit_forward(b, end, out):
    types = ", ".join(p.rsplit("*", 1)[0] + "*" if "*" in p else p.rsplit(" ", 1)[0] for p in b.params)
    call = f"(({b.result} (*)({types}))call.binding->target)({b.passed});"
    if b.result == "void":
        out.append(f"    {call}\n    {end}(&call);\n}}\n")
    else:
        out.append(f"    {b.result} result = {call}\n    {end}(&call);\n    return result;\n}}\n")


def emit_slow_body(r, b, name, fast, out):
    refused = {"void": "", "intptr_t": " 0"}.get(b.result, f" ({b.result})__builtin_nan(\"\")")
    out.append(f"__attribute__((used, noinline)) {b.result} {name}({', '.join(b.params + ['uintptr_t caller'] * fast)})\n{{\n    CALL_BEGIN(call, {'caller' if fast else '(uintptr_t)__builtin_return_address(0)'});")
    out.append("    if (call_outermost(&call)) {\n    uint64_t cost;")
    emit_price(r, b.face, b.by_pointer, out)
    out.append(f"    if (!call_charge(&call, ROUTINE_{r.name}, cost))\n        return{refused};\n    }} else")
    out.append(f"        call_count_nested(ROUTINE_{r.name});")
    emit_forward(b, "call_end", out)


def emit_fast_body(r, b, bound, out):
    """The plain case; everything else jumps to the slow body with the arguments in place (a sibling call)."""
    caller = "(uintptr_t)__builtin_return_address(0)"
    slow = f"{'return ' if b.result != 'void' else ''}slow_{b.name}({b.passed}, {caller}){'; return' if b.result == 'void' else ''};"
    dims = " | ".join(a.name for a in used_args(r.row) if a.kind == "dim")
    mults, adds = (6, 2) if r.field == "c" else (1, 1)
    out.append(f"__attribute__((used, nocf_check)) {b.result} body_{b.name}({', '.join(b.params)})\n{{\n    CALL_BEGIN_FAST(call);")
    out.append("    if (!call_is_plain(&call, (uintptr_t)__builtin_return_address(0))) {")
    out.append(f"        {slow}\n    }}")
    emit_reads(r, b.face, b.by_pointer, out)
    out.append(f"    if (UNLIKELY((uint64_t)({dims or 0}) >= call_small[{bound}])) {{\n        {slow}\n    }}")
    out.append(f"    const uint64_t cost = (uint64_t)({mults} * {plain(r.row.mults)} + {adds} * {plain(r.row.adds)});")
    out.append(f"    if (!call_charge_fast(&call, ROUTINE_{r.name}, cost)) {{\n        {slow}\n    }}")
    emit_forward(b, "call_end_fast", out)


def emit_body(r, face, out):
    b, bound = body_of(r, face), small_degree(r.row)
    if bound is None:
        emit_slow_body(r, b, f"body_{b.name}", False, out)
    else:
        emit_slow_body(r, b, f"slow_{b.name}", True, out)
        emit_fast_body(r, b, bound, out)
    return f"body_{b.name}"


def symbols_of(routines, schemes):
    """(exported name, routine, face, 64-bit name) of every symbol, once each."""
    seen = {}
    for r in routines:
        for face in r.row.faces:
            base, _, sub = face.partition(":")
            name = r.name + "_sub" * bool(sub)
            for spelling, wide in schemes[base]:
                exported = spelling.format(n=name, N=name.upper())
                if seen.setdefault(exported, (exported, r, face, wide))[1] is not r:
                    raise SpecError(f"line {r.row.line}: {exported} is exported twice")
    return list(seen.values())


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
    out.append('".previous\\n");\n\nconst char forward_names[] =')
    out += [f'    "{name}\\0"' for name, *_ in symbols]
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
    out[-1] += ";"
    out.append("const uint16_t forward_hash[FORWARD_HASH_SIZE] = {" + ",".join(map(str, table)) + "};")
    return out, size


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
    table, size = emit_symbols(symbols, bodies)
    write("symbols.c", table)
    ids = [f"#define ROUTINE_{name} {i}" for name, i in r_index.items()]
    write("symbols.h", ["#pragma once", "#include <stdint.h>", f"#define SYMBOL_COUNT {len(symbols)}",
                        f"#define FORWARD_HASH_SIZE {size}", "extern const char forward_names[];",
                        "extern const uint16_t forward_hash[];", *ids])
    write("cost_count.h", ["#pragma once", f"#define COST_ROUTINES {len(routines)}"])
    counts = []
    emit_routines(routines, counts)
    write("routines.c", counts)
    for s in range(shards):
        write(f"stubs_{s}.c", emit_shard(routines[s::shards], by_routine, schemes))


if __name__ == "__main__":
    main()
