"""What the page asks of `app.monitoring.service.Monitoring`, which asks vault and post office. No Qt.

Every coroutine that writes puts the step into the audit trail and the vault before it returns, and raises `Unwritable` (vault shut or
read-only) or `Refused` (its `code` says why, in the sentences of `monitoring.refused.<code>`); then nothing was done.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Protocol

from app.monitoring.clock import between
from app.monitoring.standing import Service, unruled
from storage.monitoring.records import NO_GRADE, SEVERE, UNGRADED, Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from app.acts import Act
    from app.interop.mapping import Mapping as Table
    from app.monitoring.clock import Hours
    from app.monitoring.export import Reports
    from app.monitoring.report import Paper
    from media.events import Event
    from media.mail.policy import Policy
    from storage.monitoring.records import Course, Life, Past, Questionnaire, Record, Symptom, Week, Weight
    from storage.patients.facts import Key


class Unwritable(Exception):  # noqa: N818 -- the page says what to do
    """The vault is shut or read-only."""


class Refused(Exception):  # noqa: N818 -- the page says what to do
    """It cannot be done; `code`: not-open, incomplete, same-reader, not-own, late, grade, not-member, unknown, reason, too-long."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Partly(Exception):  # noqa: N818 -- the page says what to do
    """Of several acts the ones that are `done` were written, then one could not be."""

    def __init__(self, done: tuple[Record, ...]) -> None:
        super().__init__(len(done))
        self.done = done


class Shut(Refused):
    """Nobody of the service works here, nor anybody to whom the patient's page is open: a reason is given there first."""

    def __init__(self, who: Who) -> None:
        super().__init__("reason")
        self.who = who


class List(StrEnum):
    """The lists of the page."""

    TODO = "todo"
    IN_HAND = "in-hand"
    ESCALATED = "escalated"
    CLOSED = "closed"
    QUIET = "quiet"
    """Would be to do, but for symptoms that were muted: always there to be looked at."""


class Trend(StrEnum):
    """Change since the questionnaire before."""

    WORSE = "worse"
    BETTER = "better"
    SAME = "same"
    NEW = "new"


class Cause(StrEnum):
    """Why it is an alert."""

    SENDER = "sender"
    RULE = "rule"
    """A local rule of the service."""
    SILENCE = "silence"


@dataclass(frozen=True)
class Due:
    """The delay of an alert: `due_ms` by the wall (0: none), `total_ms` in the clock that counts, `hours` of working time or None."""

    due_ms: int = 0
    total_ms: int = 0
    hours: Hours | None = field(default=None, repr=False)

    def left_ms(self, now_ms: int) -> int:
        """Return what is left at a moment, in the clock that counts; negative: overdue by so much."""
        return between(now_ms, self.due_ms, self.hours) if self.due_ms else self.total_ms

    def over(self, now_ms: int) -> bool:
        """Tell whether the delay is over."""
        return bool(self.due_ms) and now_ms > self.due_ms


@dataclass(frozen=True)
class Who:
    """The patient, as every screen names one. `id` of the cache, 0 while the patient is unknown here ("identité à rapprocher")."""

    id: int
    key: Key
    name: str = field(repr=False)
    """`NOM DE NAISSANCE Prénom`."""
    birth: str = field(repr=False)
    sex: str
    status: str
    dead: bool = False
    hidden: bool = False
    """PID-32 calls the identity hidden or anonymous: only who cares for the patient is told more than the number."""
    treatment: str = field(default="", repr=False)
    referent: str = field(default="", repr=False)


