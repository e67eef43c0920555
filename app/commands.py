"""What can be done here and which things can be opened: one list behind palette, keys and help. Qt-free.

The window adds its own commands; a feature adds by `Feature.commands` and `Feature.find`, a page by `Page.commands`.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence

_NAMED = {
    "Left": "←",
    "Right": "→",
    "Up": "↑",
    "Down": "↓",
    "Return": "↵",
    "PgUp": "Pg ↑",
    "PgDown": "Pg ↓",
    "-": "−",
}
_SPOKEN = {"Esc": "key.escape", "Shift": "key.shift", "Space": "key.space"}
_PARTS = re.compile(r", |(?<=[^+])\+")


def always() -> bool:
    """Tell that a command can run at any time."""
    return True


@dataclass(frozen=True)
class Command:
    """One thing to do. `str(words)` speaks the language of the moment; `keys` are Qt's names (`Ctrl+Shift+B`, `G, R`).

    `also`: other keys for the same; `kind`: `action`, or `go` for a section.
    """

    id: str
    words: object
    run: Callable[[], object]
    keys: str = ""
    icon: str = "chevron-right"
    enabled: Callable[[], bool] = always
    also: tuple[str, ...] = ()
    kind: str = "action"

    @property
    def text(self) -> str:
        """What it is called now."""
        return str(self.words)

    @property
    def told_keys(self) -> tuple[str, ...]:
        """The keys worth telling: its own and letters one after the other, not those of another keyboard."""
        letters = (keys for keys in self.also if "," in keys and "+" not in keys)
        return tuple(keys for keys in (self.keys, *letters) if keys)


@dataclass(frozen=True)
class Thing:
    """One object that the palette can open. `kind`: `patient` or `meeting` (prefix #), `person` (prefix @) or `setting`.

    `id`: the same for the same object at each opening; `facts` (label, value) and `mark` (words, icon, tone of a
    chip) stand beside the list, so that it is recognised before it is opened; `warning` says what it may be taken for.
    """

    kind: str
    title: str
    detail: str
    icon: str
    run: Callable[[], object]
    id: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    mark: tuple[str, str, str] | None = None
    warning: str = ""


class Commands:
    """The registry. An id or a key taken twice is a mistake of the program, told at the start."""

    def __init__(self) -> None:
        self._known: dict[str, Command] = {}
        self._keys: set[str] = set()
        self._finders: list[Callable[[], Sequence[Thing]]] = []
        self._seekers: dict[str, Callable[[str], Coroutine[Any, Any, Sequence[Thing]]]] = {}

    def add(self, commands: Iterable[Command]) -> None:
        """Take *commands*; raises ValueError for an id or a key that is taken."""
        for command in commands:
            keys = {key for key in (command.keys, *command.also) if key}
            if command.id in self._known or keys & self._keys:
                raise ValueError(f"taken twice: {command.id}")
            self._known[command.id] = command
            self._keys |= keys

    def offer(self, find: Callable[[], Sequence[Thing]]) -> None:
        """Ask *find* for objects whenever the palette opens."""
        self._finders.append(find)

    def seek_by(self, kind: str, seek: Callable[[str], Coroutine[Any, Any, Sequence[Thing]]]) -> None:
        """Ask *seek* for the objects of a *kind* that match what is typed, at each key: for those too many to be listed."""
        self._seekers[kind] = seek

    @property
    def seeks(self) -> tuple[str, ...]:
        """The kinds that are looked for at each key."""
        return tuple(self._seekers)

    async def sought(self, query: str) -> list[Thing]:
        """Return what the seekers find for *query*, as they rank it. One that fails hides nothing of the others."""
        asked = (seek(query) for seek in self._seekers.values())
        answers = await asyncio.gather(*asked, return_exceptions=True)
        return [thing for answer in answers if not isinstance(answer, BaseException) for thing in answer]

    def all(self) -> list[Command]:
        """Return every command, in the order of addition."""
        return list(self._known.values())

    def now(self) -> list[Command]:
        """Return the commands that can run now."""
        return [command for command in self._known.values() if command.enabled()]

    def things(self) -> list[Thing]:
        """Return every object that can be opened now."""
        return [thing for find in self._finders for thing in find()]


def caps(keys: str) -> tuple[str, ...]:
    """Return key caps for people: `Ctrl+Shift+B` -> Ctrl, Maj, B; `G, R` -> G, R."""
    parts = _PARTS.split(keys) if keys else []
    return tuple(_NAMED.get(part) or (tr(_SPOKEN[part]) if part in _SPOKEN else part) for part in parts)
