"""Over which orders each routine was counted, and how far its price was from the counts: cost/ranges.tsv, what `flopshim cost
--explain` says.

    ranges.py PROGRAM             writes it, and the table of drivers in cost/README.md, with the prices of this flopshim
    ranges.py PROGRAM --check     compares both with them, and fails for a LAPACK routine that has a price and was counted at
                                  fewer than three orders (unit.ranges)"""
import json
import pathlib
import subprocess
import sys

from cases import routines

HERE = pathlib.Path(__file__).resolve().parent
FILE = HERE.parent.parent / "cost/ranges.tsv"
README = FILE.with_name("README.md")
BEGIN, END = "<!-- ranges -->\n", "<!-- ranges end -->\n"
DRIVERS = ("getrf potrf sytrf geqrf geqp3 gels gelsd gelss gelsy syev syevd syevr steqr stedc geev gees hseqr trevc3 ggev gges "
           "gesdd gesvd bdsqr").split()
TABLES = (HERE / "counted.tsv", HERE / "counted-source.tsv", HERE.parent / "oracle-sample.tsv", HERE.parent / "oracle-own.tsv")
HEAD = """# Of each routine in double precision (single precision has the same prices): how many calls were counted, for which
# smallest and largest order (the smaller of m and n), and the least and most that the price was above what was executed,
# in percent. tests/oracle/ranges.py writes it of the tables of counts, and unit.ranges compares. Left out is what has no
# bound: orders below 64 and, of an estimate, data that are not random, of a leading price blocked algorithms. Of an exact
# one the terms that its source names are in the percentages.
routine	calls	from	to	low	high"""
BOUND_FROM = 64
ORDERS_LEAST = 3


def rows():
    """(routine, arguments, blocked or not, executed operations)"""
    for table in TABLES:
        for line in table.read_text(encoding="utf-8").splitlines()[1:]:
            routine, args, nb, _, *counts = line.split("\t")
            yield routine, args.split(",") if args else [], nb == "0", sum(map(int, counts[:3]))


def order_of(args):
    """The smaller of m and n; of a routine with neither the largest number."""
    numbers = {name: int(value) for name, _, value in (arg.partition("=") for arg in args) if value.lstrip("-").isdigit()}
    own = [numbers[name] for name in ("m", "n") if name in numbers]
    return min(own) if own else max(numbers.values(), default=0)


def prices(program, questions):
    lines = "".join(" ".join([routine, *args]) + "\n" for routine, args, *_ in questions)
    done = subprocess.run([program, "cost", "-", "--format", "json"], input=lines, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def belongs(routine, args, blocked, accuracy):
    if "alpha=0" in args:
        return False
    if accuracy == "exact":
        return not blocked or not routine.endswith("trtri")
    return order_of(args) >= BOUND_FROM and (
        not blocked if accuracy == "leading" else not {"data=dominant", "data=bidiagonal"} & set(args))


def table(program):
    found = {}
    questions = list(rows())
    for (routine, args, blocked, executed), answer in zip(questions, prices(program, questions)):
        if belongs(routine, args, blocked, answer["accuracy"]):
            above = 100 * (answer["flop_cost"] / executed - 1) if executed else 100 * bool(answer["flop_cost"])
            found.setdefault(routine, []).append((order_of(args), above))
    lines = [HEAD]
    for routine, calls in sorted(found.items()):
        orders, above = zip(*calls)
        ends = (round(percent, 1) + 0 for percent in (min(above), max(above)))  # + 0: no -0.0
        lines.append("\t".join(map(str, (routine, len(calls), min(orders), max(orders), *ends))))
    return "\n".join(lines) + "\n"


def uncounted():
    """What is wrong with the LAPACK routines in double precision, real and complex, which share their prices with single precision:
    each is to be counted at three orders at least. A price that asks for no argument is the same at all of them, and one is
    enough; what costs nothing needs none."""
    orders = {}
    for routine, args, *_ in rows():
        orders.setdefault(routine, set()).add(order_of(args))
    for routine in routines():
        price, found = routine.row.price, orders.get(routine.name, set())
        least = 0 if price.mults == price.adds == "0" else ORDERS_LEAST if price.names - {"w"} else 1
        if routine.row.topic == "lapack" and len(found) < least:
            yield (f"{routine.name} of {routine.row.where} was counted at {len(found)} orders; accepted are {least} or more: "
                   "tests/oracle/README.md says how to count")


def drivers(text):
    """The lines of cost/README.md for the routines that users meet most."""
    cells = {line.split("\t")[0]: line.split("\t")[1:] for line in text.splitlines()}
    lines = ["| routine | d: calls | n | price against executed | z: calls | n | price against executed |", "| --- " * 7 + "|"]
    for family in DRIVERS:
        row = [f"| `{family}`"]
        for name in ("d" + family, "z" + (family if "z" + family in cells else family.replace("sy", "he", 1))):
            calls, least, most, low, high = cells[name]
            row.append(f"{calls} | {least} to {most} | {float(low):+.1f} to {float(high):+.1f}")
        lines.append(" | ".join(row) + " |")
    return "\n".join(lines) + "\n"


def main():
    text = table(sys.argv[1])
    page = README.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    wanted_page = before + BEGIN + drivers(text) + END + rest.partition(END)[2]
    if sys.argv[2:] != ["--check"]:
        FILE.write_text(text, encoding="utf-8")
        README.write_text(wanted_page, encoding="utf-8")
        return
    there, wanted = set(FILE.read_text(encoding="utf-8").splitlines()), set(text.splitlines())
    for line in sorted(there ^ wanted)[:20]:
        print("is not what was counted:" if line in there else "is missing:", line)
    few = list(uncounted())
    if few:
        sys.exit("\n".join(few))
    if there != wanted or page != wanted_page:
        sys.exit(f"{FILE} or the table of {README} is not of these counts and prices; {pathlib.Path(__file__).name} writes them")


if __name__ == "__main__":
    main()
