"""A face in half-profile light: centre (0, 0), eyes at y = 0, chin at 44. `mouth` and `blink` run 0..1."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resources.demo.people import Look

SKINS = {
    "ivory": ("#F4D6BC", "#E5B896", "#C28F6C", "#E39A83"),
    "fair": ("#F6D5BF", "#E8B99D", "#C58E72", "#E8907E"),
    "peach": ("#EEC3A2", "#D9A27D", "#B2785A", "#D9826C"),
    "olive": ("#D9A67D", "#C08A62", "#946344", "#C0715A"),
    "tan": ("#CE9A72", "#B27C56", "#86573A", "#B2664E"),
    "brown": ("#94644A", "#784C36", "#553323", "#8F4A3C"),
    "deep": ("#7A513D", "#5E3B2B", "#3F261B", "#74392F"),
}
_IRIS = {"brown": "#4A2E1E", "hazel": "#6B5232", "green": "#5A6E4C", "blue": "#57778E"}
_LIPS = {"plain": ("#B8685C", 0.75), "rose": ("#C25B62", 0.9), "berry": ("#9A3F50", 0.9)}


def head(w: float, drop: float) -> str:
    """Return the outline of a head of half width *w*; *drop* lowers the jaw as it opens."""
    chin = 44 + drop
    return (
        f"M{-w} -6C{-w} -48 {w} -48 {w} -6C{w} 14 {w * 0.78:.1f} 32 {w * 0.36:.1f} {chin - 3}"
        f"C{w * 0.18:.1f} {chin + 1} {-w * 0.18:.1f} {chin + 1} {-w * 0.36:.1f} {chin - 3}C{-w * 0.78:.1f} 32 {-w} 14 {-w} -6Z"
    )


def _eye(x: float, iris: str, line: str, blink: float) -> str:
    tall = 3.3 * (1 - blink) + 0.25
    round_ = min(3.0, tall + 0.3)
    lid = 1.6 - 5.4 * (1 - blink)
    return (
        f'<g transform="translate({x} 0)"><ellipse rx="5.8" ry="{tall:.2f}" fill="#F4EFEA"/>'
        f'<ellipse rx="3.2" ry="{round_:.2f}" fill="{iris}"/><ellipse rx="1.6" ry="{min(1.6, tall):.2f}" fill="#15100D"/>'
        f'<path d="M-6 0Q0 {lid - 0.4:.2f} 6 0Q0 {lid + 2.6:.2f} -6 0Z" fill="#2A1A14" opacity=".28"/>'
        f'<circle cx="-1" cy="-1.1" r="{0.9 * (1 - blink):.2f}" fill="#fff"/>'
        f'<path d="M-6.4 .8Q0 {lid:.2f} 6.4 .4" stroke="{line}" stroke-width="1.7" fill="none" stroke-linecap="round"/>'
        f'<path d="M-5 3Q0 {2.6 + tall * 0.5:.2f} 5 2.8" stroke="{line}" stroke-width=".6" fill="none" opacity=".35"/></g>'
    )


def _brows(colour: str, lift: float, heavy: float) -> str:
    y = -9.2 - lift
    return (
        f'<g fill="none" stroke="{colour}" stroke-width="{heavy}" stroke-linecap="round" opacity=".8">'
        f'<path d="M-20.5 {y + 1.6:.1f}Q-14 {y - 3.4:.1f} -7.5 {y:.1f}"/><path d="M20.5 {y + 1.6:.1f}Q14 {y - 3.4:.1f} 7.5 {y:.1f}"/></g>'
    )


def _nose(shade: str) -> str:
    return (
        f'<path d="M4 -5C5 4 8 11 6.5 15C4 18 -4 18 -6 15.5C-3 13 2 14 3 8Z" fill="{shade}" opacity=".28"/>'
        f'<path d="M-6 15.2Q-3.5 17.8 0 16.8Q3.5 17.8 6.4 15" stroke="{shade}" stroke-width="1.5" fill="none" stroke-linecap="round"/>'
        '<path d="M-1 -3Q-1.6 6 -1.4 11" stroke="#fff" stroke-width="2.2" opacity=".13" fill="none" stroke-linecap="round"/>'
    )


def _mouth(lips: str, strength: float, open_: float) -> str:
    d = 9.5 * open_
    wide = 10.5 - 2.2 * open_
    inner = f"M{-wide} 27Q-4 25.6 0 26.2Q4 25.6 {wide} 27Q{wide * 0.5} {28 + d} 0 {28.2 + d}Q{-wide * 0.5} {28 + d} {-wide} 27Z"
    teeth = (
        f'<path d="M{-wide * 0.68} 26.6Q0 25.8 {wide * 0.68} 26.6Q0 {27.5 + d * 0.35} {-wide * 0.68} 26.6Z" fill="#F7F2EC"/>'
        if open_ > 0.12
        else ""
    )
    tongue = (
        f'<ellipse cy="{27.4 + d * 0.85:.2f}" rx="{wide * 0.42:.2f}" ry="{d * 0.2:.2f}" fill="#B4565A"/>'
        if open_ > 0.3
        else ""
    )
    return (
        f'<path d="{inner}" fill="#4A1D1C"/>{teeth}{tongue}<g fill="{lips}" opacity="{strength}">'
        f'<path d="M{-wide - 0.6} 27Q-4 22.8 0 24.4Q4 22.8 {wide + 0.6} 27Q4 25.8 0 26.5Q-4 25.8 {-wide - 0.6} 27Z"/>'
        f'<path d="M{-wide} 27.2Q{-wide * 0.5} {28 + d} 0 {28.2 + d}Q{wide * 0.5} {28 + d} {wide} 27.2Q{wide * 0.55} {31.6 + d} 0 {32 + d}Q{-wide * 0.55} {31.6 + d} {-wide} 27.2Z"/></g>'
    )


def _beard(w: float, drop: float) -> str:
    chin = 46 + drop
    return (
        f'<path d="M{-w + 1} 6C{-w + 1} 22 {-w * 0.7:.1f} 38 {-w * 0.34:.1f} {chin - 1}C{-w * 0.15:.1f} {chin + 2} {w * 0.15:.1f} {chin + 2} {w * 0.34:.1f} {chin - 1}'
        f"C{w * 0.7:.1f} 38 {w - 1} 22 {w - 1} 6C{w - 4} 18 {w * 0.6:.1f} 22 15 20.5C9 18.5 -9 18.5 -15 20.5C{-w * 0.6:.1f} 22 {-w + 4} 18 {-w + 1} 6Z"
        'M0 0" fill="url(#hair)" opacity=".86"/>'
    )


_GLASSES = (
    '<g fill="#EAF4F8" fill-opacity=".14" stroke="#22292D" stroke-width="1.9"><rect x="-23.5" y="-7" width="20" height="14.5" rx="6"/>'
    '<rect x="3.5" y="-7" width="20" height="14.5" rx="6"/><path d="M-3.5 -2Q0 -4 3.5 -2M-23.5 -3L-31 -5M23.5 -3L31 -5" fill="none"/></g>'
    '<path d="M-20 -4l5 -2M7 -4l5 -2" stroke="#fff" stroke-width="1.4" opacity=".6"/>'
)


def _age(shade: str, age: float) -> str:
    return (
        f'<g fill="none" stroke="{shade}" stroke-width="1.1" stroke-linecap="round" opacity="{0.55 * age:.2f}">'
        '<path d="M-14 -19Q0 -22 14 -19M-11 -24Q0 -26.5 11 -24M-10 17Q-14 21 -14 27M10 17Q14 21 14 27M-19 6.5Q-14 9 -9 6.5M9 6.5Q14 9 19 6.5M-23 -1L-26 -3M23 -1L26 -3"/></g>'
    )


def face(look: Look, brow: str, *, mouth: float, blink: float) -> str:
    """Return head, ears and features of *look*; *brow* is the hair colour."""
    light, mid, shade, blush = SKINS[look.skin]
    w, drop = look.width, 2.6 * mouth
    covered = look.style in ("bob", "long", "wavy", "scarf")
    ears = (
        ""
        if covered
        else "".join(
            f'<ellipse cx="{x}" cy="3" rx="5" ry="9" fill="{mid}"/><ellipse cx="{x}" cy="4" rx="2.4" ry="5.5" fill="{shade}" opacity=".5"/>'
            for x in (-w - 1, w + 1)
        )
    )
    defs = (
        f'<defs><linearGradient id="face" x1=".15" y1="0" x2="1" y2=".45"><stop offset="0" stop-color="{light}"/><stop offset=".55" stop-color="{mid}"/>'
        f'<stop offset="1" stop-color="{shade}"/></linearGradient><radialGradient id="blush"><stop offset="0" stop-color="{blush}" stop-opacity=".5"/>'
        f'<stop offset="1" stop-color="{blush}" stop-opacity="0"/></radialGradient><radialGradient id="glow"><stop offset="0" stop-color="#fff" stop-opacity=".3"/>'
        '<stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient></defs>'
    )
    lips, strength = _LIPS[look.lips]
    skin = (
        f'<path d="{head(w, drop)}" fill="url(#face)"/><ellipse cx="-8" cy="-20" rx="18" ry="12" fill="url(#glow)"/>'
        f'<circle cx="-19" cy="14" r="11" fill="url(#blush)"/><circle cx="19" cy="14" r="11" fill="url(#blush)"/>'
        f'<g fill="{shade}" opacity=".22"><ellipse cx="-13.5" cy="-1" rx="9.5" ry="6.5"/><ellipse cx="13.5" cy="-1" rx="9.5" ry="6.5"/></g>'
        f'<path d="M-7 37Q0 34.5 7 37" stroke="{shade}" stroke-width="1.4" fill="none" opacity=".3"/>'
    )
    eyes = "".join(_eye(x, _IRIS[look.eyes], "#241812", blink) for x in (-13.5, 13.5))
    heavy = 2.0 if look.lips != "plain" else 2.9
    features = _age(shade, look.age) + (_beard(w, drop) if look.beard else "") + _nose(shade) + eyes
    features += (
        _brows(brow, 1.4 * mouth, heavy) + _mouth(lips, strength, mouth) + (_GLASSES if look.glasses else "")
    )
    return defs + ears + skin + features
