"""Documents left for people without Consilium: sealed here, left at the relay, asked after. No Qt (docs/protocol.md §14)."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import logging
import os
import stat
from dataclasses import astuple, dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from app.config import DEPOSIT_PAGE
from app.messages.ground import subject
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
    from collections.abc import Callable, Coroutine, Sequence
    from pathlib import Path
    from typing import Any

    from app.audit import Trail
    from app.config import Config
    from app.session import Session
    from storage.identity import Relay
    from storage.messages.records import PatientLink
    from storage.messages.shelf import Shelf
    from storage.messages.store import Mailbag
    from storage.vault import Vault

HOUR_S, DAY_S = 3600, 86_400
LIVES_S = (HOUR_S, DAY_S, 3 * DAY_S, 7 * DAY_S, 30 * DAY_S)
MAX_LABEL = 80
RETRY_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 30.0)
"""After a cut of the line; anew once something came through."""
READ = 1 << 20
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT))
_REFUSED = {"quota": "quota", "not-allowed": "not-allowed", "busy": "busy"}
_STATES = {
    depositwire.THERE: DepositState.THERE,
    depositwire.SHUT: DepositState.SHUT,
    depositwire.COLLECTED: DepositState.COLLECTED,
    depositwire.EXPIRED: DepositState.EXPIRED,
}
T = TypeVar("T")
log = logging.getLogger(__name__)


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
    patient: PatientLink | None = field(default=None, repr=False)
    """Whom it is about; kept here only."""


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
    """A file that lies sealed on the shelf, ready to go."""

    row: Deposit
    verifier: bytes
    digest: bytes

    def leave(self, session: Session) -> depositwire.Leave:
        """Return what is said to the relay first."""
        one = self.row
        owner, relay = Signer(one.owner_seed).public, proof_of(session.relay_key).relay_pk
        size, life_s = sealing.sealed_size(one.size, one.name), (one.expires_ms - one.made_ms) // 1000
        return depositwire.Leave(one.deposit, self.verifier, owner, relay, b"", size, life_s, int(one.single))


class Deposits:
    """Leaves, lists, asks, takes back. Events fire on the loop's thread: `changed` when the list is another one."""

    def __init__(
        self, config: Config, now_ms: Callable[[], int], trail: Trail, retry_s: tuple[float, ...] = RETRY_S
    ) -> None:
        self._config, self._now_ms, self._trail, self._retry_s = config, now_ms, trail, retry_s
        self._desk: _Desk | None = None
        self._going: dict[bytes, asyncio.Task[Deposit]] = {}
        self.changed: Event[None] = Event()
        self.progress: Event[Progress] = Event()

    def begin(self, session: Session, vault: Vault) -> None:
        """Work with an open vault from now on."""
        self._desk = _Desk(session, vault)

    def end(self) -> None:
        """Forget who works here; what is being sent goes on from the shelf once the vault is open again."""
        self._desk = None
        for task in tuple(self._going.values()):
            task.get_loop().call_soon_threadsafe(task.cancel)

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
        return _secret(one).link(page) if known else ""

    async def all(self) -> tuple[Deposit, ...]:
        """Return what this user left, the newest first; nothing while the vault is shut."""
        desk = self._desk
        if desk is None:
            return ()
        return await self._vaulted(desk, lambda rows: rows.deposits.all(), writes=False)

    async def about(self, numbers: Sequence[tuple[str, str]]) -> tuple[Deposit, ...]:
        """Return what this user left about who has one of *numbers* (authority, IPP), the newest first."""
        desk = self._desk
        if desk is None:
            return ()
        return await self._vaulted(desk, lambda rows: rows.deposits.about(numbers), writes=False)

    # --- leaving ------------------------------------------------------------------------------------------

    async def leave(self, draft: Draft) -> Deposit:
        """Seal a file and leave it at the relay; return it with link and code. Goes on over cuts of the line, and after a lock."""
        if self.obstacle:
            raise DepositRefused(self.obstacle)
        desk = self._desk
        assert desk is not None
        one = await asyncio.to_thread(self._begun, draft, desk.session.relays[0])
        await self._vaulted(desk, lambda rows: rows.deposits.add(one))
        return await asyncio.shield(self._start(one, self._leave(one, draft.path, desk)))

    def _begun(self, draft: Draft, relay: Relay) -> Deposit:
        """Return the row of a file that is to be sealed; blocks."""
        try:
            with draft.path.open("rb") as source:
                size = _size(source)
        except OSError as error:
            raise DepositRefused("file") from error
        secret, now_ms = sealing.Secret.fresh(), self._now_ms()
        authority, ipp, patient = astuple(draft.patient) if draft.patient is not None else ("", "", "")
        return Deposit(
            deposit=secret.id,
            label=clean_line(draft.label, MAX_LABEL),
            name=plain_name(draft.path.name),
            size=size,
            made_ms=now_ms,
            expires_ms=now_ms + draft.life_s * 1000,
            single=draft.single,
            host=relay.host,
            port=relay.port,
            owner_seed=Signer.generate().seed,
            link_key=secret.key,
            code=secret.code,
            authority=authority,
            ipp=ipp,
            patient=patient,
        )

    def _start(self, one: Deposit, work: Coroutine[Any, Any, Deposit]) -> asyncio.Task[Deposit]:
        """Let *work* send a deposit until it is done or the vault shuts, whoever waits for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._going[one.deposit] = task
        task.add_done_callback(lambda done: self._ended(one, done))
        return task

    def _ended(self, one: Deposit, task: asyncio.Task[Deposit]) -> None:
        self._going.pop(one.deposit, None)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, DepositRefused):
            log.warning("a deposit failed: %s", type(error).__name__)

    async def _leave(self, one: Deposit, source: Path, desk: _Desk) -> Deposit:
        """Seal *source* onto the shelf and send it; where that fails, whoever waits is told, and nothing stays."""
        try:
            made = await asyncio.to_thread(self._seal, one, source, desk)
        except DepositRefused:
            await self._vaulted(desk, lambda rows: rows.deposits.forget(one.deposit))
            await self._drop(one, desk)
            raise
        try:
            return await self._send(made, desk)
        except DepositRefused:
            await self._is_lost(one, desk)
            raise

    async def _go_on(self, one: Deposit, desk: _Desk) -> Deposit:
        """Send what a lock or the end of the program interrupted; without a relay it waits on the shelf."""
        made = await asyncio.to_thread(_found, one, desk.vault.mail.shelf)
        try:
            return await self._send(made, desk)
        except DepositRefused as refused:
            if refused.code != "offline":
                await self._is_lost(one, desk)
            raise

    def _seal(self, one: Deposit, path: Path, desk: _Desk) -> _Made:
        """Seal the file onto the shelf; blocks."""
        keys = _secret(one).unlock()

        def told(done: int) -> None:
            if self._desk is None or self._desk.vault is not desk.vault:
                raise DepositRefused("locked")
            self._tell(Progress(False, done, one.size))

        try:
            with desk.vault.mail.shelf.file(one.shelf, anew=True) as into:
                try:
                    with path.open("rb") as source:
                        digest = sealing.seal_file(keys, one.name, source, one.size, into, told)
                    into.flush()
                except OSError as error:
                    raise DepositRefused("disk" if error.errno in _FULL else "file") from error
        except ProtocolError as error:
            raise DepositRefused("changed") from error
        except StorageError as error:
            raise DepositRefused("disk") from error
        return _Made(one, keys.verifier, digest)

    def _tell(self, progress: Progress) -> None:
        self.progress.fire(progress)

    async def _send(self, made: _Made, desk: _Desk) -> Deposit:
        try:
            with desk.vault.mail.shelf.file(made.row.shelf) as sealed:
                await self._over_cuts(made, sealed, desk.session)
        except LinkRefused as error:
            raise DepositRefused(_REFUSED.get(error.code, "relay")) from error
        except LinkLost as error:
            raise DepositRefused("offline") from error
        except StorageError as error:
            raise DepositRefused("disk") from error
        there = DepositState.THERE
        await self._vaulted(desk, lambda rows: rows.deposits.stands(made.row.deposit, there))
        await self._drop(made.row, desk)
        self._trail.record("deposit-left", subject=_about(made.row))
        self.changed.fire(None)
        return replace(made.row, state=there)

    async def _is_lost(self, one: Deposit, desk: _Desk) -> None:
        await self._vaulted(desk, lambda rows: rows.deposits.stands(one.deposit, DepositState.LOST))
        await self._drop(one, desk)
        self.changed.fire(None)

    @staticmethod
    async def _drop(one: Deposit, desk: _Desk) -> None:
        """Let go of the sealed file; what a disk keeps goes when the vault is opened next."""
        with contextlib.suppress(StorageError):
            await asyncio.to_thread(desk.vault.mail.shelf.drop, (one.shelf,))

    async def _over_cuts(self, made: _Made, sealed: BinaryIO, session: Session) -> None:
        """Leave it, going on where a cut came; raises the last LinkLost when nothing more comes through."""
        from media.link import deposit as link  # noqa: PLC0415 -- the lock does not wait for it, here and below

        tries, before, there = 0, 0, 0
        leave, relay = made.leave(session), session.relay(made.row.host, made.row.port)
        if relay is None:
            raise LinkLost("unreachable")

        def told(size: int) -> None:
            nonlocal there
            there = max(there, size)
            self._tell(Progress(True, size, leave.size))

        address, proof = address_of(relay), proof_of(session.relay_key)
        while True:
            try:
                await link.leave(address, proof, leave, sealed, made.digest, told)
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
            over = self._now_ms() >= one.expires_ms
            if (
                not over
                and one.state is DepositState.SENDING
                and await asyncio.to_thread(_is_whole, one, desk)
            ):
                self._start(one, self._go_on(one, desk))
                return True
            new = replace(one, state=DepositState.EXPIRED if over else DepositState.LOST)
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
        if one.state is DepositState.SENDING:
            await self._drop(one, desk)
        if new.collected_ms > one.collected_ms:
            self._trail.record("deposit-collected", subject=_about(one))
        if new.state is not one.state and new.state not in OPEN | {DepositState.COLLECTED}:
            self._trail.record("deposit-over", subject=_about(one), reason=str(new.state))
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
        if one.deposit in self._going:
            self._going[one.deposit].cancel()
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
        await self._drop(one, desk)
        self._trail.record("deposit-taken-back", subject=_about(one))
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


def _about(one: Deposit) -> bytes:
    """Return under what the trail has a deposit: the patient, else itself."""
    return subject(one.about) if one.about is not None else one.deposit


def _secret(one: Deposit) -> sealing.Secret:
    return sealing.Secret(one.deposit, one.link_key, one.code)


def _is_whole(one: Deposit, desk: _Desk) -> bool:
    """Tell whether all of the sealed file lies on the shelf; blocks."""
    try:
        return desk.vault.mail.shelf.size(one.shelf) == sealing.sealed_size(one.size, one.name)
    except StorageError:
        return False


def _found(one: Deposit, shelf: Shelf) -> _Made:
    """Return what lies sealed on the shelf; blocks."""
    try:
        with shelf.file(one.shelf) as sealed:
            whole = hashlib.sha256()
            while piece := sealed.read(READ):
                whole.update(piece)
    except StorageError as error:
        raise DepositRefused("disk") from error
    return _Made(one, _secret(one).unlock().verifier, whole.digest())


def _size(source: BinaryIO) -> int:
    """Return the length of an ordinary file that is not too large."""
    found = os.fstat(source.fileno())
    if not stat.S_ISREG(found.st_mode):
        raise DepositRefused("file")
    if found.st_size > sealing.MAX_FILE:
        raise DepositRefused("too-big")
    return found.st_size
