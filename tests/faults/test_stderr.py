"""The reader of stderr, or of stdout, is gone: what the shim writes is lost, and the status is the same (hazard 20)."""
import os
import subprocess
import tempfile

from harness import BUILD, LIBRARY, LIBS, PLAIN, expect

CASES = {"banner": ({"FLOP_BUDGET": "1e9"}, 0), "misspelt": ({"FLOP_BUGDET": "1e9"}, 0),
         "malformed": ({"FLOP_TIMING": "sometimes"}, 0), "summary": ({"FLOP_OUTPUT": "stderr"}, 0),
         "unwritable": ({"FLOP_OUTPUT": "/proc/no/where.txt"}, 0),
         "warned": ({"FLOP_BUDGET": "1", "FLOP_ON_EXHAUSTED": "warn"}, 0), "refused": ({"FLOP_BUDGET": "20"}, 86),
         "malformed limit": ({"FLOP_BUDGET": "much"}, 2)}


def without_reader():
    reader, writer = os.pipe()
    os.close(reader)
    return writer


for what, (env, status) in CASES.items():
    # Where dots ends by itself it dies of what it prints to nobody, with the shim or without
    for gone in ("stderr", "stdout") if status == 86 else ("stderr",):
        with tempfile.TemporaryDirectory() as folder:
            writer = without_reader()
            done = subprocess.run([BUILD / "dots", "7", "7"], cwd=folder, text=True, check=False, timeout=60,
                                  env=PLAIN | {"LD_LIBRARY_PATH": f"{LIBS}/blas", "LD_PRELOAD": LIBRARY} | env,
                                  stdout=subprocess.PIPE if gone == "stderr" else writer,
                                  stderr=subprocess.PIPE if gone == "stdout" else writer)
            os.close(writer)
            expect(f"{what}, no reader of {gone}: status", done.returncode, status)
            if gone == "stderr":
                expect(f"{what}: stdout", done.stdout, {0: "ran\n" * 2, 86: "ran\n", 2: ""}[status])
