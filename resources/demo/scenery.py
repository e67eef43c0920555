"""Blurred walls behind the faces, as SVG in a 320 x 180 picture."""

from __future__ import annotations

_TONES = {
    "window": ("#C6D3D6", "#8FA1A6", "#6C8086"),
    "shelf": ("#CFCBBB", "#94907D", "#6B6759"),
    "door": ("#D6C9B8", "#978A7B", "#6F655A"),
    "corridor": ("#93ABB8", "#506673", "#364955"),
    "plant": ("#CBD8D2", "#8CA096", "#5F766B"),
    "screens": ("#5A717C", "#31414A", "#1C2930"),
}


def _window(dark: str) -> str:
    panes = "".join(
        f'<rect x="{x}" y="10" width="38" height="92" fill="#F0F7F8" opacity=".8"/>' for x in (222, 264)
    )
    return f'{panes}<rect x="214" y="102" width="96" height="6" fill="{dark}"/><rect x="0" y="118" width="70" height="62" fill="{dark}" opacity=".5"/>'


def _shelf(dark: str) -> str:
    spines = ("#9C5F48", "#51788A", "#C9B88C", "#6C7F5C", "#7B5570", "#B9C3C6")
    books = "".join(
        f'<rect x="{14 + i * 12}" y="{24 + i * 7 % 9}" width="9" height="{34 - i * 7 % 9}" fill="{c}"/>'
        for i, c in enumerate(spines)
    )
    return f'<rect x="6" y="58" width="98" height="6" fill="{dark}"/>{books}<rect x="232" y="96" width="80" height="6" fill="{dark}"/><rect x="250" y="62" width="34" height="34" rx="3" fill="#E6E1D4"/>'


def _door(dark: str) -> str:
    return f'<rect x="228" y="14" width="72" height="170" fill="{dark}" opacity=".6"/><rect x="242" y="30" width="20" height="60" fill="#E9F0F0" opacity=".6"/><circle cx="60" cy="44" r="22" fill="#F5EEE2" opacity=".6"/><circle cx="60" cy="44" r="16" fill="#fff" opacity=".5"/>'


def _corridor(dark: str) -> str:
    return f'<path d="M0 0H76V180H0zM262 0h58v180h-58z" fill="{dark}" opacity=".65"/><path d="M92 30h42v12H92zM190 30h42v12h-42z" fill="#E9F4F8" opacity=".75"/><rect x="84" y="66" width="26" height="80" fill="#AFC4CD" opacity=".6"/>'


def _plant(dark: str) -> str:
    leaves = "".join(
        f'<ellipse cx="272" cy="72" rx="8" ry="34" transform="rotate({a} 272 106)" fill="#4F7A55" opacity=".8"/>'
        for a in (-58, -32, -10, 14, 38, 60)
    )
    return f'{leaves}<path d="M256 112h34l-5 40h-24z" fill="#B6795A"/><rect x="14" y="20" width="62" height="46" fill="#E7E2D2" opacity=".8"/><rect x="20" y="26" width="50" height="34" fill="{dark}" opacity=".5"/>'


def _screens(dark: str) -> str:
    return f'<rect x="8" y="26" width="92" height="66" fill="#0C1417"/><ellipse cx="54" cy="58" rx="32" ry="23" fill="#8FA0A5" opacity=".6"/><ellipse cx="42" cy="58" rx="11" ry="16" fill="#10181B"/><ellipse cx="66" cy="58" rx="11" ry="16" fill="#10181B"/><rect x="232" y="20" width="84" height="58" fill="#DCEAF0" opacity=".5"/><rect x="0" y="132" width="320" height="48" fill="{dark}"/>'


_THINGS = {
    "window": _window,
    "shelf": _shelf,
    "door": _door,
    "corridor": _corridor,
    "plant": _plant,
    "screens": _screens,
}


def wall(kind: str) -> str:
    """Return the wall *kind*, out of focus as behind a webcam."""
    light, base, dark = _TONES[kind]
    return (
        f'<defs><linearGradient id="wall" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="{light}"/>'
        f'<stop offset="1" stop-color="{base}"/></linearGradient>'
        '<filter id="far" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="5"/></filter></defs>'
        f'<rect width="320" height="180" fill="url(#wall)"/><g filter="url(#far)">{_THINGS[kind](dark)}</g>'
    )
