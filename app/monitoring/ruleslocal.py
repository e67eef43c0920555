"""The editor of a service's local rules, each judged as it is typed and tried on what came in the last 30 days."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QTimer, pyqtSignal
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.monitoring import ruling
from app.monitoring.rulesfields import beside, remover
from app.monitoring.ruleslists import Entry, Several, nth
from app.ui.buttons import Switch
from app.ui.panes import Field
from app.ui.text import Label
from app.ui.words import Words, say
from media.mail.policy import LocalRule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from media.mail.policy import Policy

ASK_AFTER_MS = 400
"""How long an expression rests before it is tried on the questionnaires of the last 30 days."""


class RuleEntry(Entry):
    """A local rule: name, expression with what is wrong with it or how often it would have spoken, on or off."""

    asked = pyqtSignal(str)

    def __init__(self, rule: LocalRule) -> None:
        super().__init__()
        self.setProperty("card", "plain")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        self.name = Field(say("rules.rule.name"), say("rules.rule.name"))
        self.expression = Field(say("rules.rule.expression"), "any_grade >= 3")
        self.on = Switch(say("rules.rule.on", name=rule.name or say("rules.rule.name")))
        self.out = out = remover(rule.name)
        column.addLayout(beside(self.name, self.on, Label(say("rules.rule.turn"), "body"), out, stretch=0))
        column.addWidget(self.expression)
        self.said = Label("", "small", "text_2", wrap=True)
        column.addWidget(self.said)
        self.name.setText(rule.name)
        self.name.setMaxLength(120)
        self.expression.setText(rule.expression)
        self.on.setChecked(rule.on)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(ASK_AFTER_MS)
        self._rest.timeout.connect(lambda: self.asked.emit(self.expression.text()))
        out.clicked.connect(self.gone)
        self.on.clicked.connect(self.changed)
        self.name.textEdited.connect(self.changed)
        self.expression.textEdited.connect(self._edited)
        self._judge()

    def number(self, n: int) -> None:
        """Name what stands here otherwise than in the cards beside it."""
        self.name.rename(nth(say("rules.rule.name"), n))
        self.expression.rename(nth(say("rules.rule.expression"), n))
        name = nth(self.name.text() or say("rules.rule.name"), n)
        self.on.setAccessibleName(str(say("rules.rule.on", name=name)))
        self.out.speak(say("rules.remove.who", name=name))

    @property
    def rule(self) -> LocalRule:
        """What stands here."""
        return LocalRule(self.name.text().strip(), self.expression.text().strip(), self.on.isChecked())

    def _edited(self, _text: str) -> None:
        self._judge()
        self.changed.emit()

    def _judge(self) -> None:
        """Say what is wrong at once; ask how often it would have spoken when the hands rest."""
        code = ruling.wrong(self.expression.text())
        self.expression.set_wrong(bool(code))
        self._say(
            say(f"rules.wrong.{code}") if code else say("rules.spoke.asking"), "danger" if code else "text_2"
        )
        if code:
            self._rest.stop()
        else:
            self._rest.start()

    def tell(self, expression: str, words: Words) -> None:
        """Say how often *expression* would have spoken, if it still stands here."""
        if expression == self.expression.text():
            self._say(words, "text_2")

    def _say(self, words: Words, tone: str) -> None:
        self.said.say(words)
        self.said.set_tone(tone)
        self.expression.setAccessibleDescription(self.said.text())


class Rules(Several):
    """Local rules. *ask* says how often an expression would have spoken; it calls back with the sentence while the widget lives that asked."""

    def __init__(self, ask: Callable[[QWidget, str, Callable[[Words], None]], None]) -> None:
        super().__init__(say("rules.rule.add"))
        self._ask = ask
        self.column.addWidget(Label(say("rules.rule.help"), "small", "text_2", wrap=True))

    def new(self) -> Entry:
        """Return an empty rule, off."""
        return self._entry(LocalRule("", ""))

    def _entry(self, rule: LocalRule) -> RuleEntry:
        entry = RuleEntry(rule)
        entry.asked.connect(lambda text: self._ask(entry, text, partial(entry.tell, text)))
        return entry

    def told(self, policy: Policy) -> Iterator[Entry]:
        """Yield the rules."""
        return map(self._entry, policy.rules)

    def put(self, policy: Policy) -> Policy:
        """Return *policy* with these rules."""
        return replace(policy, rules=tuple(one.rule for one in self.entries if isinstance(one, RuleEntry)))
