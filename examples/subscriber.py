#!/usr/bin/env python3
"""Prints what a running windshield sees, one line a frame.

Needs pyzmq and protobuf. Set up once, in the folder of this repository:

    pip install pyzmq protobuf
    protoc --proto_path=src/messages --python_out=examples windshield/v1/perception.proto

Then, beside `npm start`:

    python3 examples/subscriber.py [tcp://127.0.0.1:5556] [--count 10]
"""

import argparse
import math
import sys

import zmq

try:
    from windshield.v1.perception_pb2 import PerceptionFrame
except ImportError:
    sys.exit(
        "subscriber.py: the messages are not generated yet; run\n"
        "  protoc --proto_path=src/messages --python_out=examples windshield/v1/perception.proto"
    )


def describe(frame):
    """One line: frame, age of the result, steering, objects, signs, free space ahead."""
    age_ms = (frame.timing.publish_ns - frame.timing.capture_ns) / 1e6
    parts = [f"frame {frame.frame_id}", f"{age_ms:.1f} ms"]
    if frame.HasField("steering"):
        parts.append(f"steer {math.degrees(frame.steering.angle_rad):+.1f} deg")
    for detection in frame.detections:
        box = detection.box_px
        place = f"{box.x_min:.0f},{box.y_min:.0f}..{box.x_max:.0f},{box.y_max:.0f}"
        parts.append(f"{detection.class_name} {detection.score:.2f} at {place}")
    for sign in frame.signs:
        name = sign.class_name if sign.class_id >= 0 else "unsure"
        parts.append(f"sign {name} {sign.probability:.2f}")
    if frame.HasField("segmentation"):
        free_space = frame.segmentation.free_space
        parts.append(f"free space ahead {free_space[len(free_space) // 2]:.2f}")
    return "  ".join(parts)


def main():
    parser = argparse.ArgumentParser(description="Prints what a running windshield sees.")
    parser.add_argument("endpoint", nargs="?", default="tcp://127.0.0.1:5556")
    parser.add_argument("--count", type=int, help="end after so many frames")
    arguments = parser.parse_args()

    socket = zmq.Context().socket(zmq.SUB)
    socket.setsockopt(zmq.SUBSCRIBE, b"perception")
    socket.connect(arguments.endpoint)

    received = lost = last_sequence = 0
    try:
        while arguments.count is None or received < arguments.count:
            topic, payload = socket.recv_multipart()
            frame = PerceptionFrame.FromString(payload)
            # Numbers run from 1; what this subscriber was too slow for is missing in between.
            if last_sequence:
                lost += frame.topic_sequence - last_sequence - 1
            last_sequence = frame.topic_sequence
            received += 1
            print(describe(frame), flush=True)
    except KeyboardInterrupt:
        pass
    print(f"{received} frames received, {lost} lost on the way", flush=True)


if __name__ == "__main__":
    main()
