"""Who is in a thread, what it is called, which patient it is about, how long its messages stay: said to all of it, whole."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from app.messages.ports import Refused, Unwritable
from app.messages.speaking import Speaking
from app.post.office import Closed
from app.post.taking import Place, Taking, patient_of
from media.errors import ProtocolError
from media.keys.certs import shown_text
from media.keys.envelope import MAX_RECIPIENTS
from media.mail import bodies, convs, team
from storage.messages.records import Thread, ThreadKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage.messages.records import PatientLink
    from storage.messages.store import Mailbag

MAX_SECONDS = 365 * 86_400


class Gathering(Speaking):
    """Begins threads and changes what they are."""

    async def direct(
        self, user: bytes, patient: PatientLink | None = None, expire_s: int | None = None
    ) -> int:
        """Return the direct thread with *user*, begun now where there is none; what is named besides is said in one word."""
        me = self._open.me
        if user == me:
            raise Refused("no-recipient")
        conv, usual_s = convs.direct(me, user), self._habits.timer_s
        known = await self._read(lambda rows: rows.threads.find(conv))
        before = known or Thread(0, conv, ThreadKind.DIRECT, "", (user,), expire_s=usual_s)
        timer_s = before.expire_s if expire_s is None else self._timer(expire_s)
        link = patient or before.patient
        if (timer_s, link) != (before.expire_s, before.patient):
            said = bodies.Team("", tuple(sorted((user, me))), timer_s, patient_of(link))
            number = await self._regroup(conv, said, {user})
            self._trace("message-linked", patient)
            return number
        if known is not None:
            return known.id
        return await self._write(
            lambda rows: rows.threads.begin(conv, ThreadKind.DIRECT, [user], expire_s=usual_s)
        )

    async def gather(
        self,
        title: str,
        members: tuple[bytes, ...],
        patient: PatientLink | None = None,
        expire_s: int | None = None,
    ) -> int:
        """Begin a team's thread and tell its members; return its id. Without *expire_s* it has the usual timer."""
        me = self._open.me
        others = set(members) - {me}
        if not others:
            raise Refused("no-recipient")
        timer_s = self._timer(self._habits.timer_s if expire_s is None else expire_s)
        said = bodies.Team(title_of(title), tuple(sorted(others | {me})), timer_s, patient_of(patient))
        return await self._regroup(convs.fresh(), said, others)

    async def rename(self, thread: int, title: str) -> None:
        """Give a team another name."""
        found, said = await self._group(thread)
        await self._regroup(found.conv, replace(said, title=title_of(title)), found.members)

    async def set_timer(self, thread: int, expire_s: int) -> None:
        """Efface messages sent from now on after so long, for all of the thread; 0: keep them. Refused("by-it") where IT fixed another."""
        found, said = await self._group(thread)
        changed = replace(said, expire_s=self._timer(expire_s))
        await self._regroup(found.conv, changed, found.members)

    async def link(self, thread: int, patient: PatientLink | None) -> None:
        """Say which patient a thread is about, for all of it."""
        found, said = await self._group(thread)
        await self._regroup(found.conv, replace(said, patient=patient_of(patient)), found.members)
        self._trace("message-linked", patient)

    async def add(self, thread: int, user: bytes) -> None:
        """Take somebody into a team: what was said before stays unread by that person."""
        found, said = await self._group(thread, only_team=True)
        await self._regroup(found.conv, team.with_member(said, user), {*found.members, user})

    async def remove(self, thread: int, user: bytes) -> None:
        """Write to somebody of a team no more; the own user id leaves it."""
        found, said = await self._group(thread, only_team=True)
        await self._regroup(found.conv, team.without(said, user), found.members)

    async def pin(self, thread: int, yes: bool) -> None:
        """Keep a thread at the head of the list."""
        await self._write(lambda rows: rows.threads.pin(thread, yes), thread)

    async def mute(self, thread: int, yes: bool) -> None:
        """Notify of it no more, count its unread all the same."""
        await self._write(lambda rows: rows.threads.mute(thread, yes), thread)

    def _timer(self, expire_s: int) -> int:
        """Return a timer as it may be said."""
        if self._habits.timer_fixed and expire_s != self._habits.timer_s:
            raise Refused("by-it")
        return min(max(expire_s, 0), MAX_SECONDS)

    async def _group(self, thread: int, *, only_team: bool = False) -> tuple[Thread, bodies.Team]:
        """Return a thread that may be changed, and what it is now as its members say it."""
        found = await self._to_write(thread)
        if only_team and found.kind is not ThreadKind.TEAM:
            raise Refused("unknown")
        members = tuple(sorted({*found.members, self._open.me}))
        return found, bodies.Team(found.title, members, found.expire_s, patient_of(found.patient))

    async def _regroup(self, conv: bytes, said: bodies.Team, told: Iterable[bytes]) -> int:
        """Change a thread and tell everybody who was or is in it; return its id."""
        people, desk = tuple(told), self._open
        if len(people) > MAX_RECIPIENTS:
            raise Refused("too-many")
        try:
            writer = self._post.writer
            draft = await asyncio.to_thread(writer.draft, said.TYPE, conv, people, said.encode())
        except Closed as error:
            raise Unwritable from error
        except ProtocolError as error:
            raise Refused("too-long") from error

        def act(rows: Mailbag) -> int:
            known = rows.threads.find(conv)
            newest_ms = rows.threads.said(known.id)[0] if known else 0
            sent_ms = max(draft.sent_ms, newest_ms + 1)  # the last word, though another's clock be ahead
            writer.post(rows, replace(draft, sent_ms=sent_ms))
            place = Place(conv, desk.me, draft.msg_id, sent_ms, draft.sent_ms)
            return Taking(desk.me).regroup(rows, place, said)

        thread = await self._write(act)
        self.changed.fire(frozenset((thread,)))
        self._post.wake()
        return thread


def title_of(title: str) -> str:
    """Return a thread's title as it may be said; raises Refused("too-long")."""
    try:
        return shown_text(" ".join(title.split()), empty=True)
    except ProtocolError as error:
        raise Refused("too-long") from error
