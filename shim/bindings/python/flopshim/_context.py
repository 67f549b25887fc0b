"""BudgetContext: a limit and a label for what one thread does between its opening and its closing."""
from __future__ import annotations

import math
from _thread import allocate_lock, get_ident
from time import perf_counter_ns

from . import _arguments, _charge, _counts, _native, _scopes, _session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Mapping, Optional, Tuple, Union

    from ._arguments import Number
    from ._log import OpLog, OpRecord, Shapes
    from ._time import Figures, Times

    Weights = Union[str, Mapping[str, Number]]

    #: Of an open context: its number in the library (0: nothing is counted), the thread, the scopes that were open there, and the
    #: session, which another process does not have.
    Opening = Tuple[int, int, int, object]

LOG_CAPACITY = _native.LOG_CAPACITY


_log_class: Optional[type[OpLog]] = None


def _new_log() -> OpLog:
    """Imported with the first operation of a context: an import statement takes long, also where there is nothing to do."""
    global _log_class
    if _log_class is None:
        from ._log import OpLog
        _log_class = OpLog
    return _log_class()


class _Resumed:
    """A context that is opened again without a banner: for the later steps of a generator or coroutine."""

    def __init__(self, context: "BudgetContext") -> None:
        self._context = context

    def __enter__(self) -> None:
        self._context._enter(quiet=True)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._context.__exit__(kind, error, trace)


