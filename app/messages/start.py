"""A new message: to whom, about which patient, for how long. One person is a direct thread, several are a team."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import naming
from app.messages import looks
from app.messages.picker import PatientPicker, PeoplePicker
from app.messages.timing import TimerChoice
from app.ui.buttons import Button, IconButton
from app.ui.marks import Avatar
from app.ui.panes import Banner, Field, Glyph, clear, ground, scrolled
from app.ui.text import Label, Named
from app.ui.words import Words, say

if TYPE_CHECKING:
    from app.feature import Desk
    from app.messages.habits import Habits
    from app.messages.people import Known, Patients, People
    from storage.messages.records import PatientLink

WIDE = 560
MOST = 63
"""People in one team besides oneself (docs/protocol.md §11)."""


class StartPane(QWidget):
    """`begun` asks for the thread that `members`, `title`, `patient` and `timer_s` say."""

    begun = pyqtSignal()
    left = pyqtSignal()

    def __init__(self, desk: Desk, people: People, patients: Patients, habits: Habits) -> None:
        super().__init__()
        self._people, self._habits = people, habits
        self._members: list[bytes] = []
        self.patient: PatientLink | None = None
        ground(self, "surface")
        body = QWidget()
        outer = QHBoxLayout(body)
        outer.setContentsMargins(24, 20, 24, 20)
        inner = QWidget()
        inner.setMaximumWidth(WIDE)
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        outer.addStretch(1)
        outer.addWidget(inner, 10)
        outer.addStretch(1)
        self.who, self.whom = PeoplePicker(people, lists=True), PatientPicker(desk, patients)
        self.who.picked.connect(self.add)
        self.who.picked_all.connect(self.add_all)
        self.whom.picked.connect(self.show_patient)
        self._fill()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scrolled(body))
        for keys, act in (("Ctrl+Return", self._press), ("Ctrl+Enter", self._press), ("Esc", self.left.emit)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(act)
        self._refresh()

    def _fill(self) -> None:
        column = self._column
        column.addWidget(Label(say("messages.new"), "title"))
        column.addWidget(Label(say("messages.start.detail"), "body", "text_2", wrap=True))
        column.addSpacing(6)
        column.addWidget(Label(say("messages.start.to"), "subhead"))
        self._chosen = QVBoxLayout()
        self._chosen.setSpacing(2)
        column.addLayout(self._chosen)
        column.addWidget(self.who)
        self._team = QWidget()
        team = QVBoxLayout(self._team)
        team.setContentsMargins(0, 8, 0, 0)
        team.setSpacing(6)
        team.addWidget(Label(say("messages.start.title"), "subhead"))
        self.title_field = Field(say("messages.start.title"), say("messages.start.title.hint"))
        self.title_field.setMaxLength(80)
        self.title_field.textChanged.connect(lambda _text: self._refresh())
        self.title_field.returnPressed.connect(self._press)
        team.addWidget(self.title_field)
        column.addWidget(self._team)
        column.addSpacing(6)
        column.addWidget(Label(say("messages.start.patient"), "subhead"))
        self._patient_row = QVBoxLayout()
        column.addLayout(self._patient_row)
        column.addWidget(self.whom)
        column.addSpacing(6)
        column.addWidget(Label(say("messages.start.timer"), "subhead"))
        self.timer = TimerChoice(self._habits, "hourglass-high")
        Named(self.timer, say("messages.start.timer"))
        column.addWidget(self.timer)
        column.addWidget(self.timer.why)
        column.addSpacing(10)
        self._failures = QVBoxLayout()
        column.addLayout(self._failures)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.button = Button(
            say("messages.start.begin"), "primary", icon="message-2", keys=("Ctrl", "↵")
        ).yielding()
        self.button.clicked.connect(self._press)
        cancel = Button(say("messages.cancel"), "ghost", keys=("Échap",))
        cancel.clicked.connect(self.left)
        self._why = Label("", "small", "text_2", wrap=True)
        row.addWidget(self.button)
        row.addWidget(cancel)
        row.addWidget(self._why, 1)
        column.addLayout(row)
        column.addStretch(1)

    # --- what was chosen ----------------------------------------------------------------------------------

    @property
    def members(self) -> tuple[bytes, ...]:
        """Whom it goes to, in the order in which they were chosen."""
        return tuple(self._members)

    @property
    def title(self) -> str:
        """The team's name; empty for one person."""
        return self.title_field.text().strip() if len(self._members) > 1 else ""

    @property
    def timer_s(self) -> int | None:
        """After how long messages go, 0 for never; None where nothing but the usual was chosen."""
        return self.timer.seconds if self.timer.seconds != self._habits.timer_s else None

    def begin(self, users: tuple[bytes, ...] = (), patient: PatientLink | None = None) -> None:
        """Start anew, with those who are known already."""
        self._members = list(users)
        self.title_field.clear()
        for picker in (self.who, self.whom):
            picker.field.clear()
        self.timer.begin(self._habits.timer_s)
        self.show_patient(patient)
        clear(self._failures)
        self._show_members()
        self.to_first()

    def to_first(self) -> None:
        """Let the first person be typed."""
        self.who.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def add(self, user: bytes) -> None:
        """Take somebody in."""
        if user not in self._members and len(self._members) < MOST:
            self._members.append(user)
        self._show_members()
        self.who.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def add_all(self, users: tuple[bytes, ...]) -> None:
        """Take everybody of a list in; who does not fit into one team any more is left out, and that is said."""
        new = [user for user in users if user not in self._members]
        room = MOST - len(self._members)
        self._members += new[:room]
        clear(self._failures)
        if len(new) > room:
            self.show_failure(say("messages.refused.too-many"))
        self._show_members()
        self.who.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _remove(self, user: bytes) -> None:
        self._members.remove(user)
        self._show_members()
        self.who.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_members(self) -> None:
        clear(self._chosen)
        for user in self._members:
            self._chosen.addWidget(_PersonRow(self._people.of(user), lambda who=user: self._remove(who)))
        self.who.without = self.members
        self._refresh()

    def show_patient(self, patient: PatientLink | None) -> None:
        """Show which patient it is about."""
        self.patient = patient
        clear(self._patient_row)
        self.whom.setVisible(patient is None)
        if patient is not None:
            self._patient_row.addWidget(PatientRow(patient, lambda: self.show_patient(None)))

    # --- whether it can begin -----------------------------------------------------------------------------

    def _refresh(self) -> None:
        several = len(self._members) > 1
        self._team.setVisible(several)
        ready = bool(self._members) and (not several or bool(self.title))
        self.button.setEnabled(ready and self._people.writable)
        words: Words = ""
        if not self._people.writable:
            words = say("messages.closed.read_only")
        elif not self._members:
            words = say("messages.start.nobody")
        elif not ready:
            words = say("messages.start.untitled")
        self._why.say(words)

    def _press(self) -> None:
        if self.button.isEnabled():
            self.begun.emit()

    def show_failure(self, words: Words, detail: Words = "") -> None:
        """Say why it did not begin."""
        clear(self._failures)
        self._failures.addWidget(Banner("danger", words, detail))


