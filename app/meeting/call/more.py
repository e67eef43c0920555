"""The rest of the call: the code that proves that nobody stands between, the room's lock, the end for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.meeting.call.hosting import RoomActs
from app.ui.buttons import Button
from app.ui.marks import Chip
from app.ui.panes import Banner
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from app.meeting.view import View


class CodePanel(QWidget):
    """Explains the call code, asks for it, shows it."""

    asked = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(12)
        column.addWidget(Label(say("code.what"), "body", "text_2", wrap=True))
        card = QFrame()
        card.setProperty("card", "sunken")
        inner = QVBoxLayout(card)
        inner.setContentsMargins(16, 16, 16, 16)
        self._digits = Label("", "display")
        self._digits.setProperty("type", "safety_number")
        self._digits.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._state = Label("", "small", "text_2", wrap=True)
        self._state.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        inner.addWidget(self._digits)
        inner.addWidget(self._state)
        column.addWidget(card)
        self._ask = Button(say("code.ask"), "primary", icon="shield-check")
        self._ask.clicked.connect(self.asked)
        column.addWidget(self._ask)
        column.addWidget(Banner("info", say("code.how.title"), say("code.how.detail")))
        column.addStretch(1)

    def show_view(self, view: View) -> None:
        """Show where the code stands."""
        code = view.code
        self._digits.say(code.grouped or "····  ····")
        self._state.say(say(f"code.state.{code.state or 'none'}"))
        self._state.set_tone("danger" if code.state in {"void", "refused"} else "text_2")
        self._ask.setEnabled(code.state != "asked")
        self._ask.say(say("code.again" if code.state else "code.ask"))


class MorePanel(QWidget):
    """What is needed seldom."""

    code = pyqtSignal()
    network = pyqtSignal()
    devices = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.room = RoomActs()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(12)
        for words, icon, wish in (
            (say("more.code"), "shield-check", self.code),
            (say("command.call.network"), "wifi-2", self.network),
            (say("more.devices"), "settings", self.devices),
        ):
            button = Button(words, icon=icon)
            button.clicked.connect(wish)
            column.addWidget(button)
        column.addStretch(1)
        column.addWidget(self.room)
        column.addWidget(_forbidden())

    def show_view(self, view: View) -> None:
        """Show the room."""
        self.room.show_view(view)


def _forbidden() -> QWidget:
    """Return what stands where others have a button: recording is forbidden, and why."""
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 4, 0, 0)
    column.setSpacing(4)
    chip = Chip(say("mark.forbidden"), "player-record", struck=say("mark.recording"))
    column.addWidget(chip)
    column.addWidget(Label(say("more.recording"), "small", "text_2", wrap=True))
    return box
