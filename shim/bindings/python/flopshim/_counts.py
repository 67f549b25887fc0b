"""Sums of calls and FLOPs by namespace and operation, and what lies between two readings of the library's tallies."""
from __future__ import annotations

from typing import Any, Dict, Iterable, NamedTuple, Sequence, Tuple

from . import _native


class Count(NamedTuple):
    """Of one operation: FLOPs after the multiplier, calls, and a number that orders operations by their first use."""
    flop_cost: int
    calls: int
    first_use: int


#: By namespace with its scopes ("" is the unlabelled one) and operation.
Counts = Dict[Tuple[str, str], Count]


#: Where the library's counts stick: it stands for itself or more.
MOST = 2**64 - 1


def total(counts: Counts) -> int:
    return min(sum(c.flop_cost for c in counts.values()), MOST)


def calls(counts: Counts) -> int:
    return sum(c.calls for c in counts.values())


def add(to: Counts, more: Counts) -> None:
    for key, count in more.items():
        old = to.get(key)
        to[key] = count if old is None else Count(min(old.flop_cost + count.flop_cost, MOST), old.calls + count.calls,
                                                  min(old.first_use, count.first_use))


def subtract(whole: Counts, part: Counts) -> Counts:
    """What is left, never below 0: a reading of running threads is not one of a single instant."""
    left = {}
    for key, count in whole.items():
        less = part.get(key, Count(0, 0, 0))
        rest = Count(max(count.flop_cost - less.flop_cost, 0), max(count.calls - less.calls, 0), count.first_use)
        if rest.calls or rest.flop_cost:
            left[key] = rest
    return left


def between(before: Sequence[Any], after: Iterable[Any]) -> Counts:
    """What one thread did between two readings of its tallies, which keep their order; new ones follow."""
    counts: Counts = {}
    for i, tally in enumerate(after):
        flop_cost, number = tally.flop_cost, tally.calls
        if i < len(before):
            flop_cost = flop_cost if flop_cost == MOST else flop_cost - before[i].flop_cost
            number -= before[i].calls
        if number or flop_cost:
            add(counts, {(_native.text(tally.namespace), _native.text(tally.name)):
                         Count(flop_cost, number, tally.first_use)})
    return counts


def by_operation(counts: Counts) -> dict[str, dict[str, int]]:
    """{name: {flop_cost, calls}} in order of first use."""
    merged: dict[str, Count] = {}
    for (_, name), count in sorted(counts.items(), key=lambda item: item[1].first_use):
        old = merged.get(name, Count(0, 0, 0))
        merged[name] = Count(min(old.flop_cost + count.flop_cost, MOST), old.calls + count.calls, 0)
    return {name: {"flop_cost": c.flop_cost, "calls": c.calls} for name, c in merged.items()}
