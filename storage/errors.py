"""Errors of the storage package: each says what the user can do. None carries a name, a key or a path's content."""

from __future__ import annotations


class StorageError(Exception):
    """Parent of every error that storage raises."""


class WrongPassword(StorageError):  # noqa: N818 -- the field's word
    """The password does not open this profile; try again, or use the recovery code."""


class ChangeCutShort(WrongPassword):
    """A change of password was cut short after this secret had been replaced; use the new password."""


class WrongRecoveryCode(StorageError):  # noqa: N818 -- the field's word
    """The code is well typed but belongs to another profile or was used already; look for the newest print."""


class MistypedCode(StorageError):  # noqa: N818 -- the field's word
    """The recovery code has a typing mistake in `group` (from 1; 0 = several); compare it with the print."""

    def __init__(self, group: int = 0) -> None:
        super().__init__(f"group {group}")
        self.group = group


class KeyringLost(StorageError):  # noqa: N818 -- the field's word
    """The system's keyring lost or changed its half of the key; the recovery code opens the profile, nothing is deleted."""


class KeyringUnavailable(StorageError):  # noqa: N818 -- the field's word
    """Policy wants the system's keyring and there is none that is safe; ask IT."""


class Damaged(StorageError):  # noqa: N818 -- the field's word
    """`what` (a file of the profile) cannot be trusted any more; it is kept, restore it from a backup or ask IT."""

    def __init__(self, what: str, detail: str = "") -> None:
        super().__init__(f"{what}: {detail}" if detail else what)
        self.what = what
        self.detail = detail


class WeakKdf(Damaged):
    """The key file asks for a cheaper or dearer key derivation than is allowed: somebody may have changed it; ask IT."""


class TooNew(StorageError):  # noqa: N818 -- the field's word
    """The profile was written by a newer Consilium; update this one."""


class ProfileInUse(StorageError):  # noqa: N818 -- the field's word
    """Another Consilium has this profile open; close it first."""


class ProfileExists(StorageError):  # noqa: N818 -- the field's word
    """There is a profile in this folder already; unlock it instead."""


class ReadOnly(StorageError):  # noqa: N818 -- the field's word
    """The vault was found damaged and is open for reading only; IT can restore a backup."""


class Locked(StorageError):  # noqa: N818 -- the field's word
    """The vault is locked; unlock it and repeat."""


class DiskTrouble(StorageError):  # noqa: N818 -- the field's word
    """The disk is full or fails: nothing of this act was written; free some room and repeat."""


class Busy(StorageError):  # noqa: N818 -- the field's word
    """Another program writes to this profile and did not end in time: nothing of this act was written; repeat."""


class NoFolder(DiskTrouble):
    """The profile's folder cannot be made or written; ask IT for one that can."""


class NotEnoughMemory(StorageError):  # noqa: N818 -- the field's word
    """The password cannot be tried: it takes 256 MiB; close other programs and repeat."""
