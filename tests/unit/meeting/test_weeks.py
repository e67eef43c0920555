"""The agenda in words, in both languages."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from app import i18n
from app.meeting.agenda.dates import DAY_S, coming
from app.meeting.agenda.weeks import agenda, changes_s, told_terms, told_when
from app.scenes.agenda import HEBREW, THORAX, WEEK
from app.scenes.stills import NOW_MS

NOW = NOW_MS // 1000
pytestmark = pytest.mark.usefixtures("paris")


def shown(lines):
    return [(line.at, line.below, line.title) for line in lines]


def test_weeks_have_heads_and_days_have_hours():
    assert shown(agenda(WEEK[:2], NOW))[:6] == [
        ("", "", "Cette semaine · S48"),
        ("12:30", "1\u202fh 30", "RCP Thorax"),
        ("17:00", "1\u202fh 00", "RCP moléculaire régionale"),
        ("", "", "Semaine prochaine · S49"),
        ("Mar. 1", "12:30", "RCP Thorax"),
        ("", "", "S50 · lun. 7 déc. – dim. 13 déc."),
    ]
    i18n.set_language("en")
    assert [line.title for line in agenda(WEEK[:1], NOW)][:2] == ["This week · W48", "RCP Thorax"]


def test_a_date_called_off_is_shown_as_such_and_opens_nothing():
    (line,) = [line for line in agenda([THORAX], NOW) if line.off]
    assert line.mark[0] == "Annulée"
    assert not line.open
    assert "Annulée" in line.sentence


def test_only_the_date_that_the_link_opens_now_is_offered():
    lines = [line for line in agenda([THORAX], NOW) if line.occurrence]
    assert [line.occurrence.number for line in lines if line.open] == [0]
    assert [line.occurrence.number for line in agenda([THORAX], NOW + 4 * DAY_S) if line.open] == [1]


def test_what_is_over_is_gone_and_what_runs_is_marked():
    lines = [line for line in agenda([THORAX], NOW) if line.occurrence]
    assert lines[0].mark[0] == "En cours"
    later = [line for line in agenda([THORAX], THORAX.ends_s) if line.occurrence]
    assert lines[0].key not in {line.key for line in later}


def test_the_agenda_is_written_anew_at_the_next_end_begin_turn_or_midnight():
    assert changes_s(agenda([THORAX], NOW), NOW) == THORAX.ends_s
    after = THORAX.ends_s + 60
    midnight = changes_s(agenda([THORAX], after), after)
    assert (midnight - NOW) // 60 == 648
    friday = NOW + 3 * DAY_S
    assert changes_s(agenda([THORAX], friday), friday) < friday + DAY_S // 2
    assert next(line.open for line in agenda([THORAX], midnight + 4 * DAY_S) if line.occurrence)
    assert changes_s((), NOW) == midnight


def test_a_meeting_far_ahead_is_shown_once_and_one_without_a_date_last():
    far = replace(THORAX, starts_s=NOW + 200 * DAY_S, ends_s=NOW + 200 * DAY_S + 60, starts=(), off=())
    open_ = replace(THORAX, title="Sur lien", starts_s=0, ends_s=0, starts=(), off=())
    assert [line.title for line in agenda([open_, far], NOW)][-3:] == ["RCP Thorax", "Sans date", "Sur lien"]


def test_a_search_takes_no_heed_of_accents_and_case():
    titles = {line.title for line in agenda(WEEK, NOW, "MOLECUL") if line.occurrence}
    assert titles == {"RCP moléculaire régionale"}
    assert {line.title for line in agenda(WEEK, NOW, HEBREW[:5]) if line.occurrence} == {HEBREW}
    assert agenda(WEEK, NOW, "zzz") == ()


def test_a_series_is_told_by_its_first_date_its_rhythm_and_its_last():
    assert told_when(THORAX) == told_when(THORAX)
    assert (
        str(told_when(THORAX))
        == "Mardi 24 novembre, 12:30 – 14:00, puis chaque semaine, 8 dates, jusqu’au mar. 19 janv."
    )
    assert str(told_when(THORAX, 1)) == "Mardi 1 décembre, 12:30 – 14:00"


def test_a_meeting_whose_end_nobody_knows_says_when_it_begins():
    assert str(told_when(replace(WEEK[3], ends_s=0))) == "Jeudi 26 novembre, 14:00"
    assert told_terms(THORAX) == "24 participants au plus · sans invité extérieur"


def test_two_hundred_series_are_told_in_a_blink():
    many = [replace(THORAX, tag=bytes([n]) * 16, title=f"RCP {n}") for n in range(200)]
    began = time.process_time()
    agenda(many, NOW)
    assert time.process_time() - began < 1.0
    assert coming(many[0], NOW) is not None
