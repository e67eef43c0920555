"""A document inside the window: PDF, CDA, text or picture, read by a process of its own and never written anywhere."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PyQt6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.papers.compare import Difference, differences, names_nobody
from app.papers.errors import Refused
from app.papers.findbar import FindBar
from app.papers.link import Press
from app.papers.pages import PageArea
from app.papers.printing import Printing
from app.papers.seeking import Seeker
from app.papers.storyview import StoryView
from app.papers.written import day
from app.ui.buttons import IconButton
from app.ui.panes import Banner, EmptyState, clear, rule
from app.ui.states import Loading
from app.ui.text import Label
from app.ui.words import Words, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtGui import QFocusEvent

    from app.bridge import Bridge
    from app.papers.cda.values import Identity
    from app.papers.slips import Opened
    from storage.patients.records import Patient

_HEADER_HEIGHT = 220
"""Of a CDA around a PDF: its own words take so much, the PDF the rest."""
_LARGER = frozenset({Qt.Key.Key_Plus, Qt.Key.Key_Equal})
_SMALLER = frozenset({Qt.Key.Key_Minus, Qt.Key.Key_6})
_FIT = frozenset({Qt.Key.Key_0, Qt.Key.Key_Agrave})
"""With Ctrl; the second of each is the same key of a French keyboard without Maj."""
log = logging.getLogger(__name__)


class PaperView(QWidget):
    """Shows one document, or why not. `printed` after it went to a printer.

    `began` when something of it comes into sight, `shown` when all of it that is in sight is there.
    """

    began = pyqtSignal()
    shown = pyqtSignal()
    printed = pyqtSignal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self._press: Press | None = None
        self._opened: Opened | None = None
        self._head: Words = ""
        self._doubt: Words = ""
        self._missing: set[str] = set()
        self._story, self._pages = StoryView(), PageArea(bridge)
        self._find = FindBar()
        self._seeker = Seeker(bridge, self._find, self._story, self._pages)
        self._printing = Printing(bridge, self)
        self._lay_out()
        self._connect()
        self.clear()

    # --- what others call ---------------------------------------------------------------------------------

    def show_bytes(
        self,
        media: str,
        data: bytes,
        title: Words,
        *,
        patient: Patient | None = None,
        head: Words = "",
        fleeting: bool = False,
    ) -> None:
        """Show a document of that media type; one that names another person than *patient* is shown with a red warning.

        *head* stands on every printed page; what is *fleeting* is neither printed nor copied. What cannot be shown gives a sentence.
        """
        self.show_loading(title)
        self._head = head
        self._let_keep(not fleeting)
        press = self._press = Press(media, data)
        self.destroyed.connect(press.close)

        def done(opened: Opened) -> None:
            if press is self._press:
                self._open(press, opened, title, patient)

        def failed(error: Exception) -> None:
            if press is self._press:
                self._fail(error)

        self._bridge.start(self, press.open(), done, failed)

    def show_loading(self, title: Words = "") -> None:
        """Say that the document is being fetched."""
        self._drop()
        self._title.say(title)
        self._stack.setCurrentWidget(self._loading)

    def show_trouble(self, words: Words, detail: Words = "") -> None:
        """Say why there is no document, and what still works."""
        self._drop()
        clear(self._troubles)
        self._troubles.addWidget(EmptyState("alert-circle", words, detail, tone="danger"))
        self._stack.setCurrentWidget(self._trouble)

    @property
    def troubled(self) -> bool:
        """Whether a sentence stands where the document should be."""
        return self._stack.currentWidget() is self._trouble

    def clear(self) -> None:
        """Forget the document, its process and all that was shown of it."""
        self._drop()
        self._title.say("")
        self._stack.setCurrentWidget(self._blank)

    def _let_keep(self, yes: bool) -> None:
        """Let what is shown be printed and copied, or not."""
        self._kept = self._pages.copies = self._story.copies = yes

    def _drop(self) -> None:
        press, self._press, self._opened = self._press, None, None
        if press is not None:
            self.destroyed.disconnect(press.close)
            self._bridge.run(press.close)
        self._head, self._doubt = "", ""
        self._let_keep(True)
        self._missing.clear()
        self._printing.cancel()
        self._seeker.look_in(None)
        self._find.field.clear()
        self._find.hide()
        self._story.clear_story()
        self._pages.clear()
        clear(self._troubles)
        clear(self._banners)
        self._show_controls()

    # --- the parts ----------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._bar())
        column.addWidget(self._find)
        column.addWidget(rule())
        self._banners = QVBoxLayout()
        self._banners.setContentsMargins(16, 0, 16, 0)
        column.addLayout(self._banners)
        self._stack = QStackedWidget()
        self._blank, self._loading = QWidget(), _padded(Loading(say("papers.loading")))
        self._trouble, self._content = QWidget(), QWidget()
        self._troubles = QVBoxLayout(self._trouble)
        inside = QVBoxLayout(self._content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        self._between = rule()
        for part in (self._story, self._between, self._pages):
            inside.addWidget(part)
        for page in (self._blank, self._loading, self._trouble, self._content):
            self._stack.addWidget(page)
        column.addWidget(self._stack, 1)

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(16, 6, 12, 6)
        bar.setSpacing(6)
        self._title = Label("", "subhead").clipped()
        self._title.setMinimumHeight(32)
        self._page, self._percent = Label("", "small", "text_2"), Label("", "small", "text_2")
        bar.addWidget(self._title, 1)
        self._before = self._button("papers.page.before", "chevron-left", lambda: self._turn(-1))
        self._after = self._button("papers.page.after", "chevron-right", lambda: self._turn(1))
        self._smaller = self._button("papers.smaller", "minus", lambda: self._zoom(-1), "Ctrl", "−")
        self._larger = self._button("papers.larger", "plus", lambda: self._zoom(1), "Ctrl", "+")
        self._fit = self._button("papers.fit", "arrows-left-right", self._to_fit, "Ctrl", "0")
        self._seek = self._button("papers.find", "search", self._type_find, "Ctrl", "F")
        self._print = self._button("papers.print", "printer", self.print_it, "Ctrl", "P")
        for part in (self._before, self._page, self._after, self._smaller, self._percent, self._larger):
            bar.addWidget(part)
        for button in (self._fit, self._seek, self._print):
            bar.addWidget(button)
        return bar

    def _button(self, key: str, icon: str, call: Callable[[], object], *keys: str) -> IconButton:
        button = IconButton(say(key), icon, keys)
        button.clicked.connect(call)
        return button

    def _connect(self) -> None:
        self._pages.turned.connect(self._show_controls)
        self._story.turned.connect(self._show_controls)
        self._story.told.connect(self._seeker.again)
        self._story.told.connect(lambda: self._arrived("story"))
        self._pages.drew.connect(lambda: self._arrived("pages"))
        self._find.closed.connect(self._close_find)
        self._printing.done.connect(self.printed)
        self._printing.failed.connect(self._not_printed)
        self._key("Ctrl+F", self._type_find)
        self._key("Ctrl+P", self.print_it)
        self._key("F3", lambda: self._seeker.step(1))
        self._key("Shift+F3", lambda: self._seeker.step(-1))

    def _key(self, keys: str, call: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(call)

    # --- what came back -----------------------------------------------------------------------------------

    def _open(self, press: Press, opened: Opened, title: Words, patient: Patient | None) -> None:
        self._opened = opened
        told = opened.cda is not None or bool(opened.lines)
        self._missing = {part for part, there in (("story", told), ("pages", bool(opened.sizes))) if there}
        if opened.cda is not None and patient is not None:
            self._compare(opened.cda.patient, patient)
        if told:
            self._story.show_story(opened, title)
        if opened.sizes:
            self._pages.show_pages(press, opened.sizes, title)
            self._seeker.look_in(press)
        self._story.setVisible(told)
        self._story.setMaximumHeight(_HEADER_HEIGHT if opened.sizes else 16_777_215)
        self._between.setVisible(told and bool(opened.sizes))
        self._pages.setVisible(bool(opened.sizes))
        self._stack.setCurrentWidget(self._content)
        self._show_controls()
        if told:
            self.began.emit()

    def _arrived(self, part: str) -> None:
        """Tell that the document is there, once both its words and its first page are."""
        if part in self._missing:
            self._missing.remove(part)
            self.began.emit()
            if not self._missing:
                self.shown.emit()

    def _fail(self, error: Exception) -> None:
        code = error.code if isinstance(error, Refused) else "died"
        log.warning("a document is not shown: %s", code)
        self.show_trouble(say(f"papers.trouble.{code}"), say(f"papers.trouble.{code}.detail"))

    def _compare(self, document: Identity, patient: Patient) -> None:
        """Say in red whatever speaks against the document being this patient's."""
        found = differences(document, patient)
        if found:
            self._warn(say("papers.other"), say("papers.other.detail", traits=_Traits(found)))
        elif names_nobody(document):
            self._warn(say("papers.nobody"), say("papers.nobody.detail"))

    def _warn(self, words: Words, detail: Words) -> None:
        self._doubt = words
        self._banners.addSpacing(8)
        self._banners.addWidget(Banner("danger", words, detail))
        self._banners.addSpacing(8)

    # --- controls -----------------------------------------------------------------------------------------

    def _front(self) -> StoryView | PageArea:
        """Return what zoom acts on: the pages where there are any."""
        return self._pages if self._opened is not None and self._opened.sizes else self._story

    def _show_controls(self) -> None:
        opened = self._opened
        many = opened is not None and len(opened.sizes) > 1
        for part in (self._before, self._page, self._after):
            part.setVisible(many)
        for part in (self._smaller, self._percent, self._larger, self._fit, self._seek):
            part.setVisible(opened is not None)
        self._print.setVisible(opened is not None and self._kept)
        if opened is None:
            return
        self._percent.say(say("unit.percent", n=self._front().percent))
        self._page.say(say("papers.page", n=self._pages.page + 1, of=self._pages.count))
        self._before.setEnabled(self._pages.page > 0)
        self._after.setEnabled(self._pages.page + 1 < self._pages.count)
        self._seek.setEnabled(not opened.sizes or opened.searchable)

    def _turn(self, by: int) -> None:
        self._pages.turn(self._pages.page + by)

    def _zoom(self, steps: int) -> None:
        if self._opened is not None:
            self._front().zoom_by(steps)

    def _to_fit(self) -> None:
        if self._opened is not None:
            self._front().fit()

    def open_find(self, text: str = "") -> None:
        """Look for *text*, or let it be typed."""
        if self._opened is not None and self._seek.isEnabled():
            self._find.open()
            self._find.field.setText(text or self._find.field.text())

    def _type_find(self) -> None:
        self.open_find()

    def _close_find(self) -> None:
        self._find.field.clear()
        self._find.hide()
        self._front().setFocus(Qt.FocusReason.OtherFocusReason)

    def print_it(self) -> None:
        """Let people choose a printer, then print; a doubt about whose document it is goes onto the paper."""
        if self._opened is not None and self._press is not None and self._kept:
            head = " · ".join(part for part in (str(self._doubt), str(self._head)) if part)
            self._printing.ask(self._opened, self._press, head)

    def _not_printed(self) -> None:
        self._banners.addWidget(
            Banner("danger", say("papers.print.failed"), say("papers.print.failed.detail"))
        )

    # --- keys ---------------------------------------------------------------------------------------------

    def _zoom_key(self, event: QEvent | None) -> Callable[[], None] | None:
        """Return what a key with Ctrl does here; the same keys set the size of all text elsewhere in the window."""
        if not isinstance(event, QKeyEvent) or self._opened is None:
            return None
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return None
        if event.key() in _LARGER:
            return lambda: self._zoom(1)
        if event.key() in _SMALLER:
            return lambda: self._zoom(-1)
        return self._to_fit if event.key() in _FIT else None

    def event(self, event: QEvent | None) -> bool:
        """Claim the zoom keys before the window takes them."""
        if event is not None and event.type() == QEvent.Type.ShortcutOverride and self._zoom_key(event):
            event.accept()
            return True
        return super().event(event)

    def focusInEvent(self, _event: QFocusEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Hand the focus to what is read; a focus proxy would keep Tab from the buttons before it."""
        self._front().setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Zoom."""
        act = self._zoom_key(event)
        if act is not None:
            act()
        else:
            super().keyPressEvent(event)


class _Traits:
    """Differences as words, in the language of the moment."""

    def __init__(self, found: tuple[Difference, ...]) -> None:
        self._found = found

    def __str__(self) -> str:
        return " ".join(str(_differs(one)) for one in self._found)


def _differs(one: Difference) -> Words:
    return say(f"papers.differs.{one.trait}", there=_told(one, one.there), here=_told(one, one.here))


def _told(one: Difference, value: str) -> str:
    return day(value) if one.trait == "birth" else value


def _padded(widget: QWidget) -> QWidget:
    holder = QWidget()
    QVBoxLayout(holder).addWidget(widget)
    return holder
