"""The structs of shim/flopshim.h as ctypes sees them, and those that the library has for this package."""
from __future__ import annotations

import ctypes

_RESERVED = ("reserved", ctypes.c_uint64 * 2)  # 0


class Context(ctypes.Structure):
    """struct flopshim_context"""
    _fields_ = [("namespace", ctypes.c_char_p), ("flop_budget", ctypes.c_uint64), ("multiplier", ctypes.c_double),
                ("quiet", ctypes.c_int), ("scope", ctypes.c_int), ("flops_used", ctypes.c_uint64),
                ("time_limit_ns", ctypes.c_uint64), ("reserved", ctypes.c_uint64 * 1)]


class Usage(ctypes.Structure):
    """struct flopshim_usage"""
    _fields_ = [("flop_budget", ctypes.c_uint64), ("flops_used", ctypes.c_uint64), ("flops_remaining", ctypes.c_uint64),
                ("calls", ctypes.c_uint64), _RESERVED]


class Tally(ctypes.Structure):
    """struct flopshim_tally"""
    _fields_ = [("name", ctypes.c_char_p), ("namespace", ctypes.c_char_p), ("flop_cost", ctypes.c_uint64),
                ("calls", ctypes.c_uint64), ("first_use", ctypes.c_uint64), ("thread", ctypes.c_int32),
                ("unused", ctypes.c_int32), ("elapsed_ns", ctypes.c_uint64), ("timed_flops", ctypes.c_uint64)]


class CRefusal(ctypes.Structure):
    """struct flopshim_refusal"""
    _fields_ = [("operation", ctypes.c_char_p), ("flop_cost", ctypes.c_uint64), ("flops_remaining", ctypes.c_uint64),
                ("namespace", ctypes.c_char_p), ("elapsed_ns", ctypes.c_uint64), ("time_limit_ns", ctypes.c_uint64)]


class Operation(ctypes.Structure):
    """struct flopshim_operation"""
    _fields_ = [("name", ctypes.c_char_p), ("namespace", ctypes.c_char_p), ("flop_cost", ctypes.c_uint64),
                ("cumulative", ctypes.c_uint64), ("dim_count", ctypes.c_uint32), ("precision", ctypes.c_uint32),
                ("dim_names", ctypes.POINTER(ctypes.c_char_p)), ("dims", ctypes.c_int64 * 8),
                ("started_ns", ctypes.c_uint64), ("elapsed_ns", ctypes.c_uint64)]


class UsedTally(ctypes.Structure):
    """struct flopshim_python_tally"""
    _fields_ = [("tally", Tally), ("short_ns", ctypes.c_uint64), ("short_flops", ctypes.c_uint64)]


class UsedRoom(ctypes.Structure):
    """struct flopshim_python_used"""
    _fields_ = [("tallies", ctypes.c_void_p), ("operations", ctypes.c_void_p), ("tally_room", ctypes.c_uint64),
                ("operation_room", ctypes.c_uint64), ("tally_count", ctypes.c_uint64), ("operation_count", ctypes.c_uint64),
                ("calls", ctypes.c_uint64), ("refused", ctypes.c_uint64), ("call_ns", ctypes.c_uint64)]


class Refusal:
    """A refused call: FLOPs after the multiplier, and what remained; where its time was over, what had passed, and of what."""
    __slots__ = "operation", "flop_cost", "flops_remaining", "namespace", "elapsed_s", "limit_s"

    def __init__(self, raw: CRefusal) -> None:
        self.operation = text(raw.operation)
        self.flop_cost: int = raw.flop_cost
        self.flops_remaining: int = raw.flops_remaining
        self.namespace = text(raw.namespace)
        self.elapsed_s: float = raw.elapsed_ns / 1e9
        self.limit_s: float = raw.time_limit_ns / 1e9


def text(name: bytes | None) -> str:
    return (name or b"").decode("utf-8", "replace")
