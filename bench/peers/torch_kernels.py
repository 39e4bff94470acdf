"""Kernels: `prepare_kernel(task, arrays)` gives a function without arguments that gives named tensors in our layout."""

import torch
import torch.nn.functional as F


def nchw(images):
    return images.permute(0, 3, 1, 2).contiguous()


def oihw(kernels):
    return kernels.permute(3, 2, 0, 1).contiguous()


def chain(x):
    return torch.tanh(x * 1.5 + 0.25) * x


def cross_entropy(logits, labels):
    loss = F.cross_entropy(logits, labels)
    (gradient,) = torch.autograd.grad(loss, logits)
    return {"loss": loss, "gradient": gradient}


def prepare_kernel(task, arrays):
    kind = task["kind"]
    if kind == "matmul":
        a, b = arrays["a"], arrays["b"]
        return lambda: {"y": a @ b}
    if kind == "chain":
        x = arrays["x"]
        return lambda: {"y": chain(x)}
    if kind == "sum":
        x = arrays["x"]
        return lambda: {"y": x.sum(task["axis"])}
    if kind == "cross-entropy":
        logits, labels = arrays["logits"].requires_grad_(), arrays["labels"].long()
        return lambda: cross_entropy(logits, labels)
    return prepare_conv(kind.removeprefix("conv2d-"), task, arrays)


def prepare_conv(direction, task, arrays):
    stride, padding = [task["stride"]] * 2, [task["padding"]] * 2
    if direction == "forward":
        x, w = nchw(arrays["x"]), oihw(arrays["w"])
        # a view in our layout costs nothing; only reading it copies
        return lambda: {"y": F.conv2d(x, w, stride=stride, padding=padding).permute(0, 2, 3, 1)}
    g = nchw(arrays["g"])
    like = {"device": g.device, "dtype": g.dtype}
    x = nchw(arrays["x"]) if "x" in arrays else nchw(torch.zeros(task["inputShape"], **like))
    w = oihw(arrays["w"]) if "w" in arrays else oihw(torch.zeros(task["weightShape"], **like))

    def backward(mask):
        return torch.ops.aten.convolution_backward(g, x, w, None, stride, padding, [1, 1], False, [0, 0], 1, mask)

    if direction == "input-gradient":
        return lambda: {"y": backward([True, False, False])[0].permute(0, 2, 3, 1)}
    if direction == "weight-gradient":
        return lambda: {"y": backward([False, True, False])[1].permute(2, 3, 1, 0)}
    raise ValueError(f"no {direction}")
