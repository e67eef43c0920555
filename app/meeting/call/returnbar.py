"""The way back to a running call from the other sections: picture or initials, title, time, who speaks, microphone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSize, QTimer, pyqtSignal
from PyQt6.QtGui import QKeySequence, QPainter, QShortcut
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.i18n import fmt_timer
from app.meeting.call import tiles
from app.meeting.call.controls import CallButton
from app.meeting.call.tiles import TileLook
from app.meeting.view import CAMERA, IN_MEETING, THUMBNAIL, Stage
from app.ui import paint
from app.ui.buttons import Button
from app.ui.graphemes import isolated
from app.ui.text import Label, Named
from app.ui.theme import theme
from app.ui.words import Words, say
from media.engine.messages import Person, Tile

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtGui import QHideEvent, QPaintEvent, QShowEvent

    from app.bridge import Bridge
    from app.meeting.service import Meeting
    from app.meeting.view import View

BOX = 4
"""The first of the arena's small boxes: the wall uses none while its page is hidden."""
PICTURE = QSize(80, 48)
CARD_WIDTH = 460
SECOND_MS = 1000


class _Picture(QWidget):
    """Who speaks, or spoke last."""

    def __init__(self, meeting: Meeting) -> None:
        super().__init__()
        self._arena = meeting.arena
        self._person: Person | None = None
        self.setFixedSize(PICTURE)

    def show_person(self, person: Person | None) -> None:
        """Show somebody else."""
        self._person = person
        self.setAccessibleName(person.name if person is not None else "")
        self.update()

    @property
    def tile(self) -> Tile | None:
        """What to ask the engine for; None while there is nothing but initials."""
        person = self._person
        if person is None or person.me or not (person.live and person.state & CAMERA):
            return None
        ratio = self.devicePixelRatioF()
        size = round(self.width() * ratio), round(self.height() * ratio)
        return Tile(index=BOX, slot=person.slot, stream=THUMBNAIL, width=size[0], height=size[1])

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the picture, or the initials."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tile, name = self.tile, self._person.name if self._person is not None else ""
        rect = QRectF(self.rect())
        look = TileLook(tile.slot if tile else 0, rect, name, "", THUMBNAIL, BOX, pictured=tile is not None)
        tiles.paint_ground(painter, look)
        picture = self._arena.read(BOX) if tile else None
        if picture is not None:
            tiles.paint_picture(painter, look, picture, self.devicePixelRatioF())


class _Card(QFrame):
    """The dark ground of the call."""

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint it."""
        color = theme().color
        paint.box(paint.painter_for(self), QRectF(self.rect()), 8, color("stage"), color("stage_line"))


class ReturnBar(QWidget):
    """Shown while a call runs out of sight. Who leaves the call's screen is muted, and told so; the button opens again."""

    back = pyqtSignal()

    def __init__(self, meeting: Meeting, bridge: Bridge, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self._meeting, self._now_ms = meeting, now_ms
        self._in_front = False
        self._cut = False
        self._last: Person | None = None
        Named(self, say("return.name"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 8)
        row.setSpacing(10)
        row.addWidget(self._call(), 3)
        self._return = Button(say("window.return"), "primary", "m", "users-group", ("Ctrl", "J"))
        self._return.clicked.connect(self.back)
        leave = Button(say("return.leave"), icon="phone-off")
        leave.clicked.connect(self._leave)
        self._said = Label("", "small", "text_2", wrap=True)
        row.addWidget(self._return)
        row.addWidget(leave)
        row.addWidget(self._said, 2)
        shortcut = QShortcut(QKeySequence("Ctrl+D"), self)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(self._flip)
        second = QTimer(self)
        second.timeout.connect(self.tick)
        second.start(SECOND_MS)
        bridge.watch(self, meeting.fresh, self._freshen, lambda old, new: old | new)
        self.hide()

    def _call(self) -> QWidget:
        card = _Card()
        card.setMaximumWidth(CARD_WIDTH)
        row = QHBoxLayout(card)
        row.setContentsMargins(8, 8, 8, 8)
        row.setSpacing(10)
        self.picture = _Picture(self._meeting)
        row.addWidget(self.picture)
        words = QVBoxLayout()
        words.setSpacing(0)
        self._title = Label("", "body_strong", "stage_text").clipped()
        self._line = Label("", "small", "stage_text_2").clipped()
        for label in (self._title, self._line):
            label.setMinimumWidth(200)
            words.addWidget(label)
        row.addLayout(words, 1)
        self.microphone = CallButton(say("call.microphone"), "microphone", bare=True)
        self.microphone.keys = ("Ctrl", "D")
        self.microphone.clicked.connect(self._flip)
        row.addWidget(self.microphone)
        card.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return card

    # --- what is heard ------------------------------------------------------------------------------------

    def show_call(self, view: View, *, in_front: bool, open_desk: bool) -> None:
        """Hear how the call stands, whether its own screen is in front, whether the desk is open."""
        left, self._in_front = self._in_front and not in_front, in_front
        running = view.stage in IN_MEETING
        if left and open_desk and running and view.microphone.wanted:
            self._cut = True
            self._meeting.microphone(False)
            view = self._meeting.view
        self._cut = self._cut and running and not in_front and not view.microphone.wanted
        away = running and open_desk and not in_front
        if away:
            self._show_view(view)
        self.setVisible(away)

    def _show_view(self, view: View) -> None:
        self._title.say(view.title or say("prejoin.untitled"))
        speaker = next(
            (p for slot in view.speaking if (p := view.person(slot)) is not None and not p.me), None
        )
        if speaker is not None:
            self._last = speaker
        self._last = _still_there(view, self._last)
        self.picture.show_person(self._last)
        if self.isVisible():
            self._ask()
        on = view.microphone.wanted
        self.microphone.show_state(
            say("call.mute" if on else "call.unmute"),
            "microphone" if on else "microphone-off",
            "plain" if on else "off",
        )
        self._said.say(say("return.open" if on else "return.cut" if self._cut else "return.muted"))
        self._say_line(view, speaker)

    def _say_line(self, view: View, speaker: Person | None) -> None:
        if view.stage is Stage.LIVE:
            time = fmt_timer((self._now_ms() - view.since_ms) / 1000 if view.since_ms else 0)
            words: Words = say("return.speaks", time=time, name=isolated(speaker.name)) if speaker else time
        else:
            words = say(f"stage.{view.stage.value}")
        self._line.say(words)

    def tick(self) -> None:
        """Count the seconds."""
        if self.isVisible():
            self._show_view(self._meeting.view)

    def _flip(self) -> None:
        self._meeting.microphone(not self._meeting.view.microphone.wanted)

    def _leave(self) -> None:
        self._meeting.leave()

    def _ask(self) -> None:
        tile = self.picture.tile
        self._meeting.show([tile] if tile is not None else [])

    def _freshen(self, boxes: frozenset[int]) -> None:
        if BOX in boxes and self.isVisible():
            self.picture.update()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Ask for the one small picture: the wall asks for nothing while its page is hidden."""
        super().showEvent(event)
        self._ask()

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Forget who spoke: the next call has other people."""
        super().hideEvent(event)
        self._last = None


def _still_there(view: View, last: Person | None) -> Person | None:
    """Return the newest word of who spoke last, else of anybody else in the call."""
    known = next((p for p in view.people if last is not None and p.member == last.member), None)
    return known or next((p for p in view.people if not p.me), None)
