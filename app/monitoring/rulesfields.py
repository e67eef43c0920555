"""Small fields of the editors of rules: a length of time, a time of day, a field that is as wide as what belongs into it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.monitoring import ruling
from app.ui.buttons import Button
from app.ui.choices import Select
from app.ui.panes import Field
from app.ui.text import Label, Named
from app.ui.theme import theme
from app.ui.words import say
from app.ui.writing import Box, Growing
from media.mail.policy import MAX_MINUTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PyQt6.QtWidgets import QLayout

    from app.ui.words import Words
    from media.mail.policy import Policy

_UNITS = {"minutes": 1, "hours": ruling.HOUR, "days": ruling.DAY}
NUMBER, CLOCK, CHOICE = 84, 92, 176
"""Widths of a number, a time of day, a choice."""


class Part(QWidget):
    """The editor of one part of a version: shows a draft, puts what was changed into one. `changed`: a hand changed something.

    `laid`: parts of it were added, moved or taken out.
    """

    changed = pyqtSignal()
    laid = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)

    def show_policy(self, policy: Policy) -> None:
        """Show what a draft says."""
        raise NotImplementedError

    def steps(self, policy: Policy) -> Iterator[None]:
        """Show what a draft says, a little at a time."""
        self.show_policy(policy)
        yield

    def put(self, policy: Policy) -> Policy:
        """Return *policy* with what stands here; what cannot be read leaves it as it was."""
        raise NotImplementedError

    def wrong(self) -> bool:
        """Tell whether a field here cannot be read."""
        return False


class Short(Field):
    """A field of a fixed width that grows with the text size."""

    def __init__(self, name: Words, width: int, hint: Words = "") -> None:
        super().__init__(name, hint)
        self._width = width
        self.setFixedWidth(theme().scaled(width))

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Follow the text size."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.StyleChange and hasattr(self, "_width"):
            self.setFixedWidth(theme().scaled(self._width))


class Pick(Select):
    """A list that unfolds, named and of a fixed width."""

    def __init__(self, name: Words, width: int = CHOICE) -> None:
        super().__init__()
        self._width = width
        Named(self, name)
        self.setFixedWidth(theme().scaled(width))

    @property
    def value(self) -> str:
        """What is chosen."""
        return str(self.currentData() or "")

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Follow the text size."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.StyleChange and hasattr(self, "_width"):
            self.setFixedWidth(theme().scaled(self._width))


class Span(QWidget):
    """How long: a number and its unit."""

    changed = pyqtSignal()

    def __init__(
        self, name: Words, unit_name: Words, units: Sequence[str] = ("minutes", "hours", "days")
    ) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._units = units
        self.count, self.unit = Short(name, NUMBER), Pick(unit_name, CHOICE - 40)
        self.count.setMaxLength(6)
        row.addWidget(self.count)
        row.addWidget(self.unit)
        self.count.textEdited.connect(self._edited)
        self.unit.activated.connect(self._edited)

    def show_minutes(self, minutes: int) -> None:
        """Show a length in its largest whole unit."""
        count, unit = ruling.units(minutes)
        if unit not in self._units:
            unit = self._units[0]
            count = minutes // _UNITS[unit]
        self.unit.offer([(one, say(f"rules.unit.{one}")) for one in self._units], unit)
        self.count.setText(str(count))
        self.count.set_wrong(False)

    @property
    def minutes(self) -> int | None:
        """What stands here, in minutes; None where it is no length that a version can say."""
        text = self.count.text().strip()
        if not (text.isascii() and text.isdigit()):
            return None
        found = int(text) * _UNITS[self.unit.value]
        return found if found <= MAX_MINUTES else None

    def _edited(self, _what: object = None) -> None:
        self.count.set_wrong(self.minutes is None)
        self.count.setAccessibleDescription(str(say("rules.number.wrong")) if self.minutes is None else "")
        self.changed.emit()


class Passage(QWidget):
    """A text of several lines, framed; a version's texts have 4,000 characters at most."""

    changed = pyqtSignal()

    def __init__(self, name: Words, least: int = 2) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        box = Box()
        inner = QHBoxLayout(box)
        inner.setContentsMargins(6, 3, 6, 3)
        self.text = Growing(name, least)
        self.text.ringed = box
        inner.addWidget(self.text)
        row.addWidget(box)
        self.text.textChanged.connect(self.changed)


def stops(part: QWidget) -> Iterator[QWidget]:
    """Yield what takes the focus in *part*, as it stands there."""
    if part.focusPolicy() != Qt.FocusPolicy.NoFocus:
        yield part
        return
    layout = part.layout()
    held = (
        _held(layout) if layout is not None else (one for one in part.children() if isinstance(one, QWidget))
    )
    for one in held:
        yield from stops(one)


def _held(layout: QLayout) -> Iterator[QWidget]:
    for at in range(layout.count()):
        item = layout.itemAt(at)
        widget, inner = (item.widget(), item.layout()) if item is not None else (None, None)
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _held(inner)


def chain(part: QWidget) -> None:
    """Let Tab go through *part* as it stands there, whatever was made later."""
    for before, after in itertools.pairwise(stops(part)):
        QWidget.setTabOrder(before, after)


def card() -> tuple[QFrame, QVBoxLayout]:
    """Return a card and the column in it."""
    holder = QFrame()
    holder.setProperty("card", "plain")
    column = QVBoxLayout(holder)
    column.setContentsMargins(16, 12, 16, 14)
    column.setSpacing(8)
    return holder, column


def beside(*parts: QWidget, stretch: int = -1) -> QHBoxLayout:
    """Return *parts* side by side; the one at *stretch* takes the room, else the end does."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for at, part in enumerate(parts):
        row.addWidget(part, 1 if at == stretch else 0)
    if stretch < 0:
        row.addStretch(1)
    return row


def remover(of: Words) -> Button:
    """Return the button that takes something out; it says of what."""
    button = Button(say("rules.remove"), "ghost", "s", icon="x")
    button.speak(say("rules.remove.who", name=of))
    return button


def complaint() -> Label:
    """Return a hidden sentence about what cannot be read."""
    label = Label("", "small", "danger", wrap=True)
    label.hide()
    return label
