"""The section RCP: one page a stage, all drawn from the meeting's view."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QTimer
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.config import ADMIT_CERTIFIED, PUSH_TO_TALK, SHARE_KIND, SINGLE_KEYS
from app.feature import Page
from app.i18n import fmt_day
from app.intents import JoinMeeting, OpenDate, OpenPerson, OpenSettings
from app.meeting.agenda.before import Before
from app.meeting.agenda.known import to_join
from app.meeting.call.live import LivePage
from app.meeting.call.marks import MeetingMarks
from app.meeting.entry.prejoin import PreJoin
from app.meeting.entry.status import StatusPage
from app.meeting.view import IN_MEETING, Stage
from app.ui.deck import Deck, prepare, wear
from app.ui.steps import PAINT, Steps
from app.ui.words import Words, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from app.commands import Command
    from app.config import Config
    from app.feature import Desk
    from app.intents import Intent
    from app.line import Line
    from app.meeting.agenda.planning import Planning
    from app.meeting.ports import Documents
    from app.meeting.service import Meeting
    from app.meeting.view import View
    from app.session import Session
    from media.engine.messages import HostAsked, Tile
    from storage.meetings import Meeting as KnownMeeting

SETTLED_MS = 300
"""When the pre-join stands, the call's page is built: entering does not wait for it."""


