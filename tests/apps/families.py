"""The standard BLAS, one row a family: every_family.c is written from this table, and what its calls cost is worked out
from it. The counts are those of cost-model.md section 1, written down a second time: nothing here reads the cards.

usage: families.py OUTPUT.c [INTEGER TYPE]

Arguments: letters are options (T trans, H trans of a Hermitian update, Y trans of a symmetric one, U uplo, S side, D diag);
m n k kl ku dimensions; x y vectors with their increments; A B C matrices with their leading dimensions; P an array alone;
al be scalars of the data's type; ar br real ones."""
import collections
import itertools
import sys

REAL, COMPLEX, ALL = "s d", "c z", "s d c z"


def tri(n):
    """Entries of a triangle, counted one by one."""
    return sum(1 for i in range(n) for j in range(i + 1))


def band(m, n, kl, ku):
    """Entries (i, j) of an m x n matrix with at most kl diagonals below and ku above the main one."""
    return sum(1 for i in range(m) for j in range(n) if i - j <= kl and j - i <= ku)


def triangle_solve(v):
    """A unit diagonal saves the division, or multiplication, by each of its n entries."""
    return tri(v.n) - (v.n if v.D == "U" else 0), tri(v.n) - v.n


def band_solve(v):
    entries = band(v.n, v.n, 0, v.k)
    return entries - (v.n if v.D == "U" else 0), entries - v.n


def side_solve(v):
    q, other = (v.m, v.n) if v.S == "L" else (v.n, v.m)
    return other * (tri(q) - (q if v.D == "U" else 0)), other * (tri(q) - q)


def side_multiply(v):
    q = v.m if v.S == "L" else v.n
    return q * v.m * v.n, q * v.m * v.n


def both(f):
    return lambda v: (f(v), f(v))


