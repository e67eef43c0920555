"""Two ways on from an alert: a colleague's advice, the next RCP. What is sent or kept is noted in the trace, not before."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPoint
from PyQt6.QtWidgets import QHBoxLayout

from app.i18n import tr
from app.intents import OpenDate, OpenSection, WriteMessage
from app.monitoring import referring
from app.monitoring.panel import Below
from app.monitoring.refusals import refusal
from app.ui.buttons import Button
from app.ui.flow import Flow
from app.ui.menus import entry, menu_of
from app.ui.words import say

if TYPE_CHECKING:
    from app.feature import Desk
    from app.monitoring.people import People
    from app.monitoring.ports import Monitoring, Sheet
    from app.monitoring.referring import Between, Date
    from app.ui.words import Words


class Asking(Below):
    """Below the actions of the panel; *between* asks the agenda for the dates from one second to another."""

    def __init__(
        self,
        desk: Desk,
        monitoring: Monitoring,
        people: People,
        between: Between,
    ) -> None:
        super().__init__()
        self._desk, self._monitoring, self._people, self._between = desk, monitoring, people, between
        self._sheet: Sheet | None = None
        self.advice = Button(say("refer.advice"), "ghost", "s", "message-2")
        self.meeting = Button(say("refer.rcp"), "ghost", "s", "calendar-plus")
        self.advice.clicked.connect(self.ask_advice)
        self.meeting.clicked.connect(self.unfold)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        flow = Flow(4, 2)
        flow.fill((self.advice, self.meeting))
        row.addWidget(flow)

    def show_sheet(self, sheet: Sheet | None, *, writable: bool) -> None:
        """Ask about this alert; nothing is asked where nothing could be noted."""
        self._sheet = sheet
        for button in (self.advice, self.meeting):
            button.setEnabled(sheet is not None and writable)

    def able(self) -> bool:
        """Tell whether somebody can be asked now: an alert is in sight, and no form of it."""
        return self.isVisible() and self.advice.isEnabled()

    # --- advice -------------------------------------------------------------------------------------------

    def ask_advice(self) -> None:
        """Begin a message about the patient; to whom is chosen there, the text can be changed."""
        sheet = self._sheet
        if sheet is not None:
            noted = partial(self._asked, sheet.item.alert)
            self._desk.open(
                WriteMessage(
                    patient=referring.link(sheet.item),
                    text=referring.question(sheet, self._monitoring.table()),
                    sent=noted,
                )
            )

    def _asked(self, alert: bytes, conv: bytes, users: tuple[bytes, ...]) -> None:
        self._note(alert, referring.asked(self._people, users), conv)

    # --- the next RCP -------------------------------------------------------------------------------------

    def unfold(self) -> None:
        """Offer the next dates of the agenda."""
        menu = menu_of(self)
        for date in referring.next_dates(self._between, self._desk.now_ms() // 1000):
            words = tr("refer.rcp.date", rcp=date.meeting.title, at=referring.when(date))
            entry(menu, words, "users-group", partial(self.propose, date))
        if menu.isEmpty():
            entry(
                menu, tr("refer.rcp.none"), "calendar-plus", partial(self._desk.open, OpenSection("meeting"))
            )
        menu.popup(self.meeting.mapToGlobal(QPoint(0, self.meeting.height())))
        menu.setActiveAction(menu.actions()[0])

    def propose(self, date: Date) -> None:
        """Keep the patient for an own RCP, or write to who called it."""
        sheet = self._sheet
        if sheet is None:
            return
        alert = sheet.item.alert
        if date.meeting.own:
            self._note(alert, referring.proposed(date, self._people))
            self._desk.open(OpenDate(date.meeting.tag, date.starts_s))
            return
        text = referring.proposal(sheet, date, self._monitoring.table())
        noted = partial(self._proposed, alert, date)
        self._desk.open(WriteMessage(date.meeting.organiser, referring.link(sheet.item), text, noted))

    def _proposed(self, alert: bytes, date: Date, conv: bytes, users: tuple[bytes, ...]) -> None:
        self._note(alert, referring.proposed(date, self._people, users), conv)

    # --- the trace ----------------------------------------------------------------------------------------

    def _note(self, alert: bytes, text: str, conv: bytes = b"") -> None:
        """Note what happened; the bridge owns it: the page may be gone by then."""
        bridge, tell = self._desk.bridge, self._desk.tell
        work = self._monitoring.note(alert, text, conv)
        bridge.start(
            bridge, work, lambda _record: tell(say("refer.noted")), lambda error: tell(_not_noted(error))
        )


def _not_noted(error: Exception) -> Words:
    return say("refer.not_noted", why=refusal(error))
