from __future__ import annotations

import json
from dataclasses import replace

import msgspec
import pytest

from app.demo import report
from app.demo.orders import Asked, Counted, Posted, StreamCount, Watched
from app.demo.report import Findings

NAMES = ("Dr A", "Dr B", "Dr C")


def stream(sender: str, kind: str, frames: int = 1000, lost: int = 0) -> StreamCount:
    return StreamCount(sender=sender, kind=kind, frames=frames, lost=lost, p50_ms=4.0, p95_ms=9.0)


def received(name: str, **changes) -> Counted:
    streams = [
        stream(other, kind, **changes) for other in NAMES if other != name for kind in ("thumbnail", "voice")
    ]
    return Counted(name=name, streams=streams, rekeys=2)


@pytest.fixture
def good() -> Findings:
    return Findings(
        NAMES,
        duration_s=20.004,
        codes=dict.fromkeys(NAMES, "41820734"),
        counts={name: received(name) for name in NAMES},
        packets={"packets_in": 1200, "packets_out": 3400},
        screenshots=["/tmp/rcp-1.png"],
        kept=92,
        posted=Posted(sent=11, delivered=11, read=8, held=2),
        asked=Asked(kept=200, refused=0, today=40),
        watched={one.name: one for one in (watched("Dr A"), watched("Dr B", accepted=4))},
        recorded=4,
    )


def watched(name: str, **changes) -> Watched:
    counts = {"followed": 41, "by_grade": [1, 14, 8, 2, 1, 0], "todo": 19, "in_hand": 1, "escalated": 2}
    done = {"answered": 1, "closed": 4, "overdue": 1, "silent": 1, "accepted": 0}
    return Watched(name=name, **{**counts, **done, **changes})


def test_the_report_has_the_agreed_form(good):
    made = json.loads(json.dumps(report.as_json(good)))
    assert set(made) == {
        *("duration_s", "participants", "rekeys", "relay", "hl7", "messages", "monitoring", "screenshots")
    }
    assert made["monitoring"]["platform"] == {"kept": 200, "refused": 0, "today": 40}
    assert [one["name"] for one in made["monitoring"]["desks"]] == ["Dr A", "Dr B"]
    assert made["messages"] == {"sent": 11, "delivered": 11, "read": 8, "held": 2}
    assert made["relay"] == {"packets_in": 1200, "packets_out": 3400}
    first = made["participants"][0]
    assert (first["name"], first["call_code"]) == ("Dr A", "41820734")
    assert first["streams"][0] == {
        "from": "Dr B", "kind": "thumbnail", "frames": 1000, "lost": 0, "latency_ms": {"p50": 4.0, "p95": 9.0},
    }  # fmt: skip


def test_a_good_meeting_has_no_problem_and_is_told_with_its_figures(good):
    assert report.problems(good) == []
    said = report.summary(good)
    assert "3 participants, 20 s" in said
    assert "4182 0734" in said
    assert "12\u202f000, perdus 0,000" in said
    assert "/tmp/rcp-1.png" in said
    assert "92 acquittés, 0 refusés" in said
    assert "11 envoyés, 11 remis, 8 lus, 2 en attente d'une clé à comparer" in said


@pytest.mark.parametrize(
    "posted",
    [None, Posted(sent=0, delivered=0, read=0, held=0), Posted(sent=11, delivered=10, read=8, held=2)],
)
def test_messages_that_were_not_delivered_or_not_counted_are_a_problem(good, posted):
    assert len(report.problems(replace(good, posted=posted))) == 1


@pytest.mark.parametrize(
    "asked", [None, Asked(kept=200, refused=1, today=40), Asked(kept=190, refused=0, today=39)]
)
def test_questionnaires_that_did_not_come_are_a_problem(good, asked):
    assert len(report.problems(replace(good, asked=asked))) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"by_grade": [1, 14, 8, 2, 0, 0]},
        {"escalated": 0},
        {"answered": 0},
        {"overdue": 0},
        {"silent": 0},
    ],
)
def test_a_day_of_telemonitoring_that_lacks_something_is_a_problem(good, changes):
    desks = {name: watched(name, accepted=4, **changes) for name in ("Dr A", "Dr B")}
    assert len(report.problems(replace(good, watched=desks))) == 1


