"""The window's own commands, the way to each section, and the keys of both."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtGui import QKeySequence, QShortcut

from app.commands import Command
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtWidgets import QWidget

    from app.feature import Feature
    from app.window import Window

_AZERTY = {
    "Ctrl+1": "Ctrl+&",
    "Ctrl+2": "Ctrl+É",
    "Ctrl+3": 'Ctrl+"',
    "Ctrl+4": "Ctrl+'",
    "Ctrl+5": "Ctrl+(",
}
"""What the digits of the top row send on a French keyboard: sections are bound by position.

The sixth sends Ctrl+-, which makes the text smaller here as in every program: with Maj, or by the keypad, it is Ctrl+6.
"""


def own(window: Window) -> list[Command]:
    """Return what can be done from anywhere."""
    pages, toast = window.pages, window.toast
    panes = partial(window.walk_panes, 1), partial(window.walk_panes, -1)
    meets = partial(_can_meet, window)
    return [
        Command("palette", say("command.palette"), window.flip_palette, "Ctrl+K", "search"),
        Command("lock", say("window.lock"), window.lock_asked.emit, "Ctrl+L", "lock"),
        Command("switch", say("door.switch"), window.switch_asked.emit, icon="users"),
        Command("discretion", say("command.discretion"), window.flip_veil, "Ctrl+Shift+B", "eye-off"),
        Command("help", say("command.help"), window.flip_help, "F1", "keyboard"),
        Command("undo", say("command.undo"), toast.undo, "Ctrl+Z", "history", toast.can_undo),
        Command("back", say("command.back"), pages.back, "Alt+Left", "arrow-left", pages.can_go_back),
        Command(
            "forward", say("command.forward"), pages.forward, "Alt+Right", "arrow-right", pages.can_go_forward
        ),
        Command("meeting", say("command.meeting"), window.show_meeting, "Ctrl+J", "door-enter", meets),
        Command("next_pane", say("command.next_pane"), panes[0], "F6", "tabs"),
        Command("previous_pane", say("command.previous_pane"), panes[1], "Shift+F6", "tabs"),
        Command("status", say("command.status"), window.read_status, "Ctrl+Shift+L", "info-circle"),
    ]


def _can_meet(window: Window) -> bool:
    return "meeting" in window.sections and window.current != "meeting"


def to_section(feature: Feature, show: Callable[[], object]) -> Command:
    """Return the command that shows a section."""
    letter = (f"G, {feature.letter}",) if feature.letter else ()
    azerty = (_AZERTY[feature.shortcut],) if feature.shortcut in _AZERTY else ()
    also, keys = letter + azerty, feature.shortcut
    return Command(f"go.{feature.key}", feature.title, show, keys, feature.icon, also=also, kind="go")


class Shortcuts:
    """Binds the keys of commands to a window, where *run* decides whether one may run now."""

    def __init__(self, window: QWidget, run: Callable[[Command], object]) -> None:
        self._window, self._run = window, run
        self._letters: list[QShortcut] = []

    def bind(self, command: Command) -> None:
        """Bind a command's key, and its others."""
        for keys in (command.keys, *command.also):
            if keys:
                self._bind(keys, command)

    def _bind(self, keys: str, command: Command) -> None:
        shortcut = QShortcut(QKeySequence(keys), self._window)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(partial(self._run, command))
        if "+" not in keys and len(keys.split(", ", maxsplit=1)[0]) == 1:
            self._letters.append(shortcut)

    def allow_letters(self, yes: bool) -> None:
        """Let single-letter keys act, or not (WCAG 2.1.4)."""
        for shortcut in self._letters:
            shortcut.setEnabled(yes)
