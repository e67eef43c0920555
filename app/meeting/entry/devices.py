"""Choosing camera, microphone and speaker: shared by the pre-join; the settings have their own page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.buttons import Button
from app.ui.choices import Select
from app.ui.marks import LevelMeter
from app.ui.text import Label, Named
from app.ui.words import Words, say

if TYPE_CHECKING:
    from app.meeting.view import View
    from media.engine.messages import Device

HEARD = 0.08


class DeviceChoice(QWidget):
    """Three lists and the own level. Signals carry a device id; empty is the system's default."""

    microphone = pyqtSignal(str)
    speaker = pyqtSignal(str)
    camera = pyqtSignal(str)
    tested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self._selects: dict[str, Select] = {}
        self._room = 0
        wishes = {"microphone": self.microphone, "speaker": self.speaker, "camera": self.camera}
        icons = {"microphone": "microphone", "speaker": "headphones", "camera": "video"}
        for kind in wishes:
            caption, select = Label(say(f"device.{kind}"), "caption", "text_2"), Select(icons[kind])
            caption.setBuddy(select)
            column.addWidget(caption)
            Named(select, say(f"device.{kind}"))
            select.activated.connect(self._picked)
            select.setProperty("wish", kind)
            self._selects[kind] = select
            column.addWidget(select)
            if kind == "speaker":
                self._add_test(select)
            if kind == "microphone":
                column.addLayout(self._level_row())
            column.addSpacing(8)
        self._wishes = wishes

    def _add_test(self, select: Select) -> None:
        """Lay the test of the speaker into its list, before the chevron."""
        self.test = Button(say("device.test"), "ghost", "s")
        self.test.speak(say("device.test.why"))
        self.test.clicked.connect(self.tested)
        inner = QHBoxLayout(select)
        inner.setContentsMargins(0, 0, 34, 0)
        inner.addStretch(1)
        inner.addWidget(self.test)

    def _make_room(self) -> None:
        """End the speaker's name before the button, whatever the size of the text."""
        room = self.test.sizeHint().width() + 40
        if room != self._room:
            self._room = room
            self._selects["speaker"].setStyleSheet(f"padding-right: {room}px")

    def _level_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 2, 0, 0)
        row.setSpacing(10)
        self._meter = LevelMeter()
        self._said = Label(say("device.silent"), "caption", "text_2")
        row.addWidget(self._meter, 1)
        row.addWidget(self._said)
        return row

    def _picked(self) -> None:
        select = self.sender()
        if isinstance(select, Select):
            self._wishes[select.property("wish")].emit(select.currentData())

    def show_view(self, view: View) -> None:
        """Show the devices there are and the level."""
        lists = {
            "microphone": view.devices.microphones,
            "speaker": view.devices.speakers,
            "camera": view.devices.cameras,
        }
        chosen = {"microphone": view.microphone, "speaker": view.speaker, "camera": view.camera}
        for kind, select in self._selects.items():
            own = chosen[kind].id
            select.offer(_choices(lists[kind], own, kind) if view.devices_known else _looking(own), own)
        self.test.setEnabled(bool(view.devices.speakers))
        self._make_room()
        level = view.level if view.microphone.wanted else 0.0
        self._meter.show_level(level)
        if not view.microphone.wanted:
            self._said.say(say("device.muted"))
            self._said.set_tone("text_2")
        else:
            heard = level >= HEARD
            self._said.say(say("device.heard" if heard else "device.silent"))
            self._said.set_tone("ok" if heard else "text_2")


def _looking(chosen: str) -> list[tuple[str, Words]]:
    return [(chosen, say("device.looking"))]


def _choices(devices: list[Device], chosen: str, kind: str) -> list[tuple[str, Words]]:
    if not devices and not chosen:
        return [("", say(f"device.{kind}.none_here"))]
    usual = next((device.name for device in devices if device.default), "")
    choices: list[tuple[str, Words]] = [
        ("", say("device.default_named", name=usual) if usual else say("device.default"))
    ]
    choices += [(device.id, device.name) for device in devices]
    if chosen not in {key for key, _ in choices}:
        choices.append((chosen, chosen.removeprefix("file:").rsplit("/", 1)[-1]))
    return choices
