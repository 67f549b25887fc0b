"""What is shown: dictionaries, text, HTML, the banner, the log, and what is left out of the session."""
import io
import os
import pathlib
import subprocess
import sys
import threading
import types

import flopshim
import numpy as np
import pytest
from figures import counts, logged
from flopshim import BudgetContext, _context, _log, _native, budget_live, budget_summary, namespace, render_budget_summary

A, X = np.ones((2, 3)), np.ones(3)  # A @ X is dgemv: 12
FORWARD = pathlib.Path(__file__).with_name("forward.txt").read_text().rstrip()
UNUSED = """\
flopshim FLOP Budget Summary
============================
  Total budget:             100
  Used:                       0  (0.0%)
  Remaining:                100  (100.0%)

  By operation:

  No BLAS call was seen: nothing was computed through BLAS, or it was out of sight
  (of a context: in another thread; a BLAS linked statically; np.einsum without optimize=)"""
MIXED = """\
flopshim FLOP Budget Summary
============================
  Total budget:          unlimited
  Used:          1,000,000,000,018

  By operation:
    a very long name of an operation 1,000,000,000,000  (100.0%)  [1 call]
    dgemv                                           12  (0.0%)  [1 call]
    first                                            3  (0.0%)  [1 call]
    second                                           3  (0.0%)  [3 calls]

  By namespace:                   self                        total
    f                1,000,000,000,003  (100.0%)  1,000,000,000,006  (100.0%)  [2 calls; 5 in total]  of 2,000,000,000,000, 999,999,999,994 left
    (unlabelled)                    12  (0.0%)                   12  (0.0%)  [1 call]
    f.in?side                        3  (0.0%)                    3  (0.0%)  [3 calls]

  Refused calls:              2
    last: big would cost 4,000,000,000,000 FLOPs but only 999,999,999,994 remained [f]"""  # noqa: E501 (as it is printed)


def mixed():
    with BudgetContext(2 * 10**12, quiet=True, namespace="f") as context:
        context.deduct("first", flop_cost=3)
        with namespace("in\x1bside"):
            for _ in range(3):
                context.deduct("second", flop_cost=1)
        context.deduct("a very long name of an operation", flop_cost=10**12)
        for _ in range(2):
            with pytest.raises(flopshim.BudgetExhaustedError):
                context.deduct("big", flop_cost=4 * 10**12)
    A @ X


def test_16_dictionary():
    with BudgetContext(100, quiet=True, namespace="f") as context:
        context.deduct("zz", flop_cost=1)
        with namespace("in"):
            context.deduct("aa", flop_cost=2)
    with BudgetContext(50, quiet=True) as context:
        context.deduct("aa", flop_cost=4)
        context.deduct("mm", flop_cost=0)
    whole = counts(by_namespace=True)
    assert list(whole) == ["flop_budget", "flops_used", "flops_remaining", "operations", "by_namespace"]
    assert list(whole["operations"]) == ["zz", "aa", "mm"]
    assert whole == {
        "flop_budget": 150, "flops_used": 7, "flops_remaining": 143,
        "operations": {"zz": {"flop_cost": 1, "calls": 1}, "aa": {"flop_cost": 6, "calls": 2},
                       "mm": {"flop_cost": 0, "calls": 1}},
        "by_namespace": {
            "f": {"flop_budget": 100, "flops_used": 1, "operations": {"zz": {"flop_cost": 1, "calls": 1}},
                  "self": {"flops_used": 1, "calls": 1}, "total": {"flops_used": 3, "calls": 2, "flops_remaining": 97}},
            "f.in": {"flop_budget": None, "flops_used": 2, "operations": {"aa": {"flop_cost": 2, "calls": 1}},
                     "self": {"flops_used": 2, "calls": 1}, "total": {"flops_used": 2, "calls": 1, "flops_remaining": None}},
            None: {"flop_budget": 50, "flops_used": 4,
                   "operations": {"aa": {"flop_cost": 4, "calls": 1}, "mm": {"flop_cost": 0, "calls": 1}},
                   "self": {"flops_used": 4, "calls": 2}, "total": {"flops_used": 4, "calls": 2, "flops_remaining": 46}}}}
    assert list(whole["by_namespace"]) == ["f", "f.in", None]
    del whole["by_namespace"]
    assert counts() == whole


