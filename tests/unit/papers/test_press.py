"""The real press process: what it shows, what it refuses, and what it may not do."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import struct
import subprocess
import sys
import textwrap
import threading
import time
import zlib
from pathlib import Path

import pytest

from app.papers import link
from app.papers.errors import Refused
from app.papers.link import Press
from tests.unit.papers import pdfs
from tests.unit.papers.cdas import cda, section, wrapped

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")


def png(width, height, pixels=b"", kind=2):
    """Return a PNG that says it is so large."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(pixels))
        + chunk(b"IEND", b"")
    )


SMALL = png(2, 1, b"\0\xff\0\0\0\0\xff")


def with_press(media, data, use):
    """Open a document, use the press, end it; return what *use* gave."""

    async def run():
        press = Press(media, data)
        try:
            return await use(press, await press.open())
        finally:
            press.close()

    return asyncio.run(run())


def opened(media, data):
    async def use(_press, found):
        return found

    return with_press(media, data, use)


def refusal(media, data):
    with pytest.raises(Refused) as refused:
        opened(media, data)
    return refused.value.code


def drawn(data, media="application/pdf", width=200):
    async def use(press, _found):
        return await press.draw(0, width)

    return with_press(media, data, use)


# --- what it shows ------------------------------------------------------------------------------------------


def test_pdf_gives_sizes_pictures_and_text():
    async def use(press, found):
        return found, await press.draw(1, 300), await press.read(1)

    found, picture, text = with_press("application/pdf", pdfs.pages(("Bonjour",), ("Deuxième page",)), use)
    assert found.sizes == ((595.0, 842.0),) * 2
    assert found.searchable
    assert (picture.width, len(picture.pixels)) == (300, 4 * 300 * picture.height)
    assert picture.pixels[:4] == b"\xff\xff\xff\xff"
    assert len(set(picture.pixels)) > 2
    assert text.text == "Deuxième page"


def test_text_is_found_whatever_accents_and_case_and_marked_where_it_stands():
    async def use(press, _found):
        return await press.seek("REDUITE", 0), await press.seek("absent", 0)

    there, absent = with_press("application/pdf", pdfs.pages(("a",), ("Dose réduite",)), use)
    assert (there.on, there.page, len(there.hits)) == (1, -1, 1)
    left, top, width, height = there.hits[0][0]
    assert 72 < left < 300
    assert 90 < top < 140
    assert width > 20
    assert height > 5
    assert (absent.hits, absent.page) == ((), -1)


def test_text_between_two_points_is_selected_even_beside_the_letters():
    async def use(press, _found):
        return await press.select(0, (0, 0), (590, 110)), await press.select(0, (0, 0), (590, 840))

    line, both = with_press("application/pdf", pdfs.pages(("Première ligne", "Seconde ligne")), use)
    assert line.text.strip() == "Première ligne"
    assert both.text.split("\n") == ["Première ligne", "Seconde ligne"]
    assert len(both.boxes) == 2


def test_pictures_are_documents_of_one_page():
    picture = drawn(SMALL, "image/png", 4)
    assert (picture.width, picture.height) == (4, 2)
    assert picture.pixels[:3] == b"\x00\x00\xff"


@pytest.mark.parametrize(
    "media", ["text/plain", "application/octet-stream", "", "Application/PDF; name=x.pdf"]
)
def test_document_is_what_its_first_bytes_show_whatever_the_sender_calls_it(media):
    assert opened(media, pdfs.pages(("x",))).sizes == ((595.0, 842.0),)


def test_plain_text_comes_as_lines_without_controls():
    assert opened("text/plain", "Hb\t12\x1b[31m\u202e,3\r\nfin".encode()).lines == ("Hb      12[31m,3", "fin")
    assert opened("text/plain", "é".encode("cp1252")).lines == ("é",)
    assert opened("text/plain", "é".encode("utf-16")).lines == ("é",)


def test_cda_of_level_1_gives_its_header_and_its_pages():
    inside = base64.b64encode(pdfs.pages(("Scanner",))).decode()
    found = opened("text/xml", wrapped("application/pdf", inside))
    assert found.cda.title == "Fiche RCP thorax"
    assert len(found.sizes) == 1


def test_cda_shows_its_pictures():
    encoded = base64.b64encode(SMALL).decode()
    media = f'<entry><observationMedia ID="P"><value mediaType="image/png" representation="B64">{encoded}</value></observationMedia></entry>'
    found = opened("text/xml", cda(section('<renderMultiMedia referencedObject="P"/>', entries=media)))
    figure = found.cda.sections[0].blocks[0]
    assert (figure.width, figure.height, figure.pixels[:3]) == (2, 1, b"\x00\x00\xff")


