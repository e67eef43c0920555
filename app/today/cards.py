"""What waits now: three cards at most, each with one verb and a digit; the others behind "+2 autres"."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.today.service import Held, append, hold
from app.ui import paint
from app.ui.buttons import Button
from app.ui.grades import GradeLabel, Ring
from app.ui.marks import chip_colours
from app.ui.panes import Glyph
from app.ui.text import KeyHint, Label, Named
from app.ui.theme import theme
from app.ui.words import say, says

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtCore import QEvent
    from PyQt6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent

    from app.board import Act, Card

SHOWN = 3
NARROWEST = 300
_INK = {"accent": "accent_text"}


class Verb(Button):
    """A button of a card. `sunk`: the arrow down, which leaves the cards for the rows."""

    sunk = pyqtSignal()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Walk by the arrows; above the cards is nothing."""
        if event is not None and event.key() == Qt.Key.Key_Down:
            self.sunk.emit()
        elif event is None or event.key() != Qt.Key.Key_Up:
            super().keyPressEvent(event)

    def show_act(self, act: Act, digit: str = "") -> None:
        """Say what it does now, and by which digit."""
        if self.keys != ((digit,) if digit else ()):
            self.keys = (digit,) if digit else ()
            self.updateGeometry()
            self.update()
        self.say(act.words)
        self.speak(act.spoken)


