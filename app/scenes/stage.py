"""A fresh office with a fixed clock, and the strings that move it into a scene."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.directory.sight import Sight
from app.scenes import stills
from app.scenes.letters import StillMessages
from app.scenes.stills import LINK, NOW_MS, StillArena, StillEngine, StillSignIn
from media.engine import messages as m
from resources.demo.people import TITLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtWidgets import QWidget

    from app.directory.page import DirectoryPage
    from app.meeting.call.live import LivePage
    from app.meeting.entry.prejoin import PreJoin
    from app.workstation import Office
    from media.link.admission import RelayAddress
    from media.link.probe import Seen

CALL_MS = 2_530_000
LAPTOP, FULL_HD = (1536, 786), (1920, 1080)
"""A 24 inch screen of 1080 lines at 125 %, less the system's bars; the same at 100 %."""


@dataclass(frozen=True)
class Scene:
    """One screen: how to get there from a fresh office; *size* in logical pixels."""

    name: str
    play: Callable[[Stage], None]
    policy: bytes = b""
    size: tuple[int, int] = (1440, 900)


def _at_once(call: Callable[[], object]) -> None:
    call()


class Stage:
    """A fresh office and the strings that move it."""

    def __init__(self, scene: Scene, language: str, theme: str) -> None:
        from app.config import Policy  # noqa: PLC0415 -- Qt starts in main()
        from app.workstation import Profile, build_office  # noqa: PLC0415

        self.acts: list[Callable[[], object]] = []
        self.ends: list[Callable[[], object]] = []
        self.look = stills.look
        self.pending = 0
        self.now_ms = NOW_MS
        self.arena = StillArena()
        self.engine = StillEngine(self.arena)
        self.messages = StillMessages(stills.directory_session().user, lambda: self.now_ms)
        policy = Policy.parse(scene.policy) if scene.policy else Policy()
        policy.default.update({"language": language, "theme": theme})
        self.office: Office = build_office(
            Profile(
                folder=Path("/nowhere"),
                policy=policy,
                now_ms=lambda: self.now_ms,
                steady_ms=lambda: self.now_ms,
                make_engine=lambda: self.engine,
                make_arena=lambda: self.arena,
                sight=Sight(lambda: self.engine, lambda: self.arena),
                make_signin=StillSignIn,
                look=self._look,
                run=_at_once,
                play=lambda _tone: None,
                messages=self.messages,
                ahead=False,
            )
        )
        self.size = scene.size
        self.office.window.resize(*scene.size)
        self.office.window.show()
        self.shown: QWidget = self.office.window
        scene.play(self)

    async def _look(
        self, address: RelayAddress, now_s: Callable[[], float], *, thorough: bool = False
    ) -> Seen:
        return await self.look(address, now_s, thorough=thorough)

    def close(self) -> None:
        """Take the scene down, and what it had made for itself."""
        self.office.close()
        for shown in {self.shown, self.office.window}:
            shown.close()
            shown.deleteLater()
        while self.ends:
            self.ends.pop(0)()

    def enter(self) -> None:
        """Unlock."""
        self.office.enter_as(stills.session())
        self.when(lambda: self.office.line.state.looked_ms > 0 or self.office.door.isVisible(), lambda: None)

    def join(self) -> None:
        """Come as far as the pre-join, camera and microphone on."""
        from app.intents import JoinMeeting  # noqa: PLC0415 -- as above

        self.enter()
        self.office.open(JoinMeeting(LINK.format()))
        self.office.meeting.microphone(True)
        self.office.meeting.camera(True)

    def hear(self, *said: m.Message) -> None:
        """Let the engine speak."""
        self.engine.say(said)

    def later(self, act: Callable[[], object]) -> None:
        """Act once the page of the call is there."""
        self.acts.append(act)

    def when(self, ready: Callable[[], bool], act: Callable[[], object]) -> None:
        """Act as soon as *ready*; the picture waits for it."""
        from PyQt6.QtCore import QTimer  # noqa: PLC0415 -- as above

        self.pending += 1
        timer = QTimer(self.office.window)

        def look() -> None:
            if ready():
                timer.stop()
                act()
                self.pending -= 1

        timer.timeout.connect(look)
        timer.start(10)

    def directory(self, name: str = "", groups: int = 0, *, alarm: bool = False) -> DirectoryPage:
        """Open the directory, at the person whose name begins so, with so many groups spelt."""
        from app.trust import News  # noqa: PLC0415 -- as above

        session = stills.directory_session(alarm=alarm)
        self.office.enter_as(session)
        shelf, news = stills.shelf(), News("", stills.unexpected() if alarm else ())
        self.office.sitting._open_directory = lambda: self.office.directory.open(  # type: ignore[method-assign]  # noqa: SLF001 -- no vault
            self.office.session(), shelf, news
        )
        self.office.directory.open(session, shelf, news)
        self.office.directory.presence.show(stills.here(self.now_ms), shared=True)
        self.office.window.show_feature("directory")
        page: DirectoryPage = self.office.window.page("directory")  # type: ignore[assignment]  # its own page

        card = page.panel.comparison.card

        def spell() -> None:
            for _ in range(groups):
                card.spell.click()

        def choose() -> None:
            page.open_name(name)
            self.when(lambda: card.ready or not name or not card.isVisibleTo(page.panel), spell)

        self.when(lambda: page.model.rowCount() > 0, choose)
        return page

    def prejoin(self) -> PreJoin:
        """Return what is shown before a meeting."""
        page = self.office.window.page("meeting")
        return page.prejoin  # type: ignore[attr-defined,no-any-return]  # the meeting's own page

    def live(self) -> LivePage:
        """Return the page of the running call."""
        page = self.office.window.page("meeting")
        return page.live  # type: ignore[attr-defined,no-any-return]  # the meeting's own page

    def call(self, n: int, *, sharing: bool = False, speaking: int = 4) -> None:
        """Be in the running RCP with *n* people."""
        self.join()
        self.office.meeting.enter()
        self.office.meeting.microphone(False)
        self.now_ms = NOW_MS - CALL_MS
        self.hear(
            m.Phase(phase="in-call", is_host=True, title=TITLE, transport="udp"),
            m.Roster(n=3, people=stills.people(n, sharing=sharing)),
            m.Speaking(slots=[speaking], level=0.0),
            m.Figures(streams=_streams(), rekeys=2, rtt_ms=23, up_kbps=1480, down_kbps=3120),
        )
        self.now_ms = NOW_MS


def _streams() -> list[m.StreamFigures]:
    return [m.StreamFigures(slot=13, name="", stream=2, frames=900, lost=90, p50_ms=40, p95_ms=80)]
