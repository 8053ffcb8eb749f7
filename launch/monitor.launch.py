"""Runs the monitor: ros2 launch dice_monitor monitor.launch.py prediction_topic:=/segmentation label_topic:=/label"""

import os

from ament_index_python.packages import PackageNotFoundError, get_package_prefix, get_package_share_directory
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, LogInfo, OpaqueFunction, TimerAction
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

# Of each viewer: its package and executable, the packages of apt that it needs, its arguments, and what it shows.
VIEWERS = {
    "rviz": ("rviz2", "rviz2", ["rviz2"], ["-d", "rviz.rviz"], ""),
    "rqt": (
        "rqt_gui",
        "rqt_gui",
        ["rqt-gui", "rqt-gui-py", "rqt-image-view", "rqt-plot", "rqt-runtime-monitor"],
        ["--perspective-file", "rqt.perspective"],
        "",
    ),
    "foxglove": (
        "foxglove_bridge",
        "foxglove_bridge",
        ["foxglove-bridge"],
        [],
        "open ws://localhost:8765 in Foxglove or Lichtblick and import {folder}/foxglove.json",
    ),
}


# rqt_plot asks once for the topics that it plots, which must be there by then: s.
VIEWER_DELAY = 5.0


def start_viewer(context):
    viewer = LaunchConfiguration("viewer").perform(context)
    if viewer == "none":
        return []
    package, executable, packages, arguments, hint = VIEWERS[viewer]
    try:
        get_package_prefix(package)
    except PackageNotFoundError:
        distro = os.environ.get("ROS_DISTRO", "jazzy")
        names = " ".join(f"ros-{distro}-{name}" for name in packages)
        return [LogInfo(msg=f"viewer:={viewer}: {package} is not installed: sudo apt install {names}")]
    folder = os.path.join(get_package_share_directory("dice_monitor"), "config", "viewers")
    files = [argument if argument.startswith("-") else os.path.join(folder, argument) for argument in arguments]
    said = [LogInfo(msg=f"viewer:={viewer}: {hint.format(folder=folder)}")] if hint else []
    started = Node(package=package, executable=executable, arguments=files, output="screen")
    return [TimerAction(period=VIEWER_DELAY, actions=[started]), *said]


def require_params_file(context):
    path = LaunchConfiguration("params_file").perform(context)
    if not os.path.isfile(path):
        raise RuntimeError(f"params_file: there is no file {path}")

def generate_launch_description():
    share = get_package_share_directory("dice_monitor")
    arguments = [
        DeclareLaunchArgument(
            "params_file",
            default_value=os.path.join(share, "config", "monitor.yaml"),
            description="Parameter file of the monitor.",
        ),
        DeclareLaunchArgument("prediction_topic", default_value="prediction", description="Predicted segmentation."),
        DeclareLaunchArgument("label_topic", default_value="label", description="Labelled terrain mask."),
        DeclareLaunchArgument("namespace", default_value="", description="Namespace of the monitor."),
        DeclareLaunchArgument("use_sim_time", default_value="false", description="Take the time from /clock."),
        DeclareLaunchArgument("log_level", default_value="info", description="Log level of the monitor."),
        DeclareLaunchArgument(
            "viewer",
            default_value="none",
            choices=["none", *VIEWERS],
            description="A viewer that is started besides, of the topics of a monitor that is not in a namespace.",
        ),
    ]
    monitor = Node(
        package="dice_monitor",
        executable="monitor",
        name="dice_monitor",
        namespace=LaunchConfiguration("namespace"),
        parameters=[
            LaunchConfiguration("params_file"),
            {"use_sim_time": ParameterValue(LaunchConfiguration("use_sim_time"), value_type=bool)},
        ],
        remappings=[
            ("prediction", LaunchConfiguration("prediction_topic")),
            ("label", LaunchConfiguration("label_topic")),
        ],
        arguments=["--ros-args", "--log-level", LaunchConfiguration("log_level")],
        output="screen",
        emulate_tty=True,
    )
    checks = OpaqueFunction(function=require_params_file)
    return LaunchDescription([*arguments, checks, monitor, OpaqueFunction(function=start_viewer)])
