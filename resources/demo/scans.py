"""Invented chest images to share: a CT in the lung window beside a PET fusion, drawn, of a patient who does not exist."""

from __future__ import annotations

import base64
import math
import random
import struct
import zlib

PATIENT = "LEMAÎTRE Odile · 14/03/1954 · F · IPP 80421937"
SLICES = 24
RULED = 3
"""So many slices on both sides of the largest section bear the measure."""
_LEFT, _RIGHT, _MIDDLE = 320, 960, 360
_GREY = {"lung": {"fat": "#8d8d8d", "soft": "#cfcfcf", "lung": "#2b2b2b", "vessel": "#b9b9b9", "bone": "#fafafa", "blood": "#e2e2e2"},
         "soft": {"fat": "#3a3a3a", "soft": "#868686", "lung": "#050505", "vessel": "#3f3f3f", "bone": "#f4f4f4", "blood": "#c4c4c4"}}  # fmt: skip


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _grain(side: int, seed: int) -> str:
    """Return a square of black and white noise as a PNG data URI: the quantum noise of a scanner."""
    noise = random.Random(seed).randbytes(side * side)
    rows = b"".join(b"\0" + noise[at : at + side] for at in range(0, side * side, side))
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts = _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + parts).decode()


def _oval(cx: float, cy: float, rx: float, ry: float, fill: str, turn: float = 0) -> str:
    return f'<ellipse cx="{cx:.1f}" cy="{cy:.1f}" rx="{rx:.1f}" ry="{ry:.1f}" fill="{fill}" transform="rotate({turn:.0f} {cx:.1f} {cy:.1f})"/>'


def _branches(
    x: float, y: float, angle: float, *, width: float, depth: int, dice: random.Random
) -> list[tuple[str, float]]:
    """Return strokes of a vessel tree that starts at (x, y)."""
    length = width * 11 * dice.uniform(0.7, 1.2)
    bend = angle + dice.uniform(-0.3, 0.3)
    mx, my = x + math.cos(bend) * length / 2, y + math.sin(bend) * length / 2
    ex, ey = x + math.cos(angle) * length, y + math.sin(angle) * length
    strokes = [(f"M{x:.1f} {y:.1f}Q{mx:.1f} {my:.1f} {ex:.1f} {ey:.1f}", width)]
    if depth:
        for side in (-1, 1):
            turn = angle + side * dice.uniform(0.25, 0.6)
            strokes += _branches(ex, ey, turn, width=width * 0.68, depth=depth - 1, dice=dice)
    return strokes


def _vessels(colour: str, z: float) -> str:
    dice = random.Random(int(z * SLICES) + 5)
    strokes: list[tuple[str, float]] = []
    for side in (-1, 1):
        for step in range(7):
            angle = (math.pi if side < 0 else 0) + side * (step - 3) * 0.38
            strokes += _branches(
                side * 62, -4 + step * 5, angle, width=dice.uniform(4.6, 6.4), depth=4, dice=dice
            )
    return "".join(
        f'<path d="{d}" stroke="{colour}" stroke-width="{w:.1f}" fill="none" stroke-linecap="round"/>'
        for d, w in strokes
    )


def _ribs(colour: str, marrow: str, z: float) -> str:
    out = ""
    for i in range(14):
        a = i / 14 * 2 * math.pi + 0.17 + z * 0.2
        x, y = 238 * math.cos(a), 158 * math.sin(a)
        if abs(x) < 52:
            continue
        turn = math.degrees(math.atan2(158 * math.cos(a), -238 * math.sin(a)))
        out += _oval(x, y, 24, 7, colour, turn) + _oval(x, y, 18, 3, marrow, turn)
    return out


def _spine(g: dict[str, str]) -> str:
    parts = _oval(4, 104, 33, 25, g["bone"]) + _oval(4, 104, 28, 20, g["blood"])
    for side in (-1, 1):
        parts += _oval(4 + side * 28, 131, 9, 18, g["bone"], side * -28) + _oval(
            4 + side * 52, 128, 27, 8, g["bone"], side * 14
        )
    return parts + _oval(4, 137, 14, 12, g["soft"]) + _oval(4, 160, 7, 22, g["bone"])


