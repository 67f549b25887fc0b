"""BudgetExhaustedError across processes: pools of multiprocessing by each way to start them, concurrent.futures and joblib carry
it to the parent, where it is the class that the parent itself raises; and where nothing of flopshim is loaded it can be read."""
import pathlib
import subprocess
import tempfile

from harness import PLAIN, Run, expect, python

CODE = """
import multiprocessing, pickle, sys, numpy as np
from concurrent.futures import ProcessPoolExecutor
def refused(i):
    a = np.ones((100, 100))
    return a @ a
def fits(i):
    return float(np.ones(8) @ np.ones(8))
def raised(what, action, mine=None):
    try:
        action()
    except Exception as e:
        assert type(e).__module__ + '.' + type(e).__name__ == 'flopshim.BudgetExhaustedError', (what, repr(e))
        assert (e.op_name, e.flop_cost) == ('dgemm', 2000000) and 0 < e.flops_remaining <= 30000, (what, vars(e))
        assert 'dgemm would cost 2,000,000 FLOPs' in str(e), (what, e)
        assert mine is None or type(e) is type(mine), (what, 'another class')
        return e
    raise SystemExit(f'{what}: nothing was raised')
def main():
    mine = None
    for round in 'before', 'after':
        for start in 'fork', 'spawn', 'forkserver':
            context = multiprocessing.get_context(start)
            with context.Pool(2) as pool:
                raised(f'{round}: Pool, {start}', lambda: pool.map(refused, range(4)), mine)
                assert pool.map(fits, range(4)) == [8.0] * 4
            with ProcessPoolExecutor(2, mp_context=context) as pool:
                raised(f'{round}: ProcessPoolExecutor, {start}', lambda: list(pool.map(refused, range(4))), mine)
            child = context.Process(target=refused, args=(0,))
            child.start()
            child.join()
            assert child.exitcode == 1, (start, child.exitcode)
        mine = raised('here', lambda: refused(0))  # the parent's own class exists by now
        mine.add_note('kept')
        assert pickle.loads(pickle.dumps(mine)).__notes__ == ['kept']
    with open('error.pickle', 'wb') as f:
        pickle.dump(mine, f)
    print('done')
if __name__ == '__main__':
    main()
"""
JOBLIB = """
import joblib
for backend in 'loky', 'threading', 'multiprocessing':
    raised(backend, lambda: joblib.Parallel(2, backend=backend)(joblib.delayed(refused)(i) for i in range(4)))
    assert joblib.Parallel(2, backend=backend)(joblib.delayed(fits)(i) for i in range(4)) == [8.0] * 4
print('done')
"""
READ = """
import pickle
one, other = (pickle.load(open('error.pickle', 'rb')) for _ in range(2))
assert type(one) is type(other) and type(pickle.loads(pickle.dumps(one))) is type(one)
print(type(one).__module__, one.op_name, one.flop_cost, one)
"""


def main():
    with tempfile.TemporaryDirectory(dir=PLAIN["FLOP_LEDGER_DIR"]) as ledgers:  # a pool kills its workers: theirs stay
        check({"FLOP_BUDGET": "30000", "FLOP_LEDGER_DIR": ledgers})


def check(env):
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder, "script.py")
        script.write_text(CODE)
        run = Run([python("debian"), script], env, cwd=folder, timeout=120)
        expect(f"pools ({run.stderr})", (run.stdout, run.returncode), ("done\n", 0))
        expect("deadlines and leaks", "resource_tracker" in run.stderr, False)
        # The expression that the pickle holds, where neither the package nor the shim is there
        plain = subprocess.run([python("debian"), "-c", READ], cwd=folder, env=PLAIN, capture_output=True, text=True, check=False)
        expect("read without flopshim", (plain.stdout[:28], plain.stderr), ("flopshim dgemm 2000000 dgemm", ""))
        # A package of that name decides which class it is
        pathlib.Path(folder, "flopshim.py").write_text(
            "class BudgetExhaustedError(Exception):\n    op_name = flop_cost = 'package'\n")
        plain = subprocess.run([python("debian"), "-c", READ.split("assert")[0] + "print(one.__class__)"], cwd=folder, env=PLAIN,
                               capture_output=True, text=True, check=False)
        expect("read with a package", (plain.stdout, plain.stderr), ("<class 'flopshim.BudgetExhaustedError'>\n", ""))
    run = Run([python("new"), "-c", CODE.split("def main")[0] + JOBLIB], env, timeout=120)
    expect(f"joblib ({run.stderr})", (run.stdout, run.returncode), ("done\n", 0))


main()
