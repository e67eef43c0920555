"""The editors of a service's own words: protocols by symptom and grade, reasons of closure."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.monitoring import ruling
from app.monitoring.rulesfields import NUMBER, Passage, Pick, beside, remover
from app.monitoring.ruleslists import Entry, Several, nth
from app.search import plain
from app.ui.panes import Field
from app.ui.text import Label
from app.ui.words import Words, say
from media.mail.policy import GRADES, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from PyQt6.QtGui import QFocusEvent, QWheelEvent

    from app.monitoring.ruling import Names
    from media.mail.policy import Policy


class SymptomPick(Pick):
    """All symptoms, listed once a hand comes near: a version has many texts."""

    def __init__(self, choices: Callable[[], Sequence[tuple[str, Words]]], chosen: tuple[str, Words]) -> None:
        super().__init__(say("rules.protocol.symptom"), 230)
        self._all: Callable[[], Sequence[tuple[str, Words]]] | None = choices
        self.offer([chosen], chosen[0])

    def _unfold(self) -> None:
        if self._all is not None:
            choices, self._all = self._all(), None
            self.offer(choices, self.value)

    def focusInEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802 -- Qt's name
        """List all before a key chooses."""
        self._unfold()
        super().focusInEvent(event)

    def showPopup(self) -> None:  # noqa: N802 -- Qt's name
        """List all before they are seen."""
        self._unfold()
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Let the page scroll."""
        if event is not None:
            event.ignore()


class ProtocolEntry(Entry):
    """A text for a symptom from a grade on."""

    def __init__(self, protocol: Protocol, symptom: SymptomPick) -> None:
        super().__init__()
        self.setProperty("card", "plain")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        self.symptom = symptom
        self.grade = Pick(say("rules.protocol.grade"), NUMBER)
        self.text = Passage(say("rules.protocol.text"))
        self.out = out = remover(say("rules.protocol.text"))
        column.addLayout(
            beside(
                self.symptom,
                Label(say("rules.protocol.grade"), "body"),
                self.grade,
                QWidget(),
                out,
                stretch=3,
            )
        )
        column.addWidget(self.text)
        self.grade.offer([(str(one), str(one)) for one in range(GRADES)], str(protocol.grade))
        self.text.text.setPlainText(protocol.text)
        out.clicked.connect(self.gone)
        self.symptom.activated.connect(self.changed)
        self.grade.activated.connect(self.changed)
        self.text.changed.connect(self.changed)

    def number(self, n: int) -> None:
        """Name what stands here otherwise than in the cards beside it."""
        text = nth(say("rules.protocol.text"), n)
        self.symptom.setAccessibleName(str(nth(say("rules.protocol.symptom"), n)))
        self.grade.setAccessibleName(str(nth(say("rules.protocol.grade"), n)))
        self.text.text.setAccessibleName(str(text))
        self.out.speak(say("rules.remove.who", name=text))

    @property
    def protocol(self) -> Protocol:
        """What stands here."""
        return Protocol(self.symptom.value, int(self.grade.value), self.text.text.toPlainText().strip())


class Protocols(Several):
    """The service's texts by symptom and grade."""

    def __init__(self, names: Names) -> None:
        super().__init__(say("rules.protocol.add"))
        self._names = names

    def new(self) -> Entry:
        """Return an empty text for any symptom."""
        return self._entry(Protocol("", 2, ""))

    def _entry(self, one: Protocol) -> ProtocolEntry:
        words = self._names.symptom(one.symptom)
        return ProtocolEntry(one, SymptomPick(partial(self._symptoms, one.symptom), (one.symptom, words)))

    def _symptoms(self, chosen: str) -> Sequence[tuple[str, Words]]:
        codes = {*self._names.table.items.values(), chosen} - {""}
        named = sorted((plain(self._names.symptom(one)), one) for one in codes)
        return [("", say("rules.symptom.any")), *((one, self._names.symptom(one)) for _, one in named)]

    def told(self, policy: Policy) -> Iterator[Entry]:
        """Yield the texts."""
        return map(self._entry, policy.protocols)

    def put(self, policy: Policy) -> Policy:
        """Return *policy* with these texts."""
        made = tuple(one.protocol for one in self.entries if isinstance(one, ProtocolEntry))
        return replace(policy, protocols=made)


class ReasonEntry(Entry):
    """A reason of closure; its code stays when its words change."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__()
        self.code = code
        self.text = Field(say("rules.reason"))
        self.text.setText(text)
        self.text.setMaxLength(200)
        self.out = out = remover(text)
        row = beside(self.text, out, stretch=0)
        row.setContentsMargins(0, 0, 0, 0)
        self.setLayout(row)
        self.text.textEdited.connect(self.changed)
        out.clicked.connect(self.gone)

    def number(self, n: int) -> None:
        """Name what stands here otherwise than in the cards beside it."""
        name = nth(say("rules.reason"), n)
        self.text.rename(name)
        self.out.speak(say("rules.remove.who", name=self.text.text() or name))


class Reasons(Several):
    """The reasons offered at a closure."""

    def __init__(self) -> None:
        super().__init__(say("rules.reason.add"))

    def new(self) -> Entry:
        """Return an empty reason with a code of its own."""
        return ReasonEntry(ruling.new_code(self._told()), "")

    def _told(self) -> tuple[tuple[str, str], ...]:
        return tuple(
            (one.code, one.text.text().strip()) for one in self.entries if isinstance(one, ReasonEntry)
        )

    def told(self, policy: Policy) -> Iterator[Entry]:
        """Yield the reasons."""
        return (ReasonEntry(*one) for one in policy.reasons)

    def put(self, policy: Policy) -> Policy:
        """Return *policy* with these reasons."""
        return replace(policy, reasons=self._told())
