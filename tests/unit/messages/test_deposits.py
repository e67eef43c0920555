"""Leaving a document for somebody without Consilium: a real vault, a real relay, the visitor who comes for it."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

import pytest

from app.config import Config, Policy
from app.messages.deposits import DepositRefused, Deposits, Draft
from app.messages.ground import subject
from media.keys import deposit as keys
from storage.messages.deposits import DepositState
from storage.messages.records import PatientLink
from tests.harness.depositing import NOW, House, collect, secret_of
from tests.harness.postal import until
from tests.unit.deposit.harness import attempt


@pytest.fixture
def house(tmp_path):
    house = House(tmp_path)
    yield house
    house.close()


def test_link_and_code_open_the_very_file_and_the_sender_is_told(house):
    progress = []
    house.deposits.progress.subscribe(progress.append)
    one = house.leave()
    assert one.state is DepositState.THERE
    assert [p.sending for p in progress] == sorted(p.sending for p in progress), "sealed, then sent"
    assert progress[-1].done == progress[-1].size
    got = asyncio.run(collect(house.relay, secret_of(house, one)))
    assert got == ("Compte rendu.pdf", house.letter.read_bytes())
    (told,) = house.look()
    assert told.state is DepositState.COLLECTED
    assert told.opened_ms > 0
    assert (told.link_key, told.code, told.owner_seed) == (b"", "", b""), (
        "nothing is left that opens anything"
    )
    assert house.deposits.link(told) == ""
    assert house.traced("deposit-left", "deposit-collected")


def test_wrong_codes_are_told_and_five_shut_it(house):
    one = house.leave()
    asyncio.run(attempt(house.relay, one.deposit, bytes(32)))
    assert [d.wrong for d in house.look()] == [1]
    for _ in range(4):
        asyncio.run(attempt(house.relay, one.deposit, bytes(32)))
    (told,) = house.look()
    assert (told.state, told.wrong, told.code) == (DepositState.SHUT, 5, "")
    assert house.traced("deposit-left", "deposit-over")


def test_taken_back_it_opens_nothing_and_can_leave_the_list(house):
    one = house.leave()
    secret = secret_of(house, one)
    asyncio.run(house.deposits.take_back(one))
    with pytest.raises(Exception, match="unknown"):
        asyncio.run(collect(house.relay, secret))
    (told,) = house.look()
    assert told.state is DepositState.TAKEN_BACK
    asyncio.run(house.deposits.forget(told))
    assert house.look() == ()


def test_two_deposits_of_one_file_share_nothing(house):
    first, second = house.leave(), house.leave()
    assert first.deposit != second.deposit
    assert first.link_key != second.link_key
    files = [path.read_bytes() for path in (house.relay.folder / "state" / "deposits").iterdir()]
    assert len(set(files)) == 2


def test_a_relay_that_comes_back_is_waited_for(house):
    house.relay.stop()
    house.deposits._retry_s = (0.05,) * 400

    async def both():
        return (
            await asyncio.gather(
                house.deposits.leave(Draft(house.letter, "")), asyncio.to_thread(house.relay.start)
            )
        )[0]

    assert asyncio.run(both()).state is DepositState.THERE


def test_a_relay_that_stays_away_is_said_and_nothing_lies_about_in_the_list(house):
    house.relay.stop()
    house.deposits._retry_s = (0.0, 0.0)
    with pytest.raises(DepositRefused, match="offline"):
        house.leave()
    (told,) = asyncio.run(house.deposits.all())
    assert (told.state, told.code) == (DepositState.LOST, "")


def test_what_a_crash_interrupted_is_said_to_be_lost(house):
    one = house.leave()
    row = replace(one, deposit=os.urandom(16), state=DepositState.SENDING)
    house.vault.mail.write(lambda m: m.deposits.add(row)).result()
    states = {d.deposit: d.state for d in house.look()}
    assert states == {one.deposit: DepositState.THERE, row.deposit: DepositState.LOST}


def test_what_is_about_a_patient_is_traced_under_the_patient_and_nobody_else_reads_of_whom(house):
    odile = PatientLink("1.2.250.1.71.4.2.7", "80421937", "LEMAÎTRE Odile, née le 14/03/1954")
    one = house.leave(patient=odile)
    asyncio.run(collect(house.relay, secret_of(house, one)))
    (told,) = house.look()
    assert told.about == odile
    assert house.traced("deposit-left", "deposit-collected")
    about = house.vault.audit.about(subject(odile)).result()
    assert {entry.action for entry in about} == {"deposit-left", "deposit-collected"}
    there = b"".join(
        path.read_bytes() for path in (house.relay.folder / "state").rglob("*") if path.is_file()
    )
    assert odile.ipp.encode() not in there
    assert "LEMAÎTRE".encode() not in there


def test_what_a_lock_interrupted_goes_on_once_the_vault_is_open_again(house):
    """The relay gets only what it does not have; the link and the code are those of before."""
    house.letter.write_bytes(os.urandom(6_000_000))

    async def story():
        half, heard = asyncio.Event(), []

        def far(progress) -> None:
            heard.append(progress)
            if progress.sending and progress.done > progress.size // 4:
                half.set()

        house.deposits.progress.subscribe(far)
        leaving = asyncio.create_task(house.deposits.leave(Draft(house.letter, "Dr Roux")))
        await asyncio.wait_for(half.wait(), 30)
        leaving.cancel()  # the page is gone
        house.deposits.end()
        await until(lambda: not house.deposits._going)
        (kept,) = house.vault.mail.read(lambda m: m.deposits.all()).result()
        house.vault.mail.tidy().result()  # as at every unlock
        heard.clear()
        house.deposits.begin(house.session(), house.vault)
        await house.deposits.look()
        await until(lambda: not house.deposits._going)
        (one,) = await house.deposits.all()
        assert min(p.done for p in heard if p.sending) > 0, "not from the beginning"
        assert one == replace(kept, state=DepositState.THERE)
        name, whole = await collect(house.relay, secret_of(house, one))
        assert (name, whole) == (house.letter.name, house.letter.read_bytes())
        assert not house.vault.mail.shelf.names()

    asyncio.run(story())
    assert house.traced("deposit-left")


def test_what_waits_on_the_shelf_for_a_relay_is_not_lost_and_can_be_taken_back(house):
    async def story():
        house.relay.stop()
        house.deposits._retry_s = (60.0,) * 9
        leaving = asyncio.create_task(house.deposits.leave(Draft(house.letter, "Dr Roux")))
        await until(lambda: _whole(house))
        leaving.cancel()
        house.deposits.end()
        await until(lambda: not house.deposits._going)
        house.deposits.begin(house.session(), house.vault)
        house.deposits._retry_s = ()
        with pytest.raises(DepositRefused, match="offline"):
            await house.deposits.look()
        (one,) = await house.deposits.all()
        assert one.state is DepositState.SENDING
        house.relay.start()
        await house.deposits.take_back(one)
        (told,) = await house.deposits.all()
        assert (told.state, told.code) == (DepositState.TAKEN_BACK, "")
        assert not house.vault.mail.shelf.names()

    asyncio.run(story())


def test_over_its_time_it_is_expired_also_where_the_relay_forgot_it(house):
    old = replace(house.leave(), deposit=os.urandom(16), expires_ms=NOW - 1)
    house.vault.mail.write(lambda m: m.deposits.add(old)).result()
    assert DepositState.EXPIRED in {d.state for d in house.look()}
    house.now_ms += 200 * 86_400_000
    house.look()
    assert old.deposit not in {d.deposit for d in house.look()}, "the list does not grow for ever"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda p: p.mkdir(), "file"),
        (lambda p: p.symlink_to("/nowhere"), "file"),
        (lambda p: (p.write_bytes(b""), os.truncate(p, keys.MAX_FILE + 1)), "too-big"),
    ],
)
def test_what_is_no_file_or_too_large_is_refused_and_nothing_kept(house, tmp_path, make, code):
    path = tmp_path / "other"
    make(path)
    with pytest.raises(DepositRefused, match=code):
        asyncio.run(house.deposits.leave(Draft(path, "x")))
    assert house.look() == ()


def test_without_page_relay_or_vault_it_says_why(house, tmp_path):
    assert house.deposits.obstacle == ""
    house.deposits.begin(house.session(relays=()), house.vault)
    assert house.deposits.obstacle == "no-relay"
    bare = Deposits(Config(Policy()), lambda: NOW, house.trail)
    assert bare.obstacle == "locked"
    bare.begin(house.session(), house.vault)
    assert bare.obstacle == "no-page"
    house.deposits.end()
    with pytest.raises(DepositRefused, match="locked"):
        house.leave()
    assert asyncio.run(house.deposits.all()) == ()


def test_hidden_characters_of_name_and_label_are_not_sent_on(house, tmp_path):
    odd = tmp_path / "rapport\u202efdp.exe"
    odd.write_bytes(b"x")
    one = asyncio.run(house.deposits.leave(Draft(odd, " Dr\u200b  Roux\u202e ")))
    assert "\u202e" not in one.name
    assert one.label == "Dr Roux"
    name, _ = asyncio.run(collect(house.relay, secret_of(house, one)))
    assert name == one.name


def _whole(house) -> bool:
    """Tell whether all of the sealed file lies on the shelf."""
    size = keys.sealed_size(house.letter.stat().st_size, house.letter.name)
    shelf = house.vault.mail.shelf
    return any(shelf.size(name) == size for name in shelf.names())
