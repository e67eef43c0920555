"""Calling a meeting without Qt: judged input, a signed invitation at the relay, the vault's agenda, the calendar file.

Nothing is kept before the relay has the invitation, and nothing old is forgotten before the new is kept.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.i18n import tr
from app.meeting.agenda import dates, zone
from app.meeting.agenda.draft import PlanRefused, judged
from app.meeting.agenda.ics import Entry, calendar
from app.meeting.agenda.kept import kept
from app.meeting.agenda.known import address, link_of
from app.meeting.agenda.received import received
from app.relay import address_of, get_blob, proof_of, put_blob
from app.search import plain
from app.trust import judge_of, readable
from media.errors import LinkRefused, MediaError
from media.events import Event
from media.keys import invite
from media.keys.invite import HASH_BYTES, SECRET_BYTES, TAG_BYTES
from media.keys.sign import Signer
from storage.meetings import Meeting

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from app.meeting.agenda.convening import Convening
    from app.meeting.agenda.dates import Occurrence
    from app.meeting.agenda.draft import Draft
    from app.session import Session
    from media.keys.certs import Trust, Verdict
    from media.keys.invite import Link
    from media.link import OrganisationProof, RelayAddress
    from storage.identity import Relay
    from storage.meetings import MeetingsRepository

BEFORE_S = 300
"""An invitation is valid from a little before its signature: clocks differ."""
UID_BYTES = 16
PEOPLE = ("doctor", "nurse", "secretary", "other")
"""Roles that may host: rooms and gateways are no people."""
_RELAY_CODES = ("not-allowed", "quota", "impostor", "too-old", "too-new")


@dataclass(frozen=True)
class Colleague:
    """Somebody of the directory who may host."""

    user: bytes
    name: str
    specialty: str
    level: str


@dataclass(frozen=True)
class Invited:
    """A meeting as it is handed on: its link, and the calendar file with a name to keep it under.

    `cancelled`: the file takes it out of calendars; `only` one date of a series where that is not negative.
    """

    meeting: Meeting
    link: str = field(repr=False)
    file: bytes = field(repr=False)
    file_name: str
    cancelled: bool = False
    only: int = -1


class Planning:
    """The agenda of who works here. `changed` fires on any thread with all known meetings."""

    def __init__(
        self,
        now_ms: Callable[[], int],
        put: Callable[[RelayAddress, OrganisationProof, bytes, bytes], Awaitable[None]] = put_blob,
        get: Callable[[RelayAddress, bytes], Awaitable[bytes]] = get_blob,
    ) -> None:
        self.changed: Event[tuple[Meeting, ...]] = Event()
        self.put, self._get = put, get
        self._seen: set[bytes] = set()
        self._now_ms = now_ms
        self._session: Session | None = None
        self.convening: Convening | None = None
        """Tells the invited by message, where there is a post office."""

    @property
    def session(self) -> Session | None:
        """Who plans; None after a lock."""
        return self._session

    def sign_in(self, session: Session | None) -> None:
        """Plan for *session*; None after a lock."""
        self._session = session
        if session is None:
            self._seen.clear()

    @property
    def possible(self) -> bool:
        """Tell whether this desk can call meetings at all."""
        return self._session is not None and self._session.call is not None

    @property
    def own(self) -> bytes:
        """The user id of who works here, empty after a lock."""
        return self._session.user if self._session is not None else b""

    @property
    def now_s(self) -> int:
        """The time, seconds since 1970."""
        return self._now_ms() // 1000

    def between(self, since_s: int, until_s: int) -> tuple[Occurrence, ...]:
        """Return the dates of the agenda that touch *since_s* to *until_s*, the soonest first; none after a lock."""
        return dates.between(self._session.meetings, since_s, until_s) if self._session is not None else ()

    async def colleagues(self) -> tuple[Colleague, ...]:
        """Return the people of the directory whose certificates hold now, without who works here."""
        session = self._who()
        return await asyncio.to_thread(_colleagues, session, self.now_s)

    async def names(self) -> dict[bytes, tuple[str, str]]:
        """Return name and trust of everybody who was ever certified, by user id; no trust where nothing holds now."""
        known = await asyncio.to_thread(_names, self._who())
        return known | {one.user: (one.name, one.level) for one in await self.colleagues()}

    async def call(self, draft: Draft, instead: Meeting | None = None) -> Invited:
        """Call a meeting, *instead* of an earlier version of it; raises PlanRefused, then nothing was changed.

        A new version has a new link: the old one names an invitation with the old title and times.
        """
        session = self._who()
        draft = judged(draft, self.now_s)
        relay, proof = _relay(session), _proof(session)
        meeting, blob = await asyncio.to_thread(_signed, session, relay, draft, self.now_s)
        if instead is not None:
            off = dates.same_days(meeting, instead)
            meeting = replace(meeting, uid=instead.uid, sequence=instead.sequence + 1, off=off)
        await self._leave_at_relay(relay, proof, meeting.tag, blob)
        if self.convening is not None:
            await self.convening.prepare(meeting, draft, instead)
        await self._keep(session, meeting, instead)
        await self._settle()
        return self.invited(meeting)

    async def cancel(self, meeting: Meeting) -> Invited:
        """Forget a meeting, and return what tells the others; raises PlanRefused."""
        if self.convening is not None:
            await self.convening.cancel(meeting)
        await self.forget(meeting)
        return self.invited(replace(meeting, sequence=meeting.sequence + 1), cancelled=True)

    async def call_off(self, meeting: Meeting, number: int) -> Invited:
        """Take one date out of a series, and return what tells the others; raises PlanRefused. The link stays."""
        session = self._who()
        fewer = replace(meeting, off=tuple(sorted({*meeting.off, number})), sequence=meeting.sequence + 1)
        await self._keep(session, fewer, None)
        await self._settle()
        return self.invited(fewer, cancelled=True, only=number)

    def is_new(self, link: Link) -> bool:
        """Tell, once, that the agenda does not know the meeting of *link*."""
        known = self._session is None or self._session.meeting(link.tag) is not None or link.tag in self._seen
        self._seen.add(link.tag)
        return not known

    async def remember(self, link: Link) -> None:
        """Keep the meeting of *link*, which somebody else called, in the agenda; raises MediaError, PlanRefused."""
        session = self._who()
        relay = session.relay(link.host, link.port)
        if relay is None or session.agenda is None:
            return
        blob = await self._get(address_of(relay), link.tag)
        found = await asyncio.to_thread(received, link, blob, judge_of(session.trust), self.now_s)
        await self._keep(session, found, None)

    async def keep(self, meeting: Meeting) -> None:
        """Put a meeting back into the agenda; raises PlanRefused."""
        await self._keep(self._who(), meeting, None)

    async def forget(self, meeting: Meeting) -> None:
        """Take a meeting out of the agenda; its link opens it still. Raises PlanRefused."""
        session = self._who()
        await kept(_agenda(session).forget(meeting.tag))
        await self._look(session)

    async def unreadable(self) -> int:
        """Count what the agenda holds and nobody can read; raises PlanRefused."""
        agenda = self._who().agenda
        return await kept(agenda.unreadable()) if agenda is not None else 0

    async def drop_unreadable(self) -> int:
        """Take that out of the agenda; return how many stay, raises PlanRefused."""
        await kept(_agenda(self._who()).drop_unreadable())
        return await self.unreadable()

    def invited(self, meeting: Meeting, *, cancelled: bool = False, only: int = -1) -> Invited:
        """Return what is handed to the invited people."""
        session = self._who()
        link = link_of(meeting).format()
        entry = Entry(
            uid=meeting.uid,
            sequence=meeting.sequence,
            organiser=session.user,
            title=meeting.title,
            starts_s=meeting.starts_s,
            ends_s=meeting.ends_s,
            link=link,
            note=tr("plan.ics.cancelled" if cancelled else "plan.ics.note"),
            cancelled=cancelled,
            starts=meeting.starts,
            every=meeting.every,
            zone=meeting.zone,
            off=meeting.off,
            only=only,
        )
        name = _file_name(meeting, cancelled, only)
        return Invited(meeting, link, calendar(entry, self.now_s), name, cancelled, only)

    async def propose(self, invited: Invited, home: Path) -> Path:
        """Return where the calendar file could lie."""
        return await asyncio.to_thread(free_path, home, invited.file_name)

    async def save(self, invited: Invited, path: Path) -> Path:
        """Write the calendar file; raises PlanRefused."""
        await asyncio.to_thread(save_file, path, invited.file)
        return path

    # --- steps --------------------------------------------------------------------------------------------

    def _who(self) -> Session:
        if self._session is None:
            raise PlanRefused("locked")
        return self._session

    async def _leave_at_relay(self, relay: Relay, proof: OrganisationProof, tag: bytes, blob: bytes) -> None:
        try:
            await self.put(address_of(relay), proof, tag, blob)
        except LinkRefused as error:
            code = error.code.removeprefix("relay-")
            raise PlanRefused(f"relay-{code}" if code in _RELAY_CODES else "relay-refused") from error
        except (MediaError, OSError) as error:
            raise PlanRefused("relay-unreachable") from error

    async def _keep(self, session: Session, meeting: Meeting, instead: Meeting | None) -> None:
        agenda = _agenda(session)
        await kept(agenda.save(meeting))
        if instead is not None:
            await kept(agenda.forget(instead.tag))
        await self._look(session)

    async def _settle(self) -> None:
        if self.convening is not None:
            await self.convening.settle()

    async def look(self) -> None:
        """Show the agenda as the vault has it now; raises PlanRefused."""
        await self._look(self._who())

    async def _look(self, session: Session) -> None:
        known = await kept(_agenda(session).upcoming(0))
        if self._session is not None and self._session.agenda is session.agenda:
            self.changed.fire(tuple(known))


def save_file(path: Path, data: bytes) -> None:
    """Write a new file; blocks. Raises PlanRefused: a file of that name stays as it was."""
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError as error:
        raise PlanRefused("file-exists", "path") from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise PlanRefused("file-nowhere", "path") from error
    except PermissionError as error:
        raise PlanRefused("file-denied", "path") from error
    except (OSError, ValueError) as error:
        raise PlanRefused("file-failed", "path") from error


def free_path(home: Path, name: str) -> Path:
    """Propose where to write *name*: documents, else downloads, else home; a number where the name is taken. Blocks."""
    folders = [home / one for one in ("Documents", "Téléchargements", "Downloads")]
    folder = next((one for one in folders if one.is_dir()), home)
    stem, _, kind = name.rpartition(".")
    names = (name, *(f"{stem}-{n}.{kind}" for n in range(2, 100)))
    return next((folder / one for one in names if not (folder / one).exists()), folder / name)


def _relay(session: Session) -> Relay:
    if not session.relays:
        raise PlanRefused("no-relay")
    return session.relays[0]


def _proof(session: Session) -> OrganisationProof:
    if not session.relay_key:
        raise PlanRefused("no-relay-key")
    return proof_of(session.relay_key)


def _agenda(session: Session) -> MeetingsRepository:
    if session.agenda is None:
        raise PlanRefused("locked")
    return session.agenda


def _signed(session: Session, relay: Relay, draft: Draft, now_s: int) -> tuple[Meeting, bytes]:
    """Return the new meeting and what lies at the relay for it; some milliseconds of signing."""
    if session.call is None:
        raise PlanRefused("locked")
    inv_sk, secret, tag = os.urandom(32), os.urandom(SECRET_BYTES), os.urandom(TAG_BYTES)
    hosts = tuple(dict.fromkeys((session.user, *draft.hosts)))
    meeting = Meeting(
        *(draft.title, relay.host, relay.port, tag, secret, b"", inv_sk),
        starts_s=draft.starts_s,
        ends_s=draft.ends_s,
        host=True,
        uid=os.urandom(UID_BYTES),
        hosts=hosts,
        starts=draft.starts,
        every=draft.every,
        zone=zone.own() if draft.every else "",
        guests=draft.guests,
        most=draft.most,
    )
    made = session.call(
        title=draft.title,
        hosts=hosts,
        relay=address(meeting),
        inv_pk=Signer(inv_sk).public,
        not_before=now_s - BEFORE_S,
        not_after=draft.terms.ends_s,
        terms=draft.terms,
    )
    blob = invite.seal_blob(secret, tag, made.signed, session.certificate)
    return replace(meeting, invite_hash=made.hash[:HASH_BYTES], invite=made.signed), blob


def _names(session: Session) -> dict[bytes, tuple[str, str]]:
    return {one.user: (one.name, "") for one in readable(session.trust.certificates)}


def _colleagues(session: Session, now_s: int) -> tuple[Colleague, ...]:
    anchor, trust = session.trust, judge_of(session.trust)
    known: dict[bytes, Colleague] = {}
    for certificate in anchor.certificates:
        verdict = _judged_or_none(trust, certificate, now_s)
        unwanted = {session.user, *anchor.blocked}
        if verdict is not None and verdict.role in PEOPLE and verdict.user not in unwanted:
            one = Colleague(verdict.user, verdict.name, verdict.specialty, verdict.level)
            known[one.user] = _surer(known.get(one.user), one)
    return tuple(sorted(known.values(), key=lambda one: plain(one.name)))


def _surer(known: Colleague | None, one: Colleague) -> Colleague:
    """Of two devices of one person, speak of the verified one."""
    return known if known is not None and known.level == "verified" else one


def _judged_or_none(trust: Trust, certificate: bytes, now_s: int) -> Verdict | None:
    try:
        return trust.judge(certificate, now_s)
    except MediaError:
        return None


def _file_name(meeting: Meeting, cancelled: bool, only: int) -> str:
    """Return a name that tells the day and not the subject: files lie about."""
    start = meeting.starts[only] if only >= 0 else meeting.starts_s
    day = f"{datetime.fromtimestamp(start, UTC).astimezone():%Y-%m-%d-%Hh%M}"
    version = f"-v{meeting.sequence + 1}" if meeting.sequence and not cancelled else ""
    return f"rcp-{day}{'-annulation' if cancelled else version}.ics"
