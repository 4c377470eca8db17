"""The recurrent layers do what PyTorch's do (an optional second opinion)."""

import numpy as np
import pytest

from course_utils import scratch

torch = pytest.importorskip(
    "torch", reason="PyTorch is not installed: no second library to compare with"
)


def reordered(array, blocks, order):
    """Put the gates, side by side along the first axis, into another order."""
    parts = np.split(array, blocks)
    return np.concatenate([parts[k] for k in order])


def taken_over(kind, layer):
    """PyTorch's weights, turned into ours: transposed, gates in Keras' order."""
    w, u, b_x, b_h = (p.detach().numpy() for p in layer.parameters())
    if kind == "GRU":  # theirs is r, z, n
        w, u, b_x, b_h = (reordered(a, 3, [1, 0, 2]) for a in (w, u, b_x, b_h))
        return [w.T, u.T, np.stack([b_x, b_h])]
    return [w.T, u.T, b_x + b_h]


def difference(ours, theirs):
    theirs = np.asarray(theirs)
    assert ours.shape == theirs.shape
    return np.abs(ours - theirs).max() / np.abs(theirs).max()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("dtype, tolerance", [("float32", 1e-5), ("float64", 1e-12)])
@pytest.mark.parametrize("kind", ["SimpleRNN", "LSTM", "GRU"])
def test_output_states_and_gradients_equal_those_of_pytorch(
    kind, dtype, tolerance, seed
):
    generator, units = np.random.default_rng(seed), 5 + seed
    torch.manual_seed(seed)
    name = {"SimpleRNN": "RNN"}.get(kind, kind)
    theirs = getattr(torch.nn, name)(3, units, batch_first=True)
    theirs = theirs.to(getattr(torch, dtype))
    ours = getattr(scratch, kind)(units, return_sequences=True)
    ours.set_weights(taken_over(kind, theirs))
    x = generator.normal(size=(4, 9, 3)).astype(dtype)
    states = generator.normal(size=(2, 1, 4, units)).astype(dtype)
    weighting = generator.normal(size=(4, 9, units)).astype(dtype)
    pair = kind == "LSTM"

    x_tensor = torch.tensor(x, requires_grad=True)
    state_tensors = [torch.tensor(state, requires_grad=True) for state in states]
    output, _ = theirs(x_tensor, tuple(state_tensors) if pair else state_tensors[0])
    (output * torch.tensor(weighting)).sum().backward()

    state = tuple(states[:, 0]) if pair else states[0, 0]
    assert difference(ours.forward(x, state), output.detach()) <= tolerance
    assert difference(ours.backward(weighting), x_tensor.grad) <= tolerance
    found = ours.initial_state_gradient if pair else (ours.initial_state_gradient,)
    for gradient, tensor in zip(found, state_tensors, strict=False):
        assert difference(gradient, tensor.grad[0]) <= tolerance
    gradients = [p.grad.numpy() for p in theirs.parameters()]
    if kind == "GRU":
        gradients = [reordered(g, 3, [1, 0, 2]) for g in gradients]
    w, u, b_x, b_h = gradients
    assert difference(ours.gradients["kernel"], w.T) <= tolerance
    assert difference(ours.gradients["recurrent_kernel"], u.T) <= tolerance
    bias = np.stack([b_x, b_h]) if kind == "GRU" else b_x
    assert difference(ours.gradients["bias"], bias) <= tolerance
