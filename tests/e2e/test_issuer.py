"""The issuer as a process, a real relay, desks without a window: certificates go on by themselves, revocations are in effect at once."""

from __future__ import annotations

import asyncio
import base64
import time
from dataclasses import replace

import pytest

from app.signin import asking, enrol
from app.signin.enrol import EnrolRefused, Pending
from media.keys.certs import DeviceKeys
from media.keys.enrolment import Ticket
from media.mail import convs
from media.mail.bodies import Text
from media.mail.feeds import Answered, Request
from media.mail.types import Type
from storage.vault import Vault
from tests.harness.cheap import CHEAP
from tests.harness.issuing import DAY_S, Desk, with_issuer
from tests.harness.postal import PASSWORD, until


async def greet(by: Desk, to: Desk) -> None:
    conv = convs.direct(by.own.user, to.own.user)
    await by.post.say(Type.TEXT, conv, [to.own.user], Text("Bonjour").encode())


def test_a_certificate_of_day_61_is_renewed_without_a_click(tmp_path):
    async def story(it):
        desk = await (await it.desk("Dr Alice Aubry", days_ago=61)).open()
        before = desk.own
        await until(lambda: desk.own.serial > before.serial)
        now = desk.own
        assert (now.user, now.device_id, now.public, now.role) == (
            before.user,
            before.device_id,
            before.public,
            before.role,
        )
        assert now.not_after - it.now_s > 85 * DAY_S
        assert await desk.kept() == now
        assert desk.news.warnings == ()
        assert it.waiting() == []

    with_issuer(tmp_path, story)


def test_a_revocation_reaches_the_others_and_the_device_itself_while_they_are_online(tmp_path):
    async def story(it):
        alice = await (await it.desk("Dr Alice Aubry")).open()
        bruno = await (await it.desk("Dr Bruno Bel")).open()
        for desk in (alice, bruno):
            await desk.online()
        await greet(bruno, alice)  # she has not heard of him yet: her desk looks for a newer directory
        await until(lambda: alice.post.desk.book.living(bruno.own.user))
        it.admin("device", "revoke", "--device", bruno.own.device_id.hex())
        await until(lambda: not alice.post.desk.book.living(bruno.own.user))
        await until(lambda: bruno.post.desk.book.revoked)
        assert bruno.news.patients_closed
        assert not alice.news.patients_closed
        await greet(bruno, alice)
        assert {one.held for one in await bruno.held()} == {"revoked"}

    with_issuer(tmp_path, story)


def test_a_revocation_made_while_nobody_was_there_is_heard_at_the_next_contact(tmp_path):
    async def story(it):
        alice, bruno = await it.desk("Dr Alice Aubry"), await it.desk("Dr Bruno Bel")
        bruno_user = bruno.keys.device_id
        await alice.refresh()
        assert it.stop() == 0
        it.admin("device", "revoke", "--device", bruno_user.hex())
        it.start()
        await alice.open()
        await until(lambda: alice.post.desk.session.trust.revoked, 90)  # it is laid out by then
        await bruno.open()
        await until(lambda: bruno.news.revoked)

    with_issuer(tmp_path, story)


def test_a_desk_that_the_issuer_never_met_is_told_of_a_revocation_by_message(tmp_path):
    async def story(it):
        assert it.stop() == 0
        alice, bruno = await it.desk("Dr Alice Aubry"), await it.desk("Dr Bruno Bel")
        await alice.open()  # it looked at the notice before there was anything new
        await alice.online()
        it.admin("device", "revoke", "--device", bruno.keys.device_id.hex())
        it.start()
        await until(lambda: any(told.type is Type.DIRECTORY for told in alice.heard))
        await until(lambda: alice.post.desk.session.trust.revoked)

    with_issuer(tmp_path, story)


async def ask(desk: Desk, it, role: str = "doctor", name: str = "") -> bytes:
    """Send a certificate request of this desk's own making to the issuer, whatever the desk itself would do."""
    await until(lambda: desk.post.desk.book.having("issuer"))
    (issuer,) = desk.post.desk.book.having("issuer")
    signed = desk.keys.request(name or desk.own.name, role, desk.own.specialty)
    conv = convs.direct(desk.own.user, issuer.user)
    await desk.post.say(Type.REQUEST, conv, [issuer.user], Request(signed).encode())
    return signed


