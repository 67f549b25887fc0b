"""NumPy tries its BLAS when it is imported, with a product of two floats. That is the library's doing and not the user's: the
session leaves it out (the process's own summary, which counts every call, has it)."""
from __future__ import annotations

import sys

from . import _counts, _native, _session


TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any, Sequence


class _Watch:
    """Finds nothing by itself: wraps the loader of NumPy that others find, once."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname != "numpy" or self not in sys.meta_path:
            return None
        sys.meta_path.remove(self)
        import importlib.util
        spec = importlib.util.find_spec(fullname)
        if spec and spec.loader and hasattr(spec.loader, "exec_module"):
            loader: Any = spec.loader
            load = loader.exec_module

            def exec_module(module: ModuleType) -> None:
                del loader.exec_module
                before = _session.outside()
                try:
                    load(module)
                finally:
                    _session.leave_out(_counts.subtract(_session.outside(), before))
            loader.exec_module = exec_module
        return spec


def start() -> None:
    """The session starts here: what came before is left out, and so is what NumPy does when it is imported later."""
    if _native.loaded:
        _session.leave_out(_session.outside())
        if "numpy" not in sys.modules:
            sys.meta_path.insert(0, _Watch())
