"""What stands in a record (type 40) of kind `alert`: one step of an alert, one array (docs/telemonitoring.md §4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Self

from media.errors import ProtocolError
from media.keys import cbor
from media.mail import texts
from media.mail.bodies import ID, Patient, ids

KIND = "alert"
MAX_PARENTS = 32
MAX_TO = 32
MAX_GRADE = 5
MAX_MINUTES = 1_440
MAX_CODE = 60
MAX_BYTES = 200_000
_TEXT = 8_000
_FIELDS: tuple[cbor.Kind, ...] = (
    *(str, ID, int, list, list),
    *(str, str, int, list, int),
    *(str, bytes, int, int, int, bytes, list),
)


@dataclass(frozen=True)
class AlertStep:
    """One step. `step` and `reason` are codes, `grade` 0 to 5 or None, `places` where the escalation waits at relays (§6): id and cancel seed."""

    KIND: ClassVar = KIND
    step: str
    subject: bytes
    at_ms: int
    parents: tuple[bytes, ...] = ()
    patient: Patient | None = None
    text: str = field(default="", repr=False)
    reason: str = field(default="", repr=False)
    grade: int | None = None
    to: tuple[bytes, ...] = ()
    until_ms: int = 0
    symptom: str = ""
    about: bytes = b""
    minutes: int = 0
    reached: bool = False
    version: int = 0
    bulk: bytes = b""
    places: tuple[tuple[bytes, bytes], ...] = field(default=(), repr=False)

    def encode(self) -> bytes:
        """Return the record's data; raises ProtocolError for what may not be sent."""
        self._check()
        row = [
            *("CSL1/alert", self.step, self.subject, self.at_ms, list(self.parents)),
            self.patient.row() if self.patient else [],
            *(self.text, self.reason, 0 if self.grade is None else self.grade + 1, list(self.to)),
            *(
                self.until_ms,
                self.symptom,
                self.about,
                self.minutes,
                int(self.reached),
                self.version,
                self.bulk,
            ),
            [list(one) for one in self.places],
        ]
        return cbor.encode(row)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read the data of a record; raises ProtocolError."""
        step, subject, at_ms, parents, patient, *rest = cbor.record(
            data, "CSL1/alert", _FIELDS, max_bytes=MAX_BYTES
        )
        text, reason, grade, to, until_ms, symptom, about, minutes, reached, version, bulk, places = rest
        for place in places:
            cbor.check(place if isinstance(place, list) else [place], (ID, 32))
        made = cls(
            *(step, subject, at_ms, ids(parents, 0, MAX_PARENTS), Patient.of_row(patient), text, reason),
            *(grade - 1 if grade else None, _users(to), until_ms, symptom, about, minutes),
            *(bool(reached), version, bulk, tuple((one[0], one[1]) for one in places)),
        )
        if reached > 1 or made.encode() != data:
            raise ProtocolError("an alert's step that is not in its one form")
        return made

    def _check(self) -> None:
        for code in (self.step, self.reason, self.symptom):
            texts.check_line(code, empty=code is not self.step, most=MAX_CODE)
        texts.check_text(self.text, empty=True)
        numbers = ((self.grade or 0, MAX_GRADE), (self.minutes, MAX_MINUTES), (len(self.to), MAX_TO))
        limits = (
            *numbers,
            (len(self.text), _TEXT),
            (len(self.parents), MAX_PARENTS),
            (len(self.places), MAX_TO),
        )
        if any(not 0 <= value <= most for value, most in limits) or max(self.at_ms, self.until_ms) >= 1 << 48:
            raise ProtocolError("an alert's step beyond its limits")
        if any(one and len(one) != ID for one in (self.about, self.bulk)):
            raise ProtocolError("an id has 16 bytes")


def _users(value: list[object]) -> tuple[bytes, ...]:
    """Check users, each once, in the order in which they were named: the first is asked first."""
    cbor.check(value, [ID] * len(value))
    users = tuple(one for one in value if isinstance(one, bytes))
    if len(set(users)) != len(users):
        raise ProtocolError("somebody is named twice")
    return users
