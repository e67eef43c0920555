"""What stands in a record (type 40) of kind `policy`: a whole version of a service's rules (docs/telemonitoring.md §7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, ClassVar, Self

from media.errors import ProtocolError
from media.keys import cbor
from media.mail import texts
from media.mail.bodies import ID, rows

KIND = "policy"
MAX_BYTES = 400_000
MAX_MEMBERS, MAX_ROWS, MAX_CLOSED = 64, 200, 400
MAX_MINUTES = 60 * 24 * 92
GRADES = 6
_LONG = 4_000
_FIELDS: tuple[cbor.Kind, ...] = (
    *(str, str, int, bytes, int),
    *(str, list, list, list),
    *(str, list, list, int),
    *(int, int, int, int),
    *(list, list, list),
)


class Part(IntEnum):
    """What a member is to the service."""

    NURSE = 1
    DOCTOR = 2
    COORDINATOR = 3


@dataclass(frozen=True)
class Delay:
    """How long an alert of one grade may wait: minutes of the clock, or of working time."""

    minutes: int
    working: bool = False


@dataclass(frozen=True)
class LocalRule:
    """A rule of the service (`app/monitoring/rules.py`), and whether it is on."""

    name: str
    expression: str
    on: bool = False


@dataclass(frozen=True)
class Protocol:
    """The service's text for a symptom ("" for any) from a grade on."""

    symptom: str
    grade: int
    text: str


@dataclass(frozen=True)
class Policy:
    """One version. `service`: the care unit's code; `number` from 1; `before`: record id of the version that it follows, b"" for the first.

    `order`: whom an escalation names, the first one first. `delays` by grade 0 to 5. `week`: Monday to Sunday, (from, to) in minutes.
    `closed`: YYYYMMDD. `pass_on`: minutes until an escalation goes to the next; `interval`: hours from one questionnaire to
    the next where the platform does not say when, 0 where none is awaited then; `silence`: hours after one was due; `late`: minutes after
    which several that are due make a silent platform red.
    """

    KIND: ClassVar = KIND
    service: str
    title: str
    number: int
    before: bytes = b""
    made_ms: int = 0
    note: str = ""
    members: tuple[tuple[bytes, Part], ...] = ()
    order: tuple[bytes, ...] = ()
    delays: tuple[Delay, ...] = (Delay(10_080), Delay(10_080), Delay(1_440), Delay(120), Delay(15), Delay(15))
    zone: str = "Europe/Paris"
    week: tuple[tuple[int, int], ...] = ((480, 1080),) * 5 + ((0, 0),) * 2
    closed: tuple[int, ...] = ()
    holidays: bool = True
    pass_on: int = 30
    interval: int = 168
    silence: int = 48
    late: int = 240
    rules: tuple[LocalRule, ...] = ()
    protocols: tuple[Protocol, ...] = field(default=(), repr=False)
    reasons: tuple[tuple[str, str], ...] = ()

    def encode(self) -> bytes:
        """Return the record's data; raises ProtocolError for what may not be sent."""
        self._check()
        return cbor.encode(
            [
                *("CSL1/policy", self.service, self.title, self.number, self.before, self.made_ms),
                *(self.note, [[user, int(part)] for user, part in self.members], list(self.order)),
                *([[one.minutes, int(one.working)] for one in self.delays], self.zone),
                *([list(one) for one in self.week], list(self.closed), int(self.holidays)),
                *(self.pass_on, self.interval, self.silence, self.late),
                [[one.name, one.expression, int(one.on)] for one in self.rules],
                [[one.symptom, one.grade, one.text] for one in self.protocols],
                [list(one) for one in self.reasons],
            ]
        )

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read the data of a record; raises ProtocolError."""
        told = cbor.record(data, "CSL1/policy", _FIELDS, max_bytes=MAX_BYTES)
        service, title, number, before, made_ms, note, members, order, delays, zone, week, *rest = told
        closed, holidays, pass_on, interval, silence, late, rules, protocols, reasons = rest
        cbor.check(order, [ID] * len(order))
        cbor.check(closed, [int] * len(closed))
        made = cls(
            *(service, title, number, before, made_ms, note, _members(members), tuple(order)),
            tuple(Delay(minutes, bool(working)) for minutes, working in rows(delays, GRADES, (int, int))),
            zone,
            tuple((first, last) for first, last in rows(week, 7, (int, int))),
            *(tuple(closed), bool(holidays), pass_on, interval, silence, late),
            tuple(
                LocalRule(name, text, bool(on)) for name, text, on in rows(rules, MAX_ROWS, (str, str, int))
            ),
            tuple(Protocol(*one) for one in rows(protocols, MAX_ROWS, (str, int, str))),
            tuple((code, text) for code, text in rows(reasons, MAX_ROWS, (str, str))),
        )
        if made.encode() != data:
            raise ProtocolError("a policy that is not in its one form")
        return made

    def _check(self) -> None:
        for line in (self.service, self.title, self.zone, *(one.name for one in self.rules)):
            texts.check_line(line)
        for code in (one.symptom for one in self.protocols):
            texts.check_line(code, empty=True)
        for line in (part for one in self.reasons for part in one):
            texts.check_line(line)
        for text in (
            self.note,
            *(one.text for one in self.protocols),
            *(one.expression for one in self.rules),
        ):
            if len(texts.check_text(text, empty=True)) > _LONG:
                raise ProtocolError("a policy's text is too long")
        counts = (
            (self.members, MAX_MEMBERS),
            (self.order, MAX_MEMBERS),
            (self.closed, MAX_CLOSED),
            (self.rules, MAX_ROWS),
        )
        if any(
            len(those) > most
            for those, most in (*counts, (self.protocols, MAX_ROWS), (self.reasons, MAX_ROWS))
        ):
            raise ProtocolError("a policy with too many rows")
        if len(self.delays) != GRADES or len(self.week) != 7 or len(self.before) not in {0, ID}:
            raise ProtocolError("a policy has six delays, seven days and one version before")
        self._check_numbers()

    def _check_numbers(self) -> None:
        hours = self.interval, self.silence
        minutes = (*(one.minutes for one in self.delays), self.pass_on, self.late, *(60 * n for n in hours))
        days = [part for one in self.week for part in one]
        ranges = (
            *((one, MAX_MINUTES) for one in minutes),
            *((one, 2_880) for one in days),
            *((one, 99_991_231) for one in self.closed),
            *((one.grade, 5) for one in self.protocols),
            *((self.number, 1_000_000), (self.made_ms, (1 << 48) - 1)),
        )
        users = [user for user, _ in self.members]
        if any(not 0 <= value <= most for value, most in ranges) or self.number < 1:
            raise ProtocolError("a policy beyond its limits")
        if len(set(users)) != len(users) or len(set(self.order)) != len(self.order):
            raise ProtocolError("somebody is named twice")


def _members(value: list[Any]) -> tuple[tuple[bytes, Part], ...]:
    try:
        return tuple((user, Part(part)) for user, part in rows(value, MAX_MEMBERS, (ID, int)))
    except ValueError as error:
        raise ProtocolError("a member without a part") from error
