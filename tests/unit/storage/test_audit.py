"""The audit trail under attack by someone who has its key."""

from __future__ import annotations

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from storage.audit import Anchor, link

ATTACKS = {
    "changed": ("UPDATE audit SET result = 'refused' WHERE seq = 3", 3),
    "who": ("UPDATE audit SET who = x'00' WHERE seq = 3", 3),
    "time": ("UPDATE audit SET time_ms = time_ms + 1 WHERE seq = 3", 3),
    "cut in the middle": ("DELETE FROM audit WHERE seq = 3", 3),
    "cut at the head": ("DELETE FROM audit WHERE seq = 1", 1),
    "two rows swapped": (
        (
            "UPDATE audit SET seq = 99 WHERE seq = 2;UPDATE audit SET seq = 2 WHERE seq = 3;"
            "UPDATE audit SET seq = 3 WHERE seq = 99"
        ),
        2,
    ),
    "a field moved into its neighbour": (
        "UPDATE audit SET action = action || reason, reason = '' WHERE seq = 4",
        4,
    ),
}


@pytest.fixture
def trail(vault):
    for number in range(1, 6):
        vault.audit.record(
            number, b"u" * 16, "open", subject=b"IPP 4711", reason="urgence", result="done"
        ).result()
    return vault.audit


def force(vault, *statements: str) -> None:
    """What a thief with the key can do: take the triggers away, then write as he likes."""

    def act(db) -> None:
        db.execute("DROP TRIGGER IF EXISTS audit_is_never_changed")
        db.execute("DROP TRIGGER IF EXISTS audit_is_never_cut")
        for statement in statements:
            db.execute(statement)

    vault._databases["audit"].write(act).result()


def test_a_whole_trail_is_whole(trail):
    verdict = trail.verify().result()
    assert verdict.whole
    assert verdict.rows == 5
    assert [entry.seq for entry in trail.newest(2).result()] == [5, 4]
    assert [entry.seq for entry in trail.newest(2, before_seq=4).result()] == [3, 2]


def test_the_program_itself_cannot_change_or_cut(vault, trail):
    for statement in ("UPDATE audit SET result = ''", "DELETE FROM audit"):
        with pytest.raises(sqlcipher.IntegrityError, match="never"):
            vault._databases["audit"].write(lambda db, sql=statement: db.execute(sql) and None).result()
    assert trail.verify().result().rows == 5


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_found_at_its_row(vault, trail, name):
    statements, row = ATTACKS[name]
    force(vault, *statements.split(";"))
    assert trail.verify().result().broken_at == row


def test_a_tail_cut_off_is_found_by_the_anchor(vault, trail):
    anchor = trail.head().result()
    force(vault, "DELETE FROM audit WHERE seq > 3")
    assert trail.verify().result().whole
    assert trail.verify(anchor).result().broken_at == 4
    assert not trail.holds(anchor).result()


def test_a_tail_rewritten_with_right_hashes_is_found_by_the_anchor(vault, trail):
    anchor = trail.head().result()
    force(vault, "DELETE FROM audit WHERE seq > 4")
    trail.record(99, b"x" * 16, "nothing happened").result()
    assert trail.verify().result().whole
    assert trail.verify(anchor).result().broken_at == 5
    assert not trail.holds(anchor).result()


def test_a_subject_is_found_again_but_never_stored(vault, trail):
    assert len(trail.about(b"IPP 4711").result()) == 5
    assert trail.about(b"IPP 4712").result() == []
    entry = trail.newest(1).result()[0]
    assert entry.subject
    assert b"4711" not in entry.subject


def test_who_looked_at_a_patient_is_found_without_reading_the_whole_trail(vault, trail):
    def plan(db):
        sql = "EXPLAIN QUERY PLAN SELECT * FROM audit WHERE subject = ? AND subject <> x'' ORDER BY seq"
        return " ".join(row[3] for row in db.execute(sql, (b"x",)))

    assert "audit_by_subject" in vault._databases["audit"].read(plan).result()


def test_two_profiles_hash_a_subject_differently(vault, trail, tmp_path, terms):
    from storage.vault import Vault

    other, _ = Vault.create(tmp_path / "other", "x", terms)
    there = other.audit.record(1, b"u", "open", subject=b"IPP 4711").result()
    other.lock()
    assert there.subject != trail.newest(1).result()[0].subject


def test_the_chain_is_what_the_documents_say(trail):
    first = trail.newest().result()[-1]
    assert first.chain == link(Anchor().chain, first)


def test_rows_past_their_retention_go_and_the_rest_still_verifies(trail):
    before = trail.head().result()
    assert trail.cut(4).result() == 3
    assert trail.cut(4).result() == 0
    assert [entry.seq for entry in trail.after(0).result()] == [4, 5]
    verdict = trail.verify(before, Anchor(2, b"long gone")).result()
    assert verdict.whole
    assert (verdict.rows, verdict.after) == (2, 3)
    assert trail.holds(before).result()
    trail.record(9, b"u", "later").result()
    assert trail.verify(before).result().rows == 3


def test_all_rows_may_go_and_the_chain_goes_on(trail):
    before = trail.head().result()
    assert trail.cut(10**6).result() == 5
    assert trail.head().result() == before
    assert trail.record(9, b"u", "later").result().seq == 6
    assert trail.verify(before).result().whole
    assert trail.holds(before).result()


def test_a_clock_once_wrong_cuts_no_row_behind_it(vault):
    for time_ms in (10, 99, 20):
        vault.audit.record(time_ms, b"u", "act").result()
    assert vault.audit.cut(50).result() == 1
    assert [entry.time_ms for entry in vault.audit.after(0).result()] == [99, 20]


def test_a_start_moved_by_a_thief_is_found_by_an_anchor(vault, trail):
    anchor = trail.head().result()
    force(vault, "UPDATE audit_start SET seq = 5, chain = x'00'", "DELETE FROM audit")
    assert not trail.verify(anchor).result().whole


def test_two_anchors_of_one_row_that_differ_are_found(trail):
    head = trail.head().result()
    assert not trail.verify(head, Anchor(head.seq, b"another")).result().whole