@dataclass(frozen=True)
class Item:
    """One row of the queue. `symptoms`: the worst first; `grade`: the confirmed one, else the highest told.

    `ungraded`: nobody's grade says how grave it is, as it was raised without one or has a value out of range.
    """

    alert: bytes
    who: Who
    grade: int
    cause: Cause
    symptoms: tuple[Symptom, ...]
    trend: Trend
    phase: Phase
    received_ms: int
    due: Due
    holder: bytes = b""
    rivals: tuple[bytes, ...] = ()
    escalated_to: tuple[bytes, ...] = ()
    """Whom it was told to so far, and who did not meet it; `Life.escalated_to` of the sheet names all, in order."""
    rule: str = ""
    """Name and version of the local rule that spoke."""
    muted: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    """corrected, cancelled, double, late, out-of-range, ungraded, unknown-patient, merged, conflict."""
    leaving: str = ""
    """How far the summary of a closed alert is: "" (unknown here), accepted, refused; where this desk closed it kept (no gateway), queued, sent too."""
    service: str = ""
    """Code of the service that follows the patient, "-" where nobody told."""
    ungraded: bool = False
    shut: bool = False
    """It opens for a reason only: no more is told than who it is and how grave, as to nobody of the service."""
    told: int = NO_GRADE
    """The highest grade of the questionnaire, whatever was confirmed or closed since."""
    closer: bytes = b""
    """Who closed what waits for a second reader."""
    met: bool = False
    """Whether a doctor answered, or it was closed before: that its delay is over calls nobody else."""

    @property
    def pressing(self) -> int:
        """The grade as which it stands: what has none is severe until somebody says otherwise."""
        return max(self.grade, SEVERE) if self.ungraded else self.grade

    @property
    def rank(self) -> int:
        """Its place by gravity: what no grade speaks for stands above all that is graded."""
        return UNGRADED if self.ungraded else self.grade

    @property
    def gravest(self) -> int:
        """The grade as which it is overdue and calls: told or said since."""
        return max(self.pressing, self.told)

    @property
    def unmet(self) -> bool:
        """Whether it is somebody who did not answer, about whom nobody does anything yet: they stand apart from the alerts."""
        return self.cause is Cause.SILENCE and self.phase is Phase.NEW


@dataclass(frozen=True)
class Tally:
    """What a list holds: alerts by the grade 0 to 5 as which they stand (those that stand as none count as 0), and how many are overdue."""

    by_grade: tuple[int, ...] = (0, 0, 0, 0, 0, 0)
    overdue: int = 0


@dataclass(frozen=True)
class Counts:
    """What head, badge and Today say."""

    followed: int = 0
    tallies: Mapping[List, Tally] = field(default_factory=dict)
    todo: int = 0
    in_hand: int = 0
    escalated: int = 0
    closed: int = 0
    quiet: int = 0
    silent: int = 0
    """Monitored patients of whom nothing came when it was due, and about whom nobody does anything yet."""
    mine: int = 0
    """Escalated to this user and not answered."""
    heard_ms: int = 0
    """When a platform last told of somebody."""
    late_ms: int = 0
    """Since when a platform, or every gateway, says nothing though it should have: the red strip. 0: none is late."""

    def tally(self, which: List) -> Tally:
        """Return what a list holds."""
        return self.tallies.get(which, Tally())

    @property
    def overdue(self) -> int:
        """How many open alerts are overdue, in whatever list."""
        return sum(one.overdue for one in self.tallies.values())


@dataclass(frozen=True)
class Lab:
    """A laboratory value beside the alert."""

    label: str
    value: str
    unit: str
    flags: tuple[str, ...]
    at_ms: int


@dataclass(frozen=True)
class Sending:
    """How far the summary of a closed alert is on its way to the record.

    `stage`: kept (there is no gateway yet), or one of storage.outgoing.Stage; `code`: why it was refused. `at_ms`: when it was put on
    its way, 0 before; `attempt`: how often it was sent anew. `here`: this desk closed it, the others know what was said at the end.
    """

    stage: str
    code: str = ""
    at_ms: int = 0
    attempt: int = 0
    here: bool = True

    @property
    def again(self) -> bool:
        """Whether "send again" is offered: the record or a gateway refused it."""
        return self.here and self.stage == "refused" and bool(self.at_ms)


