"""The sections of the window, in the order of the rail, and what each of them is handed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.directory import feature as directory_feature
from app.meeting import feature as meeting_feature
from app.messages import feature as messages_feature
from app.monitoring import feature as monitoring_feature
from app.patients import feature as patients_feature
from app.settings import feature as settings_feature
from app.today import feature as today_feature
from app.today.service import Around, Fact

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtWidgets import QWidget

    from app.config import Config
    from app.directory.sight import Sight
    from app.feature import Desk, Feature
    from app.messages.ports import Messages
    from app.patients.flow import Flow
    from app.services import Services
    from app.sitting import Sitting


class Sections:
    """Makes what the rail has. Pages are loaded when they are first shown."""

    def __init__(
        self, services: Services, sitting: Sitting, config: Config, now_ms: Callable[[], int]
    ) -> None:
        self._services, self._sitting, self._config, self._now_ms = services, sitting, config, now_ms

    def all(self, messages: Messages, sight: Sight, left_ms: Callable[[], int]) -> tuple[Feature, ...]:
        """Return Today and the others; *messages* may be made up, *left_ms* says how long until the desk locks by itself."""
        made, config = self._services, self._config
        rail = (
            meeting_feature.feature(
                made.meeting, made.planning, messages, made.line, self._sitting.who, config
            ),
            patients_feature.feature(made.patients, config, self._flow, made.feed.changed),
            monitoring_feature.feature(
                made.alerts, made.following, made.directory, made.planning.between, config
            ),
            messages_feature.feature(messages, made.directory, made.patients, made.deposits, config),
            directory_feature.feature(made.directory, config, sight),
            settings_feature.feature(
                made.settings, self._make_devices, {"patients": self._make_feed_state, "monitoring": _rules}
            ),
        )
        meetings, patients, alerts, letters, *others = rail
        around = Around(self._facts, left_ms, made.line.changed)
        return (today_feature.feature((meetings, alerts, letters, patients, *others), around, config), *rail)

    def _facts(self) -> tuple[Fact, ...]:
        """Return what is true of the desk, for the foot of Today."""
        if not self._services.patients.is_open:
            return self._sitting.facts()
        from app.patients.today import facts  # noqa: PLC0415 -- only an open vault has any

        told = facts(self._services.feed.state, self._services.patients.held, self._now_ms())
        return (*self._sitting.facts(), *(Fact(*one) for one in told))

    def _flow(self) -> Flow:
        from app.patients.flow import flow  # noqa: PLC0415 -- as above

        return flow(self._services.feed.state, self._now_ms())

    def _make_devices(self, desk: Desk, choose: Callable[[str, str], None]) -> QWidget:
        from app.meeting.entry.devicetest import DeviceTest  # noqa: PLC0415 -- loaded when first shown

        return DeviceTest(desk, self._services.meeting, self._sitting.who().name, choose)

    def _make_feed_state(self, desk: Desk) -> QWidget:
        from app.patients.feedstate import FeedState  # noqa: PLC0415 -- loaded when first shown

        feed = self._services.feed
        return FeedState(desk, lambda: feed.state, feed.changed)


def _rules(desk: Desk) -> QWidget:
    from app.monitoring.rulesentry import RulesEntry  # noqa: PLC0415 -- loaded when first shown

    return RulesEntry(desk)
