"""The spec of routines: reading its files, and the routines and names that they give (grammar: cost/routines.spec)."""
from __future__ import annotations

import ast
import collections
import itertools
import pathlib
from collections.abc import Iterator

import checks
import plans
from card import parse_price, prices_of
from checks import Placed, SpecError
from formulas import degree, plain
from outputs import names_in, parse_writes
from rows import KINDS, LETTERS, PREFIXES, TOPICS, Arg, Brief, Legal, Output, Price, Routine, Row, Shape, Signature, dims_of
from rows import prefix_of, suffix_of

CELLS = "family | prefixes | faces | arguments"
USES = {"scheme": "scheme FACE WIDTH | SPELLINGS", "kind": "kind KIND | ARGUMENTS",
        "legal": "legal FAMILIES | MATRIX: rows, columns, trans | ...", "writes": "writes FAMILIES | OUTPUT: WHAT sizes | ...",
        "idle": "idle FAMILIES | SCALAR",
        "brief": "brief FAMILIES | M ; A | if TEST | MATRIX: rows, columns | OPTION: letters", **plans.USES}
Schemes = dict[str, "list[tuple[str, bool]]"]  # of a face: spellings, and whether they are of 64-bit integers
Symbol = tuple[str, Routine, str, bool]


def parse_args(text: str, kinds: dict[str, str]) -> tuple[list[Arg], str]:
    text, arrow, result = text.partition("->")
    args = []
    for word in text.split():
        array = word.endswith("[]")
        name, colon, own = word.removesuffix("[]").partition(":")
        kind = own if colon else kinds.get(name)
        if kind is None:
            raise SpecError(f"unknown argument '{name}'; accepted is one of a 'kind' line, or {name}:KIND")
        args.append(Arg(name, checks.one_of(f"kind of '{name}'", kind, KINDS), array))
    checks.arguments(args, result.strip() if arrow else None)
    return args, result.strip()


def parse_signature(where: str, cells: list[str], kinds: dict[str, str], topic: str) -> Signature:
    if len(cells) != 4:
        raise SpecError(f"a signature of {len(cells)} cells; accepted are 4: {CELLS}")
    family, prefixes, faces, args = cells
    checks.matches("family", family, checks.FAMILY, "lower-case letters, digits and _")
    checks.faces(faces.split())
    for prefix in checks.some("prefix", checks.once("prefix", prefixes.split())):
        checks.one_of("prefix", prefix, PREFIXES)
    return Signature(where, family, prefixes.split(), faces.split(), *parse_args(args, kinds), topic)


def parse_letters(option: str, words: list[str]) -> tuple[str, str]:
    for letters in (words[0], words[-1]):
        if not letters.startswith(LETTERS[option][0]) or set(letters) - set(LETTERS[option]):
            raise SpecError(f"letters '{letters}' of {option}; accepted are {LETTERS[option][0]} and then any of "
                            f"{LETTERS[option][1:]}")
    return words[0], words[-1]


def parse_legal(cells: list[str]) -> Legal:
    rules: Legal = {}
    for cell in filter(None, cells):
        name, _, rest = cell.partition(":")
        words = [w.strip() for w in rest.split(",")]
        if name in LETTERS:
            rules[name] = parse_letters(name, words)
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


def parse_brief(cells: list[str]) -> Brief:
    """Only of dimensions, and of degree 3 at most."""
    mults, _, adds = cells[0].partition(";")
    texts = {"multiplications": mults, "additions": adds}
    test = next((cell[3:] for cell in cells[1:] if cell.startswith("if ")), None)
    trees = [checks.parse(what, text.strip()) for what, text in texts.items()]
    for what, tree in zip(texts, trees):
        if (degree(tree) or 99) > 3:
            raise SpecError(f"'{ast.unparse(tree)}' as {what} in 'brief'; accepted are polynomials of degree 3 at most")
    rules = parse_legal([cell for cell in cells[1:] if not cell.startswith("if ")])
    return Brief(trees, checks.parse("the test", test) if test else None, rules)


