"""The camera and the reader apart from any window: what is read, what a broken reader does, what its process may not do."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from app.directory import sight as sights
from app.directory.comparing import Verdict
from app.directory.reader import FOREIGN, read_code
from app.directory.sight import Reader, Sight, Unseen
from app.scenes.stills import StillArena, StillEngine
from media.engine import messages as m
from media.keys import safety
from tests.harness import codes

CODE = safety.code(safety.Side("0123ABCD", "12345" * 6), safety.Side("89EF4567", "67890" * 6))
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """The first picture waits until the reader's process stands."""
    monkeypatch.setattr(sights, "READ_S", 60)


def film_seen(film, judge):
    """Look with the real engine and the real reader."""
    return asyncio.run(Sight().look(film, judge))


def test_code_in_a_film_is_read_by_engine_and_reader(tmp_path):
    film = codes.film(tmp_path / "film.mkv", "", CODE)
    read = []

    def judge(text):
        read.append(text)
        return Verdict("equal")

    assert film_seen(film, judge).kind == "equal"
    assert read == [CODE]


@pytest.mark.parametrize("turned", [0, 45, 90, 180, 271])
@pytest.mark.parametrize("module", [3, 9])
def test_code_is_read_however_it_is_held(turned, module):
    assert read_code(*codes.grey(codes.seen(CODE, turned=turned, module=module))) == CODE


def test_mirrored_code_of_a_small_camera_is_read():
    image = codes.seen(CODE, width=640, height=480, module=6).mirrored(True, False)
    assert read_code(*codes.grey(image)) == CODE


@pytest.mark.parametrize("text", ["é" * 20, "A" * 129, "a\nb"])
def test_text_that_cannot_be_ours_is_not_handed_on(text):
    assert read_code(*codes.grey(codes.seen(text, module=5))) == FOREIGN


def test_missing_camera_is_said(tmp_path):
    with pytest.raises(Unseen) as unseen:
        film_seen(f"file:{tmp_path}/none.mkv", lambda _: None)
    assert unseen.value.code == "none"


def test_camera_is_given_back_after_two_minutes(monkeypatch):
    monkeypatch.setattr(sights, "LOOK_S", 0.01)
    eye = StillEngine(StillArena())
    eye.send = lambda _message: None
    eye.stop = lambda: stopped.append(True)
    stopped = []
    with pytest.raises(Unseen) as unseen:
        asyncio.run(Sight(lambda: eye, StillArena).look("", lambda _: None))
    assert unseen.value.code == "late"
    assert stopped == [True]


def test_what_the_camera_saw_is_forgotten(tmp_path):
    film = codes.film(tmp_path / "film.mkv", CODE)
    sight = Sight()
    asyncio.run(sight.look(film, lambda _: Verdict("equal")))
    assert sight.picture() is None
    assert sight._pictures.read(0) is None
    assert sight._pictures.read(1) is None


def test_reader_that_is_killed_is_started_again_a_few_times():
    picture = codes.grey(codes.seen(CODE))

    async def run():
        reader = Reader()
        try:
            read = [await reader.read(*picture)]
            for _ in range(sights.MAX_LIVES - 1):
                os.kill(reader._process.pid, signal.SIGKILL)
                reader._process.wait()
                read += [await reader.read(*picture), await reader.read(*picture)]
            os.kill(reader._process.pid, signal.SIGKILL)
            reader._process.wait()
            with pytest.raises(Unseen) as unseen:
                await reader.read(*picture)
        finally:
            reader.close()
        return read, unseen.value.code

    read, code = asyncio.run(run())
    assert read == [CODE, *(["", CODE] * (sights.MAX_LIVES - 1))]
    assert code == "reader"


def test_reader_that_hangs_is_ended(monkeypatch):
    monkeypatch.setattr(sights, "MAX_LIVES", 1)

    async def run():
        reader = Reader()
        try:
            os.kill(await started(reader), signal.SIGSTOP)
            with pytest.raises(Unseen):
                await reader.read(8, 8, bytes(64))
            return reader._process
        finally:
            reader.close()

    async def started(reader):
        await reader.read(8, 8, bytes(64))
        monkeypatch.setattr(sights, "READ_S", 0.5)
        return reader._process.pid

    assert asyncio.run(run()) is None


def test_padded_and_torn_pictures_are_not_read():
    arena = StillArena()
    arena.draw([m.Tile(index=0, slot=65_535, stream=3, width=64, height=40)])
    width, height, rows = sights.luminance(arena)
    assert (width, height, len(rows)) == (64, 40, 64 * 40)
    arena.still_valid = lambda _picture: False
    assert sights.luminance(arena) is None
    assert sights.luminance(StillArena()) is None


@LINUX
def test_reader_can_open_no_file_and_no_socket(tmp_path):
    """The cell is closed before the first picture is looked at: code that ran in it finds nothing."""
    probe = textwrap.dedent(
        """
        import os, socket, sys
        from app.directory import readerpipe, reader
        def evil(width, height, rows):
            if len(rows) == 64 and not evil.closed:
                evil.closed = True
                return ""
            got = []
            for name, act in (("file", lambda: open("/etc/passwd")), ("socket", socket.socket), ("fork", os.fork)):
                try:
                    act()
                    got.append(name)
                except OSError:
                    pass
            return " ".join(got) or "nothing"
        evil.closed = False
        reader.read_code = evil
        reader.main()
        """
    )
    process = subprocess.Popen(
        [sys.executable, "-c", probe],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    from app.directory import readerpipe

    readerpipe.ask(process.stdin, 8, 8, bytes(64))
    assert readerpipe.answered(process.stdout) == "nothing"
    process.stdin.close()
    assert process.wait(60) == 0
    process.stdout.close()
