"""What a new device of the same person gets of what was written so far."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.errors import Damaged
from storage.messages.history import History
from storage.messages.posting import NewFile, NewMessage
from storage.messages.records import FileState, PatientLink, State
from storage.vault import Vault
from tests.unit.storage.test_mail import ANNE, NOW, PAUL, begin, page, say


@pytest.fixture
def other(tmp_path, terms):
    made, _ = Vault.create(tmp_path / "other", "mot de passe", terms)
    yield made
    made.lock()


def pieces(mail, **how):
    after, last = 0, False
    while not last:
        piece = mail.read(lambda m, after=after: m.history.piece(after, **how)).result()
        after, last = piece.after, piece.last
        yield piece.records


def test_the_new_device_shows_what_the_old_one_shows(vault, other):
    mail = vault.mail
    thread = begin(mail, patient=PatientLink("1.2.250.1.999", "8001", "MOREAU Odile"), title="")
    for number in range(7):
        say(mail, thread, f"mot {number}", number, state=State.READ)
    came = NewMessage(thread, b"z" * 16, PAUL, own=False, sent_ms=NOW, at_ms=NOW + 9, text="avec une pièce", read=False,
                      files=(NewFile("irm.pdf", "application/pdf", 9, FileState.HERE, b"k" * 32, b"manifest"),))  # fmt: skip
    number = mail.write(lambda m: m.messages.add(came)).result()
    mail.write(lambda m: m.messages.correct(number, "avec une image", NOW + 10)).result()
    mail.write(lambda m: m.messages.take(number, ANNE, NOW + 11, b"proof")).result()
    for records in [*pieces(mail, limit=3), *pieces(mail, limit=3)]:
        other.mail.write(lambda m, records=records: m.history.take(records)).result()
    (there,) = other.mail.read(lambda m: m.threads.all()).result()
    mine, theirs = page(mail, thread), page(other.mail, there.id)
    assert [(one.text, one.author, one.sent_ms, one.edited_ms, one.taken) for one in mine] == [
        (one.text, one.author, one.sent_ms, one.edited_ms, one.taken) for one in theirs
    ]
    assert (there.patient.ipp, there.last_text, there.unread) == ("8001", "avec une image", 0)
    assert other.mail.read(lambda m: m.messages.versions(theirs[-1].id)).result()[0][1] == "avec une pièce"
    assert theirs[-1].files[0].state is FileState.OFFERED
    assert other.mail.read(lambda m: m.search.find("image")).result()


def test_what_is_newest_is_found_first_though_the_history_came_after_it(vault, other):
    thread = begin(vault.mail)
    for number in range(60):
        say(vault.mail, thread, f"gluconate ancien {number}", number, state=State.READ)
    here = begin(other.mail)
    for number in range(100, 160):
        say(other.mail, here, f"gluconate récent {number}", number)
    for records in pieces(vault.mail):
        other.mail.write(lambda m, records=records: m.history.take(records)).result()
    hits = other.mail.read(lambda m: m.search.find("gluc", limit=80)).result()
    assert [int(hit.after.split()[-1]) for hit in hits] == [*range(159, 99, -1), *range(59, 39, -1)]
    other.mail.write(lambda m: m.messages.empty(hits[-1].message)).result()
    assert len(other.mail.read(lambda m: m.search.find("gluc", limit=200)).result()) == 119


def test_what_is_still_on_its_way_does_not_travel(vault, other):
    thread = begin(vault.mail)
    say(vault.mail, thread, "retenu", 1, state=State.HELD, held="key-changed")
    for records in pieces(vault.mail):
        assert other.mail.write(lambda m, records=records: m.history.take(records)).result() == ()


def test_a_large_history_comes_in_bounded_pieces(vault):
    thread = begin(vault.mail)
    for number in range(30):
        say(vault.mail, thread, "é" * 5_000, number, state=State.READ)
    sizes = [len(records) for records in pieces(vault.mail, most_bytes=50_000)]
    assert max(sizes) < 70_000
    assert sum(sizes) > 300_000


@given(st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_what_is_no_piece_is_refused_and_changes_nothing(vault, data):
    with pytest.raises(Damaged):
        vault.mail.write(lambda m: m.history.take(data)).result()


def test_a_message_of_no_thread_is_refused(vault):
    begin(vault.mail)
    say(vault.mail, 1, "mot", state=State.READ)
    (records,) = pieces(vault.mail)
    threads, messages = msgspec.msgpack.decode(records)
    assert len(threads) == 1
    with pytest.raises(Damaged):
        vault.mail.write(lambda m: History.take(m.history, msgspec.msgpack.encode([[], messages]))).result()
