"""What count_numpy() charges for a call of NumPy's functions, in FLOPs before weight and multiplier. The table of rules, with
sources, is in shim/bindings/README.md."""
from __future__ import annotations

import math
from typing import Any, Callable, Dict, NamedTuple, Optional, Tuple

import numpy as np

from . import _cost

#: Of an element, by the name of its ufunc; complex ones where that is another number. What is in none of these is free: tests and
#: changes of bits (isnan, signbit, copysign, nextafter, frexp, ldexp, modf, conjugate, positive), and logic.
ONE = ("add subtract multiply divide square sqrt reciprocal negative absolute fabs sign floor ceil trunc rint maximum minimum fmax "
       "fmin greater greater_equal less less_equal equal not_equal heaviside deg2rad rad2deg degrees radians").split()
MANY = ("exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan arcsinh arccosh arctanh sinh cosh tanh cbrt power "
        "float_power arctan2 hypot logaddexp logaddexp2 floor_divide remainder fmod divmod").split()
FUNCTION = 16
COMPLEX = {"add": 2, "subtract": 2, "multiply": 6, "square": 6, "divide": 6, "reciprocal": 6, "negative": 2, "absolute": 4,
           "sqrt": 6, "rint": 2, "equal": 2, "not_equal": 2}
COMPLEX_FUNCTION = 50

#: By the letter of a type: enum cost_precision.
PRECISIONS = {"e": 0, "f": 1, "F": 2, "d": 3, "D": 4, "g": 5, "G": 5}


def of_element(name: str, letters: str) -> Tuple[int, int]:
    """FLOPs and precision of one element in a ufunc's loop for these types, `dd->d`; 0 FLOPs: nothing is charged."""
    letter = next((letter for letter in letters if letter in PRECISIONS), None)
    if letter is None:
        return 0, 5
    price = FUNCTION if name in MANY else 1 if name in ONE else 0
    if price and letter in "FDG":
        price = COMPLEX_FUNCTION if price == FUNCTION else COMPLEX.get(name, 1)
    return price, PRECISIONS[letter]


class Price(NamedTuple):
    flops: int
    precision: int
    calls_others: bool = False  # BLAS or ufuncs may be charged for parts of it


def _precision(dtype: Any) -> Optional[int]:
    return PRECISIONS.get(np.dtype(dtype).char)


def _lanes(shape: Tuple[int, ...], axis: Any) -> Tuple[int, int]:
    """How many elements in all, and how many of them are sorted together."""
    size = math.prod(shape)
    return size, size if axis is None or not shape else shape[axis]


def _levels(n: int) -> int:
    return (n - 1).bit_length() if n > 1 else 0


def _sort(a: Any, axis: Any = -1, *_: Any, **__: Any) -> Optional[Price]:
    a = np.asanyarray(a)
    size, lane = _lanes(a.shape, axis)
    precision = _precision(a.dtype)
    return None if precision is None else Price(size * _levels(lane), precision)


def _unique(ar: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False, axis: Any = None,
            **_: Any) -> Optional[Price]:
    return _sort(ar, None if axis is None else axis)


def _partition(a: Any, kth: Any, axis: Any = -1, *_: Any, **__: Any) -> Optional[Price]:
    a = np.asanyarray(a)
    precision = _precision(a.dtype)
    return None if precision is None else Price(a.size, precision)


def _searchsorted(a: Any, v: Any, *_: Any, **__: Any) -> Optional[Price]:
    a = np.asanyarray(a)
    precision = _precision(a.dtype)
    return None if precision is None else Price(np.size(v) * _levels(a.size + 1), precision)


def _lexsort(keys: Any, axis: int = -1) -> Optional[Price]:
    prices = [price for price in (_sort(key, axis) for key in keys) if price]
    return Price(sum(price.flops for price in prices), prices[0].precision) if prices else None


