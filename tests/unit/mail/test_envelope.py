"""A message in its block: what fits, what opens, and what is refused."""

from __future__ import annotations

import contextlib
import os
from dataclasses import replace

import pytest

from media.errors import ProtocolError, TrustError
from media.keys import envelope, seal
from media.keys.envelope import BLOCK_BYTES, CLASSES, BlobRef, Content, QueueOffer, open_content
from media.keys.seal import XWing
from media.mail.types import Type
from tests.harness.letters import NOW_MS, Desk, block, text


@pytest.fixture(scope="module")
def anne() -> Desk:
    return Desk()


@pytest.fixture(scope="module")
def bruno() -> Desk:
    return Desk()


def test_a_message_comes_out_as_it_went_in(anne, bruno) -> None:
    taken = bruno.take(block(anne.write(text("Le scanner est là."), [bruno.user]), bruno), anne)
    assert taken.body == text("Le scanner est là.")
    assert taken.judged.warning == ""


def test_blocks_have_one_size_whatever_they_say(anne, bruno) -> None:
    short = anne.write(text("oui"), [bruno.user])
    team = anne.write(text("é" * 2000), [bruno.user, *(os.urandom(16) for _ in range(63))], conv=bytes(16))
    offer = QueueOffer(anne.cert.hash, bruno.id, bytes(16), bytes(32), NOW_MS).sign(anne.keys.signer.sign)
    assert {len(block(one, bruno, offer)) for one in (short, team)} == {BLOCK_BYTES}


def test_no_two_blocks_of_one_letter_share_a_run_of_bytes(anne, bruno) -> None:
    letter = anne.write(text(), [bruno.user])
    one, other = block(letter, bruno), block(letter, bruno)
    assert not {one[at : at + 16] for at in range(5, BLOCK_BYTES, 16)} & {
        other[at : at + 16] for at in range(5, BLOCK_BYTES, 16)
    }


def test_what_fits_always_leaves_room_for_an_offer(anne, bruno) -> None:
    offer = QueueOffer(anne.cert.hash, bruno.id, bytes(16), bytes(32), 2**48 - 1).sign(anne.keys.signer.sign)
    letter = anne.write(text(), [os.urandom(16) for _ in range(64)], conv=bytes(16))
    most = next(size for size in range(7000, 0, -1) if envelope.fits(letter.object, bytes(size)))
    assert len(envelope.seal_block(bruno.prekey, bruno.id, letter.object, bytes(most), offer)) == BLOCK_BYTES
    assert most > 5000
    with pytest.raises(ProtocolError):
        envelope.seal_block(bruno.prekey, bruno.id, letter.object, bytes(most + 500), offer)


def test_an_act_to_64_people_fits_into_a_block(anne, bruno) -> None:
    header, content = anne.head(
        bytes(70), [os.urandom(16) for _ in range(64)], conv=bytes(16), type=Type.TAKEN
    )
    assert envelope.fits(anne.sign(header), content.box)


def test_what_does_not_fit_lies_in_a_padded_blob(anne, bruno) -> None:
    letter = anne.write(text("a" * 20_000), [bruno.user])
    assert not envelope.fits(letter.object, letter.box)
    blob = envelope.padded(letter.box)
    ref = BlobRef(os.urandom(16), len(letter.box))
    assert len(blob) == CLASSES[ref.size_class] == 65_536
    opened = bruno.open(envelope.seal_block(bruno.prekey, bruno.id, letter.object, ref))
    assert opened.box == b""
    assert opened.blob == ref
    assert b"a" * 20_000 in open_content(letter.header, blob[: opened.blob.length])


@pytest.mark.parametrize(("length", "size"), [(1, 0), (65_536, 0), (65_537, 1), (2**20 + 1, 2), (2**26, 3)])
def test_a_blob_has_the_smallest_size_that_takes_it(length, size) -> None:
    assert envelope.size_class(length) == size
    with pytest.raises(ProtocolError):
        envelope.size_class(2**26 + 1)


def test_another_device_opens_nothing(anne, bruno) -> None:
    other = Desk(bruno.user)
    other.prekeys = dict(bruno.prekeys)
    with pytest.raises(TrustError, match="seal-broken"):
        other.open(block(anne.write(text(), [bruno.user]), bruno))


def test_a_block_for_a_dropped_key_or_of_another_version_is_refused(anne, bruno) -> None:
    good = block(anne.write(text(), [bruno.user]), bruno)
    with pytest.raises(TrustError, match="prekey-unknown"):
        envelope.open_block(good, bruno.id, {2: XWing.generate()})
    for bad in (good[:-1], good + b"\0", b"\2" + good[1:], b""):
        with pytest.raises(ProtocolError):
            bruno.open(bad)


