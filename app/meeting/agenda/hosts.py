"""Choosing who hosts beside oneself: the people of the directory, found by typing, ticked with the space bar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QRectF, Qt
from PyQt6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QStyle,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from app.i18n import fmt_list, tr
from app.search import plain
from app.ui import paint
from app.ui.icons import paint_icon
from app.ui.panes import Field
from app.ui.text import Label, Named
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtCore import QModelIndex
    from PyQt6.QtGui import QFocusEvent, QPainter
    from PyQt6.QtWidgets import QStyleOptionViewItem

    from app.meeting.agenda.planning import Colleague

ROWS = 4
_USER = Qt.ItemDataRole.UserRole


class _Ticks(QStyledItemDelegate):
    """Paints a row's box in the theme's colours: that of Qt's style has no edge in the dark."""

    def paint(self, painter: QPainter | None, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint the row as Qt does, then the box over Qt's."""
        super().paint(painter, option, index)
        self.initStyleOption(option, index)
        style = option.widget.style() if option.widget is not None else None
        if painter is None or style is None:
            return
        part = QStyle.SubElement.SE_ItemViewItemCheckIndicator
        rect = QRectF(style.subElementRect(part, option, option.widget))
        ticked = option.checkState == Qt.CheckState.Checked
        color = theme().color
        paint.box(
            painter,
            rect,
            3,
            color("accent" if ticked else "surface"),
            color("accent" if ticked else "line_strong"),
        )
        if ticked:
            paint_icon(painter, "check", rect.adjusted(1, 1, -1, -1), color("on_accent"))


class _People(QListWidget):
    """Comes into sight whole with the focus: what scrolls around it would show the current row only."""

    def focusInEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Scroll the form to the whole list."""
        super().focusInEvent(event)
        around = self.parentWidget()
        while around is not None and not isinstance(around, QScrollArea):
            around = around.parentWidget()
        content = around.widget() if around is not None else None
        if around is not None and content is not None:
            foot = self.mapTo(content, self.rect().bottomLeft())
            around.ensureVisible(foot.x(), foot.y(), 0, 24)


class PeopleChoice(QWidget):
    """Keeps the order in which people were ticked: it is the rank of hosts. *what* is the part of the texts: hosts, invited."""

    def __init__(self, what: str = "hosts") -> None:
        super().__init__()
        self._what = what
        self._chosen: list[bytes] = []
        self._colleagues: tuple[Colleague, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.search = Field(say(f"plan.{what}.search"), say("plan.hosts.hint"))
        self.search.textChanged.connect(self._filter)
        column.addWidget(self.search)
        self.list = _People()
        self.list.setProperty("card", "plain")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(_Ticks(self.list))
        self.list.setStyleSheet("QListWidget::item {padding:4px 8px}")
        self.list.itemChanged.connect(self._ticked)
        Named(self.list, say(f"plan.{what}"))
        column.addWidget(self.list)
        self._none = Label(say("plan.hosts.none"), "small", "text_2", wrap=True)
        self._none.hide()
        column.addWidget(self._none)
        self._told = Label("", "small", "text_2", wrap=True)
        column.addWidget(self._told)
        self._tell()

    @property
    def chosen(self) -> tuple[bytes, ...]:
        """User ids in order of rank, without who works here."""
        return tuple(self._chosen)

    def offer(self, colleagues: Sequence[Colleague]) -> None:
        """Show whom the directory knows; who is ticked already stays so."""
        self._colleagues = tuple(colleagues)
        self._draw()

    def choose(self, users: Sequence[bytes]) -> None:
        """Tick *users* and no others."""
        self._chosen = list(users)
        self._draw()

    def _draw(self) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for one in sorted(self._colleagues, key=lambda one: one.user not in self._chosen):
            self.list.addItem(self._item(one))
        self.list.blockSignals(False)
        row = max(self.list.sizeHintForRow(0), theme().scaled(28))
        self.list.setFixedHeight(row * max(1, min(ROWS, len(self._colleagues))) + 4)
        self.list.setVisible(bool(self._colleagues))
        self.search.setVisible(len(self._colleagues) > ROWS)
        self._filter(self.search.text())
        self._tell()

    def _item(self, one: Colleague) -> QListWidgetItem:
        about = (one.name, one.specialty, tr(f"trust.{one.level}"))
        item = QListWidgetItem(" · ".join(part for part in about if part))
        item.setData(_USER, one.user)
        ticked = one.user in self._chosen
        item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        if one.level == "changed" and not ticked:
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            item.setToolTip(tr(f"plan.{self._what}.changed"))
        return item

    def _filter(self, text: str) -> None:
        wanted, found = plain(text.strip()), False
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item is not None:
                item.setHidden(wanted not in plain(item.text()))
                found = found or not item.isHidden()
        self._none.setVisible(bool(self._colleagues) and not found)

    def _ticked(self, item: QListWidgetItem) -> None:
        user = item.data(_USER)
        if user in self._chosen:
            self._chosen.remove(user)
        if item.checkState() == Qt.CheckState.Checked:
            self._chosen.append(user)
        self._tell()

    def _tell(self) -> None:
        names = {one.user: one.name for one in self._colleagues}
        known = [names[user] for user in self._chosen if user in names]
        if known:
            first = [tr("plan.hosts.you")] if self._what == "hosts" else []
            self._told.say(say(f"plan.{self._what}.chosen", names=fmt_list([*first, *known])))
        else:
            self._told.say(say(f"plan.{self._what}.{'alone' if self._colleagues else 'nobody'}"))

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Say the trust again in the new language."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.LanguageChange:
            self._draw()
