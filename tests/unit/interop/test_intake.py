"""The whole way of a message: from a socket through the inbox to the patient, and what its sender hears of it."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from app.interop import intake
from app.interop.client import Ack, Client
from app.interop.flow import Flow
from app.interop.frames import Deframer
from app.interop.split import messages
from storage.inbox import Reason
from tests.harness.adt import POISON, adt
from tests.harness.disk import small_disk

if sys.platform != "win32":
    import resource

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
NOW_MS = 1_775_000_000_000
UNTIMED_S = 8
"""Longer than a loaded machine needs for what takes a second, shorter than any of a listener's longer waits, the first of 10 s."""


def now_ms() -> int:
    return NOW_MS


@asynccontextmanager
async def flowing(vault):
    flow = Flow(vault, now_ms)
    flow.follow()
    try:
        yield flow, await flow.listen("127.0.0.1", 0)
    finally:
        await flow.stop()


async def exchange(where, stream: bytes, answers: int) -> list[Ack]:
    """Write all of *stream* at once and read so many answers."""
    reader, writer = await asyncio.open_connection(*where)
    frames, found = Deframer(), []
    try:
        writer.write(stream)
        async with asyncio.timeout(60):
            while len(found) < answers:
                data = await reader.read(1 << 16)
                assert data, "the listener closed"
                found += frames.feed(data)
    finally:
        writer.close()
    return [Ack.parse(frame.raw) for frame in found]


def wrap(message: bytes) -> bytes:
    return b"\x0b" + message + b"\x1c\r"


async def send(where, *messages: bytes) -> list[str]:
    """Send one by one, and again while that is asked for; return the codes."""
    async with await Client.connect(*where) as client:
        return [await persist(client, message) for message in messages]


async def persist(client: Client, message: bytes) -> str:
    async with asyncio.timeout(30):
        while True:
            (ack,) = await client.send(message)
            if ack.code != "AE":
                return ack.code


async def until(flow: Flow, holds) -> None:
    """Wait until *holds*; look whenever the flow tells of something, and now and then."""
    told = asyncio.Event()
    for event in (flow.changed, flow.patients_changed):
        event.subscribe(lambda _value: told.set())
    async with asyncio.timeout(60):
        while not holds():
            with suppress(TimeoutError):
                await asyncio.wait_for(told.wait(), 0.1)
            told.clear()


async def up_to_date(flow, vault) -> None:
    await until(flow, lambda: vault.patients.applied().result() >= vault.inbox.newest().result())


def kept(vault) -> list[bytes]:
    found, seq = [], 0
    while portion := vault.inbox.after(seq).result():
        found += [one.raw for one in portion]
        seq = portion[-1].seq
    return found


def test_two_thousand_messages_of_one_connection_are_kept_once_in_order_and_shown(vault):
    sent = [adt("A28^ADT_A05", f"M{n}", n % 200, minute=n) for n in range(2000)]

    async def act():
        async with flowing(vault) as (flow, where):
            acks = await exchange(where, b"".join(map(wrap, sent)), len(sent))
            late = [one for one, ack in zip(sent, acks, strict=True) if ack.code == "AE"]
            assert await send(where, *late) == ["AA"] * len(late)
            assert [ack.control_id for ack in acks] == [f"M{n}" for n in range(2000)]
            await up_to_date(flow, vault)

    asyncio.run(act())
    assert kept(vault) == sent
    assert vault.patients.count().result() == 200


