"""Why messages are held, said above the field with the way on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import isolated
from app.messages.composer import ROOMY
from app.ui.buttons import Button
from app.ui.panes import Banner, clear
from app.ui.theme import theme
from app.ui.words import say, says

if TYPE_CHECKING:
    from app.messages.people import Known, People
    from storage.messages.records import Thread


class HeldBanner(QWidget):
    """`compared` asks to compare a code, `released` to send what was held."""

    compared = pyqtSignal(bytes)
    released = pyqtSignal()

    def __init__(self, people: People) -> None:
        super().__init__()
        self._people = people
        self._told: tuple[object, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 0, 20, 10)
        self._column.setSpacing(0)
        self.hide()

    def show_thread(self, thread: Thread) -> None:
        """Show what holds a thread's messages; what is told already keeps its focus and its clicks."""
        held = self._people.held_by(thread)
        waits = thread.held if not held and self._people.writable else 0
        told = (thread.id, held, waits)
        if told == self._told:
            return
        self._told = told
        clear(self._column)
        if held:
            self._column.addWidget(self._key_banner(held))
        elif waits:
            self._column.addWidget(self._waiting(waits))
        self.setVisible(bool(held or waits))

    def _waiting(self, n: int) -> Banner:
        button = Button(say("messages.release"), "primary", "s", "send")
        button.clicked.connect(self.released)
        title, detail = says("messages.held.banner", n), say("messages.held.banner.detail")
        return Banner("info", title, detail, icon="clock-pause", actions=(button,))

    def _key_banner(self, held: tuple[Known, ...]) -> Banner:
        one = held[0]
        others = says("messages.key.others", len(held) - 1) if len(held) > 1 else ""
        button = Button(say("messages.compare"), "secondary", "m", keys=("Ctrl", "I"))
        button.bare(self.width() < theme().scaled(ROOMY))
        button.clicked.connect(lambda: self.compared.emit(one.user))
        tone = "danger" if one.level == "different" else "warn"
        return Banner(
            tone,
            say(f"messages.key.{one.level}", name=isolated(one.name)),
            say(f"messages.key.{one.level}.detail", others=others),
            icon="shield-exclamation",
            actions=(button,),
        )
