"""Telemonitoring as values (docs/telemonitoring.md): what a patient answered, what somebody did about an alert, how the alert stands.

Times are Unix milliseconds. Grades are CTCAE's 0 to 5; `NO_GRADE` where none was told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from storage.patients.facts import Key  # noqa: TC001 -- questionnaires are kept in the database: msgspec reads their types

NO_GRADE = -1
UNGRADED = 6
"""Where what no grade speaks for stands among grades: above them."""
SEVERE = 3
"""From this grade on nobody closes alone: a second reader, or an escalation that was answered."""
OWN_REASON = "other"
"""The code of a reason of closure in one's own words: they are the record's text."""


OUT_OF_RANGE = "out-of-range"
"""The warning that an answer is none that its scale has."""
GRADED = {"grade": "012345", "composite": "0123"}
"""The attributes that grade a symptom, the weightier first, and what each may say: CTCAE's grades, PRO-CTCAE's composite ones."""
_ASKED = {"frequency", "severity", "interference", "presence", "amount"}
_NUMBER = re.compile(r"[-+]?[0-9]+([.,][0-9]+)?")


def told_grade(value: str, attribute: str = "grade") -> int:
    """Return the grade that *value* says, `NO_GRADE` where it is none of the scale of *attribute*."""
    whole = value.strip().removesuffix(".0")
    return int(whole) if len(whole) == 1 and whole in GRADED[attribute] else NO_GRADE


def off_scale(attribute: str, value: str) -> bool:
    """Tell whether an answer is none that its scale has; words instead of 0 to 4, as "not applicable", are an answer of PRO-CTCAE."""
    if attribute in GRADED:
        return bool(value) and told_grade(value, attribute) == NO_GRADE
    whole = value.strip()
    number = attribute in _ASKED and _NUMBER.fullmatch(whole)
    return bool(number) and whole.removesuffix(".0") not in {"0", "1", "2", "3", "4"}


# --- what came ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Symptom:
    """One symptom of one questionnaire. `code` is the mapping's (`diarrhea`), or `SYSTEM|CODE` where it has none; `label` as told.

    `grade` is the sender's, else the composite one; `before` that of the questionnaire before. `answers`: (attribute, value as told).
    """

    code: str
    label: str
    grade: int = NO_GRADE
    before: int = NO_GRADE
    answers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def level(self) -> int:
        """Its grade; above all grades where it was told without one."""
        return self.grade if self.grade != NO_GRADE else UNGRADED


@dataclass(frozen=True)
class Vital:
    """A vital sign as told; `code` is LOINC's, `value` as HL7 wrote it."""

    code: str
    label: str
    value: str = field(repr=False)
    unit: str = ""


