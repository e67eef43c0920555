"""Who waits: a bar in the flow above the pictures, never over them; and the whole list in the panel of participants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.meeting.call.roll import minutes, queue
from app.meeting.view import TRUSTED
from app.ui import paint
from app.ui.buttons import Button, IconButton, Press
from app.ui.marks import Avatar, TrustMark
from app.ui.panes import Glyph, clear, ground, rule
from app.ui.text import KeyHint, Label, Named
from app.ui.theme import theme
from app.ui.words import Words, say, says

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent

    from app.meeting.view import View
    from media.engine.messages import Knocker

ROWS = 3
"""How many the bar shows one by one; where more wait it shows one less, and the way to all."""
NAME_WIDTH = 300
LARGE = 120
"""Text size from which a card's buttons stand below its words."""


class _Name(Label):
    """A name as wide as it is, up to a bound: a long one ends with … and stands whole in the tooltip."""

    def __init__(self, name: Words) -> None:
        super().__init__(name, "body_strong")
        self.clipped().setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.setToolTip(str(name))

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Return the width of the words, within the bound."""
        wide = int(paint.text_width(self.text(), theme().font("body_strong"))) + 2
        return QSize(min(wide, theme().scaled(NAME_WIDTH)), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Give way to the buttons."""
        return QSize(60, super().minimumSizeHint().height())


