"""test_sanitized.py gcc|clang SANITIZER: a program that is sanitized itself, counted and not disturbed; what its sanitizer
finds it still finds. Under `flopshim run`, under a plain LD_PRELOAD where that is possible, and from a script."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

from harness import BUILD, LIBRARY, LIBS, PROGRAM, ROOT, SANITIZED, Run, check_balance, expect, skip

COSTS = {"dgemm": (200, 76800), "ddot": (200, 12800)}
# what to run, what is said of it
FINDS = {"address": ("overrun", "heap-buffer-overflow"), "thread": ("race", "data race"),
         "undefined": ("overflow", "signed integer overflow")}


def build(compiler, sanitizer, folder):
    if compiler == "gcc":
        return BUILD / f"stacked_gcc_{sanitizer}"
    if not shutil.which("clang-14"):
        skip("clang-14 is not installed: run scripts/bootstrap.sh")
    program = folder / "stacked_clang"
    built = subprocess.run(["clang-14", "-g", f"-fsanitize={sanitizer}", ROOT / "tests/faults/stacked.c", "-pthread", "-o",
                            program, f"{LIBS}/blas/libblas.so"], capture_output=True, text=True, check=False)
    expect(f"clang-14 builds with -fsanitize={sanitizer}: {built.stderr}", built.returncode, 0)
    return program


def main(compiler, sanitizer):
    if SANITIZED:
        skip("the library's sanitizer and the program's would meet in one process")
    with tempfile.TemporaryDirectory() as name:
        program = build(compiler, sanitizer, pathlib.Path(name))
        (pathlib.Path(name) / "app").symlink_to(program)
        (pathlib.Path(name) / "script").write_text("#!/usr/bin/env app\n")
        (pathlib.Path(name) / "script").chmod(0o755)
        env = {"LD_LIBRARY_PATH": f"{LIBS}/blas", "PATH": f"{name}:/usr/bin:/bin"}
        alone = Run([program, "4", "50"], env, preload=False)
        expect(f"alone ({alone.stderr})", alone.returncode, 7)
        ways = {"run": ([PROGRAM, "run", "--", program], ""), "looked up in PATH": ([PROGRAM, "run", "app"], "")}
        runtime = {"address": "libasan.so.8", "thread": "libtsan.so.2"}.get(sanitizer) if compiler == "gcc" else None
        refuses = runtime == "libasan.so.8"
        ways["LD_PRELOAD"] = ([program], f"{runtime} {LIBRARY}" if refuses else LIBRARY)
        for limit in ({}, {"FLOP_BUDGET": "1e9"}):
            for way, (command, preload) in ways.items():
                run = Run([*command, "4", "50"], env | limit | {"LD_PRELOAD": preload})
                expect(f"{way}: status", (run.returncode, run.stdout), (7, alone.stdout))
                expect(f"{way}: only the program's own line: {run.stderr}", run.stderr.count("\n"), 1)
                expect(f"{way}: costs", run.costs(), COSTS)
                check_balance(run.summary)
        kind, message = FINDS[sanitizer]
        found = Run([program, kind], env, preload=False)
        counted = Run([PROGRAM, "run", program, kind], env | {"LD_PRELOAD": ""})
        expect(f"still finds it ({counted.stderr})", (counted.returncode, message in counted.stderr, message in found.stderr),
               (found.returncode, True, True))
        expect("counted up to there", counted.costs(), {"dgemm": (1, 384), "ddot": (1, 64)})
        if refuses:
            run = Run([program, "4", "50"], env | {"LD_PRELOAD": LIBRARY})
            expect("without help ASan refuses, which README says", "ASan runtime does not come first" in run.stderr, True)
        script = Run([PROGRAM, "run", "script"], env | {"LD_PRELOAD": ""})
        expect(f"a script's interpreter ({script.stderr})", script.returncode, 0)


main(*sys.argv[1:])
