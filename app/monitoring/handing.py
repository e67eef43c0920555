"""Handing over at a shift's end: all that somebody has in hand to one colleague, who is chosen in a menu; said, with the way back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QPoint

from app.i18n import isolated, trn
from app.monitoring.doctorforms import reachable
from app.monitoring.ports import Partly
from app.monitoring.refusals import refusal
from app.ui.menus import entry, menu_of
from app.ui.words import say, says

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtWidgets import QWidget

    from app.feature import Desk
    from app.monitoring.following import Following
    from app.monitoring.people import People
    from app.monitoring.ports import Item, Monitoring
    from storage.monitoring.records import Record


class Handing(QObject):
    """The menu unfolds below *at*."""

    def __init__(
        self, desk: Desk, alerts: Monitoring, following: Following, people: People, at: QWidget
    ) -> None:
        super().__init__(at)
        self._desk, self._alerts, self._following, self._people, self._at = (
            desk, alerts, following, people, at,
        )  # fmt: skip
        self._busy = False

    @property
    def mine(self) -> tuple[Item, ...]:
        """The open alerts that are in the hands of who works here."""
        outlook = self._following.outlook
        return () if outlook is None else tuple(one for one in outlook.open if one.holder == outlook.me)

    def takers(self) -> tuple[bytes, ...]:
        """Return who can have all of them: everybody else who is of each of their services."""
        outlook, services = self._following.outlook, {one.service for one in self.mine}
        if outlook is None or not services:
            return ()
        members = {one.policy.service: one.members for one in outlook.services}
        common = frozenset.intersection(*(members.get(one, frozenset()) for one in services))
        return tuple(sorted(common - {outlook.me}, key=self._people.name))

    def able(self) -> bool:
        """Tell whether there is something to hand over, and somebody who can have it."""
        return not self._busy and self._alerts.writable and bool(self.takers())

    def offer(self) -> None:
        """Ask to whom."""
        menu = menu_of(self._at)
        title = menu.addAction(trn("monitoring.handing.title", len(self.mine)))
        assert title is not None
        title.setEnabled(False)
        for user in self.takers():
            calling = self._people.of(user).calling
            words = ", ".join(part for part in (reachable(self._people, user), calling) if part)
            entry(menu, words, "user", partial(self.give, user))
        menu.popup(self._at.mapToGlobal(QPoint(0, self._at.height())))
        menu.setActiveAction(menu.actions()[1])

    def give(self, to: bytes) -> None:
        """Give all of them to somebody."""
        alerts = [one.alert for one in self.mine]
        if alerts and not self._busy:
            self._busy = True
            done = partial(self._given, isolated(self._people.name(to)))
            self._desk.bridge.start(self, self._alerts.hand_many(alerts, to), done, self._failed)

    def _given(self, name: str, records: tuple[Record, ...]) -> None:
        self._busy = False
        self._desk.tell(says("monitoring.handing.done", len(records), name=name), self._undoing(records))

    def _failed(self, error: Exception) -> None:
        self._busy = False
        if isinstance(error, Partly):
            self._desk.tell(says("monitoring.bulk.partly", len(error.done)), self._undoing(error.done))
        else:
            self._desk.tell(refusal(error))

    def _undoing(self, records: tuple[Record, ...]) -> Callable[[], bool]:
        async def undo() -> None:
            for record in reversed(records):
                await self._alerts.undo(record)

        def back() -> bool:
            self._desk.bridge.start(self, undo(), self._undone, self._not_undone)
            return False

        return back

    def _undone(self, _nothing: None) -> None:
        self._desk.tell(say("alertacts.undone"))

    def _not_undone(self, error: Exception) -> None:
        self._desk.tell(say("alertacts.not_undone", why=refusal(error)))
