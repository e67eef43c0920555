"""Who works at this desk, from the unlock to the lock: the session, the open vault, and what changes in them meanwhile."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from PyQt6.QtCore import QObject, QTimer

from app.config import AUDIT_CHECKPOINTS
from app.i18n import fmt_number
from app.interop.state import Options
from app.meeting.view import Notice
from app.messages.deposits import DepositRefused
from app.today.service import Fact
from app.trust import News, newly_revoked
from app.ui.words import say
from app.waiting import Count, Waiting
from media.events import Event

if TYPE_CHECKING:
    from app.bridge import Bridge, Job
    from app.config import Config
    from app.directory.service import Decisions
    from app.services import Services
    from app.session import Session
    from app.signin.service import Opened, SignIn
    from storage.meetings import Meeting as Known
    from storage.vault import Vault

LOOK_EVERY_MS, LOOK_SOON_MS = 3_600_000, 60_000
"""How often the organisation's directory is read again: its head is signed hourly; sooner while patients wait for it."""
WRITE_AGAIN_MS = 20_000
"""How often a disk that refused is asked whether it takes the trail of acts again."""
RECEIPTS_MS = 300_000
"""How often the relay is asked what became of deposits."""
ALARMS = frozenset(("device-unexpected", "directory-fork", "directory-rollback"))
"""What somebody must look at, as the lock counts it."""
log = logging.getLogger(__name__)


