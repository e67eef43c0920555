from __future__ import annotations

from dataclasses import replace

import pytest

from storage.monitoring.life import closing_record, fold, mutes, tidings
from storage.monitoring.records import (
    NO_GRADE,
    UNDO_MS,
    Phase,
    Questionnaire,
    Record,
    Step,
    Symptom,
    Void,
)
from storage.patients.facts import Key

ALERT = b"a" * 16
NURSE, OTHER, DOCTOR, THIRD = (letter * 16 for letter in (b"n", b"o", b"d", b"t"))


class Story:
    """Records one after the other, each by somebody who knows all before it unless told otherwise."""

    def __init__(self, told: int = NO_GRADE) -> None:
        self.told = told
        self.records: list[Record] = []

    def do(self, step: Step, author: bytes = NURSE, *, blind_of: int = 0, at: int = 0, **more) -> Record:
        seen = self.records[: len(self.records) - blind_of]
        made = Record(
            id=len(self.records).to_bytes(16, "big"),
            step=step,
            subject=ALERT,
            at_ms=at or 1000 * (len(self.records) + 1),
            author=author,
            device=author,
            parents=fold(seen, self.told).heads,
            **more,
        )
        self.records.append(made)
        return made

    def __call__(self):
        return fold(self.records, self.told)

    def voids(self):
        return [row.void for row in self().rows]


def test_a_quiet_alert_is_taken_called_and_closed():
    story = Story(told=2)
    story.do(Step.TAKE)
    story.do(Step.CALL, minutes=6, reached=True, grade=2)
    story.do(Step.CLOSE, reason="resolved", grade=1)
    assert (story().phase, story().holder, story().grade) == (Phase.CLOSED, NURSE, 1)


@pytest.mark.parametrize("more", [{"reason": "resolved"}, {"grade": 1}])
def test_nobody_closes_without_reason_and_grade(more):
    story = Story(told=1)
    story.do(Step.CLOSE, **more)
    assert story().phase is Phase.NEW
    assert story.voids() == [Void.INCOMPLETE]


def test_grade_3_waits_for_a_second_reader_who_is_somebody_else():
    story = Story(told=3)
    story.do(Step.TAKE)
    story.do(Step.CLOSE, reason="resolved", grade=1)
    assert story().phase is Phase.CLOSING
    story.do(Step.SECOND)
    assert story().phase is Phase.CLOSING
    story.do(Step.SECOND, OTHER)
    assert story().phase is Phase.CLOSED
    assert story.voids() == [None, None, Void.SAME_READER, None]


def test_grade_3_that_a_doctor_answered_is_closed_by_one():
    story = Story(told=3)
    story.do(Step.TAKE)
    story.do(Step.ESCALATE, to=(DOCTOR,))
    assert story().phase is Phase.ESCALATED
    story.do(Step.ANSWER, DOCTOR, text="hospital today")
    assert (story().phase, story().holder) == (Phase.TAKEN, NURSE)
    story.do(Step.CLOSE, reason="hospital", grade=3)
    assert story().phase is Phase.CLOSED


def test_a_grade_that_rises_on_the_telephone_wants_a_second_reader():
    story = Story(told=1)
    story.do(Step.CALL, reached=True, grade=3)
    story.do(Step.CLOSE, reason="resolved", grade=1)
    assert story().phase is Phase.CLOSING


def test_two_who_take_at_once_are_both_named():
    story = Story()
    story.do(Step.TAKE, NURSE, at=1000)
    story.do(Step.TAKE, OTHER, blind_of=1, at=1001)
    assert (story().holder, story().rivals) == (NURSE, (OTHER,))
    story.do(Step.HAND, NURSE, to=(OTHER,))
    assert (story().holder, story().rivals) == (OTHER, ())


def test_who_knows_of_the_holder_takes_it_over():
    story = Story()
    story.do(Step.TAKE, NURSE)
    story.do(Step.TAKE, OTHER)
    assert (story().holder, story().rivals) == (OTHER, ())


def escalated(story: Story, *to: bytes) -> Record:
    return story.do(Step.ESCALATE, to=to, places=((b"p" * 16, b"s" * 32),), until_ms=60_000)


def pass_on(story: Story, first: Record, rank: int = 1, at: int = 60_000, author: bytes = NURSE) -> None:
    """What the relay let go for one of the next ones: signed with the escalation, knowing of nothing else."""
    made = story.do(Step.ESCALATE, author, at=at, to=first.to[rank:], about=first.id)
    story.records[-1] = replace(made, parents=(first.id,))


def test_an_escalation_that_nobody_meets_passes_on_and_those_before_stay_asked():
    story = Story(told=3)
    first = escalated(story, DOCTOR, OTHER, THIRD)
    assert (story().asked, story().waits) == ((DOCTOR,), first.id)
    story.do(Step.TAKE, NURSE)
    pass_on(story, first, 2, at=120_000)
    assert story().asked == (DOCTOR, OTHER, THIRD)
    pass_on(story, first, 1)
    assert (story().asked, story().escalated_to) == ((DOCTOR, OTHER, THIRD), (DOCTOR, OTHER, THIRD))
    assert story.voids() == [None] * 4