class MeetingPage(Page):
    """Join, pre-join, lobby, call, end."""

    wide = True

    def __init__(
        self,
        desk: Desk,
        meeting: Meeting,
        planning: Planning,
        documents: Documents,
        line: Line,
        session: Callable[[], Session],
        config: Config,
    ) -> None:
        super().__init__()
        self._desk, self._meeting, self._config = desk, meeting, config
        self._documents = documents
        self._marks = MeetingMarks()
        self._stack = Deck()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.before = Before(desk, planning, line, session(), config)
        self.join = self.before.join
        self._line, self._session = line, session
        self._call: LivePage | None = None
        self._steps = Steps(self)
        self._letters: list[QShortcut] = []
        self._stack.addWidget(self.before)
        self._shown: Stage | None = None
        self.drawn: View | None = None
        self._connect()
        desk.bridge.watch(self, config.changed, self._allow_letters)
        desk.bridge.watch(self, meeting.changed, self.show_view)
        desk.bridge.watch(self, meeting.asked, self._asked)
        desk.bridge.watch(self, meeting.fresh, self._freshen, lambda old, new: old | new)
        self._tick = QTimer(self)
        self._tick.timeout.connect(self._second)
        self._tick.start(1000)
        self.show_view(meeting.view)

    def _connect(self) -> None:
        self.join.asked.connect(self._ask)
        self.before.picked.connect(self._pick)
        self.before.turned.connect(self.headed)
        self.join.notices.dismissed.connect(self._meeting.dismiss)
        marks = self._marks  # of a running call: `live` is not built for them
        marks.code.connect(lambda: self.live.open_code())  # noqa: PLW0108
        marks.network.connect(lambda: self.live.open_network())  # noqa: PLW0108
        marks.panel.connect(lambda: self.live.flip_side())  # noqa: PLW0108

    # --- the pages, each built when it is first needed ----------------------------------------------------

    @cached_property
    def prejoin(self) -> PreJoin:
        """What is shown before entering."""
        meeting, made = self._meeting, PreJoin(self._desk, self._meeting, self._line, self._session)
        for signal, call in (
            (made.entered, meeting.enter),
            (made.cancelled, meeting.forget),
            (made.preview.asked, self._show_preview),
            (made.preview.microphone.clicked, meeting.flip_microphone),
            (made.preview.camera.clicked, meeting.flip_camera),
            (made.devices.microphone, self._use_microphone),
            (made.devices.camera, self._use_camera),
            (made.devices.speaker, meeting.speaker),
            (made.notices.dismissed, meeting.dismiss),
        ):
            signal.connect(call)
        for key, call in (("M", meeting.flip_microphone), ("V", meeting.flip_camera)):
            shortcut = QShortcut(QKeySequence(key), made)
            shortcut.activated.connect(call)
            self._letters.append(shortcut)
        self._stack.addWidget(made)
        self._allow_letters("")
        return made

    @cached_property
    def status(self) -> StatusPage:
        """What is shown while one waits, and at the end."""
        meeting, made = self._meeting, StatusPage()
        for signal, call in (
            (made.notices.dismissed, meeting.dismiss),
            (made.cancelled, meeting.leave),
            (made.retried, meeting.enter),
            (made.closed, meeting.forget),
        ):
            signal.connect(call)
        self._stack.addWidget(made)
        return made

    @property
    def live(self) -> LivePage:
        """The running call."""
        return self._call or self._make_call()

    def _make_call(self) -> LivePage:
        if self._call is not None:
            return self._call
        made = self._call = LivePage(self._meeting, self._desk, self._documents)
        made.side.share.prefer(self._config.get(SHARE_KIND))
        made.side.more.devices.connect(self._open_settings)
        for cards in (made.lobby, made.side.people.lobby.cards):
            cards.compared.connect(self._compare)
        made.full.asked.connect(self.whole)
        self._desk.bridge.watch(made, self._meeting.pointed, made.staging.heard, lambda old, new: old + new)
        self._stack.addWidget(made)
        self._allow_letters("")
        return made

    def _page(self, stage: Stage) -> Before | PreJoin | StatusPage | LivePage:
        if stage is Stage.IDLE:
            return self.before
        if stage is Stage.READY:
            QTimer.singleShot(SETTLED_MS, self._make_call_ready)
            return self.prejoin
        return self.live if stage in {Stage.LIVE, Stage.RECONNECTING} else self.status

    def _allow_letters(self, _key: str) -> None:
        allowed = self._config.get(SINGLE_KEYS)
        for shortcut in self._letters:
            shortcut.setEnabled(allowed)
        if self._call is not None:
            self._call.allow_letters(allowed)
            self._call.talk.allowed = self._config.get(PUSH_TO_TALK)

    def ahead(self) -> Iterator[object]:
        """Make the form of a meeting, and the pages of one: before it, around it, in it."""
        yield self.before.planner
        for make in (lambda: self.prejoin, lambda: self.status, self._make_call):
            page = make()
            yield page
            wear(page)
            yield page

    def _make_call_ready(self) -> None:
        if self._call is None:
            self._steps.run(self._call_steps())

    def _call_steps(self) -> Iterator[object]:
        page = self.live
        yield PAINT
        yield from prepare(page)

    def wear(self) -> None:
        """Let the page of the stage wear today's look."""
        self._stack.wear()

    # --- joining ------------------------------------------------------------------------------------------

    def take(self, intent: Intent) -> None:
        """Show the meeting of a link, or a date of the agenda; the user enters by a click, never this."""
        if isinstance(intent, JoinMeeting):
            self._meeting.open(intent)
            self._look()
        elif isinstance(intent, OpenDate):
            self.before.show_date(intent.tag, intent.starts_s)

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
        page = self._page(view.stage)
        if self._call is not None:
            if view.stage not in IN_MEETING:
                self._call.wipe()
            if page is not self._call:
                self._call.staging.follow(view)
        page.show_view(view)
        if view.stage is not self._shown:
            stayed = self._stack.currentWidget() is page and page is self._call
            self._shown = view.stage
            self._stack.setCurrentWidget(page)
            if not stayed:
                self._arrive(page)
        self._tell_time()
        self.headed.emit()

    def _tell_time(self) -> None:
        self._marks.show_view(self._meeting.view, self._desk.now_ms())
        if self._call is not None:
            self._call.tick(self._desk.now_ms())

    def _arrive(self, page: QWidget) -> None:
        focus: Callable[[], None] = getattr(page, "focus_first", page.setFocus)
        focus()

    def _freshen(self, boxes: frozenset[int]) -> None:
        if self._shown is Stage.READY:
            self.prejoin.preview.update()
        elif self._call is not None:
            self._call.wall.freshen(boxes)

    def _second(self) -> None:
        self._meeting.tick()
        if self._call is not None:
            self._call.second()
        self._tell_time()
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
        if self._call is not None:
            self._call.cover(yes)

    def pane_order(self) -> Sequence[QWidget]:
        """Return the parts of the call in the order of F6."""
        live = self._call
        if live is None or not live.isVisible():
            return (self,)
        return live.notices, live.lobby, live.wall, live.controls, live.side

    def commands(self) -> Sequence[Command]:
        """Return what the running call offers, or the agenda."""
        if self._call is not None and self._stack.currentWidget() is self._call:
            return self._call.commands
        return self.join.commands() if self.join.isVisible() else ()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Draw again in the new language."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.LanguageChange:
            self.show_view(self._meeting.view)
