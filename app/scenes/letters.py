"""A teller of messages for pictures and tests: threads in memory, nothing sent, nothing kept."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from app.messages.ports import Outgoing, Progress, Refused, Shown, Standing, Unwritable
from media.events import Event
from storage.errors import DiskTrouble
from storage.messages.records import (
    File,
    FileState,
    Hit,
    Message,
    PatientLink,
    Receipt,
    State,
    Taken,
    Thread,
    ThreadKind,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path


class StillMessages:
    """Answers as the service would (app.messages.ports.Messages)."""

    def __init__(self, me: bytes, now_ms: Callable[[], int]) -> None:
        self._me, self._now_ms = me, now_ms
        self.changed: Event[frozenset[int]] = Event()
        self.progress: Event[Progress] = Event()
        self.stood: Event[Standing] = Event()
        self.standing = Standing(online=True)
        self.kept: dict[int, Thread] = {}
        self.said: dict[int, list[Message]] = {}
        self.bytes: dict[int, bytes] = {}
        self.receipted: dict[int, tuple[Receipt, ...]] = {}
        self.before: dict[int, tuple[tuple[int, str], ...]] = {}
        self.meetings: dict[bytes, int] = {}
        """The thread of each meeting, by the hash of its invitation."""
        self.asked: list[tuple[object, ...]] = []
        self.writable, self.broken = True, False
        self.refuses: Exception | None = None
        self._order = 0

    # --- what scenes put in -------------------------------------------------------------------------------

    def thread(self, *members: bytes, title: str = "", **more: object) -> int:
        """Put in a thread; return its id."""
        number = len(self.kept) + 1
        kind = ThreadKind.TEAM if title else ThreadKind.DIRECT
        self.kept[number] = Thread(number, _id(number), kind, title, members, **more)  # type: ignore[arg-type]
        self.said[number] = []
        return number

    def put(self, thread: int, author: bytes, text: str, sent_ms: int, **more: object) -> Message:
        """Put in a message of somebody."""
        self._order += 1
        own = author == self._me
        fields: dict[str, object] = {
            "state": State.DELIVERED if own else State.RECEIVED,
            "read": True,
            "patient": self.kept[thread].patient,
            **more,
        }
        one = Message(
            self._order,
            self._order,
            thread,
            _id(self._order + 9_000),
            author,
            own,
            sent_ms,
            text=text,
            **fields,  # type: ignore[arg-type]
        )
        self.said[thread].append(one)
        self._count(thread)
        return one

    def _count(self, thread: int) -> None:
        said = self.said[thread]
        last = next((one for one in reversed(said) if not one.event), None)
        unread = sum(not one.read and not one.own for one in said)
        held = sum(one.state is State.HELD for one in said)
        kept = replace(self.kept[thread], unread=unread, held=held)
        if last is not None:
            kept = replace(
                kept,
                last_ms=last.sent_ms,
                last_author=last.author,
                last_text=last.text,
                last_state=last.state,
            )
        self.kept[thread] = kept
        every = self.kept.values()
        self.standing = replace(
            self.standing, unread=sum(one.unread for one in every), held=sum(one.held for one in every)
        )

    def tell(self, *threads: int) -> None:
        """Say that something changed."""
        self.changed.fire(frozenset(threads))
        self.stood.fire(self.standing)

    def change(self, message: int, **what: object) -> None:
        """Change a message, and say so."""
        for thread, said in self.said.items():
            for at, one in enumerate(said):
                if one.id == message:
                    said[at] = replace(one, **what)  # type: ignore[arg-type]
                    self._count(thread)
                    self.tell(thread)
                    return
        raise Refused("unknown")

    def find(self, message: int) -> Message:
        """Return a message by its id."""
        found = next((one for said in self.said.values() for one in said if one.id == message), None)
        if found is None:
            raise Refused("unknown")
        return found

    # --- what the page asks -------------------------------------------------------------------------------

    async def threads(self) -> tuple[Thread, ...]:
        """Return all, pinned first, then the newest."""
        if self.broken:
            raise DiskTrouble("still")
        return tuple(sorted(self.kept.values(), key=lambda one: (not one.pinned, -one.last_ms)))

    async def about(
        self, numbers: Sequence[tuple[str, str]], limit: int = 50
    ) -> tuple[tuple[Thread, Message], ...]:
        """Return what was said about a patient."""
        threads = {one.id: one for one in await self.threads()}
        said = [one for every in self.said.values() for one in every if not one.event]
        about = [(threads[one.thread], one, one.patient or threads[one.thread].patient) for one in said]
        found = [
            (thread, one) for thread, one, link in about if link and (link.authority, link.ipp) in numbers
        ]
        return tuple(sorted(found, key=lambda pair: -pair[1].order)[:limit])

    async def page(self, thread: int, before: int = 0, limit: int = 50) -> tuple[Message, ...]:
        """Return the end, or what stands before."""
        await asyncio.sleep(0)
        return tuple([one for one in self.said[thread] if not before or one.order < before][-limit:])

    async def around(self, message: int, limit: int = 50) -> tuple[Message, ...]:
        """Return a message amid its neighbours."""
        said = self.said[self.find(message).thread]
        at = next(place for place, one in enumerate(said) if one.id == message)
        return tuple(said[max(at - limit // 2, 0) : at + limit // 2])

    async def quoted(self, thread: int, msg_ids: Iterable[bytes]) -> tuple[Message, ...]:
        """Return what is quoted."""
        wanted = set(msg_ids)
        return tuple(one for one in self.said[thread] if one.msg_id in wanted)

    async def search(self, text: str, thread: int = 0, limit: int = 50) -> tuple[Hit, ...]:
        """Find a text, letter for letter."""
        hits = []
        for number in [thread] if thread else self.said:
            for one in reversed(self.said[number]):
                at = one.text.lower().find(text.lower())
                if at >= 0:
                    end = at + len(text)
                    pieces = one.text[max(at - 12, 0) : at], one.text[at:end], one.text[end:]
                    hits.append(Hit(one.id, number, one.author, one.sent_ms, *pieces))
        return tuple(sorted(hits, key=lambda hit: -hit.sent_ms)[:limit])

    async def leaving(self) -> tuple[Hit, ...]:
        """Return as many of the oldest messages as are said to go."""
        said = sorted((one for each in self.said.values() for one in each), key=lambda one: one.sent_ms)
        return tuple(
            Hit(one.id, one.thread, one.author, one.sent_ms, "", "", one.text)
            for one in said[: self.standing.leaving]
        )

    def tell_leaving(self) -> None:
        """Keep that it was seen."""
        self.asked.append(("tell_leaving",))

    async def direct(
        self, user: bytes, patient: PatientLink | None = None, expire_s: int | None = None
    ) -> int:
        """Return the thread with somebody."""
        self._may()
        found = next((n for n, one in self.kept.items() if one.members == (user,) and not one.title), 0)
        number = found or self.thread(user)
        kept = self.kept[number]
        timer_s = kept.expire_s if expire_s is None else expire_s
        self.kept[number] = replace(kept, patient=patient or kept.patient, expire_s=timer_s)
        return number

    async def gather(
        self,
        title: str,
        members: tuple[bytes, ...],
        patient: PatientLink | None = None,
        expire_s: int | None = None,
    ) -> int:
        """Begin a team."""
        self._may()
        number = self.thread(*members, title=title, patient=patient, expire_s=expire_s or 0)
        self.put(number, self._me, "", self._now_ms(), event="created")
        return number

    def _may(self) -> None:
        if not self.writable:
            raise Unwritable
        refuses, self.refuses = self.refuses, None
        if refuses is not None:
            raise refuses

    async def send(
        self,
        thread: int,
        text: str,
        quote: bytes = b"",
        files: tuple[Outgoing, ...] = (),
        *,
        patient: PatientLink | None = None,
        confirmed: bool = False,
    ) -> int:
        """Keep what is sent."""
        if not confirmed:
            self._may()
        kept = tuple(
            File(
                900 + at, file.name, "application/pdf", len(file.data) or 4_096, FileState.SENT,
                ephemeral=file.shown_for_s > 0, open_within_s=file.open_within_s, shown_for_s=file.shown_for_s,
            )
            for at, file in enumerate(files)
        )  # fmt: skip
        state = State.AT_RELAY if self.standing.online else State.QUEUED
        more = {"quote": quote, "files": kept, "state": state, "patient": patient}
        one = self.put(thread, self._me, text, self._now_ms(), **more)
        self.asked.append(("send", thread, text, quote, files))
        self.kept[thread] = replace(self.kept[thread], draft="")
        self.tell(thread)
        return one.id

    async def correct(self, message: int, text: str) -> None:
        """Replace a text."""
        self._may()
        one = self.find(message)
        self.before[message] = (*self.before.get(message, ()), (one.edited_ms or one.sent_ms, one.text))
        self.change(message, text=text, edited_ms=self._now_ms())

    async def withdraw(self, message: int) -> None:
        """Take a message back."""
        self._may()
        self.change(message, text="", files=(), withdrawn_ms=self._now_ms())

    async def take(self, message: int) -> None:
        """Take in charge."""
        self._may()
        self.change(message, taken=(Taken(self._me, self._now_ms()),))

    async def read(self, thread: int, order: int) -> None:
        """Mark as read."""
        self.asked.append(("read", thread, order))
        said = self.said[thread]
        self.said[thread] = [replace(one, read=True) if one.order <= order else one for one in said]
        self._count(thread)
        self.tell(thread)

    async def receipts(self, message: int) -> tuple[Receipt, ...]:
        """Return how far it came."""
        return self.receipted.get(message, ())

    async def versions(self, message: int) -> tuple[tuple[int, str], ...]:
        """Return what it said before."""
        return self.before.get(message, ())

    async def keep_draft(self, thread: int, text: str, patient: PatientLink | None = None) -> None:
        """Keep what is typed."""
        self.kept[thread] = replace(self.kept[thread], draft=text, draft_patient=patient)
        self.tell(thread)

    async def pin(self, thread: int, yes: bool) -> None:
        """Pin."""
        self._set(thread, pinned=yes)

    async def mute(self, thread: int, yes: bool) -> None:
        """Mute."""
        self._set(thread, muted=yes)

    async def set_timer(self, thread: int, expire_s: int) -> None:
        """Set the timer."""
        self._set(thread, expire_s=expire_s)

    async def link(self, thread: int, patient: PatientLink | None) -> None:
        """Link a patient."""
        self._set(thread, patient=patient)

    async def rename(self, thread: int, title: str) -> None:
        """Rename."""
        self._set(thread, title=title)

    async def add(self, thread: int, user: bytes) -> None:
        """Add somebody."""
        self._set(thread, members=(*self.kept[thread].members, user))

    async def remove(self, thread: int, user: bytes) -> None:
        """Remove somebody, or go."""
        kept = self.kept[thread]
        if user == self._me:
            self._set(thread, left=True)
        else:
            self._set(thread, members=tuple(one for one in kept.members if one != user))

    def _set(self, thread: int, **what: object) -> None:
        self._may()
        self.kept[thread] = replace(self.kept[thread], **what)  # type: ignore[arg-type]
        self.tell(thread)

    async def release(self, thread: int) -> None:
        """Send what was held."""
        self._may()
        held = [one.id for one in self.said[thread] if one.state is State.HELD]
        for one in held:
            self.change(one, state=State.AT_RELAY, held="")

    async def again(self, message: int) -> None:
        """Send once more."""
        self._may()
        self.change(message, state=State.QUEUED, held="")

    def _file(self, file: int, **what: object) -> None:
        for said in self.said.values():
            for one in said:
                if any(kept.id == file for kept in one.files):
                    files = tuple(replace(kept, **what) if kept.id == file else kept for kept in one.files)  # type: ignore[arg-type]
                    self.change(one.id, files=files)
                    return
        raise Refused("unknown")

    async def hand_out(
        self, invite: bytes, title: str, users: Iterable[bytes], path: Path, shown_for_s: int = 0
    ) -> int:
        """Keep what is handed out in a meeting."""
        self._may()
        self.asked.append(("hand_out", invite, tuple(users), path, shown_for_s))
        thread = self.meetings.get(invite) or self.thread(*users, title=title)
        self.meetings[invite] = thread
        file = Outgoing(path, path.name, b"", 10 if shown_for_s else 0, shown_for_s)
        return await self.send(thread, "", files=(file,), patient=self.kept[thread].patient, confirmed=True)

    async def handed(self, invite: bytes, since_ms: int) -> tuple[Message, ...]:
        """Return what was put into that meeting's thread."""
        said = self.said.get(self.meetings.get(invite, 0), [])
        return tuple(one for one in said if one.files and one.sent_ms >= since_ms)

    async def bring(self, file: int) -> None:
        """Have a file at once."""
        self._may()
        self._file(file, state=FileState.HERE)

    async def fetch(self, file: int) -> None:
        """Fetch a file."""
        self._may()
        self._file(file, state=FileState.COMING)

    async def halted(self) -> dict[int, str]:
        """Return the threads with a file that does not move."""
        said = ((thread, file) for thread, every in self.said.items() for one in every for file in one.files)
        return {thread: file.halted for thread, file in said if file.halted}

    async def join(self, file: int) -> None:
        """Give a file to the record."""
        self._may()
        self.asked.append(("join", file))
        self._file(file, joined="queued")

    async def pause(self, file: int) -> None:
        """Pause it."""
        self._may()
        self._file(file, state=FileState.PAUSED)

    async def content(self, file: int) -> bytes:
        """Return a file."""
        self._may()
        return self.bytes.get(file, b"%PDF-")

    async def save(self, file: int, to: Path) -> None:
        """Write a file."""
        self._may()
        self.asked.append(("save", file, to))

    async def open_once(self, file: int) -> Shown:
        """Open an ephemeral document."""
        self._may()
        said = (kept for every in self.said.values() for one in every for kept in one.files)
        kept = next(one for one in said if one.id == file)
        if kept.opened_ms:
            raise Refused("opened")
        self._file(file, opened_ms=self._now_ms(), opened_by=self._me)
        return Shown(kept.name, kept.kind, self.bytes.get(file, b"%PDF-"), kept.shown_for_s)


def _id(number: int) -> bytes:
    return hashlib.sha256(f"still {number}".encode()).digest()[:16]