def _egg(rx: float, ry: float) -> str:
    """Return the outline of a chest around the middle."""
    top = f"M{-rx} 0C{-rx} {-ry * 0.76} {-rx * 0.62} {-ry} 0 {-ry * 0.97}C{rx * 0.62} {-ry} {rx} {-ry * 0.76} {rx} 0"
    return f"{top}C{rx} {ry * 0.7} {rx * 0.63} {ry * 0.98} 0 {ry}C{-rx * 0.63} {ry * 0.98} {-rx} {ry * 0.7} {-rx} 0Z"


def _lung(side: int, grow: float) -> str:
    def at(x: float, y: float) -> str:
        return f"{side * (130 + (x - 130) * grow):.1f} {y * grow:.1f}"

    return (
        f"M{at(66, -112)}C{at(112, -150)} {at(196, -116)} {at(212, -18)}C{at(222, 62)} {at(172, 132)} {at(118, 128)}"
        f"C{at(78, 124)} {at(52, 92)} {at(46, 58)}C{at(54, 8)} {at(42, -66)} {at(66, -112)}Z"
    )


def _chest(g: dict[str, str], z: float) -> str:
    """Return air and vessels seen through the two holes of a chest wall of muscle and fat."""
    grow = 0.86 + 0.16 * z
    holes = _lung(-1, grow) + _lung(1, grow)
    return (
        f'<path d="{_egg(250, 168)}" fill="{g["lung"]}"/>{_vessels(g["vessel"], z)}{_tumour(g, z)}'
        f'<path fill-rule="evenodd" d="{_egg(288, 202)}{holes}" fill="{g["soft"]}"/>'
        f'<path fill-rule="evenodd" d="{_egg(286, 200)}{_egg(266, 182)}" fill="{g["fat"]}"/>'
        f'<path fill-rule="evenodd" d="{_egg(243, 162)}{_egg(237, 156)}" fill="{g["fat"]}" opacity=".7"/>'
        f'<path d="{holes}" fill="none" stroke="{g["soft"]}" stroke-width="2"/>'
        f'<path fill-rule="evenodd" d="M-312 -260H312V260H-312Z{_egg(288, 202)}" fill="#000"/>'
    )


def _centre(g: dict[str, str], z: float) -> str:
    """Return mediastinum, heart, great vessels, bronchi and the enlarged nodes."""
    heart = 0.75 + 0.5 * z
    parts = _oval(6, -26, 58, 100, g["soft"]) + _oval(34, -34, 66 * heart, 60 * heart, g["soft"], -28)
    parts += (
        _oval(-10, -58, 25, 26, g["blood"])
        + _oval(24, -50, 22, 18, g["blood"], 20)
        + _oval(-38, -36, 11, 14, g["blood"])
    )
    parts += _oval(36, 62, 20, 20, g["blood"]) + _oval(56, 0, 18, 13, g["blood"], 50)
    parts += _oval(-16, 20, 15, 11, "#000", 28) + _oval(26, 24, 14, 10, "#000", -28)
    return parts + _oval(-30, 2, 12, 10, g["soft"]) + _oval(2, 40, 14, 7, g["soft"])


def _tumour(g: dict[str, str], z: float) -> str:
    size = max(0.0, 1 - abs(z - 0.5) * 1.9)
    if size < 0.15:
        return ""
    points = []
    for i in range(96):
        a = i / 96 * 2 * math.pi
        r = (
            30
            * size
            * (
                1
                + 0.1 * math.sin(5 * a + 0.6)
                + 0.07 * math.sin(9 * a)
                + 0.22 * max(0.0, math.sin(17 * a + 1)) ** 8
            )
        )
        points.append(f"{-150 + r * math.cos(a):.1f} {-52 + r * math.sin(a):.1f}")
    rays = "".join(
        f"M{-150} {-52}L{-150 + 52 * size * math.cos(a):.1f} {-52 + 52 * size * math.sin(a):.1f}"
        for a in (i / 13 * 2 * math.pi + 0.2 for i in range(13))
    )
    return f'<path d="{rays}" stroke="{g["vessel"]}" stroke-width="1.4" opacity=".6"/><path d="M{"L".join(points)}Z" fill="{g["soft"]}"/>'


