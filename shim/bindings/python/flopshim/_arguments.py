"""Arguments of contexts: what they may be, and what is said of those that cannot be."""
from __future__ import annotations

import math
import operator

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping, Optional, Union

    Number = Union[int, float]


def number_of(what: str, value: Any) -> float:
    """As a float. TypeError for what is no real number: text that looks like one, and truth values, which count as 0 and 1."""
    truth = isinstance(value, bool) or getattr(getattr(value, "dtype", None), "kind", "") == "b"
    if truth or not (hasattr(value, "__index__") or hasattr(value, "__float__")):
        raise TypeError(f"{what} must be a number, got {type(value).__name__} {value!r}")
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    except TypeError as error:  # an array of several
        raise TypeError(f"{what} must be a number, got {type(value).__name__} {value!r}") from error


def budget_of(value: Number) -> int:
    number, is_whole = number_of("flop_budget", value), hasattr(value, "__index__")
    if not is_whole and not math.isfinite(number):
        raise ValueError(f"flop_budget must be finite, got {value}")
    if value <= 0:
        raise ValueError(f"flop_budget must be > 0, got {value}")
    whole = operator.index(value) if is_whole else math.floor(value)  # type: ignore[arg-type]
    if not 0 < whole <= _native.BUDGET_MOST:
        raise ValueError(f"flop_budget must be from 1 to 10**36, got {value}")
    return whole


def cost_of(value: Any) -> int:
    number_of("flop_cost", value)
    try:
        cost = operator.index(value)
    except TypeError:
        raise TypeError(f"flop_cost must be a whole number, got {type(value).__name__} {value!r}") from None
    if not 0 <= cost <= _native.MOST:
        raise ValueError(f"flop_cost must be from 0 to 2**64 - 1, got {value}")
    return cost


def multiplier_of(value: Number) -> float:
    number = number_of("flop_multiplier", value)
    if not math.isfinite(number) or number <= 0:
        raise ValueError(f"flop_multiplier must be finite and > 0, got {value}")
    return number


def time_limit_of(value: Optional[Number]) -> int:
    """In nanoseconds; 0: none."""
    if value is None:
        return 0
    number = number_of("wall_time_limit_s", value)
    if not math.isfinite(number) or number <= 0:
        raise ValueError(f"wall_time_limit_s must be finite and > 0, got {value}")
    return min(max(round(number * 1e9), 1), 2**63 - 1)


def flag_of(what: str, value: Any) -> bool:
    """quiet="no" would be True."""
    if not hasattr(value, "__index__") and not hasattr(value, "dtype") or value not in (0, 1):
        raise TypeError(f"{what} must be True or False, got {type(value).__name__} {value!r}")
    return bool(value)


def _weight_line(name: Any, factor: Any) -> str:
    if not isinstance(name, str) or not name or set(name) & set(" \t\r\n#"):
        raise ValueError(f"weights: a name is a routine (dgemm), a family (gemm) or a precision (double), got {name!r}")
    number = number_of(f"weights[{name!r}]", factor)
    if not math.isfinite(number) or not 1e-307 <= number:
        raise ValueError(f"weights[{name!r}] must be finite and > 0, got {factor}")
    return f"{name} {number!r}"


def weights_of(value: Union[str, Mapping[str, Number]]) -> int:
    """The number of the set in the library; 0 where nothing is counted."""
    if isinstance(value, str):
        if value != "dp-scaled":
            raise ValueError(f"weights must be 'dp-scaled' or a dictionary of factors, got {value!r}")
        return _native.weigh(value)
    if not hasattr(value, "items"):
        raise TypeError(f"weights must be 'dp-scaled' or a dictionary of factors, got {type(value).__name__} {value!r}")
    lines = [(name, _weight_line(name, factor)) for name, factor in value.items()]
    try:
        return _native.weigh("\n".join(line for _, line in lines)) if lines else 0
    except ValueError as error:
        where, _, what = str(error).partition(": ")
        place = where.split()[-1]
        if not what or not place.isdigit():
            raise
        raise ValueError(f"weights: {lines[int(place) - 1][0]!r}: {what}") from None