def test_four_senders_at_once_with_one_poison_in_a_hundred(vault):
    def stream(sender: str) -> list[bytes]:
        good = [adt("A28^ADT_A05", f"{n}", n, sender=sender) for n in range(200)]
        return [one if n % 100 != 50 else POISON[n // 100] for n, one in enumerate(good)]

    async def act():
        async with flowing(vault) as (flow, where):
            streams = {sender: stream(sender) for sender in ("A", "B", "C", "D")}
            codes = await asyncio.gather(*(send(where, *one) for one in streams.values()))
            for one in codes:
                assert [n for n, code in enumerate(one) if code != "AA"] == [50, 150]
            await up_to_date(flow, vault)
            for sender, messages in streams.items():
                mine = [raw for raw in kept(vault) if b"|%b|" % sender.encode() in raw]
                assert mine == [one for n, one in enumerate(messages) if n % 100 != 50]
            await until(flow, lambda: flow.state.waiting == 2)

    asyncio.run(act())
    assert {one.times for one in vault.inbox.quarantined().result()} == {4}


def test_the_same_again_is_accepted_again_and_another_content_never(vault):
    first, other = adt("A28^ADT_A05", "X", 1), adt("A28^ADT_A05", "X", 2)

    async def act():
        async with flowing(vault) as (_flow, where):
            acks = await exchange(where, wrap(first) + wrap(first) + wrap(other) + wrap(first), 4)
            assert [ack.code for ack in acks] == ["AA", "AA", "AR", "AA"]
            assert (acks[2].error, acks[2].control_id) == ("205", "X")

    asyncio.run(act())
    assert kept(vault) == [first]
    assert [one.reason for one in vault.inbox.quarantined().result()] == [Reason.CONFLICT]


@pytest.mark.parametrize("poison", POISON, ids=range(len(POISON)))
def test_poison_is_refused_for_good_and_kept_for_it_and_the_flow_goes_on(vault, poison):
    async def act():
        async with flowing(vault) as (_flow, where):
            acks = await exchange(where, wrap(poison) + wrap(adt("A28^ADT_A05", "next", 1)), 2)
            assert [ack.code for ack in acks] == ["AR", "AA"]

    asyncio.run(act())
    (put,) = vault.inbox.quarantined().result()
    assert vault.inbox.put_away(put.id).result()[1] == poison


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_every_broken_file_is_answered_within_a_second_in_a_frame_and_without(vault):
    async def act():
        async with flowing(vault) as (_flow, where):
            for file in sorted(CORPUS.glob("made_fr/odd_*")):
                raw = file.read_bytes()
                await asyncio.wait_for(exchange(where, wrap(raw), 1), UNTIMED_S)
                if raw and (raw.endswith((b"\x1c", b"\x1c\r")) or b"\x0b" not in raw):
                    reader, writer = await asyncio.open_connection(*where)
                    writer.write(raw)
                    assert await asyncio.wait_for(reader.read(1), UNTIMED_S), file.name
                    writer.close()
            assert await send(where, adt("A28^ADT_A05", "after", 1)) == ["AA"]

    asyncio.run(act())


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_every_message_of_the_corpus_is_answered_and_what_is_kept_can_be_applied(vault):
    files = sorted(CORPUS.glob("hl7_*/*")) + sorted(CORPUS.glob("made_fr/*.hl7"))
    found = [one for file in files for one in messages(file.read_bytes())]

    async def act():
        async with flowing(vault) as (flow, where), await Client.connect(*where) as client:
            for one in found:
                answers = [ack.code for ack in await client.send(one)]
                assert set(answers) <= {"AA", "AR", "CA", "CR"}
            await up_to_date(flow, vault)

    asyncio.run(act())
    assert len(kept(vault)) + vault.inbox.waiting().result() > 600
    reasons = {one.reason for one in vault.inbox.quarantined().result()}
    assert reasons == {Reason.CONFLICT, Reason.REFUSED}


def test_a_full_disk_is_answered_with_again_and_taken_up_without_a_restart(tmp_path, open_profile):
    big = adt("A28^ADT_A05", "big", 2) + b"NTE|1||" + b"x" * 100_000 + b"\r"

    async def act(vault, disk):
        async with flowing(vault) as (flow, where):
            assert [a.code for a in await exchange(where, wrap(adt("A28^ADT_A05", "1", 1)), 1)] == ["AA"]
            disk.fill()
            assert [a.code for a in await exchange(where, wrap(big), 1)] == ["AE"]
            assert vault.failing
            disk.free()
            await until(flow, lambda: not vault.failing)
            assert await send(where, big) == ["AA"]
            await up_to_date(flow, vault)

    with small_disk(tmp_path / "disk") as disk:
        vault = open_profile(disk.folder / "profile")
        asyncio.run(act(vault, disk))
        assert vault.patients.count().result() == 2
        vault.lock()


@pytest.mark.skipif(sys.platform == "win32", reason="no limit to set there")
def test_a_disk_that_takes_no_write_is_answered_with_again(vault):
    message = adt("A28^ADT_A05", "1", 1)

    async def act():
        async with flowing(vault) as (flow, where):
            before = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
            try:
                acks = await exchange(where, wrap(message), 1)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, before)
            assert [(ack.code, ack.control_id) for ack in acks] == [("AE", "1")]
            assert vault.failing
            assert await send(where, message) == ["AA"]
            await up_to_date(flow, vault)
            assert not vault.failing

    asyncio.run(act())
    assert kept(vault) == [message]


def test_a_locked_vault_puts_its_senders_off_at_once(vault, monkeypatch):
    monkeypatch.setattr(intake, "ANSWER_WITHIN_S", 600)

    async def act():
        async with flowing(vault) as (_flow, where):
            vault.lock()
            (ack,) = await exchange(where, wrap(adt("A28^ADT_A05", "1", 1)), 1)
            assert (ack.code, ack.control_id) == ("AE", "1")

    asyncio.run(act())


def test_a_disk_that_hangs_puts_its_senders_off_and_doubles_nothing(vault, monkeypatch):
    monkeypatch.setattr(intake, "ANSWER_WITHIN_S", 0.1)
    there = threading.Event()
    message = adt("A28^ADT_A05", "1", 1)

    async def act():
        async with flowing(vault) as (_flow, where):
            hanging = vault.inbox._database.write(lambda _db: there.wait(60))
            (ack,) = await exchange(where, wrap(message), 1)
            assert ack.code == "AE"
            there.set()
            assert hanging.result()
            assert await send(where, message) == ["AA"]

    asyncio.run(act())
    assert kept(vault) == [message]


def test_the_enhanced_mode_hears_commit_and_application(vault):
    message = adt("A28^ADT_A05", "1", 1).replace(b"|2.5^FRA^2.11|||||", b"|2.5^FRA^2.11|||AL|AL|", 1)

    async def act():
        async with flowing(vault) as (_flow, where), await Client.connect(*where) as client:
            assert [ack.code for ack in await client.send(message)] == ["CA", "AA"]

    asyncio.run(act())


@pytest.mark.parametrize("separator", ["|", "!"])
def test_the_id_comes_back_byte_for_byte_in_the_sender_s_own_separators(vault, separator):
    message = adt("A28^ADT_A05", "N°7", 1).replace(b"|", separator.encode())

    async def act():
        async with flowing(vault) as (_flow, where):
            reader, writer = await asyncio.open_connection(*where)
            writer.write(wrap(message))
            answer = await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 30)
            writer.close()
            fields = answer.decode().split("\r")[1].split(separator)
            assert fields == ["MSA", "AA", "N°7"]

    asyncio.run(act())


def test_no_name_and_no_number_of_a_patient_in_the_log(vault, caplog):
    caplog.set_level(logging.DEBUG)

    async def act():
        async with flowing(vault) as (flow, where):
            await exchange(
                where, wrap(adt("A28^ADT_A05", "1", 1)) + b"".join(map(wrap, POISON)), 1 + len(POISON)
            )
            await up_to_date(flow, vault)

    asyncio.run(act())
    assert not any(word in caplog.text for word in ("ESSAI1", "PORTE1", "00000001", "1800175000001"))


def test_a_fault_of_ours_is_answered_with_again(vault, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(intake, "understand", broken)

    async def act():
        async with flowing(vault) as (_flow, where):
            (ack,) = await exchange(where, wrap(adt("A28^ADT_A05", "1", 1)), 1)
            assert (ack.code, ack.control_id) == ("AE", "1")

    asyncio.run(act())
    assert kept(vault) == []
