"""What a user of BudgetContext finds: budgets, refusals, multipliers. The numbers are those of the list of semantics."""
import pickle
from decimal import Decimal
from fractions import Fraction

import flopshim
import numpy as np
import pytest
from figures import counts
from flopshim import BudgetContext, BudgetExhaustedError, budget, deduct

A, X = np.ones((2, 3)), np.ones(3)  # A @ X is dgemv: 2*2*3 = 12


def spend(context, *costs):
    for cost in costs:
        context.deduct("add", flop_cost=cost)


@pytest.mark.parametrize("value, message", [
    (0, "flop_budget must be > 0, got 0"), (-5, "flop_budget must be > 0, got -5"),
    (float("nan"), "flop_budget must be finite, got nan"), (float("inf"), "flop_budget must be finite, got inf"),
    (0.5, "flop_budget must be from 1 to 10**36, got 0.5"), (10**36 + 1, None), (1e37, None)])
def test_01_budgets_that_are_none(value, message):
    for make in (BudgetContext, budget):
        with pytest.raises(ValueError) as error:
            make(value)
        assert message is None or str(error.value) == message


def test_01_budgets_that_are_some():
    for value, whole in ((1, 1), (1e7, 10**7), (np.int64(7), 7), (np.uint8(7), 7), (np.float32(7.5), 7), (2.5, 2),
                         (2**64 - 2, 2**64 - 2), (10**25 + 1, 10**25 + 1), (10**36, 10**36),
                         (Fraction(2**61 * 3 + 3, 3), 2**61 + 1), (Decimal("1e9"), 10**9), (np.array(5), 5)):
        context = BudgetContext(value)
        assert (context.flop_budget, type(context.flop_budget)) == (whole, int)


def test_budgets_and_sums_have_more_than_64_bits():
    flopshim.budget_reset()
    most = 2**64 - 2  # of one operation
    context = BudgetContext(3 * most + 5, quiet=True, namespace="huge")
    with context:
        spend(context, most, most)
        assert (context.flops_used, context.flops_remaining) == (2 * most, most + 5)
        assert flopshim.current_budget() == (3 * most + 5, 2 * most, most + 5)
    with context:
        with pytest.raises(BudgetExhaustedError) as error:
            spend(context, most, 6)
        assert (error.value.flop_cost, error.value.flops_remaining) == (6, 5)
        spend(context, 5)
    assert (context.flops_used, context.flops_remaining) == (3 * most + 5, 0)
    assert [record.cumulative for record in context.op_log] == [most, 2 * most, 3 * most, 3 * most + 5]
    found = flopshim.budget_summary_dict(by_namespace=True)
    assert found["by_namespace"]["huge"]["operations"]["add"]["flop_cost"] == 3 * most + 5
    assert f"{3 * most + 5:,}" in context.summary()
    with pytest.raises(BudgetExhaustedError), BudgetContext(10**25, quiet=True) as other:
        other.deduct("unknown", flop_cost=2**64 - 1)  # that or more
    flopshim.budget_reset()


@pytest.mark.parametrize("value, shown", [
    ("1e9", "str '1e9'"), (b"1", "bytes b'1'"), (None, "NoneType None"), (True, "bool True"), (False, "bool False"),
    ([5], "list [5]"), (np.True_, "bool"), (1j, "complex 1j"), (np.ones(3), "ndarray array([1., 1., 1.])")])
def test_01_budgets_that_are_no_number(value, shown):
    for make in (BudgetContext, budget):
        with pytest.raises(TypeError) as error:
            make(value)
        assert str(error.value).startswith(f"flop_budget must be a number, got {shown}")
        with pytest.raises(TypeError, match="flop_multiplier must be a number, got "):
            make(100, value)


def test_01_other_arguments():
    for quiet in (True, False, 1, 0, np.True_, np.False_):
        assert BudgetContext(100, quiet=quiet)
    for quiet in ("no", "", None, 2, [], 0.5, object()):
        with pytest.raises(TypeError, match="quiet must be True or False, got "):
            BudgetContext(100, quiet=quiet)
    for namespace in (5, b"f", True):
        with pytest.raises(TypeError, match="namespace must be a string, got "):
            BudgetContext(100, namespace=namespace)
    with pytest.raises(ValueError, match="flop_multiplier must be finite and > 0, got Infinity"):
        BudgetContext(100, Decimal("inf"))
    with pytest.raises(ValueError, match="flop_budget must be finite, got NaN"):
        BudgetContext(Decimal("nan"))
    with pytest.raises(ValueError, match="flop_budget must be from 1 to"):
        BudgetContext(10**400)


def test_02_exact_fit_then_nothing():
    with BudgetContext(12, quiet=True) as context:
        A @ X
        assert (context.flops_used, context.flops_remaining) == (12, 0)
        with pytest.raises(BudgetExhaustedError) as error:
            spend(context, 1)
        assert str(error.value) == "add would cost 1 FLOPs but only 0 remain"
        assert (error.value.op_name, error.value.flop_cost, error.value.flops_remaining) == ("add", 1, 0)


