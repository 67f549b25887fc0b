"""The operations of a context, one by one: the first of them, kept by the library while the context is open (a call costs
nothing in Python), taken over when it closes, and made into OpRecords only when somebody looks."""
from __future__ import annotations

import ctypes
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
    """Operations of one opening, as the library has them: its first ones, at most `room`."""

    def __init__(self, room: int, notes: dict[int, Note]) -> None:
        self.count = _native.log_count()
        self.operations = (_native.Operation * min(self.count, room))()
        address, size = ctypes.addressof(self.operations), ctypes.sizeof(_native.Operation)
        for i in range(len(self.operations)):
            _native.log_read(i, address + i * size)
        self.notes = notes

    def __len__(self) -> int:
        return len(self.operations)

    def records(self) -> list[OpRecord]:
        return [_decode(operation, self.notes.get(i)) for i, operation in enumerate(self.operations)]


class OpLog:
    """The log of one context over all its openings."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._segments: list[_Segment] = []
        self._count = 0
        self._notes: dict[int, Note] = {}
        # Where the library has no log: what deduct() recorded
        self._own: list[OpRecord] = []

    def _room(self) -> int:
        return self.capacity - sum(map(len, self._segments))

    def open(self) -> None:
        """Behind flopshim_begin(), in the context's thread."""
        self._notes = {}
        if _native.has_log:
            _native.log_begin(max(self._room(), 1))

    def close(self) -> None:
        """Before flopshim_end(), in the context's thread."""
        if _native.has_log:
            self._segments.append(_Segment(self._room(), self._notes))
            self._count += self._segments[-1].count

    def deducted(self, record: OpRecord) -> None:
        if not _native.has_log:
            self._count += 1
            if len(self._own) < self.capacity:
                self._own.append(record)
        elif (record.subscripts is not None or record.shapes) and len(self._notes) < self._room():
            self._notes[_native.log_count() - 1] = Note(record.subscripts, record.shapes)

    def read(self, running: bool) -> tuple[list[OpRecord], int]:
        """The records and how many later ones were left out. running: of an opening of this thread, too."""
        if not _native.has_log:
            return list(self._own), self._count - len(self._own)
        segments, count = list(self._segments), self._count
        if running:
            segments.append(_Segment(self._room(), self._notes))
            count += segments[-1].count
        records = [record for segment in segments for record in segment.records()]
        return records, count - len(records)
