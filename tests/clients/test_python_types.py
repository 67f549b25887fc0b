"""The package flopshim and a program that uses it, checked by mypy --strict; and the program's errors are found."""
import pathlib
import subprocess
import tempfile

from harness import ROOT, expect, python

PACKAGE = ROOT / "shim/bindings/python"
USER = """
import flopshim
@flopshim.budget(10)
def f(x: int) -> str:
    return str(x)
@flopshim.namespace("a")
async def g() -> int:
    return len(f(3))
with flopshim.BudgetContext(10, namespace="a") as context:
    used: int = context.flops_used + sum(record.flop_cost for record in context.op_log)
    context.deduct("b", flop_cost=1, subscripts="i->", shapes=((1, 2), (3,)))
try:
    flopshim.deduct("c", flop_cost=2)
except flopshim.BudgetExhaustedError as error:
    rest: int = error.flops_remaining
print(flopshim.budget_summary_dict()["flops_used"], flopshim.budget_summary(), flopshim.render_budget_summary())
"""
WRONG = 'f("text")\nflopshim.BudgetContext("10")\nflopshim.deduct("c")\n'


def mypy(folder, *files):
    command = [python("new"), "-m", "mypy", "--strict", "--cache-dir", folder / "cache", *files]
    done = subprocess.run(command, cwd=PACKAGE, env={"MYPYPATH": str(PACKAGE)}, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "user.py").write_text(USER)
        (folder / "wrong.py").write_text(USER + WRONG)
        status, out = mypy(folder, "flopshim", "flopshim_pytest.py", folder / "user.py")
        expect(f"types: {out}", status, 0)
        status, out = mypy(folder, folder / "wrong.py")
        expect(f"wrong types: {out}", (status, out.count(": error:")), (1, 3))
    expect("py.typed", (PACKAGE / "flopshim/py.typed").exists(), True)


main()
