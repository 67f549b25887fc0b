"""Where a context's time went, and what can be read of a context while it is open and afterwards."""
import os
import subprocess
import sys
import time

import flopshim
import numpy as np
import pytest
from flopshim import BudgetContext, budget_summary_dict, current_budget, deduct, namespace

BIG = np.ones((128, 128))  # BIG @ BIG is dsyrk or dgemm: more than a million FLOPs
A, X = np.ones((2, 3)), np.ones(3)
SECONDS = ("wall_time_s", "backend_time_s", "overhead_time_s", "residual_wall_time_s")


def split(summary):
    """In nanoseconds."""
    return [round(summary[name] * 1e9) for name in SECONDS]


def test_wall_is_the_sum():
    with BudgetContext(10**9, quiet=True) as context:
        BIG @ np.ones((128, 128))
        A @ X
        time.sleep(0.02)
    wall, backend, overhead, residual = split(context.summary_dict())
    assert wall == backend + overhead + residual
    assert backend > 0 and overhead > 0 and residual >= 20_000_000
    operations = context.summary_dict()["operations"]
    assert sum(round(op["backend_time_s"] * 1e9) for op in operations.values()) == backend
    assert operations["dgemm"]["backend_time_s"] > 0 and operations["dgemv"]["backend_time_s"] > 0
    assert split(budget_summary_dict()) == [wall, backend, overhead, residual]
    assert (context.wall_time_s, context.backend_time_s) == (wall / 1e9, backend / 1e9)
    assert (context.overhead_time_s, context.residual_wall_time_s) == (overhead / 1e9, residual / 1e9)


def test_work_outside_of_contexts_is_timed_as_well():
    time.sleep(0.02)
    BIG @ np.ones((128, 128))
    with BudgetContext(100, quiet=True):
        time.sleep(0.02)
    wall, backend, overhead, residual = split(budget_summary_dict())
    assert wall == backend + overhead + residual and residual >= 40_000_000 and backend > 0


def test_openings_add_up():
    context = BudgetContext(100, quiet=True)
    assert (context.wall_time_s, context.residual_wall_time_s, context.elapsed_s) == (None, None, 0.0)
    for _ in range(2):
        with context:
            time.sleep(0.02)
        time.sleep(0.01)
    assert 0.04 <= context.wall_time_s and 0.03 <= context.elapsed_s
    with context:
        assert context.elapsed_s + 0.04 <= context.wall_time_s, "the limit on time begins with each opening"
    kept, since = context.wall_time_s, time.perf_counter()
    flopshim.budget_reset()
    assert context.wall_time_s == kept and budget_summary_dict()["wall_time_s"] <= time.perf_counter() - since


def test_by_namespace():
    with BudgetContext(10**9, quiet=True, namespace="f") as context:
        A @ X
        with namespace("in"):
            BIG @ np.ones((128, 128))
    for summary in (context.summary_dict(by_namespace=True), budget_summary_dict(by_namespace=True)):
        spaces = summary["by_namespace"]
        assert 0 < spaces["f"]["backend_time_s"] < spaces["f.in"]["backend_time_s"]
        assert sum(space["backend_time_s"] for space in spaces.values()) == pytest.approx(summary["backend_time_s"])
        assert (spaces["f"]["calls"], spaces["f.in"]["calls"]) == (1, 1)
        assert spaces["f.in"]["operations"]["dgemm"]["backend_time_s"] > 0


def test_text_has_time_from_a_million_flops_on():
    with BudgetContext(10**9, quiet=True, namespace="f") as context:
        A @ X
        assert "Time" not in context.summary()
        BIG @ np.ones((128, 128))
        deduct("relu", flop_cost=5)
    lines = context.summary().splitlines()
    start = lines.index("  Time:")
    assert [line.split()[0] for line in lines[start + 1:start + 3]] == ["wall", "in"]
    assert [line[4:15] for line in lines[start + 1:start + 5]] == ["wall       ", "in BLAS    ", "in flopshim", "outside    "]
    assert lines[start + 6].startswith("  Time by operation (of calls with 100.0%")
    each = context.summary(by_namespace=True).splitlines()
    assert each[each.index("  By operation in f:") + 1].split()[:2] == ["dgemm", f"{2 * 128**3:,}"]