class Reader:
    """Reads a file and those that it includes: each line to the method of its first word, or a signature; or, where the file is
    a card, a price."""

    def __init__(self) -> None:
        self.kinds: dict[str, str] = {}
        self.signatures: list[Signature] = []
        self.prices: list[Price] = []
        self.legal: dict[str, tuple[Legal, str]] = {}
        self.brief: dict[str, tuple[Brief, str]] = {}
        self.writes: dict[str, tuple[list[Output], str]] = {}
        self.idle: dict[str, tuple[str, str]] = {}
        self.plans: dict[str, list[plans.Plan]] = collections.defaultdict(list)
        self.open: list[str] = []
        self.topic = TOPICS[0]
        self.schemes: Schemes = collections.defaultdict(list)

    def read(self, path: pathlib.Path | str) -> None:
        if str(path) in self.open:
            raise SpecError(f"'{path}' includes itself; accepted is a file that does not")
        self.open.append(str(path))
        is_card = str(path).endswith(".card")
        unchecked = False
        for number, cells in cells_of(path, is_card):
            where = f"{path}:{number}"
            try:
                if not is_card:
                    self.line(cells, where, path)
                elif cells == ["unchecked"]:
                    unchecked = True
                else:
                    self.prices.append(parse_price(where, cells, unchecked))
            except SpecError as error:
                raise error if isinstance(error, Placed) else Placed(f"{where}: {error}") from error
        self.open.pop()

    def line(self, cells: list[str], where: str, path: pathlib.Path | str) -> None:
        word, *words = cells[0].split() or [""]
        if word == "include":
            self.read(pathlib.Path(path).parent / cells[0][8:].strip())
        elif word == "topic":
            self.topic = checks.one_of("topic", " ".join([*words, *cells[1:]]), TOPICS)
        elif word in USES:
            if len(cells) < 2:
                raise SpecError(f"'{word}' without |; accepted is {USES[word]}")
            if word in plans.USES:
                self.add_plan(word, words, cells[1:], where)
                return
            getattr(self, f"add_{word}")(words, cells[1:], where)
        else:
            self.signatures.append(parse_signature(where, cells, self.kinds, self.topic))

    def add_scheme(self, words: list[str], cells: list[str], _: str) -> None:
        if len(words) != 2:
            raise SpecError(f"scheme '{' '.join(words)}'; accepted is {USES['scheme']}")
        checks.one_of("face", words[0], ("c", "d", "e", "f", "g", *plans.FACES))
        checks.one_of("width", words[1], ("any", "64"))
        for spelling in checks.some("spelling", cells[0].split()):
            checks.matches("spelling", spelling, checks.SPELLING, "{n} or {N} among letters, digits and _")
            self.schemes[words[0]].append((spelling, words[1] == "64"))

    def add_kind(self, words: list[str], cells: list[str], _: str) -> None:
        if len(words) != 1:
            raise SpecError(f"kind '{' '.join(words)}'; accepted is {USES['kind']}")
        checks.one_of("kind", words[0], KINDS | plans.KINDS)
        self.kinds.update({checks.name("argument", n): words[0] for n in checks.some("argument", cells[0].split())})

    def add_legal(self, families: list[str], cells: list[str], where: str) -> None:
        rules = parse_legal(cells)
        self.check_families("legal", families, {family: at for family, (_, at) in self.legal.items()})
        self.legal.update(dict.fromkeys(families, (rules, where)))

    def add_brief(self, families: list[str], cells: list[str], where: str) -> None:
        brief = parse_brief(cells)
        self.check_families("brief", families, {family: at for family, (_, at) in self.brief.items()})
        self.brief.update(dict.fromkeys(families, (brief, where)))

    def add_writes(self, families: list[str], cells: list[str], where: str) -> None:
        outputs = parse_writes(cells)
        self.check_families("writes", families, {family: at for family, (_, at) in self.writes.items()})
        self.writes.update(dict.fromkeys(families, (outputs, where)))

    def add_idle(self, families: list[str], cells: list[str], where: str) -> None:
        if len(cells) != 1:
            raise SpecError(f"{len(cells)} cells behind the families; accepted is {USES['idle']}")
        idle = checks.name("scalar in 'idle'", cells[0])
        self.check_families("idle", families, {family: at for family, (_, at) in self.idle.items()})
        self.idle.update(dict.fromkeys(families, (idle, where)))

    def add_plan(self, role: str, families: list[str], cells: list[str], where: str) -> None:
        """Its arguments may be lengths, which those of a signature are not."""
        checks.once("family", families)
        last, arrow, result = cells[-1].partition("->")
        cells = [*cells[:-1], last]
        if not families or len(cells) != (3 if role == "makes" else 2):
            raise SpecError(f"'{role}' of {len(families)} families and {len(cells)} cells; accepted is {USES[role]}")
        args = []
        for name in cells[2].split() if role == "makes" else []:
            if name not in self.kinds:
                raise SpecError(f"unknown argument '{name}'; accepted is one of a 'kind' line")
            args.append(plans.Argument(name, self.kinds[name]))
        plan = plans.parse(where, role, cells, args, plans.parse_result(role, result.strip()))
        for family in families:  # the names are those of the first
            self.plans[family].append(plan if family == families[0] else plan._replace(faces=[]))

    @staticmethod
    def check_families(word: str, families: list[str], places: dict[str, str]) -> None:
        for family in checks.some("family", checks.once("family", families)):
            if family in places:
                raise SpecError(f"a second '{word}' of family '{family}'; the first is at {places[family]}")

    def rows(self) -> list[Row]:
        """The signatures with their prices and the rules of their families."""
        families = {s.family for s in self.signatures}
        for word, places in (("legal", {f: at for f, (_, at) in self.legal.items()}),
                             ("brief", {f: at for f, (_, at) in self.brief.items()}),
                             ("writes", {f: at for f, (_, at) in self.writes.items()}),
                             ("idle", {f: at for f, (_, at) in self.idle.items()}),
                             ("makes", {f: found[0].where for f, found in self.plans.items()})):
            for family, where in places.items():
                if family not in families:
                    raise Placed(f"{where}: '{word}' of family '{family}', which has no signature")
        return [self.row(*numbered) for numbered in enumerate(zip(self.signatures, prices_of(self.signatures, self.prices)))]

    def row(self, index: int, parts: tuple[Signature, Price]) -> Row:
        signature, price = parts
        legal, legal_where = self.legal.get(signature.family, (None, ""))
        brief, brief_where = self.brief.get(signature.family, (None, ""))
        if not set(signature.prefixes) <= set("sdcz"):
            brief = None  # of mixed precision (dsgesv), which is another algorithm
        writes, writes_where = self.writes.get(signature.family, ([], ""))
        idle, idle_where = self.idle.get(signature.family, ("", ""))
        planned = self.plans.get(signature.family, [])
        names = [a.name for a in signature.args if a.name in price.names]
        plans.check(planned, signature.where, signature.prefixes, names, signature.faces)
        if planned:
            signature = signature._replace(faces=plans.faces_of(planned))
        row = Row(index, *signature, price=price, legal=legal, brief=brief, writes=writes, idle=idle, plans=planned)
        where = row.where
        try:
            dims_of(row)
            where = legal_where
            checks.legal(row)
            where = brief_where
            checks.brief(row)
            where = writes_where
            checks.writes(row, names_in)
            where = idle_where
            checks.idle(row)
        except SpecError as error:
            raise Placed(f"{where}: {error}" + (f" (the signature at {row.where})" if where != row.where else "")) from error
        return row


