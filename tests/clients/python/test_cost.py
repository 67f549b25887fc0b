"""What calls and contractions would cost: by hand, and against what einsum is charged."""
import flopshim
import numpy as np
import pytest


@pytest.mark.parametrize("routine, arguments, wanted", [
    ("dgemm", {"m": 3, "n": 4, "k": 5}, 120), ("zgemm_", {"m": 3, "n": 4, "k": 5}, 480), ("ddot", {"n": 7}, 14),
    ("dgesdd", {"m": 0, "n": 5, "jobz": "S"}, 0), ("dtrsm", {"side": "R", "m": 4, "n": 3}, 36)])
def test_calls(routine, arguments, wanted):
    assert flopshim.cost(routine, **arguments) == wanted


@pytest.mark.parametrize("routine, arguments", [("dgem", {"m": 1}), ("dgemm", {"m": 1}), ("dgemm", {"m": -1, "n": 1, "k": 1}),
                                                ("dgemm", {"m": 1, "n": 1, "k": 1, "q": 2}), ("", {})])
def test_what_is_no_question(routine, arguments):
    with pytest.raises(ValueError):
        flopshim.cost(routine, **arguments)


@pytest.mark.parametrize("subscripts, shapes, wanted", [
    ("ij,jk->ik", [(3, 4), (4, 5)], 2 * 60), ("ij,jk", [(3, 4), (4, 5)], 2 * 60), ("ij->ji", [(3, 4)], 0), ("ii->", [(4, 4)], 4),
    ("ij->i", [(3, 4)], 12), ("i,i->", [(7,), (7,)], 14), ("i,j->ij", [(3,), (4,)], 12), ("i,i->i", [(7,), (7,)], 7),
    ("...ij,...jk->...ik", [(2, 3, 4), (2, 4, 5)], 2 * 120), ("...ij,jk", [(2, 3, 4), (4, 5)], 2 * 120),
    ("b...,b...->b", [(2, 3, 4), (2, 3, 4)], 2 * 24), ("", [()], 0),
    # The greedy path takes the last two first: it rids itself of most numbers so
    ("ij,jk,kl->il", [(10, 20), (20, 30), (30, 40)], 2 * 20 * 30 * 40 + 2 * 10 * 20 * 40)])
def test_contractions(subscripts, shapes, wanted):
    assert flopshim.einsum_cost(subscripts, *shapes) == wanted


def test_a_chain_otherwise():
    assert flopshim.einsum_cost("ij,jk,kl->il", (10, 20), (20, 30), (30, 40), optimize="optimal") == 12000 + 24000
    assert flopshim.einsum_cost("ij,jk,kl->il", (10, 20), (20, 30), (30, 40), optimize=False) == 3 * 10 * 20 * 30 * 40


@pytest.mark.parametrize("subscripts, shapes", [("ij,jk->ik", [(3, 4)]), ("ij->ji", [(3, 4, 5)]), ("ij,jk->ik", [(3, 4), (5, 6)]),
                                                ("i->i", [(-1,)])])
def test_subscripts_that_do_not_fit(subscripts, shapes):
    with pytest.raises(ValueError):
        flopshim.einsum_cost(subscripts, *shapes)


def test_einsum_is_charged_so():
    a, b, c = np.ones((10, 20)), np.ones((20, 30)), np.ones((30, 40))
    with flopshim.BudgetContext(flop_budget=10**9, quiet=True) as budget:
        np.einsum("ij,jk,kl->il", a, b, c, optimize=True)
    assert budget.flops_used == flopshim.einsum_cost("ij,jk,kl->il", a, b, c)
