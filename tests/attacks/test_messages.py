"""Attacks on sealed messages (design/E2EE.md): by the relay, by strangers, by insiders, by gateways. Each is refused and shown."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from media.errors import TrustError
from media.keys import envelope, seal, sign
from media.keys.cards import DAY_MS, Card, outlived
from media.keys.envelope import Content, Header, QueueOffer, open_content
from media.keys.seal import XWing
from media.mail import bodies, convs, desks
from media.mail.receiving import Verdict
from media.mail.types import RULES, Type
from tests.harness.letters import NOW_MS, Desk, Letter, block, text


@pytest.fixture
def anne() -> Desk:
    return Desk()


@pytest.fixture
def bruno() -> Desk:
    return Desk()


@pytest.fixture
def eve() -> Desk:
    """An enrolled colleague who wishes ill."""
    return Desk()


def refused(desk: Desk, data: bytes, *authors: Desk) -> str:
    """Return why a block counts for nothing."""
    before = (dict(desk.chains), set(desk.seen))
    try:
        code = desk.take(data, *authors).judged.code
    except TrustError as error:
        code = error.code
    assert (desk.chains, desk.seen) == before
    return code


# --- the relay --------------------------------------------------------------------------------------------


def test_a_doubled_block_is_shown_once(anne, bruno) -> None:
    data = block(anne.write(text(), [bruno.user]), bruno)
    assert bruno.take(data, anne).judged.verdict == Verdict.TAKE
    assert bruno.take(data, anne).judged.verdict == Verdict.DUPLICATE


def test_the_same_message_sealed_again_is_shown_once(anne, bruno) -> None:
    letter = anne.write(text(), [bruno.user])
    bruno.prekeys[2] = XWing.generate()
    assert bruno.take(block(letter, bruno), anne).body
    assert bruno.take(block(letter, bruno), anne).judged.verdict == Verdict.DUPLICATE


def test_a_dropped_block_is_missed_and_a_late_one_heals(anne, bruno) -> None:
    one, two, three = (block(anne.write(text(word), [bruno.user]), bruno) for word in "abc")
    bruno.take(one, anne)
    found = bruno.take(three, anne)
    assert (found.judged.warning, found.judged.missing) == ("gap", (1, 1))
    assert bruno.take(two, anne).judged.warning == "late"
    assert not any(chain.gaps for chain in bruno.chains.values())


def test_the_first_message_of_a_chain_cannot_be_hidden(anne, bruno) -> None:
    anne.write(text("ne pas transfuser"), [bruno.user])
    found = bruno.take(block(anne.write(text("merci"), [bruno.user]), bruno), anne)
    assert found.judged.missing == (0, 0)


def test_a_replay_of_years_later_is_no_news(anne, bruno) -> None:
    first, second = (block(anne.write(text(word), [bruno.user]), bruno) for word in "ab")
    bruno.take(first, anne)
    bruno.take(second, anne)
    bruno.seen.clear()
    assert bruno.take(first, anne, now_ms=NOW_MS + 60 * DAY_MS).judged.verdict == Verdict.DUPLICATE


def test_a_lower_card_is_refused_and_so_is_an_impostors(anne, eve) -> None:
    def card(number: int, desk: Desk) -> Card:
        key = XWing.generate().public
        return Card.make(desk.cert.hash, number, key, bytes(16), 20_000, desk.keys.signer.sign)

    ed25519_pk = anne.cert.public.ed25519
    with pytest.raises(TrustError, match="card-rollback"):
        card(4, anne).verify(ed25519_pk, newest=5, today=20_000)
    with pytest.raises(TrustError, match="signature"):
        card(6, eve).verify(ed25519_pk, newest=5, today=20_000)


def test_an_old_card_that_the_relay_shows_is_warned_of(anne) -> None:
    old = Card.make(anne.cert.hash, 5, XWing.generate().public, bytes(16), 20_000, anne.keys.signer.sign)
    assert not old.verify(anne.cert.public.ed25519, newest=5, today=20_016)


def test_what_was_sent_to_a_superseded_key_opens_for_fifteen_days(anne, bruno) -> None:
    data = block(anne.write(text(), [bruno.user]), bruno)
    bruno.prekeys[2] = XWing.generate()
    gone = outlived([(1, NOW_MS), (2, 0)], NOW_MS + 15 * DAY_MS)
    assert not gone
    assert bruno.take(data, anne, now_ms=NOW_MS + 15 * DAY_MS).body
    assert outlived([(1, NOW_MS), (2, 0)], NOW_MS + 15 * DAY_MS + 1) == {1}


def test_a_stale_key_of_before_opens_nothing_and_says_so(anne, bruno) -> None:
    data = block(anne.write(text(), [bruno.user]), bruno)
    bruno.prekeys = {2: XWing.generate()}
    assert refused(bruno, data, anne) == "prekey-unknown"


def test_whoever_was_off_for_three_weeks_reads_and_is_answered(anne, bruno) -> None:
    """Nobody makes bruno's pre-key of the day while his desk is off: the newest is three weeks old and still there."""
    three_weeks = NOW_MS + 21 * DAY_MS
    assert not outlived([(1, 0)], three_weeks)
    data = block(anne.write(text("toujours là ?"), [bruno.user], now_ms=three_weeks), bruno)
    assert bruno.take(data, anne, now_ms=three_weeks).judged.warning == ""
    back = bruno.write(text("de retour"), [anne.user], now_ms=three_weeks)
    assert anne.take(block(back, anne), bruno, now_ms=three_weeks).body == text("de retour")


