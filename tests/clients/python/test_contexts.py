"""Opening and closing: nesting, reuse, exceptions, threads, generators, coroutines, forks."""
import asyncio
import gc
import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from figures import counts, logged, untimed
from flopshim import BudgetContext, budget, budget_reset, deduct, namespace

A, X = np.ones((2, 3)), np.ones(3)  # A @ X is dgemv: 12
NESTED = "Cannot nest BudgetContexts"


def in_thread(work):
    """What it returns or raises, in a thread of its own."""
    outcome = []

    def run():
        try:
            outcome.append(work())
        except Exception as error:  # pylint: disable=broad-except
            outcome.append(error)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return outcome[0]


def test_09_no_nesting():
    inner = BudgetContext(100, quiet=True)
    with BudgetContext(100, quiet=True) as outer:
        for context in (inner, outer):
            with pytest.raises(RuntimeError, match=NESTED):
                with context:
                    pass
        A @ X
        assert (outer.flops_used, inner.flops_used) == (12, 0)
    with inner:
        A @ X
    assert inner.flops_used == 12


def test_09_recursion_and_other_threads():
    @budget(100, quiet=True)
    def down(depth):
        A @ X
        return down(depth - 1) if depth else 0
    assert down(0) == 0
    with pytest.raises(RuntimeError, match=NESTED):
        down(1)
    with BudgetContext(100, quiet=True) as context:
        assert str(in_thread(context.__enter__)) == NESTED
    assert context.flops_used == 0


def test_10_and_11_reuse():
    context = BudgetContext(100, quiet=True)
    for _ in range(3):
        with context:
            context.deduct("add", flop_cost=20)
    assert (context.flops_used, context.flops_remaining) == (60, 40)
    assert counts() == {"flop_budget": 100, "flops_used": 60, "flops_remaining": 40,
                                     "operations": {"add": {"flop_cost": 60, "calls": 3}}}
    with context:
        with pytest.raises(Exception, match="add would cost 41 FLOPs but only 40 remain"):
            context.deduct("add", flop_cost=41)


def test_12_exceptions():
    with pytest.raises(KeyError):
        with BudgetContext(100, quiet=True, namespace="f") as context:
            with namespace("inner"):
                A @ X
                raise KeyError
    assert context.flops_used == 12
    A @ X
    spaces = counts(by_namespace=True)["by_namespace"]
    assert {name: space["flops_used"] for name, space in spaces.items()} == {"f": 0, "f.inner": 12, None: 12}
    assert spaces["f"]["total"] == {"flops_used": 12, "calls": 1, "flops_remaining": 88}


def test_13_failed_calls_stay_charged():
    with BudgetContext(10**6, quiet=True) as context:
        with pytest.raises(np.linalg.LinAlgError):
            np.linalg.inv(np.zeros((3, 3)))  # dgesv 3x3 with 3 right-hand sides: info > 0
        used = context.flops_used
        with pytest.raises(np.linalg.LinAlgError):
            np.linalg.cholesky(-np.eye(3))
    assert 0 < used < context.flops_used


def test_13_illegal_arguments_cost_nothing():
    from scipy.linalg import lapack
    a = np.eye(3)
    with BudgetContext(10**6, quiet=True) as context:
        try:
            info = lapack.dgesvx(a, a, fact="?")[-1]
        except ValueError as error:  # Debian's NumPy has a xerbla that raises
            assert "On entry to DGESVX parameter number 1 had an illegal value" in str(error)
            info = -1
        assert (info, context.flops_used) == (-1, 0)
        assert lapack.dgesvx(a, a)[-1] == 0
    assert context.flops_used > 0


