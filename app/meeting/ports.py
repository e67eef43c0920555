"""What the meeting needs of the media engine: fulfilled by `media.engine`, by a drawn still life, by a test's fake peer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from media.engine import messages as m
    from media.events import Event


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
