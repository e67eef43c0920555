"""The rest of the call: the code that proves that nobody stands between, the room's lock, the line, the end for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from app.i18n import fmt_number
from app.meeting.hosting import RoomActs
from app.ui.buttons import Button
from app.ui.marks import Chip
from app.ui.panes import Banner, rule
from app.ui.text import Label
from app.ui.words import Words, say

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
    devices = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.room = RoomActs()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(12)
        for words, icon, wish in (
            (say("more.code"), "shield-check", self.code),
            (say("more.devices"), "settings", self.devices),
        ):
            button = Button(words, icon=icon)
            button.clicked.connect(wish)
            column.addWidget(button)
        column.addWidget(rule())
        column.addLayout(self._line())
        column.addStretch(1)
        column.addWidget(self.room)
        column.addWidget(_forbidden())

    def _line(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(6)
        self._figures = {}
        for row, key in enumerate(("transport", "rtt", "up", "down")):
            grid.addWidget(Label(say(f"more.{key}"), "small", "text_2"), row, 0)
            self._figures[key] = Label("", "small_strong")
            grid.addWidget(self._figures[key], row, 1, Qt.AlignmentFlag.AlignRight)
        return grid

    def show_view(self, view: View) -> None:
        """Show the line and the room."""
        network = view.network
        texts: dict[str, Words] = {
            "transport": say(f"more.transport.{view.transport or 'none'}"),
            "rtt": say("unit.ms", n=fmt_number(network.rtt_ms)),
            "up": say("unit.kbps", n=fmt_number(network.up_kbps)),
            "down": say("unit.kbps", n=fmt_number(network.down_kbps)),
        }
        for key, words in texts.items():
            self._figures[key].say(words)
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
