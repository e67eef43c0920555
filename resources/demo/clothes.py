"""Shoulders and clothes in a 320 x 180 picture; the neck stands at x = 160."""

from __future__ import annotations

_CLOTH = {
    "white": ("#F6F8F8", "#C3CDD1", "#7E9CAB"),
    "scrub": ("#44898F", "#285A60", "#285A60"),
    "green": ("#56856A", "#345641", "#345641"),
    "plum": ("#74405F", "#482539", "#482539"),
    "blazer": ("#3A4A66", "#1E2A42", "#EFE6DF"),
    "navy": ("#33445F", "#1A253A", "#DCE3EC"),
    "grey": ("#737C83", "#495258", "#E8EBEC"),
}
_SHOULDERS = "M46 184C50 154 80 146 128 132C140 142 180 142 192 132C240 146 270 154 274 184Z"


def _coat(inner: str) -> str:
    return (
        f'<path d="M132 131L160 172L188 131C180 141 140 141 132 131Z" fill="{inner}"/>'
        '<path d="M131 130L118 140L130 160L124 164L156 184L160 172Z" fill="#fff"/>'
        '<path d="M189 130L202 140L190 160L196 164L164 184L160 172Z" fill="#DDE4E6"/>'
        '<path d="M131 130L118 140L130 160L124 164L154 184M189 130L202 140L190 160L196 164L166 184" '
        'fill="none" stroke="#9FADB3" stroke-width="1" opacity=".7"/>'
        '<rect x="208" y="160" width="22" height="13" rx="2" fill="#fff" stroke="#A9B8BE"/><path d="M211 164h9M211 168h14" stroke="#2E6F80" stroke-width="1.6"/>'
    )


def _scrub(skin: str, shade: str) -> str:
    return (
        f'<path d="M136 133L160 164L184 133C176 142 144 142 136 133Z" fill="{skin}"/>'
        f'<path d="M134 132L160 166L186 132" fill="none" stroke="{shade}" stroke-width="4"/>'
    )


_TIE = '<path d="M156 146h8l3 38h-14z" fill="#7A2F3E"/><path d="M155 141h10l-2 7h-6z" fill="#8E3B4B"/>'


def _jacket(inner: str, shade: str, front: str) -> str:
    return (
        f'<path d="M134 131L160 184L186 131C178 142 142 142 134 131Z" fill="{inner}"/>{front}'
        f'<path d="M132 130L116 146L132 158L156 184L142 150ZM188 130L204 146L188 158L164 184L178 150Z" fill="{shade}"/>'
    )


_STETHOSCOPE = (
    '<g fill="none" stroke="#2A3236" stroke-width="3.2" stroke-linecap="round"><path d="M130 134C122 150 126 166 132 180"/>'
    '<path d="M190 134C198 150 196 160 192 168"/></g><circle cx="191" cy="172" r="5.5" fill="#B9C3C8" stroke="#5D696F" stroke-width="1.5"/>'
)


def clothes(coat: str, skin: str, *, stethoscope: bool) -> str:
    """Return shoulders in *coat*; *skin* is the shaded skin colour that shows in a neckline."""
    light, shade, inner = _CLOTH[coat]
    body = (
        f'<defs><linearGradient id="cloth" x1="0" x2="1"><stop offset="0" stop-color="{light}"/><stop offset=".45" stop-color="{light}"/>'
        f'<stop offset="1" stop-color="{shade}"/></linearGradient></defs><path d="{_SHOULDERS}" fill="url(#cloth)"/>'
        f'<path d="M84 184C84 172 88 164 96 158M236 184C236 172 232 164 224 158" fill="none" stroke="{shade}" stroke-width="1.6" opacity=".6"/>'
    )
    if coat == "white":
        cut = _coat(inner)
    elif coat == "blazer":
        cut = _jacket(
            inner, shade, f'<path d="M146 136L160 158L174 136C168 142 152 142 146 136Z" fill="{skin}"/>'
        )
    elif coat in ("navy", "grey"):
        cut = _jacket(inner, shade, _TIE)
    else:
        cut = _scrub(skin, shade)
    return body + cut + (_STETHOSCOPE if stethoscope else "")
