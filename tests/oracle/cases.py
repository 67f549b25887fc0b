"""The calls that the oracle counts: every routine of cost/signatures, in the cases of cases.txt, at each size."""
import ast
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "scripts"))
from spec import parse_spec, routines_of  # noqa: E402

SIZES = (32, 64, 96)
SEED = 1
USUAL = {"m": "n", "n": "n", "k": "n", "p": "n", "q": "n//2", "nrhs": "4", "kl": "n//8", "ku": "n//8", "kd": "n//8", "ka":
         "n//8", "kb": "n//8", "l": "0", "nb": "32", "mb": "32", "m1": "n", "m2": "n", "n1": "n//2", "n2": "n//2", "ilo": "1",
         "ihi": "n", "il": "1", "iu": "n", "itype": "1", "isgn": "1", "ijob": "0", "ncvt": "0", "nru": "0", "ncc": "0",
         "nsweep": "6", "offset": "0", "j": "n", "k1": "1", "k2": "n", "i1": "1", "i2": "n", "itrans": "0", "iuplo": "1",
         "idist": "1", "mode": "3", "ifst": "1", "ilst": "n", "sqre": "0", "mm": "n", "rows": "n", "cols": "n",
         "kmaxfree": "n", "n_err_bnds": "3", "nparams": "0", "nrnk": "-1", "whtsvd": "1",
         "kmax": "n", "param": "-1", "wantq": "0", "wantz": "0", "wantt": "0", "lreal": "1", "ltran": "0", "forwrd": "1"}
OPTIONS = {"uplo": "U", "trans": "N", "transa": "N", "transb": "N", "trana": "N", "tranb": "N", "transr": "N", "side": "L",
           "diag": "N", "norm": "1", "range": "A", "fact": "N", "howmny": "A", "sense": "N", "balanc": "B", "vect": "N",
           "direct": "F", "storev": "C", "type": "G", "normin": "N", "equed": "N", "jobu1": "Y", "jobu2": "Y", "jobv1t": "Y",
           "jobv2t": "Y", "stage1": "N", "way": "C", "id": "I", "pivot": "V", "order": "E", "compq": "N", "compz": "N",
           "wants": "E", "job": "E"}
PREFIXES = "d z dz zd id iz ds zc".split()
BALANCED = ("gebal", "gebak", "ggbal", "ggbak")
TELLING = "uplo trans side diag kl ku ijob sense job ifst ilst".split()  # of a row, whether its price asks for them or not
RIGHT = ("trevc", "trevc3", "tgevc", "hsein", "gebak", "ggbak")


def read_cases(path=HERE / "cases.txt"):
    """{family: [{name: expression}]}"""
    table = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        families, _, cases = line.partition("|")
        given = [dict(word.split("=", 1) for word in case.split()) for case in cases.split(";")]
        for family in families.split():
            starts = ("sy", "he") if family.startswith("??") else ("or", "un") if family.startswith("**") else ("",)
            table.update({start + family.lstrip("?*"): given for start in starts})
    return table


def number(expression, n, values):
    tree = ast.parse(expression, mode="eval")
    return int(eval(compile(tree, "case", "eval"), {"__builtins__": {}}, values | {"n": n}))


def usual_option(family, name):
    if name == "job" and family in BALANCED:
        return "B"
    if name == "side" and family in RIGHT:
        return "R"
    if name == "vect" and family[2:] in ("gbr", "mbr"):
        return "Q"
    return OPTIONS.get(name, "N")


def usual_k(family, values):
    if family[:4] in ("orgl", "orgr", "ungl", "ungr"):
        return values["m"]
    return values["m"] if values.get("side") == "L" and "m" in values else values["n"]


def values_of(routine, case, n):
    """{argument: value} of the call, of dimensions, integers and options; a case's n is the last to be replaced."""
    values = {}
    for arg in routine.row.args:
        if arg.kind in ("option",):
            values[arg.name] = case.get(arg.name, usual_option(routine.row.family, arg.name))
    for arg in routine.row.args:
        if arg.kind in ("dim", "int", "inout", "logical", "flag") or arg.name in ("ilo", "ihi") and arg.kind == "array":
            if arg.name != "k" or "k" in case:
                values[arg.name] = number(case.get(arg.name, USUAL.get(arg.name, "n")), n, {})
    if any(a.name == "k" and a.kind == "dim" for a in routine.row.args) and "k" not in case:
        values["k"] = usual_k(routine.row.family, values)
    for high in ("ihi", "iu"):
        if high in values and high not in case:
            values[high] = min(values.get("m", values["n"]), values["n"]) if high == "iu" else values["n"]
    return values


def routines():
    """In double precision; single precision has the same prices."""
    rows = parse_spec(HERE.parent.parent / "cost/routines.spec")[1]
    found = routines_of(rows)
    return [r for r in found if r.name[:len(r.name) - len(r.row.family)] in PREFIXES]


def prefix_of(routine):
    return routine.name[:len(routine.name) - len(routine.row.family)]


def accepted(routine, values):
    """What `flopshim cost` is told: arguments that are no arrays."""
    plain = {a.name for a in routine.row.args if a.kind in ("dim", "int", "inout", "logical", "option", "flag")}
    counts = routine.row.price.names | {a.name for a in routine.row.args if a.kind == "dim"}
    told = {k: v for k, v in values.items() if k in plain and (k in counts or k in TELLING)}
    return told | {a.name: "g" for a in routine.row.args if a.name in ("alpha", "beta") and a.kind in ("scalar", "real")}
