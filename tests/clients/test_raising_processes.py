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
# The class by itself, as torch's DataLoader and others send it: sys.exc_info()[0]
CLASS = """
import copy, threading
class Parcel:
    def __init__(self):
        self.kind, value, _ = sys.exc_info()
        self.text = str(value)
def work(queue):
    try:
        refused(0)
    except Exception:
        queue.put(Parcel())
def in_thread(kinds):
    try:
        for i in range(1000):
            refused(i)
    except Exception as e:
        kinds.append(type(e))
def main():
    for start in 'fork', 'spawn', 'forkserver':
        context = multiprocessing.get_context(start)
        queue = context.Queue()
        child = context.Process(target=work, args=(queue,))
        child.start()
        parcel = queue.get(timeout=60)
        child.join()
        assert parcel.kind.__module__ + '.' + parcel.kind.__name__ == 'flopshim.BudgetExhaustedError', parcel.kind
        assert '2,000,000' in parcel.text and issubclass(parcel.kind, Exception)
    kind = type(raised('here', lambda: refused(0)))
    kinds = []
    thread = threading.Thread(target=in_thread, args=(kinds,))
    thread.start()
    thread.join()
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(kind, protocol)) is kind
        assert pickle._loads(pickle._dumps(kind, protocol)) is kind  # the pure Python one
        assert all(pickle.loads(pickle.dumps(other, protocol)) is kind for other in kinds)
        assert pickle.loads(pickle.dumps((kind, kind('a', 1, 2)), protocol))[0] is kind
    assert copy.copy(kind) is kind and copy.deepcopy([kind]) == [kind]
    class Own(kind):
        pass
    globals()['Own'] = Own
    Own.__qualname__ = 'Own'
    assert pickle.loads(pickle.dumps(Own)) is Own and type(pickle.loads(pickle.dumps(Own('a', 1, 2)))) is Own
    assert isinstance(kind, type) and isinstance(kind('a', 1, 2), kind) and repr(kind) == "<class 'flopshim.BudgetExhaustedError'>"
    with open('class.pickle', 'wb') as f:
        pickle.dump(kind, f)
    print('done')
if __name__ == '__main__':
    main()
"""
READ_CLASS = """
import pickle
kind = pickle.load(open('class.pickle', 'rb'))
again = pickle.loads(pickle.dumps(kind))
print(kind is again, kind.__module__, kind('dgemm', 2, 1))
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


def check_class(environment, env):
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder, "script.py")
        script.write_text(CODE.split("def main")[0] + CLASS)
        run = Run([python(environment), script], env, cwd=folder, timeout=120)
        expect(f"classes, {environment} ({run.stderr})", (run.stdout, run.returncode), ("done\n", 0))
        plain = subprocess.run([python(environment), "-c", READ_CLASS], cwd=folder, env=PLAIN, capture_output=True, text=True,
                               check=False)
        wanted = "True flopshim dgemm would cost 2 FLOPs but only 1 remain\n"
        expect("a class read without flopshim", (plain.stdout, plain.stderr), (wanted, ""))


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
    for environment in "debian", "new":
        check_class(environment, env)
    run = Run([python("new"), "-c", CODE.split("def main")[0] + JOBLIB], env, timeout=120)
    expect(f"joblib ({run.stderr})", (run.stdout, run.returncode), ("done\n", 0))


main()
