"""The rows of the settings: a section's name, one setting, one part of the program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QEvent, QRectF, QSize, Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.config import BadValue
from app.settings.values import is_text, meant, offered, typed, value_words
from app.ui import paint
from app.ui.buttons import Press, Switch
from app.ui.choices import Select
from app.ui.icons import paint_icon
from app.ui.marks import Chip
from app.ui.panes import Field, ground, rule
from app.ui.text import Label, Named
from app.ui.theme import theme
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QPaintEvent

    from app.config import Setting
    from app.feature import Tell
    from app.settings.about import Part
    from app.settings.service import Settings
    from app.ui.words import Words

CONTROL, TYPED = 210, 300
"""Widths of what is chosen and of what is typed."""


class SectionButton(Press):
    """An entry of the list at the left."""

    radius = 8.0

    def __init__(self, key: str, icon: str) -> None:
        self.key, self._icon = key, icon
        super().__init__(say(f"settings.{key}"))
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """One row."""
        width = paint.text_width(self.name, theme().font("body_strong"))
        return QSize(int(width) + 52, theme().scaled(36))

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint icon and name; the chosen one on its ground."""
        painter = paint.painter_for(self)
        color = theme().color
        on = self.isChecked()
        if on or self.underMouse():
            paint.box(painter, QRectF(self.rect()), 6, color("selected" if on else "hover"))
        ink = color("accent_text" if on else "text_2")
        paint_icon(painter, self._icon, QRectF(12, self.height() / 2 - 10, 20, 20), ink)
        font = theme().font("body_strong" if on else "body")
        paint.text(painter, QRectF(42, 0, self.width() - 50, self.height()), self.name, font, ink)


class SettingRow(QFrame):
    """One setting: what it is called, what it means, its control; forced by IT: sunken, with value and reason.

    A forced row takes the focus itself, so that its value and reason are read out.
    """

    radius = 4.0

    def __init__(self, setting: Setting[Any], settings: Settings, tell: Tell) -> None:
        super().__init__()
        self.setting, self._settings, self._tell = setting, settings, tell
        self.forced = settings.config.forced(setting)
        self._reason = settings.config.reason(setting) if self.forced else ""
        ground(self, "sunken" if self.forced else "surface")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 16, 10)
        row.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Label(say(f"setting.{setting.key}"), "body_strong"))
        detail = self._reason or say(f"setting.{setting.key}.detail")
        words.addWidget(Label(detail, "small", "text_2", wrap=True))
        self._wrong = Label(say("settings.wrong"), "small", "danger", wrap=True)
        self._wrong.hide()
        words.addWidget(self._wrong)
        row.addLayout(words, 1)
        self.control = self._make_control()
        self.control.setEnabled(not self.forced)
        if self.forced:
            row.addWidget(Chip(say("settings.by_it"), "lock"))
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row.addWidget(self.control)
        self._speak()

    def _make_control(self) -> QWidget:
        value, name = self._settings.config.get(self.setting), say(f"setting.{self.setting.key}")
        if isinstance(value, bool):
            switch = Switch(name)
            switch.setChecked(value)
            switch.clicked.connect(self._choose)
            return switch
        if is_text(self.setting):
            return self._make_field(name, value)
        select = Select(locked=self.forced)
        Named(select, name)
        select.setFixedWidth(theme().scaled(CONTROL))
        select.offer([(str(one), words) for one, words in offered(self.setting, value)], str(value))
        select.activated.connect(self._picked)
        return select

    def _make_field(self, name: Words, value: Any) -> Field:
        field = Field(name, say("settings.empty"))
        field.setFixedWidth(theme().scaled(TYPED))
        field.setText(typed(value))
        field.setCursorPosition(0)
        field.editingFinished.connect(self._typed)
        field.textEdited.connect(self._retyped)
        return field

    def _typed(self) -> None:
        """Take what was typed once the field is left, or ↵ was pressed; what does not fit is marked and not taken."""
        assert isinstance(self.control, Field)
        self._choose(meant(self.setting, self.control.text()))

    def _retyped(self, _text: str) -> None:
        self._mark_wrong(False)

    def _mark_wrong(self, wrong: bool) -> None:
        assert isinstance(self.control, Field)
        self.control.set_wrong(wrong)
        self._wrong.setVisible(wrong)
        self.control.setAccessibleDescription(self._wrong.text() if wrong else "")

    def _picked(self) -> None:
        assert isinstance(self.control, Select)
        text = self.control.currentData()
        self._choose(int(text) if isinstance(self.setting.default, int) else text)

    def _choose(self, value: object) -> None:
        try:
            undo = self._settings.choose_undoably(self.setting, value)
        except BadValue:
            if isinstance(self.control, Field):
                self._mark_wrong(True)
            return
        self.show_value()
        if undo is not None:
            self._tell(say("settings.changed", name=say(f"setting.{self.setting.key}")), undo)

    def show_value(self) -> None:
        """Show the value that holds now: a command or a way back may have changed it."""
        value = self._settings.config.get(self.setting)
        if isinstance(self.control, Switch):
            self.control.setChecked(value)
        elif isinstance(self.control, Field):
            self.control.setText(typed(value))
            self._mark_wrong(False)
        elif isinstance(self.control, Select):
            words = [(str(one), words) for one, words in offered(self.setting, value)]
            self.control.offer(words, str(value))

    def focus(self) -> None:
        """Give the focus to what can take it: the control, or the locked row."""
        target = self if self.forced else self.control
        target.setFocus(Qt.FocusReason.TabFocusReason)

    def _speak(self) -> None:
        if not self.forced:
            return
        value = value_words(self.setting, self._settings.config.get(self.setting))
        name = say(f"setting.{self.setting.key}")
        self.setAccessibleName(str(say("settings.locked_row", name=name, value=value)))
        self.setAccessibleDescription(self._reason or str(say(f"setting.{self.setting.key}.detail")))

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Follow the language and the text size."""
        super().changeEvent(event)
        kind = event.type() if event is not None and hasattr(self, "control") else None
        if kind == QEvent.Type.LanguageChange:
            self._speak()
        elif kind == QEvent.Type.StyleChange and isinstance(self.control, Select | Field):
            self.control.setFixedWidth(theme().scaled(CONTROL if isinstance(self.control, Select) else TYPED))


class PartRow(QFrame):
    """One part of the program: name, what it does here, version, licence."""

    def __init__(self, part: Part) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 16, 10)
        row.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Label(part.name, "body_strong"))
        words.addWidget(Label(say(f"about.what.{part.what}"), "small", "text_2", wrap=True))
        row.addLayout(words, 1)
        row.addWidget(Label(part.version or say("about.absent"), "mono", "text_2"))
        holder = QWidget()
        holder.setFixedWidth(theme().scaled(220))
        licence = QHBoxLayout(holder)
        licence.setContentsMargins(0, 0, 0, 0)
        licence.addWidget(Chip(part.licence))
        licence.addStretch(1)
        row.addWidget(holder)


def card(rows: Sequence[QWidget]) -> QWidget:
    """Return *rows* in one card, a hairline between them."""
    holder = QFrame()
    holder.setProperty("card", "plain")
    column = QVBoxLayout(holder)
    column.setContentsMargins(1, 1, 1, 1)
    column.setSpacing(0)
    for place, row in enumerate(rows):
        if place:
            column.addWidget(rule())
        column.addWidget(row)
    return holder
