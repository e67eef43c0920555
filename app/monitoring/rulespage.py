"""Rules of the service: the version that holds, those before, and the next one, written and signed in place."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.monitoring import ruling
from app.monitoring.ports import Refused, Unwritable
from app.monitoring.rulesdraft import DraftView
from app.monitoring.rulesfields import Pick, beside
from app.monitoring.rulesheld import Held, draft_of, service_of
from app.monitoring.ruling import Names
from app.ui.buttons import Button
from app.ui.panes import Banner, EmptyState, clear, scrolled
from app.ui.states import Loading
from app.ui.steps import Steps
from app.ui.text import Label
from app.ui.words import Words, say
from storage.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.feature import Desk
    from app.monitoring.people import People
    from app.monitoring.ports import Monitoring, Ruled
    from app.monitoring.standing import Service
    from media.mail.policy import Policy

MOST = 1_040
log = logging.getLogger(__name__)


class RulesPage(QWidget):
    """One service at a time. `left` goes back to where the page was opened."""

    left = pyqtSignal()

    def __init__(self, desk: Desk, alerts: Monitoring, people: People) -> None:
        super().__init__()
        self._desk, self._alerts, self._people = desk, alerts, people
        self._names = Names(people.name, alerts.table())
        self._ruled: Ruled | None = None
        self._code, self._looks = "", 0
        self._writes: DraftView | None = None
        self._held = Held(people, self._names, self)
        self._held.written.connect(self._write)
        self._held.dropped.connect(self._drop)
        self._held.founded.connect(self._found)
        self._steps = Steps(self)
        self._anew = QTimer(self)
        self._anew.setSingleShot(True)
        self._anew.timeout.connect(self._say_anew)
        self._lay_out()
        desk.bridge.watch(self, alerts.changed, self._news, lambda old, new: old and new)
        desk.bridge.watch(self, people.changed, lambda _none: self._redraw())
        escape = QShortcut(QKeySequence("Esc"), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self._escape)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.back = Button(say("rules.back"), "ghost", "s", icon="arrow-left", keys=("Échap",))
        self.back.clicked.connect(self.leave)
        self.pick = Pick(say("rules.service"), 260)
        self.pick.activated.connect(lambda _at: self._choose(self.pick.value))
        head = beside(self.back, Label(say("rules.title"), "title"), QWidget(), self.pick, stretch=2)
        head.setContentsMargins(28, 14, 28, 10)
        head.setSpacing(14)
        column.addLayout(head)
        page = QWidget()
        page.setMaximumWidth(MOST)
        self._body = QVBoxLayout(page)
        self._body.setContentsMargins(28, 4, 28, 28)
        self._body.setSpacing(12)
        holder = QWidget()
        outer = QHBoxLayout(holder)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(page, 1_000)
        outer.addStretch(1)
        column.addWidget(scrolled(holder), 1)

    # --- what is there ------------------------------------------------------------------------------------

    def look(self) -> None:
        """Read the rules, and show them."""
        if self._ruled is None:
            self._fill(iter([Loading(say("rules.loading"))]))
        self._looks += 1
        self._desk.bridge.start(self, self._alerts.ruled(), partial(self._seen, self._looks), self._failed)

    def _seen(self, look: int, ruled: Ruled) -> None:
        if look == self._looks:  # else something was asked, or done, since
            self._show(ruled)

    def _news(self, changed: frozenset[bytes]) -> None:
        """Look again where not single alerts changed but rules may have."""
        if not changed and self.isVisible():
            self.look()

    def _show(self, ruled: Ruled) -> None:
        before, self._ruled = self._ruled, ruled
        codes = self._codes()
        if self._code not in codes and self._writes is None:
            self._code = next(iter(codes), "")
        self.pick.offer([(code, self._titled(code)) for code in codes], self._code)
        self.pick.setVisible(len(codes) > 1)
        if self._writes is not None:
            self._follow(before)
        elif before is None or _told(before) != _told(ruled):
            self._redraw()

    def _failed(self, error: Exception) -> None:
        log.warning("the rules could not be read: %s", type(error).__name__)
        again = Button(say("rules.again"), icon="refresh")
        again.clicked.connect(self.look)
        words = say("rules.failed"), say("rules.failed.detail")
        self._ruled, self._writes = None, None
        self._fill(iter([EmptyState("alert-circle", *words, tone="danger", actions=(again,))]))

    def _codes(self) -> list[str]:
        ruled = self._ruled
        if ruled is None:
            return []
        known = [one.policy.service for one in ruled.services]
        return [*known, *(code for code, _ in ruled.drafts if code not in known)]

    def _titled(self, code: str) -> str:
        service = self._service(code)
        return f"{service.policy.title} ({code})" if service is not None else code

    def _service(self, code: str) -> Service | None:
        return service_of(self._ruled, code)

    def _choose(self, code: str) -> None:
        self._settle()
        self._code = code
        self._redraw()

    # --- reading ------------------------------------------------------------------------------------------

    def _redraw(self) -> None:
        """Show the version that holds, and what can be done about it."""
        if self._ruled is not None and self._writes is None:
            self._fill(self._held.parts(self._ruled, self._code))

    def _fill(self, parts: Iterator[QWidget | None]) -> None:
        """Show these parts, one by one, so that keys are heard meanwhile."""
        clear(self._body)
        self._writes = None
        self._steps.run(self._place(parts))

    def _place(self, parts: Iterator[QWidget | None]) -> Iterator[None]:
        for part in parts:
            if part is not None:
                self._body.addWidget(part)
            yield
        self._body.addStretch(1)

    def _found(self, code: str) -> None:
        """Begin the rules of a service that has none."""
        assert self._ruled is not None
        self._code = code
        self._write(draft_of(self._ruled, code) or ruling.first(code, self._ruled.me))

    # --- writing ------------------------------------------------------------------------------------------

    def _write(self, draft: Policy) -> None:
        """Open the editors for a draft."""
        self._steps.run(iter(()))
        clear(self._body)
        view = DraftView(self._people, self._names, self._ask)
        view.kept.connect(self._keep)
        view.signed.connect(self._sign)
        view.dropped.connect(self._drop)
        view.left.connect(self._close)
        self._writes = view
        self._body.addWidget(view)
        self._begin(view, draft)

    def _begin(self, view: DraftView, draft: Policy) -> None:
        service = self._service(self._code)
        stale = ruling.stale(draft, service)
        if stale and service is not None:
            self._body.insertWidget(0, self._outrun(service, draft))
        view.begin(draft, service.policy if service is not None else None, stale=stale)

    def _outrun(self, service: Service, draft: Policy) -> QWidget:
        take = Button(say("rules.stale.take"), size="s")
        take.clicked.connect(lambda: self._write(replace(ruling.following(service, draft), note=draft.note)))
        detail = say("rules.stale.detail", n=draft.number - 1)
        return Banner("warn", say("rules.stale"), detail, actions=(take,))

    def _follow(self, before: Ruled | None) -> None:
        """Say at once that another version was signed while this one is written."""
        held = self._service(self._code)
        known = (
            next((one for one in before.services if one.policy.service == self._code), None)
            if before
            else None
        )
        if self._writes is not None and (held.id if held else b"") != (known.id if known else b""):
            self._writes.settle()
            if self._writes.draft is not None:
                self._write(self._writes.draft)

    def _ask(self, asks: QWidget, expression: str, done: Callable[[Words], None]) -> None:
        """Say how often an expression would have spoken over the last 30 days."""
        self._desk.bridge.start(
            asks,
            self._alerts.tried(self._code, expression),
            lambda count: done(ruling.spoke(count)),
            lambda _error: done(say("rules.spoke.unknown")),
        )

    def _keep(self, draft: Policy) -> None:
        if self._writes is not None:
            self._store(draft.service, ruling.pack(draft))

    def _store(self, code: str, packed: str) -> None:
        if self._ruled is not None:
            drafts = {**dict(self._ruled.drafts), code: packed}
            self._ruled = replace(
                self._ruled, drafts=tuple((one, text) for one, text in drafts.items() if text)
            )
        self._looks += 1
        kept = self._alerts.keep_draft(code, packed)
        self._desk.bridge.start(self, kept, lambda _none: self.look(), self._not_kept)

    def _not_kept(self, error: Exception) -> None:
        log.warning("a draft could not be kept: %s", type(error).__name__)
        self._desk.tell(say("rules.not_kept"))

    def _drop(self) -> None:
        """Let the draft go; it can be taken back as long as the message stands."""
        code, packed = self._code, dict(self._ruled.drafts).get(self._code, "") if self._ruled else ""
        if self._writes is not None and self._writes.draft is not None:
            self._writes.settle()
            packed = ruling.pack(self._writes.draft)
        self._store(code, "")
        self._writes = None
        self._come_back()
        self._desk.tell(say("rules.dropped"), partial(self._undrop, code, packed))

    def _undrop(self, code: str, packed: str) -> None:
        self._store(code, packed)
        self._code = code
        self._come_back()

    def _close(self) -> None:
        self._settle()
        self._come_back()

    def _settle(self) -> None:
        """Keep what was typed last, and write no more."""
        if self._writes is not None:
            self._writes.settle()
            self._writes = None

    def _come_back(self) -> None:
        self._redraw()
        self.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _sign(self, draft: Policy) -> None:
        signed = replace(draft, made_ms=self._desk.now_ms())
        done, failed = partial(self._signed, signed), self._not_signed
        self._desk.bridge.start(self, self._alerts.sign(signed), lambda _none: done(), failed)

    def _signed(self, policy: Policy) -> None:
        self._writes = None
        self._store(policy.service, "")
        self._come_back()
        self._desk.tell(say("rules.signed", n=policy.number))

    def _not_signed(self, error: Exception) -> None:
        log.warning("rules were not signed: %s", type(error).__name__)
        known = error.code if isinstance(error, Refused) and error.code in {"not-member", "too-long"} else ""
        shut = isinstance(error, Unwritable | StorageError)
        code = known or ("unwritable" if shut else "failed")
        if self._writes is not None:
            self._writes.show_refusal(say(f"rules.refused.{code}"))

    # --- leaving ------------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Say everything again in another language; what is being written stays."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.LanguageChange and hasattr(self, "_anew"):
            self._anew.start()

    def _say_anew(self) -> None:
        if self._writes is not None and self._writes.draft is not None:
            self._writes.settle()
            self._write(self._writes.draft)
        else:
            self._redraw()

    def _escape(self) -> None:
        if self._writes is not None:
            self._close()
        else:
            self.leave()

    def leave(self) -> None:
        """Go back; a draft is kept as it is."""
        writing = self._writes is not None
        self._settle()
        if writing:
            self._redraw()
        self.left.emit()


def _told(ruled: Ruled) -> tuple[object, ...]:
    """Return what the page shows of the rules; a draft that only was kept redraws nothing."""
    versions = tuple((one.id, len(one.versions), len(one.rivals)) for one in ruled.services)
    return versions, ruled.may, ruled.founder, ruled.writable, ruled.units, bool(ruled.drafts)
