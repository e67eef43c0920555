"""Tabs: as many as there is room for, the chosen one always; the others unfold behind them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QPoint, QRectF, QSize, Qt

from app.ui import paint
from app.ui.buttons import IconButton
from app.ui.choices import Choice, Row
from app.ui.menus import entry, menu_of
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QPaintEvent, QResizeEvent

    from app.ui.words import Words

GAP = 20
_CHANGED = {QEvent.Type.LayoutRequest, QEvent.Type.Show, QEvent.Type.StyleChange, QEvent.Type.LanguageChange}


class _Tab(Choice):
    """A tab of a panel, with a count when there is something to count."""

    count = 0

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Room for words and count."""
        width = paint.text_width(self.name, theme().font("body_strong"))
        if self.count:
            width += 8 + self._badge_width()
        return QSize(int(width) + 2, theme().scaled(40))

    def _badge_width(self) -> float:
        return max(18.0, paint.text_width(str(self.count), theme().font("micro_label")) + 10)

    def show_count(self, count: int) -> None:
        """Show a number after the words; 0 shows none."""
        if count != self.count:
            self.count = count
            self.updateGeometry()
            self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the words, the count, and the line under the chosen one."""
        painter = paint.painter_for(self)
        color = theme().color
        on = self.isChecked()
        font = theme().font("body_strong" if on else "body")
        ink = color("accent_text" if on else "text" if self.underMouse() else "text_2")
        width = paint.text_width(self.name, font)
        room = self.width() - (8 + self._badge_width() if self.count else 0)
        width = min(width, room)
        paint.text(painter, QRectF(0, 0, width, self.height()), self.name, font, ink)
        if self.count:
            badge = QRectF(width + 8, self.height() / 2 - 9, self._badge_width(), 18)
            paint.box(painter, badge, 9, color("pressed"))
            middle = Qt.AlignmentFlag.AlignHCenter
            paint.text(painter, badge, str(self.count), theme().font("micro_label"), color("text_2"), middle)
        if on:
            paint.box(painter, QRectF(0, self.height() - 3, self.width(), 3), 1.5, color("accent"))


class Tabs(Row):
    """Tabs of a panel; arrows move among all of them, also those that there is no room for.

    They are placed by hand: in a layout, to show one would lay out all that this stands in, amid a change of its width.
    """

    def __init__(self, choices: Sequence[tuple[str, Words]]) -> None:
        super().__init__()
        self._tabs: dict[str, _Tab] = {}
        for key, words in choices:
            self._tabs[key] = _Tab(key, words)
            self._add(self._tabs[key])
        self.more = IconButton(say("tabs.more"), "dots")
        self.more.clicked.connect(self._unfold)
        self.more.setParent(self)
        self.more.hide()
        self._asked = QSize()
        self._group.buttonToggled.connect(lambda _tab, on: self._fit() if on else None)

    def show_count(self, key: str, count: int) -> None:
        """Show a number on a tab."""
        self._tabs[key].show_count(count)

    def offered(self) -> Sequence[str]:
        """Return all keys."""
        return list(self._tabs)

    # --- room ---------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Room for all of them."""
        width = sum(one.sizeHint().width() + GAP for one in self._tabs.values()) - GAP
        return QSize(width, self._high())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Room for the longest, and for the way to the others."""
        width = max(one.sizeHint().width() for one in self._tabs.values()) + GAP + self.more.width()
        return QSize(width, self._high())

    def _high(self) -> int:
        return max(one.sizeHint().height() for one in self._tabs.values())

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Show what there is room for."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent | None) -> bool:
        """Ask for other room, and show what there is room for, once words, counts or the size of text changed."""
        if event is not None and event.type() in _CHANGED and hasattr(self, "_asked"):
            if self._asked != self.sizeHint():
                self._asked = self.sizeHint()
                self.updateGeometry()
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        shown = self._roomy()
        focused = any(one.hasFocus() for one in self._tabs.values())
        for key, tab in self._tabs.items():
            if key in shown:
                tab.show()
        if focused and self.choice:
            self.stop.setFocus(Qt.FocusReason.OtherFocusReason)
        left = 0
        for key, tab in self._tabs.items():
            tab.setVisible(key in shown)
            if key in shown:
                size = tab.sizeHint()
                tab.setGeometry(left, (self.height() - size.height()) // 2, size.width(), size.height())
                left += size.width() + GAP
        self.more.setVisible(len(shown) < len(self._tabs))
        self.more.move(left, (self.height() - self.more.height()) // 2)

    def _roomy(self) -> set[str]:
        """Return the keys of the tabs that there is room for, from the first; the chosen one is among them."""
        wide = {key: tab.sizeHint().width() + GAP for key, tab in self._tabs.items()}
        if sum(wide.values()) - GAP <= self.width():
            return set(wide)
        chosen = self.choice
        room = self.width() - self.more.width() - wide.pop(chosen, 0)
        shown = {chosen}
        for key, width in wide.items():
            room -= width
            if room < 0:
                break
            shown.add(key)
        return shown

    # --- the others ---------------------------------------------------------------------------------------

    def _unfold(self) -> None:
        """Offer those that there is no room for."""
        menu = menu_of(self)
        for tab in self._tabs.values():
            if tab.isHidden():
                entry(
                    menu,
                    f"{tab.name} {tab.count}" if tab.count else tab.name,
                    "chevron-right",
                    partial(self._take, tab),
                )
        menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height())))
        menu.setActiveAction(menu.actions()[0])

    def _take(self, tab: _Tab) -> None:
        tab.show()
        tab.setFocus(Qt.FocusReason.OtherFocusReason)
        tab.click()
