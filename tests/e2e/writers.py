"""People who write to each other: some at a real window, some at a desk without one; one organisation, one relay."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import trust
from app.interop.intake import incoming_of
from app.interop.understand import understand
from storage.directory import Verified
from storage.vault import Terms, Vault
from tests.e2e.hands import sit
from tests.harness.correspondents import Clinic, Desk
from tests.harness.postal import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable
    from pathlib import Path
    from subprocess import Popen
    from typing import Any, TypeVar

    from media.keys.certs import DeviceCert
    from tests.e2e.hands import Person

    T = TypeVar("T")

LOCALES = {"fr": "fr_FR.UTF-8", "en": "en_GB.UTF-8"}
UNDER_POLICY = """
import sys
from pathlib import Path
from app import config
policy = Path(sys.argv.pop(1))
config.policy_path = lambda: policy
from app.__main__ import main
sys.exit(main())
"""
"""Starts the workstation as on a machine whose IT put a policy where nobody but root writes."""


@dataclass(frozen=True)
class Place:
    """Where somebody's profile lies, and what their device is certified as."""

    folder: Path
    certificate: DeviceCert


class Hospital:
    """A `Clinic` whose loop runs beside the test, so that its desks answer while the test looks at windows."""

    def __init__(self, folder: Path, caps: str = "") -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.clinic = Clinic(folder / "hospital", caps)
        self.places: list[Place] = []
        self._policy = folder / "policy.json"
        self._forced: dict[str, Any] = {}
        self.force("directory.file", str(self.clinic.bundle))

    def force(self, setting: str, value: Any) -> None:
        """Let IT decide a setting, for the windows that are opened from now on."""
        self._forced[setting] = value
        self._policy.write_text(json.dumps({"forced": self._forced}))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Let a desk do something; return what came of it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(120)

    def close(self) -> None:
        self.run(self.clinic.end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def desk(self, name: str, user: bytes = b"", role: str = "doctor") -> Desk:
        """Certify somebody's device that has no window, and open it."""

        async def opened() -> Desk:
            made = await self.clinic.desk(name, user, role)
            made.refreshes = True
            await made.open()
            await made.online()
            return made

        return self.run(opened())

    def place(self, name: str, *verified: Desk, role: str = "doctor", told: Iterable[bytes] = ()) -> Place:
        """Certify a device and make its profile: the codes of *verified* were compared already, HL7 messages *told* came."""
        return self.run(self._furnish(name, verified, role, told))

    async def _furnish(
        self, name: str, verified: tuple[Desk, ...], role: str, told: Iterable[bytes]
    ) -> Place:
        device, certificate = self.clinic.certify(name, role=role)
        place = Place(self.clinic.folder / f"profile {len(self.places)}", certificate)
        self.places.append(place)
        vault, _code = await asyncio.to_thread(Vault.create, place.folder, PASSWORD, Terms("off"))
        enrolment = self.clinic.organisation.enrolment(certificate, self.clinic.now_s)
        await trust.enrol(vault, device, enrolment, self.clinic.relay.relay, self.clinic.now_s)
        for desk in verified:
            other = desk.post.desk.book.own
            row = Verified(other.user, other.public.ed25519, 0)
            await asyncio.wrap_future(vault.directory.verify(row))
        for raw in told:
            understood = understand(raw, arrived_ms=self.clinic.now_s * 1000)
            incoming = incoming_of(raw, understood, self.clinic.now_s * 1000)
            await asyncio.wrap_future(vault.inbox.keep(incoming))
        await asyncio.to_thread(vault.lock)
        self.clinic.publish()
        return place

    def open(self, person: Person, place: Place) -> Popen[bytes]:
        """Start the workstation on somebody's screen and unlock it."""
        command = [sys.executable, "-c", UNDER_POLICY, self._policy, "--profile", place.folder]
        started = person.desk.start(*map(str, command), LANG=LOCALES[person.language])
        sit(person.desk)
        person.fill("signin.password", PASSWORD, "password")
        person.press("signin.unlock")
        person.sees("window.lock", "button")
        return started
