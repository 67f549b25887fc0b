"""A line of the spec that is wrong: the generator ends with status 1 and one line, file:line: what, value, what is accepted.
Then the same of rows that were changed at random. usage: test_spec.py [MUTATIONS [SEED]]"""
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

SPEC = [line for name in ("routines.spec", "lapack.spec")
        for line in (ROOT / "cost" / name).read_text(encoding="utf-8").splitlines()]
HEAD = [line for line in SPEC if line.startswith(("scheme ", "kind "))]
ROWS = [line for line in SPEC if line.strip() and not line.startswith(("scheme ", "kind ", "legal ", "writes ", "include ", "#"))]
GOOD = "frob | s d | f c | m n a lda | m*n | m*n | exact, a book"
MANY = " ".join(f"n{i}:dim" for i in range(9))

# A line behind the schemes and kinds: words that the message has, behind file and line
BAD = [
    ("frob | s d | f c | m n a lda | n**2 | 0 | exact, a book", ["formula of mults", "'n ** 2'", "accepted are integers"]),
    ("frob | s d | f c | m n a lda | n*(m | 0 | exact, a book", ["formula of mults", "'n*(m'", "never closed"]),
    ("frob | s d | f c | m n a lda | n) | 0 | exact, a book", ["'n)'", "unmatched"]),
    ("frob | s d | f c | m n a lda | | 0 | exact, a book", ["formula of mults is empty"]),
    ("frob | s d | f c | m n a lda | m*n | | exact, a book", ["formula of adds is empty"]),
    ("frob | s d | f c | m n a lda | m*q | 0 | exact, a book", ["unknown name", "'q'", "one of m, n, w"]),
    ("frob | s d | f c | m n a lda | m*lda | 0 | exact, a book", ["unknown name", "'lda'"]),
    ("frob | s d | f c | m n a lda | gemm(m,n) | 0 | exact, a book", ["unknown function", "'gemm'", "band"]),
    ("frob | s d | f c | m n a lda | band(m,n) | 0 | exact, a book", ["'band(m, n)'", "2 arguments", "takes 4"]),
    ("frob | s d | f c | m n a lda | both band(m,n,0,0) | | exact, a book", ["unknown function", "'band'", "getrf"]),
    ("frob | s d | f c | m n a lda | both getrf(m,n) | m | exact, a book", ["adds are 'm'", "empty cell"]),
    ("frob | s d | f c | m n a lda | = total(m,w) | | exact, a book", ["'m'", "functions of formulas.h that give both"]),
    ("frob | s d | f c | m n a lda | m/n | 0 | exact, a book", ["'m / n'", "positive integer"]),
    ("frob | s d | f c | m n a lda | m/0 | 0 | exact, a book", ["'m / 0'", "positive integer"]),
    ("frob | s d | f c | m n a lda | 0.5*m | 0 | exact, a book", ["'0.5'", "integers below 2^62"]),
    ("frob | s d | f c | m n a lda | m if n | 0 | exact, a book", ["'m if n'", "expected 'else'"]),
    ("frob | s d | f c | m n a lda | m < n < 3 | 0 | exact, a book", ["'m < n < 3'"]),
    ("frob | s d | f c | m n a lda | m.real | 0 | exact, a book", ["'m.real'"]),
    (f"frob | s d | f c | m n a lda | {'m+' * 500}m | 0 | exact, a book", ["nested too deeply"]),
    (f"frob | s d | f c | m n a lda | {'(' * 500}m | 0 | exact, a book", ["cannot be read"]),
    ("frob | s d | f c | m n a lda | m*n | m*n", ["6 cells", "7: family | prefixes"]),
    ("frob", ["1 cells", "7"]),
    ("Frob | s d | f c | m n a lda | m*n | m*n | exact, a book", ["family", "'Frob'", "lower-case"]),
    (" | s d | f c | m n a lda | m*n | m*n | exact, a book", ["family", "''"]),
    ("frob | s q | f c | m n a lda | m*n | m*n | exact, a book", ["unknown prefix", "'q'", "one of -, b, c"]),
    ("frob | s:x | f c | m n a lda | m*n | m*n | exact, a book", ["unknown prefix", "'s:x'"]),
    ("frob | s s | f c | m n a lda | m*n | m*n | exact, a book", ["prefix 's' stands twice"]),
    ("frob | | f c | m n a lda | m*n | m*n | exact, a book", ["no prefix"]),
    ("frob | s d | | m n a lda | m*n | m*n | exact, a book", ["no face"]),
    ("frob | s d | f x | m n a lda | m*n | m*n | exact, a book", ["face", "'x'", "f, g, c"]),
    ("frob | s d | f g | m n a lda | m*n | m*n | exact, a book", ["'f' and 'g'", "one of them"]),
    ("frob | s d | f c | m n lda frobs | m*n | m*n | exact, a book", ["unknown argument", "'frobs'", "frobs:KIND"]),
    ("frob | s d | f c | m n:size a lda | m*n | m*n | exact, a book", ["unknown kind", "'size'", "dim"]),
    ("frob | s d | f c | m n m | m*n | m*n | exact, a book", ["argument 'm' stands twice"]),
    ("frob | s d | f c | m n int:dim | m*n | m*n | exact, a book", ["argument", "'int'", "word of C"]),
    ("frob | s d | f c | m[] n[] | m*n | m*n | exact, a book", ["'group_count'", "'group_size[]'"]),
    ("frob | s d | f c | m n a lda -> number | m*n | m*n | exact, a book", ["unknown result", "'number'", "int, real, scalar"]),
    (f"frob | s d | f c | {MANY} | n0 | 0 | exact, a book", ["9 dimensions", "accepted are 8"]),
    ("frob | s d | f c | m n a lda | m*n | m*n | certain, a book", ["unknown class", "'certain'", "estimate, exact, leading"]),
    ("frob | s d | f c | m n a lda | m*n | m*n | exact", ["'exact'", "no source"]),
    ('frob | s d | f c | m n a lda | m*n | m*n | exact, "a book"', ["'\"'", "without \" and \\"]),
    ("frob | s d | f c | m n a lda | m*n | m*n | exact, a\0book", ["'\\x00'", "printable"]),
    ("kind size | p", ["unknown kind", "'size'", "dim"]),
    ("kind dim", ["'kind' without |", "kind KIND | ARGUMENTS"]),
    ("kind dim | N", ["argument", "'N'", "lower-case"]),
    ("scheme x any | {n}_", ["unknown face", "'x'", "c, e, f, g"]),
    ("scheme fg any | {n}_", ["unknown face", "'fg'", "c, e, f, g"]),
    ("scheme f 32 | {n}_", ["unknown width", "'32'", "64, any"]),
    ("scheme f any | {name}_", ["spelling", "'{name}_'", "{n} or {N}"]),
    ("scheme f | {n}_", ["'f'", "scheme FACE WIDTH"]),
    ("include nowhere.spec", ["cannot read", "nowhere.spec", "No such file"]),
    ("include spec", ["includes itself"]),
    ("legal frobs | a: m, n", ["'legal' of family 'frobs'", "no row"]),
    ("legal frob | a: m", ["'a: m'", "rows, columns"]),
    ("legal frob | b: m, n", ["leading dimension", "'ldb'", "lda"]),
    ("legal frob | a: k, n", ["argument in 'legal' of frob", "'k'", "m, n"]),
    ("legal frob | trans: XY, N", ["letters 'XY'", "N and then any of TCR"]),
    ("writes frob | a: junk m", ["content of an output", "'junk'", "index, nan"]),
    ("writes frob | a: nan m, n, k", ["3 sizes of a", "one, or of nan"]),
    ("writes frob | a: nan k, n", ["'writes' of frob", "'k'"]),
    ("writes frob | a: nan m**2", ["'m ** 2'", "size of a"]),
    (GOOD, ["second row for routine 'sfrob'", "first is at"]),
]
TOKENS = ("**", "(", ")", "[]", ":", "|", '"', "\\", "\0", "\x0b", "é", "w", "n", "0", "1.5", "None", "f(n)", "getrf(m)", "=",
          "both ", "->", "-> real", "if", "/0", "/n", "d", ":r", ":sub", "+x", "e", "g", "uplo", "group_count", "int", "exact",
          ",", "{n}", "{x}", "any", "#", "()", "not n", "n[0]", "a.b(n)", "min(*n)", "'NN'",
          "include ", "kind ", "legal ", "writes ", "scheme ", "nan", "\t",
          "-" * 300, "(" * 300, "n+" * 300 + "n", "lambda: 0", "f'{n}'", "(x:=1)", "yield", "...", "1j", "~m", "m@n", "m<n<k")


