"""What the inbox promises a sender: kept once, in order, whatever comes again; and nothing refused is lost."""

from __future__ import annotations

import pytest

from storage import inbox as module
from storage.inbox import Incoming, Outcome, Reason
from storage.vault import Vault

PASSWORD = "mot de passe"


def incoming(raw: bytes = b"MSH|1", control_id: str = "1", sender: str = "GAM", at: int = 10) -> Incoming:
    return Incoming(sender, control_id, raw, at)


def keep(vault, *args, **kwargs):
    return vault.inbox.keep(incoming(*args, **kwargs)).result()


def test_the_same_message_again_is_kept_once(vault):
    first = keep(vault)
    again = keep(vault, at=99)
    assert (first.outcome, again.outcome) == (Outcome.NEW, Outcome.SAME)
    assert first.seq == again.seq
    assert [one.raw for one in vault.inbox.after(0).result()] == [b"MSH|1"]


def test_a_known_id_with_another_content_goes_to_quarantine_and_the_first_stays(vault):
    first = keep(vault)
    other = keep(vault, b"MSH|2")
    assert other.outcome is Outcome.CONFLICT
    assert other.seq == first.seq
    assert [one.raw for one in vault.inbox.after(0).result()] == [b"MSH|1"]
    (put,) = vault.inbox.quarantined().result()
    assert (put.reason, put.control_id, put.times) == (Reason.CONFLICT, "1", 1)
    assert vault.inbox.put_away(put.id).result()[1] == b"MSH|2"


def test_two_senders_may_use_the_same_id(vault):
    assert keep(vault).outcome is Outcome.NEW
    assert keep(vault, b"MSH|2", sender="LABO").outcome is Outcome.NEW


def test_a_message_without_an_id_goes_by_its_content(vault):
    assert keep(vault, b"a", "").outcome is Outcome.NEW
    assert keep(vault, b"b", "").outcome is Outcome.NEW
    assert keep(vault, b"a", "").outcome is Outcome.SAME


def test_order_and_numbers_outlive_a_restart_and_are_never_used_twice(vault, folder, terms):
    seqs = [keep(vault, b"%d" % n, str(n)).seq for n in range(5)]
    vault.inbox.drop(seqs[3:]).result()
    vault.lock()
    again = Vault.unlock(folder, PASSWORD, terms)
    try:
        assert keep(again, b"new", "new").seq > seqs[-1]
        assert [one.raw for one in again.inbox.after(seqs[0]).result()] == [b"1", b"2", b"new"]
    finally:
        again.lock()


def test_an_inbox_begun_anew_numbers_on_behind_what_the_cache_has(vault):
    vault.inbox.number_after(5000).result()
    assert keep(vault).seq == 5001
    vault.inbox.number_after(20).result()
    assert keep(vault, b"2", "2").seq == 5002


def test_the_next_messages_come_in_portions_that_fit_in_memory(vault, monkeypatch):
    monkeypatch.setattr(module, "BATCH_BYTES", 1000)
    for n in range(6):
        keep(vault, b"%d" % n * 600, str(n))
    seen, seq = [], 0
    while portion := vault.inbox.after(seq).result():
        assert len(portion) <= 2
        seen += [one.raw[:1] for one in portion]
        seq = portion[-1].seq
    assert seen == [b"0", b"1", b"2", b"3", b"4", b"5"]
    assert len(vault.inbox.after(0, 1).result()) == 1


def test_what_is_known_of_the_inbox(vault):
    assert (vault.inbox.newest().result(), vault.inbox.newest_ms().result()) == (0, 0)
    seqs = [keep(vault, b"%d" % n, str(n), at=100 + n).seq for n in range(3)]
    assert vault.inbox.newest().result() == seqs[-1]
    assert vault.inbox.newest_ms().result() == 102
    assert vault.inbox.count_after(seqs[0]).result() == 2
    assert vault.inbox.raw(seqs[1]).result() == b"1"
    assert vault.inbox.raw(999).result() is None


def test_the_same_refused_message_again_waits_once(vault):
    for at in (5, 6):
        vault.inbox.quarantine(incoming(b"x", at=at), Reason.REFUSED, "101").result()
    (put,) = vault.inbox.quarantined().result()
    assert (put.times, put.first_ms, put.last_ms, put.detail, put.size) == (2, 5, 6, "101", 1)
    assert vault.inbox.waiting().result() == 1


def test_a_mad_sender_does_not_fill_the_disk(vault, monkeypatch):
    monkeypatch.setattr(module, "MAX_QUARANTINED", 100)
    monkeypatch.setattr(module, "MAX_QUARANTINED_BYTES", 64 * 50)
    monkeypatch.setattr(module, "WEIGH_EVERY", 8)
    for n in range(200):
        last = vault.inbox.quarantine(incoming(b"%064d" % n, str(n)), Reason.REFUSED)
    last.result()
    left = vault.inbox.quarantined().result()
    assert [one.control_id for one in left] == [str(n) for n in range(150, 200)]


@pytest.mark.parametrize("reason", [Reason.REFUSED, Reason.CONFLICT, Reason.UNFRAMED])
def test_a_replay_lets_it_in_as_the_newest_and_only_once(vault, reason):
    keep(vault)
    number = vault.inbox.quarantine(incoming(b"MSH|2"), reason).result()
    seq = vault.inbox.replay(number, "GAM", "1", 50).result()
    assert vault.inbox.replay(number, "GAM", "1", 60).result() == seq
    assert [one.raw for one in vault.inbox.after(0).result()] == [b"MSH|1", b"MSH|2"]
    assert vault.inbox.waiting().result() == 0
    assert [one.replayed_ms for one in vault.inbox.quarantined(all_of_them=True).result()] == [50]
    assert keep(vault, b"MSH|2").outcome is Outcome.SAME


def test_a_message_that_could_not_be_applied_is_replayed_under_a_new_number(vault):
    seq = keep(vault).seq
    number = vault.inbox.quarantine(incoming(), Reason.APPLY, "KeyError").result()
    again = vault.inbox.replay(number, "GAM", "1", 50).result()
    assert again > seq
    assert vault.inbox.replay(number, "GAM", "1", 60).result() == again
    assert [one.seq for one in vault.inbox.after(0).result()] == [again]


def test_a_part_of_a_message_is_never_let_in(vault):
    number = vault.inbox.quarantine(incoming(b"MSH|beginning"), Reason.OVERSIZED).result()
    assert vault.inbox.replay(number, "GAM", "1", 50).result() == 0
    assert vault.inbox.replay(12345, "GAM", "1", 50).result() == 0
    assert vault.inbox.waiting().result() == 1
    assert vault.inbox.after(0).result() == []


def test_no_content_in_what_is_printed(vault):
    assert "secret" not in repr(incoming(b"secret"))
    keep(vault, b"secret")
    assert "secret" not in repr(vault.inbox.after(0).result())
