# Sourced by bash or zsh: lets every ROS 2 program that is started from this shell take Fast DDS's profile for large
# images, unless one is set already. Fast DDS 2 (Humble, Jazzy) reads the first name only, Fast DDS 3 (Kilted and later) the second only.
#   . "$(ros2 pkg prefix --share dice_monitor)/config/large_images.sh"
if [ -n "${BASH_SOURCE:-}" ]; then
  _profile=$BASH_SOURCE
else
  eval '_profile=${(%):-%x}' # zsh
fi
_profile=$(cd "$(dirname "$_profile")" && pwd)/fastdds_large_images.xml
export FASTRTPS_DEFAULT_PROFILES_FILE="${FASTRTPS_DEFAULT_PROFILES_FILE:-$_profile}"
export FASTDDS_DEFAULT_PROFILES_FILE="${FASTDDS_DEFAULT_PROFILES_FILE:-$_profile}"
unset _profile
