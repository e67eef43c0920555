"""The participants: who, how far trusted, what is switched on; remove or hand over, confirmed in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.meeting.view import CAMERA, MICROPHONE, SCREEN
from app.ui.buttons import Button, IconButton
from app.ui.marks import Avatar, Chip, TrustMark
from app.ui.panes import Glyph, scrolled
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from app.meeting.view import View
    from media.engine.messages import Person


class PersonRow(QWidget):
    """One participant. The host unfolds what may be done; each act asks once, here."""

    removed = pyqtSignal(bytes)
    handed = pyqtSignal(bytes)

    def __init__(self, person: Person) -> None:
        super().__init__()
        self.member = person.member
        self._act = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 12, 8)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(10)
        self._avatar = Avatar(person.name, 36)
        row.addWidget(self._avatar)
        words = QVBoxLayout()
        words.setSpacing(3)
        self._name = Label("", "subhead", wrap=True)
        self._detail = Label("", "small", "text_2", wrap=True)
        words.addWidget(self._name)
        words.addWidget(self._detail)
        chips = QHBoxLayout()
        chips.setSpacing(6)
        self._trust = TrustMark(person.trust)
        self._host = Chip(say("people.host"), "key", "accent")
        chips.addWidget(self._trust)
        chips.addWidget(self._host)
        chips.addStretch(1)
        words.addLayout(chips)
        row.addLayout(words, 1)
        self._marks = {
            name: Glyph(name, "text_3", 18) for name in ("screen-share", "hand-stop", "microphone", "video")
        }
        for mark in self._marks.values():
            row.addWidget(mark)
        self._more = IconButton(say("people.more", name=person.name), "dots")
        policy = self._more.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._more.setSizePolicy(policy)
        self._more.clicked.connect(self._unfold)
        row.addWidget(self._more)
        column.addLayout(row)
        column.addWidget(self._make_acts())

    def _make_acts(self) -> QWidget:
        self._acts = QWidget()
        column = QVBoxLayout(self._acts)
        column.setContentsMargins(46, 0, 0, 4)
        column.setSpacing(8)
        self._question = Label("", "small", "text", wrap=True)
        column.addWidget(self._question)
        row = QHBoxLayout()
        row.setSpacing(8)
        self._remove = Button(say("people.remove"), "warning", "s")
        self._hand = Button(say("people.hand_over"), size="s")
        self._sure = Button(say("people.confirm"), "danger", "s")
        self._cancel = Button(say("people.cancel"), size="s")
        for button, act in (
            (self._remove, self._ask_remove),
            (self._hand, self._ask_hand),
            (self._sure, self._do),
            (self._cancel, self._fold),
        ):
            button.clicked.connect(act)
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        self._acts.hide()
        return self._acts

    def show_person(self, person: Person, *, by_host: bool) -> None:
        """Bring the row up to date."""
        you = say("people.name_you", name=person.name)
        self._name.say(you if person.me else person.name)
        role = say(f"role.{person.role}") if person.role else ""
        self._detail.say(person.specialty or role)
        self._detail.setVisible(bool(str(person.specialty or role)))
        self._trust.show_level(person.trust)
        self._host.setVisible(person.host)
        on, video = bool(person.state & MICROPHONE), bool(person.state & CAMERA)
        self._marks["microphone"].show_icon(
            "microphone" if on else "microphone-off", "ok" if on else "text_3"
        )
        self._marks["video"].show_icon("video" if video else "video-off", "ok" if video else "text_3")
        self._marks["screen-share"].setVisible(bool(person.state & SCREEN))
        self._marks["hand-stop"].setVisible(bool(person.hand))
        may = by_host and not person.me
        self._more.setVisible(may)
        if not may:
            self._acts.hide()
        self.setAccessibleName(_spoken(person))

    def _unfold(self) -> None:
        self._fold() if self._acts.isVisible() else self._offer("")

    def _fold(self) -> None:
        self._acts.hide()
        self._more.setFocus()

    def _offer(self, act: str) -> None:
        self._act = act
        name = self._avatar.text()
        self._question.setVisible(bool(act))
        if act:
            self._question.say(say(f"people.{act}.sure", name=name))
            self._sure.say(say(f"people.{act}.yes"))
        for button, shown in (
            (self._remove, not act),
            (self._hand, not act),
            (self._sure, bool(act)),
            (self._cancel, bool(act)),
        ):
            button.setVisible(shown)
        self._acts.show()
        (self._cancel if act else self._remove).setFocus()

    def _ask_remove(self) -> None:
        self._offer("remove")

    def _ask_hand(self) -> None:
        self._offer("hand_over")

    def _do(self) -> None:
        (self.removed if self._act == "remove" else self.handed).emit(self.member)
        self._acts.hide()


class PeoplePanel(QWidget):
    """All participants, in the order in which they came."""

    removed = pyqtSignal(bytes)
    handed = pyqtSignal(bytes)

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[bytes, PersonRow] = {}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 4, 0, 4)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        outer.addWidget(scrolled(inner))

    def show_view(self, view: View) -> None:
        """Bring the list up to date without moving what stays."""
        members = {person.member for person in view.people}
        for gone in self._rows.keys() - members:
            self._rows.pop(gone).deleteLater()
        for place, person in enumerate(view.people):
            row = self._rows.get(person.member)
            if row is None:
                row = self._rows[person.member] = PersonRow(person)
                row.removed.connect(self.removed)
                row.handed.connect(self.handed)
                self._column.insertWidget(place, row)
            row.show_person(person, by_host=view.is_host)


def _spoken(person: Person) -> str:
    parts = [person.name, str(say(f"trust.{person.trust}"))]
    parts += [str(say("people.host"))] if person.host else []
    return ", ".join(parts)
