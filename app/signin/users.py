"""The people who share this PC, without Qt: one folder a person, and what the lock may say of each.

The first person's profile lies in the data folder itself, each further one in `users/<random>/`. Nothing but the name
stands outside the vaults, in `shown.json`, as far as its owner (or IT) lets the lock say it; whoever can write there
could open nothing with it, only lie about a name.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from storage.errors import DiskTrouble
from storage.profile import Profile, write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER, CARD = "users", "shown.json"
MAX_USERS = 64
MAX_CARD = 2048
MAX_NAME = 100
_TITLES = frozenset(("dr", "dr.", "pr", "pr.", "prof.", "m.", "mme"))
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class User:
    """One profile of this PC; `number` from 1 in the order of the list, `name` empty for who shows none."""

    folder: Path
    number: int
    name: str = ""


class _Card(msgspec.Struct):
    name: str = ""


class Users:
    """The profiles under one data folder. Everything here blocks for some file accesses, and none of it raises."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def all(self) -> tuple[User, ...]:
        """Return everybody who has a profile here, even a half-made one: the first person, then by name."""
        found = [(folder, read_card(folder)) for folder in self._folders() if holds_profile(folder)]
        found.sort(key=lambda pair: (pair[0] != self.home, pair[1].casefold(), pair[0].name))
        return tuple(User(folder, number, name) for number, (folder, name) in enumerate(found, 1))

    def user(self, folder: Path) -> User | None:
        """Return who has *folder*."""
        return next((user for user in self.all() if user.folder == folder), None)

    def fresh(self) -> Path:
        """Return the folder in which the next person's profile is made; nothing is written."""
        return self.home / FOLDER / secrets.token_hex(8) if holds_profile(self.home) else self.home

    def _folders(self) -> Iterator[Path]:
        yield self.home
        try:
            inside = sorted((self.home / FOLDER).iterdir())[: MAX_USERS - 1]
            yield from (folder for folder in inside if folder.is_dir())
        except OSError:
            return


def holds_profile(folder: Path) -> bool:
    """Tell whether anything of a profile is in *folder*; one that may not be looked into holds none."""
    try:
        return Profile(folder).exists()
    except OSError:
        return False


def read_card(folder: Path) -> str:
    """Return the name that the owner of *folder* shows at the lock; empty when there is none, or none to be shown."""
    try:
        with (folder / CARD).open("rb") as file:
            return _clean(msgspec.json.decode(file.read(MAX_CARD), type=_Card).name)
    except (OSError, msgspec.MsgspecError, RecursionError, ValueError):
        return ""


def write_card(folder: Path, name: str, shown: str) -> None:
    """Let the lock call the owner of *folder* by *name* as far as *shown*; a disk that fails changes nothing."""
    wanted = said(name, shown)
    if wanted == read_card(folder):
        return
    try:
        write_atomically(folder / CARD, msgspec.json.encode(_Card(wanted)))
    except DiskTrouble:
        log.warning("the name at the lock was not renewed")


def said(name: str, shown: str) -> str:
    """Return what of *name* is said at the lock; *shown* is the setting lock.name: name, initials or none."""
    if shown == "none":
        return ""
    if shown == "initials":
        words = [word for word in name.split() if word.casefold() not in _TITLES]
        return _clean("".join(f"{word[0]}." for word in words).upper())
    return _clean(name)


def _clean(name: str) -> str:
    """Keep what can be read: no line breaks, nothing that turns the direction of what stands beside it."""
    return "".join(letter for letter in " ".join(name.split()) if letter.isprintable())[:MAX_NAME]
