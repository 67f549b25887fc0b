"""A line of the spec that is wrong: the generator ends with status 1 and one line, file:line: what, value, what is accepted.
Then the same of lines that were changed at random. usage: test_spec.py [MUTATIONS [SEED]]"""
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GENERATOR = ROOT / "scripts/gen_wrappers.py"
sys.path.insert(0, str(GENERATOR.parent))
import gen_wrappers  # noqa: E402
from checks import SpecError  # noqa: E402
from spec import cells_of  # noqa: E402

FILES = [ROOT / "cost/routines.spec", *sorted((ROOT / "cost/signatures").glob("*.spec"))]
SPEC = [" | ".join(cells) for path in FILES for _, cells in cells_of(path, False)]
PRICES = [cells for path in sorted((ROOT / "cost/card").glob("*.card")) for _, cells in cells_of(path, True) if len(cells) > 1]
RULES = ("legal ", "brief ", "writes ", "idle ", "makes ", "runs ", "sets ", "drops ")
HEAD = [line for line in SPEC if line.startswith(("scheme ", "kind "))] + ["include the.card"]
SIGNATURES = [line for line in SPEC if not line.startswith(("scheme ", "kind ", "include ", "topic ", *RULES))]
GOOD = "frob | s d | f c | m n a lda"
PRICE = "frob | m*n each | exact | a book"
MANY = " ".join(f"n{i}:dim" for i in range(9))

