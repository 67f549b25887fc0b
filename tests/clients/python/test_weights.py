"""Weights of contexts: what a FLOP of a routine, of a family, of a precision counts. A @ X is dgemv: 2*2*3 = 12."""
import os
import subprocess
import sys

import numpy as np
import pytest
from flopshim import BudgetContext, BudgetExhaustedError, budget, deduct

A, X = np.ones((2, 3)), np.ones(3)
NAMES = "a name is a routine (dgemm), a family (gemm) or a precision (double)"


def used(weights, multiplier=1.0):
    with BudgetContext(10**6, multiplier, quiet=True, weights=weights) as context:
        A @ X
    return context.flops_used


@pytest.mark.parametrize("weights, flops", [
    (None, 12), ({}, 12), ({"dgemv": 2}, 24), ({"gemv": 0.5}, 6), ({"double": 3}, 36), ("dp-scaled", 24),
    ({"double": 3, "gemv": 2, "dgemv": 5}, 60), ({"dgemv": 5, "gemv": 2, "double": 3}, 60), ({"gemv": 2, "double": 3}, 24),
    ({"sgemv": 7, "gemm": 9, "single": 4}, 12), ({"dgemv": np.float32(1.5)}, 18), ({"dgemv": 0.3}, 3)])
def test_the_most_specific_holds(weights, flops):
    assert used(weights) == flops


def test_multiplier_is_kept_beside_it():
    assert used({"dgemv": 0.3}, 0.5) == 1, "12 * 0.3 is 3.6, of which 3; half of that is 1.5, of which 1"


def test_each_context_has_its_own():
    assert [used(weights) for weights in ({"gemv": 2}, None, {"gemv": 3}, {"gemv": 2})] == [24, 12, 36, 24]
    single = np.ones((2, 3), "f4") @ np.ones(3, "f4")
    with BudgetContext(100, quiet=True, weights="dp-scaled") as context:
        np.ones((2, 3), "f4") @ np.ones(3, "f4")
        deduct("relu", flop_cost=5)
    assert context.flops_used == 12 + 5 and single[0] == 3, "single precision counts 1, and so does what is deducted"


def test_refusals_and_the_log_are_after_weights():
    with budget(20, quiet=True, weights={"gemv": 2}) as context:
        with pytest.raises(BudgetExhaustedError, match="dgemv would cost 24 FLOPs but only 20 remain"):
            A @ X
        X[:2] @ X[:2]
    assert [(record.op_name, record.flop_cost) for record in context.op_log] == [("ddot", 4)]


def test_in_place_of_those_of_the_process():
    program = """
import flopshim, numpy as np
A, X = np.ones((2, 3)), np.ones(3)
for weights in (None, {"gemv": 3}, None):
    with flopshim.BudgetContext(100, quiet=True, weights=weights) as context:
        A @ X
    print(context.flops_used)
"""
    done = subprocess.run([sys.executable, "-c", program], env={**os.environ, "FLOP_OUTPUT": "none", "FLOP_WEIGHTS": "dp-scaled"},
                          capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["24", "36", "24"]


@pytest.mark.parametrize("weights, kind, message", [
    ({"dgem": 2}, ValueError, "weights: 'dgem': expected a routine (dgemm), a family (gemm) or a precision"),
    ({"dgemm": 1, "x y": 2}, ValueError, f"weights: {NAMES}, got 'x y'"), ({3: 2}, ValueError, f"weights: {NAMES}, got 3"),
    ({"gemm": 0}, ValueError, "weights['gemm'] must be finite and > 0, got 0"),
    ({"gemm": -1}, ValueError, "weights['gemm'] must be finite and > 0, got -1"),
    ({"gemm": float("inf")}, ValueError, "weights['gemm'] must be finite and > 0, got inf"),
    ({"gemm": float("nan")}, ValueError, "weights['gemm'] must be finite and > 0, got nan"),
    ({"gemm": "2"}, TypeError, "weights['gemm'] must be a number, got str '2'"),
    ({"gemm": True}, TypeError, "weights['gemm'] must be a number, got bool True"),
    ("double", ValueError, "weights must be 'dp-scaled' or a dictionary of factors, got 'double'"),
    (2, TypeError, "weights must be 'dp-scaled' or a dictionary of factors, got int 2")])
def test_what_is_no_weight(weights, kind, message):
    with pytest.raises(kind) as error:
        BudgetContext(100, weights=weights)
    assert str(error.value).startswith(message)


def test_sets_are_bounded():
    program = """
import flopshim
for i in range(1, 300):
    flopshim.BudgetContext(1, weights={"gemm": 1 + i % 256})
try:
    flopshim.BudgetContext(1, weights={"gemm": 0.5})
except ValueError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", program], env={**os.environ, "FLOP_OUTPUT": "none"}, capture_output=True,
                          text=True, check=True)
    assert done.stdout == "this process has 256 different sets of weights already\n"
