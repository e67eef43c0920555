"""The right panel: the time that is left, how the alert stands, what can be done, the trace."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QEvent, pyqtSignal
from PyQt6.QtWidgets import QApplication, QVBoxLayout, QWidget

from app.fanout.outgoing import NotSent
from app.monitoring import paper, tracepaper
from app.monitoring.actions import Actions
from app.monitoring.careforms import FORMS
from app.monitoring.doing import Doing
from app.monitoring.drafts import Drafts
from app.monitoring.fitting import Fitting
from app.monitoring.forms import Form, Ground
from app.monitoring.holding import Holding
from app.monitoring.notefoot import NoteFoot
from app.monitoring.notice import Notice
from app.monitoring.refusals import refusal
from app.monitoring.report import sending_words
from app.monitoring.timeleft import TimeLeft
from app.monitoring.trace import Trace
from app.monitoring.verbs import able, asks_first, belongs, waits_for_second
from app.ui import printing
from app.ui.buttons import Button
from app.ui.layers import Place
from app.ui.panes import ground, rule
from app.ui.theme import theme
from app.ui.words import Words, say

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from app.feature import Desk
    from app.monitoring.people import People
    from app.monitoring.ports import Monitoring, Sheet
    from storage.monitoring.records import Record

WIDTH = 300
TRACE_LEAST, MIDDLE_LEAST = 110, 130
NOTE = "note"
log = logging.getLogger(__name__)


class Below(QWidget):
    """What stands below the acts of an alert, of others' making."""

    def show_sheet(self, sheet: Sheet | None, *, writable: bool) -> None:
        """Show an alert; nothing can be begun where nothing can be written."""
        raise NotImplementedError


