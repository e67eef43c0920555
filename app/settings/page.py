"""The section Réglages: devices first, then what `app.config` declares; what IT forces stays readable with its reason."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QButtonGroup, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app import config as c
from app.commands import Command
from app.config import BadValue
from app.feature import Page
from app.intents import OpenSettings
from app.settings.about import parts
from app.settings.found import matching
from app.settings.rows import PartRow, SectionButton, SettingRow, card
from app.settings.sections import SECTIONS
from app.ui.buttons import Button, Press, one_stop
from app.ui.deck import Deck, wear
from app.ui.panes import Banner, EmptyState, SearchField, clear, ground, rule, scrolled
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import Words, say, says

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from PyQt6.QtGui import QFocusEvent

    from app.config import Setting
    from app.feature import Desk
    from app.intents import Intent
    from app.settings.service import Settings

SIDE, MOST = 228, 1040


class SettingsPage(Page):
    """A list of sections at the left, the section or what the search found in the middle."""

    def __init__(
        self,
        desk: Desk,
        settings: Settings,
        make_devices: Callable[[Desk, Callable[[str, str], None]], QWidget],
        above: Mapping[str, Callable[[Desk], QWidget]],
    ) -> None:
        super().__init__()
        self._settings, self._tell = settings, desk.tell
        self._section_key = SECTIONS[0][0]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._side, self._middle = self._list(), QWidget()
        self._rule = rule("v")
        row.addWidget(self._side)
        row.addWidget(self._rule)
        middle = QVBoxLayout(self._middle)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        self._told = QWidget()
        self._problems = QVBoxLayout(self._told)
        self._problems.setContentsMargins(0, 0, 0, 0)
        middle.addWidget(self._told)
        self._stack = Deck()
        middle.addWidget(self._stack, 1)
        row.addWidget(self._middle, 1)
        self._makers: dict[str, Callable[[], QWidget]] = {
            "devices": partial(make_devices, desk, self._choose_device),
            "about": self._parts,
        }
        self._above = {key: partial(make, desk) for key, make in above.items()}
        self._made: dict[str, QWidget] = {}
        self._found = QVBoxLayout()
        self._search_result = _holder(self._found)
        self._stack.addWidget(self._search_result)
        desk.bridge.watch(self, settings.config.changed, self._show_values)
        find = QShortcut(QKeySequence("Ctrl+F"), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self._to_search)
        self._show_problems()
        self.choose(self._section_key)

    def _list(self) -> QWidget:
        side = QWidget()
        ground(side, "surface")
        column = QVBoxLayout(side)
        column.setContentsMargins(12, 14, 12, 16)
        column.setSpacing(2)
        self.search = SearchField(say("settings.search"), say("settings.search"))
        self.search.setMinimumWidth(theme().scaled(SIDE) - 24)
        self.search.textChanged.connect(self._search)
        column.addWidget(self.search)
        column.addSpacing(8)
        self._group = QButtonGroup(self)
        self._buttons = {}
        for key, icon, _of in SECTIONS:
            button = SectionButton(key, icon)
            self._group.addButton(button)
            self._buttons[key] = button
            column.addWidget(button)
        self._group.buttonClicked.connect(self._clicked)
        one_stop(self._group)
        column.addStretch(1)
        policy = self._settings.config.policy.name
        words = say("settings.policy", name=policy) if policy else say("settings.no_policy")
        column.addWidget(Label(words, "caption", "text_3", wrap=True))
        return side

    def _section(self, key: str) -> QWidget:
        """Return a section, made when it is first shown."""
        if key not in self._made:
            self._made[key] = self._make_section(key)
            self._stack.addWidget(self._made[key])
        return self._made[key]

    def _make_section(self, key: str) -> QWidget:
        of = next(settings for section, _icon, settings in SECTIONS if section == key)
        column = QVBoxLayout()
        column.addWidget(Label(say(f"settings.{key}"), "title"))
        column.addWidget(Label(say(f"settings.{key}.detail"), "body", "text_2", wrap=True))
        forced = sum(self._settings.config.forced(setting) for setting in of)
        if forced:
            column.addWidget(Banner("info", says("settings.forced", forced), icon="building-hospital"))
        if key in self._above:
            column.addWidget(self._above[key]())
        column.addWidget(self._makers[key]() if key in self._makers else self._rows(of))
        column.addStretch(1)
        return _holder(column)

    def ahead(self) -> Iterator[object]:
        """Make and dress the sections that nobody opened yet."""
        for key, _icon, _of in SECTIONS:
            section = self._section(key)
            yield section
            wear(section)
            yield section

    def wear(self) -> None:
        """Let the list and the section in sight wear today's look."""
        for part in (self._side, self._rule, self._told):
            wear(part)
        self._stack.wear()

    def _rows(self, of: Sequence[Setting[Any]]) -> QWidget:
        return card([SettingRow(setting, self._settings, self._tell) for setting in of])

    def _parts(self) -> QWidget:
        return card([PartRow(part) for part in parts()])

    def _show_values(self, _key: str) -> None:
        for row in self.findChildren(SettingRow):
            row.show_value()

    # --- what could not be read ---------------------------------------------------------------------------

    def _show_problems(self) -> None:
        """Tell what was passed over: what is the user's goes back to defaults, what is IT's is theirs to mend."""
        clear(self._problems)
        own, policy = self._settings.unread()
        if own:
            button = Button(say("settings.problem.mend"), size="s")
            button.clicked.connect(self._mend)
            names = ", ".join(own)
            banner = Banner(
                "warn",
                says("settings.problem", len(own)),
                say("settings.problem.detail", names=names),
                actions=(button,),
            )
            self._problems.addWidget(_padded(banner))
        if policy:
            words = says("settings.problem.policy", policy), say("settings.problem.policy.detail")
            self._problems.addWidget(_padded(Banner("warn", *words)))

    def _mend(self) -> None:
        self._settings.mend()
        self._show_problems()
        self._tell(say("settings.problem.mended"))
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- search -------------------------------------------------------------------------------------------

    def _to_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _search(self, query: str) -> None:
        """Show every setting that matches, locked ones too; the section of before where nothing is typed."""
        if not query.strip():
            self.choose(self._section_key)
            return
        self._mark_section(None)
        clear(self._found)
        found = matching(query, self._settings.config)
        if found:
            self._found.addWidget(Label(says("settings.found", len(found)), "title"))
            self._found.addWidget(self._rows(found))
        else:
            button = Button(say("settings.none_found.clear"))
            button.clicked.connect(self._forget_search)
            words = say("settings.none_found"), say("settings.none_found.detail")
            self._found.addWidget(EmptyState("search", *words, actions=(button,)))
        self._found.addWidget(QWidget(), 1)
        self._stack.setCurrentWidget(self._search_result)

    def _forget_search(self) -> None:
        self.search.clear()
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def _clicked(self, button: Press) -> None:
        if isinstance(button, SectionButton):
            self.choose(button.key)

    def choose(self, key: str) -> None:
        """Show a section."""
        if key in self._buttons:
            self._section_key = key
            self._mark_section(self._buttons[key])
            self.search.blockSignals(True)
            self.search.clear()
            self.search.blockSignals(False)
            self._stack.setCurrentWidget(self._section(key))

    def _mark_section(self, button: SectionButton | None) -> None:
        """Mark the section that is shown; none while a search shows rows of several."""
        self._group.setExclusive(False)
        for one in self._buttons.values():
            one.setChecked(one is button)
        self._group.setExclusive(True)

    def _show_row(self, key: str) -> None:
        shown = self._stack.currentWidget()
        row = next((r for r in self.findChildren(SettingRow) if r.setting.key == key and r.isVisible()), None)
        if row is not None and isinstance(shown, QScrollArea):
            row.focus()
            shown.ensureWidgetVisible(row)

    def _choose_device(self, kind: str, device: str) -> None:
        setting = {"camera": c.CAMERA, "microphone": c.MICROPHONE, "speaker": c.SPEAKER}[kind]
        try:
            self._settings.choose(setting, device)
        except BadValue:
            return

    def take(self, intent: Intent) -> None:
        """Show the section that was asked for, and the setting there."""
        if isinstance(intent, OpenSettings) and intent.section:
            self.choose(intent.section)
            self._show_row(intent.setting)

    def commands(self) -> Sequence[Command]:
        """Return what palette and help offer here."""
        return (Command("settings.find", say("settings.search"), self._to_search, "Ctrl+F", "search"),)

    def pane_order(self) -> Sequence[QWidget]:
        """Return the sections, then the rows, in the order of F6."""
        return self._side, self._middle

    def title(self) -> Words:
        """Return the section's name."""
        return say("settings.title")

    def focusInEvent(self, _event: QFocusEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Hand the focus to the search box."""
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)


def _holder(column: QVBoxLayout) -> QScrollArea:
    """Return *column* in an area that scrolls, never wider than is good to read."""
    page = QWidget()
    page.setLayout(column)
    column.setContentsMargins(28, 16, 28, 28)
    column.setSpacing(12)
    page.setMaximumWidth(MOST)
    holder = QWidget()
    outer = QHBoxLayout(holder)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(page, 1000)
    outer.addStretch(1)
    return scrolled(holder)


def _padded(banner: Banner) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(28, 14, 28, 0)
    row.addWidget(banner)
    return holder
