"""Showing the session: as text, as a table where Rich is installed, as HTML in a notebook, and live."""
from __future__ import annotations

import sys
from typing import Any, List, Optional

from . import _html, _rich, _session, _text
from ._session import Part


class Summary:
    """A session's summary, as it was when it was made. str() is the text; notebooks show HTML; Rich prints a table.

    >>> import flopshim
    >>> flopshim.budget_reset()
    >>> print(flopshim.render_budget_summary())
    flopshim FLOP Budget Summary
    ============================
      Total budget:       unlimited
      Used:                       0
    <BLANKLINE>
      By operation:
    <BLANKLINE>
      No BLAS call was seen: nothing was computed through BLAS, or it was out of sight
      (of a context: in another thread; a BLAS linked statically; np.einsum without optimize=)
    """

    def __init__(self, parts: List[Part], by_namespace: bool = False) -> None:
        self._parts = parts
        self._text = _text.summary_text(parts, by_namespace)

    def __str__(self) -> str:
        return self._text

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return _html.summary_html(self._parts)

    def __rich__(self) -> Any:
        return _rich.summary_table(self._parts)


def render_budget_summary(by_namespace: bool = False) -> Summary:
    """The session's summary, to be printed, displayed in a notebook, or given to Rich. by_namespace: the text has the operations of
    each namespace, too.

    >>> import flopshim
    >>> "FLOP Budget Summary" in str(flopshim.render_budget_summary())
    True
    """
    return Summary(_session.parts(), by_namespace)


def in_ipython() -> bool:
    """Does IPython show what an expression is worth?"""
    module = sys.modules.get("IPython")
    return bool(module and module.get_ipython())


def in_notebook() -> bool:
    """Is there a front end that shows HTML?"""
    module = sys.modules.get("IPython")
    return bool(module and hasattr(module.get_ipython(), "kernel"))


def budget_summary(by_namespace: bool = False) -> Optional[Summary]:
    """Print the session's summary: a table on a terminal where Rich is installed, else text. In IPython it is returned
    instead, which shows it where it is the last line of a cell. by_namespace: with the operations of each namespace, as text.

    >>> import flopshim
    >>> flopshim.budget_reset()
    >>> flopshim.budget_summary()
    flopshim FLOP Budget Summary
    ============================
      Total budget:       unlimited
      Used:                       0
    <BLANKLINE>
      By operation:
    <BLANKLINE>
      No BLAS call was seen: nothing was computed through BLAS, or it was out of sight
      (of a context: in another thread; a BLAS linked statically; np.einsum without optimize=)
    """
    summary = render_budget_summary(by_namespace)
    if in_ipython():
        return summary
    if sys.stdout.isatty() and _rich.installed() and not by_namespace:
        _rich.console().print(summary)
    else:
        print(summary)
    return None
