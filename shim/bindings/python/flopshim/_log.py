"""The operations of a context, one by one: the first of them, kept by the library while the context is open (a call costs
nothing in Python), taken over when it closes, and made into OpRecords only when somebody looks."""
from __future__ import annotations

import ctypes
import struct
from typing import NamedTuple, Optional, Tuple

from . import _native

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


def _dims(address: int, count: int, values: tuple[int, ...]) -> dict[str, int]:
    """By the names that lie in an array at the address."""
    names = (ctypes.c_char_p * count).from_address(address) if count else ()
    return {_native.text(name): value for name, value in zip(names, values)}


class _Segment:
    """Operations of one opening, as the library has them: its first ones, at most `room`."""
    OPERATION = struct.Struct("4QI4xQ8q16x")  # struct flopshim_operation

    def __init__(self, used: _native.Used, room: int, notes: dict[int, Note]) -> None:
        self._raw = used.operations[:room * self.OPERATION.size]
        self._texts = used.texts
        self._notes = notes
        self.calls = used.calls

    def __len__(self) -> int:
        return len(self._raw) // self.OPERATION.size

    def _text(self, address: int) -> str:
        """Those that are not known belong to the library itself: they are also in a fork child."""
        found = self._texts.get(address)
        return _native.text(ctypes.string_at(address)) if found is None else found

    def _decode(self, raw: tuple[int, ...], note: Note | None) -> OpRecord:
        name, dims = self._text(raw[0]), _dims(raw[5], min(raw[4], 8), raw[6:])
        try:
            shapes = note.shapes if note else shapes_of(name, dims)
        except KeyError:  # a routine that has the dimensions of none of its family
            shapes = (tuple(dims.values()),)
        return OpRecord(name, note.subscripts if note else None, shapes, raw[2], raw[3], self._text(raw[1]) or None)

    def records(self) -> list[OpRecord]:
        return [self._decode(raw, self._notes.get(i)) for i, raw in enumerate(self.OPERATION.iter_unpack(self._raw))]


class OpLog:
    """The log of one context over all its openings."""

    def __init__(self) -> None:
        self._segments: list[_Segment] = []
        self.notes: dict[int, Note] = {}  # of this opening, by the operation's place in it

    def _room(self, capacity: int) -> int:
        return capacity - sum(map(len, self._segments))

    def room(self, capacity: int) -> int:
        """How many operations the next opening may add; the library wants at least 1."""
        return max(self._room(capacity), 1)

    def close(self, used: _native.Used, capacity: int) -> None:
        self._segments.append(_Segment(used, self._room(capacity), self.notes))
        self.notes = {}

    def note(self, place: int, subscripts: Optional[str], shapes: Shapes, capacity: int) -> None:
        """Of a deduction, what the library does not know."""
        if place < self._room(capacity):
            self.notes[place] = Note(subscripts, shapes)

    def read(self, running: _native.Used | None, capacity: int) -> tuple[list[OpRecord], int]:
        """The records and how many later ones were left out. running: of an opening of this thread, too."""
        segments = list(self._segments)
        if running:
            segments.append(_Segment(running, self._room(capacity), self.notes))
        records = [record for segment in segments for record in segment.records()]
        return records, sum(segment.calls for segment in segments) - len(records)
