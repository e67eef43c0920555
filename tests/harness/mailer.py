"""A desk in a process of its own, to be killed: sends numbered messages to one person, and says each that is kept.

python -m tests.harness.mailer FOLDER BUNDLE USER(hex) PREFIX COUNT
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from app.audit import Trail
from app.config import Config
from app.messages.service import Messages
from app.post.office import Post
from app.signin.service import read_session
from storage.vault import Vault
from tests.harness.cheap import CHEAP
from tests.harness.postal import PASSWORD

OFFLINE = 3
"""So many are written before the line is there, the rest while it is used."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def main(folder: str, user: str, prefix: str, count: str) -> None:
    vault = await asyncio.to_thread(Vault.unlock, Path(folder), PASSWORD, CHEAP)
    session = await read_session(vault)
    trail = Trail(now_ms)
    post = Post(now_ms)
    messages = Messages(post, Config(), now_ms, trail)
    task = asyncio.create_task(messages.work(session, vault))
    await post.opened.wait()
    thread = await messages.direct(bytes.fromhex(user))
    online = asyncio.Event()
    post.lined.subscribe(lambda line: online.set() if line.online else None)
    for number in range(int(count)):
        if number == OFFLINE:
            await online.wait()
        await messages.send(thread, f"{prefix} {number}", confirmed=True)
        print(f"{prefix} {number}", flush=True)
    await task


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
