"""A PerceptionFrame as ROS messages. Imports neither ROS nor protobuf: `types` brings the message classes."""

#: A class map has fewer pixels than this, whatever its message says.
MAX_MAP_PIXELS = 8192 * 8192


def stamp_ns(frame):
    """The camera's stamp, else the wall time of the capture, nanoseconds since the Unix epoch."""
    return frame.stamp_ns or frame.timing.capture_ns + frame.timing.wall_offset_ns


def header(frame, types, frame_id):
    result = types.Header()
    seconds, nanoseconds = divmod(stamp_ns(frame), 1_000_000_000)
    result.stamp.sec = seconds
    result.stamp.nanosec = nanoseconds
    result.frame_id = frame_id
    return result


def detections(frame, types, frame_id):
    """vision_msgs/Detection2DArray: boxes by centre and size, pixels; ids are those of the tracks."""
    result = types.Detection2DArray()
    result.header = header(frame, types, frame_id)
    signs = {sign.detection_index: sign for sign in frame.signs}
    for index, detection in enumerate(frame.detections):
        one = types.Detection2D()
        one.header = result.header
        box = detection.box_px
        one.bbox.center.position.x = (box.x_min + box.x_max) / 2
        one.bbox.center.position.y = (box.y_min + box.y_max) / 2
        one.bbox.size_x = float(box.x_max - box.x_min)
        one.bbox.size_y = float(box.y_max - box.y_min)
        one.id = str(detection.track_id) if detection.track_id else ""
        one.results.append(_hypothesis(types, detection.class_name, detection.score))
        sign = signs.get(index)
        # A sign that the network read stands beside its box's class.
        if sign is not None and sign.class_id >= 0:
            one.results.append(_hypothesis(types, sign.class_name, sign.probability))
        result.detections.append(one)
    return result


def class_map(frame, types, frame_id):
    """sensor_msgs/Image, mono8, a class id a pixel; None where the frame has no class map."""
    if not frame.HasField("segmentation"):
        return None
    source = frame.segmentation
    pixels = source.width_px * source.height_px
    if pixels > MAX_MAP_PIXELS or sum(source.run_lengths) != pixels:
        raise ValueError(f"expected runs of {pixels} pixels, found {sum(source.run_lengths)}")
    result = types.Image()
    result.header = header(frame, types, frame_id)
    result.width, result.height = source.width_px, source.height_px
    result.step = source.width_px
    result.encoding = "mono8"
    result.is_bigendian = 0
    result.data = b"".join(
        bytes((class_id,)) * length
        for length, class_id in zip(source.run_lengths, source.run_classes)
    )
    return result


def steering(frame, types):
    """std_msgs/Float64: the angle at the wheels, radians, positive to the left; None where there is none."""
    if not frame.HasField("steering"):
        return None
    result = types.Float64()
    result.data = float(frame.steering.angle_rad)
    return result


def _hypothesis(types, class_name, score):
    result = types.ObjectHypothesisWithPose()
    result.hypothesis.class_id = class_name
    result.hypothesis.score = float(score)
    return result
