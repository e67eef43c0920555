"""Documents left for people without Consilium: sealed here, left at the relay, asked after. No Qt (docs/protocol.md §14)."""

from __future__ import annotations

import asyncio
import errno
import os
import stat
import tempfile
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from app.config import DEPOSIT_PAGE
from app.relay import address_of, proof_of
from media import depositwire
from media.errors import LinkLost, LinkRefused, MediaError, ProtocolError
from media.events import Event
from media.keys import deposit as sealing
from media.keys.sign import Signer
from media.mail.texts import clean_line, plain_name
from storage.errors import DiskTrouble, StorageError
from storage.messages.deposits import OPEN, Deposit, DepositState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.audit import Trail
    from app.config import Config
    from app.session import Session
    from storage.identity import Relay
    from storage.messages.store import Mailbag
    from storage.vault import Vault

HOUR_S, DAY_S = 3600, 86_400
LIVES_S = (HOUR_S, DAY_S, 3 * DAY_S, 7 * DAY_S, 30 * DAY_S)
MAX_LABEL = 80
RETRY_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 30.0)
"""After a cut of the line; anew once something came through."""
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT))
_REFUSED = {"quota": "quota", "not-allowed": "not-allowed", "busy": "busy"}
_STATES = {
    depositwire.THERE: DepositState.THERE,
    depositwire.SHUT: DepositState.SHUT,
    depositwire.COLLECTED: DepositState.COLLECTED,
    depositwire.EXPIRED: DepositState.EXPIRED,
}
T = TypeVar("T")


