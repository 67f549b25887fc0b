"""The spec of routines: reading it, its formulas as C, and the names that it exports (grammar: cost/routines.spec)."""
import ast
import collections
import pathlib

from outputs import parse_writes

# prefix: field (r real, c complex, m complex data counted in real operations), scalar type, real type
PREFIXES = {
    "s": "r float float", "d": "r double double", "c": "c float-complex float", "z": "c double-complex double",
    "sc": "m float float", "dz": "m double double", "cs": "m float float", "zd": "m double double",
    "is": "r float float", "id": "r double double", "ic": "m float float", "iz": "m double double",
    "ds": "r double double", "sds": "r float float", "zc": "c double-complex double", "sb": "r float float",
    "sh": "r float float", "b": "r float float", "-": "r float float",
}
Arg = collections.namedtuple("Arg", "name kind array")
Row = collections.namedtuple("Row", "id where family prefixes faces args result mults adds cls source legal writes")
Shape = collections.namedtuple("Shape", "rows columns trans names")
Routine = collections.namedtuple("Routine", "name field scalar real row")
CLASSES = ("exact", "leading", "estimate")
# Kinds that a formula may use, and their letters in struct cost_routine; a workspace length is passed to every count.
COUNTED = {"dim": "d", "int": "i", "logical": "i", "option": "o", "flag": "f", "scalar": "s", "work": "w",
           "query": "w"}
KINDS = {*COUNTED, "step", "real", "array", "chars", "temp", "tempsize", "info"}


MOST_DIMS = 8  # COST_DIMS_MOST of cost/cost.h
# What an option may be; the usual letter first. R (conjugated, not transposed) is OpenBLAS's own.
LETTERS = {"trans": "NTCR", "transa": "NTCR", "transb": "NTCR", "uplo": "LU", "side": "LR", "diag": "NU"}


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
        if kind not in KINDS:
            raise SpecError(f"unknown kind '{kind}' of '{name}'; one of {', '.join(sorted(KINDS))}")
        args.append(Arg(name, kind, array))
    return args, result.strip()


def parse_row(index, where, cells, kinds):
    if len(cells) != 7:
        raise SpecError(f"a row has 7 cells, this one {len(cells)}")
    family, prefixes, faces, args, mults, adds, cls = cells
    args, result = parse_args(args, kinds)
    cls, _, source = cls.partition(",")
    if cls not in CLASSES:
        raise SpecError(f"unknown class '{cls}'; one of {', '.join(CLASSES)}")
    row = Row(index, where, family, prefixes.split(), faces.split(), args, result, mults, adds, cls, source.strip(), None, ())
    known = {a.name: a.kind for a in args if a.kind in COUNTED}
    for formula in formulas_of(row):
        for node in ast.walk(formula):
            if isinstance(node, ast.Name) and node.id not in known and node.id not in calls_of(formula) | {"w"}:
                raise SpecError(f"formula names '{node.id}', which is no countable argument of {family}")
    for face in row.faces:
        if face.partition(":")[0].partition("+")[0] not in ("f", "g", "c", "e"):
            raise SpecError(f"unknown face '{face}'")
    return row


def parse_spec(path, kinds=None, schemes=None, rows=None, writes=None):
    """(schemes, rows) of the file and of those that it includes."""
    kinds, rows = {} if kinds is None else kinds, [] if rows is None else rows
    schemes = collections.defaultdict(list) if schemes is None else schemes
    legal, writes = {}, {} if writes is None else writes
    for number, line in enumerate(pathlib.Path(path).read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("|")]
        try:
            if line.startswith("scheme "):
                _, face, width = cells[0].split()
                schemes[face] += [(spelling, width == "64") for spelling in cells[1].split()]
            elif line.startswith("kind "):
                kinds.update(dict.fromkeys(cells[1].split(), cells[0].split()[1]))
            elif line.startswith("legal "):
                legal.update(dict.fromkeys(cells[0].split()[1:], parse_legal(cells[1:])))
            elif line.startswith("writes "):
                writes.update(dict.fromkeys(cells[0].split()[1:], parse_writes(cells[1:])))
            elif line.startswith("include "):
                parse_spec(pathlib.Path(path).parent / line.split()[1], kinds, schemes, rows, writes)
            else:
                # `|re| + |im|` and the like in the last cell are text, not cells
                rows.append(parse_row(len(rows), f"{path}:{number}", cells[:6] + ["|".join(cells[6:])], kinds))
        except (SpecError, SyntaxError, ValueError, IndexError) as error:
            place = "" if isinstance(error, SpecError) and ".spec:" in str(error) else f"{path}:{number}: "
            raise SpecError(f"{place}{error}") from error
    unused = (set(legal) | set(writes)) - {row.family for row in rows}
    if unused:
        raise SpecError(f"{path}: 'legal' or 'writes' of unknown families: {', '.join(sorted(unused))}")
    return schemes, [row._replace(legal=legal.get(row.family, row.legal), writes=writes.get(row.family, ())) for row in rows]


