"""What calls would cost, without running anything."""
from __future__ import annotations

import math
from collections import Counter
from typing import Any, Iterator, Sequence, Union

from . import _native

Operand = Union[Sequence[int], Any]  # a shape, or what has one


def cost(routine: str, **arguments: Union[int, str]) -> int:
    """FLOPs that one call of a BLAS or LAPACK routine is charged, before any multiplier.

    `routine` in any spelling that a library exports; the arguments by LAPACK's names, options as letters. What is left out has
    LAPACK's usual case (a square matrix, one right-hand side, no vectors). By FLOP_CONVENTION. RuntimeError where the library is
    not preloaded, ValueError for a routine or an argument that is not one.

    >>> import flopshim
    >>> flopshim.cost("dgemm", m=512, n=512, k=512)
    268435456
    >>> flopshim.cost("LAPACKE_dgesv", n=3)
    28
    """
    words = " ".join(f"{name}={value}" for name, value in arguments.items())
    return _native.cost(routine, words)


def _shape(operand: Operand) -> tuple[int, ...]:
    shape = tuple(getattr(operand, "shape", operand))
    if not all(isinstance(size, int) and size >= 0 for size in shape):
        raise ValueError(f"a shape is of integers, 0 or more, got {shape!r}")
    return shape


def _terms(subscripts: str, shapes: Sequence[tuple[int, ...]]) -> tuple[list[str], str]:
    """The letters of each operand and of the result; those that `...` stands for are capitals, which are free or taken alike."""
    inputs, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    if len(terms) != len(shapes):
        raise ValueError(f"{subscripts!r} has {len(terms)} operands, but {len(shapes)} shapes were given")
    unused = [chr(code) for code in range(0x100, 0x180)]  # no letter of a subscript
    for i, (term, shape) in enumerate(zip(terms, shapes)):
        hidden = len(shape) - len(term.replace("...", ""))
        terms[i] = term.replace("...", "".join(unused[len(unused) - hidden:]) if hidden > 0 else "")
        if len(terms[i]) != len(shape):
            raise ValueError(f"{term!r} in {subscripts!r} does not fit the shape {shape}")
    most = max((t for t in terms), key=lambda t: sum(c >= "\u0100" for c in t), default="")
    dots = "".join(c for c in most if c >= "\u0100")
    if not arrow:
        times = Counter("".join(terms))
        return terms, dots + "".join(sorted(c for c in times if times[c] == 1 and c < "\u0100"))
    return terms, output.replace("...", dots)


def _sizes(subscripts: str, terms: list[str], shapes: Sequence[tuple[int, ...]]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for term, shape in zip(terms, shapes):
        for letter, size in zip(term, shape):
            if sizes.setdefault(letter, size) != size:
                if 1 not in (size, sizes[letter]):
                    raise ValueError(f"{letter!r} in {subscripts!r} is both {sizes[letter]} and {size}")
                sizes[letter] = max(size, sizes[letter])
    return sizes


def _steps(terms: list[str], output: str, path: Sequence[tuple[int, ...]]) -> Iterator[tuple[list[str], set[str]]]:
    """Of each contraction: its operands' letters, and the letters that remain."""
    left = list(terms)
    for places in path:
        taken = [left.pop(place) for place in sorted(places, reverse=True)]
        kept = set("".join(taken)) & (set(output) | set("".join(left)))
        yield taken, kept
        left.append("".join(sorted(kept)))


def einsum_cost(subscripts: str, *operands: Operand, optimize: Any = True) -> int:
    """FLOPs of numpy.einsum(subscripts, ..., optimize=optimize): a multiplication and an addition are 1 each.

    operands: the arrays, or their shapes. The contractions are those of numpy.einsum_path, which is opt_einsum's: with
    optimize=True the greedy path, with False all at once. A contraction of t operands over indices with N values together costs
    N (t - 1), and N more where it sums. ValueError for subscripts that do not fit. (einsum calls BLAS for most contractions of
    two operands where it optimizes; then this is what those calls are charged.)

    >>> import flopshim
    >>> flopshim.einsum_cost("ij,jk->ik", (3, 4), (4, 5))
    120
    >>> flopshim.einsum_cost("ij,jk,kl->il", (10, 20), (20, 30), (30, 40))
    64000
    >>> flopshim.einsum_cost("ij,jk,kl->il", (10, 20), (20, 30), (30, 40), optimize=False)
    720000
    """
    import numpy  # noqa: PLC0415 - the package works without it
    shapes = [_shape(operand) for operand in operands]
    terms, output = _terms(subscripts, shapes)
    sizes = _sizes(subscripts, terms, shapes)
    path: Sequence[tuple[int, ...]] = [tuple(range(len(terms)))]
    if optimize is not False and len(terms) > 2:
        stand_ins = [numpy.broadcast_to(numpy.float64(0), shape) for shape in shapes]
        path = numpy.einsum_path(subscripts, *stand_ins, optimize=optimize)[0][1:]
    total = 0
    for taken, kept in _steps(terms, output, path):
        letters = set("".join(taken))
        total += math.prod(sizes[letter] for letter in letters) * (len(taken) - 1 + (letters != kept))
    return total
