"""A team that follows patients at home, its desks on the loop of a window's bridge: what the window shows is what they say and keep."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.directory.service import Directory
from app.feature import Desk
from app.monitoring.panel import Panel
from app.monitoring.people import People
from app.trust import News
from app.ui.panes import FocusRing
from app.ui.theme import theme
from media.mail.policy import Policy, Protocol
from tests.harness import noon
from tests.harness.correspondents import Clinic
from tests.harness.postal import until
from tests.harness.wards import PARTS, Watch, alert_of, asked, named

if TYPE_CHECKING:
    from pathlib import Path

    from app.bridge import Bridge

REASONS = (("resolved", "Résolu au téléphone"), ("hospital", "Hospitalisation organisée"))
TEXTS = (
    Protocol("diarrhea", 2, "Lopéramide, boire deux litres par jour, rappeler si fièvre."),
    Protocol("diarrhea", 3, "G3 : lopéramide, bilan ionogramme, avis médical sous 2 h."),
    Protocol("", 1, "Surveiller, rappeler demain."),
)
NAMES = {"nurse": "Karim Bensaïd", "doctor": "Dr Hélène Marchetti", "secretary": "Odile Faure"}


@dataclass
class Told:
    """What the window told, with the way back."""

    words: list[str] = field(default_factory=list)
    undo: object = None

    def __call__(self, words, undo=None):
        self.words.append(str(words))
        self.undo = undo


class Team:
    """Desks by role, `nurse0` first; the first signs the service's rules."""

    def __init__(self, bridge: Bridge, folder: Path, roles: tuple[str, ...]) -> None:
        self.bridge, self._roles = bridge, roles
        self._patients = itertools.count(1)
        self.clinic = Clinic(folder)
        self.run(self._open())

    def run(self, work):
        """Run a coroutine on the loop, and wait for what it returns."""
        return asyncio.run_coroutine_threadsafe(work, self.bridge.loop).result(60)

    async def _open(self) -> None:
        desks = []
        for number, role in enumerate(self._roles):
            name = NAMES[role] + ("" if role not in self._roles[:number] else f" {number}")
            desks.append(await self.clinic.desk(name, role=role))
        await self.clinic.settle()
        founders = {desks[0].user}
        self.watches = [await Watch(desk, founders).begin() for desk in desks]
        members = tuple((one.user, PARTS[role]) for one, role in zip(desks, self._roles, strict=True))
        order = tuple(one.user for one, role in zip(desks, self._roles, strict=True) if role == "doctor")
        told = {"zone": noon.ZONE, "reasons": REASONS, "protocols": TEXTS}
        self.policy = Policy("ONCO1", "Oncologie", 1, members=members, order=order, **told)
        await self.watches[0].alerts.sign(self.policy)
        for watch in self.watches[1:]:
            await until(lambda watch=watch: watch.alerts._desk.memory.services)

    def alert(self, **grades):
        """Let all desks hear of a questionnaire of somebody new; return its alert."""
        ipp, now = f"8041{next(self._patients):04}", self.watches[0].desk.clock.now_ms()
        told = asked(ipp, now - 1_000, **grades)
        for watch in self.watches:
            self.run(watch.hear(named(ipp, "DUMAS", "Solange", now), told))
        return alert_of(told)

    def close(self) -> None:
        self.run(self.clinic.end())


class Window(QWidget):
    """The panel of one desk, following one alert as the page does."""

    def __init__(self, team: Team, place: int, width: int = 300, height: int = 780) -> None:
        super().__init__()
        self.team, self.watch = team, team.watches[place]
        self.alerts, self.told, self.alert = self.watch.alerts, Told(), b""
        desk = self.watch.desk
        directory = Directory(desk.clock.now_ms, desk.trail)
        directory.open(desk.session, desk.vault, News())
        team.run(directory.book())
        self.opened: list = []
        self.desk = Desk(team.bridge, self.opened.append, desk.clock.now_ms, self.told)
        self.panel = Panel(self.desk, self.alerts, People(directory))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.panel)
        self.setStyleSheet(theme().sheet)
        self.resize(width, height)
        self.ring = FocusRing(self)
        self.panel.done.connect(lambda _alert: self.read())
        team.bridge.watch(self, self.alerts.changed, lambda _changed: self.read())

    def open(self, alert: bytes) -> None:
        self.panel.show_sheet(None)
        self.alert = alert
        self.panel.show_sheet(self.team.run(self.alerts.sheet(alert)))

    def read(self) -> None:
        if self.alert:
            alert, work = self.alert, self.alerts.sheet(self.alert, again=True)
            self.desk.bridge.start(self, work, lambda sheet: self._show(alert, sheet), lambda _error: None)

    def _show(self, alert, sheet) -> None:
        if alert == self.alert:
            self.panel.show_sheet(sheet)

    @property
    def life(self):
        """How the alert stands at this desk, whatever the window shows."""
        return self.team.run(self.alerts.sheet(self.alert, again=True)).life

    def texts(self):
        """All words that are seen, but for the trace."""
        return [one.text() for one in self.findChildren(QLabel) if one.isVisible() and one.text()]

    def trace(self):
        return [line.sentence for line in self.panel.trace.list.shown.lines]
