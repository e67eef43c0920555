"""A relay process, an organisation, and windows without Qt that run real engines: for tests and benchmarks."""

from __future__ import annotations

import asyncio
import json
import os
import queue
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from media.engine import messages as m
from media.engine.frames import Arena
from media.engine.supervise import Engine
from media.keys import invite
from media.keys.certs import DeviceCert, DeviceKeys, Issuer, org_id
from media.keys.sign import HybridSigner, Signer
from media.link import OrganisationProof, RelayAddress, put_blob

if TYPE_CHECKING:
    from pathlib import Path

WAIT_S = 30.0


class Clinic:
    """An organisation with certified devices, a relay, and one meeting whose hosts are the first two people."""

    def __init__(self, folder: Path, names: tuple[str, ...]) -> None:
        self.now = int(time.time())
        root, self.issuer = HybridSigner.generate(), HybridSigner.generate()
        self.org = org_id(root.public)
        self.roots = [(root.public.ed25519, root.public.mldsa)]
        life = {"not_before": self.now - 60, "not_after": self.now + 86_400}
        self.issuer_cert = Issuer.issue(root, self.issuer.public, serial=1, **life)
        self.relay_seed = os.urandom(32)
        self.people = [self._enrol(name, number, life) for number, name in enumerate(names)]
        self.folder, self.ready = folder, {"port": 0, "udp_port": 0, "http_port": 0}
        self.start_relay()
        try:
            self._invite(life)
        except BaseException:
            self.close()
            raise

    def _enrol(self, name: str, serial: int, life: dict) -> tuple[DeviceKeys, DeviceCert]:
        keys = DeviceKeys.generate()
        cert = DeviceCert.issue(
            self.issuer, org=self.org, user=os.urandom(16), name=name, role="doctor", specialty="",
            device_id=keys.device_id, public=keys.public, serial=serial, **life,
        )  # fmt: skip
        return keys, cert

    def start_relay(self) -> None:
        """Start the relay; again on the ports that it had."""
        config = self.folder / "relay.toml"
        config.write_text(
            'host = "127.0.0.1"\n'
            + "".join(f"{name} = {self.ready[name]}\n" for name in ("port", "udp_port", "http_port"))
            + f'organisation_keys = ["{Signer(self.relay_seed).public.hex()}"]\n'
        )
        self.relay = subprocess.Popen(
            [sys.executable, "-m", "media.relay", "--config", str(config)], stdout=subprocess.PIPE, text=True
        )
        self.ready = json.loads(self.relay.stdout.readline())

    def kill_relay(self) -> None:
        self.relay.kill()
        self.relay.wait(30)
        self.relay.stdout.close()

    def _invite(self, life: dict) -> None:
        keys, cert = self.people[0]
        self.inv_sk, self.secret, self.tag = os.urandom(32), os.urandom(16), os.urandom(16)
        hosts = [cert.user for _, cert in self.people[:2]]
        self.invite = invite.Invite.create(
            keys.hybrid, org=self.org, organiser=cert.user, title="RCP", hosts=hosts,
            relay=f"127.0.0.1:{self.ready['port']}", inv_pk=Signer(self.inv_sk).public, **life,
        )  # fmt: skip
        blob = invite.seal_blob(self.secret, self.tag, self.invite.signed, cert.signed)
        address = RelayAddress("127.0.0.1", self.ready["port"], self.pin)
        key = Signer(self.relay_seed)
        asyncio.run(put_blob(address, OrganisationProof(key.public, key.sign), self.tag, blob))

    @property
    def pin(self) -> bytes:
        return bytes.fromhex(self.ready["fingerprint"])

    def join(self, number: int, *, tls: bool = False) -> m.Join:
        host = number < 2
        _, cert = self.people[number]
        return m.Join(
            relay_host="127.0.0.1",
            relay_port=self.ready["port"],
            relay_pin=self.pin,
            tag=self.tag,
            secret=self.secret,
            invite_hash=self.invite.hash[:16],
            certificate=cert.signed,
            trust=m.TrustAnchor(
                org=self.org, roots=self.roots, issuers=[self.issuer_cert.signed],
                certificates=[cert.signed for _, cert in self.people], revoked=[],
            ),
            invitation_secret=self.inv_sk if host else b"",
            relay_key=self.relay_seed if host else b"",
            force_tls=tls,
            admit_certified=True,
        )  # fmt: skip

    def close(self) -> None:
        self.relay.terminate()
        self.relay.wait(30)
        self.relay.stdout.close()


class Window:
    """What a window does with an engine: it keeps the latest roster and phase, and signs with the device key."""

    def __init__(self, arena: Arena | None = None, keys: DeviceKeys | None = None) -> None:
        self.arena = arena or Arena.create()
        self.keys = keys
        self.heard: queue.Queue = queue.Queue()
        self.roster = m.Roster(n=0, people=[])
        self.deaths: queue.Queue = queue.Queue()
        self.engine = Engine()
        self.engine.messages.subscribe(self._hear)
        self.engine.died.subscribe(self.deaths.put)
        self.engine.start(self.arena)
        self.wait(m.Ready)

    def _hear(self, message: m.Message) -> None:
        if isinstance(message, m.SignPlease) and self.keys:
            self.say(m.Signed(request=message.request, signature=self.keys.signer.sign(message.body)))
        if isinstance(message, m.Roster):
            self.roster = message
        self.heard.put(message)

    def say(self, message: m.Message) -> None:
        self.engine.send(message)

    def wait(self, of: type, /, seconds: float = WAIT_S, **values):
        """Return the next message of type *of* with these values; others are passed over."""
        return self.until(
            of,
            lambda message: all(getattr(message, name) == value for name, value in values.items()),
            seconds,
        )

    def until(self, of: type, good, seconds: float = WAIT_S):
        """Return the next message of type *of* for which *good* holds."""
        end = time.monotonic() + seconds
        passed = []
        while (left := end - time.monotonic()) > 0:
            try:
                message = self.heard.get(timeout=left)
            except queue.Empty:
                break
            if isinstance(message, of) and good(message):
                return message
            if not isinstance(message, (m.Fresh, m.Speaking)):
                passed.append(message)
        raise AssertionError(f"never said: {of.__name__}; but {passed[-8:]}")

    def people(self, count: int) -> dict[str, m.Person]:
        """Wait until there are *count* live people and return them by name."""
        found = self.those(lambda people: len(people) == count and all(one.live for one in people))
        return {person.name: person for person in found}

    def those(self, good) -> list[m.Person]:
        """Wait until *good* holds of the people in the call."""
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            if good(self.roster.people):
                return self.roster.people
            time.sleep(0.02)
        raise AssertionError(f"never so: {self.roster}")

    def picture(self, index: int, after: int = 0):
        """Wait for a picture of box *index* newer than number *after*."""
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            picture = self.arena.read(index)
            if picture is not None and picture.number > after:
                return picture
            time.sleep(0.01)
        raise AssertionError("no picture")

    def figures(self) -> m.Figures:
        self.say(m.AskFigures())
        return self.wait(m.Figures)

    def close(self) -> None:
        self.engine.stop()
        self.deaths.get(timeout=WAIT_S)
        self.arena.close()
