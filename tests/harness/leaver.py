"""A desk in a process of its own that gives documents to the record and is killed meanwhile: by itself at a step, or by whoever started it.

python -m tests.harness.leaver FOLDER STEP WHEN FIRST COUNT      # STEP: begin, say, given or none; WHEN: before, after

It says the number of each document that `send` returned of.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from app.config import Config
from app.fanout.outgoing import Outgoing
from app.fanout.service import Handed
from app.fanout.wire import PostWire
from app.post.office import Post
from app.signin.service import read_session
from media.mail.bodies import Patient
from storage.vault import Vault
from tests.harness.cheap import CHEAP
from tests.harness.mailer import now_ms
from tests.harness.postal import PASSWORD

AUTHORITY = "510999999"


def die(*_args: object, **_more: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def mortal(owner: object, step: str, when: str) -> None:
    """Let *owner* die before or after a step of its own."""
    real = getattr(owner, step)

    async def spoken(*args, **more):
        await real(*args, **more)
        die()

    def written(*args, **more):
        real(*args, **more).result()
        die()

    setattr(owner, step, die if when == "before" else spoken if step == "say" else written)


async def main(folder: str, step: str, when: str, first: str, count: str) -> None:
    vault = await asyncio.to_thread(Vault.unlock, Path(folder), PASSWORD, CHEAP)
    post = Post(now_ms)
    handed = Handed(lambda *_work: None, post, Config(), now_ms)
    working = asyncio.create_task(post.work(await read_session(vault), vault))
    await post.opened.wait()
    wire = PostWire(post)
    out = Outgoing(vault, wire, handed.gateways, now_ms)
    if step != "none":
        mortal(wire if step == "say" else vault.outgoing, step, when)
    patient = Patient(AUTHORITY, "00000001", "ESSAI1 Cleo")
    for number in range(int(first), int(first) + int(count)):
        told = number.to_bytes(16, "little")
        await out.send("34794-8", f"Lettre {number}", "application/pdf", patient, b"%PDF", number=told)
        print(number, flush=True)
    await working


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
