"""A real gateway, a real relay, real desks without a window: what a hospital's system sends reaches who follows the unit, and nobody else."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import suppress

import pytest

from app.config import Config
from app.fanout import packing
from app.fanout.service import Handed
from app.interop.client import Client
from app.interop.flow import Flow
from app.interop.state import Reception
from app.post.office import Post
from media.keys.certs import Request
from media.mail import feeds as words
from media.mail.bodies import Patient, Taken, Team, Text
from storage.inbox import Incoming
from storage.outgoing import Stage
from storage.vault import Vault
from tests.harness.adt import CANARIES, adt
from tests.harness.cheap import CHEAP
from tests.harness.gateway import Gateway as Process
from tests.harness.gateway import run
from tests.harness.postal import House, until

RULES = '[[rule]]\nunits = ["2101", "2102"]\nroles = ["doctor"]\n'
AUTHORITY = "510999999"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def comes(patient: int, unit: str, control_id: str = "") -> bytes:
    return adt("A01^ADT_A01", control_id or f"a{patient}", patient, minute=patient, movement=unit)


class Site:
    """The relay, the organisation, and the gateway as IT enrols it."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.house = House(folder)
        self.gateway = Process(folder)
        self.gateway.init()
        self.rules = folder / "rules.toml"
        self.rules.write_text(RULES)
        self._enrol()

    def _enrol(self) -> None:
        request, answer = self.folder / "request", self.folder / "enrolment"
        asked = self.gateway.admin("gateway", "request", "--name", "Passerelle CHU", "--out", str(request))
        assert asked.returncode == 0, asked.stderr
        self.certificate = self.house.organisation.issue(
            Request.parse(request.read_bytes()), self.house.now_s
        )
        answer.write_bytes(self.house.organisation.enrolment(self.certificate, self.house.now_s).encode())
        relay = self.house.relay
        where = ("--relay", f"127.0.0.1:{relay.port}", "--pin", relay.pin.hex())
        enrolled = self.gateway.admin("gateway", "enrol", "--enrolment", str(answer), *where)
        assert enrolled.returncode == 0, enrolled.stderr

    def start(self, *options: str) -> int:
        directory = ("--directory", str(self.house.publish()))
        return self.gateway.start("--rules", str(self.rules), *directory, *options)

    def close(self) -> None:
        if self.gateway.process is not None and self.gateway.process.poll() is None:
            self.gateway.kill()
        self.house.close()


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path)
    yield made
    made.close()


class Desk:
    """One doctor's desk: vault, post, feed; `open` until `close`, as from unlock to lock."""

    def __init__(self, site: Site, vault: Vault, units: tuple[str, ...]) -> None:
        self.site, self.vault, self.units = site, vault, units
        self._work: list[asyncio.Task] = []

    @classmethod
    async def enrol(cls, site: Site, name: str, *units: str, role: str = "doctor") -> Desk:
        keys, certificate = site.house.certify(name, role=role)
        vault = await site.house.furnish(keys, certificate)
        return cls(site, vault, units)

    async def open(self) -> Desk:
        session = await self.site.house.refresh(self.vault)
        self.me, self.reception = session.user, Reception()
        self.post = Post(now_ms)
        config = Config()
        config.load_user({"patients.units": json.dumps(self.units)})
        self.handed = Handed(self._start, self.post, config, now_ms)
        self.handed.changed.subscribe(self._told)
        self.refused: list[str] = []
        self.post.refused.subscribe(self.refused.append)
        self.flow = Flow(self.vault, now_ms)
        self.flow.follow()
        self._work = [asyncio.create_task(self.post.work(session, self.vault))]
        self.handed.open(self.vault)
        await until(lambda: self.post.line.online)
        return self

    def _start(self, work, _done, _failed) -> asyncio.Task:
        self._work.append(asyncio.create_task(work))
        return self._work[-1]

    def _told(self, reception: Reception) -> None:
        self.reception = reception

    @property
    def out(self):
        return self.handed.outgoing

    async def close(self) -> None:
        self.handed.close()
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        await self.flow.stop()

    async def sees(self, *patients: int) -> None:
        """Wait until the cache has exactly these."""

        async def there():
            found = await asyncio.wrap_future(self.vault.patients.every())
            return {one.ipp for one in found} == {f"{number:08}" for number in patients}

        await until(there, 150)


