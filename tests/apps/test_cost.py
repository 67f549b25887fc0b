"""What a question costs: flopshim_cost() in a process answers as `flopshim cost` does, and refuses what that refuses; how the
program lays out its answers, and what it says of questions that it does not answer."""
import json

from harness import PROGRAM, ROOT, Run, expect

BAD_ARGUMENT, UNKNOWN = -4, -5
QUESTIONS = (
    # 2*3*4*5; 8*3*4*5; 2*7
    ("dgemm m=3 n=4 k=5", 120), ("dgemm_ m=3 n=4 k=5", 120), ("DGEMM m=3 n=4 k=5", 120), ("cblas_dgemm m=3 n=4 k=5", 120),
    ("cblas_dgemm64_ m=3 n=4 k=5", 120), ("scipy_dgemm_64_ m=3 n=4 k=5", 120), ("zgemm_ m=3 n=4 k=5", 480), ("ddot n=7", 14),
    # n = 3: getrf 8 multiplications and 5 additions, getrs 9 and 6
    ("LAPACKE_dgesv n=3", 28), ("lapacke_dgesv_work n=3", 28), ("dgemm m=0 n=4 k=5", 0),
    ("dgemm m=-1 n=4 k=5", BAD_ARGUMENT), ("cblas_dgemm m=1 n=4 k=-5", BAD_ARGUMENT), ("daxpy n=-1", BAD_ARGUMENT),
    ("dgemm m=1 n=4 k=5 lda=0", BAD_ARGUMENT), ("dcopy n=-1", BAD_ARGUMENT), ("dgehrd n=5 ilo=4 ihi=3", BAD_ARGUMENT),
    ("dgem m=1", UNKNOWN), ("svd", UNKNOWN), ("gemm m=3 n=4 k=5", UNKNOWN))
ASK = """
import ctypes, sys
library = ctypes.CDLL(None)
for line in sys.stdin:
    routine, _, arguments = line.rstrip("\\n").partition(" ")
    flops = ctypes.c_uint64(7)
    status = library.flopshim_cost(routine.encode(), arguments.encode(), ctypes.byref(flops))
    print(status, flops.value)
"""


def cost(*words, status=0, **options):
    """stdout and stderr."""
    run = Run([PROGRAM, "cost", *words], preload=False, **options)
    expect(f"flopshim cost {words}: {run.stderr}", run.returncode, status)
    return run.stdout, run.stderr


def check_questions():
    answers = Run(["/usr/bin/python3", "-c", ASK], input="\n".join(question for question, _ in QUESTIONS)).stdout.splitlines()
    for (question, wanted), answer in zip(QUESTIONS, answers):
        expect(f"flopshim_cost: {question}", answer, f"{wanted} 7" if wanted < 0 else f"0 {wanted}")
        run = Run([PROGRAM, "cost", "--format", "json", *question.split()], preload=False)
        if wanted < 0:
            expect(f"flopshim cost {question}", (run.returncode, run.stdout, run.stderr.count("\n")), (2, "", 1))
        else:
            answer = json.loads(run.stdout)
            expect(f"flopshim cost {question}", (run.returncode, answer["flop_cost"], run.stderr), (0, wanted, ""))
    expect("all were answered", len(answers), len(QUESTIONS))


def check_layout():
    line = "{} FLOPs  {}  {}  {}\n"
    for question, wanted in (
            ("dgemm m=3 n=4 k=5", ("120", "exact", "2*m*n*k", "LAWN 41")),
            ("dgemm m=1000 n=1e3 k=1000", ("2,000,000,000", "exact", "2*m*n*k", "LAWN 41")),
            ("DDOT n=0", ("0", "exact", "2*n", "LAWN 41"))):
        expect(question, cost(*question.split()), (line.format(*wanted), ""))
        expect(f"{question} --format text", cost("-f", "text", *question.split()), (line.format(*wanted), ""))
    said, _ = cost("--format", "json", "ZGEMM_", "m=3", "n=4", "k=5")
    expect("an object a line", said, '{"routine": "zgemm", "flop_cost": 480, "accuracy": "exact", "formula": "8*m*n*k", '
                                     '"source": "LAWN 41"}\n')
    expect("an estimate", json.loads(cost("-f", "json", "dgesdd", "m=9", "n=5")[0])["accuracy"], "estimate")


