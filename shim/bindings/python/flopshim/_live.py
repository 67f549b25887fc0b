"""A view of the session that is drawn again twice a second by a thread of its own. NumPy and SciPy give up the interpreter's
lock during a BLAS call, so it moves during long ones too; a caller that keeps the lock holds it up."""
from __future__ import annotations

import shutil
import sys
import threading
from typing import Any, Optional

from . import _display, _rich
from ._display import Summary

INTERVAL_S = 0.5


class _Quiet:
    """Not a terminal: only the last state is written, when the view closes."""

    def start(self) -> None:
        pass

    def show(self, summary: Summary) -> None:
        pass

    def stop(self, summary: Summary) -> None:
        print(summary, flush=True)


class _Terminal:
    """Text, drawn over what was drawn before; no more lines than fit."""

    def __init__(self) -> None:
        self._lines = 0

    def start(self) -> None:
        pass

    def show(self, summary: Summary) -> None:
        columns, height = shutil.get_terminal_size()
        self._draw([line[:columns - 1] for line in str(summary).splitlines()[:height - 1]])

    def stop(self, summary: Summary) -> None:
        self._draw(str(summary).splitlines())

    def _draw(self, lines: list[str]) -> None:
        back = f"\x1b[{self._lines}F\x1b[J" if self._lines else ""
        sys.stdout.write(back + "".join(line + "\n" for line in lines))
        sys.stdout.flush()
        self._lines = len(lines)


class _Rich:
    def __init__(self) -> None:
        from rich.live import Live
        self._live = Live(console=_rich.console(), auto_refresh=False)

    def start(self) -> None:
        self._live.start()

    def show(self, summary: Summary) -> None:
        self._live.update(summary.__rich__(), refresh=True)

    def stop(self, summary: Summary) -> None:
        self.show(summary)
        self._live.stop()


class _Notebook:
    def __init__(self) -> None:
        self._handle: Any = None

    def start(self) -> None:
        from IPython.display import display  # type: ignore[import-not-found,unused-ignore]
        self._handle = display(_display.render_budget_summary(), display_id=True)  # type: ignore[no-untyped-call,unused-ignore]

    def show(self, summary: Summary) -> None:
        self._handle.update(summary)

    stop = show


def _view() -> Any:
    if _display.in_notebook():
        return _Notebook()
    if not sys.stdout.isatty():
        return _Quiet()
    return _Rich() if _rich.installed() else _Terminal()


class budget_live:  # pylint: disable=invalid-name; a function to its users
    """Show the session's summary while the body of a `with` statement runs, drawn again twice a second.

    On a terminal in place (with Rich a table); in a notebook as an output that changes; elsewhere only the last state, as
    text. It shows contexts of all threads, open ones as they count. by_namespace: with the operations of each, where it is text.

    >>> import flopshim
    >>> flopshim.budget_reset()
    >>> with flopshim.budget_live():
    ...     flopshim.deduct("relu", flop_cost=10)
    flopshim FLOP Budget Summary
    ============================
      Total budget:       unlimited
      Used:                      10
    <BLANKLINE>
      By operation:
        relu                       10  (100.0%)  [1 call]
    """

    def __init__(self, by_namespace: bool = False) -> None:
        self._by_namespace = by_namespace
        self._end = threading.Event()
        self._thread: Optional[threading.Thread] = None
        self._view: Any = None

    def _refresh(self) -> None:
        while not self._end.wait(INTERVAL_S):
            self._view.show(_display.render_budget_summary(self._by_namespace))

    def __enter__(self) -> "budget_live":
        if self._thread:
            raise RuntimeError("this budget_live() is open already")
        self._view = _view()
        self._view.start()
        self._end.clear()
        self._thread = threading.Thread(target=self._refresh, name="flopshim.budget_live", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        if self._thread:
            self._end.set()
            self._thread.join()
            self._thread = None
            self._view.stop(_display.render_budget_summary(self._by_namespace))
