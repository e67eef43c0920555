"""`python -m app.papers.press`: reads one document and draws it, in a process that can do nothing else."""

from __future__ import annotations

import contextlib
import os
from typing import IO

from app.papers import cell, prose
from app.papers.cda.read import read
from app.papers.cda.values import Figure
from app.papers.errors import Refused
from app.papers.kinds import CDA, PAGES, TEXT, plain
from app.papers.leaves import IMAGES, Leaves, Pictures, leaves
from app.papers.slips import (
    Answer,
    Asked,
    Broken,
    Draw,
    No,
    Open,
    Opened,
    Read,
    Select,
    checked,
    read_asked,
    write,
)

STARTS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff",
}
_WIDEST = 1_600
_FIGURE_PIXELS = 4_000_000
_DOT = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU"
    b"\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"
)
"""A picture of one pixel: decoding it loads what decoding needs."""


def main() -> None:
    """Serve one window until it is gone."""
    source, sink = _claim_pipe()
    try:
        asked = read_asked(source)
        if isinstance(asked, Open):
            _serve(asked, source, sink)
    except (Broken, OSError):
        return


def _claim_pipe() -> tuple[IO[bytes], IO[bytes]]:
    """Take standard input and output for the pipe; whatever a library prints goes nowhere."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for known in (0, 1, 2):
        os.dup2(nothing, known)
    os.close(nothing)
    return source, sink


def _serve(first: Open, source: IO[bytes], sink: IO[bytes]) -> None:
    _prepare()
    cell.close()
    press = Press()
    asked: Asked = first
    while True:
        write(sink, _answered(press, asked))
        asked = read_asked(source)


def _prepare() -> None:
    """Load all code that a document may need, while files can still be read."""
    with contextlib.suppress(Refused):
        leaves("application/pdf", b"%PDF")
    for media in IMAGES:
        with contextlib.suppress(Refused):
            leaves(media, _DOT).draw(0, 1)
    for name in prose.ENCODINGS:
        " ".encode(name).decode(name)
    with contextlib.suppress(Refused):
        read(b"<a/>", _figure)


def _answered(press: Press, asked: Asked) -> Answer:
    try:
        return press.answer(asked)
    except Refused as refusal:
        return No(refusal.code)
    except (MemoryError, RecursionError):
        return No("too-large")


class Press:
    """One document, opened."""

    def __init__(self) -> None:
        self._leaves: Leaves | None = None

    def answer(self, asked: Asked) -> Answer:
        """Do what is asked; raise Refused."""
        if isinstance(asked, Open):
            return self._open(plain(asked.media), checked(asked.data))
        page, held = asked.page, self._leaves
        if held is None or not 0 <= page < len(held.sizes):
            raise Refused("no-pages")
        if isinstance(asked, Draw):
            return held.draw(page, asked.width)
        if isinstance(asked, Read):
            return held.read(page)
        if isinstance(asked, Select):
            return held.select(page, asked.start, asked.end)
        return held.seek(asked.text, page)

    def _open(self, media: str, data: bytes) -> Opened:
        if media in CDA and not _shows(data):
            return self._open_cda(data)
        return self._open_plain(media, data)

    def _open_cda(self, data: bytes) -> Opened:
        cda, media, body = read(data, _figure)
        if not media and not body:
            return Opened(cda=cda)
        inside = self._open_plain(media or TEXT, checked(body))
        inside.cda = cda
        return inside

    def _open_plain(self, media: str, data: bytes) -> Opened:
        media = _shows(data) or media
        if media == TEXT:
            return Opened(lines=prose.lines(data))
        if media not in PAGES:
            raise Refused("unknown-media")
        self._leaves = leaves(media, data)
        return Opened(self._leaves.sizes, searchable=self._leaves.searchable)


def _shows(data: bytes) -> str:
    """Return the media type that the first bytes show, whatever the sender calls it; empty where they show none."""
    return next((media for start, media in STARTS.items() if data.startswith(start)), "")


def _figure(media: str, data: bytes) -> Figure:
    """Decode a picture of a CDA's narrative, no larger than it will be shown."""
    if media not in IMAGES:
        raise Refused("unknown-media")
    pictures = Pictures(media, checked(data))
    image = pictures.image(0)
    width = min(image.width(), _WIDEST)
    if width * (width * image.height() // max(image.width(), 1)) > _FIGURE_PIXELS:
        raise Refused("page-too-large")
    drawn = pictures.draw(0, width)
    return Figure(drawn.width, drawn.height, drawn.pixels)


if __name__ == "__main__":
    main()
