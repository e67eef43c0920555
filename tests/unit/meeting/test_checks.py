"""The four checks: each finding has its sentence, none is dressed up, none is a barrier."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import msgspec
import pytest

from app import i18n
from app.line import Line
from app.meeting.entry import start
from app.meeting.entry.checks import Exam, Keys, checks, count_keys, examine
from app.scenes import stills
from media.errors import LinkLost, LinkRefused
from media.keys.certs import DeviceCert
from media.link.probe import MOST_KBPS, Seen
from storage.meetings import Meeting

GOOD = Seen(rtt_ms=23, transport="udp", up_kbps=3_100, sent=20, lost=0, jitter_ms=2, medium="cable")
NOW_S = 1_795_522_320


@pytest.fixture(autouse=True)
def french():
    i18n.set_language("fr")


def said(exam):
    return [
        (one.state, f"{one.title} | {one.detail}".replace("\u202f", " ").replace("\u00a0", " "))
        for one in checks(exam)
    ]


def test_before_anything_is_known_all_wait():
    assert {state for state, _ in said(None)} == {"wait"}


def test_a_good_line_is_four_times_good():
    assert said(Exam(Keys(8, 8), GOOD)) == [
        ("ok", "Relais joignable, 23 ms | UDP direct"),
        ("ok", "Débit montant 3,1 Mbit/s | 720p possible"),
        ("ok", "Câble, perte 0 % | gigue 2 ms"),
        ("ok", "Clés de 8 hôtes sur 8 connues | E2EE"),
    ]


@pytest.mark.parametrize(
    ("change", "row", "sentence"),
    [
        ({"up_kbps": 900}, 1, "Débit montant 0,9 Mbit/s | image réduite"),
        ({"up_kbps": 200}, 1, "Débit montant 0,2 Mbit/s | audio seul conseillé"),
        ({"up_kbps": 0}, 1, "Débit montant non mesuré | "),
        (
            {"lost": 3, "medium": "wifi", "jitter_ms": 48},
            2,
            "Wi-Fi, perte 15 %, gigue 48 ms | câble conseillé",
        ),
        ({"jitter_ms": 60, "medium": ""}, 2, "Liaison, perte 0 %, gigue 60 ms | liaison irrégulière"),
        ({"sent": 0, "transport": "tls"}, 2, "Câble, UDP bloqué | image moins fluide"),
    ],
)
def test_what_is_poor_is_warned_of_with_what_follows(change, row, sentence):
    assert said(Exam(Keys(8, 8), replace(GOOD, **change)))[row] == ("warn", sentence)


def test_the_most_that_can_be_measured_is_no_more_than_at_least():
    assert "20 Mbit/s ou plus" in said(Exam(Keys(8), replace(GOOD, up_kbps=MOST_KBPS)))[1][1]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("unreachable", "Relais injoignable"),
        ("relay-impostor", "n’est pas celui de l’établissement"),
        ("relay-too-old", "plus ancien"),
        ("relay-too-new", "plus récent"),
        ("whatever", "Relais injoignable"),
    ],
)
def test_without_a_relay_nothing_is_measured_and_it_says_why(code, sentence):
    found = said(Exam(Keys(8), code=code))
    assert sentence in found[0][1]
    assert [state for state, _ in found] == ["warn", "warn", "warn", "ok"]
    assert "non mesuré" in found[1][1]


@pytest.mark.parametrize(
    ("keys", "state", "sentence"),
    [
        (Keys(7, 8), "warn", "Clés de 7 hôtes sur 8 connues | à vérifier en séance"),
        (Keys(30, 0), "ok", "30 clés de confrères connues | E2EE"),
        (Keys(0, 0), "warn", "Aucune clé de confrère connue | à vérifier en séance"),
        (
            Keys(30, 8, 90_000),
            "warn",
            "30 clés connues, annuaire de plus de 24 h | des retraits peuvent manquer",
        ),
    ],
)
def test_keys_are_counted_honestly(keys, state, sentence):
    assert said(Exam(keys, GOOD))[3] == (state, sentence)


def test_only_living_keys_of_others_count():
    session = stills.directory_session()
    users = [DeviceCert.parse(one).user for one in session.trust.certificates]
    assert count_keys(session, [], stills.NOW_S).known == len({*users} - {session.user})
    assert count_keys(session, [session.user, users[1], b"x" * 16], stills.NOW_S) == Keys(1, 2, 600)
    assert count_keys(session, [], stills.NOW_S + 400 * 86_400).known == 0


@pytest.mark.parametrize(
    ("answer", "code"),
    [(LinkLost("unreachable"), "unreachable"), (LinkRefused("relay-too-new"), "relay-too-new"), (GOOD, "")],
)
def test_an_exam_never_fails(answer, code):
    line = Line(lambda *_: None, lambda: NOW_S * 1000, stills.answering(answer))
    exam = asyncio.run(examine(line, stills.RELAY, stills.session(), (), NOW_S))
    assert (exam.code, exam.seen) == (code, None if code else GOOD)


@pytest.mark.parametrize(
    ("seconds", "ends", "chip"),
    [
        (-720, 5_400, "Commence dans 12 min"),
        (-61, 5_400, "Commence dans 2 min"),
        (-30, 5_400, "Commence dans 1 min"),
        (0, 5_400, "Commence maintenant"),
        (300, 5_400, "Commencée depuis 5 min"),
        (300, 0, "Commencée depuis 5 min"),
        (5_400, 5_400, "Terminée à "),
        (-200_000, 5_400, "Commence "),
    ],
)
def test_when_it_begins_is_said_and_counts_down(seconds, ends, chip):
    meeting = Meeting(
        "RCP", "r", 443, b"t" * 16, b"s" * 16, b"h" * 16, starts_s=NOW_S, ends_s=ends and NOW_S + ends
    )
    found, when = start.words(meeting, NOW_S + seconds)
    assert str(found).replace("\u202f", " ").startswith(chip)
    assert str(when)


def test_of_an_unknown_meeting_no_time_is_claimed():
    assert start.words(None, NOW_S) == ("", "")


def test_one_spoilt_certificate_hides_no_key():
    session = stills.directory_session()
    spoilt = replace(
        session,
        trust=msgspec.structs.replace(session.trust, certificates=[b"spoilt", *session.trust.certificates]),
    )
    assert count_keys(spoilt, (), NOW_S) == count_keys(session, (), NOW_S)
