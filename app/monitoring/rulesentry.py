"""The way from the settings to the rules of the service, which are signed there and not set here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.intents import OpenRules
from app.ui.buttons import Button
from app.ui.panes import Banner
from app.ui.words import say

if TYPE_CHECKING:
    from app.feature import Desk


class RulesEntry(QWidget):
    """Says what the rules are, and opens them."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.open = Button(say("rules.open"), icon="clipboard-check")
        self.open.clicked.connect(lambda: desk.open(OpenRules()))
        words = say("rules.title"), say("rules.open.detail")
        column.addWidget(Banner("info", *words, icon="clipboard-check", actions=(self.open,)))
