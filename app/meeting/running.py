"""The media engine of one meeting, and the view that follows it: started, heard, shown what is on screen, started anew after a crash."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from app.audit import Trail
from app.meeting import signing
from app.meeting.reduce import ended, noticed, reduce, restarting
from app.meeting.view import IN_MEETING, OWN_PREVIEW, SCREEN_STREAM, Device, Notice, Stage, View
from media.engine import messages as m
from media.errors import MediaError
from media.events import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.meeting.linkcheck import Invitation
    from app.meeting.ports import Arena, Engine
    from app.session import Session

MAX_CRASHES = 3
CRASH_WINDOW_MS = 60_000
log = logging.getLogger(__name__)


class Running:
    """What runs: the engine with its devices and pictures. Events fire on any thread."""

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

    # --- the engine's life --------------------------------------------------------------------------------------

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

    def _stop_engine(self) -> None:
        with self._lock:
            if self._view.stage in IN_MEETING:
                return
            engine, self._engine, self._tiles = self._engine, None, ()
        if engine is not None:
            engine.stop()

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

    # --- pictures and devices -----------------------------------------------------------------------------------

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
