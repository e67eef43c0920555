"""A nurse's desk in a process of its own, that dies at one moment of one step, or while it begins: `python -m tests.e2e.nursing FOLDER CASE STEP MOMENT`.

Prints each thing once it would be shown.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from app.monitoring.steps import WEEK_MS
from app.signin.service import read_session
from storage.messages.outbox import Outbox
from storage.monitoring.records import Phase
from storage.monitoring.trace import Trace
from storage.patients.facts import Key
from storage.vault import Vault
from tests.harness.cheap import CHEAP
from tests.harness.correspondents import Desk
from tests.harness.platform import AUTHORITY, Listening, alert, asked
from tests.harness.postal import PASSWORD, until
from tests.harness.wards import Watch

STEPS = ("take", "hand", "call", "advise", "escalate", "answer", "close", "reopen", "undo", "mute")
"""What a nurse does one after the other about one alert; `SECOND` is done about one that a colleague closed."""
SECOND = "second"
MOMENTS = ("unwritten", "traced", "kept", "written", "sent")
"""Before the record is written; once the audit trail has the act; between record and outbox; once the vault has both; once the relay has it, before the outbox knows."""


def answered(case: str, at_ms: int) -> bytes:
    """Return the questionnaire of a case, each of another patient."""
    return asked(case, case, at_ms, control=case, pain=3)


def die(*_what: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(vault: Vault, moment: str) -> None:
    """Let the process die at this moment of what is done next."""
    {"unwritten": _unwritten, "traced": _traced, "kept": _kept, "written": _written, "sent": _sent}[moment](
        vault
    )


def _unwritten(vault: Vault) -> None:
    mail: Any = vault.mail
    mail.write = die


def _traced(vault: Vault) -> None:
    _die_after(vault.audit, "record")


def _written(vault: Vault) -> None:
    _die_after(vault.mail, "write")


def _die_after(part: Any, name: str) -> None:
    """Die once the disk has what `part.name` writes."""
    act = getattr(part, name)

    def acted(*args: Any, **more: Any) -> Any:
        done = act(*args, **more)
        done.add_done_callback(die)
        return done

    setattr(part, name, acted)


def _kept(_vault: Vault) -> None:
    trace: Any = Trace
    trace.keep = die


def _sent(_vault: Vault) -> None:
    trace: Any = Trace
    outbox: Any = Outbox
    keep = trace.keep

    def kept(rows: Trace, one: Any) -> Any:
        outbox.sent = die
        return keep(rows, one)

    trace.keep = kept


async def work(folder: Path, case: str, last: str, moment: str) -> None:
    vault = Vault.unlock(folder, PASSWORD, CHEAP)
    desk = await Desk(SimpleNamespace(refresh=read_session), vault, folder).open()  # type: ignore[arg-type]
    if last == "begin":
        mail: Any = vault.mail
        mail.read = die
    watch = await Watch(desk, {desk.user}).begin()
    alerts, one = watch.alerts, alert(case, case)
    made: list[Any] = []
    acts = {
        "take": lambda: alerts.take(one),
        "hand": lambda: alerts.hand(one, *(alerts.known.service_of(one).members - {desk.user})),
        "call": lambda: alerts.call(one, reached=True, minutes=3, text="va mieux"),
        "advise": lambda: alerts.advise(one, "boire"),
        "escalate": lambda: alerts.escalate(one, (desk.user,), "avis"),
        "answer": lambda: alerts.answer(one, "HDJ", 3),
        "close": lambda: alerts.close(one, "resolved", 1),
        "reopen": lambda: alerts.reopen(one, "rappelle"),
        "undo": lambda: alerts.undo(made[-1]),
        "mute": lambda: alerts.mute(
            Key(AUTHORITY, case), "pain", desk.clock.now_ms() + WEEK_MS, "déjà traitée"
        ),
        SECOND: lambda: alerts.second(one),
    }
    async with Listening(watch) as feed:
        assert await feed.send(answered(case, desk.clock.now_ms())) == ["AA"]
        await until(lambda: one in alerts.known.asked)
        if last == SECOND:
            await until(lambda: alerts.known.life(one).phase is Phase.CLOSING)
        print("shown", flush=True)
        for name in (SECOND,) if last == SECOND else STEPS:
            if name == last:
                arm(vault, moment)
            made.append(await acts[name]())
            print(name, flush=True)
            if name == last:
                await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), *sys.argv[2:5]))
