"""Help, manual pages and completion offer what the program has, and nothing else; what is misspelt is told."""
import pathlib
import re
import subprocess
import tempfile

from harness import LIBRARY, PROGRAM, ROOT, SANITIZED, Run, expect

MAN, COMPLETION = ROOT / "report/program/man", ROOT / "report/program/completion/flopshim.bash"


def flopshim(*words, status=0, **options):
    run = Run([PROGRAM, *words], preload=False, **options)
    expect(f"flopshim {words}: status; {run.stderr}", run.returncode, status)
    expect(f"flopshim {words}: one of stdout and stderr", bool(run.stdout) != bool(run.stderr), True)
    return run.stdout + run.stderr


def verbs():
    return re.findall(r"^  (\w+) +\S", flopshim("--help"), re.M)


def options_of(verb):
    """{--option: (-letter or "", takes a value, its line)} by the help, which the table of the code prints."""
    rows = re.findall(r"^  (-\w,|   ) (--[\w-]+)( [A-Z]+)? +(.*(?:\n {26}\S.*)*)", flopshim(verb, "--help"), re.M)
    return {name: (letter.strip(" ,"), bool(value), text) for letter, name, value, text in rows}


def complete(*words):
    script = f'source {COMPLETION}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _flopshim; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", script, "bash", "flopshim", *words], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def man_page(name):
    """Without fonts and escapes."""
    text = (MAN / f"{name}.1").read_text()
    return re.sub(r"\\f[A-Z]", "", text.replace("\\-", "-")).replace('"', "")


def check_verbs():
    known = verbs()
    expect("completion of verbs", complete(""), {*known, "--help", "--version"})
    expect("completion of help", complete("help", ""), set(known) - {"help"})
    top = man_page("flopshim")
    for verb in known:
        expect(f"{verb} in flopshim(1)", bool(re.search(rf"^\.(B|BR) {verb}\b", top, re.M)), True)
        if verb != "help":
            expect(f"flopshim help {verb}", flopshim("help", verb), flopshim(verb, "--help"))
    pages = {p.stem for p in MAN.glob("*.1")}
    expect("manual pages", pages, {"flopshim", *(f"flopshim-{verb}" for verb in known if verb != "help")})
    expect("flopshim help", flopshim("help"), flopshim("--help"))


def check_options():
    for verb in set(verbs()) - {"help"}:
        table, page = options_of(verb), man_page(f"flopshim-{verb}")
        expect(f"{verb} has --help", "--help" in table, True)
        expect(f"completion of {verb}'s options", complete(verb, "--") - {"--"}, set(table))
        heads = re.findall(r"^\.TP\n(\.BR? .*--.*)$", page, re.M)
        offered = {name: letter for line in heads for letter, name in re.findall(r"(-\w)?(?: , )? *(--[\w-]+)", line)}
        expect(f"options of flopshim-{verb}(1)", offered, {name: letter for name, (letter, _, _) in table.items()})


def check_words():
    """A value that completion offers is taken, and is named by help and manual page."""
    given = {"run": ["true"], "cost": ["dgemm", "m=1", "n=1", "k=1"], "list": ["dgemm"],
             "diff": ["none", "none"], "merge": ["none"], "calibrate": ["none"], "top": ["--once", "-d", "0.1"]}
    for verb in set(verbs()) - {"help"}:
        page = man_page(f"flopshim-{verb}")
        for option, (letter, takes_value, text) in options_of(verb).items():
            is_path = option in ("--output", "--ledger-dir", "--files-from", "--library")
            offered = complete(verb, option, "") if takes_value and not is_path else set()
            expect(f"{verb} {letter}", not letter or complete(verb, letter, "") == complete(verb, option, ""), True)
            for word in offered:
                expect(f"{verb} {option} {word} in the help", word.strip("=") in text, True)
                expect(f"{verb} {option} {word} in the manual page", bool(re.search(rf"\b{word.strip('=')}\b", page)), True)
                value = word + "XCPU" if word.endswith("=") else word
                run = Run([PROGRAM, verb, option, value, *given.get(verb, [])], preload=False)
                expect(f"{verb} {option} {word}: {run.stderr}", "expected" in run.stderr, False)


def check_variables():
    """Every variable that has an option is named behind it, and every word of its table is in the help."""
    table = options_of("run")
    source = (ROOT / "shim/base/config_values.c").read_text()
    rows = re.findall(r'\{"(FLOP_[A-Z_]+)", take_\w+, ("[^"]+"|NULL)', source)
    expect("rows of config_values.c", len(rows), 17)
    for variable, words in rows:
        option = "--" + variable[5:].lower().replace("_", "-")
        if option == "--disable":
            continue
        expect(f"{variable} behind {option}", variable in table[option][2], True)
        if words != '"0 1"' and words != "NULL":
            offered = {w.strip("=") for w in complete("run", option, "")}
            expect(f"completion of {option}", offered, set(words.strip('"').split()))