# A line behind the schemes and kinds, with a price that is right: words that the message has, behind file and line
BAD = [
    ("frob | s d | f c", ["3 cells", "4: family | prefixes"]),
    ("frob", ["1 cells", "4"]),
    ("frob | s d | f c | m n a lda | m*n", ["5 cells", "4: family"]),
    ("Frob | s d | f c | m n a lda", ["family", "'Frob'", "lower-case"]),
    ("| s d | f c | m n a lda", ["family", "''"]),
    ("frob | s q | f c | m n a lda", ["unknown prefix", "'q'", "one of -, b, c"]),
    ("frob | s:r | f c | m n a lda", ["unknown prefix", "'s:r'"]),
    ("frob | s s | f c | m n a lda", ["prefix 's' stands twice"]),
    ("frob | | f c | m n a lda", ["no prefix"]),
    ("frob | s d | | m n a lda", ["no face"]),
    ("frob | s d | f x | m n a lda", ["face", "'x'", "d, f, g, c"]),
    ("frob | s d | f g | m n a lda", ["'f' and 'g'", "one of them"]),
    ("frob | s d | f c | m n lda frobs", ["unknown argument", "'frobs'", "frobs:KIND"]),
    ("frob | s d | f c | m n:size a lda", ["unknown kind", "'size'", "dim"]),
    ("frob | s d | f c | m n m", ["argument 'm' stands twice"]),
    ("frob | s d | f c | m n int:dim", ["argument", "'int'", "word of C"]),
    ("frob | s d | f c | m[] n[]", ["'group_count'", "'group_size[]'"]),
    ("frob | s d | f c | m n a lda -> number", ["unknown result", "'number'", "int, real, scalar"]),
    (f"frob | s d | f c | m n {MANY}", ["11 dimensions", "accepted are 8"]),
    ("kind size | p", ["unknown kind", "'size'", "dim"]),
    ("kind dim", ["'kind' without |", "kind KIND | ARGUMENTS"]),
    ("kind dim | N", ["argument", "'N'", "lower-case"]),
    ("scheme x any | {n}_", ["unknown face", "'x'", "c, d, e, f, g, p, q, r"]),
    ("scheme fg any | {n}_", ["unknown face", "'fg'", "c, d, e, f, g, p, q, r"]),
    ("scheme f 32 | {n}_", ["unknown width", "'32'", "64, any"]),
    ("scheme f any | {name}_", ["spelling", "'{name}_'", "{n} or {N}"]),
    ("scheme f | {n}_", ["'f'", "scheme FACE WIDTH"]),
    ("topic ode", ["unknown topic 'ode'", "blas, dnn, fft, lapack"]),
    ("topic", ["unknown topic ''", "blas, dnn, fft, lapack"]),
    ("include nowhere.spec", ["cannot read", "nowhere.spec", "No such file"]),
    ("include spec", ["includes itself"]),
    ("legal frobs | a: m, n", ["'legal' of family 'frobs'", "no signature"]),
    ("legal frob | a: m", ["'a: m'", "rows, columns"]),
    ("legal frob | b: m, n", ["leading dimension", "'ldb'", "lda"]),
    ("legal frob | a: k, n", ["argument in 'legal' of frob", "'k'", "m, n"]),
    ("legal frob | trans: XY, N", ["letters 'XY'", "N and then any of TCR"]),
    ("legal frob frob | a: m, n", ["family 'frob' stands twice"]),
    ("brief frobs | n ; n | a: m, n", ["'brief' of family 'frobs'", "no signature"]),
    ("brief frob | n | a: m, n", ["additions is empty"]),
    ("brief frob | n*n*n*n ; n | a: m, n", ["'n * n * n * n' as multiplications", "degree 3 at most"]),
    ("brief frob | min(m,n) ; n | a: m, n", ["'min(m, n)'", "degree 3 at most"]),
    ("brief frob | n ; k | a: m, n", ["additions in 'brief' of frob", "unknown name", "'k'", "m, n"]),
    ("brief frob | n ; n", ["'brief' of frob, which has lda", "a matrix for each leading dimension"]),
    ("brief frob | n ; n | if m = n | a: m, n", ["the test", "'m = n'"]),
    ("brief frob | n ; n | b: m, n", ["leading dimension in 'brief' of frob", "'ldb'", "lda"]),
    ("writes frob | a: junk m", ["content of an output", "'junk'", "index, nan"]),
    ("writes frob | a: nan m, n, k", ["3 sizes of a", "one, or of nan"]),
    ("writes frob | a: nan k, n", ["'writes' of frob", "'k'"]),
    ("writes frob | a: nan m**2", ["'m ** 2'", "size of a"]),
    (GOOD, ["second signature of routine 'sfrob'", "first is at"]),
    ("makes frob | plan | p | n0 sizes", ["letter ''", "upper-case letter, behind ->"]),
    ("makes frob | plan | p -> C", ["1 families and 2 cells", "makes FAMILY | NAMES"]),
    ("makes frob | plan | p | n0 frobs -> C", ["unknown argument 'frobs'", "'kind' line"]),
    ("makes frob | | p | n0 -> C", ["no name"]),
    ("makes frob frob | plan | p | n0 -> C", ["family 'frob' stands twice"]),
    ("makes | plan | p | n0 -> C", ["0 families", "makes FAMILY"]),
    ("makes frob | plan | p | sizes rank -> C", ["'sizes'", "no rank before it", "rank or howmany_rank"]),
    ("runs frob | execute | c", ["unknown face 'c'", "p, q, r"]),
    ("runs frob | execute | p -> C", ["status 'C'", "a number", "a lower-case word"]),
    ("runs frob | exec-ute | p", ["name 'exec-ute'", "letters, digits"]),
    ("sets frob | set | p", ["file ''", "lower-case word, behind ->"]),
    ("drops frob | destroy | p -> 1", ["'-> 1' in 'drops'", "drops FAMILY"]),
    ("drops frobs | destroy | p", ["'makes' of family 'frobs'", "no signature"]),
    ("drops frob | destroy | p", ["planned work", "faces f c", "accepted is -"]),
    ("frob | s d | - | m n a lda", ["face - and no planned work", "'runs'"]),
    ("fro | s d | f c | m n a lda", ["family 'fro' has a signature and no price for s d", "a card of cost/card"]),
    ("frob | c z | f c | m n a", ["family 'frob' has a signature and no price for c z"]),
]

