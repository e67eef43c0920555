"""What the host may do with one member, unfolded below the row; what cannot be taken back asks once, in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.buttons import Button
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Collection

ASKED = ("hand_over", "remove")
"""Acts that ask once more, in place."""


class PersonActs(QWidget):
    """`chosen`: what shall be done, asked for where it must be. `cancelled`: nothing shall."""

    chosen = pyqtSignal(str)
    cancelled = pyqtSignal()

    def __init__(self, name: str, indent: int) -> None:
        super().__init__()
        self._name = name
        self.asked = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(indent, 4, 0, 4)
        column.setSpacing(8)
        self._buttons = {
            "floor": Button(say("people.floor"), "primary", "s", "hand-stop"),
            "mute": Button(say("people.mute"), size="s", icon="microphone-off"),
            "hand_over": Button(say("people.hand_over"), size="s", icon="key"),
            "remove": Button(say("people.remove"), "warning", "s", "ban"),
        }
        for act, button in self._buttons.items():
            button.setProperty("act", act)
            button.clicked.connect(self._wish)
            button.speak(say(f"people.{act}.name", name=name))
            column.addWidget(button)
        self._question = Label("", "small", "text", wrap=True)
        column.addWidget(self._question)
        column.addLayout(self._answers())

    def _answers(self) -> QHBoxLayout:
        self._sure = Button(say("people.confirm"), "danger", "s")
        self._cancel = Button(say("people.cancel"), size="s")
        self._sure.clicked.connect(lambda: self.chosen.emit(self.asked))
        self._cancel.clicked.connect(self.cancelled)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._sure)
        row.addWidget(self._cancel)
        row.addStretch(1)
        return row

    def offer(self, acts: Collection[str]) -> None:
        """Show *acts*."""
        self._show("", acts)

    def focus_first(self) -> None:
        """Give the focus to the first act that is offered."""
        first = next(button for button in self._buttons.values() if not button.isHidden())
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, asked: str, acts: Collection[str]) -> None:
        self.asked = asked
        for act, button in self._buttons.items():
            button.setVisible(act in acts)
        for widget in (self._question, self._sure, self._cancel):
            widget.setVisible(bool(asked))
        self.show()

    def _wish(self) -> None:
        button = self.sender()
        act = button.property("act") if button is not None else ""
        if act not in ASKED:
            self.chosen.emit(act)
            return
        self._show(act, ())
        self._question.say(say(f"people.{act}.sure", name=self._name))
        self._sure.say(say(f"people.{act}.yes"))
        self._cancel.setFocus(Qt.FocusReason.OtherFocusReason)
