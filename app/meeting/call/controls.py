"""The call's buttons: 48 px, name and key under each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.meeting.view import HAND, SCREEN
from app.ui import paint
from app.ui.buttons import Press
from app.ui.icons import paint_icon
from app.ui.theme import theme
from app.ui.words import Words, say

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent

    from app.meeting.view import View

SIDE = 48


class CallButton(Press):
    """One control of the call. `mode`: plain, off (warns), on (active), leave; `bare` shows no caption."""

    radius = 12.0
    opacity = 1.0

    def __init__(
        self, label: Words, icon: str, key: str = "", mode: str = "plain", *, bare: bool = False
    ) -> None:
        self._label, self._icon, self._mode, self._bare = label, icon, mode, bare
        super().__init__(label, (key,) if key else ())
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_state(self, verb: Words, icon: str, mode: str) -> None:
        """Show another icon and mode; *verb* is what a press does, for the tooltip and the screen reader."""
        if (verb, icon, mode) != (self._words, self._icon, self._mode):
            self._icon, self._mode = icon, mode
            self.say(verb)
            self.update()

    @property
    def _caption(self) -> str:
        return f"{self._label} · {self.keys[0]}" if self.keys else str(self._label)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Room for the box and its caption."""
        if self._bare:
            return QSize(SIDE, SIDE)
        width = max(64, int(paint.text_width(self._caption, theme().font("caption"))) + 6)
        return QSize(width, SIDE + 4 + theme().scaled(18))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the box, the icon, the caption."""
        painter = paint.painter_for(self)
        painter.setOpacity(self.opacity if self.isEnabled() else 0.45 * self.opacity)
        color = theme().color
        box = QRectF((self.width() - SIDE) / 2, 0, SIDE, SIDE)
        lit = self.underMouse() or self.isDown()
        fills = {"plain": "stage_line" if lit else "stage_3", "off": "off", "on": "on"}
        fills["leave"] = "leave_hover" if lit else "leave"
        inks = {"plain": "stage_text", "off": "off_ink", "on": "on_ink", "leave": "plate_text"}
        paint.box(painter, box, 10, color(fills[self._mode]))
        paint_icon(painter, self._icon, box.adjusted(12, 12, -12, -12), color(inks[self._mode]))
        if self._bare:
            return
        caption = QRectF(0, SIDE + 3, self.width(), self.height() - SIDE - 3)
        middle = Qt.AlignmentFlag.AlignHCenter
        paint.text(painter, caption, self._caption, theme().font("caption"), color("stage_text_2"), middle)


class Controls(QWidget):
    """The row of controls; each signal is one wish."""

    microphone = pyqtSignal()
    camera = pyqtSignal()
    share = pyqtSignal()
    hand = pyqtSignal()
    pointer = pyqtSignal()
    view = pyqtSignal()
    more = pyqtSignal()
    leave = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 8, 8)
        row.setSpacing(6)
        self._microphone = CallButton(say("call.microphone"), "microphone", "M")
        self._camera = CallButton(say("call.camera"), "video", "V")
        self._share = CallButton(say("call.share"), "screen-share", "S")
        self._hand = CallButton(say("call.hand"), "hand-stop", "H")
        self._pointer = CallButton(say("call.pointer"), "pointer", "P")
        self._view = CallButton(say("call.view"), "layout-grid", "L")
        self._more = CallButton(say("call.more"), "dots")
        self._leave = CallButton(say("call.leave"), "phone-off", mode="leave")
        wishes = (
            self.microphone,
            self.camera,
            self.share,
            self.hand,
            self.pointer,
            self.view,
            self.more,
        )
        buttons = (
            self._microphone,
            self._camera,
            self._share,
            self._hand,
            self._pointer,
            self._view,
            self._more,
        )
        self._buttons = (*buttons, self._leave)
        self._floats = False
        self._opacity = 1.0
        row.addStretch(1)
        for button, wish in zip(buttons, wishes, strict=True):
            button.clicked.connect(wish)
            row.addWidget(button)
        row.addSpacing(18)
        self._leave.clicked.connect(self.leave)
        row.addWidget(self._leave)
        row.addStretch(1)

    def float_over(self, yes: bool) -> None:
        """Lie over the pictures on a ground of its own, or stand below them."""
        self._floats = yes
        self.update()

    def set_opacity(self, opacity: float) -> None:
        """Fade: 0 is not seen, 1 is."""
        self._opacity = opacity
        for button in self._buttons:
            button.opacity = opacity
            button.update()
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the ground of controls that float."""
        if self._floats:
            painter = paint.painter_for(self)
            painter.setOpacity(0.94 * self._opacity)
            paint.box(painter, QRectF(self.rect()), 14, theme().color("stage"), theme().color("stage_line"))

    def show_pointer(self, possible: bool, on: bool) -> None:
        """Show whether there is something to point at, and whether all see the own pointer."""
        verb = "call.pointer_off" if on else "call.pointer_on" if possible else "call.pointer_none"
        self._pointer.show_state(say(verb), "pointer", "on" if on else "plain")
        self._pointer.setEnabled(possible)

    def show_view(self, view: View, kind: str) -> None:
        """Show the state of the own devices."""
        on = view.microphone.wanted
        icon = "microphone" if on else "microphone-off"
        self._microphone.show_state(say("call.mute" if on else "call.unmute"), icon, "plain" if on else "off")
        on = view.camera.wanted
        icon = "video" if on else "video-off"
        self._camera.show_state(
            say("call.camera_off" if on else "call.camera_on"), icon, "plain" if on else "off"
        )
        me = view.me
        sharing = view.share.wanted or bool(me and me.state & SCREEN)
        self._share.show_state(
            say("call.stop_share" if sharing else "call.start_share"),
            "screen-share",
            "on" if sharing else "plain",
        )
        raised = bool(me and me.state & HAND)
        self._hand.show_state(
            say("call.lower" if raised else "call.raise"), "hand-stop", "on" if raised else "plain"
        )
        icons = {"gallery": "layout-grid", "stage": "presentation", "speaker": "user"}
        self._view.show_state(say("call.next_view"), icons[kind], "plain")