# names: prefixes before the family; `:r` where the row counts real operations though the data are complex
# family, names, arguments, (mults, adds), result
TABLE = [
    ("rot", "srot drot csrot:r zdrot:r", "n x y ar br", None, ""),
    ("swap", "sswap dswap cswap zswap", "n x y", lambda v: (0, 0), ""),
    ("copy", "scopy dcopy ccopy zcopy", "n x y", lambda v: (0, 0), ""),
    ("scal", "sscal dscal cscal zscal", "n al x", lambda v: (v.n, 0), ""),
    ("scal", "csscal:r zdscal:r", "n ar x", lambda v: (2 * v.n, 0), ""),
    ("axpy", "saxpy daxpy caxpy zaxpy", "n al x y", both(lambda v: v.n), ""),
    ("dot", "sdot ddot dsdot", "n x y", both(lambda v: v.n), "scalar"),
    ("dot", "sdsdot", "n ar x y", both(lambda v: v.n), "scalar"),
    ("dotu", "cdotu zdotu", "n x y", both(lambda v: v.n), "sub"),
    ("dotc", "cdotc zdotc", "n x y", both(lambda v: v.n), "sub"),
    ("nrm2", "snrm2 dnrm2", "n x", both(lambda v: v.n), "real"),
    ("nrm2", "scnrm2:r dznrm2:r", "n x", both(lambda v: 2 * v.n), "real"),
    ("asum", "sasum dasum", "n x", lambda v: (0, v.n), "real"),
    ("asum", "scasum:r dzasum:r", "n x", lambda v: (0, 2 * v.n), "real"),
    ("amax", "isamax idamax icamax izamax", "n x", lambda v: (0, 0), "int"),
    ("gemv", ALL, "T m n al A x be y", both(lambda v: v.m * v.n), ""),
    ("gbmv", ALL, "T m n kl ku al A x be y", both(lambda v: band(v.m, v.n, v.kl, v.ku)), ""),
    ("symv", REAL, "U n al A x be y", both(lambda v: v.n * v.n), ""),
    ("hemv", COMPLEX, "U n al A x be y", both(lambda v: v.n * v.n), ""),
    ("sbmv", REAL, "U n k al A x be y", both(lambda v: band(v.n, v.n, v.k, v.k)), ""),
    ("hbmv", COMPLEX, "U n k al A x be y", both(lambda v: band(v.n, v.n, v.k, v.k)), ""),
    ("spmv", REAL, "U n al P x be y", both(lambda v: v.n * v.n), ""),
    ("hpmv", COMPLEX, "U n al P x be y", both(lambda v: v.n * v.n), ""),
    ("trmv", ALL, "U T D n A x", triangle_solve, ""),
    ("trsv", ALL, "U T D n A x", triangle_solve, ""),
    ("tpmv", ALL, "U T D n P x", triangle_solve, ""),
    ("tpsv", ALL, "U T D n P x", triangle_solve, ""),
    ("tbmv", ALL, "U T D n k A x", band_solve, ""),
    ("tbsv", ALL, "U T D n k A x", band_solve, ""),
    ("ger", REAL, "m n al x y A", both(lambda v: v.m * v.n), ""),
    ("geru", COMPLEX, "m n al x y A", both(lambda v: v.m * v.n), ""),
    ("gerc", COMPLEX, "m n al x y A", both(lambda v: v.m * v.n), ""),
    ("syr", REAL, "U n al x A", both(lambda v: tri(v.n)), ""),
    ("her", COMPLEX, "U n ar x A", both(lambda v: tri(v.n)), ""),
    ("spr", REAL, "U n al x P", both(lambda v: tri(v.n)), ""),
    ("hpr", COMPLEX, "U n ar x P", both(lambda v: tri(v.n)), ""),
    ("syr2", REAL, "U n al x y A", both(lambda v: 2 * tri(v.n)), ""),
    ("her2", COMPLEX, "U n al x y A", both(lambda v: 2 * tri(v.n)), ""),
    ("spr2", REAL, "U n al x y P", both(lambda v: 2 * tri(v.n)), ""),
    ("hpr2", COMPLEX, "U n al x y P", both(lambda v: 2 * tri(v.n)), ""),
    ("gemm", ALL, "T T m n k al A B be C", both(lambda v: v.m * v.n * v.k), ""),
    ("symm", ALL, "S U m n al A B be C", side_multiply, ""),
    ("hemm", COMPLEX, "S U m n al A B be C", side_multiply, ""),
    ("syrk", REAL, "U T n k al A be C", both(lambda v: v.k * tri(v.n)), ""),
    ("syrk", COMPLEX, "U Y n k al A be C", both(lambda v: v.k * tri(v.n)), ""),
    ("herk", COMPLEX, "U H n k ar A br C", both(lambda v: v.k * tri(v.n)), ""),
    ("syr2k", REAL, "U T n k al A B be C", both(lambda v: 2 * v.k * tri(v.n)), ""),
    ("syr2k", COMPLEX, "U Y n k al A B be C", both(lambda v: 2 * v.k * tri(v.n)), ""),
    ("her2k", COMPLEX, "U H n k al A B br C", both(lambda v: 2 * v.k * tri(v.n)), ""),
    ("trmm", ALL, "S U T D m n al A B", side_solve, ""),
    ("trsm", ALL, "S U T D m n al A B", side_solve, ""),
]
LETTERS = {"T": "NTC", "H": "NC", "Y": "NT", "U": "UL", "S": "LR", "D": "UN"}
CBLAS = {"N": 111, "T": 112, "C": 113, "U": 121, "L": 122, "S:L": 141, "S:R": 142, "D:N": 131, "D:U": 132}
# m n k kl ku inc alpha: two shapes, each dimension zero and then negative, alpha and beta zero, with which no product is computed
CASES = [(3, 5, 2, 1, 2, 1, 1), (5, 2, 4, 0, 3, -2, 1), (0, 3, 2, 1, 1, 1, 1), (3, 0, 2, 1, 1, 1, 1), (3, 3, 0, 1, 1, 1, 1),
         (-1, 3, 2, 1, 1, 1, 1), (3, -2, 2, 1, 1, 1, 1), (3, 3, -1, 1, 1, 1, 1), (3, 3, 2, -1, 1, 1, 1), (3, 3, 2, 1, -1, 1, 1),
         (4, 3, 1, 2, 0, 2, 0)]
DATA = {"cs": "c", "zd": "z", "sc": "c", "dz": "z", "ds": "s"}  # the letter of the vectors; else a prefix's last
MISSING_CBLAS = {"csrot", "zdrot"}  # BLIS has no CBLAS face of these


def hangs(letter, arguments):
    """The reference CBLAS conjugates vectors in a loop that never ends for a dimension <= 0 (row-major, complex, level 2)."""
    return letter in "cz" and set("xy") & set(arguments) and set("AP") & set(arguments)


def has_product(name, arguments):
    """Is what it computes multiplied by alpha, and no longer there where that is 0?"""
    return bool({"al", "ar"} & set(arguments)) and not name.endswith(("scal", "axpby", "rot", "dot"))


class Values:
    def __init__(self, **values):
        self.__dict__.update(values)


def routines():
    """(name, data's letter, weight of (mults, adds), arguments, count, result) of each routine of the table."""
    for family, names, arguments, count, result in TABLE:
        for name in names.split():
            name, _, mixed = name.partition(":")
            name = name if name.endswith(family) else name + family
            prefix = name.removesuffix(family)
            letter = DATA.get(prefix, prefix[-1])
            real = mixed or letter in "sd"
            if family == "rot":
                count = (lambda v: (8 * v.n, 4 * v.n)) if letter in "cz" else (lambda v: (4 * v.n, 2 * v.n))
            yield name, letter, (1, 1) if real else (6, 2), arguments.split(), count, result


