"""What the stage does beside the wall: whose picture, own pointer, another display. One owner for all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtGui import QGuiApplication

from app.meeting.call.pointers import MOST, Telling
from app.meeting.call.second import StageWindow, other_display
from app.meeting.call.sharing import follow
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PyQt6.QtWidgets import QWidget

    from app.feature import Desk
    from app.meeting.call.second import Display
    from app.meeting.call.sharing import Share
    from app.meeting.call.wall import Wall
    from app.meeting.service import Meeting
    from app.meeting.view import View
    from media.engine.messages import Pointed


class Staging(QObject):
    """`moved`: the picture went to another display, or came back; draw again."""

    moved = pyqtSignal()

    def __init__(self, owner: QWidget, wall: Wall, meeting: Meeting, desk: Desk) -> None:
        super().__init__(owner)
        self._owner, self._wall, self._meeting, self._desk = owner, wall, meeting, desk
        self.share: Share | None = None
        self.second: StageWindow | None = None
        self.displays: Callable[[], Sequence[Display]] = QGuiApplication.screens
        self._telling = Telling(self._tell)
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.timeout.connect(self._tell_late)
        stage = wall.shared
        stage.canvas.pointed.connect(self._point)
        stage.elsewhere.connect(self.flip_display)
        stage.closed.connect(self.close_share)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.screenAdded.connect(self._show_displays)
        app.screenRemoved.connect(self._display_gone)
        self._show_displays()

    # --- whose picture ------------------------------------------------------------------------------------

    def follow(self, view: View) -> Share | None:
        """Return whose picture is on the stage after *view*."""
        before, self.share = self.share, follow(self.share, view, self._desk.now_ms())
        if self.share is None or self.share.lost_ms or (before and before.slot != self.share.slot):
            self.point(False)
        if self.share is None and before is not None:
            self._forget()
        return self.share

    def _forget(self) -> None:
        self.bring_back()
        self._wall.shared.show_share(None, -1, {})

    def close_share(self) -> None:
        """Put the last frame of a lost share away."""
        self.share = None
        self._forget()
        self.moved.emit()

    # --- pointers -----------------------------------------------------------------------------------------

    @property
    def can_point(self) -> bool:
        """Whether there is something to point at."""
        return self.share is not None and not self.share.lost_ms

    @property
    def pointing(self) -> bool:
        """Whether all see where the mouse is over the picture."""
        return self._wall.shared.canvas.pointing

    def point(self, on: bool) -> None:
        """Let all see the own mouse over the picture, or no more."""
        canvas = self._wall.shared.canvas
        canvas.pointing = on and self.can_point
        canvas.show_cursor()
        if not canvas.pointing:
            self._telling.stop()

    def _point(self, x: float, y: float) -> None:
        now_ms, me = self._desk.now_ms(), self._meeting.view.me
        if me is not None and self.share is not None:
            canvas = self._wall.shared.canvas
            canvas.pointers.heard(me.slot, self.share.slot, x, y, now_ms)
            canvas.update()
            self._wait(self._telling.move(x, y, now_ms))

    def _tell_late(self) -> None:
        self._wait(self._telling.due(self._desk.now_ms()))

    def _wait(self, wait_ms: int | None) -> None:
        if wait_ms is not None:
            self._due.start(wait_ms)

    def _tell(self, x: int, y: int) -> None:
        if self.share is not None:
            self._meeting.point(self.share.slot, x, y)

    def heard(self, moves: Sequence[Pointed]) -> None:
        """Show where others point."""
        canvas, view = self._wall.shared.canvas, self._meeting.view
        for move in moves:
            if view.person(move.slot) is not None and max(move.x, move.y) <= MOST:
                spot = move.x / MOST, move.y / MOST
                canvas.pointers.heard(move.slot, move.sharer, *spot, self._desk.now_ms())
        canvas.update()

    # --- another display ----------------------------------------------------------------------------------

    def _show_displays(self, _added: object = None) -> None:
        button = self._wall.shared.other
        self._wall.shared.whole.setVisible(self.second is None)
        if self.second is not None:
            button.setEnabled(True)
            button.show_icon(say("stage.bring_back"), "minimize")
        else:
            several = len(self.displays()) > 1
            button.setEnabled(several)
            button.show_icon(say("stage.elsewhere" if several else "stage.one_display"), "device-desktop")

    def flip_display(self) -> None:
        """Show the picture on another display, or in the main window again."""
        if self.second is not None:
            self.bring_back()
            self.moved.emit()
        elif self.share is not None:
            self._open_elsewhere()

    def _open_elsewhere(self) -> None:
        window = self._owner.window()
        assert window is not None
        display = other_display(self.displays(), window.geometry().center())
        if display is None:
            self._desk.tell(say("stage.one_display"))
            return
        stage = self._wall.shared
        second = self.second = StageWindow(self._owner, stage)
        second.given_back.connect(self.flip_display)
        for key, call in (
            ("+", stage.zoom_in),
            ("=", stage.zoom_in),
            ("-", stage.zoom_out),
            ("0", stage.fit),
            ("P", self.flip_pointer),
            ("F", self.flip_display),
            ("Esc", self.flip_display),
        ):
            second.bind(key, call)
        second.fill(display)
        self._show_displays()
        self.moved.emit()

    def flip_pointer(self) -> None:
        """Let all see the own mouse over the picture, or no more; draws again."""
        self.point(not self.pointing)
        self.moved.emit()

    def bring_back(self) -> None:
        """Have the picture in the main window again."""
        second, self.second = self.second, None
        if second is not None:
            self._wall.take_back()
            second.hide()
            second.deleteLater()
            self._show_displays()

    def _display_gone(self, display: Display) -> None:
        if self.second is not None and self.second.display == display.name():
            self.bring_back()
            self.moved.emit()
            self._desk.tell(say("stage.display_gone"))
        self._show_displays()

    def cover(self, yes: bool) -> None:
        """Show nothing on the other display while the lock or the discretion screen is in front."""
        if self.second is None:
            return
        if yes:
            self.second.hide()
        else:
            self.second.showFullScreen()
        self._wall.ask()
