"""The words below a card say what its functions count: where a line there is two formulas, products; sums, they give the prices of
tests/prices.golden, which unit.prices holds the functions to. Words that are no formulas are nobody's but the reader's."""
import ast
import fractions
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
from rows import mode_of  # noqa: E402
from spec import parse_spec, routines_of  # noqa: E402

HEAD = re.compile(r"#   (\S.*?)  +(\S.*)")
CALL = re.compile(r"(\w+)\(([\w,]+)\)")
LINE = re.compile(r"(?:(m >= n|m < n|L|R): +)?([^;:,]+)(?:,[^;]*)?; ([^;:,]+)(?:[:,;].*)?")
FORMULA = re.compile(r"(?:\d+|[a-z](?![a-z])|[-+*/^() ])+")
WHEN = {None: lambda a: a.get("side") != "R", "m >= n": lambda a: a["m"] >= a["n"], "m < n": lambda a: a["m"] < a["n"],
        "L": lambda a: a["side"] == "L", "R": lambda a: a["side"] == "R"}
FEWEST = 100  # prices that are worked out anew


def parsed(formula):
    """Python of `n (n + 1)/2`: what stands side by side is multiplied."""
    tokens, text = re.findall(r"\d+|[a-z]+|[-+*/^()]", formula), []
    for token in tokens:
        if text and (token.isalnum() or token == "(") and (text[-1].isalnum() or text[-1] == ")"):
            text.append("*")
        text.append("**" if token == "^" else token)
    return compile("".join(f"F({t})" if t.isdigit() and text[i - 1] != "**" else t for i, t in enumerate(text)), "words", "eval")


def read_words():
    """{function: [(place, its arguments, when, products, sums)]}"""
    words, calls = {}, []
    for path in sorted((ROOT / "cost/card").glob("*.card")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            head = HEAD.fullmatch(line)
            calls = CALL.findall(head[1]) if head and not line.startswith("#    ") else calls if line.startswith("#    ") else []
            found = LINE.fullmatch(head[2] if head and not line.startswith("#    ") else line[1:].strip())
            if found and FORMULA.fullmatch(found[2]) and FORMULA.fullmatch(found[3]):
                for name, args in calls:
                    entry = (f"{path}:{number}", args.split(","), WHEN[found[1]], parsed(found[2]), parsed(found[3]))
                    words.setdefault(name, []).append(entry)
    return words


def letters(args):
    """What the letters of the words stand for, beside the arguments."""
    m, n = args.get("m", 0), args["n"]
    k = args["k"] if "k" in args else min(args["kd"], n - 1) if "kd" in args else min(m or n, n)
    h = args.get("ihi", n) - args.get("ilo", 1) + 1
    return {"k": k, "l": max(m, n), "h": h, "b": (n - h) * h * (h - 1), "g": k * (6 * m * n + k * (2 * k - 3 * m - 3 * n))} | args


def worked_out(call, given, words, field):
    """[(place, FLOPs)] of a function's call, by the words."""
    values = [eval(compile(ast.Expression(a), "call", "eval"), {"min": min, "max": max}, dict(given)) for a in call.args]
    for place, names, when, products, sums in words.get(call.func.id, []):
        args = dict(zip(names, values))
        if not when(args):
            continue
        mults, adds = (eval(f, {"F": fractions.Fraction}, letters(args)) for f in (products, sums))
        yield place, (6 * mults + 2 * adds if field == "c" else mults + adds)


def main():
    routines = {r.name: r for r in routines_of(parse_spec(ROOT / "cost/routines.spec")[1])}
    words, checked, wrong = read_words(), 0, []
    for line in (ROOT / "tests/prices.golden").read_text(encoding="utf-8").splitlines():
        call, _, price = line.partition(" | ")
        name, *pairs = call.split()
        row = routines[name].row if name in routines else None
        count = row.price.formulas[0].body if row else None
        if row is None or mode_of(row.price.mults) != "both" or not isinstance(count, ast.Call):
            continue
        given = {"side": "L", "diag": "N"} | {k: int(v) if v.isdigit() else v for k, _, v in (p.partition("=") for p in pairs)}
        read = {n.id for a in count.args for n in ast.walk(a) if isinstance(n, ast.Name)} - {"min", "max"}
        if given["diag"] == "U" or not read <= set(given):
            continue
        for place, flops in worked_out(count, given, words, routines[name].field):
            checked += 1
            if abs(flops - int(price.split()[0])) > 8:  # divisions truncate
                wrong.append(f"{place}: of {call} the words make {float(flops)}, the price is {price}")
    if checked < FEWEST:
        wrong.append(f"{checked} prices were worked out by the words of the cards; at least {FEWEST} are expected")
    print("\n".join(wrong) or f"{checked} prices by {len(words)} functions")
    sys.exit(bool(wrong))


main()
