from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node


def generate_launch_description():
    return LaunchDescription(
        [
            DeclareLaunchArgument("endpoint", default_value="tcp://127.0.0.1:5556"),
            DeclareLaunchArgument("frame_id", default_value="camera"),
            Node(
                package="windshield_bridge",
                executable="bridge",
                namespace="windshield",
                parameters=[
                    {
                        "endpoint": LaunchConfiguration("endpoint"),
                        "frame_id": LaunchConfiguration("frame_id"),
                    }
                ],
            ),
        ]
    )
