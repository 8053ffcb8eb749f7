# Sourced by bash or zsh: lets every ROS 2 program that is started from this shell take Fast DDS's profile for large
# images, unless a profile is set already, or transports by FASTDDS_BUILTIN_TRANSPORTS.
#   . "$(ros2 pkg prefix --share dice_monitor)/config/large_images.sh"
if [ -n "${BASH_SOURCE:-}" ]; then
  _profile=$BASH_SOURCE
else
  eval '_profile=${(%):-%x}' # zsh
fi
_profile=$(cd "$(dirname "$_profile")" && pwd)/fastdds_large_images.xml
# Fast DDS 2 reads the first name alone, and says nothing of the other; Fast DDS 3 warns of the first.
case ${ROS_DISTRO:-} in
  humble | iron | jazzy) _name=FASTRTPS_DEFAULT_PROFILES_FILE ;;
  *) _name=FASTDDS_DEFAULT_PROFILES_FILE ;;
esac
eval "_set=\${$_name:-}\${FASTDDS_BUILTIN_TRANSPORTS:-}"
if [ -z "$_set" ]; then export "$_name=$_profile"; fi
unset _profile _name _set