def check_large():
    """2 * 2^21 * 2^21 * (2^21 - 1) = 2^64 - 2^43 fits; 2^64 does not, and is the largest number that there is."""
    two_21 = 2**21
    for k, flops in ((two_21 - 1, 2**64 - 2**43), (two_21, 2**64 - 1)):
        words = ["dgemm", f"m={two_21}", f"n={two_21}", f"k={k}"]
        expect(f"{words}", cost(*words)[0].split()[0], f"{flops:,}")
        expect(f"{words} as JSON", f'"flop_cost": {flops},' in cost(*words, "--format=json")[0], True)


def check_conventions_and_options():
    for words, flops in (
            ("dgemm m=3 n=4 k=5", (120, 60)), ("zgemm m=3 n=4 k=5", (480, 240)), ("ddot n=7", (14, 7)),
            # A triangle of 4 by 4 solved for 3 right-hand sides, and one of 3 by 3 for 4; a unit diagonal saves 12 divisions
            ("dtrsm side=L m=4 n=3", (48, None)), ("dtrsm side=R m=4 n=3", (36, None)),
            ("dtrsm side=L diag=U m=4 n=3", (36, None)), ("dtrsm side=l diag=u m=4 n=3", (36, None)),
            ("dtrsm side=L diag=N m=4 n=3", (48, None))):
        for convention, wanted in zip(("ops", "fma"), flops):
            if wanted is not None:
                said = json.loads(cost("-f", "json", "--convention", convention, *words.split())[0])
                expect(f"{words} in {convention}", said["flop_cost"], wanted)


def check_lines():
    questions = "# a comment\n\n  \nddot n=2\n\tdgemm  m=1 n=1\tk=1\r\ndgemm_ m=3 n=4 k=5"
    expect("a question a line", cost("-", input=questions),
           ("4 FLOPs  exact  2*n  LAWN 41\n2 FLOPs  exact  2*m*n*k  LAWN 41\n120 FLOPs  exact  2*m*n*k  LAWN 41\n", ""))
    expect("no question", cost("-", input=""), ("", ""))
    questions = "dgem n=1\nddot n=2\nddot n=-2\nddot n=3\n"
    said, complaints = cost("-", input=questions, status=2)
    lines = said.splitlines()
    expect("an answer a question, in its place", ([line.partition(" ")[0] for line in lines], complaints),
           (["error:", "4", "error:", "6"], ""))
    expect("an error", lines[2], "error: ddot: n=-2 is not accepted; a dimension is 0 or more")
    said, complaints = cost("-", "--format", "json", input=questions, status=2)
    answers = [json.loads(line) for line in said.splitlines()]
    expect("the same in JSON", ([answer.get("flop_cost") for answer in answers], ["error" in a for a in answers], complaints),
           ([None, 4, None, 6], [True, False, True, False], ""))
    said, _ = cost("-", input="ddot" + " n=1" * 70, status=2)
    expect("too many words", said, "error: more than 63 arguments\n")


def check_explanations():
    said, _ = cost("zgemm", "m=3", "n=4", "k=5", "--explain")
    expect("explained", said.splitlines(), [
        "480 FLOPs  exact  8*m*n*k  LAWN 41", "  call        zgemm m=3 n=4 k=5",
        "  operations  60 complex multiplications, 60 additions; 6 and 2 each",
        "  class       exact: the reference algorithm's own count", "  source      LAWN 41", checked_line("zgemm", exact=True)])
    said, _ = cost("dorghr", "n=64", "-x")
    expect("usual cases", said.splitlines()[1], "  call        dorghr ilo=1 (usual) ihi=64 (usual)")
    said, _ = cost("dgesdd", "m=9", "n=5", "jobz=S", "-x", "-f", "json")
    explained = json.loads(said)
    expect("explained in JSON", (explained["arguments"], explained["real_operations"] == explained["flop_cost"]),
           ({"jobz": "S", "m": 9, "n": 5, "lwork": 0}, True))


def range_of(routine):
    """Its line of cost/ranges.tsv: calls, from, to, low, high."""
    lines = (ROOT / "cost/ranges.tsv").read_text(encoding="utf-8").splitlines()
    return next((line.split("\t")[1:] for line in lines if line.startswith(routine + "\t")), None)


def checked_line(routine, exact=False):
    calls, least, most, low, high = range_of(routine)
    signed = [f"{float(p):+.1f} %".replace("+0.0", "0.0") for p in (low, high)]
    return (f"  checked     {calls} counted calls of {routine}, n = {least} to {most}: price against executed {signed[0]} to "
            f"{signed[1]}" + (", all of it what is not charged (alpha, beta, comparisons ...)" if exact else ""))


