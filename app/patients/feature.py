"""The section Patients in the rail. What only an open vault fills is loaded after the unlock, its page when it is first shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.config import SITE_ZONE
from app.feature import Feature
from app.intents import OpenPatient
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.board import Source
    from app.commands import Thing
    from app.config import Config
    from app.feature import Desk, Page
    from app.patients.flow import Flow
    from app.patients.service import Patients
    from media.events import Event


def feature(patients: Patients, config: Config, flow: Callable[[], Flow], flowed: Event[Any]) -> Feature:
    """Return the rail's entry; *flow* tells how fresh the cache is, *flowed* that this changed."""

    def make_page(desk: Desk) -> Page:
        from app.patients.page import PatientsPage  # noqa: PLC0415 -- loaded when first shown

        return PatientsPage(desk, patients, config, flow, flowed)

    async def seek(desk: Desk, query: str) -> Sequence[Thing]:
        from app.patients.found import found_patients  # noqa: PLC0415 -- as the module says

        return await found_patients(patients, desk, query, config.get(SITE_ZONE))

    def today(desk: Desk) -> Sequence[Source]:
        from app.patients.today import SeenSource  # noqa: PLC0415 -- as the module says

        return (SeenSource(desk, patients),)

    return Feature(
        "patients",
        say("patients.section"),
        "id-badge-2",
        make_page,
        "Ctrl+3",
        frozenset({OpenPatient}),
        letter="P",
        today=today,
        seeks="patient",
        seek=seek,
    )
