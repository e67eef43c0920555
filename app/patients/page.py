"""The section Patients: finding somebody at the left, the page of one patient at the right."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.commands import Command
from app.config import SINGLE_KEYS
from app.feature import Page
from app.intents import OpenPatient
from app.papers.viewer import PaperView
from app.patients.answers import Untraceable
from app.patients.listing import WIDTH, FindPane
from app.patients.person.page import PersonPage
from app.patients.reasons import ReasonPane
from app.ui.buttons import Button
from app.ui.panes import EmptyState, rule
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import Words, say, says

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PyQt6.QtGui import QFocusEvent

    from app.config import Config
    from app.feature import Desk
    from app.intents import Intent
    from app.patients.answers import Opening
    from app.patients.flow import Flow
    from app.patients.service import Patients
    from media.events import Event

NOBODY, LOADING, ASKING, SHOWN, FAILED, GONE, BLANK = range(7)
log = logging.getLogger(__name__)


class PatientsPage(Page):
    """Stacks the list and the patient; a page is opened by the service only, which traces it first."""

    wide = True

    def __init__(
        self, desk: Desk, patients: Patients, config: Config, flow: Callable[[], Flow], flowed: Event[Any]
    ) -> None:
        super().__init__()
        self._desk, self._patients, self._config = desk, patients, config
        self._asked, self._number, self._ipp, self._held = 0, 0, "", 0
        self._paper = ""
        self.finder = FindPane(desk, patients, flow, flowed)
        self.finder.setFixedWidth(theme().scaled(WIDTH))
        self.person, self.reasons = PersonPage(desk, patients, config), ReasonPane()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.finder)
        row.addWidget(rule("v"))
        row.addWidget(self._right(), 1)
        self._connect()

    def _right(self) -> QWidget:
        self._side = QWidget()
        column = QVBoxLayout(self._side)
        column.setContentsMargins(0, 0, 0, 0)
        self.stack = QStackedWidget()
        nobody = EmptyState("id-badge-2", say("patients.choose"), say("patients.choose.detail"))
        loading = Label(say("patients.loading"), "body", "text_2")
        loading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        again = Button(say("patients.failed.again"), icon="refresh")
        again.clicked.connect(self._open_again)
        words = say("patients.unread"), say("patients.unread.detail")
        failed = EmptyState("alert-circle", *words, tone="danger", actions=(again,))
        gone = EmptyState("info-circle", say("patients.gone"), say("patients.gone.detail"))
        for page in (nobody, loading, self.reasons, self.person, failed, gone, QWidget()):
            self.stack.addWidget(page)
        column.addWidget(self.stack, 1)
        return self._side

    def _connect(self) -> None:
        self.finder.opened.connect(self._open_found)
        self.finder.counted.connect(self._counted)
        self.finder.turned.connect(self._turned)
        self.reasons.given.connect(self._give)
        self.reasons.left.connect(self._leave)
        watch = self._desk.bridge.watch
        watch(self, self._patients.changed, self._news, lambda old, new: old | new if old and new else new)
        watch(self, self._patients.switched, self._switched)
        watch(self, self._config.changed, self._allow_letters)
        self._find = self._key("Ctrl+F", self._find_here)
        self._slash = self._key("/", self.finder.to_search)
        self._allow_letters("")
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        """Leave Ctrl+F to an open document while the focus is in it: two takers of a key are none."""
        widget = new
        while widget is not None and not isinstance(widget, PaperView):
            widget = widget.parentWidget()
        self._find.setEnabled(widget is None)

    def _find_here(self) -> None:
        """Look in the document that is open where the focus is beside it, else for a patient."""
        focus = QApplication.focusWidget()
        paper = next((one for one in self.person.findChildren(PaperView) if one.isVisible()), None)
        if paper is not None and focus is not None and self.person.isAncestorOf(focus):
            paper.open_find()
        else:
            self.finder.to_search()

    def _key(self, keys: str, call: Callable[[], None]) -> QShortcut:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(call)
        return shortcut

    def _allow_letters(self, _key: str) -> None:
        self._slash.setEnabled(self._config.get(SINGLE_KEYS))

    # --- one patient --------------------------------------------------------------------------------------

    def open_patient(self, number: int, reason: str = "", text: str = "", *, ipp: str = "") -> None:
        """Open a patient's page, or ask why; what was asked before is not waited for.

        Who is being opened, or shown, is not opened a second time by a double click.
        """
        if number == self._number and not reason and self.stack.currentIndex() in {LOADING, SHOWN}:
            return
        self._asked += 1
        self._paper = self._paper if number == self._number else ""
        self._number, self._ipp = number, ipp
        if not reason:
            self.person.blank()
            self.stack.setCurrentIndex(LOADING)
        work = self._patients.open(number, reason, text, ipp=ipp)
        done, failed = partial(self._opened, self._asked), partial(self._failed, self._asked)
        self._desk.bridge.start(self, work, done, failed)

    def _open_found(self, number: int, ipp: str) -> None:
        self.open_patient(number, ipp=ipp)

    def _opened(self, asked: int, opening: Opening | None) -> None:
        if asked != self._asked:
            return
        self._show(opening)
        if opening is not None and opening.patient is not None:
            self.finder.mark(opening.patient.id)
            self._number, self._ipp = opening.patient.id, opening.patient.ipp
            self.person.focus_first()
            self._show_paper()

    def _show(self, opening: Opening | None) -> None:
        if opening is None:
            self.stack.setCurrentIndex(GONE)
        elif opening.patient is None:
            self.reasons.show_row(opening.row, self._desk.now_ms())
            self.stack.setCurrentIndex(ASKING)
        else:
            self.reasons.blank()
            self.person.show_patient(opening)
            self.stack.setCurrentIndex(SHOWN)

    def _show_paper(self) -> None:
        """Show the document that was asked for, once the page is there."""
        if self._paper and self.stack.currentIndex() == SHOWN:
            self.person.show_paper(self._paper)
            self._paper = ""

    def _failed(self, asked: int, error: Exception) -> None:
        if asked != self._asked:
            return
        log.warning("a patient's page could not be opened: %s", type(error).__name__)
        if isinstance(error, Untraceable) and self.stack.currentIndex() == ASKING:
            self.reasons.show_untraceable()
        else:
            self.stack.setCurrentIndex(FAILED)

    def _open_again(self) -> None:
        self.open_patient(self._number, ipp=self._ipp)

    def _give(self, reason: str, text: str) -> None:
        self.open_patient(self._number, reason, text, ipp=self._ipp)

    def _leave(self) -> None:
        self.reasons.blank()
        self._asked += 1
        self.stack.setCurrentIndex(NOBODY)
        self.finder.to_search()

    def _news(self, changed: frozenset[int]) -> None:
        """Bring the page that is shown up to date with what a message changed."""
        if self.stack.currentIndex() == SHOWN and (not changed or self._number in changed):
            done = partial(self._renewed, self._asked)
            self._desk.bridge.start(self, self._patients.again(self._number, self._ipp), done, _not_renewed)

    def _renewed(self, asked: int, opening: Opening | None) -> None:
        """Show what came; where the number became another patient's by now, it is that one who is shown from here on."""
        if asked == self._asked:
            if opening is not None:
                self._number, self._ipp = opening.row.id, opening.row.ipp
                self.finder.mark(opening.row.id)
            self._show(opening)

    def _turned(self) -> None:
        """Ask to choose somebody only where somebody can be chosen."""
        if self.stack.currentIndex() in {NOBODY, BLANK}:
            self.stack.setCurrentIndex(NOBODY if self.finder.usable else BLANK)

    def _switched(self, _nothing: None) -> None:
        self._asked += 1
        self.person.blank()
        self.reasons.blank()
        self.stack.setCurrentIndex(NOBODY)

    # --- the window ---------------------------------------------------------------------------------------

    def take(self, intent: Intent) -> None:
        """Open who was asked for."""
        if isinstance(intent, OpenPatient):
            self.open_patient(intent.id, ipp=intent.ipp)
            self._paper = intent.paper
            self._show_paper()

    def _counted(self, held: int) -> None:
        if held != self._held:
            self._held = held
            self.headed.emit()

    def title(self) -> Words:
        """Return the section's name; never a patient's."""
        return say("patients.section")

    def subtitle(self) -> Words:
        """Return how many patients the cache holds."""
        return says("patients.held", self._held) if self._held else ""

    def commands(self) -> Sequence[Command]:
        """Return what palette and help offer here."""
        find = Command(
            "patients.find", say("patients.search"), self.finder.to_search, "Ctrl+F", "search", also=("/",)
        )
        return (find, *self.person.commands())

    def pane_order(self) -> Sequence[QWidget]:
        """Return list and patient, in the order of F6."""
        return self.finder, self._side

    def focusInEvent(self, _event: QFocusEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Hand the focus to the search box."""
        self.finder.search.setFocus(Qt.FocusReason.OtherFocusReason)


def _not_renewed(error: Exception) -> None:
    log.warning("a patient's page could not be read anew: %s", type(error).__name__)
