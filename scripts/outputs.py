"""What a call that was refused leaves where the program may look: C for the `writes` lines of the spec."""
from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

import checks
from checks import SpecError
from formulas import ARITHMETIC, COMPARISONS, constant
from rows import Arg, Output, Routine

if TYPE_CHECKING:
    from stubs import Body

WHATS = ("nan", "real", "zero", "index", "none")


def parse_writes(cells: list[str]) -> list[Output]:
    outputs = []
    for cell in filter(None, cells):
        name, _, rest = cell.partition(":")
        what, _, sizes = rest.strip().partition(" ")
        what_of = f"the size of {checks.name('output', name.strip())}"
        checks.one_of("content of an output", what, WHATS)
        parsed = checks.parse(what_of, f"({sizes},)" if sizes.strip() else "").body
        tree = parsed.elts if isinstance(parsed, ast.Tuple) else [parsed]
        last = tree[-1]
        part = isinstance(last, ast.Name) and last.id == "uplo"
        tree = tree[:-1] if part else tree
        if len(tree) not in ((2,) if part else (1, 2) if what in ("nan", "real") else (1,)):
            raise SpecError(f"{len(tree)} sizes of {name.strip()}: '{rest.strip()}'; accepted are one, "
                            "or of nan and real two and uplo")
        output = Output(name.strip(), what, tree, part)
        for size in tree:
            checks.Formula(what_of, names_in(output), ("min", "max")).number(size)
        outputs.append(output)
    return outputs


def text(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant):
        return constant(node)
    if isinstance(node, ast.UnaryOp):
        return f"-{text(node.operand)}"
    if isinstance(node, ast.BinOp):
        return f"({text(node.left)} {ARITHMETIC[type(node.op)][1]} {text(node.right)})"
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return f"({text(node.left)} {COMPARISONS[type(node.ops[0])]} {text(node.comparators[0])})"
    if isinstance(node, ast.BoolOp):
        return "(" + (" && " if isinstance(node.op, ast.And) else " || ").join(map(text, node.values)) + ")"
    if isinstance(node, ast.IfExp):
        return f"({text(node.test)} ? {text(node.body)} : {text(node.orelse)})"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("min", "max"):
        return f"spoil_{node.func.id}({', '.join(map(text, node.args))})"
    raise SpecError(f"cannot use '{ast.unparse(node)}' in 'writes'; accepted are {checks.ALLOWED}")


def names_in(output: Output) -> set[str]:
    return {n.id for size in output.sizes for n in ast.walk(size) if isinstance(n, ast.Name)} - {"min", "max"}


def emit_output(r: Routine, b: Body, output: Output, read: Callable[[str], str], out: list[str]) -> None:
    """One line: `read` gives the C that reads an argument of the call by its name."""
    data_are_complex = "_Complex" in r.scalar or r.name[:2] in ("cs", "zd")
    components = 2 if data_are_complex and output.what == "nan" else 1
    element = f"(struct spoil){{sizeof({r.real}), {components}}}"
    array, sizes = f"{output.name}_", [text(s) for s in output.sizes]
    if output.what in ("index", "none"):
        out.append(f"        spoil_integers({array}, {sizes[0]}, {int(output.what == 'index')}, call.binding->wide);")
    elif output.what == "zero":
        out.append(f"        spoil_zero({array}, {sizes[0]}, sizeof({r.real}));")
    elif len(sizes) == 2:
        part = "uplo" if output.part else "0"
        rowwise = "(int)layout_ == 101" if any(p.endswith(" layout_") for p in b.params) else "0"
        out.append(f"        spoil_matrix(call.thread, {array}, {sizes[0]}, {sizes[1]}, {read(f'ld{output.name}')}, {part}, "
                   f"{rowwise}, {element});")
    else:
        has_step = any(a.name == f"inc{output.name}" for a in r.row.args)
        step = read(f"inc{output.name}") if has_step else "1"
        out.append(f"        spoil_vector(call.thread, {array}, {sizes[0]}, {step}, {element});")


def info_of_refusal(outputs: list[Output]) -> str:
    """LAPACK's info, so that a client that raises errors of its own does not forestall ours; but a failure where outputs are
    not known: nobody may read them."""
    return "0" if outputs else "call.thread->refused == THREAD_REFUSED_PENDING"


def outputs_of(r: Routine, b: Body) -> list[Output]:
    args = {a.name for a in r.row.args}
    pointers = {p.split()[-1].lstrip("*") for p in b.params if "*" in p}
    if r.name == f"b{r.row.family}":
        return []  # bfloat16
    keeps_b = {"x", "ldx"} <= args  # the mixed-precision drivers
    return [o for o in r.row.writes if f"{o.name}_" in pointers and not (keeps_b and o.name == "b")]


def emit_outputs(r: Routine, b: Body, read_arg: Callable[[Routine, str, Arg], str], out: list[str]) -> None:
    """What stands between a refusal and the stub's return."""
    present = {p.split()[-1].lstrip("*") for p in b.params}
    args = {a.name: a for a in r.row.args}
    outputs = outputs_of(r, b)

    def read(name: str) -> str:
        return read_arg(r, b.face, args[name])
    needed = set().union(*map(names_in, outputs)) | ({"uplo"} if any(o.part for o in outputs) else set())
    for name in sorted(needed):
        out.append(f"        const int64_t {name} = {read(name)};")
    for output in outputs:
        emit_output(r, b, output, read, out)
    if "info_" in present:
        out.append(f"        spoil_info(info_, {info_of_refusal(outputs)}, call.binding->wide);")
