"""The people of the directory as the palette finds them. No Qt."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.commands import Thing
from app.directory.looks import LEVELS, calling, level_words
from app.i18n import fmt_number, tr
from app.intents import OpenPerson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.directory.book import Person
    from app.directory.service import Directory
    from app.feature import Desk


def found_people(directory: Directory, desk: Desk) -> Sequence[Thing]:
    """Return everybody with a device who was listed last, the favourites first; opening one shows them in the directory."""
    known = [person for person in directory.known.people if person.devices]
    return [_thing(person, desk) for person in sorted(known, key=lambda one: not one.favourite)]


def _thing(person: Person, desk: Desk) -> Thing:
    icon, tone = LEVELS[person.level]
    facts = (
        (tr("palette.fact.role"), tr(f"role.{person.role}")),
        (tr("palette.fact.devices"), fmt_number(len(person.living))),
    )
    return Thing(
        "person",
        person.name,
        str(calling(person)),
        "user",
        partial(desk.open, OpenPerson(person.user)),
        id=f"person.{person.user.hex()}",
        facts=facts,
        mark=(str(level_words(person.level)), icon, tone),
    )