def _einsum(*operands: Any, optimize: Any = False, **_: Any) -> Optional[Price]:
    if not operands or not isinstance(operands[0], str):
        return None  # the form with lists of subscripts: NumPy itself calls the other one for it
    arrays = [np.asanyarray(operand) for operand in operands[1:]]
    dtype = np.result_type(*arrays)
    precision = _precision(dtype)
    if precision is None:
        return None
    flops = _cost.einsum_cost(operands[0], *arrays, optimize=optimize)
    return Price(flops * (1 if dtype.kind == "f" else 2 if len(arrays) == 1 else 4), precision, bool(optimize))


def _lengths(shape: Tuple[int, ...], s: Any, axes: Any, last: int) -> Dict[int, int]:
    """Of the transformed axes. last: of so many axes, where none are given; 0: of all."""
    if axes is None:
        count = len(s) if s is not None else last or len(shape)
        axes = range(len(shape) - count, len(shape))
    axes = [axis % len(shape) for axis in axes]
    sizes = [shape[axis] for axis in axes] if s is None else [shape[axis] if n in (None, -1) else n for axis, n in zip(axes, s)]
    return dict(zip(axes, sizes))


def _fft_price(a: Any, s: Any, axes: Any, last: int, kind: str) -> Optional[Price]:
    """5 N log2 n of N elements of which n each are transformed together; of real ones half. kind: c, r, or i: from half a
    spectrum to real numbers, whose last length is that of the result."""
    a = np.asanyarray(a)
    lengths = _lengths(a.shape, s, axes, last)
    if kind == "i" and (s is None or s[-1] in (None, -1)):
        final = list(lengths)[-1]
        lengths[final] = 2 * (lengths[final] - 1)
    together = math.prod(lengths.values())
    size = math.prod(n for axis, n in enumerate(a.shape) if axis not in lengths) * together
    single = a.dtype.char in "fFe" and int(np.__version__.split(".")[0]) > 1
    flops = 5 * size * math.log2(together) if together > 1 else 0.0
    return Price(round(flops if kind == "c" else flops / 2), PRECISIONS["F" if single else "D"])


def _fft(kind: str) -> Callable[..., Optional[Price]]:
    def price(a: Any, n: Any = None, axis: int = -1, *_: Any, **__: Any) -> Optional[Price]:
        return _fft_price(a, None if n is None else (n,), (axis,), 1, kind)
    return price


def _fftn(kind: str, last: int) -> Callable[..., Optional[Price]]:
    def price(a: Any, s: Any = None, axes: Any = None, *_: Any, **__: Any) -> Optional[Price]:
        return _fft_price(a, s, axes, last, kind)
    return price


#: Of functions of the module numpy, by name.
FUNCTIONS: Dict[str, Callable[..., Optional[Price]]] = {
    "einsum": _einsum, "sort": _sort, "argsort": _sort, "unique": _unique, "partition": _partition, "argpartition": _partition,
    "searchsorted": _searchsorted, "lexsort": _lexsort,
}
FFT: Dict[str, Callable[..., Optional[Price]]] = {
    "fft": _fft("c"), "ifft": _fft("c"), "rfft": _fft("r"), "irfft": _fft("i"), "hfft": _fft("i"), "ihfft": _fft("r"),
    "fft2": _fftn("c", 2), "ifft2": _fftn("c", 2), "rfft2": _fftn("r", 2), "irfft2": _fftn("i", 2),
    "fftn": _fftn("c", 0), "ifftn": _fftn("c", 0), "rfftn": _fftn("r", 0), "irfftn": _fftn("i", 0),
}

#: Functions that draw floating-point numbers, by what each number costs. Integers and permutations are free.
UNIFORM = "random rand random_sample sample ranf uniform".split()
DISTRIBUTIONS = ("beta chisquare dirichlet exponential f gamma gumbel laplace logistic lognormal logseries multivariate_normal "
                 "noncentral_chisquare noncentral_f normal pareto power randn rayleigh standard_cauchy standard_exponential "
                 "standard_gamma standard_normal standard_t triangular vonmises wald weibull").split()


def of_numbers(name: str, result: Any) -> Price:
    """What was drawn, when it was."""
    dtype = getattr(result, "dtype", np.dtype("d"))
    return Price(int(np.size(result)) * (1 if name in UNIFORM else FUNCTION), PRECISIONS.get(dtype.char, 3))
