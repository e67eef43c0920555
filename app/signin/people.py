"""Who shares this PC: the list at the lock, and what is asked before a running call is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSize, pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.ui import paint
from app.ui.buttons import Button, Press
from app.ui.icons import paint_icon
from app.ui.marks import paint_avatar
from app.ui.panes import clear, scrolled
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import Words, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PyQt6.QtGui import QPaintEvent

    from app.signin.users import User

SHOWN = 4
ROW = 56


def called(user: User) -> Words:
    """Return what the lock calls *user*: the name as far as it is shown, else a number."""
    return user.name or say("door.number", n=user.number)


class _Row(Press):
    """One person: initials, name, an arrow."""

    radius = 8.0

    def __init__(self, user: User) -> None:
        super().__init__(called(user))
        self._known = bool(user.name)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """One line with a disc."""
        return QSize(200, theme().scaled(ROW))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the ground under the pointer, the disc, the name and the arrow."""
        painter = paint.painter_for(self)
        lit = self.underMouse() or self.isDown()
        paint.box(
            painter, QRectF(self.rect()), 8, theme().color("hover") if lit else None, theme().color("line")
        )
        middle = self.height() / 2
        disc = QRectF(12, middle - 18, 36, 36)
        if self._known:
            paint_avatar(painter, disc, self.name)
        else:
            paint.box(painter, disc, 18, theme().color("sunken"), theme().color("line"))
            paint_icon(painter, "user", disc.adjusted(8, 8, -8, -8), theme().color("text_2"))
        room = QRectF(60, 0, self.width() - 60 - 40, self.height())
        paint.text(painter, room, self.name, theme().font("body_strong"), theme().color("text"))
        arrow = QRectF(self.width() - 32, middle - 10, 20, 20)
        paint_icon(painter, "chevron-right", arrow, theme().color("text_3"))


class People(QWidget):
    """Everybody with a profile on this PC, then a newcomer. `chosen` carries the folder, None for a newcomer."""

    chosen = pyqtSignal(object)
    left = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        holder = QWidget()
        self._rows = QVBoxLayout(holder)
        self._rows.setContentsMargins(4, 4, 4, 4)
        self._rows.setSpacing(8)
        self._area = scrolled(holder)
        column.addWidget(self._area)
        self._new = Button(say("door.new"), "secondary", "l", "user-plus")
        self._new.clicked.connect(lambda: self.chosen.emit(None))
        column.addWidget(self._new)
        self._back = Button(say("door.back"), "ghost", "s", "arrow-left")
        self._back.clicked.connect(self.left)
        column.addWidget(self._back)

    def show_users(self, users: Sequence[User], *, way_back: bool) -> None:
        """Offer *users*; *way_back* to the one who was asked for the password before."""
        clear(self._rows)
        for user in users:
            row = _Row(user)
            row.clicked.connect(lambda _=False, folder=user.folder: self.chosen.emit(folder))
            self._rows.addWidget(row)
        shown = min(len(users), SHOWN)
        self._area.setFixedHeight(shown * (theme().scaled(ROW) + 8))
        self._back.setVisible(way_back)

    def forget(self) -> None:
        """Leave no name in the list."""
        clear(self._rows)

    def first(self) -> QWidget:
        """Return the first person, or the newcomer."""
        item = self._rows.itemAt(0)
        row = item.widget() if item is not None else None
        return row or self._new


class AskLeave(QWidget):
    """Somebody else is about to open the desk while a call goes on: `agreed` leaves it, `refused` stays."""

    agreed = pyqtSignal(object)
    refused = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._folder: Path | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(Label(say("door.ask_leave"), "body", "text", wrap=True))
        column.addSpacing(6)
        leave = Button(say("door.leave"), "danger", "l", "phone-off")
        leave.clicked.connect(lambda: self.agreed.emit(self._folder))
        self._stay = Button(say("door.stay"), "secondary", "l")
        self._stay.clicked.connect(self.refused)
        for button in (leave, self._stay):
            column.addWidget(button)

    def ask_for(self, folder: Path | None) -> None:
        """Ask before *folder* is opened."""
        self._folder = folder

    def first(self) -> QWidget:
        """Return the harmless answer."""
        return self._stay