def complaint(path):
    """What the generator says of the file."""
    try:
        gen_wrappers.generate(str(path), 1)
    except SpecError as error:
        return str(error)
    raise AssertionError(f"{path} is taken for right:\n{path.read_text(encoding='utf-8')[-200:]}")


def check_as_run(folder):
    """As make runs it: status 1, one line, nothing written; a right spec is status 0."""
    path, out = folder / "spec", folder / "out"
    for row, status in ((BAD[0][0], 1), (GOOD, 0)):
        path.write_text("\n".join([*HEAD, row]), encoding="utf-8")
        done = subprocess.run([sys.executable, GENERATOR, path, out, "1"], capture_output=True, text=True, check=False)
        lines = done.stderr.splitlines()
        assert (done.returncode, len(lines), out.exists()) == (status, status, status == 0), (done.returncode, done.stderr)
        assert status == 0 or lines[0].startswith(f"gen_wrappers.py: {path}:{len(HEAD) + 1}: "), lines


def check_bad_lines(folder):
    path = folder / "spec"
    for line, words in BAD:
        other = line.startswith(("frob", "Frob", " |")) and line != GOOD
        path.write_text("\n".join([*HEAD, "# a comment" if other else GOOD, line, ""]), encoding="utf-8")
        said = complaint(path)
        for word in [f"{path}:{len(HEAD) + 2}: ", *words]:
            assert word in said, f"{line!r}\n  says  {said}\n  lacks {word!r}"
    path.write_bytes("\n".join([*HEAD, GOOD]).encode() + b"\n# caf\xe9\n")
    assert f"{path}:{len(HEAD) + 2}: the byte 0xe9" in complaint(path)
    path.write_text("# nothing\n", encoding="utf-8")
    assert "no rows" in complaint(path)
    said = complaint(folder / "nowhere")
    assert f"cannot read '{folder}/nowhere': No such file" in said, said
    assert "Is a directory" in complaint(folder)