# A line of a card, with a signature that is right
BAD_PRICES = [
    ("frob | n**2 ; 0 | exact | a book", ["formula of mults", "'n ** 2'", "accepted are integers"]),
    ("frob | n*(m ; 0 | exact | a book", ["formula of mults", "'n*(m'", "never closed"]),
    ("frob | n) each | exact | a book", ["'n)'", "unmatched"]),
    ("frob | | exact | a book", ["the count is empty", "M each"]),
    ("frob | ; 0 | exact | a book", ["formula of mults is empty"]),
    ("frob | m*n ; | exact | a book", ["formula of adds is empty"]),
    ("frob | = | exact | a book", ["formula of the total is empty"]),
    ("frob | m*q ; 0 | exact | a book", ["unknown name", "'q'", "one of m, n, w", "the signature at"]),
    ("frob | 0 ; m*lda | exact | a book", ["formula of adds", "unknown name", "'lda'"]),
    ("frob | gemm(m,n) each | exact | a book", ["unknown function", "'gemm'", "band"]),
    ("frob | band(m,n) each | exact | a book", ["'band(m, n)'", "2 arguments", "takes 4"]),
    ("frob | band(m,n,0,0) | exact | a book", ["unknown function in the count", "'band'", "getrf"]),
    ("frob | m*n | exact | a book", ["'n' in the count", "functions of formulas.h that give both", "M ; A"]),
    ("frob | real getrf(m,n) | exact | a book", ["'real' before 'getrf(m,n)'", "M each"]),
    ("frob | real = m*n | exact | a book", ["'real' before '= m*n'", "M each"]),
    ("frob | = total(m,w) | exact | a book", ["'m'", "functions of formulas.h that give both"]),
    ("frob | m/n ; 0 | exact | a book", ["'m / n'", "positive integer"]),
    ("frob | m/0 ; 0 | exact | a book", ["'m / 0'", "positive integer"]),
    ("frob | 0.5*m each | exact | a book", ["'0.5'", "integers below 2^62"]),
    ("frob | m if n ; 0 | exact | a book", ["'m if n'", "expected 'else'"]),
    ("frob | m < n < 3 ; 0 | exact | a book", ["'m < n < 3'"]),
    ("frob | m.real ; 0 | exact | a book", ["'m.real'"]),
    (f"frob | {'m+' * 500}m ; 0 | exact | a book", ["nested too deeply"]),
    (f"frob | {'(' * 500}m ; 0 | exact | a book", ["cannot be read"]),
    ("frob | m*n each | exact", ["3 cells", "4: families | count"]),
    ("frob | m*n each | certain | a book", ["unknown class", "'certain'", "estimate, exact, leading"]),
    ("frob | m*n each | exact |", ["'exact'", "no source"]),
    ('frob | m*n each | exact | "a book"', ["'\"'", "without \" and \\"]),
    ("frob | m*n each | exact | a\0book", ["'\\x00'", "printable"]),
    ("Frob | m*n each | exact | a book", ["family", "'Frob'", "lower-case"]),
    ("| m*n each | exact | a book", ["no family"]),
    ("frob frob | m*n each | exact | a book", ["family 'frob' stands twice"]),
    ("frob/q | m*n each | exact | a book", ["unknown prefix of 'frob'", "'q'", "one of -, b"]),
    ("frob/s,c | m*n each | exact | a book", ["family 'frob' has no prefix 'c'", "one of d, s"]),
    ("frob/s,s | m*n each | exact | a book", ["prefix 's' stands twice"]),
    ("frobs | m*n each | exact | a book", ["family 'frobs' has a price and no signature", "cost/signatures"]),
    ("frob frobs | m*n each | exact | a book", ["family 'frobs' has a price and no signature"]),
    ("  frob | m*n each | exact | a book", ["goes on with no line"]),
]