class CardFrame(QFrame):
    """One card. `waited` puts it aside, `sunk` is the arrow down."""

    waited = pyqtSignal(object)
    sunk = pyqtSignal()

    def __init__(self, card: Card) -> None:
        super().__init__()
        self.card = card
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(2)
        ink = _INK.get(card.tone, card.tone)
        self._glyph = Glyph(card.icon, ink, 20) if card.grade < 0 else GradeLabel(card.grade, 20)
        self._ring = Ring(1.0, 20)
        self._head = Label("", "small_strong", ink).clipped()
        strong = card.gauge is not None
        self._note = Label("", "body_strong" if strong else "small", ink if strong else "text_2")
        self._title, self._detail = (
            Label("", "card").clipped(),
            Label("", "body", "text_2").clipped(parted=True),
        )
        column.addLayout(self._top())
        column.addSpacing(4)
        column.addWidget(self._title)
        column.addWidget(self._detail)
        column.addSpacing(8)
        column.addLayout(self._verbs())
        for widget, shown in ((self._later, card.can_wait), (self._ring, card.gauge is not None)):
            widget.setVisible(shown)  # only now: a widget without a parent would be a window of its own

    def _top(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._glyph)
        row.addWidget(self._head, 1)
        row.addWidget(self._ring)
        row.addWidget(self._note)
        return row

    def _verbs(self) -> QHBoxLayout:
        card, row = self.card, QHBoxLayout()
        row.setSpacing(8)
        self.verb = Verb(
            card.act.words, "secondary" if card.tone == "warn" else "primary", icon=card.act.icon
        )
        self.verb.clicked.connect(self.press)
        row.addWidget(self.verb)
        self._more = [Verb(act.words, icon=act.icon) for act in card.more]
        for place, button in enumerate(self._more):
            button.clicked.connect(lambda _checked, place=place: self.card.more[place].run())
            row.addWidget(button)
        self._later = Verb(say("today.later"), "ghost")
        self._later.clicked.connect(lambda: self.waited.emit(self.card))
        row.addWidget(self._later)
        row.addStretch(1)
        for button in (self.verb, *self._more, self._later):
            button.sunk.connect(self.sunk)
        return row

    @staticmethod
    def shape(card: Card) -> tuple[object, ...]:
        """Return what a card cannot change without being made anew."""
        icons = card.icon, card.act.icon, *(act.icon for act in card.more)
        return card.id, card.tone, card.grade, card.gauge is None, icons, card.can_wait

    def show_card(self, card: Card, digit: str, *, gone: bool) -> None:
        """Show the card as it is now; a `gone` one stays where it is and does nothing."""
        self.card = card
        for label, words in (
            (self._head, card.head),
            (self._note, card.gauge.words if card.gauge is not None else card.note),
            (self._title, card.title),
            (self._detail, card.detail),
        ):
            label.say(words)
        if card.gauge is not None:
            self._ring.show_left(card.gauge.share)
        self.verb.show_act(card.act, digit)
        for button, act in zip(self._more, card.more, strict=True):
            button.show_act(act)
        self._later.speak(say("today.later.card", title=card.title))
        told = (card.head, self._note.text(), card.title, card.detail)
        self.setAccessibleName(", ".join(str(part) for part in told if str(part)))
        self.setEnabled(not gone)

    def press(self) -> None:
        """Do what the card's main verb says."""
        if self.isEnabled():
            self.card.act.run()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the soft ground and its line."""
        fill, line, _ink = chip_colours(self.card.tone)
        paint.box(paint.painter_for(self), QRectF(self.rect()), 8, fill, line)


class CardDeck(QWidget):
    """The cards under their heading. `waited` carries a card to put aside, `sunk` is the arrow down.

    `freed`: the pointer went away, and something waited for that.
    """

    waited = pyqtSignal(object)
    sunk = pyqtSignal()
    freed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        Named(self, say("today.now"))
        self._held: Held[Card] = Held(())
        self._fresh: Sequence[Card] = ()
        self._drawn: tuple[object, ...] = ()
        self._digits = True
        self.open = False
        self.cards: list[CardFrame] = []
        self.pill, self.others = (
            Button("", "secondary", "s", "refresh"),
            Button("", "ghost", "s"),
        )
        self.pill.clicked.connect(self.release)
        self.others.clicked.connect(self.flip_others)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._header())
        self._grid = QGridLayout()
        self._grid.setSpacing(12)
        column.addLayout(self._grid)

    def _header(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        head = Label(say("today.now"), "heading")
        head.setMinimumHeight(theme().scaled(28))
        row.addWidget(head)
        row.addWidget(self.pill)
        row.addStretch(1)
        row.addWidget(self.others)
        self._caps = KeyHint("1")
        before, after = (Label(say(f"today.{key}"), "small", "text_2") for key in ("sorted", "to_open"))
        self._hint = (before, self._caps, after)
        for widget in self._hint:
            row.addWidget(widget)
        return row

    def allow_digits(self, yes: bool) -> None:
        """Tell the digits, or not: single keys may be turned off."""
        self._digits = yes
        self._show(self._held)

    def show_cards(self, cards: Sequence[Card], *, settling: bool = False) -> None:
        """Show *cards*, ranked; under a pointer nothing moves, under the focus what is new comes behind, and is told where it is not seen.

        While Today is *settling*, not all was read yet: then the focus is where the page put it, and holds nothing.
        """
        self._fresh, before = cards, self._held.items
        if self.underMouse() and before:
            self._show(hold(before, cards))
        elif not settling and self._focused():
            held = append(before, cards)
            seen = {one.id for one in held.items[:SHOWN]}
            self._show(replace(held, waiting=sum(one.id not in seen for one in cards[:SHOWN])))
        else:
            self._show(Held(tuple(cards)))

    def leaveEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Ask for what waited while the pointer lay on the cards."""
        super().leaveEvent(event)
        if self._held.waiting or self._held.gone:
            self.freed.emit()

    def tell_seen(self) -> None:
        """Let whoever wants to know hear that its card is in sight."""
        for frame in self.cards:
            if frame.card.seen is not None and frame.isVisible():
                frame.card.seen()

    def release(self) -> None:
        """Show the cards in their order: the pill was pressed."""
        self._show(Held(tuple(self._fresh)))

    def flip_others(self) -> None:
        """Show the cards beyond the third, or hide them."""
        self.open = not self.open
        self._show(self._held)

    def press(self, place: int) -> None:
        """Press the main verb of the card number *place*, counted from 0."""
        if place < min(len(self.cards), SHOWN):
            self.cards[place].press()

    def _focused(self) -> bool:
        focused = QApplication.focusWidget()
        return focused is not None and any(card.isAncestorOf(focused) for card in self.cards)

    def _show(self, held: Held[Card]) -> None:
        self._held = held
        more = len(held.items) - SHOWN
        self.open = self.open and more > 0
        shown = held.items if self.open else held.items[:SHOWN]
        self.pill.say(says("today.new_cards", held.waiting))
        self.pill.setVisible(held.waiting > 0)
        self.others.say(say("today.fewer") if self.open else says("today.others", more))
        self.others.setVisible(more > 0)
        self._lay_out(shown)
        for place, (frame, card) in enumerate(zip(self.cards, shown, strict=True)):
            digit = str(place + 1) if self._digits and place < SHOWN else ""
            frame.show_card(card, digit, gone=card.id in held.gone)
        for widget in self._hint:
            widget.setVisible(self._digits and bool(shown))
        digits = [str(n + 1) for n in range(min(len(shown), SHOWN))]
        self._caps.show_keys(*digits)

    def _lay_out(self, shown: Sequence[Card]) -> None:
        """Put the frames into the grid again when their order or number changed; frames that stay keep the focus."""
        wide = max(1, min(len(shown), SHOWN, (self.width() + 12) // theme().scaled(NARROWEST)))
        shape = (wide, tuple(CardFrame.shape(card) for card in shown))
        if shape == self._drawn:
            return
        self._drawn = shape
        kept = {CardFrame.shape(frame.card): frame for frame in self.cards}
        for frame in self.cards:
            self._grid.removeWidget(frame)
        self.cards = [self._kept_or_made(card, kept) for card in shown]
        for frame in kept.values():
            frame.hide()
            frame.deleteLater()
        for place, frame in enumerate(self.cards):
            self._grid.addWidget(frame, place // wide, place % wide)
            frame.show()
        for at in range(SHOWN):
            self._grid.setColumnStretch(at, 1 if at < wide else 0)

    def _kept_or_made(self, card: Card, kept: dict[tuple[object, ...], CardFrame]) -> CardFrame:
        if (shape := CardFrame.shape(card)) in kept:
            return kept.pop(shape)
        frame = CardFrame(card)
        frame.waited.connect(self.waited)
        frame.sunk.connect(self.sunk)
        return frame

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Put as many side by side as have room."""
        super().resizeEvent(event)
        self._show(self._held)
