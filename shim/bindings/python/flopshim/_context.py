"""BudgetContext: a limit and a label for what one thread does between its opening and its closing."""
from __future__ import annotations

import math
import operator
import os
from _thread import allocate_lock, get_ident

from . import _counts, _native, _scopes, _session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Callable, Optional, Tuple, Union

    from ._log import OpLog, OpRecord, Shapes

    Number = Union[int, float]

    #: Of an open context: its number in the library (0: nothing is counted), the thread, the scopes that were open there, and the
    #: session, which another process does not have.
    Opening = Tuple[int, int, int, object]

#: How many operations of a context are kept.
LOG_CAPACITY = 10_000


def _number(what: str, value: Any) -> float:
    """As a float. TypeError for what is no real number: text that looks like one, and truth values, which count as 0 and 1."""
    truth = isinstance(value, bool) or getattr(getattr(value, "dtype", None), "kind", "") == "b"
    if truth or not (hasattr(value, "__index__") or hasattr(value, "__float__")):
        raise TypeError(f"{what} must be a number, got {type(value).__name__} {value!r}")
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    except TypeError as error:  # an array of several
        raise TypeError(f"{what} must be a number, got {type(value).__name__} {value!r}") from error


def _budget(value: Number) -> int:
    number, is_whole = _number("flop_budget", value), hasattr(value, "__index__")
    if not is_whole and not math.isfinite(number):
        raise ValueError(f"flop_budget must be finite, got {value}")
    if value <= 0:
        raise ValueError(f"flop_budget must be > 0, got {value}")
    whole = operator.index(value) if is_whole else math.floor(value)  # type: ignore[arg-type]
    if not 0 < whole < _native.MOST:
        raise ValueError(f"flop_budget must be from 1 to 2**64 - 2, got {value}")
    return whole


def _multiplier(value: Number) -> float:
    number = _number("flop_multiplier", value)
    if not math.isfinite(number) or number <= 0:
        raise ValueError(f"flop_multiplier must be finite and > 0, got {value}")
    return number


def _time_limit(value: Optional[Number]) -> int:
    """In nanoseconds; 0: none."""
    if value is None:
        return 0
    number = _number("wall_time_limit_s", value)
    if not math.isfinite(number) or number <= 0:
        raise ValueError(f"wall_time_limit_s must be finite and > 0, got {value}")
    return min(max(round(number * 1e9), 1), 2**63 - 1)


def _flag(what: str, value: Any) -> bool:
    """quiet="no" would be True."""
    if not hasattr(value, "__index__") and not hasattr(value, "dtype") or value not in (0, 1):
        raise TypeError(f"{what} must be True or False, got {type(value).__name__} {value!r}")
    return bool(value)


def _multiplier_of_process() -> float:
    try:
        return _multiplier(float(os.environ.get("FLOP_MULTIPLIER", "1")))
    except ValueError:
        return 1.0  # as the library, which has said so


#: FLOP_MULTIPLIER: of what runs outside of contexts.
process_multiplier = _multiplier_of_process()


def multiplier_here() -> float:
    """Of what the calling thread does."""
    return _scopes.here().multiplier or process_multiplier


def charge(op_name: str, flop_cost: int) -> None:
    """flopshim_deduct() on behalf of the calling thread. BudgetExhaustedError, TimeExhaustedError where it is refused."""
    _account(_native.deduct, op_name, flop_cost)


def check_fits(op_name: str, flop_cost: int) -> None:
    """The same before work that is charged when it is done: nothing is charged here."""
    _account(_native.fits, op_name, flop_cost)


