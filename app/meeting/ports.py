"""What the meeting needs of the media engine: fulfilled by `media.engine`, by a drawn still life, by a test's fake peer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from media.engine import messages as m
    from media.events import Event
    from storage.messages.records import Message


class Opened(Protocol):
    """An ephemeral document while it may be seen."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def data(self) -> bytes: ...  # noqa: D102
    @property
    def shown_for_s(self) -> int: ...  # noqa: D102


class Documents(Protocol):
    """What the call needs of sealed messages (`app.messages.ports.Messages`): documents for who is in it.

    What is refused raises an error with a `code`; one without means that the vault is shut or takes nothing.
    """

    changed: Event[frozenset[int]]

    async def hand_out(
        self, invite: bytes, title: str, users: Iterable[bytes], path: Path, shown_for_s: int = 0
    ) -> int:
        """Send a file to *users*, who are in the meeting of the invitation *invite* now."""

    async def handed(self, invite: bytes, since_ms: int) -> tuple[Message, ...]:
        """Return the messages with files of that meeting since then, oldest first."""

    async def bring(self, file: int) -> None:
        """Fetch a file and wait until it is here."""

    async def fetch(self, file: int) -> None:
        """Begin to fetch a file."""

    async def content(self, file: int) -> bytes:
        """Return a file that is here."""

    async def save(self, file: int, to: Path) -> None:
        """Write a file that is here to *to*."""

    async def open_once(self, file: int) -> Opened:
        """Open an ephemeral document."""

    async def read(self, thread: int, order: int) -> None:
        """Mark a thread as read up to `order`."""


class Picture(Protocol):
    """One picture in the arena, BGRA rows of `stride` bytes; `number` grows with each, `source` is its size before scaling."""

    @property
    def view(self) -> memoryview: ...  # noqa: D102
    @property
    def width(self) -> int: ...  # noqa: D102
    @property
    def height(self) -> int: ...  # noqa: D102
    @property
    def stride(self) -> int: ...  # noqa: D102
    @property
    def number(self) -> int: ...  # noqa: D102
    @property
    def source(self) -> tuple[int, int]: ...  # noqa: D102


class Arena(Protocol):
    """Where the engine puts pictures (`media.engine.frames.Arena`); a drawn one in the screenshots."""

    def read(self, index: int, /) -> Picture | None:
        """Return the newest picture of a box."""

    def still_valid(self, picture: Any, /) -> bool:
        """Tell whether nobody began to overwrite *picture* meanwhile."""

    def wipe(self) -> None:
        """Forget every picture; no engine writes now."""


class Engine(Protocol):
    """The media process as its supervisor shows it."""

    messages: Event[Any]
    died: Event[int]

    def start(self, arena: Any, /) -> None:
        """Start the process; may block."""

    def send(self, message: m.Message, /) -> None:
        """Send a message; never waits."""

    def stop(self) -> None:
        """End the process; may block."""
