"""BudgetContext: a limit and a label for what one thread does between its opening and its closing."""
from __future__ import annotations

import math
import operator
import os
import threading
import weakref
from types import TracebackType
from typing import Any, Callable, Optional, Union

from . import _counts, _log, _native, _scopes, _session
from ._errors import BudgetExhaustedError
from ._log import OpRecord, Shapes

Number = Union[int, float]


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
_open_here = threading.local()


def multiplier_here() -> float:
    """Of what the calling thread does."""
    context: Optional[BudgetContext] = getattr(_open_here, "context", None)
    return process_multiplier if context is None else context.flop_multiplier


def charge(op_name: str, flop_cost: int) -> None:
    """flopshim_deduct() on behalf of the calling thread. BudgetExhaustedError where it is refused."""
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
        refusal = _native.refused(_native.thread())[1]
        assert refusal
        raise BudgetExhaustedError(op_name, refusal.flop_cost, refusal.flops_remaining)
    _native.check(status)


class _Opening:
    """What has to be known of an open context: where it is open, and what was counted before."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.ident = threading.get_ident()
        self.scopes = _scopes.depth()
        self.thread = -1
        self.before: Any = ()
        self.refused_before = 0


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

    Used again after it closed it goes on from what it used. A decorated generator or coroutine has it open during its own
    steps, not while it waits. FLOP_BUDGET, where it is set, limits its calls as well.

    Raises ValueError for a budget or multiplier that is not finite or not > 0, TypeError for one that is no number. Opening it
    raises RuntimeError inside another one ("Cannot nest BudgetContexts"), and where the library is not preloaded. A call that
    does not fit is not run and raises BudgetExhaustedError.

    >>> from flopshim import BudgetContext
    >>> with BudgetContext(flop_budget=1_000, quiet=True, namespace="forward") as budget:
    ...     budget.deduct("relu", flop_cost=400)
    >>> budget.flops_used, budget.flops_remaining
    (400, 600)
    """

    def __init__(self, flop_budget: Number, flop_multiplier: Number = 1.0, quiet: bool = False,
                 namespace: Optional[str] = None) -> None:
        self._budget = _budget(flop_budget)
        self._multiplier = _multiplier(flop_multiplier)
        self._quiet = _flag("quiet", quiet)
        self._namespace = namespace
        self._namespace_bytes = None if namespace is None else _native.name_bytes("namespace", namespace)
        self._record = _session.Record(namespace, self._budget)
        self._log = _log.OpLog(_log.CAPACITY)
        self._lock = threading.Lock()
        self._opening: _Opening | None = None
        weakref.finalize(self, _session.retired.append, self._record).atexit = False

    # ---- opening and closing ----

    def __enter__(self) -> "BudgetContext":
        self._enter(self._quiet)
        return self

    def _enter(self, quiet: bool) -> None:
        with self._lock:
            if self._opening and self._opening.pid == os.getpid():
                raise RuntimeError("Cannot nest BudgetContexts")
            self._opening = self._open(quiet)

    def _open(self, quiet: bool) -> _Opening:
        opening = _Opening()
        if not _native.counting():
            return opening
        opening.thread = _native.thread()
        opening.before = _native.tallies(opening.thread)
        opening.refused_before = _native.refused(opening.thread)[0]
        _native.check(_native.begin(
            _native.Context(self._namespace_bytes, self._budget, self._multiplier, quiet, 0,
                            min(_counts.total(self._record.closed), self._budget)),
            with_banner=not quiet))
        self._log.open()
        _session.opened(self._record, opening)
        _open_here.context = self
        return opening

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._lock:
            opening = self._opening
            if opening is None:
                raise RuntimeError("this BudgetContext is not open")
            self._opening = None
            if opening.thread < 0 or opening.pid != os.getpid():
                return  # nothing is counted, or this is a fork child, where no context is open
            if opening.ident != threading.get_ident():
                _session.closed(self._record)
                raise RuntimeError("a BudgetContext must be closed in the thread that opened it")
            self._log.close()
            _session.closed(self._record)
            _native.check(_native.end())
            _open_here.context = None
            _scopes.closed_with_context(opening.scopes)

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
        """Its operations in order, the first 10,000; while it is open, in its own thread only those since it was opened too.

        Without the library's log, which needs nothing but a library that has one, only what deduct() recorded."""
        return self._read_log()[0]

    @property
    def op_log_dropped(self) -> int:
        """How many later operations op_log left out."""
        return self._read_log()[1]

    def _is_open_here(self) -> bool:
        opening = self._opening
        return opening is not None and opening.ident == threading.get_ident() and opening.pid == os.getpid()

    def _read_log(self) -> tuple[list[OpRecord], int]:
        return self._log.read(self._is_open_here() and _native.loaded)

    def deduct(self, op_name: str, *, flop_cost: int, subscripts: Optional[str] = None, shapes: Shapes = ()) -> None:
        """Charge flop_cost FLOPs, before the multiplier, of work that BLAS never sees. A cost of 0 counts as a call.

        Raises BudgetExhaustedError where it does not fit, and then charges nothing; RuntimeError where the context is not
        open in this thread; ValueError for a name or a cost that cannot be.

        >>> from flopshim import BudgetContext
        >>> with BudgetContext(1_000, quiet=True) as budget:
        ...     budget.deduct("einsum", flop_cost=48, subscripts="ij,jk->ik", shapes=((2, 3), (3, 4)))
        """
        if not self._is_open_here():
            raise RuntimeError("deduct() needs the BudgetContext open in this thread")
        before = _counts.total(_session.part_of(self._record).counts) if not _native.has_log else 0
        charge(op_name, flop_cost)
        if not _native.loaded:
            return
        used = self.flops_used if not _native.has_log else 0
        # Where the library has a log it knows better than this record but for subscripts and shapes
        self._log.deducted(OpRecord(op_name, subscripts, tuple(shapes), used - before, used, self._namespace))

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
           namespace: Optional[str] = None) -> BudgetContext:
    """A BudgetContext, for use as a decorator or in a `with` statement.

    >>> import flopshim
    >>> @flopshim.budget(1_000, quiet=True, namespace="step")
    ... def step():
    ...     flopshim.deduct("relu", flop_cost=100)
    >>> step(), step()
    (None, None)
    """
    return BudgetContext(flop_budget, flop_multiplier, quiet, namespace)


def deduct(op_name: str, *, flop_cost: int) -> None:
    """Charge work that BLAS never sees to whatever is active in this thread: its context, else the process.

    flop_cost: FLOPs, before the multiplier. Raises as BudgetContext.deduct() does, but for the open context.

    >>> import flopshim
    >>> flopshim.deduct("relu", flop_cost=0)
    """
    charge(op_name, flop_cost)
