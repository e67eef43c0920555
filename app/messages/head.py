"""What stands above a thread: whom it is with, the key, the patient it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QTimer, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app import naming
from app.i18n import tr
from app.messages import looks
from app.messages.items import everybody
from app.ui import paint
from app.ui.buttons import Button, IconButton
from app.ui.here import HereMark
from app.ui.marks import Avatar, Chip
from app.ui.panes import Glyph
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import Words, say
from storage.messages.records import ThreadKind

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent, QResizeEvent

    from app.messages.people import People
    from storage.messages.records import PatientLink, Thread


ROOMY = 560
AROUND = 20 + 18 + 4 * 10 + 16
"""What the strip of the patient holds beside its words: margins, icon, gaps."""


class ThreadHead(QWidget):
    """Face, name, key; whether somebody is there, calling or members, and how long messages stay; looking in it, what else can be done."""

    searched = pyqtSignal()
    more_asked = pyqtSignal()
    panel_asked = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 10, 16, 10)
        row.setSpacing(12)
        self._face = Avatar("", 40)
        row.addWidget(self._face)
        words = QVBoxLayout()
        words.setSpacing(0)
        top = QHBoxLayout()
        top.setSpacing(8)
        self._name = Label("", "heading").clipped()
        self._name.setSizePolicy(
            self._name.sizePolicy().Policy.Maximum, self._name.sizePolicy().Policy.Preferred
        )
        self._name.setMinimumWidth(60)
        self._key = Chip("", "shield", "plain", height=22)
        top.addWidget(self._name)
        top.addWidget(self._key)
        top.addStretch(1)
        words.addLayout(top)
        self._below = Label("", "small", "text_2").clipped(parted=True)
        self.here = HereMark()
        bottom = QHBoxLayout()
        bottom.setSpacing(10)
        bottom.addWidget(self.here)
        bottom.addWidget(self._below, 1)
        words.addLayout(bottom)
        row.addLayout(words, 1)
        self.search = IconButton(say("messages.search.here"), "search", ("Ctrl", "Maj", "F"), bordered=True)
        self.panel = IconButton(say("messages.panel.flip"), "info-circle", bordered=True)
        self.more = IconButton(say("messages.more"), "dots", bordered=True)
        for button, wish in (
            (self.search, self.searched),
            (self.panel, self.panel_asked),
            (self.more, self.more_asked),
        ):
            button.clicked.connect(wish)
            row.addWidget(button)

    def show_thread(self, thread: Thread, people: People) -> None:
        """Show a thread."""
        name, level = people.title(thread), people.level(thread)
        self._face.show_name(name)
        self._name.say(name)
        self._name.setToolTip(name)
        icon, _ink = looks.LEVELS[level]
        self._key.show_state(say(f"messages.level.{level}"), icon, looks.CHIP_TONES.get(level, "plain"))
        self._below.say(_Below(thread, people))  # type: ignore[arg-type]  # speaks when asked
        self._below.setToolTip(str(_Below(thread, people)))
        self.show_here(thread, people)

    def show_here(self, thread: Thread, people: People) -> None:
        """Show how the other one of a direct thread can be reached now."""
        direct = thread.kind is ThreadKind.DIRECT and len(thread.members) == 1
        self.here.show_state(people.here(thread.members[0]) if direct else "")


class _Below:
    """The line below a name, in the language of the moment."""

    def __init__(self, thread: Thread, people: People) -> None:
        self._thread, self._people = thread, people

    def __eq__(self, other: object) -> bool:
        return False

    def __hash__(self) -> int:
        return id(self)

    def __str__(self) -> str:
        thread, people = self._thread, self._people
        if thread.kind is ThreadKind.DIRECT and thread.members:
            first = people.of(thread.members[0]).calling
        else:
            first = everybody(thread.members, people)
        goes = tr("messages.goes_after", timer=looks.timer(thread.expire_s)) if thread.expire_s else ""
        muted = tr("messages.muted") if thread.muted else ""
        return " · ".join(part for part in (first, goes, muted) if part)


class PatientStrip(QFrame):
    """The patient of the thread, named as everywhere, and the way to the record."""

    opened = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 5, 16, 5)
        row.setSpacing(10)
        row.addWidget(Glyph("id-badge-2", "accent_text", 18))
        self._before = Label(say("messages.linked_to"), "small")
        self._name = Label("", "small_strong").clipped()
        self._name.setSizePolicy(
            self._name.sizePolicy().Policy.Maximum, self._name.sizePolicy().Policy.Preferred
        )
        self._rest = Label("", "small").clipped(parted=True)
        self.button = Button(say("messages.open_patient"), "ghost", "s", keys=("Ctrl", "O"))
        self.button.clicked.connect(self.opened)
        for part in (self._before, self._name):
            row.addWidget(part)
        row.addWidget(self._rest, 1)
        row.addWidget(self.button)
        self._widened = QTimer(self)
        self._widened.setSingleShot(True)
        self._widened.timeout.connect(self._fit)
        self.hide()

    def show_patient(self, link: PatientLink | None) -> None:
        """Show whom the thread is about, nothing for nobody."""
        self.setVisible(link is not None)
        if link is None:
            return
        self._name.say(looks.patient_name(link))
        rest: Words = ", ".join(
            part for part in (naming.born_in(link.label), tr("messages.patient.ipp", ipp=link.ipp)) if part
        )
        self._rest.say(rest)
        self._fit()
        self.setToolTip(f"{naming.read(link.label)}, {tr('messages.patient.ipp', ipp=link.ipp)}")

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Leave out the words before the name where the patient needs their room; they come back when all have theirs."""
        super().resizeEvent(event)
        if self._before.isHidden():
            self._widened.start(0)
        else:
            self._fit()

    def _fit(self) -> None:
        """Name the patient whole before saying what the strip is; cut the name short last of all."""
        self.button.bare(self.width() < theme().scaled(ROOMY))
        name = _wide(self._name, "small_strong")
        others = (_wide(self._before, "small"), _wide(self._rest, "small"), self.button.sizeHint().width())
        self._before.setVisible(name + sum(others) + AROUND <= self.width())
        self._name.setMinimumWidth(min(name, self.width() * 55 // 100))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the teal ground and its lower edge."""
        painter, rect = paint.painter_for(self), QRectF(self.rect())
        painter.fillRect(rect, theme().color("accent_soft"))
        painter.fillRect(QRectF(0, rect.bottom() - 1, rect.width(), 1), theme().color("accent_line"))


def _wide(label: Label, role: str) -> int:
    return int(paint.text_width(label.text(), theme().font(role))) + 4