def expected(face):
    """{routine: (calls, FLOPs)} of one run of the program."""
    costs = {}
    for name, letter, weight, arguments, count, _ in routines():
        options = [a for a in arguments if a in LETTERS]
        dims = [a for a in arguments if a in ("m", "n", "k", "kl", "ku")]
        both_layouts = face == "c" and set(arguments) & set("ABCP")
        calls = flops = 0
        for case in CASES:
            values = dict(zip(("m", "n", "k", "kl", "ku"), case))
            layouts = 2 if both_layouts and (min(case[:2]) > 0 or not hangs(letter, arguments)) else 1
            works = all(values[d] >= 0 for d in dims) and (case[-1] or not has_product(name, arguments))
            for letters in itertools.product(*(LETTERS[o] for o in options)):
                calls += layouts
                if works:
                    mults, adds = count(Values(**values, **dict(zip(options, letters))))
                    flops += layouts * (weight[0] * mults + weight[1] * adds)
        costs[name] = (calls, flops)
    return costs


def shapes(face):
    """{(routine, its dimensions): calls} of one run of the program."""
    counts = collections.Counter()
    for name, letter, _, arguments, _, _ in routines():
        both_layouts = face == "c" and set(arguments) & set("ABCP")
        options = [a for a in arguments if a in LETTERS]
        turns = name[1:] in ("gemv", "gbmv")  # of a matrix times a vector, the matrix as it is multiplied
        for case in CASES:
            layouts = 2 if both_layouts and (min(case[:2]) > 0 or not hangs(letter, arguments)) else 1
            for letters in itertools.product(*(LETTERS[o] for o in options)):
                values = dict(zip(("m", "n", "k", "kl", "ku"), case))
                if turns and letters[0] not in "NR":
                    values["m"], values["n"] = values["n"], values["m"]
                counts[name, " ".join(f"{a}={values[a]}" for a in arguments if a in values)] += layouts
    return counts


# ---- the program ----

PREAMBLE = """/* Written by families.py: every standard BLAS routine with every option. Prints what each computed, as a hash. */
#include <complex.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef INTEGER INT;
#define N(i) (&(INT){i})
static double complex X[160], Y[160], A[160], B[160], C[160], scalar[2];
static const double complex zero[2];
static double plain[2];
static float single[2], single_complex[4];
static const struct { INT m, n, k, kl, ku, inc, alpha; } cases[] = {CASES};
static uint64_t hash, complaints;

/* Illegal arguments are part of the test: the call returns, and how often is printed. */
void xerbla_(const char *name, const INT *info, size_t length) { (void)name, (void)info, (void)length, complaints++; }
void cblas_xerbla(int info, const char *name, const char *form, ...) { (void)info, (void)name, (void)form, complaints++; }

static void add(const void *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ ((const unsigned char *)data)[i]) * 0x100000001b3;
}

static void fill(double complex *array, int wide, double first)
{
    for (int i = 0; i < 160 * (1 + wide); i++)
        if (wide)
            ((double *)array)[i % 320] = first + (i * 7 % 11) / 8.0;
        else
            ((float *)array)[i % 320] = (float)(first + (i * 7 % 11) / 8.0);
}

static void start(int wide)
{
    fill(X, wide, 1), fill(Y, wide, 2), fill(A, wide, 1.5), fill(B, wide, 0.5), fill(C, wide, 3);
    plain[0] = 0.5, plain[1] = 0.25, single[0] = 0.5f, single[1] = 0.25f;
    single_complex[0] = 0.5f, single_complex[1] = 0.75f, single_complex[2] = 0.25f, single_complex[3] = 1;
    scalar[0] = 0.5 + 0.75 * I, scalar[1] = 0.25 + I;
}

static void finish(void)
{
    add(X, sizeof X), add(Y, sizeof Y), add(A, sizeof A), add(B, sizeof B), add(C, sizeof C);
}

static void show(const char *routine)
{
    printf("%-8s %016llx %llu\\n", routine, (unsigned long long)hash, (unsigned long long)complaints);
    hash = 0, complaints = 0;
}
"""
TYPES = {"s": "float", "d": "double", "c": "float complex", "z": "double complex"}


