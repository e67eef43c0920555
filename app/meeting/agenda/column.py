"""The form and the handout stand in one narrow column, a caption above each field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.panes import ground, rule, scrolled
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from app.ui.panes import Field

WIDTH = 640


def column_in(page: QWidget) -> tuple[QVBoxLayout, QVBoxLayout]:
    """Return a column in the middle of *page*, which scrolls where it is too high, and one below it that always stays in sight."""
    ground(page, "surface")
    column, content = _middle(36, 12)
    foot, below = _middle(12, 16)
    whole = QVBoxLayout(page)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.setSpacing(0)
    whole.addWidget(scrolled(content), 1)
    whole.addWidget(rule())
    whole.addWidget(below)
    return column, foot


def _middle(above: int, below: int) -> tuple[QVBoxLayout, QWidget]:
    outer, inner = QWidget(), QWidget()
    inner.setFixedWidth(WIDTH)
    column = QVBoxLayout(inner)
    column.setContentsMargins(0, above, 0, below)
    column.setSpacing(6)
    middle = QHBoxLayout(outer)
    middle.setContentsMargins(0, 0, 0, 0)
    middle.addStretch(1)
    middle.addWidget(inner)
    middle.addStretch(1)
    return column, outer


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
