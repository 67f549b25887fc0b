"""The session as a dictionary."""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Iterable, List, NamedTuple, Optional, Tuple

from . import _counts, _native, _session, _time
from ._session import Part

if TYPE_CHECKING:
    from ._counts import Counts

NEVER = 2**64  # behind every first use


def total_budget(parts: Iterable[Part]) -> Optional[int]:
    """The sum of the budgets, or None where something was used that none limits."""
    budgets = [part.flop_budget for part in parts]
    return None if None in budgets or not budgets else sum(budget or 0 for budget in budgets)


def merged(parts: Iterable[Part]) -> Counts:
    counts: Counts = {}
    for part in parts:
        _counts.add(counts, part.counts)
    return counts


class Space(NamedTuple):
    """A namespace, None where it is the unlabelled one. own: what was done in it itself. total_*: with those dotted below it.
    left: of its budget; negative after an overrun."""
    name: Optional[str]
    flop_budget: Optional[int]
    left: Optional[int]
    own: Counts
    total_flops: int
    total_calls: int

    def own_calls(self) -> int:
        return _counts.calls(self.own)


def _above(name: str) -> Iterable[str]:
    """The namespaces that it lies in, itself included, outermost first."""
    return [name[:i] for i, c in enumerate(name) if c == "." and i] + [name]


def _budgets(parts: List[Part]) -> Dict[str, Tuple[Optional[int], Optional[int]]]:
    """By namespace what its contexts may use, and what is left of that. Scopes are paid by the context around them."""
    paying: Dict[str, List[Part]] = {}
    for part in parts:
        if not part.is_default or any(not name for name, _ in part.counts):
            paying.setdefault(part.namespace or "", []).append(part)
    budgets = {}
    for name, group in paying.items():
        budget = total_budget(group)
        budgets[name] = budget, None if budget is None else budget - sum(_counts.total(part.counts) for part in group)
    return budgets


def spaces(parts: List[Part]) -> List[Space]:
    """Each namespace in which something was done, or in one dotted below it, or that had a context; in order of the first use
    of these, as the library has them."""
    own: Dict[str, Counts] = {part.namespace or "": {} for part in parts if not part.is_default}
    for part in parts:
        for key, count in part.counts.items():
            _counts.add(own.setdefault(key[0], {}), {key: count})
    total: Dict[str, Tuple[int, int]] = {}
    first: Dict[str, int] = {}
    for name, counts in own.items():
        for above in _above(name):
            flops, calls = total.get(above, (0, 0))
            total[above] = flops + _counts.total(counts), calls + _counts.calls(counts)
            first[above] = min([first.get(above, NEVER), *(count[2] for count in counts.values())])
    budgets = _budgets(parts)
    # A namespace comes before those below it, whatever other characters a name has
    order = sorted(total, key=lambda name: (first[name], [1 if c == 46 else c + 1 for c in name.encode()]))
    return [Space(name or None, *budgets.get(name, (None, None)), own.get(name, {}), *total[name]) for name in order]


def by_namespace(parts: List[Part]) -> Dict[Optional[str], Dict[str, Any]]:
    """{name or None: {flop_budget, flops_used, calls, times, operations, self, total}}"""
    overhead = _time.overhead_by(parts)
    return {space.name: _time.Figures({
        "flop_budget": space.flop_budget, "flops_used": _counts.total(space.own), "calls": space.own_calls(),
        **_time.seconds_in(space.own, overhead),
        "operations": _time.operations(space.own, overhead),
        "self": {"flops_used": _counts.total(space.own), "calls": space.own_calls()},
        "total": {"flops_used": space.total_flops, "calls": space.total_calls,
                  "flops_remaining": None if space.left is None else max(space.left, 0)},
    }) for space in spaces(parts)}


def as_dict(parts: List[Part], with_namespaces: bool) -> _time.Figures:
    counts, budget = merged(parts), total_budget(parts)
    used = _counts.total(counts)
    summary = _time.Figures(flop_budget=budget, flops_used=used,
                            flops_remaining=None if budget is None else max(budget - used, 0),
                            operations=_time.operations(counts, _time.overhead_by(parts)), **_time.seconds_of(parts))
    lines = _native.uncovered()
    if lines:
        summary["uncovered"] = lines
    if with_namespaces:
        summary["by_namespace"] = by_namespace(parts)
    return summary


def budget_summary_dict(by_namespace: bool = False) -> _time.Figures:  # pylint: disable=redefined-outer-name
    """What the session used, in FLOPs after the multiplier: {flop_budget, flops_used, flops_remaining, operations: {name:
    {flop_cost, calls, backend_time_s, overhead_time_s}}, wall_time_s, backend_time_s, overhead_time_s, residual_wall_time_s},
    operations in order of first use.

    Wall time is that of contexts, and of all since the session began where something was used outside of them; it is the sum of
    the other three, but where several threads' calls take longer than the clock. backend: in routines that were timed;
    overhead: in the library, an estimate; residual: elsewhere.

    The budget is the sum over the session's contexts, each once; None (and nothing remains of it) where work outside any
    context was not limited by FLOP_BUDGET. "uncovered" is there where something is not counted: a line for each reason, such as
    an engine that computes without BLAS. With by_namespace also "by_namespace": {name or None: {flop_budget, flops_used, calls,
    backend_time_s, overhead_time_s, operations, self, total}}. `self` is what was done in the namespace itself, `total` what was
    done in it and in those dotted below it: {flops_used, calls}; total has flops_remaining as well, what is left of flop_budget.
    All others are those of self: over all namespaces they add up to the whole.

    >>> import flopshim
    >>> flopshim.budget_reset()
    >>> with flopshim.BudgetContext(1_000, quiet=True):
    ...     flopshim.deduct("relu", flop_cost=400)
    >>> summary = flopshim.budget_summary_dict()
    >>> summary["flops_used"], summary["operations"]["relu"]["calls"], summary["wall_time_s"] > 0
    (400, 1, True)
    """
    return as_dict(_session.parts(), by_namespace)
