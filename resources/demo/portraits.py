"""Portraits that move and speak, and meeting rooms, as SVG text of 320 x 180 units: the same arguments, the same picture."""

from __future__ import annotations

from resources.demo import scenery
from resources.demo.figure import figure
from resources.demo.people import person
from resources.demo.rooms import room_svg
from resources.demo.scans import ct_image

__all__ = ["ct_image", "portrait_svg", "room_svg"]

_VIGNETTE = (
    '<defs><radialGradient id="edge" cx=".5" cy=".45" r=".75"><stop offset=".55" stop-color="#000" stop-opacity="0"/>'
    '<stop offset="1" stop-color="#000" stop-opacity=".34"/></radialGradient></defs><rect width="320" height="180" fill="url(#edge)"/>'
)


def portrait_svg(key: str, *, mouth: float = 0.0, blink: float = 0.0, sway: float = 0.0) -> str:
    """Return the portrait of person *key*: `mouth` 0 closed..1 open, `blink` 0 open..1 shut, `sway` -1..1 leans.

    A room gets its room (see `room_svg`). KeyError when nobody has that key.
    """
    look = person(key).look
    if look is None:
        return room_svg(key, mouth=mouth, blink=blink, sway=sway)
    near = f'<g transform="translate(160 184) scale(1.12) translate(-160 -184)">{figure(look, mouth=mouth, blink=blink, sway=sway)}</g>'
    scene = scenery.wall(look.wall) + near + _VIGNETTE
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 180" width="320" height="180">{scene}</svg>'
