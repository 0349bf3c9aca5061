"""Publishes what a running windshield sees: `detections`, `class_map` and `steering`."""

from types import SimpleNamespace

import rclpy
import zmq
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import Image
from std_msgs.msg import Float64, Header
from vision_msgs.msg import Detection2D, Detection2DArray, ObjectHypothesisWithPose

from windshield.v1.perception_pb2 import PerceptionFrame

from . import mapping

MESSAGES = SimpleNamespace(
    Detection2D=Detection2D,
    Detection2DArray=Detection2DArray,
    Float64=Float64,
    Header=Header,
    Image=Image,
    ObjectHypothesisWithPose=ObjectHypothesisWithPose,
)
#: Messages that wait for this node; the newest beyond are lost to it alone.
QUEUE_LENGTH = 10
#: How often the socket is looked at, seconds.
POLL_S = 0.005


class Bridge(Node):
    def __init__(self):
        super().__init__("windshield_bridge")
        endpoint = self.declare_parameter("endpoint", "tcp://127.0.0.1:5556").value
        self.frame_id = self.declare_parameter("frame_id", "camera").value
        quality = qos_profile_sensor_data
        self.detections = self.create_publisher(Detection2DArray, "detections", quality)
        self.class_map = self.create_publisher(Image, "class_map", quality)
        self.steering = self.create_publisher(Float64, "steering", quality)
        self.context_zmq = zmq.Context()
        self.socket = self.context_zmq.socket(zmq.SUB)
        self.socket.setsockopt(zmq.RCVHWM, QUEUE_LENGTH)
        self.socket.setsockopt(zmq.SUBSCRIBE, b"perception")
        self.socket.connect(endpoint)
        self.create_timer(POLL_S, self.take)

    def take(self):
        """Publishes what has come. A message that cannot be read is said and left out."""
        for _ in range(QUEUE_LENGTH):
            try:
                _, payload = self.socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            try:
                self.publish(PerceptionFrame.FromString(payload))
            except Exception as error:
                self.get_logger().warning(f"a message was left out: {error}")

    def publish(self, frame):
        self.detections.publish(mapping.detections(frame, MESSAGES, self.frame_id))
        class_map = mapping.class_map(frame, MESSAGES, self.frame_id)
        if class_map is not None:
            self.class_map.publish(class_map)
        steering = mapping.steering(frame, MESSAGES)
        if steering is not None:
            self.steering.publish(steering)

    def destroy_node(self):
        self.socket.close(linger=0)
        self.context_zmq.term()
        super().destroy_node()


def main():
    rclpy.init()
    node = Bridge()
    try:
        rclpy.spin(node)
    except KeyboardInterrupt:
        pass
    finally:
        node.destroy_node()
        rclpy.try_shutdown()


if __name__ == "__main__":
    main()
