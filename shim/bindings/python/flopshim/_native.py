"""The marker API of shim/flopshim.h as ctypes sees it, and whether it is there.

Nothing is loaded here: the functions are those of the libflopshim.so that the process was started with. They are called
with the interpreter's lock held (PyDLL), because giving it up and waiting for it again can take milliseconds where other
threads run; only what writes to a file or a terminal gives it up (CDLL)."""
from __future__ import annotations

import ctypes
import functools
import os
import threading
from struct import Struct

from . import _counts
from ._process import is_launcher, is_subinterpreter
from ._structs import CRefusal, Operation, Refusal, Tally, Usage, UsedRoom, UsedTally, text

TYPE_CHECKING = False  # what a type checker wants to know is not imported at run time: it takes as long as all the rest
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable

    from ._counts import Counts

OK, NOT_LOADED, NESTED, NOT_OPEN, BAD_ARGUMENT, UNKNOWN, NO_SPACE, REFUSED = range(0, -8, -1)
ALL_THREADS = -1
MOST = 2**64 - 1  # what a call costs, and most that the library says, has 64 bits, unsigned;
BUDGET_MOST = 10**36  # budgets and their sums have 128
NAME_BYTES = 255
LOG_CAPACITY = 10_000  # operations of a context that are kept

HOW_TO_START = (
    "libflopshim.so is not preloaded, so nothing can be counted. Start the program with `python -m flopshim PROGRAM` "
    "or `flopshim run -- python PROGRAM`; a notebook's kernel with `python -m flopshim --install-kernel`. "
    "FLOPSHIM_ALLOW_UNLOADED=1, or flopshim.allow_unloaded(), lets it run uncounted")


def name_bytes(what: str, name: str) -> bytes:
    """A name as the library takes it. TypeError, ValueError where it takes none such."""
    if not isinstance(name, str):
        raise TypeError(f"{what} must be a string, got {name!r}")
    data = name.encode()
    if not data or len(data) > NAME_BYTES or 0 in data:
        raise ValueError(f"{what} must have 1 to {NAME_BYTES} bytes, none of them 0, got {name!r}")
    return data


_held = ctypes.PyDLL(None)
_released = ctypes.CDLL(None)
_MARKERS = ("flopshim_begin", "flopshim_end", "flopshim_push", "flopshim_pop", "flopshim_deduct", "flopshim_usage",
            "flopshim_tallies", "flopshim_refused", "flopshim_thread", "flopshim_reset", "flopshim_version", "flopshim_cost",
            "flopshim_write_summary", "flopshim_uncovered", "flopshim_log_count", "flopshim_python_fits",
            "flopshim_python_begin", "flopshim_python_usage", "flopshim_python_read", "flopshim_python_shut",
            "flopshim_python_weigh", "flopshim_python_deduct", "flopshim_python_loop",
            "flopshim_python_own_loop", "flopshim_python_count_loops")
_found = [name for name in _MARKERS if hasattr(_held, name)]
#: The library is in the process, whether or not it counts.
present = len(_found) == len(_MARKERS)
_allowed = os.environ.get("FLOPSHIM_ALLOW_UNLOADED", "0") not in ("", "0")

