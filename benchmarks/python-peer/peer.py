"""The same drive through the same weights, as one would write it in Python: OpenCV, NumPy, PyTorch eager.

    python3 peer.py <export folder> --threads 2 --seconds 20

One frame after the other: decode the JPEG, four networks with their preprocessing and decoding. Prints one JSON
object. Every network is first held to the outputs that ONNX Runtime gave for the same input, within 1e-3.
"""

import argparse
import json
import math
import os
import sys
import time

import cv2
import numpy as np
import torch

from torch_graph import TorchGraph, read_array

TOLERANCE = 1e-3
WARM_UP_FRAMES = 3


def rectifying_maps(spec, camera, width, height):
    """cv2.remap's tables from a network's input to the frame: region, size and lens in one step."""
    left, top, right, bottom = spec["regionNorm"]
    scale_x = (right - left) * width / spec["widthPx"]
    scale_y = (bottom - top) * height / spec["heightPx"]
    size = (spec["widthPx"], spec["heightPx"])
    if camera is None:
        xs = left * width + (np.arange(size[0], dtype=np.float32) + 0.5) * scale_x - 0.5
        ys = top * height + (np.arange(size[1], dtype=np.float32) + 0.5) * scale_y - 0.5
        return np.meshgrid(xs.astype(np.float32), ys.astype(np.float32))
    k = np.array(
        [[camera["fxPx"], 0, camera["cxPx"]], [0, camera["fyPx"], camera["cyPx"]], [0, 0, 1]]
    )
    # A pixel's centre is at a half in the spec and at an integer in OpenCV.
    new_k = np.array(
        [
            [k[0, 0] / scale_x, 0, (k[0, 2] + 0.5 - left * width) / scale_x - 0.5],
            [0, k[1, 1] / scale_y, (k[1, 2] + 0.5 - top * height) / scale_y - 0.5],
            [0, 0, 1],
        ]
    )
    distortion = np.array(camera["distortion"], dtype=np.float64)
    undistort = cv2.fisheye if camera["kind"] == "equidistant" else cv2
    return undistort.initUndistortRectifyMap(k, distortion, np.eye(3), new_k, size, cv2.CV_32FC1)


def normalised(picture_rgb, spec):
    """uint8 [rows, columns, 3] to float32 [1, 3, rows, columns]: (value - mean) * scale, in the spec's colours."""
    if spec["colour"] == "yuv":
        picture_rgb = cv2.cvtColor(picture_rgb, cv2.COLOR_RGB2YUV)
    elif spec["colour"] == "bgr":
        picture_rgb = cv2.cvtColor(picture_rgb, cv2.COLOR_RGB2BGR)
    values = (picture_rgb.astype(np.float32) - np.float32(spec["mean"])) * np.float32(spec["scale"])
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None])


