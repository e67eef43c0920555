"""The section Télésuivi in the rail. Its page is loaded when it is first shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.feature import Feature
from app.intents import OpenAlert, OpenRules
from app.monitoring.people import People
from app.monitoring.today import AlertsSource
from app.ui.words import say

if TYPE_CHECKING:
    from app.config import Config
    from app.feature import Desk, Page
    from app.monitoring.following import Following
    from app.monitoring.people import Directory
    from app.monitoring.ports import Monitoring
    from app.monitoring.referring import Between


def feature(
    alerts: Monitoring, following: Following, directory: Directory, between: Between, config: Config
) -> Feature:
    """Return the rail's entry; *between* asks the agenda for its dates."""

    def make_page(desk: Desk) -> Page:
        from app.monitoring.page import MonitoringPage  # noqa: PLC0415 -- loaded when first shown

        return MonitoringPage(
            replace(desk, now_ms=following.hour.now_ms), alerts, following, People(directory), between, config
        )

    return Feature(
        "monitoring",
        say("monitoring.section"),
        "activity-heartbeat",
        make_page,
        "Ctrl+4",
        frozenset({OpenAlert, OpenRules}),
        letter="T",
        today=lambda desk: (AlertsSource(desk, alerts, following, People(directory)),),
    )
