"""Work that a Qt-free part has run for it: what `Bridge.start` is to those that do not know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


class Job(Protocol):
    """Running work."""

    def cancel(self) -> None:
        """Stop it."""


class Start(Protocol):
    """Runs a coroutine elsewhere and answers on the caller's thread, as `Bridge.start` does for an owner."""

    def __call__(
        self,
        work: Coroutine[Any, Any, Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
        /,
    ) -> Job:
        """Begin *work*."""
