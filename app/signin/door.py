"""What stands before the desk: the lock, or the first run where nobody has a profile yet."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QStackedWidget

from app.signin.enrol import Pending
from app.signin.page import LockPage
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.bridge import Bridge
    from app.signin.firstrun import FirstRun
    from app.signin.service import SignIn
    from app.ui.words import Words
    from app.waiting import Waiting


class Door(QStackedWidget):
    """The window's other face. `opened` carries an unlocked desk, `half_open` a vault whose enrolment is under way."""

    opened = pyqtSignal(object)
    half_open = pyqtSignal(object)
    language_asked = pyqtSignal(str)

    def __init__(self, signin: SignIn, bridge: Bridge, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self._signin, self._bridge, self._now_ms = signin, bridge, now_ms
        self.lock = LockPage(signin, bridge, now_ms)
        self.addWidget(self.lock)
        self.lock.opened.connect(self._unlocked)
        self.lock.language_asked.connect(self.language_asked)
        self.reset()
        if len(signin.users.all()) > 1:
            self.show_people()

    @cached_property
    def first(self) -> FirstRun:
        """The first run, made when somebody has no profile yet."""
        from app.signin.firstrun import FirstRun  # noqa: PLC0415 -- loaded when first shown

        first = FirstRun(self._signin, self._bridge, self._now_ms)
        self.addWidget(first)
        first.began.connect(self.half_open)
        first.finished.connect(self.opened)
        first.left.connect(self.show_people)
        first.language_asked.connect(self.language_asked)
        return first

    def _forget_first(self) -> None:
        if self.count() > 1:
            self.first.forget()

    def reset(self, name: str = "", specialty: str = "", waiting: Waiting | None = None) -> None:
        """Show what a newcomer sees: the locked desk of *name*, or the first run.

        A desk that was open a moment ago (*waiting*) has a lock, even where its disk is gone.
        """
        self._forget_first()
        user = self._signin.users.user(self._signin.folder)
        self.lock.reset(name or (user.name if user else ""), self._detail(specialty), waiting)
        if waiting is not None or self._signin.enrolled():
            self.setCurrentWidget(self.lock)
        else:
            self.first.begin(way_back=bool(self._signin.users.all()))
            self.setCurrentWidget(self.first)
        self.focus_first()

    def _detail(self, specialty: str) -> Words:
        station = self._signin.station
        return (
            say("door.detail", specialty=specialty, station=station)
            if specialty
            else say("door.station", station=station)
        )

    def show_people(self) -> None:
        """Ask who opens the desk."""
        self._forget_first()
        self.setCurrentWidget(self.lock)
        self.lock.show_people()

    def focus_first(self) -> None:
        """Give the focus to the field to type in."""
        (self.lock if self.currentWidget() is self.lock else self.first).focus_first()

    def _unlocked(self, found: object) -> None:
        if isinstance(found, Pending):
            self.half_open.emit(found.vault)
            self.first.resume(found)
            self.setCurrentWidget(self.first)
            self.focus_first()
        else:
            self.opened.emit(found)
