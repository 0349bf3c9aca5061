"""SSD decoding with numpy and OpenCV: softmax, threshold, boxes, then NMSBoxes class by class.

Arguments: folder with offsets.f32, logits.f32 and boxes.f32 (default boxes), a JSON object (classes, scoreThreshold,
nmsIou, variances, maxDetections), operations to warm up, operations to time.
"""

import json
import os
import sys

import cv2
import numpy as np
from measure import measure

folder, spec = sys.argv[1], json.loads(sys.argv[2])
offsets, boxes = (np.fromfile(os.path.join(folder, name), np.float32).reshape(-1, 4) for name in ("offsets.f32", "boxes.f32"))
logits = np.fromfile(os.path.join(folder, "logits.f32"), np.float32).reshape(len(boxes), -1)
threshold, iou, most = spec["scoreThreshold"], spec["nmsIou"], spec["maxDetections"]
centre, size = spec["variances"]
cv2.setNumThreads(1)


def decode():
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    scores = powers[:, 1:] / powers.sum(axis=1, keepdims=True)
    kept = []
    for class_id in range(scores.shape[1]):
        (found,) = np.nonzero(scores[:, class_id] >= threshold)
        if len(found) == 0:
            continue
        default, offset = boxes[found], offsets[found]
        sides = default[:, 2:] * np.exp(offset[:, 2:] * size)
        corners = default[:, :2] + offset[:, :2] * centre * default[:, 2:] - sides / 2
        rectangles = np.hstack([corners, sides]).astype(np.float64)
        chosen = cv2.dnn.NMSBoxes(rectangles.tolist(), scores[found, class_id].tolist(), threshold, iou)
        kept += [(scores[found[i], class_id], class_id, i) for i in np.ravel(chosen)]
    kept.sort(reverse=True)
    return kept[:most]


count = len(decode())
measure(decode, int(sys.argv[3]), int(sys.argv[4]), f"numpy and OpenCV {cv2.__version__}: {count} detections")
