"""What a question costs: flopshim_cost() in a process answers as `flopshim cost` does, and refuses what that refuses."""
import json

from harness import PROGRAM, Run, expect

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


def main():
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


main()
