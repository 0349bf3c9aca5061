"""Integrated gradients and Grad-CAM of an ONNX network, by PyTorch's own derivatives.

usage: torch_reference.py <model.onnx> <input.f32> <shape> <output> <index> <sign> <layer value> <steps> <folder>

Reads the graph with a few lines of protobuf, runs it on torch, and writes attributions.f32 (integrated gradients from a black
picture of -1, midpoint rule) and cam.f32 (ReLU of the maps weighted by their mean gradients).
"""
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 2:
            size, at = varint(data, at)
            value, at = data[at : at + size], at + size
        else:
            size = 4 if kind == 5 else 8
            value, at = data[at : at + size], at + size
        yield key >> 3, value


def integers(value):
    """A packed list, or one of its items."""
    if isinstance(value, int):
        return [value]
    at, out = 0, []
    while at < len(value):
        item, at = varint(value, at)
        out.append(item)
    return out


def signed(value):
    return value - (1 << 64) if value >= 1 << 63 else value


def tensor(data):
    dims, kind, raw, name = [], 1, b"", ""
    for field, value in fields(data):
        if field == 1:
            dims += integers(value)
        elif field == 2:
            kind = value
        elif field == 8:
            name = value.decode()
        elif field == 9:
            raw = value
    numbers = np.frombuffer(raw, {1: "<f4", 7: "<i8"}[kind]).reshape(dims)
    return name, torch.from_numpy(numbers.copy())


def attribute(data):
    name, value = "", None
    ints = []
    for field, content in fields(data):
        if field == 1:
            name = content.decode()
        elif field == 2:
            value = struct.unpack("<f", content)[0]
        elif field == 3:
            value = signed(content)
        elif field == 8:
            ints += [signed(item) for item in integers(content)]
    return name, ints or value


def graph_of(path):
    graph = next(value for field, value in fields(open(path, "rb").read()) if field == 7)
    nodes, constants, inputs = [], {}, []
    for field, value in fields(graph):
        if field == 1:
            node = {"in": [], "out": [], "op": "", "at": {}}
            for part, content in fields(value):
                if part == 1:
                    node["in"].append(content.decode())
                elif part == 2:
                    node["out"].append(content.decode())
                elif part == 4:
                    node["op"] = content.decode()
                elif part == 5:
                    key, item = attribute(content)
                    node["at"][key] = item
            nodes.append(node)
        elif field == 5:
            name, item = tensor(value)
            constants[name] = item
        elif field == 11:
            inputs.append(next(v for f, v in fields(value) if f == 1).decode())
    return nodes, constants, inputs


def padded(x, at, fill=0.0):
    top, left, bottom, right = at.get("pads", [0, 0, 0, 0])
    return F.pad(x, (left, right, top, bottom), value=fill)


def run(nodes, values, kept):
    for node in nodes:
        op, at = node["op"], node["at"]
        given = [values[name] for name in node["in"]]
        x = given[0]
        if op == "Conv":
            stride, dilation = at.get("strides", [1, 1]), at.get("dilations", [1, 1])
            bias = given[2] if len(given) > 2 else None
            y = F.conv2d(padded(x, at), given[1], bias, stride, 0, dilation, at.get("group", 1))
        elif op == "ConvTranspose":
            bias = given[2] if len(given) > 2 else None
            y = F.conv_transpose2d(x, given[1], bias, at.get("strides", [1, 1]))
            top, left, bottom, right = at.get("pads", [0, 0, 0, 0])
            y = y[:, :, top : y.shape[2] - bottom, left : y.shape[3] - right]
            rows, columns = at.get("output_padding", [0, 0])
            assert rows == 0 and columns == 0
        elif op == "Relu":
            y = F.relu(x)
        elif op == "Elu":
            y = F.elu(x, at.get("alpha", 1.0))
        elif op == "MaxPool":
            y = F.max_pool2d(padded(x, at, -1e30), at["kernel_shape"], at["strides"])
        elif op == "AveragePool":
            ones = torch.ones_like(x[:1, :1])
            size, stride = at["kernel_shape"], at["strides"]
            y = F.avg_pool2d(padded(x, at), size, stride) / F.avg_pool2d(padded(ones, at), size, stride)
        elif op == "Transpose":
            y = x.permute(at["perm"])
        elif op == "Reshape":
            y = x.reshape([int(n) or x.shape[i] for i, n in enumerate(given[1])])
        elif op == "MatMul":
            y = x @ given[1]
        elif op == "Add":
            y = x + given[1]
        elif op == "Concat":
            y = torch.cat(given, at["axis"])
        elif op == "Slice":
            y = x
            for start, end, axis in zip(*(item.tolist() for item in given[1:4])):
                y = y.narrow(axis, start, min(end, y.shape[axis]) - start)
        elif op == "Identity":
            y = x
        else:
            raise SystemExit(f"no {op} here")
        if node["out"][0] == kept:
            y.retain_grad()
        values[node["out"][0]] = y
    return values


def main(model, input_file, shape, output, index, sign, layer, steps, folder):
    torch.set_num_threads(1)
    nodes, constants, inputs = graph_of(model)
    x = torch.from_numpy(np.fromfile(input_file, "<f4").reshape([int(s) for s in shape.split(",")]))

    def answers(picture):
        picture = picture.clone().requires_grad_(True)
        values = run(nodes, {**constants, inputs[0]: picture}, layer)
        (float(sign) * values[output].reshape(-1)[int(index)]).backward()
        return picture.grad, values

    black = torch.full_like(x, -1.0)
    total = torch.zeros_like(x)
    for step in range(int(steps)):
        gradient, _ = answers(black + (step + 0.5) / int(steps) * (x - black))
        total += gradient / int(steps)
    (total * (x - black)).numpy().astype("<f4").tofile(f"{folder}/attributions.f32")
    _, values = answers(x)
    maps = values[layer]
    weights = maps.grad.mean(dim=(2, 3), keepdim=True)
    F.relu((weights * maps).sum(dim=1)).detach().numpy().astype("<f4").tofile(f"{folder}/cam.f32")


if __name__ == "__main__":
    main(*sys.argv[1:])