async def send(port: int, *messages: bytes) -> None:
    async with await Client.connect("127.0.0.1", port) as client:
        for message in messages:
            assert (await client.send(message))[0].code == "AA"


def test_adt_appears_at_the_desk_that_follows_the_unit_and_not_at_the_others(site):
    async def story():
        here = await Desk.enrol(site, "Dr Essai Un", "2101")
        there = await Desk.enrol(site, "Dr Essai Deux", "2102")
        clerk = await Desk.enrol(site, "Essai Trois", "2101", role="secretary")
        port = site.start()
        for desk in (here, there, clerk):
            await desk.open()
        await send(port, adt("A28^ADT_A05", "i1", 1), comes(1, "2101"), comes(2, "2102"), comes(3, "9999"))
        await asyncio.gather(here.sees(1), there.sees(2))
        late = await (await Desk.enrol(site, "Dr Essai Quatre", "2101", "2102")).open()
        await late.sees(1, 2)
        await send(port, comes(4, "2101"))
        await asyncio.gather(here.sees(1, 4), late.sees(1, 2, 4))
        await until(lambda: clerk.reception.refused == ("2101",))
        assert await asyncio.wrap_future(clerk.vault.inbox.newest()) == 0
        assert here.reception.units == ("2101",)
        assert not here.reception.late(now_ms())
        for desk in (here, there, clerk, late):
            await desk.close()
            desk.vault.lock()

    asyncio.run(story())
    listed = site.gateway.admin("gateway", "followers", "--json")
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert sorted((row["name"], row["unit"]) for row in rows) == [
        ("Dr Essai Deux", "2102"),
        ("Dr Essai Quatre", "2101"),
        ("Dr Essai Quatre", "2102"),
        ("Dr Essai Un", "2101"),
    ]
    read = b"".join(path.read_bytes() for path in site.folder.rglob("*") if path.is_file())
    assert not any(name.encode() in read for name in CANARIES), "nowhere on a disk in the clear"


def test_killing_gateway_relay_and_desk_loses_and_doubles_nothing(site):
    async def story():
        desk = await Desk.enrol(site, "Dr Essai Un", "2101")
        port = site.start()
        await desk.open()
        sent = 0
        for who in ("gateway", "relay", "desk", "gateway", "relay"):
            batch = [comes(number, "2101") for number in range(sent + 1, sent + 6)]
            await send(port, *batch)
            sent += 5
            if who == "gateway":
                site.gateway.kill()
                port = site.start()
            elif who == "relay":
                site.house.relay.kill()
                site.house.relay.start()
            else:
                await desk.close()
                await desk.open()
        await desk.sees(*range(1, sent + 1))
        raws = [one.raw for one in await asyncio.wrap_future(desk.vault.inbox.after(0, 1000))]
        assert len(raws) == len(set(raws)) == sent
        await desk.close()
        desk.vault.lock()

    asyncio.run(story())


def test_a_desk_that_was_off_catches_up_after_the_relay_was_wiped_too(site):
    async def story():
        desk = await Desk.enrol(site, "Dr Essai Un", "2101")
        port = site.start()
        await desk.open()
        await send(port, comes(1, "2101"))
        await desk.sees(1)
        await desk.close()
        await send(port, comes(2, "2101"))
        gateway = Vault.visit(site.gateway.profile, site.gateway.secret.read_text().strip(), CHEAP)
        try:
            await until(lambda: {one.number for one in gateway.feeds.followers().result()} == {1})
        finally:
            gateway.lock()
        await send(port, comes(3, "2101"))
        await desk.open()
        await desk.sees(1, 2, 3)
        await desk.close()
        desk.vault.lock()

    asyncio.run(story())