def test_a_block_tells_nothing_of_who_wrote_to_whom(anne, bruno) -> None:
    data = block(anne.write(text("MARTIN Marie"), [bruno.user]), bruno)
    for known in (
        anne.user,
        bruno.user,
        anne.id,
        bruno.id,
        anne.cert.hash,
        anne.cert.public.ed25519,
        b"MARTIN",
    ):
        assert known not in data


# --- insiders ---------------------------------------------------------------------------------------------


def test_a_header_forwarded_to_somebody_else_is_refused(anne, bruno, eve) -> None:
    """Bruno seals what Anne told him to Eve, who is no recipient: signed words do not travel."""
    received = bruno.open(block(anne.write(text(), [bruno.user]), bruno))
    onward = envelope.seal_block(eve.prekey, eve.id, received.header_object, received.box)
    assert refused(eve, onward, anne) == "not-recipient"


def test_one_header_has_one_text(anne, bruno) -> None:
    """The author gives a second recipient another box under the same header and key: XChaCha20-Poly1305 would open both."""
    letter = anne.write(text("5 mg"), [bruno.user])
    salted = os.urandom(16) + text("50 mg").encode()
    other = replace(letter, box=seal.box(letter.header.content_key, salted, b""))
    assert refused(bruno, block(other, bruno), anne) == "content-forged"


@pytest.mark.parametrize("box", [b"", b"x" * 10, os.urandom(500)], ids=["empty", "short", "random"])
def test_a_box_that_is_none_is_refused(anne, bruno, box) -> None:
    letter = anne.write(text(), [bruno.user])
    with pytest.raises(TrustError, match="content-forged"):
        open_content(letter.header, box)


def test_nobody_signs_in_anothers_name(anne, bruno, eve) -> None:
    header, content = anne.head(text(), [bruno.user])
    forged = Letter(header, envelope.sign_header(header, eve.keys.signer.sign), content.box)
    assert refused(bruno, block(forged, bruno), anne, eve) == "signature"


@pytest.mark.parametrize("field", [name for name in Header.__dataclass_fields__ if name != "cert_hash"])
def test_every_field_of_a_header_is_signed(anne, bruno, field) -> None:
    letter = anne.write(text(), [bruno.user])
    anne.write(text(), [bruno.user])
    second = anne.write(text(), [bruno.user])
    value = getattr(second.header, field)
    changed = (
        value + 1
        if isinstance(value, int)
        else value[::-1]
        if field == "recipients"
        else os.urandom(len(value))
    )
    if field == "recipients":
        changed = tuple(sorted((bruno.user, os.urandom(16))))
    spoilt = replace(second.header, **{field: changed}).encode()
    data = sign.signed(spoilt, sign.split_signed(second.object)[1])
    assert refused(bruno, block(replace(letter, object=data), bruno), anne) == "signature"


def test_two_histories_of_one_device_are_shown(anne, bruno) -> None:
    bruno.take(block(anne.write(text("un"), [bruno.user]), bruno), anne)
    place = next(iter(anne.own))
    anne.own[place] = (anne.own[place][0], 0, b"")
    found = bruno.take(block(anne.write(text("autre"), [bruno.user]), bruno), anne)
    assert found.judged.warning == "fork"


def test_an_offer_is_the_authors_and_for_this_device(anne, bruno, eve) -> None:
    """Eve, a co-recipient, seals Anne's header again with a queue of her own beside it."""
    letter = anne.write(text(), [bruno.user, eve.user], conv=convs.fresh())
    lure = QueueOffer(anne.cert.hash, bruno.id, bytes(16), bytes(32), NOW_MS).sign(eve.keys.signer.sign)
    offer = bruno.open(block(letter, bruno, lure)).offer
    with pytest.raises(TrustError, match="signature"):
        QueueOffer.verify(offer, anne.cert.public.ed25519, anne.cert.hash, bruno.id)


