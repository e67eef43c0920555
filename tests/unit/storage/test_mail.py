"""Messages in the vault: threads, pages, corrections, receipts; what a user sees of them."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from storage.messages.posting import Arrival, NewLetter, NewMessage, Target
from storage.messages.records import PatientLink, State, ThreadKind

ANNE, PAUL = b"a" * 16, b"p" * 16
NOW = 1_800_000_000_000
_NUMBERS = itertools.count()
_FRENCH = (
    "abcdefghijklmnopqrstuvwxyzàâäçéèêëîïôöùûüÿœæABCÉÈÀÇŒÆ0123456789 .,;:!?'’-_()/\"*«»\n²µ⁹\u00a0\u202f"
)


def begin(mail, conv=b"c" * 16, members=(PAUL,), **more):
    kind = ThreadKind.DIRECT if len(members) == 1 else ThreadKind.TEAM
    return mail.write(lambda m: m.threads.begin(conv, kind, members, **more)).result()


def say(mail, thread, text, number=0, **more):
    fields = {"author": ANNE, "own": True, "sent_ms": NOW + number, "at_ms": NOW + number} | more
    new = NewMessage(thread, number.to_bytes(16, "big"), text=text, **fields)
    return mail.write(lambda m: m.messages.add(new)).result()


def page(mail, thread, **how):
    return mail.read(lambda m: m.messages.page(thread, **how)).result()


def test_pages_go_back_in_the_order_of_arrival(vault):
    thread = begin(vault.mail)
    for number in range(10):
        say(vault.mail, thread, f"mot {number}", number)
    newest = page(vault.mail, thread, limit=4)
    assert [one.text for one in newest] == ["mot 6", "mot 7", "mot 8", "mot 9"]
    older = page(vault.mail, thread, before=newest[0].order, limit=4)
    assert [one.text for one in older] == ["mot 2", "mot 3", "mot 4", "mot 5"]


ODILE, SIMONE = (
    PatientLink("1.2.250.1", ipp, name) for ipp, name in (("8042", "LEMAÎTRE"), ("8099", "DUMAS"))
)


def about(mail, *patients, limit=50):
    numbers = [(one.authority, one.ipp) for one in patients]
    return [one.text for one in mail.read(lambda m: m.messages.about(numbers, limit)).result()]


def test_what_was_said_about_a_patient_stays_theirs_when_the_thread_is_linked_to_another(vault):
    mail = vault.mail
    thread = begin(mail, patient=ODILE)
    say(mail, thread, "Odile : hémoglobine à 7", 1, patient=ODILE)
    mail.write(lambda m: m.threads.link(thread, SIMONE)).result()
    for number in range(2, 72):
        say(mail, thread, f"Simone {number}", number, patient=SIMONE)
    assert about(mail, ODILE) == ["Odile : hémoglobine à 7"]
    assert about(mail, SIMONE, limit=2) == ["Simone 71", "Simone 70"]
    assert len(about(mail, ODILE, SIMONE, limit=100)) == 71


def test_what_names_nobody_is_of_whom_the_thread_is_linked_to_now_and_events_are_nobodys(vault):
    mail = vault.mail
    thread, other = begin(mail), begin(mail, b"d" * 16)
    say(mail, thread, "avant le lien", 1)
    say(mail, other, "ailleurs", 2)
    assert about(mail, ODILE) == []
    mail.write(lambda m: m.threads.link(thread, ODILE)).result()
    say(mail, thread, "", 3, event="linked", patient=ODILE)
    say(mail, thread, "après", 4, patient=ODILE)
    assert about(mail, ODILE) == ["après", "avant le lien"]
    assert about(mail, PatientLink("1.2.250.1", "", "")) == about(mail) == []


def test_a_letter_goes_its_way_to_read(vault):
    mail = vault.mail
    thread = begin(mail)
    message = say(mail, thread, "Bonjour", state=State.DRAWN)

    def post(m):
        made = m.chains.next(b"c" * 16, lambda link: (b"header %d" % link.seq, b"h" * 32))
        letter = NewLetter(bytes(16), 1, b"c" * 16, made, b"box", message=message)
        return m.outbox.add(
            letter, [Target(PAUL, b"d1"), Target(PAUL, b"d2"), Target(ANNE, b"d3", own=True)], NOW
        )

    mail.write(post).result()
    states = [page(mail, thread)[0].state]
    parcels = mail.read(lambda m: m.outbox.due(NOW)).result()
    assert [one.device for one in parcels] == [b"d1", b"d2", b"d3"]
    mail.write(lambda m: m.outbox.sent([one.id for one in parcels], NOW, NOW + 10)).result()
    states.append(page(mail, thread)[0].state)
    assert mail.write(lambda m: m.outbox.delivered(bytes(16), PAUL, b"d1", NOW + 2)).result()
    states.append(page(mail, thread)[0].state)
    assert mail.write(lambda m: m.outbox.delivered(bytes(16), PAUL, b"d1", NOW + 2, NOW + 3)).result()
    states.append(page(mail, thread)[0].state)
    assert states == [State.QUEUED, State.AT_RELAY, State.DELIVERED, State.READ]
    assert [one.device for one in mail.read(lambda m: m.outbox.silent(NOW + 10)).result()] == [b"d2", b"d3"]


def test_what_came_twice_is_taken_once(vault):
    mail = vault.mail
    arrival = Arrival(PAUL, b"d1", b"c" * 16, b"m" * 16, b"x" * 16, 0, b"h" * 32, b"", NOW)
    assert mail.write(lambda m: m.inflow.take(arrival)).result()
    assert not mail.write(lambda m: m.inflow.take(arrival)).result()
    assert mail.read(lambda m: m.chains.known(b"d1", b"x" * 16)).result().seq == 1
    assert len(mail.read(lambda m: m.inflow.owed()).result()) == 1


@pytest.mark.parametrize("typed", ["oedeme", "ŒDÈME", "œdè", "hop œd", "l’hôpital"])
def test_a_message_is_found_as_people_type(vault, typed):
    thread = begin(vault.mail)
    say(vault.mail, thread, "Un œdème, vu à l’hôpital")
    hits = vault.mail.read(lambda m: m.search.find(typed)).result()
    assert [hit.before + hit.match + hit.after for hit in hits] == ["Un œdème, vu à l’hôpital"]


def test_what_its_timer_ended_is_not_found_and_takes_no_place(vault):
    thread = begin(vault.mail)
    for number in range(3):
        say(vault.mail, thread, f"gluconate {number}", number, expires_ms=NOW + 1 if number else 0)
    found = vault.mail.read(lambda m: m.search.find("gluc", limit=1, now_ms=NOW + 1)).result()
    assert [hit.after for hit in found] == [" 0"]


@given(st.text(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
def test_no_query_is_an_error(vault, typed):
    vault.mail.read(lambda m: m.search.find(typed)).result()


@given(st.text(_FRENCH, min_size=1, max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
def test_whoever_types_a_word_of_a_message_finds_it(vault, said):
    assume(any(char.isalnum() for char in said))
    vault.mail.write(lambda m: [m.messages.empty(one.id) for one in m.messages.every()]).result()
    thread = begin(vault.mail)
    message = say(vault.mail, thread, said, next(_NUMBERS))
    for word in re.findall(r"[^\W_]+", said)[:8]:
        for typed in (word, word.upper(), word[: (len(word) + 1) // 2]):
            hits = vault.mail.read(lambda m, typed=typed: m.search.find(typed, thread)).result()
            assert [hit.message for hit in hits] == [message], typed
