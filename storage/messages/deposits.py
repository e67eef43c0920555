"""Documents left for people without Consilium: to whom, until when, what became of each (docs/protocol.md §14)."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from storage.messages.records import PatientLink

if TYPE_CHECKING:
    from collections.abc import Iterable
    from sqlite3 import Connection

KEPT_MS = 90 * 86_400_000
"""How long the list tells of one that is over."""


class DepositState(StrEnum):
    """What became of a deposit. After the first two nothing lies at the relay."""

    SENDING = "sending"
    THERE = "there"
    COLLECTED = "collected"
    SHUT = "shut"
    """Too many wrong codes."""
    EXPIRED = "expired"
    TAKEN_BACK = "taken-back"
    LOST = "lost"
    """Never whole at the relay, or no longer known there."""


OPEN = frozenset((DepositState.SENDING, DepositState.THERE))


@dataclass(frozen=True)
class Deposit:
    """One deposit. `label` says for whom, in the sender's words; the last three secrets are empty once it is over."""

    deposit: bytes
    label: str = field(repr=False)
    name: str = field(repr=False)
    size: int
    made_ms: int
    expires_ms: int
    single: bool
    host: str
    port: int
    owner_seed: bytes = field(repr=False)
    link_key: bytes = field(repr=False)
    code: str = field(repr=False)
    state: DepositState = DepositState.SENDING
    wrong: int = 0
    opened_ms: int = 0
    collected_ms: int = 0
    authority: str = ""
    ipp: str = field(default="", repr=False)
    patient: str = field(default="", repr=False)

    @property
    def about(self) -> PatientLink | None:
        """The patient whom it is about; the relay is not told."""
        return PatientLink(self.authority, self.ipp, self.patient) if self.ipp else None

    @property
    def shelf(self) -> str:
        """Under which name its sealed file lies on the shelf until it is at the relay."""
        return self.deposit.hex()


_NAMES = tuple(one.name for one in fields(Deposit))
_COLUMNS = ", ".join(_NAMES)


class Deposits:
    """Queries over deposits, on the connection of one transaction."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, new: Deposit) -> None:
        """Keep a deposit that is about to be sent."""
        marks = ", ".join("?" * len(_NAMES))
        values = [getattr(new, name) for name in _NAMES]
        self._db.execute(f"INSERT INTO deposit ({_COLUMNS}) VALUES ({marks})", values)  # noqa: S608 -- constants

    def all(self) -> tuple[Deposit, ...]:
        """Return all, the newest first."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM deposit ORDER BY made_ms DESC, id DESC")  # noqa: S608 -- constants
        return tuple(map(_deposit, rows))

    def about(self, numbers: Iterable[tuple[str, str]]) -> tuple[Deposit, ...]:
        """Return those about who has one of *numbers* (authority, IPP), the newest first."""
        known = [number for number in numbers if number[1]]
        if not known:
            return ()
        marks = ", ".join(["(?, ?)"] * len(known))
        sql = f"SELECT {_COLUMNS} FROM deposit WHERE ipp <> '' AND (authority, ipp) IN (VALUES {marks}) ORDER BY made_ms DESC"  # noqa: S608 -- question marks
        return tuple(map(_deposit, self._db.execute(sql, [part for number in known for part in number])))

    def on_shelf(self) -> frozenset[str]:
        """Return the names of the sealed files that are still to be sent."""
        sql = "SELECT deposit FROM deposit WHERE state = ?"
        return frozenset(deposit.hex() for (deposit,) in self._db.execute(sql, (str(DepositState.SENDING),)))

    def stands(
        self, deposit: bytes, state: DepositState, wrong: int = 0, opened_ms: int = 0, collected_ms: int = 0
    ) -> None:
        """Write how a deposit stands; what is over keeps none of its secrets, and never begins again."""
        sql = "UPDATE deposit SET state = ?, wrong = max(wrong, ?), opened_ms = ?, collected_ms = ? WHERE deposit = ? AND state IN (?, ?)"
        self._db.execute(sql, (str(state), wrong, opened_ms, collected_ms, deposit, *map(str, sorted(OPEN))))
        if state not in OPEN:
            empty = "UPDATE deposit SET owner_seed = x'', link_key = x'', code = '' WHERE deposit = ?"
            self._db.execute(empty, (deposit,))

    def forget(self, deposit: bytes) -> None:
        """Delete one that is over from the list."""
        self._db.execute("DELETE FROM deposit WHERE deposit = ?", (deposit,))

    def sweep(self, now_ms: int) -> None:
        """Delete what has been over for long."""
        marks = ", ".join("?" * len(OPEN))
        sql = f"DELETE FROM deposit WHERE state NOT IN ({marks}) AND expires_ms + ? < ?"  # noqa: S608 -- question marks
        self._db.execute(sql, (*map(str, OPEN), KEPT_MS, now_ms))


def _deposit(row: tuple[Any, ...]) -> Deposit:
    told = dict(zip(_NAMES, row, strict=True))
    return Deposit(**told | {"single": bool(told["single"]), "state": DepositState(told["state"])})