def test_an_insider_who_asks_for_another_role_or_for_other_keys_waits_for_a_decision(tmp_path):
    async def story(it):
        desk = await (await it.desk("Alice Aubry", role="secretary", days_ago=61)).open()
        await until(lambda: desk.own.not_after > it.now_s + 80 * DAY_S)
        before = desk.own
        await ask(desk, it, role="doctor")
        await until(lambda: [one["role"] for one in it.waiting()] == ["doctor"])
        assert not it.waiting()[0]["renewal"]
        for _ in range(3):  # of one device one request waits: the newest
            await ask(desk, it, role="gateway")
        await until(lambda: [one["role"] for one in it.waiting()] == ["gateway"])
        desk.keys = DeviceKeys.generate()
        await ask(desk, it, role="secretary")
        await until(lambda: len(it.waiting()) == 2)
        assert not any(one["renewal"] for one in it.waiting())
        assert await desk.kept() == before
        for one in it.waiting():
            it.admin("issuer", "refuse", one["id"])
        assert it.waiting() == []
        assert await desk.kept() == before

    with_issuer(tmp_path, story)


def test_what_is_approved_by_hand_counts_under_the_name_that_it_was_given(tmp_path):
    async def story(it):
        desk = await (await it.desk("Alice Aubry", role="secretary")).open()
        await ask(desk, it, role="doctor")
        await until(it.waiting)
        it.admin("issuer", "approve", it.waiting()[0]["id"], "--role", "nurse", "--name", "Alice Aubry-Bel")
        await until(lambda: desk.own.role == "nurse")
        assert desk.own.name == "Alice Aubry-Bel"

    with_issuer(tmp_path, story)


