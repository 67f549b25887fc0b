"""Write the pieces of test_absent.py: a provider of every Fortran name that records the arguments it is called with, and the
table of those names for absent.c: the kinds of their arguments (o option, c characters, i integer, d one that is referenced under
some letters of an option only, a anything else), and those letters.

usage: absent.py PROVIDER.c TABLE.h"""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
from rows import live_under  # noqa: E402
from spec import parse_spec, routines_of  # noqa: E402

LETTERS = {"option": "o", "chars": "c", "dim": "i", "int": "i", "step": "i", "logical": "i", "work": "i", "query": "i", "info": "i"}
PROVIDER = """#include <string.h>
void *absent_seen[64];
int absent_count;
static void record(int count, void **arguments)
{
    memcpy(absent_seen, arguments, count * sizeof *arguments);
    absent_count = count;
}
"""


def kind(row, arg):
    """Of a BLAS routine, and of LAPACK's for small matrices, nothing but arrays may be absent: it reads everything else whatever
    its options."""
    letter = LETTERS.get(arg.kind, "a") if not arg.array else "a"
    if live_under(row, arg):
        return "d"
    return letter.upper() if ("blas.spec" in row.where or row.brief) and arg.kind != "array" else letter


def main():
    provider, table = [PROVIDER], []
    for r in routines_of(parse_spec(ROOT / "cost/routines.spec")[1]):
        if not {"f", "g"} & set(r.row.faces) or r.row.result or any(a.array and a.kind != "array" for a in r.row.args):
            continue
        count = len(r.row.args)
        names = [f"a{i}" for i in range(count)]
        provider.append(f"void {r.name}_({', '.join(f'void *{n}' for n in names)})\n{{\n"
                        f"    record({count}, (void *[]){{{', '.join(names)}}});\n}}")
        live = {kind(r.row, a): live_under(r.row, a)[1] for a in r.row.args if live_under(r.row, a)}
        table.append(f'{{"{r.name}_", "{"".join(kind(r.row, a) for a in r.row.args)}", "{live.get("d", "")}"}},')
    pathlib.Path(sys.argv[1]).write_text("\n".join(provider) + "\n")
    pathlib.Path(sys.argv[2]).write_text("\n".join(table) + "\n")


main()
