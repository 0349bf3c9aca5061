"""Times an operation of a peer and prints what benchmarks/harness reads: one JSON object."""

import json
import resource
import time

import numpy as np


def measure(operation, warm_up, samples, note, result_path=None, result=None):
    """`result` converts the operation's last return value to an array, written to `result_path` as float32."""
    for _ in range(warm_up):
        operation()
    times = []
    rss_before = rss_bytes()
    cpu_before = time.process_time()
    for _ in range(samples):
        start = time.perf_counter()
        made = operation()
        times.append((time.perf_counter() - start) * 1000)
    cpu_ms = (time.process_time() - cpu_before) * 1000 / samples
    grown = rss_bytes() - rss_before
    if result is not None:
        np.ascontiguousarray(result(made), np.float32).tofile(result_path)
    measurement = {
        "samplesMs": times,
        "cpuMs": cpu_ms,
        "rssMiB": rss_bytes() / 2**20,
        "grownKiB": grown / 1024,
        "note": note,
    }
    print(json.dumps(measurement))


def rss_bytes():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()
