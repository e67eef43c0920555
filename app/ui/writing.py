"""A field of several lines that grows with what is written, and the frame around it."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from PyQt6.QtCore import QMimeData, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFontMetricsF
from PyQt6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QWidget

from app.ui import paint
from app.ui.text import Named
from app.ui.theme import theme

if TYPE_CHECKING:
    from PyQt6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent

    from app.ui.words import Words

MOST_LINES = 8


class Growing(QPlainTextEdit):
    """Plain text of *least* to `MOST_LINES` lines. `sent`: Ctrl+↵; `left`: Échap; Tab goes on to the next field."""

    sent = pyqtSignal()
    left = pyqtSignal()

    def __init__(self, name: Words, least: int = 1) -> None:
        super().__init__()
        self._hint, self._least = "", least
        self.ringed: QWidget = self
        Named(self, name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setProperty("bare", "true")
        document = self.document()
        if document is not None:
            document.setDocumentMargin(5)
        self.textChanged.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """As many lines as there are, within the limits."""
        document = self.document()
        lines = int(document.size().height()) if document is not None else 1
        line = QFontMetricsF(self.font()).lineSpacing()
        high = ceil(line * min(max(lines, self._least), MOST_LINES)) + 12
        return QSize(200, max(high, theme().scaled(30)))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Never less."""
        return QSize(80, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Ctrl+↵ sends, Échap leaves."""
        if event is None:
            return
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and control:
            self.sent.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def hint(self, words: str) -> None:
        """Say what belongs here, in one line."""
        self._hint = words
        self._elide()

    @property
    def hinted(self) -> str:
        """What the hint says, whole."""
        return self._hint

    def _elide(self) -> None:
        room = self.width() - 20
        self.setPlaceholderText(self.fontMetrics().elidedText(self._hint, Qt.TextElideMode.ElideRight, room))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Fit the hint."""
        super().resizeEvent(event)
        self._elide()

    def insertFromMimeData(self, source: QMimeData | None) -> None:  # noqa: N802 -- Qt's name
        """Insert text as plain text."""
        if source is not None:
            self.insertPlainText(source.text())


class Box(QFrame):
    """The frame around field and buttons."""

    radius = 9.0

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint it."""
        color = theme().color
        paint.box(
            paint.painter_for(self), QRectF(self.rect()), self.radius, color("surface"), color("line_strong")
        )
