"""The first run of a desk (10a): four steps beside their list. The vault is made first, so that a restart goes on here."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QTextDocument
from PyQt6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.i18n import language, tr
from app.signin import asking, enrol
from app.signin.accept import Accept
from app.signin.enrol import EnrolRefused, Pending
from app.signin.request import Identity, Import, Wait
from app.signin.service import SignInRefused
from app.signin.steplist import NARROW_PANEL, StepList
from app.signin.steps import Code, Protect, Step
from app.ui.buttons import Button
from app.ui.panes import ground, scrolled
from app.ui.words import Words, say

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from PyQt6.QtGui import QResizeEvent

    from app.bridge import Bridge, Job
    from app.signin.enrol import Answer
    from app.signin.service import SignIn
    from storage.identity import Relay

PANEL_WIDTH = 480
MARGIN, NARROW_MARGIN = 96, 48
POLL_MS = 10_000
"""How often the relay is asked for the answer to a request that was sent under a ticket."""
NARROW = 1340
"""Below this width the panel and the margins give way to the fields."""
CONTENT_WIDTH = 770


class FirstRun(QWidget):
    """All four steps. `finished` carries the open desk, `began` the vault that is now open, `left` asks for the door."""

    finished = pyqtSignal(object)
    began = pyqtSignal(object)
    left = pyqtSignal()
    language_asked = pyqtSignal(str)

    LISTED = ("protect", "code", "identity", "import")
    KEYS = (*LISTED, "accept", "wait")
    BEFORE: ClassVar = {"import": "identity", "accept": "import", "wait": "import"}
    """Where one may go back to; what lies before these is done."""
    NEXT: ClassVar = {
        "import": "firstrun.check",
        "accept": "firstrun.accept.open",
        "wait": "firstrun.wait.look",
    }

    def __init__(self, signin: SignIn, bridge: Bridge, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self._signin, self._bridge, self._now_ms = signin, bridge, now_ms
        self._pending: Pending | None = None
        self._busy, self._way_back, self._asking = False, False, False
        self._job: Job | None = None
        ground(self, "surface")
        self.protect, self.code = Protect(signin.keyring), Code()
        self.identity, self.answer, self.accept, self.wait = Identity(), Import(), Accept(), Wait()
        self._answer: tuple[Answer, Relay] | None = None
        self._steps: tuple[Step, ...] = (
            self.protect,
            self.code,
            self.identity,
            self.answer,
            self.accept,
            self.wait,
        )
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self._ask_again)
        self._panel, self._stack = StepList(self.LISTED), QStackedWidget()
        self._build()
        self._acts = dict(
            zip(
                self.KEYS,
                (
                    self._protect,
                    self._confirm,
                    self._request,
                    self._look,
                    self._finish,
                    self._ask_whether,
                ),
                strict=True,
            )
        )
        for step in self._steps:
            step.done.connect(self._go_on)
        self.code.print_asked.connect(self._print)
        self.code.saver.asked.connect(self._save_code)
        self.answer.saver.asked.connect(self._save_request)
        self.answer.ticket_given.connect(self._send)
        self.show_step("protect")

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._panel)
        inner = QWidget()
        inner.setMaximumWidth(CONTENT_WIDTH)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 64, 0, 40)
        column.setSpacing(24)
        for step in self._steps:
            self._stack.addWidget(scrolled(self._padded(step)))
        column.addWidget(self._stack, 1)
        column.addLayout(self._footer())
        self._margins = QHBoxLayout()
        self._margins.addWidget(inner, 1)
        self._margins.addStretch(0)
        row.addLayout(self._margins, 1)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Give the fields what a small screen has."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        margin = NARROW_MARGIN if narrow else MARGIN
        self._panel.setFixedWidth(NARROW_PANEL if narrow else PANEL_WIDTH)
        self._margins.setContentsMargins(margin - 6, 0, margin - 12, 0)

    @staticmethod
    def _padded(step: Step) -> QWidget:
        """Leave room for the focus ring inside the scrolled area."""
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(6, 6, 12, 6)
        column.addWidget(step)
        return holder

    def _footer(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(6, 0, 12, 0)
        row.setSpacing(12)
        self._back = Button(say("firstrun.back"), "ghost", "l", "arrow-left")
        self._back.clicked.connect(self._go_back)
        row.addWidget(self._back)
        row.addStretch(1)
        other = Button(say("firstrun.other_language"), "secondary", "l")
        other.clicked.connect(lambda: self.language_asked.emit("en" if language() == "fr" else "fr"))
        row.addWidget(other)
        self.next = Button(say("firstrun.next"), "primary", "l", keys=("↵",))
        self.next.clicked.connect(self._go_on)
        row.addWidget(self.next)
        return row

    # --- where one is -------------------------------------------------------------------------------------

    @property
    def step(self) -> str:
        """Key of the step that is shown."""
        return self.KEYS[self._stack.currentIndex()]

    def begin(self, *, way_back: bool = False) -> None:
        """Start with an empty desk; *way_back* to the others who share this PC."""
        self.forget()
        self._way_back = way_back
        if self._signin.keyring == "allowed":
            self._bridge.start(
                self, self._signin.keyring_usable(), self.protect.offer_keyring, self._no_keyring
            )
        self.show_step("protect")

    def _no_keyring(self, _error: Exception) -> None:
        self.protect.offer_keyring(False)

    def resume(self, pending: Pending) -> None:
        """Go on where *pending* stopped."""
        self._pending = pending
        self.protect.forget()
        if pending.recovery_code:
            self.code.show_code(pending.recovery_code, enrol.ask_groups(pending.recovery_code))
        else:
            self.code.show_code("", [])
        self.identity.show_pending(pending)
        self.answer.show_pending(pending)
        self.wait.show_pending(pending)
        self.show_step(pending.step)

    def forget(self) -> None:
        """Drop what is under way and leave no secret in a widget."""
        if self._job is not None:
            self._job.cancel()
        self._pending, self._job, self._asking = None, None, False
        self._poll.stop()
        self._set_busy(False)
        self.protect.forget()
        self.code.show_code("", [])
        self.answer.text.clear()
        self.answer.ticket.clear()
        self.wait.sent.say("")
        self._answer = None
        self.accept.forget()
        for field in (self.identity.name, self.identity.specialty, *self.code.fields):
            field.clear()

    def show_step(self, key: str) -> None:
        """Show the step *key* and give the focus to its first field."""
        self._stack.setCurrentIndex(self.KEYS.index(key))
        self._panel.show_step("import" if key in {"accept", "wait"} else key)
        self._poll.start() if key == "wait" else self._poll.stop()
        self._back.setVisible(key in self.BEFORE or (key == "protect" and self._way_back))
        self.next.keys = () if key == "accept" else ("↵",)
        self.next.say(say(self.NEXT.get(key, "firstrun.next")))
        self._current().tell("")
        self.focus_first()

    def focus_first(self) -> None:
        """Give the focus to the field to type in."""
        reads = self.next if self.step == "wait" else self._back
        (self._current().first() or reads).setFocus(Qt.FocusReason.OtherFocusReason)

    def _current(self) -> Step:
        return self._steps[self._stack.currentIndex()]

    def _go_back(self) -> None:
        if self.step in self.BEFORE:
            self.show_step(self.BEFORE[self.step])
        else:
            self.left.emit()

    def _go_on(self) -> None:
        if not self._busy:
            self._acts[self.step]()

    # --- the steps ----------------------------------------------------------------------------------------

    def _protect(self) -> None:
        refusal = self.protect.refusal()
        if refusal:
            self._refuse(say(refusal))
            return
        step = self.protect
        work = self._signin.protect(step.password.text(), keyring=step.keyring.isChecked())
        self._work(work, self._made, "firstrun.making")

    def _made(self, pending: Pending) -> None:
        self.began.emit(pending.vault)
        self.resume(pending)

    def _confirm(self) -> None:
        assert self._pending is not None
        self._work(enrol.confirm(self._pending, self.code.asked, self.code.typed()), self.resume)

    def _request(self) -> None:
        assert self._pending is not None
        who = self.identity
        role = str(who.role.currentData())
        self._work(enrol.request(self._pending, who.name.text(), role, who.specialty.text()), self.resume)

    def _look(self) -> None:
        """Read the answer and show whom it comes from; nothing is kept before that is accepted."""
        assert self._pending is not None
        answer = self.answer
        try:
            relay = enrol.read_relay(
                answer.relay.text(), answer.pin.text(), authority=answer.authority.isChecked()
            )
        except EnrolRefused as refused:
            self._failed(refused)
            return
        work = enrol.look(self._pending, answer.file.text(), self._now_ms() // 1000)
        self._work(work, partial(self._looked, relay), "firstrun.opening")

    def _send(self, ticket: str) -> None:
        """Send the request under a ticket from IT."""
        if not self._busy and self._pending is not None:
            work = asking.ask(self._pending, ticket, self._now_ms() // 1000)
            self._work(work, self._sent, "firstrun.ticket.sending")

    def _sent(self, pending: Pending) -> None:
        self.answer.ticket.clear()
        self.resume(pending)

    def _ask_whether(self) -> None:
        """Look whether IT answered what was sent, because somebody asks."""
        self.wait.tell(say("firstrun.wait.looking"), "text_2", "key")
        self._ask_again()

    def _ask_again(self) -> None:
        """Look, and leave the focus where it is."""
        if self._pending is None or self._asking:
            return
        self._asking = True
        work = asking.look(self._pending, self._now_ms() // 1000)
        self._job = self._bridge.start(self, work, self._heard, self._not_heard)

    def _heard(self, found: tuple[Relay, Answer] | None) -> None:
        self._asking = False
        if self.step != "wait":
            return  # somebody went back meanwhile
        if found is None:
            self.wait.tell(say("firstrun.wait.none"), "text_2", "clock-pause")
        else:
            self._looked(*found)

    def _not_heard(self, error: Exception) -> None:
        self._asking = False
        if self.step != "wait":
            return
        if isinstance(error, EnrolRefused) and error.code == "relay-unreachable":
            self.wait.tell(say("firstrun.refused.relay-unreachable"), "warn", "cloud-off")
        else:
            self._poll.stop()  # to ask again would not change it
            self._failed(error)

    def _looked(self, relay: Relay, answer: Answer) -> None:
        self._answer = answer, relay
        self.accept.show_answer(answer, relay)
        self.show_step("accept")

    def _finish(self) -> None:
        assert self._pending is not None
        assert self._answer is not None
        self._work(self._enrolled(self._pending, *self._answer), self._opened)

    async def _enrolled(self, pending: Pending, answer: Answer, relay: Relay) -> object:
        await enrol.finish(pending, answer, relay, self._now_ms() // 1000)
        return await self._signin.enter(pending)

    def _opened(self, opened: object) -> None:
        self.forget()
        self.finished.emit(opened)

    def _work(
        self, work: Coroutine[Any, Any, Any], done: Callable[[Any], None], words: str = "firstrun.working"
    ) -> None:
        self._set_busy(True)
        self._current().tell(say(words), "text_2", "key")

        def answer(value: object) -> None:
            self._set_busy(False)
            done(value)

        self._job = self._bridge.start(self, work, answer, self._failed)

    def _set_busy(self, yes: bool) -> None:
        self._busy = yes
        self.next.setEnabled(not yes)

    def _failed(self, error: Exception) -> None:
        self._set_busy(False)
        if isinstance(error, EnrolRefused):
            self._refuse(say(f"firstrun.refused.{error.code}"))
        elif isinstance(error, SignInRefused):
            self._refuse(say(f"signin.refused.{error.code}", group=error.group))
        else:
            self._refuse(say("signin.refused.disk"))

    def _refuse(self, words: Words) -> None:
        self._current().tell(words, "danger", "alert-circle")
        self.focus_first()
        area = self._stack.currentWidget()
        if isinstance(area, QScrollArea):
            area.ensureWidgetVisible(self._current().status)  # a small screen may have scrolled it away

    # --- paper and files ----------------------------------------------------------------------------------

    def _save_code(self, path: str) -> None:
        assert self._pending is not None
        text = tr("firstrun.code.paper", code=self._pending.recovery_code)
        self._work(enrol.save(path, f"{text}\n".encode()), lambda _: self._saved())

    def _save_request(self, path: str) -> None:
        assert self._pending is not None
        self._work(enrol.save(path, self._pending.request), lambda _: self._saved())

    def _saved(self) -> None:
        self._current().tell(say("firstrun.saved"), "ok", "circle-check")

    def _print(self, code: str) -> None:
        from PyQt6.QtPrintSupport import QPrinter, QPrinterInfo  # noqa: PLC0415 -- asks the print server

        found = QPrinterInfo.defaultPrinter()
        if found.isNull():
            self._refuse(say("firstrun.refused.no-printer"))
            return
        sheet = QTextDocument()
        sheet.setPlainText(tr("firstrun.code.paper", code=code))
        sheet.print(QPrinter(found))
        self.code.tell(say("firstrun.code.printed", printer=found.description()), "ok", "circle-check")
