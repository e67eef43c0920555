"""The rest of the call: the code that proves that nobody stands between, the room's lock, the line, the end for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import fmt_number
from app.ui.buttons import Button, Switch
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
    locked = pyqtSignal(bool)
    ended = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
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
        column.addWidget(self._host_part())

    def _line(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(6)
        self._figures = {}
        for row, key in enumerate(("transport", "rtt", "up", "down")):
            grid.addWidget(Label(say(f"more.{key}"), "small", "text_2"), row, 0)
            self._figures[key] = Label("", "small_strong")
            grid.addWidget(self._figures[key], row, 1, Qt.AlignmentFlag.AlignRight)
        return grid

    def _host_part(self) -> QWidget:
        self._host = QWidget()
        column = QVBoxLayout(self._host)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        row = QHBoxLayout()
        words = QVBoxLayout()
        words.addWidget(Label(say("more.lock"), "body_strong"))
        words.addWidget(Label(say("more.lock.detail"), "small", "text_2", wrap=True))
        row.addLayout(words, 1)
        self._lock = Switch(say("more.lock"))
        self._lock.clicked.connect(self.locked)
        row.addWidget(self._lock)
        column.addLayout(row)
        self._end = Button(say("more.end"), "warning", icon="phone-off")
        self._end.clicked.connect(self._ask)
        column.addWidget(self._end)
        self._question = Label(say("more.end.sure"), "small", wrap=True)
        self._yes = Button(say("more.end.yes"), "danger", "s")
        self._no = Button(say("people.cancel"), size="s")
        self._yes.clicked.connect(self.ended)
        self._no.clicked.connect(self._keep)
        column.addWidget(self._question)
        column.addWidget(self._yes)
        column.addWidget(self._no)
        self._keep()
        return self._host

    def _ask(self) -> None:
        for widget in (self._question, self._yes, self._no):
            widget.show()
        self._end.hide()
        self._no.setFocus()

    def _keep(self) -> None:
        for widget in (self._question, self._yes, self._no):
            widget.hide()
        self._end.show()

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
        self._host.setVisible(view.is_host)
        self._lock.setChecked(view.locked)
