"""A script that was written for the budget part of flopscope 0.12.4 runs with nothing but the import changed. Run as it stands,
after `import flopscope.numpy as np`, it passes there too; here np is NumPy itself."""
import os
import pathlib
import subprocess
import sys

SCRIPT = pathlib.Path(__file__).with_name("flopscope_script.txt")


def test_it_runs_with_the_import_changed():
    program = SCRIPT.read_text().replace("import flopscope as", "import flopshim as").replace("from flopscope import",
                                                                                              "from flopshim import")
    done = subprocess.run([sys.executable, "-c", "import numpy as np\n" + program], env={**os.environ, "FLOP_OUTPUT": "none"},
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["done"]), done.stderr
