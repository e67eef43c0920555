"""Calling people to a meeting by sealed message: the invitation, the room's key for its hosts, their answers (docs/protocol.md §11). No Qt."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from app.meeting.agenda import dates
from app.meeting.agenda.draft import PlanRefused
from app.meeting.agenda.guests import Guest, Letters, guests, read_letters
from app.meeting.agenda.kept import kept, refused
from app.meeting.agenda.told import told_meeting
from app.post.office import Closed
from media.errors import TrustError
from media.events import Event
from media.mail import convs
from media.mail.calls import Attending, Coming, Convened, Hosting
from media.mail.types import Type
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator

    from app.meeting.agenda.draft import Draft
    from app.meeting.agenda.planning import Planning
    from app.post.desk import Desk
    from app.post.office import Line
    from app.post.told import Told
    from app.session import Session
    from storage.meetings import Meeting, MeetingsRepository

ANSWERS = ("certified", "verified")
"""Whose answers count: those of a key that changed may be anybody's."""
log = logging.getLogger(__name__)


class Office(Protocol):
    """What is asked of the post office (app.post.office.Post)."""

    told: Event[Told]
    lined: Event[Line]

    @property
    def desk(self) -> Desk: ...  # noqa: D102 -- the office says it, here and below
    def hear(self, type_: Type, handler: Callable[[Told], Awaitable[None]], /) -> None: ...  # noqa: D102
    async def say(  # noqa: D102
        self,
        type_: Type,
        conv: bytes,
        recipients: Iterable[bytes],
        body: bytes,
        /,
        *,
        devices: Collection[bytes] = (),
    ) -> bytes: ...