def test_16_while_open():
    with BudgetContext(100, quiet=True, namespace="f"):
        A @ X
        got = []
        thread = threading.Thread(target=lambda: got.append(counts()))
        thread.start()
        thread.join()
        assert got == [counts()] and got[0]["flops_used"] == 12


def test_18_summary():
    with BudgetContext(10**7, quiet=True, namespace="forward") as context:
        np.ones((256, 256)) @ np.ones(256)
        assert context.summary() == FORWARD
    assert context.summary() == FORWARD == str(render_budget_summary())
    assert BudgetContext(100).summary() == UNUSED


def test_18_everything(capsys):
    mixed()
    assert str(render_budget_summary()) == MIXED
    assert budget_summary() is None
    assert capsys.readouterr().out == MIXED + "\n"


def test_18_as_the_library_writes_it(tmp_path):
    """The tables of the process's own summary, in a process that did nothing outside the session."""
    program = ("import flopshim, sys\n"
               "with flopshim.BudgetContext(5000, quiet=True, namespace='g') as c:\n"
               "    c.deduct('one', flop_cost=1); c.deduct('two', flop_cost=1234)\n"
               "    with flopshim.namespace('s'): c.deduct('one', flop_cost=5)\n"
               "    c.deduct('a long name, longer than the column', flop_cost=3)\n"
               "flopshim.deduct('three', flop_cost=77 * 10**12)\n"
               "for name in ('a.b.d', 'a-b', 'a.b.c', 'a.z'):\n"
               "    with flopshim.namespace(name): flopshim.deduct('one', flop_cost=9)\n"
               "flopshim.BudgetContext(7, quiet=True, namespace='idle').__enter__().__exit__(None, None, None)\n"
               "flopshim.budget_summary()\n")
    done = subprocess.run([sys.executable, "-c", program], env={**os.environ, "FLOP_OUTPUT": str(tmp_path / "own.txt")},
                          capture_output=True, text=True, check=True)
    written = (tmp_path / "own.txt").read_text()
    assert written[:len(done.stdout)] == done.stdout


def test_19_inside_ipython(monkeypatch, capsys):
    shell = types.SimpleNamespace(get_ipython=lambda: object())
    monkeypatch.setitem(sys.modules, "IPython", shell)
    mixed()
    shown = budget_summary()
    assert (str(shown), repr(shown), capsys.readouterr().out) == (MIXED, MIXED, "")
    html = shown._repr_html_()
    assert "in?side" not in html and "a very long name of an operation" in html and "<script" not in html


def test_19_html_is_escaped():
    with BudgetContext(100, quiet=True, namespace="<b>&") as context:
        context.deduct("<script>", flop_cost=1)
    html = render_budget_summary()._repr_html_()
    assert "<script>" not in html and "&lt;script&gt;" in html and "[&lt;b&gt;&amp;]" in html


def test_no_control_character_reaches_a_terminal():
    with BudgetContext(100, quiet=True, namespace="a\x1b[31m\x9b") as context:
        context.deduct("b\x1b\x85", flop_cost=1)
        context.deduct("c", flop_cost=2)
    text = str(render_budget_summary())
    assert "[a?[31m??]" in text and "    b???  " in text
    rich = pytest.importorskip("rich.console")
    out = io.StringIO()
    rich.Console(file=out, width=200).print(render_budget_summary())
    assert "a?[31m??" in out.getvalue() and "b???" in out.getvalue()
    assert not [c for c in out.getvalue() if c != "\n" and (c < " " or "\x7f" <= c < "\xa0")]


def test_19_live_where_there_is_no_terminal(monkeypatch):
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    with budget_live():
        with BudgetContext(10**7, quiet=True, namespace="forward"):
            np.ones((256, 256)) @ np.ones(256)
    assert out.getvalue() == FORWARD + "\n"


def test_20_banner():
    program = ("import flopshim\nwith flopshim.BudgetContext(10**7, quiet=True): pass\n"
               "@flopshim.budget(10**7)\ndef steps(): yield from (1, 2)\nlist(steps())\n")
    env = {k: v for k, v in os.environ.items() if k != "FLOP_QUIET"}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "" and done.stderr.startswith(f"flopshim {flopshim.__version__} (")
    assert done.stderr.endswith(" | budget: 1.00e+07 FLOPs\n") and done.stderr.count("\n") == 1


