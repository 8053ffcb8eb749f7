"""Runs the monitor: ros2 launch dice_monitor monitor.launch.py prediction_topic:=/segmentation label_topic:=/label"""

import os

from ament_index_python.packages import get_package_share_directory
from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

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
    return LaunchDescription([*arguments, OpaqueFunction(function=require_params_file), monitor])
