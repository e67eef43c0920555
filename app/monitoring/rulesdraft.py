"""The next version, while it is written: the editors, what it changes, what is still wrong, and the signature, asked once in place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.monitoring import ruling
from app.monitoring.rulesfields import Part, Passage, beside, card, chain
from app.monitoring.ruleslocal import Rules
from app.monitoring.rulesmembers import Members
from app.monitoring.rulesread import Changes
from app.monitoring.rulestexts import Protocols, Reasons
from app.monitoring.rulestimes import Delays, Hours, Timing
from app.ui.buttons import Button
from app.ui.panes import Banner, clear
from app.ui.steps import Steps
from app.ui.text import Label
from app.ui.words import Words, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.monitoring.people import People
    from app.monitoring.ruling import Names
    from media.mail.policy import Policy

KEEP_AFTER_MS = 600
"""How long the hands rest before the draft is kept, and compared anew."""


class DraftView(QWidget):
    """Writes one draft. `kept` wants it kept, `signed` signed; `dropped` lets it go, `left` closes it as it is."""

    kept = pyqtSignal(object)
    signed = pyqtSignal(object)
    dropped = pyqtSignal()
    left = pyqtSignal()

    def __init__(
        self, people: People, names: Names, ask: Callable[[QWidget, str, Callable[[Words], None]], None]
    ) -> None:
        super().__init__()
        self._names = names
        self._held: Policy | None = None
        self.draft: Policy | None = None
        self._people, self._ask = people, ask
        self._stale = False
        self.parts: dict[str, Part] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self._top, self._cards = QVBoxLayout(), QVBoxLayout()
        self._cards.setSpacing(12)
        column.addLayout(self._top)
        column.addLayout(self._cards)
        self._foot = self._make_foot()
        column.addWidget(self._foot)
        self._steps, self._steps_after = Steps(self), Steps(self)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(KEEP_AFTER_MS)
        self._rest.timeout.connect(self._keep)

    # --- building -----------------------------------------------------------------------------------------

    def begin(self, draft: Policy, held: Policy | None, *, stale: bool, focus: bool = True) -> None:
        """Write *draft* over *held*, the version that holds (None: the first); *stale*: it does not follow that one."""
        self.draft, self._held, self._stale = draft, held, stale
        self._foot.hide()
        self._steps.run(self._build(focus=focus))

    def _build(self, *, focus: bool) -> Iterator[None]:
        assert self.draft is not None
        number = self.draft.number
        clear(self._top)
        self._top.addWidget(
            Banner("info", say("rules.draft", n=number), say("rules.draft.detail"), icon="pencil")
        )
        if self._held is None:
            self._top.addWidget(Banner("warn", say("rules.examples"), say("rules.examples.detail")))
        yield
        for name, make in self._makers().items():
            part = make()
            self._cards.addWidget(_titled(name, part))
            yield from part.steps(self.draft)
            part.changed.connect(self._edited)
            part.laid.connect(lambda: chain(self))
            self.parts[name] = part
            yield
        self.note.text.setPlainText(self.draft.note)
        self._sign.say(say("rules.sign", n=number))
        self._asked.say(say("rules.sign.ask", n=number))
        self._foot.show()
        chain(self)
        self._review()
        if focus:
            self.first().setFocus(Qt.FocusReason.OtherFocusReason)

    def _makers(self) -> dict[str, Callable[[], Part]]:
        return {
            "members": lambda: Members(self._people),
            "delays": Delays,
            "hours": Hours,
            "timing": Timing,
            "rules": lambda: Rules(self._ask),
            "protocols": lambda: Protocols(self._names),
            "reasons": Reasons,
        }

    def _make_foot(self) -> QWidget:
        holder, column = card()
        column.addWidget(Label(say("rules.changes"), "heading"))
        self.changes = Changes("rules.changes.none")
        column.addWidget(self.changes)
        column.addWidget(Label(say("rules.note"), "small_strong", "text_2"))
        self.note = Passage(say("rules.note"))
        self.note.text.hint(str(say("rules.note.hint")))
        self.note.changed.connect(self._edited)
        column.addWidget(self.note)
        self.faults = Label("", "body", "danger", wrap=True)
        column.addWidget(self.faults)
        self._told = QVBoxLayout()
        column.addLayout(self._told)
        self._sign = Button("", "primary", icon="shield-check")
        self._sign.clicked.connect(self._ask_once)
        drop = Button(say("rules.drop"), "ghost")
        drop.clicked.connect(self.dropped)
        close = Button(say("rules.close"), "ghost", keys=("Échap",))
        close.clicked.connect(self.left)
        column.addLayout(beside(self._sign, close, drop))
        column.addWidget(self._make_question())
        return holder

    def _make_question(self) -> QWidget:
        self._question = QWidget()
        column = QVBoxLayout(self._question)
        column.setContentsMargins(0, 4, 0, 0)
        self._asked = Label("", "body_strong", wrap=True)
        self._yes, no = Button(say("rules.sign.yes"), "primary"), Button(say("rules.sign.no"), "ghost")
        self._yes.clicked.connect(self._give)
        no.clicked.connect(self._not_yet)
        column.addWidget(self._asked)
        column.addLayout(beside(self._yes, no))
        self._question.hide()
        return self._question

    # --- writing ------------------------------------------------------------------------------------------

    def first(self) -> QWidget:
        """Return where the hands begin."""
        members = self.parts.get("members")
        return members.title if isinstance(members, Members) else self

    def _edited(self) -> None:
        if self._steps.busy:
            return
        self._question.hide()
        self._rest.start()

    def _collect(self) -> Policy:
        draft = self.draft
        assert draft is not None
        for part in self.parts.values():
            draft = part.put(draft)
        return replace(draft, note=self.note.text.toPlainText().strip())

    def _keep(self) -> None:
        if self._steps.busy or self.draft is None:
            return
        made = self._collect()
        if made != self.draft:
            self.draft = made
            self.kept.emit(made)
        self._steps_after.run(self._reviewing(), later=True)

    def settle(self) -> None:
        """Keep at once what was typed last."""
        if self._rest.isActive():
            self._rest.stop()
            self._keep()
        self._review()

    def _review(self) -> None:
        for _ in self._reviewing():
            pass

    def _reviewing(self) -> Iterator[None]:
        """Say what changes, and what is still in the way of a signature."""
        draft = self.draft
        assert draft is not None
        changed = ruling.changes(self._held, draft, self._names) if self._held is not None else []
        yield
        self.changes.show_changes(changed)
        yield
        codes = self._codes(draft, same=self._held is not None and not changed)
        told = [str(say(f"rules.fault.{code}")) for code in codes]
        self.faults.say(" ".join((str(say("rules.before")), "; ".join(told) + ".")) if told else "")
        self.faults.setVisible(bool(told))
        self._sign.setEnabled(not told)

    def _codes(self, draft: Policy, *, same: bool) -> tuple[str, ...]:
        found = ruling.faults(draft)
        if any(part.wrong() for part in self.parts.values()):
            found = ("field", *found)
        if self._stale:
            found = ("stale", *found)
        return found or (("same",) if same else ())

    # --- signing ------------------------------------------------------------------------------------------

    def _ask_once(self) -> None:
        self.settle()
        if self._sign.isEnabled():
            clear(self._told)
            self._question.show()
            self._yes.setFocus(Qt.FocusReason.OtherFocusReason)

    def _not_yet(self) -> None:
        self._question.hide()
        self._sign.setFocus(Qt.FocusReason.OtherFocusReason)

    def _give(self) -> None:
        self.busy(yes=True)
        self.signed.emit(self.draft)

    def busy(self, *, yes: bool) -> None:
        """Take no second signature while one is under way."""
        self._yes.setEnabled(not yes)
        self._sign.setEnabled(not yes)

    def show_refusal(self, words: Words) -> None:
        """Say why it was not signed; the draft stays."""
        self.busy(yes=False)
        self._question.hide()
        clear(self._told)
        self._told.addWidget(Banner("danger", words))
        self._sign.setFocus(Qt.FocusReason.OtherFocusReason)


def _titled(name: str, part: Part) -> QWidget:
    holder, column = card()
    column.addWidget(Label(say(f"rules.head.{name}"), "heading"))
    column.addWidget(Label(say(f"rules.head.{name}.detail"), "small", "text_2", wrap=True))
    column.addWidget(part)
    return holder