def test_14_threads_have_their_own():
    ready = threading.Barrier(3)

    def work(cost):
        with BudgetContext(1000, quiet=True, namespace="same") as context:
            for _ in range(50):
                ready.wait()
                context.deduct(f"op{cost}", flop_cost=cost)
            return context.flops_used
    got = []
    threads = [threading.Thread(target=lambda c=c: got.append((c, work(c)))) for c in (1, 2)]
    for thread in threads:
        thread.start()
    with BudgetContext(1000, quiet=True) as mine:
        for _ in range(50):
            ready.wait()
        for thread in threads:
            thread.join()
        in_thread(lambda: A @ X)  # no context there
    assert (sorted(got), mine.flops_used) == ([(1, 50), (2, 100)], 0)
    spaces = counts(by_namespace=True)["by_namespace"]
    assert spaces["same"] == {"flop_budget": 2000, "flops_used": 150, "operations": {
        "op1": {"flop_cost": 50, "calls": 50}, "op2": {"flop_cost": 100, "calls": 50}},
        "self": {"flops_used": 150, "calls": 100}, "total": {"flops_used": 150, "calls": 100, "flops_remaining": 1850}} or \
        list(spaces["same"]["operations"]) == ["op2", "op1"]  # whichever thread was first
    assert spaces[None]["operations"] == {"dgemv": {"flop_cost": 12, "calls": 1}}


def test_14_flop_budget_limits_all():
    program = """
import flopshim, threading
def work():
    try:
        with flopshim.BudgetContext(1000, quiet=True) as context:
            context.deduct("one", flop_cost=60)
            context.deduct("two", flop_cost=41)
    except flopshim.BudgetExhaustedError as error:
        print(error, context.flops_used)
thread = threading.Thread(target=work)
thread.start()
thread.join()
flopshim.deduct("three", flop_cost=40)
print(flopshim.budget_summary_dict(by_namespace=True))
"""
    done = subprocess.run([sys.executable, "-c", program], env={**os.environ, "FLOP_BUDGET": "100"},
                          capture_output=True, text=True, check=True)
    error, summary = done.stdout.splitlines()
    assert error == "two would cost 41 FLOPs but only 40 remain 60"
    assert untimed(eval(summary)) == {  # pylint: disable=eval-used
        "flop_budget": 1100, "flops_used": 100, "flops_remaining": 1000,
        "operations": {"one": {"flop_cost": 60, "calls": 1}, "three": {"flop_cost": 40, "calls": 1}},
        "by_namespace": {None: {"flop_budget": 1100, "flops_used": 100, "operations": {
            "one": {"flop_cost": 60, "calls": 1}, "three": {"flop_cost": 40, "calls": 1}},
            "self": {"flops_used": 100, "calls": 2}, "total": {"flops_used": 100, "calls": 2, "flops_remaining": 1000}}}}


def test_14_many_threads():
    def work(name):
        for i in range(40):
            with BudgetContext(100, quiet=True, namespace=("shared", name)[i % 2]) as context:
                for _ in range(10):
                    context.deduct("add", flop_cost=2)
                assert context.flops_used == 20
            deduct("outside", flop_cost=1)
    results = []
    threads = [threading.Thread(target=lambda n=n: results.append(work(n))) for n in ("a", "b", "c", "d")]
    for thread in threads:
        thread.start()
    before = 0
    while any(thread.is_alive() for thread in threads):
        used = counts()["flops_used"]
        assert before <= used <= 3360
        before = used
    spaces = counts(by_namespace=True)["by_namespace"]
    assert results == [None] * 4
    assert {name: space["flops_used"] for name, space in spaces.items()} == {
        "shared": 1600, "a": 400, "b": 400, "c": 400, "d": 400, None: 160}


def test_14_closed_elsewhere():
    context = BudgetContext(100, quiet=True)
    context.__enter__()
    A @ X
    assert "closed in the thread that opened it" in str(in_thread(lambda: context.__exit__(None, None, None)))
    assert context.flops_used == 12
    with pytest.raises(RuntimeError, match="is not open"):
        context.__exit__(None, None, None)


def test_15_default_context():
    assert counts(by_namespace=True)["by_namespace"] == {}
    A @ X
    in_thread(lambda: deduct("other", flop_cost=5))
    assert counts(by_namespace=True) == {
        "flop_budget": None, "flops_used": 17, "flops_remaining": None,
        "operations": {"dgemv": {"flop_cost": 12, "calls": 1}, "other": {"flop_cost": 5, "calls": 1}},
        "by_namespace": {None: {"flop_budget": None, "flops_used": 17, "operations": {
            "dgemv": {"flop_cost": 12, "calls": 1}, "other": {"flop_cost": 5, "calls": 1}},
            "self": {"flops_used": 17, "calls": 2}, "total": {"flops_used": 17, "calls": 2, "flops_remaining": None}}}}
    with BudgetContext(100, quiet=True):
        A @ X
    summary = counts(by_namespace=True)
    assert (summary["flops_used"], summary["flop_budget"]) == (29, None)


