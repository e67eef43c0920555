"""One painted surface for the stage and every tile; over it one transparent button a tile, which a screen reader sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QAbstractButton, QWidget

from app.i18n import fmt_duration, fmt_list
from app.meeting.call import layout, tiles
from app.meeting.call.boxes import Boxes
from app.meeting.call.seating import Seating, pages
from app.meeting.call.stage import SharedView
from app.meeting.call.tiles import TileLook
from app.meeting.view import CAMERA, CAMERA_STREAM, MICROPHONE, OWN_PREVIEW, SCREEN_STREAM, THUMBNAIL, Stage
from app.ui.theme import theme
from app.ui.words import say
from media.engine.messages import Tile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PyQt6.QtGui import QMouseEvent, QPaintEvent, QResizeEvent, QShowEvent

    from app.meeting.call.sharing import Share
    from app.meeting.ports import Arena
    from app.meeting.view import View
    from media.engine.messages import Person

MARGIN = 8
FULL_CAMERA_FROM = 480
"""Device pixels of width from which a tile is worth the full camera instead of the thumbnail."""
VIEWS = ("gallery", "stage", "speaker")
FROZEN_MS = 3_000
"""A camera that is on and gives no picture for so long stands still, and that is said."""


class TileSpot(QAbstractButton):
    """What a keyboard, a mouse and a screen reader find of a tile; paints nothing."""

    radius = tiles.RADIUS

    def __init__(self, parent: QWidget, slot: int) -> None:
        super().__init__(parent)
        self.slot = slot
        self.setMouseTracking(True)
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
    """`asked` carries the tiles to ask the engine for, `asked_far` those on another display; `picked` a slot that was clicked."""

    asked = pyqtSignal(object)
    asked_far = pyqtSignal(object)
    arranged = pyqtSignal()
    picked = pyqtSignal(int)
    stirred = pyqtSignal()

    def __init__(self, arena: Arena, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self._arena, self._now_ms = arena, now_ms
        self._boxes = Boxes()
        self.shared = SharedView(arena, self._boxes, now_ms)
        self.shared.setParent(self)
        self.shared.hide()
        self.shared.asked.connect(self.ask)
        self.alone = False
        """True: the shared picture has the whole wall, as on a full screen."""
        self.page = 0
        self._pages = 1
        self._share: Share | None = None
        self._seating = {kind: Seating() for kind in VIEWS}
        self._seen: dict[tuple[int, bool], int] = {}
        self._looks: list[TileLook] = []
        self._spots: dict[tuple[int, bool], TileSpot] = {}
        self._view: View | None = None
        self._kind = "gallery"
        self._spotlight = -1
        self.setMinimumSize(320, 240)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # --- what is shown ------------------------------------------------------------------------------------

    def show_view(self, view: View, kind: str, spotlight: int = -1, share: Share | None = None) -> None:
        """Show *view* as `gallery`, `stage` (the *share* above) or `speaker` (*spotlight* above)."""
        self.page = self.page if kind == self._kind else 0
        self._view, self._kind, self._spotlight, self._share = view, kind, spotlight, share
        self._arrange()

    def freshen(self, boxes: frozenset[int]) -> None:
        """Repaint the tiles of these arena boxes."""
        now_ms = self._now_ms()
        for look in self._looks:
            if look.box in boxes:
                self._seen[look.slot, look.stage] = now_ms
                self.update(look.rect.toAlignedRect())
        if self.shared.canvas.box in boxes:
            self.shared.freshen()

    def tick(self) -> None:
        """Once a second: say who stands still."""
        if self.isVisible():
            self._arrange()

    def turn(self, step: int) -> None:
        """Show the page after this one, or before."""
        self.page = max(0, min(self._pages - 1, self.page + step))
        self._arrange()

    @property
    def pages(self) -> int:
        """How many pages of people there are."""
        return self._pages

    @property
    def away(self) -> bool:
        """True while the shared picture is on another display."""
        return self.shared.parent() is not self

    def take_back(self) -> None:
        """Have the shared picture in the wall again."""
        self.shared.setParent(self)
        self._arrange()

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
            self.arranged.emit()
        self.ask()

    def ask(self) -> None:
        """Ask for what is shown, while it is seen."""
        self.asked_far.emit(self._shared_tile() if self.away and self.shared.isVisible() else [])
        if self.isVisible():
            self.asked.emit(self._tiles())

    def _plan(self, view: View) -> list[TileLook]:
        big = self._spotlit(view)
        staged = self._kind == "stage" and self._share is not None and not self.away
        margin = 0 if staged and self.alone else MARGIN
        area = layout.Box(margin, margin, self.width() - 2 * margin, self.height() - 2 * margin)
        people = 0 if staged and self.alone else len(view.people)
        plan = layout.stage_plan(people, area) if staged or big else layout.gallery_plan(people, area)
        slots = self._seated(view, plan.shown)
        self._boxes.begin()
        self._show_share(view, plan.stage if staged else None)
        looks = [self._look(view, big, plan.stage)] if big else []
        by_slot = {p.slot: p for p in view.people}
        looks += [
            self._look(view, _Wanted(by_slot[s], self._stream(box)), box)
            for s, box in zip(slots, plan.strip, strict=False)
        ]
        self._boxes.end()
        return looks

    def _spotlit(self, view: View) -> _Wanted | None:
        person = view.person(self._spotlight) if self._kind == "speaker" else None
        return _Wanted(person, CAMERA_STREAM, stage=True) if person is not None else None

    def _seated(self, view: View, room: int) -> list[int]:
        """Return who sits on the page that is shown."""
        own = view.me.slot if view.me is not None else None
        order = self._seating[self._kind].seat([p.slot for p in view.people], view.speaking, room, own)
        self._pages = pages(len(order), room) if room else 1
        self.page = min(self.page, self._pages - 1)
        return order[self.page * room : (self.page + 1) * room]

    def _show_share(self, view: View, box: layout.Box | None) -> None:
        share, index = self._share, -1
        if share is not None and not share.lost_ms and (box is not None or self.away):
            slot = OWN_PREVIEW if share.mine else share.slot
            index = self._boxes.take((slot, SCREEN_STREAM), self._arena, big=True)
        names = {p.slot: str(say("meeting.you")) if p.me else p.name for p in view.people}
        if not self.away:
            self.shared.setVisible(box is not None)
            if box is not None:
                self.shared.setGeometry(self._snapped(box).toRect())
        self.shared.show_share(share, index, names)

    def _shared_tile(self) -> list[Tile]:
        canvas = self.shared.canvas
        if canvas.box < 0 or canvas.share is None:
            return []
        slot = OWN_PREVIEW if canvas.share.mine else canvas.share.slot
        width, height = self._boxes.fit(canvas.box, *canvas.wanted)
        return [
            Tile(index=canvas.box, slot=slot, stream=SCREEN_STREAM, width=width, height=height, whole=True)
        ]

    def _stream(self, box: layout.Box) -> int:
        wide = box.width * self.devicePixelRatioF() >= FULL_CAMERA_FROM
        return CAMERA_STREAM if wide else THUMBNAIL

    def _look(self, view: View, wanted: _Wanted, box: layout.Box) -> TileLook:
        person = wanted.person
        slot = OWN_PREVIEW if person.me else person.slot
        rect = self._snapped(box)
        big = wanted.stage or rect.width() * self.devicePixelRatioF() > self._boxes.SMALL[0]
        pictured = bool(person.state & CAMERA) and person.live
        state, icon = self._state(view, person, pictured=pictured, stage=wanted.stage)
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
            caption=person.name if wanted.stage else "",
            still=pictured and self._still_ms(person, stage=wanted.stage) > 0,
        )

    def _state(self, view: View, person: Person, *, pictured: bool, stage: bool) -> tuple[str, str]:
        gone = view.stage is Stage.RECONNECTING if person.me else not person.live
        if gone:
            return str(say("tile.reconnecting")), "refresh"
        still_ms = self._still_ms(person, stage=stage) if pictured else 0
        if still_ms:
            return str(say("tile.frozen", time=fmt_duration(still_ms / 1000))), "wifi-1"
        if person.slot in view.network.weak:
            return str(say("tile.weak")), "wifi-1"
        return "", ""

    def _still_ms(self, person: Person, *, stage: bool) -> int:
        """Return for how long a camera gave no picture though it should; 0 while it does, and for the own one."""
        now_ms = self._now_ms()
        still_ms = now_ms - self._seen.get((person.slot, stage), now_ms)
        return still_ms if still_ms >= FROZEN_MS and not person.me else 0

    def _snapped(self, box: layout.Box) -> QRectF:
        ratio = self.devicePixelRatioF()
        left, top = round(box.x * ratio) / ratio, round(box.y * ratio) / ratio
        right, low = round((box.x + box.width) * ratio) / ratio, round((box.y + box.height) * ratio) / ratio
        return QRectF(left, top, right - left, low - top)

    def _tiles(self) -> list[Tile]:
        ratio = self.devicePixelRatioF()
        asked = self._shared_tile() if self.shared.isVisible() and not self.away else []
        for look in self._looks:
            if look.box < 0:
                continue
            me = self._view.me if self._view else None
            own = me is not None and look.slot == me.slot
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
        self._seen = {key: at_ms for key, at_ms in self._seen.items() if key in keys}
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

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Begin to count anew who stands still: nobody was asked for while nothing was seen."""
        super().showEvent(event)
        self._seen.clear()
        self._arrange()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Tell that the mouse moved."""
        super().mouseMoveEvent(event)
        self.stirred.emit()

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