if present:
    for _library in (_held, _released):
        _library.flopshim_python_begin.restype = ctypes.c_int64
        _library.flopshim_python_begin.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_double, ctypes.c_int,
                                                   ctypes.c_char_p, ctypes.c_uint64, ctypes.c_uint64, ctypes.c_uint32]
    _held.flopshim_python_read.argtypes = _held.flopshim_python_shut.argtypes = [ctypes.c_uint64, ctypes.c_void_p]
    _held.flopshim_python_weigh.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_uint32]
    _held.flopshim_python_deduct.argtypes = [ctypes.c_char_p, ctypes.c_uint64, ctypes.c_uint32]
    _held.flopshim_python_loop.argtypes = [ctypes.c_uint32, ctypes.c_char_p, ctypes.c_uint32, ctypes.c_uint32]
    _held.flopshim_python_loop.restype = _held.flopshim_python_own_loop.restype = ctypes.c_void_p
    _held.flopshim_python_fits.argtypes = [ctypes.c_char_p, ctypes.c_uint64]
    _held.flopshim_push.argtypes = [ctypes.c_char_p]
    _held.flopshim_deduct.argtypes = [ctypes.c_char_p, ctypes.c_uint64]
    _held.flopshim_usage.argtypes = [ctypes.c_char_p, ctypes.POINTER(Usage)]
    _held.flopshim_tallies.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint32, ctypes.POINTER(ctypes.c_uint32)]
    _held.flopshim_refused.argtypes = [ctypes.c_int, ctypes.POINTER(ctypes.c_uint64), ctypes.POINTER(CRefusal)]
    _held.flopshim_log_count.restype = ctypes.c_uint64
    _released.flopshim_write_summary.argtypes = [ctypes.c_char_p]
    _held.flopshim_version.restype = ctypes.c_char_p
    _held.flopshim_cost.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_uint64)]
    _held.flopshim_uncovered.argtypes = [ctypes.c_char_p, ctypes.c_uint32, ctypes.POINTER(ctypes.c_uint32)]
    # Attributes of a library are looked up at each use
    _open, _open_released = _held.flopshim_python_begin, _released.flopshim_python_begin
    _used, _close = _held.flopshim_python_read, _held.flopshim_python_shut

#: It counts: preloaded, and FLOP_DISABLE is not set.
loaded = present and _held.flopshim_usage(None, ctypes.byref(Usage())) == OK


def allow_unloaded() -> None:
    """Let contexts open where libflopshim.so is not preloaded: they count nothing, and nothing is refused.

    FLOPSHIM_ALLOW_UNLOADED=1 in the environment does the same, and keeps `import flopshim` from warning.

    >>> import flopshim
    >>> flopshim.allow_unloaded()   # nothing changes where the library is preloaded
    """
    global _allowed
    _allowed = True


def state_error(message: str, section: str) -> Exception:
    """A StateError, to be raised; section: of the package's README. Its module is not imported before."""
    from ._errors import StateError
    return StateError(message, section)


_sub = is_subinterpreter(_held)


def counting() -> bool:
    """True where calls are counted; False where the user allowed that they are not. Else RuntimeError."""
    if _sub:
        raise state_error("not in a subinterpreter: a context is its thread's, and threads are shared by interpreters",
                          "Threads, coroutines, generators, forks")
    if loaded or present or _allowed:  # present, not loaded: FLOP_DISABLE=1 asks for a pass-through
        return loaded
    if _found:
        raise state_error("the preloaded libflopshim.so is of another version than the package flopshim", "Starting")
    raise state_error(HOW_TO_START, "Starting")


def warn_where_unloaded() -> None:
    if not (present or _allowed or is_launcher()):
        import warnings
        warnings.warn("flopshim: " + HOW_TO_START, RuntimeWarning, stacklevel=3)


def check(status: int) -> None:
    """StateError for what should not happen."""
    messages = {NOT_LOADED: "libflopshim.so is not preloaded", NESTED: "Cannot nest BudgetContexts",
                NOT_OPEN: "nothing is open that could be closed", BAD_ARGUMENT: "bad argument",
                NO_SPACE: "no space for the ledger or the file"}
    if status != OK:
        raise state_error(messages.get(status, f"flopshim: unknown error {status}"), "Contexts")


def open_context(namespace: bytes | None, budget: int, multiplier: float, quiet: bool, used: int, log_capacity: int,
                 time_limit_ns: int, weights: int) -> int:
    """The number of the opening, which no other of the process has. It has a log of its first calls."""
    function = _open if quiet else _open_released
    opening = int(function(namespace, budget.to_bytes(16, "little"), multiplier, quiet, used.to_bytes(16, "little"), log_capacity,
                           time_limit_ns, weights))
    if opening <= 0:
        check(opening)
    return opening


#: Texts of the library by their addresses: they live as long as the process.
_texts: dict[int, str] = {}
_TEXTS_MOST = 4096


def text_at(address: int) -> str:
    found = _texts.get(address)
    if found is None:
        if len(_texts) >= _TEXTS_MOST:
            _texts.clear()
        found = _texts[address] = text(ctypes.string_at(address))
    return found


