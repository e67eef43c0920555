"""What the host decides for the whole room: silence, the door, the end. The end asks once, in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.meeting.view import MICROPHONE
from app.ui.buttons import Button, Switch
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from app.meeting.view import View


class RoomActs(QWidget):
    """Shown to the host alone."""

    muted = pyqtSignal()
    locked = pyqtSignal(bool)
    ended = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(self._door())
        self._mute = Button(say("people.mute_all"), size="s", icon="microphone-off")
        self._mute.clicked.connect(self.muted)
        self._end = Button(say("more.end"), "warning", "s", icon="phone-off")
        self._end.clicked.connect(self._ask)
        column.addWidget(self._mute)
        column.addWidget(self._end)
        column.addWidget(self._confirmation())
        self._keep()

    def _door(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(Label(say("more.lock"), "body_strong", wrap=True), 1)
        self._lock = Switch(say("more.lock"))
        self._lock.setToolTip(str(say("more.lock.detail")))
        self._lock.setAccessibleDescription(str(say("more.lock.detail")))
        self._lock.clicked.connect(self.locked)
        row.addWidget(self._lock)
        return row

    def _confirmation(self) -> QWidget:
        self._sure = QWidget()
        column = QVBoxLayout(self._sure)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Label(say("more.end.sure"), "small", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(8)
        yes, self._no = Button(say("more.end.yes"), "danger", "s"), Button(say("people.cancel"), size="s")
        yes.clicked.connect(self.ended)
        self._no.clicked.connect(self._keep)
        for button in (yes, self._no):
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        return self._sure

    def _ask(self) -> None:
        self._sure.show()
        self._end.hide()
        self._no.setFocus()

    def _keep(self) -> None:
        here = self._no.hasFocus()
        self._sure.hide()
        self._end.show()
        if here:
            self._end.setFocus()

    def show_view(self, view: View) -> None:
        """Show how the room stands."""
        self.setVisible(view.is_host)
        self._lock.setChecked(view.locked)
        self._mute.setEnabled(any(one.state & MICROPHONE and not one.me for one in view.people))
        if not view.is_host:
            self._keep()
