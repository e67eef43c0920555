"""Meeting rooms seen by their one camera: people around a table, as SVG of 320 x 180 units."""

from __future__ import annotations

import re

from resources.demo.figure import figure
from resources.demo.people import Look, person

_SEATED = (
    Look("ivory", "black", "short", "white", "window", width=32),
    Look("brown", "black", "ponytail", "scrub", "window", lips="berry", width=31),
    Look("peach", "auburn", "crew", "green", "window", beard=True, width=33),
    Look("fair", "silver", "bob", "white", "window", glasses=True, age=0.7, lips="rose"),
)
SCENE = (
    '<defs><linearGradient id="wall" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#CFD6D2"/><stop offset="1" stop-color="#8E9895"/></linearGradient>'
    '<filter id="far" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="2.5"/></filter></defs>'
    '<rect width="320" height="180" fill="url(#wall)"/><g filter="url(#far)"><rect x="12" y="10" width="74" height="50" fill="#EAF3F5"/>'
    '<rect x="236" y="12" width="70" height="42" fill="#2D3F47"/><rect x="242" y="17" width="58" height="32" fill="#48626D"/>'
    '<path d="M112 2h96v7h-96z" fill="#FBFCFA"/><rect x="150" y="20" width="36" height="44" fill="#B9C2BF"/></g>'
)
TABLE = (
    '<defs><linearGradient id="wood" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#B18F69"/><stop offset="1" stop-color="#6A4F35"/></linearGradient></defs>'
    '<path d="M-4 184V150C70 128 250 128 324 150V184Z" fill="url(#wood)"/><path d="M-4 150C70 128 250 128 324 150" stroke="#D8BC98" stroke-width="1.5" fill="none"/>'
    '<path d="M64 152l26 -3 4 9 -27 4zM206 148l28 2 -2 9 -30 -2z" fill="#F3F4F1"/><rect x="128" y="146" width="30" height="12" rx="2" fill="#3A454A"/>'
    '<ellipse cx="178" cy="153" rx="9" ry="4.5" fill="#20272A"/><circle cx="178" cy="152" r="1.6" fill="#55C08A"/><ellipse cx="110" cy="155" rx="4.5" ry="2.4" fill="#E9E4DA"/>'
)
_PLACES = {3: ((62, 0.64), (160, 0.58), (258, 0.64)), 4: ((42, 0.62), (122, 0.54), (200, 0.54), (278, 0.62))}


def _apart(svg: str, seat: int) -> str:
    """Give the gradients of one seat their own names, as all seats share a document."""
    return re.sub(r'(id="|url\(#)(\w+)', rf"\g<1>\g<2>{seat}", svg)


def document(elements: str) -> str:
    """Return *elements* as an SVG document of 320 x 180 units."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 180" width="320" height="180">{elements}</svg>'


def seated(key: str, *, mouth: float, blink: float, sway: float) -> str:
    """Return the people of room *key* as SVG elements; the second one speaks, blinking and leaning go round."""
    people = ""
    first = len(key) % len(_SEATED)
    for seat, (x, scale) in enumerate(_PLACES[person(key).seats]):
        look = _SEATED[(first + seat) % len(_SEATED)]
        shut = blink if seat % 2 else 0.0
        one = figure(look, mouth=mouth if seat == 1 else 0.0, blink=shut, sway=sway * (1 if seat % 2 else -1))
        top = 50 + 60 * (scale - 0.5)
        people += f'<g transform="translate({x} {top:.0f}) scale({scale}) translate(-160 -32)">{_apart(one, seat)}</g>'
    return people


def room_svg(key: str, *, mouth: float = 0.0, blink: float = 0.0, sway: float = 0.0) -> str:
    """Return room *key* as an SVG document. KeyError when nobody has that key or it is not a room."""
    return document(SCENE + seated(key, mouth=mouth, blink=blink, sway=sway) + TABLE)
