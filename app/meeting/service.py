"""The meeting without Qt: owns the media engine, answers its requests, keeps the view, survives the engine's crash."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from app.audit import Trail
from app.meeting import signing
from app.meeting.linkcheck import LinkRefusal, read_link
from app.meeting.reduce import at_rest, dismissed, ended, noticed, reduce, restarting
from app.meeting.view import IN_MEETING, OWN_PREVIEW, SCREEN_STREAM, Device, Notice, Stage, View
from media.engine import messages as m
from media.errors import MediaError
from media.events import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.intents import JoinMeeting
    from app.meeting.linkcheck import Invitation
    from app.meeting.ports import Arena, Engine
    from app.session import Session

MAX_CRASHES = 3
CRASH_WINDOW_MS = 60_000
FIGURES_EVERY_MS = 5_000
MAX_CHAT = 4000
log = logging.getLogger(__name__)


class Meeting:
    """One meeting at a time. `changed`, `fresh` and `asked` fire on any thread; commands come from any thread and never block."""

    def __init__(
        self,
        make_engine: Callable[[], Engine],
        arena: Arena,
        now_ms: Callable[[], int],
        run: Callable[[Callable[[], object]], None],
        trail: Trail | None = None,
    ) -> None:
        self.arena = arena
        self.changed: Event[View] = Event()
        self.fresh: Event[frozenset[int]] = Event()
        self.pointed: Event[tuple[m.Pointed, ...]] = Event()
        self.asked: Event[m.HostAsked] = Event()
        self._make_engine, self._now_ms, self._run = make_engine, now_ms, run
        self._trail = trail or Trail(now_ms)
        self._inside = False
        self._warned: tuple[Notice, ...] = ()
        self._lock = threading.RLock()
        self._starting = threading.Lock()
        self._view = View()
        self._session: Session | None = None
        self._engine: Engine | None = None
        self._tiles: tuple[m.Tile, ...] = ()
        self._here: tuple[m.Tile, ...] = ()
        self._there: tuple[m.Tile, ...] = ()
        self._crashes: list[int] = []
        self._figures_at = 0
        self._ceiling = m.Ceiling()

    # --- what is seen ------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """What the page shows now."""
        with self._lock:
            return self._view

    def _change(self, change: Callable[[View], View]) -> View:
        with self._lock:
            before, after = self._view, change(self._view)
            if after == before:
                return before
            self._view = after
            self._trace(before, after)
        self.changed.fire(after)
        return after

    def _trace(self, before: View, after: View) -> None:
        """Record a meeting's begin and end: once each, whatever reconnects in between."""
        known = after.invitation or before.invitation
        tag = known.link.tag if known is not None else b""
        if after.stage is Stage.LIVE and not self._inside:
            self._inside = True
            self._trail.record("meeting-join", subject=tag)
        elif self._inside and after.stage not in IN_MEETING:
            self._inside = False
            self._trail.record("meeting-leave", subject=tag, reason=after.reason)

    # --- who works here -----------------------------------------------------------------------------------

    def sign_in(self, session: Session | None) -> None:
        """Work for *session*; None after a lock: the engine then gets no more signature."""
        self._session = session
        if session is None:
            self.warn(())

    def warn(self, notices: tuple[Notice, ...]) -> None:
        """Show what is wrong with the desk itself; what was put away already does not come back."""
        known, self._warned = self._warned, notices
        self._change(
            lambda view: replace(
                view, standing=tuple(one for one in notices if one in view.standing or one not in known)
            )
        )

    def revoked(self, users: frozenset[bytes]) -> None:
        """Warn of everybody in the running call who has a device among those that the organisation just revoked."""
        for person in self.view.people:
            if person.user in users and not person.me:
                notice = Notice("member-revoked", person.name, person.slot)
                self._change(partial(noticed, notice=notice))

    def set_ceiling(self, up_kbps: int, down_kbps: int) -> None:
        """Bound what is sent and received."""
        self._ceiling = m.Ceiling(up_kbps=up_kbps, down_kbps=down_kbps)
        self._change(lambda view: replace(view, ceiling=(up_kbps, down_kbps)))
        self._send(self._ceiling)

    def prefer(self, camera: str, microphone: str, speaker: str) -> None:
        """Use these devices from now on."""
        self._change(
            lambda view: replace(
                view,
                camera=replace(view.camera, id=camera),
                microphone=replace(view.microphone, id=microphone),
                speaker=replace(view.speaker, id=speaker),
            )
        )

    # --- joining ------------------------------------------------------------------------------------------

    def open(self, wanted: JoinMeeting) -> None:
        """Show the meeting of a link: understood, or refused with a sentence. Nothing is sent."""
        if self._session is None or self.view.stage in IN_MEETING:
            return
        try:
            invitation = read_link(wanted, self._session)
        except LinkRefusal as refusal:
            notice = Notice(refusal.code, refusal.name)
            self._change(lambda view: replace(at_rest(view), refused=notice.code, notices=(notice,)))
            return
        self._change(
            lambda view: replace(
                at_rest(view), stage=Stage.READY, invitation=invitation, title=invitation.title
            )
        )

    def look(self) -> None:
        """Start the engine for the own preview and level, without entering anything."""
        self._run(self._start_engine)

    def enter(self) -> None:
        """Enter the meeting that is shown: this is the user's click, nothing else calls it."""
        if self._session is None or self.view.invitation is None or self.view.stage in IN_MEETING:
            return
        self._crashes.clear()
        self._change(lambda view: replace(view, stage=Stage.CONNECTING, reason="", since_ms=0, notices=()))
        self._run(self._enter)

    def _enter(self) -> None:
        if self._start_engine():
            self._send_join()

    def _start_engine(self) -> bool:
        with self._starting:
            return self._engine is not None or self._start_new_engine()

    def _start_new_engine(self) -> bool:
        engine = self._make_engine()
        self._engine = engine
        engine.messages.subscribe(self._heard)
        engine.died.subscribe(lambda code: self._died(engine, code))
        try:
            engine.start(self.arena)
        except (OSError, MediaError):
            log.warning("the media engine did not start")
            self._engine = None
            self._change(lambda view: noticed(view, Notice("engine-failed")))
            self._change(lambda view: ended(view, "engine-failed") if view.stage in IN_MEETING else view)
            return False
        self._send(m.ListDevices())
        self._send(self._ceiling)
        self._restore_devices()
        return True

    def _restore_devices(self) -> None:
        view = self.view
        self._send(m.Speaker(device=view.speaker.id))
        self._send(m.Microphone(on=view.microphone.wanted, device=view.microphone.id))
        self._send(m.Camera(on=view.camera.wanted, device=view.camera.id))
        if self._tiles:
            self._send(m.Tiles(tiles=self._received()))

    def _send_join(self) -> None:
        session, invitation = self._session, self.view.invitation
        if session is None or invitation is None:
            return
        me = self.view.me
        self._send(_join(session, invitation, me.turn if me is not None else 0))

    # --- the engine ---------------------------------------------------------------------------------------

    def _send(self, message: m.Message) -> None:
        engine = self._engine
        if engine is not None:
            try:
                engine.send(message)
            except (OSError, MediaError):
                log.warning("the media engine did not take a message")

    def _heard(self, message: m.Message) -> None:
        if isinstance(message, m.Fresh):
            self.fresh.fire(frozenset(message.boxes))
        elif isinstance(message, m.Pointed):
            self.pointed.fire((message,))
        elif isinstance(message, m.SignPlease):
            signature = signing.answer(message.body, self._session, self.view.invitation)
            self._send(m.Signed(request=message.request, signature=signature))
        elif isinstance(message, m.HostAsked):
            self._was_asked(message)
        elif isinstance(message, m.Admitted):
            self._trail.record("admit", subject=message.user, reason="certified")
        else:
            now_ms = self._now_ms()
            self._change(lambda view: reduce(view, message, now_ms))

    def _was_asked(self, asked: m.HostAsked) -> None:
        """Do what the host asks for: it takes the microphone off at once, and nobody but the user puts it on again."""
        if asked.what == "mute" and not self.view.microphone.wanted:
            return
        if asked.what == "mute":
            self.microphone(False)
        self.asked.fire(asked)

    def _died(self, engine: Engine, _code: int) -> None:
        with self._lock:
            if engine is not self._engine:
                return
            self._engine = None
            now_ms = self._now_ms()
            self._crashes = [at for at in self._crashes if now_ms - at < CRASH_WINDOW_MS] + [now_ms]
            too_often = len(self._crashes) > MAX_CRASHES
        if too_often:
            self._change(lambda view: ended(view, "engine-failed"))
        elif self.view.stage in IN_MEETING:
            self._change(restarting)
            self._run(self._enter)
        else:
            self._run(self._start_engine)

    # --- in the meeting -----------------------------------------------------------------------------------

    def show(self, tiles: Sequence[m.Tile]) -> None:
        """Tell the engine what is on screen now."""
        self._here = tuple(tiles)
        self._show()

    def show_far(self, tiles: Sequence[m.Tile]) -> None:
        """Tell the engine what is on another display, whatever the window shows."""
        self._there = tuple(tiles)
        self._show()

    def _show(self) -> None:
        wanted = self._there + self._here
        if wanted != self._tiles:
            self._tiles = wanted
            self._send(m.Tiles(tiles=self._received()))

    def tick(self) -> None:
        """Once a second: ask for figures now and then."""
        now_ms = self._now_ms()
        if self.view.stage is Stage.LIVE and now_ms - self._figures_at >= FIGURES_EVERY_MS:
            self._figures_at = now_ms
            self._send(m.AskFigures())

    def microphone(self, on: bool, device: str | None = None) -> None:
        """Switch the microphone, or change it."""
        self._device("microphone", on, device)
        self._send(m.Microphone(on=on, device=self.view.microphone.id))

    def camera(self, on: bool, device: str | None = None) -> None:
        """Switch the camera, or change it."""
        self._device("camera", on, device)
        self._send(m.Camera(on=on, device=self.view.camera.id))

    def flip_microphone(self) -> None:
        """Switch the microphone on or off."""
        self.microphone(not self.view.microphone.wanted)

    def flip_camera(self) -> None:
        """Switch the camera on or off."""
        self.camera(not self.view.camera.wanted)

    def speaker(self, device: str) -> None:
        """Change the speaker."""
        self._device("speaker", True, device)
        self._send(m.Speaker(device=device))

    def test_speaker(self) -> None:
        """Play three notes on the chosen speaker."""
        self._send(m.TestSpeaker())

    def see(self, faces: bool) -> None:
        """Receive the others' pictures, or sound and what is shared only."""
        self._change(lambda view: replace(view, sound_only=not faces))
        self._send(m.Tiles(tiles=self._received()))

    def _received(self) -> list[m.Tile]:
        """Return what the engine shall bring of what is on screen."""
        only = self.view.sound_only
        return [
            one for one in self._tiles if not only or one.slot == OWN_PREVIEW or one.stream == SCREEN_STREAM
        ]

    def _device(self, name: str, wanted: bool, device: str | None) -> None:
        def change(view: View) -> View:
            old: Device = getattr(view, name)
            new = replace(old, wanted=wanted, id=old.id if device is None else device)
            return replace(view, **{name: new})  # type: ignore[arg-type]

        self._change(change)

    def list_devices(self) -> None:
        """Look again for devices, screens and windows."""
        self._send(m.ListDevices())

    def share(self, kind: str, target: str) -> None:
        """Share a screen, a window or an image."""
        self._change(lambda view: replace(view, share=Device(wanted=True, id=target)))
        self._send(m.Share(kind=kind, target=target))

    def stop_sharing(self) -> None:
        """Share nothing more."""
        self._change(lambda view: replace(view, share=Device()))
        self._send(m.Share(kind="stop"))

    def hand(self, raised: bool) -> None:
        """Raise or lower the own hand."""
        self._send(m.RaiseHand(raised=raised))

    def say(self, text: str) -> None:
        """Write to all."""
        if text.strip():
            self._send(m.Chat(text=text.strip()[:MAX_CHAT]))

    def point(self, sharer: int, x: int, y: int) -> None:
        """Point at a place of what *sharer* shares; 65,535 is its whole width or height."""
        self._send(m.Point(sharer=sharer, x=x, y=y))

    def ask_code(self) -> None:
        """Begin a round of the call code."""
        self._send(m.AskCode())

    def admit(self, knock: int) -> None:
        """Let a waiting person in."""
        self._as_host("admit", m.Admit(knock=knock), self._waiting(knock))

    def refuse(self, knock: int) -> None:
        """Turn a waiting person away."""
        self._as_host("refuse", m.Refuse(knock=knock), self._waiting(knock))

    def admit_next(self) -> None:
        """Let the first certain identity in; a guest or a changed key never enters by a key press."""
        knocker = self.view.next_to_admit
        if knocker is not None and self.view.is_host:
            self.admit(knocker.knock)

    def _as_host(self, action: str, message: m.Message, user: bytes = b"") -> None:
        """Send what only the host decides, and record it under the person; under the meeting for a guest or for all."""
        view = self.view
        if view.is_host and view.invitation is not None:
            self._trail.record(action, subject=user or view.invitation.link.tag)
        self._send(message)

    def _waiting(self, knock: int) -> bytes:
        return next((one.user for one in self.view.lobby if one.knock == knock), b"")

    def _member(self, member: bytes) -> bytes:
        return next((one.user for one in self.view.people if one.member == member), b"")

    def remove(self, member: bytes) -> None:
        """Remove a member at once."""
        self._as_host("remove", m.Remove(member=member), self._member(member))

    def hand_over(self, member: bytes) -> None:
        """Give the host's pen away."""
        self._as_host("handover", m.Handover(member=member), self._member(member))

    def ask_mute(self, member: bytes = b"") -> None:
        """Ask a member, all others where empty, to switch the microphone off (host)."""
        self._as_host("mute", m.AskMute(member=member), self._member(member))

    def give_floor(self, member: bytes) -> None:
        """Take the raised hand of a member down: it is its turn (host)."""
        self._send(m.GiveFloor(member=member))

    def lock_room(self, locked: bool) -> None:
        """Accept no more knocks, or accept them again."""
        self._send(m.LockRoom(locked=locked))

    def dismiss(self, notice: Notice) -> None:
        """Show a notice no more."""
        self._change(lambda view: dismissed(view, notice))

    def hush(self) -> None:
        """Send nothing more and show nothing: the desk was locked. What the others say is still heard."""
        self.microphone(False)
        self.camera(False)
        self.stop_sharing()
        self.show_far(())
        self.show(())

    def leave(self, *, end: bool = False) -> None:
        """Leave; `end` closes the meeting for all."""
        if end:
            self._as_host("end", m.Leave(end=True))
        else:
            self._send(m.Leave())
        self._change(lambda view: ended(view, "ended" if end else "left"))
        self._run(self._stop_engine)

    def forget(self) -> None:
        """Go back to the empty page and end the engine."""
        self._change(lambda view: at_rest(view) if view.stage not in IN_MEETING else view)
        self._run(self._stop_engine)

    def clear(self) -> None:
        """Leave, and keep nothing of who worked here: somebody else opens the desk."""
        self._send(m.Leave())
        self._change(lambda _view: View())
        self._warned, self._crashes, self._figures_at = (), [], 0
        self._run(self._clear)

    def _clear(self) -> None:
        self._stop_engine()
        self.arena.wipe()

    def rest(self) -> None:
        """End the engine where nothing needs it any more; what is shown stays."""
        self._run(self._stop_engine)

    def _stop_engine(self) -> None:
        with self._lock:
            if self._view.stage in IN_MEETING:
                return
            engine, self._engine, self._tiles = self._engine, None, ()
        if engine is not None:
            engine.stop()

    def close(self) -> None:
        """End everything; blocks until the engine has ended."""
        self._send(m.Leave())
        self._change(lambda _view: View())
        self._stop_engine()


def _join(session: Session, invitation: Invitation, turn: int) -> m.Join:
    return m.Join(
        turn=turn,
        relay_host=invitation.relay.host,
        relay_port=invitation.relay.port,
        relay_pin=invitation.relay.pin,
        relay_ca=invitation.relay.ca,
        tag=invitation.link.tag,
        secret=invitation.link.secret,
        invite_hash=invitation.link.invite_hash,
        certificate=session.certificate,
        trust=session.trust,
        invitation_secret=invitation.invitation_secret,
        relay_key=session.relay_key,
        admit_certified=invitation.admit_certified,
    )
