"""The summary as a table of Rich, where that is installed."""
from __future__ import annotations

import importlib.util
from typing import Any, Iterable, List, Sequence

from . import _counts, _summary, _text
from ._session import Part

BAR = 20


def installed() -> bool:
    return importlib.util.find_spec("rich") is not None


def console() -> Any:
    from rich.console import Console
    return Console(highlight=False)


def _budget_text(parts: List[Part]) -> str:
    used, budget = _counts.total(_summary.merged(parts)), _summary.total_budget(parts)
    if budget is None:
        return f"{_text.flops_text(used)} FLOPs used, unlimited"
    filled = min(used * BAR // budget, BAR)
    rest = f"{budget - used:,} remain" if used <= budget else f"{used - budget:,} over"
    return f"{'█' * filled}{'░' * (BAR - filled)}  {used:,} of {budget:,} FLOPs ({_text.percent(used, budget)}), {rest}"


def summary_table(parts: List[Part]) -> Any:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text
    label, used = _text.label_of(parts), _counts.total(_summary.merged(parts))
    title = _text.TITLE + (f" [{_text.shown(label)}]" if label else "")
    groups: List[Any] = [Text(title, style="bold"), Text(_budget_text(parts))]

    def table(heading: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        made = Table(heading)
        for column in columns:
            made.add_column(column, justify="right")
        for name, *cells in rows:
            made.add_row(Text(_text.shown(name)), *cells)
        groups.append(made)
    table("operation", _text.OPERATION_COLUMNS, _text.operation_cells(_summary.merged(parts)))
    spaces = _text.space_rows(parts)
    if spaces:
        table("namespace", _text.SPACE_COLUMNS, _text.space_cells(spaces, used))
    groups += [Text(line.strip()) for line in _text.nothing_lines(parts) + _text.refused_lines(parts) + _text.uncovered_lines()]
    return Group(*groups)
