"""The slow body of a routine's stub, as C: shim/call/call.h says what it does and in which order; fast.py has what comes
before it."""
from __future__ import annotations

from typing import NamedTuple

from outputs import emit_outputs, info_of_refusal, outputs_of
from formulas import degree
from rows import Arg, Routine, Row, dims_of, is_turned, legal_letters, live_under, mode_of, options_of, query_tests, shapes_of
from rows import suffix_of, used_args

CALLER = "(uintptr_t)__builtin_return_address(0)"
HIDDEN_LENGTH = ("option", "chars")  # CHARACTER arguments: the Fortran face has their lengths behind the others
# What LAPACKE's two levels do by themselves.
LAPACKE_DROPS = {"": ("info", "temp", "tempsize", "work"), "_work": ("info",)}
LAPACKE_INTEGERS = ("dim", "int", "step", "option", "logical", "work", "query", "tempsize")
CBLAS_ENUMS = {"N": 111, "T": 112, "C": 113, "U": 121, "L": 122}
CBLAS_DIAG, CBLAS_SIDE = {"N": 131, "U": 132}, {"L": 141, "R": 142}


def cblas_args(row: Row) -> list[Arg]:
    matrix = any(a.name in ("a", "ap", "uplo") for a in row.args) and not any(a.name == "order" for a in row.args)
    return [Arg("layout", "option", False)] * matrix + row.args


def lapacke_args(row: Row, face: str) -> list[Arg]:
    """:plain: without the matrix layout; +name: an array at the end."""
    words, *more = face.split("+")
    layout = [] if ":plain" in words else [Arg("layout", "int", False)]
    kept = [a for a in row.args if a.kind not in LAPACKE_DROPS[suffix_of(words)]]
    return layout + kept + [Arg(name, "array", False) for name in more]


def c_parameter(r: Routine, face: str, arg: Arg) -> str:
    if face == "e" and arg.kind in ("scalar", "real"):
        return f"{r.real if arg.kind == 'real' else r.scalar} {arg.name}_"
    if face == "e":
        return f"{'intptr_t ' if arg.kind in LAPACKE_INTEGERS else 'void *'}{arg.name}_"
    if face != "c" or arg.array or arg.kind in ("array", "inout"):
        return f"void *{arg.name}_"
    if arg.kind in ("scalar", "real"):
        pointer = arg.kind == "scalar" and "_Complex" in r.scalar
        return f"void *{arg.name}_" if pointer else f"{r.real if arg.kind == 'real' else r.scalar} {arg.name}_"
    return f"void *{arg.name}_" if arg.kind == "flag" else f"intptr_t {arg.name}_"


def is_value(face: str, scalar: str) -> bool:
    """Is a scalar of this type an argument by value?"""
    return face == "e" or face == "c" and "_Complex" not in scalar


def read_arg(r: Routine, face: str, arg: Arg, index: str = "") -> str:
    """C that reads one argument of the count as an int64_t; index: the entry of a batch array. What LAPACK does not reference
    is not read, and what is NULL is absent: 0."""
    value = read_given(r, face, arg, index)
    if face != "f" or r.row.legal is not None or small_degree(r.row) is not None:
        return value
    value = value.replace("READ(", "READ_IF(") if value.startswith("READ(") else f"({arg.name}_ ? {value} : 0)"
    live = live_under(r.row, arg)
    if not live:
        return value
    letter = live[0].name if live[0] in used_args(r.row) else read_arg(r, face, live[0])
    return f"({letter_test(letter, live[1])} ? {value} : 0)"


def read_given(r: Routine, face: str, arg: Arg, index: str) -> str:
    """The same of an argument that is there."""
    where = f"{arg.name}_"
    if arg.kind == "option":
        if face == "e":
            return f"call_letter_value({where})"
        if face == "c":
            return f"call_letter_cblas({f'((const int *){where})[{index}]' if arg.array else f'(int){where}'})"
        return f"call_letter({where}, {index or 0})"
    if arg.kind == "flag":
        return f"call_flag_{r.real}({where})"
    if arg.kind in ("scalar", "real"):
        of = r.real if arg.kind == "real" else r.scalar
        return f"call_scalar_{of.replace(' _C', '_c')}({'&' if is_value(face, of) else ''}{where})"
    if arg.kind == "inout":
        return f"READ_IF({where}, 0)"
    if face in "ce" and not arg.array:
        return f"WIDTH({where})"
    return f"READ({where}, {index or 0})"


