"""Cards at a real relay: found under the hash of the device's key, laid out by that key alone, never an older one again."""

from __future__ import annotations

import os

import pytest
from nacl.signing import SigningKey

from media import mailwire
from media.errors import LinkRefused, ProtocolError
from tests.unit.mailbox.people import stranger
from tests.unit.relay.harness import public, signer

KEY = SigningKey(b"\x07" * 32)
TAG = mailwire.card_tag(public(KEY))


def test_a_card_is_found_by_its_tag_by_strangers_too(meet, relay):
    async def scenario(mine, theirs):
        assert await theirs.card(TAG) is None
        card = os.urandom(1300)
        await mine.publish(public(KEY), signer(KEY), 7, card)
        assert await theirs.card(TAG) == card
        someone = await stranger(relay)
        assert await someone.card(TAG) == card
        await someone.close()

    meet(scenario)


def test_a_lower_number_never_replaces_a_higher_one(meet):
    async def scenario(mine, theirs):
        await mine.publish(public(KEY), signer(KEY), 7, b"seven")
        await mine.publish(public(KEY), signer(KEY), 8, b"eight")
        with pytest.raises(LinkRefused, match="card-old"):
            await mine.publish(public(KEY), signer(KEY), 7, b"seven")
        assert await theirs.card(TAG) == b"eight"

    meet(scenario)


def test_nobody_lays_out_a_card_for_another_key(meet, relay):
    async def scenario(mine, theirs):
        await mine.publish(public(KEY), signer(KEY), 7, b"mine")
        with pytest.raises(LinkRefused, match="not-allowed"):
            await theirs.publish(public(KEY), signer(SigningKey.generate()), 8, b"theirs")
        someone = await stranger(relay)
        with pytest.raises(LinkRefused, match="not-allowed"):
            await someone.publish(public(KEY), signer(KEY), 9, b"of a stranger")
        await someone.close()
        assert await theirs.card(TAG) == b"mine"

    meet(scenario)


def test_a_card_beyond_its_size_is_not_even_sent(meet):
    async def scenario(mine, _):
        with pytest.raises(ProtocolError):
            await mine.publish(public(KEY), signer(KEY), 7, bytes(mailwire.MAX_CARD + 1))

    meet(scenario)
