"""One painted surface for the stage and every tile; over it one transparent button a tile, which a screen reader sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QAbstractButton, QWidget

from app.i18n import fmt_list
from app.meeting import layout, tiles
from app.meeting.boxes import Boxes
from app.meeting.tiles import TileLook
from app.meeting.view import CAMERA, CAMERA_STREAM, MICROPHONE, OWN_PREVIEW, SCREEN_STREAM, THUMBNAIL, Stage
from app.ui.theme import theme
from app.ui.words import say
from media.engine.messages import Tile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PyQt6.QtGui import QPaintEvent, QResizeEvent

    from app.meeting.ports import Arena
    from app.meeting.view import View
    from media.engine.messages import Person

MARGIN = 8
FULL_CAMERA_FROM = 480
"""Device pixels of width from which a tile is worth the full camera instead of the thumbnail."""
VIEWS = ("gallery", "stage", "speaker")


class TileSpot(QAbstractButton):
    """What a keyboard, a mouse and a screen reader find of a tile; paints nothing."""

    radius = tiles.RADIUS

    def __init__(self, parent: QWidget, slot: int) -> None:
        super().__init__(parent)
        self.slot = slot
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Nothing: the wall paints."""


@dataclass(frozen=True)
class _Wanted:
    """A tile before it has a place."""

    person: Person
    stream: int
    stage: bool = False