def lines_of(path: pathlib.Path | str) -> list[str]:
    try:
        data = pathlib.Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise SpecError(f"cannot read '{path}': {getattr(error, 'strerror', error)}; accepted is a file of the spec") from error
    try:
        return data.decode().removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Placed(f"{path}:{line}: the byte 0x{data[error.start]:02x} is no UTF-8; accepted is text in UTF-8") from error


def cells_of(path: pathlib.Path | str, is_card: bool) -> Iterator[tuple[int, list[str]]]:
    """(number, cells) of each line that is no comment. A line that begins with a blank goes on with the one before, in a
    card cell by cell; there the last cell is text, in which | has no meaning."""
    number, open_cells = 0, None
    for at, line in enumerate(lines_of(path), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            checks.text("the line", line.replace("\t", " "))
        except SpecError as error:
            raise Placed(f"{path}:{at}: {error}") from error
        cells = [cell.strip() for cell in line.split("|", 3 if is_card else -1)]
        if line[0] not in " \t":
            if open_cells is not None:
                yield number, open_cells
            number, open_cells = at, cells
        elif open_cells is None:
            raise Placed(f"{path}:{at}: '{line.strip()}' goes on with no line; accepted is a first line that begins with no blank")
        elif is_card:
            open_cells = [" ".join(filter(None, pair)) for pair in itertools.zip_longest(open_cells, cells, fillvalue="")]
        else:
            open_cells[-1:] = [" ".join(filter(None, (open_cells[-1], cells[0]))), *cells[1:]]
    if open_cells is not None:
        yield number, open_cells


def parse_spec(path: pathlib.Path | str) -> tuple[Schemes, list[Row]]:
    """(schemes, rows) of the file and of those that it includes."""
    reader = Reader()
    reader.read(path)
    if not reader.signatures:
        raise Placed(f"{path}: no signatures; at least one is needed")
    return reader.schemes, reader.rows()


def routines_of(rows: list[Row]) -> list[Routine]:
    routines: dict[str, Routine] = {}
    for row in rows:
        for prefix in row.prefixes:
            field, scalar, real = PREFIXES[prefix].split()
            name = prefix.strip("-") + row.family
            if name in routines:
                raise Placed(f"{row.where}: a second signature of routine '{name}'; the first is at {routines[name].row.where}")
            field = "m" if field == "c" and row.price.real else field
            routines[name] = Routine(name, field, scalar.replace("-c", " _C"), real, row)
    return list(routines.values())


def symbols_of(routines: list[Routine], schemes: Schemes) -> list[Symbol]:
    """(exported name, routine, face, 64-bit name) of every symbol, once each. Those that one program uses are near each other:
    first by spelling, then by precision."""
    seen: dict[str, Symbol] = {}
    places: dict[str, tuple[int, str, str]] = {}
    for r in routines:
        for face in r.row.faces:
            names = plans.names_of(r.row.plans, face, prefix_of(r)) if plans.is_plan(face) else [r.name + suffix_of(face)]
            for name, (place, (spelling, wide)) in itertools.product(names, enumerate(schemes[face[0]])):
                exported = spelling.format(n=name, N=name.upper())
                places.setdefault(exported, (place, r.real, r.field))
                first = seen.setdefault(exported, (exported, r, face, wide))[1]
                if first is not r:
                    raise Placed(f"{r.row.where}: routine '{r.name}' exports '{exported}' as that of {first.row.where} does")
    return sorted(seen.values(), key=lambda symbol: places[symbol[0]])
