"""Plays a recording with its clock and runs the monitor on it: ros2 launch dice_monitor replay.launch.py bag:=drive.mcap"""

import os

from ament_index_python.packages import get_package_share_directory
from launch import LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    ExecuteProcess,
    IncludeLaunchDescription,
    OpaqueFunction,
    RegisterEventHandler,
    Shutdown,
    TimerAction,
)
from launch.event_handlers import OnProcessExit
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration

# What is on its way when the recording ends is scored within this many seconds: fewer than stale_after, so that the end
# is not taken for a pause.
SETTLE = 0.5


def require_bag(context):
    path = LaunchConfiguration("bag").perform(context)
    if not os.path.exists(path):
        raise RuntimeError(f"bag: there is no recording {path}")


def end(event, _context):
    if event.returncode != 0:
        raise RuntimeError(f"bag: ros2 bag play ended with {event.returncode}")
    return [TimerAction(period=SETTLE, actions=[Shutdown(reason="the recording has ended")])]


def generate_launch_description():
    share = get_package_share_directory("dice_monitor")
    arguments = [
        DeclareLaunchArgument("bag", description="The recording: a directory, an .mcap or a .db3 file."),
        DeclareLaunchArgument("rate", default_value="1.0", description="Speed of the replay."),
        DeclareLaunchArgument(
            "params_file",
            default_value=os.path.join(share, "config", "monitor.yaml"),
            description="Parameter file of the monitor.",
        ),
        DeclareLaunchArgument("prediction_topic", default_value="prediction", description="Predicted segmentation."),
        DeclareLaunchArgument("label_topic", default_value="label", description="Labelled terrain mask."),
        DeclareLaunchArgument("namespace", default_value="", description="Namespace of the monitor."),
        DeclareLaunchArgument("use_sim_time", default_value="true", description="Take the time from /clock."),
        DeclareLaunchArgument("log_level", default_value="info", description="Log level of the monitor."),
    ]
    passed_on = ["params_file", "prediction_topic", "label_topic", "namespace", "use_sim_time", "log_level"]
    monitor = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(os.path.join(share, "launch", "monitor.launch.py")),
        launch_arguments=[(name, LaunchConfiguration(name)) for name in passed_on],
    )
    # The delay gives the monitor time to start and to be discovered, so that the first frames are heard.
    play = ExecuteProcess(
        cmd=[
            "bash", "-c", '. "$0" && exec ros2 bag play "$@"', os.path.join(share, "config", "large_images.sh"),
            LaunchConfiguration("bag"), "--clock", "--rate", LaunchConfiguration("rate"), "--delay", "3",
        ],  # fmt: skip
        output="screen",
    )
    stop = RegisterEventHandler(OnProcessExit(target_action=play, on_exit=end))
    return LaunchDescription([*arguments, OpaqueFunction(function=require_bag), monitor, play, stop])