class Convening:
    """Ties the agenda to the post office, from the start of the program on; all of it runs on the loop.

    `came` fires when somebody called this user, or changed it; `moved` when letters or answers may have come further.
    """

    def __init__(self, planning: Planning, post: Office, now_ms: Callable[[], int]) -> None:
        self._planning, self._post, self._now_ms = planning, post, now_ms
        self.came: Event[None] = Event()
        self.moved: Event[None] = Event()
        self._telling = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        for kind in (Type.CONVENED, Type.HOSTING):
            post.hear(kind, self.take)
        post.hear(Type.ATTENDING, self.hear)
        post.lined.subscribe(self._lined)
        post.told.subscribe(self._told)
        planning.convening = self

    # --- to the others ------------------------------------------------------------------------------------

    async def prepare(self, meeting: Meeting, draft: Draft, instead: Meeting | None) -> None:
        """Tell whoever is left out of a new version, and keep who is to know of it; raises PlanRefused, then nobody was told."""
        agenda = self._agenda()
        before = await kept(agenda.invited.of(meeting.uid)) if instead is not None else ()
        known = draft.told if draft.invited is not None else draft.told.union(one.user for one in before)
        known -= {self._session().user}
        gone = {one.user for one in before if one.said >= 0} - known
        if instead is not None and gone:
            await self._dismiss(instead, gone, meeting.sequence)
        anew = instead is None or _hours(instead) != _hours(meeting)
        await kept(agenda.invited.invite(meeting.uid, known, meeting.sequence, anew=anew))

    async def settle(self) -> None:
        """Tell whoever is to know of an own meeting and was not told its newest version; what cannot be said now is said later."""
        session = self._planning.session
        if session is None or session.agenda is None:
            return
        async with self._telling:
            try:
                for meeting in await kept(session.agenda.upcoming(0)):
                    if meeting.own and meeting.invite and dates.coming(meeting, self._now_ms() // 1000):
                        await self._tell(session.agenda, meeting)
            except (PlanRefused, Closed, StorageError) as error:
                log.warning("an invitation waits to be said: %s", type(error).__name__)
        self.moved.fire(None)

    async def cancel(self, meeting: Meeting) -> None:
        """Tell everybody who knows of it that a meeting does not take place; raises PlanRefused, then nobody was told."""
        rows = await kept(self._agenda().invited.of(meeting.uid))
        people = {one.user for one in rows if one.said >= 0}
        if people and meeting.invite:
            over = _said(replace(meeting, sequence=meeting.sequence + 1), cancelled=True)
            await self._say(Type.CONVENED, convs.of_call(meeting.uid), people, over.encode())
        await kept(self._agenda().invited.forget(meeting.uid))

    async def answer(self, meeting: Meeting, coming: Coming) -> None:
        """Tell whoever called a meeting whether this user comes; raises PlanRefused."""
        session = self._session()
        body = Attending(meeting.uid, meeting.sequence, coming).encode()
        conv = convs.direct(session.user, meeting.organiser)
        await self._say(Type.ATTENDING, conv, (meeting.organiser,), body)
        await kept(self._agenda().answer(meeting.uid, int(coming)))
        await self._planning.look()

    async def others(self, meeting: Meeting) -> tuple[bytes, ...]:
        """Return who is told of an own meeting beside its hosts, by user id; raises PlanRefused."""
        rows = await kept(self._agenda().invited.of(meeting.uid))
        return tuple(one.user for one in rows if one.user not in meeting.hosts)

    async def guests(self, meeting: Meeting) -> tuple[Guest, ...]:
        """Return who was invited to an own meeting, how far that came, and what they answered; raises PlanRefused."""
        session, rows = self._session(), await kept(self._agenda().invited.of(meeting.uid))
        letters: Letters = {}
        with contextlib.suppress(Closed, StorageError):
            desk = self._post.desk
            letters = await desk.read(lambda mail: read_letters(mail, rows, desk.book))
        names = await self._planning.names()
        return guests(rows, meeting, letters, names, frozenset(session.trust.blocked))

    async def _tell(self, agenda: MeetingsRepository, meeting: Meeting) -> None:
        rows = await kept(agenda.invited.of(meeting.uid))
        people = {one.user for one in rows if one.said < meeting.sequence}
        if not people:
            return
        conv, hosts, said = convs.of_call(meeting.uid), people.intersection(meeting.hosts), _said(meeting)
        letter = await self._post.say(Type.CONVENED, conv, people, said.encode())
        await kept(agenda.invited.told(meeting.uid, people - hosts, meeting.sequence, letter))
        if hosts:
            key = await self._post.say(Type.HOSTING, conv, hosts, _hosting(said, meeting.inv_sk).encode())
            await kept(agenda.invited.told(meeting.uid, hosts, meeting.sequence, letter, key))

    async def _dismiss(self, meeting: Meeting, people: Collection[bytes], sequence: int) -> None:
        """Tell *people* that a meeting is no more for them; the own other devices hear of the new version instead."""
        with self._refusing():
            living = self._post.desk.book.living
            devices = {one.device_id for user in people for one in living(user)}
            if devices:
                over = _said(replace(meeting, sequence=sequence), cancelled=True).encode()
                conv = convs.of_call(meeting.uid)
                await self._post.say(Type.CONVENED, conv, people, over, devices=devices)

    async def _say(self, type_: Type, conv: bytes, people: Collection[bytes], body: bytes) -> None:
        with self._refusing():
            await self._post.say(type_, conv, people, body)

    @contextlib.contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except Closed as error:
            raise PlanRefused("post-closed") from error
        except StorageError as error:
            raise refused(error) from error

    # --- from the others ----------------------------------------------------------------------------------

    async def take(self, told: Told) -> None:
        """Put a meeting that somebody called into the agenda; raises StorageError (it comes again), TrustError, ProtocolError."""
        said, session = told.body, self._planning.session
        if not isinstance(said, Convened):
            return
        if session is None or session.agenda is None:
            raise StorageError
        found = await asyncio.to_thread(told_meeting, said, told.by, session, self._now_ms() // 1000)
        result = await asyncio.wrap_future(session.agenda.take(found))
        if result == "foreign":
            raise TrustError("invite-forged")
        if told.own and not said.cancelled:
            people = set(told.header.recipients) - {session.user}
            invited = session.agenda.invited
            await asyncio.wrap_future(invited.told(said.uid, people, said.sequence, b""))
        if result == "new":
            await self._look()
            self.came.fire(None) if not told.own else None

    async def hear(self, told: Told) -> None:
        """Keep what somebody answers; raises StorageError where it must come again."""
        said, session = told.body, self._planning.session
        if not isinstance(said, Attending):
            return
        if session is None or session.agenda is None:
            raise StorageError
        agenda, answer = session.agenda, int(said.answer)
        meeting = await asyncio.wrap_future(agenda.find_uid(said.uid))
        if meeting is None:
            return
        if told.own:
            if meeting.organiser in told.header.recipients and said.sequence == meeting.sequence:
                await asyncio.wrap_future(agenda.answer(said.uid, answer))
                await self._look()
        elif meeting.own and told.by.level in ANSWERS:
            at_ms = told.header.sent_ms
            await asyncio.wrap_future(
                agenda.invited.answer(said.uid, told.by.user, said.sequence, answer, at_ms)
            )
            self.moved.fire(None)

    async def _look(self) -> None:
        with contextlib.suppress(PlanRefused):
            await self._planning.look()

    def _lined(self, line: Line) -> None:
        if line.online:
            task = asyncio.get_running_loop().create_task(self.settle())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _told(self, told: Told) -> None:
        if told.type is Type.RECEIPT:
            self.moved.fire(None)

    def _session(self) -> Session:
        session = self._planning.session
        if session is None:
            raise PlanRefused("locked")
        return session

    def _agenda(self) -> MeetingsRepository:
        agenda = self._session().agenda
        if agenda is None:
            raise PlanRefused("locked")
        return agenda


def _hours(meeting: Meeting) -> tuple[object, ...]:
    return meeting.starts_s, meeting.ends_s, meeting.starts


def _said(meeting: Meeting, *, cancelled: bool = False) -> Convened:
    off = tuple(sorted(meeting.off))
    return Convened(
        meeting.uid, meeting.sequence, cancelled, meeting.tag, meeting.secret, meeting.invite, off
    )


def _hosting(said: Convened, inv_sk: bytes) -> Hosting:
    fields = (said.uid, said.sequence, said.cancelled, said.tag, said.secret, said.invite, said.off)
    return Hosting(*fields, inv_sk)
