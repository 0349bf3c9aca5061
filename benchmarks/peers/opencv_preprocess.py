"""Preprocessing as an engineer writes it with OpenCV and numpy, on one thread.

Arguments: a JSON object (way, format, width, height, regionNorm, colour, camera), operations to warm up, operations
to time, path for the result as raw float32. Prints one JSON object for benchmarks/harness.

Ways to make a picture of the network's size from 1280x720, all through the lens by precomputed fixed-point maps:
  halves  halve by INTER_AREA (OpenCV's fastest averaging) until the scale is below 2, then remap: does not alias
  boxes   remap to the largest integer multiple of the size, then INTER_AREA: means over the same boxes as windshield's
  remap   only remap, bilinear: least work, but skips pixels, so that fine patterns alias

Then colours, and float32 planes, in the fastest of three ways: one look-up table per channel, numpy, or
cv2.dnn.blobFromImage.
"""

import json
import sys
import time

import cv2
import numpy as np
from measure import measure

FRAME_WIDTH, FRAME_HEIGHT = 1280, 720


def paint(pixel_format):
    channels = 3 if pixel_format == "rgb8" else 1
    rows = FRAME_HEIGHT if pixel_format == "rgb8" else FRAME_HEIGHT * 3 // 2
    column, row = np.meshgrid(np.arange(FRAME_WIDTH), np.arange(rows))
    square = np.where(((column >> 5) + (row >> 5)) % 2 == 0, 40, 0)
    grey = ((column >> 3) + (row >> 3) + square + (column * 7 + row * 13) % 11) & 255
    grey = grey.astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2).copy() if channels == 3 else grey


def remap_maps(case, width, height):
    """For each pixel of a width x height picture of the region, its place in the captured frame, float32."""
    camera = case["camera"]
    left, top, right, bottom = case["regionNorm"]
    scale_x = (right - left) * FRAME_WIDTH / width
    scale_y = (bottom - top) * FRAME_HEIGHT / height
    intrinsics = np.array(
        [[camera["fxPx"], 0, camera["cxPx"]], [0, camera["fyPx"], camera["cyPx"]], [0, 0, 1]]
    )
    # OpenCV's pixel centres are at integers.
    picture_from_frame = np.array(
        [
            [1 / scale_x, 0, (0.5 - left * FRAME_WIDTH) / scale_x - 0.5],
            [0, 1 / scale_y, (0.5 - top * FRAME_HEIGHT) / scale_y - 0.5],
            [0, 0, 1],
        ]
    )
    distortion = np.array(camera["distortion"])
    return cv2.initUndistortRectifyMap(
        intrinsics, distortion, None, picture_from_frame @ intrinsics, (width, height), cv2.CV_32FC1
    )


def make_sampler(case):
    """Returns a function from an RGB frame to an RGB picture of the network's size; it reuses the same memory."""
    width, height = case["width"], case["height"]
    left, top, right, bottom = case["regionNorm"]
    scale_x = (right - left) * FRAME_WIDTH / width
    scale_y = (bottom - top) * FRAME_HEIGHT / height
    picture = np.empty((height, width, 3), np.uint8)
    if case["way"] == "boxes":
        whole_x, whole_y = max(1, int(scale_x)), max(1, int(scale_y))
        maps = cv2.convertMaps(*remap_maps(case, width * whole_x, height * whole_y), cv2.CV_16SC2)
        large = np.empty((height * whole_y, width * whole_x, 3), np.uint8)

        def boxes(frame):
            cv2.remap(frame, *maps, cv2.INTER_LINEAR, dst=large)
            return cv2.resize(large, (width, height), dst=picture, interpolation=cv2.INTER_AREA)

        return boxes

    x, y = remap_maps(case, width, height)
    halvings = 0
    if case["way"] == "halves":
        while min(scale_x, scale_y) / 2**halvings >= 2:
            halvings += 1
    # Only the region's rows, and those around them that bilinear interpolation needs.
    unit = 2**halvings
    first = max(0, int(np.floor(y.min() / unit)) - 1) * unit
    last = min(FRAME_HEIGHT // unit, int(np.ceil(y.max() / unit)) + 2) * unit
    x, y = (x + 0.5) / unit - 0.5, (y - first + 0.5) / unit - 0.5
    maps = cv2.convertMaps(x.astype(np.float32), y.astype(np.float32), cv2.CV_16SC2)
    sizes = [(FRAME_WIDTH >> n, (last - first) >> n) for n in range(1, halvings + 1)]
    smaller = [np.empty((size[1], size[0], 3), np.uint8) for size in sizes]

    def halves(frame):
        source = frame[first:last]
        for size, to in zip(sizes, smaller):
            source = cv2.resize(source, size, dst=to, interpolation=cv2.INTER_AREA)
        return cv2.remap(source, *maps, cv2.INTER_LINEAR, dst=picture, borderMode=cv2.BORDER_REPLICATE)

    return halves


def normalisers(case):
    """Three ways to convert a picture to planes of (value - 127.5) / 127.5, by name."""
    width, height = case["width"], case["height"]
    table = ((np.arange(256) - 127.5) / 127.5).astype(np.float32)
    planes = np.empty((3, height, width), np.float32)
    channels = [np.empty((height, width), np.uint8) for _ in range(3)]

    def by_table(picture):
        cv2.split(picture, channels)
        for i in range(3):
            cv2.LUT(channels[i], table, dst=planes[i])
        return planes

    def by_numpy(picture):
        values = picture.transpose(2, 0, 1).astype(np.float32, order="C")
        values -= np.float32(127.5)
        values *= np.float32(1 / 127.5)
        return values

    def by_blob(picture):
        return cv2.dnn.blobFromImage(picture, 1 / 127.5, (width, height), (127.5,) * 3)[0]

    return {"look-up table": by_table, "numpy": by_numpy, "blobFromImage": by_blob}


def fastest(functions, argument):
    def middle(function):
        times = []
        for _ in range(40):
            start = time.perf_counter()
            function(argument)
            times.append(time.perf_counter() - start)
        return sorted(times)[20]

    return min(functions, key=lambda name: middle(functions[name]))


def main():
    case = json.loads(sys.argv[1])
    warm_up, samples, result_path = int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    cv2.setNumThreads(1)
    frame = paint(case["format"])
    rgb = np.empty((FRAME_HEIGHT, FRAME_WIDTH, 3), np.uint8)
    yuv = np.empty((case["height"], case["width"], 3), np.uint8)
    sample = make_sampler(case)

    def picture():
        source = frame
        if case["format"] == "nv12":
            source = cv2.cvtColor(frame, cv2.COLOR_YUV2RGB_NV12, dst=rgb)
        made = sample(source)
        if case["colour"] == "yuv":
            # OpenCV's order is Y, Cr, Cb; the planes are swapped when they are read.
            made = cv2.cvtColor(made, cv2.COLOR_RGB2YCrCb, dst=yuv)
        return made

    ways = normalisers(case)
    way = fastest(ways, picture())
    normalise = ways[way]

    def result(planes):
        return planes[[0, 2, 1]] if case["colour"] == "yuv" else planes

    note = f"OpenCV {cv2.__version__}, planes by {way}"
    measure(lambda: normalise(picture()), warm_up, samples, note, result_path, result)


main()
