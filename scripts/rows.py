"""What the spec says of one routine: its signature and its price, and what follows from the two without writing any C."""
from __future__ import annotations

import ast
from typing import NamedTuple, Union

from checks import SpecError
from plans import Plan

# prefix: field (r real, c complex, m complex data counted in real operations), scalar type, real type
PREFIXES = {
    "s": "r float float", "d": "r double double", "c": "c float-complex float", "z": "c double-complex double",
    "sc": "m float float", "dz": "m double double", "cs": "m float float", "zd": "m double double",
    "is": "r float float", "id": "r double double", "ic": "m float float", "iz": "m double double",
    "ds": "r double double", "sds": "r float float", "zc": "c double-complex double", "sb": "r float float",
    "sh": "r float float", "b": "r float float", "-": "r float float",
    "fftw_": "m double double", "fftwf_": "m float float", "fftwl_": "m double double", "fftwq_": "m double double",
}
# Kinds that a formula may use, and their letters in struct cost_routine; a workspace length is passed to every count.
COUNTED = {"dim": "d", "int": "i", "inout": "i", "logical": "i", "option": "o", "flag": "f", "scalar": "s", "work": "w",
           "query": "w"}
# Of the kinds that a question may name: those, and what can be checked although no formula uses it.
TAKEN = {**COUNTED, "step": "i", "chars": "o", "real": "s", "query": "i", "work": "i", "tempsize": "i"}
KINDS = {*COUNTED, "step", "real", "array", "chars", "temp", "tempsize", "info"}
TOPICS = ("blas", "lapack", "fft", "dnn")  # enum cost_topic of cost/topics.h
MOST_DIMS = 8  # COST_DIMS_MOST of cost/cost.h
# What an option may be; the usual letter first. R (conjugated, not transposed) is OpenBLAS's own.
LETTERS = {"trans": "NTCR", "transa": "NTCR", "transb": "NTCR", "uplo": "LU", "side": "LR", "diag": "NU"}

# Integers that LAPACK references only under some letters of an option: {argument: [(option, letters, families; none: all)]}
LIVE: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {
    "il": [("range", "I", ())], "iu": [("range", "I", ())],
    "kl": [("type", "BQZ", ("lascl",))], "ku": [("type", "BQZ", ("lascl",))],
    "ijob": [("trans", "N", ("tgsyl", "tgsy2"))],
}


class Arg(NamedTuple):
    name: str
    kind: str
    array: bool


class Shape(NamedTuple):
    """A matrix's size as stored, in C, and the arguments that it is made of."""
    rows: str
    columns: str
    trans: str | None
    names: set[str]


Legal = dict[str, Union[Shape, "tuple[str, str]"]]  # of a matrix; of an option: letters of real data, of complex data


class Output(NamedTuple):
    """What a refused call leaves in an argument."""
    name: str
    what: str
    sizes: list[ast.expr]
    part: bool


class Signature(NamedTuple):
    where: str
    family: str
    prefixes: list[str]
    faces: list[str]
    args: list[Arg]
    result: str
    topic: str


class Price(NamedTuple):
    """mults and adds; or `= total` or `both FUNCTIONS` in mults, and no adds. real: complex data in real operations. formulas: of
    mults and adds, a single one where they are not apart; names: what they read."""
    where: str
    families: list[tuple[str, list[str]]]
    mults: str
    adds: str
    real: bool
    cls: str
    source: str
    unchecked: bool
    formulas: list[ast.Expression]
    names: frozenset[str]


class Brief(NamedTuple):
    """A count as polynomials, mults and adds, where `test` (None: always) and the rules hold, so that the provider accepts the
    call."""
    formulas: list[ast.Expression]
    test: ast.Expression | None
    rules: Legal


class Row(NamedTuple):
    """A signature with its price, and the rules of its family."""
    id: int
    where: str
    family: str
    prefixes: list[str]
    faces: list[str]
    args: list[Arg]
    result: str
    topic: str
    price: Price
    legal: Legal | None
    brief: Brief | None
    writes: list[Output]
    idle: str  # the scalar that is a factor of all that is computed; "": none
    plans: list[Plan]


