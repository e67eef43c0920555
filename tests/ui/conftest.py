from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PyQt6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from app import i18n
from app.config import Policy
from app.intents import JoinMeeting
from app.scenes import stills
from app.scenes.stills import LINK, NOW_MS, StillArena, StillEngine, StillSignIn
from app.window import Window
from app.workstation import Profile, build_office
from media.engine import messages as m
from storage.vault import Vault
from tests.harness.cheap import CHEAP

PATIENCE_MS = 30_000
"""How long a test waits for what nobody times, where it says no other time: the machine may have much else to do."""
for _wait in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitSignals, QtBot.waitExposed):
    _wait.__kwdefaults__["timeout"] = PATIENCE_MS
_wait_until = QtBot.waitUntil


def _wait_until_shown(self, callback, **more):
    """A layout shows what it was given one round later: who waited for it to be there sees it."""
    _wait_until(self, callback, **more)
    QCoreApplication.sendPostedEvents()


QtBot.waitUntil = _wait_until_shown


class PeerEngine(StillEngine):
    """A fake pipe peer: remembers what the window says."""

    def __init__(self, arena, heard):
        super().__init__(arena)
        self.heard = heard
        self.fails = False

    def start(self, arena, /):
        if self.fails:
            raise OSError("no engine")

    def send(self, message, /):
        self.heard.append(message)
        super().send(message)


@contextmanager
def entering_at(section):
    """Let who unlocks come to *section*, not to Today, which would be made and drawn a thousand times to be left at once."""
    unlock = Window.unlock
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Window, "unlock", lambda self, name, _first: unlock(self, name, section))
        yield


@dataclass
class Desk:
    """An office whose engine, clock and worker are in the test's hands."""

    policy: Policy = field(default_factory=lambda: Policy(default={"language": "fr", "theme": "light"}))
    folder: Path = Path("/nowhere")
    make_signin: type = StillSignIn
    session: object = None
    first: str = "meeting"
    more: dict = field(default_factory=dict)
    look: object = stills.look

    def __post_init__(self):
        self.now_ms, self.set_back_ms = NOW_MS, 0
        self.heard, self.engines, self.played = [], [], []
        self.arena = StillArena()
        profile = Profile(
            folder=self.folder,
            policy=self.policy,
            now_ms=lambda: self.now_ms,
            steady_ms=lambda: self.now_ms + self.set_back_ms,
            make_engine=self._make_engine,
            make_arena=lambda: self.arena,
            make_signin=self.make_signin,
            look=self.look,
            run=lambda call: call(),
            play=self.played.append,
            **{"ahead": False, **self.more},
        )
        with entering_at(self.first):
            self.office = build_office(profile, session=self.session)
        self.window, self.meeting = self.office.window, self.office.meeting
        self.window.resize(1440, 900)
        self.window.show()
        if self.session is not None:
            self.window.show_feature(self.first)

    def _make_engine(self):
        self.engines.append(PeerEngine(self.arena, self.heard))
        return self.engines[-1]

    def said(self, kind):
        return [message for message in self.heard if isinstance(message, kind)]

    def hear(self, *messages):
        self.engines[-1].say(messages)

    @property
    def page(self):
        return self.window.page("meeting")

    @property
    def live(self):
        return self.page.live

    def open_link(self, link=""):
        self.office.open(JoinMeeting(link or LINK.format()))

    def call(self, n=5, *, sharing=False, host=True):
        self.open_link()
        self.meeting.enter()
        people = stills.people(n, sharing=sharing)
        self.hear(
            m.Phase(phase="in-call", is_host=host, title="RCP Thorax", transport="udp"),
            m.Roster(n=1, people=people),
        )


@pytest.fixture
def make_desk(qtbot):
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)  # windows of earlier tests
    made = []

    def make(**more):
        desk = Desk(**more)
        made.append(desk)
        qtbot.addWidget(desk.window)
        desk.window.activateWindow()
        qtbot.waitUntil(desk.window.isActiveWindow)
        return desk

    yield make
    for desk in made:
        desk.office.close()
    i18n.set_language("fr")


@pytest.fixture
def vault(tmp_path):
    """An empty profile, open."""
    vault, _code = Vault.create(tmp_path / "profile", "mot de passe", CHEAP)
    yield vault
    vault.lock()


@pytest.fixture
def desk(make_desk, qtbot):
    return make_desk(session=stills.session())


@pytest.fixture
def settle(qtbot):
    """Wait until the window has drawn the meeting's view of now."""

    def wait(desk):
        qtbot.waitUntil(lambda: desk.page.drawn is desk.meeting.view)
        qtbot.wait(1)

    return wait
