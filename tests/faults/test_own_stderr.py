"""A program that closes 0 to 2 and opens its data as descriptor 2 finds nothing of ours in it; who has another pipe there, or the
file that was there at the start, is told."""
import pathlib
import subprocess
import tempfile

from harness import BUILD, LIBRARY, PLAIN, expect
from place import BLAS

CASES = {"banner": ({"FLOP_BUDGET": "1e9"}, 0), "summary": ({"FLOP_OUTPUT": "stderr"}, 0), "line": ({}, 0),
         "unwritable": ({"FLOP_OUTPUT": "/proc/no/where.txt"}, 0), "verbose": ({"FLOP_VERBOSE": "1"}, 0),
         "warned": ({"FLOP_BUDGET": "1", "FLOP_ON_EXHAUSTED": "warn"}, 0), "refused": ({"FLOP_BUDGET": "20"}, 86),
         "aborted": ({"FLOP_BUDGET": "20", "FLOP_ON_EXHAUSTED": "abort"}, -6)}
for what, (env, status) in CASES.items():
    for how in ("data", "closed", "kept", "moved"):
        with tempfile.TemporaryDirectory() as folder, open(f"{folder}/stderr", "wb") as stderr:
            data = pathlib.Path(folder, "data")
            if how == "moved" and status < 0:
                continue
            done = subprocess.run([BUILD / "own_stderr", how, data], cwd=folder, env=PLAIN | BLAS | {"LD_PRELOAD": LIBRARY} | env,
                                  stdout=subprocess.DEVNULL, stderr=stderr, check=False)
            said = pathlib.Path(folder, "stderr").read_text()
            expect(f"{what}, {how}: status", done.returncode, status)
            if how == "data":
                expect(f"{what}: the data", data.read_text(), "data\n" * 3 + ("" if status else "end\n"))
            if how in ("data", "closed"):
                expect(f"{what}, {how}: what was stderr", said, "")
            else:
                expect(f"{what}, {how}: said", "flopshim" in (said if how == "kept" else data.read_text()), True)
