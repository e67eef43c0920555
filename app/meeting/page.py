"""The section RCP: one page a stage, all drawn from the meeting's view."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QTimer
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.config import ADMIT_CERTIFIED, PUSH_TO_TALK, SHARE_KIND, SINGLE_KEYS
from app.feature import Page
from app.i18n import fmt_day
from app.intents import JoinMeeting, OpenPerson, OpenSettings
from app.meeting.before import Before
from app.meeting.known import to_join
from app.meeting.live import LivePage
from app.meeting.marks import MeetingMarks
from app.meeting.prejoin import PreJoin
from app.meeting.status import StatusPage
from app.meeting.view import IN_MEETING, Stage
from app.ui.words import Words, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.commands import Command
    from app.config import Config
    from app.feature import Desk
    from app.intents import Intent
    from app.line import Line
    from app.meeting.planning import Planning
    from app.meeting.service import Meeting
    from app.meeting.view import View
    from app.session import Session
    from media.engine.messages import HostAsked, Tile
    from storage.meetings import Meeting as KnownMeeting


class MeetingPage(Page):
    """Join, pre-join, lobby, call, end."""

    wide = True

    def __init__(
        self,
        desk: Desk,
        meeting: Meeting,
        planning: Planning,
        line: Line,
        session: Callable[[], Session],
        config: Config,
    ) -> None:
        super().__init__()
        self._desk, self._meeting, self._config = desk, meeting, config
        self._marks = MeetingMarks()
        self._stack = QStackedWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.before = Before(desk, planning, line, session(), config)
        self.join = self.before.join
        self.prejoin = PreJoin(desk, meeting, line, session)
        self.status = StatusPage()
        self.live = LivePage(meeting, desk)
        self._pages: dict[Stage, Before | PreJoin | StatusPage | LivePage] = {
            Stage.IDLE: self.before,
            Stage.READY: self.prejoin,
            Stage.CONNECTING: self.status,
            Stage.WAITING: self.status,
            Stage.LIVE: self.live,
            Stage.RECONNECTING: self.live,
            Stage.ENDED: self.status,
        }
        for page in (self.before, self.prejoin, self.status, self.live):
            self._stack.addWidget(page)
        self._shown: Stage | None = None
        self.drawn: View | None = None
        self._connect()
        self._allow_letters("")
        self.live.side.share.prefer(config.get(SHARE_KIND))
        desk.bridge.watch(self, config.changed, self._allow_letters)
        desk.bridge.watch(self, meeting.changed, self.show_view)
        desk.bridge.watch(self, meeting.asked, self._asked)
        desk.bridge.watch(self, meeting.fresh, self._freshen, lambda old, new: old | new)
        desk.bridge.watch(self, meeting.pointed, self.live.staging.heard, lambda old, new: old + new)
        self.live.full.asked.connect(self.whole)
        self._tick = QTimer(self)
        self._tick.timeout.connect(self._second)
        self._tick.start(1000)
        self.show_view(meeting.view)

    def _connect(self) -> None:
        meeting, prejoin = self._meeting, self.prejoin
        for signal, call in (
            (self.join.asked, self._ask),
            (self.before.picked, self._pick),
            (self.before.turned, self.headed),
            (prejoin.entered, meeting.enter),
            (prejoin.cancelled, meeting.forget),
            (prejoin.preview.asked, self._show_preview),
            (prejoin.preview.microphone.clicked, self.live.flip_microphone),
            (prejoin.preview.camera.clicked, self.live.flip_camera),
            (prejoin.devices.microphone, self._use_microphone),
            (prejoin.devices.camera, self._use_camera),
            (prejoin.devices.speaker, meeting.speaker),
            (self.join.notices.dismissed, meeting.dismiss),
            (prejoin.notices.dismissed, meeting.dismiss),
            (self.status.notices.dismissed, meeting.dismiss),
            (self.status.cancelled, meeting.leave),
            (self.status.retried, meeting.enter),
            (self.status.closed, meeting.forget),
            (self.live.side.more.devices, self._open_settings),
            (self.live.lobby.compared, self._compare),
            (self.live.side.people.lobby.cards.compared, self._compare),
            (self._marks.code, self.live.open_code),
            (self._marks.network, self.live.open_network),
            (self._marks.panel, self.live.flip_side),
        ):
            signal.connect(call)
        self._letters = []
        for key, call in (("M", self.live.flip_microphone), ("V", self.live.flip_camera)):
            shortcut = QShortcut(QKeySequence(key), prejoin)
            shortcut.activated.connect(call)
            self._letters.append(shortcut)

    def _allow_letters(self, _key: str) -> None:
        allowed = self._config.get(SINGLE_KEYS)
        self.live.allow_letters(allowed)
        self.live.talk.allowed = self._config.get(PUSH_TO_TALK)
        for shortcut in self._letters:
            shortcut.setEnabled(allowed)

    # --- joining ------------------------------------------------------------------------------------------

    def take(self, intent: Intent) -> None:
        """Show the meeting of a link; the user enters by a click, never this."""
        if isinstance(intent, JoinMeeting):
            self._meeting.open(intent)
            self._look()

    def _ask(self, link: str) -> None:
        self.take(JoinMeeting(link, admit_certified=self._admit_certified()))

    def _pick(self, known: KnownMeeting) -> None:
        self.take(to_join(known, self._config))

    def _admit_certified(self) -> bool:
        return self._config.get(ADMIT_CERTIFIED)

    def _show_preview(self, tiles: Sequence[Tile]) -> None:
        if self._meeting.view.stage is Stage.READY:
            self._meeting.show(tiles)

    def _look(self) -> None:
        if self._meeting.view.stage is Stage.READY:
            self._meeting.look()

    def _use_microphone(self, device: str) -> None:
        self._meeting.microphone(self._meeting.view.microphone.wanted, device)

    def _use_camera(self, device: str) -> None:
        self._meeting.camera(self._meeting.view.camera.wanted, device)

    def _compare(self, user: bytes) -> None:
        self._desk.open(OpenPerson(user))

    def _asked(self, asked: HostAsked) -> None:
        """Say who asked; what the host took away comes back by the user's own hand."""
        if asked.what == "mute":
            self._desk.tell(say("floor.muted", name=asked.name), partial(self._meeting.microphone, True))
        elif asked.what == "floor":
            self._desk.tell(say("floor.given", name=asked.name))

    def _open_settings(self) -> None:
        self._desk.open(OpenSettings("devices"))

    # --- what is shown ------------------------------------------------------------------------------------

    def show_view(self, view: View) -> None:
        """Show the page of the stage, up to date."""
        self.drawn = view
        if view.stage not in IN_MEETING:
            self.live.wipe()
        page = self._pages[view.stage]
        page.show_view(view)
        if page is not self.live:
            self.live.staging.follow(view)
        if view.stage is not self._shown:
            stayed = self._stack.currentWidget() is page and page is self.live
            self._shown = view.stage
            self._stack.setCurrentWidget(page)
            if not stayed:
                self._arrive(page)
        self._marks.show_view(view, self._desk.now_ms())
        self.live.tick(self._desk.now_ms())
        self.headed.emit()

    def _arrive(self, page: QWidget) -> None:
        focus: Callable[[], None] = getattr(page, "focus_first", page.setFocus)
        focus()

    def _freshen(self, boxes: frozenset[int]) -> None:
        if self._shown is Stage.READY:
            self.prejoin.preview.update()
        else:
            self.live.wall.freshen(boxes)

    def _second(self) -> None:
        self._meeting.tick()
        self.live.second()
        self._marks.show_view(self._meeting.view, self._desk.now_ms())
        self.live.tick(self._desk.now_ms())
        self.join.tick(self._desk.now_ms() // 1000)

    def title(self) -> Words:
        """Return the meeting's name, or the section's."""
        view = self._meeting.view
        if view.stage is Stage.READY:
            return say("prejoin.head")
        return view.title or say("meeting.section")

    def subtitle(self) -> Words:
        """Return what goes on."""
        view = self._meeting.view
        if view.stage is Stage.READY:
            return view.title
        if view.stage is Stage.IDLE:
            return self.before.title()
        if view.stage is Stage.LIVE:
            return fmt_day(datetime.fromtimestamp(self._desk.now_ms() / 1000, UTC))
        return say(f"stage.{view.stage.value}") if view.title else ""

    def marks(self) -> QWidget | None:
        """Return the chips of the call."""
        return self._marks

    def cover(self, yes: bool) -> None:
        """Show nothing outside of the window while it is covered."""
        self.live.cover(yes)

    def pane_order(self) -> Sequence[QWidget]:
        """Return the parts of the call in the order of F6."""
        live = self.live
        parts = live.notices, live.lobby, live.wall, live.controls, live.side
        return parts if live.isVisible() else (self,)

    def commands(self) -> Sequence[Command]:
        """Return what the running call offers, or the agenda."""
        if self._stack.currentWidget() is self.live:
            return self.live.commands
        return self.join.commands() if self.join.isVisible() else ()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Draw again in the new language."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.LanguageChange:
            self.show_view(self._meeting.view)
