"""What a message does to the vault, in the transaction that takes it: a line in a thread, another text, a mark, another team."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from media.errors import ProtocolError
from media.keys import cbor
from media.keys.issuers import ID_BYTES
from media.keys.sign import digest
from media.mail import again, bodies, convs, desks, say, team
from media.mail.timers import due_ms
from storage.errors import Damaged
from storage.messages.early import Early
from storage.messages.posting import NewFile, NewMessage, Want
from storage.messages.presence import SharedWord
from storage.messages.records import FileState, PatientLink, State, ThreadKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.post.told import Told
    from storage.messages.records import Message, Thread
    from storage.messages.store import Mailbag


class Taking:
    """The effects of what came, for the user *me*; each returns the thread that changed, 0 for none."""

    def __init__(self, me: bytes) -> None:
        self._me = me

    def take(self, rows: Mailbag, told: Told) -> int:
        """Do what *told* asks for."""
        act = self._ACTS.get(type(told.body))
        return act(self, rows, told, told.body) if act else 0

    # --- what people wrote ---------------------------------------------------------------------------------

    def _text(self, rows: Mailbag, told: Told, said: bodies.Text) -> int:
        header, thread = told.header, self.thread(rows, told)
        if rows.messages.find(header.msg_id, told.by.user):
            return 0  # said again by its author, enrolled anew since
        message = rows.messages.add(
            NewMessage(
                thread=thread,
                msg_id=header.msg_id,
                author=told.by.user,
                own=told.own,
                sent_ms=header.sent_ms,
                at_ms=told.at_ms,
                state=State.DELIVERED if told.own else State.RECEIVED,
                text=said.text,
                quote=said.quote,
                patient=_link(said.patient),
                files=tuple(map(_file, said.files)),
                read=told.own,
                warning=told.warning or self._stranger(rows, thread, told),
                expires_ms=due_ms(header.sent_ms, rows.timers.latest(told.at_ms), header.expires_s),
            )
        )
        rows.origins.keep(message, told.by.device_id, header.hash)
        for early in rows.early.take(header.msg_id):
            self._do(rows, early, say.parse(early.type, early.body))
        return thread

    def _about(self, rows: Mailbag, told: Told, said: bodies.Correct | bodies.Withdraw | bodies.Taken) -> int:
        """Do what an act about a message asks for, or keep it until that message comes."""
        about = Early(
            said.about,
            told.by.user,
            told.conv,
            int(told.type),
            said.encode(),
            told.proof,
            told.header.sent_ms,
            told.at_ms,
        )
        if rows.messages.find(said.about, told.by.user) or self._in_thread(rows, about):
            return self._do(rows, about, said)
        rows.early.keep(about)
        return 0

    def _do(self, rows: Mailbag, by: Early, said: object) -> int:
        if isinstance(said, bodies.Taken):
            return self._taken(rows, by, said)
        message = _written(rows, by.user, by.about)
        if message is None:
            return 0
        if isinstance(said, bodies.Correct):
            if by.sent_ms <= message.edited_ms:
                return 0  # of two corrections the later one counts, in whichever order they come
            rows.messages.correct(message.id, said.text, by.sent_ms)
        else:
            rows.messages.withdraw(message.id, by.sent_ms)
        return message.thread

    def _taken(self, rows: Mailbag, by: Early, said: bodies.Taken) -> int:
        message = self._in_thread(rows, by)
        origin = rows.origins.of(message.id) if message else None
        if message is None or origin is None or origin.hash != said.header_hash:
            return 0
        rows.messages.take(message.id, by.user, by.sent_ms, by.proof)
        return message.thread

    def _in_thread(self, rows: Mailbag, by: Early) -> Message | None:
        thread = rows.threads.find(by.conv)
        return rows.messages.quoted(thread.id, by.about) if thread else None

    def _receipt(self, rows: Mailbag, told: Told, said: bodies.Receipt) -> int:
        read_ms = said.at_ms if said.reached is bodies.Reached.READ else 0
        changed = 0
        for about in said.about:
            rows.outbox.delivered(about, told.by.user, told.by.device_id, said.at_ms, read_ms)
            message = rows.messages.find(about, self._me)
            changed = message.thread if message else changed
        return changed

    def _history(self, rows: Mailbag, told: Told, said: desks.History) -> int:
        """Take what an older own device has; what was said meanwhile about those messages counts now."""
        try:
            new = rows.history.take(said.records)
        except Damaged as error:
            raise ProtocolError("not a piece of a history") from error
        for msg_id in new:
            for early in rows.early.take(msg_id):
                self._do(rows, early, say.parse(early.type, early.body))
        rows.transfers.came(told.by.device_id, len(new), last=said.last)
        return 0

    def _presence(self, rows: Mailbag, told: Told, said: desks.Presence) -> int:
        """Keep where a colleague's device says how it can be reached."""
        if not told.own:
            by = told.by
            word = SharedWord(by.device_id, by.user, said.writer_pk, said.key, told.header.sent_ms)
            rows.presence.take(word)
        return 0

    # --- files that the relay lost ---------------------------------------------------------------------------

    def _wanted(self, rows: Mailbag, told: Told, said: again.Wanted) -> int:
        """Keep that somebody waits for a file; whether it may be had is judged when it is laid out."""
        rows.files.want(Want(said.about, said.file, told.by.user, told.by.device_id))
        return 0

    def _laid(self, rows: Mailbag, told: Told, said: again.Laid) -> int:
        """Fetch what its author laid out again; nobody but its author says so."""
        message = rows.messages.find(said.about, told.by.user)
        if message is None or said.file >= len(message.files):
            return 0
        file = message.files[said.file]
        if file.state is FileState.ASKED:
            rows.files.state(file.id, FileState.COMING if said.there else FileState.GONE)
        return message.thread

    # --- threads -------------------------------------------------------------------------------------------

    def thread(self, rows: Mailbag, told: Told) -> int:
        """Return the thread of a message, begun where it is the first one."""
        known = rows.threads.find(told.conv)
        if known is not None:
            return known.id
        others = {told.by.user, *told.header.recipients} - {self._me}
        kind = ThreadKind.DIRECT if convs.is_direct(told.conv) else ThreadKind.TEAM
        return rows.threads.begin(told.conv, kind, others, expire_s=told.header.expires_s)

    def _stranger(self, rows: Mailbag, thread: int, told: Told) -> str:
        """Say of somebody who is no member of a team, but knows its conversation, that it is so: a header's recipients are all its group."""
        known = rows.threads.get(thread)
        apart = known is not None and known.kind is ThreadKind.TEAM and told.by.user not in known.members
        return "outsider" if apart and not told.own else ""

    def _team(self, rows: Mailbag, told: Told, said: bodies.Team) -> int:
        """Let the team be another one, where a member says so and nothing newer was said."""
        author, known = told.by.user, rows.threads.find(told.conv)
        if convs.is_direct(told.conv) and {author, *told.header.recipients} != set(said.members):
            return 0
        before = team.Standing(self._before(known), *rows.threads.said(known.id)) if known else None
        after, _ = team.apply(before, said, told.header, author, told.at_ms)
        if after is None or after is before:
            return 0
        place = Place(told.conv, author, told.header.msg_id, after.sent_ms, told.at_ms)
        return self.regroup(rows, place, said)

    def regroup(self, rows: Mailbag, place: Place, said: bodies.Team) -> int:
        """Let a thread be as *said*, and write into it what changed."""
        known = rows.threads.find(place.conv)
        others = set(said.members) - {self._me}
        if known is None:
            kind = ThreadKind.DIRECT if convs.is_direct(place.conv) else ThreadKind.TEAM
            thread = rows.threads.begin(
                place.conv, kind, others, said.title, _link(said.patient), said.expire_s
            )
            changes = _begun(kind, said, place.author)
        else:
            thread, changes = known.id, team.changes(self._before(known), said, place.author)
            rows.threads.rename(thread, said.title)
            rows.threads.set_members(thread, others)
            rows.threads.link(thread, _link(said.patient))
            rows.threads.set_timer(thread, said.expire_s)
        rows.threads.leave(thread, self._me not in said.members)
        rows.threads.say(thread, place.sent_ms, place.msg_id)
        self._say(rows, thread, place, changes, _link(said.patient))
        return thread

    def _before(self, known: Thread) -> bodies.Team:
        me = () if known.left else (self._me,)
        members = tuple(sorted({*known.members, *me}))
        return bodies.Team(known.title, members, known.expire_s, patient_of(known.patient))

    def _say(
        self,
        rows: Mailbag,
        thread: int,
        place: Place,
        changes: Iterable[team.Change],
        patient: PatientLink | None,
    ) -> None:
        for number, change in enumerate(changes):
            msg_id = digest(place.msg_id + bytes((number,)))[:ID_BYTES] if number else place.msg_id
            rows.messages.add(
                NewMessage(
                    thread,
                    msg_id,
                    place.author,
                    place.author == self._me,
                    place.sent_ms,
                    place.at_ms,
                    text=change.text,
                    patient=patient if change.what in {"created", "linked"} else None,
                    event=change.what,
                    event_about=change.about,
                )
            )

    _ACTS: ClassVar[dict[type, Callable[..., int]]] = {
        bodies.Text: _text,
        bodies.Correct: _about,
        bodies.Withdraw: _about,
        bodies.Taken: _about,
        bodies.Team: _team,
        bodies.Receipt: _receipt,
        desks.History: _history,
        again.Wanted: _wanted,
        again.Laid: _laid,
        desks.Presence: _presence,
    }


