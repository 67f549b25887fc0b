"""ruff has nothing to say of any Python file, by pyproject.toml; and it does of a planted one."""
import subprocess

from harness import ROOT, expect, python

# A line too long, an import that is not used, a blank at the end of a line, a default that all calls share
PLANTED = {"E501": f"long = '{'x' * 130}'\n", "F401": "import os\n", "W291": "a = 1 \n", "B006": "def f(x=[]):\n    return x\n"}


def ruff(*words, text=None):
    done = subprocess.run([python("new"), "-m", "ruff", "check", "--no-cache", "--output-format", "concise", *words], input=text,
                          capture_output=True, text=True, check=False, cwd=ROOT)
    return done.returncode, done.stdout + done.stderr


def main():
    status, said = ruff("scripts", "shim", "tests")
    expect(f"ruff check: {said[-3000:]}", status, 0)
    for rule, text in PLANTED.items():
        status, said = ruff("--stdin-filename", "scripts/planted.py", "-", text=text)
        expect(f"a planted {rule}: {said}", (status, f" {rule} " in said), (1, True))
        expect(f"only {rule}: {said}", said.count("planted.py:"), 1)


main()