def _account(function: Callable[[bytes, int], int], op_name: str, flop_cost: int) -> None:
    name = _native.name_bytes("op_name", op_name)
    cost = operator.index(flop_cost)
    if not 0 <= cost <= _native.MOST:
        raise ValueError(f"flop_cost must be from 0 to 2**64 - 1, got {flop_cost}")
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

    flop_budget: FLOPs, from 1 to 2**64 - 2; of a fraction the whole part. flop_multiplier: > 0; each operation costs this many
    times its FLOPs, truncated towards zero. quiet: no banner on stderr. namespace: the label of its calls in summaries.
    wall_time_limit_s: seconds > 0, from each opening on, after which its calls are refused; looked at when a call is charged.

    Used again after it closed it goes on from what it used. A decorated generator or coroutine has it open during its own
    steps, not while it waits. FLOP_BUDGET, where it is set, limits its calls as well.

    Raises ValueError for a budget or multiplier that is not finite or not > 0, TypeError for one that is no number. Opening it
    raises RuntimeError inside another one ("Cannot nest BudgetContexts"), and where the library is not preloaded. A call that
    does not fit is not run and raises BudgetExhaustedError, one whose time is over TimeExhaustedError.

    >>> from flopshim import BudgetContext
    >>> with BudgetContext(flop_budget=1_000, quiet=True, namespace="forward") as budget:
    ...     budget.deduct("relu", flop_cost=400)
    >>> budget.flops_used, budget.flops_remaining
    (400, 600)
    """

    def __init__(self, flop_budget: Number, flop_multiplier: Number = 1.0, quiet: bool = False,
                 namespace: Optional[str] = None, wall_time_limit_s: Optional[Number] = None) -> None:
        usual = type(flop_budget) is int and 0 < flop_budget < _native.MOST
        self._budget: int = flop_budget if usual else _budget(flop_budget)  # type: ignore[assignment]
        usual = type(flop_multiplier) is float and 0 < flop_multiplier < math.inf
        self._multiplier: float = flop_multiplier if usual else _multiplier(flop_multiplier)
        self._quiet = quiet if quiet is True or quiet is False else _flag("quiet", quiet)
        self._namespace = namespace
        self._time_limit_ns = 0 if wall_time_limit_s is None else _time_limit(wall_time_limit_s)
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
                raise RuntimeError("Cannot nest BudgetContexts")
            here = _scopes.here()
            number = self._open(quiet)
            self._opening = number, get_ident(), len(here.scopes), _session.current()
            if number:
                here.multiplier = self._multiplier

    def _open(self, quiet: bool) -> int:
        if not _native.counting():
            return 0
        record, log = self._record, self._log
        used = min(_counts.total(record.closed), self._budget) if record.closed else 0
        room = LOG_CAPACITY if log is None else log.room(LOG_CAPACITY)
        number = _native.open_context(self._namespace_bytes, self._budget, self._multiplier, quiet, used, room,
                                      self._time_limit_ns)
        _session.opened(record, number)
        return number

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._lock:
            if self._opening is None:
                raise RuntimeError("this BudgetContext is not open")
            number, thread, scopes, session = self._opening
            self._opening = None
            if not number or session is not _session.current():
                return  # nothing is counted, or this is a fork child, where no context is open
            if thread != get_ident():
                _session.closed(self._record, in_library=False)
                raise RuntimeError("a BudgetContext must be closed in the thread that opened it")
            status, used = _session.closed(self._record, in_library=True)
            if used.calls:
                self._own_log().close(used, LOG_CAPACITY)
            _native.check(status)
            here = _scopes.here()
            here.multiplier = None
            del here.scopes[scopes:]  # the library closed them together with the context

    def _own_log(self) -> OpLog:
        if self._log is None:
            self._log = _new_log()
        return self._log

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

    def deduct(self, op_name: str, *, flop_cost: int, subscripts: Optional[str] = None, shapes: Shapes = ()) -> None:
        """Charge flop_cost FLOPs, before the multiplier, of work that BLAS never sees. A cost of 0 counts as a call.

        Raises BudgetExhaustedError where it does not fit, and then charges nothing; RuntimeError where the context is not
        open in this thread; ValueError for a name or a cost that cannot be.

        >>> from flopshim import BudgetContext
        >>> with BudgetContext(1_000, quiet=True) as budget:
        ...     budget.deduct("einsum", flop_cost=48, subscripts="ij,jk->ik", shapes=((2, 3), (3, 4)))
        """
        number = self._number_here()
        if number is None:
            raise RuntimeError("deduct() needs the BudgetContext open in this thread")
        charge(op_name, flop_cost)
        if number and (subscripts is not None or shapes):
            self._own_log().note(_native.log_count() - 1, subscripts, tuple(shapes), LOG_CAPACITY)

    def summary(self) -> str:
        """The text summary of this context, also while it is open.

        >>> from flopshim import BudgetContext
        >>> with BudgetContext(1_000, quiet=True) as budget:
        ...     budget.deduct("relu", flop_cost=400)
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
        return summary_text([_session.part_of(self._record)])

    def __repr__(self) -> str:
        label = "" if self._namespace is None else f", namespace={self._namespace!r}"
        return f"<BudgetContext {self.flops_used:,} of {self._budget:,} FLOPs used{label}>"


def budget(flop_budget: Number, flop_multiplier: Number = 1.0, quiet: bool = False,
           namespace: Optional[str] = None, wall_time_limit_s: Optional[Number] = None) -> BudgetContext:
    """A BudgetContext, for use as a decorator or in a `with` statement.

    >>> import flopshim
    >>> @flopshim.budget(1_000, quiet=True, namespace="step")
    ... def step():
    ...     flopshim.deduct("relu", flop_cost=100)
    >>> step(), step()
    (None, None)
    """
    return BudgetContext(flop_budget, flop_multiplier, quiet, namespace, wall_time_limit_s)


def deduct(op_name: str, *, flop_cost: int) -> None:
    """Charge work that BLAS never sees to whatever is active in this thread: its context, else the process.

    flop_cost: FLOPs, before the multiplier. Raises as BudgetContext.deduct() does, but for the open context.

    >>> import flopshim
    >>> flopshim.deduct("relu", flop_cost=0)
    """
    charge(op_name, flop_cost)