class Visitor(QFrame):
    """One person who waits. A certain identity is admitted at once; any other is examined first, in place.

    `slim`: one line for the bar; else a card for the panel.
    """

    admitted = pyqtSignal(int)
    refused = pyqtSignal(int)
    compared = pyqtSignal(bytes)

    def __init__(self, knocker: Knocker, *, slim: bool, by_key: bool = False) -> None:
        super().__init__()
        self.knocker = knocker
        self._doubt, self._slim = knocker.trust not in TRUSTED, slim
        self._wait = Label("", "small", "text_2")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 6)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(10)
        self._fill(row, slim=slim)
        column.addLayout(row)
        if not slim and theme().scaled(100) > LARGE:
            row = QHBoxLayout()
            row.addStretch(1)
            column.addLayout(row)
        row.addWidget(self._refuse(slim=slim))
        row.addWidget(self._main(by_key=by_key))
        column.addWidget(self._make_exam())
        self.setAccessibleName(f"{knocker.name}, {say(f'trust.{knocker.trust}')}")
        self.tick(knocker.since_ms)

    def _fill(self, row: QHBoxLayout, *, slim: bool) -> None:
        name, trust = self.knocker.name, TrustMark(self.knocker.trust)
        if slim:
            row.addWidget(Glyph("door-enter", "warn" if self._doubt else "accent", 22))
            row.addWidget(_Name(say("lobby.waits", name=name)))
            row.addWidget(trust)
            detail = Label(_who(self.knocker), "small", "text_2").clipped()
            row.addWidget(detail, 1)
            row.addWidget(self._wait)
            return
        row.addWidget(Avatar(name, 36))
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(_Name(name))
        words.addWidget(trust)
        words.addWidget(self._wait)
        row.addLayout(words, 1)

    def _refuse(self, *, slim: bool) -> Press:
        words = say("lobby.refuse")
        button: Press = Button(words) if slim else IconButton(words, "x", bordered=True)
        button.speak(say("lobby.refuse_name", name=self.knocker.name))
        button.clicked.connect(self._turn_away)
        return button

    def _main(self, *, by_key: bool) -> Press:
        verb = "examine" if self._doubt else "admit"
        keys = ("A",) if by_key and not self._doubt else ()
        self.main = Button(say(f"lobby.{verb}"), "secondary" if self._doubt else "primary", keys=keys)
        self.main.speak(say(f"lobby.{verb}_name", name=self.knocker.name))
        self.main.clicked.connect(self._examine if self._doubt else self._admit)
        return self.main

    def _make_exam(self) -> QWidget:
        """Make the second line: why there is doubt, what to do about it, and the decision."""
        self._exam = QWidget()
        if not self._doubt:
            self._exam.hide()
            return self._exam
        column = QVBoxLayout(self._exam)
        column.setContentsMargins(0, 0, 0, 4)
        name = self.knocker.name
        column.addWidget(Label(say(f"lobby.exam.{self.knocker.trust}", name=name), "small", wrap=True))
        row = QBoxLayout(QBoxLayout.Direction.LeftToRight if self._slim else QBoxLayout.Direction.TopToBottom)
        row.setSpacing(8)
        self.anyway = Button(say("lobby.anyway"), "warning", "s")
        self.anyway.speak(say("lobby.admit_name", name=name))
        self.anyway.clicked.connect(self._admit)
        row.addWidget(self.anyway)
        if self.knocker.user:
            compare = Button(say("lobby.compare"), size="s", icon="address-book")
            compare.clicked.connect(self._compare)
            row.addWidget(compare)
        row.addStretch(1)
        column.addLayout(row)
        self._exam.hide()
        return self._exam

    @property
    def examined(self) -> bool:
        """True while the doubt is explained."""
        return not self._exam.isHidden()

    def _examine(self) -> None:
        self._exam.setVisible(self._exam.isHidden())
        if self.examined:
            self.anyway.setFocus(Qt.FocusReason.OtherFocusReason)

    def _admit(self) -> None:
        self.admitted.emit(self.knocker.knock)

    def _turn_away(self) -> None:
        self.refused.emit(self.knocker.knock)

    def _compare(self) -> None:
        self.compared.emit(self.knocker.user)

    def tick(self, now_ms: int) -> None:
        """Show how long the person has waited."""
        n = minutes(self.knocker.since_ms, now_ms)
        self._wait.say(says("lobby.for" if self._slim else "lobby.since", n) if n else say("lobby.now"))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the ground: amber where the identity is not certain."""
        painter = paint.painter_for(self)
        fill, line = ("warn_soft", "warn_line") if self._doubt else ("raised", "line")
        paint.box(painter, QRectF(self.rect()), 8, theme().color(fill), theme().color(line))


class _Visitors(QWidget):
    """Keeps a row as long as its person waits: a row that is read or examined is not built again."""

    admitted = pyqtSignal(int)
    refused = pyqtSignal(int)
    compared = pyqtSignal(bytes)
    slim = True

    def __init__(self) -> None:
        super().__init__()
        Named(self, say("lobby.title"))
        self.rows: dict[int, Visitor] = {}
        self._shown: list[Knocker] = []
        self._key = -1
        self._now_ms = 0
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(6)
        self._column = QVBoxLayout()
        self._column.setSpacing(6)
        self._outer.addLayout(self._column)
        self.hide()

    def _show(self, waiting: list[Knocker], key: int) -> None:
        if (waiting, key) == (self._shown, self._key):
            return
        self._shown, self._key = waiting, key
        kept = {
            one.knocker.knock: one for one in self.rows.values() if one.examined and one.knocker in waiting
        }
        for row in kept.values():
            self._column.removeWidget(row)
        clear(self._column)
        self.rows = {one.knock: kept.get(one.knock) or self._make(one, key) for one in waiting}
        for row in self.rows.values():
            self._column.addWidget(row)
        self.tick(self._now_ms)

    def _make(self, knocker: Knocker, key: int) -> Visitor:
        row = Visitor(knocker, slim=self.slim, by_key=knocker.knock == key)
        row.admitted.connect(self.admitted)
        row.refused.connect(self.refused)
        row.compared.connect(self.compared)
        return row

    def tick(self, now_ms: int) -> None:
        """Show how long they have waited."""
        self._now_ms = now_ms
        for row in self.rows.values():
            row.tick(now_ms)


class LobbyBar(_Visitors):
    """The first who wait, certain identities first; where there are many, how many more and the way to all."""

    all_asked = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self._outer.setContentsMargins(8, 8, 8, 0)
        self._foot = ground(QWidget(), "stage")
        row = QHBoxLayout(self._foot)
        row.setContentsMargins(6, 0, 8, 0)
        self._more = Label("", "small", "stage_text_2")
        row.addWidget(self._more, 1)
        self.see = Button(say("lobby.all"), size="s", icon="users")
        self.see.clicked.connect(self.all_asked)
        row.addWidget(self.see)
        self._outer.addWidget(self._foot)

    def show_view(self, view: View) -> None:
        """Show the lobby to the host."""
        waiting = queue(view.lobby if view.is_host else ())
        few = waiting if len(waiting) <= ROWS else waiting[: ROWS - 1]
        first = view.next_to_admit
        self._show(few, first.knock if first is not None else -1)
        more = len(waiting) - len(few)
        self._more.say(says("lobby.more", more))
        self._foot.setVisible(bool(more))
        self.setVisible(bool(waiting))


class _Cards(_Visitors):
    slim = False

    def show_all(self, waiting: list[Knocker]) -> None:
        """Show these."""
        self._show(waiting, -1)
        self.setVisible(bool(waiting))


class LobbyList(QWidget):
    """Everybody who waits, as cards at the top of the participants, where the bar has no room for all."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(8)
        self._title = Label("", "subhead")
        column.addWidget(self._title)
        self.cards = _Cards()
        column.addWidget(self.cards)
        hint = QHBoxLayout()
        hint.setSpacing(6)
        hint.addWidget(KeyHint("A"))
        hint.addWidget(Label(say("lobby.key"), "small", "text_2", wrap=True), 1)
        column.addLayout(hint)
        column.addWidget(rule())
        self.hide()

    def show_view(self, view: View) -> None:
        """Show the lobby to the host."""
        waiting = queue(view.lobby if view.is_host else ())
        self._title.say(says("lobby.count", len(waiting)))
        self.cards.show_all(waiting)
        self.setVisible(len(waiting) > ROWS)


def _who(knocker: Knocker) -> str:
    return knocker.specialty or (str(say(f"role.{knocker.role}")) if knocker.role else "")
