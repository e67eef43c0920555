"""Patients of the cache, for the section, the palette and Today: search, opening by right or by reason, who read. No Qt.

Nothing of a patient but the identity row leaves here before access is decided and the audit trail has it.
Made before the lock is painted: what only an open vault needs is loaded where it is used.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.patients.access import SHUT, Access, Reader, because, decide, subject
from app.patients.answers import (
    CHECKED,
    LIMIT,
    MOST,
    Counts,
    Exchanges,
    Opening,
    Reading,
    Seen,
    Talk,
    Untraceable,
    row_of,
)
from app.patients.recent import Recent
from app.patients.veil import asked_for, is_veiled, veil
from app.search import plain
from app.trust import readable
from media.events import Event
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Future

    from app.acts import Act
    from app.audit import Trail
    from app.config import Config
    from app.interop.mapping import Mapping
    from app.patients.ports import Left, Monitored, Shelf, Talks
    from app.session import Session
    from storage.monitoring.records import Course
    from storage.patients.records import Found, Paper, Patient
    from storage.patients.vigilance import Jump

_OPENED: Act = "patient-opened"
_REFUSED: Act = "patient-refused"
_DOCUMENT: Act = "patient-document"
_TALKS: Act = "patient-messages"


@dataclass
class _Desk:
    """What is known while somebody works here; goes at the lock."""

    session: Session = field(repr=False)
    shelf: Shelf = field(repr=False)
    granted: dict[tuple[str, str], Access] = field(default_factory=dict, repr=False)
    recent: Recent = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.recent = Recent(self.shelf)


class Patients:
    """The patients of this desk, from the unlock to the lock.

    `changed` tells which patients a message changed (an empty set: any may have), `switched` that somebody else works
    here now, or nobody; `seen` that a page was opened, `talked` that messages came or went, `monitored` that answers or alerts did. All may fire on any thread. `held`: how many were counted last;
    `closed_by`: see `begin`.
    """

    def __init__(self, config: Config, now_ms: Callable[[], int], trail: Trail) -> None:
        self._config, self._now_ms, self._trail = config, now_ms, trail
        self._talks: Talks | None = None
        self._left: Left | None = None
        self._monitored: Monitored | None = None
        self.monitored: Event[frozenset[bytes]] = Event()
        self.talked: Event[frozenset[int]] = Event()
        self._desk: _Desk | None = None
        self.changed: Event[frozenset[int]] = Event()
        self.switched: Event[None] = Event()
        self.seen: Event[None] = Event()
        self.held, self.closed_by = 0, ""

    def follow(self, talks: Talks) -> None:
        """Show what *talks* has about a patient on that patient's page."""
        self._talks = talks
        talks.changed.subscribe(self.talked.fire)

    def hand(self, left: Left) -> None:
        """Show what was *left* about a patient for people without Consilium on that patient's page."""
        self._left = left
        left.changed.subscribe(lambda _none: self.talked.fire(frozenset()))

    def watch(self, monitored: Monitored) -> None:
        """Show what *monitored* knows of a patient on that patient's page."""
        self._monitored = monitored
        monitored.changed.subscribe(self.monitored.fire)

    def begin(self, session: Session, shelf: Shelf | None, closed_by: str = "") -> None:
        """Work for *session* with the cache of *shelf*; the same shelf again keeps what was granted.

        Without one the patients are closed; *closed_by* says why: `lease` (the organisation was not heard of for too long) or
        `revoked` (this device may hold none any more).
        """
        before, self.closed_by = self._desk, closed_by
        if before is not None and before.shelf is shelf:
            before.session = session
            return
        self._desk = _Desk(session, shelf) if shelf is not None else None
        self.switched.fire(None)

    def end(self) -> None:
        """Forget whoever was shown and granted: the desk is locked."""
        self._desk, self.held, self.closed_by = None, 0, ""
        _forget_words()
        self.switched.fire(None)

    @property
    def is_open(self) -> bool:
        """Whether there is a cache to look into."""
        return self._desk is not None

    # --- finding ------------------------------------------------------------------------------------------

    async def search(self, text: str, chip: str = "all", limit: int = LIMIT) -> tuple[Found, ...]:
        """Return who matches *text* among `all`, those `inside`, those inside the own units (`mine`), or whom no ADT named (`unnamed`).

        Of hidden identities outside the reader's care nobody learns more than the number, and only who asks for that finds them.
        """
        desk = self._desk
        if desk is None:
            return ()
        found = await self._search(desk, text, chip, limit)
        return tuple(
            [row for row in await self._veiled(desk, found) if not is_veiled(row) or asked_for(row, text)]
        )

    async def _search(self, desk: _Desk, text: str, chip: str, limit: int) -> Sequence[Found]:
        cache, units = desk.shelf.patients, sorted(self.reader.units)
        if chip != "mine":
            inside, unnamed = chip == "inside", chip == "unnamed"
            return list(await _of(cache.search(text, limit=limit, inside=inside, unnamed=unnamed)))
        lists = [await _of(cache.search(text, limit=limit, inside=True, unit=unit)) for unit in units]
        return tuple({one.id: one for of in lists for one in of}.values())[:limit]

    async def counts(self) -> Counts:
        """Count the patients behind each chip."""
        desk = self._desk
        if desk is None:
            return Counts()
        cache = desk.shelf.patients
        mine = await self._search(desk, "", "mine", MOST)
        self.held = await _of(cache.count())
        inside, unnamed = await _of(cache.inside_count()), await _of(cache.unnamed_count())
        return Counts(self.held, inside, len(mine), unnamed)

    async def homonyms(self, number: int) -> tuple[Found, ...]:
        """Return others whose name is the same or sounds so."""
        desk = self._desk
        return () if desk is None else await self._near(desk, number)

    async def _near(self, desk: _Desk, number: int) -> tuple[Found, ...]:
        near = await self._veiled(desk, await _of(desk.shelf.patients.homonyms(number)))
        return tuple(one for one in near if not is_veiled(one))

    async def row(self, number: int) -> Found | None:
        """Return the identity row of a patient, None for a number that is none."""
        desk = self._desk
        found = (
            [] if desk is None else await self._veiled(desk, await _of(desk.shelf.patients.recent([number])))
        )
        return found[0] if found else None

    async def number_of(self, row: int) -> tuple[str, str] | None:
        """Return who gave a patient's number, and the number: how the same patient is named to another desk."""
        desk = self._desk
        patient = None if desk is None else await _of(desk.shelf.patients.get(row))
        return None if patient is None else (patient.authority, patient.ipp)

    async def named(self, authority: str, ipp: str) -> Found | None:
        """Return the identity row of a number that another desk named, None where this cache has none."""
        desk = self._desk
        patient = None if desk is None else await _of(desk.shelf.patients.by_ipp(authority, ipp))
        return None if patient is None else await self.row(patient.id)

    @property
    def reader(self) -> Reader:
        """Who works here, as the settings say it."""
        return Reader.of(self._config)

    async def _veiled(self, desk: _Desk, rows: Iterable[Found]) -> list[Found]:
        """Return *rows*, no more than the number of a hidden identity (PID-32 ANOM, CACH) for which the reader does not care."""
        return [veil(row) if row.hidden and not await self._cares(desk, row.id) else row for row in rows]

    async def _cares(self, desk: _Desk, number: int) -> bool:
        patient = await _of(desk.shelf.patients.get(number))
        return patient is not None and self._access(desk, patient).granted

    def _access(self, desk: _Desk, patient: Patient) -> Access:
        access = decide(patient, self.reader, self._now_ms())
        return access if access.granted else desk.granted.get(_key(patient), SHUT)

    # --- opening ------------------------------------------------------------------------------------------

    async def open(self, number: int, reason: str = "", text: str = "", *, ipp: str = "") -> Opening | None:
        """Open a patient's page, or tell that a *reason* is needed; None for an id that is none, or that is not *ipp*'s.

        The audit trail has the opening, or the refusal, before this returns. Raises Untraceable where it takes nothing and the
        reader is outside the care team, StorageError where the cache does not answer.
        """
        read = await self._read(number, ipp)
        if read is None:
            return None
        desk, patient, access = read
        if not access.granted and reason:
            access = because(reason, text)
        await self._trace(desk, patient, _OPENED if access.granted else _REFUSED, access)
        if access.granted:
            desk.granted[_key(patient)] = access
            await self._remember(desk, patient)
        return await self._opening(desk, patient, access)

    async def again(self, number: int, ipp: str = "") -> Opening | None:
        """Read an open page once more, after a message; traced anew only where the number became another patient's."""
        read = await self._read(number, ipp)
        if read is None:
            return None
        desk, patient, access = read
        if ipp and patient.ipp != ipp:
            await self._trace(desk, patient, _OPENED if access.granted else _REFUSED, access)
        return await self._opening(desk, patient, access)

    async def ground(self, number: int) -> str:
        """Return on what ground a patient is open here without a further reason, as the trail keeps it; empty: on none."""
        read = await self._read(number)
        return read[2].written if read is not None else ""

    async def _read(self, number: int, ipp: str = "") -> tuple[_Desk, Patient, Access] | None:
        """Return a patient with the access that holds without a further reason; nobody but the owner of *ipp*."""
        desk = self._desk
        patient = None if desk is None else await _of(desk.shelf.patients.get(number))
        if desk is None or patient is None or (ipp and ipp not in _numbers(patient)):
            return None
        return desk, patient, self._access(desk, patient)

    async def _opening(self, desk: _Desk, patient: Patient, access: Access) -> Opening:
        if not access.granted:
            row = row_of(patient)
            return Opening(veil(row) if row.hidden else row, SHUT)
        near = await self._near(desk, patient.id)
        return Opening(row_of(patient), access, patient, near, await self._unchecked(desk, patient))

    async def _unchecked(self, desk: _Desk, patient: Patient) -> Jump | None:
        """Return the change of identity that nobody checked yet: the trail knows."""
        from storage.patients.vigilance import jump  # noqa: PLC0415 -- as the module says

        found = jump(patient)
        if found is None:
            return None
        told = await _of(desk.shelf.audit.about(subject(patient.authority, patient.ipp)))
        done = any(one.action == CHECKED and one.reason == str(found.until_ms) for one in told)
        return None if done else found

    async def trace(self, patient: Patient, action: Act, reason: str = "") -> None:
        """Keep in the audit trail what was done on an open page (a document opened, a page printed); raises StorageError."""
        desk = self._desk
        if desk is not None:
            await self._record(desk, patient, action, reason)

    async def content(self, patient: Patient, paper: Paper) -> bytes | None:
        """Return a document out of the message that brought it, None where that is no longer kept.

        The trail has the opening before. Raises StorageError where it takes nothing, DocumentError where there is no document.
        """
        desk = self._desk
        if desk is None:
            return None
        from app.interop.documents import document_bytes  # noqa: PLC0415 -- as the module says

        await self._record(desk, patient, _DOCUMENT, paper.code)
        raw = await _of(desk.shelf.inbox.raw(paper.seq))
        return None if raw is None else await asyncio.to_thread(document_bytes, raw, paper.segment)

    @property
    def reader_name(self) -> str:
        """Who works here, by name; empty at the lock."""
        return self._desk.session.name if self._desk is not None else ""

    async def readers(self, number: int) -> tuple[Reading, ...]:
        """Return who consulted a patient under any of the numbers, the newest first; nobody where access is shut."""
        read = await self._read(number)
        if read is None or not read[2].granted:
            return ()
        desk, patient, _access = read
        about = [await _of(desk.shelf.audit.about(subject(*number))) for number in _keys(patient)]
        rows = sorted((entry for of in about for entry in of), key=lambda entry: -entry.seq)
        names = await asyncio.to_thread(_people, desk.session)
        me = desk.session.user
        return tuple(
            Reading(
                one.time_ms, names.get(one.who, ""), one.workstation, one.action, one.reason, one.who == me
            )
            for one in rows
        )

    async def talks(self, patient: Patient, limit: int = LIMIT) -> Exchanges:
        """Return up to *limit* messages about a patient in the threads of this user, and all that was left for others.

        For a page that is open. The trail has it before anybody sees it; raises StorageError where it takes nothing.
        """
        desk, talks = self._desk, self._talks
        if desk is None or talks is None:
            return Exchanges()
        numbers = tuple(_keys(patient))
        found = await talks.about(numbers, limit)
        left = await self._left.about(numbers) if self._left is not None else ()
        if found or left:
            await self._record(desk, patient, _TALKS, "")
        people = await asyncio.to_thread(_people, desk.session)
        return Exchanges(tuple(Talk(*one) for one in found), people, left)

    async def course(self, patient: Patient) -> tuple[Course, Mapping] | None:
        """Return what telemonitoring knows of a patient whose page is open, and what codes are called.

        None of one who is not monitored, or is closed to who works here. Raises what the vault raises where nothing can be read now.
        """
        desk, monitored = self._desk, self._monitored
        if desk is None or monitored is None or not self._access(desk, patient).granted:
            return None
        found = await monitored.course(patient.id)
        return (found, monitored.table()) if found is not None and self._desk is desk else None

    async def _trace(self, desk: _Desk, patient: Patient, action: Act, access: Access) -> None:
        """Write before anything is shown; the care team is not kept out by a full disk: its row is held and written later."""
        try:
            await self._record(desk, patient, action, access.written)
        except StorageError as error:
            if access.broken_glass:
                raise Untraceable from error
            about = subject(patient.authority, patient.ipp)
            self._trail.record(action, subject=about, reason=access.written)

    async def _record(self, desk: _Desk, patient: Patient, action: Act, reason: str) -> None:
        about = subject(patient.authority, patient.ipp)
        row = desk.shelf.audit.record(self._now_ms(), desk.session.user, action, subject=about, reason=reason)
        await _of(row)

    # --- the recently seen --------------------------------------------------------------------------------

    async def recent(self) -> tuple[Seen, ...]:
        """Return whom this user looked at last, the newest first; whoever is no longer in the cache is passed over."""
        desk = self._desk
        if desk is None:
            return ()
        looks = await desk.recent.all()
        by_id = {row.id: row for row in await _of(desk.shelf.patients.recent([look.id for look in looks]))}
        by_id = {row.id: row for row in await self._veiled(desk, by_id.values())}
        seen: dict[int, Seen] = {}
        for look in looks:
            row = by_id.get(look.id)
            if row is None or row.ipp != look.ipp:  # merged, or the cache was made anew
                patient = await _of(desk.shelf.patients.by_ipp(look.authority, look.ipp))
                row = None if patient is None else (await self._veiled(desk, [row_of(patient)]))[0]
            if row is not None:
                seen.setdefault(row.id, Seen(row, look.at_ms))
        return tuple(seen.values())

    async def _remember(self, desk: _Desk, patient: Patient) -> None:
        """Keep whom the user looked at; a disk that refuses costs no more than that."""
        try:
            await desk.recent.remember(patient, self._now_ms())
        except StorageError:
            return
        self.seen.fire(None)


def _numbers(patient: Patient) -> set[str]:
    return {patient.ipp, *patient.merged, *(key.ipp for key in patient.joined)}


def _keys(patient: Patient) -> Iterable[tuple[str, str]]:
    """Return every number under which somebody may have named the patient, each once."""
    numbers = dict.fromkeys((patient.authority, ipp) for ipp in (patient.ipp, *patient.merged))
    return numbers | dict.fromkeys((key.authority, key.ipp) for key in patient.joined)


def _forget_words() -> None:
    """Empty what finding remembers of names."""
    from storage.patients.sound import sound  # noqa: PLC0415 -- as the module says
    from storage.patients.words import fold  # noqa: PLC0415

    for remembered in (plain, sound, fold):
        remembered.cache_clear()


def _key(patient: Patient) -> tuple[str, str]:
    return patient.authority, patient.ipp


def _people(session: Session) -> dict[bytes, str]:
    return {one.user: one.name for one in readable(session.trust.certificates)}


async def _of(future: Future[Any]) -> Any:
    return await asyncio.wrap_future(future)
