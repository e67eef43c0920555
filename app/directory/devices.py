"""The devices of a person, what was decided about them, and the request to revoke one of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.directory.historyline import HistoryLine
from app.directory.looks import HISTORY, STATES, Day, moment
from app.ui.buttons import Button
from app.ui.graphemes import isolated
from app.ui.marks import Chip
from app.ui.panes import Glyph, clear
from app.ui.text import Label
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.directory.book import Device, Event, Person
    from app.ui.words import Words
    from storage.messages.transfers import Transfer


class DeviceRow(QWidget):
    """One device: its short id, its dates, its state; own ones with the request to revoke them."""

    compared = pyqtSignal(bytes)
    handed = pyqtSignal(object)

    def __init__(self, person: Person, device: Device, *, chosen: bool, choice: bool) -> None:
        super().__init__()
        self._device = device
        certificate = device.certificate
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(Glyph("device-desktop", "accent_text" if chosen and choice else "text_2", 18))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Label(say("directory.device", id=device.short_id), "small_strong"))
        dates = {"start": Day(certificate.not_before), "end": Day(certificate.not_after)}
        words.addWidget(Label(say("directory.device.dates", **dates), "caption", "text_2", wrap=True))
        row.addLayout(words, 1)
        icon, tone = STATES[device.state]
        state = "vouched" if device.vouched and device.state == "verified" else device.state
        row.addWidget(Chip(say(f"directory.state.{state}"), icon, tone))
        column.addLayout(row)
        if choice and device.living:
            column.addWidget(self._compare(chosen=chosen))
        if person.me and device.living:
            column.addWidget(_Request(person, device))
        self.history = HistoryLine(device)
        self.history.asked.connect(lambda: self.handed.emit(device))
        self.history.setVisible(device.state == "mine")
        column.addWidget(self.history)

    @property
    def device_id(self) -> bytes:
        """The device's id."""
        return self._device.certificate.device_id

    def _compare(self, *, chosen: bool) -> QWidget:
        button = Button(say("directory.device.compared" if chosen else "directory.device.compare"), size="s")
        button.speak(say("directory.device.compare.spoken", id=self._device.short_id))
        button.setEnabled(not chosen)
        button.clicked.connect(self._ask)
        return _indented(button)

    def _ask(self) -> None:
        self.compared.emit(self._device.certificate.hash)


class _Request(QWidget):
    """The text that asks IT to revoke a device, and a button that copies it; shown whole where it is an alarm."""

    def __init__(self, person: Person, device: Device) -> None:
        super().__init__()
        self._person, self._device = person, device
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        if device.state == "unexpected":
            card = QFrame()
            card.setProperty("card", "sunken")
            inner = QVBoxLayout(card)
            inner.setContentsMargins(12, 8, 12, 8)
            inner.addWidget(Label(revocation(person, device), "caption", "text_2", wrap=True))
            column.addWidget(card)
        self._button = Button(say("directory.revocation.copy"), size="s", icon="copy")
        self._button.speak(say("directory.revocation.copy.spoken", id=device.short_id))
        self._button.clicked.connect(self._copy)
        column.addWidget(_indented(self._button))

    def _copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            certificate = say("directory.revocation.certificate", hash=self._device.certificate.hash.hex())
            clipboard.setText(f"{revocation(self._person, self._device)}\n{certificate}")
            self._button.say(say("directory.revocation.copied"))


def revocation(person: Person, device: Device) -> Words:
    """Return the request with the ids that `consilium-admin device revoke` asks for."""
    certificate = device.certificate
    return say(
        "directory.revocation.text" if device.state == "unexpected" else "directory.revocation.lost",
        name=isolated(person.name),
        id=device.short_id,
        start=Day(certificate.not_before),
        user=certificate.user.hex(),
        device=certificate.device_id.hex(),
    )


class DeviceList(QWidget):
    """Every device of a person; `compared` asks for another one's number."""

    compared = pyqtSignal(bytes)
    handed = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[DeviceRow] = []
        self._transfers: tuple[Transfer, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)

    def show_devices(self, person: Person, chosen: Device | None) -> None:
        """Show the devices of *person*; *chosen* is the one whose number is shown."""
        clear(self._column)
        self._rows = []
        several = len(person.living) > 1
        for device in person.devices:
            choice = several and (not person.me or device.state == "unexpected")
            row = DeviceRow(person, device, chosen=device == chosen, choice=choice)
            row.compared.connect(self.compared)
            row.handed.connect(self.handed)
            self._rows.append(row)
            self._column.addWidget(row)
        self.show_transfers(self._transfers)
        if not person.devices:
            self._column.addWidget(Label(say("directory.devices.none"), "small", "text_2", wrap=True))

    def show_transfers(self, transfers: tuple[Transfer, ...]) -> None:
        """Show how far the history is on its way to each own other desk, and what came from it."""
        self._transfers = transfers
        for row in self._rows:
            row.history.show_transfers([one for one in transfers if one.device == row.device_id])


class History(QWidget):
    """What became of a person's keys, the newest first."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)

    def show_events(self, events: Sequence[Event]) -> None:
        """Show *events*."""
        clear(self._column)
        for event in events:
            self._column.addWidget(_HistoryRow(event))


class _HistoryRow(QWidget):
    """One decision or new key, and when."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(Glyph(*HISTORY[event.act], 18), 0, Qt.AlignmentFlag.AlignTop)
        words = say(f"directory.history.{event.act}")
        if event.device:
            words = say("directory.history.device", what=words, id=event.device)
        row.addWidget(Label(words, "small", wrap=True), 1)
        row.addWidget(Label(moment(event.time_s), "small", "text_2"), 0, Qt.AlignmentFlag.AlignTop)


def _indented(widget: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(28, 0, 0, 0)
    row.addWidget(widget)
    row.addStretch(1)
    return holder
