"""What each test of a run did, kept in a file and compared with another run's: `--flops-save` and `--flops-compare` of the
pytest plugin. FLOPs are after the multiplier."""
from __future__ import annotations

import json
import os
import re
import tempfile
from fractions import Fraction
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from . import _native

SCHEMA = 1
#: By routine: FLOPs and calls.
Operations = Dict[str, Tuple[int, int]]
Tests = Dict[str, Operations]
NONE = (0, 0)


def counts() -> Operations:
    """Of all threads of the process so far."""
    found: Operations = {}
    for tally in _native.tallies(_native.ALL_THREADS):
        flops, calls = found.get(name := _native.text(tally.name), NONE)
        found[name] = flops + tally.flop_cost, calls + tally.calls
    return found


def since(before: Operations) -> Operations:
    changes = {}
    for name, (flops, calls) in counts().items():
        earlier = before.get(name, NONE)
        changes[name] = max(flops - earlier[0], 0), max(calls - earlier[1], 0)
    return {name: use for name, use in sorted(changes.items()) if use != NONE}


def flops_of(operations: Operations) -> int:
    return sum(flops for flops, _ in operations.values())


class Limit(NamedTuple):
    text: str
    part: Fraction


def limit(text: str) -> Limit:
    """1%, 0.5% or 2. ValueError for what is none."""
    if not re.fullmatch(r"\d+(\.\d*)?%?|\.\d+%?", text, re.ASCII):
        raise ValueError(f"{text!r}: expected per cent from 0, such as 1% or 0.5%")
    return Limit(text, Fraction(text.rstrip("%")) / 100)


def terms() -> Dict[str, str]:
    """What the counts stand on: runs of other terms do not compare."""
    return {"convention": "fma" if os.environ.get("FLOP_CONVENTION") == "fma" else "ops",
            "flop_multiplier": os.environ.get("FLOP_MULTIPLIER") or "1"}


def save(path: str, tests: Tests) -> None:
    """Replaces the file, which is whole or as it was. OSError."""
    listed = {name: {"flops": flops_of(operations),
                     "operations": {o: {"flop_cost": flops, "calls": calls} for o, (flops, calls) in operations.items()}}
              for name, operations in sorted(tests.items())}
    content = {"flops_schema_version": SCHEMA, "flopshim_version": _native.version(), **terms(), "tests": listed}
    folder = os.path.dirname(os.path.abspath(path))
    os.makedirs(folder, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=folder, prefix=".flops-", delete=False, encoding="utf-8") as file:
        try:
            json.dump(content, file, indent=1)
            file.write("\n")
            file.close()
            os.chmod(file.name, 0o666 & ~_umask())
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _whole(where: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{where}: expected a whole number, found {value!r}")
    return value


def _object(where: str, value: Any) -> Dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: expected an object, found {value!r}")
    return value


def _operations(where: str, test: Any) -> Operations:
    found = {}
    for name, use in _object(f"{where}.operations", _object(where, test).get("operations")).items():
        here = f"{where}.operations.{name}"
        use = _object(here, use)
        found[name] = _whole(f"{here}.flop_cost", use.get("flop_cost")), _whole(f"{here}.calls", use.get("calls"))
    return found


def load(path: str) -> Tests:
    """What save() wrote. OSError; ValueError for a file that is none such, or of other terms."""
    with open(path, encoding="utf-8") as file:
        content = json.load(file)
    schema = content.get("flops_schema_version") if isinstance(content, dict) else None
    if schema != SCHEMA:
        raise ValueError(f"flops_schema_version: expected {SCHEMA}, found {schema!r}; --flops-save writes such files")
    for term, here in terms().items():
        if content.get(term) != here:
            raise ValueError(f"its counts are of {term} {content.get(term)}, those of this run of {here}")
    return {name: _operations(f"tests.{name}", test) for name, test in _object("tests", content.get("tests")).items()}


def grew_above(before: int, after: int, allowed: Limit) -> bool:
    return after > before and after - before > before * allowed.part


def change(before: int, after: int) -> str:
    """+20.0%, from 1,000 to 1,200 FLOPs"""
    share = f"{after - before:+,} FLOPs"
    if before:
        share = f"{100 * (after - before) / before:+.1f}%"
    return f"{share}, from {before:,} to {after:,} FLOPs"


def worst(before: Operations, after: Operations) -> Optional[str]:
    """The operation whose FLOPs changed most, or, where none did, whose calls did."""
    def differences(name: str) -> Tuple[int, int]:
        (flops, calls), (more_flops, more_calls) = before.get(name, NONE), after.get(name, NONE)
        return abs(more_flops - flops), abs(more_calls - calls)
    names = [name for name in sorted({*before, *after}) if differences(name) != NONE]
    if not names:
        return None
    name = max(names, key=differences)
    (flops, calls), (more_flops, more_calls) = before.get(name, NONE), after.get(name, NONE)
    kind = "" if name in before and name in after else " (new)" if name in after else " (gone)"
    return f"{name}{kind} {more_flops - flops:+,} FLOPs, {calls:,} -> {more_calls:,} calls"


def table(before: Tests, after: Tests, most: int) -> List[str]:
    """The tests that differ, the largest difference first, and what is only in one of the two."""
    both = [name for name in after if name in before]
    changed = [name for name in both if before[name] != after[name]]
    changed.sort(key=lambda name: (-abs(flops_of(after[name]) - flops_of(before[name])), name))
    lines = [f"{flops_of(before[n]):>18,} {flops_of(after[n]):>18,} {flops_of(after[n]) - flops_of(before[n]):>+18,}  {n}"
             f"  ({worst(before[n], after[n])})" for n in changed[:most]]
    if lines:
        lines.insert(0, f"{'before':>18} {'now':>18} {'change':>18}  test (what changed most)")
    notes = ((len(changed) - most, "more that changed"), (len(both) - len(changed), "the same"),
             (len(after) - len(both), "not in the file"), (len(before) - len(both), "in the file that did not pass or run"))
    return lines + [f"{count:>18,}  {what}" for count, what in notes if count > 0]
