"""Pictures for the window, in memory shared by both processes: one box a tile, three buffers a box, the newest wins.

The window creates the arena and the engine attaches to it: on Linux a sealed memfd inherited by number, so that the
engine cannot shrink it under the window; on Windows a named mapping (that path is untested until it is run there).

Layout: a page of header (magic u64, boxes u64), then the boxes. A box is a page of control (`begun` u64 = number of
the picture being written, `done` u64 = number of the newest whole one) and three buffers. A buffer is a header
(number, width, height, stride, slot, stream, source width and height as u64) and BGRA rows. Picture k lies in buffer k mod 3, so it is whole as long as
`begun` < k + 3. Control words are written by one aligned store each, in program order (x86-64; ARM needs fences).
"""

from __future__ import annotations

import ctypes
import mmap
import os
import secrets
import sys
from dataclasses import dataclass

STAGES = 4
STAGE_SIZE = (1920, 1200)
TILES = 26
TILE_SIZE = (960, 540)
SIZES = [STAGE_SIZE] * STAGES + [TILE_SIZE] * TILES
"""Largest picture of each box, device pixels: four large boxes (0 to 3), then 26 small ones."""

MAGIC = 0x314C5343_414E4552
PAGE = 4096
BUFFERS = 3
HEADER = 64
PIXEL = 4
LARGEST_SOURCE = 16_384
PAD = 64
"""Rows may be padded, a row of the largest picture too, by less than 64 bytes."""

WINDOWS = sys.platform == "win32"


@dataclass(frozen=True)
class Picture:
    """One picture of box `index`: BGRA rows of `stride` bytes, the top one first; `number` grows with each picture.

    `slot` and `stream` say whose it is, so that after a change of tiles no face is shown under another's name.
    `source` is its size before it was brought to the tile's.
    """

    view: memoryview
    width: int
    height: int
    stride: int
    number: int
    index: int
    slot: int
    stream: int
    source: tuple[int, int]


