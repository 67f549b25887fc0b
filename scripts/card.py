"""The price cards: reading their lines, and finding the price of each signature (grammar: cost/routines.spec)."""
from __future__ import annotations

import ast

import checks
from checks import Placed, SpecError
from rows import COUNTED, PREFIXES, Price, Signature, mode_of

CELLS = "families | count | class | source"
OTHERS = "M ; A, M each, real M ; A, = TOTAL"
COUNTS = f"{OTHERS}, or functions of formulas.h that give both"
CLASSES = ("exact", "leading", "estimate")
WORDS = {"split": ("the formula of mults", "the formula of adds"), "total": ("the formula of the total",), "both": ("the count",)}
NOT_CHECKED = "not checked"


def parse_families(text: str) -> list[tuple[str, list[str]]]:
    """FAMILY, or FAMILY/PREFIX,PREFIX for a part of it."""
    families = []
    for word in checks.some("family", checks.once("family", text.split())):
        family, slash, prefixes = word.partition("/")
        checks.matches("family", family, checks.FAMILY, "lower-case letters, digits and _, or that, / and prefixes with , between")
        listed = checks.once("prefix", prefixes.split(",")) if slash else []
        families.append((family, [checks.one_of(f"prefix of '{family}'", p, PREFIXES) for p in listed]))
    return families


def parse_count(text: str) -> tuple[str, str, bool]:
    """Multiplications, additions, whether they are real operations whatever the data."""
    if not text:
        raise SpecError(f"the count is empty; accepted are {COUNTS}")
    rest = text.removeprefix("real ")
    real = rest != text
    if ";" in rest:
        mults, _, adds = rest.partition(";")
        return mults.strip(), adds.strip(), real
    if rest.endswith(" each"):
        return rest.removesuffix(" each").strip(), rest.removesuffix(" each").strip(), real
    if real:
        raise SpecError(f"'real' before '{rest.strip()}'; accepted behind it are M ; A and M each")
    return (rest if rest.startswith("=") else f"both {rest}"), "", False


def parse_formulas(mults: str, adds: str) -> list[ast.Expression]:
    mode = mode_of(mults)
    texts = {"split": [mults, adds], "total": [mults[1:]], "both": [mults[5:]]}[mode]
    return [checks.parse(what, text.strip()) for what, text in zip(WORDS[mode], texts)]


def parse_price(where: str, cells: list[str], unchecked: bool) -> Price:
    if len(cells) != 4:
        raise SpecError(f"a price of {len(cells)} cells; accepted are 4: {CELLS}")
    mults, adds, real = parse_count(cells[1])
    checks.one_of("class", cells[2], CLASSES)
    if not cells[3]:
        raise SpecError(f"the class '{cells[2]}' has no source; accepted is class | source")
    if unchecked and cells[2] != "estimate":
        raise SpecError(f"the class '{cells[2]}' among the unchecked; accepted there is estimate")
    says = cells[3] if not unchecked or NOT_CHECKED in cells[3] else f"{cells[3]}; {NOT_CHECKED} against counted runs"
    formulas = parse_formulas(mults, adds)
    names = frozenset(n.id for f in formulas for n in ast.walk(f) if isinstance(n, ast.Name))
    return Price(where, parse_families(cells[0]), mults, adds, real, cells[2], says, unchecked, formulas, names)


def check_formulas(price: Price, signature: Signature) -> None:
    """By the names of the signature's arguments."""
    names, mode = {a.name for a in signature.args if a.kind in COUNTED} | {"w"}, mode_of(price.mults)
    for what, tree in zip(WORDS[mode], price.formulas):
        formula = checks.Formula(what, names)
        try:
            (formula.pair if mode == "both" else formula.number)(tree.body)
        except SpecError as error:
            others = f"; or, of other kinds, {OTHERS}" if mode == "both" else ""
            raise Placed(f"{price.where}: {error}{others} (the signature at {signature.where})") from error


def spread(prices: list[Price], known: dict[str, set[str]]) -> dict[tuple[str, str], Price]:
    """{(family, prefix): its price}"""
    found: dict[tuple[str, str], Price] = {}
    for price in prices:
        for family, prefixes in price.families:
            if family not in known:
                raise Placed(f"{price.where}: family '{family}' has a price and no signature; accepted is one with a line in "
                             "cost/signatures")
            for prefix in prefixes or sorted(known[family]):
                if prefix not in known[family]:
                    raise Placed(f"{price.where}: family '{family}' has no prefix '{prefix}'; one of "
                                 f"{', '.join(sorted(known[family]))}")
                first = found.setdefault((family, prefix), price)
                if first is not price:
                    raise Placed(f"{price.where}: a second price of '{family}' for prefix '{prefix}'; the first is at "
                                 f"{first.where}")
    return found


def prices_of(signatures: list[Signature], prices: list[Price]) -> list[Price]:
    """The price of each signature."""
    known: dict[str, set[str]] = {}
    for signature in signatures:
        known.setdefault(signature.family, set()).update(signature.prefixes)
    found, own = spread(prices, known), []
    for signature in signatures:
        family, where = signature.family, signature.where
        missing = [p for p in signature.prefixes if (family, p) not in found]
        if missing:
            raise Placed(f"{where}: family '{family}' has a signature and no price for {' '.join(missing)}; accepted is one with a "
                         "line in a card of cost/card")
        different = {found[family, p].where for p in signature.prefixes}
        if len(different) > 1:
            raise Placed(f"{where}: family '{family}' has one signature and several prices, at {', '.join(sorted(different))}; "
                         "accepted is a signature for each")
        own.append(found[family, signature.prefixes[0]])
        check_formulas(own[-1], signature)
    return own