class DepositRefused(Exception):  # noqa: N818 -- the page says what to do
    """It was not done; `code` is the end of `deposit.refused.<code>`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Draft:
    """What somebody wants to leave, for whom (in own words), for how long, and whether it can be collected once only."""

    path: Path = field(repr=False)
    label: str = field(repr=False)
    life_s: int = 3 * DAY_S
    single: bool = True


@dataclass(frozen=True)
class Progress:
    """How far a deposit is: bytes sealed (`sending` False), then bytes at the relay."""

    sending: bool
    done: int
    size: int


@dataclass(frozen=True)
class _Desk:
    session: Session = field(repr=False)
    vault: Vault = field(repr=False)


@dataclass(frozen=True)
class _Made:
    """A sealed file that is ready to go."""

    row: Deposit
    leave: depositwire.Leave = field(repr=False)
    sealed: BinaryIO = field(repr=False)
    digest: bytes


class Deposits:
    """Leaves, lists, asks, takes back. Events fire on the loop's thread: `changed` when the list is another one."""

    def __init__(
        self, config: Config, now_ms: Callable[[], int], trail: Trail, retry_s: tuple[float, ...] = RETRY_S
    ) -> None:
        self._config, self._now_ms, self._trail, self._retry_s = config, now_ms, trail, retry_s
        self._desk: _Desk | None = None
        self._going: set[bytes] = set()
        self.changed: Event[None] = Event()
        self.progress: Event[Progress] = Event()

    def begin(self, session: Session, vault: Vault) -> None:
        """Work with an open vault from now on."""
        self._desk = _Desk(session, vault)

    def end(self) -> None:
        """Forget who works here."""
        self._desk = None

    @property
    def obstacle(self) -> str:
        """Why nothing can be left now, as a code of `DepositRefused`; "" where it can."""
        desk = self._desk
        if desk is None or desk.vault.mail_read_only:
            return "locked"
        if not self._config.get(DEPOSIT_PAGE):
            return "no-page"
        return "" if desk.session.relays and desk.session.relay_key else "no-relay"

    def link(self, one: Deposit) -> str:
        """Return the link of a deposit that still lies there; "" for others."""
        page = self._config.get(DEPOSIT_PAGE)
        known = one.state is DepositState.THERE and page
        return sealing.Secret(one.deposit, one.link_key, one.code).link(page) if known else ""

    async def all(self) -> tuple[Deposit, ...]:
        """Return what this user left, the newest first; nothing while the vault is shut."""
        desk = self._desk
        if desk is None:
            return ()
        return await self._vaulted(desk, lambda rows: rows.deposits.all(), writes=False)

    # --- leaving ------------------------------------------------------------------------------------------

    async def leave(self, draft: Draft) -> Deposit:
        """Seal a file and leave it at the relay; return it with link and code. Goes on over cuts of the line."""
        if self.obstacle:
            raise DepositRefused(self.obstacle)
        desk = self._desk
        assert desk is not None
        with await asyncio.to_thread(_room) as sealed:
            made = await asyncio.to_thread(self._seal, draft, desk.session, sealed)
            await self._vaulted(desk, lambda rows: rows.deposits.add(made.row))
            self._going.add(made.row.deposit)
            try:
                await self._send(made, desk)
            finally:
                self._going.discard(made.row.deposit)
        self._trail.record("deposit-left", subject=made.row.deposit)
        self.changed.fire(None)
        return replace(made.row, state=DepositState.THERE)

    def _seal(self, draft: Draft, session: Session, into: BinaryIO) -> _Made:
        """Seal the file; blocks."""
        relay, secret, owner = session.relays[0], sealing.Secret.fresh(), Signer.generate()
        keys, name, now_ms = secret.unlock(), plain_name(draft.path.name), self._now_ms()
        try:
            with draft.path.open("rb") as source:
                size = _size(source)
                digest = sealing.seal_file(
                    keys, name, source, size, into, lambda done: self._tell(Progress(False, done, size))
                )
            into.flush()
        except ProtocolError as error:
            raise DepositRefused("changed") from error
        except OSError as error:
            raise DepositRefused("disk" if error.errno in _FULL else "file") from error
        leave = depositwire.Leave(
            *(secret.id, keys.verifier, owner.public, proof_of(session.relay_key).relay_pk, b""),
            *(sealing.sealed_size(size, name), draft.life_s, int(draft.single)),
        )
        row = Deposit(
            deposit=secret.id,
            label=clean_line(draft.label, MAX_LABEL),
            name=name,
            size=size,
            made_ms=now_ms,
            expires_ms=now_ms + draft.life_s * 1000,
            single=draft.single,
            host=relay.host,
            port=relay.port,
            owner_seed=owner.seed,
            link_key=secret.key,
            code=secret.code,
        )
        return _Made(row, leave, into, digest)

    def _tell(self, progress: Progress) -> None:
        self.progress.fire(progress)

    async def _send(self, made: _Made, desk: _Desk) -> None:
        deposit = made.row.deposit
        try:
            await self._over_cuts(made, desk.session)
        except (LinkLost, LinkRefused) as error:
            await self._vaulted(desk, lambda rows: rows.deposits.stands(deposit, DepositState.LOST))
            self.changed.fire(None)
            code = _REFUSED.get(error.code, "relay") if isinstance(error, LinkRefused) else "offline"
            raise DepositRefused(code) from error
        await self._vaulted(desk, lambda rows: rows.deposits.stands(deposit, DepositState.THERE))

    async def _over_cuts(self, made: _Made, session: Session) -> None:
        """Leave it, going on where a cut came; raises the last LinkLost when nothing more comes through."""
        from media.link import deposit as link  # noqa: PLC0415 -- the lock does not wait for it, here and below

        tries, before, there = 0, 0, 0

        def told(size: int) -> None:
            nonlocal there
            there = max(there, size)
            self._tell(Progress(True, size, made.leave.size))

        address, proof = address_of(session.relays[0]), proof_of(session.relay_key)
        while True:
            try:
                await link.leave(address, proof, made.leave, made.sealed, made.digest, told)
            except LinkLost:
                tries, before = (0, there) if there > before else (tries + 1, before)
                if tries > len(self._retry_s):
                    raise
                await asyncio.sleep(self._retry_s[max(0, tries - 1)])
            else:
                return

    # --- afterwards ---------------------------------------------------------------------------------------

    async def look(self) -> None:
        """Ask the relays what became of each that may still lie there; raises DepositRefused("offline") where one does not answer."""
        desk = self._desk
        if desk is None or desk.vault.mail_read_only:
            return
        now_ms = self._now_ms()
        await self._vaulted(desk, lambda rows: rows.deposits.sweep(now_ms))
        lost = False
        for one in await self.all():
            relay = desk.session.relay(one.host, one.port)
            if one.state in OPEN and one.deposit not in self._going and relay is not None:
                lost |= not await self._look_at(one, relay, desk)
        if lost:
            raise DepositRefused("offline")

    async def _look_at(self, one: Deposit, relay: Relay, desk: _Desk) -> bool:
        """Write how one stands; False where its relay does not answer."""
        from media.link import deposit as link  # noqa: PLC0415

        try:
            told = await link.standing(address_of(relay), one.deposit, Signer(one.owner_seed).sign)
        except LinkRefused as error:
            if error.code != "unknown":
                return False
            state = DepositState.EXPIRED if self._now_ms() >= one.expires_ms else DepositState.LOST
            new = replace(one, state=state)
        except MediaError:
            return False
        else:
            new = replace(
                one,
                state=_STATES.get(told.state, one.state),
                wrong=told.wrong,
                opened_ms=told.opened_s * 1000,
                collected_ms=told.collected_s * 1000,
            )
        if new != one:
            await self._write_down(one, new, desk)
        return True

    async def _write_down(self, one: Deposit, new: Deposit, desk: _Desk) -> None:
        seen = (new.state, new.wrong, new.opened_ms, new.collected_ms)
        await self._vaulted(desk, lambda rows: rows.deposits.stands(one.deposit, *seen))
        if new.collected_ms > one.collected_ms:
            self._trail.record("deposit-collected", subject=one.deposit)
        if new.state is not one.state and new.state not in OPEN | {DepositState.COLLECTED}:
            self._trail.record("deposit-over", subject=one.deposit, reason=str(new.state))
        self.changed.fire(None)

    async def take_back(self, one: Deposit) -> None:
        """Delete a deposit at the relay: the link opens nothing any more."""
        from media.link import deposit as link  # noqa: PLC0415

        desk = self._desk
        if desk is None:
            raise DepositRefused("locked")
        relay = desk.session.relay(one.host, one.port)
        if relay is None:
            raise DepositRefused("no-relay")
        try:
            await link.take_back(address_of(relay), one.deposit, Signer(one.owner_seed).sign)
        except LinkRefused as error:
            if error.code != "unknown":
                raise DepositRefused("relay") from error
        except MediaError as error:
            raise DepositRefused("offline") from error
        await self._vaulted(
            desk,
            lambda rows: rows.deposits.stands(
                one.deposit, DepositState.TAKEN_BACK, one.wrong, one.opened_ms, one.collected_ms
            ),
        )
        self._trail.record("deposit-taken-back", subject=one.deposit)
        self.changed.fire(None)

    async def forget(self, one: Deposit) -> None:
        """Take one that is over from the list."""
        desk = self._desk
        if desk is None or one.state in OPEN:
            raise DepositRefused("locked")
        await self._vaulted(desk, lambda rows: rows.deposits.forget(one.deposit))
        self.changed.fire(None)

    async def _vaulted(self, desk: _Desk, act: Callable[[Mailbag], T], *, writes: bool = True) -> T:
        try:
            return await asyncio.wrap_future((desk.vault.mail.write if writes else desk.vault.mail.read)(act))
        except DiskTrouble as error:
            raise DepositRefused("disk") from error
        except StorageError as error:
            raise DepositRefused("locked") from error


def _room() -> BinaryIO:
    """Return a nameless file for sealed bytes; they are never in the clear there."""
    try:
        return tempfile.TemporaryFile()
    except OSError as error:
        raise DepositRefused("disk") from error


def _size(source: BinaryIO) -> int:
    """Return the length of an ordinary file that is not too large."""
    found = os.fstat(source.fileno())
    if not stat.S_ISREG(found.st_mode):
        raise DepositRefused("file")
    if found.st_size > sealing.MAX_FILE:
        raise DepositRefused("too-big")
    return found.st_size
