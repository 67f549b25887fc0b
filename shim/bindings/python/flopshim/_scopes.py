"""Scopes: labels inside whatever is charged, and the driving of generators and coroutines, whose work is to be charged to
what they were decorated with, and not what runs between their steps."""
from __future__ import annotations

import functools
import threading
import types

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, ContextManager, Generator, List, Optional, TypeVar

    Function = TypeVar("Function", bound=Callable[..., Any])


def _steps(manager: ContextManager[Any], again: ContextManager[Any], inner: Any) -> Generator[Any, Any, Any]:
    """Drive a generator or coroutine; the manager (then `again`) is open during its steps and closed where it waits."""
    step, argument = inner.send, None
    while True:
        try:
            with manager:
                yielded = step(argument)
        except StopIteration as stop:
            return stop.value
        manager = again
        try:
            step, argument = inner.send, (yield yielded)
        except GeneratorExit:
            with manager:
                inner.close()
            raise
        except BaseException as error:
            step, argument = inner.throw, error


def decorate(manager: ContextManager[Any], function: Function, again: Optional[ContextManager[Any]] = None) -> Function:
    """The function with the manager around each call; around each step of a generator or coroutine, where `again` takes
    its place from the second step on."""
    import inspect  # takes as long as the package
    wrapped: Any
    if inspect.isasyncgenfunction(function):
        raise TypeError(f"an asynchronous generator cannot be decorated: {function!r}")
    if inspect.iscoroutinefunction(function):
        drive = types.coroutine(_steps)

        @functools.wraps(function)
        async def coroutine(*args: Any, **kwargs: Any) -> Any:
            return await drive(manager, again or manager, function(*args, **kwargs))
        wrapped = coroutine
        return wrapped  # type: ignore[no-any-return]
    if inspect.isgeneratorfunction(function):
        @functools.wraps(function)
        def generator(*args: Any, **kwargs: Any) -> Any:
            return (yield from _steps(manager, again or manager, function(*args, **kwargs)))
        wrapped = generator
        return wrapped  # type: ignore[no-any-return]

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        with manager:
            return function(*args, **kwargs)
    wrapped = call
    return wrapped  # type: ignore[no-any-return]


class _Open(threading.local):
    """What is open in a thread: scopes, outermost first, and its context (a BudgetContext)."""

    def __init__(self) -> None:
        self.scopes: List["namespace"] = []
        self.context: Any = None


_open = _Open()


def here() -> _Open:
    return _open


def forget() -> None:
    """In a fork child: no scope is open."""
    global _open
    _open = _Open()


class namespace:  # pylint: disable=invalid-name; a function to its users
    """A scope: what is done inside is tallied under the active namespace and this name, separated by a dot.

    It has no budget of its own. Context manager and decorator; may be nested, 64 deep and 511 bytes in all. It belongs to the
    thread that opens it.

    Raises TypeError or ValueError for a name that is no string, empty, or longer than 255 bytes.

    >>> import flopshim
    >>> with flopshim.BudgetContext(1000, quiet=True, namespace="forward") as context:
    ...     with flopshim.namespace("attn"):
    ...         done = context.deduct("softmax", flop_cost=10)
    >>> flopshim.budget_summary_dict(by_namespace=True)["by_namespace"]["forward.attn"]["flops_used"]
    10
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._bytes = _native.name_bytes("a namespace's name", name)

    def __enter__(self) -> "namespace":
        if _native.counting():
            status = _native.push(self._bytes)
            if status == _native.BAD_ARGUMENT:
                raise ValueError(f"namespace {self.name!r} would be nested deeper than 64 or named longer than 511 bytes")
            _native.check(status)
            _open.scopes.append(self)
        return self

    def __exit__(self, *exception: object) -> None:
        if self in _open.scopes:  # else it was closed with a context, or in another thread
            while _open.scopes.pop() is not self:
                _native.pop()
            _native.pop()

    def __call__(self, function: Function) -> Function:
        return decorate(self, function)