@dataclass(frozen=True)
class Questionnaire:
    """One questionnaire as its newest word has it. `id` is the platform's; `alert` what `alert_id` makes of it, `person` the cache's id.

    `corrected`: an earlier word said something else (OBX-11 C); `cancelled`: taken back, kept and shown as such. `said`: the patient's own
    words. `raised`: Y or N where the sender says whether this is an alert. `state`: ACTIVE, PAUSED, ENDED or ""; `next_ms`: when the
    next one is due, 0 unknown. `unit`: code of the service that follows, or "". `warnings`: out-of-range, ahead, cut. `seqs`: the messages of the inbox that told of it.
    `double`: another key's questionnaire goes on, as the patients were merged; this one is kept as if taken back. `worse`: symptom, `level` and time of what was worse in the `MUTE_MS` before, the newest of each level.
    """

    id: str
    alert: bytes
    key: Key
    person: int
    platform: str
    answered_ms: int
    received_ms: int
    symptoms: tuple[Symptom, ...] = ()
    vitals: tuple[Vital, ...] = ()
    said: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    raised: str = ""
    corrected: bool = False
    cancelled: bool = False
    state: str = ""
    next_ms: int = 0
    unit: str = ""
    treatment: str = field(default="", repr=False)
    referent: str = field(default="", repr=False)
    warnings: tuple[str, ...] = ()
    seqs: tuple[int, ...] = ()
    double: bool = False
    worse: tuple[tuple[str, int, int], ...] = ()

    @property
    def turns(self) -> tuple[str, ...]:
        """What became of it since it came: corrected; cancelled, or double."""
        holds = {"corrected": self.corrected, "cancelled": self.cancelled and not self.double}
        return tuple(code for code, true in (holds | {"double": self.double}).items() if true)

    @property
    def grade(self) -> int:
        """The highest grade told."""
        return max((one.grade for one in self.symptoms), default=NO_GRADE)

    @property
    def calls(self) -> bool:
        """Whether what came makes an alert of it: raised, a grade of 1 and more where the sender never says, a value out of range."""
        graded = not self.raised and self.grade >= 1
        return not self.cancelled and (self.raised == "Y" or graded or OUT_OF_RANGE in self.warnings)

    @property
    def beside(self) -> bool:
        """Whether anything was told that no grade speaks for: a vital sign, an item without a grade."""
        return bool(self.vitals) or any(one.grade == NO_GRADE for one in self.symptoms)

    @property
    def ungraded(self) -> bool:
        """Whether no grade says how grave it is: there is none, none but 0 beside what has none, or a value out of range."""
        unsaid = self.grade == NO_GRADE or (self.grade == 0 and self.beside)
        return unsaid or OUT_OF_RANGE in self.warnings


# --- what somebody did --------------------------------------------------------------------------------------


class Step(StrEnum):
    """What one signed record says. The first ten move an alert; the others stand in its trace."""

    TAKE = "take"
    HAND = "hand"
    CALL = "call"
    ADVISE = "advise"
    ESCALATE = "escalate"
    ANSWER = "answer"
    """The doctor's word on an escalation."""
    CLOSE = "close"
    SECOND = "second"
    """The second reader agrees to a closure of grade 3 and more."""
    REOPEN = "reopen"
    UNDO = "undo"
    """The own step `about` did not happen; within `UNDO_MS`, unless another's step builds on it."""
    CONFIRM = "confirm"
    """The grade, by telephone."""
    NOTE = "note"
    REMIND = "remind"
    MUTE = "mute"
    UNMUTE = "unmute"
    ACCEPTED = "accepted"
    """The hospital's record has the summary of the closure that is `about`: said by the device that closed, moves nothing."""
    REFUSED = "refused"
    """It does not, for `reason`."""


UNDO_MS = 60_000
MUTE_MS = 92 * 86_400_000
"""A symptom is muted no longer, whatever a record says."""


@dataclass(frozen=True)
class Record:
    """One signed record. `id` is the msg_id of its message; `subject` the alert, or the patient's (`patient_id`) for MUTE and UNMUTE.

    `parents` are the records of the subject that its author knew and nothing followed. `at_ms` by the author's clock. The rest
    depends on the step: `text` notes, advice, reason in words; `reason` a code of the service's list; `grade` the final or confirmed
    one; `to` users; `until_ms` end of a mute, or when an escalation passes on; `symptom`; `about` another record; `minutes` of a call,
    `reached` whether somebody answered; `version` of the service's rules that were followed; `bulk` joins steps of one act.
    A NOTE that is `about` something names a conversation of messages. ACCEPTED and REFUSED are `about` the record that closed the
    alert, REFUSED with the code as `reason`; `version` counts how often a summary was sent anew. `places`: where an escalation waits at the relay for each next one, with the seed that cancels it; an ESCALATE that is `about`
    another one is what waited there, `at_ms` its time.
    """

    id: bytes
    step: Step
    subject: bytes
    at_ms: int
    author: bytes
    device: bytes = b""
    parents: tuple[bytes, ...] = ()
    text: str = field(default="", repr=False)
    reason: str = field(default="", repr=False)
    grade: int = NO_GRADE
    to: tuple[bytes, ...] = ()
    until_ms: int = 0
    symptom: str = ""
    about: bytes = b""
    minutes: int = 0
    reached: bool = False
    version: int = 0
    bulk: bytes = b""
    places: tuple[tuple[bytes, bytes], ...] = field(default=(), repr=False)