def pieces(argument, letter, face, loop):
    """(declared types, passed values) of one argument."""
    wide, is_complex = letter in "dz", letter in "cz"
    if argument in LETTERS:
        if face == "f":
            return ["const char *"], [f"&l{loop}"]
        return ["int"], [f"e{loop}"]
    if argument in ("m", "n", "k", "kl", "ku"):
        return (["const INT *"], [f"N(cases[i].{argument})"]) if face == "f" else (["INT"], [f"cases[i].{argument}"])
    if argument in ("al", "be", "ar", "br"):
        index = int(argument[0] == "b")
        real = argument[1] == "r" or not is_complex
        array = {(1, 1): "plain", (1, 0): "single"}[1, int(wide)] if real else "scalar" if wide else "single_complex"
        where = f"{array} + {index * (2 if array == 'single_complex' else 1)}"
        if real and face == "c":
            return [TYPES["d" if wide else "s"]], [f"cases[i].alpha ? {array}[{index}] : 0"]
        return ["const void *"], [f"cases[i].alpha ? (const void *)({where}) : zero"]
    array, step = {"x": ("X", "step"), "y": ("Y", "step"), "P": ("A", None)}.get(argument, (argument, "8"))
    types, values = ["void *"], [array]
    if step:
        types, values = types + ["const INT *" if face == "f" else "INT"], values + [f"N({step})" if face == "f" else step]
    return types, values


def returned(name, letter, result, face):
    real = TYPES["d" if letter in "dz" else "s"]
    return {"": "void", "sub": TYPES[letter], "real": real, "int": "INT" if face == "f" else "size_t",
            "scalar": "double" if name == "dsdot" else TYPES[letter]}[result]


def spelled(name, face, is_scipy):
    """The symbol of a routine: as in the libraries that come with NumPy's and SciPy's wheels, or as everywhere."""
    if is_scipy:
        return f"scipy_{name}_64_" if face == "f" else f"scipy_cblas_{name}64_"
    return f"{name}_" if face == "f" else f"cblas_{name}"


def block(name, letter, arguments, result, face, is_scipy):
    """A prototype and a function that makes every call of one routine on one face."""
    options = [a for a in arguments if a in LETTERS]
    layouts = face == "c" and set(arguments) & set("ABCP")
    types, values, loop = (["int"], ["layout"], 0) if layouts else ([], [], 0)
    for argument in arguments:
        more_types, more_values = pieces(argument, letter, face, loop)
        types, values, loop = types + more_types, values + more_values, loop + (argument in LETTERS)
    symbol, returns = spelled(name, face, is_scipy), returned(name, letter, result, face)
    if result == "sub" and face == "c":
        symbol, returns = spelled(f"{name}_sub", face, is_scipy), "void"
        types, values = types + ["void *"], values + ["Y"]
    if face == "f":
        types, values = types + ["size_t"] * len(options), values + ["1"] * len(options)
    out = [f"{returns} {symbol}({', '.join(types)});", f"static void do_{face}_{name}(void)", "{"]
    single = "x" in arguments and "y" not in arguments and not set(arguments) & set("AP")
    out.append("    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {")
    # What scal, nrm2 and the like do for a negative increment differs between versions of the reference
    out.append(f"        INT step = {'cases[i].inc < 0 ? -cases[i].inc : cases[i].inc' if single else 'cases[i].inc'}; (void)step;")
    first = "cases[i].m > 0 && cases[i].n > 0 ? 101 : 102" if hangs(letter, arguments) else "101"
    out += [f"        for (int layout = {first}; layout <= 102; layout++)"] if layouts else []
    for i, option in enumerate(options):
        letters = LETTERS[option]
        if face == "f":
            out.append(f"        for (const char *o{i} = \"{letters}\"; *o{i}; o{i}++)")
        else:
            codes = ", ".join(str(CBLAS.get(f"{option}:{c}", CBLAS.get(c))) for c in letters)
            out.append(f"        for (const int *o{i} = (const int[]){{{codes}, 0}}; *o{i}; o{i}++)")
    out.append("        {")
    out += [f"            {'const char l' if face == 'f' else 'int e'}{i} = *o{i};" for i in range(len(options))]
    call = f"{symbol}({', '.join(values)})"
    out.append(f"            start({int(letter in 'dz')});")
    out.append(f"            {call};" if returns == "void" else f"            {returns} r = {call}; add(&r, sizeof r);")
    out += ["            finish();", "        }", "    }", f"    show(\"{name}\");", "}", ""]
    return out


def program(integer, is_scipy):
    cases = ", ".join("{%s}" % ", ".join(map(str, case)) for case in CASES)
    out = [PREAMBLE.replace("INTEGER", integer).replace("{CASES}", "{%s}" % cases)]
    for face in "fc":
        for name, letter, _, arguments, _, result in routines():
            out += block(name, letter, arguments, result, face, is_scipy)
    out += ["int main(int argc, char **argv)", "{", "    int c = argc > 1 && *argv[1] == 'c', all = argc > 2;"]
    for name, *_ in routines():
        out.append(f"    {'if (!c || all) ' if name in MISSING_CBLAS else ''}(c ? do_c_{name} : do_f_{name})();")
    return "\n".join(out + ["    return 0;", "}", ""])


if __name__ == "__main__":
    with open(sys.argv[1], "w", encoding="ascii") as file:
        file.write(program(sys.argv[2] if len(sys.argv) > 2 else "int32_t", "scipy" in sys.argv[3:]))
