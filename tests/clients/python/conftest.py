"""Every test starts with an empty session and no context open."""
import ctypes

import flopshim
import pytest


@pytest.fixture(autouse=True)
def session():
    flopshim.budget_reset()
    yield
    ctypes.CDLL(None).flopshim_end(None)  # what a failed test left open