def test_a_document_goes_out_over_kills_and_its_author_hears_of_it(site):
    async def story():
        got: list[bytes] = []

        async def serve(reader, writer):
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    frame = await reader.readuntil(b"\x1c\r")
                    got.append(frame)
                    number = frame.split(b"|")[9].decode()
                    writer.write(f"\x0bMSH|^~\\&|DPI||||1||ACK|1|P|2.5\rMSA|AA|{number}\r\x1c\r".encode())
                    await writer.drain()
            writer.close()

        listening = await asyncio.start_server(serve, "127.0.0.1", 0)
        record = listening.sockets[0].getsockname()[1]
        listening.close()
        await listening.wait_closed()
        port = site.start("--record", f"127.0.0.1:{record}")
        await send(port, adt("A28^ADT_A05", "1", 1))
        desk = await (await Desk.enrol(site, "Dr Essai Un", "2101")).open()
        patient = Patient(AUTHORITY, "00000001", "ESSAI1 Cleo")
        number = await desk.out.send("34794-8", "Compte rendu", "application/pdf", patient, b"%PDF-1.7")

        async def kept():
            vault = Vault.visit(site.gateway.profile, site.gateway.secret.read_text().strip(), CHEAP)
            try:
                return await asyncio.wrap_future(vault.outgoing.get(number))
            finally:
                await asyncio.to_thread(vault.lock)

        await until(kept, 150, pause_s=0.3)  # to open a vault is work, also for the gateway
        site.gateway.kill()
        listening = await asyncio.start_server(serve, "127.0.0.1", record)
        site.start("--record", f"127.0.0.1:{record}")

        async def accepted():
            return (await desk.out.get(number)).stage is Stage.ACCEPTED

        await until(accepted, 150)
        assert len(set(got)) == 1
        listening.close()
        await desk.close()
        desk.vault.lock()

    asyncio.run(story())


def test_a_gateway_signs_nothing_for_people_and_people_say_nothing_as_a_gateway(site):
    async def story():
        desk = await (await Desk.enrol(site, "Dr Essai Un", "2101")).open()
        rogue = await (await Desk.enrol(site, "Passerelle volée", role="gateway")).open()
        doctor = await (await Desk.enrol(site, "Dr Essai Deux")).open()
        for one in (desk, rogue, doctor):
            one.post.renew(await site.house.refresh(one.vault))
        mine = desk.me
        place = words.Place("2101", bytes(16), 1)
        packed = packing.pack(Incoming("GAM", "x", comes(1, "2101"), 1))
        said = (
            (rogue, Text("Prenez ce patient")),
            (rogue, Taken(bytes(16), bytes(32))),
            (rogue, Team("RCP", tuple(sorted((mine, rogue.me))), 0, None)),
            (doctor, words.Batch(place, 0, (packed,))),
            (doctor, words.Alive((place,))),
            (doctor, words.OutgoingAck(bytes(16), words.Stage.ACCEPTED)),
        )
        for number, (by, body) in enumerate(said, 1):
            conv = bytes((number,)) * 16
            await by.post.say(body.TYPE, conv, [mine], body.encode())
        await until(lambda: desk.refused.count("type-role") == len(said), 150)
        assert await asyncio.wrap_future(desk.vault.inbox.newest()) == 0
        assert await asyncio.wrap_future(desk.vault.mail.read(lambda rows: rows.threads.all())) == ()
        for one in (desk, rogue, doctor):
            await one.close()
            one.vault.lock()

    asyncio.run(story())


def test_the_gateway_leaves_signed_checkpoints_of_its_trail_and_starts_without_window_or_codecs(site):
    place = site.folder / "checkpoints"
    place.mkdir()
    vault = Vault.visit(site.gateway.profile, site.gateway.secret.read_text().strip(), CHEAP)
    vault.settings.save("audit.checkpoints", json.dumps([str(place)])).result()
    vault.lock()

    async def story():
        desk = await Desk.enrol(site, "Dr Essai Un", "2101")
        site.start()
        await desk.open()
        await until(lambda: desk.reception.units == ("2101",), 150)
        await desk.close()
        desk.vault.lock()

    asyncio.run(story())
    assert site.gateway.stop() == 0
    verified = site.gateway.admin("audit", "verify", "--checkpoints", str(place))
    assert verified.returncode == 0, verified.stdout + verified.stderr
    for path in place.iterdir():
        path.unlink()
    assert site.gateway.admin("audit", "verify", "--checkpoints", str(place)).returncode == 1
    blocked = "import sys\nfor name in ('PyQt6', 'av', 'miniaudio'): sys.modules[name] = None\n"
    program = blocked + "import app.fanout.program, app.fanout.outbox, app.signin.service"
    assert run(sys.executable, "-c", program).returncode == 0
