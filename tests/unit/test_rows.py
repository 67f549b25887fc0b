"""Every price has an expected count, for each signature that it is of: one by hand in tests/expected.tsv, whose working is worked
out again here, or counted operations in tests/oracle-*.tsv and tests/oracle/counted.tsv. Without one it stands under `unchecked`
in its card: no library that Debian has could be asked. And every row's price is pinned by a line of tests/prices.golden. The cards
are for people: no line of theirs, or of the signatures, has 120 columns."""
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
WIDEST = 120
COUNTED = ("oracle-sample.tsv", "oracle-own.tsv", "oracle/counted.tsv", "oracle/counted-source.tsv")
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


def check_rows(routines, counted):
    rows = {r.row.id: r.row for r in routines}
    with_count = {r.row.id for r in routines if r.name in counted}
    for row in rows.values():
        name, price = f"{row.where}: {row.family} of {' '.join(row.prefixes)}", row.price
        if price.unchecked and row.id in with_count:
            wrong.append(f"{name} has an expected count, and stands under 'unchecked' at {price.where}; move it up")
        elif price.unchecked and price.cls != "estimate":
            wrong.append(f"{name} is {price.cls} and unchecked; accepted there are estimates: add a line to tests/expected.tsv")
        elif not price.unchecked and row.id not in with_count:
            wrong.append(f"{name} has no expected count; add a line to tests/expected.tsv: call, FLOPs, working")


def check_widths():
    """An hour's reading is no reading in lines of 400 columns."""
    for path in [p for pattern in ("*.spec", "*/*.spec", "*/*.card") for p in sorted((ROOT / "cost").glob(pattern))]:
        wrong.extend(f"{path}:{i}: {len(line)} columns; accepted are fewer than {WIDEST}; a line goes on in one with a blank first"
                     for i, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
                     if len(line) >= WIDEST)


def main():
    _, rows = parse_spec(ROOT / "cost/routines.spec")
    routines = routines_of(rows)
    oracle = {line.split("\t")[0] for name in COUNTED for _, line in lines_of(name)[1:]}
    by_hand = {check_working(*line): line[0] for line in lines_of("expected.tsv")}
    names = {r.name for r in routines}
    wrong.extend(f"{place}: unknown routine '{name}'" for name, place in by_hand.items() if name not in names)
    check_rows(routines, oracle | set(by_hand))
    pinned = {line.split()[0] for _, line in lines_of("prices.golden")}
    ids = {r.row.id for r in routines if r.name in pinned}
    wrong.extend(f"{row.where}: no price of {row.family} is pinned; add a call to tests/prices.golden" for row in rows
                 if row.id not in ids)
    check_widths()
    print("\n".join(wrong))
    sys.exit(bool(wrong))


main()
