"""Finding and opening patients at a real vault: who may, who says why, what the audit trail has."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future

import pytest

from app.patients.answers import LIMIT, MOST, Untraceable
from resources.demo.patients import PATIENTS
from storage.errors import DiskTrouble, StorageError

ODILE, GERARD, YVONNE, HENRI, THEO = "80421937", "80399120", "80500317", "80366510", "80503377"


def run(work):
    return asyncio.run(work)


def names(found):
    return [one.birth_name for one in found]


def test_the_first_letters_find_a_patient_without_accents_or_hyphens(oncologist):
    found = run(oncologist.patients.search("lemai"))
    assert {"LEMAÎTRE", "LEMAIRE", "LE MAITRE"} <= set(names(found))


def test_filters_narrow_to_those_inside_and_to_the_own_unit(oncologist):
    inside = run(oncologist.patients.search("", "inside"))
    mine = run(oncologist.patients.search("", "mine"))
    assert "LEMAIRE" in names(mine)
    assert set(names(mine)) < set(names(inside))
    counts = run(oncologist.patients.counts())
    assert (counts.all, counts.inside, counts.mine) == (len(PATIENTS), len(inside), len(mine))


def test_nobody_is_in_the_own_unit_of_somebody_without_one(outsider):
    assert run(outsider.patients.search("", "mine", MOST)) == ()


def test_the_care_team_opens_without_a_reason_and_the_trail_has_it(oncologist):
    opening = run(oncologist.patients.open(oncologist.id(ODILE)))
    assert opening.patient.birth_name == "LEMAÎTRE"
    assert opening.access.ground == "team"
    assert oncologist.acts() == [("patient-opened", "team")]


def test_outside_the_team_nothing_but_the_row_is_handed_out_until_a_reason_is_given(outsider):
    number = outsider.id(ODILE)
    asked = run(outsider.patients.open(number))
    assert asked.patient is None
    assert asked.homonyms == ()
    assert asked.row.birth_name == "LEMAÎTRE"
    assert run(outsider.patients.again(number)).patient is None
    assert run(outsider.patients.readers(number)) == ()
    opening = run(outsider.patients.open(number, "emergency"))
    assert opening.patient is not None
    assert opening.access.broken_glass
    assert outsider.acts() == [("patient-refused", ""), ("patient-opened", "emergency")]


def test_a_reason_holds_for_this_patient_until_the_lock(outsider):
    number, other = outsider.id(ODILE), outsider.id(GERARD)
    run(outsider.patients.open(number, "opinion"))
    assert run(outsider.patients.open(number)).access.ground == "opinion"
    assert run(outsider.patients.open(other)).patient is None
    outsider.patients.end()
    outsider.patients.begin(outsider.session, outsider.vault)
    assert run(outsider.patients.open(number)).patient is None


def test_another_reason_needs_a_text_which_the_trail_keeps(outsider):
    number = outsider.id(ODILE)
    assert run(outsider.patients.open(number, "other", "  ")).patient is None
    assert run(outsider.patients.open(number, "made up")).patient is None
    run(outsider.patients.open(number, "other", " demande de la\nfamille "))
    assert outsider.acts()[-1] == ("patient-opened", "other: demande de la famille")


def test_an_open_house_asks_nobody_and_traces_all(open_house):
    assert run(open_house.patients.open(open_house.id(YVONNE))).access.ground == "everyone"
    assert open_house.acts() == [("patient-opened", "everyone")]


class Failing:
    """A trail that takes nothing, as on a full disk."""

    def __init__(self, audit):
        self._audit = audit

    def record(self, *_what, **_more):
        future = Future()
        future.set_exception(DiskTrouble("audit"))
        return future

    def __getattr__(self, name):
        return getattr(self._audit, name)


def test_without_a_trail_the_team_opens_and_nobody_else(vault, outsider, oncologist):
    real, vault.audit = vault.audit, Failing(vault.audit)
    assert run(oncologist.patients.open(oncologist.id(ODILE))).patient is not None
    with pytest.raises(Untraceable):
        run(outsider.patients.open(outsider.id(ODILE), "emergency"))
    assert run(outsider.patients.open(outsider.id(ODILE))).patient is None
    vault.audit = real
    oncologist.trail.open(real, oncologist.session.user)
    real.record(1, b"", "behind it").result()
    assert ("patient-opened", "team") in oncologist.acts()


def test_who_consulted_is_told_for_all_numbers_of_a_patient(oncologist, vault):
    number = oncologist.id(HENRI)
    run(oncologist.patients.open(number, "rcp"))
    readers = run(oncologist.patients.readers(number))
    assert [(one.reason, one.mine, one.action) for one in readers] == [("rcp", True, "patient-opened")]
    patient = vault.patients.get(number).result()
    old = f"patient:{patient.authority}|{patient.merged[0]}".encode()
    vault.audit.record(1, b"x" * 16, "patient-opened", subject=old, reason="team").result()
    assert {one.reason for one in run(oncologist.patients.readers(number))} == {"rcp", "team"}


def test_the_recently_seen_come_back_after_the_lock_newest_first(open_house):
    for ipp in (ODILE, GERARD, ODILE):
        open_house.now_ms += 1000
        run(open_house.patients.open(open_house.id(ipp)))
    open_house.patients.end()
    assert run(open_house.patients.recent()) == ()
    open_house.patients.begin(open_house.session, open_house.vault)
    seen = run(open_house.patients.recent())
    assert [one.found.ipp for one in seen] == [ODILE, GERARD]
    assert seen[0].at_ms == open_house.now_ms


def test_a_cache_that_was_made_anew_with_other_ids_still_knows_whom_one_saw(open_house, vault):
    from app.scenes import wards

    run(open_house.patients.open(open_house.id(ODILE)))
    vault.patients.clear().result()
    vault.patients.apply(wards.facts(open_house.now_ms, tuple(reversed(PATIENTS)))).result()
    assert [one.found.birth_name for one in run(open_house.patients.recent())] == ["LEMAÎTRE"]


def test_a_locked_desk_knows_nobody(oncologist):
    number = oncologist.id(ODILE)
    oncologist.patients.end()
    assert run(oncologist.patients.search("lemai")) == ()
    assert run(oncologist.patients.open(number)) is None
    assert run(oncologist.patients.recent()) == ()
    assert not oncologist.patients.is_open


def test_a_lock_leaves_no_name_in_what_is_remembered_for_speed(oncologist):
    from app.search import plain
    from storage.patients.sound import sound
    from storage.patients.words import fold

    run(oncologist.patients.search("lemai"))
    oncologist.patients.end()
    assert [one.cache_info().currsize for one in (plain, sound, fold)] == [0, 0, 0]


def test_an_id_that_became_somebody_elses_opens_nobody(open_house):
    number = open_house.id(ODILE)
    assert run(open_house.patients.open(number, ipp=GERARD)) is None
    assert run(open_house.patients.again(number, GERARD)) is None
    assert open_house.acts() == []
    assert run(open_house.patients.open(number, ipp=ODILE)).patient.ipp == ODILE
    merged = run(open_house.patients.open(open_house.id(HENRI), ipp="80102233"))
    assert merged.patient.ipp == HENRI


def test_a_number_that_is_none_opens_nothing(oncologist):
    assert run(oncologist.patients.open(10**9)) is None


def test_a_page_holds_no_more_rows_than_asked(oncologist):
    assert len(run(oncologist.patients.search("", limit=5))) == 5
    assert len(run(oncologist.patients.search(""))) <= LIMIT


def test_a_shut_cache_says_so(oncologist, vault):
    vault.lock()
    with pytest.raises(StorageError):
        run(oncologist.patients.search("lemai"))