def test_17_reset():
    closed = BudgetContext(100, quiet=True)
    with closed:
        A @ X
    A @ X
    with BudgetContext(100, quiet=True) as context:
        A @ X
        budget_reset()
        assert context.flops_used == 12
        A @ X
        assert counts()["flops_used"] == 24
    assert (closed.flops_used, counts()["flop_budget"]) == (12, 100)
    budget_reset()
    assert counts()["flops_used"] == 0
    with closed:  # its own use goes on
        A @ X
    assert (closed.flops_used, closed.flops_remaining, counts()["flops_used"]) == (24, 76, 24)


def test_session_does_not_grow_with_contexts():
    from flopshim import _session
    for i in range(200):
        with BudgetContext(100, quiet=True, namespace=("a", "b")[i % 2]) as context:
            context.deduct("add", flop_cost=3)
    del context
    gc.collect()
    spaces = counts(by_namespace=True)["by_namespace"]
    assert spaces == {n: {"flop_budget": 10_000, "flops_used": 300, "operations": {"add": {"flop_cost": 300, "calls": 100}},
                          "self": {"flops_used": 300, "calls": 100},
                          "total": {"flops_used": 300, "calls": 100, "flops_remaining": 9700}} for n in "ab"}
    assert len(_session._session.open) == 0 and len(_session._session.sums) == 2


def test_generators():
    @budget(1000, quiet=True, namespace="gen")
    def steps():
        total = 0
        while True:
            A @ X
            try:
                total += yield total
            except ValueError:
                return total
    first = steps()
    next(first)
    A @ X  # between its steps: not its
    with BudgetContext(100, quiet=True) as between:
        A @ X
    assert first.send(5) == 5
    with pytest.raises(StopIteration) as stop:
        first.throw(ValueError)
    assert (stop.value.value, between.flops_used) == (5, 12)
    spaces = counts(by_namespace=True)["by_namespace"]
    assert spaces["gen"]["operations"] == {"dgemv": {"flop_cost": 24, "calls": 2}}
    closing = steps()
    next(closing)
    closing.close()
    with BudgetContext(1, quiet=True):
        pass


def test_coroutines():
    @budget(1000, quiet=True, namespace="one")
    async def one():
        for _ in range(3):
            A @ X
            await asyncio.sleep(0)
        return 1

    @namespace("two")
    async def two():
        A @ X
        await asyncio.sleep(0)
        A @ X

    async def both():
        return await asyncio.gather(one(), two())
    assert asyncio.run(both()) == [1, None]
    spaces = counts(by_namespace=True)["by_namespace"]
    assert {name: space["flops_used"] for name, space in spaces.items()} == {"one": 36, "two": 24}
    with pytest.raises(TypeError, match="asynchronous generator"):
        @budget(1)
        async def _steps():
            yield 1


def test_fork():
    with BudgetContext(100, quiet=True) as context:
        A @ X
        pid = os.fork()
        if not pid:
            try:
                context.__exit__(None, None, None)
                with BudgetContext(100, quiet=True) as child:
                    A @ X
                    A @ X
                os._exit(child.flops_used + counts()["flops_used"])  # 24 + 24
            finally:
                os._exit(99)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 48
        A @ X
    assert context.flops_used == 24


def test_op_log_of_the_parent_in_a_fork_child():
    """The texts that it refers to lie in the parent's ledger, which the child has not."""
    with BudgetContext(100, quiet=True, namespace="first") as context:
        context.deduct("alpha", flop_cost=3)
        A @ X
    pid = os.fork()
    if not pid:
        try:
            with BudgetContext(100, quiet=True, namespace="of the child"):
                deduct("beta", flop_cost=1)
            os._exit(logged(context) != [("alpha", None, (), 3, 3, "first"), ("dgemv", None, ((2, 3), (3,)), 12, 15, "first")])
        finally:
            os._exit(99)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_more_operations_than_are_read_at_once():
    names = {f"op{i}": {"flop_cost": i + 1, "calls": 1} for i in range(300)}
    with BudgetContext(10**6, quiet=True) as context:
        for i in range(300):
            deduct(f"op{i}", flop_cost=i + 1)
        assert (context.flops_used, len(context.op_log)) == (45150, 300)
    assert counts()["operations"] == names
    assert [record.op_name for record in context.op_log] == list(names)


