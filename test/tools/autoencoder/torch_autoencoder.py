"""Answers and gradients of an autoencoder, by PyTorch on the same weights.

usage: torch_autoencoder.py <model.onnx> <pictures.f32> <batch> <folder>

Writes code.f32 and reconstruction.f32, and for every weight its gradient of the mean squared error as <name>.f32.
"""
import os
import sys

import numpy as np
import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "gradients"))
from torch_reference import graph_of, run  # noqa: E402


def main(model, pictures, batch, folder):
    torch.set_num_threads(1)
    nodes, constants, inputs = graph_of(model)
    x = torch.from_numpy(np.fromfile(pictures, "<f4").reshape([int(batch), 3, 64, 96]))
    weights = {name: value for name, value in constants.items() if value.is_floating_point()}
    for value in weights.values():
        value.requires_grad_(True)
    values = run(nodes, {**constants, inputs[0]: x}, None)
    ((values["reconstruction"] - x) ** 2).mean().backward()
    for name in ("code", "reconstruction"):
        values[name].detach().numpy().astype("<f4").tofile(f"{folder}/{name}.f32")
    for name, value in weights.items():
        value.grad.numpy().astype("<f4").tofile(f"{folder}/{name}.f32")


main(*sys.argv[1:])
