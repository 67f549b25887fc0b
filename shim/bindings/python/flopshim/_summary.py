"""The session as a dictionary."""
from __future__ import annotations

from typing import Any, Dict, Iterable, List, Optional

from . import _counts, _session
from ._counts import Counts
from ._session import Part


def total_budget(parts: Iterable[Part]) -> Optional[int]:
    """The sum of the budgets, or None where something was used that none limits."""
    budgets = [part.flop_budget for part in parts]
    return None if None in budgets or not budgets else sum(budget or 0 for budget in budgets)


def merged(parts: Iterable[Part]) -> Counts:
    counts: Counts = {}
    for part in parts:
        _counts.add(counts, part.counts)
    return counts


def by_namespace(parts: List[Part]) -> Dict[Optional[str], Dict[str, Any]]:
    """{name or None: {flop_budget, flops_used, operations}}. A context has what its scopes used as well; each scope has an
    entry of its own without a budget."""
    spaces: Dict[Optional[str], Counts] = {}
    budgets: Dict[Optional[str], Optional[int]] = {}
    for part in parts:
        if not part.is_default:
            spaces.setdefault(part.namespace, {})
            _counts.add(spaces[part.namespace], part.counts)
            budgets[part.namespace] = budgets.get(part.namespace, 0) or 0
            budgets[part.namespace] += part.flop_budget or 0  # type: ignore[operator]
    for part in parts:
        for key, count in part.counts.items():
            name = key[0] or None
            if part.is_default or name != part.namespace:
                _counts.add(spaces.setdefault(name, {}), {key: count})
                if part.is_default and name is None:
                    unlabelled = [p for p in parts if p.namespace is None]
                    budgets[None] = total_budget(unlabelled)
    return {name: {"flop_budget": budgets.get(name), "flops_used": _counts.total(counts),
                   "operations": _counts.by_operation(counts)} for name, counts in spaces.items()}


def as_dict(parts: List[Part], with_namespaces: bool) -> Dict[str, Any]:
    counts, budget = merged(parts), total_budget(parts)
    used = _counts.total(counts)
    summary: Dict[str, Any] = {"flop_budget": budget, "flops_used": used,
                               "flops_remaining": None if budget is None else max(budget - used, 0),
                               "operations": _counts.by_operation(counts)}
    if with_namespaces:
        summary["by_namespace"] = by_namespace(parts)
    return summary


def budget_summary_dict(by_namespace: bool = False) -> Dict[str, Any]:  # pylint: disable=redefined-outer-name
    """What the session used, in FLOPs after the multiplier: {flop_budget, flops_used, flops_remaining, operations: {name:
    {flop_cost, calls}}}, operations in order of first use.

    The budget is the sum over the session's contexts, each once; None (and nothing remains of it) where work outside any
    context was not limited by FLOP_BUDGET. With by_namespace also "by_namespace": {name or None: {flop_budget, flops_used,
    operations}}, where a context's figures contain those of its scopes.

    >>> import flopshim
    >>> flopshim.budget_reset()
    >>> with flopshim.BudgetContext(1_000, quiet=True):
    ...     flopshim.deduct("relu", flop_cost=400)
    >>> flopshim.budget_summary_dict()
    {'flop_budget': 1000, 'flops_used': 400, 'flops_remaining': 600, 'operations': {'relu': {'flop_cost': 400, 'calls': 1}}}
    """
    return as_dict(_session.parts(), by_namespace)
