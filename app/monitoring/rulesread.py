"""A version of the rules to be read: what it says, part by part, and what each version before it changed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.i18n import fmt_date, fmt_time
from app.monitoring import ruling
from app.monitoring.rulesfields import card
from app.times import local
from app.ui.buttons import Button
from app.ui.panes import clear
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.monitoring.ruling import Change, Line, Names
    from app.monitoring.standing import Service, Version
    from media.mail.policy import Policy

LABEL = 220
SHOWN = 20
"""So many versions before are listed."""


def moment(at_ms: int) -> str:
    """`12/03/2026 10:12`."""
    at = local(at_ms)
    return f"{fmt_date(at)} {fmt_time(at)}"


def cards(policy: Policy, names: Names) -> Iterator[QWidget | None]:
    """Yield one card a part, made as it is asked for; None while one is filled."""
    told = ruling.lines(policy, names)
    for part in ruling.PARTS:
        yield from _card(part, [one for one in told if one.part == part])


def _card(part: str, lines: Sequence[Line]) -> Iterator[QWidget | None]:
    holder, column = card()
    column.addWidget(Label(say(f"rules.head.{part}"), "heading"))
    column.addWidget(Label(say(f"rules.head.{part}.detail"), "small", "text_2", wrap=True))
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(0, 2)
    grid.setColumnStretch(1, 5)
    column.addLayout(grid)
    if not lines:
        column.addWidget(Label(say("rules.empty"), "body", "text_2"))
    yield holder
    for at, one in enumerate(lines):
        grid.addWidget(Label(one.label, "body", "text_2", wrap=True), at, 0)
        grid.addWidget(Label(one.value, "body", wrap=True), at, 1)
        yield None


class Changes(QWidget):
    """What differs between two versions, one sentence each."""

    def __init__(self, none: str) -> None:
        super().__init__()
        self._none = none
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)

    def show_changes(self, changes: Sequence[Change]) -> None:
        """Show them, or that there are none."""
        clear(self._column)
        for one in changes:
            self._column.addWidget(Label(f"{say(f'rules.head.{one.part}')} · {one}", "body", wrap=True))
        if not changes:
            self._column.addWidget(Label(say(self._none), "body", "text_2", wrap=True))


class History(QWidget):
    """The versions before; each unfolds into what it changed."""

    def __init__(self, service: Service, names: Names) -> None:
        super().__init__()
        self._names = names
        self._by_id = {one.id: one for one in service.versions}
        rivals = {one.id for one in service.rivals}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        holder, inner = card()
        inner.addWidget(Label(say("rules.history"), "heading"))
        own = [one for one in service.versions if one.id not in rivals]
        for one in own[:SHOWN]:
            self._add(inner, one)
        column.addWidget(holder)

    def _add(self, column: QVBoxLayout, one: Version) -> None:
        number, name = one.policy.number, self._names.user(one.author)
        by = say("rules.version.by", name=name, at=moment(one.policy.made_ms))
        button = Button(say("rules.history.changed", n=number), "ghost", "s", icon="history")
        line = QVBoxLayout()
        line.setSpacing(2)
        line.addWidget(Label(f"{say('rules.version', n=number)} · {by}", "body_strong", wrap=True))
        if one.policy.note:
            line.addWidget(Label(one.policy.note, "body", "text_2", wrap=True))
        column.addLayout(line)
        before = self._by_id.get(one.policy.before)
        if before is None:
            column.addWidget(Label(say("rules.history.none"), "small", "text_2"))
            return
        changes = Changes("rules.history.same")
        changes.hide()
        button.clicked.connect(partial(self._unfold, changes, before, one))
        column.addWidget(button)
        column.addWidget(changes)

    def _unfold(self, changes: Changes, before: Version, one: Version) -> None:
        changes.show_changes(ruling.changes(before.policy, one.policy, self._names))
        changes.setVisible(changes.isHidden())
