"""What the directory shows on Today: keys that changed, a certificate that ends, people worth verifying. No Qt."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from app.board import Act, Board, Card, Column, Mark, Note, Rank, Row
from app.directory.looks import LEVELS, Day, calling, level_words
from app.intents import OpenPerson, OpenSection
from app.ui.words import say, says

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.board import Reading
    from app.directory.book import Book, Device, Person
    from app.directory.service import Directory
    from app.feature import Desk
    from media.events import Event

DAY_S = 86_400
ENDS_SOON_S = 14 * DAY_S
SHOWN = 6
_FIRST = ("changed", "different", "certified")
"""Whom to verify, the most urgent first."""


class PeopleSource:
    """The people of the directory whose keys want something."""

    id = "people"
    place = 2

    def __init__(self, desk: Desk, directory: Directory) -> None:
        self._desk, self._directory = desk, directory
        self.title = say("today.people")

    @property
    def changed(self) -> Event[None]:
        """Fires after a decision, and when the directory was read anew."""
        return self._directory.changed

    async def read(self) -> Reading:
        """Judge everybody; raises MediaError when the own certificate cannot be read."""
        return partial(self._board, await self._directory.book())

    def _board(self, book: Book, now_ms: int) -> Board:
        me = next((one for one in book.people if one.me), None)
        cards = [self._changed_key(one) for one in book.people if one.level == "changed"]
        return Board(
            (*cards, *self._ending(me, now_ms // 1000)),
            self._column([one for one in book.people if not one.me]),
            self._alarm(me),
        )

    # --- cards --------------------------------------------------------------------------------------------

    def _changed_key(self, one: Person) -> Card:
        new = next((device for device in one.living if device.state == "changed"), None)
        since = say("today.people.since", day=Day(new.certificate.not_before)) if new is not None else ""
        compare = Act(
            say("today.people.compare"),
            self._opener(one),
            "shield-exclamation",
            say("today.people.compare.spoken", name=one.name),
        )
        return Card(
            id=f"key {one.user.hex()} {_print(new)}",
            rank=Rank.KEY,
            head=say("today.people.changed"),
            title=one.name,
            detail=say("today.people.changed.detail", calling=calling(one), since=since),
            act=compare,
            icon="shield-exclamation",
            tone="warn",
            can_wait=True,
        )

    def _ending(self, me: Person | None, now_s: int) -> tuple[Card, ...]:
        """Return the card of the own certificate when it is about to end."""
        mine = (
            next((device for device in me.devices if device.state == "this"), None)
            if me is not None
            else None
        )
        if me is None or mine is None or mine.certificate.not_after - now_s > ENDS_SOON_S:
            return ()
        ends = mine.certificate.not_after
        card = Card(
            id=f"certificate {_print(mine)}",
            rank=Rank.KEY,
            head=say("today.people.ends.head"),
            title=say("today.people.ends"),
            detail=says("today.people.ends.detail", max(_midnights(now_s, ends), 0)),
            act=Act(say("today.people.devices"), self._opener(me), "device-laptop"),
            icon="clock",
            deadline_ms=ends * 1000,
            tone="warn",
            can_wait=True,
        )
        return (card,)

    def _alarm(self, me: Person | None) -> tuple[Note, ...]:
        """Return what is said of devices in the own name that nobody here asked for; it stays until they are revoked."""
        n = sum(device.state == "unexpected" for device in me.devices) if me is not None else 0
        if me is None or not n:
            return ()
        title, detail = says("trouble.device-unexpected.title", n), say("trouble.device-unexpected.detail")
        act = Act(say("today.people.devices"), self._opener(me), "device-laptop")
        return (Note("alarm", "danger", title, detail, act),)

    # --- the column ---------------------------------------------------------------------------------------

    def _column(self, others: Sequence[Person]) -> Column:
        wanted = sorted(
            (one for one in others if one.level in _FIRST), key=lambda one: _FIRST.index(one.level)
        )
        urgent = [one for one in wanted if one.level != "certified"]
        none = "verified" if others else "alone"
        return Column(
            rows=tuple(self._row(one) for one in wanted[:SHOWN]),
            all=Act(
                say("today.people.all"),
                partial(self._desk.open, OpenSection("directory")),
                spoken=say("today.people.all.spoken"),
                keys=("G", "D"),
            ),
            none=say(f"today.people.none.{none}"),
            none_detail=say(f"today.people.none.{none}.detail"),
            count=len(urgent),
            rest=len(wanted[SHOWN:]),
        )

    def _row(self, one: Person) -> Row:
        icon, tone = LEVELS[one.level]
        return Row(
            id=one.user.hex(),
            title=one.name,
            detail=calling(one),
            run=self._opener(one),
            person=one.name,
            marks=(Mark(level_words(one.level), icon, tone),),
        )

    def _opener(self, one: Person) -> partial[None]:
        return partial(self._desk.open, OpenPerson(one.user))


def _print(device: Device | None) -> str:
    """Tell one changed key from the next: a card that was put aside for one comes back for another."""
    return device.certificate.hash.hex()[:16] if device is not None else ""


def _midnights(now_s: int, then_s: int) -> int:
    """Return how many midnights of this machine's calendar lie between."""
    days = [datetime.fromtimestamp(at, UTC).astimezone().date() for at in (now_s, then_s)]
    return (days[1] - days[0]).days