def test_an_escalation_that_was_taken_by_whom_it_names_passes_on_to_nobody():
    story = Story(told=3)
    first = escalated(story, DOCTOR, OTHER)
    story.do(Step.TAKE, DOCTOR, at=59_000)
    pass_on(story, first)
    assert (story().phase, story().asked, story().waits) == (Phase.ESCALATED, (DOCTOR,), b"")
    assert story.voids() == [None, None, Void.SETTLED]


def test_one_that_was_taken_after_it_passed_on_is_no_longer_the_others_to_answer():
    story = Story(told=3)
    pass_on(story, escalated(story, DOCTOR, OTHER))
    story.do(Step.TAKE, OTHER, at=70_000)
    assert story().asked == (OTHER,)


@pytest.mark.parametrize("step", [Step.ANSWER, Step.CLOSE, Step.UNDO])
def test_an_escalation_that_is_over_passes_on_to_nobody(step):
    story = Story(told=3)
    first = escalated(story, DOCTOR, OTHER)
    author = DOCTOR if step is Step.ANSWER else NURSE
    story.do(step, author, at=3000, reason="resolved", grade=1, about=first.id if step is Step.UNDO else b"")
    before = story().phase
    pass_on(story, first)
    assert story.voids()[-1] is Void.SETTLED
    assert story().phase is before is not Phase.ESCALATED


def test_a_take_that_was_undone_lets_it_pass_on():
    story = Story(told=3)
    first = escalated(story, DOCTOR, OTHER)
    taken = story.do(Step.TAKE, DOCTOR, at=50_000)
    pass_on(story, first)
    story.do(Step.UNDO, DOCTOR, at=61_000, about=taken.id)
    assert story().asked == (DOCTOR, OTHER)


def test_a_closure_that_knew_of_the_escalation_holds_though_it_passed_on_unseen():
    story = Story(told=1)
    first = escalated(story, DOCTOR, OTHER)
    pass_on(story, first)
    story.do(Step.CLOSE, NURSE, blind_of=1, at=61_000, reason="resolved", grade=1)
    assert story().phase is Phase.CLOSED


def test_what_passes_on_asks_though_the_escalation_itself_never_came():
    story = Story(told=3)
    first = escalated(story, DOCTOR, OTHER, THIRD)
    pass_on(story, first, 1)
    pass_on(story, first, 2, at=120_000)
    assert (story().asked, story().waits) == ((DOCTOR, OTHER, THIRD), first.id)
    one, other = story.records[1:]
    alone = fold([one, other], 3)
    assert (alone.phase, alone.asked, alone.waits) == (Phase.ESCALATED, (OTHER, THIRD), first.id)
    taken = Record(b"t" * 16, Step.TAKE, ALERT, 70_000, OTHER, OTHER, parents=(one.id,))
    met = fold([one, other, taken], 3)
    assert met.asked == (OTHER,)
    assert [row.void for row in met.rows] == [None, None, Void.SETTLED]


def test_nobody_else_and_no_other_order_passes_an_escalation_on():
    story = Story(told=3)
    first = escalated(story, DOCTOR, OTHER, THIRD)
    pass_on(story, first, author=OTHER)
    pass_on(story, replace(first, to=(DOCTOR, THIRD, OTHER)))
    assert story.voids()[1:] == [Void.NOT_OWN, Void.INCOMPLETE]
    assert story().asked == (DOCTOR,)


def test_a_closure_that_did_not_know_of_a_call_leaves_the_alert_open():
    story = Story()
    story.do(Step.TAKE, NURSE)
    story.do(Step.ESCALATE, OTHER, to=(DOCTOR,))
    story.do(Step.CLOSE, NURSE, blind_of=1, reason="resolved", grade=1)
    assert story().phase is Phase.ESCALATED
    assert story.voids() == [None, None, Void.CROSSED]


def test_a_note_written_meanwhile_hinders_no_closure():
    story = Story()
    story.do(Step.NOTE, OTHER, text="phoned the daughter")
    story.do(Step.CLOSE, NURSE, blind_of=1, reason="resolved", grade=0)
    assert story().phase is Phase.CLOSED


def test_reopening_begins_anew_and_needs_a_reason():
    story = Story(told=3)
    story.do(Step.ESCALATE, to=(DOCTOR,))
    story.do(Step.ANSWER, DOCTOR)
    story.do(Step.CLOSE, reason="resolved", grade=1)
    story.do(Step.REOPEN, OTHER)
    assert story().phase is Phase.CLOSED
    story.do(Step.REOPEN, OTHER, text="she rang again")
    assert (story().phase, story().holder, story().reopened) == (Phase.TAKEN, OTHER, 1)
    story.do(Step.CLOSE, OTHER, reason="resolved", grade=1)
    assert story().phase is Phase.CLOSING


