"""One optimiser step of a network in PyTorch: forward, given output gradients backward, Adam with decoupled decay.

Arguments: folder with layers.json (the network's layers as in tf.layers, shapes without the batch) and weights.f32 (all
weights in that order), batch, threads, steps to warm up, steps to time, and optionally a file for the first step's
gradients: all parameters in the order and the axes of tf.layers.
"""

import json
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F
from measure import measure

folder, batch, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(1)
layers = json.load(open(os.path.join(folder, "layers.json"), encoding="utf8"))
flat = np.fromfile(os.path.join(folder, "weights.f32"), np.float32)
gradient_size = float(layers["outputGradient"])


def read_weights():
    position = 0
    read = {}
    for layer in layers["nodes"]:
        for number, shape in enumerate(layer["weights"]):
            count = int(np.prod(shape))
            values = torch.from_numpy(flat[position : position + count].reshape(shape).copy())
            position += count
            is_statistic = layer["className"] == "BatchNormalization" and number >= 2
            read[layer["name"], number] = values if is_statistic else turned(layer, values)
    return read


def turned(layer, values):
    """Converts a weight to PyTorch's order of axes, as a trainable leaf."""
    if values.dim() == 4:
        # Moves in and out (for a transposed convolution out and in) to the front, swapped, before rows and columns.
        values = values.permute(3, 2, 0, 1)
    elif layer["className"] == "Dense" and values.dim() == 2:
        values = rows_by_channel(layer, values).t()
    return values.contiguous().requires_grad_()


def rows_by_channel(layer, values):
    """A dense layer after a flattened map: tf flattens channels last, PyTorch channels first."""
    shape = layer.get("flattened")
    if shape is None:
        return values
    rows, columns, channels = shape
    return values.reshape(rows, columns, channels, -1).permute(2, 0, 1, 3).reshape(rows * columns * channels, -1)


weights = read_weights()
parameters = [value for value in weights.values() if value.requires_grad]
decayed = [value for value in parameters if value.dim() > 1]
others = [value for value in parameters if value.dim() == 1]
optimizer = torch.optim.AdamW(
    [{"params": decayed, "weight_decay": 0.02}, {"params": others, "weight_decay": 0.0}], lr=1e-4
)


def same_pads(size, kernel, stride, dilation=1):
    reach = (kernel - 1) * dilation + 1
    total = max((-(-size // stride) - 1) * stride + reach - size, 0)
    return total // 2, total - total // 2


def padded(value, config, kernel, value_outside=0.0):
    if config["padding"] == "valid":
        return value, 0
    strides, dilation = config["strides"], config.get("dilationRate", [1, 1])
    top, bottom = same_pads(value.shape[2], kernel[0], strides[0], dilation[0])
    left, right = same_pads(value.shape[3], kernel[1], strides[1], dilation[1])
    if top == bottom and left == right:
        return value, (top, left)
    return F.pad(value, (left, right, top, bottom), value=value_outside), 0


def activated(value, config):
    name = config.get("activation") or "linear"
    return {"linear": lambda v: v, "relu": F.relu, "elu": F.elu}[name](value)


def apply(layer, inputs):
    kind, config, value = layer["className"], layer["config"], inputs[0]
    weight = lambda number: weights.get((layer["name"], number))
    if kind == "Conv2D":
        kernel = weight(0)
        value, pads = padded(value, config, kernel.shape[2:])
        out = F.conv2d(value, kernel, weight(1), config["strides"], pads, config.get("dilationRate", [1, 1]))
        return activated(out, config)
    if kind == "Conv2DTranspose":
        kernel, stride = weight(0), config["strides"][0]
        size = [edge * stride for edge in value.shape[2:]]
        before, after = same_pads(size[0], kernel.shape[2], stride)
        out = F.conv_transpose2d(value, kernel, weight(1), stride)
        return activated(out[:, :, before : before + size[0], before : before + size[1]], config)
    if kind == "BatchNormalization":
        mean, variance = weight(2), weight(3)
        return F.batch_norm(value, mean, variance, weight(0), weight(1), True, 0.02, config["epsilon"])
    if kind == "ReLU":
        return F.relu(value)
    if kind == "Add":
        return sum(inputs[1:], inputs[0])
    if kind == "Concatenate":
        return torch.cat(inputs, 1)
    if kind == "MaxPooling2D":
        value, pads = padded(value, config, config["poolSize"], float("-inf"))
        return F.max_pool2d(value, config["poolSize"], config["strides"], pads)
    if kind == "AveragePooling2D":
        value, pads = padded(value, config, config["poolSize"])
        return F.avg_pool2d(value, config["poolSize"], config["strides"], pads, count_include_pad=False)
    if kind == "Cropping2D":
        (top, bottom), (left, right) = config["cropping"]
        return value[:, :, top : value.shape[2] - bottom, left : value.shape[3] - right]
    if kind == "Dropout":
        return F.dropout(value, config["rate"], True)
    if kind == "Flatten":
        return value.flatten(1)
    if kind == "Reshape":
        # Rows of default boxes: channels last before the rows are split.
        return value.permute(0, 2, 3, 1).reshape(value.shape[0], *config["targetShape"])
    if kind == "Dense":
        return activated(F.linear(value, weight(0), weight(1)), config)
    raise SystemExit(f"no PyTorch for layer {layer['name']} of class {kind}")


def concatenated(layer, inputs):
    return torch.cat(inputs, 1 if inputs[0].dim() == 4 else layer["config"]["axis"])


def forward(picture):
    made = {layers["input"]: picture}
    for layer in layers["nodes"]:
        inputs = [made[name] for name in layer["inputs"]]
        is_joined = layer["className"] == "Concatenate"
        made[layer["name"]] = concatenated(layer, inputs) if is_joined else apply(layer, inputs)
    return [made[name] for name in layers["outputs"]]


rows, columns, channels = layers["inputShape"]
picture = torch.from_numpy(
    np.fromfile(os.path.join(folder, "input.f32"), np.float32).reshape(batch, channels, rows, columns)
)


def step():
    optimizer.zero_grad(set_to_none=True)
    outputs = forward(picture)
    torch.autograd.backward(outputs, [torch.full_like(output, gradient_size) for output in outputs])
    optimizer.step()


def gradients():
    """Converts back to the axes of tf.layers."""
    flat_gradients = []
    for layer in layers["nodes"]:
        for number in range(len(layer["weights"])):
            value = weights[layer["name"], number]
            if not value.requires_grad:
                continue
            gradient = value.grad
            if gradient.dim() == 4:
                gradient = gradient.permute(2, 3, 1, 0)
            elif layer["className"] == "Dense" and gradient.dim() == 2:
                gradient = gradient.t()
                shape = layer.get("flattened")
                if shape is not None:
                    turned_back = gradient.reshape(shape[2], shape[0], shape[1], -1).permute(1, 2, 0, 3)
                    gradient = turned_back.reshape(shape[0] * shape[1] * shape[2], -1)
            flat_gradients.append(gradient.contiguous().flatten())
    joined = torch.cat(flat_gradients).numpy()
    return joined / max(np.abs(joined).max(), 1e-20)


first = None
if len(sys.argv) > 6:
    step()
    first = gradients().copy()
note = f"PyTorch {torch.__version__}, {threads} threads"
if first is None:
    measure(step, int(sys.argv[4]), int(sys.argv[5]), note)
else:
    measure(step, int(sys.argv[4]), int(sys.argv[5]), note, sys.argv[6], lambda _: first)