@pytest.mark.parametrize("first", ["flopshim, numpy", "numpy, flopshim"])
def test_numpy_s_own_import_is_left_out(first):
    program = f"import {first}\nassert 'numpy' in str(numpy.ones(2) @ numpy.ones(2)) or True\nflopshim.budget_summary()\n"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "sdot" not in done.stdout and "ddot                        4  (100.0%)  [1 call]" in done.stdout


def test_op_log_of_deductions():
    context = BudgetContext(100, quiet=True, namespace="f")
    for _ in range(2):
        with context:
            context.deduct("a", flop_cost=2, subscripts="i->", shapes=((3,),))
            context.deduct("b", flop_cost=3)
    assert [(r.op_name, r.subscripts, r.shapes, r.cumulative) for r in context.op_log] == [
        ("a", "i->", ((3,),), 2), ("b", None, (), 5), ("a", "i->", ((3,),), 7), ("b", None, (), 10)]
    assert context.op_log_dropped == 0


def test_op_log_is_bounded(monkeypatch):
    monkeypatch.setattr(_context, "LOG_CAPACITY", 5)
    context = BudgetContext(1000, quiet=True)
    for _ in range(2):
        with context:
            for i in range(7):
                context.deduct(f"op{i}", flop_cost=1, subscripts=str(i))
    assert [r.subscripts for r in context.op_log] == ["0", "1", "2", "3", "4"]
    assert [r.op_name for r in context.op_log] == ["op0", "op1", "op2", "op3", "op4"]
    assert (context.op_log_dropped, context.op_log[-1].cumulative) == (9, 5)


def test_op_log_of_many_calls(monkeypatch):
    monkeypatch.setattr(_context, "LOG_CAPACITY", 5)
    with BudgetContext(10**6, quiet=True) as context:
        for _ in range(20):
            X @ X
        assert (len(context.op_log), context.op_log_dropped, context.flops_used) == (5, 15, 120)
    assert (len(context.op_log), context.op_log_dropped) == (5, 15)
    with context:
        X @ X
    assert (len(context.op_log), context.op_log_dropped) == (5, 16)


def test_a_workspace_query_is_no_call():
    """NumPy asks dgesdd for its workspace, copies rows (dcopy), and calls it."""
    with BudgetContext(10**6, quiet=True, namespace="f") as context:
        np.linalg.svd(np.ones((4, 3)))
    names = [record.op_name for record in context.op_log]
    assert (names.count("dgesdd"), set(names)) == (1, {"dgesdd", "dcopy"})
    summary = counts(by_namespace=True)
    assert summary["operations"]["dgesdd"] == {"flop_cost": context.flops_used, "calls": 1}
    assert summary["by_namespace"]["f"]["total"]["calls"] == len(names)
    usage = _native.Usage()
    assert _native._held.flopshim_usage(b"f", usage) == 0 and usage.calls == len(names)


def test_op_log_of_calls():
    with BudgetContext(10**6, quiet=True, namespace="f") as context:
        A @ X
        with namespace("in"):
            np.ones((2, 3)) @ np.ones((3, 5))
        context.deduct("mine", flop_cost=1, subscripts="s")
        X @ X
        assert len(context.op_log) == 4
    assert logged(context) == [("dgemv", None, ((2, 3), (3,)), 12, 12, "f"), ("dgemm", None, ((2, 3), (3, 5)), 60, 72, "f.in"),
                              ("mine", "s", (), 1, 73, "f"), ("ddot", None, ((3,), (3,)), 6, 79, "f")]


@pytest.mark.parametrize("name, dims, shapes", [
    ("dgemm", {"m": 2, "n": 5, "k": 3}, ((2, 3), (3, 5))), ("zgemv", {"m": 2, "n": 3}, ((2, 3), (3,))),
    ("ddot", {"n": 4}, ((4,), (4,))), ("zgerc", {"m": 2, "n": 3}, ((2,), (3,))), ("dsyrk", {"n": 4, "k": 3}, ((4, 3),)),
    ("dgesdd", {"m": 4, "n": 3}, ((4, 3),)), ("einsum", {}, ())])
def test_shapes(name, dims, shapes):
    assert _log.shapes_of(name, dims) == shapes
