"""Portraits that move and speak, and meeting rooms, as SVG text of 320 x 180 units: the same arguments, the same picture."""

from __future__ import annotations

from resources.demo import rooms, scenery
from resources.demo.figure import figure
from resources.demo.people import person
from resources.demo.rooms import room_svg
from resources.demo.scans import ct_image

__all__ = ["backdrop", "ct_image", "foreground", "moving", "portrait_svg", "room_svg"]

_VIGNETTE = (
    '<defs><radialGradient id="edge" cx=".5" cy=".45" r=".75"><stop offset=".55" stop-color="#000" stop-opacity="0"/>'
    '<stop offset="1" stop-color="#000" stop-opacity=".34"/></radialGradient></defs><rect width="320" height="180" fill="url(#edge)"/>'
)
_NEAR = "translate(160 184) scale(1.12) translate(-160 -184)"


def backdrop(key: str) -> str:
    """Return what stands still behind person *key*, as SVG elements: drawn once for a whole clip, as blur is slow."""
    look = person(key).look
    return scenery.wall(look.wall) if look else rooms.SCENE


def foreground(key: str) -> str:
    """Return what stands still before person *key*, as SVG elements."""
    return _VIGNETTE if person(key).look else rooms.TABLE


def moving(key: str, *, mouth: float = 0.0, blink: float = 0.0, sway: float = 0.0) -> str:
    """Return what moves, as SVG elements: `mouth` 0 closed..1 open, `blink` 0 open..1 shut, `sway` -1..1 leans."""
    look = person(key).look
    if look is None:
        return rooms.seated(key, mouth=mouth, blink=blink, sway=sway)
    return f'<g transform="{_NEAR}">{figure(look, mouth=mouth, blink=blink, sway=sway)}</g>'


def portrait_svg(key: str, *, mouth: float = 0.0, blink: float = 0.0, sway: float = 0.0) -> str:
    """Return the portrait of person *key* (of a room, its people) as an SVG document; arguments as in `moving`.

    KeyError when nobody has that key.
    """
    return rooms.document(backdrop(key) + moving(key, mouth=mouth, blink=blink, sway=sway) + foreground(key))
