"""The exceptions of a refused call. Where libflopshim.so can raise them inside a BLAS call, they are the library's classes."""
from __future__ import annotations

import ctypes

TYPE_CHECKING = False


class _BudgetExhaustedError(Exception):
    """A call would cost more than remains. It was not run, and nothing was charged.

    op_name: the operation. flop_cost: FLOPs that it would cost, after the multiplier. flops_remaining: FLOPs that remain.

    >>> from flopshim import BudgetExhaustedError
    >>> print(BudgetExhaustedError("dgemm", flop_cost=2_000_000, flops_remaining=1_234))
    dgemm would cost 2,000,000 FLOPs but only 1,234 remain
    """

    def __init__(self, op_name: str, flop_cost: int, flops_remaining: int) -> None:
        super().__init__(f"{op_name} would cost {flop_cost:,} FLOPs but only {flops_remaining:,} remain")
        self.op_name = op_name
        self.flop_cost = flop_cost
        self.flops_remaining = flops_remaining

    def __reduce__(self) -> tuple[object, tuple[str, int, int]]:
        return type(self), (self.op_name, self.flop_cost, self.flops_remaining)


class _TimeExhaustedError(Exception):
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


_BudgetExhaustedError.__name__ = _BudgetExhaustedError.__qualname__ = "BudgetExhaustedError"
_TimeExhaustedError.__name__ = _TimeExhaustedError.__qualname__ = "TimeExhaustedError"
_BudgetExhaustedError.__module__ = _TimeExhaustedError.__module__ = "flopshim"


def _from_library(function: str, otherwise: type[Exception]) -> type[Exception]:
    library = ctypes.PyDLL(None)
    if not hasattr(library, function):
        return otherwise
    found = getattr(library, function)
    found.restype = ctypes.c_void_p
    address = found()  # borrowed; NULL where the library is disabled
    return ctypes.cast(address, ctypes.py_object).value if address else otherwise


if TYPE_CHECKING:
    BudgetExhaustedError = _BudgetExhaustedError
    TimeExhaustedError = _TimeExhaustedError
else:
    BudgetExhaustedError = _from_library("flopshim_python_exception", _BudgetExhaustedError)
    TimeExhaustedError = _from_library("flopshim_python_late", _TimeExhaustedError)
