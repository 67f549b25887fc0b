"""Where time went: in the routines (backend), in the library (overhead, an estimate from the number of calls), and outside of both
(residual), of the wall time that contexts were open. Short calls are timed as long as a context's log has room (10,000 of
them), later ones and those of no context only from a million FLOPs on (FLOP_TIMING): what is not timed is residual."""
from __future__ import annotations

from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Tuple

from . import _counts, _native
from ._session import Part

#: What a call takes in the library where the log keeps it, beyond any other.
LOGGED_NS = 200

#: flopscope's names of two of ours.
ALIASES = {"flopscope_backend_time_s": "backend_time_s", "flopscope_overhead_time_s": "overhead_time_s"}


class Times(NamedTuple):
    """In nanoseconds; wall == backend + overhead + residual, but where several threads' calls take longer than the clock."""
    wall: int
    backend: int
    overhead: int
    residual: int


def _call_ns(part: Part) -> float:
    calls = _counts.calls(part.counts)
    return _native.call_ns() + LOGGED_NS * min(part.logged, calls) / calls if calls else 0.0


def overhead_by(parts: Iterable[Part]) -> Dict[Tuple[str, str], float]:
    """In nanoseconds, by namespace and operation."""
    found: Dict[Tuple[str, str], float] = {}
    for part in parts:
        call_ns = _call_ns(part)
        for key, count in part.counts.items():
            found[key] = found.get(key, 0.0) + count[1] * call_ns
    return found


def times_of(parts: List[Part]) -> Times:
    wall = sum(part.wall_ns for part in parts)
    backend = sum(_counts.elapsed_ns(part.counts) for part in parts)
    overhead = min(round(sum(overhead_by(parts).values())), max(wall - backend, 0))
    return Times(wall, backend, overhead, max(wall - backend - overhead, 0))


class Figures(Dict[str, Any]):
    """A dictionary that also answers to flopscope's names of two of its keys, which it does not list."""

    def __missing__(self, key: str) -> Any:
        if ALIASES.get(key) in self:
            return self[ALIASES[key]]
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or super().__contains__(ALIASES.get(str(key)))

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self else default


def operations(counts: _counts.Counts, overhead: Dict[Tuple[str, str], float]) -> Dict[str, Figures]:
    """{name: {flop_cost, calls, backend_time_s, overhead_time_s}} in order of first use."""
    by_name: Dict[str, float] = {}
    for key in counts:
        by_name[key[1]] = by_name.get(key[1], 0.0) + overhead.get(key, 0.0)
    return {name: Figures(flop_cost=count[0], calls=count[1], backend_time_s=_counts.time_of(count)[0] / 1e9,
                          overhead_time_s=by_name[name] / 1e9)
            for name, count in _counts.by_operation(counts).items()}


def seconds_of(parts: List[Part]) -> Dict[str, Optional[float]]:
    times = times_of(parts)
    return {"wall_time_s": times.wall / 1e9, "backend_time_s": times.backend / 1e9, "overhead_time_s": times.overhead / 1e9,
            "residual_wall_time_s": times.residual / 1e9}


def seconds_in(counts: _counts.Counts, overhead: Dict[Tuple[str, str], float]) -> Dict[str, float]:
    """Of a namespace."""
    return {"backend_time_s": _counts.elapsed_ns(counts) / 1e9,
            "overhead_time_s": sum(overhead.get(key, 0.0) for key in counts) / 1e9}