def test_nobody_writes_into_the_thread_of_two_others(anne, bruno, eve) -> None:
    lure = eve.write(text("de la part d'Anne"), [bruno.user], conv=convs.direct(anne.user, bruno.user))
    assert refused(bruno, block(lure, bruno), anne, eve) == "conv-foreign"


def test_a_future_clock_is_shown(anne, bruno) -> None:
    ahead = anne.write(text(), [bruno.user], now_ms=NOW_MS + 2 * DAY_MS)
    assert bruno.take(block(ahead, bruno), anne).judged.warning == "clock"


def test_an_expired_message_shows_nothing_and_leaves_no_gap(anne, bruno) -> None:
    late = block(anne.write(text("secret"), [bruno.user], expires_s=60), bruno)
    found = bruno.take(late, anne, now_ms=NOW_MS + 61_000)
    assert (found.judged.verdict, found.body) == (Verdict.EXPIRED, None)
    after = block(anne.write(text(), [bruno.user]), bruno)
    assert bruno.take(after, anne).judged.warning == ""


# --- strangers --------------------------------------------------------------------------------------------


def test_a_stranger_learns_nothing(bruno) -> None:
    """Whoever is in no directory gets no answer: the block is not even judged, and calls for no receipt."""
    stranger = Desk()
    assert refused(bruno, block(stranger.write(text(), [bruno.user]), bruno)) == "certificate-unknown"


def test_receipts_call_for_no_receipts() -> None:
    """Else two desks, or one and a prober, would answer each other for ever."""
    assert not any(RULES[one].receipted for one in (Type.RECEIPT, Type.ASK, Type.GRANT))


# --- acts and roles ---------------------------------------------------------------------------------------


def taken(anne: Desk, bruno: Desk) -> tuple[Header, Content]:
    return anne.head(bodies.Taken(b"m" * 16, bytes(32)), [bruno.user])


def test_an_act_holds_by_both_halves(anne, bruno) -> None:
    header, content = taken(anne, bruno)
    good = Letter(header, anne.sign(header), content.box)
    assert bruno.take(block(good, bruno), anne).body == bodies.Taken(b"m" * 16, bytes(32))


@pytest.mark.parametrize("half", ["ed25519", "mldsa", "sig only", "other label"])
def test_half_an_act_is_none(anne, bruno, eve, half) -> None:
    header, content = taken(anne, bruno)
    body = header.encode()
    own, other = anne.keys.hybrid.sign("CSL1/msg", body), eve.keys.hybrid.sign("CSL1/msg", body)
    signature = {
        "ed25519": own[:64] + other[64:],
        "mldsa": other[:64] + own[64:],
        "sig only": anne.keys.signer.sign(body),
        "other label": anne.keys.hybrid.sign("CSL1/vouch", body),
    }[half]
    forged = Letter(header, sign.signed(body, signature), content.box)
    assert refused(bruno, block(forged, bruno), anne) == "signature"


def test_what_is_no_act_is_not_signed_as_one(anne, bruno) -> None:
    header, content = anne.head(text(), [bruno.user])
    hybrid = Letter(header, envelope.sign_act(header, anne.keys.hybrid.sign), content.box)
    assert refused(bruno, block(hybrid, bruno), anne) == "signature"


@pytest.mark.parametrize(
    "number", [one for one in Type if "gateway" not in RULES[one].roles], ids=lambda one: one.name
)
def test_a_gateway_says_nothing_of_peoples_and_signs_no_act(bruno, number) -> None:
    gateway = Desk(role="gateway")
    assert (
        refused(bruno, block(gateway.write(b"\x80", [bruno.user], type=number), bruno), gateway)
        == "type-role"
    )


@pytest.mark.parametrize(
    "number", [Type.BATCH, Type.ALIVE, Type.SNAPSHOT, Type.OUTGOING_ACK], ids=lambda one: one.name
)
def test_people_say_nothing_of_a_gateways(anne, bruno, number) -> None:
    assert refused(bruno, block(anne.write(b"\x80", [bruno.user], type=number), bruno), anne) == "type-role"


def test_a_room_takes_nobody_into_its_charge(bruno) -> None:
    room = Desk(role="room")
    act = room.write(bodies.Taken(b"m" * 16, bytes(32)), [bruno.user])
    assert refused(bruno, block(act, bruno), room) == "type-role"


def test_a_type_of_tomorrow_is_refused_and_said(anne, bruno) -> None:
    assert refused(bruno, block(anne.write(b"\x80", [bruno.user], type=99), bruno), anne) == "type-unknown"


def test_nobody_elses_history_is_taken(bruno, eve) -> None:
    lure = eve.write(desks.History(0, True, b"records"), [bruno.user])
    assert refused(bruno, block(lure, bruno), eve) == "not-recipient"
