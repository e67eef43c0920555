"""`python -m app.demo.doctor`: the doctor's real workstation, unlocked and joining; orders on standard input, news go out."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QApplication

from app.config import COORDINATORS, Policy
from app.demo import orders
from app.demo.questionnaires import alert
from app.demo.triage import watched
from app.demo.witness import Witness
from app.demo.writing import CHEAP
from app.monitoring.ports import List, Unwritable
from app.workstation import Office, Profile, build_office
from resources.demo.monitoring import ANSWER, SOLANGE
from resources.demo.people import ME

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    from app.monitoring.ports import Monitoring

SIZE = (1440, 900)
LOOK_S = 0.2
log = logging.getLogger(__name__)


class Seat(QObject):
    """The doctor at the window: what the conductor orders is done on Qt's thread, counting beside it."""

    photograph = pyqtSignal(str)
    reply = pyqtSignal()
    count = pyqtSignal()
    ended = pyqtSignal()

    def __init__(self, office: Office, witness: Witness) -> None:
        super().__init__()
        self._office, self._witness = office, witness
        self.closed = False
        self.photograph.connect(self._photograph)
        self.ended.connect(office.window.close)
        self.reply.connect(lambda: self._start(answer(office.alerts)))
        self.count.connect(lambda: self._start(self._tell_alerts()))

    def follow(self, lines: Iterator[bytes]) -> None:
        """Do what *lines* order, until `Bye` or their end; on a thread of its own."""
        decoder = msgspec.json.Decoder(orders.ToPlayers)
        for line in lines:
            match decoder.decode(line):
                case orders.Scene() as scene:
                    self._witness.begin(scene)
                case orders.Photograph(path=path):
                    self.photograph.emit(path)
                case orders.Reply():
                    self.reply.emit()
                case orders.Count():
                    self._witness.count()
                    self.count.emit()
                case _:
                    break
        if not self.closed:
            self.ended.emit()

    def _start(self, work: Coroutine[None, None, None]) -> None:
        self._office.bridge.start(self, work, lambda _none: None, _not_done)

    async def _tell_alerts(self) -> None:
        tell(await watched(ME.name, self._office.alerts))

    def _photograph(self, path: str) -> None:
        """Save what the screen really shows of the window; where that is forbidden, what the window would paint."""
        window = self._office.window
        screen = window.screen()
        seen = screen.grabWindow(window.winId()) if screen is not None else window.grab()
        if seen.isNull():
            seen = window.grab()
        if seen.save(path, "PNG"):
            tell(orders.Photographed(path=path))


async def answer(alerts: Monitoring) -> None:
    """Answer what was escalated to the doctor of this desk, once it came."""
    named = alert(SOLANGE)
    while not await _is_asked(alerts, named):  # noqa: ASYNC110 -- the desk may still be opening
        await asyncio.sleep(LOOK_S)
    await alerts.answer(named, ANSWER)


async def _is_asked(alerts: Monitoring, named: bytes) -> bool:
    with suppress(Unwritable):
        return any(one.alert == named for one in await alerts.queue(List.ESCALATED))
    return False


def _not_done(error: Exception) -> None:
    log.error("the doctor's desk did not do it: %s", type(error).__name__)


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
    profile = Profile(
        folder=Path(order.profile),
        link=order.link,
        policy=Policy(forced={COORDINATORS.key: tuple(order.coordinators)}),
        make_engine=witness.engine,
        terms=CHEAP,
    )
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