def test_without_the_rule_a_renewal_waits_too(tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text("[renewal]\nautomatic = false\n")

    async def story(it):
        desk = await (await it.desk("Dr Alice Aubry", days_ago=61)).open()
        await until(it.waiting)
        assert it.waiting()[0]["renewal"]
        before = desk.own
        it.admin("issuer", "approve", it.waiting()[0]["id"])
        await until(lambda: desk.own.serial > before.serial)

    with_issuer(tmp_path, story, "--rules", str(rules))


def test_an_answer_that_somebody_else_gives_is_refused_and_changes_nothing(tmp_path):
    async def story(it):
        mallory = await (await it.desk("Dr Mallory")).open()
        alice = await (await it.desk("Dr Alice Aubry", days_ago=50)).open()
        await alice.online()
        before = alice.own
        conv = convs.direct(mallory.own.user, before.user)
        await until(lambda: mallory.post.desk.book.having("issuer"))
        await greet(alice, mallory)
        await until(lambda: mallory.post.desk.book.living(before.user))
        forged = Answered(bytes(32), "", mallory.own.signed).encode()
        await mallory.post.say(Type.ANSWER, conv, [before.user], forged)
        await until(lambda: "type-role" in alice.refused)
        assert await alice.kept() == before

    with_issuer(tmp_path, story)


def test_a_relay_that_lost_everything_is_given_the_directory_again(tmp_path):
    async def story(it):
        alice = await it.desk("Dr Alice Aubry")
        bruno = await (await it.desk("Dr Bruno Bel")).open()
        await bruno.online()
        height = bruno.post.desk.book.head[0]
        await until(lambda: bruno.post.desk.book.head[0] >= height)
        await asyncio.to_thread(it.relay.kill)
        for file in it.relay.folder.rglob("*.db*"):
            file.unlink()
        await asyncio.to_thread(it.relay.start)
        await alice.open()
        assert not alice.post.desk.book.knows(bruno.own.hash)
        look = alice.post._open._following.wake.set  # as after ten minutes
        await until(lambda: alice.post.desk.book.knows(bruno.own.hash) or look())

    with_issuer(tmp_path, story)


async def newcomer(tmp_path, name: str, number: int = 0) -> Pending:
    """Begin the first run: a vault, its recovery code noted, the request signed."""
    vault, _ = await asyncio.to_thread(Vault.create, tmp_path / f"new {number}", PASSWORD, CHEAP)
    return await enrol.request(Pending(vault), name, "secretary", "")


def ticket(it, folder, *options: str, number: int = 0) -> str:
    out = folder / f"billet {number}"
    relay = ("--relay", f"127.0.0.1:{it.relay.port}", "--pin", it.relay.pin.hex())
    it.admin("issuer", "ticket", *relay, "--out", out, *options)
    return out.read_text()


async def answered(pending: Pending):
    found = None

    async def there():
        nonlocal found
        found = await asking.look(pending, int(time.time()))
        return found

    await until(there)
    return found


async def send(pending: Pending, paper: str, now_s: int) -> Pending:
    """Ask under a ticket as soon as the issuer knows it."""
    sent = None

    async def known():
        nonlocal sent
        try:
            sent = await asking.ask(pending, paper, now_s)
        except EnrolRefused as error:
            if error.code != "ticket-refused":
                raise
        return sent

    await until(known)
    return sent


def test_a_new_device_is_enrolled_by_a_ticket_and_goes_on_after_a_restart(tmp_path):
    async def story(it):
        paper = ticket(it, tmp_path, "--role", "nurse", "--name", "Chloé Cot")
        pending = await newcomer(tmp_path, "Chloé C.")
        now_s = int(time.time())
        pending = await send(pending, paper, now_s)
        assert pending.step == "wait"
        assert await asking.look(pending, now_s) is None
        await asyncio.to_thread(pending.vault.lock)
        vault = await asyncio.to_thread(Vault.unlock, tmp_path / "new 0", PASSWORD, CHEAP)
        pending = await enrol.resume(vault, "", PASSWORD)
        pending = replace(pending, recovery_code="")
        assert pending.step == "wait"
        await until(it.waiting)
        (asked,) = it.waiting()
        assert (asked["ticket"], asked["name"]) == (True, "Chloé C.")
        it.admin("issuer", "approve", asked["id"])
        relay, answer = await answered(pending)
        assert (answer.name, answer.role, answer.organisation) == ("Chloé Cot", "nurse", "CHU")
        await enrol.finish(pending, answer, relay, now_s)
        desk = Desk(vault, None)
        it.desks.append(desk)
        await desk.open()
        await desk.online()
        assert desk.own.role == "nurse"

    with_issuer(tmp_path, story)


def test_a_ticket_is_for_one_device_and_a_refusal_is_said(tmp_path):
    async def story(it):
        paper, now_s = ticket(it, tmp_path, "--role", "nurse"), int(time.time())
        one, other = await newcomer(tmp_path, "Chloé Cot", 0), await newcomer(tmp_path, "Mallory", 1)
        one = await send(one, paper, now_s)
        await until(it.waiting)
        it.admin("issuer", "approve", it.waiting()[0]["id"])
        await answered(one)
        other = await asking.ask(other, paper, now_s)
        second = ticket(it, tmp_path, "--role", "doctor", number=1)
        refused = await send(other, second, now_s)
        await until(it.waiting)
        assert [asked["name"] for asked in it.waiting()] == ["Mallory"]
        it.admin("issuer", "refuse", it.waiting()[0]["id"])
        with pytest.raises(EnrolRefused, match="request-refused"):
            await answered(refused)
        assert await asking.look(other, now_s) is None
        for pending in (one, other):
            await asyncio.to_thread(pending.vault.lock)

    with_issuer(tmp_path, story)


def test_a_ticket_that_is_over_or_of_another_organisation_enrols_nobody(tmp_path):
    async def story(it):
        paper, now_s = ticket(it, tmp_path, "--role", "nurse"), int(time.time())
        pending = await newcomer(tmp_path, "Chloé Cot")
        with pytest.raises(EnrolRefused, match="ticket-over"):
            await asking.ask(pending, paper, now_s + 15 * DAY_S)
        with pytest.raises(EnrolRefused, match="ticket"):
            await asking.ask(pending, "pas un billet", now_s)
        forged = replace(Ticket.parse(base64.b64decode("".join(paper.split()))), org=bytes(16))
        pending = await send(pending, base64.b64encode(forged.encode()).decode(), now_s)
        await until(it.waiting)
        it.admin("issuer", "approve", it.waiting()[0]["id"])
        with pytest.raises(EnrolRefused, match="untrusted"):
            await answered(pending)
        await asyncio.to_thread(pending.vault.lock)

    with_issuer(tmp_path, story)