def test_an_own_step_is_undone_within_its_time_and_stays_in_the_trace():
    story = Story()
    taken = story.do(Step.TAKE, at=1000)
    story.do(Step.UNDO, about=taken.id, at=1000 + UNDO_MS)
    assert story().phase is Phase.NEW
    assert story.voids() == [Void.UNDONE, None]


@pytest.mark.parametrize(
    ("who", "at", "void"),
    [(OTHER, 2000, Void.NOT_OWN), (NURSE, 1001 + UNDO_MS, Void.TOO_LATE), (NURSE, 999, Void.TOO_LATE)],
)
def test_nobody_undoes_what_is_not_theirs_or_long_ago(who, at, void):
    story = Story()
    taken = story.do(Step.TAKE, at=1000)
    story.do(Step.UNDO, who, about=taken.id, at=at)
    assert story().phase is Phase.TAKEN
    assert story.voids() == [None, void]


def test_what_was_undone_stays_so_when_others_go_on():
    story = Story(told=2)
    story.do(Step.TAKE)
    wrong = story.do(Step.ESCALATE, to=(DOCTOR,), text="wrong patient")
    story.do(Step.UNDO, about=wrong.id)
    story.do(Step.CALL, OTHER, minutes=3, reached=True)
    assert story.voids() == [None, Void.UNDONE, None, None]
    assert story().phase is Phase.TAKEN


def test_what_another_built_upon_is_not_undone():
    story = Story()
    taken = story.do(Step.TAKE, at=1000)
    story.do(Step.ESCALATE, OTHER, to=(DOCTOR,), at=1500)
    story.do(Step.UNDO, about=taken.id, at=2000)
    assert story.voids() == [None, None, Void.TOO_LATE]


def test_what_became_of_a_summary_is_the_word_of_the_desk_that_closed_and_moves_nothing():
    story = Story(told=3)
    story.do(Step.CLOSE, NURSE, reason="resolved", grade=1)
    closing = story.do(Step.SECOND, OTHER)
    before = story()
    story.do(Step.ACCEPTED, NURSE, about=closing.id)
    story.do(Step.ACCEPTED, OTHER, about=b"?" * 16)
    assert tidings(story()) is None
    refused = story.do(Step.REFUSED, OTHER, about=closing.id, reason="207")
    assert tidings(story()) == refused
    assert story.voids()[2:] == [Void.NOT_OWN, Void.INCOMPLETE, None]
    assert replace(story(), rows=before.rows) == before
    assert closing_record(story()) == closing
    story.do(Step.REOPEN, NURSE, text="she rang again")
    assert tidings(story()) is None


def test_a_closure_is_undone_though_its_summary_arrived_and_what_became_of_it_is_not():
    story = Story(told=2)
    closed = story.do(Step.CLOSE, at=1000, reason="resolved", grade=1)
    said = story.do(Step.ACCEPTED, OTHER, at=2000, about=closed.id)
    own = story.do(Step.ACCEPTED, at=2000, about=closed.id)
    for one in (said, own):
        story.do(Step.UNDO, at=3000, about=one.id)
    assert story.voids()[-2:] == [Void.INCOMPLETE, Void.INCOMPLETE]
    assert story().phase is Phase.CLOSED
    story.do(Step.UNDO, at=4000, about=closed.id)
    assert story().phase is Phase.NEW


def test_records_that_name_each_other_as_parents_lose_nothing_and_nobody():
    one = Record(b"1" * 16, Step.TAKE, ALERT, 1, NURSE, parents=(b"2" * 16,))
    two = Record(b"2" * 16, Step.NOTE, ALERT, 2, OTHER, parents=(b"1" * 16,))
    assert fold([one, two]) == fold([two, one])
    assert len(fold([one, two]).rows) == 2
    assert fold([one, two]).phase is Phase.TAKEN


def test_ten_thousand_records_of_one_alert_are_read():
    records = [
        Record(
            n.to_bytes(16, "big"),
            Step.NOTE,
            ALERT,
            n,
            NURSE,
            parents=((n - 1).to_bytes(16, "big"),) if n else (),
        )
        for n in range(10_000)
    ]
    assert len(fold(records).rows) == 10_000


def told(grade):
    """Return a questionnaire that has pain of a grade."""
    return Questionnaire("Q1", ALERT, Key("A", "1"), 1, "SUIVI", 0, 0, (Symptom("pain", "", grade),))


def test_a_mute_ends_by_time_by_word_and_as_soon_as_it_gets_worse():
    mute = Record(
        b"1" * 16, Step.MUTE, ALERT, 1000, NURSE, reason="known", symptom="pain", grade=1, until_ms=9000
    )
    assert set(mutes([mute], told(1), 1000)) == {"pain"}
    assert not mutes([mute], told(2), 1000)
    assert not mutes([mute], told(NO_GRADE), 1000)
    assert not mutes([mute], told(1), 9000)
    unmute = Record(b"2" * 16, Step.UNMUTE, ALERT, 2000, OTHER, symptom="pain", parents=(mute.id,))
    assert not mutes([mute, unmute], told(1), 3000)
