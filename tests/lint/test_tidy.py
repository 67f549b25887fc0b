"""clang-tidy has nothing to say of any handwritten C file (.clang-tidy); without the analyzer, which takes minutes, and which
tests/README.md says how to run by hand."""
import pathlib
import subprocess
import tempfile

from harness import BUILD, ROOT, expect

from commands import commands

PLANTED = "int planted(int x);\nint planted(int x)\n{\n    if (x)\n        return 1;\n    else\n        return 2;\n}\n"


def complaints(*words):
    done = subprocess.run(["clang-tidy-14", "--quiet", f"--config-file={ROOT}/.clang-tidy", "--checks=-clang-analyzer-*", *words],
                          capture_output=True, text=True, check=False, cwd=ROOT)
    return done.returncode, [line for line in done.stdout.splitlines() if ": error: " in line or ": warning: " in line]


def main():
    files = sorted(commands())
    expect("files found", len(files) > 80, True)
    expect("clang-tidy", complaints("-p", BUILD.parent, *files), (0, []))
    with tempfile.TemporaryDirectory() as folder:
        planted = pathlib.Path(folder, "planted.c")
        planted.write_text(PLANTED)
        status, said = complaints(planted, "--", "-std=gnu11")
        expect("a planted else behind a return", (status != 0, ["[readability-else-after-return" in line for line in said]),
               (True, [True]))


main()