def _thorax(window: str, z: float) -> str:
    g = _GREY[window]
    sternum = _oval(0, -172, 26, 9, g["bone"]) + _oval(0, -172, 20, 5, g["blood"])
    table = f'<path d="M-300 232Q0 268 300 232" stroke="{g["fat"]}" stroke-width="4" fill="none"/>'
    return _chest(g, z) + _centre(g, z) + _ribs(g["bone"], g["blood"], z) + sternum + _spine(g) + table


_HOT = (
    '<defs><radialGradient id="hot"><stop offset="0" stop-color="#fff6c8"/><stop offset=".25" stop-color="#ffd23c"/><stop offset=".5" stop-color="#ff7a12" stop-opacity=".95"/>'
    '<stop offset=".75" stop-color="#b3160a" stop-opacity=".7"/><stop offset="1" stop-color="#600" stop-opacity="0"/></radialGradient></defs>'
)


def _uptake(z: float) -> str:
    """Return what takes up glucose: the tumour, two nodes, the heart muscle."""
    at = max(0.0, 1 - abs(z - 0.5) * 1.8)
    heart = '<ellipse cx="44" cy="-38" rx="42" ry="37" fill="none" stroke="#c8380f" stroke-width="15" opacity=".5"/>'
    hot = "".join(
        f'<circle cx="{x}" cy="{y}" r="{r * at:.1f}" fill="url(#hot)"/>'
        for x, y, r in ((-150, -52, 50), (-30, 2, 25), (2, 40, 24))
    )
    return _HOT + heart + hot


def _words(x: int, y: int, anchor: str, *lines: str) -> str:
    return "".join(
        f'<text x="{x}" y="{y + i * 26}" text-anchor="{anchor}" font-family="IBM Plex Mono, DejaVu Sans Mono, monospace" font-size="19" fill="#E6EDEF">{t}</text>'
        for i, t in enumerate(lines)
    )


def _overlay(slice_: int) -> str:
    image = 76 + slice_
    words = _words(18, 32, "start", "TDM thorax inj.", "12/11/2026", f"Im {image}/214") + _words(
        622, 32, "end", "F. pulmonaire", "L -500 / W 1500"
    )
    words += _words(658, 32, "start", "TEP-TDM FDG", "18/11/2026", "SUVmax 14,2") + _words(
        1262, 32, "end", "Fusion", "4R · 7 : N2b"
    )
    words += _words(18, 706, "start", PATIENT) + _words(1262, 706, "end", "IMAGE DE DÉMONSTRATION")
    if abs(slice_ - SLICES // 2) > RULED:
        return words
    ruler = '<path d="M140 278L196 336" stroke="#67C7DC" stroke-width="2"/><rect x="120" y="340" width="84" height="28" rx="4" fill="#123640" stroke="#67C7DC"/>'
    return words + ruler + _words(162, 361, "middle", "54 mm")


def ct_image(slice_: int = 12) -> str:
    """Return slice *slice_* (0..`SLICES` - 1, head to feet) as SVG text of 1280 x 720 units."""
    slice_ = max(0, min(SLICES - 1, slice_))
    z = slice_ / (SLICES - 1)
    soften = '<defs><filter id="scan" x="-5%" y="-5%" width="110%" height="110%"><feGaussianBlur stdDeviation="1.6"/></filter></defs>'
    halves = "".join(
        f'<g transform="translate({x} {_MIDDLE}) scale(1.02)"><g filter="url(#scan)">{_thorax(window, z)}</g>{above}</g>'
        for x, window, above in ((_LEFT, "lung", ""), (_RIGHT, "soft", _uptake(z)))
    )
    grain = "".join(
        f'<image x="{x}" y="{y}" width="320" height="240" opacity=".09" href="{_grain(96, slice_)}"/>'
        for x in range(0, 1280, 320)
        for y in range(0, 720, 240)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1280 720" width="1280" height="720">'
        f'<rect width="1280" height="720" fill="#000"/>{soften}{halves}{grain}{_overlay(slice_)}</svg>'
    )
