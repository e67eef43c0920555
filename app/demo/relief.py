"""`python -m app.demo.relief`: the second nurse's real workstation, on the section of telemonitoring: it shows what the team does."""

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

from app.config import COORDINATORS, Policy
from app.demo import orders
from app.demo.doctor import SIZE, tell
from app.demo.triage import watched
from app.demo.writing import CHEAP
from app.workstation import Office, Profile, build_office

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)


class Seat(QObject):
    """The nurse at the window: what the conductor orders is done on Qt's thread."""

    count = pyqtSignal()
    ended = pyqtSignal()

    def __init__(self, office: Office, name: str) -> None:
        super().__init__()
        self._office, self._name = office, name
        self.closed = False
        self.count.connect(self._count)
        self.ended.connect(office.window.close)

    def follow(self, lines: Iterator[bytes]) -> None:
        """Do what *lines* order, until `Bye` or their end; on a thread of its own."""
        decoder = msgspec.json.Decoder(orders.ToPlayers)
        for line in lines:
            order = decoder.decode(line)
            if isinstance(order, orders.Count):
                self.count.emit()
            elif isinstance(order, orders.Bye):
                break
        if not self.closed:
            self.ended.emit()

    def _count(self) -> None:
        self._office.bridge.start(self, watched(self._name, self._office.alerts), tell, _not_counted)


def _not_counted(error: Exception) -> None:
    log.error("the second nurse's desk did not count: %s", type(error).__name__)


def main() -> int:
    """Sit down, and stay until the window is closed."""
    lines = orders.received()
    order = msgspec.json.decode(next(lines), type=orders.Relieve | orders.Bye)
    if isinstance(order, orders.Bye):
        return 0
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Consilium")
    office = _sit(order)
    seat = Seat(office, order.name)
    threading.Thread(target=seat.follow, args=(lines,), name="orders", daemon=True).start()
    status = app.exec()
    seat.closed = True
    return status


def _sit(order: orders.Relieve) -> Office:
    """Build the workstation, open the vault, and show the alerts."""
    policy = Policy(forced={COORDINATORS.key: tuple(order.coordinators)})
    office = build_office(Profile(folder=Path(order.profile), policy=policy, terms=CHEAP))
    office.door.opened.emit(asyncio.run(office.signin.unlock(order.password)))
    office.window.resize(*SIZE)
    office.window.show()
    office.window.show_feature("monitoring")
    return office


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    sys.exit(main())