class _PersonRow(QWidget):
    """Somebody chosen: face, name, calling, level, a cross."""

    def __init__(self, one: Known, remove: object) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 2, 0, 2)
        row.setSpacing(8)
        row.addWidget(Avatar(one.name, 28))
        row.addWidget(Label(one.name, "body_strong"))
        icon, tone = looks.LEVELS[one.level]
        row.addWidget(Glyph(icon, tone, 18))
        row.addWidget(Label(one.calling, "small", "text_2").clipped(), 1)
        cross = IconButton(say("messages.start.remove"), "x")
        cross.speak(say("messages.start.remove.spoken", name=one.name))
        cross.clicked.connect(remove)  # type: ignore[arg-type]
        row.addWidget(cross)


class PatientRow(QWidget):
    """The patient chosen, and a cross."""

    def __init__(self, link: PatientLink, remove: object) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 2, 0, 2)
        row.setSpacing(8)
        row.addWidget(Glyph("id-badge-2", "accent_text", 20))
        row.addWidget(Label(naming.read(link.label), "body_strong").clipped(), 1)
        row.addWidget(Label(say("messages.patient.ipp", ipp=link.ipp), "small", "text_2"))
        cross = IconButton(say("messages.start.no_patient"), "x")
        cross.clicked.connect(remove)  # type: ignore[arg-type]
        row.addWidget(cross)
