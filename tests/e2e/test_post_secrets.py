"""What the relay could tell of messages: nothing in its memory, on its disk and in its log names a person, a text, a file or a sender."""

from __future__ import annotations

from app.messages.ports import Outgoing
from storage.messages.records import FileState, State
from tests.harness.correspondents import with_desks
from tests.harness.memory import memory
from tests.harness.postal import until

TEXT, FILE, INSIDE = "canari-du-texte-4471", "canari-du-fichier-4471.bin", b"canari-du-contenu-4471"
NAMES = ("Aliénor Canarisse", "Barnabé Canarisson")


def test_the_relay_holds_no_name_text_file_or_sender(tmp_path):
    async def story(clinic, alice, bruno):
        place = tmp_path / FILE
        place.write_bytes(INSIDE * 9_000)
        thread = await alice.direct(bruno)
        await alice.messages.send(thread, TEXT)
        await bruno.hears(TEXT)
        waits = await alice.messages.send(thread, "fichier", files=(Outgoing(place, FILE),))
        (file,) = (await bruno.hears("fichier")).files
        await bruno.messages.fetch(file.id)

        async def here():
            page = await bruno.messages.page((await bruno.thread()).id)
            return page[-1].files[0].state is FileState.HERE

        await until(here)
        await bruno.close()
        waits = await alice.messages.send(thread, TEXT)  # lies at the relay while it is searched
        await alice.reaches(waits, State.AT_RELAY)
        device = alice.post.desk.book.own
        wanted = {
            "text": TEXT.encode(),
            "content": INSIDE,
            "file": FILE.encode(),
            **{name: name.encode() for name in NAMES},
            "name": b"Canaris",
            "user": alice.user,
            "recipient": bruno.user,
            "device": device.device_id,
            "conversation": (await alice.thread()).conv,
        }
        held = memory(clinic.relay.process.pid)
        assert device.hash in held, "a card names its certificate by hash: the search itself can find"
        assert alice.session.relay_key not in held
        for what, secret in wanted.items():
            assert secret not in held, f"the relay's memory holds the {what}"
            for path in clinic.relay.folder.rglob("*"):
                if path.is_file():
                    assert secret not in path.read_bytes(), f"{path.name} holds the {what}"

    with_desks(tmp_path, NAMES, story)


def test_nothing_of_a_message_lies_readable_on_a_desk(tmp_path):
    async def story(_clinic, alice, bruno):
        place = tmp_path / FILE
        place.write_bytes(INSIDE * 9_000)
        await alice.messages.send(await alice.direct(bruno), TEXT, files=(Outgoing(place, FILE),))
        (file,) = (await bruno.hears(TEXT)).files
        await bruno.messages.fetch(file.id)

        async def here():
            page = await bruno.messages.page((await bruno.thread()).id)
            return page[-1].files[0].state is FileState.HERE

        await until(here)
        for desk in (alice, bruno):
            for path in desk.folder.rglob("*"):
                held = path.read_bytes() if path.is_file() else b""
                for secret in (TEXT.encode(), FILE.encode(), INSIDE, *(name.encode() for name in NAMES)):
                    assert secret not in held, path.name

    with_desks(tmp_path, NAMES, story)
