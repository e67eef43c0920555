"""One symptom of a patient is muted from here: for how long, why; what is muted stands in a strip until it is over."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.ui.buttons import Button
from app.ui.choices import Select
from app.ui.flow import Flow
from app.ui.menus import entry, menu_of
from app.ui.panes import Field, clear
from app.ui.strips import StripFrame
from app.ui.text import Label, Named
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PyQt6.QtCore import QPoint
    from PyQt6.QtGui import QKeyEvent

    from app.monitoring.drafts import Draft
    from app.ui.words import Words

SPANS = {"week": 7, "fortnight": 14, "month": 30, "quarter": 90}
"""Days, by the words `answers.span.<name>`."""
MOST = 60
"""Characters of a reason: it travels as one line."""


class MuteForm(QFrame):
    """For how long and why; nothing happens before the button. `muted`: symptom, days, reason. `left`: it was closed."""

    muted = pyqtSignal(str, int, str)
    left = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", "sunken")
        self.symptom = ""
        """What is asked about, "" for nothing."""
        self._title, self._why = Label("", "body_strong", wrap=True), Label("", "small", "danger", wrap=True)
        self.spans = Select("clock")
        Named(self.spans, say("answers.spans"))
        self.reason = Field(say("answers.reason"), say("answers.reason.hint"))
        self.reason.setMaxLength(MOST)
        self.done, self.cancel = (
            Button(say("answers.mute"), "primary", icon="bell-off"),
            Button(say("answers.cancel"), keys=("Échap",)),
        )
        self.done.clicked.connect(self._mute)
        self.reason.returnPressed.connect(self._mute)
        self.cancel.clicked.connect(self.close_form)
        self._lay_out()
        self.hide()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        acts = Flow()
        acts.fill((self.done, self.cancel))
        self._resumed = Label(say("reach.resumed"), "caption", "text_2")
        explained = Label(say("answers.mute.detail"), "small", "text_2", wrap=True)
        for part in (self._title, self._resumed, self.spans, self.reason, explained, self._why, acts):
            column.addWidget(part)

    def open_form(self, symptom: str, label: str, span: str, draft: Draft) -> None:
        """Ask about a symptom; what was typed about it is there again."""
        reason = draft.get("reason", "")
        self.reason.setText(reason if isinstance(reason, str) else "")
        self._resumed.setVisible(bool(self.reason.text()))
        self.symptom = symptom
        self._title.say(say("answers.mute.title", symptom=label))
        self.spans.offer([(key, say(f"answers.span.{key}")) for key in SPANS], span)
        self.refuse("")
        self.show()
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def draft(self) -> Draft:
        """Return what is typed about the symptom."""
        reason = self.reason.text()
        return {"reason": reason} if reason.strip() else {}

    def close_form(self) -> None:
        """Close it; what was typed is a draft."""
        if not self.isHidden():
            self.hide()
            self.left.emit()

    def forget(self) -> None:
        """Hold nothing any more: another alert, or done."""
        self.symptom = ""
        self.reason.clear()
        self._title.say("")
        self.hide()

    def refuse(self, why: Words) -> None:
        """Say why it was not done; the form stays."""
        self._why.say(why)
        self._why.setVisible(bool(str(why)))

    def _mute(self) -> None:
        reason = self.reason.text().strip()
        self.reason.set_wrong(not reason)
        if not reason:
            self.refuse(say("answers.reason.needed"))
            self.reason.setFocus()
            return
        self.muted.emit(self.symptom, SPANS[self.spans.currentData()], reason)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Échap closes."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.close_form()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent | None) -> bool:
        """Keep Échap for the form while the focus is in it, before the window's own."""
        if event is not None and event.type() == QEvent.Type.ShortcutOverride:
            key: QKeyEvent = event  # type: ignore[assignment]  # what a ShortcutOverride is
            if key.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
        return super().event(event)


class MutedStrips(QWidget):
    """What is muted now, each with a way back. `unmuted` names the symptom."""

    unmuted = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self._shown: Mapping[str, str] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)

    def show_muted(self, told: Mapping[str, str], labels: Mapping[str, str]) -> None:
        """Show until when and why, by symptom, and what each is called; the same again changes nothing."""
        if told == self._shown:
            return
        self._shown = dict(told)
        clear(self._column)
        for symptom, detail in told.items():
            title = say("answers.muted.title", symptom=labels[symptom])
            strip = StripFrame("plain", "bell-off", title, detail, say("answers.unmute"), "bell")
            assert strip.act is not None
            strip.act.speak(say("answers.unmute.of", symptom=labels[symptom]))
            strip.act.clicked.connect(partial(self._undo, symptom))
            self._column.addWidget(strip)
        self.setVisible(bool(told))

    def _undo(self, symptom: str, *_on: bool) -> None:
        self.unmuted.emit(symptom)


def ask(
    owner: QWidget, place: QPoint, *, muted: bool, mute: Callable[[str], object], unmute: Callable[[], object]
) -> None:
    """Open the menu of a symptom: mute it for a while, or let it raise alerts again."""
    menu = menu_of(owner)
    if muted:
        entry(menu, str(say("answers.unmute")), "bell", unmute)
    for span in SPANS:
        words = say("answers.mute.for", span=say(f"answers.span.{span}"))
        entry(menu, str(words), "bell-off", partial(mute, span))
    menu.popup(place)
    menu.setActiveAction(menu.actions()[0])
