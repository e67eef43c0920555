"""What colleagues share of their presence, for whoever shows it, and what this desk is to say of its own; no Qt.

Nothing of it is kept, and nothing is said of it in logs or in the trail.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from media.events import Event
from media.keys.word import Here, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

RANKS = (Here.RCP, Here.ONLINE, Here.AWAY)
"""Of several devices of a person the one that says the first of these counts."""


@dataclass(frozen=True)
class Heard:
    """A word, and when this desk saw it first."""

    word: Word
    first_ms: int


class Presence:
    """Asked from any thread; `changed` fires on the loop's thread, `wake` is called there when this desk is to say something else."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self.changed: Event[None] = Event()
        self.wanted: Here | None = None
        """What this desk is to say; None before anybody said so since the unlock."""
        self.shared = False
        """Whether any colleague shares their presence with this user."""
        self._heard: Mapping[bytes, Sequence[Heard]] = {}
        self._shown: Mapping[bytes, Here] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake: Callable[[], None] | None = None

    def of(self, user: bytes) -> Here | None:
        """Return how somebody can be reached, None where nothing fresh tells."""
        now_ms = self._now_ms()
        fresh = {one.word.here for one in self._heard.get(user, ()) if one.word.fresh(one.first_ms, now_ms)}
        return next((here for here in RANKS if here in fresh), None)

    def state(self, user: bytes) -> str:
        """Return the same as a name (`app.ui.here.STATES`), empty where nothing is known."""
        here = self.of(user)
        return "" if here is None else here.name.lower()

    def say(self, here: Here) -> None:
        """Have this desk say *here* while it is open, `Here.GONE` to share nothing. From any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._want, here)

    def _want(self, here: Here) -> None:
        if self._wake is not None and here is not self.wanted:
            self.wanted = here
            self._wake()

    # --- what the open office tells ------------------------------------------------------------------------

    def begin(self, wake: Callable[[], None]) -> None:
        """Begin at an unlock: nothing is known and nothing is to be said yet."""
        self._loop, self._wake, self.wanted = asyncio.get_running_loop(), wake, None

    def end(self) -> None:
        """Forget everybody."""
        self._wake = self.wanted = None
        self.show({})

    def show(self, heard: Mapping[bytes, Sequence[Heard]], *, shared: bool = False) -> None:
        """Take what is known of each user now."""
        before = (self.shared, self._shown)
        self._heard, self.shared = heard, shared
        told = ((user, self.of(user)) for user in heard)
        self._shown = {user: here for user, here in told if here is not None}
        if (self.shared, self._shown) != before:
            self.changed.fire(None)
