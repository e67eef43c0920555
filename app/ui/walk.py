"""From one pane to the next, as F6 walks them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QWidget

if TYPE_CHECKING:
    from collections.abc import Sequence


def walk(panes: Sequence[QWidget], direction: int) -> None:
    """Give the focus to the next of *panes* (1), or to the one before (-1), that has something to take it."""
    focused = QApplication.focusWidget()
    at = next((i for i, pane in enumerate(panes) if focused and pane.isAncestorOf(focused)), -1)
    for step in range(1, len(panes) + 1):
        pane = panes[(at + step * direction) % len(panes)]
        target = next((w for w in pane.findChildren(QWidget) if _takes_focus(w)), None)
        if target is not None:
            target.setFocus(Qt.FocusReason.TabFocusReason)
            return


def _takes_focus(widget: QWidget) -> bool:
    tab = widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
    return bool(tab) and widget.isVisible() and widget.isEnabled()
