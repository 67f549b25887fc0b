"""What NumPy computes without BLAS, charged where that is asked for.

Ufuncs: NumPy lets others stand in for the loops of its ufuncs (PyUFunc_ReplaceLoopBySignature of its C interface), and so does the
library here. A loop is what all uses of a ufunc come to: operators on ordinary arrays, reductions, methods, NumPy's own code. Of
einsum, transforms, random numbers and sorting no loop tells: functions of the modules numpy, numpy.fft and numpy.random are
replaced by ones that charge. All of it is there while a count_numpy() is open, and taken back when the last one closes."""
from __future__ import annotations

import ctypes
import functools
import os
import threading
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

import numpy as np

from . import _charge, _native, _numpy_prices, _scopes
from ._numpy_prices import Price

REPLACE_LOOP = 30  # the place of PyUFunc_ReplaceLoopBySignature in NumPy's table, which never changes

Loop = Tuple[Any, int, Any, int]  # ufunc, what stands in, its types, where its own is kept


class _Here(threading.local):
    depth = 0  # so many count_numpy() are open in this thread
    inside = 0  # so many functions of ours are running, the outermost of which is charged


_here = _Here()
_lock = threading.RLock()
_open = [0, 0]  # in all; of these for all threads
_loops: List[Loop] = []
_replaced: List[Tuple[Any, str, Any]] = []


def _is_counted() -> bool:
    return bool(_here.depth or _open[1]) and not _here.inside


# ---- loops ----

def _replace_function() -> Any:
    core = getattr(np, "_core", None) or np.core
    get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
    get_pointer.restype, get_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    table = ctypes.cast(get_pointer(core._multiarray_umath._UFUNC_API, None), ctypes.POINTER(ctypes.c_void_p))
    kind = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
    return kind(table[REPLACE_LOOP] or 0)


def _priced_loops() -> Iterator[Loop]:
    number = 0
    for name in (*_numpy_prices.ONE, *_numpy_prices.MANY):
        ufunc = getattr(np, name)
        for letters in dict.fromkeys(ufunc.types if ufunc.__name__ == name else ()):  # NumPy lists some twice
            flops, precision = _numpy_prices.of_element(name, letters)
            if not flops:
                continue
            stand_in, own = _native.loop(number, f"numpy.{name}", flops, precision)
            number += 1
            types = [np.dtype(letter).num for letter in letters.replace("->", "")]
            if stand_in:
                yield ufunc, stand_in, (ctypes.c_int * len(types))(*types), own


def _put_loops() -> None:
    if not _loops:
        _loops.extend(_priced_loops())
    replace = _replace_function()
    for ufunc, stand_in, types, own in _loops:
        replace(ufunc, stand_in, types, own)


def _take_loops_back() -> None:
    replace = _replace_function()
    for ufunc, _, types, own in _loops:
        replace(ufunc, ctypes.c_void_p.from_address(own).value, types, None)


# ---- functions ----

def _run(name: str, function: Callable[..., Any], price: Price, args: Any, kwargs: Any) -> Any:
    """What does not fit is not run. What others are charged for meanwhile is a part of it."""
    if not price.calls_others:
        _charge.charge(name, price.flops, price.precision)
        return _inside(function, args, kwargs)
    _charge.check_fits(name, price.flops)
    before = _charge.charged()
    result = _inside(function, args, kwargs)
    rest = price.flops - _charge.charged_since(before)
    if rest > 0:
        _charge.charge(name, rest, price.precision)
    return result


