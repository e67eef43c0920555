"""Before entering: own picture and level, devices, the four checks. Nothing is sent until "Entrer"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.meeting.entry import checks, start
from app.meeting.entry.checklist import CheckList
from app.meeting.entry.devices import DeviceChoice
from app.meeting.entry.preview import Preview
from app.meeting.notices import NoticeColumn
from app.ui.buttons import Button, Switch
from app.ui.marks import Chip
from app.ui.panes import Field, Glyph, ground, scrolled
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtGui import QHideEvent, QResizeEvent

    from app.bridge import Job
    from app.feature import Desk
    from app.line import Line, State
    from app.meeting.linkcheck import Invitation
    from app.meeting.service import Meeting
    from app.meeting.view import View
    from app.session import Session

SECOND_MS = 1000
IDENTITY_WIDTH = 360
BAR_WIDTH = 14


class PreJoin(QWidget):
    """`entered` is the user's word; nothing else enters. *session* is asked each time: it knows the meeting that was just called."""

    entered = pyqtSignal()
    cancelled = pyqtSignal()

    def __init__(self, desk: Desk, meeting: Meeting, line: Line, session: Callable[[], Session]) -> None:
        super().__init__()
        ground(self, "surface")
        self._desk, self._meeting, self._line, self._session = desk, meeting, line, session
        self._invitation: Invitation | None = None
        self._exam: checks.Exam | None = None
        self._job: Job | None = None
        self._muted = self._blind = False
        row = QHBoxLayout(self)
        row.setContentsMargins(36, 28, 36, 28)
        row.setSpacing(36)
        left = QVBoxLayout()
        left.setSpacing(14)
        me = session()
        detail = me.specialty or (str(say(f"role.{me.role}")) if me.role else "")
        self.preview = Preview(meeting.arena, me.name, detail)
        left.addWidget(self.preview)
        left.addWidget(_identity(me.name))
        left.addStretch(1)
        cancel = Button(say("prejoin.cancel"), "ghost", "l", "arrow-left")
        cancel.clicked.connect(self.cancelled)
        left.addWidget(cancel, 0, Qt.AlignmentFlag.AlignLeft)
        row.addLayout(left, 16)
        row.addLayout(self._right(), 10)
        self._second = QTimer(self)
        self._second.timeout.connect(self._show_start)
        self._second.start(SECOND_MS)
        desk.bridge.watch(self, line.changed, self._line_changed)

    # --- parts --------------------------------------------------------------------------------------------

    def _right(self) -> QVBoxLayout:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(4, 0, 4, 0)
        column.setSpacing(8)
        column.addLayout(self._chips())
        self._title = Label("", "display", wrap=True)
        self._where = Label("", "body", "text_2", wrap=True)
        self.devices, self.notices = DeviceChoice(), NoticeColumn()
        self.devices.tested.connect(self._meeting.test_speaker)
        self.checks = CheckList(4)
        for widget in (self._title, self._where, self.devices, self.notices, self.checks):
            column.addWidget(widget)
        column.addLayout(self._switches())
        column.addStretch(1)
        outer = QVBoxLayout()
        outer.setSpacing(12)
        self._content, self._area = content, scrolled(content)
        outer.addWidget(self._area, 1)
        outer.addLayout(self._verbs())
        return outer

    def _chips(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._start = Chip("", "clock", "accent")
        row.addWidget(self._start)
        row.addWidget(Chip(say("prejoin.forbidden"), "player-record"))
        row.addStretch(1)
        return row

    def _switches(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.muted, self.blind = Switch(say("prejoin.muted")), Switch(say("prejoin.blind"))
        self.muted.clicked.connect(self._flip_muted)
        self.blind.clicked.connect(self._flip_blind)
        for switch, name in ((self.muted, "prejoin.muted"), (self.blind, "prejoin.blind")):
            row.addWidget(switch)
            row.addWidget(Label(say(name), "small", "text_2"))
            row.addSpacing(16)
        row.addStretch(1)
        return row

    def _verbs(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(10)
        self.enter = Button(say("prejoin.enter"), "primary", "l", "door-enter", ("↵",))
        self.enter.clicked.connect(self._enter)
        self.sound_only = Button(say("prejoin.audio_only"), size="l", icon="phone")
        self.sound_only.clicked.connect(self._enter_sound_only)
        row.addWidget(self.enter, 1)
        row.addWidget(self.sound_only)
        return row

    # --- wishes -------------------------------------------------------------------------------------------

    def _flip_muted(self, muted: bool) -> None:
        self._muted = muted
        if not muted and not self._meeting.view.microphone.wanted:
            self._meeting.microphone(True)

    def _flip_blind(self, blind: bool) -> None:
        self._blind = blind
        if not blind and not self._meeting.view.camera.wanted:
            self._meeting.camera(True)

    def _enter(self) -> None:
        self._go_in(sound_only=False)

    def _enter_sound_only(self) -> None:
        self._go_in(sound_only=True)

    def _go_in(self, *, sound_only: bool) -> None:
        meeting = self._meeting
        if self._muted:
            meeting.microphone(False)
        if self._blind or sound_only:
            meeting.camera(False)
        meeting.see(not sound_only)
        self.entered.emit()

    # --- what is shown ------------------------------------------------------------------------------------

    def show_view(self, view: View) -> None:
        """Bring the page up to date."""
        if view.invitation is None:
            return
        self._title.say(view.title or view.invitation.title or say("prejoin.untitled"))
        self.preview.show_view(view)
        self.devices.show_view(view)
        self.notices.show_view(view)
        self.muted.setChecked(self._muted or not view.microphone.wanted)
        self.blind.setChecked(self._blind or not view.camera.wanted)
        listen = not view.microphone.wanted and not view.camera.wanted
        dumb = view.devices_known and not view.devices.microphones
        self.enter.say(say("prejoin.listen" if listen or dumb else "prejoin.enter"))
        if view.invitation is not self._invitation:
            self._invitation = view.invitation
            self._show_start()
            self._examine()

    def _show_start(self) -> None:
        invitation = self._invitation
        if invitation is None:
            return
        known = self._session().meeting(invitation.link.tag)
        chip, when = start.words(known, self._desk.now_ms() // 1000)
        self._start.setVisible(bool(str(chip)))
        self._start.show_state(chip, "clock", "accent")
        self._where.say(when if str(when) else say("prejoin.where", relay=invitation.link.relay))

    def _examine(self) -> None:
        invitation = self._invitation
        if invitation is None:
            return
        self._forget_exam()
        session = self._session()
        known = session.meeting(invitation.link.tag)
        now_s = self._desk.now_ms() // 1000
        hosts = known.hosts if known is not None else ()
        exam = checks.examine(self._line, invitation.relay, session, hosts, now_s)
        self._job = self._desk.bridge.start(self, exam, self._examined, self._not_examined)

    def _forget_exam(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job = self._exam = None
        self.checks.show_checks(checks.checks(None))

    def _examined(self, exam: checks.Exam) -> None:
        self._exam = exam
        self.checks.show_checks(checks.checks(exam))

    def _not_examined(self, _error: Exception) -> None:
        self._examined(checks.Exam(checks.Keys(0), code="unreachable"))

    def _line_changed(self, state: State) -> None:
        """Measure again once the relay is back."""
        if state.online and self._exam is not None and self._exam.seen is None:
            self._examine()

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Measure nothing that nobody looks at; the next meeting is measured anew."""
        super().hideEvent(event)
        self._invitation = None
        self._muted = self._blind = False
        self._forget_exam()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Leave the right half the room that its words need, whatever the size of the text."""
        super().resizeEvent(event)
        self._area.setMinimumWidth(self._content.minimumSizeHint().width() + BAR_WIDTH)

    def focus_first(self) -> None:
        """Give the focus to the main verb."""
        self.enter.setFocus(Qt.FocusReason.OtherFocusReason)


def _identity(name: str) -> QWidget:
    """Return whose name the others will see: fixed."""
    box = QWidget()
    box.setMaximumWidth(IDENTITY_WIDTH)
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    column.addWidget(Label(say("prejoin.as"), "caption", "text_2"))
    field = Field(say("prejoin.as"))
    field.setText(name)
    field.setReadOnly(True)
    field.setTextMargins(0, 0, 26, 0)
    row = QHBoxLayout(field)
    row.setContentsMargins(0, 0, 10, 0)
    row.addStretch(1)
    row.addWidget(Glyph("lock", "text_3", 18))
    column.addWidget(field)
    column.addWidget(Label(say("prejoin.as.why"), "caption", "text_2", wrap=True))
    return box
