"""States of a page or a column: loading with its progress, and trouble with what still works and a way on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSize
from PyQt6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from app.i18n import fmt_number
from app.ui import paint
from app.ui.panes import Banner
from app.ui.text import Label, Named
from app.ui.theme import theme
from app.ui.words import Words, say

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent

    from app.ui.buttons import Press

_SHARES = ((0.62, 0.84), (0.48, 0.70), (0.56, 0.60))
"""How long the grey lines are, of the width that there is: title and detail of three rows."""


class _Bones(QWidget):
    """Where the rows will stand, in grey; still, because nothing here loops."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Three rows."""
        return QSize(200, 3 * theme().scaled(40))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint a square and two lines for each row."""
        painter, step = paint.painter_for(self), theme().scaled(40)
        room = self.width() - 40
        for row, (title, detail) in enumerate(_SHARES):
            y = row * step
            for box in (
                QRectF(0, y, 28, 28),
                QRectF(40, y, room * title, 12),
                QRectF(40, y + 18, room * detail, 10),
            ):
                paint.box(painter, box, 4, theme().color("hover"))


class _Bar(QProgressBar):
    """A bar of 4 px: its number is a standard control's, so that a screen reader finds it."""

    def __init__(self) -> None:
        super().__init__()
        Named(self, say("kit.progress"))
        self.setTextVisible(False)
        self.setFixedHeight(4)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the trough and what is done."""
        painter, rect = paint.painter_for(self), QRectF(self.rect())
        paint.box(painter, rect, 2, theme().color("line"))
        rect.setWidth(rect.width() * self.value() / max(self.maximum(), 1))
        paint.box(painter, rect, 2, theme().color("accent"))


class Loading(QWidget):
    """Grey rows where rows will stand, what is being done, how far it is."""

    def __init__(self, words: Words, *, rows: bool = True) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        if rows:
            column.addWidget(_Bones())
        self._words, self._share = Label(words, "small", "text_2", wrap=True), Label("", "small_strong")
        row = QHBoxLayout()
        row.addWidget(self._words, 1)
        row.addWidget(self._share)
        column.addLayout(row)
        self._bar = _Bar()
        column.addWidget(self._bar)
        column.addStretch(1)
        self.show_progress(words, 0, 0)

    def show_progress(self, words: Words, done: int, of: int) -> None:
        """Show what is being done and how much of it; without a known end (0) the words stand alone."""
        self._words.say(words)
        self._bar.setVisible(of > 0)
        self._bar.setMaximum(max(of, 1))
        self._bar.setValue(min(done, of))
        share = 100 * min(done, of) // max(of, 1)
        self._share.say(say("unit.percent", n=fmt_number(share)) if of else "")


class Trouble(QWidget):
    """What happened and what still works, then the main way on, then others; `note` is for whoever is called."""

    def __init__(
        self,
        tone: str,
        title: Words,
        detail: Words,
        *,
        icon: str = "",
        actions: tuple[Press, ...] = (),
        note: Words = "",
        mono: bool = False,
    ) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(Banner(tone, title, detail, icon=icon))
        row = QHBoxLayout()
        row.setSpacing(8)
        for action in actions:
            row.addWidget(action)
        row.addStretch(1)
        column.addLayout(row)
        if str(note):
            column.addWidget(Label(note, "mono" if mono else "caption", "text_2", wrap=True))


def offline(
    detail: Words, *, actions: tuple[Press, ...] = (), since: Words = "", note: Words = ""
) -> Trouble:
    """Return the state without a network: *since* when, as people read it; *detail* says what still works."""
    title = say("kit.offline.since", since=since) if str(since) else say("kit.offline")
    return Trouble("warn", title, detail, icon="cloud-off", actions=actions, note=note)
