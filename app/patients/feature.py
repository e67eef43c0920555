"""The section Patients in the rail. Its page is loaded when it is first shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from app.feature import Feature
from app.intents import OpenPatient
from app.patients.found import found_patients
from app.patients.today import SeenSource
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable

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

    return Feature(
        "patients",
        say("patients.section"),
        "id-badge-2",
        make_page,
        "Ctrl+3",
        frozenset({OpenPatient}),
        letter="P",
        today=lambda desk: (SeenSource(desk, patients),),
        seeks="patient",
        seek=partial(found_patients, patients),
    )
