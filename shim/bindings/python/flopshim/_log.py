"""The operations of a context, one by one: the newest of them, kept by the library while the context is open (a call costs
nothing in Python), taken over when it closes, and made into OpRecords only when somebody looks."""
from __future__ import annotations

import ctypes
from collections import deque
from typing import Any, NamedTuple, Optional, Tuple

from . import _native

#: How many operations of a context are kept.
CAPACITY = 10_000

Shapes = Tuple[Tuple[int, ...], ...]


class OpRecord(NamedTuple):
    """One operation of a context.

    op_name: "dgemm". subscripts: as deduct() was given them, else None. shapes: of the operands where they are known from
    the dimensions, else one tuple of the dimensions. flop_cost: FLOPs after the multiplier. cumulative: FLOPs that the
    context had used after it. namespace: with its scopes, or None.

    >>> from flopshim import BudgetContext
    >>> with BudgetContext(1000, quiet=True) as context:
    ...     context.deduct("einsum", flop_cost=24, subscripts="ij,jk->ik", shapes=((2, 3), (3, 2)))
    >>> context.op_log[0].flop_cost
    24
    """
    op_name: str
    subscripts: Optional[str]
    shapes: Shapes
    flop_cost: int
    cumulative: int
    namespace: Optional[str]


class Note(NamedTuple):
    """What the library does not know of an operation."""
    subscripts: Optional[str]
    shapes: Shapes


def shapes_of(name: str, dims: dict[str, int]) -> Shapes:
    """Operands as they are multiplied, transposed or not. Other routines: one tuple of their dimensions."""
    family = name[1:]
    if family in ("gemm", "gemm3m"):
        return (dims["m"], dims["k"]), (dims["k"], dims["n"])
    if family == "gemv":
        return (dims["m"], dims["n"]), (dims["n"],)
    if family.startswith("ger"):
        return (dims["m"],), (dims["n"],)
    if family in ("dot", "dotc", "dotu", "axpy"):
        return (dims["n"],), (dims["n"],)
    return (tuple(dims.values()),) if dims else ()


def _decode(raw: Any, note: Note | None) -> OpRecord:
    name = _native.text(raw.name)
    dims = {_native.text(raw.dim_names[i]): raw.dims[i] for i in range(min(raw.dim_count, len(raw.dims)))}
    try:
        shapes = note.shapes if note else shapes_of(name, dims)
    except KeyError:  # a library that names its dimensions otherwise
        shapes = (tuple(dims.values()),)
    return OpRecord(name, note.subscripts if note else None, shapes, raw.flop_cost, raw.cumulative,
                    _native.text(raw.namespace) or None)


class _Segment:
    """Operations of one opening, as the library has them."""

    def __init__(self, capacity: int, notes: dict[int, Note]) -> None:
        self.count = _native.log_count()
        first = max(self.count - capacity, 0)
        self.operations = (_native.Operation * (self.count - first))()
        self.skip = 0
        address, size = ctypes.addressof(self.operations), ctypes.sizeof(_native.Operation)
        for i in range(self.count - first):
            if _native.log_read(first + i, address + i * size) != _native.OK:
                self.skip = i + 1  # no longer kept
        self.notes = {index - first: note for index, note in notes.items() if index >= first}

    def __len__(self) -> int:
        return len(self.operations) - self.skip

    def records(self) -> list[OpRecord]:
        return [_decode(self.operations[i], self.notes.get(i)) for i in range(self.skip, len(self.operations))]


class OpLog:
    """The log of one context over all its openings."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._segments: deque[_Segment] = deque()
        self._count = 0
        self._notes: dict[int, Note] = {}
        # Where the library has no log: what deduct() recorded
        self._own: deque[OpRecord] = deque(maxlen=capacity)

    def open(self) -> None:
        """Behind flopshim_begin(), in the context's thread."""
        self._notes = {}
        if _native.has_log:
            _native.log_begin(self.capacity)

    def close(self) -> None:
        """Before flopshim_end(), in the context's thread."""
        if _native.has_log:
            segment = _Segment(self.capacity, self._notes)
            self._segments.append(segment)
            self._count += segment.count
            self._trim(self._segments)

    def deducted(self, record: OpRecord) -> None:
        if not _native.has_log:
            self._own.append(record)
            self._count += 1
        elif record.subscripts is not None or record.shapes:
            self._notes[_native.log_count() - 1] = Note(record.subscripts, record.shapes)
            if len(self._notes) > self.capacity:
                del self._notes[next(iter(self._notes))]

    def _trim(self, segments: deque[_Segment]) -> None:
        excess = sum(map(len, segments)) - self.capacity
        while excess > 0:
            if len(segments[0]) <= excess:
                excess -= len(segments.popleft())
            else:
                segments[0].skip += excess
                excess = 0

    def read(self, running: bool) -> tuple[list[OpRecord], int]:
        """The records and how many older ones were left out. running: of an opening of this thread, too."""
        if not _native.has_log:
            return list(self._own), self._count - len(self._own)
        segments, count = deque(self._segments), self._count
        if running:
            segments.append(_Segment(self.capacity, self._notes))
            count += segments[-1].count
        records = [record for segment in segments for record in segment.records()][-self.capacity:]
        return records, count - len(records)
