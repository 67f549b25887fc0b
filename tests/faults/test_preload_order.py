"""The order that `flopshim run` gives LD_PRELOAD, and damaged programs, whose files it reads to find it."""
import os
import pathlib
import random
import subprocess
import tempfile

from harness import BUILD, LIBRARY, LIBS, PROGRAM, SANITIZED, Run, expect

ASAN, JEMALLOC = "libasan.so.8", "libjemalloc.so.2"
MINE = [] if not SANITIZED else ["libasan.so.8" if "address" in SANITIZED else "libtsan.so.2"]


def order(inherited, command=("/usr/bin/env",), **env):
    run = Run([PROGRAM, "run", "--", *command], {"LD_PRELOAD": inherited} | env)
    value = next((line[11:] for line in run.stdout.splitlines() if line.startswith("LD_PRELOAD=")), run.stderr)
    return [pathlib.Path(p).name for p in value.split(":")]


def main():
    ours = pathlib.Path(LIBRARY.split()[-1]).name
    if not MINE:
        expect("nothing else", order(""), [ours])
        expect("ours first", order(f"{JEMALLOC} libm.so.6"), [ours, JEMALLOC, "libm.so.6"])
        expect("but for a runtime", order(f"{ASAN}:libm.so.6", ASAN_OPTIONS="detect_leaks=0"), [ASAN, ours, "libm.so.6"])
        with tempfile.TemporaryDirectory() as folder:
            # Found through two levels of scripts and env: nothing of this is run but the outer script
            for name, text in {"outer": f"#!{folder}/inner x\n", "inner": "#!/usr/bin/env -S A=b printer 1\n"}.items():
                (pathlib.Path(folder) / name).write_text(text)
                os.chmod(f"{folder}/{name}", 0o755)
            source = pathlib.Path(folder) / "printer.c"
            source.write_text('#include <stdio.h>\n#include <stdlib.h>\n'
                              'int main(void) { printf("LD_PRELOAD=%s\\n", getenv("LD_PRELOAD")); }\n')
            subprocess.run(["gcc", "-fsanitize=address", source, "-o", f"{folder}/printer"], check=True)
            path = f"{folder}:/usr/bin:/bin"
            for command in (["printer"], ["inner"], ["outer"], [f"{folder}/printer"]):
                expect(f"{command}", order("", command, PATH=path), [ASAN, ours])
            twice = order(f"{ASAN} libm.so.6", ["printer"], PATH=path, ASAN_OPTIONS="detect_leaks=0")
            expect("not twice", twice, [ASAN, ours, "libm.so.6"])
    else:
        expect("a sanitized library's runtime", order("")[:2], [*MINE, ours])
    damaged()


def damaged():
    """Cut anywhere, or with any bytes of its headers changed: flopshim itself goes on to exec, which decides."""
    whole = (BUILD / "stacked_gcc_address").read_bytes()
    random.seed(1)
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "damaged"
        for i in range(60):
            data = bytearray(whole[:random.randrange(len(whole))] if i % 3 == 0 else whole)
            for _ in range(0 if i % 3 == 0 else random.choice((1, 8, 64))):
                data[random.randrange(min(len(data), 1000 if i % 3 == 1 else len(data)))] = random.choice((0, 1, 0x7f, 0xff))
            program.write_bytes(data)
            program.chmod(0o755)
            done = subprocess.run([PROGRAM, "run", "-q", "-o", "none", "--", program], capture_output=True, timeout=20,
                                  env={"LD_LIBRARY_PATH": f"{LIBS}/blas", "ASAN_OPTIONS": "detect_leaks=0"}, cwd=folder,
                                  check=False)
            expect(f"damaged file {i}: {done.stderr[:500]}", done.returncode < 0 or b"/report/" in done.stderr, False)


main()
