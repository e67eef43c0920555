"""The people who were told of an own meeting: how far the invitation came, who comes, who may open the room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import tr
from app.meeting.agenda.guests import SAID
from app.ui.buttons import Button
from app.ui.graphemes import isolated
from app.ui.panes import Glyph, clear
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from PyQt6.QtCore import QEvent

    from app.meeting.agenda.guests import Guest

_ANSWERS = {1: ("circle-check", "ok"), 2: ("x", "text_2")}
_STATES = {
    "delivered": ("checks", "text_2"),
    "sent": ("check", "text_2"),
    "told": ("check", "text_2"),
    "waiting": ("clock", "text_2"),
    "unsaid": ("clock", "text_2"),
}
_COMING = frozenset(("unsaid", "waiting", "sent"))


class GuestList(QWidget):
    """`compared` carries the user id of somebody whose code should be compared."""

    compared = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.shown: tuple[Guest, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self._head = Label(say("calling.guests"), "caption", "text_2")
        self._none = Label(say("calling.guests.none"), "small", "text_2", wrap=True)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        column.addWidget(self._head)
        column.addWidget(self._none)
        column.addLayout(self._rows)

    def show_guests(self, guests: tuple[Guest, ...]) -> None:
        """Show who was told; the focus stays where it is while nothing changes."""
        self._none.setVisible(not guests)
        if guests == self.shown:
            return
        self.shown = guests
        focused = [button.user for button in self.findChildren(_Compare) if button.hasFocus()]
        clear(self._rows)
        for one in guests:
            self._rows.addWidget(self._row(one))
        for button in self.findChildren(_Compare):
            if [button.user] == focused:
                button.setFocus()

    def _row(self, one: Guest) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(Glyph(*_look(one), 18), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(
            Label(isolated(one.name) if one.name else say("calling.unknown"), "body_strong", wrap=True)
        )
        for part in filter(None, (told(one), told_key(one))):
            words.addWidget(Label(part, "small", "text_2", wrap=True))
        line.addLayout(words, 1)
        if any(state.startswith("key-") for state in (one.state, one.key)):
            compare = _Compare(one)
            compare.clicked.connect(lambda: self.compared.emit(one.user))
            words.addSpacing(4)
            words.addWidget(compare, 0, Qt.AlignmentFlag.AlignLeft)
        return row

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Say everything again in the new language."""
        super().changeEvent(event)
        if event is not None and event.type() == event.Type.LanguageChange:
            shown, self.shown = self.shown, ()
            self.show_guests(shown)


class _Compare(Button):
    def __init__(self, one: Guest) -> None:
        super().__init__(say("calling.compare"), "secondary", "s")
        self.user = one.user
        self.speak(say("calling.compare.name", name=one.name))


def _look(one: Guest) -> tuple[str, str]:
    """Return the icon of a row: the answer, else how far the invitation came."""
    return _ANSWERS.get(one.answer) or _STATES.get(one.state, ("alert-triangle", "warn"))


def told(one: Guest) -> str:
    """Say how somebody stands to a meeting, in one line."""
    parts = [tr("calling.host")] if one.host else []
    if one.answer:
        parts.append(tr(f"calling.answer.{one.answer}"))
    elif one.state == "delivered":
        parts += [tr("calling.state.delivered"), tr("calling.answer.0")]
    else:
        parts.append(tr(f"calling.state.{one.state if one.state in SAID else 'other'}"))
    return " · ".join(parts)


def told_key(one: Guest) -> str:
    """Say whether a host may open the room; nothing for the others, or where the invitation says the same."""
    return (
        tr(f"calling.key.{_key(one.key)}")
        if one.key in {"delivered", "key-unverified"} or one.key not in {"", one.state}
        else ""
    )


def _key(state: str) -> str:
    """Return which sentence says how the room's key stands."""
    if state in {"delivered", "key-unverified"}:
        return state
    return "pending" if state in _COMING else "delivered" if state == "told" else "held"
