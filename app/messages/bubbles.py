"""The thread as a list: each message measured once for a width, painted from what was measured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QEvent, QModelIndex, QPoint, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QMouseEvent, QPen
from PyQt6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.i18n import language, tr
from app.messages import looks, parts
from app.messages.items import Day, Happened, New, Said, about, openable
from app.messages.parts import Part, Text, Tile
from app.ui import paint
from app.ui.marks import paint_avatar
from app.ui.rows import Model
from app.ui.text import Named
from app.ui.theme import theme
from app.ui.words import say
from storage.messages.records import FileState, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QContextMenuEvent, QPainter, QResizeEvent

    from app.messages.items import Line
    from storage.messages.records import File

EDGE, FACE, INDENT, GAP = 20.0, 28.0, 38.0, 6.0
SHARE = 0.72
"""Of the width, what a bubble takes at most."""
CARD, WIDEST = 400.0, 680.0
NEAR = 600
"""So many pixels before the end of what is in memory, more is asked for."""
_PICTURES = ("image/",)


@dataclass(frozen=True)
class Laid:
    """A line measured for a width: its pieces and where they lie in the row."""

    height: int
    pieces: tuple[tuple[QRectF, Part], ...] = ()

    def spot(self, at: QPoint) -> parts.Spot | None:
        """Return what lies under a point of the row."""
        for rect, part in self.pieces:
            for spot in part.spots:
                if spot.rect.translated(rect.topLeft()).contains(at.x(), at.y()):
                    return spot
        return None


@dataclass(frozen=True)
class Running:
    """An ephemeral document that is open now."""

    file: int
    left_s: int
    of_s: int


class BubbleDelegate(QStyledItemDelegate):
    """Measures and paints the lines; what was measured is kept for as long as line, width and text size stay the same."""

    def __init__(self, view: Stream) -> None:
        super().__init__(view)
        self._view = view
        self._laid: dict[str, tuple[tuple[object, ...], Laid]] = {}
        self.running: Running | None = None

    def laid(self, line: Line) -> Laid:
        """Return *line* as measured for the view of now."""
        width = self._view.room
        running = self.running if self._counts(line) else None
        state = (line, width, theme().text_percent, running, language(), _minute(line))
        held = self._laid.get(line.key)
        if held is None or held[0] != state:
            held = self._laid[line.key] = (state, self._lay(line, width, running))
        return held[1]

    def keep(self, keys: set[str]) -> None:
        """Forget what is not shown any more."""
        self._laid = {key: laid for key, laid in self._laid.items() if key in keys}

    def _counts(self, line: Line) -> bool:
        running = self.running
        return (
            running is not None
            and isinstance(line, Said)
            and running.file in {one.id for one in line.message.files}
        )

    def _lay(self, line: Line, width: int, running: Running | None) -> Laid:
        if isinstance(line, Day | New):
            return Laid(theme().scaled(40))
        if isinstance(line, Happened):
            text = Text(line.words, "caption", width - 2 * EDGE - 40)
            part = Part(
                text.width, text.height, lambda p, r: text.draw(p, r.topLeft(), theme().color("text_2"))
            )
            place = QRectF((width - text.width) / 2, 8, text.width, text.height)
            return Laid(int(text.height) + 16, ((place, part),))
        return _lay_message(line, width, running)

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802 -- Qt's name
        """Return the height that was measured."""
        line = index.data(Qt.ItemDataRole.UserRole)
        return QSize(0, self.laid(line).height if line is not None else 0)

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint one line."""
        line = index.data(Qt.ItemDataRole.UserRole)
        if painter is None or line is None:
            return
        painter.save()
        painter.setRenderHint(painter.RenderHint.Antialiasing)
        rect = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected and isinstance(line, Said | Happened):
            inside = rect.adjusted(6, 1, -6, -1)
            paint.box(painter, inside, 8, theme().color("hover"))
            if self._view.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(theme().color("focus"), 1.5))
                painter.drawRoundedRect(inside.adjusted(1, 1, -1, -1), 8, 8)
        if isinstance(line, Day | New):
            _paint_rule(painter, rect, line.sentence, new=isinstance(line, New))
        for place, part in self.laid(line).pieces:
            part.draw(painter, place.translated(rect.topLeft()))
        painter.restore()


