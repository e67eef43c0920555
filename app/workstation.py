"""The composition root: builds services, features and the window by hand, once. No logic of its own beyond who calls whom."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, Qt, QTimer
from PyQt6.QtWidgets import QApplication

from app import config as settings
from app import i18n, relay
from app.ahead import Ahead
from app.attention import Attention, play_aside
from app.bridge import Bridge
from app.config import Config, Policy
from app.directory.reporting import Reporting
from app.directory.sight import Sight
from app.directory.transferring import Transfers
from app.directory.vouching import Vouching
from app.feature import Desk
from app.garbage import sweep
from app.intents import JoinMeeting
from app.linemarks import LineWatch
from app.meeting.agenda.convening import Convening
from app.meeting.call.returnbar import ReturnBar
from app.meeting.service import Meeting
from app.meeting.view import IN_MEETING, Stage
from app.presence import PresenceWatch
from app.railcounts import RailCounts
from app.sections import Sections
from app.services import Services
from app.signin.door import Door
from app.signin.idle import IdleLock
from app.signin.service import SignIn, wall_clock_ms
from app.signin.users import said, write_card
from app.sitting import Sitting
from app.times import since_start_ms
from app.ui.qtwords import speak_qt
from app.ui.theme import dress, theme
from app.ui.words import say, says
from app.waiting import Waiting
from app.warm import warm
from app.window import Window
from media.engine.frames import Arena
from media.engine.supervise import Engine

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.intents import Intent
    from app.line import Look
    from app.meeting import ports
    from app.meeting.view import View
    from app.messages.ports import Messages
    from app.session import Session
    from app.signin.service import Opened
    from app.ui.words import Words
    from storage.vault import Terms, Vault

SOUND_AFTER_LOCK_MS = 60_000
SWEEP_AFTER_LOCK_MS, SWEEP_LAST_MS = 1_000, 32_000
"""So long after the lock what was under way has ended, and nothing of it is held any more; on a busy machine later, so it is looked again."""
WARM_AFTER_MS = 300
"""When the rest is loaded: the window is painted by then."""
RAISES = frozenset(("xcb", "windows", "cocoa"))
"""Systems that let a window raise itself; the others only take it as a wish to be active, and Qt warns."""
LOOKS = frozenset(
    one.key for one in (settings.THEME, settings.TEXT_SIZE, settings.CONTRAST, settings.LANGUAGE)
)
"""Settings after which everything is dressed anew."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What a workstation is built from. `link` is shown after the unlock, never entered by itself.

    `ahead`: sections are made before somebody opens them. Tests and the demo hand over their own clock, engine, key-derivation cost, or `run` (None: a worker thread);
    pictures their own `messages`.
    """

    folder: Path
    link: str = ""
    policy: Policy = field(default_factory=Policy)
    now_ms: Callable[[], int] = wall_clock_ms
    steady_ms: Callable[[], int] = since_start_ms
    make_engine: Callable[[], ports.Engine] = Engine
    make_arena: Callable[[], ports.Arena] = Arena.create
    make_signin: Callable[[Path, Terms | None, Policy, Callable[[], int]], SignIn] = SignIn
    look: Look = relay.look
    play: Callable[[bytes], None] = play_aside
    terms: Terms | None = None
    run: Callable[[Callable[[], object]], None] | None = None
    messages: Messages | None = None
    sight: Sight = field(default_factory=Sight)
    ahead: bool = True


class Office(QObject):
    """The workstation of one doctor: the window, the meeting and the vault behind it."""

    def __init__(self, profile: Profile) -> None:
        super().__init__()
        self._profile = profile
        self._link, self._link_shown = profile.link, False
        self._closed = False
        self.config = Config(profile.policy)
        self.bridge = Bridge()
        self.signin = profile.make_signin(profile.folder, profile.terms, profile.policy, profile.now_ms)
        run = profile.run or self.bridge.run
        self.meeting = Meeting(
            profile.make_engine, profile.make_arena(), profile.now_ms, run, self.signin.trail
        )
        start = partial(self.bridge.start, self)
        made = Services(start, self.config, self.signin.trail, profile.now_ms, self.meeting, profile.look)
        self._take(made)
        self.sitting = Sitting(made, self.signin, self.bridge, self.config)
        self._dress()
        self.door = Door(self.signin, self.bridge, profile.now_ms)
        self.lock_page = self.door.lock
        desk = Desk(self.bridge, self.open, profile.now_ms, self._tell, steady_ms=profile.steady_ms)
        self.messages = profile.messages or self.mail
        self.patients.follow(self.messages)
        self.patients.hand(self.deposits)
        self._vouching = Vouching(self.directory, self.post, profile.now_ms)
        self._reporting = Reporting(self.directory, self.post)
        sections = Sections(made, self.sitting, self.config, profile.now_ms)
        rail = sections.all(self.messages, profile.sight, lambda: self.idle.left_ms)
        self.window = Window(rail, desk, self.door)
        self._watch = LineWatch(self.line, self.bridge, profile.now_ms, self.window)
        self.window.top.hold(self._watch.pill)
        self._return = ReturnBar(self.meeting, self.bridge, profile.now_ms)
        for strip in (self._watch.banner, self._return):
            self.window.strips.hold(strip)
        self.idle = IdleLock(profile.now_ms, self._in_meeting)
        self.ahead = Ahead(self.window.ahead, self.idle.untouched_ms, self)
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.timeout.connect(self._leave_locked)
        self.window.destroyed.connect(self._silence.stop)
        self.window.allow_letters(self.config.get(settings.SINGLE_KEYS))
        self._attend(profile)
        self._connect()

    def _take(self, made: Services) -> None:
        self.planning, self.directory, self.settings = made.planning, made.directory, made.settings
        self.line, self.patients, self.feed = made.line, made.patients, made.feed
        self.post, self.mail, self.deposits = made.post, made.messages, made.deposits
        self.alerts, self.following = made.alerts, made.following

    def _attend(self, profile: Profile) -> None:
        """Tell of what calls for attention."""
        self._attention = Attention(self.window, self.config, self.bridge, profile.now_ms, profile.play)
        self._attention.notifier.opened.connect(self._come_to)
        self._attention.follow(self.meeting, self.planning)
        self._attention.follow_messages(self.messages)
        self._attention.follow_calls(Convening(self.planning, self.post, profile.now_ms))
        self._attention.follow_alerts(self.following)

    def _connect(self) -> None:
        self._sweeping = QTimer(self)
        self._sweeping.setSingleShot(True)
        self._sweeping.timeout.connect(self._sweep)
        self.directory.transfers = Transfers(self.post, self.signin.trail)
        self.directory.presence = self.post.presence
        self.presence = PresenceWatch(
            self.post.presence, self.config, self.idle.untouched_ms, self._in_meeting, self._signed_in
        )
        self._counts = RailCounts(self.window, self.bridge, self.messages, self.following)
        self.door.opened.connect(self._came_in)
        self.door.half_open.connect(self._began)
        self.door.language_asked.connect(i18n.set_language)
        self.lock_page.theme_asked.connect(theme().apply)
        self.lock_page.user_chosen.connect(self._choose_user)
        self.lock_page.code_noted.connect(self._code_noted)
        self.window.lock_asked.connect(self.lock)
        self.window.switch_asked.connect(self.switch_user)
        self.window.closed.connect(self.close)
        self.window.moved.connect(self._show_meeting_running)
        self._return.back.connect(self.window.show_meeting)
        self.idle.idle.connect(self._lock_idle)
        self.bridge.watch(self.window, i18n.language_changed, self._speak)
        self.bridge.watch(self.window, self.meeting.changed, self._meeting_changed)
        self.bridge.watch(self.window, self.config.changed, self._setting_changed, lambda _old, _new: "")

    # --- unlock and lock ----------------------------------------------------------------------------------

    def session(self) -> Session:
        """Return who works here; only while the desk is unlocked."""
        return self.sitting.who()

    def _began(self, vault: Vault) -> None:
        self.sitting.enrol(vault)
        self.idle.arm(self.config.get(settings.IDLE_LOCK_MINUTES) * 60_000)

    def _came_in(self, opened: Opened) -> None:
        self.config.load_user(opened.settings)
        self._show_card(opened.session.name)
        self.sitting.begin(opened)
        self._settle()
        if opened.recovery_code:
            self.lock_page.show_recovery_code(opened.recovery_code)
            self.window.lock()
        else:
            self._enter()

    def sign_in(self, session: Session) -> None:
        """Work as *session* from now on."""
        self.sitting.sign_in(session)
        self._settle()

    def _settle(self) -> None:
        self._silence.stop()
        self._prefer_devices()

    def _code_noted(self) -> None:
        if self.sitting.opened is not None:
            self.sitting.noted()
            self._enter()

    def _enter(self) -> None:
        session = self.session()
        self.idle.arm(self.config.get(settings.IDLE_LOCK_MINUTES) * 60_000)
        self.window.unlock(session.name, "meeting" if self._in_meeting() else "today")
        self._make_ahead()
        opened = self.sitting.opened
        if opened is not None and opened.wrong_tries:
            self._tell(says("door.tries_before", opened.wrong_tries))
        if self._link and not self._in_meeting():
            self._show_link()

    def _make_ahead(self) -> None:
        """Make the sections that are not in sight, or dress them anew."""
        if self._profile.ahead and self.sitting.session is not None:
            self.ahead.begin()

    def _show_link(self) -> None:
        self._link_shown = True
        self.open(JoinMeeting(self._link, admit_certified=self.config.get(settings.ADMIT_CERTIFIED)))

    def ring(self, link: str) -> None:
        """Come to the front, and show the meeting of *link* now or after the unlock; never enters it by itself."""
        self.window.setWindowState(self.window.windowState() & ~Qt.WindowState.WindowMinimized)
        self.window.show()
        if QApplication.platformName() in RAISES:
            self.window.raise_()
        self.window.activateWindow()
        if link and self._in_meeting():
            self._tell(say("instance.in_meeting"))
        elif link:
            self._link, self._link_shown = link, False
            if self.sitting.session is not None:
                self._show_link()

    def _come_to(self, section: str) -> None:
        """Come to the front at a section; a locked desk shows its lock."""
        self.ring("")
        if not self.window.locked:
            self.window.show_feature(section)

    def enter_as(self, session: Session) -> None:
        """Open the desk for a session that is already unlocked (demo, screenshots)."""
        self.sign_in(session)
        self._enter()

    def lock(self, reason: str = "") -> None:
        """Close the vault, forget the session, delete the pages; a running call goes on unseen for a minute, muted."""
        self._shut(reason)
        self.window.paint_now()

    def _shut(self, reason: str = "") -> None:
        if self.sitting.session is None:
            self._lock_half_open(reason)
            return
        session, now_ms = self.session(), self._profile.now_ms()
        waiting = self.sitting.waiting(now_ms, reason, in_call=self._in_meeting())
        self.window.keep()
        vault = self.sitting.leave()
        self._attention.forget()
        self.ahead.stop()
        self.idle.arm(0)
        if self._in_meeting():
            self.meeting.hush()
            self._silence.start(SOUND_AFTER_LOCK_MS)
        else:
            self.meeting.forget()
        self.window.lock()
        self._sweeping.start(SWEEP_AFTER_LOCK_MS)
        _forget_copied()
        shown = self.config.get(settings.LOCK_NAME)
        specialty = session.specialty if shown == "name" else ""
        self.door.reset(said(session.name, shown), specialty, waiting)
        if vault is not None:
            self.signin.close(vault, self.bridge.run, reason)

    def _sweep(self) -> None:
        """Have nothing of who worked here wait in memory for Python's garbage collector."""
        if self.sitting.session is None:
            sweep()
            if self._sweeping.interval() < SWEEP_LAST_MS:
                self._sweeping.start(2 * self._sweeping.interval())

    def _lock_half_open(self, reason: str) -> None:
        vault = self.sitting.take_vault()
        if vault is not None:
            self.idle.arm(0)
            self.door.reset(waiting=Waiting(self._profile.now_ms(), reason))
            self.signin.close(vault, self.bridge.run, reason)
        else:
            self.lock_page.stop_opening()

    def _lock_idle(self) -> None:
        self.lock("idle")

    def lock_with_system(self, reason: str) -> None:
        """Lock because the operating system does (`system`) or goes to sleep (`sleep`)."""
        self.lock(reason)

    def _leave_locked(self) -> None:
        if self.sitting.session is None:
            self.meeting.leave()
            self.lock_page.call_ended()

    # --- one desk, several people -------------------------------------------------------------------------

    def switch_user(self) -> None:
        """Lock, then ask who opens the desk."""
        self._shut()
        self.door.show_people()
        self.window.paint_now()

    def _choose_user(self, folder: Path | None) -> None:
        """Stand before the door of *folder*, or of a newcomer; nothing of the one before stays behind."""
        if folder != self.signin.folder:
            self._forget_user()
            self.signin.choose(folder or self.signin.users.fresh())
        self.door.reset()

    def _forget_user(self) -> None:
        self._silence.stop()
        self.meeting.clear()
        self.config.load_user({})
        if self._link_shown:
            self._link = ""
        _forget_copied(ours_only=False)

    def _show_card(self, name: str) -> None:
        """Let the lock name this profile as far as its owner wants, also after a restart."""
        card = partial(write_card, self.signin.folder, name, self.config.get(settings.LOCK_NAME))
        self.bridge.run(card)

    def _tell(self, words: Words, undo: Callable[[], object] | None = None) -> None:
        self.window.tell(words, undo)

    # --- what others say ----------------------------------------------------------------------------------

    def open(self, intent: Intent) -> None:
        """Open something in the window."""
        self.window.open(intent)

    def _signed_in(self) -> bool:
        return self.sitting.session is not None

    def _in_meeting(self) -> bool:
        return self.meeting.view.stage in IN_MEETING

    def _meeting_changed(self, view: View) -> None:
        self._show_meeting_running()
        known = view.invitation
        if view.stage is Stage.LIVE and known is not None and self.planning.is_new(known.link):
            self.bridge.start(self, self.planning.remember(known.link), lambda _: None, self._not_remembered)

    def _not_remembered(self, error: Exception) -> None:
        log.warning("the meeting was not kept in the agenda: %s", type(error).__name__)

    def _show_meeting_running(self) -> None:
        running = self._in_meeting()
        up = self.meeting.view.stage is Stage.LIVE
        in_front = self.window.current == "meeting"
        self._watch.show_call(running, up, in_front)
        self._return.show_call(
            self.meeting.view, in_front=in_front, open_desk=self.sitting.session is not None
        )
        self.window.veil.show_meeting(running, self.meeting.view.microphone.wanted)
        self.window.rail.show_dot("meeting", running)

    def _prefer_devices(self) -> None:
        get = self.config.get
        self.meeting.prefer(get(settings.CAMERA), get(settings.MICROPHONE), get(settings.SPEAKER))
        self.meeting.set_ceiling(get(settings.UP_KBPS), get(settings.DOWN_KBPS))

    def _setting_changed(self, key: str) -> None:
        """Follow a setting; several at once come without a key."""
        if not key or key in LOOKS:
            self._dress()
            self._make_ahead()
        self.window.allow_letters(self.config.get(settings.SINGLE_KEYS))
        self.meeting.set_ceiling(self.config.get(settings.UP_KBPS), self.config.get(settings.DOWN_KBPS))
        self.sitting.open_feed()
        self.presence.look()
        if self.sitting.session is not None:
            self.idle.arm(self.config.get(settings.IDLE_LOCK_MINUTES) * 60_000)
            self._show_card(self.sitting.session.name)

    def _dress(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        get = self.config.get
        dress(app, get(settings.THEME), get(settings.TEXT_SIZE), get(settings.CONTRAST))
        i18n.set_language(self.config.get(settings.LANGUAGE))
        speak_qt(app, i18n.language())

    def _speak(self, _language: str) -> None:
        """Let the window say everything anew, once: Qt's own texts, which changed with it, would have it do so again."""
        heard_by = self.window.windowHandle() or self.window
        QApplication.removePostedEvents(heard_by, QEvent.Type.LanguageChange.value)
        QApplication.sendEvent(self.window, QEvent(QEvent.Type.LanguageChange))

    def close(self) -> None:
        """End the engine, close the vault, stop the threads. Twice does no harm."""
        if self._closed:
            return
        self._closed = True
        self.ahead.stop()
        self.line.close()
        self.idle.arm(0)
        self._silence.stop()
        self._sweeping.stop()
        self.meeting.close()
        self.window.keep()
        self.bridge.settle()
        vault = self.sitting.take_vault()
        if vault is not None:
            self.signin.close(vault, lambda shut: shut(), "closed")
        self.bridge.close()


def _forget_copied(*, ours_only: bool = True) -> None:
    """Empty the clipboard: what was copied here may be of a patient."""
    clipboard = QApplication.clipboard()
    if clipboard is not None and (clipboard.ownsClipboard() or not ours_only):
        clipboard.clear()


def build_office(profile: Profile, *, session: Session | None = None) -> Office:
    """Build a workstation; with *session* it is unlocked already. Show `office.window`, end with `office.close()`."""
    office = Office(profile)
    if session is not None:
        office.enter_as(session)
    else:
        office.door.focus_first()
    QTimer.singleShot(WARM_AFTER_MS, partial(office.bridge.run, warm))
    return office
