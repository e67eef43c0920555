"""Opening and closing the vault, without Qt. What blocks (Argon2id, files) runs on a worker thread."""

from __future__ import annotations

import asyncio
import platform
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from app import session, trust
from app.audit import Trail
from app.config import AUDIT_DAYS, DIRECTORY_FILE, KEYRING, LEASE_DAYS, Config
from app.signin import enrol
from app.signin.tries import Tries
from app.signin.users import Users, holds_profile
from media.errors import MediaError
from storage import errors
from storage.vault import Terms, Vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.config import Policy
    from app.session import Session
    from app.signin.enrol import Pending
    from app.trust import News
    from storage.oskeyring import KeyringPolicy

SHUT_S = 10.0
DAY_S = 86_400
CLOCK_TRUSTED_S = 30 * DAY_S
"""How far past the organisation's last word the clock is believed when rows are to be deleted."""
_CODES: tuple[tuple[type[Exception], str], ...] = (
    (errors.ChangeCutShort, "change-cut-short"),
    (errors.WrongPassword, "wrong-password"),
    (errors.NotEnoughMemory, "memory"),
    (errors.WrongRecoveryCode, "wrong-code"),
    (errors.MistypedCode, "mistyped-code"),
    (errors.KeyringLost, "keyring-lost"),
    (errors.KeyringUnavailable, "keyring-unavailable"),
    (errors.TooNew, "too-new"),
    (errors.ProfileInUse, "in-use"),
    (errors.ProfileExists, "exists"),
    (errors.NoFolder, "folder"),
    (errors.DiskTrouble, "disk"),
    (errors.Damaged, "damaged"),
    (errors.StorageError, "damaged"),
    (MediaError, "identity-unreadable"),
)