# --- how an alert stands ------------------------------------------------------------------------------------


class Phase(StrEnum):
    """Where an alert is. The page's four lists: to do (NEW), in hand (TAKEN), ESCALATED, CLOSED; CLOSING waits for a second reader."""

    NEW = "new"
    TAKEN = "taken"
    ESCALATED = "escalated"
    CLOSING = "closing"
    CLOSED = "closed"


class Void(StrEnum):
    """Why a record moved nothing, though it stands in the trace."""

    UNDONE = "undone"
    SETTLED = "settled"
    """An escalation that passed on though it was met, answered, closed or taken back before."""
    TOO_LATE = "too-late"
    """An undo after its time, or of what another built upon."""
    NOT_OWN = "not-own"
    INCOMPLETE = "incomplete"
    """A closure without reason or grade, an escalation to nobody."""
    SAME_READER = "same-reader"
    NOT_OPEN = "not-open"
    CROSSED = "crossed"
    """A closure that did not know of what somebody else did meanwhile: the alert stays open."""


@dataclass(frozen=True)
class Row:
    """One record in an alert's trace; `void` where it moved nothing."""

    record: Record
    void: Void | None = None


@dataclass(frozen=True)
class Life:
    """How an alert stands after all records that are known; the same on every device that knows the same ones.

    `holder`: who has it; `rivals`: who took it without knowing of the holder. `escalated_to`: whom the escalation names, in order;
    `asked`: those of them who were told so far, and once somebody met it those alone who did. `waits`: the escalation that nobody
    met yet, b"" where none is: it passes on. `grade`: confirmed or final, NO_GRADE where nobody said one. `since_ms`: when the phase began. `answered`: the escalation was. `reason` of the closure.
    """

    phase: Phase = Phase.NEW
    since_ms: int = 0
    holder: bytes = b""
    rivals: tuple[bytes, ...] = ()
    escalated_to: tuple[bytes, ...] = ()
    asked: tuple[bytes, ...] = ()
    waits: bytes = b""
    answered: bool = False
    grade: int = NO_GRADE
    reason: str = ""
    reopened: int = 0
    rows: tuple[Row, ...] = ()
    heads: tuple[bytes, ...] = ()
    """The records that nothing follows: the parents of the next one."""


# --- the course of one patient ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Week:
    """One column of the heat map: ISO year and week, the highest grade of each symptom code; `asked` False: no questionnaire."""

    year: int
    week: int
    asked: bool
    grades: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Weight:
    """The newest weight told, in kilograms, and what it changed by in so many `days`; 0 days: none before it to compare with."""

    kg: float
    at_ms: int
    change: float = 0.0
    days: int = 0


@dataclass(frozen=True)
class Past:
    """An alert of a patient as it stands now. `since_ms`: when its phase began; `reason` of the closure in the service's words.

    `said`: what whoever closed it wrote; `rule`: the local rule that spoke.
    """

    alert: bytes
    answered_ms: int
    received_ms: int
    grade: int
    symptoms: tuple[Symptom, ...] = ()
    phase: Phase = Phase.NEW
    since_ms: int = 0
    reason: str = field(default="", repr=False)
    said: str = field(default="", repr=False)
    rule: str = ""


@dataclass(frozen=True)
class Course:
    """What telemonitoring knows of one patient. `labels`: of each symptom code as told; `past`: alerts, the newest first.

    `muted`: the records by which symptoms are muted now. `zone`: the clocks of the service.
    """

    newest: Questionnaire
    weeks: tuple[Week, ...]
    labels: tuple[tuple[str, str], ...]
    past: tuple[Past, ...] = ()
    muted: tuple[Record, ...] = ()
    weight: Weight | None = None
    service: str = ""
    zone: str = "Europe/Paris"
