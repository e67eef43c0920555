"""An alert's time, verbs, trace and refusals in words, without a window."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from app import i18n
from app.i18n import tr
from app.monitoring import durations, refusals
from app.monitoring.people import Colleague
from app.monitoring.ports import Cause, Due, Item, Proof, Refused, Sending, Sheet, Trend, Unwritable, Who
from app.monitoring.standing import Service
from app.monitoring.told import Telling, reason, summary
from app.monitoring.verbs import MAIN, able, next_asked, ordered, waits_for_second
from media.mail.policy import Part, Policy
from storage.monitoring.life import fold
from storage.monitoring.records import NO_GRADE, OWN_REASON, Phase, Questionnaire, Record, Step, Symptom, Void
from storage.patients.facts import Key

ALERT, ME, OTHER, DOCTOR, SECOND = (letter * 16 for letter in (b"a", b"m", b"o", b"d", b"s"))
NOON = 1_800_000_000_000
MINUTE = 60_000
NAMES = {ME: "Karim Bensaïd", OTHER: "Claire Prieur", DOCTOR: "Dr Marchetti", SECOND: "Dr Okafor"}


@dataclass
class Names:
    """A directory of four."""

    def of(self, user):
        return Colleague(user, NAMES[user], "IPA")

    def name(self, user):
        return NAMES[user]


class Story:
    """An alert of one symptom, and what is done about it, one step each minute."""

    def __init__(self, grade=2, cause=Cause.SENDER, **policy):
        self.grade, self.cause = grade, cause
        self.records = []
        self.policy = Policy(
            "ONCO1",
            "Oncologie",
            4,
            members=((ME, Part.NURSE), (OTHER, Part.NURSE), (DOCTOR, Part.DOCTOR), (SECOND, Part.DOCTOR)),
            reasons=(("resolved", "Résolu au téléphone"),),
            **policy,
        )

    def do(self, step, author=ME, **more):
        at_ms = NOON + MINUTE * (len(self.records) + 1)
        made = Record(
            id=len(self.records).to_bytes(16, "big"),
            step=step,
            subject=ALERT,
            at_ms=more.pop("at_ms", at_ms),
            author=author,
            device=author,
            parents=fold(self.records, self.grade).heads,
            **more,
        )
        self.records.append(made)
        return made

    def sheet(self, me=ME, **more):
        life = fold(self.records, self.grade)
        key = Key("1.2", "80417702")
        item = Item(
            ALERT,
            Who(1, key, "DUMAS Solange", "19620907", "F", "QUALIFIED"),
            max(life.grade, self.grade),
            self.cause,
            (Symptom("diarrhea", "Diarrhée", self.grade),),
            Trend.WORSE,
            life.phase,
            NOON,
            Due(NOON + 120 * MINUTE, 120 * MINUTE),
            rule="DIAR-3, v4",
        )
        told = Questionnaire(
            "Q1", ALERT, key, 1, "SUIVI", NOON - MINUTE, NOON, (Symptom("diarrhea", "Diarrhée", self.grade),)
        )
        return replace(Sheet(item, told, life, ruled=Service(self.policy), me=me), **more)

    def lines(self, now_ms=NOON, **more):
        return Telling(self.sheet(**more), Names(), {}).lines(now_ms)


@pytest.fixture(autouse=True)
def french():
    yield
    i18n.set_language("fr")


def test_time_is_said_as_people_say_it():
    said = [durations.left(minutes * MINUTE) for minutes in (0, 42, 64, 120, 1080, 4 * 1440, -12)]
    plain = [one.replace("\u202f", " ") for one in said]
    assert plain == ["0 min", "42 min", "1 h 04", "2 h", "18 h", "4 j", "+ 12 min"]


def test_working_time_is_never_told_in_days_of_24_hours():
    assert durations.delay(60 * 60, working=True).replace("\u202f", " ") == "60 h ouvrées"
    assert durations.left(60 * 60 * MINUTE, working=True).replace("\u202f", " ") == "60 h"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_refusal_has_a_sentence(language):
    i18n.set_language(language)
    errors = [*(Refused(code) for code in refusals.CODES), Unwritable(), ValueError("secret")]
    sentences = [str(refusals.refusal(error)) for error in errors]
    assert len(set(sentences)) == len(errors)
    assert not [one for one in sentences if "monitoring.refused" in one or "secret" in one]


def test_every_code_that_the_ports_name_is_known():
    named = Refused.__doc__.split("`code`:")[1].strip(" .\n").split(", ")
    assert set(named) <= refusals.CODES


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_step_and_every_void_has_words(language):
    i18n.set_language(language)
    for void in Void:
        assert not tr(f"alertacts.void.{void}").startswith("alertacts.")
    for step in Step:
        story = Story()
        story.do(step, to=(DOCTOR,), text="x", reason="resolved", grade=2)
        assert "alertacts." not in story.lines()[-1].sentence


def test_the_suggested_act_stands_first_and_all_four_are_there():
    story = Story(grade=3)
    assert ordered(story.sheet(suggested="call")) == ("call", "escalate", "advise", "close")
    story.do(Step.ESCALATE, to=(DOCTOR, SECOND), text="?", until_ms=NOON + 31 * MINUTE)
    assert ordered(story.sheet(DOCTOR, suggested="answer"))[0] == "answer"
    assert set(ordered(story.sheet(suggested="call"))) == set(MAIN)
    story.do(Step.ANSWER, DOCTOR, text="HDJ")
    story.do(Step.CLOSE, reason="resolved", grade=3)
    assert ordered(story.sheet()) == ()


def test_who_did_not_answer_is_reminded_first():
    assert ordered(Story(cause=Cause.SILENCE).sheet(suggested="advise"))[0] == "remind"


def test_what_can_be_begun_follows_the_life():
    story = Story(grade=3)
    assert [act for act in ("take", "hand", "second", "reopen", "answer") if able(act, story.sheet())] == [
        "take"
    ]
    story.do(Step.TAKE)
    assert not able("take", story.sheet())
    assert able("take", story.sheet(OTHER))
    assert able("hand", story.sheet())
    story.do(Step.CLOSE, reason="resolved", grade=1)
    assert not able("second", story.sheet())
    assert able("second", story.sheet(OTHER))
    assert able("reopen", story.sheet())


@pytest.mark.parametrize(("told", "final", "waits"), [(3, 1, True), (2, 3, True), (2, 2, False)])
def test_a_second_reader_is_announced_by_the_highest_grade(told, final, waits):
    assert waits_for_second(Story(grade=told).sheet(), final) is waits


def test_an_escalation_tells_to_whom_it_goes_next_and_when():
    story = Story(grade=3)
    story.do(Step.ESCALATE, to=(DOCTOR, SECOND), text="?", until_ms=NOON + 31 * MINUTE)
    assert next_asked(story.sheet()) == (SECOND, NOON + 31 * MINUTE)
    story.do(Step.TAKE, DOCTOR)
    assert next_asked(story.sheet()) is None


def test_the_trace_begins_with_what_came_and_who_says_that_it_is_an_alert():
    first, second = Story(grade=3).lines()
    assert first.title == "Questionnaire reçu"
    assert "La patiente, SUIVI" in first.words
    assert (second.title, second.words) == ("Alerte G3", "Grade transmis par SUIVI")
    assert Story(cause=Cause.RULE).lines()[1].words == "Règle locale DIAR-3, v4"
    (silent,) = Story(cause=Cause.SILENCE).lines()
    assert silent.title == "Sans réponse"


def test_nobody_is_said_to_have_told_a_grade_where_there_was_none():
    story = Story(grade=2)
    sheet = story.sheet()
    told = replace(sheet.questionnaire, raised="Y", symptoms=())
    moments = Telling(replace(sheet, questionnaire=told), Names(), {}).lines(NOON)
    assert (moments[1].title, moments[1].words) == ("Alerte sans grade", "Signalée par SUIVI")


def test_each_step_says_who_what_and_which_grade():
    story = Story()
    story.do(Step.CALL, reached=True, minutes=6, text="7 selles", grade=3)
    story.do(Step.CLOSE, OTHER, reason="resolved", grade=1, text="à revoir")
    call, closed = story.lines()[-2:]
    assert call.title.replace("\u202f", " ") == "Appel, 6 min"
    assert "Grade 3 confirmé par téléphone" in call.words
    assert "7 selles" in call.words
    assert "Karim Bensaïd" in call.by
    assert closed.title == "Close\u00a0: Résolu au téléphone"
    assert "Grade final 1" in closed.words
    assert "à revoir" in closed.words


def test_a_reason_in_own_words_is_told_once():
    story = Story()
    closure = story.do(Step.CLOSE, reason=OWN_REASON, text="Vue en consultation", grade=1)
    line = story.lines()[-1]
    assert "Vue en consultation" in line.title
    assert "Vue en consultation" not in line.words
    assert reason(story.sheet(), replace(closure, reason="gone")) == "gone"


def test_what_moved_nothing_says_why():
    story = Story()
    taken = story.do(Step.TAKE)
    story.do(Step.UNDO, about=taken.id)
    struck, undo = story.lines()[-2:]
    assert struck.void == "Sans effet\u00a0: annulée par son auteur"
    assert (undo.title, undo.void) == ("Annulation\u00a0: Prise en charge", "")


def test_days_stand_above_their_moments_where_there_are_several():
    story = Story()
    story.do(Step.NOTE, text="x", at_ms=NOON + 86_400_000)
    heads = [line.title for line in story.lines(NOON + 86_400_000) if not line.when]
    assert len(heads) == 2
    assert [line for line in Story().lines() if not line.when] == []


def test_a_record_whose_signature_does_not_hold_is_marked():
    story = Story()
    record = story.do(Step.NOTE, text="x")
    line = Telling(story.sheet(), Names(), {record.id: Proof.BROKEN}).lines(NOON)[-1]
    assert line.alarm
    assert "signature non valable" in line.by


def test_what_became_of_the_summary_is_told_at_every_desk_once():
    story = Story()
    closed = story.do(Step.CLOSE, reason="resolved", grade=1)
    story.do(Step.REFUSED, about=closed.id, reason="902")
    refused = story.lines()[-1]
    assert (refused.title, refused.by) == (
        "Résumé refusé par le dossier\u00a0: patient inconnu de la passerelle (902)",
        "poste de \u2068Karim Bensaïd\u2069",
    )
    own = [one.title for one in story.lines(sending=Sending("refused", "902", NOON))]
    assert own.count(refused.title) == 1
    under_way = story.lines(sending=Sending("queued", "", NOON, 1))
    assert [one.title for one in under_way][-2:] == [refused.title, "Résumé en route vers le dossier"]
    assert story.lines(me=OTHER)[-1].title == refused.title


def test_news_are_what_others_did_since():
    story = Story()
    story.do(Step.TAKE)
    known = frozenset(one.id for one in story.records)
    story.do(Step.NOTE, text="mine")
    assert summary(story.sheet(), Names(), known) == ""
    story.do(Step.TAKE, OTHER)
    assert "Claire Prieur" in summary(story.sheet(), Names(), known)
    assert story.sheet().life.phase is Phase.TAKEN
    assert story.sheet().life.grade == NO_GRADE
