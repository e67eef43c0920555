"""The shared picture itself: painted pixel by pixel, zoomed by wheel, keys and fingers, pointed at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QColor, QImage, QNativeGestureEvent, QPainter
from PyQt6.QtWidgets import QWidget

from app.meeting.call.boxes import Boxes
from app.meeting.call.pointers import Pointers
from app.meeting.call.pointing import paint_pointer
from app.meeting.call.zoom import FITTED, STEP, Field
from app.ui import paint
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PyQt6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent, QWheelEvent

    from app.meeting.call.sharing import Share
    from app.meeting.call.zoom import Size, Zoom
    from app.meeting.ports import Arena, Picture

PAN = 80
"""Logical pixels that an arrow key moves the picture."""
NUDGE = 0.02
"""By how much of the picture an arrow key moves the own pointer."""
DIM = 0.45
_ARROWS = {
    Qt.Key.Key_Left: (1, 0),
    Qt.Key.Key_Right: (-1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class Canvas(QWidget):
    """The picture itself. `asked`: another size is wanted; `zoomed`; `pointed` carries a spot of the picture, 0..1."""

    radius = 8.0
    asked = pyqtSignal()
    zoomed = pyqtSignal()
    pointed = pyqtSignal(float, float)

    def __init__(self, arena: Arena, boxes: Boxes, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self._arena, self._boxes, self._now_ms = arena, boxes, now_ms
        self.box = -1
        self.share: Share | None = None
        self.zoom = FITTED
        self.pointing = False
        self.pointers = Pointers()
        self._spot = (0.5, 0.5)
        self._names: Mapping[int, str] = {}
        self._source: Size | None = None
        self._kept = QImage()
        self._grip: QPointF | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.update)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # --- what is shown ------------------------------------------------------------------------------------

    def show_share(self, share: Share | None, box: int, names: Mapping[int, str]) -> None:
        """Show what lies in arena box *box*; a share that was lost stands still as it was seen last."""
        before, self.share, self._names = self.share, share, names
        if share is None or before is None or share.slot != before.slot:
            self.zoom, self._source, self._kept = FITTED, None, QImage()
        elif share.lost_ms and self._kept.isNull():
            self._keep()
        if not (share and share.lost_ms):
            self._kept = QImage()
        self.box = box
        self.pointers.keep(names)
        self.freshen()

    def _keep(self) -> None:
        picture = self._picture()
        if picture is not None:
            self._kept = _image(picture).copy()

    def _picture(self) -> Picture | None:
        picture = self._arena.read(self.box) if self.box >= 0 else None
        return picture if picture is not None and self._boxes.is_new(self.box, picture.number) else None

    def freshen(self) -> None:
        """Look at the newest picture."""
        picture = self._picture() if self._kept.isNull() else None
        if picture is not None and picture.source != self._source:
            self._source = picture.source
            self.zoom = FITTED
            self.zoomed.emit()
        self.update()

    @property
    def field(self) -> Field:
        """The geometry of now, in device pixels."""
        source = self._source or self._area
        return Field(Boxes.fit(0, *source), self._area)

    @property
    def _area(self) -> Size:
        ratio = self.devicePixelRatioF()
        return max(2, round(self.width() * ratio)), max(2, round(self.height() * ratio))

    @property
    def source(self) -> Size | None:
        """The size of the picture as it was shared; None while none came."""
        return self._source

    @property
    def wanted(self) -> Size:
        """The size to ask the engine for, device pixels."""
        return self.field.wanted(self.zoom)

    # --- zoom ---------------------------------------------------------------------------------------------

    def set_zoom(self, zoom: Zoom) -> None:
        """Show another part, or another size."""
        if zoom != self.zoom and self._source is not None:
            resized = self.field.wanted(zoom) != self.wanted
            self.zoom = zoom
            self.zoomed.emit()
            if resized:
                self.asked.emit()
            self.update()

    def magnify(self, factor: float, at: QPointF | None = None) -> None:
        """Magnify, what lies at *at* (logical pixels, else the middle) kept there."""
        self.set_zoom(self.field.times(self.zoom, factor, self._device(at) if at is not None else None))

    def flip_zoom(self, at: QPointF | None = None) -> None:
        """Change between all of the picture and its own pixels; twice its pixels where all is seen at 100 %."""
        field = self.field
        large = 1.0 if field.fit < 1 else 2.0
        place = self._device(at) if at is not None else None
        self.set_zoom(FITTED if self.zoom.scale else field.to(self.zoom, large, place))

    def _pan(self, right: float, down: float) -> None:
        ratio = self.devicePixelRatioF()
        self.set_zoom(self.field.panned(self.zoom, right * ratio, down * ratio))

    def _device(self, at: QPointF) -> tuple[float, float]:
        ratio = self.devicePixelRatioF()
        return at.x() * ratio, at.y() * ratio

    # --- Qt: hands ----------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Zoom at the pointer."""
        if event is not None and event.angleDelta().y():
            self.magnify(STEP ** (event.angleDelta().y() / 120), event.position())
            event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Show the picture's own pixels there, or all of it again."""
        if event is not None:
            self._grip = None
            self.flip_zoom(event.position())

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Take hold of a picture larger than its place."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton and self.zoom.scale:
            self._grip = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Drag the picture; tell where the pointer is, if it is on."""
        if event is None:
            return
        at = event.position()
        if self._grip is not None:
            moved, self._grip = at - self._grip, at
            self._pan(moved.x(), moved.y())
        if self.pointing:
            spot = self.field.spot(self.zoom, self._device(at))
            if spot is not None:
                self._point(spot)
        event.ignore()

    def _point(self, spot: tuple[float, float]) -> None:
        self._spot = spot
        self.pointed.emit(*spot)

    def mouseReleaseEvent(self, _event: QMouseEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Let go."""
        self._grip = None
        self.show_cursor()

    def show_cursor(self) -> None:
        """Show by the mouse's cursor what it does here."""
        shape = Qt.CursorShape.OpenHandCursor if self.zoom.scale else Qt.CursorShape.ArrowCursor
        self.setCursor(Qt.CursorShape.CrossCursor if self.pointing else shape)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Move the own pointer by the arrow keys while it is on, else an enlarged picture."""
        movable = self.pointing or self.zoom.scale
        step = _ARROWS.get(Qt.Key(event.key())) if event is not None and movable else None
        if step is None:
            super().keyPressEvent(event)
        elif self.pointing:
            self._nudge(*step)
        else:
            self._pan(step[0] * PAN, step[1] * PAN)

    def _nudge(self, left: int, up: int) -> None:
        """Point a little further on; an enlarged picture follows."""
        x, y = self._spot
        spot = min(1.0, max(0.0, x - left * NUDGE)), min(1.0, max(0.0, y - up * NUDGE))
        self.set_zoom(self.field.around(self.zoom, spot))
        self._point(spot)

    def event(self, event: QEvent | None) -> bool:
        """Zoom by two fingers on a touch pad."""
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        ):
            self.magnify(1 + event.value(), event.position())
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Ask for the new size."""
        super().resizeEvent(event)
        self.asked.emit()

    # --- Qt: paint ----------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the picture pixel by pixel, then who points at it."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("image_ground"))
        picture = self._picture() if self._kept.isNull() else None
        if picture is not None:
            self._paint_image(painter, _image(picture))
            if not self._arena.still_valid(picture):
                self.update()
        elif not self._kept.isNull():
            self._paint_image(painter, self._kept)
            dim = QColor(theme().color("image_ground"))
            dim.setAlphaF(DIM)
            painter.fillRect(self.rect(), dim)
        else:
            self._paint_waiting(painter)
            return
        self._paint_pointers(painter)

    def _paint_waiting(self, painter: QPainter) -> None:
        lost = self.share is not None and self.share.lost_ms
        words, ink = str(say("stage.lost.none" if lost else "live.awaited")), theme().color("stage_text_2")
        paint.text(
            painter, QRectF(self.rect()), words, theme().font("body"), ink, Qt.AlignmentFlag.AlignHCenter
        )

    def _paint_image(self, painter: QPainter, image: QImage) -> None:
        place = self.field.place(self.zoom)
        ratio, off = self.devicePixelRatioF(), self._off_grid()
        painter.save()
        painter.setClipRect(self.rect())
        painter.scale(1 / ratio, 1 / ratio)
        corner = QPointF(place.left - off.x(), place.top - off.y())
        if (image.width(), image.height()) == (place.width, place.height):
            painter.drawImage(corner, image)
        else:
            painter.drawImage(QRectF(corner.x(), corner.y(), place.width, place.height), image)
        painter.restore()

    def _off_grid(self) -> QPointF:
        """Return by how much of a device pixel this widget lies off the screen's grid (125 %, 150 % displays)."""
        window, ratio = self.window(), self.devicePixelRatioF()
        at = QPointF(self.mapTo(window, self.rect().topLeft()) if window is not None else self.pos()) * ratio
        return QPointF(at.x() - round(at.x()), at.y() - round(at.y()))

    def _paint_pointers(self, painter: QPainter) -> None:
        if self.share is None:
            return
        now_ms, ratio, field = self._now_ms(), self.devicePixelRatioF(), self.field
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for spot in self.pointers.seen(self.share.slot, now_ms):
            x, y = field.point(self.zoom, (spot.x, spot.y))
            paint_pointer(
                painter,
                QPointF(x / ratio, y / ratio),
                self._names.get(spot.slot, ""),
                spot.slot,
                self.width(),
            )
        wait = self.pointers.next_ms(now_ms)
        if wait is not None:
            self._later.start(max(wait, 15))


def _image(picture: Picture) -> QImage:
    shape = picture.width, picture.height, picture.stride
    image: QImage = QImage(picture.view, *shape, QImage.Format.Format_RGB32)  # type: ignore[call-overload]  # takes a memoryview
    return image
