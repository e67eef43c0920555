"""The last look before a desk trusts an organisation: who it is, by its key, and as whom it certifies this person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout

from app.signin.steps import Sheet, Step
from app.ui.text import Label
from app.ui.words import Words, say

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

    from app.signin.enrol import Answer
    from storage.identity import Relay


class Accept(Step):
    """Nothing of the answer is kept before this page was accepted."""

    def __init__(self) -> None:
        super().__init__("accept")
        self.organisation = Label("", "heading", wrap=True)
        self.fingerprint = Label("", "safety_number", wrap=True)
        self.person, self.relay = Label("", "body", wrap=True), Label("", "body", wrap=True)
        self.fingerprint.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        sheet = Sheet()
        box = sheet.box
        box.addWidget(Label(say("firstrun.accept.org"), "caption", "text_2"))
        box.addWidget(self.organisation)
        box.addSpacing(10)
        box.addWidget(Label(say("firstrun.accept.fingerprint"), "caption", "text_2"))
        box.addWidget(self.fingerprint)
        self.column.addWidget(sheet)
        self.column.addLayout(self._grid())
        self.end()

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        for row, (name, value) in enumerate((("you", self.person), ("relay", self.relay))):
            grid.addWidget(Label(say(f"firstrun.accept.{name}"), "body", "text_2"), row, 0)
            grid.addWidget(value, row, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def first(self) -> QWidget | None:
        """Return nothing: who arrives here reads first."""
        return None

    def show_answer(self, answer: Answer, relay: Relay) -> None:
        """Show whom *answer* comes from and what it makes of this person."""
        self.organisation.say(answer.organisation)
        self.fingerprint.say(answer.fingerprint)
        self.person.say(_person(answer))
        self.relay.say(f"{relay.host}:{relay.port}")

    def forget(self) -> None:
        """Leave no name behind."""
        for label in (self.organisation, self.fingerprint, self.person, self.relay):
            label.say("")


def _person(answer: Answer) -> Words:
    known = {"name": answer.name, "role": say(f"role.{answer.role}")}
    if answer.specialty:
        return say("firstrun.accept.person_specialty", specialty=answer.specialty, **known)
    return say("firstrun.accept.person", **known)
