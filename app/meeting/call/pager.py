"""Pages of the gallery: back, "2 / 3", on."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from app.commands import caps
from app.meeting.call.stagebuttons import StageButton
from app.ui.text import Label
from app.ui.words import say


class Pager(QWidget):
    """Hidden where there is one page. `turned` carries -1 or 1."""

    turned = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 12, 0)
        row.setSpacing(4)
        self.back = StageButton(say("pager.back"), "chevron-left", caps("PgUp"))
        self.on = StageButton(say("pager.on"), "chevron-right", caps("PgDown"))
        self._where = Label("", "small_strong", "stage_text")
        self._where.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._where.setMinimumWidth(44)
        for part in (self.back, self._where, self.on):
            row.addWidget(part)
        self.back.clicked.connect(lambda: self.turned.emit(-1))
        self.on.clicked.connect(lambda: self.turned.emit(1))
        self.hide()

    def show_pages(self, page: int, pages: int) -> None:
        """Show that *page* (from 0) of *pages* is shown."""
        self._where.say(say("pager.where", page=page + 1, pages=pages))
        self._where.setAccessibleName(str(say("pager.spoken", page=page + 1, pages=pages)))
        self.back.setEnabled(page > 0)
        self.on.setEnabled(page < pages - 1)
        self.setVisible(pages > 1)