def test_op_log_has_start_duration_and_dtype():
    with BudgetContext(10**9, quiet=True) as context:
        for kind in ("f4", "f8", "c8", "c16"):
            np.ones((2, 3), kind) @ np.ones(3, kind)
        context.deduct("sleep", flop_cost=1)
        with context.deduct("timed", flop_cost=1, dtypes=("float32",)):
            time.sleep(0.02)
    log = context.op_log
    assert [record.dtype for record in log] == ["float32", "float64", "complex64", "complex128", None, "float32"]
    starts = [record.start_offset_s for record in log]
    assert 0 <= starts[0] and starts == sorted(starts) and starts[-1] < context.wall_time_s
    assert all(0 < record.duration_s < context.wall_time_s for record in log[:4])
    assert log[4].duration_s is None and 0.02 <= log[5].duration_s
    first = log[0]
    assert (first.flopscope_context_start_offset_s, first.flopscope_backend_duration_s, first.resolved_dtype) == (
        first.start_offset_s, first.duration_s, "float32")
    assert first.flopscope_overhead_duration_s is None


def test_duration_of_a_call_inside_another_thread_and_of_a_long_one():
    with BudgetContext(10**10, quiet=True) as context:
        start = time.perf_counter()
        BIG.repeat(4, 0) @ BIG.repeat(4, 1)
        took = time.perf_counter() - start
    record = next(record for record in context.op_log if record.flop_cost > 10**6)
    assert 0 < record.duration_s <= took
    assert context.summary_dict()["operations"][record.op_name]["backend_time_s"] == pytest.approx(record.duration_s, rel=1e-3)


def test_nothing_is_timed_where_that_is_off():
    program = """
import flopshim, numpy as np
with flopshim.BudgetContext(10**9, quiet=True) as context:
    np.ones((128, 128)) @ np.ones((128, 64))
print(context.op_log[0].duration_s, context.backend_time_s, context.op_log[0].dtype)
"""
    done = subprocess.run([sys.executable, "-c", program], env={**os.environ, "FLOP_OUTPUT": "none", "FLOP_TIMING": "off"},
                          capture_output=True, text=True, check=True)
    assert done.stdout == "None 0.0 float64\n"


def test_flopscopes_names_of_times():
    with BudgetContext(100, quiet=True) as context:
        A @ X
    summary = context.summary_dict()
    assert summary["flopscope_backend_time_s"] == summary["backend_time_s"] == context.flopscope_backend_time_s
    assert "flopscope_overhead_time_s" in summary and "flopscope_backend_time_s" not in list(summary)
    assert summary["operations"]["dgemv"].get("flopscope_overhead_time_s") == summary["operations"]["dgemv"]["overhead_time_s"]
    with pytest.raises(KeyError, match="other"):
        summary["other"]


def test_snapshot():
    outside = current_budget()
    assert (outside.flop_budget, outside.flops_remaining) == (None, None)
    with BudgetContext(100, quiet=True) as context:
        A @ X
        inside = current_budget()
        assert inside == (100, 12, 88) and (inside.flop_budget, inside.flops_used, inside.flops_remaining) == inside
        A @ X
        assert inside == (100, 12, 88) and current_budget().flops_used == context.flops_used == 24
    assert current_budget().flop_budget is None


def test_cost_that_is_known_afterwards():
    with BudgetContext(100, quiet=True) as context:
        with context.deduct_after("solve", subscripts=None, shapes=((3,),), dtypes=("float64",)) as op:
            op.set_cost(48)
        with pytest.raises(ZeroDivisionError), context.deduct_after("solve") as op:
            op.set_cost(10)
            raise ZeroDivisionError
        with context.deduct_after("solve"):
            pass
        with pytest.raises(flopshim.BudgetExhaustedError), context.deduct_after("solve") as op:
            op.set_cost(53)
    record, = context.op_log
    assert (record.flop_cost, record.shapes, record.dtype, record.duration_s > 0) == (48, ((3,),), "float64", True)


def test_a_subinterpreter_is_refused_with_a_reason():
    program = '''
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
number = interpreters.create("legacy") if hasattr(interpreters, "new_config") else interpreters.create(isolated=False)
interpreters.run_string(number, """
import flopshim
try:
    flopshim.BudgetContext(10, quiet=True).__enter__()
except flopshim.StateError as error:
    print(error, flush=True)
""")
'''
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], env={**os.environ, "FLOP_OUTPUT": "none"},
                          capture_output=True, text=True, check=False)
    assert done.stdout.startswith("not in a subinterpreter: "), done.stderr


def test_one_base_class():
    kinds = [flopshim.BudgetExhaustedError, flopshim.TimeExhaustedError, flopshim.StateError]
    assert all(issubclass(kind, flopshim.FlopshimError) for kind in kinds) and issubclass(flopshim.StateError, RuntimeError)
    with BudgetContext(10, quiet=True):
        with pytest.raises(flopshim.FlopshimError) as refused:
            A @ X
        with pytest.raises(flopshim.FlopshimError) as nested:
            BudgetContext(10).__enter__()
    assert '"Contexts" in ' in refused.value.more and str(nested.value) == "Cannot nest BudgetContexts"
    if sys.version_info >= (3, 11):
        assert nested.value.__notes__ == [f"More: {nested.value.more}"]
