"""What the window knows of a feature, and what a feature is handed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QWidget

from app.commands import Commands
from app.times import since_start_ms
from app.ui.deck import wear

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Sequence

    from app.board import Source
    from app.bridge import Bridge
    from app.commands import Command, Thing
    from app.intents import Intent
    from app.ui.words import Words


class Tell(Protocol):
    """Shows a quiet message; *undo* takes back what it tells of, by a button or Ctrl+Z, while it stays (10 s).

    An *undo* that takes time returns False, and tells what came of it by itself.
    """

    def __call__(self, words: Words, undo: Callable[[], object] | None = None) -> None:
        """Show *words*."""


@dataclass(frozen=True)
class Desk:
    """All that a page is given besides its own service: no globals."""

    bridge: Bridge
    open: Callable[[Intent], None]
    now_ms: Callable[[], int]
    tell: Tell
    commands: Commands = field(default_factory=Commands)
    steady_ms: Callable[[], int] = since_start_ms
    """A clock that nobody sets."""


class Page(QWidget):
    """A section of the window. `headed` tells that title, subtitle or marks changed, `whole` asks for all of the screen."""

    headed = pyqtSignal()
    whole = pyqtSignal(bool)

    wide = False
    """Whether it takes all the width of a wide display, as the RCP does."""

    def title(self) -> Words:
        """Return what the top bar says."""
        raise NotImplementedError

    def subtitle(self) -> Words:
        """Return the smaller words beside the title."""
        return ""

    def marks(self) -> QWidget | None:
        """Return what stands at the right of the top bar, owned by the page."""
        return None

    def ahead(self) -> Iterator[object]:
        """Make what is not needed at first sight, a part a step; nothing where all is made at once."""
        return iter(())

    def wear(self) -> None:
        """Wear today's look; a page whose parts do so by themselves lets those in sight."""
        wear(self)

    def take(self, intent: Intent) -> None:
        """Do what another part asked for."""

    def cover(self, yes: bool) -> None:
        """Hear that the lock or the discretion screen is in front, or gone: what the page shows elsewhere follows."""

    def pane_order(self) -> Sequence[QWidget]:
        """Return the panes that F6 walks, in order: list, content, panel; one for a page that has no others."""
        return (self,)

    def commands(self) -> Sequence[Command]:
        """Return what can be done on this screen now, for palette and help; the page binds its keys itself."""
        return ()


def _no_commands(_desk: Desk) -> Sequence[Command]:
    return ()


def _no_things(_desk: Desk) -> Sequence[Thing]:
    return ()


def _no_sources(_desk: Desk) -> Sequence[Source]:
    return ()


@dataclass(frozen=True)
class Feature:
    """One entry of the rail: `make_page` is called when it is first shown.

    `letter`: after G, another key of the section. `commands`: what can be done from anywhere, asked once.
    `find`: the objects that the palette can open, asked each time that it opens; `seek`: objects of the
    kind `seeks` that match what is typed, asked at each key.
    `today`: what Today shows of it (app/board.py), asked after each unlock.
    """

    key: str
    title: Words
    icon: str
    make_page: Callable[[Desk], Page]
    shortcut: str = ""
    intents: frozenset[type] = frozenset()
    at_end: bool = False
    letter: str = ""
    commands: Callable[[Desk], Sequence[Command]] = _no_commands
    find: Callable[[Desk], Sequence[Thing]] = _no_things
    seeks: str = ""
    seek: Callable[[Desk, str], Coroutine[Any, Any, Sequence[Thing]]] | None = None
    today: Callable[[Desk], Sequence[Source]] = _no_sources
