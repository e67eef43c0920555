"""What was deposited and what became of it: link and code of those that lie there still, and what can be done with each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import tr
from app.messages import looks
from app.naming import read
from app.ui.buttons import Button
from app.ui.marks import Chip
from app.ui.panes import Field, Glyph, clear
from app.ui.text import Label
from app.ui.words import Words, say, says
from storage.messages.deposits import OPEN, DepositState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from storage.messages.deposits import Deposit

SHOWN = 40
CHIPS = {
    DepositState.SENDING: ("upload", "info"),
    DepositState.THERE: ("clock", "info"),
    DepositState.COLLECTED: ("circle-check", "ok"),
    DepositState.SHUT: ("alert-triangle", "danger"),
    DepositState.EXPIRED: ("hourglass-high", "plain"),
    DepositState.TAKEN_BACK: ("ban", "plain"),
    DepositState.LOST: ("alert-triangle", "warn"),
}


class DepositCard(QFrame):
    """One deposit. `taken_back` and `forgotten` are wishes; the pane carries them out."""

    taken_back = pyqtSignal()
    forgotten = pyqtSignal()

    def __init__(self, one: Deposit, link: str, now_ms: int, *, open_it: bool) -> None:
        super().__init__()
        self.setProperty("card", "plain")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14, 10, 12, 12)
        self._column.setSpacing(4)
        self._column.addLayout(self._head(one))
        self._column.addWidget(Label(one.name, "small", "text_2").clipped())
        if one.about is not None:
            self._column.addWidget(Label(read(one.patient), "small", "text_2").clipped())
        self._column.addWidget(Label(_story(one, now_ms), "small", "text_2", wrap=True))
        if one.wrong and one.state in OPEN:
            self._column.addWidget(_warning(says("deposit.wrong_n", one.wrong)))
        if link:
            self._secret = _Secret(link, one.code)
            self._column.addWidget(self._secret)
            self._secret.setVisible(open_it)
        self._column.addSpacing(4)
        self._column.addLayout(self._acts(one, link, open_it=open_it))

    def _head(self, one: Deposit) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(Label(one.label or say("deposit.nobody"), "body_strong").clipped(), 1)
        icon, tone = CHIPS[one.state]
        row.addWidget(Chip(say(f"deposit.state.{one.state}"), icon, tone))
        return row

    def _acts(self, one: Deposit, link: str, *, open_it: bool) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        if link:
            self.show_secret = Button(say("deposit.show"), "secondary", "s", "key")
            self.show_secret.speak(
                say("deposit.act.spoken", act=self.show_secret.name, label=one.label or one.name)
            )
            if open_it:
                self.show_secret.hide()
            self.show_secret.clicked.connect(self._show_secret)
            row.addWidget(self.show_secret)
        over = one.state not in OPEN
        self.act = Button(say("deposit.forget" if over else "deposit.take_back"), "ghost", "s")
        self.act.speak(say("deposit.act.spoken", act=self.act.name, label=one.label or one.name))
        self.act.clicked.connect(self.forgotten if over else self.taken_back)
        row.addWidget(self.act)
        row.addStretch(1)
        return row

    def _show_secret(self) -> None:
        self._secret.show()
        self.show_secret.hide()
        self.focus_first()

    def focus_first(self) -> None:
        """Go to what copies the link."""
        self._secret.focus_first()


class _Secret(QWidget):
    """Link and code, each with what copies it, and the warning that they go different ways."""

    def __init__(self, link: str, code: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 4)
        column.setSpacing(6)
        self.link, self.code = Field(say("deposit.link")), Field(say("deposit.code"))
        told = f"{code[:4]} {code[4:]}"
        self._copies = [
            _row(column, "link", self.link, link),
            _row(column, "code", self.code, told),
        ]
        column.addWidget(_warning(say("deposit.two_ways")))

    def focus_first(self) -> None:
        """Go to what copies the link."""
        self._copies[0].setFocus(Qt.FocusReason.TabFocusReason)


def _row(column: QVBoxLayout, kind: str, field: Field, text: str) -> Button:
    field.setText(text)
    field.setReadOnly(True)
    field.setCursorPosition(0)
    label = Label(say(f"deposit.{kind}"), "caption", "text_2")
    label.setBuddy(field)
    column.addWidget(label)
    row = QHBoxLayout()
    row.setSpacing(8)
    row.addWidget(field, 2)
    copy = Button(say(f"deposit.{kind}.copy"), "secondary", "m", "copy")
    copy.clicked.connect(partial(_copy, text, copy))
    row.addWidget(copy)
    if kind == "code":
        row.addStretch(4)
    column.addLayout(row)
    return copy


def _copy(text: str, button: Button) -> None:
    clipboard = QGuiApplication.clipboard()
    if clipboard is not None:
        clipboard.setText(text)
        button.say(say("deposit.copied"))


def _warning(words: Words) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 2, 0, 0)
    row.setSpacing(8)
    row.addWidget(Glyph("alert-triangle", "warn", 18), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(Label(words, "small", wrap=True), 1)
    return holder


class _Story:
    """What became of a deposit, in the language of the moment."""

    def __init__(self, one: Deposit, now_ms: int) -> None:
        self._one, self._now_ms = one, now_ms

    def __str__(self) -> str:
        one, now_ms = self._one, self._now_ms
        told = [tr("deposit.left_at", at=looks.moment(one.made_ms, now_ms))]
        if one.state in OPEN:
            told.append(tr("deposit.until", at=looks.moment_until(one.expires_ms, now_ms)))
            told.append(tr("deposit.once" if one.single else "deposit.often"))
        if one.collected_ms:
            told.append(tr("deposit.collected_at", at=looks.moment(one.collected_ms, now_ms)))
        elif one.opened_ms:
            told.append(tr("deposit.opened_at", at=looks.moment(one.opened_ms, now_ms)))
        return " · ".join(told)


def _story(one: Deposit, now_ms: int) -> Words:
    return _Story(one, now_ms)  # type: ignore[return-value]


class DepositList(QWidget):
    """All deposits, the newest first."""

    def __init__(
        self,
        link: Callable[[Deposit], str],
        take_back: Callable[[Deposit], None],
        forget: Callable[[Deposit], None],
    ) -> None:
        super().__init__()
        self._link, self._take_back, self._forget = link, take_back, forget
        self.cards: list[DepositCard] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(Label(say("deposit.mine"), "heading"))
        self._none = Label(say("deposit.none"), "body", "text_2", wrap=True)
        column.addWidget(self._none)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        column.addLayout(self._rows)
        self._more = Label("", "small", "text_2", wrap=True)
        column.addWidget(self._more)

    def show_deposits(self, deposits: Sequence[Deposit], now_ms: int, opened: bytes = b"") -> None:
        """Show them; link and code of *opened* at once, of the others when asked for."""
        clear(self._rows)
        self.cards = []
        for one in deposits[:SHOWN]:
            card = DepositCard(one, self._link(one), now_ms, open_it=one.deposit == opened)
            card.taken_back.connect(partial(self._take_back, one))
            card.forgotten.connect(partial(self._forget, one))
            self._rows.addWidget(card)
            self.cards.append(card)
        self._none.setVisible(not deposits)
        self._more.setVisible(len(deposits) > SHOWN)
        self._more.say(says("deposit.more_n", max(0, len(deposits) - SHOWN)))
