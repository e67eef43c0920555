"""Scenes of the door for `consilium screenshots`: the lock, several people at one PC, the first run, what fails."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.scenes import stills
from app.scenes.stills import NOW_MS
from app.signin.enrol import Answer, in_groups
from app.signin.service import SignInRefused
from app.signin.tries import Tries
from app.signin.users import User
from resources.demo.people import CAST, HOSPITAL, ME

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from app.workstation import Office

    class Stage(Protocol):
        """What a scene is played on."""

        office: Office
        now_ms: int

        def later(self, act: Callable[[], object]) -> None:
            """Act once the window is there."""

        def call(self, n: int) -> None:
            """Be in a call with *n* people."""


LONG = "Pr Marie-Antoinette de La Rochefoucauld-Montmorency d’Andlau"
HEBREW = "ד״ר רחל כהן"
USERS = tuple(
    User(Path(f"/nowhere/{n}"), n, name)
    for n, name in enumerate((ME.name, CAST[2].name, "", LONG, HEBREW, "C.R."), 1)
)


def _shared(stage: Stage, users: tuple[User, ...] = USERS) -> None:
    """Let several people have a profile on this PC; the first was here last."""
    signin = stage.office.signin
    signin.users.all = lambda: users  # type: ignore[method-assign]  # nobody's folders are looked into
    signin.folder = users[0].folder


def two_users(stage: Stage) -> None:
    """Ask who opens the desk, as after a start."""
    _shared(stage, USERS[:2])
    stage.office.door.reset()
    stage.later(stage.office.door.show_people)


def many_users(stage: Stage) -> None:
    """Ask with a long name, one from right to left, and one who shows none."""
    _shared(stage)
    stage.later(stage.office.door.show_people)


def ask_leave(stage: Stage) -> None:
    """Ask before a call is left."""
    stage.call(5)
    stage.office.lock()
    _shared(stage)
    page = stage.office.lock_page
    stage.later(page.show_people)
    stage.later(lambda: page._choose(USERS[1].folder))  # noqa: SLF001 -- as a click does


def counts(stage: Stage) -> None:
    """Be locked by the system nine minutes ago, with a meeting in three."""
    session = stills.session()
    soon = replace(session.meetings[0], starts_s=NOW_MS // 1000 + 170)
    stage.office.sign_in(replace(session, meetings=(soon,)))
    stage.now_ms = NOW_MS - 540_000
    stage.office.lock("system")
    stage.now_ms = NOW_MS
    stage.later(stage.office.lock_page.tick)


def long_name(stage: Stage) -> None:
    """Be somebody with a long name and a long specialty."""
    session = stills.session()
    stage.office.sign_in(
        replace(session, name=LONG, specialty="Médecine interne, maladies rares et auto-immunes")
    )
    stage.office.lock("sleep")


def calling(stage: Stage) -> None:
    """Be locked while a call goes on."""
    stage.call(5)
    stage.office.lock("idle")


def waits(stage: Stage) -> None:
    """Have typed four wrong passwords."""
    counts(stage)
    tries = Tries(lambda: 0.0)
    for _ in range(4):
        tries.failed()
    stage.office.signin._tries[stage.office.signin.folder] = tries  # noqa: SLF001 -- a clock that stands still
    stage.later(stage.office.lock_page.tick)


def refused(code: str) -> Callable[[Stage], None]:
    """Be refused by the vault."""

    def play(stage: Stage) -> None:
        page = stage.office.lock_page
        stage.later(lambda: page._stayed_out(SignInRefused(code)))  # noqa: SLF001 -- as the vault answers

    return play


def caps(stage: Stage) -> None:
    """Type with Caps Lock on."""
    from PyQt6.QtCore import QEvent, Qt  # noqa: PLC0415 -- Qt starts in screenshots.main()
    from PyQt6.QtGui import QKeyEvent  # noqa: PLC0415 -- as above

    field = stage.office.lock_page._password  # noqa: SLF001 -- as a key does
    none = Qt.KeyboardModifier.NoModifier
    stage.later(lambda: field.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_G, none, "G")))


def recovery(stage: Stage) -> None:
    """Type a new password beside the recovery code."""
    page = stage.office.lock_page
    stage.later(page._turn_to_code)  # noqa: SLF001 -- as a click does
    stage.later(lambda: page._new.setText("girafe tambour velours"))  # noqa: SLF001 -- as keys do


def accept(stage: Stage) -> None:
    """Look at the organisation before it is trusted."""
    first = stage.office.door.first
    stage.office.door.setCurrentWidget(first)
    named = in_groups(bytes(range(240, 256)))
    answer = Answer(None, HOSPITAL, named, ME.name, ME.role, ME.specialty)  # type: ignore[arg-type]  # none is kept
    first.accept.show_answer(answer, stills.RELAY)
    stage.later(lambda: first.show_step("accept"))


def newcomer(stage: Stage) -> None:
    """Begin a first run beside others."""
    _shared(stage)
    first = stage.office.door.first
    stage.office.door.setCurrentWidget(first)
    first.begin(way_back=True)


def closed_folder(stage: Stage) -> None:
    """Begin where nothing can be written."""
    newcomer(stage)
    first = stage.office.door.first
    stage.later(lambda: first._failed(SignInRefused("folder")))  # noqa: SLF001 -- as the disk answers
