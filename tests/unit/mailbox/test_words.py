"""Words at a real relay: the newest takes the older's place, only its owner lays one out, and nothing of them is on a disk."""

from __future__ import annotations

import asyncio
import os

import pytest
from nacl.signing import SigningKey

from media import mailwire
from media.errors import LinkRefused
from media.relay.maildesk import WORDS_AT_ONCE
from tests.unit.mailbox.people import enter, stranger
from tests.unit.relay.harness import RelayProcess, public, signer


class Owner:
    """Whoever has the key of a word."""

    def __init__(self) -> None:
        self.key = SigningKey.generate()
        self.public, self.sign = public(self.key), signer(self.key)
        self.tag = mailwire.card_tag(self.public)

    async def says(self, mailbox, word: bytes) -> bytes:
        await mailbox.say(self.public, self.sign, word)
        return word


def word() -> bytes:
    return os.urandom(mailwire.WORD_BYTES)


async def refused(code: str, asked) -> None:
    with pytest.raises(LinkRefused) as refusal:
        await asked
    assert refusal.value.code == code


def test_the_newest_word_of_each_is_read_many_at_once(meet):
    async def scenario(mine, theirs):
        one, two, silent = Owner(), Owner(), Owner()
        await one.says(mine, word())
        now, other = await one.says(mine, word()), await two.says(mine, word())
        tags = [silent.tag, one.tag, two.tag]
        assert await theirs.words(tags) == {one.tag: now, two.tag: other}
        assert await theirs.words([silent.tag] * 256) == {}

    meet(scenario)


def test_a_reader_cannot_lay_anything_out_in_the_place_of_a_word(meet):
    async def scenario(mine, theirs):
        owner, reader = Owner(), Owner()
        said = await owner.says(mine, word())
        await refused("not-allowed", theirs.say(owner.public, reader.sign, word()))
        assert await theirs.words([owner.tag]) == {owner.tag: said}

    meet(scenario)


def test_what_the_owner_signed_counts_on_no_other_connection_and_for_no_other_word(meet):
    async def scenario(mine, theirs):
        owner, said = Owner(), word()
        proof = mine._prove(owner.sign, mailwire.SAY, owner.tag, mailwire.block_digest(said))
        await refused("not-allowed", theirs._done(mailwire.SayWord(901, owner.public, proof, said)))
        await refused("not-allowed", mine._done(mailwire.SayWord(902, owner.public, proof, word())))
        card = mine._prove(owner.sign, mailwire.PUBLISH, owner.tag, mailwire.block_digest(said))
        await refused("not-allowed", mine._done(mailwire.SayWord(903, owner.public, card, said)))
        assert await theirs.words([owner.tag]) == {}

    meet(scenario)


def test_a_stranger_neither_reads_nor_says_words(relay):
    async def scenario():
        mine, nobody = await enter(relay), await stranger(relay)
        owner = Owner()
        await owner.says(mine, word())
        await refused("not-allowed", nobody.words([owner.tag]))
        await refused("not-allowed", owner.says(nobody, word()))
        await mine.close()
        await nobody.close()

    asyncio.run(scenario())


def test_a_connection_has_few_words_and_an_organisation_no_more_than_its_share(tmp_path):
    relay = RelayProcess(tmp_path, caps=f"words = {WORDS_AT_ONCE + 1}").start()

    async def scenario():
        one, two = await enter(relay), await enter(relay)
        owners = [Owner() for _ in range(WORDS_AT_ONCE)]
        for owner in owners:
            await owner.says(one, word())
        await refused("full", Owner().says(one, word()))
        await owners[0].says(one, word())
        last = Owner()
        await last.says(two, word())
        await refused("quota", Owner().says(two, word()))
        await last.says(two, word())
        assert relay.counter("words") == WORDS_AT_ONCE + 1
        await one.close()
        await two.close()

    try:
        asyncio.run(scenario())
    finally:
        relay.stop()


def test_no_word_is_on_the_relays_disk_or_in_what_it_says_of_itself(tmp_path):
    relay = RelayProcess(tmp_path).start()
    owner, said = Owner(), word()

    async def scenario():
        mine = await enter(relay)
        await owner.says(mine, said)
        assert await mine.words([owner.tag]) == {owner.tag: said}
        await mine.close()

    try:
        asyncio.run(scenario())
        kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
        for secret in (said, owner.public, owner.tag):
            assert secret not in kept
            assert secret.hex().encode() not in kept
    finally:
        relay.stop()