class Body(NamedTuple):
    """The C function that a face of a routine has."""
    name: str
    face: str
    result: str
    params: list[str]
    passed: str
    by_pointer: bool


def body_of(r: Routine, face: str) -> Body:
    letter = {"g": "f", "d": "e"}.get(face[0], face[0])
    args = cblas_args(r.row) if face[0] == "c" else lapacke_args(r.row, face) if face[0] == "e" else list(r.row.args)
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


def call_of(b: Body, target: str) -> str:
    types = ", ".join(p.rsplit("*", 1)[0] + "*" if "*" in p else p.rsplit(" ", 1)[0] for p in b.params)
    return f"(({b.result} (*)({types})){target})({b.passed})"


def emit_forward(b: Body, target: str, end: str, info: str | None, out: list[str]) -> None:
    call = call_of(b, target) + ";"
    refund = f"    if (call.thread && {info} < 0)\n        call_refund(call.thread, &call.charge);\n" if info else ""
    if b.result == "void":
        out.append(f"    {call}\n{refund}    {end}(&call);\n}}\n")
    else:
        out.append(f"    {b.result} result = {call}\n{refund}    {end}(&call);\n    return result;\n}}\n")


def info_of(r: Routine, b: Body) -> str | None:
    """C that reads what the provider said of the arguments, or None: LAPACKE returns it, LAPACK has it in info."""
    if b.face == "e":
        return "WIDTH(result)" if b.result == "intptr_t" else None
    return "READ_IF(info_, 0)" if b.face == "f" and any(a.kind == "info" for a in r.row.args) else None


# ---- arguments that a provider would reject ------------------------------------------------------------------

def letter_test(value: str, letters: str) -> str:
    return "(" + " || ".join(f"{value} == '{c}'" for c in letters) + ")"


def steps_of(row: Row) -> list[str]:
    return [a.name for a in row.args if a.name in ("incx", "incy")] if row.legal else []


def emit_legality(r: Routine, b: Body, out: list[str]) -> None:
    """Set legal, as the reference tests its arguments: letters, steps, and leading dimensions, which count the rows of a
    matrix, or its columns where CBLAS has it row by row."""
    tests, rowwise = [], "0"
    if b.face == "c" and any(p.endswith(" layout_") for p in b.params):
        out.append("    const int layout = (int)layout_;")
        tests.append("(layout == 101 || layout == 102)")
        rowwise = "(layout == 101)"
    needed = {a.name for a in used_args(r.row)}
    for option, letters in legal_letters(r).items():
        arg = next(a for a in r.row.args if a.name == option)
        if option not in needed:
            out.append(f"    const int64_t {option} = {read_arg(r, b.face, arg)};")
        tests.append(letter_test(option, letters))
    sizes = {name for shape in shapes_of(r.row).values() for name in shape.names}
    for arg in r.row.args:
        if arg.name in sizes - needed and arg.kind == "dim":
            out.append(f"    const int64_t {arg.name} = {read_arg(r, b.face, arg)};")
    for matrix, shape in shapes_of(r.row).items():
        across = f"{rowwise} != ({shape.trans} != 'N')" if shape.trans else rowwise
        least = shape.rows if shape.rows == shape.columns else f"({across} ? {shape.columns} : {shape.rows})"
        leading = next(a for a in r.row.args if a.name == f"ld{matrix}")
        tests.append(f"call_leads({read_arg(r, b.face, leading)}, {least})")
    tests += [f"{read_arg(r, b.face, a)} != 0" for a in r.row.args if a.name in steps_of(r.row)]
    out.append(f"    const bool legal = {' && '.join(tests) or '1'};")


# ---- bodies --------------------------------------------------------------------------------------------------

def emit_reads(r: Routine, b: Body, out: list[str]) -> None:
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


def idle_of(r: Routine) -> Arg | None:
    """The scalar that makes a call one that computes nothing where it is 0; an array of such is none."""
    return next((a for a in r.row.args if a.name == r.row.idle and a.kind in ("scalar", "real") and not a.array), None)


