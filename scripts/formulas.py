"""A formula of the spec as C: with checked arithmetic for the table of counts, plain for the stubs. What reaches this has
passed checks.Formula."""
from __future__ import annotations

import ast
import itertools
import math
from fractions import Fraction

from checks import SpecError

ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("add", "+"), ast.Sub: ("sub", "-"), ast.Mult: ("mul", "*"), ast.Div: ("div", "/")}
COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


def constant(node: ast.Constant) -> str:
    return f"'{node.value}'" if isinstance(node.value, str) else f"{node.value!r}"


def paired(node: ast.AST) -> str:
    """A formula of functions that return struct cost_ops."""
    if isinstance(node, ast.Expression):
        return paired(node.body)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return f"ops_add({paired(node.left)}, {paired(node.right)})"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return f"ops_times({paired(node.right)}, {checked(node.left)})"
    if isinstance(node, ast.IfExp):
        return f"({checked(node.test)} ? {paired(node.body)} : {paired(node.orelse)})"
    if isinstance(node, ast.Constant) and node.value == 0:
        return "ops(0, 0)"
    if isinstance(node, ast.Call):
        return checked(node)
    raise SpecError(f"cannot use {ast.unparse(node)} in a formula of both")


def checked(node: ast.AST) -> str:
    """The formula in saturating 128-bit arithmetic (cost/checked.h)."""
    if isinstance(node, ast.Expression):
        return checked(node.body)
    if isinstance(node, ast.Constant):
        return constant(node)
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return f"-{checked(node.operand)}"
    if isinstance(node, ast.BinOp):
        return f"count_{ARITHMETIC[type(node.op)][0]}({checked(node.left)}, {checked(node.right)})"
    if isinstance(node, ast.IfExp):
        return f"({checked(node.test)} ? {checked(node.body)} : {checked(node.orelse)})"
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return f"{checked(node.left)} {COMPARISONS[type(node.ops[0])]} {checked(node.comparators[0])}"
    if isinstance(node, ast.BoolOp):
        op = " && " if isinstance(node.op, ast.And) else " || "
        return "(" + op.join(checked(v) for v in node.values) + ")"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == "total":
            return f"ops_total({paired(node.args[0])}, {checked(node.args[1])})"
        return f"count_{node.func.id}({', '.join(checked(a) for a in node.args)})"
    raise SpecError(f"cannot use {ast.dump(node)} in a formula")


def degree(node: ast.AST) -> int | None:
    """Degree of a polynomial of the dimensions, or None where a function or a min makes it something else."""
    if isinstance(node, ast.Expression):
        return degree(node.body)
    if isinstance(node, ast.Constant):
        return 0
    if isinstance(node, ast.Name):
        return 1
    if not isinstance(node, (ast.IfExp, ast.BinOp)):
        return None
    sides = (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node.left, node.right)
    one, other = degree(sides[0]), degree(sides[1])
    if one is None or other is None:
        return None
    return one + other if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) else max(one, other)


def plain(formula: ast.Expression, unsigned: bool = False) -> str:
    """The same formula as a C expression of 64-bit integers, right for small dimensions and, unsigned, defined for all."""
    def text(node: ast.expr) -> str:
        if isinstance(node, ast.BinOp):
            return f"({text(node.left)} {ARITHMETIC[type(node.op)][1]} {text(node.right)})"
        if isinstance(node, ast.IfExp):
            return f"({text(node.test)} ? {text(node.body)} : {text(node.orelse)})"
        return f"(uint64_t){node.id}" if unsigned and isinstance(node, ast.Name) else checked(node)
    return text(formula.body)


#: A polynomial of the dimensions: the coefficient of each product of them, which is the sorted names of its factors.
Polynomial = dict[tuple[str, ...], Fraction]


def number(value: int | Fraction) -> Polynomial:
    return {(): Fraction(value)}


#: How what leaves no rest is divided, in unsigned integers (call.h).
DIVIDED = {1: "({})", 2: "(({}) >> 1)", 3: "CALL_THIRD({})", 6: "CALL_SIXTH({})"}


def times(a: Polynomial, b: Polynomial) -> Polynomial:
    product: Polynomial = {}
    for (one, p), (other, q) in itertools.product(a.items(), b.items()):
        factors = tuple(sorted(one + other))
        product[factors] = product.get(factors, Fraction(0)) + p * q
    return product


def polynomial(node: ast.expr) -> Polynomial:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return number(node.value)
    if isinstance(node, ast.Name):
        return {(node.id,): Fraction(1)}
    left, right = (polynomial(node.left), polynomial(node.right)) if isinstance(node, ast.BinOp) else ({}, {})
    if not isinstance(node, ast.BinOp) or (isinstance(node.op, ast.Div) and right.keys() != {()}):
        raise SpecError(f"cannot use {ast.unparse(node)} in a polynomial")
    if isinstance(node.op, ast.Mult):
        return times(left, right)
    if isinstance(node.op, ast.Div):
        return times(left, number(1 / right[()]))
    return added(left, times(right, number(1 if isinstance(node.op, ast.Add) else -1)))


def added(a: Polynomial, b: Polynomial) -> Polynomial:
    return {factors: a.get(factors, Fraction(0)) + b.get(factors, Fraction(0)) for factors in a | b}


def horner(p: Polynomial) -> str:
    """C of a polynomial with whole coefficients by Horner's rule, in uint64_t, where the least of multiplications counts."""
    p = {factors: c for factors, c in p.items() if c}
    names = [name for factors in p for name in factors]
    if not names:
        return str(p.get((), 0))
    main = max(sorted(set(names)), key=names.count)
    text = ""
    for power in range(max(factors.count(main) for factors in p), -1, -1):
        rest = {tuple(f for f in factors if f != main): c for factors, c in p.items() if factors.count(main) == power}
        text = " + ".join([f"({text}) * (uint64_t){main}"] * bool(text) + [horner(rest)] * bool(rest))
    return text


def weighted(formulas: list[ast.Expression], weights: tuple[int, ...]) -> str:
    """C of the sum of polynomials that may be divided, each times its weight: whole, for all dimensions that there are."""
    total: Polynomial = {}
    for formula, weight in zip(formulas, weights):
        total = added(total, times(polynomial(formula.body), number(weight)))
    divisor = math.lcm(*(c.denominator for c in total.values()))
    return DIVIDED[divisor].format(horner(times(total, number(divisor))))