def _minute(line: Line) -> int:
    """Return what time it is where that matters: an ephemeral document may be opened until some minute."""
    timed = isinstance(line, Said) and any(one.ephemeral for one in line.message.files)
    return line.now_ms // 60_000 if isinstance(line, Said) and timed else 0


def _paint_rule(painter: QPainter, rect: QRectF, words: str, *, new: bool) -> None:
    """Paint words in the middle of a hairline."""
    font, color = theme().font("caption"), theme().color
    wide = paint.text_width(words, font)
    middle = rect.center()
    ink, edge = ("accent_text", "accent_line") if new else ("text_2", "line")
    for x, to in (
        (rect.x() + EDGE, middle.x() - wide / 2 - 10),
        (middle.x() + wide / 2 + 10, rect.right() - EDGE),
    ):
        painter.fillRect(QRectF(x, round(middle.y()), max(to - x, 0), 1), color(edge))
    place = QRectF(middle.x() - wide / 2, rect.y(), wide, rect.height())
    paint.text(painter, place, words, font, color(ink), Qt.AlignmentFlag.AlignHCenter)


def _lay_message(said: Said, width: int, running: Running | None) -> Laid:
    own = said.message.own
    room = min(width - 2 * EDGE - (0 if own else INDENT), WIDEST * theme().text_percent / 100)
    pieces = _pieces(said, room, running)
    placed: list[tuple[QRectF, Part]] = []
    y = GAP
    for part, gap in pieces:
        x = width - EDGE - part.width if own else EDGE + INDENT
        placed.append((QRectF(x, y, part.width, part.height), part))
        y += part.height + gap
    if said.face:
        bottom = placed[-1][0].top() if len(placed) > 1 else y
        placed.append((QRectF(EDGE, bottom - FACE, FACE, FACE), _face(said.author)))
    return Laid(int(y + (GAP if said.face or own else 0)), tuple(placed))


def _face(name: str) -> Part:
    return Part(FACE, FACE, lambda painter, rect: paint_avatar(painter, rect, name))


def _pieces(said: Said, room: float, running: Running | None) -> list[tuple[Part, float]]:
    """Return the pieces from top to bottom, with the gap below each."""
    one, width = said.message, max(room * SHARE, 200)
    made: list[tuple[Part, float]] = []
    if said.warning:
        made.append((parts.marked(said.warning, "alert-triangle", "warn", width), 6))
    if said.name:
        made.append((parts.line(said.name, theme().font("small_strong"), "text_2", width), 3))
    if said.quoted:
        made.append((parts.quote(*said.quoted, width), 4))
    if said.words:
        held = one.own and one.state in {State.HELD, State.FAILED, State.UNDELIVERED}
        text = Text(said.words, "body", width - 26)
        made.append((parts.bubble(text, own=one.own, held=held, effaced=said.effaced), 4))
    wide = min(CARD * theme().text_percent / 100, room)
    made.extend((parts.card(_tile(file, said, running), wide), 4) for file in said.files)
    made.extend((parts.marked(words, "clipboard-check", "ok", width), 3) for words in said.taken)
    icon, tone = looks.STATES.get(one.state, ("", "text_2"))
    before = "shield-exclamation" if one.warning == "changed-key" else ""
    made.append((parts.meta(said.meta, said.state, icon, tone, before, width), 0))
    return made


def _tile(file: File, said: Said, running: Running | None) -> Tile:
    words = about(file, said)
    if not file.ephemeral:
        return Tile(
            file.name,
            words,
            file_icon(file),
            *_ink(file),
            acts=file_acts(file, own=said.message.own),
            share=_share(file),
        )
    tile = Tile(file.name, words, "hourglass-high", "warn", file.id)
    if running is not None and running.file == file.id:
        told = tr("messages.once.running", time=looks.clock(said.now_ms))
        share = running.left_s / max(running.of_s, 1)
        return replace(
            tile, about=told, share=share, left_s=running.left_s, left_words=tr("messages.once.left")
        )
    if openable(file, said):
        return replace(tile, word=tr("messages.once.open"))
    return replace(
        tile,
        icon="eraser" if file.opened_ms else "hourglass-high",
        tone="text_2" if file.opened_ms else "warn",
    )