# --- what it refuses ----------------------------------------------------------------------------------------


def deep(levels):
    inner = [b"<< /Type /Pages /Count 1 /Kids [%d 0 R] >>" % (n + 3) for n in range(levels)]
    leaf = b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 595 842] >>" % (levels + 1)
    return pdfs.pdf([b"<< /Type /Catalog /Pages 2 0 R >>", *inner, leaf])


def many(count):
    tree = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, b"3 0 R " * count)
    leaf = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
    return pdfs.pdf([b"<< /Type /Catalog /Pages 2 0 R >>", tree, leaf])


def locked():
    encrypt = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O (%s) /U (%s) /P -4 >> /ID [(a) (a)]" % (
        b"o" * 32,
        b"u" * 32,
    )
    return pdfs.pdf(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 0 /Kids [] >>"], trailer=encrypt
    )


@pytest.mark.parametrize(
    ("media", "data", "code"),
    [
        ("application/pdf", b"not a pdf", "damaged"),
        ("application/pdf", b"", "empty"),
        ("application/pdf", pdfs.pages(("abc",))[:250], "damaged"),
        ("application/pdf", many(20_000), "too-many-pages"),
        ("application/pdf", many(0), "no-pages"),
        ("application/pdf", locked(), "password"),
        ("image/png", png(60_000, 60_000, b"\0" * 1000), "page-too-large"),
        ("image/png", b"\x89PNG\r\n\x1a\n", "damaged"),
        ("image/jpeg", b"\xff\xd8\xff\xe0 nothing", "damaged"),
        ("image/gif", b"GIF89a", "unknown-media"),
        ("text/rtf", b"{\\rtf1}", "unknown-media"),
        ("text/plain", b"   ", "empty"),
        ("text/plain", b"\x00\x01" * 500, "damaged"),
        ("text/plain", b"x" * 2_000_001, "too-large"),
        ("text/xml", b"<!DOCTYPE a><ClinicalDocument/>", "entities"),
        ("text/xml", b"<a/>", "not-cda"),
        ("text/xml", wrapped("text/rtf", "AAAA"), "unknown-media"),
    ],
)
def test_refused_with_a_reason(media, data, code):
    assert refusal(media, data) == code


def test_page_of_square_kilometres_is_drawn_as_asked_and_no_larger():
    picture = drawn(pdfs.pages(("x",), box=b"0 0 14400000 14400000"))
    assert (picture.width, picture.height) == (200, 200)
    with pytest.raises(Refused, match="page-too-large"):
        drawn(pdfs.pages(("x",)), width=100_000)


def test_page_that_is_not_there_is_refused():
    async def use(press, _found):
        return await press.draw(7, 100)

    with pytest.raises(Refused, match="no-pages"):
        with_press("application/pdf", pdfs.pages(("x",)), use)


# --- what it does not survive, and the window does ----------------------------------------------------------


def flood():
    """Return a PDF whose one page unpacks to 300 MB of saved states."""
    return pdfs.with_content(zlib.compress(b"q " * 150_000_000, 1), b"/Filter /FlateDecode")


def endless():
    return pdfs.pdf(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 10 /Kids [2 0 R 2 0 R] >>"]
    )


def test_memory_bomb_ends_the_press_only():
    assert refusal("application/pdf", flood()) in {"died", "slow"}


def test_endless_document_is_stopped(monkeypatch):
    monkeypatch.setattr(link, "OPEN_S", 2.0)
    for data in (endless(), deep(100_000)):
        assert refusal("application/pdf", data) in {"slow", "damaged", "died"}


def test_press_that_was_killed_is_started_again_but_not_for_ever():
    async def use(press, _found):
        results = []
        for _ in range(link.MAX_LIVES + 1):
            os.kill(press.pid, 9) if press.pid else None
            try:
                results.append((await press.draw(0, 50)).width)
            except Refused as refused:
                results.append(refused.code)
        return results

    results = with_press("application/pdf", pdfs.pages(("x",)), use)
    assert 50 in results
    assert results[-1] == "died"


def test_nothing_runs_after_the_end():
    async def run():
        press = Press("application/pdf", pdfs.pages(("x",)))
        await press.open()
        pid = press.pid
        press.close()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        with pytest.raises(Refused, match="died"):
            await press.draw(0, 50)

    asyncio.run(run())