@dataclass(frozen=True)
class Place:
    """Where and when a thread was changed, and by whom."""

    conv: bytes
    author: bytes
    msg_id: bytes
    sent_ms: int
    at_ms: int


def _begun(kind: ThreadKind, said: bodies.Team, author: bytes) -> tuple[team.Change, ...]:
    """Return what is worth saying where a thread begins: two people who write to each other made no team.

    One line: the patient where there is one; the timer stands beside the field anyway.
    """
    if kind is ThreadKind.TEAM:
        return (team.Change("created"),)
    return team.changes(bodies.Team("", said.members), said, author)[-1:]


def patient_of(link: PatientLink | None) -> bodies.Patient | None:
    """Return a patient link as it travels."""
    return bodies.Patient(link.authority, link.ipp, link.label) if link else None


def _written(rows: Mailbag, user: bytes, about: bytes) -> Message | None:
    """Return the message *about* where it is its author who speaks, and it still says something."""
    message = rows.messages.find(about, user)
    return message if message and not message.withdrawn_ms and not message.gone_ms else None


def _link(patient: bodies.Patient | None) -> PatientLink | None:
    return PatientLink(patient.authority, patient.ipp, patient.label) if patient else None


def _file(one: bodies.Attachment) -> NewFile:
    once = bool(one.shown_for_s)
    manifest = cbor.encode(one.row())
    return NewFile(
        one.name,
        one.kind,
        one.size,
        FileState.OFFERED,
        b"" if once else one.key,
        manifest,
        once,
        one.open_within_s,
        one.shown_for_s,
    )
