"""The session: what the contexts of this process used since it began or was reset, and what was used outside of any, which
counts as a default context.

It grows neither with calls nor with contexts: what a context used is added to the sums of its namespace when it closes."""
from __future__ import annotations

import os
import threading
from time import perf_counter_ns

from . import _counts, _native, _scopes, _structs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Optional

    from ._counts import Counts


class Record:
    """What one context used."""
    __slots__ = "namespace", "flop_budget", "closed", "refused", "opening", "age", "wall_ns", "since_ns", "logged", "sum"

    def __init__(self, namespace: Optional[str], flop_budget: int) -> None:
        self.namespace = namespace
        self.flop_budget = flop_budget
        self.closed: Counts = {}  # by openings that have ended
        self.refused = 0
        self.opening = 0  # its number; 0: it is not open
        self.age: Optional[object] = None  # of the session that it is a part of
        self.wall_ns = 0  # that openings took which have ended
        self.since_ns = 0  # when it was opened last; 0: never
        self.logged = 0  # operations in its log, of openings that have ended
        self.sum: _Sum  # of an open one: that it is a part of


class Part:
    """Of a summary: the contexts of one namespace, one context, or what was used outside (is_default)."""
    __slots__ = "namespace", "flop_budget", "counts", "refused", "wall_ns", "logged", "is_default"

    def __init__(self, namespace: Optional[str], flop_budget: Optional[int], counts: Counts, refused: int, wall_ns: int = 0,
                 logged: int = 0, is_default: bool = False) -> None:
        self.namespace = namespace
        self.flop_budget = flop_budget
        self.counts = counts
        self.refused = refused
        self.wall_ns = wall_ns
        self.logged = logged
        self.is_default = is_default


class _Sum:
    """Of the contexts of a namespace: their budgets, each once, and what closed openings used."""
    __slots__ = "flop_budget", "counts", "refused", "wall_ns", "logged"

    def __init__(self) -> None:
        self.flop_budget = 0
        self.counts: Counts = {}
        self.refused = self.wall_ns = self.logged = 0

    def add(self, counts: Counts, refused: int, wall_ns: int, logged: int) -> None:
        _counts.add(self.counts, counts)
        self.refused += refused
        self.wall_ns += wall_ns
        self.logged += logged


class _Session:
    def __init__(self) -> None:
        self.lock = threading.RLock()  # a finaliser may open a context while it is held
        self.age = object()  # another one after each reset
        self.since_ns = perf_counter_ns()
        self.sums: Dict[Optional[str], _Sum] = {}
        self.open: Dict[int, Record] = {}  # by the number of the opening
        self.before: Counts = {}  # by contexts, before the last reset
        self.refused_before = 0
        self.outside_before: Counts = {}  # what does not belong to this session
        self.refused_outside_before = 0


_session = _Session()


def current() -> _Session:
    """Another one in each process."""
    return _session


def part_of(record: Record) -> Part:
    """One context, also while it is open."""
    with _session.lock:
        counts, refused, wall_ns, logged = dict(record.closed), record.refused, record.wall_ns, record.logged
        if record.opening:
            used = _native.used_by(record.opening)
            _counts.add(counts, used.counts)
            refused += used.refused
            wall_ns += perf_counter_ns() - record.since_ns
            logged += used.logged()
    return Part(record.namespace, record.flop_budget, counts, refused, wall_ns, logged)


def _count_in(record: Record) -> _Sum:
    """The sum that it is a part of. What it used before the last reset counts again where it is used again."""
    found = _session.sums.get(record.namespace)
    if found is None:
        found = _session.sums[record.namespace] = _Sum()
    if record.age is not _session.age:
        record.age = _session.age
        found.flop_budget += record.flop_budget
        if record.wall_ns:
            found.add(record.closed, record.refused, record.wall_ns, record.logged)
            _session.before = _counts.subtract(_session.before, record.closed)
            _session.refused_before -= record.refused
    return found


def opened(record: Record, opening: int) -> None:
    with _session.lock:
        record.opening = opening
        _session.open[opening] = record
        record.sum = _count_in(record)
        record.since_ns = perf_counter_ns()


