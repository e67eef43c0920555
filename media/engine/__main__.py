"""`python -m media.engine --arena TICKET`: the media process. Speaks only through standard input and output."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import threading
from typing import TYPE_CHECKING, BinaryIO

from media.engine import pipe
from media.engine.frames import Arena
from media.engine.loop import Conductor
from media.engine.messages import Ready
from media.errors import ProtocolError
from media.patience import within
from media.wire import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from media.engine.messages import ToEngine

CLOSE_S = 2.5
SWITCH_S = 0.0005
"""How long one thread may keep the others from Python: 5 ms, the default, would be a third of a picture's way."""
log = logging.getLogger(__name__)


def main() -> None:
    """Run until the window ends or says so."""
    parser = argparse.ArgumentParser(prog="media.engine")
    parser.add_argument("--arena", required=True, help="the arena's file descriptor, on Windows its name")
    arguments = parser.parse_args()
    _leave_no_core()
    logging.basicConfig(level=logging.WARNING, format="engine: %(message)s")
    sys.setswitchinterval(SWITCH_S)
    asyncio.run(_run(Arena.attach(arguments.arena), *_claim_pipe()))


def _leave_no_core() -> None:
    """Let no crash write this process's keys to a disk. Windows keeps no dumps of its own accord."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 -- not on Windows

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _claim_pipe() -> tuple[BinaryIO, BinaryIO]:
    """Take standard input and output for the pipe; whatever a library prints goes to standard error."""
    sys.stdout.flush()
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return source, sink


async def _run(arena: Arena, source: BinaryIO, sink: BinaryIO) -> None:
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def end() -> None:
        loop.call_soon_threadsafe(done.set)

    outbox = pipe.Outbox(sink, pipe.MOST_FROM_ENGINE, end)
    conductor = Conductor(arena, outbox.put)
    outbox.put(Ready(version=f"CSL{VERSION}"))

    def hear(message: ToEngine) -> None:
        loop.call_soon_threadsafe(conductor.hear, message)

    threading.Thread(target=_listen, args=(source, hear, end), name="ears", daemon=True).start()
    await done.wait()
    try:
        await within(CLOSE_S, conductor.close())
    except TimeoutError:
        log.warning("a device or the relay did not let go in time")
    outbox.close()
    os._exit(0)  # a driver that hangs must not keep the process


def _listen(source: BinaryIO, hear: Callable[[ToEngine], None], end: Callable[[], None]) -> None:
    try:
        for message in pipe.read_from_window(source):
            hear(message)
    except ProtocolError:
        log.exception("the window broke the pipe's rules")
    finally:
        end()


if __name__ == "__main__":
    main()