class Panel(QWidget):
    """Shows one alert; None: nothing is shown. `done` carries the alert about which something was said and kept.

    What is typed is a draft of its alert and act until it is written down, whatever else is shown meanwhile.
    """

    done = pyqtSignal(bytes)

    def __init__(self, desk: Desk, monitoring: Monitoring, people: People) -> None:
        super().__init__()
        self._desk, self._monitoring, self._people = desk, monitoring, people
        self._sheet: Sheet | None = None
        self._drafts = Drafts(monitoring.keep_typed)
        self._place = Place()
        self._doing = Doing(desk, monitoring, self)
        self.form: Form | None = None
        self._below: list[Below] = []
        self.head, self.holding, self.acts = TimeLeft(), Holding(people), Actions(people)
        self.trace, self.foot = Trace(desk, monitoring, people), NoteFoot()
        put_away = Button(say("alertacts.error.close"), size="s")
        self.trouble = Notice((put_away,))
        put_away.clicked.connect(lambda: self._complain(""))
        self._lay_out()
        self.holding.acted.connect(lambda act: self._send_again() if act == "again" else self.act(act))
        self.acts.acted.connect(self.act)
        self._doing.done.connect(self.done)
        self.foot.noted.connect(self._note)
        self.foot.print_asked.connect(self._ask_print)

    def _lay_out(self) -> None:
        ground(self, "surface")
        body = QWidget()
        self._middle = QVBoxLayout(body)
        self._middle.setContentsMargins(16, 12, 16, 14)
        self._middle.setSpacing(10)
        for part in (self.trouble, self.holding, self.acts):
            self._middle.addWidget(part)
        self._middle.addStretch(1)
        self._area = Fitting(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.head, rule(), self._area, rule()):
            column.addWidget(widget)
        column.addWidget(self.trace, 1)
        column.addWidget(rule())
        column.addWidget(self.foot)
        self._make_room()

    def hold(self, part: Below) -> None:
        """Show *part* below the acts, with each alert."""
        self._below.append(part)
        self._middle.insertWidget(self._middle.indexOf(self.acts) + len(self._below), part)

    def _make_room(self) -> None:
        self.trace.setMinimumHeight(theme().scaled(TRACE_LEAST))
        self._area.setMinimumHeight(theme().scaled(MIDDLE_LEAST))

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Make room for another text size."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.StyleChange and hasattr(self, "_area"):
            self._make_room()

    # --- what is shown ------------------------------------------------------------------------------------

    def show_sheet(self, sheet: Sheet | None) -> None:
        """Show an alert as it stands now, at once; what is being typed about it stays, with its focus."""
        for _ in self.showing(sheet):
            pass

    def rest(self) -> None:
        """Let nothing be done about the alert that is in sight, and paint nothing new: another one is being read."""
        self.keep()
        self._drop_form()
        self._sheet = None
        self.setUpdatesEnabled(False)

    def showing(self, sheet: Sheet | None) -> Iterator[None]:
        """Show an alert part by part, as somebody goes on asking."""
        before = self._alert
        if sheet is None or sheet.item.alert != before:
            self.keep()
            self._drop_form()
            self._complain("")
        self._sheet = sheet
        if sheet is None:
            self.trace.forget()
            return
        if sheet.item.alert != before:
            self._drafts.learn(sheet.item.alert, sheet.typed)
            self.foot.begin(self._drafts.of(sheet.item.alert, NOTE))
        yield from self._show(sheet)

    @property
    def _alert(self) -> bytes:
        return self._sheet.item.alert if self._sheet is not None else b""

    def _show(self, sheet: Sheet) -> Iterator[None]:
        now_ms, writable = self._desk.now_ms(), self._may(sheet)
        self.head.show_sheet(sheet, now_ms)
        self.holding.show_sheet(sheet, now_ms, writable=self._monitoring.writable)
        yield
        self._show_acts(sheet)
        for part in self._below:
            part.show_sheet(sheet, writable=writable)
        yield
        self.trace.show_sheet(sheet, now_ms)
        self.foot.allow(writable=writable)
        if self.form is not None:
            self.form.renew(sheet)

    def _may(self, sheet: Sheet) -> bool:
        return self._monitoring.writable and belongs(sheet)

    def _show_acts(self, sheet: Sheet) -> None:
        drafts, writable = self._drafts.acts(sheet.item.alert), self._may(sheet)
        self.acts.show_sheet(sheet, drafts, self._desk.now_ms(), writable=writable)

    def tick(self, now_ms: int) -> None:
        """Show how much time is left at *now_ms*; called by the page about every second while it is seen."""
        self.head.tick(now_ms)
        self.keep()
        if self.form is not None:
            self.form.tick(now_ms)

    # --- acts ---------------------------------------------------------------------------------------------

    def able(self, act: str) -> bool:
        """Tell whether *act* (a key of `verbs.VERBS`) can be begun now."""
        return self._sheet is not None and self._monitoring.writable and able(act, self._sheet)

    def filled_in(self) -> bool:
        """Tell whether somebody is in a form."""
        focus = QApplication.focusWidget()
        return self.form is not None and focus is not None and self.form.isAncestorOf(focus)

    def act(self, act: str) -> None:
        """Begin *act*: do it, or open its form with the focus in it."""
        sheet = self._sheet
        if sheet is None or not self.able(act):
            return
        self._complain("")
        if asks_first(act, sheet):
            self._open(act, sheet)
            return
        alert = sheet.item.alert
        work = self._monitoring.take(alert) if act == "take" else self._remind(alert)
        self._do(alert, work, say(f"alertacts.done.{act}"))

    async def _remind(self, alert: bytes) -> Record:
        (record,) = await self._monitoring.remind((alert,))
        return record

    def _open(self, act: str, sheet: Sheet) -> None:
        if self.form is not None and self.form.act == act:
            self.form.enter()
            return
        self.keep()
        if self.form is None:
            self._place.keep()
        self._drop_form()
        form = self.form = FORMS[act](Ground(sheet, self._people, self._desk.now_ms()))
        form.resume(self._drafts.of(sheet.item.alert, act))
        form.sent.connect(self._send)
        form.left.connect(self.leave)
        form.erased.connect(self._erase)
        form.jumped.connect(self.act)
        self._offer(False)
        self._middle.insertWidget(self._middle.count() - 1, form)
        form.show()
        form.enter()
        self._area.to_top()

    def _erase(self) -> None:
        """Let go of what was typed and ask anew."""
        form, sheet = self.form, self._sheet
        if form is not None and sheet is not None and not form.busy:
            self._drop_form()
            self._drafts.put(form.alert, form.act, {})
            self._open(form.act, sheet)

    def leave(self) -> None:
        """Put the form away; what was typed stays a draft, the focus goes back."""
        self.keep()
        self._drop_form()
        if self._sheet is not None:
            self._show_acts(self._sheet)
        self._place.give_back()

    def _drop_form(self) -> None:
        form, self.form = self.form, None
        if form is not None:
            self._middle.removeWidget(form)
            form.hide()
            form.deleteLater()
        self._offer(True)

    def _offer(self, yes: bool) -> None:
        """Show what can be begun, or the form alone."""
        for part in (self.holding, self.acts, *self._below):
            part.setVisible(yes)

    # --- drafts -------------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Keep what is typed as a draft of its alert, here and in the vault."""
        form = self.form
        if form is not None:
            self._drafts.put(form.alert, form.act, form.draft() if form.typed else {})
        if self._sheet is not None:
            self._drafts.put(self._alert, NOTE, self.foot.draft())

    # --- doing it -----------------------------------------------------------------------------------------

    def _send(self) -> None:
        form = self.form
        if form is None or form.busy or not form.go.isEnabled():
            return
        missing = form.missing()
        form.say_wrong(missing)
        if str(missing):
            self._area.reveal(form.wrong)
            return
        form.busy = True
        self.keep()
        then, failed = partial(self._sent, form), partial(self._not_sent, form)
        self._doing.do(form.alert, form.work(self._monitoring), _done(form), then, failed)

    def _sent(self, form: Form) -> None:
        self._drafts.put(form.alert, form.act, {})
        if form is self.form:
            self._drop_form()
            self._place.give_back()

    def _not_sent(self, form: Form, why: Words) -> None:
        if form is self.form:
            form.busy = False
            form.say_wrong(why)
            self._area.reveal(form.wrong)

    def _do(self, alert: bytes, work: Coroutine[Any, Any, Record], words: Words) -> None:
        """Do what asks nothing first."""
        self._doing.do(alert, work, words, lambda: None, partial(self._complain_of, alert))

    def _send_again(self) -> None:
        """Give the refused summary to the record once more."""
        alert = self._alert
        work, tell = self._monitoring.send_again(alert), self._desk.tell
        failed = partial(self._not_sent_again, alert)
        self._desk.bridge.start(self, work, lambda _none: tell(say("alertacts.done.again")), failed)

    def _not_sent_again(self, alert: bytes, error: Exception) -> None:
        code = error.code if isinstance(error, NotSent) else ""
        self._complain_of(alert, sending_words("refused", code) if code else refusal(error))

    def _complain_of(self, alert: bytes, why: Words) -> None:
        if alert == self._alert:
            self._complain(why)

    def _complain(self, words: Words) -> None:
        self.trouble.tell("danger", "alert-circle", words)
        if str(words):
            self._area.to_top()

    # --- note and paper -----------------------------------------------------------------------------------

    def _note(self, text: str) -> None:
        alert = self._alert
        if not alert:
            return
        work, words = self._monitoring.note(alert, text), say("alertacts.done.note")
        then = partial(self._noted, alert, text)
        self._doing.do(alert, work, words, then, partial(self._complain_of, alert))

    def _noted(self, alert: bytes, text: str) -> None:
        """Empty the field, unless something else was typed meanwhile."""
        self._drafts.put(alert, NOTE, {})
        if alert == self._alert and self.foot.field.text().strip() == text:
            self.foot.begin({})

    def _ask_print(self) -> None:
        sheet = self._sheet
        if sheet is not None:
            work = self._monitoring.trace(sheet.item.alert, "patient-printed")
            self._desk.bridge.start(self, work, lambda _none: self._print(sheet), self._untraced)

    def _print(self, sheet: Sheet) -> None:
        """Let a printer be chosen; the trail has it already."""
        now_ms = self._desk.now_ms()
        foot = paper.foot(sheet, now_ms, self._people.name(self._people.me))
        printing.ask(self, tracepaper.body(self.trace.lines(now_ms)), paper.head(sheet, now_ms), foot)

    def _untraced(self, error: Exception) -> None:
        log.warning("a trace was not printed: %s", type(error).__name__)
        self._complain(say("alertacts.not_printed"))


def _done(form: Form) -> Words:
    """Return what is said once a form's act is written."""
    second = form.act == "close" and waits_for_second(form.sheet, form.answer("grade"))
    return say(f"alertacts.done.{form.act}{'.second' if second else ''}")
