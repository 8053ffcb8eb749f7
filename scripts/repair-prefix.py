"""Repairs a ROS 2 prefix that was installed from PyPI wheels; run with the prefix's own Python.

1. The wheels' C libraries link rosidl's Python libraries, which need symbols of a running Python and so cannot load
   into Node: those entries are removed from every other library.
2. The wheels' CMake files name the Python and numpy include folders of the machine that built them.
"""

import pathlib
import re
import subprocess
import sys
import sysconfig

import numpy

PREFIX = pathlib.Path(sys.prefix)
PYTHON_LIBRARY = re.compile(r"\S+__rosidl_generator_py\.so")
PYTHON_INCLUDE = re.compile(r"/opt/python/cp3[^;\"]*?/include/python3\.\d+")
NUMPY_INCLUDE = re.compile(r"/opt/python/cp3[^;\"]*?/numpy/_?core/include")


def unlink_python_libraries():
    patchelf = PREFIX / "bin" / "patchelf"
    for library in (PREFIX / "lib").glob("*.so"):
        if library.name.endswith("__rosidl_generator_py.so"):
            continue
        needed = subprocess.run([patchelf, "--print-needed", library], capture_output=True, text=True).stdout
        names = PYTHON_LIBRARY.findall(needed)
        if names:
            arguments = [text for name in names for text in ("--remove-needed", name)]
            subprocess.run([patchelf, *arguments, library], check=True)


def point_cmake_here():
    python_include = sysconfig.get_paths()["include"]
    for file in (PREFIX / "share").rglob("*.cmake"):
        text = file.read_text(errors="surrogateescape")
        if "/opt/python/cp3" not in text:
            continue
        text = NUMPY_INCLUDE.sub(numpy.get_include(), text)
        text = PYTHON_INCLUDE.sub(python_include, text)
        file.write_text(text, errors="surrogateescape")


unlink_python_libraries()
point_cmake_here()
