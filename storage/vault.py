"""A user's vault: made, unlocked by password or recovery code, locked. All of this blocks (Argon2id, rekey): use a thread.

vault, code = Vault.create(folder, password)        # print the code
vault = Vault.unlock(folder, password)
device = await asyncio.wrap_future(vault.identity.device())
vault.lock()
"""

from __future__ import annotations

import platform
import secrets
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from storage import anchor, checkup, rotation
from storage.audit import AuditRepository
from storage.database import Database
from storage.directory import DirectoryRepository
from storage.erase import erase
from storage.errors import Damaged, KeyringUnavailable, ProfileInUse, ReadOnly, StorageError
from storage.identity import IdentityRepository
from storage.keyfile import KeyFile
from storage.meetings import MeetingsRepository
from storage.oskeyring import SECRET_BYTES, KeyringPolicy, OsKeyring, SecretStore
from storage.profile import DATABASES, FILES, PATIENTS, Profile
from storage.recovery import CODE_BYTES, read_code, write_code
from storage.settings import SettingsRepository
from storage.slots import (
    KEY_BYTES,
    KdfCost,
    new_password_opener,
    new_recovery_opener,
    open_with_code,
    open_with_password,
)
from storage.standing import Standing, was_restored

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from storage.backup import Manifest
    from storage.rotation import Opened
    from storage.slots import Opener


@dataclass(frozen=True)
class Terms:
    """How a profile may be protected: the policy for the system's keyring, the keyring, the cost of a guess."""

    keyring: KeyringPolicy = "allowed"
    store: SecretStore = field(default_factory=OsKeyring)
    cost: KdfCost = field(default_factory=KdfCost)


