"""Menus that go once they are closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QMenu, QWidget

from app.ui.icons import icon

if TYPE_CHECKING:
    from collections.abc import Callable


def menu_of(owner: QWidget) -> QMenu:
    """Return a menu that goes once it is closed."""
    menu = QMenu(owner)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu


def entry(menu: QMenu, words: str, icon_name: str, call: Callable[[], object], *, able: bool = True) -> None:
    """Put *words* into a menu; they do *call*, or stand there grey."""
    made = menu.addAction(icon(icon_name), words.replace("&", "&&"))
    assert made is not None
    made.setEnabled(able)
    made.triggered.connect(lambda _on=False: call())
