"""Calls what starts the node of cameras.launch.py, with stand-ins for launch, which is in no package index: argv is the
launch file and the launch arguments as JSON. Prints the node's arguments and remappings, or what is refused."""

import json
import sys
from types import ModuleType, SimpleNamespace

file, given = sys.argv[1:]


def module(name, **members):
    sys.modules[name] = made = ModuleType(name)
    made.__dict__.update(members)


def same(value, **_):
    return value


module("ament_index_python")
module("ament_index_python.packages", get_package_share_directory=lambda name: f"/share/{name}")
module("launch", LaunchDescription=list)
module("launch.actions", DeclareLaunchArgument=dict, OpaqueFunction=dict)
module("launch.substitutions", LaunchConfiguration=same)
module("launch_ros")
module("launch_ros.actions", Node=dict)
module("launch_ros.parameter_descriptions", ParameterValue=same)

scope = {"__name__": "launch_file"}
exec(compile(open(file).read(), file, "exec"), scope)
defaults = {"namespace": "", "prediction_topic": "prediction", "label_topic": "label"}
context = SimpleNamespace(launch_configurations={**defaults, **json.loads(given)})
try:
    (node,) = scope["monitor"](context)
    print(json.dumps({"arguments": node["arguments"], "remappings": node["remappings"], "name": node.get("name")}))
except RuntimeError as error:
    print(json.dumps({"refused": str(error)}))
