"""A form's rows: what is asked, the field, and below it the hint or what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.panes import Glyph
from app.ui.text import Label

if TYPE_CHECKING:
    from app.ui.panes import Field
    from app.ui.words import Words


class FormRow(QWidget):
    """One question. What is wrong stands below the field in words, and is read out with it."""

    def __init__(self, label: Words, field: Field, hint: Words = "") -> None:
        super().__init__()
        self.field, self._hint = field, hint
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        name = Label(label, "small_strong", "text_2")
        name.setBuddy(field)
        column.addWidget(name)
        column.addWidget(field)
        self._sign, self._below = Glyph("alert-circle", "danger", 16), Label(hint, "caption", wrap=True)
        below = QHBoxLayout()
        below.setSpacing(6)
        below.addWidget(self._sign)
        below.addWidget(self._below, 1)
        column.addLayout(below)
        self.say_wrong("")

    def say_wrong(self, words: Words) -> None:
        """Say what is wrong; nothing for an empty text, the hint stands there again."""
        wrong = bool(str(words))
        self.field.set_wrong(wrong)
        self._sign.setVisible(wrong)
        self._below.say(words if wrong else self._hint)
        self._below.set_tone("danger" if wrong else "text_2")
        self._below.setVisible(bool(self._below.text()))
        self.field.setAccessibleDescription(self._below.text())
