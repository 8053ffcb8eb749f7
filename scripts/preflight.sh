# Sourced by setup: whether this machine has what a build needs. All that is missing is named at once.

check_machine() {
  local missing=() packages=()

  case $PWD in
    *[[:space:]:\;\'\"\\\$\`\#\&\(\)]*)
      fail "cannot build in $PWD: rclnodejs's build fails where the path has a space or a sign that a shell reads. Move the checkout." ;;
  esac

  need() { # need WHAT PACKAGES
    missing+=("$1")
    packages+=($2)
  }
  if ! command -v node >/dev/null; then
    need "Node.js 20.20 or later" "nodejs"
  elif ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 20) ? 0 : 1)'; then
    need "Node.js 20.20 or later (found $(node --version))" "nodejs"
  fi
  command -v npm >/dev/null || need npm npm
  command -v make >/dev/null || need make make
  command -v c++ >/dev/null || need "a C++ compiler" g++
  command -v flock >/dev/null || need flock util-linux
  if ! command -v python3 >/dev/null; then
    need "Python 3" "python3 python3-venv python3-dev"
  else
    python3 -c 'import venv, ensurepip' 2>/dev/null || need "Python's venv" python3-venv
    python3 -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_paths()["include"] + "/Python.h"))' ||
      need "Python's headers" python3-dev
    if [ "$uses_private_ros" = yes ]; then check_private_ros; fi
  fi
  if [ "$uses_private_ros" = no ]; then
    [ "${DICE_MONITOR_DISTRO:-$distro}" = "$distro" ] ||
      missing+=("one ROS 2: $distro is sourced, and DICE_MONITOR_DISTRO asks for $DICE_MONITOR_DISTRO (unset one of them)")
    command -v colcon >/dev/null || need colcon python3-colcon-common-extensions
  fi

  [ ${#missing[@]} -eq 0 ] && return
  {
    echo "setup: this machine lacks:"
    printf '  - %s\n' "${missing[@]}"
    if [ ${#packages[@]} -gt 0 ]; then echo "On Debian and Ubuntu: sudo apt install ${packages[*]}"; fi
    case " ${packages[*]} " in
      *" nodejs "*) echo "Where apt's nodejs is older than 20.20 (Debian 12, Ubuntu 22.04 and 24.04), take Node.js from nodejs.org." ;;
    esac
  } >&2
  exit 1
}

# What the private ROS 2 is made of has wheels for some machines only.
check_private_ros() {
  local python glibc
  [ -e "scripts/packages/ros-$distro.txt" ] ||
    missing+=("ROS 2 $distro: a private one can be jazzy or kilted; source any other before")
  python=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  case $python in
    3.1[0-3]) ;;
    *) missing+=("Python 3.10 to 3.13 for a private ROS 2 (found $python), or a sourced ROS 2") ;;
  esac
  [ "$(uname -m)" = x86_64 ] ||
    missing+=("a sourced ROS 2: a private one is to be had for x86_64 only, and this machine is $(uname -m)")
  glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d' ' -f2)
  [ "$(printf '%s\n' 2.28 "$glibc" | sort -V | head -n 1)" = 2.28 ] ||
    missing+=("glibc 2.28 or later for a private ROS 2 (found ${glibc:-none}), or a sourced ROS 2")
}
