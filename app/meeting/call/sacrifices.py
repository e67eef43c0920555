"""What the line costs now, in the order of giving up: received video, own video, imaging; the voice never. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.i18n import fmt_number
from app.ui.words import Words, say

if TYPE_CHECKING:
    from app.meeting.view import View

ORDER = ("received", "own", "imaging", "voice")
_DOWN = {"received"}


@dataclass(frozen=True)
class Step:
    """One of `ORDER`: `state` ends the id `network.<key>.<state>`; `tone` is full, less (given up) or off (the user's own wish)."""

    key: str
    state: str
    tone: str


def steps(view: View) -> tuple[Step, ...]:
    """Return all four as they stand."""
    return _received(view), _own(view), _imaging(view), Step("voice", "kept", "full")


def _received(view: View) -> Step:
    if view.sound_only:
        return Step("received", "off", "off")
    less = "received" in view.network.sacrificed
    return Step("received", "less" if less else "full", "less" if less else "full")


def _own(view: View) -> Step:
    if not view.camera.wanted:
        return Step("own", "off", "off")
    cut = next((code for code in ("face", "camera") if code in view.network.sacrificed), "full")
    return Step("own", cut, "full" if cut == "full" else "less")


def _imaging(view: View) -> Step:
    if not view.share.wanted:
        return Step("imaging", "off", "off")
    less = "imaging" in view.network.sacrificed
    return Step("imaging", "less" if less else "full", "less" if less else "full")


def why(view: View) -> Words:
    """Return what forces it: the ceilings that are set; "" while nothing is given up."""
    cut = set(view.network.sacrificed)
    up, down = view.ceiling
    if not cut:
        return ""
    if cut <= _DOWN:
        return say("network.why.down", down=fmt_number(down))
    if not cut & _DOWN:
        return say("network.why.up", up=fmt_number(up))
    return say("network.why.both", up=fmt_number(up), down=fmt_number(down))
