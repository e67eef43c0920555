"""What all parts of the post office stand on, from the unlock to the lock: who works here, the vault, the directory, the line."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from app.post.book import Book
from media.patience import within

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from app.session import Session
    from media.link.mailbox import Mailbox
    from storage.messages.store import Mail, Mailbag
    from storage.vault import Vault

T = TypeVar("T")
DAY_MS = 86_400_000


@dataclass
class Desk:
    """One opening of the post office. `line` is the connection to the relay, None while there is none; `wake` says that there is work."""

    session: Session = field(repr=False)
    vault: Vault = field(repr=False)
    now_ms: Callable[[], int]
    restored: bool = False
    """An older copy of the vault was put back: nothing leaves it."""
    book: Book = field(init=False, repr=False)
    line: Mailbox | None = None
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Read the directory that the session came with."""
        self.renew(self.session)

    def renew(self, session: Session) -> None:
        """Judge by what *session* knows from now on."""
        self.session = session
        self.book = Book(session, lambda: self.now_ms() // 1000)

    @property
    def sure_ms(self) -> int:
        """Return how late it surely is: by the clock, but not before what the organisation signed, nor further than a day past it."""
        signed_ms = self.session.trust.head_time * 1000
        return max(signed_ms, min(self.now_ms(), signed_ms + DAY_MS))

    @property
    def mail(self) -> Mail:
        """The vault's messages."""
        return self.vault.mail

    def read(self, act: Callable[[Mailbag], T]) -> Awaitable[T]:
        """Ask the vault."""
        return asyncio.wrap_future(self.mail.read(act))

    def write(self, act: Callable[[Mailbag], T]) -> Awaitable[T]:
        """Change the vault in one transaction; on disk once this returns."""
        return asyncio.wrap_future(self.mail.write(act))

    @property
    def device(self) -> bytes:
        """The own device's id."""
        return self.book.own.device_id

    @property
    def dated_ms(self) -> int:
        """Return what this desk dates with: its clock, but not before what the organisation signed."""
        return max(self.now_ms(), self.session.trust.head_time * 1000)

    @property
    def today(self) -> int:
        """Days since 1970, of `dated_ms`."""
        return self.dated_ms // DAY_MS

    async def woken(self, at_most_s: float) -> None:
        """Wait for work, or until it is time to look again."""
        with contextlib.suppress(TimeoutError):
            await within(at_most_s, self.wake.wait())
        self.wake.clear()
