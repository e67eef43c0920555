"""The press as the window sees it: one process a document, asked one thing at a time, killed when it takes too long. No Qt."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, TypeVar

from app.papers import apart, slips
from app.papers.errors import Refused
from media.patience import within

if TYPE_CHECKING:
    import subprocess

OPEN_S, ASK_S = 15.0, 8.0
MAX_LIVES = 4
"""How often one document may bring its press down before nothing more of it is tried."""
T = TypeVar("T", bound=slips.Answer)


class Press:
    """One document in a process of its own. Coroutines; raise Refused (`slow`, `died`, or what the press says of the document)."""

    def __init__(self, media: str, data: bytes) -> None:
        self._first: slips.Open | None = slips.Open(media, data)
        self._process: subprocess.Popen[bytes] | None = None
        self._lives = 0
        self._order = asyncio.Lock()
        self._guard = threading.Lock()

    @property
    def pid(self) -> int:
        """Process id; 0 where none runs."""
        process = self._process
        return process.pid if process is not None else 0

    async def open(self) -> slips.Opened:
        """Start the press and let it read the document."""
        async with self._order:
            return await self._start()

    async def draw(self, page: int, width: int) -> slips.Drawn:
        """Return a page *width* pixels wide."""
        return await self._ask(slips.Draw(page, width), slips.Drawn)

    async def read(self, page: int) -> slips.Text:
        """Return the text of a page."""
        return await self._ask(slips.Read(page), slips.Text)

    async def select(self, page: int, start: tuple[float, float], end: tuple[float, float]) -> slips.Text:
        """Return the text between two points of a page."""
        return await self._ask(slips.Select(page, start, end), slips.Text)

    async def seek(self, text: str, page: int) -> slips.Found:
        """Look for *text* from *page* on."""
        return await self._ask(slips.Seek(text, page), slips.Found)

    def close(self) -> None:
        """End the press and forget the document; from any thread, waits for nothing but the kernel."""
        self._first = None
        self._end()

    async def _ask(self, asked: slips.Asked, kind: type[T]) -> T:
        async with self._order:
            if self._process is None:
                await self._start()
            return await self._exchange(asked, kind, ASK_S)

    async def _start(self) -> slips.Opened:
        if self._lives >= MAX_LIVES or self._first is None:
            raise Refused("died")
        self._lives += 1
        await asyncio.to_thread(self._spawn)
        first = self._first
        if first is None:
            raise Refused("died")
        return await self._exchange(first, slips.Opened, OPEN_S)

    def _spawn(self) -> None:
        try:
            made = apart.start("press", "app.papers.press")
        except OSError as error:
            raise Refused("died") from error
        with self._guard:
            self._process = made
        if self._first is None:
            self._end()

    async def _exchange(self, asked: slips.Asked, kind: type[T], seconds: float) -> T:
        """Ask and wait for the answer; a press that dies, or is late, is ended."""
        work = asyncio.ensure_future(asyncio.to_thread(self._talk, asked))
        try:
            answer = await within(seconds, asyncio.shield(work))
        except BaseException as error:
            self._end()
            await asyncio.gather(work, return_exceptions=True)
            if isinstance(error, TimeoutError):
                raise Refused("slow") from error
            if isinstance(error, slips.Broken | OSError):
                raise Refused("died") from error
            raise
        if isinstance(answer, slips.No):
            raise Refused(answer.code)
        if not isinstance(answer, kind):
            self._end()
            raise Refused("died")
        return answer

    def _talk(self, asked: slips.Asked) -> slips.Answer:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise slips.Broken
        try:
            slips.write(process.stdin, asked)
            return slips.read_answer(process.stdout)
        except ValueError as error:
            raise slips.Broken from error

    def _end(self) -> None:
        with self._guard:
            process, self._process = self._process, None
        if process is not None:
            apart.end(process)
