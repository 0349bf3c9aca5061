"""Runs an exported ONNX graph eagerly with PyTorch, operator by operator.

Supports only the operators that windshield's exporter and tests write; an unknown one ends the program with its name.
All tensors are float32; pictures are NCHW.
"""

import numpy as np
import torch
import torch.nn.functional as F

DTYPES = {"float32": np.float32, "int64": np.int64, "int32": np.int32}


def _pairs(pads):
    """ONNX pads (top, left, bottom, right) in F.pad's order, and whether both sides are equal."""
    top, left, bottom, right = pads
    return (left, right, top, bottom), (top == bottom and left == right)


def _padded(x, pads, value):
    """The padded input, and the padding left to the operator itself, which can only pad both sides equally."""
    around, is_even = _pairs(pads)
    if is_even:
        return x, (pads[0], pads[1])
    return F.pad(x, around, value=value), (0, 0)


def _conv(attributes, x, weight, bias=None):
    x, padding = _padded(x, attributes.get("pads", [0, 0, 0, 0]), 0.0)
    return F.conv2d(
        x,
        weight,
        bias,
        stride=attributes.get("strides", [1, 1]),
        padding=padding,
        dilation=attributes.get("dilations", [1, 1]),
        groups=attributes.get("group", 1),
    )


def _conv_transpose(attributes, x, weight, bias=None):
    pads = attributes.get("pads", [0, 0, 0, 0])
    _, is_even = _pairs(pads)
    if not is_even:
        raise SystemExit("ConvTranspose: expected the same padding on both sides")
    return F.conv_transpose2d(
        x,
        weight,
        bias,
        stride=attributes.get("strides", [1, 1]),
        padding=(pads[0], pads[1]),
        output_padding=attributes.get("output_padding", [0, 0]),
        dilation=attributes.get("dilations", [1, 1]),
        groups=attributes.get("group", 1),
    )


def _max_pool(attributes, x):
    x, padding = _padded(x, attributes.get("pads", [0, 0, 0, 0]), float("-inf"))
    return F.max_pool2d(x, attributes["kernel_shape"], attributes.get("strides", [1, 1]), padding)


def _average_pool(attributes, x):
    pads = attributes.get("pads", [0, 0, 0, 0])
    _, is_even = _pairs(pads)
    if not is_even:
        raise SystemExit("AveragePool: expected the same padding on both sides")
    return F.avg_pool2d(
        x,
        attributes["kernel_shape"],
        attributes.get("strides", [1, 1]),
        (pads[0], pads[1]),
        count_include_pad=bool(attributes.get("count_include_pad", 0)),
    )


def _slice(_attributes, x, starts, ends, axes=None, steps=None):
    axes = range(len(starts)) if axes is None else axes.tolist()
    steps = [1] * len(starts) if steps is None else steps.tolist()
    index = [slice(None)] * x.dim()
    for axis, start, end, step in zip(axes, starts.tolist(), ends.tolist(), steps):
        # "To the end" is written as the largest integer.
        index[axis] = slice(start, min(end, x.shape[axis]), step)
    return x[tuple(index)]


def _reshape(_attributes, x, shape):
    sizes = [x.shape[axis] if size == 0 else size for axis, size in enumerate(shape.tolist())]
    return x.reshape(sizes)


def _gemm(attributes, a, b, c=None):
    a = a.t() if attributes.get("transA", 0) else a
    b = b.t() if attributes.get("transB", 0) else b
    product = attributes.get("alpha", 1.0) * (a @ b)
    return product if c is None else product + attributes.get("beta", 1.0) * c


def _resize(attributes, x, _roi=None, scales=None, sizes=None):
    mode = {"nearest": "nearest", "linear": "bilinear"}[attributes.get("mode", "nearest")]
    options = {} if mode == "nearest" else {"align_corners": False}
    if sizes is not None:
        return F.interpolate(x, size=sizes.tolist()[2:], mode=mode, **options)
    return F.interpolate(x, scale_factor=scales.tolist()[2:], mode=mode, **options)


def _reduce_mean(attributes, x):
    return x.mean(attributes["axes"], keepdim=bool(attributes.get("keepdims", 1)))


OPERATORS = {
    "Add": lambda _, a, b: a + b,
    "AveragePool": _average_pool,
    "Concat": lambda attributes, *parts: torch.cat(parts, attributes["axis"]),
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "Elu": lambda attributes, x: F.elu(x, attributes.get("alpha", 1.0)),
    "Flatten": lambda attributes, x: x.flatten(attributes.get("axis", 1)),
    "Gemm": _gemm,
    "GlobalAveragePool": lambda _, x: x.mean((2, 3), keepdim=True),
    "Identity": lambda _, x: x,
    "MatMul": lambda _, a, b: a @ b,
    "MaxPool": _max_pool,
    "Mul": lambda _, a, b: a * b,
    "ReduceMean": _reduce_mean,
    "Relu": lambda _, x: F.relu(x),
    "Reshape": _reshape,
    "Resize": _resize,
    "Sigmoid": lambda _, x: torch.sigmoid(x),
    "Slice": _slice,
    "Softmax": lambda attributes, x: F.softmax(x, attributes.get("axis", -1)),
    "Split": lambda attributes, x, sizes: x.split(sizes.tolist(), attributes.get("axis", 0)),
    "Sub": lambda _, a, b: a - b,
    "Transpose": lambda attributes, x: x.permute(attributes["perm"]),
}


class TorchGraph:
    """One network: the nodes in order, and its constants as tensors."""

    def __init__(self, graph, blob):
        self.inputs = graph["inputs"]
        self.outputs = graph["outputs"]
        self.constants = {
            constant["name"]: torch.from_numpy(read_array(constant, blob).copy())
            for constant in graph["constants"]
        }
        unknown = sorted({node["op"] for node in graph["nodes"]} - OPERATORS.keys())
        if unknown:
            raise SystemExit(f"operators without a counterpart here: {', '.join(unknown)}")
        self.nodes = [
            (OPERATORS[node["op"]], node["attributes"], node["inputs"], node["outputs"])
            for node in graph["nodes"]
        ]

    def run(self, x):
        """x: float32 tensor of the one input. Returns the outputs by name."""
        values = dict(self.constants)
        values[self.inputs[0]] = x
        # An omitted input has an empty name.
        values[""] = None
        for operator, attributes, inputs, outputs in self.nodes:
            answer = operator(attributes, *[values[name] for name in inputs])
            if len(outputs) == 1:
                values[outputs[0]] = answer
            else:
                values.update(zip(outputs, answer))
        return {name: values[name] for name in self.outputs}


def read_array(place, blob):
    """An array from the export's binary file; little endian, row-major."""
    dtype = np.dtype(DTYPES[place["dtype"]])
    count = int(np.prod(place["dims"], dtype=np.int64))
    return np.frombuffer(blob, dtype, count, place["offset"]).reshape(place["dims"])
