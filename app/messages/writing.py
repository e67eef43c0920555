"""The field in which one writes: files and pictures that are dropped or pasted are handed on."""

from __future__ import annotations

from PyQt6.QtCore import QMimeData, pyqtSignal

from app.messages import offered
from app.ui.words import say
from app.ui.writing import Growing


class Writing(Growing):
    """`gave` carries what was dropped or pasted that is no text."""

    gave = pyqtSignal(QMimeData)

    def __init__(self) -> None:
        super().__init__(say("messages.write"))

    def canInsertFromMimeData(self, source: QMimeData | None) -> bool:  # noqa: N802 -- Qt's name
        """Take text, files and pictures."""
        return source is not None and (source.hasText() or source.hasUrls() or source.hasImage())

    def insertFromMimeData(self, source: QMimeData | None) -> None:  # noqa: N802 -- Qt's name
        """Insert text as plain text; hand on files and pictures."""
        if source is not None and (offered.paths(source) or offered.picture(source) is not None):
            self.gave.emit(source)
        else:
            super().insertFromMimeData(source)