def check_suggestions():
    for words, wanted in (
            (["run", "--bugdet", "5", "true"], "--bugdet; did you mean --budget?"),
            (["run", "--exit_code=5", "true"], "--exit_code; did you mean --exit-code?"),
            (["run", "--scope", "tre", "true"], "--scope tre: expected process, tree or job"),
            (["run", "--scope", "tre", "true"], "did you mean tree?"),
            (["run", "--nonsense", "true"], "--nonsense; see flopshim run --help"),
            (["run", "-z", "true"], "unknown option -z"), (["run", "--budget"], "--budget needs a value: --budget N"),
            (["run", "--quiet=1", "true"], "--quiet takes no value"),
            (["run", "--on", "wran", "true"], "--on-exhausted wran: expected error"),
            (["run", "--o", "x.txt", "true"], "--o may be --output --on-exhausted"),
            (["reprot", "x"], "'reprot'; did you mean report?"), (["nonsense"], "there are: run report"),
            (["help", "rnu"], "'rnu'; did you mean run?"), (["help", "nonsense"], "there are: run"),
            (["help", "run", "cost"], "one verb at a time"), (["--verison"], "did you mean --version?"),
            (["report", "--fromat", "csv", "x"], "did you mean --format?"), (["list", "--symblos"], "did you mean --symbols?"),
            (["cost", "dgem"], "'dgem'; did you mean dgemv, dgemm or dger?"), (["cost", "DGEMN"], "did you mean dgemv or dgemm?"),
            (["cost", "cblas_dgem64_", "n=1"], "did you mean dgemv, dgemm or dger?"),
            (["cost", "svd"], "routines of that topic are dgesdd, dgesvd"), (["cost", "eigh"], "dsyevd, zheevd"),
            (["cost", "lu"], "dgetrf"), (["cost", "Cholesky"], "dpotrf"), (["cost", "lstsq"], "dgelsd"), (["cost", "qr"], "dgeqrf"),
            (["cost", "solve"], "dgesv"), (["cost", "matmul"], "dgemm"), (["cost", "gemm"], "sgemm, dgemm, cgemm, zgemm"),
            (["cost", "qwertyuiop"], "`flopshim list` prints"), (["cost", "svdd"], "did you mean svd?"),
            (["list", "choleski"], "did you mean cholesky?"), (["list", "dgemn", "dgemm"], "'dgemn'; did you mean"),
            (["library", "x"], "takes no argument, got 'x'"),
            (["cost", "dgemm", "m=-1", "n=1", "k=1"], "dgemm: m=-1 is not accepted")):
        said = flopshim(*words, status=2)
        expect(f"{words}: {said}", wanted in said and said.count("\n") == 1, True)


def check_run_judges_its_values():
    """A malformed value is an error of usage that names the option, before anything runs."""
    with tempfile.TemporaryDirectory() as folder:
        mark = pathlib.Path(folder) / "ran"
        for option, values in (("budget", ["1x", "0", "-5", "1.5", ""]), ("multiplier", ["0", "-0.5", "nan", "two"]),
                               ("scope", ["jobs", "PROCESS", ""]), ("on-exhausted", ["signal=65", "ignore"]),
                               ("exit-code", ["0", "256", "x"]), ("timing", ["ALL"]),
                               ("count", ["", "blas,", "ffts", "blas lapack"]), ("convention", ["fma "]),
                               ("detail", ["call", "shape", "", "shapes,", "calls=0", "calls=1000000", "calls=1,x"]),
                               ("output", ["x.htm", "%q.html", "%q.txt", " , ", "x.json,y.log", ""]), ("namespace", ["n" * 256])):
            for value in values:
                said = flopshim("run", f"--{option}", value, "--", "touch", str(mark), status=2)
                expect(f"{option} {value}: {said}", said.startswith(f"flopshim run: --{option} {value[:200]}"), True)
                expect(f"{option} {value}: one line", (said.count("\n"), ": expected " in said, mark.exists()), (1, True, False))
        flopshim_run = Run([PROGRAM, "run", "--output", "x.json,y,stderr", "--", "touch", mark], preload=False)
        expect("good values run", (flopshim_run.returncode, flopshim_run.stderr, mark.exists()), (0, "", True))


def check_output_of_the_environment():
    """No limit: the default is used, and one line says so."""
    with tempfile.TemporaryDirectory() as folder:
        blas = [str(pathlib.Path(LIBRARY.split()[-1]).parent / "tests/dots"), "7"]
        env = {"FLOP_OUTPUT": "x.html", "FLOP_QUIET": "1", "LD_LIBRARY_PATH": "/usr/lib/x86_64-linux-gnu/blas"}
        run = Run(blas, {**env, "LD_PRELOAD": LIBRARY}, preload=False, cwd=folder)
        expect("FLOP_OUTPUT=x.html: status", run.returncode, 0)
        expect("one line", (run.stderr.count("\n"), run.stderr.startswith("flopshim: FLOP_OUTPUT=x.html: expected ")), (1, True))
        expect("files", [p.suffix for p in pathlib.Path(folder).iterdir()], [".txt"])


def check_library():
    path = flopshim("library").rstrip("\n")
    expect("flopshim library", pathlib.Path(path).resolve(), pathlib.Path(LIBRARY.split()[-1]).resolve())
    if SANITIZED:
        return
    script = f'LD_PRELOAD=$({PROGRAM} library) FLOP_VERBOSE=1 FLOP_OUTPUT=stderr sh -c "grep -c libflopshim /proc/self/maps"'
    run = Run(["bash", "-c", script], preload=False)
    expect(f"LD_PRELOAD=$(flopshim library): {run.stderr}", int(run.stdout) > 0, True)
    with tempfile.TemporaryDirectory(prefix="with blank ") as folder:
        copy = pathlib.Path(folder) / "flopshim"
        copy.write_bytes(pathlib.Path(PROGRAM).read_bytes())
        copy.chmod(0o755)
        (pathlib.Path(folder) / "libflopshim.so").write_bytes(pathlib.Path(path).read_bytes())
        run = Run([copy, "library"], preload=False)
        expect("a path with a blank", (run.returncode, run.stdout, "LD_PRELOAD cannot hold" in run.stderr), (125, "", True))
        (pathlib.Path(folder) / "libflopshim.so").unlink()
        run = Run([copy, "library"], preload=False)
        expect("no library", (run.returncode, run.stdout, "cannot find libflopshim.so" in run.stderr), (125, "", True))


for check in (check_verbs, check_options, check_words, check_variables, check_suggestions, check_run_judges_its_values,
              check_output_of_the_environment, check_library):
    check()