def closed(record: Record, in_library: bool) -> tuple[int, _native.Used]:
    """Close it, in the library too where it is the calling thread's. The library's status, and what this opening used."""
    with _session.lock:
        opening = record.opening
        status, used = _native.close_context(opening) if in_library else (_native.OK, _native.used_by(opening))
        wall_ns = perf_counter_ns() - record.since_ns
        record.opening = 0
        del _session.open[opening]
        record.wall_ns += wall_ns
        if used.counts or used.refused:
            logged = used.logged()
            record.sum.add(used.counts, used.refused, wall_ns, logged)
            _counts.add(record.closed, used.counts)
            record.refused += used.refused
            record.logged += logged
        else:
            record.sum.wall_ns += wall_ns
    return status, used


class _Reading:
    """Everything at once, so that the parts add up. Under the lock. By namespace of the context: what open ones used."""

    def __init__(self) -> None:
        whole = _native.all_counts()
        refused = _native.refused(_native.ALL_THREADS)[0] - _session.refused_before
        inside = dict(_session.before)
        self.open: Dict[Optional[str], _Sum] = {}
        for record in _session.open.values():
            used = _native.used_by(record.opening)
            wall_ns = perf_counter_ns() - record.since_ns
            self.open.setdefault(record.namespace, _Sum()).add(used.counts, used.refused, wall_ns, used.logged())
        for sums in (_session.sums, self.open):
            for found in sums.values():
                _counts.add(inside, found.counts)
                refused -= found.refused
        self.outside = _counts.subtract(whole, inside)
        self.refused_outside = refused


def parts() -> List[Part]:
    """The session's contexts by namespace, and the default one last, where it has used something or is the only one."""
    if not _native.loaded:
        return []
    with _session.lock:
        reading = _Reading()
        found = []
        for name, closed_ones in _session.sums.items():
            counts, running = dict(closed_ones.counts), reading.open.get(name) or _Sum()
            _counts.add(counts, running.counts)
            found.append(Part(name, closed_ones.flop_budget, counts, closed_ones.refused + running.refused,
                              closed_ones.wall_ns + running.wall_ns, closed_ones.logged + running.logged))
        wall_ns = max(perf_counter_ns() - _session.since_ns - sum(part.wall_ns for part in found), 0)
        outside_now = _counts.subtract(reading.outside, _session.outside_before)
        refused = max(reading.refused_outside - _session.refused_outside_before, 0)
        if outside_now or refused or not found:
            found.append(Part(None, _native.process_budget(), outside_now, refused, wall_ns, is_default=True))
        return found


def last_refusal() -> Optional[_structs.Refusal]:
    """The process's last one."""
    return _native.refused(_native.ALL_THREADS)[1] if _native.loaded else None


def outside() -> Counts:
    """What was used outside of contexts since the process began."""
    with _session.lock:
        return _Reading().outside if _native.loaded else {}


def leave_out(counts: Counts) -> None:
    """Of what was used outside of contexts: it does not belong to the session."""
    with _session.lock:
        _counts.add(_session.outside_before, counts)


def budget_reset() -> None:
    """Forget what closed contexts, and work outside any, have used; so does the summary that the library writes.

    An open context keeps its use. What was used of FLOP_BUDGET stays used.

    >>> import flopshim
    >>> flopshim.budget_reset()
    >>> flopshim.budget_summary_dict()["flops_used"]
    0
    """
    if not _native.counting():
        return
    with _session.lock:
        reading = _Reading()
        _session.outside_before = reading.outside
        _session.refused_outside_before = reading.refused_outside
        for found in _session.sums.values():
            _counts.add(_session.before, found.counts)
            _session.refused_before += found.refused
        _session.sums.clear()
        _session.age = object()
        _session.since_ns = perf_counter_ns()
        for record in _session.open.values():
            record.sum = _count_in(record)
        _native.reset()


def _in_child() -> None:
    """A fork child counts for itself: nothing is used, and no context is open."""
    global _session
    for record in _session.open.values():
        record.opening = 0
    _session = _Session()
    _scopes.forget()
    _native.forget_texts()


os.register_at_fork(after_in_child=_in_child)
