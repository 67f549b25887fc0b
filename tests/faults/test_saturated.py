"""A call that costs more FLOPs than 64 bits hold is marked: as JSON, as text, and as text made of the JSON. A product of 3e9 rows
and columns takes 5.4e28."""
import json
import pathlib
import subprocess
import tempfile

from harness import BUILD, LIBRARY, PLAIN, PROGRAM, expect

MOST = 2**64 - 1
with tempfile.TemporaryDirectory() as folder:
    made = pathlib.Path(folder)
    env = {**PLAIN, "LD_PRELOAD": LIBRARY, "FLOP_OUTPUT": f"{folder}/own.json,{folder}/own.txt", "FLOP_QUIET": "1"}
    done = subprocess.run([BUILD / "saturated"], env=env, capture_output=True, text=True, check=False)
    expect("status and stderr", (done.returncode, done.stderr), (0, ""))
    summary, text = json.loads((made / "own.json").read_text()), (made / "own.txt").read_text()
    expect("used", (summary["flops_used"], summary["operations"]["dgemm"]["flop_cost"]), (MOST, MOST))
    expect("complete", (summary["complete"], summary["incomplete"]), (False, ["saturated"]))
    for line in ("  Used:          18,446,744,073,709,551,615 or more\n",
                 "    dgemm            18,446,744,073,709,551,615 or more  (100.0%)  [1 call]\n",
                 "    calls that cost 2^64 FLOPs or more: 18,446,744,073,709,551,615 stands for the price of each\n"):
        expect(f"{line!r} in the text", line in text, True)
    shown = subprocess.run([PROGRAM, "report", made / "own.json"], capture_output=True, text=True, check=False)
    expect("the text of the JSON", (shown.returncode, text in shown.stdout), (0, True))
