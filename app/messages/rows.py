"""The rows of the left column: threads, and what a search found in them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from PyQt6.QtCore import QModelIndex, QPoint, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QFontMetricsF

from app.i18n import isolated, language, tr, trn
from app.messages import looks
from app.ui import paint
from app.ui.icons import paint_icon
from app.ui.marks import badge_text, badge_width, paint_avatar, paint_badge
from app.ui.rows import CopiedRowDelegate, RowList
from app.ui.theme import theme
from storage.messages.records import State, ThreadKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PyQt6.QtGui import QContextMenuEvent, QPainter

    from app.messages.people import People
    from app.ui.words import Words
    from storage.messages.records import Hit, Thread

ROW, FACE, PAD, GAP, LINE = 66, 38, 14, 10, 20
IN_SIGHT = 250
"""More letters than a row can show: a message of pages is not measured for its first line."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
_TROUBLE = frozenset((State.HELD, State.UNDELIVERED, State.FAILED))


@dataclass(frozen=True)
class ThreadLine:
    """A thread as the list tells it; `who` said the last thing, where that is worth telling."""

    thread: Thread = field(repr=False)
    title: str
    level: str
    when: str
    who: str = ""

    @cached_property
    def key(self) -> str:
        """The same for the same thread."""
        return str(self.thread.id)

    @property
    def patient(self) -> str:
        """`LEMAÎTRE O.`, or nothing."""
        return looks.short_patient(self.thread.patient) if self.thread.patient is not None else ""

    @property
    def icons(self) -> tuple[str, ...]:
        """What stands before the time."""
        told = ((self.thread.pinned, "pin"), (self.thread.muted, "bell-off"))
        return tuple(icon for yes, icon in told if yes)

    @property
    def trouble(self) -> str:
        """Icon of what went wrong with an own message."""
        return (
            "clock-pause"
            if self.thread.held
            else "alert-circle"
            if self.thread.last_state in _TROUBLE
            else ""
        )

    @property
    def text(self) -> str:
        """The line below the name: what is being written, else what was said last."""
        thread = self.thread
        if thread.draft:
            return tr("messages.draft", text=" ".join(thread.draft.split()))
        said = " ".join(thread.last_text.split()) or (
            tr("messages.no_text") if thread.last_ms else tr("messages.none_yet")
        )
        return tr("messages.last_by", who=isolated(self.who), text=said) if self.who else said

    @property
    def sentence(self) -> str:
        """All that the row shows, read out."""
        thread = self.thread
        parts = (
            isolated(self.title),
            tr(f"messages.level.{self.level}"),
            trn("messages.unread_n", thread.unread) if thread.unread else "",
            tr("messages.pinned") if thread.pinned else "",
            tr("messages.muted") if thread.muted else "",
            trn("messages.held_n", thread.held) if thread.held else "",
            self.patient,
            self.text,
            self.when,
        )
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class HitLine:
    """A message that a search found."""

    hit: Hit = field(repr=False)
    title: str
    who: str
    when: str

    @property
    def key(self) -> str:
        """The same for the same message."""
        return f"hit {self.hit.message}"

    @property
    def sentence(self) -> str:
        """All that the row shows, read out."""
        hit = self.hit
        return ", ".join((isolated(self.title), self.who, f"{hit.before}{hit.match}{hit.after}", self.when))


Row: TypeAlias = ThreadLine | HitLine


