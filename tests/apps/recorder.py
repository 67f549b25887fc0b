"""Write log_blas.c, a second preload that stands behind flopshim, in the place of the provider, and writes one line for each
outermost call to the file LOG_BLAS: an oracle that shares nothing with the shim. Prices its lines, too.

usage: recorder.py OUTPUT.c"""
import pathlib
import sys

import families

PREAMBLE = """#define _GNU_SOURCE
#include <complex.h>
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
typedef int32_t INT;

static FILE *out;
static __thread int depth;

static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!out && getenv("LOG_BLAS"))
        out = fopen(getenv("LOG_BLAS"), "a");
    if (!found || !out)
        abort();
    return found;
}

static int letter(int code)
{
    return code == 111 || code == 112 || code == 113 ? "NTC"[code - 111] : code == 121 ? 'U' : code == 122 ? 'L'
         : code == 131 ? 'N' : code == 132 ? 'U' : code == 141 ? 'L' : code == 142 ? 'R' : '?';
}
"""


def is_zero(name, kind, letter, argument):
    """C that is 1 where this alpha is 0."""
    if "*" not in kind:
        return f"{name} == 0"
    parts = range(2 if letter in "cz" and argument == "al" else 1)
    return " && ".join(f"((const {'double' if letter in 'dz' else 'float'} *){name})[{i}] == 0" for i in parts)


def wrapper(name, letter, arguments, result, face):
    layouts = face == "c" and set(arguments) & set("ABCP")
    types, formats, shown = (["int"], ["%d"], ["p0"]) if layouts else ([], ["0"], [])
    for argument in arguments:
        more, _ = families.pieces(argument, letter, face, 0)
        for kind in more:
            here = f"p{len(types)}"
            if argument in families.LETTERS:
                formats, shown = formats + ["%c"], shown + [f"*{here}" if face == "f" else f"letter({here})"]
            elif kind in ("const INT *", "INT"):
                formats, shown = formats + ["%d"], shown + [f"*{here}" if face == "f" else here]
            elif argument in ("al", "ar"):
                formats, shown = formats + ["%d"], shown + [is_zero(here, kind, letter, argument)]
            types.append(kind)
    symbol, returns = (f"{name}_" if face == "f" else f"cblas_{name}"), families.returned(name, letter, result, face)
    if result == "sub" and face == "c":
        symbol, types, returns = symbol + "_sub", types + ["void *"], "void"
    if face == "f":
        types += ["size_t"] * sum(a in families.LETTERS for a in arguments)
    passed = ", ".join(f"p{i}" for i in range(len(types)))
    value, end = ("", "    depth--;\n}") if returns == "void" else (f"{returns} r = ", "    depth--;\n    return r;\n}")
    return f"""
{returns} {symbol}({', '.join(f'{t} p{i}' for i, t in enumerate(types))})
{{
    static {returns} (*next)({', '.join(types)});
    if (!next)
        next = real("{symbol}");
    if (!depth++)
        fprintf(out, "{name} {' '.join(formats)}\\n"{''.join(', ' + s for s in shown)});
    {value}next({passed});
{end}"""


def leading(name, v, layout):
    """The least leading dimensions of A, B and C."""
    family, row = name[1:], layout == 101
    m, n, k = (getattr(v, d, 0) for d in ("m", "n", "k"))
    rows = n if row else m
    if family == "gemm":
        a, b = (v.transposed[0] != "N") != row, (v.transposed[1] != "N") != row
        return k if a else m, n if b else k, rows
    if family in ("symm", "hemm", "trmm", "trsm"):
        return m if v.S == "L" else n, rows, rows
    if family in ("syrk", "herk", "syr2k", "her2k"):
        least = k if (v.transposed[0] != "N") != row else n
        return (least, n, n) if "2" not in family else (least, least, n)
    if family == "gbmv":
        return (v.kl + v.ku + 1,)
    if family in ("sbmv", "hbmv", "tbmv", "tbsv"):
        return (k + 1,)
    return (rows if family in ("gemv", "ger", "geru", "gerc") else n,)


def price(words, table):
    """(routine, FLOPs) of one line."""
    name, layout, words = words[0], int(words[1]), words[2:]
    weight, arguments, count = table[name]
    v, steps, lds, legal, idle = families.Values(transposed=""), [], [], layout in (0, 101, 102), False
    for argument in arguments:
        if argument in families.LETTERS:
            word = words.pop(0).upper()
            legal &= word in families.LETTERS[argument]
            setattr(v, argument, word)
            v.transposed += word if argument in "THY" else ""
        elif argument in ("m", "n", "k", "kl", "ku"):
            setattr(v, argument, int(words.pop(0)))
            legal &= getattr(v, argument) >= 0 or not set("ABCP") & set(arguments)
        elif argument in ("al", "ar"):
            idle = words.pop(0) == "1" and families.has_product(name, arguments)
        elif argument in ("x", "y"):
            steps.append(int(words.pop(0)))
        elif argument in ("A", "B", "C"):
            lds.append(int(words.pop(0)))
    if set("ABCP") & set(arguments):
        legal &= 0 not in steps
    if lds:
        legal &= all(ld >= max(1, least) for ld, least in zip(lds, leading(name, v, layout)))
    if not legal or idle or getattr(v, "n", 1) < 0:
        return name, 0
    mults, adds = count(v)
    return name, weight[0] * mults + weight[1] * adds


def costs(log):
    """{routine: (calls, FLOPs)} of a file that log_blas wrote."""
    table = {name: (weight, arguments, count) for name, _, weight, arguments, count, _ in families.routines()}
    found = {}
    for line in pathlib.Path(log).read_text(encoding="ascii").splitlines():
        name, flops = price(line.split(), table)
        calls, sum_ = found.get(name, (0, 0))
        found[name] = (calls + 1, sum_ + flops)
    return found


if __name__ == "__main__":
    parts = [PREAMBLE] + [wrapper(name, letter, arguments, result, face) for face in "fc"
                          for name, letter, _, arguments, _, result in families.routines()]
    pathlib.Path(sys.argv[1]).write_text("\n".join(parts) + "\n", encoding="ascii")
