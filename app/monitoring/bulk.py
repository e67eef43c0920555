"""What can be done with several alerts at once: close those of grade 0 and 1 with one reason, remind those who did not answer."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.monitoring.drafts import Drafts
from app.monitoring.ports import Cause, Partly
from app.monitoring.refusals import refusal
from app.monitoring.rows import MOST
from app.ui.buttons import Button
from app.ui.choices import Select
from app.ui.panes import Field, ground, rule
from app.ui.text import Label, Named
from app.ui.words import Words, say, says
from storage.monitoring.records import OWN_REASON, SEVERE, Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from PyQt6.QtGui import QKeyEvent

    from app.feature import Desk
    from app.monitoring.drafts import Draft
    from app.monitoring.ports import Item, Monitoring
    from app.monitoring.rows import QueueList
    from app.monitoring.standing import Service
    from storage.monitoring.records import Record

    Kept = tuple[tuple[str, str], ...]
    """What the vault has of drafts, by act."""

SEVERAL, CLOSE, ROWS = b"", "close", "rows"
"""Of what is typed about no single alert; the act; in its draft, for which alerts."""
MILDEST = 1
"""Up to this grade alerts are closed together."""
log = logging.getLogger(__name__)


class BulkBar(QWidget):
    """There while several rows are chosen, or one of somebody who did not answer. What was done can be taken back for ten seconds."""

    def __init__(self, desk: Desk, alerts: Monitoring, rows: QueueList) -> None:
        super().__init__()
        self._desk, self._alerts, self._rows = desk, alerts, rows
        self._busy = self._asked_for = False
        self._drafts = Drafts(alerts.keep_typed)
        self._missing: set[bytes] = set()
        self._back: set[bytes] = set()
        ground(self, "sunken")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(rule())
        column.addLayout(self._acts())
        column.addWidget(self._form())
        rows.picked.connect(self._picked)
        self._picked()

    def _acts(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(8)
        self._many = Label("", "small_strong").clipped()
        self.closing = Button(say("monitoring.bulk.close"), "secondary", "s", "circle-check")
        self.closing.clicked.connect(self.begin_close)
        self.reminding = Button(say("monitoring.bulk.remind"), "secondary", "s", "bell", keys=("R",))
        self.reminding.clicked.connect(self.remind)
        row.addWidget(self._many, 1)
        row.addWidget(self.closing)
        row.addWidget(self.reminding)
        column.addLayout(row)
        self._why = Label("", "small", "text_2", wrap=True)
        column.addWidget(self._why)
        return column

    def _form(self) -> QWidget:
        self.form = QWidget()
        column = QVBoxLayout(self.form)
        column.setContentsMargins(12, 0, 12, 10)
        column.setSpacing(6)
        self.reason, self.words = Select(), Field(say("monitoring.bulk.words"), say("monitoring.bulk.words"))
        self.words.setMaxLength(500)
        Named(self.reason, say("monitoring.bulk.reason"))
        self.reason.activated.connect(lambda _at: self._weigh())
        self.words.textChanged.connect(lambda _text: self._weigh())
        row = QHBoxLayout()
        row.setSpacing(8)
        self.send, cancel = (
            Button("", "primary", "s"),
            Button(say("monitoring.bulk.cancel"), "ghost", "s", keys=("Échap",)),
        )
        self.send.clicked.connect(self._close)
        cancel.clicked.connect(self.leave)
        row.addWidget(self.send)
        row.addWidget(cancel)
        row.addStretch(1)
        self._resumed = Label(say("reach.resumed"), "caption", "text_2")
        for part in (self._resumed, self.reason, self.words):
            column.addWidget(part)
        column.addLayout(row)
        self.form.hide()
        return self.form

    # --- what is chosen -----------------------------------------------------------------------------------

    @property
    def _chosen(self) -> tuple[Item, ...]:
        return self._rows.selected

    def _picked(self) -> None:
        chosen = self._chosen
        silent = bool(chosen) and all(one.cause is Cause.SILENCE for one in chosen)
        count = self._rows.chosen_count
        self.setVisible(count > 1 or silent)
        self._many.say(says("monitoring.bulk.n", count))
        self.reminding.setVisible(silent)
        self.closing.setVisible(not silent)
        mild, few = self.can_close(), count <= MOST
        self.closing.setEnabled(mild and few)
        self.reminding.setEnabled(few)
        self._tell(
            says("monitoring.bulk.most", MOST)
            if not few
            else ""
            if mild or silent
            else say("monitoring.bulk.grade")
        )
        if not (mild and few):
            self._put_away()
        self._weigh()

    def can_close(self) -> bool:
        """Tell whether all that is chosen is mild and open, and waits for no second reader."""
        chosen = self._chosen
        mild = all(0 <= one.pressing <= MILDEST and one.gravest < SEVERE for one in chosen)
        return mild and all(one.phase is not Phase.CLOSED for one in chosen)

    def can_remind(self) -> bool:
        """Tell whether those chosen did not answer."""
        chosen = self._chosen
        few = bool(chosen) and self._rows.chosen_count <= MOST
        return self.isEnabled() and few and all(one.cause is Cause.SILENCE for one in chosen)

    # --- chosen before the lock ---------------------------------------------------------------------------

    def resume(self) -> None:
        """Choose the rows again that were chosen for closing when the desk was locked, as they come to be listed."""
        if not self._asked_for:
            self._asked_for = True
            self._desk.bridge.start(self, self._alerts.typed(SEVERAL), self._learn, _unread)
        elif self._missing:
            self._choose_again()

    def _learn(self, typed: Kept) -> None:
        self._drafts.learn(SEVERAL, typed)
        self._missing = _rows(self._drafts.of(SEVERAL, CLOSE))
        self._choose_again()

    def _choose_again(self) -> None:
        if not self._stand():
            self._missing = set()
            return
        found = {one for one in self._missing if self._rows.row_of(one) >= 0}
        self._rows.choose_more(found, alone=not self._back)
        self._missing -= found
        self._back |= found

    def _stand(self) -> bool:
        """Tell whether what was chosen again still is, or nothing was chosen yet."""
        chosen = {one.alert for one in self._chosen}
        return self._back <= chosen if self._back else len(chosen) < 2

    # --- closing ------------------------------------------------------------------------------------------

    def begin_close(self) -> None:
        """Ask for the reason, of those that the service has."""
        self._desk.bridge.start(self, self._asked(), self._offer, self._fail)

    async def _asked(self) -> tuple[Sequence[Service], Kept]:
        return await self._alerts.services(), await self._alerts.typed(SEVERAL)

    def _offer(self, found: tuple[Sequence[Service], Kept]) -> None:
        chosen, (services, typed) = self._chosen, found
        if not chosen:
            return
        of = next((one for one in services if one.policy.service == chosen[0].service), services[0])
        reasons: list[tuple[str, Words]] = [*of.policy.reasons, (OWN_REASON, say("monitoring.bulk.own"))]
        self.keep()
        self._drafts.learn(SEVERAL, typed)
        self._resume(reasons)
        self.form.show()
        self._weigh()
        self.reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def _resume(self, reasons: list[tuple[str, Words]]) -> None:
        """Offer *reasons*, with what was typed before."""
        draft, first = self._drafts.of(SEVERAL, CLOSE), reasons[0][0]
        known, words = [key for key, _ in reasons], draft.get("words", "")
        self.reason.offer(reasons, draft["reason"] if draft.get("reason") in known else first)
        self.words.setText(words if isinstance(words, str) else "")
        self._resumed.setVisible("reason" in draft)

    def keep(self) -> None:
        """Keep what is typed as a draft, and for which rows, here and in the vault."""
        if not self.form.isHidden():
            self._drafts.put(
                SEVERAL, CLOSE, {**self._typed(), ROWS: tuple(one.alert.hex() for one in self._chosen)}
            )
        elif self._back and not self._stand():
            self._keep_typed()

    def _keep_typed(self) -> None:
        """Keep what is typed, for no rows."""
        draft = self._drafts.of(SEVERAL, CLOSE) if self.form.isHidden() else self._typed()
        self._drafts.put(SEVERAL, CLOSE, {name: said for name, said in draft.items() if name != ROWS})

    def _typed(self) -> Draft:
        words, reason = self.words.text(), self.reason.currentData()
        typed = reason != self.reason.itemData(0) or bool(words.strip())
        return {"reason": reason, "words": words} if typed else {}

    def _weigh(self) -> None:
        own = self.reason.currentData() == OWN_REASON
        self.words.setVisible(own)
        self.send.say(says("monitoring.bulk.send", len(self._chosen)))
        self.send.setEnabled(not self._busy and (not own or bool(self.words.text().strip())))

    def _close(self) -> None:
        chosen, own = self._chosen, self.words.text().strip()
        reason = self.reason.currentData()
        text = own if reason == OWN_REASON else ""
        told = says("monitoring.bulk.closed", len(chosen))
        self._do(self._alerts.close_many([one.alert for one in chosen], reason, text), told, self._forget)

    def _forget(self) -> None:
        self._drafts.put(SEVERAL, CLOSE, {})
        self.words.clear()

    def _put_away(self) -> None:
        if not self.form.isHidden():
            self._keep_typed()
            self.form.hide()

    def leave(self) -> None:
        """Put the form away; what was typed stays a draft until something is closed."""
        self._put_away()
        self._rows.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- reminding ----------------------------------------------------------------------------------------

    def remind(self) -> None:
        """Note that those chosen are reminded."""
        chosen = self._chosen
        if self.can_remind():
            told = says("monitoring.bulk.reminded", len(chosen))
            self._do(self._alerts.remind([one.alert for one in chosen]), told, self.keep)

    # --- doing --------------------------------------------------------------------------------------------

    def _do(
        self, work: Coroutine[object, object, tuple[Record, ...]], told: Words, then: Callable[[], object]
    ) -> None:
        if self._busy:
            work.close()
            return
        self._busy = True
        self._weigh()

        def done(records: tuple[Record, ...]) -> None:
            self._busy = False
            then()
            self.form.hide()
            self._rows.choose_one()
            self._picked()
            self._rows.setFocus(Qt.FocusReason.OtherFocusReason)
            self._desk.tell(told, self._undoing(records))

        self._desk.bridge.start(self, work, done, self._fail)

    def _undoing(self, records: tuple[Record, ...]) -> Callable[[], object]:
        async def undo() -> None:
            for record in reversed(records):
                await self._alerts.undo(record)

        return lambda: self._desk.bridge.start(self, undo(), _ended, self._fail)

    def _fail(self, error: Exception) -> None:
        self._busy = False
        self._weigh()
        done = error.done if isinstance(error, Partly) else ()
        why = says("monitoring.bulk.partly", len(done)) if done else refusal(error)
        self._tell(why, tone="danger")
        if done:
            self._desk.tell(why, self._undoing(done))
        elif not self.isVisible():
            self._desk.tell(why)

    def _tell(self, words: Words, tone: str = "text_2") -> None:
        self._why.say(words)
        self._why.set_tone(tone)
        self._why.setVisible(bool(str(words)))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Let Échap put the form away."""
        if event is not None and event.key() == Qt.Key.Key_Escape and self.form.isVisible():
            self.leave()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Count in the new language."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.LanguageChange and hasattr(self, "form"):
            self._picked()


def _rows(draft: Draft) -> set[bytes]:
    """Return the alerts of a draft."""
    told = draft.get(ROWS, ())
    try:
        return {bytes.fromhex(one) for one in told} if isinstance(told, tuple) else set()
    except (TypeError, ValueError):
        return set()


def _unread(error: Exception) -> None:
    """Let the user choose anew."""
    log.warning("what was chosen before the lock was not read: %s", type(error).__name__)


def _ended(_nothing: None) -> None:
    """Nothing to do: the rows say it."""
