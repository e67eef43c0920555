"""Threads as the palette finds them. No Qt."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app import naming
from app.commands import Thing
from app.i18n import fmt_number, tr
from app.intents import OpenThread
from app.messages import looks
from app.search import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.feature import Desk
    from app.messages.people import People
    from app.messages.ports import Messages
    from storage.messages.records import Thread

MOST = 6
_TONES = {"ok": "ok", "warn": "warn", "danger": "danger"}


async def found_threads(messages: Messages, people: People, desk: Desk, query: str) -> Sequence[Thing]:
    """Return the threads whose name or patient matches *query*, at most `MOST`; the first ones where nothing is typed."""
    words = plain(query).split()
    threads = await messages.threads()
    fits = (one for one in threads if all(word in _told(one, people) for word in words))
    return [_thing(one, people, desk) for one, _ in zip(fits, range(MOST), strict=False)]


def _told(one: Thread, people: People) -> str:
    names = " ".join(people.name(user) for user in one.members)
    return plain(f"{people.title(one)} {names} {one.patient.label if one.patient is not None else ''}")


def _thing(one: Thread, people: People, desk: Desk) -> Thing:
    level = people.level(one)
    icon, ink = looks.LEVELS[level]
    facts = [(tr("messages.fact.last"), looks.moment(one.last_ms, desk.now_ms()))] if one.last_ms else []
    if one.patient is not None:
        facts.insert(0, (tr("messages.fact.patient"), naming.read(one.patient.label)))
    if one.unread:
        facts.append((tr("messages.fact.unread"), fmt_number(one.unread)))
    return Thing(
        "thread",
        people.title(one),
        looks.short_patient(one.patient) if one.patient is not None else tr("messages.fact.thread"),
        "message-2",
        partial(desk.open, OpenThread(one.id)),
        id=f"thread.{one.id}",
        facts=tuple(facts),
        mark=(tr(f"messages.level.{level}"), icon, _TONES.get(ink, "plain")),
    )
