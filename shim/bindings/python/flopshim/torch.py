"""PyTorch computes much by engines of its own, of which no BLAS call tells: convolutions, bfloat16 products, attention, all that
runs on a GPU. They are charged too where this is open:

    import flopshim.torch
    with flopshim.torch.count():
        loss = model(x).sum()
        loss.backward()

An operation is priced by the shapes of its arguments before it runs, and refused where that does not fit. When it is done, what
was charged meanwhile for BLAS calls is taken off, and the rest is deducted, as "torch.convolution"."""
from __future__ import annotations

import functools
import sys
from typing import Any, Callable, Dict, Iterator, Optional, Tuple

import torch  # type: ignore[import-not-found,unused-ignore]
from torch.utils._python_dispatch import TorchDispatchMode  # type: ignore[import-not-found,unused-ignore]

from . import _charge, _native, _scopes, _torch_prices

__all__ = ["count"]

COMPOSITE = torch._C.DispatchKey.CompositeImplicitAutograd


def _tensors(values: Any) -> Iterator[Any]:
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from _tensors(value)
        elif hasattr(value, "layout"):
            yield value


def _is_computed(tensor: Any) -> bool:
    """Not a tensor that has a shape and no numbers, nor one whose shape says little of the work."""
    dense = tensor.layout in (torch.strided, torch._mkldnn)
    return bool(dense and tensor.device.type != "meta" and not hasattr(tensor, "fake_mode"))


def _factor(tensors: Tuple[Any, ...]) -> int:
    """What a multiply-add pair costs by the convention that holds; 0: it is not floating-point work, or none is done."""
    if not tensors or not all(map(_is_computed, tensors)):
        return 0
    if any(tensor.is_complex() for tensor in tensors):
        return _native.cost("cgemm", "m=1 n=1 k=1")
    return _native.cost("sgemm", "m=1 n=1 k=1") if any(tensor.is_floating_point() for tensor in tensors) else 0


def _price(name: str, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> int:
    """In FLOPs before the multiplier."""
    try:
        pairs = _torch_prices.PRICES[name](*args, **kwargs)
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError):
        return 0  # PyTorch will reject such arguments
    return max(pairs, 0) * _factor(tuple(_tensors((*args, *kwargs.values()))))


def _registered(packet: Any) -> Optional[Callable[..., int]]:
    """A formula of the program's own for an operation of its own: torch.utils.flop_counter.register_flop_formula."""
    counter = sys.modules.get("torch.utils.flop_counter")
    return getattr(counter, "flop_registry", {}).get(packet)


@functools.lru_cache(maxsize=None)
def _is_composite(func: Any) -> bool:
    """Is it made of other operations, by PyTorch itself? Where no gradients are wanted (inference_mode) it arrives here as a whole.
    (OpOverload.decompose() takes decompositions for the compiler instead, which do not run everywhere.)"""
    return bool(torch._C._dispatch_has_kernel_for_dispatch_key(func.name(), COMPOSITE))


class count(TorchDispatchMode):  # type: ignore[misc,unused-ignore]  # pylint: disable=invalid-name; a function to its users
    """Charge what PyTorch computes in this thread without a BLAS, to whatever is active: context manager and decorator.

    What does not fit raises BudgetExhaustedError before it runs, and then charges nothing. A part that BLAS calls have been
    charged for is not charged again, nor is anything where one is open inside another. Opening it raises RuntimeError where the
    library is not preloaded.

    >>> import flopshim, flopshim.torch, torch
    >>> a = torch.ones(4, 8, dtype=torch.bfloat16)
    >>> with flopshim.BudgetContext(1_000, quiet=True) as context, flopshim.torch.count():
    ...     b = a @ a.T
    >>> context.flops_used
    256
    """
    supports_higher_order_operators = True

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """True would import the compiler at the first operation, which takes seconds, and its wrapper 0.2 ms at each."""
        return False

    def __enter__(self) -> "count":
        _native.counting()
        super().__enter__()
        return self

    def __call__(self, function: _scopes.Function) -> _scopes.Function:
        return _scopes.decorate(self, function)

    def __torch_dispatch__(self, func: Any, types: Any, args: Tuple[Any, ...] = (), kwargs: Optional[Dict[str, Any]] = None) -> Any:
        kwargs = kwargs or {}
        packet = getattr(func, "_overloadpacket", None)
        if packet is None or not _native.loaded:
            return func(*args, **kwargs)
        name = str(packet.__name__)
        if getattr(func, "namespace", "aten") == "aten" and name in _torch_prices.PRICES:
            return self._run(func, name, args, kwargs, _price(name, args, kwargs), None)
        formula = _registered(packet)
        if formula:
            return self._run(func, name, args, kwargs, 0, formula)
        if not _is_composite(func):
            return func(*args, **kwargs)
        with self:
            return func._op_dk(COMPOSITE, *args, **kwargs)

    @staticmethod
    def _run(func: Any, name: str, args: Tuple[Any, ...], kwargs: Dict[str, Any], price: int,
             formula: Optional[Callable[..., int]]) -> Any:
        """With a price that is known before, or by a formula that wants the result."""
        if not price and not formula:
            return func(*args, **kwargs)
        _charge.check_fits(f"torch.{name}", price)
        before = _charge.charged()
        result = func(*args, **kwargs)
        if formula:
            price = int(formula(*args, **kwargs, out_val=result)) * _factor(tuple(_tensors(args))) // 2
        rest = price - _charge.charged_since(before)
        if rest > 0:
            _charge.charge(f"torch.{name}", rest)
        return result
