"""scripts/ and the Python package are typed (mypy --strict), and what is not is found."""
import pathlib
import subprocess
import tempfile

from harness import ROOT, expect, python

PACKAGE = "shim/bindings/python"
PLANTED = {"no-untyped-def": "def f(x):\n    return x\n", "arg-type": "def f(x: int) -> int:\n    return x\n\n\nf('text')\n"}


def mypy(cache, *files):
    command = [python("new"), "-m", "mypy", "--strict", "--config-file", ROOT / "pyproject.toml", "--cache-dir", cache, *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return done.returncode, done.stdout + done.stderr


def main():
    with tempfile.TemporaryDirectory() as folder:
        status, said = mypy(f"{folder}/cache", "scripts", f"{PACKAGE}/flopshim", f"{PACKAGE}/flopshim_pytest.py")
        expect(f"mypy: {said[-3000:]}", status, 0)
        for kind, text in PLANTED.items():
            planted = pathlib.Path(folder, "planted.py")
            planted.write_text(text)
            status, said = mypy(f"{folder}/cache", planted)
            expect(f"a planted {kind}: {said}", (status, f"[{kind}]" in said), (1, True))


main()
