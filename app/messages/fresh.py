"""What is not a thread yet: a new message, or documents for people without Consilium; their panes are made when first needed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, pyqtSignal

from app.messages.beginning import Beginning
from app.messages.doing import failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtWidgets import QStackedWidget, QWidget

    from app.bridge import Bridge
    from app.intents import WriteMessage
    from app.messages.depositpane import DepositPane
    from app.messages.ports import Messages
    from app.messages.prepared import Prepared
    from app.messages.start import StartPane
    from storage.messages.records import PatientLink

NOTHING, TALK, START, DEPOSITS = range(4)
"""What stands in the middle of the section."""


class Fresh(QObject):
    """Puts its panes into *stack*, at START and DEPOSITS.

    `leaving`: one of them will stand before the thread; `turned`: this one is wanted in sight; `begun`: a thread that is there now;
    `left`: nothing new is wanted.
    """

    leaving = pyqtSignal()
    turned = pyqtSignal(int)
    begun = pyqtSignal(object)
    left = pyqtSignal()

    def __init__(
        self,
        bridge: Bridge,
        messages: Messages,
        stack: QStackedWidget,
        prepared: Prepared,
        make_start: Callable[[], StartPane],
        make_deposits: Callable[[], DepositPane],
    ) -> None:
        super().__init__(stack)
        self._bridge, self._messages, self._stack, self._prepared = bridge, messages, stack, prepared
        self._make_start, self._make_deposits = make_start, make_deposits

    # --- its panes ----------------------------------------------------------------------------------------

    @cached_property
    def _beginning(self) -> Beginning:
        start = self._make_start()
        start.left.connect(self._leave)
        self._place(START, start)
        made = Beginning(self._bridge, self._messages, start)
        made.begun.connect(self._begun)
        made.refused.connect(self._refused)
        return made

    @property
    def start(self) -> StartPane:
        """Where a new message begins."""
        return self._beginning.start

    @cached_property
    def deposits(self) -> DepositPane:
        """Documents for people without Consilium."""
        made = self._make_deposits()
        made.left.connect(self._leave)
        self._place(DEPOSITS, made)
        return made

    def _place(self, at: int, made: QWidget) -> None:
        empty = self._stack.widget(at)
        self._stack.insertWidget(at, made)
        if empty is not None:
            self._stack.removeWidget(empty)
            empty.deleteLater()

    # --- acts ---------------------------------------------------------------------------------------------

    def write(self) -> None:
        """Begin a message."""
        self._prepared.begin(None)
        self._start((), None)

    def answer(self, asked: WriteMessage) -> None:
        """Write what another section asks for: in the thread that is there with that person about no patient, else in a new one."""
        self._prepared.begin(asked)
        if asked.user and asked.patient is None:
            self._beginning.with_person(asked.user)
        else:
            self._start((asked.user,) if asked.user else (), asked.patient)

    def deposit(self, patient: PatientLink | None = None) -> None:
        """Leave a document, about *patient* or not, for somebody without Consilium, or see what became of one."""
        self.leaving.emit()
        deposits = self.deposits
        self.turned.emit(DEPOSITS)
        deposits.begin(patient)

    def _start(self, users: tuple[bytes, ...], patient: PatientLink | None) -> None:
        self.leaving.emit()
        start = self.start
        self.turned.emit(START)
        start.begin(users, patient)

    def _begun(self, number: int) -> None:
        self._prepared.begun(number)
        self.begun.emit(number)

    def _refused(self, error: Exception) -> None:
        self._start((), None)
        self.start.show_failure(*failure(error))

    def _leave(self) -> None:
        self._prepared.begin(None)
        self.left.emit()