def forget_texts() -> None:
    """In a fork child: the library begins anew there."""
    _texts.clear()


_TALLY = Struct("5Q8x4Q")  # struct flopshim_python_tally
_ROOM = 64


class _Room:
    """Where the library writes what an opening used."""

    def __init__(self, tallies: int, operations: int) -> None:
        self.tallies = (UsedTally * tallies)()
        self.operations = (Operation * operations)()
        self.used = UsedRoom(ctypes.addressof(self.tallies), ctypes.addressof(self.operations), tallies, operations)
        self.address = ctypes.addressof(self.used)


#: Whoever asks takes one for as long as it reads: a finaliser may come in between, and another thread.
_rooms: list[_Room] = []


class Used:
    """What an opening used: counts by namespace and operation, refused calls; of its log, where it is the calling thread's, the
    operations as they lie in memory, the texts that they refer to and that go with the process, and how many there would be."""
    __slots__ = "counts", "refused", "operations", "texts", "calls"

    def __init__(self) -> None:
        self.counts: Counts = {}
        self.refused = self.calls = 0
        self.operations = b""
        self.texts: dict[int, str] = {}

    def logged(self) -> int:
        """How many of its calls the log has, where it was empty before."""
        return min(_counts.calls(self.counts), LOG_CAPACITY)

    def read(self, room: _Room) -> "Used":
        raw = room.used
        self.refused, self.calls = raw.refused, raw.calls
        for i in range(raw.tally_count):
            name, namespace, *count = _TALLY.unpack_from(room.tallies, i * _TALLY.size)
            key = text_at(namespace), text_at(name)
            old = self.counts.get(key)
            self.counts[key] = tuple(count) if old is None else _counts.sum_of(old, tuple(count))
            if raw.operation_count:
                self.texts[namespace], self.texts[name] = key
        if raw.operation_count:
            self.operations = ctypes.string_at(raw.operations, raw.operation_count * ctypes.sizeof(Operation))
        return self


def _ask(function: Any, opening: int) -> tuple[int, Used]:
    try:
        room = _rooms.pop()
    except IndexError:
        room = _Room(_ROOM, _ROOM)
    status = function(opening, room.address)
    raw = room.used
    while raw.tally_count > raw.tally_room or raw.operation_count > raw.operation_room:
        room = _Room(max(raw.tally_count, _ROOM), max(raw.operation_count, _ROOM))
        status = function(opening, room.address)
        raw = room.used
    used = Used().read(room)
    if len(room.tallies) == len(room.operations) == _ROOM:
        _rooms.append(room)
    return status, used


def used_by(opening: int) -> Used:
    """What an opening of whichever thread used so far; nothing where that is not known any more, because its thread opened
    another one."""
    return _ask(_used, opening)[1]


def close_context(opening: int) -> tuple[int, Used]:
    """Close the calling thread's. A status, and what it used."""
    return _ask(_close, opening)


def push(name: bytes) -> int:
    return int(_held.flopshim_push(name))


def pop() -> int:
    return int(_held.flopshim_pop())


def deduct(name: bytes, flop_cost: int) -> int:
    return int(_held.flopshim_deduct(name, flop_cost))


def deduct_in(precision: int) -> Callable[[bytes, int], int]:
    """deduct(), of work in a precision (of flopshim.h, less 1), whose weight holds."""
    return lambda name, flop_cost: int(_held.flopshim_python_deduct(name, flop_cost, precision))


def weigh(lines: str) -> int:
    """The number of a set of weights; ValueError, `line N: ...`, for lines that are none. 0 where nothing is counted."""
    if not loaded:
        return 0
    error = ctypes.create_string_buffer(256)
    number = int(_held.flopshim_python_weigh(lines.encode(), error, len(error)))
    if not number:
        raise ValueError(text(error.value))
    return number


def loop(number: int, name: str, flops: int, precision: int) -> tuple[int, int]:
    """A function that stands in for a loop of NumPy's, and where NumPy is to store that loop; 0: there is none left."""
    stand_in = _held.flopshim_python_loop(number, name.encode(), flops, precision)
    return stand_in or 0, _held.flopshim_python_own_loop(number) or 0


