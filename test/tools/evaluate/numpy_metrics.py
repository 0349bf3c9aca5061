"""The metrics of tools/evaluate a second time, in numpy: cases as JSON on stdin, scores as JSON on stdout."""

import json
import sys

import numpy as np


def classification(truth, predicted, class_count):
    truth, predicted = np.array(truth), np.array(predicted)
    rows = []
    for c in range(class_count):
        right = np.sum((truth == c) & (predicted == c))
        called, true = np.sum(predicted == c), np.sum(truth == c)
        union = called + true - right
        rows.append(
            {
                "precision": right / called if called else 0.0,
                "recall": right / true if true else 0.0,
                "f1": 2 * right / (called + true) if called + true else 0.0,
                "iou": right / union if union else None,
            }
        )
    return {"accuracy": np.mean(truth == predicted), "classes": rows}


def regression(truth, predicted):
    truth, predicted = np.array(truth), np.array(predicted)
    error = predicted - truth
    return {
        "mae": np.mean(np.abs(error)),
        "rmse": np.sqrt(np.mean(error**2)),
        "r2": 1 - np.sum(error**2) / np.sum((truth - truth.mean()) ** 2),
        "correlation": np.corrcoef(truth, predicted)[0, 1],
    }


def calibration(logits, truth, temperature, bin_count):
    scaled = np.array(logits) / temperature
    shares = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    truth = np.array(truth)
    claimed = shares.max(axis=1)
    right = shares.argmax(axis=1) == truth
    error = 0.0
    edges = np.linspace(0, 1, bin_count + 1)
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (claimed > low) & (claimed <= high)
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - claimed[inside].mean())
    return {"ece": error, "nll": -np.mean(np.log(shares[np.arange(len(truth)), truth]))}


def average_precision(scores, hits, truth_count):
    """As the VOC development kit has it: sentinels, the envelope from the right, steps of recall."""
    order = np.argsort(-np.array(scores))
    found = np.cumsum(np.array(hits)[order])
    recall = np.concatenate([[0], found / truth_count, [1]])
    precision = np.concatenate([[0], found / np.arange(1, len(order) + 1), [0]])
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    steps = np.flatnonzero(recall[1:] != recall[:-1])
    return np.sum((recall[steps + 1] - recall[steps]) * precision[steps + 1])


case = json.load(sys.stdin)
json.dump(
    {
        "classification": classification(**case["classification"]),
        "regression": regression(**case["regression"]),
        "calibration": [calibration(**each) for each in case["calibration"]],
        "averagePrecision": average_precision(**case["averagePrecision"]),
    },
    sys.stdout,
    default=float,
)
