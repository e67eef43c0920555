"""The steps that ask an organisation: who works here, the request to hand over, the answer to import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.signin import enrol
from app.signin.steps import Saver, Sheet, Step, labelled
from app.ui.buttons import Button, Switch
from app.ui.choices import Select
from app.ui.text import Label, Named
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from app.signin.enrol import Pending

TICKET_LENGTH = 8192
"""What is pasted is longer than what is typed."""


class Identity(Step):
    """Who works here: what the organisation is asked to certify."""

    def __init__(self) -> None:
        super().__init__("identity")
        self.name = self.field("firstrun.name", hint=say("firstrun.name.hint"))
        self.role = Select()
        self.role.offer([(role, say(f"role.{role}")) for role in enrol.ROLES], "doctor")
        Named(self.role, say("firstrun.role"))
        self.role.setProperty("span", "l")
        self.specialty = self.field("firstrun.specialty", hint=say("firstrun.specialty.hint"))
        self.column.addLayout(labelled(say("firstrun.name"), self.name))
        role = labelled(say("firstrun.role"), self.role)
        specialty = labelled(say("firstrun.specialty"), self.specialty)
        self.column.addLayout(_beside(role, specialty, widths=(1, 1)))
        self.end()

    def first(self) -> QWidget:
        """Return the name."""
        return self.name

    def show_pending(self, pending: Pending) -> None:
        """Fill in what was asked before."""
        if pending.request:
            before = enrol.described(pending.request)
            self.name.setText(before.name)
            self.specialty.setText(before.specialty)
            self.role.offer([(role, say(f"role.{role}")) for role in enrol.ROLES], before.role)


class Import(Step):
    """The request to hand over, and the organisation's answer to it. `ticket_given`: it is to be sent under a ticket instead."""

    ticket_given = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__("import")
        self.ticket = self.field("firstrun.ticket", hint=say("firstrun.ticket.hint"))
        self.ticket.setMaxLength(TICKET_LENGTH)
        self.ticket.returnPressed.disconnect(self.done)
        self.ticket.returnPressed.connect(self._send)
        send = Button(say("firstrun.ticket.send"), "secondary", "l", icon="send")
        send.clicked.connect(self._send)
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addLayout(labelled(say("firstrun.ticket"), self.ticket), 1)
        line.addWidget(send, 0, Qt.AlignmentFlag.AlignBottom)
        self.column.addLayout(line)
        self.column.addWidget(Label(say("firstrun.ticket.else"), "heading"))
        self.saver = Saver(say("firstrun.request.file"), say("firstrun.save"), "consilium.request")
        self.column.addLayout(labelled(say("firstrun.request.file"), self.saver))
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(92)
        self.text.setFont(theme().font("mono"))
        Named(self.text, say("firstrun.request.text"))
        copy = Button(say("firstrun.request.copy"), icon="copy", size="s")
        copy.clicked.connect(self._copy)
        below = QHBoxLayout()
        below.addWidget(Label(say("firstrun.request.no_qr"), "small", "text_2", wrap=True), 1)
        below.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
        self.column.addWidget(self.text)
        self.column.addLayout(below)
        self.column.addSpacing(4)
        self.column.addWidget(Label(say("firstrun.answer"), "heading"))
        self.file = self.field("firstrun.answer.file", hint=say("firstrun.answer.hint"))
        self.column.addLayout(labelled(say("firstrun.answer.file"), self.file))
        self.relay = self.field("firstrun.relay", hint=say("firstrun.relay.hint"))
        self.pin = self.field("firstrun.pin", hint=say("firstrun.pin.hint"))
        relay, pin = labelled(say("firstrun.relay"), self.relay), labelled(say("firstrun.pin"), self.pin)
        self.column.addLayout(_beside(relay, pin, widths=(2, 3)))
        row = QHBoxLayout()
        row.setSpacing(10)
        self.authority = Switch(say("firstrun.authority"))
        self.authority.toggled.connect(self.pin.setDisabled)
        row.addWidget(self.authority)
        row.addWidget(Label(say("firstrun.authority"), "body", wrap=True), 1)
        self.column.addLayout(row)
        self.end()

    def first(self) -> QWidget:
        """Return where a ticket goes."""
        return self.ticket

    def show_pending(self, pending: Pending) -> None:
        """Show the signed request."""
        self.text.setPlainText(enrol.as_text(pending.request) if pending.request else "")

    def _send(self) -> None:
        self.ticket_given.emit(self.ticket.text())

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.text.toPlainText())
        self.tell(say("firstrun.request.copied"), "ok", "circle-check")


class Wait(Step):
    """The request was sent under a ticket: nothing is to be done here until IT answers."""

    def __init__(self) -> None:
        super().__init__("wait")
        sheet = Sheet()
        self.sent = Label("", "body", wrap=True)
        sheet.box.addWidget(self.sent)
        self.column.addWidget(sheet)
        self.end()

    def first(self) -> QWidget | None:
        """Return nothing: one only reads."""
        return None

    def show_pending(self, pending: Pending) -> None:
        """Say who asks."""
        name = enrol.described(pending.request).name if pending.request and pending.ticket else ""
        self.sent.say(say("firstrun.wait.sent", name=name) if name else "")


def _beside(left: QVBoxLayout, right: QVBoxLayout, widths: tuple[int, int]) -> QGridLayout:
    """Return two fields in one row that share its width as *widths* say."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    for column, (field, width) in enumerate(zip((left, right), widths, strict=True)):
        grid.addLayout(field, 0, column)
        grid.setColumnStretch(column, width)
    return grid
