"""The exception of a refused call. Where libflopshim.so can raise it inside a BLAS call, it is the library's class."""
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


_BudgetExhaustedError.__name__ = _BudgetExhaustedError.__qualname__ = "BudgetExhaustedError"
_BudgetExhaustedError.__module__ = "flopshim"


def _from_library() -> type[_BudgetExhaustedError]:
    library = ctypes.PyDLL(None)
    if not hasattr(library, "flopshim_python_exception"):
        return _BudgetExhaustedError
    library.flopshim_python_exception.restype = ctypes.c_void_p
    address = library.flopshim_python_exception()  # borrowed; NULL where the library is disabled
    return ctypes.cast(address, ctypes.py_object).value if address else _BudgetExhaustedError


if TYPE_CHECKING:
    BudgetExhaustedError = _BudgetExhaustedError
else:
    BudgetExhaustedError = _from_library()
