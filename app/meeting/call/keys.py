"""The keys of a running call, and what palette and help say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtGui import QKeySequence, QShortcut

from app.commands import Command
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.meeting.call.live import LivePage
    from app.meeting.service import Meeting


class CallKeys:
    """`commands`: what can be done in the call of *page*. Each key wakes the controls of a full screen."""

    def __init__(self, page: LivePage, meeting: Meeting) -> None:
        self._page = page
        self.commands = _commands(page, meeting)
        bound = {one.keys: self._bind(one.keys, one.run) for one in self.commands if one.keys}
        self._letters = [shortcut for keys, shortcut in bound.items() if len(keys) == 1]
        for key, call in (("=", page.wall.shared.zoom_in), ("À", page.wall.shared.fit)):
            self._letters.append(self._bind(key, call))
        talk = "call.talk", say("command.call.talk"), meeting.flip_microphone, "Space", "microphone"
        self.commands.append(Command(*talk))
        self._bind("Ctrl+D", meeting.flip_microphone)
        self._bind("Esc", page.escape)

    def allow_letters(self, yes: bool) -> None:
        """Let single-letter keys act, or not (WCAG 2.1.4)."""
        for shortcut in self._letters:
            shortcut.setEnabled(yes)

    def _bind(self, key: str, call: Callable[[], object]) -> QShortcut:
        shortcut = QShortcut(QKeySequence(key), self._page)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(call)
        shortcut.activated.connect(self._page.full.stir)
        return shortcut


def _commands(page: LivePage, meeting: Meeting) -> list[Command]:
    shared = page.wall.shared
    of = (
        ("microphone", meeting.flip_microphone, "M", "microphone"),
        ("camera", meeting.flip_camera, "V", "video"),
        ("share", page.open_share, "S", "screen-share"),
        ("hand", page.flip_hand, "H", "hand-stop"),
        ("pointer", page.point_by_key, "P", "pointer"),
        ("view", page.next_view, "L", "layout-grid"),
        ("chat", page.open_chat, "T", "message-2"),
        ("documents", page.open_documents, "D", "paperclip"),
        ("admit", meeting.admit_next, "A", "user-plus"),
        ("code", page.open_code, "", "shield-check"),
        ("network", page.open_network, "", "wifi-2"),
        ("full", page.full.flip, "F", "maximize"),
        ("display", page.staging.flip_display, "", "device-desktop"),
        ("zoom_in", shared.zoom_in, "+", "plus"),
        ("zoom_out", shared.zoom_out, "-", "minus"),
        ("fit", shared.fit, "0", "photo-scan"),
        ("page_on", page.page_on, "PgDown", "chevron-right"),
        ("page_back", page.page_back, "PgUp", "chevron-left"),
    )
    return [
        Command(f"call.{name}", say(f"command.call.{name}"), run, key, icon) for name, run, key, icon in of
    ]
