"""Needs no ROS: messages are stood in for by objects with the same fields. `python3 -m unittest discover test`"""

import pathlib
import sys
import unittest
from types import SimpleNamespace as Fields

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from windshield_bridge import mapping  # noqa: E402


def header():
    return Fields(stamp=Fields(sec=0, nanosec=0), frame_id="")


def detection():
    center = Fields(position=Fields(x=0.0, y=0.0), theta=0.0)
    return Fields(header=None, id="", results=[], bbox=Fields(center=center, size_x=0.0, size_y=0.0))


MESSAGES = Fields(
    Header=header,
    Detection2D=detection,
    Detection2DArray=lambda: Fields(header=None, detections=[]),
    ObjectHypothesisWithPose=lambda: Fields(hypothesis=Fields(class_id="", score=0.0)),
    Image=Fields,
    Float64=lambda: Fields(data=0.0),
)


class Frame(Fields):
    def HasField(self, name):  # noqa: N802, as protobuf calls it
        return getattr(self, name, None) is not None


def frame(**fields):
    box = Fields(x_min=10, y_min=20, x_max=30, y_max=60)
    return Frame(
        **{
            "stamp_ns": 1_700_000_000_123_456_789,
            "timing": Fields(capture_ns=5, wall_offset_ns=2_000_000_000),
            "detections": [
                Fields(class_name="traffic_sign", score=0.5, box_px=box, track_id=7),
                Fields(class_name="car", score=0.25, box_px=box, track_id=0),
            ],
            "signs": [Fields(detection_index=0, class_id=14, class_name="stop", probability=0.75)],
            **fields,
        }
    )


class Mapping(unittest.TestCase):
    def test_boxes_have_centre_size_track_and_what_the_sign_says(self):
        result = mapping.detections(frame(), MESSAGES, "camera")
        self.assertEqual(result.header.stamp, Fields(sec=1_700_000_000, nanosec=123_456_789))
        self.assertEqual(result.header.frame_id, "camera")
        sign, car = result.detections
        self.assertEqual((sign.bbox.center.position.x, sign.bbox.center.position.y), (20, 40))
        self.assertEqual((sign.bbox.size_x, sign.bbox.size_y), (20, 40))
        self.assertEqual((sign.id, car.id), ("7", ""))
        read = [(one.hypothesis.class_id, one.hypothesis.score) for one in sign.results]
        self.assertEqual(read, [("traffic_sign", 0.5), ("stop", 0.75)])
        self.assertEqual(len(car.results), 1)

    def test_a_sign_that_was_not_read_adds_nothing(self):
        unsure = Fields(detection_index=0, class_id=-1, class_name="", probability=0.2)
        result = mapping.detections(frame(signs=[unsure]), MESSAGES, "camera")
        self.assertEqual(len(result.detections[0].results), 1)

    def test_without_a_stamp_the_capture_time_counts(self):
        self.assertEqual(mapping.stamp_ns(frame(stamp_ns=0)), 2_000_000_005)

    def test_the_class_map_is_an_image_of_class_ids(self):
        runs = Fields(width_px=3, height_px=2, run_lengths=[4, 2], run_classes=bytes((1, 9)))
        image = mapping.class_map(frame(segmentation=runs), MESSAGES, "camera")
        self.assertEqual((image.width, image.height, image.step), (3, 2, 3))
        self.assertEqual((image.encoding, image.data), ("mono8", bytes((1, 1, 1, 1, 9, 9))))
        self.assertIsNone(mapping.class_map(frame(), MESSAGES, "camera"))

    def test_runs_that_do_not_fill_the_map_are_refused(self):
        runs = Fields(width_px=3, height_px=2, run_lengths=[4000], run_classes=bytes((1,)))
        with self.assertRaises(ValueError):
            mapping.class_map(frame(segmentation=runs), MESSAGES, "camera")

    def test_steering_is_the_angle_in_radians(self):
        result = mapping.steering(frame(steering=Fields(angle_rad=-0.125)), MESSAGES)
        self.assertEqual(result.data, -0.125)
        self.assertIsNone(mapping.steering(frame(), MESSAGES))


if __name__ == "__main__":
    unittest.main()