class BudgetContext:
    """A budget for the BLAS and LAPACK calls of the thread that opens it: context manager and decorator.

    flop_budget: FLOPs, from 1 to 10**36; of a fraction the whole part. flop_multiplier: > 0; each operation costs this many
    times its FLOPs, truncated towards zero. quiet: no banner on stderr. namespace: the label of its calls in summaries.
    wall_time_limit_s: seconds > 0, from each opening on, after which its calls are refused; looked at when a call is charged.
    weights: what a FLOP counts, before the multiplier: {"gemm": 0.5, "double": 2}, by routine, else family, else precision
    ("half", "single", "single_complex", "double", "double_complex", "other"), or "dp-scaled": double precision 2. In place of
    FLOP_WEIGHTS.

    Used again after it closed it goes on from what it used. A decorated generator or coroutine has it open during its own
    steps, not while it waits. FLOP_BUDGET, where it is set, limits its calls as well.

    Raises ValueError for a number that is not finite or not > 0, or a weight of nothing, TypeError for what is no number.
    Opening it raises StateError, a RuntimeError, inside another one ("Cannot nest BudgetContexts"), and where the library is not
    preloaded. A call that does not fit is not run and raises BudgetExhaustedError, one whose time is over TimeExhaustedError.

    >>> from flopshim import BudgetContext
    >>> with BudgetContext(flop_budget=1_000, quiet=True, namespace="forward") as budget:
    ...     done = budget.deduct("relu", flop_cost=400)
    >>> budget.flops_used, budget.flops_remaining
    (400, 600)
    """

    def __init__(self, flop_budget: Number, flop_multiplier: Number = 1.0, quiet: bool = False,
                 namespace: Optional[str] = None, wall_time_limit_s: Optional[Number] = None,
                 weights: Optional[Weights] = None) -> None:
        usual = type(flop_budget) is int and 0 < flop_budget <= _native.BUDGET_MOST
        self._budget: int = flop_budget if usual else _arguments.budget_of(flop_budget)  # type: ignore[assignment]
        usual = type(flop_multiplier) is float and 0 < flop_multiplier < math.inf
        self._multiplier: float = flop_multiplier if usual else _arguments.multiplier_of(flop_multiplier)
        self._quiet = quiet if quiet is True or quiet is False else _arguments.flag_of("quiet", quiet)
        self._namespace = namespace
        self._time_limit_ns = 0 if wall_time_limit_s is None else _arguments.time_limit_of(wall_time_limit_s)
        self._weights = 0 if weights is None else _arguments.weights_of(weights)
        self._namespace_bytes = None if namespace is None else _native.name_bytes("namespace", namespace)
        self._record = _session.Record(namespace, self._budget)
        self._log: Optional[OpLog] = None  # before the first operation
        self._lock = allocate_lock()
        self._opening: Optional[Opening] = None

    # ---- opening and closing ----

    def __enter__(self) -> "BudgetContext":
        self._enter(self._quiet)
        return self

    def _enter(self, quiet: bool) -> None:
        with self._lock:
            opening = self._opening
            if opening is not None and opening[3] is _session.current():
                raise _native.state_error("Cannot nest BudgetContexts", "Contexts")
            here = _scopes.here()
            number = self._open(quiet)
            self._opening = number, get_ident(), len(here.scopes), _session.current()
            if number:
                here.context = self
            else:
                self._record.since_ns = perf_counter_ns()

    def _open(self, quiet: bool) -> int:
        if not _native.counting():
            return 0
        record, log = self._record, self._log
        used = min(_counts.total(record.closed), self._budget) if record.closed else 0
        room = LOG_CAPACITY if log is None else log.room(LOG_CAPACITY)
        number = _native.open_context(self._namespace_bytes, self._budget, self._multiplier, quiet, used, room,
                                      self._time_limit_ns, self._weights)
        _session.opened(record, number)
        return number

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._lock:
            if self._opening is None:
                raise _native.state_error("this BudgetContext is not open", "Contexts")
            number, thread, scopes, session = self._opening
            self._opening = None
            if not number:
                self._record.wall_ns += perf_counter_ns() - self._record.since_ns  # nothing is counted
            if not number or session is not _session.current():
                return  # or this is a fork child, where no context is open
            if thread != get_ident():
                _session.closed(self._record, in_library=False)
                raise _native.state_error("a BudgetContext must be closed in the thread that opened it", "Threads")
            status, used = _session.closed(self._record, in_library=True)
            if used.calls:
                self._own_log().close(used, LOG_CAPACITY)
            _native.check(status)
            here = _scopes.here()
            here.context = None
            del here.scopes[scopes:]  # the library closed them together with the context

    def _own_log(self) -> OpLog:
        if self._log is None:
            self._log = _new_log()
        return self._log

    def note_deduction(self, place: int, subscripts: Optional[str], shapes: Shapes, dtype: Optional[str],
              duration_s: Optional[float]) -> None:
        from ._log import Note
        self._own_log().note(place, Note(subscripts, shapes, dtype, duration_s), LOG_CAPACITY)

    def __call__(self, function: _scopes.Function) -> _scopes.Function:
        return _scopes.decorate(self, function, _Resumed(self))

    # ---- what it is and was used for ----

    @property
    def flop_budget(self) -> int:
        """The limit in FLOPs."""
        return self._budget

    @property
    def flop_multiplier(self) -> float:
        """What each operation's FLOPs are multiplied by."""
        return self._multiplier

    @property
    def wall_time_limit_s(self) -> Optional[float]:
        """The limit on wall time of an opening in seconds, or None."""
        return self._time_limit_ns / 1e9 if self._time_limit_ns else None

    @property
    def namespace(self) -> Optional[str]:
        """The label, or None."""
        return self._namespace

    @property
    def flops_used(self) -> int:
        """FLOPs charged so far, after the multiplier, over all openings. From any thread, also while it is open."""
        return _counts.total(_session.part_of(self._record).counts)

    @property
    def flops_remaining(self) -> int:
        """FLOPs left of the budget; 0 where FLOP_ON_EXHAUSTED=warn let it be overrun."""
        return max(self._budget - self.flops_used, 0)

    @property
    def op_log(self) -> list[OpRecord]:
        """Its operations in order, the first 10,000; while it is open, in its own thread only those since it was opened too."""
        return self._read_log()[0]

    @property
    def op_log_dropped(self) -> int:
        """How many later operations op_log left out."""
        return self._read_log()[1]

    def _number_here(self) -> Optional[int]:
        """Of the opening in this thread; None: there is none."""
        opening = self._opening
        here = opening is not None and opening[1] == get_ident() and opening[3] is _session.current()
        return opening[0] if here and opening else None

    def _read_log(self) -> tuple[list[OpRecord], int]:
        number = self._number_here()
        return self._own_log().read(_native.used_by(number) if number else None, LOG_CAPACITY)

    # ---- its time ----

    def _times(self) -> Times:
        from ._time import times_of
        return times_of([_session.part_of(self._record)])

    def _was_open(self) -> bool:
        return self._record.since_ns != 0

    @property
    def wall_time_s(self) -> Optional[float]:
        """Seconds that it was open, over all openings; None before the first."""
        return self._times().wall / 1e9 if self._was_open() else None

    @property
    def elapsed_s(self) -> float:
        """Seconds since it was opened last, also when it has closed; 0.0 before."""
        return (perf_counter_ns() - self._record.since_ns) / 1e9 if self._was_open() else 0.0

    @property
    def backend_time_s(self) -> float:
        """Seconds of wall_time_s in routines whose time was taken."""
        return self._times().backend / 1e9

    @property
    def overhead_time_s(self) -> float:
        """Seconds of wall_time_s in the library: an estimate."""
        return self._times().overhead / 1e9

    @property
    def residual_wall_time_s(self) -> Optional[float]:
        """Seconds of wall_time_s outside of both; None before the first opening."""
        return self._times().residual / 1e9 if self._was_open() else None

    flopscope_backend_time_s, flopscope_overhead_time_s = backend_time_s, overhead_time_s  # what flopscope calls them

    # ---- work that BLAS never sees ----

    def deduct(self, op_name: str, *, flop_cost: int, subscripts: Optional[str] = None, shapes: Shapes = (),
               dtypes: Any = None) -> _charge.Deduction:
        """Charge flop_cost FLOPs, before the multiplier, of work that BLAS never sees. A cost of 0 counts as a call.

        subscripts, shapes and dtypes (of which the first is kept) are for op_log. What is returned may be entered: the op log has
        the time of that block then.

        Raises BudgetExhaustedError where it does not fit, and then charges nothing; RuntimeError where the context is not
        open in this thread; ValueError for a name or a cost that cannot be.

        >>> from flopshim import BudgetContext
        >>> with BudgetContext(1_000, quiet=True) as budget:
        ...     done = budget.deduct("einsum", flop_cost=48, subscripts="ij,jk->ik", shapes=((2, 3), (3, 4)))
        """
        number = self._number_here()
        if number is None:
            raise _native.state_error("deduct() needs the BudgetContext open in this thread", "Contexts")
        _charge.charge(op_name, flop_cost)
        return _charge.Deduction(self, _native.log_count() - 1 if number else -1, subscripts, shapes, dtypes)

    def deduct_after(self, op_name: str, *, subscripts: Optional[str] = None, shapes: Shapes = (),
                     dtypes: Any = None) -> _charge.LaterDeduction:
        """The same of work whose cost is known when it is done: charged at the end of a block that calls set_cost().

        >>> from flopshim import BudgetContext
        >>> with BudgetContext(1_000, quiet=True) as budget:
        ...     with budget.deduct_after("solve") as op:
        ...         op.set_cost(48)
        >>> budget.flops_used
        48
        """
        return _charge.LaterDeduction(self, op_name, subscripts, shapes, dtypes)

    # ---- reading ----

    def summary_dict(self, by_namespace: bool = False) -> Figures:
        """What this context used, as budget_summary_dict() has it of the session, also while it is open."""
        from ._summary import as_dict
        return as_dict([_session.part_of(self._record)], by_namespace)

    def summary(self, by_namespace: bool = False) -> str:
        """The text summary of this context, also while it is open. by_namespace: with the operations of each.

        >>> from flopshim import BudgetContext
        >>> with BudgetContext(1_000, quiet=True) as budget:
        ...     done = budget.deduct("relu", flop_cost=400)
        >>> print(budget.summary())
        flopshim FLOP Budget Summary
        ============================
          Total budget:           1,000
          Used:                     400  (40.0%)
          Remaining:                600  (60.0%)
        <BLANKLINE>
          By operation:
            relu                      400  (100.0%)  [1 call]
        """
        from ._text import summary_text
        return summary_text([_session.part_of(self._record)], by_namespace)

    def __repr__(self) -> str:
        label = "" if self._namespace is None else f", namespace={self._namespace!r}"
        return f"<BudgetContext {self.flops_used:,} of {self._budget:,} FLOPs used{label}>"


def budget(flop_budget: Number, flop_multiplier: Number = 1.0, quiet: bool = False,
           namespace: Optional[str] = None, wall_time_limit_s: Optional[Number] = None,
           weights: Optional[Weights] = None) -> BudgetContext:
    """A BudgetContext, for use as a decorator or in a `with` statement.

    >>> import flopshim
    >>> @flopshim.budget(1_000, quiet=True, namespace="step")
    ... def step():
    ...     flopshim.deduct("relu", flop_cost=100)
    >>> step(), step()
    (None, None)
    """
    return BudgetContext(flop_budget, flop_multiplier, quiet, namespace, wall_time_limit_s, weights)
