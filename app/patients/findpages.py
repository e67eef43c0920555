"""What stands where the list of patients is: the list, or why there is none and the way on; below it, how fresh all is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.ui.buttons import Button
from app.ui.panes import EmptyState, Glyph, rule
from app.ui.text import Label, Named
from app.ui.words import say

if TYPE_CHECKING:
    from app.patients.flow import Flow
    from app.patients.look import Look

LIST, NONE_FOUND, NOBODY, FAILED, CLOSED = range(5)


class FindPages(QStackedWidget):
    """The list and its stand-ins. `widened`: all are to be shown again; `again`: the cache is to be asked anew."""

    widened = pyqtSignal()
    again = pyqtSignal()

    def __init__(self, listed: QWidget) -> None:
        super().__init__()
        self.way, self.why = _middle(), _middle()
        clear = Button(say("patients.none.clear"))
        clear.clicked.connect(self.widened)
        anew = Button(say("patients.failed.again"), icon="refresh")
        anew.clicked.connect(self.again)
        none = say("patients.none"), say("patients.none.detail")
        nobody = EmptyState("id-badge-2", say("patients.nobody"), say("patients.nobody.detail"))
        failed = say("patients.failed"), say("patients.failed.detail")
        for page in (
            listed,
            EmptyState("search", *none, actions=(clear,)),
            _with(nobody, self.way),
            EmptyState("alert-circle", *failed, tone="danger", actions=(anew,)),
            _with(EmptyState("lock", say("patients.closed")), self.why),
        ):
            self.addWidget(page)

    @staticmethod
    def of(look: Look, *, shown: bool) -> int:
        """Return the page for what an open cache answered; *shown*: there are lines."""
        if not look.counts.all:
            return NOBODY
        if not shown or (not look.found and (look.query or look.chip != "all")):
            return NONE_FOUND
        return LIST


class FlowFoot(QWidget):
    """How fresh the cache is."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(rule())
        row = QHBoxLayout()
        column.addLayout(row)
        row.setContentsMargins(14, 10, 14, 10)
        row.setSpacing(8)
        self._mark, self._words = Glyph("database", "ok", 18), Label("", "small", "text_2").clipped()
        Named(self, say("patients.foot"))
        row.addWidget(self._mark)
        row.addWidget(self._words, 1)

    def show_flow(self, flow: Flow) -> None:
        """Say it."""
        self._mark.show_icon(flow.icon, flow.tone)
        self._words.say(flow.words)
        self._words.setToolTip(str(flow.words))


def _middle() -> Label:
    label = Label("", "body", "text_2", wrap=True)
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return label


def _with(page: EmptyState, label: Label) -> QWidget:
    """Put *label* below the words of *page*."""
    layout = page.layout()
    assert isinstance(layout, QVBoxLayout)
    layout.insertWidget(layout.count() - 1, label)
    return page
