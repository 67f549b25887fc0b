"""Bad options and files of the flopshim program: status 2 and one line that names them, never a crash or a guess."""
import pathlib
import tempfile

from harness import BUILD, LIBS, PROGRAM, Run, expect

DOTS = str(BUILD / "dots")


def refused(status, *command, names, **options):
    run = Run([PROGRAM, *command], {"LD_LIBRARY_PATH": f"{LIBS}/blas"}, preload=False, **options)
    expect(f"{command}: status; {run.stderr}", (run.returncode, run.stdout), (status, ""))
    expect(f"{command}: names {names}: {run.stderr}", names in run.stderr, True)
    expect(f"{command}: one line: {run.stderr}", run.stderr.count("\n"), 1)


def numbers():
    for value in ("", "0", "-1", "1e", "1.5", "nan", "1e37", "1000000000000000000000000000000000001", "10MM", "0x10", "1" * 5000,
                  "\x1b[31m5", "5\n6"):
        shown = "".join("?" if c < " " else c for c in value[:200])
        refused(2, "run", "--budget", value, "--", DOTS, "7", names=f"--budget {shown}")
    for value in ("tree,", "PROCESS", ""):
        refused(2, "run", "--budget", "5", "--scope", value, "--", DOTS, names=f"--scope {value}")


def fall_back():
    """Of the environment; `flopshim run` refuses the same values of its options (apps/test_help.py)."""
    for variable, value in (("FLOP_MULTIPLIER", "-0.5"), ("FLOP_EXIT_CODE", "256"), ("FLOP_ON_EXHAUSTED", "signal=65"),
                            ("FLOP_TIMING", "ALL"), ("FLOP_CONVENTION", "fma "), ("FLOP_OUTPUT", "%q.txt"), ("FLOP_OUTPUT", " , "),
                            ("FLOP_OUTPUT", "x.htm")):
        run = Run([PROGRAM, "run", "-q", "--", DOTS, "7"], {"LD_LIBRARY_PATH": f"{LIBS}/blas", variable: value}, preload=False)
        expect(f"{variable}={value}: runs; {run.stderr}", (run.returncode, run.stdout), (0, "ran\n"))
        expect(f"{variable}={value}: one line of {run.stderr}", run.stderr.count(f"{variable}={value}: expected "), 1)


def questions():
    for words, names in ((["dgemm", "m=1e", "n=1", "k=1"], "m=1e"), (["dgemm", "m=1", "n=1"], "k="), (["nosuch"], "nosuch"),
                         (["dgemm", "m=99999999999999999999", "n=1", "k=1"], "m=9999"),
                         (["dtrsm", "m=1", "n=1", "uplo=X"], "uplo=X"),
                         (["somatcopy", "rows=1", "cols=1", "alpha=much"], "alpha=much"), (["dgemm", "=1"], "=1"),
                         (["dgemm", "m=1", "--format", "xml"], "xml"), (["dgemm", "m=1", "--convention", "flops"], "flops")):
        refused(2, "cost", *words, names=names)


def files():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "x"
        for content, names in ((b"", "empty"), (b"\0" * 5000, "neither"), (b"FLOPSHIM", "too short"),
                               (b"FLOPSHIM" + b"\xff" * 5000, ""),
                               (b"{", "not valid JSON"), (b'{"a": 1, "a": 2}', "duplicate"),
                               (b'{"schema_version": 1e0}', "schema_version"),
                               (b'{"schema_version": 1, "operations": {"x\\u001b": 1}}', "operations.x?"),
                               (b"[" * 100000, "neither"),
                               (b'{"a":' + b"[" * 100000, "not valid JSON")):
            path.write_bytes(content)
            refused(2, "report", str(path), names=names)
        path.write_bytes(b"{}")
        for format in ("", "TEXT", "xml"):
            refused(2, "report", "--format", format, str(path), names=f"--format {format}")
        refused(2, "report", folder, names=folder)
        refused(2, "report", folder + "/absent", names="absent")


for test in (numbers, fall_back, questions, files):
    test()
