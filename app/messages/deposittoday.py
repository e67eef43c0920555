"""What deposits show on Today: the receipt of one that was collected, and those that somebody should look at. No Qt."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.board import Act, Board, Card, Rank
from app.i18n import isolated
from app.intents import OpenDeposits
from app.messages import looks
from app.ui.words import say
from media.events import Event
from storage.messages.deposits import OPEN, DepositState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.board import Reading
    from app.feature import Desk
    from app.messages.deposits import Deposits
    from app.ui.words import Words
    from storage.messages.deposits import Deposit

DAY_MS = 86_400_000
_TOLD = {DepositState.COLLECTED: "collected", DepositState.SHUT: "shut", DepositState.LOST: "lost"}
_LOOKS = {
    "collected": ("circle-check", "accent"),
    "shut": ("alert-triangle", "danger"),
    "lost": ("alert-triangle", "warn"),
    "wrong": ("alert-triangle", "warn"),
}


class DepositsSource:
    """A receipt for a day, trouble for a week."""

    id = "deposits"
    place = 2

    def __init__(self, desk: Desk, deposits: Deposits) -> None:
        self._desk, self._deposits = desk, deposits
        self.title: Words = say("deposit.section")
        self.changed: Event[None] = Event()
        deposits.changed.subscribe(self.changed.fire)

    async def read(self) -> Reading:
        """Read the list; raises what the service raised."""
        return partial(self._board, await self._deposits.all())

    def _board(self, deposits: Sequence[Deposit], now_ms: int) -> Board:
        return Board(tuple(self._card(one, now_ms) for one in deposits if kind(one, now_ms)))

    def _card(self, one: Deposit, now_ms: int) -> Card:
        told = kind(one, now_ms)
        icon, tone = _LOOKS[told]
        name = isolated(one.label or one.name)
        return Card(
            id=f"deposit {told} {one.deposit.hex()} {one.wrong}",
            rank=Rank.MESSAGE,
            head=say(f"today.deposit.{told}"),
            title=one.label or one.name,
            detail=say(
                f"today.deposit.{told}.detail", when=looks.moment(one.collected_ms or one.made_ms, now_ms)
            ),
            act=Act(
                say("today.deposit.open"),
                partial(self._desk.open, OpenDeposits()),
                "upload",
                say("today.deposit.open.spoken", name=name),
            ),
            icon=icon,
            tone=tone,
            can_wait=True,
        )


def kind(one: Deposit, now_ms: int) -> str:
    """Tell what Today says of a deposit: collected, shut, lost, wrong (codes were tried), or nothing."""
    told = _TOLD.get(one.state, "wrong" if one.wrong and one.state in OPEN else "")
    since_ms = one.collected_ms if told == "collected" else one.made_ms
    return told if now_ms - since_ms < (DAY_MS if told == "collected" else 7 * DAY_MS) else ""
