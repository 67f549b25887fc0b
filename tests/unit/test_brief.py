"""The counts of 'brief' lines, which fast bodies of LAPACK's routines work out, against the prices of the same calls.

usage: test_brief.py PROGRAM SCRIPTS SPEC"""
import ast
import itertools
import json
import subprocess
import sys

program, scripts, spec = sys.argv[1:]
sys.path.insert(0, scripts)
from spec import parse_spec, routines_of  # noqa: E402

SIZES = {"n": (0, 1, 2, 3, 4, 7, 8, 31, 100, 1001, 262143), "nrhs": (0, 1, 2, 5, 64, 262143)}


def value(tree, sizes):
    """A formula in whole numbers; what it divides must have no rest."""
    if isinstance(tree, ast.BinOp):
        left, right = value(tree.left, sizes), value(tree.right, sizes)
        if isinstance(tree.op, ast.Div):
            assert left % right == 0, (ast.unparse(tree), sizes)
            return left // right
        return {ast.Add: int.__add__, ast.Sub: int.__sub__, ast.Mult: int.__mul__}[type(tree.op)](left, right)
    return tree.value if isinstance(tree, ast.Constant) else sizes[tree.id]


def calls_of(routine):
    """(question, FLOPs) of calls that the line is for."""
    names = {a.name for a in routine.row.args}
    own = [name for name in SIZES if name in names]
    for values in itertools.product(*(SIZES[name] for name in own)):
        sizes = dict(zip(own, values))
        mults, adds = (value(tree.body, sizes) for tree in routine.row.brief.formulas)
        asked = {**sizes, **({"m": sizes["n"]} if "m" in names else {})}
        question = " ".join([routine.name, *(f"{name}={size}" for name, size in asked.items())])
        yield question, 6 * mults + 2 * adds if routine.field == "c" else mults + adds


routines = [r for r in routines_of(parse_spec(spec)[1]) if r.row.brief]
calls = [call for r in routines for call in calls_of(r)]
done = subprocess.run([program, "cost", "-", "--format", "json"], input="".join(f"{question}\n" for question, _ in calls),
                      capture_output=True, text=True, check=True)
got = [json.loads(line)["flop_cost"] for line in done.stdout.splitlines()]
wrong = [f"{question}: {flops}, its price is {price}" for (question, flops), price in zip(calls, got) if flops != price]
print(*wrong[:20], f"{len(routines)} routines, {len(calls)} calls, {len(got)} prices, {len(wrong)} wrong", sep="\n")
sys.exit(bool(wrong) or len(got) != len(calls) or len(routines) < 40)
