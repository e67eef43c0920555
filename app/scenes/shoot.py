"""`consilium screenshots`: every screen with a fixed clock and invented people, in both languages and both themes."""

from __future__ import annotations

import argparse
import itertools
import logging
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from app.scenes import (
    agenda,
    call,
    deposits,
    desk,
    door,
    entry,
    messages,
    monitoring,
    papers,
    patients,
    person,
    today,
    troubles,
)
from app.scenes.stage import FULL_HD, LAPTOP, Scene, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PyQt6.QtWidgets import QApplication

_log = logging.getLogger(__name__)
SETTLE_MS = 160
PATIENCE = 60  # looks at a scene that does not come to rest
_POLICY = (
    '{"name":"CHVS-2026-11","forced":{"ceiling.up":1000},"reasons":{"ceiling.up":"Réseau hospitalier partagé : 1 Mb/s."}}'
).encode()
_CONTRAST = b'{"default":{"contrast":"high"}}'
SCENES = (
    *desk.SCENES,
    *entry.SCENES,
    *call.SCENES,
    *troubles.SCENES,
    *patients.SCENES,
    *person.SCENES,
    *papers.SCENES,
    *messages.SCENES,
    *deposits.SCENES,
    *monitoring.SCENES,
    Scene("10a-accepter", door.accept),
    Scene("10a-nouvel-utilisateur", door.newcomer),
    Scene("10a-dossier-ferme", door.closed_folder),
    Scene("10-verrou-compteurs", door.counts),
    Scene("10-verrou-reunion", door.calling),
    Scene("10-verrou-long-nom", door.long_name),
    Scene("10-verrou-attente", door.waits),
    Scene("10-verrou-majuscules", door.caps),
    Scene("10-verrou-secours", door.recovery),
    Scene("10-verrou-trousseau-perdu", door.refused("keyring-lost")),
    Scene("10-verrou-abime", door.refused("damaged")),
    Scene("10-verrou-plus-recent", door.refused("too-new")),
    Scene("10-verrou-150", door.counts, b'{"default":{"text.size":150}}'),
    Scene("10-utilisateurs", door.two_users),
    Scene("10-utilisateurs-nombreux", door.many_users),
    Scene("10-utilisateurs-reunion", door.ask_leave),
    Scene("01-aujourdhui", today.today(12)),
    Scene("01-aujourdhui-autres", today.today(-42, 12, 14, alarm=True)),
    Scene("01-aujourdhui-rien", today.today(calm=True)),
    Scene("01-aujourdhui-erreur", today.today(broken=True)),
    Scene("01-aujourdhui-hors-ligne", today.today(12, away=True)),
    Scene("01-aujourdhui-1536", today.today(12), size=LAPTOP),
    Scene("01-aujourdhui-1920", today.today(12), size=FULL_HD),
    Scene("01-aujourdhui-150", today.today(12), b'{"default":{"text.size":150}}'),
    Scene("01-aujourdhui-contraste", today.today(12), _CONTRAST),
    Scene("02-agenda", agenda.agenda()),
    Scene("02-agenda-annulee", agenda.agenda(7)),
    Scene("02-agenda-vide", agenda.empty),
    Scene("02-agenda-longue", agenda.many),
    Scene("02-agenda-annuler", agenda.calling_off),
    Scene("02-agenda-prevenus", agenda.told),
    Scene("02-agenda-recue", agenda.invited()),
    Scene("02-agenda-recue-annulee", agenda.invited(cancelled=True)),
    Scene("02-agenda-prevenus-150", agenda.told, b'{"default":{"text.size":150}}'),
    Scene("02-agenda-150", agenda.agenda(), b'{"default":{"text.size":150}}'),
    Scene("02-convoquer", agenda.new),
    Scene("02-convoquer-refus", agenda.refused),
    Scene("02-convoquer-150", agenda.new, b'{"default":{"text.size":150}}'),
    Scene("02-invitation", agenda.handout()),
    Scene("02-invitation-annulee", agenda.handout(cancelled=True)),
)


def _shots(only: str, languages: str, themes: str) -> list[tuple[Scene, str, str]]:
    """Return what to draw: every scene whose name holds *only*, in each language and theme."""
    scenes = [scene for scene in SCENES if only in scene.name]
    looks = itertools.product(languages.split(","), themes.split(","), scenes)
    return [(scene, language, theme) for language, theme, scene in looks]


class Photographer:
    """Plays one scene after the other and saves each when it has settled."""

    def __init__(self, app: QApplication, shots: list[tuple[Scene, str, str]], out: Path) -> None:
        self._app, self._shots, self._out = app, shots, out
        self._patience = PATIENCE
        self._stage: Stage | None = None

    def next(self) -> None:
        """Set the next scene, or end."""
        if not self._shots:
            self._app.quit()
            return
        self._patience = PATIENCE
        self._stage = Stage(*self._shots[0])
        self._soon(self._act)

    def _soon(self, step: Callable[[], None], *, waited: bool = False) -> None:
        """Take the next *step* once the scene waits for nothing and has come to rest."""
        from PyQt6.QtCore import QTimer  # noqa: PLC0415 -- as above

        def look() -> None:
            assert self._stage is not None
            if not self._stage.pending:
                self._soon(step) if waited else step()
            elif self._patience:
                self._patience -= 1
                self._soon(step, waited=True)
            else:
                _log.error("%s: what it waits for does not come", self._shots[0][0].name)
                self._app.exit(1)

        QTimer.singleShot(SETTLE_MS, look)

    def _act(self) -> None:
        assert self._stage is not None
        for act in self._stage.acts:
            act()
        self._soon(self._settle)

    def _settle(self) -> None:
        assert self._stage is not None
        self._stage.office.window.tick()
        self._soon(self._save)

    def _save(self) -> None:
        from PyQt6.QtCore import QTimer  # noqa: PLC0415 -- as above

        assert self._stage is not None
        scene, language, theme = self._shots.pop(0)
        self._stage.shown.grab().save(str(self._out / f"{scene.name}-{language}-{theme}.png"))
        self._stage.close()
        QTimer.singleShot(0, self.next)


def main(argv: Sequence[str]) -> int:
    """Render the screens; returns the exit status."""
    parser = argparse.ArgumentParser(prog="consilium screenshots")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="", help="part of a scene's name")
    parser.add_argument("--themes", default="light,dark")
    parser.add_argument("--languages", default="fr,en")
    chosen = parser.parse_args(argv)
    chosen.out.mkdir(parents=True, exist_ok=True)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["TZ"] = "Europe/Paris"
    time.tzset()

    from PyQt6.QtCore import QTimer  # noqa: PLC0415 -- the platform is chosen above
    from PyQt6.QtWidgets import QApplication  # noqa: PLC0415 -- as above

    app = QApplication(["consilium"])
    app.setQuitOnLastWindowClosed(False)
    app.setCursorFlashTime(0)  # the same pixels each time
    shots = _shots(chosen.only, chosen.languages, chosen.themes)
    photographer = Photographer(app, shots, chosen.out)
    QTimer.singleShot(0, photographer.next)
    return int(app.exec())