class Wall(QWidget):
    """`asked` carries the tiles to ask the engine for; `picked` a slot that was clicked."""

    asked = pyqtSignal(object)
    arranged = pyqtSignal()
    picked = pyqtSignal(int)

    def __init__(self, arena: Arena) -> None:
        super().__init__()
        self._arena = arena
        self._boxes = Boxes()
        self._looks: list[TileLook] = []
        self._spots: dict[tuple[int, bool], TileSpot] = {}
        self._view: View | None = None
        self._kind = "gallery"
        self._spotlight = -1
        self.setMinimumSize(320, 240)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # --- what is shown ------------------------------------------------------------------------------------

    def show_view(self, view: View, kind: str, spotlight: int = -1) -> None:
        """Show *view* as `gallery`, `stage` (shared image above) or `speaker` (*spotlight* above)."""
        self._view, self._kind, self._spotlight = view, kind, spotlight
        self._arrange()

    def freshen(self, boxes: frozenset[int]) -> None:
        """Repaint the tiles of these arena boxes."""
        for look in self._looks:
            if look.box in boxes:
                self.update(look.rect.toAlignedRect())

    @property
    def looks(self) -> Sequence[TileLook]:
        """The tiles as they are painted."""
        return self._looks

    @property
    def hidden(self) -> int:
        """How many people have no room on the wall."""
        shown = {look.slot for look in self._looks if not look.stage}
        return len(self._view.people) - len(shown) if self._view is not None else 0

    def _arrange(self) -> None:
        view = self._view
        if view is None:
            return
        looks = self._plan(view)
        if looks != self._looks:
            self._looks = looks
            self._place_spots(view)
            self.update()
            self.ask()
            self.arranged.emit()

    def ask(self) -> None:
        """Ask for what is shown, while it is seen."""
        if self.isVisible():
            self.asked.emit(self._tiles())

    def _plan(self, view: View) -> list[TileLook]:
        area = layout.Box(MARGIN, MARGIN, self.width() - 2 * MARGIN, self.height() - 2 * MARGIN)
        people = list(view.people)
        big = self._big(view)
        if big is None:
            slots = layout.choose([p.slot for p in people], set(view.speaking), layout.PAGE_SIZE)
            boxes = layout.gallery(len(slots), area)
        else:
            plan = layout.stage_plan(len(people), area)
            slots = layout.choose([p.slot for p in people], set(view.speaking), plan.shown)
            boxes = plan.strip
        self._boxes.begin()
        looks = [self._look(view, big, plan.stage)] if big is not None else []
        by_slot = {p.slot: p for p in people}
        looks += [
            self._look(view, _Wanted(by_slot[s], self._stream(box)), box)
            for s, box in zip(slots, boxes, strict=True)
        ]
        self._boxes.end()
        return looks

    def _big(self, view: View) -> _Wanted | None:
        if self._kind == "stage" and view.sharer is not None:
            return _Wanted(view.sharer, SCREEN_STREAM, stage=True)
        if self._kind == "speaker":
            person = view.person(self._spotlight)
            if person is not None:
                return _Wanted(person, CAMERA_STREAM, stage=True)
        return None

    def _stream(self, box: layout.Box) -> int:
        wide = box.width * self.devicePixelRatioF() >= FULL_CAMERA_FROM
        return CAMERA_STREAM if wide else THUMBNAIL

    def _look(self, view: View, wanted: _Wanted, box: layout.Box) -> TileLook:
        person, screen = wanted.person, wanted.stream == SCREEN_STREAM
        own_camera = person.me and not screen
        slot = OWN_PREVIEW if own_camera else person.slot
        rect = self._snapped(box)
        big = wanted.stage or rect.width() * self.devicePixelRatioF() > self._boxes.SMALL[0]
        pictured = screen or (bool(person.state & CAMERA) and person.live)
        state, icon = self._state(view, person)
        return TileLook(
            slot=person.slot,
            rect=rect,
            name=person.name,
            plate=str(say("meeting.you")) if person.me else person.name,
            stream=wanted.stream,
            box=self._boxes.take((slot, wanted.stream), self._arena, big=big) if pictured else -1,
            pictured=pictured,
            fit=wanted.stage or person.role == "room",
            stage=wanted.stage,
            speaking=person.slot in view.speaking and not wanted.stage,
            mic_off=not person.state & MICROPHONE,
            room=person.role == "room",
            hand=person.hand,
            state=state,
            state_icon=icon,
            waiting=str(say("live.awaited")) if screen else "",
            caption=str(say("meeting.shared_by", name=person.name))
            if screen
            else person.name
            if wanted.stage
            else "",
        )

    def _state(self, view: View, person: Person) -> tuple[str, str]:
        if not person.live and not person.me:
            return str(say("tile.reconnecting")), "refresh"
        if person.slot in view.network.weak:
            return str(say("tile.weak")), "wifi-1"
        if person.me and view.stage is Stage.RECONNECTING:
            return str(say("tile.reconnecting")), "refresh"
        return "", ""

    def _snapped(self, box: layout.Box) -> QRectF:
        ratio = self.devicePixelRatioF()
        left, top = round(box.x * ratio) / ratio, round(box.y * ratio) / ratio
        right, low = round((box.x + box.width) * ratio) / ratio, round((box.y + box.height) * ratio) / ratio
        return QRectF(left, top, right - left, low - top)

    def _tiles(self) -> list[Tile]:
        ratio = self.devicePixelRatioF()
        asked = []
        for look in self._looks:
            if look.box < 0:
                continue
            me = self._view.me if self._view else None
            own = me is not None and look.slot == me.slot and look.stream != SCREEN_STREAM
            width, height = self._boxes.fit(
                look.box, round(look.picture_rect.width() * ratio), round(look.picture_rect.height() * ratio)
            )
            asked.append(
                Tile(
                    index=look.box,
                    slot=OWN_PREVIEW if own else look.slot,
                    stream=look.stream,
                    width=width,
                    height=height,
                    fit=look.fit,
                )
            )
        return asked

    # --- who is there, for keyboards and screen readers ---------------------------------------------------

    def _place_spots(self, view: View) -> None:
        keys = {(look.slot, look.stage) for look in self._looks}
        for key in self._spots.keys() - keys:
            self._spots.pop(key).deleteLater()
        for look in self._looks:
            spot = self._spots.get((look.slot, look.stage))
            if spot is None:
                spot = self._spots[look.slot, look.stage] = TileSpot(self, look.slot)
                spot.clicked.connect(self._clicked)
                spot.show()
            spot.setGeometry(look.rect.toRect())
            spot.setAccessibleName(spoken(look, view))
            spot.setToolTip("")

    def _clicked(self) -> None:
        spot = self.sender()
        if isinstance(spot, TileSpot):
            self.picked.emit(spot.slot)

    # --- Qt -----------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Find new places."""
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the tiles that lie in the region to repaint."""
        assert event is not None
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme().color("stage"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        region = QRectF(event.rect())
        for look in self._looks:
            if look.rect.adjusted(-6, -6, 6, 6).intersects(region):
                self._paint_tile(painter, look)

    def _paint_tile(self, painter: QPainter, look: TileLook) -> None:
        picture = self._arena.read(look.box) if look.box >= 0 else None
        shown = picture is not None and self._boxes.is_new(look.box, picture.number)
        if not shown or look.fit:
            tiles.paint_ground(painter, look)
        if picture is not None and shown:
            tiles.paint_picture(painter, look, picture, self.devicePixelRatioF())
            if not self._arena.still_valid(picture):
                self.update(look.rect.toAlignedRect())
        tiles.paint_marks(painter, look)


def spoken(look: TileLook, view: View) -> str:
    """Return what a screen reader says of a tile."""
    if look.stage and look.stream == SCREEN_STREAM:
        return str(look.caption)
    facts: Sequence[tuple[bool, Callable[[], str]]] = (
        (look.slot in view.speaking, lambda: str(say("tile.speaks"))),
        (look.mic_off, lambda: str(say("tile.muted"))),
        (not look.pictured, lambda: str(say("tile.no_camera"))),
        (bool(look.hand), lambda: str(say("tile.hand", n=look.hand))),
        (bool(str(look.state)), lambda: str(look.state)),
    )
    name = f"{look.name} ({say('meeting.you_small')})" if view.me and view.me.slot == look.slot else look.name
    told = [tell() for true, tell in facts if true]
    return str(say("tile.spoken", name=name, facts=fmt_list(told))) if told else name
