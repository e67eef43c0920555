"""Before a meeting: the link to paste, the agenda of the meetings that this desk knows, the chosen date beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.commands import Command
from app.meeting.agenda.agenda import Agenda
from app.meeting.agenda.date import DatePanel
from app.meeting.agenda.weeks import agenda, changes_s
from app.meeting.notices import NoticeColumn
from app.meeting.sentences import trouble
from app.ui.buttons import Button
from app.ui.panes import Banner, EmptyState, Field, clear, ground, rule
from app.ui.text import Label
from app.ui.words import say, says

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtCore import QEvent

    from app.meeting.view import View
    from storage.meetings import Meeting

WIDTH = 820
LONG = 8
"""From so many meetings on there is a field to search them."""


class JoinForm(QWidget):
    """`asked` carries a link's text, `dropped` wants unreadable rows gone; neither the link nor what the panel says enters anything."""

    asked = pyqtSignal(str)
    dropped = pyqtSignal()

    def __init__(self, meetings: Sequence[Meeting], now_s: int, *, can_call: bool) -> None:
        super().__init__()
        ground(self, "surface")
        self._meetings, self._now_s = tuple(meetings), now_s
        self._shown, self._until_s = "", 0
        self._lines: tuple[object, ...] | None = None
        self.notices, self._banner, self._damage = NoticeColumn(), QVBoxLayout(), QVBoxLayout()
        self.call = Button(say("plan.new"), icon="calendar-plus", keys=("Ctrl", "N"))
        self.search = Field(say("agenda.search"), say("agenda.search.hint"))
        self.agenda, self.date = Agenda(), DatePanel()
        self._none = EmptyState("calendar-plus", say("agenda.none"), say("agenda.none.detail"))
        self._nothing = Label(say("agenda.nothing"), "body", "text_2", wrap=True)
        self._rule = rule("v")
        self._lay_out()
        self._connect()
        self.call.setVisible(can_call)  # only now: a widget without a parent would be a window of its own
        self._draw()

    def _lay_out(self) -> None:
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addStretch(1)
        inner = QWidget()
        inner.setMaximumWidth(WIDTH)
        outer.addWidget(inner, 1000)
        outer.addStretch(1)
        outer.addWidget(self._rule)
        outer.addWidget(self.date)
        column = QVBoxLayout(inner)
        column.setContentsMargins(28, 24, 28, 20)
        column.setSpacing(10)
        column.addWidget(self.notices)
        column.addLayout(self._damage)
        column.addWidget(Label(say("join.link"), "caption", "text_2"))
        column.addLayout(self._entry())
        column.addLayout(self._banner)
        column.addSpacing(8)
        column.addLayout(self._known())
        column.addWidget(self.search)
        column.addWidget(self._nothing)
        column.addWidget(self._card(), 1)
        column.addWidget(self._none, 1)

    def _card(self) -> QFrame:
        self._frame = QFrame()
        self._frame.setProperty("card", "plain")
        column = QVBoxLayout(self._frame)
        column.setContentsMargins(1, 1, 1, 1)
        column.addWidget(self.agenda)
        return self._frame

    def _known(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(Label(say("agenda.title"), "heading"), 1)
        row.addWidget(self.call)
        return row

    def _entry(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.field = Field(say("join.link"), say("join.hint"))
        self.field.setProperty("span", "l")
        row.addWidget(self.field, 1)
        self._go = Button(say("join.go"), size="l", keys=("↵",))
        row.addWidget(self._go)
        return row

    def _connect(self) -> None:
        self.field.returnPressed.connect(self._ask)
        self._go.clicked.connect(self._ask)
        self.search.textChanged.connect(self._draw)
        self.search.returnPressed.connect(self.agenda.setFocus)
        self.agenda.moved.connect(lambda: self.date.show_line(self.agenda.line))
        self.agenda.entered.connect(self.date.enter)
        QShortcut(QKeySequence("Ctrl+F"), self).activated.connect(self._find)
        copy = QShortcut(QKeySequence("Ctrl+C"), self.agenda)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self.date.copy_link)

    def _find(self) -> None:
        if self.search.isVisible():
            self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.search.selectAll()

    def _ask(self) -> None:
        self.asked.emit(self.field.text())

    # --- what is shown ------------------------------------------------------------------------------------

    def show_meetings(self, meetings: Sequence[Meeting], now_s: int) -> None:
        """Show *meetings* as of *now_s*."""
        self._meetings, self._now_s = tuple(meetings), now_s
        self._draw()

    def choose(self, tag: bytes, starts_s: int) -> None:
        """Choose a date, whatever was searched for."""
        self.search.clear()
        self.agenda.choose(self.agenda.key_of(tag, starts_s))
        self.agenda.setFocus(Qt.FocusReason.OtherFocusReason)

    def tick(self, now_s: int) -> None:
        """Let what has ended go; nothing is looked at before something can have changed."""
        if now_s >= self._until_s:
            self.show_meetings(self._meetings, now_s)

    def _draw(self) -> None:
        """Show the lines of now; nothing is drawn again while they stay the same."""
        long = len(self._meetings) > LONG
        self.search.setVisible(long)
        lines = agenda(self._meetings, self._now_s, self.search.text() if long else "")
        self._until_s = changes_s(lines, self._now_s)
        if lines == self._lines:
            return
        self._lines = lines
        self.agenda.show_lines(lines)
        self._frame.setVisible(bool(lines))
        searching = long and bool(self.search.text().strip())
        self._nothing.setVisible(not lines and searching)
        self._none.setVisible(not lines and not searching)
        self.date.show_line(self.agenda.line if lines else None)
        self._rule.setVisible(bool(lines))

    def show_view(self, view: View) -> None:
        """Show what is wrong with the desk, and why a link was refused."""
        self.notices.show_view(replace(view, notices=view.notices[1:] if view.refused else view.notices))
        shown = f"{view.refused}{view.notices}"
        if shown == self._shown:
            return
        self._shown = shown
        clear(self._banner)
        self.field.set_wrong(bool(view.refused))
        if view.refused and view.notices:
            sentence = trouble(view.notices[0])
            self._banner.addWidget(Banner(sentence.tone, sentence.title, sentence.detail))

    def commands(self) -> Sequence[Command]:
        """Return what can be done here, for palette and help."""
        return (
            Command(
                "agenda.new", say("plan.new"), self.call.click, "Ctrl+N", "calendar-plus", self.call.isVisible
            ),
            Command(
                "agenda.find", say("agenda.search"), self._find, "Ctrl+F", "search", self.search.isVisible
            ),
            Command(
                "agenda.copy",
                say("handout.copy"),
                self.date.copy_link,
                "Ctrl+C",
                "copy",
                self.date.copy.isVisible,
            ),
        )

    def tell_unreadable(self, count: int) -> None:
        """Say that rows of the agenda make no meeting, and offer to take them out."""
        clear(self._damage)
        if count:
            drop = Button(say("agenda.unreadable.drop"), "secondary", "s")
            drop.clicked.connect(self.dropped)
            words = says("agenda.unreadable", count)
            self._damage.addWidget(Banner("warn", words, say("agenda.unreadable.detail"), actions=(drop,)))

    def focus_first(self) -> None:
        """Put the cursor into the agenda, or where a link is pasted."""
        first = self.agenda if self.agenda.line is not None else self.field
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Write days and lengths again in the new language."""
        super().changeEvent(event)
        if event is not None and event.type() == event.Type.LanguageChange:
            self._lines = self.date.line = None
            self._draw()
