"""Reads the files of config/viewers as their viewers do, and prints what they say.

rqt: JSON whose values are Python, as PerspectiveManager._import_value evaluates them.
PlotJuggler: XML.
"""

import ast
import json
import sys
from pathlib import Path
from xml.etree import ElementTree

folder = Path(sys.argv[1])


def values(group):
    """A group of settings with its values evaluated; it has keys and groups, and nothing else."""
    assert set(group) == {"keys", "groups"}, sorted(group)
    for value in group["keys"].values():
        assert set(value) == {"type", "repr"} and value["type"] == "repr", value
    return {
        "keys": {key: ast.literal_eval(value["repr"]) for key, value in group["keys"].items()},
        "groups": {name: values(inner) for name, inner in group["groups"].items()},
    }


def element(node):
    return {"tag": node.tag, "attributes": node.attrib, "children": [element(child) for child in node]}


print(
    json.dumps(
        {
            "rqt": values(json.loads((folder / "rqt.perspective").read_text())),
            "plotjuggler": element(ElementTree.parse(folder / "plotjuggler.xml").getroot()),
        }
    )
)
