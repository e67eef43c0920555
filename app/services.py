"""The services behind the window, made by hand, once: what works in the name of who is signed in. No logic beyond who hears whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.checkpoints import Checkpoints
from app.config import COORDINATORS
from app.directory.service import Directory
from app.fanout.service import Handed
from app.interop.feed import Feed
from app.line import Line
from app.meeting.agenda.planning import Planning
from app.messages.deposits import Deposits
from app.messages.service import Messages
from app.monitoring.closing import Closing
from app.monitoring.following import Following
from app.monitoring.hour import Hour
from app.monitoring.service import Monitoring
from app.monitoring.sharing import Sharing
from app.patients.service import Patients
from app.post.office import Post
from app.settings.service import Settings
from app.signin.service import wall_clock_ms

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.audit import Trail
    from app.config import Config
    from app.jobs import Start
    from app.line import Look
    from app.meeting.service import Meeting
    from app.monitoring.report import Paper


class Services:
    """All of them; `start` runs what they do beside the window's thread, for as long as the workstation lives."""

    def __init__(
        self,
        start: Start,
        config: Config,
        trail: Trail,
        now_ms: Callable[[], int],
        meeting: Meeting,
        look: Look,
    ) -> None:
        self._config, self._now_ms = config, now_ms
        self.meeting = meeting
        self.planning = Planning(now_ms)
        self.directory = Directory(now_ms, trail)
        self.settings = Settings(config)
        self.line = Line(start, now_ms, look)
        self.patients = Patients(config, now_ms, trail)
        self.feed = Feed(start, now_ms)
        self.post = Post(now_ms)
        self.handed = Handed(start, self.post, config, now_ms)
        self.checkpoints = Checkpoints(now_ms)
        self.messages = Messages(self.post, config, now_ms, trail)
        self.deposits = Deposits(config, now_ms, trail)
        self._monitor(start, trail, _hour(now_ms))
        self.feed.patients_changed.subscribe(self.patients.changed.fire)
        self.feed.patients_changed.subscribe(self.following.hear)
        self.handed.changed.subscribe(self.feed.receive)
        self.handed.left.subscribe(self.closing.left)
        self.messages.outward = lambda: self.handed.outgoing
        self.handed.left.subscribe(self.messages.left)
        self.patients.watch(self.alerts)
        self.alerts.access = self.patients.ground

    def _monitor(self, start: Start, trail: Trail, hour: Hour) -> None:
        """Make telemonitoring: the alerts, what follows them, what leaves of them."""
        sharing = Sharing(self.post, self._coordinators)
        self.alerts = Monitoring(
            sharing, hour.now_ms, trail, self._coordinators, self._silent_ms, lambda: self.feed.table
        )
        self.following = Following(start, self.alerts, sharing, hour)
        self.closing = Closing(
            start, self.alerts, lambda: self.handed.outgoing, _paint, self._known_as, hour.now_ms
        )

    def _known_as(self, user: bytes) -> str:
        """Return what the directory calls somebody; on the loop, while the post is open."""
        return self.post.desk.book.name(user) or user.hex()[:8]

    def _coordinators(self) -> frozenset[bytes]:
        """Return the users whom IT lets sign a service's first rules."""
        return frozenset(bytes.fromhex(user) for user in self._config.get(COORDINATORS))

    def _silent_ms(self) -> int:
        """Return since when the gateways of this desk are silent for too long, 0 where they are not."""
        return self.feed.state.reception.silent_ms(self._now_ms())


def _hour(now_ms: Callable[[], int]) -> Hour:
    """Return the clock of deadlines; one that was handed over goes by itself."""
    return Hour(now_ms) if now_ms is wall_clock_ms else Hour(now_ms, lambda: 0)


def _paint(paper: Paper) -> bytes:
    """Return a report as a PDF; what that takes is loaded with the first one."""
    from app.monitoring.pdf import paint  # noqa: PLC0415 -- the start does without

    return paint(paper)
