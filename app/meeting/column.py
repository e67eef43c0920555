"""The form and the handout stand in one narrow column, a caption above each field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.panes import ground, scrolled
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from app.ui.panes import Field

WIDTH = 640


def column_in(page: QWidget) -> QVBoxLayout:
    """Return a column in the middle of *page*, which scrolls where it is too high."""
    ground(page, "surface")
    content, inner = QWidget(), QWidget()
    inner.setFixedWidth(WIDTH)
    column = QVBoxLayout(inner)
    column.setContentsMargins(0, 36, 0, 20)
    column.setSpacing(6)
    middle = QHBoxLayout(content)
    middle.addStretch(1)
    middle.addWidget(inner)
    middle.addStretch(1)
    whole = QVBoxLayout(page)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.addWidget(scrolled(content))
    return column


def captioned(column: QVBoxLayout, key: str, field: QWidget) -> Label:
    """Put *field* under its caption, the text *key*; return the caption."""
    label = Label(say(key), "caption", "text_2")
    label.setBuddy(field)
    column.addWidget(label)
    field.setProperty("span", "l")
    column.addWidget(field)
    return label


def with_button(column: QVBoxLayout, key: str, field: Field, button: QWidget) -> None:
    """Put *field* under its caption, and beside it what to do with it."""
    label = Label(say(key), "caption", "text_2")
    label.setBuddy(field)
    column.addWidget(label)
    row = QHBoxLayout()
    row.setSpacing(8)
    field.setProperty("span", "l")
    row.addWidget(field, 1)
    row.addWidget(button)
    column.addLayout(row)
