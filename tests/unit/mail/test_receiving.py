"""Whether a header may be taken, and what it tells of others."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from media.keys.cards import DAY_MS
from media.keys.envelope import Header
from media.mail import convs, receiving
from media.mail.receiving import Author, Chain, Verdict, judge
from media.mail.types import Type
from tests.harness.chains import after

ME, ANNE, BRUNO = b"m" * 16, b"a" * 16, b"b" * 16
NOW = 1_800_000_000_000
AUTHOR = Author(ANNE, "doctor", b"d" * 16)


def headers(many: int, **changed) -> list[Header]:
    """Return a chain as an honest device makes it."""
    made, prev = [], b""
    for seq in range(many):
        fields = {
            "type": Type.TEXT,
            "conv": convs.direct(ANNE, ME),
            "msg_id": os.urandom(16),
            "cert_hash": bytes(32),
            "recipients": (ME,),
            "chain": b"c" * 16,
            "seq": seq,
            "prev_hash": prev,
            "sent_ms": NOW + seq,
            "expires_s": 0,
            "head_height": 5,
            "head_hash": bytes(32),
            "content_key": bytes(32),
            "content_hash": bytes(32),
        }
        made.append(Header(**fields | changed))
        prev = made[-1].hash
    return made


NOTHING = Chain()


def look(header: Header, chain: Chain = NOTHING, *, author=AUTHOR, me=ME, now=NOW, seen=False):
    return judge(header, author, me, chain, now, seen=seen)


def came(*found: Header) -> Chain:
    chain = Chain()
    for header in found:
        chain = after(chain, header)
    return chain


def test_a_chain_that_comes_in_order_is_quiet() -> None:
    chain = Chain()
    for header in headers(5):
        assert look(header, chain) == receiving.Judged(Verdict.TAKE)
        chain = after(chain, header)
    assert chain.gaps == ()
    assert chain.seq == 5


def test_a_missing_number_is_a_gap_and_healed_when_it_comes_late() -> None:
    made = headers(5)
    chain = came(made[0])
    judged = look(made[4], chain)
    assert (judged.verdict, judged.warning, judged.missing) == (Verdict.TAKE, "gap", (1, 3))
    chain = after(chain, made[4])
    for seq in (2, 1, 3):
        assert look(made[seq], chain).warning == "late"
        chain = after(chain, made[seq])
    assert chain == came(*made)


def test_a_chain_whose_beginning_was_lost_is_a_gap() -> None:
    assert look(headers(3)[2]).missing == (0, 1)


def test_what_was_taken_is_a_duplicate() -> None:
    made = headers(3)
    assert look(made[2], came(*made)).verdict == Verdict.DUPLICATE
    assert look(made[0], came(*made), seen=True).verdict == Verdict.DUPLICATE


def test_a_replay_after_its_message_id_was_forgotten_is_a_duplicate() -> None:
    made = headers(3)
    assert look(made[0], came(*made), now=NOW + 46 * DAY_MS).verdict == Verdict.DUPLICATE


def test_two_histories_are_a_fork() -> None:
    made = headers(4)
    other = replace(made[1], msg_id=b"o" * 16)
    assert look(other, came(*made)).warning == "fork"
    assert look(replace(made[3], prev_hash=bytes(32)), came(*made[:3])).warning == "fork"


def test_a_late_one_must_fit_between_its_neighbours() -> None:
    made = headers(4)
    chain = came(made[0], made[3])
    assert look(replace(made[2], msg_id=b"o" * 16), chain).warning == "fork"
    assert look(replace(made[1], prev_hash=bytes(32)), chain).warning == "fork"
    assert look(made[1], chain).warning == "late"


def test_a_huge_jump_costs_one_gap() -> None:
    (first,) = headers(1)
    far = replace(first, seq=2**32 - 1, prev_hash=bytes(32))
    assert len(came(first, far).gaps) == 1


def test_only_recipients_take_it() -> None:
    (header,) = headers(1, recipients=(BRUNO,), conv=convs.direct(ANNE, BRUNO))
    assert look(header).code == "not-recipient"
    assert look(header, me=BRUNO).verdict == Verdict.TAKE
    assert look(header, me=ANNE).verdict == Verdict.TAKE  # the author's other device


def test_nobody_writes_into_a_conversation_of_two_others() -> None:
    for conv in (convs.direct(BRUNO, ME), convs.direct(ANNE, BRUNO)):
        assert look(headers(1, conv=conv)[0]).code == "conv-foreign"
    both = headers(1, recipients=(BRUNO, ME))[0]
    assert look(both).code == "conv-foreign"
    assert look(replace(both, conv=convs.fresh())).verdict == Verdict.TAKE


def test_types_and_roles_are_checked() -> None:
    gateway = replace(AUTHOR, role="gateway")
    for kind in (Type.TEXT, Type.TAKEN, Type.TEAM, Type.RECORD):
        assert look(headers(1, type=kind)[0], author=gateway).code == "type-role"
    assert look(headers(1, type=Type.BATCH)[0]).code == "type-role"
    assert look(headers(1, type=Type.BATCH)[0], author=gateway).verdict == Verdict.TAKE
    assert look(headers(1, type=77)[0]).code == "type-unknown"


def test_a_history_is_taken_of_the_own_devices_only() -> None:
    (header,) = headers(1, type=Type.HISTORY)
    assert look(header).code == "not-recipient"
    own = replace(header, recipients=(ANNE,), conv=convs.direct(ANNE, ANNE))
    assert look(own, me=ANNE).verdict == Verdict.TAKE


def test_an_expired_message_counts_and_is_not_shown() -> None:
    (header,) = headers(1, expires_s=60)
    assert look(header, now=NOW + 60_000).verdict == Verdict.TAKE
    assert look(header, now=NOW + 60_001).verdict == Verdict.EXPIRED


def test_a_clock_that_runs_ahead_ends_no_life() -> None:
    (header,) = headers(1, expires_s=60)
    judged = judge(header, AUTHOR, ME, NOTHING, NOW + 60_001, seen=False, sure_ms=NOW + 60_000)
    assert judged.verdict == Verdict.TAKE


def test_a_clock_that_is_a_day_ahead_is_shown() -> None:
    (header,) = headers(1)
    assert look(header, now=NOW - DAY_MS).warning == ""
    assert look(header, now=NOW - DAY_MS - 1).warning == "clock"


@pytest.mark.parametrize(
    ("height", "hash_", "said"),
    [(4, bytes(32), "newer"), (5, bytes(32), ""), (5, b"x" * 32, "directory-fork"), (6, b"x" * 32, "")],
)
def test_heads_travel_in_messages(height, hash_, said) -> None:
    assert receiving.directory(headers(1)[0], height, hash_) == said


# --- conversations and audiences --------------------------------------------------------------------------


def test_the_conversation_of_two_is_the_same_for_both_and_no_teams() -> None:
    assert convs.direct(ANNE, ME) == convs.direct(ME, ANNE) != convs.direct(ANNE, BRUNO)
    assert convs.is_direct(convs.direct(ANNE, ME))
    assert not any(convs.is_direct(convs.fresh()) for _ in range(50))


def test_another_audience_is_another_chain() -> None:
    conv = convs.fresh()
    key = convs.chain_key(conv, [ME, BRUNO], [b"1" * 16])
    assert key == convs.chain_key(conv, [BRUNO, ME], [b"1" * 16])
    others = {
        convs.chain_key(conv, [ME], [b"1" * 16]),
        convs.chain_key(conv, [ME, BRUNO], [b"1" * 16, b"2" * 16]),
        convs.chain_key(convs.fresh(), [ME, BRUNO], [b"1" * 16]),
    }
    assert key not in others
    assert len(others) == 3