def _ink(file: File) -> tuple[str, int]:
    pdf = file.kind == "application/pdf"
    return ("danger" if pdf or file.state is FileState.REFUSED else "accent_text"), file.id


def file_icon(file: File) -> str:
    """Return the icon of a kind of file."""
    if file.kind == "application/pdf":
        return "file-type-pdf"
    return "photo-scan" if file.kind.startswith(_PICTURES) else "file-text"


def _share(file: File) -> float | None:
    moving = file.state in {FileState.COMING, FileState.GOING, FileState.PAUSED}
    return file.done / max(file.size, 1) if moving else None


def file_acts(file: File, *, own: bool) -> tuple[tuple[str, str], ...]:
    """Return what can be done with a file now: act and icon; the words are `messages.act.<act>`."""
    if file.ephemeral:
        return ()
    here = (("preview", "eye"), ("save", "download"))
    return {
        FileState.OFFERED: (("fetch", "download"),),
        FileState.COMING: (("pause", "player-pause"),),
        FileState.GOING: (("pause", "player-pause"),),
        FileState.PAUSED: (("again" if own else "fetch", "refresh"),),
        FileState.HERE: here,
        FileState.SENT: here,
    }.get(file.state, ())


class Stream(QListView):
    """The lines of a thread. `acted` names what was pressed: act, key of the line, file; `asked` the menu of a line, and where.

    `neared` tells that the beginning (-1) or the end (1) of what is in memory comes into sight.
    """

    radius = 2.0
    acted = pyqtSignal(str, str, int)
    asked = pyqtSignal(str, QPoint)
    neared = pyqtSignal(int)
    left = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.shown: Model[Line] = Model()
        self.shown.setParent(self)
        Named(self, say("messages.stream"))
        self.setModel(self.shown)
        self.bubbles = BubbleDelegate(self)
        self.setItemDelegate(self.bubbles)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar = self.verticalScrollBar()
        assert bar is not None
        self._bar = bar
        bar.valueChanged.connect(self._scrolled)
        bar.setSingleStep(40)
        self._placing = False

    @property
    def room(self) -> int:
        """The width that lines have."""
        viewport = self.viewport()
        return max(viewport.width() if viewport is not None else self.width(), 240)

    # --- what is shown ------------------------------------------------------------------------------------

    def show_lines(self, lines: Sequence[Line], *, to_end: bool = False, stay: bool = False) -> None:
        """Show *lines*; what was in sight stays where it was, the end stays in sight where it was, unless *stay*."""
        at_end = to_end or (self.at_end and not stay)
        anchor, chosen = self._anchor(), self.chosen
        self._placing = True
        same = [one.key for one in lines] == [one.key for one in self.shown.lines]
        self.shown.show_lines(lines)
        self.bubbles.keep({one.key for one in lines})
        if not same and chosen:
            self.choose(chosen)
        self._lay_out()
        self._placing = False
        if at_end:
            self.to_end()
        elif anchor is not None:
            self._put(*anchor)

    @property
    def at_end(self) -> bool:
        """Whether the last line is in sight."""
        return self._bar.value() >= self._bar.maximum() - 4

    @property
    def short(self) -> bool:
        """Whether what is shown hardly fills the view: nobody could scroll to more."""
        return self._bar.maximum() < NEAR

    def to_end(self) -> None:
        """Show the last line."""
        self._bar.setValue(self._bar.maximum())

    def _lay_out(self) -> None:
        self.scheduleDelayedItemsLayout()
        self.executeDelayedItemsLayout()

    def _anchor(self) -> tuple[str, int] | None:
        """Return the first message in sight and where it stands."""
        row = self.indexAt(QPoint(10, 4)).row()
        for at in range(max(row, 0), len(self.shown.lines)):
            if isinstance(self.shown.lines[at], Said | Happened):
                return self.shown.lines[at].key, self.visualRect(self.shown.index(at)).top()
        return None

    def _put(self, key: str, top: int) -> None:
        place = self._place(key)
        if place is not None:
            now = self.visualRect(self.shown.index(place)).top()
            self._bar.setValue(self._bar.value() + now - top)

    def _place(self, key: str) -> int | None:
        return next((at for at, one in enumerate(self.shown.lines) if one.key == key), None)

    def reveal(self, key: str) -> bool:
        """Choose a line and bring it into the middle; False where it is not in memory."""
        place = self._place(key)
        if place is None:
            return False
        index = self.shown.index(place)
        self.setCurrentIndex(index)
        self.scrollTo(index, QListView.ScrollHint.PositionAtCenter)
        return True

    def count_down(self, running: Running | None) -> None:
        """Paint the line of an open ephemeral document anew, no other."""
        before, self.bubbles.running = self.bubbles.running, running
        if (before is None) != (running is None):
            at_end = self.at_end
            self._lay_out()
            if at_end:
                self.to_end()
        for at, one in enumerate(self.shown.lines):
            if isinstance(one, Said) and any(file.ephemeral for file in one.message.files):
                self.update(self.shown.index(at))

    @property
    def chosen(self) -> str:
        """Key of the chosen line, or an empty one."""
        line = self.currentIndex().data(Qt.ItemDataRole.UserRole)
        return line.key if line is not None else ""

    @property
    def said(self) -> Said | None:
        """The chosen message."""
        line = self.currentIndex().data(Qt.ItemDataRole.UserRole)
        return line if isinstance(line, Said) else None

    def choose(self, key: str) -> None:
        """Choose a line by its key, without scrolling."""
        place = self._place(key)
        model = self.selectionModel()
        if place is not None and model is not None:
            model.setCurrentIndex(self.shown.index(place), model.SelectionFlag.ClearAndSelect)

    def line(self, key: str) -> Line | None:
        """Return a line by its key."""
        place = self._place(key)
        return self.shown.lines[place] if place is not None else None

    # --- scrolling ----------------------------------------------------------------------------------------

    def _scrolled(self, value: int) -> None:
        if self._placing or not self.shown.lines:
            return
        if value < NEAR:
            self.neared.emit(-1)
        if value > self._bar.maximum() - NEAR:
            self.neared.emit(1)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Measure anew, and stay where one was."""
        at_end, anchor = self.at_end, self._anchor()
        super().resizeEvent(event)
        self._lay_out()
        if at_end:
            self.to_end()
        elif anchor is not None:
            self._put(*anchor)

    # --- mouse and keys -----------------------------------------------------------------------------------

    def _spot(self, at: QPoint) -> tuple[Any, parts.Spot | None]:
        index = self.indexAt(at)
        line = index.data(Qt.ItemDataRole.UserRole)
        if line is None:
            return None, None
        return line, self.bubbles.laid(line).spot(at - self.visualRect(index).topLeft())

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Show a hand where something can be pressed, and say what it is."""
        super().mouseMoveEvent(event)
        viewport = self.viewport()
        if event is None or viewport is None:
            return
        _line, spot = self._spot(event.position().toPoint())
        viewport.setCursor(Qt.CursorShape.PointingHandCursor if spot else Qt.CursorShape.ArrowCursor)
        viewport.setToolTip(tr(f"messages.act.{spot.act}") if spot else "")

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Do what was pressed."""
        super().mouseReleaseEvent(event)
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            line, spot = self._spot(event.position().toPoint())
            if spot is not None:
                self.acted.emit(spot.act, line.key, spot.file)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """↵ does what is meant most, Échap goes back to writing, the usual keys copy."""
        if event is None:
            return
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.chosen:
            self.acted.emit("main", self.chosen, 0)
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() == Qt.Key.Key_C and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.acted.emit("copy", self.chosen, 0)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Ask for the menu of the line under the pointer, or of the chosen one."""
        if event is None:
            return
        by_mouse = event.reason() == event.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        line = index.data(Qt.ItemDataRole.UserRole)
        if isinstance(line, Said):
            if by_mouse:
                self.setCurrentIndex(index)
            at = event.globalPos() if by_mouse else self.mapToGlobal(self.visualRect(index).center())
            self.asked.emit(line.key, at)

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Lay out anew for another text size or language."""
        super().changeEvent(event)
        if event is not None and event.type() in {QEvent.Type.LanguageChange, QEvent.Type.StyleChange}:
            self.scheduleDelayedItemsLayout()
