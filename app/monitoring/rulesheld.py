"""The rules of one service as they stand: the version that holds, its rivals, a first one that is begun, and what can be done about each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from app.monitoring import ruling
from app.monitoring.rulesfields import beside, card
from app.monitoring.rulesread import History, cards, moment
from app.ui.buttons import Button
from app.ui.form import FormRow
from app.ui.panes import Banner, EmptyState, Field
from app.ui.text import Label
from app.ui.words import say
from media.mail.policy import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PyQt6.QtWidgets import QWidget

    from app.monitoring.people import People
    from app.monitoring.ports import Ruled
    from app.monitoring.ruling import Names
    from app.monitoring.standing import Service, Version
    from media.mail.policy import Policy

MAX_CODE = 60


def service_of(ruled: Ruled | None, code: str) -> Service | None:
    """Return the service under *code*, None where it has no rules yet."""
    services = ruled.services if ruled is not None else ()
    return next((one for one in services if one.policy.service == code), None)


def draft_of(ruled: Ruled | None, code: str) -> Policy | None:
    """Return what was begun of the next version of a service."""
    packed = dict(ruled.drafts).get(code) if ruled is not None else None
    found = ruling.unpack(packed) if packed is not None else None
    return found if found is not None and found.service == code else None


class Held(QObject):
    """`written`: this draft is to be written on; `dropped`: it is to be let go; `founded`: a service gets its first rules."""

    written = pyqtSignal(object)
    dropped = pyqtSignal()
    founded = pyqtSignal(str)

    def __init__(self, people: People, names: Names, owner: QObject) -> None:
        super().__init__(owner)
        self._people, self._names = people, names

    def parts(self, ruled: Ruled, code: str) -> Iterator[QWidget | None]:
        """Yield what is shown, made as it is asked for; None while one part is filled."""
        service = service_of(ruled, code)
        yield Label(say("rules.decides_nothing"), "body", "text_2", wrap=True)
        if not ruled.writable:
            yield Banner("warn", say("rules.shut_vault"), icon="lock")
        if service is not None:
            yield self._standing(ruled, service)
            for one in service.rivals:
                yield self._rival(ruled, service, one)
            yield from cards(service.policy, self._names)
            yield History(service, self._names)
        elif code:
            yield self._unsigned(ruled, code)
        elif not ruled.services:
            yield EmptyState("clipboard-check", say("rules.none"), say("rules.none.detail"))
        if ruled.founder and ruled.writable:
            yield self._founding(ruled)

    def _standing(self, ruled: Ruled, service: Service) -> QWidget:
        policy = service.policy
        holder, column = card()
        name = self._people.name(service.author)
        words = say("rules.held", n=policy.number, name=name, at=moment(policy.made_ms))
        column.addWidget(Label(words, "heading", wrap=True))
        if policy.note:
            column.addWidget(Label(policy.note, "body", wrap=True))
        column.addLayout(beside(*self._ways(ruled, service)))
        return holder

    def _ways(self, ruled: Ruled, service: Service) -> tuple[QWidget, ...]:
        """Return what can be done with the rules, or the reason why nothing can."""
        code, number = service.policy.service, service.policy.number + 1
        if code not in ruled.may:
            bosses = ", ".join(map(self._people.name, service.of(Part.COORDINATOR)))
            return (Label(say("rules.not_yours", names=bosses), "body", "text_2", wrap=True),)
        draft = draft_of(ruled, code)
        key = "rules.write" if draft is None else "rules.resume"
        write = Button(say(key, n=draft.number if draft else number), "primary", icon="pencil")
        write.setEnabled(ruled.writable)
        write.clicked.connect(lambda: self.written.emit(draft or ruling.following(service)))
        return (write,)

    def _rival(self, ruled: Ruled, service: Service, one: Version) -> QWidget:
        policy = one.policy
        take = Button(say("rules.rivals.take", n=service.policy.number + 1), size="s")
        take.clicked.connect(lambda: self.written.emit(ruling.following(service, policy)))
        able = service.policy.service in ruled.may and ruled.writable
        name = self._people.name(one.author)
        words = say("rules.rivals", n=policy.number, name=name, at=moment(policy.made_ms))
        return Banner("warn", words, say("rules.rivals.detail"), actions=(take,) if able else ())

    def _unsigned(self, ruled: Ruled, code: str) -> QWidget:
        """Return the way on with a first version that was begun."""
        go = Button(say("rules.resume", n=1), "primary", icon="pencil")
        draft = draft_of(ruled, code)
        go.setEnabled(draft is not None and ruled.founder)
        if draft is not None:
            go.clicked.connect(lambda: self.written.emit(draft))
        drop = Button(say("rules.drop"), "ghost")
        drop.clicked.connect(self.dropped)
        why = "" if go.isEnabled() else say("rules.not_founder")
        return Banner("info", say("rules.draft", n=1), why, icon="pencil", actions=(go, drop))

    def _founding(self, ruled: Ruled) -> QWidget:
        """Return the form that begins the rules of a service that has none."""
        holder, column = card()
        column.addWidget(Label(say("rules.first"), "heading"))
        field = Field(say("rules.first.unit"), "ONCO1")
        field.setMaxLength(MAX_CODE)
        row = FormRow(say("rules.first.unit"), field, say("rules.first.hint"))
        column.addWidget(row)
        if ruled.units:
            seen = say("rules.first.seen", units=", ".join(ruled.units[:12]))
            column.addWidget(Label(seen, "small", "text_2", wrap=True))
            field.setText(ruled.units[0])
        go = Button(say("rules.first.go"), icon="plus")
        begin = partial(self._found, ruled, row)
        go.clicked.connect(begin)
        field.returnPressed.connect(begin)
        column.addLayout(beside(go))
        return holder

    def _found(self, ruled: Ruled, row: FormRow) -> None:
        code = row.field.text().strip()
        if not code or not code.isprintable() or service_of(ruled, code) is not None:
            row.say_wrong(say("rules.first.wrong"))
        else:
            self.founded.emit(code)
