"""The month of a service: whose month it is at its borders, and how soon alerts were answered."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app.monitoring.memory import Memory
from app.monitoring.monthly import Month, actives_csv, monthly, paper, times_csv
from app.monitoring.ports import Who
from app.monitoring.standing import Service
from media.mail.policy import Policy
from storage.monitoring.records import Questionnaire, Record, Step, Symptom
from storage.patients.facts import Key

MINUTE, HOUR = 60_000, 3_600_000
NURSE = b"n" * 16
PARIS = "Europe/Paris"


def at(text: str, zone: str = PARIS) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1000


class Ward:
    """A memory that is told of patients, questionnaires and steps."""

    def __init__(self, zone: str = PARIS) -> None:
        self.memory, self.number = Memory(NURSE), 0
        self.service = Service(Policy("ONCO1", "Oncologie", 4, zone=zone), b"p" * 16)
        self.memory.rule({"ONCO1": self.service})
        self.told: dict[int, list[Questionnaire]] = {}

    def ask(
        self, person: int, at_ms: int, grade: int, *, name: str = "", received_ms: int = 0, **more
    ) -> bytes:
        self.number += 1
        alert = self.number.to_bytes(16, "big")
        key = Key("A", f"{person:03}")
        made = Questionnaire(
            f"Q{self.number}", alert, key, person, "SUIVI", at_ms, received_ms or at_ms,
            (Symptom("pain", "Douleur", grade),), unit="ONCO1", **more,
        )  # fmt: skip
        self.told.setdefault(person, []).append(made)
        who = Who(person, key, name or f"PATIENT{person} Essai", "19620907", "F", "qualifiée")
        self.memory.answer(person, sorted(self.told[person], key=lambda one: one.answered_ms), who)
        return alert

    def step(self, alert: bytes, step: Step, at_ms: int, author: bytes = NURSE, **more) -> None:
        self.number += 1
        heads = self.memory.life(alert).heads
        number = self.number.to_bytes(16, "little")
        self.memory.hear(Record(number, step, alert, at_ms, author, b"d" * 16, heads, **more))

    def month(self, text: str, now_ms: int):
        return monthly(self.memory, self.service, Month.parse(text, self.service.policy.zone), now_ms)


def test_a_month_begins_and_ends_at_midnight_by_the_clocks_of_the_service():
    march = Month.parse("2026-03", PARIS)
    assert march.until_ms - march.since_ms == (31 * 24 - 1) * HOUR  # summer time begins in it
    assert march.holds(at("2026-03-01T00:00"))
    assert not march.holds(at("2026-02-28T23:59:59"))
    assert march.holds(at("2026-03-31T23:59:59"))
    assert not march.holds(at("2026-04-01T00:00"))
    assert Month.of(at("2026-04-01T00:30"), "Europe/Paris") == march.after
    assert str(Month.of(at("2026-04-01T00:30"), "UTC")) == "2026-03"
    assert (str(Month(2026, 12).after), str(Month(2026, 1).before)) == ("2027-01", "2025-12")


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "26-01", "2026-1", "２０２６-01", "2026-01-01"]
)
def test_what_is_no_month_is_refused(text):
    with pytest.raises(ValueError, match="month"):
        Month.parse(text, PARIS)


def test_who_answered_at_the_last_minute_is_of_this_month_and_of_the_service_that_follows():
    ward = Ward()
    ward.ask(1, at("2026-11-30T23:59"), 0)
    ward.ask(2, at("2026-12-01T00:00"), 0)
    ward.ask(3, at("2026-11-15T12:00"), 2, cancelled=True)
    told = ward.month("2026-11", at("2026-12-02T00:00"))
    assert [(one.who.key.ipp, one.answers, one.worst) for one in told.actives] == [("001", 1, 0)]
    far = Ward("America/Martinique")
    far.ask(2, at("2026-12-01T00:00"), 0)
    assert [one.who.key.ipp for one in far.month("2026-11", at("2026-12-02T00:00")).actives] == ["002"]


def test_several_questionnaires_are_one_active_patient_in_the_order_of_names():
    ward = Ward()
    for day, grade in ((3, 1), (10, 3), (17, 0)):
        ward.ask(7, at(f"2026-11-{day:02}T09:00"), grade, name="ZOLA Anne")
    ward.ask(8, at("2026-11-05T09:00"), 0, name="abel Bea")
    told = ward.month("2026-11", at("2026-12-02T00:00"))
    assert [one.who.name for one in told.actives] == ["abel Bea", "ZOLA Anne"]
    zola = told.actives[1]
    assert (zola.answers, zola.worst, zola.alerts) == (3, 3, 2)
    assert (zola.first_ms, zola.last_ms) == (at("2026-11-03T09:00"), at("2026-11-17T09:00"))


def test_response_times_by_grade_and_the_share_within_the_delay():
    ward = Ward()
    came = at("2026-11-10T09:00")
    for number, minutes in enumerate((10, 20, 30, 200)):  # of grade 3: two hours
        alert = ward.ask(number, came, 3)
        ward.step(alert, Step.NOTE, came + MINUTE, text="lu")
        ward.step(alert, Step.TAKE, came + minutes * MINUTE)
        if number == 0:
            ward.step(alert, Step.CALL, came + 15 * MINUTE, reached=True)
            ward.step(alert, Step.ESCALATE, came + 16 * MINUTE, to=(b"m" * 16,))
            ward.step(alert, Step.ANSWER, came + 40 * MINUTE, b"m" * 16)
            ward.step(alert, Step.CLOSE, came + 60 * MINUTE, reason="hospital", grade=3)
    ward.ask(9, came, 1)  # nobody did anything: a week is allowed
    told = ward.month("2026-11", came + 5 * HOUR)
    every, mild, severe = told.times
    assert (every.grade, mild.grade, severe.grade) == (None, 1, 3)
    taken, called, closed = severe.figures
    assert (taken.alerts, taken.done, taken.median_ms, taken.most_ms) == (4, 4, 25 * MINUTE, 200 * MINUTE)
    assert (taken.within, taken.judged, taken.share) == (3, 4, "75 %")
    assert (called.done, called.median_ms, called.within, called.judged) == (1, 15 * MINUTE, 1, 4)
    assert (closed.done, closed.median_ms, closed.within, closed.judged) == (1, HOUR, 1, 4)
    assert (mild.figures[0].judged, mild.figures[0].share) == (0, "")
    assert told.open == 4


def test_what_was_undone_or_closed_and_reopened_counts_as_it_stands():
    ward = Ward()
    came = at("2026-11-10T09:00")
    alert = ward.ask(1, came, 1)
    ward.step(alert, Step.TAKE, came + MINUTE)
    taken = ward.memory.life(alert).rows[0].record
    ward.step(alert, Step.UNDO, came + MINUTE + 5_000, about=taken.id)
    assert ward.month("2026-11", came + HOUR).times[0].figures[0].done == 0
    ward.step(alert, Step.CLOSE, came + 30 * MINUTE, reason="known", grade=1)
    assert ward.month("2026-11", came + HOUR).times[0].figures[2].median_ms == 30 * MINUTE
    ward.step(alert, Step.REOPEN, came + 40 * MINUTE, text="rappelle")
    assert ward.month("2026-11", came + HOUR).times[0].figures[2].done == 0


def test_a_spreadsheet_runs_nothing_and_reads_the_same():
    ward = Ward()
    ward.ask(1, at("2026-11-05T09:00"), 2, name='=HYPERLINK("http://x";"y") Léa')
    told = ward.month("2026-11", at("2026-12-02T00:00"))
    data = actives_csv(told)
    assert data.startswith(b"\xef\xbb\xbf")
    heads, row = csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";")
    assert row[0] == '\'=HYPERLINK("http://x";"y") Léa'
    assert dict(zip(heads, row, strict=True))["Grade le plus haut"] == "2"
    heads, *rows = csv.reader(io.StringIO(times_csv(told).decode("utf-8-sig")), delimiter=";")
    assert [one[0] for one in rows] == ["Tous", "G2"]
    assert all(len(one) == len(heads) for one in rows)


def test_the_pages_say_whose_month_it_is_by_which_rules_and_who_made_them():
    ward = Ward()
    ward.ask(1, at("2026-11-05T09:00"), 2, name="DUMAS Solange")
    told = paper(ward.month("2026-11", at("2026-12-02T00:00")), "Cadre Essai", at("2026-12-02T08:00")).plain
    for words in (
        "Oncologie",
        "novembre 2026",
        "version 4",
        "DUMAS Solange",
        "Cadre Essai",
        "1 patient actif",
    ):
        assert words in told
