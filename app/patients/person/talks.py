"""The tab of exchanges: what was written about the patient in threads of this user, and a way to write."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.i18n import fmt_list, isolated, tr
from app.patients.lines import born_words
from app.patients.person.part import Part, bar
from app.patients.service import row_of
from app.ui.buttons import Button
from app.ui.panes import EmptyState
from app.ui.rows import Row, RowList
from app.ui.states import Loading
from app.ui.text import Label
from app.ui.words import say
from storage.messages.records import PatientLink, ThreadKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.feature import Desk
    from app.patients.person.view import Record
    from app.patients.service import Patients, Talk
    from storage.patients.records import Patient

LOADING, SHOWN, NONE, FAILED = range(4)
MAX_LINE = 300
log = logging.getLogger(__name__)


class TalksPart(Part):
    """Messages about the patient, the newest first; `opened` asks to see one in its thread.

    Nothing is shown before the trail has it that the messages were looked at.
    """

    opened = pyqtSignal(int, int)

    def __init__(self, desk: Desk, patients: Patients) -> None:
        super().__init__()
        self._desk, self._patients = desk, patients
        self._record: Record | None = None
        self._asked = 0
        self._talks: tuple[Talk, ...] = ()
        self._names: Mapping[bytes, str] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.write = Button(say("person.write"), size="s", icon="message-2")
        self.write.clicked.connect(lambda: self.acted.emit("write"))
        column.addWidget(bar(Label(say("person.talks.note"), "small", "text_2").clipped(), self.write))
        self.list: RowList[Row] = RowList(say("person.tab.talks"))
        self.list.opened.connect(self._open)
        again = Button(say("person.talks.again"), icon="refresh")
        again.clicked.connect(self._read)
        none = EmptyState("message-2", say("person.talks.none"), say("person.talks.none.detail"))
        words = say("person.talks.failed"), say("person.talks.failed.detail")
        failed = EmptyState("alert-circle", *words, tone="danger", actions=(again,))
        self._stack = QStackedWidget()
        loading = bar(Loading(say("person.talks.loading")), margins=(20, 16, 20, 16))
        for page in (loading, self.list, none, failed):
            self._stack.addWidget(page)
        column.addWidget(self._stack, 1)
        desk.bridge.watch(self, patients.talked, lambda _: self._renew())

    def show_record(self, record: Record) -> None:
        """Ask what was said; of the same patient what is shown stays until the answer comes."""
        if self._record is None or self._record.patient.id != record.patient.id:
            self._stack.setCurrentIndex(LOADING)
        self._record = record
        self._read()

    def _renew(self) -> None:
        if self._record is not None and self.isVisible():
            self._read()

    def _read(self) -> None:
        record = self._record
        if record is None:
            return
        self._asked += 1
        asked = self._asked
        work = self._patients.talks(record.patient)
        self._desk.bridge.start(self, work, lambda found: self._show(asked, *found), self._failed)

    def _show(self, asked: int, talks: tuple[Talk, ...], names: Mapping[bytes, str]) -> None:
        if asked != self._asked or self._record is None:
            return
        self._talks, self._names = talks, names
        self.list.show_lines([self._row(self._record, one) for one in talks])
        self._stack.setCurrentIndex(SHOWN if talks else NONE)

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
        """Return the team's name, or to whom it was written."""
        thread = talk.thread
        if thread.kind == ThreadKind.TEAM:
            return tr("person.talks.in", where=isolated(thread.title))
        others = fmt_list([isolated(self._name(user)) for user in thread.members])
        return tr("person.talks.to", who=others) if talk.message.own else ""

    def _name(self, user: bytes) -> str:
        return self._names.get(user) or tr("person.readers.unknown")

    def _open(self, key: str) -> None:
        thread, message = key.split()
        self.opened.emit(int(thread), int(message))

    def _failed(self, error: Exception) -> None:
        log.warning("messages about a patient could not be read: %s", type(error).__name__)
        self._stack.setCurrentIndex(FAILED)

    def clear(self) -> None:
        """Let go of what was said."""
        self._record, self._talks, self._names = None, (), {}
        self.list.show_lines(())
        self._stack.setCurrentIndex(LOADING)

    def first(self) -> QWidget:
        """Return the list, or the button that writes."""
        return self.list if self._talks else self.write


def link_of(patient: Patient) -> PatientLink:
    """Return how a message names *patient*: `NOM DE NAISSANCE Prénom`, born."""
    name = " ".join(part for part in (patient.birth_name, patient.given_name) if part)
    found = row_of(patient)
    born = born_words(found) if found.birth else ""
    label = ", ".join(part for part in (name or tr("person.talks.unnamed"), born) if part)
    return PatientLink(patient.authority, patient.ipp, label[:MAX_LINE])


def _said(talk: Talk) -> str:
    """Return the beginning of what was said, or what became of it."""
    message = talk.message
    if message.withdrawn_ms:
        return tr("person.talks.withdrawn")
    if message.gone_ms:
        return tr("person.talks.gone")
    return " ".join(message.text.split())[:MAX_LINE] or tr("person.talks.file")