def parse_legal(cells):
    """{"a": Shape, ..., "trans": (letters of real data, of complex data)}"""
    rules = {}
    for cell in filter(None, cells):
        name, _, rest = cell.partition(":")
        words = [w.strip() for w in rest.split(",")]
        if name in LETTERS:
            rules[name] = (words[0], words[-1])
            continue
        rows, columns, trans = words + [None] * (3 - len(words))
        trees = [ast.parse(w, mode="eval") for w in (rows, columns)]
        names = {n.id for t in trees for n in ast.walk(t) if isinstance(n, ast.Name)}
        rules[name] = Shape(plain(trees[0]), plain(trees[1]), trans, names)
    return rules


def shapes_of(row):
    return {name: rule for name, rule in (row.legal or {}).items() if isinstance(rule, Shape)}


def legal_letters(r):
    """{option: letters} of a routine whose arguments are checked."""
    if r.row.legal is None:
        return {}
    options = [a.name for a in r.row.args if a.name in LETTERS]
    return {o: r.row.legal[o][r.field == "c"] if o in r.row.legal else LETTERS[o] for o in options}


def routines_of(rows):
    routines = []
    for row in rows:
        for token in row.prefixes:
            prefix, _, real = token.partition(":")
            if prefix not in PREFIXES:
                raise SpecError(f"{row.where}: unknown prefix '{prefix}'")
            field, scalar, real_type = PREFIXES[prefix].split()
            name = prefix.strip("-") + row.family
            routines.append(Routine(name, "m" if real else field, scalar.replace("-c", " _C"), real_type, row))
    doubled = [n for n, k in collections.Counter(r.name for r in routines).items() if k > 1]
    if doubled:
        raise SpecError(f"two rows for {', '.join(doubled)}")
    return routines


# ---- formulas ------------------------------------------------------------------------------------------------

def mode_of(row):
    """split: mults and adds apart; both: a function gives the two; total: real operations."""
    return "total" if row.mults.startswith("=") else "both" if row.mults.startswith("both ") else "split"


def formulas_of(row):
    """The formulas of mults and adds, parsed; a single one where they are not apart."""
    mode = mode_of(row)
    text = {"split": (row.mults, row.adds), "total": (row.mults[1:],), "both": (row.mults[5:],)}[mode]
    return [ast.parse(t.strip(), mode="eval") for t in text]


def calls_of(formula):
    return {n.func.id for n in ast.walk(formula) if isinstance(n, ast.Call)}


def used_args(row):
    names = {n.id for f in formulas_of(row) for n in ast.walk(f) if isinstance(n, ast.Name)}
    return [a for a in row.args if a.name in names and a.kind in COUNTED or a.kind in ("work", "query")]


def query_tests(row):
    """{argument: the values by which it asks for the workspace}, as C. Where LAPACK has two answers, -2 asks for the smaller."""
    values = (-1, -2) if any(a.name == "tsize" and a.kind == "query" for a in row.args) else (-1,)
    return {a.name: " || ".join(f"{a.name} == {v}" for v in values) for a in row.args if a.kind in ("work", "query")}


def is_turned(row):
    """A product of a matrix and a vector: its shape is that of the matrix as it is multiplied, transposed or not."""
    return row.family in ("gemv", "gbmv", "gemv_batch_strided")


def dims_of(row):
    """[(name, place)] of the integers that a call's shape is known by. Where the count uses all of them (and the row is no
    batch of groups) the place is that in used_args, else that in this list."""
    used = [a.name for a in used_args(row)]
    names = [a.name for a in row.args if not a.array and (a.kind == "dim" or a.kind == "int" and a.name in used)]
    if len(names) > MOST_DIMS:
        raise SpecError(f"{row.where}: more than {MOST_DIMS} dimensions: {', '.join(names)}")
    shared = set(names) <= set(used) and not any(a.array for a in row.args) and not is_turned(row)
    return [(name, used.index(name) if shared else i) for i, name in enumerate(names)], shared


def paired(node):
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
    if isinstance(node, ast.Call) and node.func.id == "total":
        return f"ops_total({paired(node.args[0])}, {checked(node.args[1])})"
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


def plain(formula, unsigned=""):
    """The same formula as a C expression of 64-bit integers, right for small dimensions and, unsigned, defined for all."""
    def text(node):
        if isinstance(node, ast.BinOp):
            op = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}[type(node.op)]
            return f"({text(node.left)} {op} {text(node.right)})"
        if isinstance(node, ast.IfExp):
            return f"({text(node.test)} ? {text(node.body)} : {text(node.orelse)})"
        return f"(uint64_t){node.id}" if unsigned and isinstance(node, ast.Name) else checked(node)
    return text(formula.body)


# ---- names ---------------------------------------------------------------------------------------------------

def suffix_of(face):
    return "_sub" if ":sub" in face else "_work" if ":work" in face else ""


def symbols_of(routines, schemes):
    """(exported name, routine, face, 64-bit name) of every symbol, once each."""
    seen = {}
    for r in routines:
        for face in r.row.faces:
            name = r.name + suffix_of(face)
            for spelling, wide in schemes[face[0]]:
                exported = spelling.format(n=name, N=name.upper())
                if seen.setdefault(exported, (exported, r, face, wide))[1] is not r:
                    raise SpecError(f"{r.row.where}: {exported} is exported twice")
    return list(seen.values())
