"""`python -m app.demo.doctor`: the doctor's real workstation, unlocked and joining; orders on standard input, news go out."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QApplication

from app.demo import orders
from app.demo.witness import Witness
from app.demo.writing import CHEAP
from app.workstation import Office, Profile, build_office

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = (1440, 900)


class Seat(QObject):
    """The doctor at the window: what the conductor orders is done on Qt's thread, counting beside it."""

    photograph = pyqtSignal(str)
    ended = pyqtSignal()

    def __init__(self, office: Office, witness: Witness) -> None:
        super().__init__()
        self._office, self._witness = office, witness
        self.closed = False
        self.photograph.connect(self._photograph)
        self.ended.connect(office.window.close)

    def follow(self, lines: Iterator[bytes]) -> None:
        """Do what *lines* order, until `Bye` or their end; on a thread of its own."""
        decoder = msgspec.json.Decoder(orders.ToPlayers)
        for line in lines:
            match decoder.decode(line):
                case orders.Scene() as scene:
                    self._witness.begin(scene)
                case orders.Photograph(path=path):
                    self.photograph.emit(path)
                case orders.Count():
                    self._witness.count()
                case _:
                    break
        if not self.closed:
            self.ended.emit()

    def _photograph(self, path: str) -> None:
        """Save what the screen really shows of the window; where that is forbidden, what the window would paint."""
        window = self._office.window
        screen = window.screen()
        seen = screen.grabWindow(window.winId()) if screen is not None else window.grab()
        if seen.isNull():
            seen = window.grab()
        if seen.save(path, "PNG"):
            tell(orders.Photographed(path=path))


_pen = threading.Lock()


def tell(news: orders.Order) -> None:
    """Say *news* to the conductor; on any thread."""
    with _pen:
        sys.stdout.buffer.write(orders.pack(news))
        sys.stdout.buffer.flush()


def main() -> int:
    """Sit down, join, and stay until the window is closed."""
    lines = orders.received()
    order = msgspec.json.decode(next(lines), type=orders.Sit | orders.Bye)
    if isinstance(order, orders.Bye):
        return 0
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Consilium")
    witness = Witness(order.name, tell)
    office = _sit(order, witness)
    seat = Seat(office, witness)
    threading.Thread(target=seat.follow, args=(lines,), name="orders", daemon=True).start()
    status = app.exec()
    seat.closed = True
    return status


def _sit(order: orders.Sit, witness: Witness) -> Office:
    """Build the workstation, open the vault, choose the devices of the demo, and enter as by the user's click."""
    profile = Profile(folder=Path(order.profile), link=order.link, make_engine=witness.engine, terms=CHEAP)
    office = build_office(profile)
    office.feed.changed.subscribe(witness.see_feed)
    office.door.opened.emit(asyncio.run(office.signin.unlock(order.password)))
    meeting = office.meeting
    meeting.changed.subscribe(witness.see)
    meeting.speaker(order.speaker)
    meeting.microphone(True, order.microphone)
    meeting.camera(True, order.camera)
    office.window.resize(*SIZE)
    office.window.show()
    meeting.enter()
    return office


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    sys.exit(main())