@pytest.mark.parametrize("at", [1, 4, 5, 500, 2000, 8191])
def test_a_changed_bit_opens_nothing(anne, bruno, at) -> None:
    good = block(anne.write(text(), [bruno.user]), bruno)
    bad = good[:at] + bytes((good[at] ^ 1,)) + good[at + 1 :]
    with pytest.raises(TrustError, match=r"seal-broken|prekey-unknown"):
        bruno.open(bad)


def test_a_pre_keys_number_is_bound(anne, bruno) -> None:
    good = block(anne.write(text(), [bruno.user]), bruno)
    both = {1: bruno.prekeys[1], 2: bruno.prekeys[1]}
    with pytest.raises(TrustError, match="seal-broken"):
        envelope.open_block(good[:4] + b"\2" + good[5:], bruno.id, both)


def test_filling_that_is_no_zeros_is_refused(bruno) -> None:
    number, public = bruno.prekey
    for fill, refused in ((b"\0", False), (b"x", True)):
        whole = b"\0\3abc".ljust(envelope.TEXT_BYTES, fill)
        box = seal.seal(public, ["CSL1/msg", bruno.id, number], whole)
        data = bytes((1,)) + number.to_bytes(4, "big") + box
        with pytest.raises(ProtocolError) if refused else contextlib.nullcontext():
            assert envelope.open_text(data, bruno.id, bruno.prekeys) == b"abc"


def test_a_box_beside_a_blob_is_refused(anne, bruno) -> None:
    from media.keys import cbor

    letter = anne.write(text(), [bruno.user])
    for box, blob in (
        (letter.box, [bytes(16), 100]),
        (b"", []),
        (b"", [bytes(16), 2**26 + 1]),
        (b"", [bytes(16)]),
    ):
        envelope_ = cbor.encode(["CSL1/envelope", letter.object, box, blob, b""])
        with pytest.raises(ProtocolError):
            bruno.open(envelope.seal_text(bruno.prekey, bruno.id, envelope_))


def test_sealing_to_a_broken_key_is_refused(anne, bruno) -> None:
    letter = anne.write(text(), [bruno.user])
    for bad in (bytes(1216), b"\xff" * 1216, bytes(10)):
        with pytest.raises(TrustError, match="key-bad"):
            envelope.seal_block((1, bad), bruno.id, letter.object, letter.box)


# --- header -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"recipients": ()},
        {"recipients": (b"b" * 16, b"a" * 16)},
        {"recipients": (b"a" * 16, b"a" * 16)},
        {"recipients": tuple(bytes((n,)) * 16 for n in range(65))},
        {"recipients": (b"short",)},
        {"seq": 1},
        {"prev_hash": bytes(32)},
        {"seq": 2**32, "prev_hash": bytes(32)},
        {"sent_ms": 2**48},
        {"head_height": 2**48},
        {"expires_s": 2**32},
        {"head_hash": b"x"},
        {"conv": b""},
        {"content_key": b""},
    ],
    ids=str,
)
def test_a_header_out_of_shape_is_refused(anne, change) -> None:
    header, _ = anne.head(text(), [os.urandom(16)])
    with pytest.raises(ProtocolError):
        envelope.Header.decode(replace(header, **change).encode())


def test_a_header_has_one_signature_an_act_the_other(anne, bruno) -> None:
    said, _ = anne.head(text(), [bruno.user])
    plain = envelope.sign_header(said, anne.keys.signer.sign)
    hybrid = envelope.sign_act(said, anne.keys.hybrid.sign)
    assert envelope.verify_header(plain, anne.cert.public, act=False) == said
    assert envelope.verify_header(hybrid, anne.cert.public, act=True) == said
    for data, act in ((plain, True), (hybrid, False)):
        with pytest.raises(TrustError, match="signature"):
            envelope.verify_header(data, anne.cert.public, act=act)


# --- content ----------------------------------------------------------------------------------------------


def test_the_hash_of_a_content_tells_nothing_of_a_guessed_text() -> None:
    assert Content.seal(b"oui").digest != Content.seal(b"oui").digest


def test_content_is_never_printed(anne) -> None:
    header, content = anne.head(text("secret"), [b"u" * 16])
    assert content.key.hex() not in f"{content!r}{header!r}"
    assert repr(content.key) not in f"{content!r}{header!r}"


# --- the way back -----------------------------------------------------------------------------------------


def test_an_offer_counts_for_whom_it_was_made_only(anne, bruno) -> None:
    offer = QueueOffer(anne.cert.hash, bruno.id, b"q" * 16, b"w" * 32, NOW_MS).sign(anne.keys.signer.sign)
    ed = anne.cert.public.ed25519
    assert QueueOffer.verify(offer, ed, anne.cert.hash, bruno.id).queue == b"q" * 16
    for key, cert, to in (
        (bruno.cert.public.ed25519, anne.cert.hash, bruno.id),
        (ed, bruno.cert.hash, bruno.id),
        (ed, anne.cert.hash, anne.id),
    ):
        with pytest.raises(TrustError, match="signature"):
            QueueOffer.verify(offer, key, cert, to)