class Sitting(QObject):
    """Hands the session to the services, anew whenever it changes; everything of it is dropped at the lock."""

    def __init__(self, services: Services, signin: SignIn, bridge: Bridge, config: Config) -> None:
        super().__init__()
        self._services, self._signin, self._bridge, self._config = services, signin, bridge, config
        self.session: Session | None = None
        self.opened: Opened | None = None
        self._half_open: Vault | None = None
        self._mail: Job | None = None
        self._newer: Event[tuple[Opened, tuple[News, Session]]] = Event()
        self._disk: Event[Opened] = Event()
        self._look = QTimer(self)
        self._look.setInterval(LOOK_EVERY_MS)
        self._look.timeout.connect(self._look_again)
        self._write_again = QTimer(self)
        self._write_again.setInterval(WRITE_AGAIN_MS)
        self._write_again.timeout.connect(signin.trail.retry)
        self._receipts = QTimer(self)
        self._receipts.setInterval(RECEIPTS_MS)
        self._receipts.timeout.connect(self._ask_receipts)
        bridge.watch(self, self._disk, self._disk_changed)
        bridge.watch(self, self._newer, lambda found: self._looked(*found))
        bridge.watch(self, services.checkpoints.failing, self._checkpoints_failing)
        bridge.watch(self, services.planning.changed, self._agenda_changed)
        bridge.watch(self, services.directory.renewed, self._decided_anew)

    def who(self) -> Session:
        """Return who works here; only while the desk is unlocked."""
        assert self.session is not None
        return self.session

    # --- begin and end ------------------------------------------------------------------------------------

    def enrol(self, vault: Vault) -> None:
        """Keep the open vault of a desk that is being enrolled: it is shut as any other."""
        self._half_open = vault

    def begin(self, opened: Opened) -> None:
        """Work with an unlocked desk from now on."""
        self._half_open, self.opened = None, opened
        opened.vault.watch(lambda: self._disk.fire(opened))
        self._services.settings.keep_in(opened.vault)
        self.sign_in(opened.session)
        self._warn(opened)
        self._services.following.keep_in(opened.vault)
        self.open_feed()
        self._open_messages(opened)
        self._ask_receipts()
        self._receipts.start()
        if not opened.read_only:
            places = self._config.get(AUDIT_CHECKPOINTS)
            self._services.checkpoints.open(opened.vault.audit, opened.session, places)

    def open_feed(self) -> None:
        """Let patients come in as the settings say now, unless they are closed for want of the organisation's word."""
        if self.opened is None:
            return
        if self.opened.news.patients_closed:
            self._services.feed.close()
            self._services.handed.close()
            self._services.following.stop()
            self._services.closing.close()
        else:
            self._services.feed.open(self.opened.vault, Options.of(self._config))
            self._services.handed.open(self.opened.vault)
            self._services.following.follow(self.opened.session)
            self._services.closing.follow()
        self._look.start(LOOK_SOON_MS if self.opened.lease_over else LOOK_EVERY_MS)

    def _open_messages(self, opened: Opened) -> None:
        """Let messages come and go until the lock."""
        work = self._services.messages.work(opened.session, opened.vault, partial(self._read_newer, opened))
        self._mail = self._bridge.start(self, work, _ended, _mail_failed)

    def _ask_receipts(self) -> None:
        """Hear what became of the documents that were left for people without Consilium."""
        self._bridge.start(self, self._services.deposits.look(), _ended, _not_asked)

    async def _read_newer(self, opened: Opened) -> Session:
        """Read the directory again for a message whose author is not in it; on the loop."""
        found = await self._signin.refresh(opened.vault)
        self._newer.fire((opened, found))
        return found[1]

    def sign_in(self, session: Session) -> None:
        """Work as *session* from now on."""
        self._services.line.open(session.relays, session.trust.head_time)
        self._become(session)
        self._open_directory()

    def leave(self) -> Vault | None:
        """Forget who works here; return the vault that is to be shut, if any is open."""
        self.session = None
        services = self._services
        services.settings.keep_in(None)
        services.line.close()
        services.meeting.sign_in(None)
        services.directory.close()
        services.patients.end()
        services.planning.sign_in(None)
        return self.take_vault()

    def take_vault(self) -> Vault | None:
        """Hand over the open vault, to be shut, and look at nothing any more."""
        self._look.stop()
        self._write_again.stop()
        self._services.feed.close()
        self._services.handed.close()
        self._services.following.close()
        self._services.closing.close()
        if self._mail is not None:
            self._mail.cancel()
            self._mail = None
        self._services.checkpoints.close()
        self._services.deposits.end()
        self._receipts.stop()
        vault = self.opened.vault if self.opened is not None else self._half_open
        self.opened = self._half_open = None
        return vault

    def noted(self) -> None:
        """Take it that the recovery code that was shown is noted."""
        if self.opened is not None:
            self._signin.noted(self.opened.vault)

    # --- what changes meanwhile ---------------------------------------------------------------------------

    def _become(self, session: Session) -> None:
        self.session = session
        self._services.meeting.sign_in(session)
        self._services.planning.sign_in(session)
        self._services.messages.renew(session)
        if self.opened is not None:
            self._services.deposits.begin(session, self.opened.vault)
            self._open_patients(session, self.opened)

    def _open_patients(self, session: Session, opened: Opened) -> None:
        """Open the patients, or say why they stay closed."""
        closed = opened.news.patients_closed
        why = ("revoked" if opened.news.revoked else "lease") if closed else ""
        self._services.patients.begin(session, None if closed else opened.vault, why)

    def _agenda_changed(self, meetings: tuple[Known, ...]) -> None:
        """Let a pasted link of a meeting that was just called find its host's secret."""
        if self.session is not None:
            self._become(replace(self.session, meetings=meetings))

    def _decided_anew(self, decided: Decisions) -> None:
        """Judge by what was just decided about people and keys, as the next unlock will."""
        if self.session is None:
            return
        trust = msgspec.structs.replace(
            self.session.trust, verified=decided.verified, blocked=decided.blocked
        )
        session = replace(self.session, trust=trust)
        if self.opened is not None:
            self.opened = replace(
                self.opened, session=session, news=self.opened.news.without(decided.verified)
            )
        self._become(session)
        self._open_directory()

    def _open_directory(self) -> None:
        opened = self.opened
        shelf, news = (opened.vault, opened.news) if opened is not None else (None, News())
        self._services.directory.open(self.who(), shelf, news)
        self._bridge.start(self, self._services.directory.book(), _listed, _not_looked)

    def _look_again(self) -> None:
        """Follow the organisation's directory while the desk is open; a desk locked meanwhile looks at the unlock."""
        opened = self.opened
        if opened is not None:
            done = partial(self._looked, opened)
            self._bridge.start(self, self._signin.refresh(opened.vault), done, _not_looked)

    def _looked(self, before: Opened, found: tuple[News, Session]) -> None:
        news, session = found
        if self.opened is before:
            self.opened = replace(before, news=news, session=session)
            self._services.meeting.revoked(newly_revoked(before.session.trust, session.trust))
            self._become(session)
            self._warn(self.opened)
            self._open_directory()
            self.open_feed()
        elif self.opened is not None:  # somebody was verified meanwhile: what was read may not know
            self._look_again()

    def _checkpoints_failing(self, failing: bool) -> None:
        if failing and self.opened is not None:
            self._warn(self.opened, "checkpoints-failing")

    def _disk_changed(self, opened: Opened) -> None:
        """Say that nothing is kept any more, or that it is again."""
        if self.opened is None or self.opened.vault is not opened.vault:
            return
        self._warn(self.opened)
        if not opened.vault.failing:
            self._write_again.stop()
        elif not self._write_again.isActive():
            self._write_again.start()

    def _warn(self, opened: Opened, *more: str) -> None:
        said = (*opened.warnings, *((code, 0) for code in more))
        self._services.meeting.warn(tuple(Notice(code, n=n) for code, n in said))

    # --- what is told of it -------------------------------------------------------------------------------

    def facts(self) -> tuple[Fact, ...]:
        """Return what is true of the line and of the vault, for the foot of Today."""
        line = self._services.line.state
        rtt = fmt_number(max(1, line.rtt_ms))
        relay = (
            say("today.relay", ms=rtt)
            if line.online
            else say(f"today.relay.{'down' if line.down else 'unknown'}")
        )
        icon, tone = (
            ("cloud-off", "warn") if line.down else ("plug-connected", "ok" if line.online else "text_2")
        )
        facts = [Fact(icon, tone, relay)]
        if self.opened is not None:
            shut = self.opened.read_only
            words = say("today.vault.read_only" if shut else "today.vault.open")
            facts.append(Fact("database", "warn" if shut else "ok", words))
        return tuple(facts)

    def waiting(self, now_ms: int, reason: str, *, in_call: bool) -> Waiting:
        """Return what the lock may say of this day: times and numbers only."""
        alarms = self.opened.warnings if self.opened is not None else ()
        security = sum(max(n, 1) for code, n in alarms if code in ALARMS)
        outlook, hour = self._services.following.outlook, self._services.following.hour
        return Waiting(
            now_ms,
            reason,
            starts_s=tuple(one.starts_s for one in self.who().meetings if one.starts_s),
            counts=(
                Count("security", security, "shield-exclamation", "danger"),
                *(outlook.told(hour.now_ms()) if outlook is not None else ()),
            ),
            call="running" if in_call else "",
        )


def _listed(_book: object) -> None:
    """Nothing to do: the directory keeps whom it listed, for the palette."""


def _ended(_nothing: None) -> None:
    """Nothing to do."""


def _not_asked(error: Exception) -> None:
    """Nothing to say where the relay does not answer: it is asked again."""
    if not isinstance(error, DepositRefused):
        log.warning("deposits were not asked after: %s", type(error).__name__)


def _mail_failed(error: Exception) -> None:
    log.error("messages failed: %s", type(error).__name__)


def _not_looked(error: Exception) -> None:
    log.warning("the directory was not looked at: %s", type(error).__name__)
