"""What PyTorch's operations cost that its own engines carry out, by the shapes of their arguments: multiply-add pairs, before they
are done. A convolution is priced as its sum over all elements of the kernel, whatever the padding; attention without regard to a
mask: as torch.utils.flop_counter does, which see. Element-wise operations cost nothing, as those of a BLAS."""
from __future__ import annotations

from math import prod
from typing import Any, Callable, Dict, Sequence

Shape = Sequence[int]


def _mm(a: Any, b: Any, *_: Any, **__: Any) -> int:
    return int(prod(a.shape) * b.shape[-1])  # of matrices and of batches of them


def _addmm(_: Any, a: Any, b: Any, *__: Any, **___: Any) -> int:
    return _mm(a, b)


def _mv(a: Any, *_: Any, **__: Any) -> int:
    return int(prod(a.shape))


def _addmv(_: Any, a: Any, *__: Any, **___: Any) -> int:
    return _mv(a)


def _linear(x: Any, weight: Any, *_: Any, **__: Any) -> int:
    return int(prod(x.shape) * weight.shape[0])


def _each(values: Shape, i: int) -> int:
    """A stride of one number is that of each dimension."""
    return values[i] if len(values) > 1 else values[0]


def _convolution(x: Any, weight: Any, _: Any, stride: Shape, padding: Shape, dilation: Shape, transposed: bool,
                 *__: Any, **___: Any) -> int:
    if transposed:
        points = prod(x.shape[2:])
    else:
        points = prod((x.shape[i + 2] + 2 * _each(padding, i) - _each(dilation, i) * (weight.shape[i + 2] - 1) - 1)
                      // _each(stride, i) + 1 for i in range(len(x.shape) - 2))
    return int(x.shape[0] * points * prod(weight.shape))


def _convolution_backward(grad: Any, x: Any, weight: Any, _: Any, __: Any, ___: Any, ____: Any, transposed: bool,
                          _____: Any, ______: Any, mask: Sequence[bool]) -> int:
    """As much again for the gradient of the input, and for that of the weights."""
    points = prod((x if transposed else grad).shape[2:])
    return int((mask[0] + mask[1]) * x.shape[0] * points * prod(weight.shape))


def _scores_and_values(query: Any, key: Any, value: Any) -> tuple[int, int]:
    *batch, q, d = query.shape
    scores = prod(batch) * q * key.shape[-2]
    return int(scores * d), int(scores * value.shape[-1])


def _attention(query: Any, key: Any, value: Any, *_: Any, **__: Any) -> int:
    return sum(_scores_and_values(query, key, value))


def _attention_backward(_: Any, query: Any, key: Any, value: Any, *__: Any, **___: Any) -> int:
    """The scores again, and from there the gradients of all three."""
    scores, values = _scores_and_values(query, key, value)
    return 3 * scores + 2 * values


def _recurrent(x: Any, w_input: Any, w_hidden: Any, *_: Any, **__: Any) -> int:
    """One layer, in one direction, over all steps."""
    return int(x.shape[0] * x.shape[1] * (prod(w_input.shape) + prod(w_hidden.shape)))


def _recurrent_backward(x: Any, w_input: Any, w_hidden: Any, *_: Any, **__: Any) -> int:
    return 2 * _recurrent(x, w_input, w_hidden)


def _attention_layer(x: Any, width: int, qkv: Any, out: Any) -> int:
    """Projections, scores, and the values that they weigh."""
    batch, length = x.shape[:2]
    return int(batch * length * (prod(qkv.shape) + prod(out.shape)) + 2 * batch * length * length * width)


def _multi_head(query: Any, _: Any, __: Any, width: int, ___: Any, qkv: Any, ____: Any, out: Any, *_____: Any,
                **______: Any) -> int:
    return _attention_layer(query, width, qkv, out)


def _encoder_layer(x: Any, width: int, _: Any, qkv: Any, __: Any, out: Any, *rest: Any, **___: Any) -> int:
    """All of a layer, where no gradients are wanted. rest: the bias of `out`, three switches, two norms, and the two matrices."""
    first, second = rest[8], rest[10]
    return int(_attention_layer(x, width, qkv, out) + prod(x.shape[:2]) * (prod(first.shape) + prod(second.shape)))


_ATTENTION = ("_scaled_dot_product_flash_attention_for_cpu", "_scaled_dot_product_flash_attention",
              "_scaled_dot_product_efficient_attention", "_scaled_dot_product_cudnn_attention")

#: By the name of an operation in torch.ops.aten.
PRICES: Dict[str, Callable[..., int]] = {
    "mm": _mm, "bmm": _mm, "addmm": _addmm, "baddbmm": _addmm, "_addmm_activation": _addmm, "_scaled_mm": _mm,
    "mv": _mv, "dot": _mv, "vdot": _mv, "addmv": _addmv, "linear": _linear, "mkldnn_linear": _linear,
    "convolution": _convolution, "convolution_overrideable": _convolution, "convolution_backward": _convolution_backward,
    "_native_multi_head_attention": _multi_head, "_transformer_encoder_layer_fwd": _encoder_layer,
    "mkldnn_rnn_layer": _recurrent, "mkldnn_rnn_layer_backward": _recurrent_backward,
    **{name: _attention for name in _ATTENTION}, **{f"{name}_backward": _attention_backward for name in _ATTENTION},
}
