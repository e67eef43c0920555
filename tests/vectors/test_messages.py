"""Sealed messages as docs/protocol.md §11 and §13 say, byte by byte: what another program of CSL1 must read and write alike."""

from __future__ import annotations

import json
from pathlib import Path

from media.keys import envelope, files
from media.keys.cards import Card
from media.keys.seal import XWing
from media.keys.sign import HybridSigner, digest
from media.mail import bodies, convs, onetime, say

VECTORS = json.loads((Path(__file__).parent / "data" / "messages.json").read_text())


def of(name: str, *fields: str) -> list[bytes]:
    return [bytes.fromhex(VECTORS[name][field]) for field in fields]


DEVICE = HybridSigner.from_seeds(*of("device", "ed25519_seed", "mldsa_seed"))


def test_the_devices_keys_are_those_of_the_seeds() -> None:
    ed25519_pk, mldsa_hash = of("device", "ed25519_pk", "mldsa_pk_sha256")
    assert DEVICE.public.ed25519 == ed25519_pk
    assert digest(DEVICE.public.mldsa) == mldsa_hash


def test_the_card() -> None:
    signed, cert, queue = of("card", "signed", "certificate_hash", "contact_queue")
    (seed,) = of("prekey", "xwing_seed")
    made = Card.make(
        cert, VECTORS["prekey"]["number"], XWing.from_seed(seed).public, queue, 20_000, DEVICE.ed25519.sign
    )
    assert made.signed == signed
    assert Card.parse(signed).verify(DEVICE.public.ed25519, newest=7, today=20_000)


def test_the_conversation_of_two() -> None:
    one, other = (bytes.fromhex(user) for user in VECTORS["direct"]["users"])
    assert convs.direct(one, other).hex() == VECTORS["direct"]["conv"]


def test_a_text_and_its_header() -> None:
    body, hash_, signed, box, text = of("header", "body", "hash", "object", "box", "text")
    header = envelope.verify_header(signed, DEVICE.public, act=False)
    assert (header.encode(), header.hash) == (body, hash_)
    assert envelope.sign_header(header, DEVICE.ed25519.sign) == signed
    assert envelope.open_content(header, box) == text
    assert say.parse(header.type, text) == bodies.Text("Le scanner de contrôle est là : 5 mg.")


def test_an_act_about_it_in_the_same_chain() -> None:
    body, signed, box, text = of("act", "body", "object", "box", "text")
    header = envelope.verify_header(signed, DEVICE.public, act=True)
    (before,) = of("header", "hash")
    assert (header.encode(), header.seq, header.prev_hash) == (body, 1, before)
    assert envelope.open_content(header, box) == text
    assert say.parse(header.type, text).header_hash == before


def test_the_block() -> None:
    device, offer, block = of("block", "device_id", "offer", "block")
    (seed,) = of("prekey", "xwing_seed")
    opened = envelope.open_block(block, device, {7: XWing.from_seed(seed)})
    assert [opened.header_object, opened.box] == of("header", "object", "box")
    cert = of("card", "certificate_hash")[0]
    assert (
        envelope.QueueOffer.verify(opened.offer, DEVICE.public.ed25519, cert, device).sign(
            DEVICE.ed25519.sign
        )
        == offer
    )


def test_the_file() -> None:
    key, text, sealed, hash_ = of("file", "key", "text", "sealed", "digest")
    opener = files.FileOpener(key, len(text), hash_)
    assert opener.push(sealed) == text
    opener.finish()


def test_how_files_are_cut() -> None:
    for vector in VECTORS["parts"]:
        assert list(files.parts(vector["size"])) == vector["classes"]


def test_the_key_of_an_ephemeral_document() -> None:
    seed, ask, box, key = of("grant", "once_seed", "ask", "box", "key")
    reading = onetime.Reading(bytes(16), 0, seed=seed).asked(ask, 0)
    assert reading.opened(bodies.Grant(ask, bodies.Answer.GRANTED, box), 0)[1] == key
