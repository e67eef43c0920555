"""How list, thread, document and panel share the width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.messages.panel import WIDTH as PANEL_WIDTH
from app.messages.threads import WIDTH as LIST_WIDTH
from app.ui.theme import theme

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QWidget

    from app.messages.conversation import Conversation
    from app.messages.panel import Panel
    from app.messages.preview import Preview
    from app.messages.threads import ThreadsPane

TALK_WIDTH = 400
LIST_LEAST, LIST_PERCENT = 280, 36
"""The list takes so much of a narrow window, no less than so many pixels."""


class Room:
    """Shares out the width. `asked`: the panel is wanted though there is no room for it beside list and thread."""

    def __init__(
        self,
        threads: ThreadsPane,
        talk: Conversation,
        preview: Preview,
        panel: Panel,
        rules: tuple[QWidget, QWidget],
    ) -> None:
        self._threads, self._talk, self._preview, self._panel = threads, talk, preview, panel
        self._list_rule, self._side_rule = rules
        self.asked = False

    def share(self, page: QWidget, *, talking: bool) -> None:
        """Where there is no room for all side by side, the panel gives way, or the list once the panel is asked for."""
        scaled, wide = theme().scaled, page.width()
        side = scaled(PANEL_WIDTH)
        list_wide = min(scaled(LIST_WIDTH), max(LIST_LEAST, wide * LIST_PERCENT // 100))
        self._threads.setFixedWidth(list_wide)
        self._panel.setFixedWidth(side)
        watching = not self._preview.isHidden()
        fits = wide >= list_wide + side + scaled(TALK_WIDTH)
        self._panel.setVisible(talking and not watching and (fits or self.asked))
        crowded = self._panel.isVisibleTo(page) and not fits
        narrow = watching and wide < list_wide + 2 * scaled(TALK_WIDTH)
        for part in (self._threads, self._list_rule):
            part.setVisible(not crowded and not narrow)
        self._side_rule.setVisible(self._panel.isVisibleTo(page) or watching)
        self._talk.head.panel.setVisible(not watching and not fits)
