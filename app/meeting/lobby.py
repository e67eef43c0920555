"""Who waits: a bar in the flow above the pictures, never over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.ui import paint
from app.ui.buttons import Button
from app.ui.marks import TrustMark
from app.ui.panes import Glyph, clear
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import say, says

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent

    from app.meeting.view import View
    from media.engine.messages import Knocker

SHOWN = 3


class LobbyRow(QFrame):
    """One person who waits: who, how far trusted, refuse, admit."""

    admitted = pyqtSignal(int)
    refused = pyqtSignal(int)

    def __init__(self, knocker: Knocker, *, by_key: bool) -> None:
        super().__init__()
        self.knock = knocker.knock
        self._warn = knocker.trust in {"guest", "changed"}
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 8, 6)
        row.setSpacing(12)
        row.addWidget(Glyph("door-enter", "warn" if self._warn else "accent", 22))
        row.addWidget(Label(say("lobby.waits", name=knocker.name), "body_strong"))
        row.addWidget(TrustMark(knocker.trust))
        row.addWidget(Label(_who(knocker), "small", "text_2").clipped(), 1)
        refuse = Button(say("lobby.refuse"), size="m")
        refuse.clicked.connect(self._refuse)
        row.addWidget(refuse)
        admit = Button(
            say("lobby.admit"), "secondary" if self._warn else "primary", keys=("A",) if by_key else ()
        )
        admit.clicked.connect(self._admit)
        row.addWidget(admit)
        for button, verb in ((refuse, "lobby.refuse_name"), (admit, "lobby.admit_name")):
            button.speak(say(verb, name=knocker.name))

    def _admit(self) -> None:
        self.admitted.emit(self.knock)

    def _refuse(self) -> None:
        self.refused.emit(self.knock)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the bar: amber where the identity is not certain."""
        painter = paint.painter_for(self)
        fill, line = ("warn_soft", "warn_line") if self._warn else ("raised", "line")
        paint.box(painter, QRectF(self.rect()), 8, theme().color(fill), theme().color(line))


class LobbyBar(QWidget):
    """The first few who wait, certain identities first; how many more."""

    admitted = pyqtSignal(int)
    refused = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(8, 8, 8, 0)
        self._column.setSpacing(6)
        self._shown: tuple[Knocker, ...] = ()
        self.hide()

    def show_view(self, view: View) -> None:
        """Show the lobby to the host."""
        waiting = view.lobby if view.is_host else ()
        if waiting == self._shown:
            return
        self._shown = waiting
        clear(self._column)
        first = view.next_to_admit
        for knocker in waiting[:SHOWN]:
            row = LobbyRow(knocker, by_key=first is not None and knocker.knock == first.knock)
            row.admitted.connect(self.admitted)
            row.refused.connect(self.refused)
            self._column.addWidget(row)
        if len(waiting) > SHOWN:
            more = len(waiting) - SHOWN
            self._column.addWidget(Label(says("lobby.more", more), "small", "stage_text_2"))
        self.setVisible(bool(waiting))


def _who(knocker: Knocker) -> str:
    if knocker.trust == "guest":
        return str(say("lobby.guest_name"))
    parts = [knocker.specialty or (str(say(f"role.{knocker.role}")) if knocker.role else "")]
    return " · ".join(part for part in parts if part)
