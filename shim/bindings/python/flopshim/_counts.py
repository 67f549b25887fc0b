"""Sums of calls, FLOPs and time by namespace and operation."""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Tuple

    #: Of one operation: FLOPs after the multiplier, calls, a number that orders operations by their first use; nanoseconds of
    #: the calls that were timed, and what these cost; the same of calls that were timed for a context's log alone, which
    #: nobody else has.
    Count = Tuple[int, int, int, int, int, int, int]

    #: By namespace with its scopes ("" is the unlabelled one) and operation.
    Counts = Dict[Tuple[str, str], Count]

#: Where the price of a call sticks: it stands for itself or more.
MOST = 2**64 - 1


def total(counts: Counts) -> int:
    return sum([count[0] for count in counts.values()])


def calls(counts: Counts) -> int:
    return sum([count[1] for count in counts.values()])


def time_of(count: Count) -> Tuple[int, int]:
    """Nanoseconds, and FLOPs that took them."""
    return count[3] + count[5], count[4] + count[6]


def elapsed_ns(counts: Counts) -> int:
    return sum([time_of(count)[0] for count in counts.values()])


def timed_flops(counts: Counts) -> int:
    return sum([time_of(count)[1] for count in counts.values()])


def sum_of(old: Count, count: Count) -> Count:
    return (old[0] + count[0], old[1] + count[1], old[2] if old[2] < count[2] else count[2],
            old[3] + count[3], old[4] + count[4], old[5] + count[5], old[6] + count[6])


def add(to: Counts, more: Counts) -> None:
    for key, count in more.items():
        old = to.get(key)
        to[key] = count if old is None else sum_of(old, count)


def subtract(whole: Counts, part: Counts) -> Counts:
    """What is left, never below 0: a reading of running threads is not one of a single instant."""
    left = {}
    for key, count in whole.items():
        less = part.get(key)
        if less is not None:
            flops, number, _, ns, timed, short, short_timed = (max(a - b, 0) for a, b in zip(count, less))
            count = flops, number, count[2], ns, timed, short, short_timed
        if count[0] or count[1]:
            left[key] = count
    return left


def by_operation(counts: Counts) -> Dict[str, Count]:
    """In order of first use."""
    merged: Dict[str, Count] = {}
    for (_, name), count in sorted(counts.items(), key=lambda item: item[1][2]):
        old = merged.get(name)
        merged[name] = count if old is None else sum_of(old, count)
    return merged
