# Sourced by the other scripts: ROS 2 and the built package on every path. A sourced ROS 2 is used as it is, else the
# local prefix that scripts/setup makes.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
local_ros=$root/.ros
prefix=$local_ros/prefix

if [ -z "${ROS_DISTRO:-}" ] || [ -z "${AMENT_PREFIX_PATH:-}" ]; then
  uses_local_ros=yes
  export ROS_DISTRO=kilted ROS_VERSION=2 ROS_PYTHON_VERSION=3
  export AMENT_PREFIX_PATH=$prefix CMAKE_PREFIX_PATH=$prefix
  export PATH=$prefix/bin:$PATH
  libraries=$prefix/lib
  for folder in "$prefix"/lib/python3*/site-packages/ros_*.libs; do libraries=$libraries:$folder; done
  export LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
else
  uses_local_ros=no
  # Python tools of the tests that a ROS 2 distribution does not bring.
  if [ -d "$local_ros/tools/bin" ]; then export PATH=$local_ros/tools/bin:$PATH; fi
fi

# Nothing here may send discovery traffic off the machine unless the user asks for it.
export ROS_AUTOMATIC_DISCOVERY_RANGE=${ROS_AUTOMATIC_DISCOVERY_RANGE:-LOCALHOST}

overlay=$root/install/dice_monitor
if [ -d "$overlay" ]; then
  export AMENT_PREFIX_PATH=$overlay:$AMENT_PREFIX_PATH
  export CMAKE_PREFIX_PATH=$overlay:${CMAKE_PREFIX_PATH:-}
  export LD_LIBRARY_PATH=$overlay/lib:${LD_LIBRARY_PATH:-}
  for folder in "$overlay"/lib/python3*/site-packages "$overlay"/local/lib/python3*/dist-packages; do
    if [ -d "$folder" ]; then export PYTHONPATH=$folder${PYTHONPATH:+:$PYTHONPATH}; fi
  done
fi
