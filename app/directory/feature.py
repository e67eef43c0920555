"""The section Annuaire in the rail. Its page is loaded when it is first shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.directory.found import found_people
from app.directory.today import PeopleSource
from app.feature import Feature
from app.intents import OpenPerson
from app.ui.words import say

if TYPE_CHECKING:
    from app.config import Config
    from app.directory.service import Directory
    from app.directory.sight import Sight
    from app.feature import Desk, Page


def feature(directory: Directory, config: Config, sight: Sight) -> Feature:
    """Return the rail's entry."""

    def make_page(desk: Desk) -> Page:
        from app.directory.page import DirectoryPage  # noqa: PLC0415 -- loaded when first shown

        return DirectoryPage(desk, directory, config, sight)

    return Feature(
        "directory",
        say("directory.section"),
        "address-book",
        make_page,
        "Ctrl+6",
        frozenset({OpenPerson}),
        letter="D",
        find=partial(found_people, directory),
        today=lambda desk: (PeopleSource(desk, directory),),
    )
