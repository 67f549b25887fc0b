"""What `flopshim list` prints: a row a family, or a routine, or an exported name; what a NAME selects; the width of a terminal."""
import subprocess

from harness import LIBRARY, PROGRAM, Run, expect

HEADER = "#routine\tclass\targuments\tformula\tsource"


def flopshim(*words, status=0):
    run = Run([PROGRAM, *words], preload=False)
    expect(f"flopshim {words}: status; {run.stderr}", run.returncode, status)
    expect(f"flopshim {words}: one of stdout and stderr", bool(run.stdout) != bool(run.stderr), True)
    return run.stdout + run.stderr


def routines(*names):
    """The first column of the tsv."""
    head, *rows = flopshim("list", "--format", "tsv", *names).splitlines()
    expect(f"header of {names}", head, HEADER)
    return [row.split("\t")[0] for row in rows]


def check_list():
    lines = flopshim("list").splitlines()
    expect("header", lines[0].split(), ["FAMILY", "TYPES", "CLASS", "FLOPs", "SOURCE"])
    gemm = [line.split() for line in flopshim("list", "gemm").splitlines()[1:3]]
    expect("gemm", gemm, [["gemm", "s", "d", "exact", "2*m*n*k", "LAWN", "41"],
                          ["gemm", "c", "z", "exact", "8*m*n*k", "LAWN", "41"]])
    expect("one routine by an exported name", flopshim("list", "cblas_zgemm").split("\n")[1].split()[:2], ["gemm", "z"])
    tsv = flopshim("list", "--format", "tsv").splitlines()
    expect("tsv's header", tsv[0], "#routine\tclass\targuments\tformula\tsource")
    expect("tsv's columns", {line.count("\t") for line in tsv}, {4})
    expect("dgemm", [line for line in tsv if line.startswith("dgemm\t")], ["dgemm\texact\tm n k\t2*m*n*k\tLAWN 41"])
    names = [line.split("\t")[0] for line in flopshim("list", "--format", "tsv", "?potr[fs]").splitlines()[1:]]
    expect("a pattern", names, ["spotrf", "dpotrf", "cpotrf", "zpotrf", "spotrs", "dpotrs", "cpotrs", "zpotrs"])
    topic = {line.split("\t")[0] for line in flopshim("list", "--format", "tsv", "lu").splitlines()[1:]}
    expect("a topic", topic >= {"dgetrf", "zgetrs", "sgetri"} and "dgeqrf" not in topic, True)
    symbols = flopshim("list", "--symbols", "dgemm").splitlines()
    expect("symbols", (symbols[0].split(), ["cblas_dgemm", "dgemm"] in [s.split() for s in symbols]), (["SYMBOL", "ROUTINE"], True))
    symbols = flopshim("list", "--symbols", "--format", "tsv", "dgemm").splitlines()
    expect("symbols as tsv", symbols[:2], ["#symbol\troutine", "dgemm_\tdgemm"])
    nameless = {f"dnnl_{work}" for work in ("convolution", "deconvolution", "inner_product", "rnn")}  # dnnl_primitive_execute
    expect("both say the same routines", {line.split("\t")[1] for line in flopshim("list", "-s", "-f", "tsv").splitlines()[1:]},
           {line.split("\t")[0] for line in tsv[1:]} - nameless)
    for topic, routine in (("fft", "fftwf_execute"), ("conv", "dnnl_deconvolution")):
        expect(f"topic {topic}", routine in routines(topic), True)


def on_a_terminal(width, *words):
    run = Run(["script", "-qc", f"stty cols {width}; {PROGRAM} {' '.join(words)}", "/dev/null"], {"COLUMNS": ""}, preload=False)
    return run.stdout.replace("\r", "").splitlines()


def check_list_fits_a_terminal():
    formula = flopshim("list", "--format", "tsv", "dgesvdq").splitlines()[1].split("\t")[3].replace(" ", "")
    for width in (80, 132, 200):
        lines = on_a_terminal(width, "list")
        expect(f"{width} columns: {max(lines, key=len)}", max(map(len, lines)) <= width and len(lines) > 800, True)
        head, *rows = on_a_terminal(width, "list", "dgesvdq", "lascl")
        column = slice(head.index("FLOPs"), head.index("SOURCE"))
        folded = "".join(row[column].replace(" ", "") for row in rows)
        expect(f"{width} columns: nothing is cut from {formula}", formula in folded, True)


def check_names():
    """Any of a routine, a name of one, a family, a pattern, a topic; more than one; each once, in the order of the whole."""
    whole = routines()
    expect("each once", len(whole), len(set(whole)))
    for names, wanted in (
            (["dgemm"], {"dgemm"}), (["DGEMM"], {"dgemm"}), (["dgemm_64_"], {"dgemm"}), (["LAPACKE_dgesv_work"], {"dgesv"}),
            (["ddot", "dgemm"], {"ddot", "dgemm"}), (["dgemm", "dgemm_", "dgem[m]"], {"dgemm"}),
            (["potrf"], {"spotrf", "dpotrf", "cpotrf", "zpotrf"}), (["POTRF"], {"spotrf", "dpotrf", "cpotrf", "zpotrf"}),
            (["Dpotr[fs]"], {"dpotrf", "dpotrs"}), (["zpotrs", "dpotr[fs]"], {"dpotrf", "dpotrs", "zpotrs"})):
        expect(f"{names}", routines(*names), [name for name in whole if name in wanted])


def check_nothing_is_called_so():
    """A line for each on stderr, status 2, and nothing is printed of the others."""
    run = Run([PROGRAM, "list", "nothing", "dgemm", "y*"], preload=False)
    tail = "; `flopshim list` prints those that have a price"
    expect("two of three", (run.returncode, run.stdout, run.stderr.splitlines()), (2, "", [
        f"flopshim list: no routine or family is called '{name}'{tail}" for name in ("nothing", "y*")]))
    run = Run([PROGRAM, "list", "\x1b[31m"], preload=False)
    expect("no escape reaches a terminal", (run.returncode, "\x1b" in run.stderr), (2, False))


def check_every_exported_name():
    """What the library exports of BLAS and LAPACK is what list --symbols prints."""
    library = LIBRARY.split()[-1]
    exported = {line.split()[-1] for line in subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True,
                                                            check=True).stdout.splitlines()}
    listed = [line.split("\t")[0] for line in flopshim("list", "--symbols", "--format", "tsv").splitlines()[1:]]
    expect("each once", len(listed), len(set(listed)))
    expect("listed and not exported", set(listed) - exported, set())
    expect("many", len(listed) > 20000, True)
    # The markers, and what ends or starts processes
    others = exported - set(listed)
    expect("exported and not listed", [name for name in others if name.endswith("_") or name.lower().startswith(
        ("cblas", "lapacke", "scipy"))], [])


def check_a_price_for_each():
    """Every line of the tsv is whole, and `flopshim cost` gives the same class, formula and source."""
    rows = [line.split("\t") for line in flopshim("list", "--format", "tsv", "gemm", "dot", "trsm").splitlines()[1:]]
    for name, accuracy, arguments, formula, source in rows:
        words = [f"{argument}=2" for argument in arguments.split() if argument in ("m", "n", "k")]
        said = flopshim("cost", name, *words).rstrip("\n")
        expect(f"cost of {name} {words}", said.split("  ", 3)[1:], [accuracy, formula, source])


for check in (check_list, check_list_fits_a_terminal, check_names, check_nothing_is_called_so, check_every_exported_name,
              check_a_price_for_each):
    check()