class Vault:
    """An open vault, made by `create`, `unlock` or `unlock_with_recovery`.

    `read_only`: damage was found, nothing is written. `audit_set_aside`: the name under which a damaged audit trail
    was put away, else empty. `audit_cut`: rows are missing that were there when the profile was last closed.
    `inbox_set_aside`: as for the audit trail, what senders had been promised may lie there. `cache_rebuilt`: the cache was
    damaged or missing and is empty; it fills itself from the inbox.
    `mail_read_only`: the messages are damaged and only read, as far as that goes. `mail_lost`: their file was gone.
    `restored`: an older copy was put back: the keyring knows of later unlocks.
    `recovery_code`: empty, or a new code to print: a change of password had been cut short, or an older profile got new files.
    """

    def __init__(
        self, profile: Profile, terms: Terms, health: checkup.Health, keys: dict[str, bytes]
    ) -> None:
        from storage.feeds import FeedReader, Feeds  # noqa: PLC0415 -- a lock that is only shown does without, and so below
        from storage.inbox import Inbox  # noqa: PLC0415
        from storage.messages.store import Mail  # noqa: PLC0415
        from storage.monitoring.answers import Answers  # noqa: PLC0415
        from storage.outgoing import Outgoing  # noqa: PLC0415
        from storage.patients.store import Patients  # noqa: PLC0415

        self._profile, self._terms = profile, terms
        self.read_only = health.read_only
        self.audit_set_aside = health.audit_set_aside
        self.inbox_set_aside = health.inbox_set_aside
        self.cache_rebuilt = bool(health.cache_set_aside)
        self.mail_read_only = health.read_only or health.mail_read_only
        self.mail_lost = bool(health.mail_set_aside)
        self.restored = False
        self.recovery_code = ""
        self._databases = {name: Database(profile.database(name)) for name in DATABASES}
        vault, audit = self._databases["vault"], self._databases["audit"]
        self.identity = IdentityRepository(vault)
        self.settings = SettingsRepository(vault)
        self.meetings = MeetingsRepository(vault)
        self.directory = DirectoryRepository(vault)
        self.standing = Standing(vault)
        self.audit = AuditRepository(audit, platform.node())
        inbox = self._databases["inbox"]
        self.inbox, self.outgoing = Inbox(inbox), Outgoing(inbox)
        self.feeds, self.feed_reader = Feeds(inbox), FeedReader(inbox)
        self.patients, self.answers = Patients(self._databases["cache"]), Answers(self._databases["cache"])
        self.mail = Mail(self._databases["mail"], profile.folder / FILES)
        self._keys = keys
        self._open(keys)
        self.audit_cut = anchor.was_cut(vault, self.audit)

    @staticmethod
    def exists(folder: Path) -> bool:
        """Tell whether *folder* has a profile, even a damaged one: then nothing may be made there."""
        return Profile(folder).exists()

    @property
    def failing(self) -> bool:
        """True while the disk takes nothing more: full, or out of order."""
        return any(database.failing for database in self._databases.values())

    @property
    def damaged(self) -> bool:
        """True once a page of any file did not verify: the next unlock checks all of them, and begins anew what can be."""
        return any(database.damaged for database in self._databases.values())

    def watch(self, told: Callable[[], object]) -> None:
        """Let *told* be called, on any thread, whenever `failing` may have changed."""
        for database in self._databases.values():
            database.told = told

    @staticmethod
    def uses_keyring(folder: Path) -> bool:
        """Tell whether the password alone does not open *folder*; raises Damaged, TooNew, DiskTrouble."""
        return any(slot.keyring for slot in rotation.read(Profile(folder)).slots)

    @classmethod
    def create(cls, folder: Path, password: str, terms: Terms | None = None) -> tuple[Self, str]:
        """Make a profile; return it open, with the recovery code to print.

        Raises ProfileExists, ProfileInUse, KeyringUnavailable, DiskTrouble.
        """
        terms, profile = terms or Terms(), Profile(folder)
        profile.hold()
        try:
            profile.begin_making()
            keyfile = KeyFile(
                secrets.token_bytes(16), {name: secrets.token_bytes(16) for name in DATABASES}, []
            )
            keys = {name: secrets.token_bytes(KEY_BYTES) for name in DATABASES}
            recovery, code = _new_recovery(keyfile)
            openers = [_new_password(keyfile, password, terms), recovery]
            for name in DATABASES:
                checkup.create(profile.database(name), keys[name])
            rotation.write(profile, keyfile, [opener.wrap(keyfile, _each(keys)) for opener in openers])
            profile.end_making()
            return cls(profile, terms, checkup.Health(), keys), code
        except BaseException:
            profile.release()
            raise

    @classmethod
    def unlock(cls, folder: Path, password: str, terms: Terms | None = None) -> Self:
        """Open a profile with its password.

        Raises WrongPassword, KeyringLost (then only the recovery code helps), Damaged, WeakKdf, TooNew, ProfileInUse,
        DiskTrouble. Look at `read_only`, `audit_set_aside`, `audit_cut` and `recovery_code` afterwards.
        """
        terms, profile = terms or Terms(), Profile(folder)
        profile.hold()
        try:
            keyfile = rotation.read(profile)
            opener = open_with_password(keyfile, password, terms.cost, terms.store)
            with profile.alone():
                return cls._enter(rotation.enter(profile, keyfile, opener), terms, password, keep=True)
        except BaseException:
            profile.release()
            raise

    @classmethod
    def unlock_with_recovery(
        cls, folder: Path, code: str, new_password: str, terms: Terms | None = None
    ) -> tuple[Self, str]:
        """Open a profile with the recovery code and give it a new password; return it with the next code to print.

        Raises MistypedCode, WrongRecoveryCode, Damaged, TooNew, ProfileInUse, KeyringUnavailable, DiskTrouble. When the
        vault opens `read_only`, nothing could be changed: the code returned is empty and the old one stays good.
        """
        terms, profile = terms or Terms(), Profile(folder)
        secret = read_code(code)
        profile.hold()
        try:
            keyfile = rotation.read(profile)
            opener = open_with_code(keyfile, secret)
            with profile.alone():
                vault = cls._enter(rotation.enter(profile, keyfile, opener), terms, new_password, keep=False)
        except BaseException:
            profile.release()
            raise
        code, vault.recovery_code = vault.recovery_code, ""
        return vault, code

    @classmethod
    def visit(cls, folder: Path, password: str, terms: Terms | None = None) -> Self:
        """Open a profile for a moment, beside the window or gateway that has it open; as `unlock` where nobody has.

        A visitor checks, migrates and rekeys nothing. Raises what `unlock` raises; ProfileInUse when another visitor stays
        too long, the profile is just being checked, or the program that has it open is of another version.
        """
        if not Vault.exists(folder):
            raise Damaged("keys.json", "missing")
        try:
            return cls.unlock(folder, password, terms)
        except ProfileInUse:
            return cls._beside(folder, password, terms or Terms())

    @classmethod
    def _beside(cls, folder: Path, password: str, terms: Terms) -> Self:
        profile = Profile(folder)
        profile.visit()
        try:
            return cls(profile, terms, checkup.Health(), _visitors_keys(profile, password, terms))
        except BaseException:
            profile.release()
            raise

    def change_password(self, old: str, new: str) -> str:
        """Change the password and every file's key; return the new recovery code to print (the old one dies too).

        Raises WrongPassword, KeyringLost, ReadOnly, ProfileInUse (a visitor) and changes nothing. On Damaged or DiskTrouble the vault is locked:
        unlock it with either password. No other call may be under way.
        """
        if self.mail_read_only:
            raise ReadOnly
        if not self._profile.held:
            raise ProfileInUse
        with self._profile.alone():
            return self._change_password(old, new)

    def _change_password(self, old: str, new: str) -> str:
        keyfile = rotation.read(self._profile)
        opener = open_with_password(keyfile, old, self._terms.cost, self._terms.store)
        self._close()
        try:
            opened = rotation.enter(self._profile, keyfile, opener)
            self._keys, code = _rotate(opened, self._terms, new)
            self._open(self._keys)
        except BaseException:
            self.lock()
            raise
        return code

    @staticmethod
    def erase(folder: Path, store: SecretStore | None = None) -> None:
        """Erase a profile for good, its keys first; raises ProfileInUse, DiskTrouble. Backups of it still open."""
        erase(folder, store or OsKeyring())

    def back_up(self, target: Path, now_ms: int) -> Manifest:
        """Write the whole profile to one file, readable with what opens the profile; raises as `backup.save`."""
        from storage import backup  # noqa: PLC0415

        return backup.save(self._profile.folder, self._keys, target, now_ms)

    def hold_patients(self, *, back: bool) -> None:
        """Close inbox and cache, or open them again; nothing else is touched. Blocks until what was asked is done."""
        for name in PATIENTS:
            database = self._databases[name]
            if back:
                database.close()
            elif not database.is_open:
                self._open_one(name, self._keys)

    @property
    def patients_open(self) -> bool:
        """True unless inbox or cache are held back."""
        return all(self._databases[name].is_open for name in PATIENTS)

    def lock(self) -> None:
        """Finish what was asked, close the databases, drop the keys, give the profile back. Twice does no harm."""
        self._close()
        self._keys = {}
        self._profile.release()

    @classmethod
    def _enter(cls, opened: Opened, terms: Terms, password: str, *, keep: bool) -> Self:
        """Check the files and start on them; begin a rotation to a new *password*, or finish one that was cut short.

        With *keep* the password is the one just used. An older profile gets the files that it lacks, and so new keys.
        """
        profile, code = opened.profile, ""
        profile.end_making()
        lacking = [name for name in DATABASES if name not in opened.now]
        rotation_due = not keep or bool(lacking) or rotation.pending(opened.keyfile)
        everything = rotation_due or profile.damage_met
        up_to = checkup.ALL if everything else checkup.WHOLE_BYTES if profile.dirty else 0
        health = checkup.examine(profile, opened.now, up_to=up_to)
        keys = opened.now
        if rotation_due and not (health.read_only or health.mail_read_only):
            fresh = password if lacking or not keep else None
            if keep and not opened.opener.slot.keyring and terms.keyring == "allowed":
                terms = replace(terms, keyring="off")  # who chose none keeps none
            keys, code = _rotate(rotation.extend(opened, lacking), terms, fresh)
        vault = cls(profile, terms, health, keys)
        vault.recovery_code = code
        if any(slot.keyring for slot in opened.keyfile.slots) and not vault.read_only:
            vault.restored = vault._was_restored(rotation.mirror(opened.keyfile))
        if not vault.mail_read_only:
            vault._enter_mail()
        return vault

    def _enter_mail(self) -> None:
        """Let the messages know whether an older copy was put back; what they do not take is said again by the next unlock."""
        restored = self.restored or self.mail_lost or self._profile.put_back
        with suppress(StorageError):
            known = self.standing.mail_opened().result()
            opened = self.mail.opened(known, restored=restored).result()
            self._profile.mark_known()
            self.standing.see_mail(opened).result()
        self.mail.tidy()

    def _was_restored(self, mirror: str) -> bool:
        """Count this unlock; a disk that does not take the count is told by the next act."""
        try:
            return was_restored(self.standing, self._terms.store, mirror)
        except StorageError:
            return False

    def _open(self, keys: dict[str, bytes]) -> None:
        if self._profile.held:
            self._profile.mark_dirty(damaged=self.mail_read_only and not self.read_only)
        try:
            for name in DATABASES:
                self._open_one(name, keys)
        except BaseException:
            for database in self._databases.values():
                database.close()
            raise

    def _open_one(self, name: str, keys: dict[str, bytes]) -> None:
        """Open a file; what is lost beside a damaged vault must not keep the vault from being read."""
        held_back = self.mail_read_only if name == "mail" else self.read_only
        try:
            self._databases[name].open(keys[name], read_only=held_back)
        except (KeyError, StorageError):
            if name == "vault" or not held_back:
                raise

    def _close(self) -> None:
        vault = self._databases["vault"]
        was_open = vault.is_open and self._databases["audit"].is_open
        writes = was_open and self._profile.held and not self.read_only
        kept = writes and anchor.remember(vault, self.audit)
        for database in self._databases.values():
            database.close()
        if (self.damaged or (self.mail_read_only and not self.read_only)) and self._profile.held:
            self._profile.mark_dirty(damaged=True)
        elif kept:
            self._profile.mark_clean()


