"""Somebody from the chest up, without a wall, in a 320 x 180 picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.demo import clothes, faces, hair

if TYPE_CHECKING:
    from resources.demo.people import Look


def _neck(skin: str) -> str:
    _, mid, shade, _ = faces.SKINS[skin]
    return (
        f'<path d="M143 106V130C140 138 134 138 128 140C146 152 174 152 192 140C186 138 180 138 177 130V106Z" fill="{mid}"/>'
        f'<path d="M143 112C150 132 170 132 177 112V124C168 140 152 140 143 124Z" fill="{shade}" opacity=".75"/>'
    )


def figure(look: Look, *, mouth: float, blink: float, sway: float) -> str:
    """Return somebody from the chest up, without a wall; arguments as in `portrait_svg`."""
    dark, light = hair.COLOURS[look.hair]
    shade = faces.SKINS[look.skin][2]
    defs = (
        f'<defs><linearGradient id="hair" x1=".1" y1="0" x2=".9" y2="1"><stop offset="0" stop-color="{light}"/>'
        f'<stop offset=".45" stop-color="{dark}"/><stop offset="1" stop-color="{dark}"/></linearGradient></defs>'
    )
    turn = f'transform="translate({160 + 3 * sway:.2f} {83 + abs(sway):.2f}) rotate({2.4 * sway:.2f} 0 50)"'
    body = _neck(look.skin) + clothes.clothes(look.coat, shade, stethoscope=look.stethoscope)
    head = faces.face(look, dark, mouth=mouth, blink=blink) + hair.before(look.style, look.width, look.hair)
    return (
        f"{defs}<g {turn}>{hair.behind(look.style, look.width)}</g>"
        f'<g transform="translate({0.9 * sway:.2f} 0)">{body}</g><g {turn}>{head}</g>'
    )
