"""FLOP budgets for tests: `@pytest.mark.flop_budget(1_000_000)`, `--flops` for the most expensive tests, `--flops-save` and
`--flops-compare` for what changed since another run.

A module beside the package, so that pytest can load it everywhere without loading flopshim. Nothing happens where neither is
used."""
from __future__ import annotations

from typing import Any, Dict, Generator, List, Tuple

import pytest

COSTS = pytest.StashKey[List[Tuple[int, str]]]()
EXCESS = pytest.StashKey[str]()
Done = Tuple[Dict[str, Tuple[int, int]], Dict[str, Tuple[int, int]]]  # by routine and by shape: FLOPs and calls
#: By test that passed, what it did. In the process that reports, where there are several.
DONE = pytest.StashKey[Dict[str, Done]]()
KEPT = pytest.StashKey[Dict[str, Done]]()  # of the file that --flops-compare names
LIMIT = pytest.StashKey[Any]()
UNSAVED = pytest.StashKey[str]()  # why --flops-save could not write
OF_TEST = pytest.StashKey[Done]()  # of the item


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("flopshim")
    group.addoption("--flops", action="store_true", help="show the tests that did most FLOPs in BLAS and LAPACK; pytest has "
                                                         "to be started by `python -m flopshim -m pytest`")
    group.addoption("--flops-most", type=int, default=10, metavar="N", help="how many tests --flops and --flops-compare show (10)")
    group.addoption("--flops-save", metavar="FILE", help="keep what each test that passes did, by routine")
    group.addoption("--flops-compare", metavar="FILE", help="show the tests that did other FLOPs or calls than --flops-save kept")
    group.addoption("--flops-compare-fail", metavar="PCT", help="fail a test that did more than so many per cent more FLOPs "
                                                                "than FILE has: 1%%, 0.5%%")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "flop_budget(flops): fail the test where it does more than this many FLOPs in BLAS and "
                                       "LAPACK; needs `python -m flopshim -m pytest`")
    config.stash[COSTS] = []
    config.stash[DONE] = {}
    for option in ("flops", "flops_save", "flops_compare"):
        if config.getoption(option) and not _is_loaded():
            raise pytest.UsageError(f"--{option.replace('_', '-')} needs flopshim preloaded: python -m flopshim -m pytest")
    _read_comparison(config)
    if _is_kept(config):
        config.pluginmanager.register(_Recorder(config), "flopshim-recorder")


def _read_comparison(config: pytest.Config) -> None:
    kept, limit = config.getoption("flops_compare"), config.getoption("flops_compare_fail")
    if limit is not None and not kept:
        raise pytest.UsageError("--flops-compare-fail needs --flops-compare FILE")
    if not kept:
        return
    from flopshim import _regression
    try:
        config.stash[LIMIT] = None if limit is None else _regression.limit(limit)
    except ValueError as error:
        raise pytest.UsageError(f"--flops-compare-fail {error}") from None
    try:
        config.stash[KEPT] = _regression.load(kept)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise pytest.UsageError(f"--flops-compare {kept}: {why}") from None


def _is_kept(config: pytest.Config) -> bool:
    return bool(config.getoption("flops_save") or config.getoption("flops_compare"))


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


def _complain_of_growth(item: pytest.Item, done: Done) -> None:
    from flopshim import _regression
    limit, kept = item.config.stash.get(LIMIT, None), item.config.stash.get(KEPT, {}).get(item.nodeid)
    if limit is None or kept is None:
        return
    before, after = _regression.flops_of(kept), _regression.flops_of(done)
    if _regression.grew_above(before, after, limit):
        path, line, _ = item.location
        item.stash[EXCESS] = (f"{path}:{(line or 0) + 1}: the test's FLOPs changed by {_regression.change(before, after)} "
                              f"(--flops-compare-fail {limit.text}); most by {_regression.worst(kept, done)}")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, None]:
    limit = _limit_of(item)
    if limit is None and not item.config.getoption("flops") and not _is_kept(item.config):
        yield
        return
    if not _is_loaded():
        pytest.fail("flop_budget needs flopshim preloaded: python -m flopshim -m pytest", pytrace=False)
    from flopshim import _regression
    is_kept = _is_kept(item.config)
    # Of all threads of the process, whatever contexts the test opens
    before = _regression.done(with_shapes=is_kept)
    yield
    done = _regression.since(before, with_shapes=is_kept)
    cost = _regression.flops_of(done)
    item.config.stash[COSTS].append((cost, item.nodeid))
    item.user_properties.append(("flops", cost))
    if limit is not None and cost > limit:
        item.stash[EXCESS] = f"the test did {cost:,} FLOPs, more than its budget of {limit:,}"
    elif is_kept:
        item.stash[OF_TEST] = done
        _complain_of_growth(item, done)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Generator[None, Any, None]:
    outcome = yield
    report = outcome.get_result()
    excess = item.stash.get(EXCESS, None)
    if call.when == "call" and report.passed:
        report.flops_done = item.stash.get(OF_TEST, None)
        if excess:
            report.outcome = "failed"
            report.longrepr = excess


class _Recorder:
    """Collects from reports, as tests may run in other processes (pytest-xdist). What a test that failed did is no measure."""

    def __init__(self, config: pytest.Config) -> None:
        self.done = config.stash[DONE]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        done = getattr(report, "flops_done", None)
        if done:
            self.done[report.nodeid] = done


def pytest_sessionfinish(session: pytest.Session) -> None:
    path = session.config.getoption("flops_save")
    if not path or hasattr(session.config, "workerinput"):
        return
    from flopshim import _regression
    try:
        _regression.save(path, session.config.stash[DONE])
    except OSError as error:
        session.config.stash[UNSAVED] = f"--flops-save {path}: {error.strerror}"
        session.exitstatus = pytest.ExitCode.USAGE_ERROR


def _show_comparison(reporter: Any, config: pytest.Config) -> None:
    from flopshim import _regression
    reporter.section(f"FLOPs against {config.getoption('flops_compare')}")
    for line in _regression.table(config.stash[KEPT], config.stash[DONE], config.getoption("flops_most")):
        reporter.write_line(line)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if UNSAVED in config.stash:
        terminalreporter.write_line(f"ERROR: {config.stash[UNSAVED]}", red=True)
    if config.getoption("flops_compare"):
        _show_comparison(terminalreporter, config)
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
