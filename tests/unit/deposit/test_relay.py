"""Deposits at a real relay: whoever has link and code gets the file, once; nobody else gets anything, the relay included."""

from __future__ import annotations

import asyncio
import os
import sqlite3

import pytest
from nacl.signing import SigningKey

from media import depositwire as dw
from media.errors import LinkLost, LinkRefused
from media.keys import deposit as keys
from media.keys.sign import Signer
from media.link import OrganisationProof
from media.link import deposit as link
from tests.harness.disk import small_disk
from tests.unit.deposit.harness import Visitor, attempt, opened_file, sealed
from tests.unit.relay.harness import RelayProcess, proof, public, signer


def refused(coroutine) -> str:
    with pytest.raises(LinkRefused) as refusal:
        asyncio.run(coroutine)
    return refusal.value.code


async def collect(relay, one) -> bytes:
    async with Visitor(relay) as visitor:
        opened = await visitor.say(dw.Try(one.secret.id, one.keys.proof, bytes(16)))
        whole = await visitor.fetch(opened.size)
        await visitor.say(dw.Done())
        return whole


def test_who_has_link_and_code_gets_the_file_and_the_sender_hears_of_it(relay):
    data = os.urandom(3 << 20)
    one = sealed("scanner thoracique.dcm", data)

    async def scenario():
        await one.leave(relay)
        assert (await one.standing(relay)).state == dw.THERE
        got = opened_file(one.keys, await collect(relay, one))
        assert got == ("scanner thoracique.dcm", data)
        return await one.standing(relay)

    told = asyncio.run(scenario())
    assert told.state == dw.COLLECTED
    assert told.wrong == 0
    assert told.opened_s > 0
    assert told.collected_s > 0


def test_collected_once_it_is_gone_for_everybody_and_from_the_disk(relay):
    one = sealed()
    asyncio.run(one.leave(relay))
    asyncio.run(collect(relay, one))
    assert refused(attempt(relay, one.secret.id, one.keys.proof)) == "taken"
    assert list((relay.folder / "state" / "deposits").iterdir()) == []


def test_one_that_may_be_collected_again_may(relay):
    one = sealed(single=0)
    asyncio.run(one.leave(relay))
    first, second = (asyncio.run(collect(relay, one)) for _ in range(2))
    assert first == second == one.sealed


