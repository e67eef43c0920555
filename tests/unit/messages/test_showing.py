"""What the section Messages shows, without a window: lines of a thread, what of it is in memory, Today, alerts."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import i18n
from app.board import Rank
from app.messages import looks
from app.messages.herald import Herald
from app.messages.items import Day, Happened, New, Said, lines, openable
from app.messages.people import People
from app.messages.span import MOST, STEP, Span
from app.messages.today import MessagesSource
from app.search import plain
from media.events import Event
from storage.messages.records import File, FileState, Message, PatientLink, State, Thread, ThreadKind

NOW = 1_795_522_320_000
ME, ANNA, BEN = (bytes([n]) * 16 for n in (1, 2, 3))
MINUTE = 60_000


@pytest.fixture(autouse=True)
def _french():
    i18n.set_language("fr")


def person(user, name, level="certified", *, me=False):
    words = plain(f"{name} Pneumologie")
    told = {
        "role": "doctor",
        "specialty": "Pneumologie",
        "text": words,
        "favourite": False,
        "circles": frozenset(),
    }
    return SimpleNamespace(user=user, name=name, level=level, me=me, **told)


def people(*, anna="certified"):
    listed = (
        person(ME, "Dr Moi", "me", me=True),
        person(ANNA, "Dr Anna Lévy", anna),
        person(BEN, "Dr Ben Roy"),
    )
    book = SimpleNamespace(people=listed, circles=())
    return People(SimpleNamespace(known=book, writable=True, changed=Event()))


def message(n, author=ANNA, text="Bonjour", ago=0, **more):
    own = author == ME
    state = State.DELIVERED if own else State.RECEIVED
    fields = {"state": state, **more}
    return Message(n, n, 1, bytes([n % 256]) * 16, author, own, NOW - ago * MINUTE, text=text, **fields)


def thread(n=1, members=(ANNA,), **more):
    return Thread(n, bytes(16), ThreadKind.DIRECT, "", members, **more)


def test_days_groups_and_the_first_unread_are_told():
    told = [
        message(1, ago=26 * 60),
        message(2, ago=12),
        message(3, ago=11),
        message(4, BEN, ago=10),
        message(5, ME, ago=9, text="Merci"),
    ]
    shown = lines(told, people(), NOW, team=True, new_from=3)
    assert [type(one) for one in shown] == [Day, Said, Day, Said, New, Said, Said, Said]
    said = [one for one in shown if isinstance(one, Said)]
    assert [one.name for one in said] == ["Dr Anna Lévy", "Dr Anna Lévy", "", "Dr Ben Roy", ""]
    assert [one.face for one in said] == [True, False, True, True, False]


def test_a_line_tells_everything_in_one_sentence():
    file = File(7, "scan.pdf", "application/pdf", 1_840_000, FileState.COMING, 760_000)
    one = message(3, text="Vu", quote=bytes([2]) * 16, files=(file,), warning="gap")
    said = next(
        line for line in lines([message(2, ME, "Et alors ?"), one], people(), NOW) if line.key == "message 3"
    )
    for part in ("manquent", "Dr Anna Lévy", "Et alors ?", "Vu", "scan.pdf", "41", "en réception"):
        assert part in said.sentence


def test_what_is_withdrawn_or_gone_shows_nothing_of_itself():
    file = File(7, "secret.pdf", "application/pdf", 10, FileState.HERE)
    for gone in ({"withdrawn_ms": NOW}, {"gone_ms": NOW}):
        said = lines([message(1, text="secret", files=(file,), **gone)], people(), NOW)[-1]
        assert "secret" not in said.sentence


def test_an_answer_to_what_is_withdrawn_quotes_nothing_of_it():
    told = [message(2, text="secret", withdrawn_ms=NOW), message(3, quote=bytes([2]) * 16)]
    assert "secret" not in lines(told, people(), NOW)[-1].sentence


def test_what_happened_is_a_sentence_also_for_an_unknown_event():
    shown = lines([message(1, event="joined", event_about=BEN), message(2, event="odd")], people(), NOW)
    words = [one.words for one in shown if isinstance(one, Happened)]
    assert words[0].endswith("a ajouté \u2068Dr Ben Roy\u2069")
    assert "a modifié le fil" in words[1]


ODILE, SIMONE = (
    PatientLink("1.2", ipp, f"{name}, née le 14/03/1954")
    for ipp, name in (("8042", "MOREL Odile"), ("8099", "MOREL Ode"))
)


def test_a_message_names_its_patient_where_the_thread_is_about_another():
    told = [
        message(1, patient=ODILE),
        message(2, patient=SIMONE),
        message(3),
        message(4, patient=replace(SIMONE, label="autrement écrite")),
    ]
    about = [one.about for one in lines(told, people(), NOW, patient=SIMONE) if isinstance(one, Said)]
    assert about == [f"\u2068{ODILE.label}, IPP 8042\u2069", "", "Aucun patient nommé", ""]
    assert "IPP 8042" in lines(told, people(), NOW)[1].sentence


@pytest.mark.parametrize(
    ("patient", "was", "words"),
    [
        (
            SIMONE,
            ODILE,
            ("lié le fil", "MOREL Ode, née", "IPP 8099", "il l’était", "MOREL Odile, née", "IPP 8042"),
        ),
        (SIMONE, None, ("a lié le fil", "IPP 8099")),
        (None, ODILE, ("a délié le fil", "IPP 8042")),
        (None, None, ("a changé le patient",)),
    ],
)
def test_a_relinked_thread_names_both_patients(patient, was, words):
    (_day, shown) = lines([message(1, event="linked", patient=patient, was=was)], people(), NOW)
    assert all(word in shown.words for word in words)


def test_an_ephemeral_document_opens_within_its_time_by_its_receiver_once():
    file = File(
        1, "a.pdf", "application/pdf", 9, FileState.OFFERED, ephemeral=True, open_within_s=60, shown_for_s=10
    )

    def can(now_ms=NOW, author=ANNA, **more):
        said = lines([message(1, author, files=(replace(file, **more),))], people(), now_ms)[-1]
        return openable(said.message.files[0], said)

    assert can(NOW + 60_000)
    assert not can(NOW + 60_001)
    assert not can(author=ME)
    assert not can(opened_ms=NOW)
    assert not can(state=FileState.GONE)


def test_a_thread_asks_for_the_most_careful_of_its_members():
    known = people(anna="changed")
    team = thread(members=(BEN, ANNA))
    assert known.level(team) == "changed"
    assert [one.user for one in known.held_by(team)] == [ANNA]
    assert known.level(thread(members=(b"?" * 16,))) == "none"


def test_a_colleague_is_found_by_any_word_and_never_oneself():
    known = people()
    assert [one.user for one in known.found("levy")] == [ANNA]
    assert [one.user for one in known.found("pneumo")] == [ANNA, BEN]
    assert known.found("moi") == []


@pytest.mark.parametrize(
    ("label", "short"),
    [
        ("LEMAÎTRE Odile, née le 14/03/1954", "LEMAÎTRE O."),
        ("LE GOFF Anne-Marie", "LE GOFF A."),
        ("", "80421937"),
    ],
)
def test_a_patient_is_shortened_to_birth_name_and_a_letter(label, short):
    assert looks.short_patient(PatientLink("1.2", "80421937", label)) == short


def test_sizes_and_times_are_told_as_people_read_them():
    assert [looks.size(n).replace("\u202f", " ") for n in (0, 999, 412_000, 1_840_000, 2_000_000_000)] == [
        "0 o", "999 o", "412 ko", "1,8 Mo", "2,0 Go",
    ]  # fmt: skip
    assert looks.short_when(NOW - 86_400_000, NOW) == "Hier"
    assert looks.short_when(0, NOW) == ""
    assert looks.timer(30 * 86_400) == "30 jours"


# --- what is in memory ----------------------------------------------------------------------------------------


def page(first, count):
    return tuple(message(n) for n in range(first, first + count))


@given(st.lists(st.sampled_from(("up", "down", "newest")), max_size=40), st.integers(1, 900))
def test_memory_holds_a_bounded_run_without_holes(steps, whole):
    every = page(1, whole)
    span = Span()
    span.show_newest(every[-STEP:], STEP)
    for step in steps:
        if step == "up" and not span.oldest:
            first = span.messages[0].order
            span.put_before(every[max(first - 1 - STEP, 0) : first - 1])
        elif step == "down" and not span.newest:
            last = span.messages[-1].order
            span.put_after(every[max(last - 1 - STEP, 0) : last - 1 + STEP])
        elif step == "newest":
            span.show_newest(every[-STEP:], STEP)
        orders = [one.order for one in span.messages]
        assert orders == list(range(orders[0], orders[-1] + 1))
        assert len(orders) <= MOST
        assert not span.newest or orders[-1] == whole


# --- alerts and Today -----------------------------------------------------------------------------------------


def test_an_alert_follows_new_messages_of_threads_that_are_not_muted():
    told = []
    herald = Herald(told.append)
    herald.follow([thread(1, unread=3)], NOW)
    assert told == [], "what was there at the unlock is no news"
    herald.follow([thread(1, unread=2)], NOW)
    herald.follow([thread(1, unread=2), thread(2, unread=4, muted=True)], NOW)
    assert told == []
    herald.follow([thread(1, unread=3, last_ms=NOW), thread(2, unread=5, muted=True)], NOW)
    assert told == ["message"]


@pytest.mark.parametrize(("of", "told_of"), [("all", [1, 2]), ("pinned", [2]), ("none", [])])
def test_an_alert_is_of_the_threads_that_were_chosen(of, told_of):
    for number in (1, 2):
        told = []
        herald = Herald(told.append)
        rows = {1: thread(1), 2: thread(2, pinned=True)}
        herald.follow(rows.values(), NOW, of)
        herald.follow((rows | {number: replace(rows[number], unread=1, last_ms=NOW)}).values(), NOW, of)
        assert told == ["message"] * (number in told_of), "what is known as unread rises all the same"


def test_what_waited_at_the_relay_while_the_desk_was_locked_is_no_news():
    told = []
    herald = Herald(told.append)
    herald.follow([thread(1, last_ms=NOW - 90 * MINUTE)], NOW - 60 * MINUTE)
    herald.forget()
    herald.follow([thread(1)], NOW)
    herald.follow([thread(1, unread=2, last_ms=NOW - 30 * MINUTE)], NOW + 3_000)
    assert told == []
    herald.follow([thread(1, unread=3, last_ms=NOW + 4_000)], NOW + 5_000)
    assert told == ["message"]
    herald.follow([thread(1, unread=4, last_ms=NOW - MINUTE)], NOW + 5 * MINUTE)
    assert told == ["message"] * 2, "a clock that is behind silences nobody for long"


def test_today_tells_what_is_held_lost_stuck_and_unread_about_a_patient():
    odile = PatientLink("1.2", "80421937", "LEMAÎTRE Odile, née le 14/03/1954")
    threads = (
        thread(1, held=2, last_ms=NOW),
        thread(2, last_state=State.UNDELIVERED, last_ms=NOW),
        thread(3, unread=1, patient=odile, last_ms=NOW, last_text="Bilan"),
        thread(4, unread=5, muted=True, patient=odile, last_ms=NOW),
        thread(5, unread=2, last_ms=NOW - 1, last_author=ME, last_text="Je passe"),
    )
    service = SimpleNamespace(
        changed=Event(),
        threads=lambda: asyncio.sleep(0, threads),
        halted=lambda: asyncio.sleep(0, {5: "quota"}),
    )
    opened = []
    source = MessagesSource(SimpleNamespace(open=opened.append), service, people())
    board = asyncio.run(source.read())(NOW)
    kinds = [one.id.split()[:2] for one in board.cards]
    assert kinds == [["held", "1"], ["lost", "2"], ["file", "5"], ["about", "3"]]
    assert all(one.rank is Rank.MESSAGE for one in board.cards)
    assert "le relais n’a plus de place" in str(board.cards[2].detail)
    assert board.cards[3].title == "LEMAÎTRE Odile"
    assert str(board.cards[3].detail).startswith("née le 14/03/1954 · IPP 80421937 · ")
    assert [one.id for one in board.column.rows] == ["3", "5"]
    assert board.column.rows[1].detail == "Vous\u00a0: Je passe"
    board.cards[0].act.run()
    assert opened[0].id == 1
