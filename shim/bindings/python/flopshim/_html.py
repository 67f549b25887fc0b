"""The summary as HTML, for notebooks: one self-contained element that takes the notebook's own colours."""
from __future__ import annotations

from html import escape
from typing import Iterable, List, Sequence

from . import _counts, _summary, _text
from ._session import Part

NUMBER = 'style="text-align:right;padding:.1em .6em;font-variant-numeric:tabular-nums"'
NAME = 'style="text-align:left;padding:.1em .6em .1em 0"'


def _bar(used: int, budget: int) -> str:
    share = min(used / budget, 1) * 100
    colour = "#c0392b" if used > budget else "#2e86c1"
    return (f'<div style="width:20em;height:.6em;background:rgba(127,127,127,.3);border-radius:.3em;margin:.4em 0">'
            f'<div style="width:{share:.2f}%;height:100%;background:{colour};border-radius:.3em"></div></div>')


def _table(heading: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = f'<th {NAME}>{heading}</th>' + "".join(f"<th {NUMBER}>{c}</th>" for c in columns)
    body = "".join(f"<tr><td {NAME}>{escape(name)}</td>" + "".join(f"<td {NUMBER}>{cell}</td>" for cell in cells) + "</tr>"
                   for name, *cells in rows)
    return f'<table style="margin:.4em 0"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def summary_html(parts: List[Part]) -> str:
    counts, budget, label = _summary.merged(parts), _summary.total_budget(parts), _text.label_of(parts)
    used = _counts.total(counts)
    html = ["<div><strong>", escape(_text.TITLE), f" [{escape(label)}]" if label else "", "</strong>"]
    if budget is None:
        html.append(f"<div>{_text.flops_text(used)} FLOPs used, unlimited</div>")
    else:
        rest = f"{budget - used:,} remain" if used <= budget else f"{used - budget:,} over"
        html.append(f"{_bar(used, budget)}<div>{used:,} of {budget:,} FLOPs ({_text.percent(used, budget)}), {rest}</div>")
    html.append(_table("operation", _text.OPERATION_COLUMNS, _text.operation_cells(counts)))
    spaces = _text.space_rows(parts)
    if spaces:
        html.append(_table("namespace", _text.SPACE_COLUMNS, _text.space_cells(spaces, used)))
    notes = _text.nothing_lines(parts) + _text.refused_lines(parts) + _text.uncovered_lines()
    html += [f"<div>{escape(line.strip())}</div>" for line in notes]
    return "".join(html) + "</div>"
