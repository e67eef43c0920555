"""What passes at the relay's store, by its own clock: lapses, ends, sweeps; kept over a restart."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace

import pytest

from media import depositwire as dw
from media.errors import LinkRefused
from media.relay.deposits import CLAIM_S, TOLD_S, UPLOAD_S, Deposits, Limits

NOW, HOUR_S, DAY_S = 1_800_000_000, 3600, 86_400
LIMITS = Limits(largest=1 << 20, total=2 << 20, longest_s=30 * DAY_S)
PROOF = b"p" * 32
BYTES = os.urandom(200_000)


@pytest.fixture
def store(tmp_path):
    store = Deposits(tmp_path, LIMITS)
    yield store
    store.close()


def draft(**changes) -> dw.Leave:
    verifier = hashlib.sha256(PROOF).digest()
    made = dw.Leave(b"i" * 16, verifier, b"o" * 32, b"r" * 32, b"", len(BYTES), DAY_S, 1)
    return replace(made, **changes)


def left(store, now_s=NOW, **changes) -> bytes:
    new = draft(**changes)
    assert store.leave(new, now_s) == 0
    assert store.put(new.id, 0, BYTES[:150_000]) == 150_000
    assert store.put(new.id, 150_000, BYTES[150_000:]) == len(BYTES)
    store.end(new.id, hashlib.sha256(BYTES).digest(), now_s)
    return new.id


def refused(call, *arguments) -> str:
    with pytest.raises(LinkRefused) as refusal:
        call(*arguments)
    return refusal.value.code


def attempt(store, deposit, now_s=NOW, proof=PROOF, token=bytes(16)):
    return store.attempt(deposit, proof, token, now_s)


def test_a_claim_that_brought_nothing_lapses_with_the_hour(store):
    deposit = left(store)
    first = attempt(store, deposit)
    assert refused(attempt, store, deposit, NOW + CLAIM_S - 1) == "taken"
    second = attempt(store, deposit, NOW + CLAIM_S)
    assert second.claim != first.claim
    assert refused(store.read, deposit, first.claim, 0, 10, NOW + CLAIM_S) == "taken"


def test_given_out_to_the_last_byte_it_is_gone_with_the_hour_though_nobody_said_done(store):
    deposit = left(store)
    row = attempt(store, deposit)
    store.read(deposit, row.claim, 100_000, 100_000, NOW)
    assert store.read(deposit, row.claim, 0, 1000, NOW + 10) == BYTES[:1000], "a page may go on in the hour"
    store.sweep(NOW + CLAIM_S)
    assert store.standing(deposit, NOW + CLAIM_S)[0] == dw.COLLECTED
    assert refused(attempt, store, deposit, NOW + CLAIM_S) == "taken"


def test_done_without_having_had_all_changes_nothing(store):
    deposit = left(store)
    row = attempt(store, deposit)
    store.read(deposit, row.claim, 0, 1000, NOW)
    store.done(deposit, row.claim, NOW)
    assert store.standing(deposit, NOW)[0] == dw.THERE


def test_the_life_begins_when_all_is_there_and_ends_to_the_second(store, tmp_path):
    deposit = left(store, life_s=HOUR_S)
    assert attempt(store, deposit, NOW + HOUR_S - 1, token=bytes(16)).size == len(BYTES)
    assert refused(attempt, store, deposit, NOW + HOUR_S) == "expired"
    assert list((tmp_path / "deposits").iterdir()) == []
    assert store.standing(deposit, NOW + HOUR_S)[0] == dw.EXPIRED


def test_an_upload_never_finished_goes_after_a_day_and_an_answer_after_a_month(store, tmp_path):
    store.leave(draft(id=b"u" * 16), NOW)
    deposit = left(store)
    store.sweep(NOW + UPLOAD_S)
    assert [path.name for path in (tmp_path / "deposits").iterdir()] == [], "both are over: a day each"
    assert store.standing(deposit, NOW + UPLOAD_S)[0] == dw.EXPIRED
    store.sweep(NOW + DAY_S + TOLD_S)
    assert refused(store.standing, deposit, NOW) == "unknown"


def test_pieces_that_do_not_follow_or_are_too_many_change_nothing(store):
    new = draft()
    store.leave(new, NOW)
    assert store.put(new.id, 10, b"x") == 0
    assert store.put(new.id, 0, BYTES[:100]) == 100
    assert store.put(new.id, 0, b"other") == 100
    assert store.put(new.id, 100, bytes(len(BYTES))) == 100
    assert store.leave(new, NOW) == 100, "whoever comes back goes on there"


def test_an_organisations_room_is_its_own(store):
    left(store, size=len(BYTES))
    for number in range(9):
        store.leave(draft(id=bytes([number]) * 16), NOW)
    assert refused(store.leave, draft(id=b"z" * 16), NOW) == "quota"
    assert store.leave(draft(id=b"z" * 16, relay_pk=b"s" * 32), NOW) == 0


def test_wrong_codes_and_claims_survive_a_restart(store, tmp_path):
    deposit = left(store)
    assert attempt(store, deposit, proof=bytes(32)) == 4
    row = attempt(store, deposit)
    again = Deposits(tmp_path, LIMITS)
    try:
        assert attempt(again, deposit, proof=bytes(32)) == 3
        assert refused(attempt, again, deposit) == "taken"
        assert again.read(deposit, row.claim, 0, 10, NOW) == BYTES[:10]
    finally:
        again.close()


def test_a_wrong_proof_is_counted_also_while_somebody_collects(store):
    deposit = left(store)
    attempt(store, deposit)
    assert attempt(store, deposit, proof=bytes(32)) == 4


def cut_before_unlinking(monkeypatch):
    """Let the relay die wherever it would remove a file."""

    def die(*_arguments, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.unlink", die)


@pytest.mark.parametrize("end", ["collected", "taken back", "shut"])
def test_a_relay_killed_while_it_lets_go_of_a_file_has_none_when_it_is_back(tmp_path, monkeypatch, end):
    store = Deposits(tmp_path, LIMITS)
    deposit = left(store)
    row = attempt(store, deposit)
    store.read(deposit, row.claim, 0, len(BYTES), NOW)
    acts = {
        "collected": lambda: store.done(deposit, row.claim, NOW),
        "taken back": lambda: store.drop(deposit),
        "shut": lambda: [attempt(store, deposit, proof=b"w" * 32) for _ in range(dw.MOST_WRONG)],
    }
    with monkeypatch.context() as killed:
        cut_before_unlinking(killed)
        with pytest.raises(KeyboardInterrupt):
            acts[end]()
    store.close()
    again = Deposits(tmp_path, LIMITS)
    assert list((tmp_path / "deposits").iterdir()) == []
    if end == "taken back":
        assert refused(again.standing, deposit, NOW) == "unknown"
    again.close()


def test_a_relay_killed_between_file_and_row_takes_the_deposit_at_the_next_try(tmp_path):
    store = Deposits(tmp_path, LIMITS)
    store.leave(draft(), NOW)
    store.close()
    (tmp_path / "deposits" / draft().id.hex()).unlink()  # of what was begun the disk kept the row alone
    again = Deposits(tmp_path, LIMITS)
    left(again)
    assert again.standing(draft().id, NOW)[0] == dw.THERE
    again.close()