def test_who_gives_up_waiting_leaves_no_process():
    async def run():
        press = Press("application/pdf", endless())
        waiting = asyncio.ensure_future(press.open())
        while not press.pid:  # noqa: ASYNC110 -- nothing tells of a process but its number
            await asyncio.sleep(0.01)
        pid = press.pid
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

    asyncio.run(run())


# --- what it may not do -------------------------------------------------------------------------------------

TRIES = """
    import os, socket, subprocess, sys, threading
    from app.papers import cell
    held = cell.close()
    def may(act):
        try:
            act()
        except Exception:
            return False
        return True
    answers = {
        "read": may(lambda: open("/etc/hostname").read()),
        "write": may(lambda: open("/tmp/consilium-cell", "w").write("x")),
        "list": may(lambda: os.listdir("/proc/self/fd")),
        "network": may(socket.socket),
        "unix": may(lambda: socket.socket(socket.AF_UNIX)),
        "run": may(lambda: subprocess.run(["/bin/true"])),
        "fork": may(lambda: os.fork() or os._exit(0)),
        "kill": may(lambda: os.kill(os.getppid(), 0)),
        "memory": may(lambda: bytearray(1_500_000_000)),
        "thread": may(lambda: threading.Thread(target=int).start()),
    }
    print(held, sorted(name for name, allowed in answers.items() if allowed))
"""


@LINUX
def test_cell_lets_it_think_and_nothing_else():
    told = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(TRIES)], capture_output=True, text=True, check=True, timeout=30
    ).stdout.strip()
    held, allowed = told.rsplit(" [", 1)
    assert "limits" in held
    if "landlock" in held and "seccomp" in held:
        assert allowed == "'thread']"


def seen(process):
    """Return environment and open files of a process, as far as the system lets anybody look."""
    try:
        files = [link.readlink().name for link in (process / "fd").iterdir()]
        return (process / "environ").read_bytes(), files
    except PermissionError:
        return b"", []


@LINUX
def test_press_holds_no_descriptor_and_no_environment_of_the_window(tmp_path, monkeypatch):
    monkeypatch.setenv("CONSILIUM_CANARY", "do-not-inherit")
    secret = (tmp_path / "secret").open("w+")
    os.set_inheritable(secret.fileno(), True)

    async def use(press, _found):
        return seen(Path(f"/proc/{press.pid}"))

    environment, links = with_press("application/pdf", pdfs.pages(("x",)), use)
    secret.close()
    assert b"do-not-inherit" not in environment
    assert "secret" not in links


def named(places):
    return {inside.name for place in places for inside in place.iterdir()}


@LINUX
def test_no_file_is_made_anywhere():
    watched = [place for place in (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")) if place.is_dir()]
    before = named(watched)

    async def use(press, _found):
        await press.draw(0, 400)
        return {
            name for name in named(watched) - before if re.search(r"qt_temp|\.pdf$|fontconfig", name.lower())
        }

    assert with_press("application/pdf", pdfs.pages(("x",)), use) == set()


def test_document_may_be_closed_from_another_thread_while_it_is_read():
    async def run():
        press = Press("application/pdf", endless())
        waiting = asyncio.ensure_future(press.open())
        while not press.pid:  # noqa: ASYNC110 -- nothing tells of a process but its number
            await asyncio.sleep(0.01)
        closer = threading.Thread(target=press.close)
        closer.start()
        with pytest.raises(Refused, match="died"):
            await waiting
        closer.join()
        assert press.pid == 0

    asyncio.run(run())


WINDOW = """
    import asyncio, sys
    from app.papers.link import Press
    async def run():
        press = Press("application/pdf", sys.stdin.buffer.read())
        waiting = asyncio.ensure_future(press.open())
        while not press.pid:
            await asyncio.sleep(0.01)
        print(press.pid, flush=True)
        await waiting
    asyncio.run(run())
"""


@LINUX
def test_press_ends_with_a_window_that_was_killed():
    window = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WINDOW)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with window:
        window.stdin.write(endless())
        window.stdin.close()
        press = Path(f"/proc/{int(window.stdout.readline())}")
        until = time.monotonic() + 30
        while not sealed(press) and time.monotonic() < until:
            time.sleep(0.01)
        window.kill()
    until = time.monotonic() + 30
    while time.monotonic() < until and "app.papers.press" in words_of(press):
        time.sleep(0.01)
    assert "app.papers.press" not in words_of(press)


def words_of(process):
    """Return the command line of a process, empty when it ended."""
    try:
        return (process / "cmdline").read_text()
    except OSError:
        return ""


def sealed(process):
    """Tell whether a process has given up its rights."""
    try:
        return "NoNewPrivs:\t1" in (process / "status").read_text()
    except OSError:
        return True
