"""Push to talk: the microphone is open while the space bar is held, and never a moment longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QWidget,
)

from app.meeting.view import Stage

if TYPE_CHECKING:
    from app.meeting.service import Meeting

_PRESSING = (QAbstractButton, QAbstractItemView, QAbstractSlider, QComboBox)
"""What the space bar presses by itself."""
_AWAY = (QEvent.Type.WindowDeactivate, QEvent.Type.ApplicationDeactivate)


class PushToTalk(QObject):
    """Listens at the window of *page* while it is seen; while the bar is held, at the whole application.

    A held bar repeats itself, and its release may go to another widget or to nobody: whichever way the window is left,
    the microphone goes off.
    """

    def __init__(self, page: QWidget, meeting: Meeting) -> None:
        super().__init__(page)
        self._page, self._meeting = page, meeting
        self.allowed = True
        self.talking = False

    def listen(self) -> None:
        """Hear the space bar of the window that the page is in."""
        window = self._page.window()
        if window is not None:
            window.removeEventFilter(self)
            window.installEventFilter(self)

    def stop(self) -> None:
        """Switch the microphone off where it was open for the bar alone."""
        if self.talking:
            self.talking = False
            app = QApplication.instance()
            if app is not None:
                app.removeEventFilter(self)
            self._meeting.microphone(False)

    def _start(self) -> None:
        self.talking = True
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)
        self._meeting.microphone(True)

    def _may_talk(self) -> bool:
        view, focused = self._meeting.view, QApplication.focusWidget()
        typing = focused is not None and focused.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        free = not typing and not isinstance(focused, _PRESSING)
        return (
            self.allowed and free and self._page.isVisible() and _silent(view.stage, view.microphone.wanted)
        )

    def eventFilter(self, target: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 -- Qt's name
        """Take the bar where it neither types nor presses something."""
        if event is None:
            return False
        if event.type() in _AWAY:
            self.stop()
        if (
            not isinstance(event, QKeyEvent)
            or event.key() != Qt.Key.Key_Space
            or not isinstance(target, QWidget)
        ):
            return False
        return self._bar(event)

    def _bar(self, event: QKeyEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and not self.talking:
            if event.isAutoRepeat() or event.modifiers() or not self._may_talk():
                return False
            self._start()
            return True
        if event.type() == QEvent.Type.KeyRelease and self.talking and not event.isAutoRepeat():
            self.stop()
            return True
        return self.talking and event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease)


def _silent(stage: Stage, microphone: bool) -> bool:
    return stage is Stage.LIVE and not microphone
