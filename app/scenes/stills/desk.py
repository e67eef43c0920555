"""What stands behind the window in a scene: an engine that says what it is told, a door, an agenda, a line to the relay."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

from app.scenes.stills.facts import at_once
from app.signin.service import Opened, SignIn, SignInRefused
from media.engine import messages as m
from media.errors import MediaError
from media.events import Event
from media.link.probe import Seen
from storage.errors import DiskTrouble
from storage.invited import Invited, InvitedRepository
from storage.meetings import Meeting, MeetingsRepository

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.line import Look
    from app.scenes.stills.arena import StillArena

DEVICES = m.Devices(
    cameras=[m.Device(id="/dev/video0", name="Logitech Brio 500", default=True)],
    microphones=[m.Device(id="jabra", name="Casque Jabra Evolve2 (USB)", default=True)],
    speakers=[m.Device(id="jabra", name="Casque Jabra Evolve2 (USB)", default=True)],
    screens=[
        m.Device(id=":0", name="Écran 1, 1920 x 1080"),
        m.Device(id=":0+1920", name="Écran 2, 2560 x 1440"),
    ],
    windows=[m.Device(id="1", name="Console d'imagerie"), m.Device(id="2", name="Référentiel thorax 2026")],
)


class StillEngine:
    """Says what a scene tells it to say; draws what the window asks for."""

    def __init__(self, arena: StillArena) -> None:
        self.messages: Event[m.Message] = Event()
        self.died: Event[int] = Event()
        self._arena = arena

    def start(self, _arena: object, /) -> None:
        """Nothing to start."""

    def send(self, message: m.Message, /) -> None:
        """Answer what a scene needs answered."""
        if isinstance(message, m.ListDevices):
            self.messages.fire(DEVICES)
        elif isinstance(message, m.Tiles):
            self._arena.draw(message.tiles)
            self.messages.fire(m.Fresh(boxes=[tile.index for tile in message.tiles]))

    def say(self, messages: Sequence[m.Message]) -> None:
        """Say these to the window."""
        for message in messages:
            self.messages.fire(message)

    def stop(self) -> None:
        """Nothing to stop."""


class StillSignIn(SignIn):
    """A door that never opens: the wrong password."""

    station = "ONCO-14"

    async def keyring_usable(self) -> bool:
        """Show the choice."""
        return True

    def enrolled(self) -> bool:
        """Show the form."""
        return True

    async def unlock(self, password: str) -> Opened:
        """Refuse."""
        del password
        raise SignInRefused("wrong-password")


class StillAgenda(MeetingsRepository):
    """Keeps meetings for as long as a scene lasts."""

    def __init__(self, *meetings: Meeting) -> None:
        self._kept = {one.tag: one for one in meetings}
        self.invited = StillInvited()

    def save(self, meeting: Meeting) -> Future[None]:
        """Keep a meeting."""
        self._kept[meeting.tag] = meeting
        return at_once(None)

    def forget(self, tag: bytes) -> Future[None]:
        """Forget a meeting."""
        self._kept.pop(tag, None)
        return at_once(None)

    def unreadable(self) -> Future[int]:
        """Everything can be read."""
        return at_once(0)

    def upcoming(self, _since_s: int) -> Future[list[Meeting]]:
        """Return all."""
        return at_once(list(self._kept.values()))


class StillInvited(InvitedRepository):
    """Nobody was told."""

    def __init__(self) -> None:
        pass

    def of(self, _uid: bytes) -> Future[tuple[Invited, ...]]:
        """Return nobody."""
        return at_once(())

    def invite(self, _uid: bytes, _users: Iterable[bytes], _sequence: int, *, anew: bool) -> Future[None]:  # noqa: ARG002
        """Keep nobody."""
        return at_once(None)

    def forget(self, _uid: bytes) -> Future[None]:
        """Forget nobody."""
        return at_once(None)


class BrokenAgenda(StillAgenda):
    """A disk that answers no more."""

    def upcoming(self, _since_s: int) -> Future[list[Meeting]]:
        """Fail."""
        future: Future[list[Meeting]] = Future()
        future.set_exception(DiskTrouble("still"))
        return future


def answering(answer: Seen | MediaError) -> Look:
    """Return a look at a relay that always answers so."""

    async def look(_address: object, _now_s: object, *, thorough: bool = False) -> Seen:
        del thorough
        if isinstance(answer, MediaError):
            raise answer
        return answer

    return look


look = answering(
    Seen(rtt_ms=23.0, transport="udp", up_kbps=3_100, sent=20, lost=1, jitter_ms=9, medium="wifi")
)
