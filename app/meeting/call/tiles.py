"""How one tile looks: picture, name plate, hand, state chip, speaker's ring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QImage, QPainterPath, QPen

from app.ui import paint
from app.ui.icons import paint_icon
from app.ui.marks import paint_avatar
from app.ui.theme import theme, tokens

if TYPE_CHECKING:
    from PyQt6.QtGui import QPainter

    from app.meeting.ports import Picture
    from app.ui.words import Words

RADIUS = float(tokens()["radius"]["tile"])
STAGE_RADIUS = 8.0
STILL = 0.45


@dataclass(frozen=True)
class TileLook:
    """All that is painted of one tile."""

    slot: int
    rect: QRectF
    name: str
    plate: str
    stream: int
    box: int
    pictured: bool
    fit: bool = False
    stage: bool = False
    speaking: bool = False
    mic_off: bool = False
    room: bool = False
    hand: int = 0
    state: Words = ""
    state_icon: str = ""
    caption: Words = ""
    still: bool = False
    """True: the picture is an old one; it is dimmed."""

    @property
    def picture_rect(self) -> QRectF:
        """Where the picture goes: the whole tile, on the stage below its caption."""
        return self.rect.adjusted(0, 34, 0, 0) if self.stage else self.rect


def paint_ground(painter: QPainter, look: TileLook) -> None:
    """Paint an empty tile, with initials where there is no picture to come."""
    if look.stage:
        paint.box(painter, look.rect, STAGE_RADIUS, theme().color("stage_2"))
        return
    paint.box(painter, look.rect, RADIUS, theme().color("stage_3"))
    side = max(28.0, min(96.0, look.rect.height() * 0.38))
    centre = look.rect.center()
    paint_avatar(painter, QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side), look.name)


def paint_picture(
    painter: QPainter, look: TileLook, picture: Picture, ratio: float, outside: str = "stage"
) -> None:
    """Draw the engine's picture 1:1; while a new size is on its way the old one is fitted into the same place."""
    image = QImage(
        picture.view,
        picture.width,
        picture.height,
        picture.stride,
        QImage.Format.Format_RGB32,  # type: ignore[call-overload]
    )
    target = look.picture_rect
    width, height = picture.width / ratio, picture.height / ratio
    off = abs(width - target.width()) > 1 or abs(height - target.height()) > 1
    scale = 1.0
    if off:
        scales = target.width() / width, target.height() / height
        scale = min(*scales, 1.0 if look.stage else max(scales)) if look.fit else max(scales)
    width, height = width * scale, height * scale
    corner = QPointF(target.center().x() - width / 2, target.center().y() - height / 2)
    snapped = QPointF(round(corner.x() * ratio) / ratio, round(corner.y() * ratio) / ratio)
    painter.save()
    painter.setClipRect(target)
    if look.fit and not look.stage:
        painter.fillRect(target, theme().color("stage_3"))
    if scale != 1.0:
        painter.drawImage(QRectF(snapped.x(), snapped.y(), width, height), image)
    else:
        image.setDevicePixelRatio(ratio)
        painter.drawImage(snapped, image)
    if look.still:
        veil = theme().color("image_ground")
        veil.setAlphaF(STILL)
        painter.fillRect(target, veil)
    painter.restore()
    _round_corners(painter, look, outside)


def _round_corners(painter: QPainter, look: TileLook, tone: str) -> None:
    radius = STAGE_RADIUS if look.stage else RADIUS
    outside = QPainterPath()
    outside.addRect(look.rect.adjusted(-0.5, -0.5, 0.5, 0.5))
    inside = QPainterPath()
    inside.addRoundedRect(look.rect, radius, radius)
    painter.fillPath(outside.subtracted(inside), theme().color(tone))


def paint_marks(painter: QPainter, look: TileLook) -> None:
    """Paint what stands over the picture: plate, hand, state; and the ring around who speaks."""
    if look.stage:
        _paint_caption(painter, look)
        return
    _paint_plate(painter, look)
    if look.hand:
        _paint_tag(painter, look, str(look.hand), "hand-stop", "hand", "hand_ink", right=True)
    if str(look.state):
        tones = ("hand", "hand_ink") if look.state_icon == "refresh" else ("weak", "weak_ink")
        _paint_tag(painter, look, str(look.state), look.state_icon, *tones, right=False)
    if look.speaking:
        painter.setBrush(theme().color("stage"))
        ring = look.rect.adjusted(-3.5, -3.5, 3.5, 3.5)
        path = QPainterPath()
        path.addRoundedRect(look.rect.adjusted(-2, -2, 2, 2), RADIUS + 2, RADIUS + 2)
        inner = QPainterPath()
        inner.addRoundedRect(look.rect, RADIUS, RADIUS)
        painter.fillPath(path.subtracted(inner), theme().color("stage"))
        painter.setBrush(theme().color("stage"))
        painter.setPen(QPen(theme().color("speaker"), 3))
        outline = QPainterPath()
        outline.addRoundedRect(ring, RADIUS + 3.5, RADIUS + 3.5)
        painter.strokePath(outline, painter.pen())


def _paint_plate(painter: QPainter, look: TileLook) -> None:
    font, height = theme().font("caption"), theme().scaled(24)
    icon = "device-tv" if look.room else "microphone-off" if look.mic_off else ""
    room = look.rect.width() - 12
    width = min(room, paint.text_width(look.plate, font) + 15 + (19 if icon else 0))
    rect = QRectF(look.rect.x() + 6, look.rect.bottom() - 6 - height, width, height)
    paint.box(painter, rect, 5, theme().color("plate"))
    ink = theme().color("plate_text")
    x = rect.x() + 7
    if icon:
        paint_icon(painter, icon, QRectF(x, rect.center().y() - 7, 14, 14), ink)
        x += 19
    paint.text(painter, QRectF(x, rect.y(), rect.right() - x - 6, height), look.plate, font, ink)


def _paint_tag(
    painter: QPainter, look: TileLook, words: str, icon: str, fill: str, ink: str, *, right: bool
) -> None:
    font, height = theme().font("caption"), theme().scaled(24)
    width = paint.text_width(words, font) + 34
    x = look.rect.right() - 6 - width if right else look.rect.x() + 6
    rect = QRectF(x, look.rect.y() + 6, width, height)
    paint.box(painter, rect, 5, theme().color(fill))
    color = theme().color(ink)
    paint_icon(painter, icon, QRectF(rect.x() + 7, rect.center().y() - 7, 14, 14), color)
    paint.text(painter, rect.adjusted(26, 0, 0, 0), words, font, color)


def _paint_caption(painter: QPainter, look: TileLook) -> None:
    ink = theme().color("stage_text")
    y = look.rect.y()
    if look.caption:
        paint_icon(painter, "user", QRectF(look.rect.x() + 12, y + 9, 16, 16), ink)
        line = QRectF(look.rect.x() + 36, y, look.rect.width() - 48, 34)
        paint.text(painter, line, str(look.caption), theme().font("caption"), ink)
