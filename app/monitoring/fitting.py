"""Room for what changes its height: as high as its content where there is room, scrolled where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6 import sip
from PyQt6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PyQt6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

if TYPE_CHECKING:
    from PyQt6.QtGui import QResizeEvent


class Fitting(QScrollArea):
    """Holds *content* and asks for the height that it needs in the width of now."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self._content = content
        self._wanted: QWidget | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._reveal)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setWidget(content)
        for widget in (self.viewport(), content):
            if widget is not None:
                widget.setAutoFillBackground(False)
        content.installEventFilter(self)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Return what the content needs in this width."""
        viewport, layout = self.viewport(), self._content.layout()
        width = viewport.width() if viewport is not None else self.width()
        if layout is None or not layout.hasHeightForWidth():
            return self._content.sizeHint()
        return QSize(layout.sizeHint().width(), layout.totalHeightForWidth(width))

    def eventFilter(self, target: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 -- Qt's name
        """Ask for other room when the content does."""
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(target, event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Ask for the height that another width needs."""
        super().resizeEvent(event)
        if event is not None and event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def to_top(self) -> None:
        """Show the beginning."""
        bar = self.verticalScrollBar()
        if bar is not None:
            bar.setValue(0)

    def reveal(self, what: QWidget) -> None:
        """Scroll until *what* is seen, once it is laid out."""
        self._wanted = what
        self._soon.start(0)

    def _reveal(self) -> None:
        if self._wanted is not None and not sip.isdeleted(self._wanted):
            self.ensureWidgetVisible(self._wanted, 0, 8)
