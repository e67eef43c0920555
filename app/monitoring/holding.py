"""How an alert stands, above the acts: who has it, whom it was brought before, who is awaited; and what can be done about that."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import isolated, tr
from app.monitoring.actions import called
from app.monitoring.careforms import closed_as
from app.monitoring.notice import Notice
from app.monitoring.report import sending_words
from app.monitoring.told import moment, names
from app.monitoring.verbs import VERBS, able, belongs, closure, escalation, next_asked
from app.times import Site
from app.ui.buttons import Button
from app.ui.flow import Flow
from app.ui.text import Label
from app.ui.words import Words, say
from storage.monitoring.records import Phase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.monitoring.people import People
    from app.monitoring.ports import Sheet

Line = tuple[str, str, Words, Words]
"""Tone, icon, what is the case, what follows."""
_ACTS = ("take", "hand", "second", "reopen")
_PRESSING = frozenset(("second",))
_TONES = {"accepted": "ok", "refused": "danger", "kept": "warn"}
"""Of how far the summary is; on its way it is only told."""
_BLANK: Line = ("info", "info-circle", "", "")


class Holding(QWidget):
    """Says how the alert stands; `acted` asks for one of take, hand, second, reopen, or for a refused summary to go "again"."""

    acted = pyqtSignal(str)

    def __init__(self, people: People) -> None:
        super().__init__()
        self._people = people
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.holder = Label("", "small_strong", wrap=True)
        self.buttons: dict[str, Button] = {}
        for act in _ACTS:
            verb, kind = VERBS[act], "primary" if act in _PRESSING else "secondary"
            made = Button(say(f"alertacts.verb.{act}"), kind, "s", verb.icon, (verb.letter,))
            made.clicked.connect(partial(self._press, act))
            self.buttons[act] = made
        self._flow = Flow(tail=True)
        self._flow.fill((self.holder, *self.buttons.values()))
        again = Button(say("monitoringout.sending.again"), size="s", icon="refresh")
        again.clicked.connect(partial(self._press, "again"))
        self.sent, self.refused = Notice(), Notice((again,))
        self.lines = [Notice() for _ in range(4)]
        for part in (*self.lines, self._flow, self.sent, self.refused):
            column.addWidget(part)

    def _press(self, act: str) -> None:
        self.acted.emit(act)

    def show_sheet(self, sheet: Sheet, now_ms: int, *, writable: bool) -> None:
        """Show how an alert stands."""
        told = list(self._told(sheet, now_ms))
        if not writable:
            words = say("alertacts.read_only"), say("alertacts.read_only.detail")
            told.insert(0, ("warn", "lock", *words))
        if not belongs(sheet):
            words = say("alertacts.no_member"), say("alertacts.no_member.detail", service=sheet.service)
            told.insert(0, ("info", "lock", *words))
        for notice, line in zip(self.lines, (*told, *(_BLANK,) * len(self.lines)), strict=False):
            notice.tell(*line)
        held = self._held(sheet)
        self.holder.say(held)
        self.holder.setVisible(bool(str(held)))
        self._show_sending(sheet)
        for act, button in self.buttons.items():
            button.say(called(act, sheet))
            button.setVisible(able(act, sheet))
            button.setEnabled(writable)

    def _told(self, sheet: Sheet, now_ms: int) -> Iterator[Line]:
        life = sheet.life
        if life.rivals:
            yield self._conflict(sheet)
        if life.phase is Phase.ESCALATED:
            yield self._escalated(sheet, now_ms)
        elif life.phase in {Phase.CLOSING, Phase.CLOSED}:
            yield self._closed(sheet)

    def _show_sending(self, sheet: Sheet) -> None:
        """Say how far the summary is, as far as this desk knows."""
        sending, blank = sheet.sending, _BLANK
        line: Line = blank
        if sending is not None:
            words = sending_words(sending.stage, sending.code)
            line = _TONES.get(sending.stage, "info"), "send", words, ""
        again = sending is not None and sending.again
        self.sent.tell(*(blank if again else line))
        self.refused.tell(*(line if again else blank))

    def _held(self, sheet: Sheet) -> Words:
        """Return who has it, as far as nothing else says so."""
        if sheet.life.rivals or sheet.life.phase in {Phase.CLOSING, Phase.CLOSED}:
            return ""
        if not sheet.life.holder:
            return say("alertacts.standing.new")
        if sheet.life.holder == sheet.me:
            return say("alertacts.standing.mine")
        return say("alertacts.standing.theirs", name=isolated(self._people.name(sheet.life.holder)))

    def _conflict(self, sheet: Sheet) -> Line:
        holder = sheet.life.holder
        others = [user for user in (holder, *sheet.life.rivals) if user != sheet.me]
        title = say("alertacts.standing.conflict", name=names(self._people, others))
        first = say("alertacts.standing.conflict.detail", holder=isolated(self._people.name(holder)))
        return (
            "warn",
            "users",
            title,
            say("alertacts.standing.conflict.mine") if holder == sheet.me else first,
        )

    def _escalated(self, sheet: Sheet, now_ms: int) -> Line:
        asked, following = escalation(sheet), next_asked(sheet)
        if sheet.me in sheet.life.asked and asked is not None:
            title = say("alertacts.standing.asked", name=isolated(self._people.name(asked.author)))
            return "danger", "arrow-up-right", title, isolated(asked.text) if asked.text else ""
        title = say("alertacts.standing.escalated", names=names(self._people, sheet.life.asked))
        if following is None:
            return "info", "arrow-up-right", title, ""
        user, at_ms = following
        key = "alertacts.standing.passes" if at_ms > now_ms else "alertacts.standing.passed"
        at = moment(Site(sheet.ruled.hours.zone), at_ms, now_ms)
        return "info", "arrow-up-right", title, say(key, name=isolated(self._people.name(user)), at=at)

    def _closed(self, sheet: Sheet) -> Line:
        last, waits = closure(sheet), sheet.life.phase is Phase.CLOSING
        if last is None:
            return "plain", "circle-check", "", ""
        key = "closing" if waits else "closed"
        mine = last.author == sheet.me
        name = isolated(self._people.name(last.author))
        title = say(f"alertacts.standing.{key}.mine") if mine else say(f"alertacts.standing.{key}", name=name)
        detail = closed_as(sheet, last)
        if not waits:
            return "ok", "circle-check", title, detail
        others = tuple(user for user, _part in sheet.ruled.policy.members if user != last.author)
        awaited = tr("alertacts.standing.awaited", names=names(self._people, others))
        nobody = tr("alertacts.standing.awaited.nobody")
        return "warn", "checks", title, "\n".join((detail, awaited if others else nobody))