class ThreadLines:
    """Makes the list's rows; a thread that is told as before keeps its row."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._state: tuple[object, ...] = ()
        self._made: dict[int, ThreadLine] = {}

    def of(self, threads: Sequence[Thread], now_ms: int) -> list[ThreadLine]:
        """Return the rows for *threads*, in their order."""
        state = language(), looks.date_of(now_ms), self._people.edition
        if state != self._state:
            self._made = {}
        self._state = state  # the very book of now: told from another at a glance next time
        return [self._line(one, now_ms) for one in threads]

    def _line(self, one: Thread, now_ms: int) -> ThreadLine:
        kept = self._made.get(one.id)
        if kept is None or kept.thread != one or kept.level != self._people.level(one):
            kept = self._made[one.id] = _thread_line(one, self._people, now_ms)
        return kept


def _thread_line(one: Thread, people: People, now_ms: int) -> ThreadLine:
    who = ""
    if one.last_author and one.last_author == people.me:
        who = tr("messages.you")
    elif one.last_author and one.kind is ThreadKind.TEAM:
        who = people.name(one.last_author)
    return ThreadLine(one, people.title(one), people.level(one), looks.short_when(one.last_ms, now_ms), who)


class RowsDelegate(CopiedRowDelegate):
    """Paints threads and hits."""

    height = ROW

    def paint_line(self, painter: QPainter, rect: QRectF, line: Any, _index: QModelIndex) -> None:
        """Paint face, name, time, and the line below."""
        box = rect.adjusted(PAD, 0, -PAD + 2, 0)
        face = theme().scaled(FACE) if theme().text_percent < 120 else FACE
        paint_avatar(painter, QRectF(box.x(), box.center().y() - face / 2, face, face), line.title)
        words = box.adjusted(face + GAP, 0, 0, 0)
        high = theme().scaled(LINE)
        top = QRectF(words.x(), words.center().y() - high - 1, words.width(), high)
        below = QRectF(words.x(), words.center().y() + 2, words.width(), high)
        if isinstance(line, ThreadLine):
            _paint_head(painter, top, line)
            _paint_last(painter, below, line)
        else:
            _paint_title(painter, top, line.title, line.when, ())
            _paint_found(painter, below, line)


def _paint_head(painter: QPainter, rect: QRectF, line: ThreadLine) -> None:
    used, right = _paint_title(painter, rect, line.title, line.when, line.icons, room=24)
    icon, tone = looks.LEVELS[line.level]
    place = QRectF(min(rect.x() + used + 6, right - 18), rect.center().y() - 8, 16, 16)
    paint_icon(painter, icon, place, theme().color(tone))


def _paint_title(
    painter: QPainter, rect: QRectF, title: str, when: str, icons: Sequence[str], room: float = 0
) -> tuple[float, float]:
    """Paint the name and the time at the right; return the width of the name and where the room for it ends."""
    caption, strong = theme().font("caption"), theme().font("body_strong")
    wide = paint.text_width(when, caption)
    right = rect.right() - wide
    paint.text(painter, QRectF(right, rect.y(), wide, rect.height()), when, caption, theme().color("text_2"))
    for icon in reversed(icons):
        right -= 20
        paint_icon(painter, icon, QRectF(right, rect.center().y() - 7, 14, 14), theme().color("text_2"))
    right -= 8
    used = min(paint.text_width(title, strong), right - rect.x() - room)
    paint.text(
        painter, QRectF(rect.x(), rect.y(), used, rect.height()), title, strong, theme().color("text"), _LEFT
    )
    return used, right


def _paint_last(painter: QPainter, rect: QRectF, line: ThreadLine) -> None:
    thread, color = line.thread, theme().color
    right = rect.right()
    if thread.unread:
        number = badge_text(thread.unread)
        wide, high = badge_width(number), theme().scaled(18)
        paint_badge(painter, QRectF(right - wide, rect.center().y() - high / 2, wide, high), number, "accent")
        right -= wide + 8
    if line.trouble:
        tone = "warn" if thread.held else "danger"
        paint_icon(painter, line.trouble, QRectF(right - 16, rect.center().y() - 8, 16, 16), color(tone))
        right -= 22
    x = rect.x()
    if line.patient:
        font = theme().font("small_strong")
        used = min(paint.text_width(line.patient, font), (right - x) * 0.6)
        paint.text(
            painter, QRectF(x, rect.y(), used, rect.height()), line.patient, font, color("accent_text"), _LEFT
        )
        x += used + 5
    ink = "warn" if thread.draft else "text" if thread.unread else "text_2"
    words = QRectF(x, rect.y(), right - x, rect.height())
    paint.text(painter, words, line.text[:IN_SIGHT], theme().font("small"), color(ink), _LEFT)


def _paint_found(painter: QPainter, rect: QRectF, line: HitLine) -> None:
    """Paint who said it, and the words around the match, which is set in bold."""
    hit, small, strong = line.hit, theme().font("small"), theme().font("small_strong")
    x, named = rect.x(), line.who and line.who != line.title
    who = tr("messages.last_by", who=isolated(line.who), text="") if named else ""
    taken = paint.text_width(who, small) + paint.text_width(hit.match, strong)
    room = max(rect.width() * 0.75 - taken, 0)  # the match is in sight, and some of what follows
    before = QFontMetricsF(small).elidedText(hit.before.replace("\n", " "), Qt.TextElideMode.ElideLeft, room)
    pieces = (
        (who, small),
        (before, small),
        (hit.match, strong),
        (hit.after, small),
    )
    for words, font in pieces:
        place = QRectF(x, rect.y(), rect.right() - x, rect.height())
        if place.width() < 8:
            return
        ink = theme().color("accent_text" if font is strong else "text_2")
        shown = words.replace("\n", " ")
        paint.text(painter, place, shown, font, ink, _LEFT)
        x += paint.text_width(shown, font)


class RowsList(RowList[Row]):
    """Threads or hits: arrows move, ↵ or a click opens; Menu or a right click asks what can be done."""

    asked = pyqtSignal(str, QPoint)

    def __init__(self, name: Words) -> None:
        super().__init__(name)
        self._painter = RowsDelegate(self)
        self.setItemDelegate(self._painter)

    def show_lines(self, lines: Sequence[Row]) -> None:
        """Show *lines*; the chosen one stays chosen where it is still there."""
        super().show_lines(lines)
        self._painter.pictures.keep({one.key for one in lines})

    @contextmanager
    def staying(self) -> Iterator[None]:
        """Scroll nowhere, whatever is shown and chosen."""
        bar = self.verticalScrollBar()
        assert bar is not None
        place = bar.value()
        yield
        self.executeDelayedItemsLayout()
        bar.setValue(place)

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Ask for the menu of a row."""
        if event is None:
            return
        by_mouse = event.reason() == event.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        line = index.data(Qt.ItemDataRole.UserRole)
        if isinstance(line, ThreadLine):
            at = event.globalPos() if by_mouse else self.mapToGlobal(self.visualRect(index).center())
            self.asked.emit(line.key, at)
