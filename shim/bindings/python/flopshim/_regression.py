"""What each test of a run did, kept in a file and compared with another run's: `--flops-save` and `--flops-compare` of the
pytest plugin. FLOPs are after the multiplier."""
from __future__ import annotations

import errno
import json
import os
import re
import tempfile
from fractions import Fraction
from typing import Any, Dict, List, NamedTuple, Tuple

from . import _native, _structs

SCHEMA = 1
#: By routine, or by routine and shape ("dgemm m=64 n=2 k=64"): FLOPs and calls.
Operations = Dict[str, Tuple[int, int]]
#: By routine, and with FLOP_DETAIL=shapes also by shape, as far as the library keeps them.
Done = Tuple[Operations, Operations]
Tests = Dict[str, Done]
PARTS = ("operations", "shapes")
NONE = (0, 0)


def counts() -> Operations:
    """Of all threads of the process so far, by routine."""
    found: Operations = {}
    for tally in _native.tallies(_native.ALL_THREADS):
        flops, calls = found.get(name := _structs.text(tally.name), NONE)
        found[name] = flops + tally.flop_cost, calls + tally.calls
    return found


def _summary() -> Dict[str, Any]:
    """The process's so far, which alone tells of shapes and of what the counts stand on. OSError."""
    with tempfile.TemporaryDirectory(prefix="flopshim-") as folder:
        path = os.path.join(folder, "counts.json")
        if not _native.write_summary(path.replace("%", "%%")):
            raise OSError(errno.EIO, f"cannot write {path}")
        with open(path, encoding="utf-8") as file:
            content: Dict[str, Any] = json.load(file, parse_float=str)
    return content


def shapes() -> Operations:
    """The same by shape. Nothing without FLOP_DETAIL=shapes."""
    if "shapes" not in os.environ.get("FLOP_DETAIL", "").split(","):
        return {}
    return {" ".join([name, *(f"{dim}={value}" for dim, value in shape["dims"].items())]): (shape["flop_cost"], shape["calls"])
            for name, operation in _summary()["operations"].items() for shape in operation.get("shapes", ())}


def done(with_shapes: bool) -> Done:
    return counts(), shapes() if with_shapes else {}


def since(before: Done, with_shapes: bool) -> Done:
    operations, by_shape = (_less(now, then) for now, then in zip(done(with_shapes), before))
    return operations, by_shape


def _less(now: Operations, then: Operations) -> Operations:
    changes = {}
    for name, (flops, calls) in now.items():
        earlier = then.get(name, NONE)
        changes[name] = max(flops - earlier[0], 0), max(calls - earlier[1], 0)
    return {name: use for name, use in sorted(changes.items()) if use != NONE}


def flops_of(done_by: Done) -> int:
    return sum(flops for flops, _ in done_by[0].values())


class Limit(NamedTuple):
    text: str
    part: Fraction


def limit(text: str) -> Limit:
    """1%, 0.5% or 2. ValueError for what is none."""
    if not re.fullmatch(r"\d+(\.\d*)?%?|\.\d+%?", text, re.ASCII):
        raise ValueError(f"{text!r}: expected per cent from 0, such as 1% or 0.5%")
    return Limit(text, Fraction(text.rstrip("%")) / 100)


def terms() -> Dict[str, str]:
    """What the counts stand on: runs of other terms do not compare. OSError."""
    summary = _summary()
    return {term: str(summary[term]) for term in ("cost_model", "convention", "flop_multiplier")}


def _listed(operations: Operations) -> Dict[str, Dict[str, int]]:
    return {name: {"flop_cost": flops, "calls": calls} for name, (flops, calls) in operations.items()}


def save(path: str, tests: Tests) -> None:
    """Replaces the file, which is whole or as it was. OSError."""
    listed = {name: {"flops": flops_of(done_by), **{key: _listed(part) for key, part in zip(PARTS, done_by) if part}}
              for name, done_by in sorted(tests.items())}
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


def _part(where: str, listed: Any) -> Operations:
    found = {}
    for name, use in _object(where, listed).items():
        here = f"{where}.{name}"
        use = _object(here, use)
        found[name] = _whole(f"{here}.flop_cost", use.get("flop_cost")), _whole(f"{here}.calls", use.get("calls"))
    return found


def _test(where: str, test: Any) -> Done:
    operations, by_shape = (_part(f"{where}.{key}", _object(where, test).get(key, {})) for key in PARTS)
    return operations, by_shape


def load(path: str) -> Tests:
    """What save() wrote. OSError; ValueError for a file that is none such, or of other terms."""
    with open(path, encoding="utf-8") as file:
        content = json.load(file)
    schema = content.get("flops_schema_version") if isinstance(content, dict) else None
    if schema != SCHEMA:
        raise ValueError(f"flops_schema_version: expected {SCHEMA}, found {schema!r}; --flops-save writes such files")
    for term, here in terms().items():
        if content.get(term) != here:
            raise ValueError(f"its counts are of {term} {content.get(term)}, those of this run of {here}: keep new ones")
    return {name: _test(f"tests.{name}", test) for name, test in _object("tests", content.get("tests")).items()}


def grew_above(before: int, after: int, allowed: Limit) -> bool:
    return after > before and after - before > before * allowed.part


def change(before: int, after: int) -> str:
    """+20.0%, from 1,000 to 1,200 FLOPs"""
    share = f"{after - before:+,} FLOPs"
    if before:
        share = f"{100 * (after - before) / before:+.1f}%"
    return f"{share}, from {before:,} to {after:,} FLOPs"


def worst(before: Done, after: Done) -> str:
    """The shape, or where one side has none the routine, whose FLOPs changed most, or, where none did, whose calls did."""
    by_shape = bool(before[1] and after[1] and before[1] != after[1])
    old, new = before[by_shape], after[by_shape]
    name = max(sorted({*old, *new}), key=lambda name: [abs(x - y) for x, y in zip(old.get(name, NONE), new.get(name, NONE))])
    (flops, calls), (more_flops, more_calls) = old.get(name, NONE), new.get(name, NONE)
    kind = "" if name in old and name in new else " (new)" if name in new else " (gone)"
    return f"{name}{kind} {more_flops - flops:+,} FLOPs, {calls:,} -> {more_calls:,} calls"


def table(before: Tests, after: Tests, most: int) -> List[str]:
    """The tests that differ, the largest difference first, and what is only in one of the two."""
    both = [name for name in after if name in before]
    changed = [name for name in both if before[name][0] != after[name][0]]
    changed.sort(key=lambda name: (-abs(flops_of(after[name]) - flops_of(before[name])), name))
    lines = [f"{flops_of(before[n]):>18,} {flops_of(after[n]):>18,} {flops_of(after[n]) - flops_of(before[n]):>+18,}  {n}"
             f"  ({worst(before[n], after[n])})" for n in changed[:most]]
    if lines:
        lines.insert(0, f"{'before':>18} {'now':>18} {'change':>18}  test (what changed most)")
    notes = ((len(changed) - most, "more that changed"), (len(both) - len(changed), "the same"),
             (len(after) - len(both), "not in the file"), (len(before) - len(both), "in the file that did not pass or run"))
    return lines + [f"{count:>18,}  {what}" for count, what in notes if count > 0]
