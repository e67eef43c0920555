"""From the engine's messages to the view: one pure function, no clock of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.meeting.view import IN_MEETING, CallCode, Device, Network, Notice, Stage, View
from media.engine import messages as m

if TYPE_CHECKING:
    from collections.abc import Callable

CHAT_KEPT = 500
NOTICES_KEPT = 8
WEAK_PERCENT = 5.0
WEAK_FROM = 50
_PHASES = {
    "connecting": Stage.CONNECTING,
    "waiting": Stage.WAITING,
    "in-call": Stage.LIVE,
    "reconnecting": Stage.RECONNECTING,
    "ended": Stage.ENDED,
}
_DEVICE_FIELDS = {"microphone": "microphone", "camera": "camera", "speaker": "speaker", "screen": "share"}


def _phase(view: View, message: m.Phase, now_ms: int) -> View:
    stage = _PHASES.get(message.phase)
    if stage is None:
        return view
    if stage is Stage.ENDED:
        return ended(view, message.reason)
    return replace(
        view,
        stage=stage,
        reason=message.reason,
        is_host=message.is_host,
        title=message.title or view.title,
        transport=message.transport or view.transport,
        attempt=message.attempt,
        since_ms=view.since_ms or (now_ms if stage is Stage.LIVE else 0),
    )


def ended(view: View, reason: str) -> View:
    """Return the view after the meeting: nothing of what was said or who was there stays."""
    return View(
        stage=Stage.ENDED,
        invitation=view.invitation,
        reason=reason,
        title=view.title,
        since_ms=view.since_ms,
        standing=view.standing,
        devices=view.devices,
        microphone=replace(view.microphone, on=False),
        camera=replace(view.camera, on=False),
        speaker=view.speaker,
    )


def at_rest(view: View) -> View:
    """Keep the devices, drop the rest."""
    return View(
        standing=view.standing,
        devices=view.devices,
        microphone=view.microphone,
        camera=view.camera,
        speaker=view.speaker,
    )


def restarting(view: View) -> View:
    """Return the view while a crashed engine is replaced: the sharing stops, as it must never resume unseen."""
    view = replace(
        view, stage=Stage.RECONNECTING, speaking=(), lobby=(), share=Device(), code=type(view.code)()
    )
    return noticed(view, Notice("engine-restarted"))


def _lobby(view: View, message: m.Lobby, _now_ms: int) -> View:
    return replace(view, lobby=tuple(message.waiting))


def _roster(view: View, message: m.Roster, _now_ms: int) -> View:
    me = next((person for person in message.people if person.me), None)
    return replace(
        view,
        people=tuple(sorted(message.people, key=lambda person: person.slot)),
        locked=message.locked,
        is_host=me.host if me is not None else view.is_host,
    )


def _speaking(view: View, message: m.Speaking, _now_ms: int) -> View:
    return replace(view, speaking=tuple(message.slots), level=message.level)


def _code(view: View, message: m.Code, _now_ms: int) -> View:
    return replace(view, code=CallCode(message.state, message.digits))


def _chat(view: View, message: m.ChatLine, _now_ms: int) -> View:
    return replace(view, chat=(*view.chat, message)[-CHAT_KEPT:])


def _trouble(view: View, message: m.Trouble, _now_ms: int) -> View:
    return noticed(view, Notice(message.code, message.name, message.slot))


def noticed(view: View, notice: Notice) -> View:
    """Show *notice* as the newest; the same one is shown once."""
    others = tuple(other for other in view.notices if other != notice)
    return replace(view, notices=(notice, *others)[:NOTICES_KEPT])


def dismissed(view: View, notice: Notice) -> View:
    """Show *notice* no more."""
    notices, standing = (
        tuple(other for other in some if other != notice) for some in (view.notices, view.standing)
    )
    return replace(view, notices=notices, standing=standing)


def _devices(view: View, message: m.Devices, _now_ms: int) -> View:
    return replace(view, devices=message)


def _device_state(view: View, message: m.DeviceState, _now_ms: int) -> View:
    name = _DEVICE_FIELDS.get(message.kind)
    if name is None:
        return view
    old: Device = getattr(view, name)
    new = replace(old, on=message.on, code=message.code, wanted=old.wanted and not message.code)
    view = replace(view, **{name: new})  # type: ignore[arg-type]
    if old.code:
        view = dismissed(view, Notice(old.code, message.kind))
    return noticed(view, Notice(message.code, message.kind)) if message.code else view


def _figures(view: View, message: m.Figures, _now_ms: int) -> View:
    counted: dict[int, tuple[int, int]] = {}
    for stream in message.streams:
        frames, lost = counted.get(stream.slot, (0, 0))
        counted[stream.slot] = frames + stream.frames, lost + stream.lost
    before = {slot: (frames, lost) for slot, frames, lost in view.network.counted}
    weak = {slot for slot, now in counted.items() if _is_weak(before.get(slot, (0, 0)), now)}
    kept = tuple((slot, *now) for slot, now in sorted(counted.items()))
    own = len(weak) > 1 and len(weak) == len(counted)
    shown = frozenset() if own else frozenset(weak)
    network = Network(
        message.rtt_ms,
        message.up_kbps,
        message.down_kbps,
        shown,
        own,
        _lost_percent(before, counted),
        message.jitter_ms,
        tuple(message.sacrificed),
        kept,
    )
    return replace(view, network=network)


def _lost_percent(before: dict[int, tuple[int, int]], counted: dict[int, tuple[int, int]]) -> float:
    """Return how much of what was to come since the last count was lost, of all senders together."""
    steps = [
        (now[0] - was[0], now[1] - was[1])
        for slot, now in counted.items()
        for was in (before.get(slot, (0, 0)),)
    ]
    frames, lost = (max(0, sum(column)) for column in zip(*steps, strict=True)) if steps else (0, 0)
    return 100 * lost / (frames + lost) if frames + lost else 0.0


def _is_weak(before: tuple[int, int], now: tuple[int, int]) -> bool:
    frames, lost = now[0] - before[0], now[1] - before[1]
    return frames + lost >= WEAK_FROM and lost * 100 > WEAK_PERCENT * (frames + lost)


_TAKE: dict[type, Callable[..., View]] = {
    m.Phase: _phase,
    m.Lobby: _lobby,
    m.Roster: _roster,
    m.Speaking: _speaking,
    m.Code: _code,
    m.ChatLine: _chat,
    m.Trouble: _trouble,
    m.Devices: _devices,
    m.DeviceState: _device_state,
    m.Figures: _figures,
}


_OF_A_CALL = (m.Phase, m.Lobby, m.Roster, m.Code, m.ChatLine)
"""What an engine still says of a call that was left brings nobody's name and no stage back."""


def reduce(view: View, message: m.Message, now_ms: int) -> View:
    """Return the view after *message*; messages that change nothing to see leave it as it is."""
    take = _TAKE.get(type(message))
    if isinstance(message, _OF_A_CALL) and view.stage not in IN_MEETING:
        return view
    if take is None or (view.stage is Stage.ENDED and not isinstance(message, (m.Devices, m.DeviceState))):
        return view
    return take(view, message, now_ms)
