"""Documents handed out in a running meeting: in a thread of its invitation, each for who is there (docs/protocol.md §13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.messages.gathering import Gathering, title_of
from app.messages.joining import Joining
from app.messages.ports import Outgoing, Refused
from app.messages.reading import Reading
from app.post.taking import patient_of
from media.keys.envelope import MAX_RECIPIENTS
from media.mail import bodies, convs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from storage.messages.records import Message, Thread
    from storage.messages.store import Mailbag

OPEN_WITHIN_S = 10
"""How long after it was offered an ephemeral document may be opened in a meeting."""
NEWEST = 200


class Handing(Reading, Gathering, Joining):
    """Hands documents out, and finds what was handed out."""

    async def hand_out(
        self, invite: bytes, title: str, users: Iterable[bytes], path: Path, shown_for_s: int = 0
    ) -> int:
        """Send a file to *users*, who are in the meeting of the invitation *invite* now; return the message's id.

        With *shown_for_s* it is opened once, within 10 s, for that long.
        """
        people = tuple(sorted(set(users) - {self._open.me} - set(self._open.session.trust.blocked)))
        if not people:
            raise Refused("no-recipient")
        within_s = OPEN_WITHIN_S if shown_for_s else 0
        files = await self._prepare((Outgoing(path, path.name, b"", within_s, shown_for_s),))
        thread = await self._of_meeting(convs.of_meeting(invite), title, people)
        message = await self._keep_with_files(thread, "", b"", files, people)
        self._move()
        self._trace("message-sent", thread.patient)
        return message

    async def handed(self, invite: bytes, since_ms: int) -> tuple[Message, ...]:
        """Return the messages with files of that meeting that came or were written since then, oldest first."""

        def act(rows: Mailbag) -> tuple[Message, ...]:
            thread = rows.threads.find(convs.of_meeting(invite))
            return rows.messages.page(thread.id, limit=NEWEST) if thread else ()

        found = self._seen(await self._read(act))
        return tuple(one for one in found if one.files and one.order >= since_ms)

    async def bring(self, file: int) -> None:
        """Fetch a file and wait until it is here; raises Refused "gone", "offline"."""
        await self._fetched(file)

    async def _of_meeting(self, conv: bytes, title: str, people: tuple[bytes, ...]) -> Thread:
        """Return the meeting's thread with *people* in it; who was in it stays, as far as there is room."""
        known, me = await self._read(lambda rows: rows.threads.find(conv)), self._open.me
        before = set(known.members) if known and not known.left else set()
        members = before.union(people) if len(before.union(people)) <= MAX_RECIPIENTS else set(people)
        if known and not known.left and members == before:
            return known
        name, expire_s = (known.title, known.expire_s) if known else (title_of(title), self._habits.timer_s)
        patient = patient_of(known.patient) if known else None
        said = bodies.Team(name or title_of(title), tuple(sorted(members | {me})), expire_s, patient)
        return await self._thread(await self._regroup(conv, said, members | before))
