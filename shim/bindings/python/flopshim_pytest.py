"""FLOP budgets for tests: `@pytest.mark.flop_budget(1_000_000)`, and `--flops` for the most expensive tests.

A module beside the package, so that pytest can load it everywhere without loading flopshim. Nothing happens where neither is
used."""
from __future__ import annotations

from typing import Any, Generator, List, Tuple

import pytest

COSTS = pytest.StashKey[List[Tuple[int, str]]]()
EXCESS = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("flopshim")
    group.addoption("--flops", action="store_true", help="show the tests that did most FLOPs in BLAS and LAPACK; pytest has "
                                                         "to be started by `python -m flopshim -m pytest`")
    group.addoption("--flops-most", type=int, default=10, metavar="N", help="how many tests --flops shows (10)")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "flop_budget(flops): fail the test where it does more than this many FLOPs in BLAS and "
                                       "LAPACK; needs `python -m flopshim -m pytest`")
    config.stash[COSTS] = []
    if config.getoption("flops") and not _is_loaded():
        raise pytest.UsageError("--flops needs flopshim preloaded: python -m flopshim -m pytest")


def _is_loaded() -> bool:
    import ctypes
    return hasattr(ctypes.CDLL(None), "flopshim_begin")


def _limit_of(item: pytest.Item) -> int | None:
    marker = item.get_closest_marker("flop_budget")
    if not marker:
        return None
    if len(marker.args) != 1 or marker.kwargs:
        raise pytest.UsageError(f"{item.nodeid}: flop_budget takes one argument, the budget in FLOPs")
    return int(marker.args[0])


def _used() -> int:
    """By all threads of the process, whatever contexts the test opens."""
    from flopshim import _native
    return sum(tally.flop_cost for tally in _native.tallies(_native.ALL_THREADS))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, None]:
    limit = _limit_of(item)
    if limit is None and not item.config.getoption("flops"):
        yield
        return
    if not _is_loaded():
        pytest.fail("flop_budget needs flopshim preloaded: python -m flopshim -m pytest", pytrace=False)
    before = _used()
    yield
    cost = _used() - before
    item.config.stash[COSTS].append((cost, item.nodeid))
    item.user_properties.append(("flops", cost))
    if limit is not None and cost > limit:
        item.stash[EXCESS] = f"the test did {cost:,} FLOPs, more than its budget of {limit:,}"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Generator[None, Any, None]:
    outcome = yield
    report = outcome.get_result()
    excess = item.stash.get(EXCESS, None)
    if call.when == "call" and report.passed and excess:
        report.outcome = "failed"
        report.longrepr = excess


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if not config.getoption("flops"):
        return
    most = config.getoption("flops_most")
    costs = config.stash[COSTS]
    costs.sort(reverse=True)
    total = sum(cost for cost, _ in costs)
    terminalreporter.section(f"{min(most, len(costs))} of {len(costs)} tests by FLOPs")
    for cost, name in costs[:most]:
        terminalreporter.write_line(f"{cost:>18,}  {name}")
    terminalreporter.write_line(f"{total:>18,}  in all")