@dataclass(frozen=True)
class Sheet:
    """One alert, whole: what the centre and the right panel show."""

    item: Item
    questionnaire: Questionnaire | None
    life: Life
    weeks: tuple[Week, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    """Label of each symptom code, in the order of the heat map."""
    labs: tuple[Lab, ...] = ()
    protocol: str = field(default="", repr=False)
    """The service's text for the worst symptom and grade."""
    report: str = field(default="", repr=False)
    """The document that came with the questionnaire, by its `Paper.key`; "" where none did, or none that everybody may read."""
    version: int = 0
    suggested: str = ""
    """Which of escalate, call, advise, close, answer stands first."""
    ruled: Service = field(default_factory=partial(unruled, "-"), repr=False)
    """The service, as it is ruled now."""
    me: bytes = b""
    """The user of this desk."""
    past: tuple[Past, ...] = ()
    """All alerts of the patient, this one too, the newest first."""
    muted: tuple[Record, ...] = ()
    """By what symptoms of the patient are muted now."""
    weight: Weight | None = None
    service: str = ""
    """What the service is called."""
    zone: str = "Europe/Paris"
    """The clocks of the service."""
    sending: Sending | None = None
    """How far the summary is; None where nothing is known of it. In words: `app.monitoring.report.sending_words`."""
    typed: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """What this user typed about it and did not do, as `app.monitoring.drafts` packs it, by act; of an alert that is opened only."""


class Proof(StrEnum):
    """What became of a record's signature when it was verified again."""

    HOLDS = "holds"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    """This desk does not know the certificate under which it was signed."""


@dataclass(frozen=True)
class Proved:
    """The signatures of a trace, by record id. `missing`: how many records others name as known to them that are not here."""

    of: Mapping[bytes, Proof]
    missing: int = 0


@dataclass(frozen=True)
class Ruled:
    """What the page of the rules shows. `may`: codes of the services whose next version this user may sign; `founder`: first ones too.

    `units`: care units of questionnaires without rules of their own; `drafts`: by service, as `app.monitoring.ruling.pack` writes them.
    """

    me: bytes
    services: tuple[Service, ...] = ()
    may: frozenset[str] = frozenset()
    founder: bool = False
    writable: bool = True
    units: tuple[str, ...] = ()
    drafts: tuple[tuple[str, str], ...] = field(default=(), repr=False)


class Monitoring(Protocol):
    """Alerts of the own services; coroutines run on the loop's thread. `changed` fires there with the alerts that changed, none for all."""

    changed: Event[frozenset[bytes]]
    table: Callable[[], Table]
    """What codes of questionnaires are called here: labels, and the site's own texts of the questions."""

    @property
    def writable(self) -> bool:
        """Whether anything can be done now: the vault is open and takes messages. From any thread."""
        ...

    async def counts(self) -> Counts:
        """Return the figures of now."""

    async def queue(self, which: List, sort: str = "grade", text: str = "") -> Sequence[Item]:
        """Return one list as it stands now, sorted by "grade" (then time left), "time" (left), "name" or "arrival"."""

    async def open(self) -> Sequence[Item]:
        """Return all that are open as one list, by grade, then time left."""

    async def items(self, alerts: Sequence[bytes]) -> Sequence[Item]:
        """Return these alerts as rows, whichever list each is in now; those that are none are left out."""

    async def services(self) -> Sequence[Service]:
        """Return the services of which this desk knows rules, or one without any."""

    async def sheet(self, alert: bytes, *, again: bool = False) -> Sheet | None:
        """Return one alert whole, and trace that it was read; not where it is shown *again* because something changed."""

    async def course(self, person: int) -> Course | None:
        """Return what is known of a patient of the cache, None of one who is not monitored; for a page whose opening was traced."""

    async def trace(self, alert: bytes, action: Act) -> None:
        """Have it in the audit trail that an alert's sheet is copied or printed, before it is; raises Unwritable, Refused."""

    async def verify(self, alert: bytes) -> Proved:
        """Verify the signature of each record in an alert's trace; raises Unwritable where nothing can be looked up."""

    async def take(self, alert: bytes) -> Record:
        """Take it, or take it over."""

    async def hand(self, alert: bytes, to: bytes) -> Record:
        """Give it to somebody of the service."""

    async def hand_many(self, alerts: Sequence[bytes], to: bytes) -> tuple[Record, ...]:
        """Give several to somebody of their services; refused as a whole where one cannot be given, raises Partly later on."""

    async def call(
        self, alert: bytes, *, reached: bool, minutes: int, text: str, grade: int = NO_GRADE
    ) -> Record:
        """Note a call; *grade*: confirmed by telephone."""

    async def advise(self, alert: bytes, text: str) -> Record:
        """Note advice given by the service's protocol."""

    async def escalate(self, alert: bytes, to: tuple[bytes, ...], text: str) -> Record:
        """Bring it before doctors, in this order; each next one hears of it when the one before did not take it in time."""

    async def answer(self, alert: bytes, text: str, grade: int = NO_GRADE) -> Record:
        """Say what is to be done, as the doctor."""

    async def close(self, alert: bytes, reason: str, grade: int, text: str = "", bulk: bytes = b"") -> Record:
        """Close it; from grade 3 on it then waits for a second reader, unless an escalation was answered."""

    async def second(self, alert: bytes) -> Record:
        """Agree to a closure as the second reader."""

    async def reopen(self, alert: bytes, text: str) -> Record:
        """Open it again."""

    async def note(self, alert: bytes, text: str, conv: bytes = b"") -> Record:
        """Add a note to the trace; *conv*: the conversation of messages that it is about."""

    async def undo(self, record: Record) -> Record:
        """Take an own step back."""

    async def close_many(self, alerts: Sequence[bytes], reason: str, text: str = "") -> tuple[Record, ...]:
        """Close alerts of grade 0 and 1 as one act; refused as a whole where one cannot be closed so.

        Raises Partly where one moved on, or the vault was shut, while they were written.
        """

    async def mute(self, who: Key, symptom: str, until_ms: int, reason: str) -> Record:
        """Let one symptom of a patient raise no alert while it is not worse; one week to three months."""

    async def unmute(self, who: Key, symptom: str) -> Record:
        """Let it raise alerts again."""

    async def remind(self, alerts: Sequence[bytes]) -> tuple[Record, ...]:
        """Note that those who did not answer are reminded."""

    async def send_again(self, alert: bytes) -> None:
        """Give a summary that was refused to the record once more; raises Refused, Unwritable, StorageError, NotSent."""

    def reports(self, names: dict[bytes, str], paint: Callable[[Paper], bytes]) -> Reports:
        """Return what a coordinator takes out; *names*: what colleagues are called, *paint* makes a PDF."""
        ...

    async def ruled(self) -> Ruled:
        """Return the rules of all services, who may sign, and the drafts of this user."""

    async def keep_draft(self, service: str, packed: str) -> None:
        """Keep a draft of rules in the vault; "" lets it go. Raises Unwritable."""

    def keep_typed(self, alert: bytes, act: str, packed: str) -> None:
        """Let the vault keep what is typed for *act*; "" lets it go. The write is under way when this returns; from any thread."""

    async def typed(self, alert: bytes) -> tuple[tuple[str, str], ...]:
        """Return what was typed about an alert and not done, or with b"" about several at once, by act. Raises Unwritable."""

    async def tried(self, service: str, expression: str) -> int:
        """Return on how many questionnaires of the last 30 days a rule would have spoken; raises RuleError."""

    async def sign(self, policy: Policy) -> None:
        """Sign a new version of a service's rules, as its coordinator or as whom IT named; Refused("not-member") for others."""
