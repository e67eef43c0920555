"""The page of a deposit in a real Chromium, before a real relay, behind a web server as the guide describes it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from media import depositwire as dw
from media.keys.deposit import ALPHABET
from tests.harness import pem
from tests.harness.chromium import PROGRAM, Chromium, Page
from tests.harness.site import Site
from tests.unit.deposit.harness import sealed
from tests.unit.relay.harness import RelayProcess

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here: apt-get install chromium")


@dataclass
class Scene:
    """Relay, web server and browser; `meddle` may change what the relay says on its way to the page."""

    relay: RelayProcess
    browser: Chromium
    meddle: Callable[[bytes], bytes] = bytes

    def through(self, data: bytes) -> bytes:
        return self.meddle(data)

    async def visit(self, one, **changes) -> Page:
        return await self.browser.page(one.secret.link(self.site.page), **changes)

    async def try_code(self, page: Page, code: str) -> None:
        await page.until("document.activeElement.id === 'code'")
        await page.run("document.getElementById('code').value = ''")
        await page.type(code)
        await page.enter()

    async def open(self, one, **changes) -> Page:
        page = await self.visit(one, **changes)
        await self.try_code(page, one.secret.code)
        return page

    async def save(self, page: Page) -> tuple[str, bytes]:
        """Save by the keyboard; return name and content as they lie on the disk."""
        await page.until("document.activeElement.id === 'save'")
        await page.enter()
        for _ in range(1200):
            done = [file for file in page.downloads.iterdir() if file.suffix != ".crdownload"]
            if done:
                (file,) = done
                content = file.read_bytes()
                file.unlink()
                return file.name, content
            await asyncio.sleep(0.05)
        raise AssertionError("nothing was saved")


@pytest.fixture(scope="module")
def loop():
    with asyncio.Runner() as made:
        yield made


@pytest.fixture(scope="module")
def browser(loop, tmp_path_factory):
    """One for all tests; each visitor is new to it."""
    made = Chromium(tmp_path_factory.mktemp("browser"))
    loop.run(made.__aenter__())
    yield made
    loop.run(made.__aexit__())


@pytest.fixture
def play(tmp_path, loop, browser):
    """Run a scenario with everything there."""
    relay = RelayProcess(tmp_path).start()

    @asynccontextmanager
    async def scene() -> AsyncIterator[Scene]:
        chain = pem.chain(tmp_path)
        made = Scene(relay, browser)
        async with Site(relay.address, chain.certificate, chain.key, made.through) as made.site:
            yield made
            await browser.part()

    def run(scenario: Callable[[Scene], Awaitable[None]]) -> None:
        async def whole() -> None:
            async with scene() as made:
                await asyncio.wait_for(scenario(made), 240)

        loop.run(whole())

    yield run
    if relay.process.poll() is None:
        relay.stop()


def rewrite(relay: RelayProcess, what: str) -> None:
    """Change what the relay wrote down, as a dishonest one may; or as time does."""
    with closing(sqlite3.connect(relay.folder / "state" / "deposits.db")) as database, database:
        database.execute(f"update deposit set {what}")


@pytest.mark.parametrize("size", [1, 20_000_000])
def test_the_right_code_gives_the_very_file_and_the_sender_a_receipt(play, size):
    data = os.urandom(size)
    one = sealed("Compte rendu d’hospitalisation.pdf", data)

    async def scenario(scene: Scene) -> None:
        await one.leave(scene.relay)
        page = await scene.open(one)
        assert await scene.save(page) == ("Compte rendu d’hospitalisation.pdf", data)
        told = await one.standing(scene.relay)
        assert told.state == dw.COLLECTED
        assert told.opened_s > 0
        assert not page.complaints
        secret = one.secret.link("").removeprefix("#")
        assert not [line for line in scene.site.asked if secret[:20] in line], (
            "the fragment stays in the browser"
        )

    play(scenario)


def test_a_code_is_taken_as_people_write_it(play):
    one = sealed()

    async def scenario(scene: Scene) -> None:
        await one.leave(scene.relay)
        page = await scene.visit(one)
        code = one.secret.code.lower()
        await scene.try_code(page, f" {code[:4]}-{code[4:]} ")
        await page.shows("compte rendu.pdf")

    play(scenario)


def test_wrong_codes_are_counted_and_the_sixth_try_is_shut(play):
    one = sealed()
    wrong = "".join(ALPHABET[(ALPHABET.index(sign) + 1) % len(ALPHABET)] for sign in one.secret.code)

    async def scenario(scene: Scene) -> None:
        await one.leave(scene.relay)
        page = await scene.visit(one)
        await scene.try_code(page, "O0I1")
        await page.shows("Le code a 8 caractères")
        assert (await one.standing(scene.relay)).wrong == 0, "what cannot be a code costs no try"
        for left in ("4 essais", "3 essais", "2 essais", "un seul essai"):
            await scene.try_code(page, wrong)
            await page.shows(left)
            assert await page.run("document.getElementById('code').getAttribute('aria-invalid')") == "true"
        await scene.try_code(page, wrong)
        await page.shows("ce dépôt est fermé")
        late = await scene.open(one)
        await late.shows("ce dépôt est fermé")
        assert "compte rendu" not in await late.seen()
        told = await one.standing(scene.relay)
        assert (told.state, told.wrong, told.opened_s) == (dw.SHUT, 5, 0)

    play(scenario)


def test_a_second_download_is_refused(play):
    one = sealed()

    async def scenario(scene: Scene) -> None:
        await one.leave(scene.relay)
        await (await scene.open(one)).shows("compte rendu.pdf")
        second = await scene.open(one)
        await second.shows("a déjà été retiré")
        assert "compte rendu" not in await second.seen()

    play(scenario)


def test_a_changed_byte_is_seen_and_nothing_is_opened(play):
    one = sealed(data=os.urandom(300_000))

    async def scenario(scene: Scene) -> None:
        await one.leave(scene.relay)
        file = scene.relay.folder / "state" / "deposits" / one.secret.id.hex()
        forged = bytearray(file.read_bytes())
        forged[200_000] ^= 1
        file.write_bytes(forged)
        page = await scene.open(one)
        await page.shows("n’est pas celui qui a été envoyé")
        assert await page.run("document.getElementById('ready').hidden")
        assert (await one.standing(scene.relay)).state == dw.THERE

    play(scenario)


def test_a_file_cut_short_at_a_chunk_is_seen(play):
    one = sealed(data=os.urandom(300_000))

    async def scenario(scene: Scene) -> None:
        await one.leave(scene.relay)
        rewrite(scene.relay, "size = size - 65552")
        page = await scene.open(one)
        await page.shows("n’est pas celui qui a été envoyé")

    play(scenario)


def test_a_cut_line_is_taken_up_where_it_was(play):
    data = os.urandom(3_000_000)
    one = sealed(data=data)
    passed = 0

    async def scenario(scene: Scene) -> None:
        await one.leave(scene.relay)

        def cut(data: bytes) -> bytes:
            nonlocal passed
            passed += len(data)
            if 1_500_000 < passed < 10_000_000:
                passed += 10_000_000
                raise ConnectionResetError
            return data

        scene.meddle = cut
        page = await scene.open(one)
        assert (await scene.save(page))[1] == data
        assert passed < 10_000_000 + 4_500_000, "not all of it a second time"

    play(scenario)


def test_what_is_over_or_was_never_there_is_said(play):
    expired, taken_back = sealed(), sealed()

    async def scenario(scene: Scene) -> None:
        await expired.leave(scene.relay)
        rewrite(scene.relay, "expires_s = unixepoch()")
        await (await scene.open(expired)).shows("Ce dépôt a expiré")
        await (await scene.open(taken_back)).shows("n’existe pas")
        page = await scene.browser.page(scene.site.page)
        await page.shows("Le lien est incomplet")
        page = await scene.browser.page(scene.site.page + "#abc")
        await page.shows("Le lien est incomplet")

    play(scenario)


def test_a_relay_that_is_down_is_said_and_there_is_a_way_on(play):
    one = sealed()

    async def scenario(scene: Scene) -> None:
        await one.leave(scene.relay)
        scene.relay.kill()
        page = await scene.open(one)
        await page.shows("ne répond pas")
        scene.relay.start()
        await page.run("document.getElementById('again').click()")
        await page.shows("compte rendu.pdf")

    play(scenario)


HOSTILE = {
    "../../etc/passwd": "_.._etc_passwd",
    "<img src=x onerror=alert(1)>.html": "_img src=x onerror=alert(1)_.html",
    "facture\u202egpj.exe": "facture_gpj.exe",
    "CON.pdf": "_CON.pdf",
    "a\x00b\n.pdf": "a_b_.pdf",
    " . ": "document",
    "é" * 100: "é" * 100,
}


def test_a_hostile_name_is_shown_and_saved_as_something_harmless(play):
    async def scenario(scene: Scene) -> None:
        for name, safe in HOSTILE.items():
            one = sealed(name, b"x")
            await one.leave(scene.relay)
            page = await scene.open(one)
            await page.until("document.getElementById('name').textContent !== ''")
            assert await page.run("document.getElementById('name').textContent") == safe
            assert await page.run("document.querySelectorAll('#name *').length") == 0
            saved, content = await scene.save(page)
            assert saved.isprintable()
            assert content == b"x"
            assert not page.complaints

    play(scenario)


def test_the_page_asks_nobody_else_and_its_policy_stops_what_is_slipped_in(play):
    one = sealed()

    async def scenario(scene: Scene) -> None:
        await one.leave(scene.relay)
        page = await scene.open(one)
        await page.shows("compte rendu.pdf")
        asked = [urlsplit(address) for address in page.requests]
        assert {one.netloc for one in asked if one.scheme != "data"} == {urlsplit(scene.site.page).netloc}
        assert not page.complaints
        await page.run(
            "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hacked=1\"><a id=bad href=\"javascript:window.hacked=1\">x</a>');"
            "const s = document.createElement('script'); s.textContent = 'window.hacked = 1'; document.body.append(s);"
            "document.getElementById('bad').click(); fetch('https://203.0.113.9/').catch(() => 0).then(() => 1)"
        )
        assert await page.run("window.hacked") is None
        assert any("Content Security Policy" in one for one in page.complaints)

    play(scenario)


def test_it_speaks_the_browsers_language_and_changes_it_by_the_keyboard(play):
    one = sealed()

    async def scenario(scene: Scene) -> None:
        page = await scene.visit(one, language="en-GB")
        await page.shows("A document deposited for you")
        assert await page.run("document.documentElement.lang") == "en"
        await page.run("document.getElementById('language').focus()")
        await page.enter()
        await page.shows("Un document déposé pour vous")
        await (await scene.visit(one, language="de")).shows("Un document déposé pour vous")
        tree = (await page.ask("Accessibility.getFullAXTree"))["nodes"]
        told = {
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in tree
            if not node["ignored"]
        }
        assert ("textbox", "Code") in told
        assert ("button", "Ouvrir le document") in told
        assert ("main", "") in told

    play(scenario)
