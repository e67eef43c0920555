"""A file of a message in the hospital's record: two real desks, a real relay, a real gateway, a simulated record that answers over MLLP."""

from __future__ import annotations

import asyncio

import pytest

from app.fanout.service import Handed
from app.interop.documents import document_bytes
from app.interop.understand import understand
from app.messages.ports import Outgoing, Refused
from storage.messages.records import FileState, PatientLink
from storage.outgoing import Stage
from tests.e2e.test_fanout import AUTHORITY, Site, send
from tests.harness.adt import adt
from tests.harness.correspondents import Desk
from tests.harness.postal import until
from tests.unit.fanout.test_documents import Ehr

PATIENT = PatientLink(AUTHORITY, "00000001", "ESSAI1 Cleo")
STRANGER = PatientLink(AUTHORITY, "00000009", "ESSAI9 Cleo")


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path)
    yield made
    made.close()


class Wired(Desk):
    """A desk whose documents leave by way of a gateway, as the window wires it."""

    @classmethod
    async def of(cls, site: Site, name: str) -> Wired:
        vault = await site.house.furnish(*site.house.certify(name))
        return cls(site.house, vault, site.folder / f"desk {site.house._numbers}")

    async def open(self) -> Wired:
        await super().open()
        self.handed = Handed(self._start, self.post, self.config, self.clock.now_ms)
        self.messages.outward = lambda: self.handed.outgoing
        self.handed.left.subscribe(self.messages.left)
        self._work: list[asyncio.Task] = []
        self.handed.open(self.vault)
        await self.online()
        await until(lambda: self.messages.reaches_record)
        return self

    def _start(self, work, _done, _failed) -> asyncio.Task:
        self._work.append(asyncio.create_task(work))
        return self._work[-1]

    async def close(self) -> None:
        self.handed.close()
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        await super().close()

    async def gets(self, text: str) -> int:
        """Wait until the file of a message lies here."""

        async def here():
            (file,) = (await self.hears(text)).files
            return file.id if file.state is FileState.HERE else None

        return await until(here)

    async def stands(self, text: str, stage: str, code: str = "") -> None:
        """Wait until the file of a message says how far it is on its way to the record."""

        async def there():
            (file,) = (await self.hears(text)).files
            return (file.joined, file.joined_code) == (stage, code)

        await until(there, 150)


async def writes(
    author: Wired, reader: Wired, text: str, name: str, data: bytes, patient: PatientLink
) -> int:
    thread = await author.messages.direct(reader.user, patient)
    await author.messages.send(thread, text, files=(Outgoing(None, name, data),), patient=patient)
    return await reader.gets(text)


def test_a_file_of_a_message_is_in_the_record_once_and_its_reader_is_told(site):
    async def story():
        async with Ehr() as ehr:
            port = site.start("--record", f"127.0.0.1:{ehr.port}")
            await send(port, adt("A28^ADT_A05", "1", 1))
            author, reader = await Wired.of(site, "Dr Essai Un"), await Wired.of(site, "Dr Essai Deux")
            await author.open()
            await reader.open()
            file = await writes(author, reader, "CR", "TDM à 3 mois.pdf", b"%PDF-1.7 normal", PATIENT)
            await reader.messages.join(file)
            await reader.stands("CR", Stage.ACCEPTED)
            with pytest.raises(Refused, match="joined"):
                await reader.messages.join(file)
            await reader.close()
            await reader.reopen()
            await reader.stands("CR", Stage.ACCEPTED)
            other = await writes(author, reader, "autre", "note.txt", b"RAS", STRANGER)
            await reader.messages.join(other)
            await reader.stands("autre", Stage.REFUSED, "902")
            acts = [row.action for row in await asyncio.wrap_future(reader.vault.audit.newest())]
            assert acts.count("document-out") == 2
            for desk in (author, reader):
                await desk.close()
        (raw,) = ehr.got
        assert b"MDM^T02" in raw
        understood = understand(raw, arrived_ms=1, zone="Europe/Paris")
        [paper] = [one.content for one in understood.facts if type(one.content).__name__ == "Document"]
        assert document_bytes(raw, paper.segment) == b"%PDF-1.7 normal"
        assert "TDM à 3 mois" in raw.decode()
        assert b"34109-9" in raw

    asyncio.run(story())
