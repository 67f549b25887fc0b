"""flopshim.torch.count(): against numbers by hand, and against PyTorch's own counter, which knows of no BLAS."""
import os
import subprocess
import sys
import threading

import flopshim
import flopshim.torch
import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode, register_flop_formula

TYPES = (torch.float32, torch.bfloat16, torch.float64)


@pytest.fixture(autouse=True)
def session():
    flopshim.budget_reset()
    yield


def used():
    return flopshim.budget_summary_dict()["flops_used"]


def operations():
    return {name: op["flop_cost"] for name, op in flopshim.budget_summary_dict()["operations"].items()}


def counted(act):
    flopshim.budget_reset()
    with flopshim.torch.count():
        act()
    return used()


def cnn():
    return nn.Sequential(nn.Conv2d(3, 16, 3, stride=2, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.Conv2d(16, 32, 3, dilation=2),
                         nn.ReLU(), nn.ConvTranspose2d(32, 8, 3, stride=2, output_padding=1), nn.Flatten(),
                         nn.Linear(8 * 26 * 26, 10)), torch.randn(4, 3, 32, 32)


def transformer():
    return nn.TransformerEncoderLayer(64, 4, 128, batch_first=True, dropout=0.0), torch.randn(2, 10, 64)


# By hand, in multiply-add pairs of a forward pass: 32 -> 16 -> 12 -> 26 pixels a side
CNN = 4 * (16 * 16 * 16 * 3 * 9 + 12 * 12 * 32 * 16 * 9 + 12 * 12 * 32 * 8 * 9 + 8 * 26 * 26 * 10)
# Four projections and two matrices for each of 20 tokens, scores of 10 by 10 in each of 8 heads of 16, and what they weigh
TRANSFORMER = 20 * (4 * 64 * 64 + 2 * 64 * 128) + 2 * 8 * 10 * 10 * 16


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("make, pairs", [(cnn, CNN), (transformer, TRANSFORMER)])
def test_a_step_of_training(make, pairs, dtype):
    model, x = make()
    model.to(dtype)

    def step():
        model(x.to(dtype)).float().sum().backward()
    with FlopCounterMode(display=False) as counter:
        step()
    assert counted(step) == counter.get_total_flops()
    with torch.no_grad():
        model.train()  # in eval() a transformer's layer is one operation, of which PyTorch's counter knows nothing
        assert counted(lambda: model(x.to(dtype))) == 2 * pairs


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("make, pairs", [(cnn, CNN), (transformer, TRANSFORMER)])
def test_inference(make, pairs, dtype):
    model, x = make()
    model.to(dtype).eval()
    with torch.inference_mode():
        assert counted(lambda: model(x.to(dtype))) == 2 * pairs


@pytest.mark.parametrize("dtype", TYPES)
def test_recurrent_layers(dtype):
    """Two layers in both directions: 4 gates of 16, of 8 + 16 and 32 + 16 numbers, 15 times. Of bfloat16 perhaps not by oneDNN."""
    model = nn.LSTM(8, 16, 2, bidirectional=True).to(dtype)
    with torch.inference_mode():
        assert counted(lambda: model(torch.randn(5, 3, 8, dtype=dtype))) == 2 * 15 * 2 * 4 * 16 * (24 + 48)


def test_groups():
    """A third of the channels each: 2 * 5 * 5 points * 9 outputs * 2 inputs * 9; the gradients as much each."""
    x, layer = torch.randn(2, 6, 7, 7, requires_grad=True), nn.Conv2d(6, 9, 3, groups=3)
    assert counted(lambda: layer(x).sum().backward()) == 3 * 2 * 2 * 5 * 5 * 9 * 2 * 9


@pytest.mark.parametrize("dtype", [torch.float32, torch.complex64])
def test_what_blas_was_charged_for_is_not_charged_again(dtype):
    a = torch.ones(30, 40, dtype=dtype)
    a @ a.T
    plain = operations()
    assert list(plain) == ["sgemm" if dtype == torch.float32 else "cgemm"]
    counted(lambda: a @ a.T)
    assert operations() == plain
    with flopshim.torch.count():
        assert counted(lambda: torch.nn.functional.conv2d(torch.ones(8, 32, 32, 32), torch.ones(64, 32, 3, 3))) \
            == 2 * 8 * 30 * 30 * 64 * 32 * 9, "one inside another"


def test_nothing_to_charge():
    ints, meta, sparse = torch.ones(8, 8, dtype=torch.int64), torch.ones(8, 8, device="meta"), torch.eye(8).to_sparse_csr()
    assert counted(lambda: (ints @ ints, meta @ meta, torch.ones(8) + 1, sparse.to_dense().bfloat16().relu())) == 0


def test_a_refusal_comes_before_the_operation_runs():
    a, out = torch.ones(4, 8, dtype=torch.bfloat16), torch.zeros(4, 4, dtype=torch.bfloat16)
    with flopshim.BudgetContext(300, quiet=True) as context, flopshim.torch.count():
        torch.mm(a, a.T, out=out)
        assert context.flops_used == 2 * 4 * 4 * 8
        out.zero_()
        with pytest.raises(flopshim.BudgetExhaustedError) as refused:
            torch.mm(a, a.T, out=out)
        assert (refused.value.op_name, refused.value.flop_cost, refused.value.flops_remaining) == ("torch.mm", 256, 44)
        assert (context.flops_used, out.sum()) == (256, 0)
        torch.mm(a[:1], a[:1].T)
        assert context.flops_used == 256 + 16, "what is smaller fits"
    assert "last: torch.mm would cost 256 FLOPs but only 44 remained" in str(flopshim.render_budget_summary())


def test_a_product_by_blas_is_refused_before_it_runs_too():
    a = torch.ones(40, 40)
    with flopshim.BudgetContext(1000, quiet=True) as context, flopshim.torch.count():
        with pytest.raises(flopshim.BudgetExhaustedError):
            a @ a
        assert (context.flops_used, context.op_log) == (0, [])


def test_namespaces_decorators_and_threads():
    a = torch.ones(4, 8, dtype=torch.bfloat16)

    @flopshim.torch.count()
    def product():
        with flopshim.namespace("attn"):
            return a @ a.T
    with flopshim.BudgetContext(10**6, quiet=True, namespace="forward") as context:
        product()
        a @ a.T
        assert [(op.op_name, op.namespace, op.flop_cost) for op in context.op_log] == [("torch.mm", "forward.attn", 256)]
    thread = threading.Thread(target=product)
    thread.start()
    thread.join()
    assert used() == 512


def test_an_operation_of_the_program():
    @torch.library.custom_op("flopshim_test::scale", mutates_args=())
    def scale(x: torch.Tensor) -> torch.Tensor:
        return x * 2

    @register_flop_formula(torch.ops.flopshim_test.scale)
    def scale_flops(x_shape, *_, out_shape=None, **__):
        return 3 * x_shape[0]
    assert counted(lambda: scale(torch.ones(7))) == 21
    assert operations() == {"torch.scale": 21}


def test_arguments_that_pytorch_rejects():
    a = torch.ones(4, 8, dtype=torch.bfloat16)
    with flopshim.torch.count():
        for act in (lambda: torch.mm(a, a), lambda: torch.nn.functional.conv2d(torch.ones(1, 3, 2, 2), torch.ones(4, 3, 5, 5))):
            with pytest.raises(RuntimeError):
                act()
    assert used() == 0


PROGRAM = """
import flopshim, flopshim.torch, torch
a, b = torch.ones(40, 8, dtype=torch.bfloat16), torch.ones(40, 8)
with flopshim.torch.count():
    a @ a.T, b @ b.T
    torch.nn.functional.conv2d(torch.ones(1, 3, 8, 8), torch.ones(4, 3, 3, 3))
print({name: op["flop_cost"] for name, op in flopshim.budget_summary_dict()["operations"].items()})
"""
PAIRS = {"torch.mm": 40 * 40 * 8, "sgemm": 40 * 40 * 8 + 36 * 4 * 27}


@pytest.mark.parametrize("env, factor", [({}, 2), ({"FLOP_CONVENTION": "fma", "FLOP_MULTIPLIER": "0.5"}, 0.5),
                                         ({"FLOP_MULTIPLIER": "3", "FLOP_SCOPE": "tree"}, 6),
                                         ({"FLOP_BUDGET": "1000", "FLOP_ON_EXHAUSTED": "warn"}, 2)])
def test_conventions(env, factor):
    done = subprocess.run([sys.executable, "-c", PROGRAM], env={**os.environ, "FLOP_OUTPUT": "none", "FLOP_QUIET": "1", **env},
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"{({name: int(factor * pairs) for name, pairs in PAIRS.items()})}\n"), done.stderr