class Routine(NamedTuple):
    name: str
    field: str
    scalar: str
    real: str
    row: Row


def prefix_of(r: Routine) -> str:
    return r.name.removesuffix(r.row.family)


def suffix_of(face: str) -> str:
    return "_sub" if ":sub" in face else "_work" if ":work" in face else ""


def live_under(row: Row, arg: Arg) -> tuple[Arg, str] | None:
    """The option, and its letters, under which alone the argument is referenced; None: under all."""
    for option, letters, families in LIVE.get(arg.name, []):
        found = [a for a in row.args if a.name == option and (not families or row.family in families)]
        if found:
            return found[0], letters
    return None


# ---- the rules of a family -----------------------------------------------------------------------------------

def shapes_of(row: Row) -> dict[str, Shape]:
    return {name: rule for name, rule in (row.legal or {}).items() if isinstance(rule, Shape)}


def legal_letters(r: Routine) -> dict[str, str]:
    """{option: letters} of a routine whose arguments are checked."""
    if r.row.legal is None:
        return {}
    rules = {name: rule for name, rule in r.row.legal.items() if not isinstance(rule, Shape)}
    options = [a.name for a in r.row.args if a.name in LETTERS]
    return {o: rules[o][r.field == "c"] if o in rules else LETTERS[o] for o in options}


# ---- what a count reads --------------------------------------------------------------------------------------

def mode_of(mults: str) -> str:
    """split: mults and adds apart; both: a function gives the two; total: real operations."""
    return "total" if mults.startswith("=") else "both" if mults.startswith("both ") else "split"


def used_args(row: Row) -> list[Arg]:
    return [a for a in row.args if a.name in row.price.names and a.kind in COUNTED or a.kind in ("work", "query")]


def query_tests(row: Row) -> dict[str, str]:
    """{argument: the values by which it asks for the workspace}, as C. Where LAPACK has two answers, -2 asks for the smaller."""
    values = (-1, -2) if any(a.name == "tsize" and a.kind == "query" for a in row.args) else (-1,)
    return {a.name: " || ".join(f"{a.name} == {v}" for v in values) for a in row.args if a.kind in ("work", "query")}


def is_turned(row: Row) -> bool:
    """A product of a matrix and a vector: its shape is that of the matrix as it is multiplied, transposed or not."""
    return row.family in ("gemv", "gbmv", "gemv_batch_strided")


def options_of(row: Row) -> list[Arg]:
    """What else the price hangs on: letters, switches. Of a batch every group has its own, which are in no shape."""
    batch = any(a.array for a in row.args)
    return [] if batch else [a for a in used_args(row) if a.kind in ("option", "logical", "flag")]


def dims_of(row: Row) -> tuple[list[tuple[str, int]], bool]:
    """[(name, place)] of the integers that a call's shape is known by. Where the count uses all of them (and the row is no
    batch of groups) the place is that in used_args, else that in this list."""
    used = [a.name for a in used_args(row)]
    names = [a.name for a in row.args if not a.array and (a.kind == "dim" or a.kind == "int" and a.name in used)]
    known = names + [a.name for a in options_of(row)]
    if len(known) > MOST_DIMS:
        raise SpecError(f"{len(known)} dimensions and options: {', '.join(known)}; accepted are {MOST_DIMS}")
    shared = set(names) <= set(used) and not any(a.array for a in row.args) and not is_turned(row)
    return [(name, used.index(name) if shared else i) for i, name in enumerate(names)], shared


def option_places(row: Row) -> list[tuple[str, int]]:
    """[(name, place)] of the options, in the same array: behind the dimensions, where it is not that of the count."""
    dims, shared = dims_of(row)
    used = used_args(row)
    return [(a.name, used.index(a) if shared else len(dims) + i) for i, a in enumerate(options_of(row))]
