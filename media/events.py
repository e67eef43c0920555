"""Typed events without Qt: a subscriber list that any thread may fire."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Event(Generic[T]):
    """Subscribers are called on the thread that fires, in order of subscription."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: list[Callable[[T], None]] = []

    def subscribe(self, call: Callable[[T], None]) -> Callable[[], None]:
        """Add *call*; the returned function removes it."""
        with self._lock:
            self._subscribers.append(call)

        def leave() -> None:
            with self._lock:
                if call in self._subscribers:
                    self._subscribers.remove(call)

        return leave

    def fire(self, value: T) -> None:
        """Hand *value* to every subscriber."""
        with self._lock:
            subscribers = list(self._subscribers)
        for call in subscribers:
            call(value)
