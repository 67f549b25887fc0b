"""The text summary, laid out as the library's own (report/text.c): a table of the budget, one of the operations, one of the
namespaces, and what was refused. Percentages are rounded half up, in integers, as there.

A second renderer, because that one cannot serve here. It knows processes: a session begins at the import or a reset, leaves out
what NumPy did when it was imported, may be a single context, and knows which contexts paid for what. It is not there where
nothing is preloaded and contexts open all the same (allow_unloaded()). Rich and HTML are made of the same cells. What keeps the
two alike to the byte is tests/clients/python/test_same_text.py."""
from __future__ import annotations

from typing import TYPE_CHECKING, Dict, List, NamedTuple, Optional, Tuple

from . import _counts, _native, _session, _summary, _time
from ._session import Part

if TYPE_CHECKING:
    from ._counts import Count, Counts

TITLE = "flopshim FLOP Budget Summary"
TIMED_FLOPS = 1_000_000  # as the library: two readings of a clock do not show beside that


def percent(part: int, whole: int) -> str:
    tenths = (part * 2000 + whole) // (whole * 2) if whole else 0
    return f"{tenths // 10}.{tenths % 10}%"


def flops_text(flops: int) -> str:
    return f"{flops:,}" + or_more(flops)


def or_more(flops: int) -> str:
    return " or more" if flops == _counts.MOST else ""


def shown(name: str) -> str:
    """Names come from the program: no control character may reach the terminal, of C1 neither. A ? for each of their bytes."""
    return "".join("?" if c < " " or c == "\x7f" else "??" if "\x80" <= c < "\xa0" else c for c in name)


def calls_text(calls: int) -> str:
    return f"{calls:,} call" + ("" if calls == 1 else "s")


def by_cost(operations: Dict[str, Count]) -> List[Tuple[str, Count]]:
    """Highest first, ties in order of first use."""
    return sorted(operations.items(), key=lambda item: -item[1][0])


def label_of(parts: List[Part]) -> Optional[str]:
    """The namespace in the header: the only one there is."""
    names = {part.namespace for part in parts}
    return names.pop() if len(names) == 1 else None


def _budget_lines(budget: Optional[int], used: int) -> List[str]:
    numbers = [("Total budget:", "unlimited" if budget is None else f"{budget:,}", ""),
               ("Used:", f"{used:,}", or_more(used) + ("" if budget is None else f"  ({percent(used, budget)})"))]
    if budget is not None:
        sign, rest = ("-", used - budget) if used > budget else ("", budget - used)
        numbers.append(("Remaining:", f"{sign}{rest:,}", f"  ({sign}{percent(rest, budget)})"))
    width = max(14, *(len(number) for _, number, _ in numbers))
    return [f"  {label:<15}{number:>{width}}{share}" for label, number, share in numbers]


def _rows(rows: List[Tuple[str, int, int]], used: int) -> List[str]:
    names = max([16, *(len(shown(row[0])) for row in rows)])
    numbers = max([12, *(len(f"{row[1]:,}") for row in rows)])
    return [f"    {shown(name):<{names}} {cost:>{numbers},}{or_more(cost)}  ({percent(cost, used)})  [{calls_text(calls)}]"
            for name, cost, calls in rows]


class SpaceRow(NamedTuple):
    """Of a namespace: what was done in it itself, and with those dotted below it; more: what is left of its budget."""
    name: str
    own: int
    total: int
    calls: str
    more: str


def space_rows(parts: List[Part]) -> List[SpaceRow]:
    """One for each namespace, the highest total first; none where the header says it all."""
    spaces = _summary.spaces(parts)
    if [space.name for space in spaces if space.own or space.flop_budget is not None] in ([], [label_of(parts)]):
        return []
    rows = []
    for space in sorted(spaces, key=lambda space: -space.total_flops):
        calls = calls_text(space.own_calls())
        if space.total_calls != space.own_calls():
            calls += f"; {space.total_calls:,} in total"
        left = "" if space.left is None else f", {abs(space.left):,} {'over' if space.left < 0 else 'left'}"
        more = "" if space.flop_budget is None else f"  of {space.flop_budget:,}{left}"
        rows.append(SpaceRow(space.name or "(unlabelled)", _counts.total(space.own), space.total_flops, calls, more))
    return rows


#: Of a table that is not text; the name comes first.
OPERATION_COLUMNS = ("FLOPs", "share", "calls")
SPACE_COLUMNS = ("self", "share", "total", "share", "calls")


def operation_cells(counts: Counts) -> List[Tuple[str, ...]]:
    used = _counts.total(counts)
    return [(name, flops_text(count[0]), percent(count[0], used), f"{count[1]:,}")
            for name, count in by_cost(_counts.by_operation(counts))]


def space_cells(rows: List[SpaceRow], used: int) -> List[Tuple[str, ...]]:
    return [(row.name + row.more, f"{row.own:,}", percent(row.own, used), f"{row.total:,}", percent(row.total, used), row.calls)
            for row in rows]


