"""Monitors several cameras in one process: ros2 launch dice_monitor cameras.launch.py cameras:="front,rear"

The monitor of a camera is the node /CAMERA/dice_monitor. It compares /CAMERA/prediction with /CAMERA/label:
prediction_topic and label_topic remap them for every camera, within its namespace unless they begin with a slash, and
CAMERA_prediction_topic and CAMERA_label_topic for one.
"""

import os
import re

from ament_index_python.packages import get_package_share_directory
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

TOPICS = ("prediction", "label")


def require_params_file(context):
    path = LaunchConfiguration("params_file").perform(context)
    if not os.path.isfile(path):
        raise RuntimeError(f"params_file: there is no file {path}")


def named_cameras(text):
    """The cameras of a list with commas between them, each once."""
    cameras = [name.strip().strip("/") for name in text.split(",")]
    for name in cameras:
        if not re.fullmatch(r"[A-Za-z_]\w*(/[A-Za-z_]\w*)*", name, re.ASCII):
            raise RuntimeError(f'cameras: expected names with commas between them, as in "front,rear", got "{text}"')
        if cameras.count(name) > 1:
            raise RuntimeError(f"cameras: {name} is there twice")
    return cameras


def topic_remappings(cameras, namespace, given):
    """What is remapped, by the launch arguments that are given: those of one camera go before those of all."""
    remappings = []
    for topic in TOPICS:
        for camera in cameras:
            own = given.get(f"{camera.replace('/', '_')}_{topic}_topic")
            if own is None:
                continue
            base = f"{namespace}/{camera}"
            remappings.append((f"{base}/{topic}", own if own.startswith("/") else f"{base}/{own}"))
        remappings.append((topic, given[f"{topic}_topic"]))
    return remappings


def monitor(context):
    given = context.launch_configurations
    cameras = named_cameras(given["cameras"])
    namespace = given["namespace"].strip("/")
    namespace = f"/{namespace}" if namespace else ""
    # Neither a name nor a namespace of its own, which would be those of every node of the process.
    return [
        Node(
            package="dice_monitor",
            executable="monitor",
            parameters=[
                LaunchConfiguration("params_file"),
                {"use_sim_time": ParameterValue(LaunchConfiguration("use_sim_time"), value_type=bool)},
            ],
            remappings=topic_remappings(cameras, namespace, given),
            arguments=[
                *(f"{namespace}/{camera}/dice_monitor" for camera in cameras),
                "--ros-args", "--log-level", LaunchConfiguration("log_level"),
            ],  # fmt: skip
            output="screen",
            emulate_tty=True,
        )
    ]


def generate_launch_description():
    share = get_package_share_directory("dice_monitor")
    arguments = [
        DeclareLaunchArgument("cameras", description='Names of the cameras with commas between them: "front,rear".'),
        DeclareLaunchArgument(
            "params_file",
            default_value=os.path.join(share, "config", "monitor.yaml"),
            description="Parameter file of all monitors, of one under its name: /front/dice_monitor.",
        ),
        DeclareLaunchArgument("prediction_topic", default_value="prediction", description="Predicted segmentation."),
        DeclareLaunchArgument("label_topic", default_value="label", description="Labelled terrain mask."),
        DeclareLaunchArgument("namespace", default_value="", description="Namespace above those of the cameras."),
        DeclareLaunchArgument("use_sim_time", default_value="false", description="Take the time from /clock."),
        DeclareLaunchArgument("log_level", default_value="info", description="Log level of the monitors."),
    ]
    return LaunchDescription(
        [*arguments, OpaqueFunction(function=require_params_file), OpaqueFunction(function=monitor)]
    )