def test_two_desks_that_see_other_alerts_are_a_problem(good):
    good.watched["Dr A"] = watched("Dr A", todo=18, closed=5)
    assert report.problems(good) == ["télésuivi : il manque les mêmes listes à tous les postes"]
    del good.watched["Dr A"]
    assert len(report.problems(good)) == 1


def test_a_summary_that_the_record_does_not_keep_is_a_problem(good):
    assert len(report.problems(replace(good, recorded=0))) == 1


@pytest.mark.parametrize(("kept", "refused"), [(0, 0), (90, 2)])
def test_a_workstation_that_took_no_message_or_refused_one_is_a_problem(good, kept, refused):
    assert len(report.problems(replace(good, kept=kept, refused=refused))) == 1


@pytest.mark.parametrize(("kind", "words"), [("thumbnail", "n'a pas vu"), ("voice", "n'a pas entendu")])
def test_somebody_who_is_not_seen_or_heard_is_named(good, kind, words):
    mine = good.counts["Dr A"]
    kept = [one for one in mine.streams if (one.sender, one.kind) != ("Dr C", kind)]
    good.counts["Dr A"] = msgspec.structs.replace(mine, streams=kept)
    assert report.problems(good) == [f"Dr A {words} Dr C"]


def test_a_stream_without_frames_is_not_seen(good):
    good.counts["Dr B"] = received("Dr B", frames=0)
    assert "Dr B n'a pas vu Dr A" in report.problems(good)


def test_a_participant_who_counted_nothing_is_named(good):
    del good.counts["Dr C"]
    assert "Dr C n'a rien compté" in report.problems(good)


@pytest.mark.parametrize("codes", [{"Dr A": "41820734"}, dict.fromkeys(NAMES, "1234"), {}])
def test_codes_must_be_there_for_all_and_whole(good, codes):
    assert len(report.problems(replace(good, codes=codes))) == 1


def test_one_different_code_is_a_problem(good):
    good.codes["Dr B"] = "00000000"
    assert len(report.problems(good)) == 1


def test_losses_up_to_a_thousandth_pass_and_more_do_not(good):
    good.counts["Dr A"] = received("Dr A", frames=999, lost=1)
    assert report.problems(good) == []
    good.counts["Dr A"] = received("Dr A", frames=990, lost=10)
    assert len(report.problems(good)) == 1


def test_sound_made_up_at_the_workstation_is_reported_and_bounded(good):
    voice = stream("Dr B", "voice", frames=170)
    mine = good.counts["Dr A"]
    others = [one for one in mine.streams if (one.sender, one.kind) != ("Dr B", "voice")]
    for made_up, problems in ((3, 0), (30, 1)):
        heard = msgspec.structs.replace(voice, made_up=made_up)
        good.counts["Dr A"] = msgspec.structs.replace(mine, streams=[*others, heard])
        assert len(report.problems(good)) == problems
    assert report.as_json(good)["participants"][0]["streams"][-1]["made_up"] == 30


def test_incidents_are_told_by_their_number(good):
    good.failures = [("Dr A", "not-received")] * 3 + [("Dr B", "clock")]
    said = report.summary(good)
    assert "not-received, 3 fois" in said
    assert "clock, 1 fois" in said


@pytest.mark.parametrize(
    ("codes", "words"), [({}, "aucun lu"), ({"Dr A": "12345678", "Dr B": "12345679"}, "2 lus, différents !")]
)
def test_missing_and_different_codes_are_told_as_such(good, codes, words):
    assert words in report.summary(replace(good, codes=codes))