class SignInRefused(Exception):  # noqa: N818 -- the page says what to do
    """The desk stays locked; `code` is the end of the sentence's id `signin.refused.<code>`.

    `group`: a mistyped group; `wait_s`: how long the next try must wait.
    """

    def __init__(self, code: str, group: int = 0, wait_s: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.group = group
        self.wait_s = wait_s


@dataclass(frozen=True)
class Opened:
    """An unlocked desk. `recovery_code`: a new one to print, empty otherwise; `read_only`: damage was found.

    `wrong_tries`: how many secrets failed at this door since it last opened, in this run of the program.
    """

    vault: Vault
    session: Session
    settings: dict[str, str]
    recovery_code: str
    read_only: bool
    news: News
    wrong_tries: int = 0

    @property
    def lease_over(self) -> bool:
        """Whether the patients stay closed until the organisation's directory was read again."""
        return self.news.lease_over

    @property
    def warnings(self) -> tuple[tuple[str, int], ...]:
        """Return what to tell the user about vault and directory: codes, each with a number of things or 0."""
        vault = self.vault
        found = {
            "vault-read-only": self.read_only,
            "vault-failing": vault.failing,
            "audit-set-aside": bool(vault.audit_set_aside),
            "audit-cut": vault.audit_cut and not vault.audit_set_aside,
            "vault-restored": vault.restored,
            "inbox-set-aside": bool(vault.inbox_set_aside),
            "cache-rebuilt": vault.cache_rebuilt,
            "mail-read-only": vault.mail_read_only and not self.read_only,
            "mail-lost": vault.mail_lost,
        }
        return (*self.news.warnings, *((code, 0) for code, true in found.items() if true))


def wall_clock_ms() -> int:
    """Return the time, Unix milliseconds."""
    return time.time_ns() // 1_000_000


class SignIn:
    """The door of the profiles under one data folder; `folder` is the one it stands before, `trail` records who came.

    *terms*: how the vault is protected, None for what *policy* wants.
    """

    station = platform.node()
    """The name of this PC, as the lock shows it."""

    def __init__(
        self,
        folder: Path,
        terms: Terms | None = None,
        policy: Policy | None = None,
        now_ms: Callable[[], int] = wall_clock_ms,
    ) -> None:
        self.users = Users(folder)
        self.folder = next((user.folder for user in self.users.all()), folder)
        self._policy, self._now_ms = policy, now_ms
        self._tries: dict[Path, Tries] = {}
        self._terms = terms or Terms(keyring=cast("KeyringPolicy", Config(policy).get(KEYRING)))
        self.trail = Trail(now_ms)
        self._warned: tuple[tuple[str, int], ...] = ()
        self._shut = threading.Event()
        self._shut.set()

    @property
    def tries(self) -> Tries:
        """What was tried at this door in vain."""
        return self._tries.setdefault(self.folder, Tries())

    def choose(self, folder: Path) -> None:
        """Stand before the profile in *folder* from now on."""
        self.folder = folder

    def enrolled(self) -> bool:
        """Tell whether this folder holds a profile."""
        return holds_profile(self.folder)

    @property
    def keyring(self) -> KeyringPolicy:
        """What policy says of the system's keyring."""
        return self._terms.keyring

    async def keyring_usable(self) -> bool:
        """Tell whether this PC has a keyring that keeps a secret; asks its bus or library on a worker."""
        return await asyncio.to_thread(self._terms.store.usable)

    def _terms_of(self, folder: Path) -> Terms:
        """Return the terms of a profile that is there: whoever chose no keyring keeps none, unless IT requires it."""
        free = self._terms.keyring == "allowed" and not Vault.uses_keyring(folder)
        return replace(self._terms, keyring="off") if free else self._terms

    async def protect(self, password: str, *, keyring: bool = True) -> Pending:
        """Make the vault of a new desk, protected by *password*; raises SignInRefused.

        *keyring*: whether the system's keyring keeps a half of the key, where policy leaves the choice.
        """
        folder, terms = self.folder, self._terms
        if terms.keyring == "allowed" and not keyring:
            terms = replace(terms, keyring="off")
        with _refusing():
            await asyncio.to_thread(self._shut.wait, SHUT_S)
            vault, code = await self._kept_or_shut(partial(Vault.create, folder, password, terms))
            return enrol.Pending(vault, code)

    async def unlock(self, password: str) -> Opened | Pending:
        """Open with the password; raises SignInRefused."""
        folder = self.folder
        return await self._open(
            "password",
            lambda: (vault := Vault.unlock(folder, password, self._terms_of(folder)), vault.recovery_code),
            password,
        )

    async def recover(self, code: str, password: str) -> Opened | Pending:
        """Open with the recovery code and take *password* from now on; raises SignInRefused."""
        folder = self.folder
        return await self._open(
            "recovery-code",
            lambda: Vault.unlock_with_recovery(folder, code, password, self._terms_of(folder)),
            password,
        )

    async def enter(self, pending: Pending) -> Opened:
        """Open the desk of a vault that was enrolled a moment ago; raises SignInRefused."""
        with _refusing():
            return await self._read(pending.vault, "", "enrolment")

    async def refresh(self, vault: Vault) -> tuple[News, Session]:
        """Look at the directory again; the session is read anew, so that what is new counts.

        Raises StorageError (Locked, when the desk was locked meanwhile), MediaError.
        """
        news = await self._look(vault, await asyncio.wrap_future(vault.settings.all()))
        session = await read_session(vault)
        self._record(news)
        return news, session

    def close(self, vault: Vault, run: Callable[[Callable[[], object]], object], reason: str = "") -> None:
        """Lock *vault* by *run*, on a worker; an unlock that comes meanwhile waits until it is shut."""
        if self.trail.is_open:  # the vault of a desk that is being enrolled has no trail yet
            self.trail.record("lock", reason=reason)
            self.trail.close()
        self._shut.clear()
        run(partial(self._lock_vault, vault))

    async def _open(
        self, how: str, opener: Callable[[], tuple[Vault, str]], password: str
    ) -> Opened | Pending:
        tries = self.tries
        if tries.wait_s:
            raise SignInRefused("wait", wait_s=tries.wait_s)
        with _refusing(tries):
            await asyncio.to_thread(self._shut.wait, SHUT_S)
            vault, code = await self._kept_or_shut(opener)
            wrong = tries.came_in()
            try:
                if vault.read_only or await enrol.enrolled(vault):
                    code = code if vault.read_only else await self._code_to_note(vault, code, password)
                    return self._after_wrong(await self._read(vault, code, how), wrong)
                return await enrol.resume(vault, code, password)
            except BaseException:
                await asyncio.to_thread(vault.lock)
                raise

    async def _kept_or_shut(self, opener: Callable[[], tuple[Vault, str]]) -> tuple[Vault, str]:
        """Open a vault on a worker; who stops waiting for it finds it shut again, not open behind the lock."""
        opening = asyncio.get_running_loop().run_in_executor(None, opener)
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            self._shut.clear()
            opening.add_done_callback(self._shut_again)
            raise

    def _shut_again(self, opening: asyncio.Future[tuple[Vault, str]]) -> None:
        if opening.cancelled() or opening.exception() is not None:
            self._shut.set()
        else:
            vault, _ = opening.result()
            threading.Thread(target=partial(self._lock_vault, vault), name="shut").start()

    def _lock_vault(self, vault: Vault) -> None:
        try:
            vault.lock()
        finally:
            self._shut.set()

    async def _read(self, vault: Vault, code: str, how: str) -> Opened:
        settings = await asyncio.wrap_future(vault.settings.all())
        news = await self._look(vault, settings)
        session = await read_session(vault)
        self.trail.open(vault.audit, session.user, str(self.folder))
        self.trail.record("unlock", reason=how)
        self._warned = ()
        self._record(news)
        opened = Opened(vault, session, settings, code, vault.read_only, news)
        for code_said, _ in set(opened.warnings) - set(news.warnings):
            self.trail.record("vault-alarm", reason=code_said)
        await self._let_old_rows_go(vault, settings)
        return opened

    async def _look(self, vault: Vault, settings: dict[str, str]) -> News:
        """Follow the directory, before the session is read: new certificates and revocations count in it."""
        config = Config(self._policy)
        config.load_user(settings)
        path = config.get(DIRECTORY_FILE)
        source = Path(path) if path and not vault.read_only else None
        now_s = self._now_ms() // 1000
        news = await trust.refresh(vault, source, now_s)
        if source is not None or await trust.served(vault):
            over = await trust.lease_over(vault, config.get(LEASE_DAYS), now_s)
            news = replace(news, lease_over=over)
        closed = news.patients_closed
        if closed == vault.patients_open and not vault.read_only:
            await asyncio.to_thread(vault.hold_patients, back=closed)
        return news

    async def _let_old_rows_go(self, vault: Vault, settings: dict[str, str]) -> None:
        """Cut the trail behind its retention; a clock that ran ahead of the organisation's cuts nothing too early."""
        config = Config(self._policy)
        config.load_user(settings)
        heard_s = await trust.heard_s(vault)
        now_s = min(self._now_ms() // 1000, heard_s + CLOCK_TRUSTED_S)
        if not vault.read_only:
            vault.audit.cut((now_s - config.get(AUDIT_DAYS) * DAY_S) * 1000)

    async def _code_to_note(self, vault: Vault, code: str, password: str) -> str:
        """Return the recovery code that must be noted now; until `noted` every unlock shows one."""
        code = code or await enrol.owed_code(vault, password)
        if code:
            await enrol.owe_code(vault)
        return code

    def noted(self, vault: Vault) -> None:
        """Take it that the recovery code that was shown is noted."""
        vault.settings.forget(enrol.KEPT)

    def _after_wrong(self, opened: Opened, wrong: int) -> Opened:
        if wrong:
            self.trail.record("wrong-tries", reason=str(wrong))
        return replace(opened, wrong_tries=wrong)

    def _record(self, news: News) -> None:
        for code, _ in set(news.warnings) - set(self._warned):
            self.trail.record("directory-alarm", reason=code)
        self._warned = news.warnings


@contextmanager
def _refusing(tries: Tries | None = None) -> Iterator[None]:
    """Say what storage and keys refuse as this door's own refusal; a wrong secret is one of *tries*."""
    try:
        yield
    except (errors.StorageError, MediaError) as error:
        code = next(code for kind, code in _CODES if isinstance(error, kind))
        if tries is not None and isinstance(error, errors.WrongPassword | errors.WrongRecoveryCode):
            tries.failed()
        wait_s = tries.wait_s if tries is not None else 0
        raise SignInRefused(code, getattr(error, "group", 0), wait_s) from error


async def read_session(vault: Vault) -> Session:
    """Build the session from what the vault knows; raises SignInRefused before enrolment."""
    try:
        return await session.read(vault)
    except session.NotEnrolled as error:
        raise SignInRefused("not-enrolled") from error