def test_operations_of_one_name():
    """A deduction that is called as a routine is, and what a context's earlier opening used of the same operations."""
    context = BudgetContext(1000, quiet=True, namespace="f")
    for i in (1, 2):
        with context:
            A @ X
            deduct("dgemv", flop_cost=5)
            assert context.flops_used == 17 * i
    with namespace("f"):
        A @ X
    assert counts()["operations"] == {"dgemv": {"flop_cost": 46, "calls": 5}}
    assert context.flops_used == 34


def test_open_while_the_thread_ends():
    """What it used stays known until another context takes the thread's place, and is never another's."""
    context = BudgetContext(1000, quiet=True, namespace="f")
    in_thread(lambda: (context.__enter__(), A @ X))
    assert (context.flops_used, counts()["flops_used"]) == (12, 12)
    in_thread(lambda: A @ X)
    assert (context.flops_used, counts()["flops_used"]) == (12, 24)
    with pytest.raises(RuntimeError, match="closed in the thread that opened it"):
        context.__exit__(None, None, None)
    assert (context.flops_used, counts()["flops_used"]) == (12, 24)


def test_closed_by_c_below():
    import ctypes
    context = BudgetContext(1000, quiet=True, namespace="f")
    context.__enter__()
    A @ X
    ctypes.CDLL(None).flopshim_end(None)
    A @ X
    assert context.flops_used == 12
    with pytest.raises(RuntimeError, match="nothing is open that could be closed"):
        context.__exit__(None, None, None)
    assert (context.flops_used, counts()["flops_used"]) == (12, 24)


def test_namespaces():
    with BudgetContext(1000, quiet=True, namespace="f") as context:
        with namespace("a"):
            A @ X
            with namespace("b"):
                A @ X
        scope = namespace("left open")
        scope.__enter__()
        A @ X
    scope.__exit__()
    with namespace("outer"):
        with BudgetContext(1000, quiet=True, namespace="f"):
            scope.__enter__()
        scope.__exit__()  # closed with the context: not another one's
        A @ X
    assert context.flops_used == 36
    spaces = counts(by_namespace=True)["by_namespace"]
    assert {name: space["flops_used"] for name, space in spaces.items()} == {
        "f": 0, "f.a": 12, "f.a.b": 12, "f.left open": 12, "outer": 12}
    assert {name: space["total"]["flops_used"] for name, space in spaces.items()} == {
        "f": 36, "f.a": 24, "f.a.b": 12, "f.left open": 12, "outer": 12}
    assert sum(space["self"]["flops_used"] for space in spaces.values()) == counts()["flops_used"] == 48
    assert (spaces["f"]["flop_budget"], spaces["f"]["total"]["flops_remaining"]) == (2000, 1964)
    for bad in ("", "x" * 256):
        with pytest.raises(ValueError):
            namespace(bad)
    with pytest.raises(TypeError):
        namespace(3)
    deep = [namespace("x") for _ in range(65)]
    with pytest.raises(ValueError, match="deeper than 64"):
        for scope in deep:
            scope.__enter__()
    deep[0].__exit__()
    A @ X
    assert counts(by_namespace=True)["by_namespace"][None]["flops_used"] == 12


def test_namespaces_above_others():
    """Where nothing was done in a namespace itself, but below it; a context without a name pays for scopes at the top."""
    with BudgetContext(100, quiet=True):
        A @ X
        for name in ("p.q.r", "p.q.s", "p-q"):
            with namespace(name):
                A @ X
    spaces = counts(by_namespace=True)["by_namespace"]
    assert {name: (space["self"]["calls"], space["total"]["calls"]) for name, space in spaces.items()} == {
        None: (1, 1), "p": (0, 2), "p.q": (0, 2), "p.q.r": (1, 1), "p.q.s": (1, 1), "p-q": (1, 1)}
    assert list(spaces) == [None, "p", "p.q", "p.q.r", "p.q.s", "p-q"] and spaces["p"]["operations"] == {}
    assert spaces[None]["total"] == {"flops_used": 12, "calls": 1, "flops_remaining": 52}
