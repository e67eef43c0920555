"""What Today shows of patients: whom one saw last, how many the cache holds, how fresh it is. No Qt."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.board import Act, Board, Column, Mark, Row
from app.intents import OpenPatient, OpenSection
from app.interop.state import Standing
from app.patients.flow import When, flow, waiting
from app.patients.lines import PatientLine
from app.ui.words import say, says
from media.events import Event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.board import Reading
    from app.feature import Desk
    from app.interop.state import State
    from app.patients.answers import Seen
    from app.patients.service import Patients
    from app.ui.words import Words

SHOWN = 5


class SeenSource:
    """Patients seen lately, the last one first."""

    id = "patients"
    place = 2

    def __init__(self, desk: Desk, patients: Patients) -> None:
        self._desk, self._patients = desk, patients
        self.title = say("patients.seen")
        self.changed: Event[None] = Event()
        for event in (patients.seen, patients.switched):
            event.subscribe(self.changed.fire)
        patients.changed.subscribe(lambda _ids: self.changed.fire(None))

    async def read(self) -> Reading:
        """Look into the cache; raises StorageError when it does not answer."""
        if not self._patients.is_open:
            return lambda _now_ms: Board()
        await self._patients.counts()
        return partial(self._board, await self._patients.recent())

    def _board(self, seen: Sequence[Seen], now_ms: int) -> Board:
        every = Act(
            say("patients.seen.all"),
            partial(self._desk.open, OpenSection("patients")),
            spoken=say("patients.seen.all.spoken"),
            keys=("G", "P"),
        )
        rows = tuple(self._row(one, now_ms) for one in seen[:SHOWN])
        none = say("patients.seen.none"), say("patients.seen.none.detail")
        return Board(column=Column(rows, every, *none, rest=len(seen[SHOWN:])))

    def _row(self, seen: Seen, now_ms: int) -> Row:
        line = PatientLine(seen.found, now_ms)
        return Row(
            id=str(seen.found.id),
            title=line.name,
            detail=" · ".join(part for part in (line.beside, line.detail) if part),
            run=partial(self._desk.open, OpenPatient(seen.found.id, seen.found.ipp)),
            person=line.name,
            marks=tuple(Mark(words, icon or "info-circle", tone) for words, icon, tone in line.chips),
        )


def facts(state: State, held: int, now_ms: int) -> list[tuple[str, str, Words]]:
    """Return icon, tone and words for the foot of Today: the cache, and the feed where there is one."""
    told: list[tuple[str, str, Words]] = [("id-badge-2", "ok", says("patients.today.held", held))]
    shown = flow(state, now_ms)
    if shown.strip is not None:
        told.append((shown.icon, shown.strip.tone, shown.strip.title))
    elif state.last_ms:
        told.append(("refresh", "ok", say("patients.today.current", at=When(state.last_ms, now_ms))))
    elif state.standing is Standing.LISTENING:
        told.append(("refresh", "ok", say("patients.today.listening")))
    if state.waiting:
        told.append(("alert-triangle", "warn", waiting(state)))
    return told
