"""Calls start_viewer of a launch file with stand-ins for launch, which is in no package index: argv is the launch file,
the viewer, and the packages that are installed. Prints what it would start and say."""

import json
import sys
from types import ModuleType

file, viewer, *installed = sys.argv[1:]


class PackageNotFoundError(LookupError):
    pass


class LaunchConfiguration:
    def __init__(self, name):
        assert name == "viewer"

    def perform(self, _context):
        return viewer


def get_package_prefix(name):
    if name not in installed:
        raise PackageNotFoundError(name)


def module(name, **members):
    sys.modules[name] = made = ModuleType(name)
    made.__dict__.update(members)


module(
    "ament_index_python.packages",
    PackageNotFoundError=PackageNotFoundError,
    get_package_prefix=get_package_prefix,
    get_package_share_directory=lambda name: f"/share/{name}",
)
module("ament_index_python")
module("launch", LaunchDescription=list)
module(
    "launch.actions",
    DeclareLaunchArgument=dict,
    LogInfo=lambda msg: {"says": msg},
    OpaqueFunction=dict,
    TimerAction=lambda period, actions: {"after": period, **actions[0]},
)
module("launch.substitutions", LaunchConfiguration=LaunchConfiguration)
module("launch_ros")
module("launch_ros.actions", Node=dict)
module("launch_ros.parameter_descriptions", ParameterValue=dict)

scope = {"__name__": "launch_file"}
exec(compile(open(file).read(), file, "exec"), scope)
print(json.dumps({"viewers": list(scope["VIEWERS"]), "actions": scope["start_viewer"](None)}))
