"""The discussion of the meeting: kept nowhere, gone at its end."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPoint, Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence
from PyQt6.QtWidgets import QApplication, QFrame, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from app.i18n import fmt_time
from app.meeting.service import MAX_CHAT
from app.meeting.view import Stage
from app.ui.buttons import Button, IconButton
from app.ui.marks import Avatar
from app.ui.panes import EmptyState, Field, clear, scrolled
from app.ui.text import BREAK, Label, breakable
from app.ui.words import say

if TYPE_CHECKING:
    from PyQt6.QtGui import QContextMenuEvent, QKeyEvent

    from app.meeting.view import View
    from media.engine.messages import ChatLine

LONG_CHARS, LONG_LINES = 600, 10
"""What is longer is folded: one line must not push the others away."""
SHOWN = 30
"""How many of the newest lines are laid out, and how many more each time that earlier ones are asked for."""
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


def shortened(text: str) -> str:
    """Return the beginning of a long text, the whole of a short one."""
    lines = text.split("\n")
    if len(text) <= LONG_CHARS and len(lines) <= LONG_LINES:
        return text
    return "\n".join(lines[:LONG_LINES])[:LONG_CHARS].rstrip() + "…"


class _Line(QFrame):
    """One thing said, as plain text: a link in it is read, never followed. Copied whole or in part."""

    stepped = pyqtSignal(int)
    radius = 6.0

    def __init__(self, line: ChatLine) -> None:
        super().__init__()
        self._said = line.text
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(10)
        row.addWidget(Avatar(line.name, 28), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(1)
        time = fmt_time(datetime.fromtimestamp(line.at_ms / 1000, UTC))
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(Label(line.name, "small_strong", wrap=True).at_left(), 1)
        head.addWidget(Label(time, "caption", "text_3"), 0, Qt.AlignmentFlag.AlignTop)
        words.addLayout(head)
        words.addWidget(self._make_text())
        row.addLayout(words, 1)
        self.setAccessibleName(f"{line.name}, {time}")
        self.setAccessibleDescription(line.text)

    def _make_text(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        short = shortened(self._said)
        self._text = Label(breakable(short), "small", wrap=True)
        self._text.setMinimumWidth(1)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        column.addWidget(self._text)
        if short != self._said:
            self.rest = Button(say("chat.whole"), "ghost", "s", "chevron-down")
            self.rest.clicked.connect(self._unfold)
            column.addWidget(self.rest, 0, Qt.AlignmentFlag.AlignLeft)
        return box

    def _unfold(self) -> None:
        self._text.say(breakable(self._said))
        self.rest.hide()

    def copy(self) -> None:
        """Copy what is marked, or all."""
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            marked = self._text.selectedText().replace(BREAK, "").replace("\u2029", "\n")
            clipboard.setText(marked or self._said)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Copy by the usual keys; up and down go through what was said."""
        if event is not None and event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event is not None and event.key() in _STEPS:
            self.stepped.emit(_STEPS[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Offer to copy."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = menu.addAction(str(say("chat.copy")))
        assert copy is not None
        copy.triggered.connect(self.copy)
        menu.popup(event.globalPos() if event is not None else self.mapToGlobal(QPoint()))


class ChatPanel(QWidget):
    """What was said, and a field to say something. `said` carries the text; while the line is lost it waits in the field."""

    said = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[ChatLine, ...] = ()
        self._last: ChatLine | None = None
        self._end = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        note = Label(say("chat.erased"), "caption", "text_3")
        note.setContentsMargins(16, 10, 16, 6)
        column.addWidget(note)
        self._empty = EmptyState("message-2", say("chat.empty"), say("chat.empty.detail"), tone="text_3")
        column.addWidget(self._empty, 1)
        lines = QWidget()
        outer = QVBoxLayout(lines)
        outer.setContentsMargins(0, 0, 0, 8)
        outer.addStretch(1)
        self._earlier = Button(say("chat.earlier"), "ghost", "s", "chevron-up")
        self._earlier.clicked.connect(self._show_earlier)
        outer.addWidget(self._earlier, 0, Qt.AlignmentFlag.AlignHCenter)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(0)
        outer.addLayout(self._lines)
        self._area: QScrollArea = scrolled(lines)
        column.addWidget(self._area, 1)
        self._waits = Label(say("chat.waits"), "caption", "warn", wrap=True)
        self._waits.setContentsMargins(16, 6, 16, 0)
        self._waits.hide()
        column.addWidget(self._waits)
        column.addLayout(self._entry())
        bar = self._area.verticalScrollBar()
        assert bar is not None
        bar.rangeChanged.connect(self._follow)
        self._area.hide()

    def _entry(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 12, 14)
        row.setSpacing(6)
        self.field = Field(say("chat.field"), say("chat.hint"))
        self.field.setMaxLength(MAX_CHAT)
        self.field.returnPressed.connect(self._send)
        row.addWidget(self.field, 1)
        self._go = IconButton(say("chat.send"), "send", ("↵",))
        self._go.clicked.connect(self._send)
        row.addWidget(self._go)
        return row

    def _send(self) -> None:
        text = self.field.text().strip()
        if text and self._go.isEnabled():
            self.said.emit(text)
            self.field.clear()

    def _follow(self, _low: int, high: int) -> None:
        """Stay at the newest line; whoever reads further up is left there."""
        bar = self._area.verticalScrollBar()
        assert bar is not None
        if self._at_end():
            bar.setValue(high)
        self._end = high

    def _at_end(self) -> bool:
        bar = self._area.verticalScrollBar()
        return bar is None or bar.value() >= self._end

    # --- what is shown ------------------------------------------------------------------------------------

    def show_view(self, view: View) -> None:
        """Add what is new, drop what the view dropped; nothing is said while nobody would hear it."""
        lost = view.stage is Stage.RECONNECTING
        self._go.setEnabled(not lost)
        self._waits.setVisible(lost)
        if view.chat == self._shown:
            return
        new = _new_lines(self._shown, view.chat)
        for line in new[-SHOWN:]:
            self._add(line, self._lines.count())
        follows = self._at_end() or len(new) >= SHOWN
        self._drop_first(SHOWN if follows else len(view.chat))
        self._shown = view.chat
        self._empty.setVisible(not view.chat)
        self._area.setVisible(bool(view.chat))
        self._told_rows(self._lines.count() - 1)

    def _add(self, line: ChatLine, place: int) -> None:
        row = _Line(line)
        row.stepped.connect(self._step)
        self._lines.insertWidget(place, row)

    def _drop_first(self, most: int) -> None:
        """Lay out no more than *most* lines: the newest."""
        for row in self._rows()[: max(0, self._lines.count() - most)]:
            self._lines.removeWidget(row)
            row.deleteLater()

    def _show_earlier(self) -> None:
        """Lay out some of the lines before the first, which takes the focus."""
        laid = self._lines.count()
        before = self._shown[:-laid][-SHOWN:]
        for place, line in enumerate(before):
            self._add(line, place)
        self._told_rows(len(before) - 1)
        self._rows()[len(before) - 1].setFocus(Qt.FocusReason.TabFocusReason)

    def _told_rows(self, reached: int) -> None:
        self._earlier.setVisible(self._lines.count() < len(self._shown))
        self._take_tab(reached)

    def _rows(self) -> list[QWidget]:
        items = [self._lines.itemAt(place) for place in range(self._lines.count())]
        return [widget for item in items if item is not None and (widget := item.widget()) is not None]

    def _take_tab(self, at: int) -> None:
        """Let one line alone be reached by Tab, the last at first; arrows go on from there."""
        for place, row in enumerate(self._rows()):
            here = place == at
            row.setFocusPolicy(Qt.FocusPolicy.StrongFocus if here else Qt.FocusPolicy.ClickFocus)

    def _step(self, step: int) -> None:
        rows = self._rows()
        at = next((place for place, row in enumerate(rows) if row.hasFocus()), 0)
        at = max(0, min(len(rows) - 1, at + step))
        self._take_tab(at)
        rows[at].setFocus(Qt.FocusReason.TabFocusReason)
        self._area.ensureWidgetVisible(rows[at])

    # --- what was read, and the end -----------------------------------------------------------------------

    @property
    def unread(self) -> int:
        """How many lines came since the last look."""
        place = len(self._shown)
        while place and self._shown[place - 1] is not self._last:
            place -= 1
        return len(self._shown) - place

    def read(self) -> None:
        """Take all that is shown for read."""
        self._last = self._shown[-1] if self._shown else None

    def wipe(self) -> None:
        """Keep nothing of the meeting: neither what was said nor what was about to be."""
        clear(self._lines)
        self._shown, self._last = (), None
        self._earlier.hide()
        self.field.setText("")  # clear() could be undone
        self._area.hide()
        self._empty.show()


def _new_lines(before: tuple[ChatLine, ...], after: tuple[ChatLine, ...]) -> tuple[ChatLine, ...]:
    """Return what came at the end of *after*; its first lines may have gone."""
    first = after[0] if after else None
    gone = next((place for place, line in enumerate(before) if line is first), len(before))
    return after[len(before) - gone :]
