"""What a line of the spec may say. Everything here raises SpecError with what is wrong, its value and what is accepted; the
reader of the file (spec.py) adds file and line. What passes here makes no other part of the generator fail."""
from __future__ import annotations

import ast
import pathlib
import re
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from rows import Arg, Legal, Output, Row

FAMILY = re.compile(r"[a-z0-9_]+")
NAME = re.compile(r"[a-z][a-z0-9_]*")
FACE = re.compile(r"d|f|g|c(:sub)?|e(:work)?(:plain)?(\+[a-z][a-z0-9_]*)*")
SPELLING = re.compile(r"[A-Za-z0-9_]*\{[nN]\}[A-Za-z0-9_]*")
EXPORTED = re.compile("[A-Za-z0-9_]+")
LETTER = re.compile("[A-Z]")
STATUS = re.compile("[0-9]( [a-z]+)?")
RESULTS = ("scalar", "real", "int")
# C's own words, and the names that the generated counts use themselves
TAKEN = frozenset("arg auto break case char const continue default do double else enum extern float for goto if inline int long "
                  "ops register restrict return short signed sizeof static struct switch typedef union unsigned void volatile "
                  "while".split())
ALLOWED = "integers, arguments, + - *, / by an integer, comparisons, and, or, X if C else Y, functions of formulas.h"
DEEPEST = 100
FORMULAS_H = pathlib.Path(__file__).resolve().parent.parent / "cost/formulas.h"


class SpecError(Exception):
    pass


class Placed(SpecError):
    """An error that says file and line."""


def one_of(what: str, value: str, accepted: Collection[str]) -> str:
    if value not in accepted:
        raise SpecError(f"unknown {what} '{value}'; one of {', '.join(sorted(accepted))}")
    return value


def matches(what: str, value: str, pattern: re.Pattern[str], accepted: str) -> str:
    if not pattern.fullmatch(value):
        raise SpecError(f"bad {what} '{value}'; accepted is {accepted}")
    return value


def name(what: str, value: str) -> str:
    return matches(what, value, NAME, "a lower-case letter, then lower-case letters, digits and _")


def once(what: str, values: list[str]) -> list[str]:
    doubled = sorted({v for v in values if values.count(v) > 1})
    if doubled:
        raise SpecError(f"{what} '{doubled[0]}' stands twice in '{' '.join(values)}'; once is accepted")
    return values


def some(what: str, values: list[str]) -> list[str]:
    if not values:
        raise SpecError(f"no {what}; at least one is needed")
    return values


def text(what: str, value: str) -> str:
    """It becomes a string in C."""
    bad = next((c for c in value if c in '"\\' or not c.isprintable()), None)
    if bad is not None:
        raise SpecError(f"{what} holds {bad!r}; accepted is printable text without \" and \\")
    return value


# ---- formulas ------------------------------------------------------------------------------------------------

def functions() -> dict[str, tuple[bool, int]]:
    """{name: (gives both mults and adds, number of arguments)} of formulas.h, and min and max."""
    found = re.findall(r"^FORMULA (struct cost_ops|count_t) count_(\w+)\(([^)]*)\);", FORMULAS_H.read_text(encoding="utf-8"), re.M)
    return {"min": (False, 2), "max": (False, 2)} | {n: (t != "count_t", len(a.split(","))) for t, n, a in found}


FUNCTIONS = functions()


