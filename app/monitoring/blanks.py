"""What stands in the place of the rows where there are none: each with a sentence and a way on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.ui.buttons import Button
from app.ui.panes import EmptyState
from app.ui.states import Loading
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS, LOADING, DONE, EMPTY, NOT_FOUND, NOBODY, CLOSED, FAILED = range(8)
"""The pages of the list: its rows, then `blanks` in their order."""


def blanks(
    widen: Callable[[], object], again: Callable[[], object], closed: Callable[[], object]
) -> tuple[QWidget, ...]:
    """Return the pages from `LOADING` on; *widen* shows the list whole, *again* reads it anew, *closed* shows what was closed."""
    over = Button(say("looks.closed"))
    over.clicked.connect(closed)
    whole = Button(say("monitoring.show_all"))
    whole.clicked.connect(widen)
    anew = Button(say("monitoring.again"), icon="refresh")
    anew.clicked.connect(again)
    none_found = say("monitoring.none_found"), say("monitoring.none_found.detail")
    failed = say("monitoring.failed"), say("monitoring.failed.detail")
    return (
        _loading(),
        *(
            EmptyState("circle-check", say(title), say("monitoring.done.detail"), tone="ok", actions=ways)
            for title, ways in (("monitoring.done.todo", (over,)), ("monitoring.done", ()))
        ),
        EmptyState("search", *none_found, actions=(whole,)),
        EmptyState("activity-heartbeat", say("monitoring.nobody"), say("monitoring.nobody.detail")),
        EmptyState("lock", say("monitoring.closed"), say("monitoring.closed.detail")),
        EmptyState("alert-circle", *failed, tone="danger", actions=(anew,)),
    )


def _loading() -> QWidget:
    holder = QWidget()
    inner = QVBoxLayout(holder)
    inner.setContentsMargins(14, 16, 14, 16)
    inner.addWidget(Loading(say("monitoring.loading")))
    return holder
