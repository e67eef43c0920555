"""Reads what a screen reader reads. Runs on the system's Python (AT-SPI comes from the distribution, not from PyPI).

For each line on standard input, one line of JSON: the showing objects of every application on this accessibility bus.
"""

import json
import sys

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402

DEPTH = 30
LONG = 2000


def describe(node, depth, found):
    states = node.get_state_set()
    if depth and not states.contains(Atspi.StateType.SHOWING):
        return
    box = Atspi.Component.get_extents(node, Atspi.CoordType.SCREEN) if node.get_component_iface() else None
    text = (
        Atspi.Text.get_text(node, 0, min(LONG, node.get_character_count())) if node.get_text_iface() else ""
    )
    found.append(
        {
            "role": node.get_role_name(),
            "name": node.get_name() or "",
            "description": node.get_description() or "",
            "text": text,
            "enabled": states.contains(Atspi.StateType.ENABLED),
            "focused": states.contains(Atspi.StateType.FOCUSED),
            "checked": states.contains(Atspi.StateType.CHECKED),
            "box": [box.x, box.y, box.width, box.height] if box else None,
        }
    )
    if depth < DEPTH:
        for index in range(node.get_child_count()):
            child = node.get_child_at_index(index)
            if child is not None:
                describe(child, depth + 1, found)


def applications():
    desktop = Atspi.get_desktop(0)
    for index in range(desktop.get_child_count()):
        application = desktop.get_child_at_index(index)
        if application is not None:
            yield application


def main():
    for _ in sys.stdin:
        found = []
        for application in applications():
            application.clear_cache()
            try:
                describe(application, 0, found)
            except gi.repository.GLib.GError:  # a widget went away while we looked
                continue
        sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
        sys.stdout.flush()


main()
