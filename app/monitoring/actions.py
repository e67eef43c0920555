"""The big buttons of the panel: the suggested act first and filled, the others below, each with what it is about and its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QFontMetricsF
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.i18n import isolated, tr, trn
from app.monitoring.doctorforms import doctors, reachable
from app.monitoring.nurseforms import advice
from app.monitoring.told import moment
from app.monitoring.verbs import MAIN, VERBS, called_ms, escalation, ordered, waits_for_second
from app.times import Site
from app.ui import paint
from app.ui.buttons import Press
from app.ui.icons import paint_icon
from app.ui.text import Named
from app.ui.theme import theme
from app.ui.words import Words, say
from storage.monitoring.records import Phase

if TYPE_CHECKING:
    from collections.abc import Collection

    from PyQt6.QtGui import QColor, QPaintEvent, QResizeEvent

    from app.monitoring.people import People
    from app.monitoring.ports import Sheet
    from app.monitoring.verbs import Verb

HIGH, LINE, PAD, ICON, GAP = 54, 20, 14, 20, 12
LEFT = PAD + ICON + GAP


class ActionButton(Press):
    """One act: icon, name, what it is about, its key. `first`: the suggested one, filled."""

    radius = 8.0

    def __init__(self, verb: Verb) -> None:
        self.verb, self.first, self._about = verb, False, ""
        super().__init__(say(f"alertacts.verb.{verb.key}"), (verb.letter,))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def tell(self, words: Words, about: str, *, first: bool) -> None:
        """Show a name and what it is about."""
        self._about, self.first = about, first
        self.say(words)
        self.setAccessibleDescription(about)
        self.updateGeometry()
        self.update()

    @property
    def about(self) -> str:
        """The smaller words."""
        return self._about

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """As high as name and what it is about need in the width of now; words that one line does not hold take two."""
        return QSize(160, self._high())

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Ask for the height that another width needs."""
        super().resizeEvent(event)
        if self.height() != self._high():
            self.updateGeometry()

    def _high(self) -> int:
        width = self.width()
        return theme().scaled(HIGH + LINE * (sum(lines for _, _, lines in self._texts(width)) - 2))

    def _right(self, width: int) -> float:
        return width - PAD - (paint.keys_width(self.keys) + 8 if self.isEnabled() else 0)

    def _texts(self, width: int) -> list[tuple[str, str, int]]:
        """Return name and what it is about with their roles and how many lines they take."""
        room = self._right(width) - LEFT
        told = ((self.name, "body_strong"), (self._about, "small"))
        return [(words, role, _lines(words, role, room)) for words, role in told]

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the box, the icon, name and what it is about, the key."""
        painter = paint.painter_for(self)
        fill, line, ink, soft = self._colours()
        paint.box(painter, QRectF(self.rect()), self.radius, fill, line)
        middle, right = self.height() / 2, self._right(self.width())
        paint_icon(painter, self.verb.icon, QRectF(PAD, middle - ICON / 2, ICON, ICON), ink)
        if self.isEnabled():
            paint.keys(painter, QPointF(right + 8, middle), self.keys, ink)
        texts = self._texts(self.width())
        high = theme().scaled(LINE)
        top = middle - high * sum(lines for _, _, lines in texts) / 2
        for (words, role, lines), tone in zip(texts, (ink, soft), strict=True):
            rect = QRectF(LEFT, top, right - LEFT, high * lines)
            draw = paint.text if lines == 1 else paint.wrapped
            draw(painter, rect, words, theme().font(role), tone)
            top += high * lines

    def _colours(self) -> tuple[QColor, QColor | None, QColor, QColor]:
        color = theme().color
        if not self.isEnabled():
            return color("sunken"), color("line"), color("text_disabled"), color("text_disabled")
        pressed = "_pressed" if self.isDown() else "_hover" if self.underMouse() else ""
        if self.first:
            return color("accent" + pressed), None, color("on_accent"), color("on_accent")
        ground = {"": "surface", "_hover": "hover", "_pressed": "pressed"}[pressed]
        return color(ground), color("line_strong"), color("text"), color("text_2")


class Actions(QWidget):
    """The acts of an open alert, in the order of the moment; a button keeps its focus when they change places."""

    acted = pyqtSignal(str)

    def __init__(self, people: People) -> None:
        super().__init__()
        self._people = people
        Named(self, say("alertacts.actions"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.buttons: dict[str, ActionButton] = {}
        for key in ("answer", "remind", *MAIN):
            button = self.buttons[key] = ActionButton(VERBS[key])
            button.clicked.connect(lambda _on, act=key: self.acted.emit(act))
            self._column.addWidget(button)

    def show_sheet(self, sheet: Sheet, drafts: Collection[str], now_ms: int, *, writable: bool) -> None:
        """Show what can be done about an alert; *drafts*: acts of which something is typed already."""
        wanted = ordered(sheet)
        for place, key in enumerate(wanted):
            button = self.buttons[key]
            about = tr("alertacts.sub.draft") if key in drafts else self._about(key, sheet, now_ms)
            button.tell(called(key, sheet), about, first=not place and sheet.life.phase is not Phase.CLOSING)
            button.setEnabled(writable)
            if self._column.indexOf(button) != place:
                self._column.removeWidget(button)
                self._column.insertWidget(place, button)
        for key, button in self.buttons.items():
            button.setVisible(key in wanted)

    def _about(self, act: str, sheet: Sheet, now_ms: int) -> str:
        match act:
            case "escalate":
                first = next(iter(doctors(sheet)), None)
                return reachable(self._people, first) if first else tr("alertacts.sub.escalate.nobody")
            case "call":
                at_ms = called_ms(sheet)
                site = Site(sheet.ruled.hours.zone)
                return (
                    tr("alertacts.sub.call", at=moment(site, at_ms, now_ms))
                    if at_ms
                    else tr("alertacts.sub.call.none")
                )
            case "advise":
                count = len(advice(sheet))
                return trn("alertacts.sub.advise", count) if count else tr("alertacts.sub.advise.none")
            case "close":
                second = ".second" if waits_for_second(sheet, sheet.item.grade) else ""
                return tr(f"alertacts.sub.close{second}")
            case "answer":
                asked = escalation(sheet)
                who = asked.author if asked is not None else b""
                return tr("alertacts.sub.answer", name=isolated(self._people.name(who)))
        return tr("alertacts.sub.remind")


def _lines(words: str, role: str, room: float) -> int:
    """Return 2 for what one line does not hold and two do; what is longer ends with … on one."""
    metrics = QFontMetricsF(theme().font(role))
    if metrics.horizontalAdvance(words) <= room:
        return 1
    within = metrics.boundingRect(QRectF(0, 0, room, 1000), int(Qt.TextFlag.TextWordWrap), words)
    return 2 if within.height() < 2.5 * metrics.lineSpacing() and within.width() <= room + 1 else 1


def called(act: str, sheet: Sheet) -> Words:
    """Return what an act is called for this patient."""
    if act == "call" and sheet.item.who.sex == "F":
        return say("alertacts.verb.call.f")
    if act == "take" and sheet.life.holder:
        return say("alertacts.verb.take.over")
    return say(f"alertacts.verb.{act}")
