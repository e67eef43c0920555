"""The section Réglages: devices first, then what `app.config` declares; what IT forces stays readable with its reason."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QRectF, QSize
from PyQt6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app import config as c
from app.config import BadValue
from app.feature import Page
from app.i18n import fmt_number
from app.intents import OpenSettings
from app.settings.about import parts
from app.settings.sections import SECTIONS
from app.ui import paint
from app.ui.buttons import Press, Switch
from app.ui.choices import Select
from app.ui.icons import paint_icon
from app.ui.marks import Chip
from app.ui.panes import ground, rule, scrolled
from app.ui.text import Label, Named
from app.ui.theme import theme
from app.ui.words import Words, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtGui import QPaintEvent

    from app.config import Setting
    from app.feature import Desk, Tell
    from app.intents import Intent
    from app.settings.about import Part
    from app.settings.service import Settings

KBPS = (0, 300, 600, 1000, 2000, 4000, 8000)
MINUTES = (1, 2, 5, 10, 15, 30, 60)
SIZES = (100, 115, 130, 150)


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
        return QSize(160, theme().scaled(36))

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
    """One setting: what it is called, what it means, its control; forced by IT: sunken, with value and reason."""

    def __init__(self, setting: Setting[Any], settings: Settings, tell: Tell) -> None:
        super().__init__()
        self._setting, self._settings, self._tell = setting, settings, tell
        self._forced = settings.config.forced(setting)
        ground(self, "sunken" if self._forced else "surface")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 16, 10)
        row.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Label(say(f"setting.{setting.key}"), "body_strong"))
        reason = settings.config.reason(setting) if self._forced else ""
        words.addWidget(Label(reason or say(f"setting.{setting.key}.detail"), "small", "text_2", wrap=True))
        row.addLayout(words, 1)
        if self._forced:
            row.addWidget(Chip(say("settings.by_it"), "lock"))
        self.control = self._make_control()
        self.control.setEnabled(not self._forced)
        row.addWidget(self.control)

    def _make_control(self) -> QWidget:
        value, name = self._settings.config.get(self._setting), say(f"setting.{self._setting.key}")
        if isinstance(value, bool):
            switch = Switch(name)
            switch.setChecked(value)
            switch.clicked.connect(self._choose)
            return switch
        select = Select()
        Named(select, name)
        select.setFixedWidth(210)
        select.offer([(str(one), words) for one, words in _offered(self._setting, value)], str(value))
        select.activated.connect(self._picked)
        return select

    def _picked(self) -> None:
        assert isinstance(self.control, Select)
        text = self.control.currentData()
        self._choose(int(text) if isinstance(self._setting.default, int) else text)

    def _choose(self, value: object) -> None:
        try:
            undo = self._settings.choose_undoably(self._setting, value)
        except BadValue:
            return
        if undo is not None:
            self._tell(say("settings.changed", name=say(f"setting.{self._setting.key}")), undo)

    def show_value(self) -> None:
        """Show the value that holds now: a command or a way back may have changed it."""
        value = self._settings.config.get(self._setting)
        if isinstance(self.control, Switch):
            self.control.setChecked(value)
        elif isinstance(self.control, Select):
            self.control.setCurrentIndex(max(self.control.findData(str(value)), 0))


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


class SettingsPage(Page):
    """A list of sections at the left, the section in the middle."""

    def __init__(
        self,
        desk: Desk,
        settings: Settings,
        make_devices: Callable[[Desk, Callable[[str, str], None]], QWidget],
    ) -> None:
        super().__init__()
        self._settings, self._tell = settings, desk.tell
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._list())
        row.addWidget(rule("v"))
        self._stack = QStackedWidget()
        row.addWidget(self._stack, 1)
        makers: dict[str, Callable[[], QWidget]] = {
            "devices": partial(make_devices, desk, self._choose_device),
            "about": self._parts,
        }
        for key, _icon, of in SECTIONS:
            content = makers[key]() if key in makers else self._rows(of)
            self._stack.addWidget(self._section(key, content))
        desk.bridge.watch(self, settings.config.changed, self._show_values)
        self.choose("devices")

    def _list(self) -> QWidget:
        side = QWidget()
        ground(side, "surface")
        side.setFixedWidth(256)
        column = QVBoxLayout(side)
        column.setContentsMargins(12, 16, 12, 16)
        column.setSpacing(2)
        self._group = QButtonGroup(self)
        self._buttons = {}
        for key, icon, _of in SECTIONS:
            button = SectionButton(key, icon)
            self._group.addButton(button)
            self._buttons[key] = button
            column.addWidget(button)
        self._group.buttonClicked.connect(self._clicked)
        column.addStretch(1)
        policy = self._settings.config.policy.name
        column.addWidget(
            Label(
                say("settings.policy", name=policy) if policy else say("settings.no_policy"),
                "caption",
                "text_3",
                wrap=True,
            )
        )
        return side

    def _section(self, key: str, content: QWidget) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(28, 16, 28, 28)
        column.setSpacing(12)
        column.addWidget(Label(say(f"settings.{key}"), "title"))
        column.addWidget(Label(say(f"settings.{key}.detail"), "body", "text_2", wrap=True))
        column.addWidget(content)
        column.addStretch(1)
        page.setMaximumWidth(1040)
        holder = QWidget()
        outer = QHBoxLayout(holder)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page, 1000)
        outer.addStretch(1)
        return scrolled(holder)

    def _rows(self, of: tuple[Setting[Any], ...]) -> QWidget:
        return _card([SettingRow(setting, self._settings, self._tell) for setting in of])

    def _parts(self) -> QWidget:
        return _card([PartRow(part) for part in parts()])

    def _show_values(self, _key: str) -> None:
        for row in self.findChildren(SettingRow):
            row.show_value()

    def _clicked(self, button: Press) -> None:
        if isinstance(button, SectionButton):
            self.choose(button.key)

    def choose(self, key: str) -> None:
        """Show a section."""
        keys = [section[0] for section in SECTIONS]
        if key in keys:
            self._buttons[key].setChecked(True)
            self._stack.setCurrentIndex(keys.index(key))

    def _choose_device(self, kind: str, device: str) -> None:
        setting = {"camera": c.CAMERA, "microphone": c.MICROPHONE, "speaker": c.SPEAKER}[kind]
        try:
            self._settings.choose(setting, device)
        except BadValue:
            return

    def take(self, intent: Intent) -> None:
        """Show the section that was asked for."""
        if isinstance(intent, OpenSettings) and intent.section:
            self.choose(intent.section)

    def title(self) -> Words:
        """Return the section's name."""
        return say("settings.title")


def _card(rows: list[QFrame]) -> QWidget:
    card = QFrame()
    card.setProperty("card", "plain")
    column = QVBoxLayout(card)
    column.setContentsMargins(1, 1, 1, 1)
    column.setSpacing(0)
    for place, row in enumerate(rows):
        if place:
            column.addWidget(rule())
        column.addWidget(row)
    return card


def _offered(setting: Setting[Any], value: Any) -> list[tuple[Any, Words]]:
    if setting.choices:
        return [(choice, say(f"setting.{setting.key}.{choice}")) for choice in setting.choices]
    numbers = {c.TEXT_SIZE.key: SIZES, c.IDLE_LOCK_MINUTES.key: MINUTES}.get(setting.key, KBPS)
    return [(number, _number(setting, number)) for number in sorted({*numbers, value})]


def _number(setting: Setting[Any], number: int) -> Words:
    if setting.key == c.TEXT_SIZE.key:
        return say("unit.percent", n=number)
    if setting.key == c.IDLE_LOCK_MINUTES.key:
        return say("unit.minutes", n=number)
    return say("unit.kbps", n=fmt_number(number)) if number else say("setting.ceiling.none")
