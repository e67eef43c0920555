"""What the panel of a date says to somebody who was called to it: by whom, and the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.buttons import Button
from app.ui.text import Label
from app.ui.words import say
from media.mail.calls import Coming

if TYPE_CHECKING:
    from storage.meetings import Meeting

_ICONS = {Coming.YES: "circle-check", Coming.NO: "x"}
_NAMES = {Coming.YES: "yes", Coming.NO: "no"}


class Called(QWidget):
    """`answered` carries the answer (`Coming`), `compared` wants the caller's code compared."""

    answered = pyqtSignal(object)
    compared = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.by, self.own = Label("", "body", "text", wrap=True), Label("", "small", "text_2", wrap=True)
        self.changed = Label("", "small", "text_2", wrap=True)
        self.compare = Button(say("calling.compare"), "secondary", "s")
        self.compare.clicked.connect(self.compared)
        for widget in (self.by, self.own, self.changed, self.compare):
            column.addWidget(widget)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.buttons = {one: Button(say(f"calling.{_NAMES[one]}"), icon=_ICONS[one]) for one in Coming}
        for one, button in self.buttons.items():
            button.clicked.connect(lambda _=False, one=one: self.answered.emit(one))
            row.addWidget(button, 1)
        column.addLayout(row)

    def show_meeting(self, meeting: Meeting, name: str, level: str) -> None:
        """Show who called, and what this user said; what was cancelled asks nothing."""
        name = name or str(say("calling.unknown"))
        asked = not meeting.cancelled
        self.by.say(say("calling.from" if asked else "calling.cancelled", name=name))
        self.own.say(say(f"calling.own.{meeting.answer}"))
        self.own.setVisible(asked)
        changed = asked and level == "changed"
        self.changed.say(say("calling.from.changed", name=name))
        for widget in (self.changed, self.compare):
            widget.setVisible(changed)
        self.compare.speak(say("calling.compare.name", name=name))
        for one, button in self.buttons.items():
            button.setVisible(asked and meeting.answer != one)
            button.speak(say(f"calling.{_NAMES[one]}.name", title=meeting.title))
