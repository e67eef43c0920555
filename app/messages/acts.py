"""The keys of the section and what palette and help offer in it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence, QShortcut

from app.commands import Command
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PyQt6.QtWidgets import QWidget

    from app.messages.page import MessagesPage

    Act = tuple[str, str, Callable[[], object], str, str, Callable[[], bool]]


def _acts(page: MessagesPage) -> tuple[Act, ...]:
    """Name, text id, what it does, key, icon, whether it can be done now."""
    composer, here = page.talk.composer, page.talking
    sends, attaches = partial(_able, page, composer.send), partial(_able, page, composer.attach)
    about = page.has_patient
    return (
        ("new", "messages.new", page.fresh.write, "Ctrl+N", "edit", _always),
        ("find", "messages.search", page.look_for, "Ctrl+F", "search", _always),
        ("find_here", "messages.search.here", page.search_here, "Ctrl+Shift+F", "search", here),
        ("send", "messages.send", page.sending.send, "Ctrl+Return", "send", sends),
        ("once", "messages.once", page.flip_once, "Ctrl+E", "hourglass-high", here),
        ("attach", "messages.attach", page.sending.attach, "", "paperclip", attaches),
        ("patient", "messages.open_patient", page.open_patient, "Ctrl+O", "id-badge-2", about),
        ("compare", "messages.compare", page.compare, "Ctrl+I", "shield-check", here),
        ("deposit", "deposit.title", page.deposit, "Ctrl+Shift+D", "upload", _always),
    )


def commands(page: MessagesPage) -> Sequence[Command]:
    """Return what palette and help offer here."""
    return [
        Command(f"messages.{key}", say(words), run, keys, icon, able)
        for key, words, run, keys, icon, able in _acts(page)
    ]


def bind(page: MessagesPage) -> None:
    """Bind the keys of the section; the field itself hears the one that sends."""
    for key, _words, run, keys, _icon, _able in _acts(page):
        if keys and key != "send":
            shortcut = QShortcut(QKeySequence(keys), page)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(run)


def _always() -> bool:
    return True


def _able(page: MessagesPage, button: QWidget) -> bool:
    return page.talking() and button.isEnabled()
