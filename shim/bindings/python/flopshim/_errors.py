"""The package's exceptions. Those of a refused call are the library's classes where libflopshim.so can raise them inside a BLAS
call. All are FlopshimErrors, and `more` of each says where to read on."""
from __future__ import annotations

import ctypes

TYPE_CHECKING = False


_README = "shim/bindings/README.md"


class _FlopshimError(Exception):
    """What flopshim raises, but for arguments that cannot be (ValueError, TypeError). more: where to read on.

    >>> import flopshim
    >>> issubclass(flopshim.BudgetExhaustedError, flopshim.FlopshimError)
    True
    """
    more = f'"Contexts" in {_README}'


class _BudgetExhaustedError(_FlopshimError):
    """A call would cost more than remains. It was not run, and nothing was charged.

    op_name: the operation. flop_cost: FLOPs that it would cost, after the multiplier. flops_remaining: FLOPs that remain.

    >>> from flopshim import BudgetExhaustedError
    >>> print(BudgetExhaustedError("dgemm", flop_cost=2_000_000, flops_remaining=1_234))
    dgemm would cost 2,000,000 FLOPs but only 1,234 remain
    """

    def __init__(self, op_name: str, flop_cost: int, flops_remaining: int) -> None:
        but = "or more and" if flop_cost == 2**64 - 1 else "but only"  # a price sticks there
        super().__init__(f"{op_name} would cost {flop_cost:,} FLOPs {but} {flops_remaining:,} remain")
        self.op_name = op_name
        self.flop_cost = flop_cost
        self.flops_remaining = flops_remaining

    def __reduce__(self) -> tuple[object, tuple[str, int, int]]:
        return type(self), (self.op_name, self.flop_cost, self.flops_remaining)


class _TimeExhaustedError(_FlopshimError):
    """A call came when the limit on wall time was over. It was not run, and nothing was charged.

    op_name: the operation. elapsed_s: seconds that had passed. limit_s: the limit.

    >>> from flopshim import TimeExhaustedError
    >>> print(TimeExhaustedError("dgemm", elapsed_s=30.0021, limit_s=30))
    dgemm comes when 30.002 s have passed of a time limit of 30.000 s
    """

    def __init__(self, op_name: str, elapsed_s: float, limit_s: float) -> None:
        super().__init__(f"{op_name} comes when {elapsed_s:.3f} s have passed of a time limit of {limit_s:.3f} s")
        self.op_name = op_name
        self.elapsed_s = elapsed_s
        self.limit_s = limit_s

    def __reduce__(self) -> tuple[object, tuple[str, float, float]]:
        return type(self), (self.op_name, self.elapsed_s, self.limit_s)


_FlopshimError.__name__ = _FlopshimError.__qualname__ = "FlopshimError"
_BudgetExhaustedError.__name__ = _BudgetExhaustedError.__qualname__ = "BudgetExhaustedError"
_TimeExhaustedError.__name__ = _TimeExhaustedError.__qualname__ = "TimeExhaustedError"
_FlopshimError.__module__ = _BudgetExhaustedError.__module__ = _TimeExhaustedError.__module__ = "flopshim"


def _from_library(function: str, otherwise: type[Exception]) -> type[Exception]:
    library = ctypes.PyDLL(None)
    if not hasattr(library, function):
        return otherwise
    found = getattr(library, function)
    found.restype = ctypes.c_void_p
    address = found()  # borrowed; NULL where the library is disabled
    return ctypes.cast(address, ctypes.py_object).value if address else otherwise


if TYPE_CHECKING:
    FlopshimError = _FlopshimError
    BudgetExhaustedError = _BudgetExhaustedError
    TimeExhaustedError = _TimeExhaustedError
else:
    BudgetExhaustedError = _from_library("flopshim_python_exception", _BudgetExhaustedError)
    TimeExhaustedError = _from_library("flopshim_python_late", _TimeExhaustedError)
    FlopshimError = next(kind for kind in BudgetExhaustedError.__mro__ if kind.__name__ == "FlopshimError")


class StateError(FlopshimError, RuntimeError):
    """Something at the wrong time: a context inside another one, nothing preloaded.

    >>> import flopshim
    >>> try:
    ...     flopshim.BudgetContext(10).__exit__(None, None, None)
    ... except flopshim.StateError as error:
    ...     print(error, "-", error.more)
    this BudgetContext is not open - "Contexts" in shim/bindings/README.md
    """

    def __init__(self, message: str, section: str = "Contexts") -> None:
        super().__init__(message)
        self.more = f'"{section}" in {_README}'
        if hasattr(self, "add_note"):  # Python 3.11
            self.add_note(f"More: {self.more}")


StateError.__module__ = "flopshim"
