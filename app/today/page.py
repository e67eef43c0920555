"""The section Aujourd'hui: notes about the desk, cards, columns, the foot line."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt, QTimer
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from app.commands import Command
from app.config import SINGLE_KEYS
from app.feature import Page
from app.i18n import fmt_long_day
from app.today.calm import Calm
from app.today.cards import SHOWN, CardDeck
from app.today.columns import ColumnPane
from app.today.foot import Foot
from app.today.service import MINUTE_MS, Today
from app.ui.buttons import Button
from app.ui.frame import CENTRED
from app.ui.panes import Banner, clear, rule, scrolled
from app.ui.theme import theme
from app.ui.words import Words, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QResizeEvent, QShowEvent

    from app.board import Card, Note, Reading, Source
    from app.bridge import Job
    from app.config import Config
    from app.feature import Desk
    from app.today.rows import RowButton
    from app.today.service import Around, Pane, View

NARROWEST = 320
GUARD_MS = 300
SHARES = (5, 6, 4)
"""How the columns share the width: left, middle, right."""
DIGITS = (("1", "&", "Shift+1"), ("2", "É", "Shift+2"), ("3", '"', "Shift+3"))
"""The top row of a French keyboard with and without Maj, and the keypad."""


class TodayPage(Page):
    """Shows what the sources say; asks again when they changed, when a minute passed, when somebody comes back to it."""

    wide = True  # the foot line ends where the sheet does; what is above it is centred

    def __init__(self, desk: Desk, sources: Sequence[Source], around: Around, config: Config) -> None:
        self._minute = self._width = 0
        super().__init__()
        self._desk, self._config = desk, config
        self._sources = {source.id: source for source in sources}
        self._today = Today(sources)
        self._jobs: dict[str, Job] = {}
        self.loading = True
        self._moved_ms = 0
        self._retried = ""
        self._begun: QWidget | None = None
        self._notes_shown: tuple[Note, ...] = ()
        self._places = {source.place for source in sources if str(source.title)}
        self.deck, self.calm, self.foot = CardDeck(), Calm(), Foot(around)
        self.panes: dict[str, ColumnPane] = {}
        self._lay_out()
        self._bind(around)
        for source in sources:
            desk.bridge.watch(self, source.changed, partial(self._changed, source))
            self._read(source)
        self._tick = QTimer(self)
        self._tick.timeout.connect(self.tick)
        self._tick.start(1000)
        self.draw()

    def _lay_out(self) -> None:
        content, inner = QWidget(), QWidget()
        inner.setMaximumWidth(CENTRED)
        outer = QHBoxLayout(content)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(inner)
        column = QVBoxLayout(inner)
        column.setContentsMargins(20, 14, 20, 20)
        column.setSpacing(20)
        self._notes = QVBoxLayout()
        self._notes.setSpacing(8)
        column.addLayout(self._notes)
        column.addWidget(self.deck)
        column.addWidget(self.calm)
        self._columns = QHBoxLayout()
        self._columns.setSpacing(20)
        column.addLayout(self._columns)
        column.addStretch(1)
        self._area = scrolled(content)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._area, 1)
        whole.addWidget(rule())
        whole.addWidget(self.foot)

    def _bind(self, around: Around) -> None:
        self.deck.waited.connect(self._put_aside)
        self.deck.freed.connect(self.draw)
        for top in (self.deck, self.calm.open):
            top.sunk.connect(self._to_rows)
        self._keys = []
        for place, digits in enumerate(DIGITS):
            for key in digits:
                shortcut = QShortcut(QKeySequence(key), self)
                shortcut.setAutoRepeat(False)
                shortcut.activated.connect(partial(self._press, place))
                self._keys.append(shortcut)
        self._desk.bridge.watch(self, self._config.changed, self._allow_digits)
        self._desk.bridge.watch(self, around.changed, lambda _state: self.foot.tick())
        self._allow_digits("")

    def _press(self, place: int) -> None:
        """Press a card's verb by its digit, unless another card took its place in this very moment."""
        if not 0 <= self._desk.now_ms() - self._moved_ms < GUARD_MS:
            self.deck.press(place)

    def _allow_digits(self, _key: str) -> None:
        allowed = self._config.get(SINGLE_KEYS)
        self.deck.allow_digits(allowed)
        for shortcut in self._keys:
            shortcut.setEnabled(allowed)

    # --- reading ------------------------------------------------------------------------------------------

    def _changed(self, source: Source, _nothing: None) -> None:
        self._read(source)

    def _read(self, source: Source) -> None:
        """Read a source, instead of a reading that still runs."""
        if source.id in self._jobs:
            self._jobs[source.id].cancel()
        done, failed = partial(self._took, source), partial(self._failed, source)
        self._jobs[source.id] = self._desk.bridge.start(self, source.read(), done, failed)

    def _took(self, source: Source, reading: Reading) -> None:
        self._today.took(source, reading)
        self._draw_soon()
        self._return_to(source)

    def _failed(self, source: Source, error: Exception) -> None:
        self._today.failed(source, error)
        self._draw_soon()
        self._return_to(source)

    def _retry(self, source: Source) -> None:
        focused = QApplication.focusWidget()
        self._retried = source.id if focused and self.panes[source.id].isAncestorOf(focused) else ""
        self._today.again(source)
        self.draw()
        self._read(source)

    def _return_to(self, source: Source) -> None:
        """Give the focus back to the column that was read again by hand."""
        pane = self.panes.get(source.id)
        if source.id == self._retried and pane is not None and (first := pane.first()) is not None:
            self._retried = ""
            self._focus(first)

    def tick(self) -> None:
        """Let a minute pass; the foot line looks each second."""
        if self.isVisible():
            self.foot.tick()
            if self._desk.now_ms() // MINUTE_MS != self._minute:
                self.draw()

    # --- what is shown ------------------------------------------------------------------------------------

    def _draw_soon(self) -> None:
        """Show what is new where somebody sees it; else it is drawn when it is seen: alerts come while somebody works elsewhere."""
        if self.isVisible() or self.loading:
            self.draw()

    def draw(self) -> None:
        """Show everything as it is now."""
        now_ms = self._desk.now_ms()
        self._minute = now_ms // MINUTE_MS
        view = self._today.view(now_ms)
        self._show_notes(view.notes)
        settling = self.loading
        before = [frame.card.id for frame in self.deck.cards[:SHOWN]]
        self._show_cards(view, settling=settling)
        if any(card != frame.card.id for card, frame in zip(before, self.deck.cards, strict=False)):
            self._moved_ms = now_ms
        self._show_panes(view.panes)
        self.deck.tell_seen()
        if self.hasFocus() or (settling and QApplication.focusWidget() is self._begun):
            self._begin()
        self.headed.emit()

    def _show_notes(self, notes: tuple[Note, ...]) -> None:
        if notes == self._notes_shown:
            return
        self._notes_shown = notes
        clear(self._notes)
        for note in notes:
            act = Button(note.act.words, "secondary", "s", note.act.icon)
            act.speak(note.act.spoken)
            act.clicked.connect(lambda _checked, run=note.act.run: run())
            self._notes.addWidget(Banner(note.tone, note.title, note.detail, actions=(act,)))

    def _show_cards(self, view: View, *, settling: bool) -> None:
        self.deck.show_cards(view.cards, settling=settling)
        self.deck.setVisible(bool(self.deck.cards))
        self.calm.show_ahead(view.ahead, partly=view.partly)
        self.loading = view.loading
        self.calm.setVisible(not self.deck.cards and not view.loading)

    def _put_aside(self, card: Card) -> None:
        self._today.put_aside(card)
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.draw()
        self.deck.release()
        self._begin()
        self._desk.tell(say("today.aside", title=card.title), partial(self._bring_back, card))

    def _bring_back(self, card: Card) -> None:
        self._today.bring_back(card)
        self.draw()
        self.deck.release()

    def _show_panes(self, panes: tuple[Pane, ...]) -> None:
        self._places = {pane.place for pane in panes}
        if [pane.id for pane in panes] != list(self.panes) or self._wide() != self._width:
            self._lay_panes(panes)
        for pane in panes:
            self.panes[pane.id].show_pane(pane)

    def _lay_panes(self, panes: tuple[Pane, ...]) -> None:
        """Put the panes beside each other by their places; where there is no room, one over another."""
        kept = dict(self.panes)
        self.panes = {
            pane.id: kept.pop(pane.id) if pane.id in kept else self._make_pane(pane) for pane in panes
        }
        for gone in kept.values():
            gone.hide()
            gone.deleteLater()
        while self._columns.count():
            self._columns.takeAt(0)
        self._width = self._wide()
        places = sorted({pane.place for pane in panes})
        for place in places if self._width > 1 else [-1]:
            stack = QVBoxLayout()
            stack.setSpacing(20)
            for pane in panes:
                if place in {pane.place, -1}:
                    stack.addWidget(self.panes[pane.id])
            stack.addStretch(1)
            self._columns.addLayout(stack, SHARES[place] if place >= 0 else 1)

    def _wide(self) -> int:
        """Return 1 where columns stand over each other, else how many stand beside each other."""
        beside = len(self._places)
        return beside if self.width() >= beside * (theme().scaled(NARROWEST) + 20) else 1

    def _make_pane(self, pane: Pane) -> ColumnPane:
        made = ColumnPane(pane)
        made.retried.connect(partial(self._retry, self._sources[pane.id]))
        made.walked.connect(self._walk)
        return made

    # --- the keyboard -------------------------------------------------------------------------------------

    def _walk(self, at: RowButton, columns: int, rows: int) -> None:
        """Move from a row by an arrow: up and down in the column, left and right to the column beside it."""
        listed = [pane.rows for pane in self.panes.values() if pane.rows]
        column = next(place for place, one in enumerate(listed) if at in one)
        row = listed[column].index(at)
        if columns:
            column = min(max(column + columns, 0), len(listed) - 1)
            row = min(row, len(listed[column]) - 1)
        elif row + rows < 0:
            self._to_top()
            return
        else:
            row = min(row + rows, len(listed[column]) - 1)
        self._focus(listed[column][row])

    def _focus(self, widget: QWidget) -> None:
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        self._area.ensureWidgetVisible(widget, 0, 20)

    def _to_top(self) -> None:
        if self.deck.cards and self.deck.isVisible():
            self._focus(self.deck.cards[0].verb)
        elif self.calm.open.isVisible():
            self._focus(self.calm.open)
        self._begun = QApplication.focusWidget()

    def _to_rows(self) -> None:
        first = next((pane.rows[0] for pane in self.panes.values() if pane.rows), None)
        if first is not None:
            self._focus(first)

    def focusInEvent(self, _event: object) -> None:  # noqa: N802 -- Qt's name
        """Begin where most is wanted."""
        self._begin()

    def _begin(self) -> None:
        """Give the focus to the first verb; to the first row once it is sure that there is none."""
        self._to_top()
        if self.hasFocus() and not self.loading:
            self._to_rows()

    # --- the window ---------------------------------------------------------------------------------------

    def title(self) -> Words:
        """Return the section's name."""
        return say("today.section")

    def subtitle(self) -> Words:
        """Return the day."""
        return fmt_long_day(datetime.fromtimestamp(self._desk.now_ms() / 1000, UTC))

    def commands(self) -> Sequence[Command]:
        """Return the verbs of the cards, by their digits."""
        cards = self.deck.cards[:SHOWN]
        return [
            Command(
                f"today.card.{place}",
                say("today.command", verb=frame.card.act.words, title=frame.card.title),
                partial(self.deck.press, place),
                str(place + 1) if self._config.get(SINGLE_KEYS) else "",
                frame.card.act.icon,
            )
            for place, frame in enumerate(cards)
        ]

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Come back up to date, in order."""
        super().showEvent(event)
        self.foot.tick()
        self.draw()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Let the columns stand beside or over each other."""
        super().resizeEvent(event)
        if self._wide() != self._width:
            self.draw()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Write days and minutes again in the new language, make room for another text size."""
        super().changeEvent(event)
        again = (QEvent.Type.LanguageChange, QEvent.Type.StyleChange)
        if event is not None and event.type() in again and self._minute:
            self._draw_soon()
