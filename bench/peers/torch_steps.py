"""Training steps: each gives a function without arguments that makes a step and gives the loss before it."""

import torch
import torch.nn.functional as F

from torch_kernels import nchw, oihw


def below(arrays, path):
    return {name[len(path):]: array for name, array in arrays.items() if name.startswith(path)}


def train(optimizer, objective):
    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = objective()
        loss.backward()
        optimizer.step()
        return {"loss": loss.detach()}

    return step


def prepare_mlp(task, arrays):
    p = {name: array.requires_grad_() for name, array in below(arrays, "state.").items()}
    x, labels = arrays["x"], arrays["labels"].long()
    layers = len(p) // 2

    def objective():
        h = x
        for i in range(layers):
            h = h @ p[f"layers.{i}.weight"] + p[f"layers.{i}.bias"]
            if i + 1 < layers:
                h = F.relu(h)
        return F.cross_entropy(h, labels)

    return train(torch.optim.SGD(p.values(), lr=task["lr"]), objective)


def wide_resnet(p, stats, blocks, images):
    """Logits of a pre-activation wide residual network; moves the running statistics."""

    def activate(x, name):
        mean, variance = stats[f"{name}.mean"], stats[f"{name}.variance"]
        weight, bias = p[f"{name}.gamma"], p[f"{name}.beta"]
        return F.relu(F.batch_norm(x, mean, variance, weight, bias, training=True, momentum=0.1, eps=1e-5))

    x = F.conv2d(images, p["conv1.weight"], padding=1)
    for group in (1, 2, 3):
        for i in range(blocks):
            name = f"block{group}.{i}"
            stride = 2 if group > 1 and i == 0 else 1
            active = activate(x, f"{name}.bn1")
            shortcut = p.get(f"{name}.convShortcut.weight")
            skipped = x if shortcut is None else F.conv2d(active, shortcut, stride=stride)
            middle = F.conv2d(active, p[f"{name}.conv1.weight"], stride=stride, padding=1)
            x = F.conv2d(activate(middle, f"{name}.bn2"), p[f"{name}.conv2.weight"], padding=1) + skipped
    return activate(x, "bn1").mean((2, 3)) @ p["fc.weight"] + p["fc.bias"]


def prepare_wide_resnet(task, arrays):
    params = below(arrays, "state.params.")
    p = {name: (oihw(array) if array.dim() == 4 else array).requires_grad_() for name, array in params.items()}
    stats = below(arrays, "state.stats.")
    images, labels = nchw(arrays["images"]), arrays["labels"].long()
    settings = {"momentum": task["momentum"], "weight_decay": task["weightDecay"]}
    optimizer = torch.optim.SGD(p.values(), lr=task["lr"], nesterov=True, **settings)
    return train(optimizer, lambda: F.cross_entropy(wide_resnet(p, stats, task["blocks"], images), labels))