def _space_lines(rows: List[SpaceRow], used: int) -> List[str]:
    names = max([16, *(len(shown(row.name)) for row in rows)])
    own = max([12, *(len(f"{row.own:,}") for row in rows)])
    shares = max(len(percent(row.own, used)) for row in rows) + 4
    total = max([10, *(len(f"{row.total:,}") for row in rows)])
    heading = f"{'  By namespace:':<{names + own + 1}}self"
    return [f"{heading:<{names + own + shares + total + 2}}total"] + [
        f"    {shown(row.name):<{names}} {row.own:>{own},}{f'  ({percent(row.own, used)})':<{shares}}"
        f"  {row.total:>{total},}  ({percent(row.total, used)})  [{row.calls}]{row.more}" for row in rows]


def refused_lines(parts: List[Part]) -> List[str]:
    """How many calls were refused, and the process's last where it may be one of them."""
    refused = sum(part.refused for part in parts)
    if not refused:
        return []
    lines = [f"  Refused calls: {refused:>14,}"]
    last = _session.last_refusal()
    spaces = {part.namespace for part in parts}
    if last and (None in spaces or any(last.namespace == s or last.namespace.startswith(f"{s}.") for s in spaces)):
        where = f" [{shown(last.namespace)}]" if last.namespace else ""
        why = f"would cost {last.flop_cost:,} FLOPs but only {last.flops_remaining:,} remained"
        if last.limit_s:
            why = f"came when {last.elapsed_s:.3f} s had passed of a time limit of {last.limit_s:.3f} s"
        lines.append(f"    last: {shown(last.operation)} {why}{where}")
    return lines


def _seconds(name: str, ns: int, names: int) -> str:
    return f"    {name:<{names}} {ns / 1e9:>10.6f} s"


def _rate(flops: int, ns: int) -> str:
    return f"  [{flops / ns:.2f} GFLOP/s]"


def time_lines(parts: List[Part]) -> List[str]:
    """As the library has them (report/text_times.c); none before calls of TIMED_FLOPS were timed."""
    counts, times = _summary.merged(parts), _time.times_of(parts)
    timed = _counts.timed_flops(counts)
    if timed < TIMED_FLOPS or not times.backend or not times.wall:
        return []
    all_timed = timed >= _counts.total(counts)
    of_what = "" if all_timed else f" (of calls with {percent(timed, _counts.total(counts))} of the FLOPs)"
    each = [(name, *_counts.time_of(count)) for name, count in _counts.by_operation(counts).items()]
    rows = sorted((row for row in each if row[1]), key=lambda row: -row[1])
    names = max([16, *(len(shown(name)) for name, *_ in rows)])
    return ["  Time:", _seconds("wall", times.wall, 16),
            f"{_seconds('in BLAS', times.backend, 16)}  ({percent(times.backend, times.wall)}){_rate(timed, times.backend)}",
            f"{_seconds('in flopshim', times.overhead, 16)}  ({percent(times.overhead, times.wall)})  (estimated)",
            f"{_seconds('outside', times.residual, 16)}  ({percent(times.residual, times.wall)})"
            + ("" if all_timed else "  (and in calls that were not timed)"), "",
            f"  Time by operation{of_what}:",
            *(f"{_seconds(shown(name), ns, names)}  ({percent(ns, times.backend)}){_rate(flops, ns)}" for name, ns, flops in rows)]


def _each_space_lines(parts: List[Part]) -> List[str]:
    """The operations of each namespace by itself."""
    lines: List[str] = []
    for space in _summary.spaces(parts):
        if space.own:
            operations = by_cost(_counts.by_operation(space.own))
            lines += ["", f"  By operation in {shown(space.name) if space.name else '(unlabelled)'}:",
                      *_rows([(name, count[0], count[1]) for name, count in operations], _counts.total(space.own))]
    return lines[1:]


def uncovered_lines() -> List[str]:
    """What the process computes uncounted, whatever part of it is shown."""
    return ["  Not covered:"] + [f"    {shown(line)}" for line in found] if (found := _native.uncovered()) else []


def nothing_lines(parts: List[Part]) -> List[str]:
    """What an empty table may mean; none where a call was made or refused."""
    if _summary.merged(parts) or any(part.refused for part in parts):
        return []
    if not _native.loaded:
        return ["  Nothing is counted: libflopshim.so is not preloaded, or FLOP_DISABLE=1 is set"]
    return ["  No BLAS call was seen: nothing was computed through BLAS, or it was out of sight",
            "  (of a context: in another thread; a BLAS linked statically; np.einsum without optimize=)"]


def summary_text(parts: List[Part], by_namespace: bool = False) -> str:
    """Without a newline at the end. by_namespace: with the operations of each."""
    label = label_of(parts)
    counts = _summary.merged(parts)
    used = _counts.total(counts)
    header = TITLE + (f" [{shown(label)}]" if label else "")
    operations = by_cost(_counts.by_operation(counts))
    lines = [header, "=" * len(header), *_budget_lines(_summary.total_budget(parts), used), "", "  By operation:",
             *_rows([(name, count[0], count[1]) for name, count in operations], used)]
    spaces = space_rows(parts)
    if spaces:
        lines += ["", *_space_lines(spaces, used)]
    each = _each_space_lines(parts) if by_namespace else []
    for notes in (each, time_lines(parts), nothing_lines(parts), refused_lines(parts), uncovered_lines()):
        lines += ["", *notes] if notes else []
    return "\n".join(lines)