def test_03_zero_cost_at_zero_remaining():
    with BudgetContext(5, quiet=True) as context:
        spend(context, 5, 0)
    assert counts()["operations"] == {"add": {"flop_cost": 5, "calls": 2}}
    assert [record.flop_cost for record in context.op_log][-1:] == [0]


def test_04_refused_changes_nothing():
    with BudgetContext(10, quiet=True) as context:
        spend(context, 4)
        log = context.op_log
        with pytest.raises(BudgetExhaustedError):
            spend(context, 7)
        assert (context.flops_used, context.op_log) == (4, log)
    assert counts()["operations"] == {"add": {"flop_cost": 4, "calls": 1}}


def test_04_refused_in_numpy():
    out = np.full(2, 7.0)
    with BudgetContext(11, quiet=True) as context:
        with pytest.raises(BudgetExhaustedError) as error:
            np.matmul(A, X, out=out)
        assert (error.value.op_name, error.value.flop_cost, error.value.flops_remaining) == ("dgemv", 12, 11)
        assert context.flops_used == 0
    assert counts()["operations"] == {}


def test_05_smaller_one_fits_after_a_refusal():
    with BudgetContext(10, quiet=True) as context:
        with pytest.raises(BudgetExhaustedError):
            spend(context, 11)
        spend(context, 10)
        assert context.flops_remaining == 0


def test_05_smaller_one_fits_in_numpy():
    with BudgetContext(20, quiet=True) as context:
        A @ X
        with pytest.raises(BudgetExhaustedError):
            A @ X
        assert X[:2] @ X[:2] == 2  # ddot: 4
        assert context.flops_used == 16


def test_06_error_after_the_multiplier():
    with BudgetContext(1_234, flop_multiplier=2, quiet=True) as context:
        with pytest.raises(BudgetExhaustedError) as error:
            context.deduct("dgemm", flop_cost=1_000_000)
    assert str(error.value) == "dgemm would cost 2,000,000 FLOPs but only 1,234 remain"
    again = pickle.loads(pickle.dumps(error.value))
    assert (str(again), again.flop_cost, type(again)) == (str(error.value), 2_000_000, BudgetExhaustedError)
    assert (BudgetExhaustedError.__module__, BudgetExhaustedError.__name__) == ("flopshim", "BudgetExhaustedError")


@pytest.mark.parametrize("multiplier, cost, charged", [(0.5, 1, 0), (0.5, 3, 1), (2.5, 1, 2), (1.1, 10, 11), (0.1, 29, 2)])
def test_07_multiplier_truncates(multiplier, cost, charged):
    with BudgetContext(1000, multiplier, quiet=True) as context:
        spend(context, cost, cost)
    assert (context.flops_used, context.flop_multiplier) == (2 * charged, multiplier)


def test_07_multiplier_in_numpy():
    with BudgetContext(1000, 0.3, quiet=True) as context:
        A @ X  # 3.6
        A @ X
    assert context.flops_used == 6


def test_08_one_is_exact():
    with BudgetContext(2**62, quiet=True) as context:
        spend(context, 2**53 + 1, 2**60 + 1)
    assert context.flops_used == 2**60 + 2**53 + 2
    for multiplier in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="flop_multiplier must be finite and > 0, got"):
            BudgetContext(1, multiplier)


def test_21_deduct():
    with BudgetContext(100, 2, quiet=True, namespace="f") as context:
        context.deduct("einsum", flop_cost=10, subscripts="ij,jk->ik", shapes=((1, 5), (5, 1)))
        A @ X
        deduct("relu", flop_cost=3)
        with pytest.raises(BudgetExhaustedError):
            deduct("relu", flop_cost=40)
        for cost in (-1, 2**64, 1.5):
            with pytest.raises((ValueError, TypeError)):
                context.deduct("bad", flop_cost=cost)
        for cost, message in ((1.5, "a whole number, got float 1.5"), ("5", "a number, got str '5'"),
                              (True, "a number, got bool True"), (None, "a number, got NoneType None")):
            with pytest.raises(TypeError, match=f"flop_cost must be {message}"):
                deduct("bad", flop_cost=cost)
        for name in ("", "x" * 256, "a\0b"):
            with pytest.raises(ValueError, match="op_name must have"):
                context.deduct(name, flop_cost=1)
    assert counts()["operations"] == {"einsum": {"flop_cost": 20, "calls": 1},
                                                   "dgemv": {"flop_cost": 24, "calls": 1},
                                                   "relu": {"flop_cost": 6, "calls": 1}}
    record = context.op_log[0]
    assert record[:6] == ("einsum", "ij,jk->ik", ((1, 5), (5, 1)), 20, 20, "f")
    assert record._fields[:6] == ("op_name", "subscripts", "shapes", "flop_cost", "cumulative", "namespace")
    with pytest.raises(RuntimeError, match="needs the BudgetContext open"):
        context.deduct("late", flop_cost=1)
