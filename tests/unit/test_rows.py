"""Every row of the spec has an expected count: one by hand in tests/expected.tsv, whose working is worked out again here, or
counted operations in tests/oracle-*.tsv. An estimate may stand in tests/unchecked.txt instead, under a reason. And every
row's price is pinned by a line of tests/prices.golden."""
import ast
import fractions
import operator
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
from spec import parse_spec, routines_of  # noqa: E402

TESTS = ROOT / "tests"
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow}
wrong = []


def lines_of(name):
    """(place, line) of a file's lines that are no comment."""
    lines = (TESTS / name).read_text(encoding="utf-8").splitlines()
    return [(f"tests/{name}:{i}", line) for i, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]


def value(node):
    """Of a working, exactly: numbers, + - * / ^ and brackets."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return fractions.Fraction(node.value)
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](value(node.left), value(node.right))
    raise SyntaxError(f"'{ast.unparse(node)}' in a working; accepted are integers, + - * / ^ and brackets")


def check_working(place, line):
    """The routine of the line."""
    cells = line.split("\t")
    try:
        call, count, working = cells
        found = value(ast.parse(working.replace("^", "**"), mode="eval").body)
        if found != int(count):
            wrong.append(f"{place}: the working {working} is {found}, not {count}")
        return call.split()[0]
    except (ValueError, SyntaxError, ZeroDivisionError) as error:
        wrong.append(f"{place}: '{line}': {error}; accepted are call, FLOPs and working, with tabs between")
        return cells[0].split()[0]


def read_unchecked():
    """{(family, prefixes): place}"""
    listed, reason = {}, ""
    for place, line in lines_of("unchecked.txt"):
        if line.startswith("reason: "):
            reason = line.removeprefix("reason: ")
            continue
        family, _, prefixes = (part.strip() for part in line.partition("|"))
        if not reason:
            wrong.append(f"{place}: '{line}' stands under no reason; accepted is a line reason: WHY before it")
        listed[family, tuple(prefixes.split())] = place
    return listed


def check_rows(routines, counted):
    rows, listed = {r.row.id: r.row for r in routines}, read_unchecked()
    with_count = {r.row.id for r in routines if r.name in counted}
    for row in rows.values():
        place = listed.pop((row.family, tuple(row.prefixes)), None)
        name = f"{row.where}: {row.family} of {' '.join(row.prefixes)}"
        if place and row.id in with_count:
            wrong.append(f"{name} has an expected count, and is listed in {place} as one without; remove it there")
        elif place and row.cls != "estimate":
            wrong.append(f"{name} is {row.cls} and listed in {place}; accepted there are estimates: "
                         "add a line to tests/expected.tsv")
        elif not place and row.id not in with_count:
            wrong.append(f"{name} has no expected count; add a line to tests/expected.tsv: call, FLOPs, working")
    wrong.extend(f"{place}: no row of {family} | {' '.join(prefixes)}" for (family, prefixes), place in listed.items())


def main():
    _, rows = parse_spec(ROOT / "cost/routines.spec")
    routines = routines_of(rows)
    oracle = {line.split("\t")[0] for name in ("oracle-sample.tsv", "oracle-own.tsv") for _, line in lines_of(name)[1:]}
    by_hand = {check_working(*line): line[0] for line in lines_of("expected.tsv")}
    names = {r.name for r in routines}
    wrong.extend(f"{place}: unknown routine '{name}'" for name, place in by_hand.items() if name not in names)
    check_rows(routines, oracle | set(by_hand))
    pinned = {line.split()[0] for _, line in lines_of("prices.golden")}
    ids = {r.row.id for r in routines if r.name in pinned}
    wrong.extend(f"{row.where}: no price of {row.family} is pinned; add a call to tests/prices.golden" for row in rows
                 if row.id not in ids)
    print("\n".join(wrong))
    sys.exit(bool(wrong))


main()
