"""The editor of who belongs to a service: its members with their parts, and the order of an escalation."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.monitoring import ruling
from app.monitoring.rulesfields import Part, Pick, beside, remover, stops
from app.search import plain
from app.ui.buttons import Button
from app.ui.flow import Flow
from app.ui.panes import Field, SearchField, clear
from app.ui.rows import HEIGHT, Row, RowList
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import Words, say
from media.mail.policy import Part as Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.monitoring.people import Colleague, People
    from media.mail.policy import Policy

FOUND = 6


class Finder(QWidget):
    """A field that finds somebody of the directory; ↵ takes the first, ↓ goes into the list."""

    picked = pyqtSignal(bytes)

    def __init__(self, people: People) -> None:
        super().__init__()
        self._people = people
        self.without: frozenset[bytes] = frozenset()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.field = SearchField(say("rules.add.member"), say("rules.add.hint"))
        self.list: RowList[Row] = RowList(say("rules.add.list"))
        self._none = Label(say("rules.add.nobody"), "small", "text_2")
        for part in (
            Label(say("rules.add.member"), "small_strong", "text_2"),
            self.field,
            self.list,
            self._none,
        ):
            column.addWidget(part)
        self.field.setMaxLength(100)
        self.field.textChanged.connect(self._narrow)
        self.field.returnPressed.connect(self._take_first)
        self.list.opened.connect(self._take)
        self._narrow("")

    def _narrow(self, text: str) -> None:
        words = plain(text).split()
        found = [one for one in self._people.all() if one.user not in self.without and _fits(one, words)]
        rows = [Row(one.user.hex(), one.name, detail=one.calling, face=True) for one in found[:FOUND]]
        self.list.show_lines(rows if words else [])
        self.list.setVisible(bool(words and rows))
        self.list.setFixedHeight(theme().scaled(HEIGHT) * min(len(rows), 3) + 2)
        self._none.setVisible(bool(words) and not rows)

    def _take_first(self) -> None:
        if self.list.shown.lines:
            self._take(self.list.shown.lines[0].key)

    def _take(self, key: str) -> None:
        self.field.clear()
        self.picked.emit(bytes.fromhex(key))
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)


def _fits(one: Colleague, words: Sequence[str]) -> bool:
    text = plain(f"{one.name} {one.calling}")
    return all(word in text for word in words)


class Members(Part):
    """The service's name, its members with their parts, and the order in which an escalation names them."""

    def __init__(self, people: People) -> None:
        super().__init__()
        self._people = people
        self._members: dict[bytes, Role] = {}
        self._order: tuple[bytes, ...] = ()
        self.title = Field(say("rules.name"))
        self.title.setMaxLength(200)
        self.title.textEdited.connect(self.changed)
        self._rows, self._ranks = QVBoxLayout(), QVBoxLayout()
        self.finder = Finder(people)
        self.finder.picked.connect(self._add)
        self._more = Flow()
        for words, part in (
            (say("rules.name"), self.title),
            (say("rules.head.members"), self._rows),
            ("", self.finder),
            (say("rules.head.order"), self._ranks),
            ("", self._more),
        ):
            if str(words):
                self.column.addWidget(Label(words, "small_strong", "text_2"))
            if isinstance(part, QVBoxLayout):
                self.column.addLayout(part)
            else:
                self.column.addWidget(part)

    def show_policy(self, policy: Policy) -> None:
        """Show the members and their order."""
        self._members, self._order = dict(policy.members), policy.order
        self.title.setText(policy.title)
        self._draw()

    def put(self, policy: Policy) -> Policy:
        """Return *policy* with these members and their order."""
        return replace(
            policy, title=self.title.text(), members=tuple(self._members.items()), order=self._order
        )

    def _draw(self) -> None:
        self.finder.without = frozenset(self._members)
        clear(self._rows)
        for user, part in self._members.items():
            self._rows.addWidget(self._member(user, part))
        clear(self._ranks)
        for user in self._order:
            self._ranks.addWidget(self._rank(user))
        others = [
            user for user, part in self._members.items() if part is Role.DOCTOR and user not in self._order
        ]
        self._more.fill([self._joiner(user) for user in others])
        if not self._order and not others:
            self._ranks.addWidget(Label(say("rules.order.empty"), "small", "text_2", wrap=True))

    def _member(self, user: bytes, part: Role) -> QWidget:
        one = self._people.of(user)
        pick = Pick(say("rules.part.of", name=one.name))
        pick.offer(
            [(str(int(each)), say(f"rules.part.{each.name.lower()}")) for each in Role], str(int(part))
        )
        pick.activated.connect(lambda _at: self._become(user, Role(int(pick.value))))
        out = remover(one.name)
        out.clicked.connect(partial(self._remove, user))
        who = Label(" · ".join(filter(None, (one.name, one.calling))), "body").clipped()
        return _line(who, pick, out)

    def _rank(self, user: bytes) -> QWidget:
        name = self._people.name(user)
        up, down = (Button(say(f"rules.move.{way}"), "ghost", "s") for way in ("up", "down"))
        for button, words, by in zip((up, down), self._ways(user), (-1, 1), strict=True):
            button.speak(words)
            button.clicked.connect(partial(self._move, user, by))
        out = remover(say("looks.of_order", name=name))
        out.clicked.connect(partial(self._leave_order, user))
        place = self._order.index(user)
        up.setEnabled(place > 0)
        down.setEnabled(place < len(self._order) - 1)
        return _line(Label(f"{place + 1}. {name}", "body").clipped(), up, down, out)

    def _joiner(self, user: bytes) -> Button:
        button = Button(self._people.name(user), "secondary", "s", icon="plus")
        button.speak(say("rules.add.order.who", name=self._people.name(user)))
        button.clicked.connect(partial(self._join_order, user))
        return button

    def _add(self, user: bytes) -> None:
        self._members[user] = Role.NURSE
        self._redraw()

    def _become(self, user: bytes, part: Role) -> None:
        self._members[user] = part
        self._redraw(say("rules.part.of", name=self._people.name(user)))

    def _remove(self, user: bytes) -> None:
        self._members.pop(user, None)
        self._order = tuple(one for one in self._order if one != user)
        self._redraw()

    def _move(self, user: bytes, by: int) -> None:
        self._order = ruling.moved(self._order, user, by)
        self._redraw(*self._ways(user)[::-by])

    def _join_order(self, user: bytes) -> None:
        self._order = (*self._order, user)
        self._redraw(*self._ways(user))

    def _leave_order(self, user: bytes) -> None:
        self._order = tuple(one for one in self._order if one != user)
        self._redraw()

    def _ways(self, user: bytes) -> tuple[Words, Words]:
        """Return what the buttons say that move somebody up and down."""
        name = self._people.name(user)
        return say("rules.up", name=name), say("rules.down", name=name)

    def _redraw(self, *names: Words) -> None:
        """Draw anew what was pressed; the focus goes to the first of *names* that is there to be pressed, else to where people are added."""
        self._draw()
        held = {one.accessibleName(): one for one in stops(self) if one.isEnabled()}
        target = next((held[str(name)] for name in names if str(name) in held), self.finder.field)
        target.setFocus(Qt.FocusReason.OtherFocusReason)
        self.laid.emit()
        self.changed.emit()


def _line(first: QWidget, *others: QWidget) -> QWidget:
    holder = QWidget()
    row = beside(first, *others, stretch=0)
    row.setContentsMargins(0, 0, 0, 0)
    holder.setLayout(row)
    return holder