def mutated(text, rng):
    """The line with a token put in, letters cut out, a cell replaced or dropped, or a cell of another row."""
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
        cells[cell] = (rng.choice(ROWS).split("|") * 2)[cell]
    return "|".join(cells)


def check_mutations(folder, count, seed):
    """Whatever the rows say, the generator makes its files or says file and line."""
    path, rng, refused = folder / "spec", random.Random(seed), 0
    for _ in range(count):
        row = rng.choice(ROWS)
        family = row.split("|")[0].strip()
        rules = [f"{line.split()[0]} {family} |{line.split('|', 1)[1]}" for line in SPEC
                 if line.startswith(("legal ", "writes ")) and family in line.split("|")[0].split()]
        lines = [*HEAD, *rules, *[r for r in ROWS if r.split("|")[0].strip() == family]]
        for _ in range(rng.choice((1, 1, 2, 3))):
            place = rng.randrange(len(lines)) if rng.random() < 0.1 else rng.randrange(len(HEAD), len(lines))
            lines[place] = mutated(lines[place], rng)
        path.write_text("\n".join(lines), encoding="utf-8")
        try:
            gen_wrappers.generate(str(path), 1)
        except SpecError as error:
            refused += 1
            assert str(error).startswith(f"{path}:") and "\n" not in str(error), f"{error}\n{lines[len(HEAD):]}"
        except Exception as error:
            raise AssertionError(f"a traceback for {lines[len(HEAD):]} (seed {seed})") from error
    assert refused > count // 2, f"{refused} of {count} were refused"


def main():
    count, seed = [*map(int, sys.argv[1:3]), *(200, 7)[len(sys.argv) - 1:]]
    with tempfile.TemporaryDirectory() as name:
        check_as_run(pathlib.Path(name))
        check_bad_lines(pathlib.Path(name))
        check_mutations(pathlib.Path(name), count, seed)


main()