# Whole cards, the line that is wrong, and words of the message
BAD_CARDS = [
    ([PRICE, PRICE], 2, ["second price of 'frob' for prefix 'd'", "first is at", "the.card:1"]),
    ([PRICE, "frob/d | m each | exact | a book"], 2, ["second price of 'frob' for prefix 'd'", "first is at"]),
    (["unchecked", PRICE], 2, ["class 'exact' among the unchecked", "estimate"]),
    (["unchecked", "", "frob | m*q each | estimate", "  | | | a book"], 3, ["'q'"]),
    (["frob | m*n", "  | + m*q each | exact | a book"], 1, ["'q'"]),
]
TOKENS = ("**", "(", ")", "[]", ":", "|", '"', "\\", "\0", "\x0b", "é", "w", "n", "0", "1.5", "None", "f(n)", "getrf(m)", "=",
          "real ", ";", " each", "->", "-> real", "if", "/0", "/n", "/s", "d", ":sub", "+x", "e", "g", "uplo", "group_count", "int",
          "exact", ",", "{n}", "{x}", "any", "unchecked", "  ",
          "#", "()", "not n", "n[0]", "a.b(n)", "min(*n)", "'NN'", "include ", "kind ", "legal ", "writes ", "scheme ", "nan", "\t",
          "brief ", "makes ", "sizes", "p", "-> C",
          "-" * 300, "(" * 300, "n+" * 300 + "n", "lambda: 0", "f'{n}'", "(x:=1)", "yield", "...", "1j", "~m", "m@n", "m<n<k")


def write(folder, lines, prices):
    """The spec, and the card that it includes."""
    (folder / "the.card").write_text("\n".join([*prices, ""]), encoding="utf-8")
    (folder / "spec").write_text("\n".join([*HEAD, *lines, ""]), encoding="utf-8")
    return folder / "spec"


def complaint(path):
    """What the generator says of the file."""
    try:
        gen_wrappers.generate(str(path), 1)
    except SpecError as error:
        return str(error)
    raise AssertionError(f"{path} is taken for right:\n{path.read_text(encoding='utf-8')[-200:]}")


def check_says(path, place, words, what):
    said = complaint(path)
    for word in [f"{place}: ", *words]:
        assert word in said, f"{what!r}\n  says  {said}\n  lacks {word!r}"


def check_as_run(folder):
    """As make runs it: status 1, one line, nothing written; a right spec is status 0."""
    out = folder / "out"
    for line, status in ((BAD[0][0], 1), (GOOD, 0)):
        path = write(folder, [line], [PRICE])
        done = subprocess.run([sys.executable, GENERATOR, path, out, "1"], capture_output=True, text=True, check=False)
        lines = done.stderr.splitlines()
        assert (done.returncode, len(lines), out.exists()) == (status, status, status == 0), (done.returncode, done.stderr)
        assert status == 0 or lines[0].startswith(f"gen_wrappers.py: {path}:{len(HEAD) + 1}: "), lines


def check_bad_lines(folder):
    for line, words in BAD:
        other = line.startswith(("frob", "Frob", "|")) and line != GOOD and "c z" not in line
        price = PRICE.replace("frob", "frob/s,d")
        path = write(folder, ["# a comment" if other else GOOD, line], [price])
        check_says(path, f"{path}:{len(HEAD) + 2}", words, line)


def check_bad_prices(folder):
    card = folder / "the.card"
    for line, words in BAD_PRICES:
        check_says(write(folder, [GOOD], ["# a comment", line]), f"{card}:2", words, line)
    for lines, number, words in BAD_CARDS:
        check_says(write(folder, [GOOD], lines), f"{card}:{number}", words, lines)
    two = ["frob/s | m each | exact | a book", "frob/d | n each | exact | a book"]
    path = write(folder, [GOOD], two)
    words = ["one signature and several prices", f"{card}:1, {card}:2", "a signature for each"]
    check_says(path, f"{path}:{len(HEAD) + 1}", words, two)


