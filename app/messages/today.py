"""What messages show on Today: what is held, what did not arrive, what is unread about a patient. No Qt."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.board import Act, Board, Card, Column, Mark, Rank, Row
from app.i18n import isolated, tr
from app.intents import OpenSection, OpenThread
from app.messages import looks
from app.messages.ports import Unwritable
from app.naming import born_in
from app.ui.words import say, says
from media.events import Event
from storage.messages.records import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.board import Reading
    from app.feature import Desk
    from app.messages.people import People
    from app.messages.ports import Messages
    from storage.messages.records import Thread

SHOWN = 5
_LOST = frozenset((State.UNDELIVERED, State.FAILED))


class MessagesSource:
    """Threads in which something waits."""

    id = "messages"
    place = 2

    def __init__(self, desk: Desk, messages: Messages, people: People) -> None:
        self._desk, self._messages, self._people = desk, messages, people
        self.title = say("today.messages")
        self.changed: Event[None] = Event()
        messages.changed.subscribe(lambda _threads: self.changed.fire(None))
        people.changed.subscribe(self.changed.fire)

    async def read(self) -> Reading:
        """Read the threads, none of a vault that is shut; raises what else the service raised."""
        try:
            return partial(self._board, await self._messages.threads(), await self._messages.halted())
        except Unwritable:
            return lambda _now_ms: Board()

    def _board(self, threads: Sequence[Thread], halted: dict[int, str], now_ms: int) -> Board:
        held = [one for one in threads if one.held]
        lost = [one for one in threads if one.last_state in _LOST]
        stuck = [one for one in threads if one.id in halted]
        about = [one for one in threads if one.unread and one.patient is not None and not one.muted]
        unread = [one for one in threads if one.unread and not one.muted]
        cards = (
            *(self._card(one, "held", now_ms) for one in held),
            *(self._card(one, "lost", now_ms) for one in lost),
            *(self._card(one, "file", now_ms, looks.halted_words(halted[one.id])) for one in stuck),
            *(self._card(one, "about", now_ms) for one in about),
        )
        return Board(cards, self._column(sorted(unread, key=lambda one: -one.last_ms)))

    def _card(self, one: Thread, kind: str, now_ms: int, why: str = "") -> Card:
        name = isolated(self._people.title(one))
        patient = looks.patient_name(one.patient) if one.patient is not None else ""
        about = born_in(one.patient.label) if one.patient is not None else ""
        ipp = tr("messages.patient.ipp", ipp=one.patient.ipp) if one.patient is not None else ""
        said = {
            "name": name,
            "when": looks.moment(one.last_ms, now_ms),
            "why": why,
            "patient": " · ".join(part for part in (about, ipp) if part),
        }
        count = {"held": one.held, "about": one.unread}.get(kind, 1)
        return Card(
            id=f"{kind} {one.id} {one.last_ms}",
            rank=Rank.MESSAGE,
            head=says(f"today.messages.{kind}", count),
            title=patient if kind == "about" else self._people.title(one),
            detail=say(f"today.messages.{kind}.detail", **said),
            act=Act(
                say("today.messages.open"),
                self._opener(one),
                "message-2",
                say("today.messages.open.spoken", name=name),
            ),
            icon={"held": "clock-pause", "lost": "alert-circle", "file": "clock-pause"}.get(
                kind, "message-2"
            ),
            tone="accent" if kind == "about" else "warn",
            can_wait=True,
        )

    def _column(self, unread: Sequence[Thread]) -> Column:
        go = Act(
            say("today.messages.all"),
            partial(self._desk.open, OpenSection("messages")),
            spoken=say("today.messages.all.spoken"),
            keys=("G", "M"),
        )
        return Column(
            rows=tuple(self._row(one) for one in unread[:SHOWN]),
            all=go,
            none=say("today.messages.none"),
            count=sum(one.unread for one in unread),
            rest=len(unread[SHOWN:]),
        )

    def _row(self, one: Thread) -> Row:
        title = self._people.title(one)
        about = looks.short_patient(one.patient) if one.patient is not None else ""
        text = " ".join(one.last_text.split())
        if text and one.last_author == self._people.me:
            text = tr("messages.last_by", who=tr("messages.you"), text=text)
        return Row(
            id=str(one.id),
            title=title,
            detail=" ".join(part for part in (about, text) if part),
            run=self._opener(one),
            person=title,
            marks=(Mark(says("messages.unread_n", one.unread), "message-2", "accent"),),
        )

    def _opener(self, one: Thread) -> partial[None]:
        return partial(self._desk.open, OpenThread(one.id))