def emit_price(r: Routine, b: Body, out: list[str]) -> None:
    """Set cost, by the table of counts."""
    used, price = used_args(r.row), f"call_price(cost_small_{r.name}, &cost_index_{r.name}, arg)"
    if not any(a.array for a in r.row.args):
        emit_reads(r, b, out)
        out.append(f"    const int64_t arg[] = {{{', '.join(a.name for a in used) or '0'}}};")
        if r.row.legal is not None:
            emit_legality(r, b, out)
            price = f"legal ? {price} : 0"
        out.append(f"    cost = {price};")
        scalar = idle_of(r)
        if scalar:  # of dimensions of 0 the provider may not look at it
            out.append(f"    if (cost && {read_arg(r, b.face, scalar)} == 0)\n        cost = 0;")
        return
    count = next(a for a in r.row.args if a.name == "group_count")
    size = next(a for a in r.row.args if a.name == "group_size")
    values = ", ".join(read_arg(r, b.face, a, "g") for a in used) or "0"
    out.append(f"    cost = 0;\n    for (int64_t g = 0, groups = {read_arg(r, b.face, count)}; g < groups; g++) {{")
    out.append(f"        const int64_t arg[] = {{{values}}};")
    out.append(f"        cost = cost_sum(cost, cost_times({price}, {read_arg(r, b.face, size, 'g')}));\n    }}")


def query_of(r: Routine, b: Body) -> str | None:
    """C that is true where the call only asks for its workspace, or None: nothing that it was given says so."""
    present = {p.split()[-1].lstrip("*") for p in b.params}
    return " || ".join(test for name, test in query_tests(r.row).items() if f"{name}_" in present) or None


def shape_of(r: Routine, b: Body) -> str:
    """The array in which cost_dims() and cost_options() say the places: that of the count where it has all of them."""
    dims, shared = dims_of(r.row)
    args = {a.name: a for a in r.row.args}
    if shared:
        return "arg"
    value = {name: read_arg(r, b.face, args[name]).replace("READ(", "READ_IF(") for name, _ in dims}
    values = list(value.values())
    if is_turned(r.row):
        letter = read_arg(r, b.face, args["trans"])
        plain_ = f"({letter} == 'N' || {letter} == 'R')"
        turned = value | {"m": f"{plain_} ? {value['m']} : {value['n']}", "n": f"{plain_} ? {value['n']} : {value['m']}"}
        values = list(turned.values())
    return f"(const int64_t[]){{{', '.join(values + [a.name for a in options_of(r.row)])}}}"


def emit_slow_body(r: Routine, b: Body, name: str, fast: bool, out: list[str]) -> None:
    skipped = info_of_refusal(outputs_of(r, b)) if b.face == "e" else "0"
    refused = {"void": "", "intptr_t": f" {skipped}"}.get(b.result, f" ({b.result})__builtin_nan(\"\")")
    params = ", ".join(b.params + ["uintptr_t caller"] * fast)
    caller = "caller" if fast else "(uintptr_t)__builtin_return_address(0)"
    out.append(f"__attribute__((used, noinline)) {b.result} {name}({params})\n{{\n    CALL_BEGIN(call, {caller});")
    out.append("    if (call_outermost(&call)) {\n    uint64_t cost;")
    emit_price(r, b, out)
    left: list[str] = []
    emit_outputs(r, b, read_arg, left)
    left = ["    if (call.thread->refused) {", *left, "    }"] if left else []
    query = query_of(r, b)
    if query:
        out.append(f"    if ({query})\n        call_query(&call, ROUTINE_{r.name});\n    else")
    out += [f"    if (!call_charge(&call, ROUTINE_{r.name}, cost, {shape_of(r, b)})) {{", *left,
            f"        return{refused};\n    }}\n    }} else"]
    out.append(f"        call_count_nested(ROUTINE_{r.name});")
    emit_forward(b, "call.binding->target", "call_end", info_of(r, b), out)


def small_degree(row: Row) -> int | None:
    """The degree of a count that fits 64 bits for small dimensions, or None: no fast body. Most of LAPACK's calls are too long to
    need one, and its counts may be negative where a dimension is 0: those that have one have a 'brief' line."""
    known = row.brief or any(f[0] == "c" for f in row.faces)
    if mode_of(row.price.mults) != "split" or not known or any(a.array for a in row.args):
        return None
    degrees = [d for d in map(degree, row.price.formulas) if d is not None]
    if len(degrees) < len(row.price.formulas) or max(degrees) > 3 or any(a.kind not in ("dim", "option") for a in used_args(row)):
        return None
    return max(degrees)