def parse(what: str, source: str) -> ast.Expression:
    """The tree of a formula, by Python's grammar."""
    if not source:
        raise SpecError(f"{what} is empty; accepted are {ALLOWED}")
    try:
        return ast.parse(source, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        why = getattr(error, "msg", None) or "nested too deeply"
        raise SpecError(f"{what} '{source}' cannot be read: {why}; accepted are {ALLOWED}") from error


class Formula:
    """Checks one tree: as a number, or as a pair of mults and adds."""

    def __init__(self, what: str, names: Collection[str], functions_: Collection[str] | None = None) -> None:
        self.what, self.names, self.functions = what, names, functions_

    def refuse(self, node: ast.AST, accepted: str = ALLOWED) -> NoReturn:
        raise SpecError(f"cannot use '{ast.unparse(node)}' in {self.what}; accepted are {accepted}")

    def numbers(self, nodes: Iterable[ast.expr], depth: int) -> None:
        for node in nodes:
            self.number(node, depth)

    def number(self, node: ast.expr, depth: int = 0) -> None:
        if depth > DEEPEST:
            raise SpecError(f"{self.what} is nested too deeply; accepted are {DEEPEST} levels")
        parts = self.parts(node)
        if parts is None:
            self.refuse(node)
        self.numbers(parts, depth + 1)

    def parts(self, node: ast.expr) -> list[ast.expr] | None:
        """What the node is made of, or None where it may not stand here."""
        if isinstance(node, ast.Constant):
            return self.constant(node)
        if isinstance(node, ast.Name):
            one_of(f"name in {self.what}", node.id, self.names)
            return []
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return [node.operand]
        if isinstance(node, ast.BinOp):
            return self.operation(node)
        if isinstance(node, ast.IfExp):
            return [node.test, node.body, node.orelse]
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            compared = isinstance(node.ops[0], (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE))
            return [node.left, node.comparators[0]] if compared else None
        if isinstance(node, ast.BoolOp):
            return node.values
        return self.call(node, False) if isinstance(node, ast.Call) else None

    def constant(self, node: ast.Constant) -> list[ast.expr]:
        value = node.value
        letter = isinstance(value, str) and re.fullmatch("[A-Z0-9]", value)
        if not letter and not (type(value) is int and value < 1 << 62):
            self.refuse(node, "integers below 2^62 and options in one upper-case letter or digit")
        return []

    def operation(self, node: ast.BinOp) -> list[ast.expr] | None:
        divides = isinstance(node.op, ast.Div)
        if divides and not (isinstance(node.right, ast.Constant) and type(node.right.value) is int and node.right.value > 0):
            self.refuse(node, "divisions by a positive integer")
        return [node.left, node.right] if divides or isinstance(node.op, (ast.Add, ast.Sub, ast.Mult)) else None

    def call(self, node: ast.Call, pair: bool) -> list[ast.expr]:
        """The arguments that are numbers; the first of total() is a pair."""
        if not isinstance(node.func, ast.Name) or node.keywords:
            self.refuse(node)
        known = {n: count for n, (gives, count) in FUNCTIONS.items() if gives == pair} | ({} if pair else {"total": 2})
        known = {n: count for n, count in known.items() if self.functions is None or n in self.functions}
        count = known[one_of(f"function in {self.what}", node.func.id, known)]
        if len(node.args) != count:
            raise SpecError(f"'{ast.unparse(node)}' in {self.what} has {len(node.args)} arguments; {node.func.id} takes {count}")
        if node.func.id != "total":
            return node.args
        self.pair(node.args[0])
        return node.args[1:]

    def pair(self, node: ast.expr, depth: int = 0) -> None:
        accepted = "functions of formulas.h that give both, their sums, an integer * one, X if C else Y, 0"
        if depth > DEEPEST:
            raise SpecError(f"{self.what} is nested too deeply; accepted are {DEEPEST} levels")
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            self.pair(node.left, depth + 1)
            self.pair(node.right, depth + 1)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            self.number(node.left, depth + 1)
            self.pair(node.right, depth + 1)
        elif isinstance(node, ast.IfExp):
            self.number(node.test, depth + 1)
            self.pair(node.body, depth + 1)
            self.pair(node.orelse, depth + 1)
        elif isinstance(node, ast.Call):
            self.numbers(self.call(node, True), depth + 1)
        elif not (isinstance(node, ast.Constant) and type(node.value) is int and node.value == 0):
            self.refuse(node, accepted)


# ---- rows ----------------------------------------------------------------------------------------------------

def arguments(args: list[Arg], result: str | None) -> None:
    """Of a row: their names, and what the generator needs of a batch and of a result."""
    names = [a.name for a in args]
    for each in once("argument", names):
        name("argument", each)
        if each in TAKEN:
            raise SpecError(f"bad argument '{each}'; a word of C, or of the generated code, is not accepted")
    if any(a.name == "w" and a.kind not in ("array", "temp") for a in args):
        raise SpecError("bad argument 'w'; in a formula w is the weight of complex data")
    kinds = {a.name: a.array for a in args}
    if any(kinds.values()) and (kinds.get("group_count"), kinds.get("group_size")) != (False, True):
        raise SpecError("arguments with [] without 'group_count' and 'group_size[]'; a batch of groups needs both")
    if result is not None:
        one_of("result", result, RESULTS)
        if len(args) < (2 if result == "scalar" else 1):
            raise SpecError(f"result '{result}' of {len(args)} arguments; accepted are two and more, or one where it is no scalar")


def faces(values: list[str]) -> None:
    some("face", once("face", values))
    if values == ["-"]:
        return
    for value in values:
        matches("face", value, FACE, "d, f, g, c, c:sub, e or e:work, the latter with :plain and +ARRAY; or - alone")
    if "f" in values and "g" in values:
        raise SpecError("faces 'f' and 'g' in one row; one of them is accepted")


def idle(row: Row) -> None:
    """The scalar that an 'idle' line of the row's family speaks of."""
    if row.idle:
        one_of(f"scalar in 'idle' of {row.family}", row.idle, [a.name for a in row.args])


def rules(word: str, row: Row, given: Legal) -> None:
    has = {a.name: a.kind for a in row.args}
    for matrix, rule in given.items():
        if len(rule) == 2:  # letters
            one_of(f"option in '{word}' of {row.family}", matrix, has)
            continue
        one_of(f"leading dimension in '{word}' of {row.family}", f"ld{matrix}", has)
        readable = {n for n, kind in has.items() if kind in ("dim", "option")}
        for used in sorted(rule.names) + ([rule.trans] if rule.trans else []):
            one_of(f"argument in '{word}' of {row.family}", used, readable)


def legal(row: Row) -> None:
    """The arguments that a 'legal' line of the row's family speaks of."""
    rules("legal", row, row.legal or {})


def brief(row: Row) -> None:
    """The same of a 'brief' line, which must speak of every leading dimension; and of nothing but what the price hangs on."""
    if not row.brief:
        return
    rules("brief", row, row.brief.rules)
    dims = {a.name for a in row.args if a.kind == "dim" and a.name in row.price.names}
    for what, tree in zip(("multiplications", "additions", "test"), (*row.brief.formulas, row.brief.test)):
        if tree:
            Formula(f"{what} in 'brief' of {row.family}", dims, ()).number(tree.body)
    leading = {a.name for a in row.args if re.fullmatch("ld[a-z]+", a.name)} - {f"ld{matrix}" for matrix in row.brief.rules}
    kinds = {a.kind for a in row.args} & {"work", "query"}
    if leading or kinds:
        raise SpecError(f"'brief' of {row.family}, which has {', '.join(sorted(leading | kinds))}; accepted are families without "
                        "workspace lengths, with a matrix for each leading dimension")


def writes(row: Row, names_in: Callable[[Output], set[str]]) -> None:
    """The arguments that the sizes in a 'writes' line need, of those outputs that the row has."""
    has = {a.name for a in row.args}
    for output in row.writes:
        if output.name not in has:
            continue
        leading = {f"ld{output.name}"} if len(output.sizes) == 2 and output.what in ("nan", "real") else set()
        for used in sorted(names_in(output) | leading | ({"uplo"} if output.part else set())):
            one_of(f"argument in 'writes' of {row.family}, {output.name}", used, has)
