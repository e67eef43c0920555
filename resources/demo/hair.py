"""Hair around a head whose centre is (0, 0), crown at -36 and chin at 44: what lies behind and before the face."""

from __future__ import annotations

COLOURS = {
    "black": ("#1B1A1C", "#3B3A40"),
    "dark": ("#2B211C", "#4C3C33"),
    "brown": ("#4B3325", "#7A5940"),
    "auburn": ("#6E472B", "#9C6D46"),
    "copper": ("#6B2F1B", "#9F5332"),
    "blond": ("#A88150", "#D7B57F"),
    "silver": ("#A6A39C", "#D6D3CB"),
}
_SCARF = ("#45647F", "#6E8FAB")


def _cap(w: float, lift: float, fringe: str) -> str:
    """Return hair on the crown that ends in *fringe*, a path from the right temple to the left."""
    s = w + 2.5
    return f"M{-s} 2C{-s - 4} -28 {-w + 6} {-44 - lift} 0 {-44 - lift}C{w - 6} {-44 - lift} {s + 4} -28 {s} 2{fringe}Z"


def _fringes(w: float) -> dict[str, str]:
    s = w + 2.5
    parted = f"C{w - 1} -9 {w - 3} -17 {w - 9} -23C8 -20 -8 -24 -15 -27C-17 -20 {-w + 3} -12 {-s} 2"
    return {
        "short": f"C{w} -8 {w - 2} -15 {w - 6} -21C12 -24 -10 -27 {-w + 8} -21C{-w + 2} -14 {-w} -8 {-s} 2",
        "side": parted,
        "crew": f"C{w + 1} -9 {w - 2} -19 {w - 5} -24C14 -29 -14 -29 {-w + 5} -24C{-w + 2} -19 {-w - 1} -9 {-s} 2",
        "bob": f"C{w} -6 {w - 2} -12 {w - 5} -16C10 -12 -10 -12 -20 -18C-25 -14 {-w} -8 {-s} 2",
        "long": f"C{w} -12 {w - 5} -24 6 -33C-4 -18 -20 -16 {-w + 3} -2L{-s} 2",
        "wavy": f"C{w} -12 {w - 6} -24 -6 -32C-12 -20 -24 -18 {-w + 2} -3L{-s} 2",
        "bun": f"C{w} -14 {w - 8} -30 0 -30C{-w + 8} -30 {-w} -14 {-s} 2",
        "ponytail": f"C{w} -12 {w - 6} -27 8 -30C-8 -26 {-w + 2} -18 {-s} 2",
    }


def _curls(w: float) -> str:
    spots = (
        (-w, -14, 9),
        (-w + 4, -27, 11),
        (-16, -38, 12),
        (0, -42, 12),
        (16, -39, 12),
        (w - 4, -28, 11),
        (w, -14, 9),
    )
    return "".join(f'<circle cx="{x:.1f}" cy="{y}" r="{r}" fill="url(#hair)"/>' for x, y, r in spots)


def _strands(w: float, colour: str, lift: float) -> str:
    lines = "".join(
        f"M{x} {-40 - lift}q{x * 0.4:.0f} 3 {x * 0.55 + 1:.0f} 10"
        for x in range(-int(w * 0.45), int(w * 0.45) + 1, 7)
    )
    return f'<path d="{lines}" stroke="{colour}" stroke-width="1.3" fill="none" opacity=".4" stroke-linecap="round"/>'


def behind(style: str, w: float) -> str:
    """Return the hair that falls behind head and shoulders."""
    s = w + 6
    fall = {
        "long": f"M{-s} -12C{-s} -44 {s} -44 {s} -12C{s + 1} 22 {s + 7} 52 {s + 11} 76L{-s - 11} 76C{-s - 7} 52 {-s - 1} 22 {-s} -12Z",
        "wavy": f"M{-s} -12C{-s} -46 {s} -46 {s} -12C{s + 8} 8 {s} 20 {s + 9} 36C{s + 3} 48 {s + 11} 58 {s + 3} 68L{-s - 3} 68C{-s - 11} 58 {-s - 3} 48 {-s - 9} 36C{-s} 20 {-s - 8} 8 {-s} -12Z",
        "bob": f"M{-s} -12C{-s} -46 {s} -46 {s} -12C{s + 2} 10 {s + 2} 28 {s - 4} 38L{-s + 4} 38C{-s - 2} 28 {-s - 2} 10 {-s} -12Z",
        "ponytail": f"M{w - 8} -30C{w + 20} -24 {w + 16} 18 {w + 14} 58L{w + 2} 52C{w + 6} 24 {w} 4 {w - 10} -8Z",
    }.get(style)
    if style == "scarf":
        return f'<path d="M{-s - 2} -10C{-s - 4} -56 {s + 4} -56 {s + 2} -10C{s + 4} 26 {s + 6} 44 {s + 16} 66L{-s - 16} 66C{-s - 6} 44 {-s - 4} 26 {-s - 2} -10Z" fill="{_SCARF[0]}"/>'
    if style == "bun":
        return '<circle cx="0" cy="-52" r="14" fill="url(#hair)"/><path d="M-9 -55q9 -7 18 0M-8 -48q8 5 16 0" stroke="#000" stroke-opacity=".2" fill="none"/>'
    return f'<path d="{fall}" fill="url(#hair)"/>' if fall else ""


def before(style: str, w: float, colour: str) -> str:
    """Return the hair before the forehead; *colour* is a key of `COLOURS`."""
    shine = COLOURS[colour][1]
    if style == "bald":
        sides = f"M{-w - 1} 6C{-w - 4} -4 {-w - 2} -14 {-w + 2} -18C{-w + 2} -8 {-w + 3} -2 {-w - 1} 6ZM{w + 1} 6C{w + 4} -4 {w + 2} -14 {w - 2} -18C{w - 2} -8 {w - 3} -2 {w + 1} 6Z"
        return f'<path d="{sides}" fill="url(#hair)" opacity=".85"/><ellipse cx="-9" cy="-27" rx="11" ry="5" fill="#fff" opacity=".16"/>'
    if style == "curly":
        return f'<path d="{_cap(w, 0, _fringes(w)["short"])}" fill="url(#hair)"/>{_curls(w)}'
    if style == "scarf":
        s = w + 6
        rim = f"M{-w - 1} 22C{-s} -50 {s} -50 {w + 1} 22C{w - 2} -8 {w - 8} -27 0 -28C{-w + 8} -27 {-w + 2} -8 {-w - 1} 22Z"
        fold = f"M{-w} 4C-24 -34 20 -44 {w + 2} -8"
        return f'<path d="{rim}" fill="{_SCARF[0]}"/><path d="{fold}" stroke="{_SCARF[1]}" stroke-width="3" fill="none" opacity=".7"/>'
    lift = {"short": 1.0, "side": 3.0, "crew": -2.0}.get(style, 1.5)
    return f'<path d="{_cap(w, lift, _fringes(w)[style])}" fill="url(#hair)"/>{_strands(w, shine, lift)}'
