"""`python -m tests.soak.window PROFILE SECRET PORT`: the whole workstation, unlocked, listening; one JSON line when it does."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from PyQt6.QtWidgets import QApplication

from app.config import MLLP_LISTEN, Policy
from app.interop.state import Standing, State
from app.workstation import Profile, build_office
from tests.harness.cheap import CHEAP


def tell(state: State) -> None:
    if state.standing is Standing.LISTENING and not told:
        told.append(state)
        print(json.dumps({"mllp": state.address}), flush=True)


told: list[State] = []
folder, secret, port = sys.argv[1:]
app = QApplication(sys.argv[:1])
policy = Policy(forced={MLLP_LISTEN.key: f"127.0.0.1:{port}"})
office = build_office(Profile(folder=Path(folder), policy=policy, terms=CHEAP))
office.feed.changed.subscribe(tell)
office.window.show()
office.door.opened.emit(asyncio.run(office.signin.unlock(Path(secret).read_text())))
sys.exit(app.exec())
