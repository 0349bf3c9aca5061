"""A class map and its runs with numpy: arg max over planes of scores, then where neighbours differ.

Arguments: file of float32 [classes, pixels], classes, operations to warm up, operations to time.
"""

import sys

import numpy as np
from measure import measure

scores = np.fromfile(sys.argv[1], np.float32).reshape(int(sys.argv[2]), -1)


def decode():
    classes = scores.argmax(axis=0).astype(np.uint8)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(classes)) + 1])
    lengths = np.diff(np.append(starts, classes.size))
    return np.bincount(classes[starts], weights=lengths, minlength=len(scores)), classes[starts], lengths


measure(decode, int(sys.argv[3]), int(sys.argv[4]), f"numpy {np.__version__}: {len(decode()[1])} runs")
