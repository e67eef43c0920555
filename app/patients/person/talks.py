"""The tab of exchanges: what was written about the patient in threads of this user, and a way to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import fmt_list, isolated, tr
from app.naming import label
from app.patients.answers import LIMIT, row_of
from app.patients.person.asked import NONE, SHOWN, AskedPart
from app.patients.person.part import SteadyList, bar
from app.ui.buttons import Button
from app.ui.panes import EmptyState
from app.ui.rows import Row
from app.ui.text import Label
from app.ui.words import say
from storage.messages.deposits import DepositState
from storage.messages.records import PatientLink, ThreadKind

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from app.feature import Desk
    from app.patients.answers import Exchanges, Talk
    from app.patients.person.view import Record
    from app.patients.service import Patients
    from storage.messages.deposits import Deposit
    from storage.patients.records import Patient

MAX_LINE = 300
_LEFT = "deposit"
_STATES = {DepositState.COLLECTED: ("circle-check", "ok"), DepositState.SHUT: ("alert-triangle", "danger")}


class TalksPart(AskedPart):
    """Messages about the patient, the newest first; `opened` asks to see one in its thread.

    Nothing is shown before the trail has it that the messages were looked at.
    """

    key = "person.talks"
    opened = pyqtSignal(int, int)
    deposits_opened = pyqtSignal()

    def __init__(self, desk: Desk, patients: Patients) -> None:
        super().__init__(desk, patients)
        self._talks: tuple[Talk, ...] = ()
        self._most = LIMIT
        self._names: Mapping[bytes, str] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.write = Button(say("person.write"), size="s", icon="message-2")
        self.write.clicked.connect(lambda: self.acted.emit("write"))
        column.addWidget(bar(Label(say("person.talks.note"), "small", "text_2").clipped(), self.write))
        self.list: SteadyList[Row] = SteadyList(say("person.tab.talks"))
        self.list.opened.connect(self._open)
        self.older = Button(say("person.talks.older"), "ghost", "s", "chevron-down")
        self.older.clicked.connect(self._read_on)
        none = EmptyState("message-2", say("person.talks.none"), say("person.talks.none.detail"))
        self._fill(self._shown(), none)
        column.addWidget(self._stack, 1)
        desk.bridge.watch(self, patients.talked, self._renew)

    def _shown(self) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.list, 1)
        column.addWidget(self.older, 0, Qt.AlignmentFlag.AlignHCenter)
        return holder

    def _ask(self, record: Record) -> Coroutine[Any, Any, Exchanges]:
        return self._patients.talks(record.patient, self._most + 1)

    def _read_on(self) -> None:
        self._most += LIMIT
        self._read()

    def _answer(self, record: Record, found: Exchanges) -> int:
        self._names, self._talks = found.names, found.talks[: self._most]
        more = len(found.talks) > self._most
        self.older.setVisible(more)
        since_ms = self._talks[-1].message.sent_ms if more else 0
        rows = [(one.message.sent_ms, self._row(record, one)) for one in self._talks]
        rows += [(one.made_ms, _left_row(record, one)) for one in found.left if one.made_ms >= since_ms]
        self.list.show_lines([row for _at_ms, row in sorted(rows, key=lambda pair: -pair[0])])
        return SHOWN if rows else NONE

    def _row(self, record: Record, talk: Talk) -> Row:
        message, thread = talk.message, talk.thread
        author = tr("person.talks.me") if message.own else self._name(message.author)
        taken = [self._name(one.user) for one in message.taken]
        mark = (tr("person.talks.taken", who=fmt_list(taken)), "clipboard-check", "ok") if taken else None
        aside = record.site.moment(message.sent_ms)
        beside = self._beside(talk)
        key = f"{thread.id} {message.id}"
        return Row(key, author, beside, _said(talk), aside, icon="message-2", mark=mark)

    def _beside(self, talk: Talk) -> str:
        """Return the team's name, or to whom it was written; and that a message names no patient, only its thread does."""
        thread, message = talk.thread, talk.message
        where = ""
        if thread.kind == ThreadKind.TEAM:
            where = tr("person.talks.in", where=isolated(thread.title))
        elif message.own:
            others = fmt_list([isolated(self._name(user)) for user in thread.members])
            where = tr("person.talks.to", who=others)
        return " · ".join(filter(None, (where, "" if message.patient else tr("person.talks.nobody"))))

    def _name(self, user: bytes) -> str:
        return self._names.get(user) or tr("person.readers.unknown")

    def _open(self, key: str) -> None:
        thread, message = key.split()
        if thread == _LEFT:
            self.deposits_opened.emit()
        else:
            self.opened.emit(int(thread), int(message))

    def clear(self) -> None:
        """Let go of what was said."""
        super().clear()
        self._talks, self._names, self._most = (), {}, LIMIT
        self.list.show_lines(())

    def first(self) -> QWidget:
        """Return the list, or the button that writes."""
        return self.list if self.list.shown.lines else self.write


def _left_row(record: Record, one: Deposit) -> Row:
    state = tr(f"deposit.state.{one.state}")
    aside, mark = record.site.moment(one.made_ms), (state, *_STATES.get(one.state, ("clock", "plain")))
    label = one.label or tr("deposit.nobody")
    return Row(
        f"{_LEFT} {one.deposit.hex()}", label, tr("person.talks.left"), one.name, aside, "upload", mark=mark
    )


def link_of(patient: Patient) -> PatientLink:
    """Return how a message names *patient*: `NOM DE NAISSANCE Prénom`, born."""
    name = " ".join(part for part in (patient.birth_name, patient.given_name) if part)
    found = row_of(patient)
    written = label(name or tr("person.talks.unnamed"), found.sex, found.birth)
    return PatientLink(patient.authority, patient.ipp, written[:MAX_LINE])


def _said(talk: Talk) -> str:
    """Return the beginning of what was said, or what became of it."""
    message = talk.message
    if message.withdrawn_ms:
        return tr("person.talks.withdrawn")
    if message.gone_ms:
        return tr("person.talks.gone")
    return " ".join(message.text.split())[:MAX_LINE] or tr("person.talks.file")
