"""The section Aujourd'hui in the rail: it opens on what waits, whatever features there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.feature import Feature
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.board import Source
    from app.config import Config
    from app.feature import Desk, Page
    from app.today.service import Around


def feature(others: Sequence[Feature], around: Around, config: Config) -> Feature:
    """Return the rail's entry; the sources of the *others* are asked for when it is first shown."""
    sources: list[Source] = []

    def make_page(desk: Desk) -> Page:
        from app.today.page import TodayPage  # noqa: PLC0415 -- loaded when first shown

        if not sources:
            sources.extend(source for other in others for source in other.today(desk))
        return TodayPage(desk, sources, around, config)

    return Feature("today", say("today.section"), "smart-home", make_page, "Ctrl+1", letter="A")
