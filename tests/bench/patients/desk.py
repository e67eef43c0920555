"""The real window over the profile of 100,000, unlocked; beside them the demo hospital's patients, with documents and curves."""

from __future__ import annotations

import asyncio
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from app.demo.day import history, news
from app.demo.hl7 import Desk
from app.interop.intake import incoming_of
from app.interop.understand import understand
from app.scenes import stills
from app.workstation import Profile, build_office
from storage.vault import Vault
from tests.bench.patients.ground import PASSWORD, profile, terms
from tests.bench.window.rig import SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future

    from app.workstation import Office
    from storage.inbox import Kept

BEGAN = datetime(2026, 11, 20, 9, 0)  # noqa: DTZ001 -- the site's time, as HL7 writes it
ARRIVED_MS = 1_795_000_000_000
NEWS = 400


def open_desk() -> Office:
    """Return the office, unlocked and shown; who follows the inbox finds the demo's messages there."""
    _furnish()
    office = build_office(
        Profile(
            folder=profile(),
            make_engine=lambda: stills.StillEngine(stills.StillArena()),
            make_arena=stills.StillArena,
            look=stills.look,
            terms=terms(),
        )
    )
    office.door.opened.emit(asyncio.run(office.signin.unlock(PASSWORD)))
    office.window.resize(*SIZE)
    office.window.show()
    return office


def _furnish() -> None:
    vault = Vault.unlock(profile(), PASSWORD, terms())
    try:
        vault.inbox.number_after(vault.patients.applied().result()).result()
        systems = Desk("GAM", BEGAN), Desk("SIL", BEGAN)
        keep(vault, (one.message for one in history(*systems)))
    finally:
        vault.lock()


def morning() -> list[bytes]:
    """Return what happens while somebody works: movements, results, corrections, a document."""
    return [one.message for one in islice(news(Desk("GAM", BEGAN), Desk("SIL", BEGAN)), NEWS)]


def keep(vault: Vault, messages: Iterable[bytes]) -> list[Future[Kept]]:
    """Put messages into the inbox, as the listener does; the follower sees them within a second."""
    read = ((raw, understand(raw, arrived_ms=ARRIVED_MS)) for raw in messages)
    return [vault.inbox.keep(incoming_of(raw, told, ARRIVED_MS)) for raw, told in read]