def _inside(function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    _here.inside += 1
    try:
        return function(*args, **kwargs)
    finally:
        _here.inside -= 1


def _priced(name: str, function: Any, price_of: Callable[..., Optional[Price]]) -> Any:
    @functools.wraps(function)
    def counted(*args: Any, **kwargs: Any) -> Any:
        if not _is_counted():
            return function(*args, **kwargs)
        try:
            price = price_of(*args, **kwargs)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            price = None  # NumPy will say what is wrong with such arguments
        return _run(name, function, price, args, kwargs) if price else function(*args, **kwargs)
    return counted


def _drawn(name: str, function: Any) -> Any:
    """How many numbers there are the result tells: they are charged when they are there, and dropped where they do not fit."""
    @functools.wraps(function)
    def counted(*args: Any, **kwargs: Any) -> Any:
        if not _is_counted():
            return function(*args, **kwargs)
        result = _inside(function, args, kwargs)
        price = _numpy_prices.of_numbers(name, result)
        _charge.charge(f"numpy.random.{name}", price.flops, price.precision)
        return result
    return counted


@functools.lru_cache(maxsize=1)
def _generator_class() -> Any:
    """Methods of a Generator cannot be replaced, but overridden: default_rng() gives this one out meanwhile."""
    members = {name: _drawn(name, getattr(np.random.Generator, name))
               for name in (*_numpy_prices.UNIFORM, *_numpy_prices.DISTRIBUTIONS) if hasattr(np.random.Generator, name)}
    members["__reduce__"] = lambda self: np.random.Generator(self.bit_generator).__reduce__()
    return type("Generator", (np.random.Generator,), {**members, "__module__": "numpy.random", "__slots__": ()})


def _default_rng(function: Any) -> Any:
    @functools.wraps(function)
    def counted(seed: Any = None) -> Any:
        generator = function(seed)
        if _is_counted() and type(generator) is np.random.Generator:
            return _generator_class()(generator.bit_generator)
        return generator
    return counted


def _stand_ins() -> Iterator[Tuple[Any, str, Any]]:
    modules: List[Tuple[Any, str, Dict[str, Callable[..., Optional[Price]]]]] = [
        (np, "numpy", _numpy_prices.FUNCTIONS), (np.fft, "numpy.fft", _numpy_prices.FFT)]
    for module, prefix, prices in modules:
        for name, price_of in prices.items():
            yield module, name, _priced(f"{prefix}.{name}", getattr(module, name), price_of)
    for name in (*_numpy_prices.UNIFORM, *_numpy_prices.DISTRIBUTIONS):
        if hasattr(np.random, name):
            yield np.random, name, _drawn(name, getattr(np.random, name))
    yield np.random, "default_rng", _default_rng(np.random.default_rng)


def _put_functions() -> None:
    for module, name, stand_in in _stand_ins():
        _replaced.append((module, name, getattr(module, name)))
        setattr(module, name, stand_in)


def _take_functions_back() -> None:
    while _replaced:
        module, name, own = _replaced.pop()
        setattr(module, name, own)


# ---- for users ----

class count_numpy:  # pylint: disable=invalid-name; a function to its users
    """Charge what NumPy computes without BLAS to whatever is active: ufuncs (operators, reductions and methods, too), einsum,
    numpy.fft, numpy.random and sorting, of floating-point numbers, as operations "numpy.add" ... Context manager and decorator.

    process: of all threads; else of the thread that opens it. What does not fit raises BudgetExhaustedError: of functions before
    they run; of ufuncs where Python runs on, with their output, or the rest of it, not computed. Never twice where BLAS is called
    inside, nor where one is open inside another. Rules, limits and what it costs: "NumPy beyond BLAS" in shim/bindings/README.md.
    Raises StateError where the library is not preloaded.

    >>> import flopshim, numpy as np
    >>> with flopshim.BudgetContext(1_000, quiet=True) as context, flopshim.count_numpy():
    ...     y = np.exp(np.ones(10)) + 1
    >>> context.flops_used
    170
    """

    def __init__(self, process: bool = False) -> None:
        self._process = process
        self._threads: List[int] = []  # that have opened it

    def __enter__(self) -> "count_numpy":
        if _native.counting():
            with _lock:
                if not _open[0]:
                    _put_functions()
                    _put_loops()
                _open[0] += 1
                _open[1] += self._process
            _here.depth += not self._process
            _native.count_loops(1, self._process)
            self._threads.append(threading.get_ident())
        return self

    def __exit__(self, *exception: object) -> None:
        if not self._threads:
            return  # nothing is counted
        own = self._threads.pop() == threading.get_ident()
        if own or self._process:
            _here.depth -= not self._process
            _native.count_loops(-1, self._process)
        with _lock:
            _open[0] -= 1
            _open[1] -= self._process
            if not _open[0]:
                _take_loops_back()
                _take_functions_back()
        if not (own or self._process):
            raise _native.state_error("count_numpy() must be closed in the thread that opened it", "NumPy beyond BLAS")

    def __call__(self, function: _scopes.Function) -> _scopes.Function:
        return _scopes.decorate(self, function)


def _in_child() -> None:
    """What the library knew of the thread is gone there."""
    for _ in range(_here.depth):
        _native.count_loops(1, False)


os.register_at_fork(after_in_child=_in_child)
