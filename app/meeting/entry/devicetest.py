"""Trying camera, microphone and speaker outside a meeting: the first section of the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.meeting.entry.devices import DeviceChoice
from app.meeting.entry.preview import Preview
from app.meeting.notices import NoticeColumn
from app.meeting.view import IN_MEETING, Stage
from app.ui.buttons import Button
from app.ui.panes import Banner
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtGui import QHideEvent, QShowEvent

    from app.feature import Desk
    from app.meeting.service import Meeting
    from app.meeting.view import View

PREVIEW_WIDTH = 420


class DeviceTest(QWidget):
    """Own preview and level; *choose* is told kind and device id of each choice."""

    def __init__(self, desk: Desk, meeting: Meeting, name: str, choose: Callable[[str, str], None]) -> None:
        super().__init__()
        self._meeting, self._choose = meeting, choose
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(28)
        left = QVBoxLayout()
        left.setSpacing(12)
        self.preview = Preview(meeting.arena, name, "")
        self.preview.setFixedWidth(PREVIEW_WIDTH)
        left.addWidget(self.preview)
        self._busy = Banner("info", say("devices.in_call"), say("devices.in_call.detail"))
        left.addWidget(self._busy)
        self._notices = NoticeColumn()
        left.addWidget(self._notices)
        left.addStretch(1)
        row.addLayout(left)
        right = QVBoxLayout()
        self.devices = DeviceChoice()
        right.addWidget(self.devices)
        again = Button(say("devices.again"), size="s", icon="refresh")
        right.addWidget(again, 0, Qt.AlignmentFlag.AlignLeft)
        right.addStretch(1)
        row.addLayout(right, 1)
        for signal, call in (
            (self.preview.asked, self._show),
            (self.preview.microphone.clicked, self._meeting.flip_microphone),
            (self.preview.camera.clicked, self._meeting.flip_camera),
            (self.devices.microphone, self._microphone),
            (self.devices.camera, self._camera),
            (self.devices.speaker, self._speaker),
            (self.devices.tested, meeting.test_speaker),
            (self._notices.dismissed, meeting.dismiss),
            (again.clicked, meeting.list_devices),
        ):
            signal.connect(call)
        desk.bridge.watch(self, meeting.changed, self.show_view)
        desk.bridge.watch(self, meeting.fresh, self._freshen, lambda old, new: old | new)
        self.show_view(meeting.view)

    def _free(self) -> bool:
        return self._meeting.view.stage not in IN_MEETING

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Start the engine for the preview, when no meeting has it."""
        super().showEvent(event)
        if self._free():
            self._meeting.look()
            self.preview.ask()

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Give camera and microphone back."""
        super().hideEvent(event)
        if self._meeting.view.stage in {Stage.IDLE, Stage.ENDED}:
            self._meeting.camera(False)
            self._meeting.microphone(False)
            self._meeting.rest()

    def _show(self, tiles: object) -> None:
        if self._free() and self.isVisible():
            self._meeting.show(tiles)  # type: ignore[arg-type]  # pyqtSignal carries object

    def _microphone(self, device: str) -> None:
        self._meeting.microphone(self._meeting.view.microphone.wanted, device)
        self._choose("microphone", device)

    def _camera(self, device: str) -> None:
        self._meeting.camera(self._meeting.view.camera.wanted, device)
        self._choose("camera", device)

    def _speaker(self, device: str) -> None:
        self._meeting.speaker(device)
        self._choose("speaker", device)

    def _freshen(self, _boxes: frozenset[int]) -> None:
        self.preview.update()

    def show_view(self, view: View) -> None:
        """Bring everything up to date; in a call its own page has the picture."""
        free = view.stage not in IN_MEETING
        self.preview.setVisible(free)
        self._busy.setVisible(not free)
        self.preview.show_view(view)
        self.devices.show_view(view)
        self._notices.show_view(view)
