"""What is active in a thread, as numbers that do not change any more."""
from __future__ import annotations

from typing import NamedTuple, Optional

from . import _native, _scopes


class BudgetSnapshot(NamedTuple):
    """FLOPs: of what budget (None: unlimited, and so flops_remaining), used, and left of it."""
    flop_budget: Optional[int]
    flops_used: int
    flops_remaining: Optional[int]


def current_budget() -> BudgetSnapshot:
    """Of the calling thread's context; where none is open, of the process, whose budget is FLOP_BUDGET.

    >>> import flopshim
    >>> with flopshim.BudgetContext(1_000, quiet=True) as context:
    ...     done = context.deduct("relu", flop_cost=400)
    ...     flopshim.current_budget()
    BudgetSnapshot(flop_budget=1000, flops_used=400, flops_remaining=600)
    """
    context = _scopes.here().context
    if context:
        used = context.flops_used
        return BudgetSnapshot(context.flop_budget, used, max(context.flop_budget - used, 0))
    if not _native.counting():
        return BudgetSnapshot(None, 0, None)
    budget, used = _native.usage()
    return BudgetSnapshot(budget, used, None if budget is None else max(budget - used, 0))
