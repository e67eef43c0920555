"""Documents for people without Consilium: leaving one, and what became of those that were left."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.messages.depositform import DepositForm
from app.messages.depositlist import DepositList
from app.messages.deposits import DepositRefused
from app.ui.buttons import Button
from app.ui.panes import Banner, clear, ground, rule, scrolled
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from PyQt6.QtGui import QHideEvent, QShowEvent

    from app.feature import Desk
    from app.messages.deposits import Deposits, Progress
    from app.messages.people import Patients
    from storage.messages.deposits import Deposit
    from storage.messages.records import PatientLink

WIDE = 620
LOOK_MS = 30_000
"""How often the relay is asked what became of them, while this is in sight."""
log = logging.getLogger(__name__)


class DepositPane(QWidget):
    """Form above, list below. `left` goes back to the messages."""

    left = pyqtSignal()

    def __init__(self, desk: Desk, deposits: Deposits, patients: Patients) -> None:
        super().__init__()
        self._desk, self._deposits = desk, deposits
        self._opened = b""
        self._shown: tuple[Deposit, ...] | None = None
        self._busy = False
        ground(self, "surface")
        self.form = DepositForm(desk, patients)
        self.list = DepositList(deposits.link, self._take_back, self._forget)
        self.another = Button(say("deposit.another"), icon="plus")
        self._told = QVBoxLayout()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        body = QWidget()
        outer = QHBoxLayout(body)
        outer.setContentsMargins(24, 20, 24, 20)
        inner = QWidget()
        inner.setMaximumWidth(WIDE)
        outer.addStretch(1)
        outer.addWidget(inner, 10)
        outer.addStretch(1)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(Label(say("deposit.title"), "title", wrap=True))
        column.addWidget(Label(say("deposit.detail"), "body", "text_2", wrap=True))
        column.addWidget(self.form)
        column.addWidget(self.another, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(rule())
        column.addLayout(self._told)
        column.addWidget(self.list)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(body))
        self.another.hide()

    def _connect(self) -> None:
        self.form.asked.connect(self._leave)
        self.form.left.connect(self.left)
        self.another.clicked.connect(lambda _checked: self.begin())
        escape = QShortcut(QKeySequence("Esc"), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.left)
        watch = self._desk.bridge.watch
        watch(self, self._deposits.changed, lambda _none: self._read())
        watch(self, self._deposits.progress, self._show_progress, lambda _old, new: new)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    # --- leaving one --------------------------------------------------------------------------------------

    def begin(self, patient: PatientLink | None = None) -> None:
        """Ask for another file, about *patient* where one is in sight."""
        if not self._busy:
            self._opened = b""
            self._show_form(True)
            self.form.begin(patient)
            self.form.show_obstacle(self._deposits.obstacle)
        self._read()
        self.form.focus_first()

    def _show_form(self, yes: bool) -> None:
        self.form.setVisible(yes)
        self.another.setVisible(not yes)

    def _leave(self) -> None:
        draft = self.form.draft
        if draft is not None and not self._busy:
            self._busy = True
            self._desk.bridge.start(self, self._deposits.leave(draft), self._is_left, self._not_left)

    def _show_progress(self, progress: Progress) -> None:
        if self._busy:
            self.form.show_progress(progress)

    def _is_left(self, one: Deposit) -> None:
        self._busy, self._opened = False, one.deposit
        self.form.begin()
        self._show_form(False)
        self._shown = None
        self._read()

    def _not_left(self, error: Exception) -> None:
        self._busy = False
        self.form.show_progress(None)
        self.form.show_refusal(_code(error))

    # --- those that were left -----------------------------------------------------------------------------

    def _read(self) -> None:
        self._desk.bridge.start(self, self._deposits.all(), self._show, self._not_read)

    def _show(self, deposits: tuple[Deposit, ...]) -> None:
        if deposits == self._shown:
            return
        fresh = self._shown is None and self._opened
        self._shown = deposits
        self.list.show_deposits(deposits, self._desk.now_ms(), self._opened)
        if fresh and self.list.cards:
            self.list.cards[0].focus_first()

    def _not_read(self, error: Exception) -> None:
        log.warning("the deposits could not be read: %s", type(error).__name__)
        self._tell(_code(error))

    def _look(self) -> None:
        self._desk.bridge.start(self, self._deposits.look(), lambda _none: clear(self._told), self._not_asked)

    def _not_asked(self, error: Exception) -> None:
        """Say that what stands below may be old."""
        clear(self._told)
        if _code(error) == "offline":
            self._told.addWidget(
                Banner("warn", say("deposit.offline"), say("deposit.offline.detail"), icon="cloud-off")
            )

    def _take_back(self, one: Deposit) -> None:
        work = self._deposits.take_back(one)
        done = partial(self._desk.tell, say("deposit.is_taken_back"))
        self._desk.bridge.start(self, work, lambda _none: done(), self._not_done)

    def _forget(self, one: Deposit) -> None:
        self._desk.bridge.start(self, self._deposits.forget(one), lambda _none: None, self._not_done)

    def _not_done(self, error: Exception) -> None:
        self._tell(_code(error))

    def _tell(self, code: str) -> None:
        clear(self._told)
        self._told.addWidget(Banner("danger", say("deposit.not_done"), say(f"deposit.refused.{code}")))

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Ask what became of them, now and every half minute."""
        super().showEvent(event)
        self._look()
        self._timer.start()

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Ask no more."""
        super().hideEvent(event)
        self._timer.stop()


def _code(error: Exception) -> str:
    if isinstance(error, DepositRefused):
        return error.code
    log.warning("a deposit failed: %s", type(error).__name__)
    return "failed"
