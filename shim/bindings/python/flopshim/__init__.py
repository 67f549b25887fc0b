"""Budgets for the floating-point work that a Python program does through BLAS and LAPACK.

The library libflopshim.so counts; it has to be preloaded when the process starts:

    python -m flopshim program.py

    import flopshim, numpy as np
    with flopshim.BudgetContext(flop_budget=10**7, namespace="forward") as budget:
        y = W @ x
    flopshim.budget_summary()
"""
from . import _native, _numpy
from ._charge import deduct
from ._context import BudgetContext, budget
from ._native import allow_unloaded
from ._scopes import namespace
from ._session import budget_reset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._cost import cost, einsum_cost
    from ._count_numpy import count_numpy
    from ._display import Summary, budget_summary, render_budget_summary
    from ._errors import BudgetExhaustedError, FlopshimError, StateError, TimeExhaustedError
    from ._live import budget_live
    from ._log import OpRecord
    from ._snapshot import BudgetSnapshot, current_budget
    from ._summary import budget_summary_dict

__version__ = "0.1.0"
__all__ = ["BudgetContext", "BudgetExhaustedError", "BudgetSnapshot", "FlopshimError", "OpRecord", "StateError", "Summary",
           "TimeExhaustedError", "allow_unloaded", "budget", "budget_live", "budget_reset", "budget_summary",
           "budget_summary_dict", "cost", "count_numpy", "current_budget", "deduct", "einsum_cost", "namespace",
           "render_budget_summary"]

#: What is imported when it is first used: an import of flopshim is to be short.
_LATER = {"BudgetExhaustedError": "_errors", "FlopshimError": "_errors", "StateError": "_errors", "TimeExhaustedError": "_errors",
          "BudgetSnapshot": "_snapshot", "current_budget": "_snapshot", "OpRecord": "_log", "Summary": "_display",
          "budget_live": "_live", "count_numpy": "_count_numpy",
          "budget_summary": "_display", "budget_summary_dict": "_summary", "cost": "_cost", "einsum_cost": "_cost",
          "render_budget_summary": "_display"}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module
    value: object = getattr(import_module("." + _LATER[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> "list[str]":
    return sorted({*globals(), *__all__})


_native.warn_where_unloaded()
_numpy.start()
