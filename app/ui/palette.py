"""The palette (Ctrl+K): one field over the window that reaches every command and every object."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from PyQt6.QtCore import QEvent, QModelIndex, QObject, QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from app.commands import caps
from app.i18n import tr
from app.search import PREFIXES, Entry, Recents, find, wanted
from app.ui import paint
from app.ui.buttons import Press
from app.ui.icons import paint_icon
from app.ui.layers import SHADOW, Place, Raised, Scrim
from app.ui.panes import Glyph, rule
from app.ui.preview import Preview
from app.ui.results import ResultList, sentence
from app.ui.text import KeyHint, Label, Named
from app.ui.theme import theme
from app.ui.words import Words, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from PyQt6.QtGui import QPaintEvent

    from app.commands import Command, Thing

WIDE, TALL = 860, 630
PREVIEW = 284
REST = 112
"""Height of the field above the results and the keys below them."""
LEAST = 220
"""Height of the body with few results: what stands beside them needs it."""
LEAST_SOUGHT = 336
"""The same where one of them may be a patient, who is checked before the page is opened."""
GUARD_MS = 300
"""How long ↵ is deaf after the list changed: a result that slips under the finger is not opened."""
Seek: TypeAlias = "Callable[[str, Callable[[list[Entry]], None]], object]"
"""Looks for what is typed and hands over what it finds, later."""
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}


def monotonic_ms() -> int:
    """Return a clock that never jumps."""
    return time.monotonic_ns() // 1_000_000


def _nobody_seeks(_query: str, _found: Callable[[list[Entry]], None]) -> None:
    return


def entries(commands: Sequence[Command], things: Sequence[Thing]) -> list[Entry]:
    """Return the lines of the palette for commands and objects."""
    return [*map(_of_thing, things), *map(_of_command, commands)]


def _of_thing(t: Thing) -> Entry:
    return Entry(t.kind, t.title, t.detail, t.icon, (), t.run, t.id, t.facts, t.mark, t.warning)


def _of_command(command: Command) -> Entry:
    facts = tuple((tr("palette.fact.key"), " ".join(caps(keys))) for keys in command.told_keys)
    shown = caps(command.keys)
    return Entry(command.kind, command.text, "", command.icon, shown, command.run, command.id, facts)


class Palette(Raised):
    """One field, grouped results, the prefixes below. The focus goes back where it was."""

    def __init__(
        self, window: QWidget, clock_ms: Callable[[], int] = monotonic_ms, seek: Seek = _nobody_seeks
    ) -> None:
        self.scrim = Scrim(window)
        self.scrim.hide()
        super().__init__(window)
        self._clock_ms, self._seek = clock_ms, seek
        self._entries: list[Entry] = []
        self._sought: list[Entry] = []
        self._sought_for, self._moved = "", False
        self.recents = Recents()
        self._changed_ms = 0
        self._place = Place()
        Named(self, say("palette.name"))
        self.field = QLineEdit()
        self.results = ResultList(self)
        self.preview = Preview()
        self._none = Label("", "body", "text_2", wrap=True)
        self._none.setContentsMargins(24, 20, 24, 20)
        column = QVBoxLayout(self)
        column.setContentsMargins(SHADOW + 1, SHADOW + 1, SHADOW + 1, SHADOW + 1)
        column.setSpacing(0)
        column.addLayout(self._head())
        column.addWidget(rule())
        column.addWidget(self._none)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.results, 1)
        body.addWidget(self.preview)
        column.addLayout(body, 1)
        column.addWidget(rule())
        column.addLayout(self._foot())
        self.scrim.pressed.connect(self.close_it)
        self.closed.connect(self.close_it)
        self.field.textChanged.connect(self._search)
        self.results.clicked.connect(self._clicked)

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(20, 10, 16, 10)
        row.setSpacing(10)
        row.addWidget(Glyph("search", "accent_text", 22))
        self.field.setProperty("bare", "true")
        self.field.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        Named(self.field, say("palette.field"))
        self.field.setMaxLength(200)
        self.field.installEventFilter(self)
        row.addWidget(self.field, 1)
        self._escape = KeyHint()
        row.addWidget(self._escape)
        return row

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(20, 8, 20, 10)
        row.setSpacing(6)
        self._prefixes: dict[str, tuple[QWidget, QWidget]] = {}
        for keys, words in ((("↑", "↓"), "palette.choose"), (("↵",), "palette.open")):
            row.addWidget(KeyHint(*keys))
            row.addWidget(Label(say(words), "caption", "text_2"))
            row.addSpacing(8)
        row.addStretch(1)
        for key, word in ((">", "action"), ("@", "person"), ("#", "meeting"), ("?", "help")):
            self._prefixes[key] = KeyHint(key), Label(say(f"palette.prefix.{word}"), "caption", "text_2")
            for part in self._prefixes[key]:
                row.addWidget(part)
        return row

    # --- open and close -----------------------------------------------------------------------------------

    def open_with(self, found: list[Entry], *, seeks: Iterable[str] = ()) -> None:
        """Show the palette over the window with *found*, empty; *seeks* are the kinds that are looked for at each key."""
        self._entries = found
        self._place.keep()
        self._escape.show_keys(*caps("Esc"))
        kinds = {entry.kind for entry in found} | set(seeks)
        for key, parts in self._prefixes.items():
            for part in parts:
                part.setVisible(bool(kinds & set(PREFIXES[key])))
        self.field.setText("")  # what clear() takes away comes back with Ctrl+Z
        self._search("")
        self.fit()
        for layer in (self.scrim, self):
            layer.show()
            layer.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_it(self) -> None:
        """Hide, forget what was found, give the focus back."""
        if not self.isVisible():
            return
        self.hide()
        self.scrim.hide()
        self._entries, self._sought, self._sought_for = [], [], ""
        self.field.blockSignals(True)
        self.field.setText("")  # what clear() takes away comes back with Ctrl+Z
        self.field.blockSignals(False)
        self.results.show_groups(())
        self.preview.forget()
        self._place.give_back()

    def fit(self) -> None:
        """Follow the window's size."""
        window = self.parentWidget()
        assert window is not None
        self.scrim.setGeometry(window.rect())
        wide = min(theme().scaled(WIDE), window.width() - 48) + 2 * SHADOW
        most = min(theme().scaled(TALL), window.height() - 140)
        found = bool(self.results.found.rows)
        least = theme().scaled((LEAST_SOUGHT if self._sought else LEAST) if found else 64)
        needed = max(self.results.needed_height(), least)
        high = min(most, needed + theme().scaled(REST)) + 2 * SHADOW
        self.preview.setFixedWidth(theme().scaled(PREVIEW))
        self.setGeometry((window.width() - wide) // 2, 93 - SHADOW, wide, high)

    # --- search -------------------------------------------------------------------------------------------

    def _search(self, query: str) -> None:
        """Show what is known at once, and what is looked for elsewhere as soon as it is found: the newest wins."""
        self._moved = False
        self._show(query)
        prefix, typed = wanted(query)
        if typed or prefix == "#":
            self._seek(typed, partial(self._found, query))
        else:
            self._found(query, [])

    def _found(self, query: str, sought: list[Entry]) -> None:
        if self.isVisible() and query == self.field.text():
            self._sought, self._sought_for = sought, query
            self._show(query)

    def _show(self, query: str) -> None:
        before, chosen = self.results.found.rows, self.results.chosen()
        recent = self.recents.among(self._entries)
        self.results.show_groups(find(query, self._entries, recent, self._sought))
        if self._moved:
            self.results.choose_again(chosen)
        if self.results.found.rows != before:
            self._changed_ms = self._clock_ms()
        nothing = not self.results.found.rows
        named = query.strip()[1:] if query.strip()[:1] in PREFIXES else query
        self._none.say(
            say("palette.none", query=named.strip()) if named.strip() else say("palette.none.kind")
        )
        self._none.setVisible(nothing)
        self.results.setVisible(not nothing)
        self.preview.setVisible(not nothing)
        self.fit()
        self._say_chosen()

    def _say_chosen(self) -> None:
        hit = self.results.chosen()
        self.field.setAccessibleDescription(sentence(hit) if hit is not None else self._none.text())
        if hit is not None:
            self.preview.show_entry(hit.entry)

    def _clicked(self, index: QModelIndex) -> None:
        self.results.setCurrentIndex(index)
        self._run()

    def _enter(self) -> None:
        if self._clock_ms() - self._changed_ms >= GUARD_MS:
            self._run()

    def _run(self) -> None:
        hit = self.results.chosen()
        stale = hit is not None and hit.entry in self._sought and self._sought_for != self.field.text()
        if hit is not None and not stale:
            self.recents.take(hit.entry)
            self.close_it()
            hit.entry.run()

    def eventFilter(self, target: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 -- Qt's name
        """Take the arrows and ↵ out of the field."""
        if target is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            if key in _STEPS:
                self._moved = True
                self.results.move_by(_STEPS[key])
                self._say_chosen()
                return True
            if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                if not event.isAutoRepeat():
                    self._enter()
                return True
        return super().eventFilter(target, event)


class SearchPill(Press):
    """The palette's place in the top bar: as wide as the design's, or only its icon and keys."""

    radius = 8.0

    def __init__(self, *, compact: bool = False) -> None:
        self._compact = compact
        super().__init__(say("palette.pill.name"), ("Ctrl", "K"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """398 x 34, or room for icon and keys."""
        keys = paint.keys_width(self.keys)
        return QSize(int(keys) + 44 if self._compact else theme().scaled(398), theme().scaled(34))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the field's look, icon, hint and keys."""
        painter = paint.painter_for(self)
        color = theme().color
        if not self._compact or self.underMouse():
            fill = color("hover" if self.underMouse() else "surface")
            paint.box(painter, QRectF(self.rect()), self.radius, fill, color("line"))
        middle = self.height() / 2
        paint_icon(painter, "search", QRectF(10, middle - 9, 18, 18), color("text_2"))
        right = self.width() - paint.keys_width(self.keys) - 6
        paint.keys(painter, QPointF(right, middle), self.keys, color("text_2"), color("sunken"))
        if not self._compact:
            hint: Words = say("palette.pill")
            words = QRectF(38, 0, right - 46, self.height())
            paint.text(painter, words, str(hint), theme().font("body"), color("text_3"))
