"""The session: what the contexts of this process used since it began or was reset, and what was used outside of any, which
counts as a default context.

It grows neither with calls nor with contexts: a context that can no longer be used again is folded into the sums of its
namespace."""
from __future__ import annotations

import os
import threading
from collections import deque
from typing import Any, Dict, List, NamedTuple, Optional

from . import _counts, _native, _scopes
from ._counts import Counts


class Record:
    """What one context used."""

    def __init__(self, namespace: Optional[str], flop_budget: int) -> None:
        self.namespace = namespace
        self.flop_budget = flop_budget
        self.closed: Counts = {}  # by openings that have ended
        self.refused = 0
        self.opening: Any = None


class Part(NamedTuple):
    """Of a summary: a context, folded contexts of one namespace, or what was used outside (is_default)."""
    namespace: Optional[str]
    flop_budget: Optional[int]
    counts: Counts
    refused: int
    is_default: bool = False


class _Session:
    def __init__(self) -> None:
        self.lock = threading.RLock()  # a finaliser may open a context while it is held
        self.records: Dict[int, Record] = {}  # by id(), in order of first opening
        self.folded: Dict[Optional[str], Part] = {}
        self.in_contexts: Counts = {}  # by all contexts that closed
        self.refused_in_contexts = 0
        self.outside_before: Counts = {}  # what does not belong to this session
        self.refused_before = 0


_session = _Session()
#: Records whose context nobody can use again: put here by finalisers, which may run at any time and so take no lock.
retired: deque[Record] = deque()


def _by_thread(tallies: Any) -> dict[int, list[Any]]:
    threads: dict[int, list[Any]] = {}
    for tally in tallies:
        threads.setdefault(tally.thread, []).append(tally)
    return threads


def _running(record: Record, threads: dict[int, list[Any]]) -> Counts:
    return _counts.between(record.opening.before, threads.get(record.opening.thread, []))


def _running_refused(record: Record) -> int:
    return int(_native.refused(record.opening.thread)[0] - record.opening.refused_before)


def part_of(record: Record) -> Part:
    """One context, also while it is open."""
    with _session.lock:
        counts, refused = dict(record.closed), record.refused
        if record.opening:
            _counts.add(counts, _running(record, {record.opening.thread: list(_native.tallies(record.opening.thread))}))
            refused += _running_refused(record)
    return Part(record.namespace, record.flop_budget, counts, refused)


def opened(record: Record, opening: Any) -> None:
    with _session.lock:
        record.opening = opening
        _session.records.setdefault(id(record), record)


def closed(record: Record) -> None:
    """Before flopshim_end()."""
    with _session.lock:
        used = _running(record, _by_thread(_native.tallies(record.opening.thread)))
        refused = _running_refused(record)
        _counts.add(record.closed, used)
        _counts.add(_session.in_contexts, used)
        record.refused += refused
        _session.refused_in_contexts += refused
        record.opening = None


def _fold() -> None:
    while retired:
        record = retired.popleft()
        if record.opening or _session.records.pop(id(record), None) is None:
            continue
        old = _session.folded.get(record.namespace, Part(record.namespace, 0, {}, 0))
        _counts.add(old.counts, record.closed)
        _session.folded[record.namespace] = old._replace(flop_budget=(old.flop_budget or 0) + record.flop_budget,
                                                         refused=old.refused + record.refused)


class _Reading(NamedTuple):
    open: Dict[int, Counts]  # by id() of the record
    open_refused: Dict[int, int]
    outside: Counts
    refused_outside: int


def _read() -> _Reading:
    """Everything at once, so that the parts add up. Under the lock."""
    threads = _by_thread(_native.tallies(_native.ALL_THREADS))
    whole: Counts = {}
    for tallies in threads.values():
        _counts.add(whole, _counts.between((), tallies))
    in_contexts = dict(_session.in_contexts)
    refused = _native.refused(_native.ALL_THREADS)[0] - _session.refused_in_contexts
    running, running_refused = {}, {}
    for key, record in _session.records.items():
        if record.opening:
            running[key] = _running(record, threads)
            running_refused[key] = _running_refused(record)
            _counts.add(in_contexts, running[key])
            refused -= running_refused[key]
    return _Reading(running, running_refused, _counts.subtract(whole, in_contexts), refused)


def parts() -> List[Part]:
    """The session's contexts, folded ones first, and the default one last, where it has used something or is the only one."""
    if not _native.loaded:
        return []
    with _session.lock:
        _fold()
        reading = _read()
        # Copies: folding goes on
        found = [part._replace(counts=dict(part.counts)) for part in _session.folded.values()]
        for key, record in _session.records.items():
            counts = dict(record.closed)
            _counts.add(counts, reading.open.get(key, {}))
            found.append(Part(record.namespace, record.flop_budget, counts,
                              record.refused + reading.open_refused.get(key, 0)))
        outside = _counts.subtract(reading.outside, _session.outside_before)
        refused = max(reading.refused_outside - _session.refused_before, 0)
        if outside or refused or not found:
            found.append(Part(None, _native.process_budget(), outside, refused, is_default=True))
        return found


def last_refusal() -> Optional[_native.Refusal]:
    """The process's last one."""
    return _native.refused(_native.ALL_THREADS)[1] if _native.loaded else None


def outside() -> Counts:
    """What was used outside of contexts since the process began."""
    with _session.lock:
        return _read().outside if _native.loaded else {}


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
        _session.folded.clear()
        for key in [key for key, record in _session.records.items() if not record.opening]:
            del _session.records[key]
        reading = _read()
        _session.outside_before = reading.outside
        _session.refused_before = reading.refused_outside
        _native.reset()


def _in_child() -> None:
    """A fork child counts for itself: nothing is used, and no context is open."""
    global _session
    for record in _session.records.values():
        record.opening = None
    _session = _Session()
    _scopes.forget()


os.register_at_fork(after_in_child=_in_child)
