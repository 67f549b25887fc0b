"""Every C and C++ file is as clang-format lays it out by .clang-format; warnings are the build's (flopshim_strict)."""
import pathlib
import subprocess
import tempfile

from harness import ROOT, expect

FOLDERS = ("cost", "report", "shim", "tests")


def misformatted(files):
    done = subprocess.run(["clang-format-14", "--dry-run", "-Werror", f"--style=file:{ROOT}/.clang-format", *files],
                          capture_output=True, text=True, check=False, cwd=ROOT)
    return sorted({line.split(":")[0] for line in done.stderr.splitlines() if ": error: " in line})


def main():
    files = [str(path.relative_to(ROOT)) for folder in FOLDERS for ending in ("c", "h", "cpp")
             for path in sorted((ROOT / folder).rglob(f"*.{ending}"))]
    expect("files found", len(files) > 200, True)
    expect("not as clang-format-14 -i leaves them", misformatted(files), [])
    with tempfile.TemporaryDirectory() as folder:
        planted = pathlib.Path(folder, "planted.c")
        planted.write_text("int  main( void ){ return 0; }\n")
        expect("a planted one is seen", misformatted([str(planted)]), [str(planted)])


main()
