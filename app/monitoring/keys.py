"""The keys of the section and what palette and help offer in it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence, QShortcut

from app.commands import Command
from app.config import SINGLE_KEYS
from app.monitoring.verbs import VERBS
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.config import Config
    from app.monitoring.page import MonitoringPage

    Act = tuple[str, Callable[[], object], str, str, Callable[[], bool]]


def _acts(page: MonitoringPage) -> tuple[Act, ...]:
    """Text id, what it does, key, icon, whether it can be done now."""
    queue = page.queue
    verbs = tuple(
        (
            f"alertacts.verb.{one.key}",
            partial(page.act, one.key),
            one.letter,
            one.icon,
            partial(page.able, one.key),
        )
        for one in VERBS.values()
    )
    return (
        ("monitoring.act.next", partial(queue.step, 1), "J", "chevron-down", queue.usable),
        ("monitoring.act.previous", partial(queue.step, -1), "K", "chevron-down", queue.usable),
        *verbs,
        ("monitoring.act.newer", queue.take_waiting, "N", "refresh", queue.waits),
        ("monitoring.act.find", queue.to_search, "Ctrl+F", "search", _always),
        ("refer.advice", page.asking.ask_advice, "", "message-2", page.asking.able),
        ("refer.rcp", page.asking.unfold, "", "calendar-plus", page.asking.able),
        ("monitoring.act.hand_all", page.handing.offer, "", "arrows-left-right", page.handing.able),
        ("monitoring.act.rules", page.show_rules, "", "clipboard-check", _always),
        ("monitoringout.pane.open", page.show_export, "", "download", _always),
    )


def commands(page: MonitoringPage) -> Sequence[Command]:
    """Return what palette and help offer here."""
    made = [
        Command(f"monitoring.{words}", say(words), run, keys, icon, able)
        for words, run, keys, icon, able in _acts(page)
    ]
    return (*made, *page.centre.commands())


def bind(page: MonitoringPage, config: Config) -> Callable[[], None]:
    """Bind the keys of the section; return what lets single letters act or not, as the settings say (WCAG 2.1.4)."""
    letters = []
    for _words, run, keys, _icon, able in _acts(page):
        if not keys:
            continue
        shortcut = QShortcut(QKeySequence(keys), page)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        if len(keys) == 1:
            letters.append(shortcut)
            shortcut.activated.connect(partial(_press, page, run, able))
        else:
            shortcut.activated.connect(partial(_do, page, run, able))

    def allow() -> None:
        for shortcut in letters:
            shortcut.setEnabled(config.get(SINGLE_KEYS))

    allow()
    return allow


def _press(page: MonitoringPage, run: Callable[[], object], able: Callable[[], bool]) -> None:
    """Do it, unless somebody fills in a form: who believes to be in its field must not begin another act."""
    if not page.panel.filled_in():
        _do(page, run, able)


def _do(page: MonitoringPage, run: Callable[[], object], able: Callable[[], bool]) -> None:
    if not page.ruling and able():
        run()


def _always() -> bool:
    return True
