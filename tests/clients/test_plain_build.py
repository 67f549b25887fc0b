"""The commands of README.md, `cmake -B build` and `cmake --build build`, with what CMake chooses by itself where nothing is
said: make. Of the targets one that takes little time: scripts/demo.sh makes those
that a user needs."""
import subprocess
import tempfile

from harness import ROOT, expect


def main():
    with tempfile.TemporaryDirectory() as folder:
        for command in (["-S", ROOT, "-B", folder], ["--build", folder, "--target", "generate"]):
            done = subprocess.run(["cmake", *command], capture_output=True, text=True, check=False)
            expect(f"cmake {command}: {done.stdout}{done.stderr}", done.returncode, 0)
        with open(f"{folder}/CMakeCache.txt", encoding="utf-8") as cache:
            expect("what CMake chose", "CMAKE_GENERATOR:INTERNAL=Unix Makefiles\n" in cache, True)


main()
