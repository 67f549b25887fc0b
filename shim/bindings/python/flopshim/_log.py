"""The operations of a context, one by one: the first of them, kept by the library while the context is open (a call costs
nothing in Python), taken over when it closes, and made into OpRecords only when somebody looks."""
from __future__ import annotations

import ctypes
import struct
from typing import NamedTuple, Optional, Tuple

from . import _native, _structs

Shapes = Tuple[Tuple[int, ...], ...]


class OpRecord(NamedTuple):
    """One operation of a context.

    op_name: "dgemm". subscripts: as deduct() was given them, else None. shapes: of the operands where they are known from
    the dimensions, else one tuple of the dimensions. flop_cost: FLOPs after the multiplier. cumulative: FLOPs that the
    context had used after it. namespace: with its scopes, or None. start_offset_s: seconds after its context was opened.
    duration_s: that it took; None where it was not timed. dtype: "float64", of most of its work; None where that is not known.
    (overhead_s is always None: the library's own time is not taken call by call. flopscope's names of these are there too.)

    >>> from flopshim import BudgetContext
    >>> with BudgetContext(1000, quiet=True) as context:
    ...     done = context.deduct("einsum", flop_cost=24, subscripts="ij,jk->ik", shapes=((2, 3), (3, 2)))
    >>> context.op_log[0].flop_cost
    24
    """
    op_name: str
    subscripts: Optional[str]
    shapes: Shapes
    flop_cost: int
    cumulative: int
    namespace: Optional[str] = None
    start_offset_s: Optional[float] = None
    duration_s: Optional[float] = None
    overhead_s: Optional[float] = None
    dtype: Optional[str] = None

    @property
    def flopscope_context_start_offset_s(self) -> Optional[float]:
        """start_offset_s"""
        return self.start_offset_s

    @property
    def flopscope_backend_duration_s(self) -> Optional[float]:
        """duration_s"""
        return self.duration_s

    @property
    def flopscope_overhead_duration_s(self) -> Optional[float]:
        """overhead_s"""
        return self.overhead_s

    @property
    def resolved_dtype(self) -> Optional[str]:
        """dtype"""
        return self.dtype


#: By enum flopshim_precision.
DTYPES = (None, "float16", "float32", "complex64", "float64", "complex128", None)


class Note(NamedTuple):
    """What the library does not know of an operation."""
    subscripts: Optional[str]
    shapes: Shapes
    dtype: Optional[str] = None
    duration_s: Optional[float] = None


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
    return {_structs.text(name): value for name, value in zip(names, values)}


class _Segment:
    """Operations of one opening, as the library has them: its first ones, at most `room`."""
    OPERATION = struct.Struct("4Q2IQ8q2Q")  # struct flopshim_operation

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
        return _structs.text(ctypes.string_at(address)) if found is None else found

    def _decode(self, raw: tuple[int, ...], note: Note | None) -> OpRecord:
        name, dims = self._text(raw[0]), _dims(raw[6], min(raw[4], 8), raw[7:15])
        try:
            shapes = note.shapes if note else shapes_of(name, dims)
        except KeyError:  # a routine that has the dimensions of none of its family
            shapes = (tuple(dims.values()),)
        duration = raw[16] / 1e9 if raw[16] else None
        dtype = DTYPES[raw[5]] if raw[5] < len(DTYPES) else None
        if note:
            duration, dtype = note.duration_s, note.dtype
        return OpRecord(name, note.subscripts if note else None, shapes, raw[2], raw[3], self._text(raw[1]) or None,
                        raw[15] / 1e9, duration, None, dtype)

    def records(self) -> list[OpRecord]:
        return [self._decode(raw, self._notes.get(i)) for i, raw in enumerate(self.OPERATION.iter_unpack(self._raw))]


def _exact(records: list[OpRecord]) -> list[OpRecord]:
    """The library's cumulative numbers stick where they have 64 bits."""
    before = 0
    for place, record in enumerate(records):
        if record.cumulative == _native.MOST:
            records[place] = record = record._replace(cumulative=before + record.flop_cost)
        before = record.cumulative
    return records


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

    def note(self, place: int, note: Note, capacity: int) -> None:
        """Of a deduction, what the library does not know."""
        if place < self._room(capacity):
            self.notes[place] = note

    def read(self, running: _native.Used | None, capacity: int) -> tuple[list[OpRecord], int]:
        """The records and how many later ones were left out. running: of an opening of this thread, too."""
        segments = list(self._segments)
        if running:
            segments.append(_Segment(running, self._room(capacity), self.notes))
        records = _exact([record for segment in segments for record in segment.records()])
        return records, sum(segment.calls for segment in segments) - len(records)
