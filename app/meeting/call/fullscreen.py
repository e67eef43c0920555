"""The call on the whole screen: pictures alone, the controls come back with the mouse or a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, Qt, QTimer, QVariantAnimation, pyqtSignal
from PyQt6.QtWidgets import QApplication

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtWidgets import QVBoxLayout, QWidget

    from app.meeting.call.controls import Controls

SHOWN_MS = 3_000
FADE_MS = 150
EDGE = 18


class FullScreen(QObject):
    """`asked` carries whether the window shall fill the screen."""

    asked = pyqtSignal(bool)

    def __init__(
        self, page: QWidget, column: QVBoxLayout, controls: Controls, around: Sequence[QWidget]
    ) -> None:
        super().__init__(page)
        self.on = False
        self._page, self._column, self._controls, self._around = page, column, controls, around
        self._were: list[bool] = []
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(SHOWN_MS)
        self._rest.timeout.connect(self._hide_controls)
        self._fade = QVariantAnimation(self)
        self._fade.setDuration(FADE_MS)
        self._fade.valueChanged.connect(controls.set_opacity)
        self._fade.finished.connect(self._faded)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)

    def flip(self) -> None:
        """Fill the screen, or not any more."""
        if self.on:
            self.leave()
        else:
            self._enter()

    def _enter(self) -> None:
        self.on = True
        self._were = [not part.isHidden() for part in self._around]
        for part in self._around:
            part.hide()
        self._column.removeWidget(self._controls)
        self._controls.float_over(True)
        self._controls.raise_()
        self.asked.emit(True)
        self._fade.setEndValue(0.0)
        self.stir()

    def leave(self) -> None:
        """Stand in the window again."""
        if not self.on:
            return
        self.on = False
        self._rest.stop()
        self._fade.stop()
        for part, was in zip(self._around, self._were, strict=True):
            part.setVisible(was)
        self._controls.float_over(False)
        self._controls.set_opacity(1.0)
        self._column.addWidget(self._controls)
        self._controls.show()
        self.asked.emit(False)

    def place(self) -> None:
        """Keep the controls at the lower edge."""
        if self.on:
            size = self._controls.sizeHint()
            left = (self._page.width() - size.width()) // 2
            self._controls.setGeometry(
                left, self._page.height() - size.height() - EDGE, size.width(), size.height()
            )

    def stir(self) -> None:
        """Show the controls: the mouse moved, a key was pressed."""
        if not self.on:
            return
        if self._fade.endValue() != 1.0:
            self._controls.show()
            self.place()
            self._fade_to(1.0)
        self._rest.start()

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self.on and new is not None and self._page.isAncestorOf(new):
            self.stir()

    def _hide_controls(self) -> None:
        focus = QApplication.focusWidget()
        if self._controls.underMouse() or (focus is not None and self._controls.isAncestorOf(focus)):
            self._rest.start()
        else:
            self._fade_to(0.0)

    def _fade_to(self, opacity: float) -> None:
        self._fade.stop()
        self._fade.setStartValue(1.0 - opacity)
        self._fade.setEndValue(opacity)
        if QApplication.isEffectEnabled(Qt.UIEffect.UI_FadeMenu):
            self._fade.start()
        else:
            self._controls.set_opacity(opacity)
            self._faded()

    def _faded(self) -> None:
        self._controls.setVisible(self._fade.endValue() != 0.0)