def count_loops(wishes: int, in_all_threads: bool) -> None:
    check(_held.flopshim_python_count_loops(wishes, in_all_threads))


def fits(name: bytes, flop_cost: int) -> int:
    return int(_held.flopshim_python_fits(name, flop_cost))


@functools.lru_cache(maxsize=1024)
def cost(routine: str, words: str) -> int:
    """RuntimeError where the library is not preloaded, ValueError for what is no question."""
    if not present:
        raise RuntimeError(HOW_TO_START)
    flops = ctypes.c_uint64()
    status = _held.flopshim_cost(name_bytes("a routine", routine), words.encode(), ctypes.byref(flops))
    if status == UNKNOWN:
        raise ValueError(f"unknown routine {routine!r}; `flopshim list` prints those that have a price")
    if status == BAD_ARGUMENT:
        raise ValueError(f"{routine} takes no such arguments; `flopshim cost {routine} {words}` says why")
    check(status)
    return flops.value


def log_count() -> int:
    return int(_held.flopshim_log_count())


def reset() -> None:
    check(_held.flopshim_reset())


def version() -> str | None:
    return text(_held.flopshim_version()) if present else None


def thread() -> int:
    return int(_held.flopshim_thread())


def usage() -> tuple[int | None, int]:
    """The process's budget (FLOP_BUDGET, in FLOPs, or None), and what it used."""
    words = (ctypes.c_uint64 * 4)()
    check(_held.flopshim_python_usage(words))
    return (words[1] << 64 | words[0]) or None, words[3] << 64 | words[2]


def process_budget() -> int | None:
    """FLOP_BUDGET, in FLOPs, or None."""
    return usage()[0]


_room = 64


def tallies(thread_number: int) -> Iterable[Any]:
    """An array of Tally, of one thread's or all threads' operations."""
    global _room
    count = ctypes.c_uint32(0)
    while True:
        room = _room
        found = (Tally * room)()
        check(_held.flopshim_tallies(thread_number, found, room, ctypes.byref(count)))
        if count.value <= room:
            return found[:count.value]
        _room = 2 * count.value


def all_counts() -> Counts:
    """What all threads did so far."""
    found = tallies(ALL_THREADS)
    counts: Counts = {}
    for tally in found:
        if tally.calls or tally.flop_cost:
            key = text(tally.namespace), text(tally.name)
            count = tally.flop_cost, tally.calls, tally.first_use, tally.elapsed_ns, tally.timed_flops, 0, 0
            old = counts.get(key)
            counts[key] = count if old is None else _counts.sum_of(old, count)
    return counts


def write_summary(path: str) -> bool:
    """The summary so far, to a file in the format of its extension. False where it cannot be written."""
    return int(_released.flopshim_write_summary(os.fsencode(path))) == OK


def refused(thread_number: int) -> tuple[int, Refusal | None]:
    """How many calls were refused so far, and the last of them."""
    calls = ctypes.c_uint64(0)
    last = CRefusal()
    check(_held.flopshim_refused(thread_number, ctypes.byref(calls), ctypes.byref(last)))
    if not calls.value:
        return 0, None
    return calls.value, Refusal(last)


def uncovered() -> list[str]:
    """What is not counted, a line for each reason. A path may be no text: a ? for each byte that is none."""
    if not loaded:
        return []
    room = ctypes.create_string_buffer(4096)
    check(_held.flopshim_uncovered(room, len(room), ctypes.byref(ctypes.c_uint32())))
    lines = "".join("?" if "\udc80" <= c <= "\udcff" else c for c in room.value.decode("utf-8", "surrogateescape"))
    return [line for line in lines.split("\n") if line]


_local = threading.local()


@functools.lru_cache(maxsize=1)
def call_ns() -> int:
    """What a call takes in the library, about."""
    room = _Room(1, 1)
    _used(0, room.address)
    return int(room.used.call_ns)


def own_thread() -> int:
    """The library's number of the calling thread, asked for once a thread."""
    try:
        return int(_local.number)
    except AttributeError:
        _local.number = thread()
        return int(_local.number)
