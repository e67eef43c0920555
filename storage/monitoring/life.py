"""The life of an alert: from the records that are known to how it stands. Pure, and the same for any order of arrival.

Records are read in the order of `storage.monitoring.graph`. Where two did not know of each other, the alert stays open rather than closed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from storage.monitoring.graph import TIDINGS, Graph, order, passes_on
from storage.monitoring.records import (
    MUTE_MS,
    NO_GRADE,
    SEVERE,
    Life,
    Phase,
    Record,
    Row,
    Step,
    Void,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from storage.monitoring.records import Questionnaire

_MEETS = frozenset({Step.TAKE, Step.HAND, Step.CALL, Step.ADVISE, Step.CONFIRM})
"""What somebody whom an escalation names meets it by, besides the answer: from then on it passes on to nobody."""
_CLOSINGS = frozenset({Step.CLOSE, Step.SECOND})
_OPEN = frozenset({Phase.NEW, Phase.TAKEN, Phase.ESCALATED, Phase.CLOSING})


def mutes(records: Iterable[Record], told: Questionnaire, now_ms: int) -> dict[str, Record]:
    """Return by symptom what is muted for one patient at *now_ms*; what *told*, or one before it since the mute, has worse is muted no more.

    *records* are those on the patient. A mute without a reason, without an end or for longer than `MUTE_MS` mutes nothing.
    """
    found: dict[str, Record] = {}
    for one in order({each.id: each for each in records}):
        if one.step is Step.MUTE and one.reason and one.until_ms - one.at_ms <= MUTE_MS:
            found[one.symptom] = one
        elif one.step is Step.UNMUTE:
            found.pop(one.symptom, None)
    worse = [*told.worse, *((one.code, one.level, now_ms) for one in told.symptoms if not told.cancelled)]
    ended = {
        symptom
        for symptom, level, at_ms in worse
        if symptom in found and level > found[symptom].grade and at_ms >= found[symptom].at_ms
    }
    return {
        symptom: one
        for symptom, one in found.items()
        if one.at_ms <= now_ms < one.until_ms and symptom not in ended
    }


def fold(records: Iterable[Record], told_grade: int = NO_GRADE) -> Life:
    """Return how an alert stands whose questionnaire had the grade *told_grade*, after *records* of it."""
    return Folding(records, told_grade).life()


class Folding:
    """An alert that is folded, and on as records come: one that knew of all the others costs no more than itself."""

    def __init__(self, records: Iterable[Record], told_grade: int = NO_GRADE) -> None:
        known = {one.id: one for one in records}
        ordered = order(known)
        self._story = _Story(Graph(known, ordered), told_grade)
        for one in ordered:
            self._story.tell(one)

    def go_on(self, one: Record) -> bool:
        """Take one record more; False where all have to be folded anew, as it comes between others or takes one of them back."""
        graph = self._story.graph
        if not graph.ends(one):
            return False
        graph.add(one)
        if one.step is Step.UNDO and graph.undo(one) is None:
            return False
        self._story.tell(one)
        return True

    def life(self) -> Life:
        """Return how it stands."""
        return self._story.life()


def closing_record(life: Life) -> Record | None:
    """Return the step by which a closed alert was closed; None of one that is open."""
    if life.phase is not Phase.CLOSED:
        return None
    ends = (row.record for row in reversed(life.rows) if row.void is None and row.record.step in _CLOSINGS)
    return next(ends, None)


def tidings(life: Life) -> Record | None:
    """Return what was said last of the summary of an alert as it is closed now; None while nothing was."""
    closing = closing_record(life)
    if closing is None:
        return None
    told = (row.record for row in reversed(life.rows) if row.void is None and row.record.step in TIDINGS)
    return next((one for one in told if one.about == closing.id), None)


@dataclass
class _Story:
    """Reads records one by one."""

    graph: Graph
    told_grade: int
    now: Life = field(default_factory=Life)
    rows: list[Row] = field(default_factory=list)
    closure: Record | None = None
    taker: Record | None = None
    escalation: Record | None = None

    def tell(self, one: Record) -> None:
        """Read the next record."""
        void = Void.UNDONE if one.id in self.graph.undone else self._tell(one)
        self.rows.append(Row(one, void))

    def life(self) -> Life:
        """Return how it stands."""
        return replace(self.now, rows=tuple(self.rows), heads=self.graph.heads())

    def _tell(self, one: Record) -> Void | None:
        if one.step is Step.UNDO:
            return self.graph.undo(one)
        tell = _TELL.get(one.step)
        void = tell(self, one) if tell else None
        if void is None and one.step in _MEETS:
            self._meet(one)
        return void

    def _meet(self, one: Record) -> None:
        """Let an escalation pass on no more once somebody whom it names acts on the alert: who did is asked, or who was handed it."""
        if self.escalation is None or self.now.phase is not Phase.ESCALATED:
            return
        if one.author in self.escalation.to:
            who = one.to if one.step is Step.HAND else (one.author,)
            before = () if self.now.waits else self.now.asked
            self.now = replace(self.now, waits=b"", asked=tuple(dict.fromkeys((*before, *who))))

    def _move(self, one: Record, phase: Phase, **changes: object) -> None:
        since = one.at_ms if phase is not self.now.phase else self.now.since_ms
        self.now = replace(self.now, phase=phase, since_ms=since, **changes)  # type: ignore[arg-type]  # fields of Life

    def _grade(self) -> int:
        return max(self.told_grade, self.now.grade)

    def take(self, one: Record) -> Void | None:
        """Take it, or take it over; two who did not know of each other: the first holds, the other is named."""
        if self.now.phase is Phase.CLOSED:
            return Void.NOT_OPEN
        self._hold(one, one.author)
        return None

    def hand(self, one: Record) -> Void | None:
        """Give it to one other person."""
        if self.now.phase is Phase.CLOSED:
            return Void.NOT_OPEN
        if len(one.to) != 1:
            return Void.INCOMPLETE
        self._hold(one, one.to[0])
        return None

    def _hold(self, one: Record, who: bytes) -> None:
        """Let *who* have it; without knowing of who has it, *who* is named beside."""
        taker, now = self.taker, self.now
        if taker is not None and now.holder != who and not self.graph.knew(one, taker.id):
            self.now = replace(now, rivals=tuple(dict.fromkeys((*now.rivals, who))))
            return
        self.taker = one
        phase = Phase.TAKEN if now.phase is Phase.NEW else now.phase
        self._move(one, phase, holder=who, rivals=())

    def act(self, one: Record) -> Void | None:
        """Call, advise or confirm: who does it has it, where nobody had it."""
        if self.now.phase is Phase.CLOSED:
            return Void.NOT_OPEN
        if one.grade != NO_GRADE:
            self.now = replace(self.now, grade=one.grade)
        if self.now.phase is Phase.NEW:
            self.taker = one
            self._move(one, Phase.TAKEN, holder=one.author)
        return None

    def escalate(self, one: Record) -> Void | None:
        """Bring it before a doctor, the first of those who are named; or before the next one, where an escalation passes on.

        What passes on from an escalation that never came, as its author's PC was off too soon, is one itself.
        """
        if passes_on(one) and (one.about in self.graph.known or self._went_on(one)):
            return self._pass_on(one)
        if self.now.phase is Phase.CLOSED:
            return Void.NOT_OPEN
        if not one.to:
            return Void.INCOMPLETE
        self.closure, self.escalation = None, one
        changes = {"asked": one.to[:1], "waits": one.about or one.id, "answered": False}
        self._move(one, Phase.ESCALATED, escalated_to=one.to, **changes)
        return None

    def _went_on(self, one: Record) -> bool:
        return self.escalation is not None and self.escalation.about == one.about

    def _pass_on(self, one: Record) -> Void | None:
        first = self.escalation
        if first is None or self.now.waits != one.about:
            return Void.SETTLED
        if (one.author, one.device) != (first.author, first.device):
            return Void.NOT_OWN
        told = len(first.to) - len(one.to)
        if not one.to or told < 1 or first.to[told:] != one.to:
            return Void.INCOMPLETE
        if told + 1 > len(self.now.asked):
            self.now = replace(self.now, asked=first.to[: told + 1])
        return None

    def answer(self, one: Record) -> Void | None:
        """Hear the doctor: the escalation is over, who held it goes on. Whoever asked is no second pair of eyes."""
        if self.now.phase is not Phase.ESCALATED or self.escalation is None:
            return Void.NOT_OPEN
        if one.grade != NO_GRADE:
            self.now = replace(self.now, grade=one.grade)
        answered = one.author != self.escalation.author
        self._move(one, Phase.TAKEN, answered=answered, waits=b"", holder=self.now.holder or one.author)
        return None

    def close(self, one: Record) -> Void | None:
        """Close it: with reason and final grade, from grade 3 on with a second reader or an answered escalation."""
        if self.now.phase not in _OPEN:
            return Void.NOT_OPEN
        if not one.reason or one.grade == NO_GRADE:
            return Void.INCOMPLETE
        if self.graph.crossed(one):
            return Void.CROSSED
        alone = max(self._grade(), one.grade) >= SEVERE and not self.now.answered
        self.closure = one
        phase = Phase.CLOSING if alone else Phase.CLOSED
        self._move(one, phase, waits=b"", grade=one.grade, reason=one.reason)
        return None

    def second(self, one: Record) -> Void | None:
        """Agree to a closure as another person."""
        if self.now.phase is not Phase.CLOSING or self.closure is None:
            return Void.NOT_OPEN
        if not self.graph.knew(one, self.closure.id):
            return Void.INCOMPLETE
        if one.author == self.closure.author:
            return Void.SAME_READER
        if self.graph.crossed(one):
            return Void.CROSSED
        self._move(one, Phase.CLOSED)
        return None

    def reopen(self, one: Record) -> Void | None:
        """Open it again, with a reason: whoever does it has it; what was answered before counts no more."""
        if self.now.phase not in {Phase.CLOSED, Phase.CLOSING}:
            return Void.NOT_OPEN
        if not one.text and not one.reason:
            return Void.INCOMPLETE
        self.closure, self.taker = None, one
        changes = {"holder": one.author, "rivals": (), "answered": False, "reason": ""}
        nobody: dict[str, object] = {"escalated_to": (), "asked": (), "waits": b""}
        self._move(one, Phase.TAKEN, reopened=self.now.reopened + 1, **changes, **nobody)
        return None

    def tidings(self, one: Record) -> Void | None:
        """Hear what became of a closure's summary, from the device that closed."""
        closing = self.graph.known.get(one.about)
        if closing is None or closing.step not in _CLOSINGS or not self.graph.knew(one, one.about):
            return Void.INCOMPLETE
        by = (closing.author, closing.device)
        return None if (one.author, one.device) == by else Void.NOT_OWN


_TELL: dict[Step, Callable[[_Story, Record], Void | None]] = {
    Step.TAKE: _Story.take,
    Step.HAND: _Story.hand,
    Step.CALL: _Story.act,
    Step.ADVISE: _Story.act,
    Step.CONFIRM: _Story.act,
    Step.ESCALATE: _Story.escalate,
    Step.ANSWER: _Story.answer,
    Step.CLOSE: _Story.close,
    Step.SECOND: _Story.second,
    Step.REOPEN: _Story.reopen,
    Step.ACCEPTED: _Story.tidings,
    Step.REFUSED: _Story.tidings,
}
