# Sourced by the other scripts: which ROS 2 is used, and use_ros and use_overlay, which put it and the built package on
# every path. A sourced ROS 2 is used as it is, else the private one that scripts/setup makes: of DICE_MONITOR_DISTRO,
# or of what was set up last, or Jazzy.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# What is built for a distribution lies in a folder of its own, and `install` leads to that of the last set-up.
built_distro() {
  local target
  target=$(readlink "$root/install" 2>/dev/null) || return 0
  target=${target%/install}
  echo "${target##*/}"
}

choose() {
  distro=$1
  local_ros=$root/.ros/$distro
  prefix=$local_ros/prefix
}

# A private one that is sourced already is no other.
if [ -z "${ROS_DISTRO:-}" ] || [ -z "${AMENT_PREFIX_PATH:-}" ] || [[ $AMENT_PREFIX_PATH == *"$root/.ros/"* ]]; then
  uses_private_ros=yes
  distro=${DICE_MONITOR_DISTRO:-$(built_distro)}
  choose "${distro:-jazzy}"
else
  uses_private_ros=no
  choose "$ROS_DISTRO"
fi

use_ros() {
  local libraries folder
  if [ "$uses_private_ros" = yes ]; then
    export ROS_DISTRO=$distro ROS_VERSION=2 ROS_PYTHON_VERSION=3
    export AMENT_PREFIX_PATH=$prefix CMAKE_PREFIX_PATH=$prefix
    export PATH=$prefix/bin:$PATH
    libraries=$prefix/lib
    for folder in "$prefix"/lib/python3*/site-packages/ros_*.libs; do libraries=$libraries:$folder; done
    export LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  elif [ -d "$local_ros/tools/bin" ]; then
    # Python tools of the tests that a ROS 2 distribution does not bring.
    export PATH=$local_ros/tools/bin:$PATH
  fi
  keep_discovery_here
  # The tests, the demo and the benchmarks publish large images.
  . "$root/config/large_images.sh"
}

# Nothing here may send discovery traffic off the machine unless the user asks for it. Distributions before Iron do
# not know the range, and later ones warn of the older variable.
keep_discovery_here() {
  export ROS_AUTOMATIC_DISCOVERY_RANGE=${ROS_AUTOMATIC_DISCOVERY_RANGE:-LOCALHOST}
  if [ "$ROS_AUTOMATIC_DISCOVERY_RANGE" = LOCALHOST ] && ! knows_discovery_range; then
    export ROS_LOCALHOST_ONLY=${ROS_LOCALHOST_ONLY:-1}
  fi
}

knows_discovery_range() {
  local library
  library=$(folder_of_rcl)/lib/librcl.so
  [ ! -e "$library" ] || grep -q ROS_AUTOMATIC_DISCOVERY_RANGE "$library"
}

# The first folder of AMENT_PREFIX_PATH that has ROS 2's C library, or nothing.
folder_of_rcl() {
  local folders folder
  IFS=: read -ra folders <<<"$AMENT_PREFIX_PATH"
  for folder in "${folders[@]}"; do
    if [ -e "$folder/lib/librcl.so" ]; then
      echo "$folder"
      return
    fi
  done
}

use_overlay() {
  local overlay=$local_ros/install/dice_monitor folder
  [ -d "$overlay" ] || return 0
  export AMENT_PREFIX_PATH=$overlay:$AMENT_PREFIX_PATH
  export CMAKE_PREFIX_PATH=$overlay:${CMAKE_PREFIX_PATH:-}
  export LD_LIBRARY_PATH=$overlay/lib:${LD_LIBRARY_PATH:-}
  for folder in "$overlay"/lib/python3*/site-packages "$overlay"/local/lib/python3*/dist-packages; do
    if [ -d "$folder" ]; then export PYTHONPATH=$folder${PYTHONPATH:+:$PYTHONPATH}; fi
  done
}
