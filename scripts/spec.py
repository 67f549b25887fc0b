"""The spec of routines: reading it, its formulas as C, and the names that it exports (grammar: cost/routines.spec)."""
import ast
import collections
import pathlib

import checks
from checks import SpecError
from outputs import names_in, parse_writes

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


USES = {"scheme": "scheme FACE WIDTH | SPELLINGS", "kind": "kind KIND | ARGUMENTS",
        "legal": "legal FAMILIES | MATRIX: rows, columns, trans | ...", "writes": "writes FAMILIES | OUTPUT: WHAT sizes | ..."}

MOST_DIMS = 8  # COST_DIMS_MOST of cost/cost.h
# What an option may be; the usual letter first. R (conjugated, not transposed) is OpenBLAS's own.
LETTERS = {"trans": "NTCR", "transa": "NTCR", "transb": "NTCR", "uplo": "LU", "side": "LR", "diag": "NU"}


class Placed(SpecError):
    """An error that says file and line."""


def parse_args(text, kinds):
    text, arrow, result = text.partition("->")
    args = []
    for word in text.split():
        array = word.endswith("[]")
        name, colon, kind = word.removesuffix("[]").partition(":")
        kind = kind if colon else kinds.get(name)
        if kind is None:
            raise SpecError(f"unknown argument '{name}'; accepted is one of a 'kind' line, or {name}:KIND")
        args.append(Arg(name, checks.one_of(f"kind of '{name}'", kind, KINDS), array))
    result = result.strip() if arrow else None
    checks.arguments(args, result)
    return args, result or ""


def parse_class(text):
    cls, _, source = text.partition(",")
    checks.one_of("class", cls.strip(), CLASSES)
    if not source.strip():
        raise SpecError(f"the class '{text}' has no source; accepted is class, source")
    return cls.strip(), source.strip()


def parse_row(index, where, cells, kinds):
    if len(cells) < 7:
        raise SpecError(f"a row of {len(cells)} cells; accepted are 7: {checks.CELLS}")
    # `|re| + |im|` and the like in the last cell are text, not cells
    family, prefixes, faces, args, mults, adds, cls = cells[:6] + ["|".join(cells[6:])]
    checks.matches("family", family, checks.FAMILY, "lower-case letters, digits and _")
    checks.faces(faces.split())
    for token in checks.some("prefix", checks.once("prefix", prefixes.split())):
        checks.one_of("prefix", token.removesuffix(":r"), PREFIXES)
    args, result = parse_args(args, kinds)
    cls, source = parse_class(cls)
    row = Row(index, where, family, prefixes.split(), faces.split(), args, result, mults, adds, cls, source, None, ())
    check_formulas(row)
    dims_of(row)
    return row


def check_formulas(row):
    names, mode = {a.name for a in row.args if a.kind in COUNTED} | {"w"}, mode_of(row)
    if mode != "split" and row.adds:
        raise SpecError(f"adds are '{row.adds}' beside a total of both; an empty cell is accepted")
    for what, tree in zip(("the formula of mults", "the formula of adds"), formulas_of(row)):
        formula = checks.Formula(what, names)
        (formula.pair if mode == "both" else formula.number)(tree.body)


class Reader:
    """Reads a file and those that it includes: each line to the method of its first word, or a row."""

    def __init__(self):
        self.kinds, self.rows, self.legal, self.writes, self.open = {}, [], {}, {}, []
        self.schemes = collections.defaultdict(list)

    def read(self, path):
        if str(path) in self.open:
            raise SpecError(f"'{path}' includes itself; accepted is a file that does not")
        self.open.append(str(path))
        for number, line in enumerate(lines_of(path), 1):
            where = f"{path}:{number}"
            try:
                self.line(line, where, path)
            except SpecError as error:
                raise error if isinstance(error, Placed) else Placed(f"{where}: {error}") from error
        self.open.pop()

    def line(self, line, where, path):
        if not line.strip() or line.startswith("#"):
            return
        checks.text("the line", line.replace("\t", " "))
        cells = [cell.strip() for cell in line.split("|")]
        word, *words = cells[0].split() or [""]
        if line.startswith("include "):
            self.read(pathlib.Path(path).parent / line[8:].strip())
        elif line.startswith(("scheme ", "kind ", "legal ", "writes ")):
            if len(cells) < 2:
                raise SpecError(f"'{word}' without |; accepted is {USES[word]}")
            getattr(self, f"add_{word}")(words, cells[1:], where)
        else:
            self.rows.append(parse_row(len(self.rows), where, cells, self.kinds))

    def add_scheme(self, words, cells, _):
        if len(words) != 2:
            raise SpecError(f"scheme '{' '.join(words)}'; accepted is {USES['scheme']}")
        checks.one_of("face", words[0], ("f", "g", "c", "e"))
        checks.one_of("width", words[1], ("any", "64"))
        for spelling in checks.some("spelling", cells[0].split()):
            checks.matches("spelling", spelling, checks.SPELLING, "{n} or {N} among letters, digits and _")
            self.schemes[words[0]].append((spelling, words[1] == "64"))

    def add_kind(self, words, cells, _):
        if len(words) != 1:
            raise SpecError(f"kind '{' '.join(words)}'; accepted is {USES['kind']}")
        checks.one_of("kind", words[0], KINDS)
        self.kinds.update({checks.name("argument", n): words[0] for n in checks.some("argument", cells[0].split())})

    def add_legal(self, families, cells, where):
        self.add_rules("legal", self.legal, families, parse_legal(cells), where)

    def add_writes(self, families, cells, where):
        self.add_rules("writes", self.writes, families, parse_writes(cells), where)

    def add_rules(self, word, rules, families, parsed, where):
        for family in checks.some("family", families):
            if family in rules:
                raise SpecError(f"a second '{word}' of family '{family}'; the first is at {rules[family][1]}")
            rules[family] = (parsed, where)

    def finished(self):
        """The rows with the rules of their families."""
        families = {row.family for row in self.rows}
        for word, rules in (("legal", self.legal), ("writes", self.writes)):
            for family, (_, where) in rules.items():
                if family not in families:
                    raise Placed(f"{where}: '{word}' of family '{family}', which has no row")
        rows = [row._replace(legal=self.legal.get(row.family, (None,))[0], writes=self.writes.get(row.family, ((),))[0])
                for row in self.rows]
        for row in rows:
            for rules, check in ((self.legal, checks.legal), (self.writes, lambda r: checks.writes(r, names_in))):
                try:
                    check(row)
                except SpecError as error:
                    raise Placed(f"{rules[row.family][1]}: {error} (the row at {row.where})") from error
        return rows


