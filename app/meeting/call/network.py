"""The line of a running call: what goes and comes, what is given up now and why, and what the user can do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import fmt_number
from app.meeting.call import sacrifices
from app.ui.buttons import Button
from app.ui.panes import Glyph, rule
from app.ui.text import Label
from app.ui.words import Words, say

if TYPE_CHECKING:
    from app.meeting.view import View

FIGURES = ("up", "down", "lost", "jitter", "rtt", "transport")
_TONES = {"full": "text_2", "off": "text_2", "less": "warn"}


class NetworkPanel(QWidget):
    """`camera` and `faces` carry what is wished: own camera on, others' pictures received."""

    camera = pyqtSignal(bool)
    faces = pyqtSignal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._camera_on = self._sound_only = False
        self._figures: dict[str, Label] = {}
        self._steps: list[tuple[Label, Label]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 16)
        column.setSpacing(12)
        column.addLayout(self._head())
        column.addLayout(self._grid())
        column.addWidget(rule())
        column.addWidget(Label(say("network.order"), "subhead", wrap=True))
        column.addLayout(self._order())
        self._why = Label("", "small", "text_2", wrap=True)
        column.addWidget(self._why)
        column.addLayout(self._actions())
        column.addStretch(1)

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        self._sign = Glyph("wifi-2", "ok", 20)
        self._state = Label("", "body_strong", wrap=True)
        row.addWidget(self._sign)
        row.addWidget(self._state, 1)
        return row

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(6)
        for row, key in enumerate(FIGURES):
            grid.addWidget(Label(say(f"network.{key}"), "small", "text_2"), row, 0)
            self._figures[key] = Label("", "small_strong")
            grid.addWidget(self._figures[key], row, 1, Qt.AlignmentFlag.AlignRight)
        return grid

    def _order(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        for row, key in enumerate(sacrifices.ORDER):
            name = Label(say(f"network.{key}.name", n=row + 1), "small")
            said = Label("", "small_strong")
            grid.addWidget(name, row, 0)
            grid.addWidget(said, row, 1, Qt.AlignmentFlag.AlignRight)
            self._steps.append((name, said))
        return grid

    def _actions(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(8)
        self.camera_button = Button(say("network.camera_off"), icon="video-off", keys=("V",))
        self.camera_button.clicked.connect(lambda: self.camera.emit(not self._camera_on))
        self.faces_button = Button(say("network.sound_only"), icon="phone")
        self.faces_button.clicked.connect(lambda: self.faces.emit(self._sound_only))
        for button in (self.camera_button, self.faces_button):
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return column

    def show_view(self, view: View) -> None:
        """Show the line as last counted."""
        self._camera_on, self._sound_only = view.camera.wanted, view.sound_only
        weak = view.network.own_weak
        capped = bool(view.network.sacrificed)
        self._sign.show_icon("alert-triangle" if weak else "wifi-2", "warn" if weak or capped else "ok")
        self._state.say(say("network.weak" if weak else "network.capped" if capped else "network.good"))
        for key, words in _figures(view).items():
            self._figures[key].say(words)
        for (_, said), step in zip(self._steps, sacrifices.steps(view), strict=True):
            said.say(say(f"network.{step.key}.{step.state}"))
            said.set_tone(_TONES[step.tone])
        self._why.say(sacrifices.why(view))
        self._why.setVisible(bool(str(sacrifices.why(view))))
        self.camera_button.say(say("network.camera_off" if self._camera_on else "network.camera_on"))
        self.faces_button.say(say("network.faces" if self._sound_only else "network.sound_only"))


def _figures(view: View) -> dict[str, Words]:
    network = view.network
    return {
        "up": say("unit.kbps", n=fmt_number(network.up_kbps)),
        "down": say("unit.kbps", n=fmt_number(network.down_kbps)),
        "lost": say("network.percent", n=fmt_number(network.lost_percent, 1)),
        "jitter": say("unit.ms", n=fmt_number(network.jitter_ms)),
        "rtt": say("unit.ms", n=fmt_number(network.rtt_ms)),
        "transport": say(f"more.transport.{view.transport or 'none'}"),
    }
