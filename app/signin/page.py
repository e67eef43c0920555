"""The locked desk: unlock with the password, or with the printed recovery code. No patient's name is ever here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.i18n import fmt_time, language, tr
from app.signin.forms import CARD_PADDING, CARD_WIDTH, Card, Form, NewCode
from app.signin.lockchips import LockChips
from app.signin.people import AskLeave, People
from app.signin.secret import Secret, keyboard
from app.signin.service import SignInRefused
from app.signin.steps import Verdict
from app.signin.strength import estimate
from app.ui.buttons import IconButton
from app.ui.choices import Segmented
from app.ui.marks import Avatar, Logo
from app.ui.panes import Field, Glyph, ground, scrolled
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import Words, say
from app.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from PyQt6.QtGui import QResizeEvent, QShowEvent

    from app.bridge import Bridge, Job
    from app.signin.enrol import Pending
    from app.signin.service import Opened, SignIn

CLOCK_HEIGHT, BELOW_HEIGHT = 120, 90
_MIDDLE = Qt.AlignmentFlag.AlignHCenter


class LockPage(QWidget):
    """The whole window while it is locked. `opened` carries the unlocked desk, or a vault whose enrolment is pending."""

    opened = pyqtSignal(object)
    language_asked = pyqtSignal(str)
    theme_asked = pyqtSignal(str)
    code_noted = pyqtSignal()
    user_chosen = pyqtSignal(object)
    """Carries the folder of somebody's profile, None for a newcomer."""

    def __init__(self, signin: SignIn, bridge: Bridge, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self._signin, self._bridge, self._now_ms = signin, bridge, now_ms
        self._job: Job | None = None
        self._waiting, self._held = Waiting(), False
        self._owner: tuple[str, Words] = ("", "")
        ground(self, "frame")
        self._clock = Label("", "room_display")
        self._day = Label("", "lead", "text_2")
        self._forms = QStackedWidget()
        self._password = Secret(say("signin.password"))
        self._code = Field(say("signin.recovery_code"), say("signin.recovery_hint"))
        self._new = Secret(say("signin.new_password"))
        self._verdict = Verdict(stacked=True)
        self._new.textChanged.connect(self._verdict.judge)
        self._verdict.judged.connect(self._fit)
        self._with_password = Form(
            [(self._password, say("signin.password"))], say("signin.unlock"), say("signin.use_recovery")
        )
        self._with_code = Form(
            [(self._code, say("signin.recovery_code")), (self._new, say("signin.new_password"))],
            say("signin.unlock"),
            say("signin.use_password"),
            self._verdict,
        )
        self._people, self._ask = People(), AskLeave()
        self._build()
        timer = QTimer(self)
        timer.timeout.connect(self.tick)
        timer.start(1000)
        self.reset()

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 0, 24, 20)
        outer.setSpacing(0)
        middle = QWidget()
        self._area = scrolled(middle)
        outer.addWidget(self._area, 1)
        outer.addLayout(self._footer())
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 12, 0, 12)
        column.setSpacing(0)
        column.addStretch(3)
        column.addWidget(self._clock, 0, _MIDDLE)
        column.addWidget(self._day, 0, _MIDDLE)
        self._card = Card()
        column.addWidget(self._card, 0, _MIDDLE)
        self._fill_card()
        self._state = LockChips()
        column.addWidget(self._state, 0, _MIDDLE)
        column.addSpacing(16)
        column.addWidget(Label(say("signin.no_names"), "caption", "text_2"), 0, _MIDDLE)
        column.addStretch(4)

    def _fill_card(self) -> None:
        card = self._card.column
        self._logo, self._avatar = Logo(64), Avatar("", 72)
        card.addWidget(self._logo, 0, _MIDDLE)
        card.addWidget(self._avatar, 0, _MIDDLE)
        card.addSpacing(12)
        self._name = Label("", "title", wrap=True)
        self._detail = Label("", "small", "text_2", wrap=True)
        for label in (self._name, self._detail):
            label.setAlignment(_MIDDLE)
            card.addWidget(label)
        card.addSpacing(24)
        self._new_code = NewCode()
        self._new_code.noted.connect(self.code_noted)
        for form in (self._with_password, self._with_code, self._new_code, self._people, self._ask):
            self._forms.addWidget(form)
        card.addWidget(self._forms)
        self._with_password.asked.connect(self._unlock)
        self._with_password.turned.connect(self._turn_to_code)
        self._with_code.asked.connect(self._recover)
        self._with_code.turned.connect(self._turn_to_password)
        for form in (self._with_password, self._with_code):
            form.switched.connect(self.show_people)
        self._people.chosen.connect(self._choose)
        self._people.left.connect(self._show_owner)
        self._ask.agreed.connect(self.user_chosen)
        self._ask.refused.connect(self._show_owner)

    def _footer(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(Glyph("database", "text_2", 16))
        row.addWidget(Label(say("signin.keys_gone"), "caption", "text_2"))
        row.addStretch(1)
        self._language = Segmented([("fr", "FR", ""), ("en", "EN", "")])
        self._language.choose(language())
        self._language.chosen.connect(self.language_asked)
        row.addWidget(self._language)
        contrast = IconButton(say("signin.theme"), "contrast")
        contrast.clicked.connect(self._flip_theme)
        row.addWidget(contrast)
        return row

    def _flip_theme(self) -> None:
        self.theme_asked.emit("light" if theme().name == "dark" else "dark")

    # --- states -------------------------------------------------------------------------------------------

    def reset(self, name: str = "", detail: Words = "", waiting: Waiting | None = None) -> None:
        """Show the door of *name*, empty; *waiting* is what may be said of the day."""
        self._owner = name, detail
        self.stop_opening()
        self._rest()
        for field in (self._password, self._code, self._new):
            field.clear()
        self._new_code.show_code("")
        self._show_waiting(waiting or Waiting())
        self._show_owner()

    def call_ended(self) -> None:
        """Say that the call which went on behind the lock was left."""
        self._show_waiting(replace(self._waiting, call="left"))

    def _show_waiting(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self.tick()

    def _show_owner(self) -> None:
        name, detail = self._owner
        self._head(name, name or say("signin.welcome"), detail or say("signin.welcome.detail"))
        self._people.forget()
        self._turn_to_password()

    def _head(self, name: str, title: Words, detail: Words) -> None:
        self._avatar.show_name(name)
        self._avatar.setVisible(bool(name))
        self._logo.setVisible(not name)
        self._name.say(title)
        self._detail.say(detail)

    def show_people(self) -> None:
        """Ask who opens this desk."""
        self._head("", say("door.who"), say("door.who.detail"))
        users = self._signin.users.all()
        self._people.show_users(users, way_back=self._signin.enrolled())
        self._turn_to(self._people)

    def _choose(self, folder: Path | None) -> None:
        if self._waiting.call == "running" and folder != self._signin.folder:
            self._ask.ask_for(folder)
            self._turn_to(self._ask)
        else:
            self.user_chosen.emit(folder)

    def tick(self) -> None:
        """Show the time of day."""
        now = datetime.fromtimestamp(self._now_ms() / 1000, UTC).astimezone()
        weekday = tr("date.weekdays_long").split("|")[now.weekday()]
        month = tr("date.months_long").split("|")[now.month - 1]
        self._clock.say(fmt_time(now))
        self._day.say(tr("date.long", weekday=weekday, day=now.day, month=month))
        self._state.show_waiting(self._waiting, self._now_ms())
        self._count_down()

    def _count_down(self) -> None:
        """While the next try must wait, say how long; then say that it may come."""
        wait_s = self._signin.tries.wait_s
        if wait_s or self._held:
            words = say("door.wait", n=wait_s) if wait_s else say("door.wait_over")
            form = self._forms.currentWidget()
            if isinstance(form, Form) and self._job is None:
                form.tell(words, "danger" if wait_s else "text_2", "clock")
                form.hold(bool(wait_s))
                self._held = bool(wait_s)

    def focus_first(self) -> None:
        """Give the focus to the field to type in."""
        form = self._forms.currentWidget()
        if isinstance(form, Form | NewCode | People | AskLeave):
            form.first().setFocus(Qt.FocusReason.OtherFocusReason)

    def show_recovery_code(self, code: str) -> None:
        """Show the new recovery code until it is noted: the old one died with its use."""
        self._new_code.show_code(code)
        self._turn_to(self._new_code)

    def type_password(self, password: str) -> None:
        """Type *password* and press the button."""
        self._password.setText(password)
        self._unlock()

    def _turn_to_password(self) -> None:
        other = keyboard()
        self._with_password.tell(
            say("door.keyboard", name=other) if other else say("signin.password.hint"),
            icon="keyboard" if other else "info-circle",
        )
        self._turn_to(self._with_password)

    def _turn_to_code(self) -> None:
        self._with_code.tell(say("signin.recovery.hint"))
        self._turn_to(self._with_code)

    def _turn_to(self, form: QWidget) -> None:
        self._forms.setCurrentWidget(form)
        self._fit()
        self.focus_first()

    def _fit(self) -> None:
        current = self._forms.currentWidget()
        assert current is not None
        width = CARD_WIDTH - 2 * CARD_PADDING
        high = current.heightForWidth(width) if current.hasHeightForWidth() else current.sizeHint().height()
        self._forms.setFixedHeight(high)
        self._card.setMinimumHeight(self._card.column.totalHeightForWidth(self._card.width()))
        self._make_room()

    def _make_room(self) -> None:
        """Leave the time of day out where the card needs its place; what then still has none is scrolled to."""
        needed = self._card.minimumHeight() + theme().scaled(CLOCK_HEIGHT + BELOW_HEIGHT)
        for part in (self._clock, self._day):
            part.setVisible(needed <= self._area.height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Make room."""
        super().resizeEvent(event)
        self._make_room()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Fit the form, now that the style sheet has given it its sizes."""
        super().showEvent(event)
        self._fit()
        self.focus_first()

    # --- opening ------------------------------------------------------------------------------------------

    def _unlock(self) -> None:
        password = self._password.text()
        if not password:
            self._with_password.tell(say("signin.refused.empty"), "danger", "alert-circle")
            return
        self._open(self._with_password, self._signin.unlock(password))

    def _recover(self) -> None:
        if not estimate(self._new.text()).enough:
            self._with_code.tell(say("firstrun.refused.weak"), "danger", "alert-circle")
            return
        self._open(self._with_code, self._signin.recover(self._code.text(), self._new.text()))

    def _open(self, form: Form, work: Coroutine[object, object, Opened | Pending]) -> None:
        form.busy(True)
        form.tell(say("signin.opening"), "text_2", "key")
        self._fit()
        self._job = self._bridge.start(self, work, self._came_in, self._stayed_out)

    def stop_opening(self) -> None:
        """Open no more: the system was locked, or another person came, while the vault was opening."""
        job, self._job = self._job, None
        if job is not None:
            job.cancel()
            self._rest()
            self._turn_to_password()

    def _rest(self) -> None:
        """Take input again."""
        self._job, self._held = None, False
        for form in (self._with_password, self._with_code):
            form.busy(False)

    def _came_in(self, opened: Opened | Pending) -> None:
        self._rest()
        for field in (self._password, self._code, self._new):
            field.clear()
        self.opened.emit(opened)

    def _stayed_out(self, error: Exception) -> None:
        form = self._forms.currentWidget()
        self._rest()
        code = error.code if isinstance(error, SignInRefused) else "damaged"
        group = error.group if isinstance(error, SignInRefused) else 0
        if code == "keyring-lost":
            form = self._with_code
            self._turn_to(form)
        assert isinstance(form, Form)
        form.tell(say(f"signin.refused.{code}", group=group), "danger", "alert-circle")
        self._fit()
        form.fields[0].setFocus(Qt.FocusReason.OtherFocusReason)
        form.fields[0].selectAll()
        self._count_down()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Say the date again in the new language."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.LanguageChange:
            self._language.choose(language())
            self.tick()
