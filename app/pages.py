"""The sections' pages: made when first shown, dressed when they come in sight, deleted at the lock; and the way back through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtWidgets import QApplication, QWidget

from app.ui.deck import polish
from app.ui.steps import PAINT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.feature import Desk, Feature, Page
    from app.ui.frame import Sheet


class Pages(QObject):
    """The pages on one sheet. `features`: whose they are, as on the rail; `current`: the key of the one shown, empty behind the lock.

    `turned` tells that a page is in sight, `moved` that it has the focus too; `headed` and `whole` as any page says them.
    """

    turned = pyqtSignal(str)
    moved = pyqtSignal()
    headed = pyqtSignal()
    whole = pyqtSignal(bool)

    def __init__(self, features: Sequence[Feature], desk: Desk, sheet: Sheet) -> None:
        super().__init__(sheet)
        self.features, self.current = tuple(features), ""
        self._desk, self._sheet = desk, sheet
        self._made: dict[str, Page] = {}
        self._past: list[str] = []
        self._future: list[str] = []

    def __len__(self) -> int:
        """Return how many are made."""
        return len(self._made)

    @property
    def shown(self) -> Page | None:
        """The page in sight."""
        return self._made.get(self.current)

    def page(self, key: str) -> Page:
        """Return a section's page, made now if it was never shown."""
        if key not in self._made:
            feature = next(one for one in self.features if one.key == key)
            page = feature.make_page(self._desk)
            page.headed.connect(self.headed)
            page.whole.connect(self.whole)
            self._made[key] = page
            self._sheet.stack.addWidget(page)
        return self._made[key]

    def ahead(self) -> Iterator[object]:
        """Make and dress the pages that are not in sight, one part a step: a page, its look, its widgets one by one."""
        for feature in self.features:
            page = self.page(feature.key)
            yield PAINT
            for _part in page.ahead():
                yield PAINT
            page.wear()
            yield PAINT
            yield from polish(page)

    def show(self, key: str) -> None:
        """Show a section; the one before can be come back to."""
        if self.current and self.current != key:
            self._past.append(self.current)
            self._future.clear()
        self._turn_to(key)

    def _turn_to(self, key: str) -> None:
        self.current = key
        page = self.page(key)
        page.wear()
        fresh = page.focusWidget() is None  # Qt would choose by the order in which its parts were made
        self._sheet.let_wide(page.wide)
        self._sheet.stack.setCurrentWidget(page)
        self.turned.emit(key)
        if fresh or not _holds_focus(page):
            page.setFocus(Qt.FocusReason.OtherFocusReason)
        self.moved.emit()

    def back(self) -> None:
        """Show the section shown before this one."""
        if self._past:
            self._future.append(self.current)
            self._turn_to(self._past.pop())

    def forward(self) -> None:
        """Undo a step back."""
        if self._future:
            self._past.append(self.current)
            self._turn_to(self._future.pop())

    def can_go_back(self) -> bool:
        """Tell whether a section was shown before this one."""
        return bool(self._past)

    def can_go_forward(self) -> bool:
        """Tell whether a step back can be undone."""
        return bool(self._future)

    def cover(self, yes: bool) -> None:
        """Let every page know that lock or veil are in front, or gone."""
        for page in self._made.values():
            page.cover(yes)

    def drop(self) -> None:
        """Delete every page, and forget the way through them."""
        self._past.clear()
        self._future.clear()
        for page in self._made.values():
            marks = page.marks()
            if marks is not None:
                marks.deleteLater()
            self._sheet.stack.removeWidget(page)
            page.deleteLater()
        self._made.clear()
        self.current = ""


def _holds_focus(page: QWidget) -> bool:
    focus = QApplication.focusWidget()
    return focus is not None and page.isAncestorOf(focus)