def lines_of(path):
    try:
        data = pathlib.Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise SpecError(f"cannot read '{path}': {getattr(error, 'strerror', error)}; accepted is a file of rows") from error
    try:
        return data.decode().removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Placed(f"{path}:{line}: the byte 0x{data[error.start]:02x} is no UTF-8; accepted is text in UTF-8") from error


def parse_spec(path):
    """(schemes, rows) of the file and of those that it includes."""
    reader = Reader()
    reader.read(path)
    if not reader.rows:
        raise Placed(f"{path}: no rows; at least one is needed")
    return reader.schemes, reader.finished()


def parse_legal(cells):
    """{"a": Shape, ..., "trans": (letters of real data, of complex data)}"""
    rules = {}
    for cell in filter(None, cells):
        name, _, rest = cell.partition(":")
        words = [w.strip() for w in rest.split(",")]
        if name in LETTERS:
            rules[name] = (words[0], words[-1])
            for letters in rules[name]:
                if not letters.startswith(LETTERS[name][0]) or set(letters) - set(LETTERS[name]):
                    raise SpecError(f"letters '{letters}' of {name}; accepted are {LETTERS[name][0]} and then any of "
                                    f"{LETTERS[name][1:]}")
            continue
        checks.name("matrix in 'legal'", name)
        if len(words) not in (2, 3):
            raise SpecError(f"'{cell}' in 'legal'; accepted is MATRIX: rows, columns[, trans]")
        trees = [checks.parse(f"a size of {name}", w) for w in words[:2]]
        names = {n.id for t in trees for n in ast.walk(t) if isinstance(n, ast.Name)}
        for tree in trees:
            checks.Formula(f"a size of {name}", names, ()).number(tree.body)
        rules[name] = Shape(plain(trees[0]), plain(trees[1]), words[2] if len(words) == 3 else None, names)
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
    routines = {}
    for row in rows:
        for token in row.prefixes:
            prefix, _, real = token.partition(":")
            field, scalar, real_type = PREFIXES[prefix].split()
            name = prefix.strip("-") + row.family
            if name in routines:
                raise Placed(f"{row.where}: a second row for routine '{name}'; the first is at {routines[name].row.where}")
            routines[name] = Routine(name, "m" if real else field, scalar.replace("-c", " _C"), real_type, row)
    return list(routines.values())


# ---- formulas ------------------------------------------------------------------------------------------------

def mode_of(row):
    """split: mults and adds apart; both: a function gives the two; total: real operations."""
    return "total" if row.mults.startswith("=") else "both" if row.mults.startswith("both ") else "split"


def formulas_of(row):
    """The formulas of mults and adds, parsed; a single one where they are not apart."""
    mode = mode_of(row)
    text = {"split": (row.mults, row.adds), "total": (row.mults[1:],), "both": (row.mults[5:],)}[mode]
    words = ("the formula of mults", "the formula of adds")
    return [checks.parse(what, t.strip()) for what, t in zip(words, text)]


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
        raise SpecError(f"{len(names)} dimensions: {', '.join(names)}; accepted are {MOST_DIMS}")
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
                first = seen.setdefault(exported, (exported, r, face, wide))[1]
                if first is not r:
                    raise Placed(f"{r.row.where}: routine '{r.name}' exports '{exported}' as that of {first.row.where} does")
    return list(seen.values())
