"""A box of one between two threads: the newest value wins, so that a slow taker keeps no backlog."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Newest(Generic[T]):
    """`put` replaces what was not yet taken; `take` waits; after `close`, `take` gives None."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._value: T | None = None
        self._closed = False

    def put(self, value: T) -> None:
        """Leave *value* for the taker."""
        with self._changed:
            self._value = value
            self._changed.notify()

    def take(self) -> T | None:
        """Wait for a value; None once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._value is not None)
            value, self._value = self._value, None
            return None if self._closed else value

    def close(self) -> None:
        """Let the taker go."""
        with self._changed:
            self._closed = True
            self._changed.notify()
