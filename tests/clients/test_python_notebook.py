"""A notebook, run by nbclient in a kernel that `python -m flopshim --install-kernel` made: contexts in cells, the summary as
HTML, the live view, refusals; and what a kernel without the preload says. `test_python_notebook.py FILE` keeps the HTML."""
import json
import pathlib
import sys
import tempfile

from harness import LIBRARY, ROOT, Run, expect, python

FORWARD = ROOT / "tests/clients/python/forward.txt"  # what the contract shows
# The kernel reads what is written to descriptor 2, the banner, in a thread; nbclient hears nothing of it once the cell has ended
CELLS = ["""
import time
import flopshim
import numpy as np
W, x = np.ones((256, 256)), np.ones(256)
with flopshim.BudgetContext(flop_budget=10**7, namespace="forward") as budget:
    y = W @ x
time.sleep(1)
""", "flopshim.budget_summary()", "print(flopshim.budget_summary())", "budget",
         """
with flopshim.budget_live():
    with budget:
        y = W @ x
    time.sleep(1.2)
""", """
try:
    with budget:
        flopshim.deduct("attention", flop_cost=10**8)
except flopshim.BudgetExhaustedError as error:
    print(error)
"""]
RUNNER = """
import nbclient, nbformat, sys, json
cells = [nbformat.v4.new_code_cell(source) for source in json.loads(sys.stdin.read())]
notebook = nbformat.v4.new_notebook(cells=cells)
updates = []
class Client(nbclient.NotebookClient):
    def process_message(self, msg, cell, cell_index):
        if msg["msg_type"] == "update_display_data":
            updates.append(msg["content"]["data"])
        return super().process_message(msg, cell, cell_index)
Client(notebook, kernel_name=sys.argv[1], timeout=60).execute()
print(json.dumps([[cell.outputs for cell in notebook.cells], updates]))
"""


def run_notebook(cells, kernel, env):
    run = Run([python("new"), "-c", RUNNER, kernel], env, preload=False, input=json.dumps(cells), timeout=120)
    expect(f"notebook: {run.stderr[-2000:]}", run.returncode, 0)
    return json.loads(run.stdout)


def check(cells, updates, save):
    streams = [{(o["name"], o["text"]) for o in outputs if o["output_type"] == "stream"} for outputs in cells]
    banner = [text.endswith("| budget: 1.00e+07 FLOPs\n") for name, text in streams[0] if name == "stderr"]
    expect(f"banner {cells[0]}", banner, [True])
    shown = cells[1][0]["data"]
    expect("text of budget_summary()", shown["text/plain"] + "\n", FORWARD.read_text())
    expect("HTML of budget_summary()", [part in shown["text/html"] for part in (
        "131,072 of 10,000,000 FLOPs (1.3%), 9,868,928 remain", "<td", ">dgemv</td>", "[forward]")], [True] * 4)
    expect("printed", streams[2], {("stdout", FORWARD.read_text())})
    expect("repr", cells[3][0]["data"]["text/plain"], "<BudgetContext 131,072 of 10,000,000 FLOPs used, namespace='forward'>")
    live = [o["data"]["text/html"] for o in cells[4] if o["output_type"] == "display_data"]
    expect("live: last state", ["262,144 of 10,000,000" in html for html in live], [True])
    expect(f"live: updates {len(updates)}", len(updates) >= 3, True)  # two while it sleeps, one at the end
    expect("refused", [text for name, text in streams[5] if name == "stdout"],
           ["attention would cost 100,000,000 FLOPs but only 9,737,856 remain\n"])
    if save:
        pathlib.Path(save).write_text(f"<meta charset=utf-8><body>{shown['text/html']}{live[0]}</body>")


def main():
    with tempfile.TemporaryDirectory() as folder:
        env = {"PYTHONPATH": str(ROOT / "shim/bindings/python"), "FLOPSHIM_LIBRARY": LIBRARY, "JUPYTER_DATA_DIR": folder,
               "IPYTHONDIR": f"{folder}/ipython"}
        made = Run([python("new"), "-m", "flopshim", "--on-exhausted", "error", "--install-kernel", "counted"], env,
                   preload=False)
        path = f"{folder}/kernels/counted/kernel.json"
        expect("kernel", (made.returncode, made.stdout), (0, f"{path}: choose the kernel \"Python 3 (counted)\" in Jupyter\n"))
        spec = json.loads(pathlib.Path(path).read_text())["env"]
        expect("its environment", (spec["FLOP_ON_EXHAUSTED"], spec["LD_PRELOAD"]),
               ("error", str(pathlib.Path(LIBRARY).resolve())))
        cells, updates = run_notebook(CELLS, "counted", env)
        check(cells, updates, sys.argv[1] if len(sys.argv) > 1 else None)
        cells, _ = run_notebook(["import flopshim"], "python3", env)
        expect(f"not preloaded {cells}", "--install-kernel" in cells[0][0]["text"], True)
        bad = Run([python("new"), "-m", "flopshim", "--install-kernel", "a/b"], env, preload=False)
        expect("a bad name", (bad.returncode, "got 'a/b'" in bad.stderr), (1, True))


main()
