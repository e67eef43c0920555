"""An organisation whose issuer runs: the real process, a real relay, and desks without a window whose clock a test puts forward."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import time
from typing import TYPE_CHECKING

from app import trust
from app.admin import store
from app.admin.counter import Counter, State, renewed
from app.admin.issuer import row
from app.admin.organisation import Organisation
from app.post.office import Post
from app.session import read
from media.keys.certs import DeviceCert, DeviceKeys, Request
from storage.vault import Vault
from tests.harness.cheap import CHEAP
from tests.harness.gateway import ADMIN
from tests.harness.postal import PASSWORD, Clock, Relaying, until

if TYPE_CHECKING:
    from pathlib import Path

    from app.session import Session
    from media.keys.sign import HybridSigner

DAY_S = 86_400


class Department:
    """IT: the folder of the organisation, founded 100 days ago, and what is typed there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.place = folder, folder / "org"
        self.now_s = int(time.time())
        made, self.root = Organisation.create("CHU", self.now_s - 100 * DAY_S)
        self.root: HybridSigner
        store.make_folder(self.place)
        store.save(self.place, made, self.now_s)
        self.relay = Relaying(folder / "relay", made.relay_key.ed25519).start()
        self.process: subprocess.Popen[bytes] | None = None
        self.desks: list[Desk] = []

    def start(self, *options: str) -> None:
        """Start the issuer; wait until it is at the relay."""
        where = ("--profile", self.folder / "issuer", "--secret-file", self.folder / "issuer.secret")
        relay = ("--relay", f"127.0.0.1:{self.relay.port}", "--pin", self.relay.pin.hex())
        command = [*ADMIN, "issuer", "run", "--dir", self.place, *where, *relay, *options]
        with (self.folder / "issuer.log").open("ab") as said:
            self.process = subprocess.Popen(
                [str(one) for one in command], stdout=subprocess.PIPE, stderr=said
            )
        while line := self.process.stdout.readline():
            if line.startswith(b"{") and json.loads(line)["online"]:
                return
        raise AssertionError((self.folder / "issuer.log").read_text())

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self.process.stdout.close()
        return code

    def admin(self, *words: object) -> str:
        """Type a command; return what it prints."""
        command = [*ADMIN, *map(str, words), "--dir", str(self.place)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def waiting(self) -> list[dict[str, object]]:
        """Return what waits, without a process: a desk of the test goes on meanwhile."""
        with store.locked(self.place):
            organisation, _ = store.load(self.place, int(time.time()))
            asked = [one for one in Counter(self.place).all() if one.state is State.WAITING]
        return [row(one, renewal=renewed(organisation, one, self.now_s) is not None) for one in asked]

    async def desk(self, name: str, *, days_ago: float = 0, role: str = "doctor") -> Desk:
        """Enrol a desk as of some days ago; it is shut."""
        now_s = int(time.time())
        keys = DeviceKeys.generate()
        request = Request.parse(keys.request(name, role, ""))
        with store.locked(self.place):
            organisation, _ = store.load(self.place, now_s)
            certificate = organisation.issue(request, now_s - int(days_ago * DAY_S))
            store.save(self.place, organisation, now_s)
            enrolment = organisation.enrolment(certificate, now_s)
        folder = self.folder / f"desk {len(self.desks)}"
        vault, _ = await asyncio.to_thread(Vault.create, folder, PASSWORD, CHEAP)
        await trust.enrol(vault, keys, enrolment, self.relay.relay, now_s)
        made = Desk(vault, keys)
        self.desks.append(made)
        return made

    async def end(self) -> None:
        for desk in self.desks:
            await desk.close()
            await asyncio.to_thread(desk.vault.lock)
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(30)
            self.process.stdout.close()
        if self.relay.process.poll() is None:
            self.relay.kill()


class Desk:
    """One device: its vault, and its post while it is open."""

    def __init__(self, vault: Vault, keys: DeviceKeys) -> None:
        self.vault, self.keys, self.clock = vault, keys, Clock()
        self.news = trust.News()
        self.refused: list[str] = []
        self.heard: list = []
        self.task: asyncio.Task | None = None

    async def open(self) -> Desk:
        self.post = Post(self.clock.now_ms)
        self.post.refresh = self.refresh
        self.post.refused.subscribe(self.refused.append)
        self.post.told.subscribe(self.heard.append)
        session = await self.refresh()
        self.task = asyncio.create_task(self.post.work(session, self.vault))
        await self.post.opened.wait()
        return self

    async def refresh(self) -> Session:
        self.news = await trust.refresh(self.vault, None, self.clock.now_ms() // 1000)
        return await read(self.vault)

    async def close(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
            self.task = None

    async def online(self) -> None:
        await until(lambda: self.post.line.online)

    async def held(self) -> tuple:
        """Return what waits in the outbox for a reason."""
        return await asyncio.wrap_future(self.vault.mail.read(lambda rows: rows.outbox.held()))

    @property
    def own(self) -> DeviceCert:
        return self.post.desk.book.own

    async def kept(self) -> DeviceCert:
        device = await asyncio.wrap_future(self.vault.identity.device())
        return DeviceCert.parse(device.certificate)


def with_issuer(folder: Path, story, *options: str) -> None:
    """Run *story*, a coroutine function of the department, while its issuer runs."""

    async def run() -> None:
        department = Department(folder)
        try:
            await asyncio.to_thread(department.start, *options)
            await story(department)
        finally:
            await department.end()

    asyncio.run(run())
