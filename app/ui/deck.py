"""Parts of a page of which one is in sight: each wears the sheet by itself, so that a new look costs nothing for the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6 import sip
from PyQt6.QtWidgets import QStackedWidget, QWidget

from app.ui.steps import PAINT
from app.ui.theme import theme

if TYPE_CHECKING:
    from collections.abc import Iterator


def wear(part: QWidget) -> None:
    """Let *part*, and all in it, wear today's look."""
    if part.styleSheet() != theme().sheet:
        part.setStyleSheet(theme().sheet)


def prepare(part: QWidget) -> Iterator[object]:
    """Dress *part* before it is in sight, a step at a time: then showing it matches nothing with the sheet."""
    wear(part)
    yield PAINT
    yield from polish(part)


def polish(part: QWidget) -> Iterator[object]:
    """Have Qt look now at every widget of *part*, from the innermost, one a step: it would when they are shown."""
    for widget in reversed(part.findChildren(QWidget)):
        if not sip.isdeleted(widget):
            widget.ensurePolished()
        yield None


class Deck(QStackedWidget):
    """A stack that nothing above wears the sheet for."""

    def setCurrentWidget(self, part: QWidget | None) -> None:  # noqa: N802 -- Qt's name
        """Show *part*, in today's look."""
        if part is not None:
            wear(part)
        super().setCurrentWidget(part)

    def wear(self) -> None:
        """Let what is in sight wear today's look; the others do when they are shown."""
        part = self.currentWidget()
        if part is not None:
            wear(part)
