#!/usr/bin/env python3
"""C for cost/movement.card: what the calls of a routine at least touch, by the dimensions and options that they are known by.

usage: gen_movement.py cost/routines.spec cost/movement.card OUTPUT"""
from __future__ import annotations

import ast
import pathlib
import sys

import checks
from card import parse_families
from checks import Placed, SpecError
from formulas import checked
from gen_wrappers import write
from rows import Row, dims_of, option_places
from spec import cells_of, parse_spec, routines_of

OPTION, UNKNOWN = "option", 0


def rules_of(card: str) -> dict[str, tuple[str, ast.Expression]]:
    """{family: (where it stands, its formula)}"""
    rules: dict[str, tuple[str, ast.Expression]] = {}
    for number, cells in cells_of(card, is_card=True):
        where = f"{card}:{number}"
        try:
            if len(cells) != 2:
                raise SpecError(f"a rule of {len(cells)} cells; accepted are 2: families | numbers")
            formula = checks.parse("the numbers", cells[1])
            for family, prefixes in parse_families(cells[0]):
                if prefixes:
                    raise SpecError(f"a rule for a part of family '{family}'; accepted is one for all of it")
                first = rules.setdefault(family, (where, formula))
                if first[0] != where:
                    raise SpecError(f"a second rule of '{family}'; the first is at {first[0]}")
        except SpecError as error:
            raise Placed(f"{where}: {error}") from error
    return rules


def values_of(row: Row) -> list[tuple[str, str]]:
    """[(name, kind)] of the values of a shape, in its order."""
    kinds = {a.name: a.kind for a in row.args}
    names = [name for name, _ in dims_of(row)[0] + option_places(row)]
    return [(name, OPTION if kinds[name] == "option" else "size") for name in names]


def function_of(row: Row, where: str, formula: ast.Expression) -> str:
    """The body of the C function; what a row does not know cannot stand in its rule."""
    values = values_of(row)
    try:
        checks.Formula("the numbers", {name for name, _ in values}).number(formula.body)
    except SpecError as error:
        raise Placed(f"{where}: {error} (the signature at {row.where})") from error
    used = {node.id for node in ast.walk(formula) if isinstance(node, ast.Name)}
    lines = [f"    const {'int64_t' if kind == OPTION else 'count_t'} {name} = value[{i}];"
             for i, (name, kind) in enumerate(values) if name in used]
    return "\n".join([*lines, f"    return {checked(formula)};"])


def generate(spec: str, card: str) -> list[str]:
    routines = routines_of(parse_spec(spec)[1])
    rules = rules_of(card)
    functions: dict[str, int] = {}
    places = []
    known = {r.row.family for r in routines}
    for family, (where, _) in rules.items():
        if family not in known:
            raise Placed(f"{where}: family '{family}' has no signature; accepted is one with a line in cost/signatures")
    for r in routines:
        rule = rules.get(r.row.family)
        body = function_of(r.row, *rule) if rule else ""
        places.append(functions.setdefault(body, len(functions) + 1) if rule else UNKNOWN)
    out = ["/* generated from movement.card by gen_movement.py; do not edit */", '#include "movement_rules.h"',
           '#include "formulas.h"', ""]
    for body, number in functions.items():
        out.append(f"static count_t rule_{number}(const int64_t *value)\n{{\n{body}\n}}\n")
    out += [f"const uint16_t movement_rules[] = {{{','.join(map(str, places))}}};", "",
            "count_t movement_numbers(unsigned rule, const int64_t *value)\n{\n    switch (rule) {"]
    out += [f"    case {number}: return rule_{number}(value);" for number in functions.values()]
    return [*out, "    default: return 0;\n    }\n}"]


def main() -> None:
    try:
        spec, card, output = sys.argv[1:]
        write(pathlib.Path(output), generate(spec, card))
    except ValueError:
        sys.exit(f"gen_movement.py: arguments '{' '.join(sys.argv[1:])}'; accepted are SPEC CARD OUTPUT")
    except (SpecError, OSError) as error:
        sys.exit(f"gen_movement.py: {error}")


if __name__ == "__main__":
    main()
