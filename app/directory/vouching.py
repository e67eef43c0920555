"""Vouching for devices (docs/protocol.md §11): this desk signs for a newer one of its user, and takes such words of others. No Qt."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Protocol

from app.directory.service import Unwritable
from app.trust import readable
from media.errors import MediaError
from media.keys.certs import DeviceCert
from media.keys.vouch import Vouch
from media.mail import convs
from media.mail.desks import Vouched
from media.mail.types import Type
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from app.directory.book import Book, Device
    from app.directory.service import Directory
    from app.post.told import Told

MOST = 256
WAITS_S = 2 * 86_400
"""How long a vouch for a device that the directory does not name yet is kept at the relay."""
log = logging.getLogger(__name__)


class Office(Protocol):
    """What is asked of the post office (app.post.office.Post)."""

    def hear(self, type_: Type, handler: Callable[[Told], Awaitable[None]], /) -> None: ...  # noqa: D102 -- the office says it
    async def say(  # noqa: D102
        self, type_: Type, conv: bytes, recipients: Iterable[bytes], body: bytes, /
    ) -> bytes: ...


class Vouching:
    """Ties the directory to the post office, from the start of the program on."""

    def __init__(self, directory: Directory, post: Office, now_ms: Callable[[], int]) -> None:
        self._directory, self._post, self._now_ms = directory, post, now_ms
        post.hear(Type.VOUCH, self.take)
        directory.owned = self.vouch

    async def vouch(self, device: Device) -> None:
        """Tell whoever may have compared this desk that *device* is the same person's; at most 256 people, verified ones first.

        What cannot be said now is not said later: the others then see a changed key, and compare.
        """
        session = self._directory.session
        if session is None or session.act is None:
            return
        mine = DeviceCert.parse(session.certificate)
        try:
            made = await asyncio.to_thread(
                Vouch.make, mine, device.certificate, self._now_ms() // 1000, session.act
            )
            for user in _concerned(
                self._directory.known
            ):  # one by one: nobody learns whom else this user knows
                conv = convs.direct(session.user, user)
                await self._post.say(Type.VOUCH, conv, (user,), Vouched(made.signed).encode())
        except Exception as error:  # noqa: BLE001 -- a closed office has its own word for it, and the decision stands
            log.warning("a device was not vouched for: %s", type(error).__name__)

    async def take(self, told: Told) -> None:
        """Let a newer device count where an older one that was compared signs for it; anything else changes nothing.

        Raises StorageError where it must come again: the vault took nothing, or the directory does not know the device yet.
        """
        if not isinstance(told.body, Vouched):
            return
        try:
            vouch = Vouch.parse(told.body.vouch)
            pair = self._certificates(told, vouch)
            if pair is None:
                return
            await asyncio.to_thread(vouch.verify, *pair)
            await self._directory.vouched(vouch.user, vouch.newer.ed25519, vouch.older)
        except MediaError as error:
            log.warning("a vouch was refused: %s", type(error).__name__)
        except Unwritable as error:
            raise StorageError from error

    def _certificates(self, told: Told, vouch: Vouch) -> tuple[DeviceCert, DeviceCert] | None:
        """Return the certificates of the device that speaks, and of the one it speaks for; None for another's word."""
        session = self._directory.session
        if session is None:
            raise StorageError
        if (vouch.user, vouch.older) != (told.by.user, told.by.ed25519_pk):
            return None
        known = [one for one in readable(session.trust.certificates) if one.user == vouch.user]
        older = next((one for one in known if one.hash == told.by.hash), None)
        revoked = session.trust.revoked
        newer = next((one for one in known if one.public == vouch.newer and one.hash not in revoked), None)
        if newer is None and abs(self._now_ms() // 1000 - vouch.time_s) < WAITS_S:
            raise StorageError
        return (older, newer) if older is not None and newer is not None else None


def _concerned(book: Book) -> list[bytes]:
    """Return whom a new device of this user concerns: who was verified, then who is on an own list."""
    people = [one for one in book.recipients if one.level == "verified" or one.circles]
    people.sort(key=lambda one: one.level != "verified")
    return [one.user for one in people][:MOST]
