"""The text summary, laid out as the library's own (report/text.c): a table of the budget, one of the operations, one of the
namespaces, and what was refused. Percentages are rounded half up, in integers, as there."""
from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

from . import _counts, _native, _session, _summary
from ._session import Part

TITLE = "flopshim FLOP Budget Summary"


def percent(part: int, whole: int) -> str:
    tenths = (part * 2000 + whole) // (whole * 2) if whole else 0
    return f"{tenths // 10}.{tenths % 10}%"


def _shown(name: str) -> str:
    """Names come from the program: no control character may reach the terminal."""
    return "".join("?" if c < " " or c == "\x7f" else c for c in name)


def calls_text(calls: int) -> str:
    return f"{calls:,} call" + ("" if calls == 1 else "s")


def by_cost(operations: Dict[str, Dict[str, int]]) -> List[Tuple[str, Dict[str, int]]]:
    """Highest first, ties in order of first use."""
    return sorted(operations.items(), key=lambda item: -item[1]["flop_cost"])


def label_of(parts: List[Part]) -> Optional[str]:
    """The namespace in the header: the only one there is."""
    names = {part.namespace for part in parts}
    return names.pop() if len(names) == 1 else None


def _budget_lines(budget: Optional[int], used: int) -> List[str]:
    numbers = [("Total budget:", "unlimited" if budget is None else f"{budget:,}", ""),
               ("Used:", f"{used:,}", "" if budget is None else f"  ({percent(used, budget)})")]
    if budget is not None:
        sign, rest = ("-", used - budget) if used > budget else ("", budget - used)
        numbers.append(("Remaining:", f"{sign}{rest:,}", f"  ({sign}{percent(rest, budget)})"))
    width = max(14, *(len(number) for _, number, _ in numbers))
    return [f"  {label:<15}{number:>{width}}{share}" for label, number, share in numbers]


def _rows(rows: List[Tuple[str, int, int, str]], used: int) -> List[str]:
    names = max([16, *(len(_shown(row[0])) for row in rows)])
    numbers = max([12, *(len(f"{row[1]:,}") for row in rows)])
    return [f"    {_shown(name):<{names}} {cost:>{numbers},}  ({percent(cost, used)})  [{calls_text(calls)}]{more}"
            for name, cost, calls, more in rows]


def space_rows(parts: List[Part]) -> List[Tuple[str, int, int, str]]:
    """(name, FLOPs, calls, what is left) of each namespace, highest first; none where the header says it all."""
    spaces = _summary.by_namespace(parts)
    if len(spaces) < 2 and list(spaces) in ([], [label_of(parts)]):
        return []
    rows = []
    for name, space in spaces.items():
        used, budget = space["flops_used"], space["flop_budget"]
        left = "" if budget is None else f"  of {budget:,}, {abs(budget - used):,} {'over' if used > budget else 'left'}"
        rows.append((name or "(unlabelled)", used, sum(op["calls"] for op in space["operations"].values()), left))
    return sorted(rows, key=lambda row: -row[1])


def refused_lines(parts: List[Part]) -> List[str]:
    """How many calls were refused, and the process's last where it may be one of them."""
    refused = sum(part.refused for part in parts)
    if not refused:
        return []
    lines = [f"  Refused calls: {refused:>14,}"]
    last = _session.last_refusal()
    spaces = {part.namespace for part in parts}
    if last and (None in spaces or any(last.namespace == s or last.namespace.startswith(f"{s}.") for s in spaces)):
        where = f" [{_shown(last.namespace)}]" if last.namespace else ""
        lines.append(f"    last: {_shown(last.operation)} would cost {last.flop_cost:,} FLOPs but only "
                     f"{last.flops_remaining:,} remained{where}")
    return lines


def nothing_lines(parts: List[Part]) -> List[str]:
    """What an empty table may mean; none where a call was made or refused."""
    if _summary.merged(parts) or any(part.refused for part in parts):
        return []
    if not _native.loaded:
        return ["  Nothing is counted: libflopshim.so is not preloaded, or FLOP_DISABLE=1 is set"]
    return ["  No BLAS call was seen: nothing was computed through BLAS, or it was out of sight",
            "  (of a context: in another thread; a BLAS linked statically; np.einsum without optimize=)"]


def summary_text(parts: List[Part]) -> str:
    """Without a newline at the end."""
    label = label_of(parts)
    counts = _summary.merged(parts)
    used = _counts.total(counts)
    header = TITLE + (f" [{_shown(label)}]" if label else "")
    operations: List[Any] = by_cost(_counts.by_operation(counts))
    lines = [header, "=" * len(header), *_budget_lines(_summary.total_budget(parts), used), "", "  By operation:",
             *_rows([(name, op["flop_cost"], op["calls"], "") for name, op in operations], used)]
    spaces = space_rows(parts)
    if spaces:
        lines += ["", "  By namespace:", *_rows(spaces, used)]
    for notes in (nothing_lines(parts), refused_lines(parts)):
        lines += ["", *notes] if notes else []
    return "\n".join(lines)
