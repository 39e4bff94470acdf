"""Writes vectors.json: what PyTorch computes with the networks of src/nn/models. Tests read the file; they need no PyTorch.

    /usr/bin/python3 test/nn/models/torch/make_vectors.py && npx biome check --write test/nn/models/torch

Made with PyTorch 1.13 (Debian 12: apt-get install python3-torch). Modules have the names of the code that is usual for each network,
so state_dict() gives the names and shapes that files must have. Weights come from a formula over name and index (formula-values.ts
computes the same), so that none are stored.
"""

import json
import math
import pathlib

import numpy
import torch
from torch import nn
from torch.nn import functional

# the language's numbers are float32: this is its 1e-5
EPSILON = float(numpy.float32(1e-5))


def norm(channels):
    return nn.BatchNorm2d(channels, eps=EPSILON)


def conv(size, reads, channels, stride=1):
    return nn.Conv2d(reads, channels, size, stride=stride, padding=size // 2, bias=False)


class Block(nn.Module):
    """Batch norm and ReLU before each of two convolutions; a 1x1 convolution on the shortcut where the channels change."""

    def __init__(self, reads, channels, stride, shortcut):
        super().__init__()
        self.bn1, self.conv1 = norm(reads), conv(3, reads, channels, stride)
        self.bn2, self.conv2 = norm(channels), conv(3, channels, channels)
        self.shortcut_name = shortcut if reads != channels else None
        if self.shortcut_name == "shortcut":
            self.shortcut = nn.Sequential(conv(1, reads, channels, stride))
        elif self.shortcut_name is not None:
            self.convShortcut = conv(1, reads, channels, stride)

    def forward(self, x):
        activated = functional.relu(self.bn1(x))
        y = self.conv2(functional.relu(self.bn2(self.conv1(activated))))
        return y + (x if self.shortcut_name is None else getattr(self, self.shortcut_name)(activated))


def blocks(count, reads, channels, stride, shortcut):
    first = Block(reads, channels, stride, shortcut)
    return nn.Sequential(first, *(Block(channels, channels, 1, shortcut) for _ in range(count - 1)))


class PreActResNet(nn.Module):
    def __init__(self, counts, channels, classes, imagenet, width=64):
        super().__init__()
        self.imagenet = imagenet
        self.conv1 = conv(7, channels, width, 2) if imagenet else conv(3, channels, width)
        reads = width
        for i, count in enumerate(counts):
            setattr(self, f"layer{i + 1}", blocks(count, reads, width * 2**i, 1 if i == 0 else 2, "shortcut"))
            reads = width * 2**i
        self.linear = nn.Linear(reads, classes)

    def forward(self, x):
        x = self.conv1(x)
        if self.imagenet:
            x = functional.max_pool2d(x, 3, stride=2, padding=1)
        z = self.layer4(self.layer3(self.layer2(self.layer1(x)))).mean((2, 3))
        return self.linear(z), z


class Group(nn.Module):
    def __init__(self, *args):
        super().__init__()
        self.layer = blocks(*args)

    def forward(self, x):
        return self.layer(x)


class WideResNet(nn.Module):
    def __init__(self, depth, width, channels, classes):
        super().__init__()
        count = (depth - 4) // 6
        self.conv1 = conv(3, channels, 16)
        self.block1 = Group(count, 16, 16 * width, 1, "convShortcut")
        self.block2 = Group(count, 16 * width, 32 * width, 2, "convShortcut")
        self.block3 = Group(count, 32 * width, 64 * width, 2, "convShortcut")
        self.bn1 = norm(64 * width)
        self.fc = nn.Linear(64 * width, classes)

    def forward(self, x):
        x = self.block3(self.block2(self.block1(self.conv1(x))))
        z = functional.relu(self.bn1(x)).mean((2, 3))
        return self.fc(z), z


class SmallConvNet(nn.Module):
    def __init__(self, width, channels, classes):
        super().__init__()
        widths = [channels, width, 2 * width, 4 * width]
        self.layers = nn.ModuleList(
            nn.ModuleDict({"conv": conv(3, widths[i], widths[i + 1], 1 if i == 0 else 2), "bn": norm(widths[i + 1])})
            for i in range(3)
        )
        self.fc = nn.Linear(4 * width, classes)

    def forward(self, x):
        for layer in self.layers:
            x = functional.relu(layer["bn"](layer["conv"](x)))
        z = x.mean((2, 3))
        return self.fc(z), z


def uniforms(name, shape):
    """Numbers in [-1/2, 1/2) of 23 bits: FNV-1a of the name, then MurmurHash3's finaliser of it plus index times 0x9e3779b9, modulo 2^32."""
    seed = 2166136261
    for byte in name.encode():
        seed = (seed ^ byte) * 16777619 % 2**32
    h = (seed + numpy.arange(math.prod(shape), dtype=numpy.uint64) * 0x9E3779B9).astype(numpy.uint32)
    h ^= h >> 16
    h *= numpy.uint32(0x85EBCA6B)
    h ^= h >> 13
    h *= numpy.uint32(0xC2B2AE35)
    h ^= h >> 16
    return torch.from_numpy((h >> 9).astype(numpy.float64) / 2**23 - 0.5).reshape(shape)


def weight_of(name, shape):
    u = uniforms(name, shape)
    if len(shape) > 1:  # about the deviation sqrt(2 / what an output reads), by a power of two, so that float32 holds it
        return u * 2.0 ** round(math.log2(math.sqrt(24 / math.prod(shape[1:]))))
    return u + 1 if name.endswith(("weight", "running_var")) else u


def shapes(network):
    state = network.state_dict()
    return {name: list(value.shape) for name, value in state.items() if not name.endswith("num_batches_tracked")}


def vectors(model, network, shape, full=None):
    """`full`: the model itself where `network` is a narrow one of the same code."""
    network = network.double()
    state = {name: value for name, value in network.state_dict().items() if not name.endswith("num_batches_tracked")}
    network.load_state_dict({name: weight_of(name, tuple(value.shape)) for name, value in state.items()}, strict=False)
    images = uniforms("images", shape) + 0.5
    result = {"model": model, "images": shape, "arrays": shapes(full or network)}
    with torch.no_grad():
        for mode in ("evaluate", "train"):
            network.train(mode == "train")
            logits, z = network(images)
            result[mode] = {"logits": logits.tolist(), "z": z[:, :4].tolist()}  # of z the first four features
        moved = network.state_dict()
    # mean of each running statistic after the step of training
    result["statistics"] = {name: moved[name].mean().item() for name in state if "running" in name}
    return result


def resnet(model, counts, imagenet, shape):
    narrow, full = (PreActResNet(counts, shape[1], 10, imagenet, width) for width in (8, 64))
    return vectors(model, narrow, shape, full)


made = [
    resnet("preact-resnet-18", [2, 2, 2, 2], False, [2, 3, 32, 32]),
    resnet("preact-resnet-34", [3, 4, 6, 3], False, [3, 1, 9, 14]),
    resnet("preact-resnet-18-imagenet", [2, 2, 2, 2], True, [2, 3, 45, 38]),
    resnet("preact-resnet-34-imagenet", [3, 4, 6, 3], True, [2, 3, 33, 64]),
    vectors("wrn-16-2", WideResNet(16, 2, 3, 43), [2, 3, 16, 12]),
    vectors("wrn-10-1", WideResNet(10, 1, 1, 10), [3, 1, 9, 7]),
    vectors("small-8", SmallConvNet(8, 3, 10), [2, 3, 11, 9]),
]
pathlib.Path(__file__).with_name("vectors.json").write_text(json.dumps(made))
