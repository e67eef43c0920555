"""`python -m app.directory.reader`: looks for a QR code in pictures of a camera, in a process that can do nothing else.

What a camera sees is anybody's: the decoder, C++, gets no key, no file and no network (`app.papers.cell`).
"""

from __future__ import annotations

import contextlib
import os
from typing import IO

import zxingcpp

from app.directory import readerpipe
from app.papers import cell

FOREIGN = "?"
"""Stands for a code whose text is too long, or has other letters: it is not one of ours."""


def main() -> None:
    """Serve one window until it is gone."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for known in (0, 1, 2):
        os.dup2(nothing, known)
    os.close(nothing)
    read_code(8, 8, bytes(64))  # what the decoder loads late, it loads now
    cell.close()
    with contextlib.suppress(readerpipe.Broken, OSError):
        _serve(source, sink)


def _serve(source: IO[bytes], sink: IO[bytes]) -> None:
    while True:
        readerpipe.answer(sink, read_code(*readerpipe.asked(source)))


def read_code(width: int, height: int, rows: bytes) -> str:
    """Return the text of the QR code in a picture; of several one of ours, if there is any; empty where there is none."""
    picture = memoryview(rows).cast("B", (height, width))
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    plain = zxingcpp.TextMode.Plain
    texts = [_handed(one.text) for one in zxingcpp.read_barcodes(picture, formats=formats, text_mode=plain)]
    return next((one for one in texts if one.startswith("CSL1:")), next(iter(texts), ""))


def _handed(text: str) -> str:
    short = 0 < len(text) <= readerpipe.MAX_TEXT
    return text if short and text.isascii() and text.isprintable() else FOREIGN


if __name__ == "__main__":
    main()
