"""Sums of calls and FLOPs by namespace and operation."""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Tuple

    #: Of one operation: FLOPs after the multiplier, calls, and a number that orders operations by their first use.
    Count = Tuple[int, int, int]

    #: By namespace with its scopes ("" is the unlabelled one) and operation.
    Counts = Dict[Tuple[str, str], Count]

#: Where the library's counts stick: it stands for itself or more.
MOST = 2**64 - 1


def total(counts: Counts) -> int:
    return min(sum([flop_cost for flop_cost, _, _ in counts.values()]), MOST)


def calls(counts: Counts) -> int:
    return sum([number for _, number, _ in counts.values()])


def add(to: Counts, more: Counts) -> None:
    for key, count in more.items():
        old = to.get(key)
        if old is not None:
            flop_cost = old[0] + count[0]
            count = (flop_cost if flop_cost < MOST else MOST, old[1] + count[1], old[2] if old[2] < count[2] else count[2])
        to[key] = count


def subtract(whole: Counts, part: Counts) -> Counts:
    """What is left, never below 0: a reading of running threads is not one of a single instant."""
    left = {}
    for key, (flop_cost, number, first) in whole.items():
        less = part.get(key)
        if less is not None:
            flop_cost, number = max(flop_cost - less[0], 0), max(number - less[1], 0)
        if number or flop_cost:
            left[key] = flop_cost, number, first
    return left


def by_operation(counts: Counts) -> Dict[str, Dict[str, int]]:
    """{name: {flop_cost, calls}} in order of first use."""
    merged: Dict[str, Dict[str, int]] = {}
    for (_, name), (flop_cost, number, _) in sorted(counts.items(), key=lambda item: item[1][2]):
        old = merged.setdefault(name, {"flop_cost": 0, "calls": 0})
        old["flop_cost"] = min(old["flop_cost"] + flop_cost, MOST)
        old["calls"] += number
    return merged