def _visitors_keys(profile: Profile, password: str, terms: Terms) -> dict[str, bytes]:
    keyfile = rotation.read(profile)
    opener = open_with_password(keyfile, password, terms.cost, terms.store)
    keys = {name: pair[-1] for name, pair in opener.unwrap(keyfile).items()}
    if rotation.pending(keyfile) or not checkup.current(profile, keys):
        raise ProfileInUse
    return keys


def _rotate(opened: Opened, terms: Terms, new_password: str | None) -> tuple[dict[str, bytes], str]:
    """Give every file a new key under *new_password* (None: the password just used) and a new recovery code."""
    recovery, code = _new_recovery(opened.keyfile)
    password = opened.opener
    if new_password is not None:
        password = _new_password(opened.keyfile, new_password, terms)
    opened.profile.mark_dirty()
    keys = rotation.rotate(opened, [password, recovery])
    for slot in opened.keyfile.slots:
        if slot.keyring and slot.id != password.slot.id:
            terms.store.forget(slot.id.hex())
    return keys, code


def _new_recovery(keyfile: KeyFile) -> tuple[Opener, str]:
    secret = secrets.token_bytes(CODE_BYTES)
    return new_recovery_opener(keyfile, secret), write_code(secret)


def _new_password(keyfile: KeyFile, password: str, terms: Terms) -> Opener:
    """Make a password slot, with a half of the key in the keyring where policy wants it and the machine can."""
    slot_id, secret = secrets.token_bytes(16), b""
    if terms.keyring != "off":
        half = secrets.token_bytes(SECRET_BYTES)
        secret = half if terms.store.write(slot_id.hex(), half) else b""
    if terms.keyring == "required" and not secret:
        raise KeyringUnavailable
    return new_password_opener(keyfile, password, terms.cost, secret, slot_id)


def _each(keys: dict[str, bytes]) -> dict[str, list[bytes]]:
    return {name: [key] for name, key in keys.items()}