def test_wrong_codes_are_counted_and_after_five_the_right_one_comes_too_late(relay):
    one = sealed()
    asyncio.run(one.leave(relay))
    left = [asyncio.run(attempt(relay, one.secret.id, bytes(32))).left for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    assert refused(attempt(relay, one.secret.id, one.keys.proof)) == "shut"
    told = asyncio.run(one.standing(relay))
    assert (told.state, told.wrong) == (dw.SHUT, 5)
    assert list((relay.folder / "state" / "deposits").iterdir()) == []


def test_a_relay_killed_between_two_wrong_codes_forgets_none(relay):
    one = sealed()
    asyncio.run(one.leave(relay))
    for left in (4, 3, 2):
        assert asyncio.run(attempt(relay, one.secret.id, bytes(32))).left == left
        relay.kill()
        relay.start()


def test_a_right_code_does_not_give_wrong_ones_back(relay):
    one = sealed(single=0)
    asyncio.run(one.leave(relay))
    asyncio.run(attempt(relay, one.secret.id, bytes(32)))
    asyncio.run(collect(relay, one))
    assert asyncio.run(attempt(relay, one.secret.id, bytes(32))).left == 3


def test_while_one_collects_another_with_the_same_link_and_code_gets_nothing(relay):
    one = sealed(data=os.urandom(1 << 20))

    async def scenario():
        await one.leave(relay)
        async with Visitor(relay) as first:
            opened = await first.say(dw.Try(one.secret.id, one.keys.proof, bytes(16)))
            await first.say(dw.Want(0, 1000))
            with pytest.raises(LinkRefused, match="taken"):
                await attempt(relay, one.secret.id, one.keys.proof, os.urandom(16))
        async with Visitor(relay) as again:
            await again.say(dw.Try(one.secret.id, one.keys.proof, opened.token))
            return await again.fetch(opened.size)

    assert asyncio.run(scenario()) == one.sealed


def test_the_token_of_a_cut_collection_alone_opens_nothing(relay):
    one = sealed()

    async def scenario():
        await one.leave(relay)
        opened = await attempt(relay, one.secret.id, one.keys.proof)
        return await attempt(relay, one.secret.id, bytes(32), opened.token)

    assert isinstance(asyncio.run(scenario()), dw.Wrong)


def test_unknown_unfinished_and_taken_back_are_all_unknown(relay):
    one = sealed(data=os.urandom(1 << 20))
    assert refused(attempt(relay, one.secret.id, one.keys.proof)) == "unknown"

    async def half():
        async with Visitor(relay) as owner:
            text = dw.proof_text(dw.LEAVE, owner._control.nonce, owner._control.cert_hash, one.draft)
            await owner.say(link._proven(one.draft, proof().sign(text)))
            await owner.say(dw.Put(0, one.sealed[:70_000]))

    asyncio.run(half())
    assert refused(attempt(relay, one.secret.id, one.keys.proof)) == "unknown"
    there = []
    asyncio.run(one.leave(relay, told=there.append))
    assert there[0] == 70_000, "what was sent before the cut is not sent again"
    assert isinstance(asyncio.run(attempt(relay, one.secret.id, one.keys.proof)), dw.Opened)
    asyncio.run(link.take_back(relay.address(), one.secret.id, one.owner.sign))
    assert refused(attempt(relay, one.secret.id, one.keys.proof)) == "unknown"
    assert refused(one.standing(relay)) == "unknown"


def test_only_the_organisation_leaves_and_only_the_owner_asks_or_takes_back(relay):
    one, stranger = sealed(), SigningKey.generate()
    forged = OrganisationProof(public(stranger), signer(stranger))
    assert refused(one.leave(relay, proof=forged)) == "not-allowed"
    liar = OrganisationProof(one.draft.relay_pk, signer(stranger))
    assert refused(one.leave(relay, proof=liar)) == "not-allowed"
    asyncio.run(one.leave(relay))
    other = Signer.generate()
    assert refused(link.standing(relay.address(), one.secret.id, other.sign)) == "unknown"
    assert refused(link.take_back(relay.address(), one.secret.id, other.sign)) == "unknown"
    assert asyncio.run(one.standing(relay)).state == dw.THERE


def test_another_file_is_never_put_in_the_place_of_one_that_lies_there(relay):
    one, other = sealed(), sealed()
    asyncio.run(one.leave(relay))
    other.secret = one.secret
    assert refused(other.leave(relay)) == "taken"
    assert asyncio.run(collect(relay, one)) == one.sealed


def test_what_came_otherwise_than_announced_is_not_kept(relay):
    one = sealed()
    one.digest = bytes(32)
    assert refused(one.leave(relay)) == "damaged"
    assert refused(attempt(relay, one.secret.id, one.keys.proof)) == "unknown"


def test_too_large_too_long_and_too_much_are_refused(tmp_path):
    relay = RelayProcess(tmp_path, caps="deposit_mb = 1\ndeposit_total_mb = 1\ndeposit_days = 1").start()
    try:
        assert refused(sealed(data=bytes(2 << 20)).leave(relay)) == "quota"
        assert refused(sealed(life_s=2 * 86_400).leave(relay)) == "quota"
        assert refused(sealed(life_s=60).leave(relay)) == "quota"
        asyncio.run(sealed(data=bytes(600_000)).leave(relay))
        assert refused(sealed(data=bytes(600_000)).leave(relay)) == "quota"
    finally:
        relay.stop()


def test_out_of_turn_oversized_and_text_end_the_connection(relay):
    one = sealed()
    asyncio.run(one.leave(relay))
    for words in ([dw.Want(0, 10)], [dw.Try(one.secret.id, one.keys.proof, bytes(16)), dw.Want(0, 1 << 20)]):

        async def talk(words=words):
            async with Visitor(relay) as visitor:
                for word in words:
                    await visitor.say(word)

        assert refused(talk()) == "bad-message"


def test_the_relay_holds_neither_name_nor_code_nor_what_would_let_it_try_codes(relay):
    one = sealed("MARTINEAU Élodie biopsie.pdf", b"adenocarcinome" * 100)
    asyncio.run(one.leave(relay))
    asyncio.run(attempt(relay, one.secret.id, bytes(32)))
    held = b"".join(path.read_bytes() for path in relay.folder.rglob("*") if path.is_file())
    for secret in (
        one.secret.key,
        one.keys.file,
        one.keys.proof,
        one.secret.code.encode(),
        b"MARTINEAU",
        b"adeno",
    ):
        assert secret not in held
    assert one.keys.verifier in held, "or this test would look in the wrong place"
    database = sqlite3.connect(relay.folder / "state" / "deposits.db")
    ((verifier,),) = database.execute("select verifier from deposit").fetchall()
    database.close()
    without_link = keys.Secret(one.secret.id, bytes(32), one.secret.code)
    assert without_link.unlock().verifier != verifier, "the right code alone proves nothing"


def test_a_relay_that_is_away_is_lost_not_refused(relay):
    one = sealed()
    relay.stop()
    with pytest.raises(LinkLost):
        asyncio.run(one.leave(relay))


def test_a_full_disk_refuses_and_goes_on_once_there_is_room(tmp_path):
    with small_disk(tmp_path / "disk") as disk:
        state = f'state_dir = "{disk.folder / "state"}"'
        relay = RelayProcess(tmp_path, settings=state, caps="disk_reserve_mb = 0").start()
        try:
            one, more = sealed(), sealed()
            asyncio.run(one.leave(relay))
            disk.fill()
            assert refused(more.leave(relay)) in {"quota", "busy"}
            disk.free()
            asyncio.run(more.leave(relay))
            assert asyncio.run(collect(relay, one)) == one.sealed
            assert asyncio.run(collect(relay, more)) == more.sealed
        finally:
            relay.stop()


def test_who_reads_nothing_is_given_up_and_the_relay_stops_all_the_same(relay):
    one = sealed(data=os.urandom(8 << 20))

    async def stall():
        await one.leave(relay)
        async with Visitor(relay) as visitor:
            await visitor.say(dw.Try(one.secret.id, one.keys.proof, bytes(16)))
            visitor._control._socket.transport.pause_reading()
            for at in range(0, 8 << 20, dw.MAX_PIECE):
                visitor._control.send(dw.Want(at, dw.MAX_PIECE))
            await asyncio.sleep(0)
            assert await asyncio.to_thread(relay.stop) == 0

    asyncio.run(stall())