def _round(size: int, to: int) -> int:
    return -(-size // to) * to


@dataclass(frozen=True)
class _Box:
    """Where a box lies: offset of its control page, bytes of rows that a buffer holds, offsets of its buffers."""

    control: int
    room: int
    buffers: tuple[int, ...]


def _layout() -> tuple[list[_Box], int]:
    boxes, at = [], PAGE
    for width, height in SIZES:
        room = _round(width * PIXEL, PAD) * height
        each = _round(HEADER + room, PAGE)
        boxes.append(_Box(at, room, tuple(at + PAGE + number * each for number in range(BUFFERS))))
        at += PAGE + BUFFERS * each
    return boxes, at


class Arena:
    """The shared boxes. Made by `create` in the window, which only reads; by `attach` in the engine, which writes."""

    def __init__(self, memory: mmap.mmap, ticket: str, fd: int = -1) -> None:
        self.ticket = ticket
        """What `--arena` takes: the memfd's number, on Windows the mapping's name."""
        self.fd = fd
        self._boxes, _ = _layout()
        self._memory = memory
        self._bytes = memoryview(memory)
        self._words = self._bytes.cast("Q")

    @classmethod
    def create(cls) -> Arena:
        """Make a new arena; its pages are taken only as they are drawn on."""
        _, size = _layout()
        if WINDOWS:
            name = f"consilium-{secrets.token_hex(16)}"
            return cls(_headed(mmap.mmap(-1, size, tagname=name)), name)  # type: ignore[call-arg,unused-ignore]  # Windows only
        return cls._create_sealed(size)

    @classmethod
    def _create_sealed(cls, size: int) -> Arena:
        import fcntl  # noqa: PLC0415 -- not on Windows

        fd = os.memfd_create("consilium-frames", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(fd, size)
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
        _headed(mmap.mmap(fd, size)).close()
        return cls(mmap.mmap(fd, size, prot=mmap.PROT_READ), str(fd), fd)

    @classmethod
    def attach(cls, ticket: str) -> Arena:
        """Map the arena named by *ticket* for writing; raise ValueError when it is not one."""
        boxes, size = _layout()
        if WINDOWS:
            memory = mmap.mmap(-1, size, tagname=ticket)  # type: ignore[call-arg,unused-ignore]  # Windows only
        elif os.fstat(int(ticket)).st_size != size:
            raise ValueError("arena of another size")
        else:
            memory = mmap.mmap(int(ticket), size)
        arena = cls(memory, ticket)
        if (arena._words[0], arena._words[1]) != (MAGIC, len(boxes)):
            raise ValueError("not an arena")
        return arena

    def write(
        self,
        index: int,
        rows: int,
        width: int,
        height: int,
        stride: int,
        slot: int,
        stream: int,
        source: tuple[int, int] = (0, 0),
    ) -> bool:
        """Publish a picture of (slot, stream) whose BGRA rows lie at address *rows*; False when box *index* is too small for it.

        The copy does not hold the GIL. One thread at a time writes a box.
        """
        box, size = self._boxes[index], stride * height
        if not _fits(box, width, height, stride, SIZES[index]):
            return False
        number = self._words[box.control // 8 + 1] + 1
        at = box.buffers[number % BUFFERS]
        self._words[box.control // 8] = number
        target = (ctypes.c_char * size).from_buffer(self._memory, at + HEADER)
        ctypes.memmove(target, rows, size)
        for place, value in enumerate((number, width, height, stride, slot, stream, *source)):
            self._words[at // 8 + place] = value
        self._words[box.control // 8 + 1] = number
        return True

    def read(self, index: int) -> Picture | None:
        """Return the newest picture of a box; None when there is none, or none that keeps within the box.

        Use it at once, then ask `still_valid`: only then what was read from `view` is one whole picture.
        """
        box = self._boxes[index]
        number = self._words[box.control // 8 + 1]
        at = box.buffers[number % BUFFERS]
        held, width, height, stride, slot, stream, *source = self._words[at // 8 : at // 8 + 8]
        if not number or held != number or not _fits(box, width, height, stride, SIZES[index]):
            return None
        view = self._bytes[at + HEADER : at + HEADER + stride * height].toreadonly()
        return Picture(
            view, width, height, stride, number, index, slot, stream, _source(source, width, height)
        )

    def still_valid(self, picture: Picture) -> bool:
        """Tell whether nobody began to overwrite *picture* up to now."""
        return self._words[self._boxes[picture.index].control // 8] - picture.number < BUFFERS

    def wipe(self) -> None:
        """Forget every picture, in the window: what one person saw is never drawn for the next. No engine may write now."""
        if WINDOWS:
            for box in self._boxes:
                if self._words[box.control // 8 + 1]:
                    self._empty(box)
            return
        with mmap.mmap(self.fd, len(self._memory)) as memory:
            memory.madvise(mmap.MADV_REMOVE)
            _headed(memory)

    def _empty(self, box: _Box) -> None:
        for at, size in ((box.control, PAGE), *((at, HEADER + box.room) for at in box.buffers)):
            self._bytes[at : at + size] = bytes(size)

    def close(self) -> None:
        """Give the memory back; views that are still held keep it alive."""
        self._words.release()
        self._bytes.release()
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
        try:
            self._memory.close()
        except BufferError:  # a picture is still shown; the mapping goes with it
            return


def _headed(memory: mmap.mmap) -> mmap.mmap:
    for place, value in enumerate((MAGIC, len(SIZES))):
        memory[place * 8 : place * 8 + 8] = value.to_bytes(8, sys.byteorder)
    return memory


def _source(told: list[int], width: int, height: int) -> tuple[int, int]:
    """Return the source's size where it can be one, else the picture's own."""
    sound = 0 < told[0] <= LARGEST_SOURCE and 0 < told[1] <= LARGEST_SOURCE
    return (told[0], told[1]) if sound else (width, height)


def _fits(box: _Box, width: int, height: int, stride: int, largest: tuple[int, int]) -> bool:
    return (
        0 < width <= largest[0]
        and 0 < height <= largest[1]
        and width * PIXEL <= stride <= box.room
        and stride * height <= box.room
    )
