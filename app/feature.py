"""What the window knows of a feature, and what a feature is handed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QWidget

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.bridge import Bridge
    from app.intents import Intent
    from app.ui.words import Words


@dataclass(frozen=True)
class Desk:
    """All that a page is given besides its own service: no globals."""

    bridge: Bridge
    open: Callable[[Intent], None]
    now_ms: Callable[[], int]


class Page(QWidget):
    """A section of the window. `headed` tells that title, subtitle or marks changed."""

    headed = pyqtSignal()

    def title(self) -> Words:
        """Return what the top bar says."""
        raise NotImplementedError

    def subtitle(self) -> Words:
        """Return the smaller words beside the title."""
        return ""

    def marks(self) -> QWidget | None:
        """Return what stands at the right of the top bar, owned by the page."""
        return None

    def take(self, intent: Intent) -> None:
        """Do what another part asked for."""


@dataclass(frozen=True)
class Feature:
    """One entry of the rail: `make_page` is called when it is first shown."""

    key: str
    title: Words
    icon: str
    make_page: Callable[[Desk], Page]
    shortcut: str = ""
    intents: frozenset[type] = frozenset()
    at_end: bool = False