def check_ranges():
    """What --explain says of where a price was checked is what cost/ranges.tsv has, of single precision that of double."""
    for question, counted in (("dgeev n=9", "dgeev"), ("cgesdd m=9 n=5", "zgesdd"), ("dsyevd n=9", "dsyevd"),
                              ("sgbtrf n=9 kl=1 ku=1", "dgbtrf")):
        said, _ = cost(*question.split(), "--explain")
        expect(f"{question}, checked", said.splitlines()[-1], checked_line(counted))
    for question, counted in (("scnrm2 n=9", "dznrm2"), ("cgesvxx n=9", "zgesvxx"), ("dgesvxx n=9", "dgesvxx")):
        said = json.loads(cost(*question.split(), "-x", "-f", "json")[0])["checked"]
        calls, least, most, low, high = range_of(counted)
        expect(f"{question}, checked in JSON", said, {"calls": int(calls), "of": counted, "from": int(least), "to": int(most),
                                                       "low_percent": float(low), "high_percent": float(high)})
    said, _ = cost("dgemm_batch", "m=2", "n=2", "k=2", "-x")
    expect("never counted", said.splitlines()[-1], "  checked     by hand, not against counted calls")
    expect("never counted, in JSON", json.loads(cost("dgemm_batch", "m=2", "n=2", "k=2", "-x", "-f", "json")[0])["checked"], None)


def check_what_changes_no_price():
    for words, flops in (
            # lda, steps, options and scalars of any value; with alpha = 0 nothing is multiplied
            ("dgemm m=3 n=4 k=5 lda=3 ldb=5 transa=T alpha=2.5 beta=0", 120), ("dgemm m=3 n=4 k=5 alpha=0 beta=1", 0),
            ("dgemm m=3 n=4 k=5 alpha=-0.0 beta=2", 0), ("dgemm m=3 n=4 k=5 alpha=0.1", 120), ("dtrsm m=3 n=4 alpha=0", 0),
            ("daxpy n=7 alpha=0e3", 0), ("daxpy n=7 alpha=1 incx=-2", 14),
            # two groups of three products of 2 by 2
            ("dgemm_batch m=2 n=2 k=2 group_size=3 group_count=2", 96)):
        expect(words, json.loads(cost("-f", "json", *words.split())[0])["flop_cost"], flops)


def check_complaints():
    integers = "is not accepted; an integer such as 1000 or 1e3"
    for words, wanted in (
            ("", "no ROUTINE; see flopshim cost --help"),
            ("dgemm m=1 n=1", "dgemm needs k=, which has no usual case"),
            ("dgemm m=1 n=1 k=1 q=2", "dgemm has no argument 'q'; it has transa transb m n k alpha a lda b ldb beta c ldc"),
            ("dgemm m=1 n=1 k=x", f"dgemm: k=x {integers}"),
            ("dgemm m=1 n=1 k=", "'k=' is not accepted; name=value, such as n=1000"),
            ("dgemm m=1 n=1 k=1.5", f"dgemm: k=1.5 {integers}"), ("ddot n=9" + "9" * 19, f"ddot: n=9{'9' * 19} {integers}"),
            ("dgemm m=1 n=1 k", "'k' is not accepted; name=value, such as n=1000"),
            ("dgemm m=1 n=1 k=-1", "dgemm: k=-1 is not accepted; a dimension is 0 or more"),
            ("dgemm m=1 m=2 n=1 k=1", "dgemm: m=2 is not accepted; it is given already"),
            ("dtrsm side=X m=4 n=3", "dtrsm: side=X is not accepted; one of L, R"),
            ("dgemm m=1 n=1 k=1 a=3", "dgemm: a=3 is not accepted; the price does not hang on it, but on m n k"),
            ("dgemm m=1 n=1 k=1 alpha=x", "dgemm: alpha=x is not accepted; a number such as 2.5, or g for any"),
            ("dgeqrt m=9 n=5 nb=0", "dgeqrt: nb=0 is not accepted; it is 1 or more"),
            ("dtgsyl m=3 n=3 ijob=9", "dtgsyl: ijob=9 is not accepted; an integer from 0 to 4")):
        expect(words, cost(*words.split(), status=2), ("", f"flopshim cost: {wanted}\n"))


for check in (check_questions, check_layout, check_large, check_conventions_and_options, check_lines, check_explanations,
              check_ranges, check_what_changes_no_price, check_complaints):
    check()
