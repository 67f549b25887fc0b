"""Charging work that BLAS never sees."""
from __future__ import annotations

import os
from time import perf_counter_ns

from . import _arguments, _native, _scopes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Callable, Optional, Tuple

    from ._context import BudgetContext
    from ._log import Shapes


def _multiplier_of_process() -> float:
    try:
        return _arguments.multiplier_of(float(os.environ.get("FLOP_MULTIPLIER", "1")))
    except ValueError:
        return 1.0  # as the library, which has said so


#: FLOP_MULTIPLIER: of what runs outside of contexts.
process_multiplier = _multiplier_of_process()


def multiplier_here() -> float:
    """Of what the calling thread does."""
    context = _scopes.here().context
    return float(context.flop_multiplier) if context else process_multiplier


def charge(op_name: str, flop_cost: int, precision: Optional[int] = None) -> None:
    """flopshim_deduct() on behalf of the calling thread. BudgetExhaustedError, TimeExhaustedError where it is refused."""
    _account(_native.deduct if precision is None else _native.deduct_in(precision), op_name, flop_cost)


def check_fits(op_name: str, flop_cost: int) -> None:
    """The same before work that is charged when it is done: nothing is charged here."""
    _account(_native.fits, op_name, flop_cost)


def _account(function: Callable[[bytes, int], int], op_name: str, flop_cost: int) -> None:
    name = _native.name_bytes("op_name", op_name)
    cost = flop_cost if type(flop_cost) is int and 0 <= flop_cost <= _native.MOST else _arguments.cost_of(flop_cost)
    if not _native.counting():
        return
    status = function(name, cost)
    if status == _native.REFUSED:
        from ._errors import BudgetExhaustedError, TimeExhaustedError
        refusal = _native.refused(_native.thread())[1]
        assert refusal
        if refusal.limit_s:
            raise TimeExhaustedError(op_name, refusal.elapsed_s, refusal.limit_s)
        raise BudgetExhaustedError(op_name, refusal.flop_cost, refusal.flops_remaining)
    _native.check(status)


def deduct(op_name: str, *, flop_cost: int) -> None:
    """Charge work that BLAS never sees to whatever is active in this thread: its context, else the process.

    flop_cost: FLOPs, before the multiplier. Raises as BudgetContext.deduct() does, but for the open context.

    >>> import flopshim
    >>> flopshim.deduct("relu", flop_cost=0)
    """
    charge(op_name, flop_cost)


def charged() -> Tuple[int, int]:
    """FLOPs so far, after the multiplier: of this thread, and of all others, because a pool's may take parts of an operation."""
    own_thread = _native.own_thread()
    own, whole = 0, 0
    for tally in _native.tallies(_native.ALL_THREADS):
        flops = tally.flop_cost
        whole += flops
        if tally.thread == own_thread:
            own += flops
    return own, whole - own


def _before_multiplier(flops: int, multiplier: float) -> int:
    return flops if multiplier == 1 else round(flops / multiplier)


def charged_since(before: Tuple[int, int]) -> int:
    """FLOPs before the multiplier."""
    own, others = charged()
    return (_before_multiplier(own - before[0], multiplier_here()) +
            _before_multiplier(others - before[1], process_multiplier))


class Deduction:
    """What deduct() returns: entered, it takes the time of its block for the op log."""
    __slots__ = "_context", "_place", "_note", "_since_ns"

    def __init__(self, context: BudgetContext, place: int, subscripts: Optional[str], shapes: Shapes, dtypes: Any) -> None:
        self._context, self._place, self._since_ns = context, place, 0
        self._note = subscripts, tuple(shapes), str(dtypes[0]) if dtypes else None
        if place >= 0 and any(self._note):
            context.note_deduction(place, *self._note, None)

    def __enter__(self) -> Deduction:
        self._since_ns = perf_counter_ns()
        return self

    def __exit__(self, *exception: object) -> None:
        if self._place >= 0:
            self._context.note_deduction(self._place, *self._note, (perf_counter_ns() - self._since_ns) / 1e9)


class LaterDeduction:
    """What deduct_after() returns. Where the block raises, or sets no cost, nothing is charged."""

    def __init__(self, context: BudgetContext, op_name: str, subscripts: Optional[str], shapes: Shapes, dtypes: Any) -> None:
        self._context, self._op_name, self._more = context, op_name, (subscripts, shapes, dtypes)
        self._cost: Optional[int] = None
        self._since_ns = 0

    def set_cost(self, flop_cost: int) -> None:
        """In FLOPs, before the multiplier."""
        self._cost = flop_cost

    def __enter__(self) -> LaterDeduction:
        self._since_ns = perf_counter_ns()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None and self._cost is not None:
            subscripts, shapes, dtypes = self._more
            done = self._context.deduct(self._op_name, flop_cost=self._cost, subscripts=subscripts, shapes=shapes, dtypes=dtypes)
            done._since_ns = self._since_ns
            done.__exit__()
