"""Tells the conductor what the doctor's real workstation sees and counts: its own view and its engine's own figures."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from app.demo.actor import now_us
from app.demo.orders import CodeShown, Counted, Entered, Failed, Listens, Sees, StreamCount
from app.demo.tally import KINDS
from app.interop.state import Standing
from app.meeting.view import Stage
from media.engine.messages import AskFigures, Figures, StreamFigures
from media.engine.supervise import Engine

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.demo.orders import Order, Scene
    from app.interop.state import State
    from app.meeting.view import View
    from media.engine.messages import Message

FIGURES_S = 3.0


class Witness:
    """Watches one workstation; its methods are called on any thread but the engine's."""

    def __init__(self, name: str, tell: Callable[[Order], None]) -> None:
        self._name, self._tell = name, tell
        self._engine: Engine | None = None
        self._figures: Figures | None = None
        self._came = threading.Event()
        self._before: dict[tuple[int, int], StreamFigures] = {}
        self._told: set[tuple[str, str]] = set()
        self._others = -1
        self._slot = -1

    def engine(self) -> Engine:
        """Return a new engine for the workstation, whose figures are overheard."""
        engine = self._engine = Engine()
        engine.messages.subscribe(self._overhear)
        return engine

    def _overhear(self, message: Message) -> None:
        if isinstance(message, Figures):
            self._figures = message
            self._came.set()

    def see(self, view: View) -> None:
        """Tell what changed in *view*."""
        me = view.me
        if view.stage is Stage.LIVE and me is not None and me.slot != self._slot:
            self._slot = me.slot
            self._tell(Entered(name=self._name, slot=me.slot))
        others = sum(one.live for one in view.people if not one.me)
        if me is not None and others != self._others:
            self._others = others
            self._tell(Sees(name=self._name, others=others))
        if view.code.state == "ready":
            self._once("code", view.code.digits, CodeShown(name=self._name, digits=view.code.digits))
        code = view.refused or (view.reason if view.stage is Stage.ENDED else "")
        if code not in ("", "left", "ended"):
            self._once("failed", code, Failed(name=self._name, code=code))

    def see_feed(self, state: State) -> None:
        """Tell where the workstation takes HL7 messages, as soon as it does."""
        if state.standing is Standing.LISTENING:
            host, _, port = state.address.rpartition(":")
            self._once("feed", state.address, Listens(host=host, port=int(port)))

    def _once(self, kind: str, text: str, news: Order) -> None:
        if (kind, text) not in self._told:
            self._told.add((kind, text))
            self._tell(news)

    def begin(self, scene: Scene) -> None:
        """Take the counts at the start of the scene, to be subtracted at its end."""
        timer = threading.Timer(max(0, scene.start_us - now_us()) / 1e6, self._begin)
        timer.daemon = True
        timer.start()

    def _begin(self) -> None:
        figures = self._ask()
        if figures is not None:
            self._before = {(one.slot, one.stream): one for one in figures.streams}

    def count(self) -> None:
        """Tell what the engine decoded since the scene began; nothing when it does not answer."""
        figures = self._ask()
        if figures is not None:
            streams = [self._since(one) for one in figures.streams]
            self._tell(Counted(name=self._name, streams=streams, rekeys=figures.rekeys))

    def _since(self, now: StreamFigures) -> StreamCount:
        before = self._before.get((now.slot, now.stream))
        return StreamCount(
            sender=now.name,
            kind=KINDS[now.stream],
            frames=now.frames - (before.frames if before else 0),
            lost=now.lost - (before.lost if before else 0),
            made_up=now.made_up - (before.made_up if before else 0),
            p50_ms=now.p50_ms,
            p95_ms=now.p95_ms,
        )

    def _ask(self) -> Figures | None:
        if self._engine is None:
            return None
        self._came.clear()
        self._engine.send(AskFigures())
        return self._figures if self._came.wait(FIGURES_S) else None