class WholeFrameNetwork:
    def __init__(self, network, blob, camera, frame_size):
        self.manifest = network["manifest"]
        self.spec = self.manifest["input"]["spec"]
        self.graph = TorchGraph(network["graph"], blob)
        self.maps = rectifying_maps(self.spec, camera, *frame_size)

    def run(self, frame_rgb):
        pad = self.spec["padValue"]
        picture = cv2.remap(
            frame_rgb,
            self.maps[0],
            self.maps[1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(pad, pad, pad),
        )
        outputs = self.graph.run(torch.from_numpy(normalised(picture, self.spec)))
        return {name: value.numpy() for name, value in outputs.items()}


def default_boxes(feature_maps):
    """[A, 4] as centre x, centre y, width, height, in the order map, row, column, box."""
    boxes = []
    for feature_map in feature_maps:
        rows, columns, sizes = feature_map["rows"], feature_map["columns"], feature_map["boxSizesNorm"]
        ys, xs = np.meshgrid((np.arange(rows) + 0.5) / rows, (np.arange(columns) + 0.5) / columns, indexing="ij")
        centres = np.stack([xs, ys], -1)[:, :, None, :].repeat(len(sizes), 2)
        shapes = np.broadcast_to(np.array(sizes), (rows, columns, len(sizes), 2))
        boxes.append(np.concatenate([centres, shapes], -1).reshape(-1, 4))
    return np.concatenate(boxes).astype(np.float32)


def softmax(logits):
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    return shifted / shifted.sum(-1, keepdims=True)


def suppressed(boxes, scores, most_iou, limit):
    """Indices that non-maximum suppression keeps, best first."""
    order = np.argsort(-scores, kind="stable")
    areas = np.prod(np.maximum(0, boxes[:, 2:] - boxes[:, :2]), -1)
    kept = []
    while order.size and len(kept) < limit:
        best, rest = order[0], order[1:]
        kept.append(best)
        low = np.maximum(boxes[best, :2], boxes[rest, :2])
        high = np.minimum(boxes[best, 2:], boxes[rest, 2:])
        shared = np.prod(np.maximum(0, high - low), -1)
        order = rest[shared <= most_iou * (areas[best] + areas[rest] - shared)]
    return np.array(kept, dtype=np.int64)


class Detector(WholeFrameNetwork):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.decode_spec = self.manifest["decode"]
        self.boxes = default_boxes(self.decode_spec["featureMaps"])

    def detect(self, frame_rgb):
        """[(class name, score, box in shares of the input)], best first."""
        spec = self.decode_spec
        outputs = self.run(frame_rgb)
        scores = softmax(outputs[spec["logits"]][0])[:, 1:]
        offsets = outputs[spec["offsets"]][0]
        centres = self.boxes[:, :2] + offsets[:, :2] * spec["variances"][0] * self.boxes[:, 2:]
        sizes = self.boxes[:, 2:] * np.exp(np.clip(offsets[:, 2:] * spec["variances"][1], -8, 8))
        boxes = np.concatenate([centres - sizes / 2, centres + sizes / 2], -1)
        found = []
        for class_id, name in enumerate(spec["classes"]):
            at = np.flatnonzero(scores[:, class_id] >= spec["scoreThreshold"])
            if at.size == 0:
                continue
            for kept in at[suppressed(boxes[at], scores[at, class_id], spec["nmsIou"], spec["maxDetections"])]:
                found.append((name, float(scores[kept, class_id]), boxes[kept]))
        return sorted(found, key=lambda detection: -detection[1])[: spec["maxDetections"]]


class SignReader:
    def __init__(self, network, blob):
        self.manifest = network["manifest"]
        self.spec = self.manifest["input"]["spec"]
        self.decode_spec = self.manifest["decode"]
        self.graph = TorchGraph(network["graph"], blob)

    def read(self, frame_rgb, boxes_px):
        """The class and probability of each box that is large enough to be read."""
        rows, columns = frame_rgb.shape[:2]
        size = (self.spec["widthPx"], self.spec["heightPx"])
        crops = []
        for left, top, right, bottom in boxes_px[: self.decode_spec["maxBatch"]]:
            grow_x = (right - left) * self.decode_spec["cropMarginNorm"]
            grow_y = (bottom - top) * self.decode_spec["cropMarginNorm"]
            x0, x1 = max(0, int(left - grow_x)), min(columns, int(right + grow_x) + 1)
            y0, y1 = max(0, int(top - grow_y)), min(rows, int(bottom + grow_y) + 1)
            if right - left < 6 or bottom - top < 6 or x1 <= x0 or y1 <= y0:
                continue
            crop = cv2.resize(frame_rgb[y0:y1, x0:x1], size, interpolation=cv2.INTER_AREA)
            crops.append(normalised(crop, self.spec))
        if not crops:
            return []
        outputs = self.graph.run(torch.from_numpy(np.concatenate(crops)))
        logits = outputs[self.decode_spec["logits"]].numpy()
        probabilities = softmax(logits / self.decode_spec["temperature"])
        return [(int(row.argmax()), float(row.max())) for row in probabilities]


class Segmenter(WholeFrameNetwork):
    def segment(self, frame_rgb):
        """The class map, and the share of each class."""
        scores = self.run(frame_rgb)[self.manifest["decode"]["scores"]][0]
        class_map = scores.argmax(0).astype(np.uint8)
        return class_map, np.bincount(class_map.ravel(), minlength=len(scores)) / class_map.size


class Driver(WholeFrameNetwork):
    def steer(self, frame_rgb):
        """Radians, positive to the left."""
        decode = self.manifest["decode"]
        value = float(self.run(frame_rgb)[decode["steering"]].ravel()[0])
        response = decode.get("response", {"gain": 1.0, "exponent": 1.0})
        value = math.copysign(response["gain"] * abs(value) ** response["exponent"], value)
        angle = value * decode["radPerUnit"]
        return max(-decode["maxAngleRad"], min(decode["maxAngleRad"], angle))


def check(task, network, blob):
    """The largest difference from ONNX Runtime's outputs; ends the program if it is too large."""
    graph = TorchGraph(network["graph"], blob)
    expected = network["check"]
    found = graph.run(torch.from_numpy(read_array(expected["input"], blob).copy()))
    worst = 0.0
    for name, place in expected["outputs"].items():
        wanted = read_array(place, blob)
        difference = float(np.abs(found[name].numpy() - wanted).max())
        worst = max(worst, difference)
        if not difference <= TOLERANCE * max(1.0, float(np.abs(wanted).max())):
            raise SystemExit(f"{task}: {name} differs from ONNX Runtime by {difference}")
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--frames", type=int, default=10**9, help="stop after so many frames")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    cv2.setNumThreads(arguments.threads)
    torch.set_grad_enabled(False)

    with open(os.path.join(arguments.folder, "peer.json"), encoding="utf8") as file:
        export = json.load(file)
    with open(os.path.join(arguments.folder, "weights.bin"), "rb") as file:
        blob = file.read()
    networks = export["networks"]
    differences = {task: check(task, network, blob) for task, network in networks.items()}
    jpegs = []
    for name in export["frames"]:
        with open(os.path.join(arguments.folder, name), "rb") as file:
            jpegs.append(np.frombuffer(file.read(), np.uint8))
    frame_size = export["frameSize"]
    camera = export["camera"]
    driver = Driver(networks["steering"], blob, camera, frame_size)
    detector = Detector(networks["detection"], blob, camera, frame_size)
    reader = SignReader(networks["signs"], blob)
    segmenter = Segmenter(networks["segmentation"], blob, camera, frame_size)
    sign_class = networks["signs"]["manifest"]["decode"]["cropFrom"]
    parts = ["decode", "steering", "detection", "signs", "segmentation"]
    spent = {part: [] for part in parts}
    detections = signs = 0

    def timed(part, work, is_measured):
        start = time.perf_counter()
        answer = work()
        if is_measured:
            spent[part].append((time.perf_counter() - start) * 1000)
        return answer

    frames = 0
    started = time.perf_counter()
    while frames < arguments.frames + WARM_UP_FRAMES:
        is_measured = frames >= WARM_UP_FRAMES
        if frames == WARM_UP_FRAMES:
            started = time.perf_counter()
        if is_measured and time.perf_counter() - started >= arguments.seconds:
            break
        jpeg = jpegs[frames % len(jpegs)]
        rgb = timed(
            "decode",
            lambda: cv2.cvtColor(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB),
            is_measured,
        )
        timed("steering", lambda: driver.steer(rgb), is_measured)
        found = timed("detection", lambda: detector.detect(rgb), is_measured)
        scale = np.array([frame_size[0], frame_size[1]] * 2)
        boxes = [box * scale for name, _, box in found if name == sign_class]
        read = timed("signs", lambda: reader.read(rgb, boxes), is_measured)
        timed("segmentation", lambda: segmenter.segment(rgb), is_measured)
        detections += len(found) if is_measured else 0
        signs += len(read) if is_measured else 0
        frames += 1
    elapsed = time.perf_counter() - started
    measured = frames - WARM_UP_FRAMES
    json.dump(
        {
            "threads": arguments.threads,
            "frames": measured,
            "rateHz": measured / elapsed,
            "partsMs": {part: float(np.median(times)) for part, times in spent.items()},
            "detectionsPerFrame": detections / measured,
            "signsPerFrame": signs / measured,
            "largestDifference": differences,
            "versions": {
                "python": sys.version.split()[0],
                "opencv": cv2.__version__,
                "numpy": np.__version__,
                "torch": torch.__version__,
            },
        },
        sys.stdout,
    )
    print()


if __name__ == "__main__":
    main()