def check_bad_files(folder):
    path = folder / "spec"
    path.write_bytes("\n".join([*HEAD, GOOD]).encode() + b"\n# caf\xe9\n")
    assert f"{path}:{len(HEAD) + 2}: the byte 0xe9" in complaint(path)
    path.write_text("# a comment\n  frob | s d\n", encoding="utf-8")
    assert f"{path}:2: 'frob | s d' goes on with no line" in complaint(path)
    path.write_text("# nothing\n", encoding="utf-8")
    assert "no signatures" in complaint(path)
    said = complaint(folder / "nowhere")
    assert f"cannot read '{folder}/nowhere': No such file" in said, said
    assert "Is a directory" in complaint(folder)


def check_unchecked(folder):
    """What stands under `unchecked` says so in its source, once."""
    prices = ["unchecked", "frob/s | m*n each | estimate | a guess", "frob/d | m*n each | estimate | a guess, not checked apart"]
    path = write(folder, [line.replace("s d", p) for line in [GOOD] for p in "sd"], prices)
    rows = gen_wrappers.parse_spec(path)[1]
    sources = ["a guess; not checked against counted runs", "a guess, not checked apart"]
    assert [r.price.source for r in rows] == sources and all(r.price.unchecked for r in rows), [r.price for r in rows]


def mutated(text, rng, others):
    """The line with a token put in, letters cut out, a cell replaced or dropped, or a cell of another line."""
    place, kind, cells = rng.randrange(len(text) + 1), rng.randrange(5), text.split("|")
    cell = rng.randrange(len(cells))
    if kind == 0:
        return text[:place] + rng.choice(TOKENS) + text[place:]
    if kind == 1:
        return text[:place] + text[place + rng.randrange(1, 6):]
    if kind == 2:
        cells[cell] = f" {rng.choice(TOKENS)} "
    elif kind == 3:
        del cells[cell]
    else:
        cells[cell] = (rng.choice(others).split("|") * 3)[cell]
    return "|".join(cells)


def lines_of_family(family):
    """Its signatures and rules, and its prices."""
    rules = [f"{line.split()[0]} {family} |{line.split('|', 1)[1]}" for line in SPEC
             if line.startswith(RULES) and family in line.split("|")[0].split()]
    prices = [" | ".join([word, *cells[1:]]) for cells in PRICES for word in cells[0].split() if word.split("/")[0] == family]
    return [*rules, *[line for line in SIGNATURES if line.split("|")[0].strip() == family]], prices


def check_mutations(folder, count, seed):
    """Whatever the lines say, the generator makes its files or says file and line."""
    rng, refused = random.Random(seed), 0
    others = [*SIGNATURES, *[" | ".join(cells) for cells in PRICES]]
    for _ in range(count):
        lines, prices = lines_of_family(rng.choice(SIGNATURES).split("|")[0].strip())
        for _ in range(rng.choice((1, 1, 2, 3))):
            mine = rng.choice((lines, prices))
            place = rng.randrange(len(mine))
            mine[place] = mutated(mine[place], rng, others)
        path = write(folder, lines, prices)
        try:
            gen_wrappers.generate(str(path), 1)
        except SpecError as error:
            refused += 1
            assert str(error).startswith(str(folder)) and "\n" not in str(error), f"{error}\n{lines}\n{prices}"
        except Exception as error:
            raise AssertionError(f"a traceback for {lines}, {prices} (seed {seed})") from error
    assert refused > count // 2, f"{refused} of {count} were refused"


def main():
    count, seed = [*map(int, sys.argv[1:3]), *(200, 7)[len(sys.argv) - 1:]]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        check_as_run(folder)
        check_bad_lines(folder)
        check_bad_prices(folder)
        check_bad_files(folder)
        check_unchecked(folder)
        check_mutations(folder, count, seed)


main()
