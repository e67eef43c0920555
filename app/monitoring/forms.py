"""The questions before a step of an alert is done: one column in the panel, nothing floats, Échap closes and keeps what was typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.monitoring.notice import Notice
from app.monitoring.parts import Area, Options
from app.monitoring.told import summary
from app.monitoring.verbs import VERBS, able
from app.times import Site
from app.ui.buttons import Button, IconButton
from app.ui.panes import Glyph
from app.ui.text import Label
from app.ui.words import Words, say, says

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from app.monitoring.parts import Part
    from app.monitoring.people import People
    from app.monitoring.ports import Monitoring, Sheet
    from storage.monitoring.records import Record

MOST_LETTERS = 8_000


@dataclass(frozen=True)
class Ground:
    """What a form stands on: the alert as it was when the form was opened, who is who, the moment."""

    sheet: Sheet
    people: People
    now_ms: int


class Form(QWidget):
    """One act. `sent`: do it; `left`: put the form away; `erased`: what was typed before is let go of; `jumped`: open another act's form instead."""

    act: ClassVar[str]
    sent = pyqtSignal()
    left = pyqtSignal()
    erased = pyqtSignal()
    jumped = pyqtSignal(str)

    def __init__(self, ground: Ground, title: Words, go: Words) -> None:
        super().__init__()
        self.ground, self.sheet = ground, ground.sheet
        self.alert, self.site = ground.sheet.item.alert, Site(ground.sheet.ruled.hours.zone)
        self._known = frozenset(row.record.id for row in ground.sheet.life.rows)
        self.busy = False
        """Whether it is being written just now."""
        self._parts: dict[str, Part] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addLayout(self._head(title))
        self.meanwhile = Notice()
        self._column.addWidget(self.meanwhile)
        self.resumed = self._make_resumed()
        self._column.addWidget(self.resumed)
        self.wrong = Notice()
        self.go = Button(go, "primary", keys=("Ctrl", "↵")).yielding()
        self.go.clicked.connect(self.sent)
        for keys, signal in (("Ctrl+Return", self.sent), ("Ctrl+Enter", self.sent), ("Esc", self.left)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(signal)

    def _head(self, title: Words) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(Glyph(VERBS[self.act].icon, "accent_text", 20))
        row.addWidget(Label(title, "subhead", wrap=True), 1)
        cross = IconButton(say("alertacts.form.cancel"), "x", ("Échap",))
        cross.clicked.connect(self.left)
        row.addWidget(cross, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _make_resumed(self) -> QWidget:
        holder, erase = QWidget(), Button(say("reach.erase"), "ghost", "s", "x")
        erase.speak(say("reach.erase.spoken"))
        erase.clicked.connect(self.erased)
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(Label(say("reach.resumed"), "caption", "text_2", wrap=True), 1)
        row.addWidget(erase)
        holder.hide()
        return holder

    def finish(self) -> None:
        """End the column with what is wrong and the verb; called once all questions stand."""
        self._column.addWidget(self.wrong)
        self._column.addWidget(self.go)
        self._first_draft = self.draft()

    # --- the questions ------------------------------------------------------------------------------------

    def ask(self, name: str, label: Words, part: QWidget, hint: Words = "") -> None:
        """Put a question below the others; its answer is part of the draft as *name*."""
        if str(label):
            self._column.addWidget(Label(label, "small_strong", "text_2", wrap=True))
        self.add(part)
        if str(hint):
            self.say_that(hint, "caption", "text_2")
        self._parts[name] = part  # type: ignore[assignment]  # every part of parts.py is one
        if isinstance(part, Options):
            part.entered.connect(self.sent)
        elif isinstance(part, Area):
            part.field.sent.connect(self.sent)
            part.field.left.connect(self.left)

    def add(self, widget: QWidget) -> None:
        """Put something below the others."""
        self._column.addWidget(widget)

    def say_that(self, words: Words, role: str = "small", tone: str = "text") -> Label:
        """Put a sentence below the others."""
        label = Label(words, role, tone, wrap=True)
        self._column.addWidget(label)
        return label

    def answer(self, name: str) -> Any:
        """Return what is answered to a question now."""
        return self._parts[name].value

    def enter(self) -> None:
        """Give the focus to the first question, to the verb where there is none."""
        first = next(iter(self._parts.values()), None)
        target = getattr(first, "stop", first) if first is not None else self.go
        assert isinstance(target, QWidget)
        target.setFocus(Qt.FocusReason.TabFocusReason)

    # --- drafts -------------------------------------------------------------------------------------------

    def draft(self) -> dict[str, Any]:
        """Return all answers."""
        return {name: part.value for name, part in self._parts.items()}

    @property
    def typed(self) -> bool:
        """Whether anything is answered otherwise than when the form was opened for the first time."""
        return self.draft() != self._first_draft

    def resume(self, draft: dict[str, Any]) -> None:
        """Answer as a draft does, and say so; nothing for an empty one."""
        self.load(draft)
        self.resumed.setVisible(bool(draft))

    def load(self, draft: dict[str, Any]) -> None:
        """Answer as a draft does; what another version of the form asked otherwise is left out."""
        for name, value in draft.items():
            part = self._parts.get(name)
            if part is not None and isinstance(value, type(part.value)):
                part.put(value)

    # --- what becomes of it -------------------------------------------------------------------------------

    def missing(self) -> Words:
        """Return what is still to be answered, "" where it can be done."""
        for part in self._parts.values():
            over = len(part.value) - MOST_LETTERS if isinstance(part, Area) else 0
            if over > 0:
                return says("alertacts.missing.long", over)
        return ""

    def work(self, alerts: Monitoring) -> Coroutine[Any, Any, Record]:
        """Return what does it."""
        raise NotImplementedError

    def renew(self, sheet: Sheet) -> None:
        """Follow the alert: say what others did since the form was opened, and whether the act can still be done."""
        self.sheet = sheet
        news = summary(sheet, self.ground.people, self._known)
        possible = able(self.act, sheet)
        if news or not possible:
            detail = say("alertacts.form.meanwhile.detail" if possible else "alertacts.form.kept")
            title = say("alertacts.form.meanwhile", what=news) if news else detail
            self.meanwhile.tell("warn", "alert-triangle", title, detail if news else "")
        self.go.setEnabled(possible)

    def tick(self, now_ms: int) -> None:
        """Follow the time."""

    def say_wrong(self, words: Words) -> None:
        """Say why it was not done; nothing for empty words."""
        self.wrong.tell("danger", "alert-circle", words)
