"""The locked desk: unlock with the password, or with the printed recovery code. No patient's name is ever here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from PyQt6.QtCore import QEvent, QRectF, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QPen
from PyQt6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.i18n import fmt_time, language, tr
from app.signin.service import SignInRefused
from app.ui import paint
from app.ui.buttons import Button, IconButton
from app.ui.choices import Segmented
from app.ui.marks import Avatar, Chip, Logo
from app.ui.panes import Field, Glyph, ground
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import Words, say

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from PyQt6.QtGui import QPaintEvent, QShowEvent

    from app.bridge import Bridge
    from app.signin.enrol import Pending
    from app.signin.service import Opened, SignIn

CARD_WIDTH = 458
CARD_PADDING = 36
MIN_PASSWORD = 12
_MIDDLE = Qt.AlignmentFlag.AlignHCenter


class Card(QWidget):
    """A raised card with a still shadow."""

    MARGIN = 28
    SHADE: ClassVar = {"light": 0.1, "dark": 0.5}

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(CARD_WIDTH + 2 * self.MARGIN)
        self.column = QVBoxLayout(self)
        edge = self.MARGIN + CARD_PADDING
        self.column.setContentsMargins(edge, self.MARGIN + 32, edge, self.MARGIN + 28)
        self.column.setSpacing(0)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the shadow, then the card."""
        painter = paint.painter_for(self)
        card = QRectF(self.rect()).adjusted(self.MARGIN, self.MARGIN, -self.MARGIN, -self.MARGIN)
        shadow = theme().color("text" if theme().name == "light" else "stage")
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for step in range(self.MARGIN):
            shadow.setAlphaF(self.SHADE[theme().name] * (1 - step / self.MARGIN) ** 2)
            painter.setPen(QPen(shadow, 1.5))
            painter.drawRoundedRect(card.adjusted(-step, -step, step, step), 12 + step, 12 + step)
        paint.box(painter, card, 12, theme().color("raised"), theme().color("line"))


class _Form(QWidget):
    """Fields, what went wrong, one main button, and a way to the other form."""

    asked = pyqtSignal()
    turned = pyqtSignal()

    def __init__(self, fields: list[tuple[Field, Words]], button: Words, other: Words) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.fields = [field for field, _ in fields]
        for field, name in fields:
            label = Label(name, "caption", "text_2")
            label.setBuddy(field)
            column.addWidget(label)
            column.addSpacing(6)
            field.setProperty("span", "l")
            field.returnPressed.connect(self.asked)
            column.addWidget(field)
            column.addSpacing(10)
        column.addLayout(self._status_row())
        column.addSpacing(14)
        self.button = Button(button, "primary", "l", keys=("↵",))
        self.button.clicked.connect(self.asked)
        column.addWidget(self.button)
        column.addSpacing(10)
        turn = Button(other, "ghost", "s")
        turn.clicked.connect(self.turned)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(turn)
        row.addStretch(1)
        column.addLayout(row)

    def _status_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self._mark = Glyph("info-circle", "text_3", 16)
        self._status = Label("", "caption", "text_2", wrap=True)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._status, 1)
        return row

    def tell(self, words: Words, tone: str = "text_2", icon: str = "info-circle") -> None:
        """Say where things stand."""
        self._status.say(words)
        self._status.set_tone(tone)
        self._mark.show_icon(icon, tone)
        for field in self.fields:
            field.set_wrong(tone == "danger")

    def busy(self, yes: bool) -> None:
        """Take no input while the vault opens."""
        for field in self.fields:
            field.setReadOnly(yes)
        self.button.setEnabled(not yes)


class _NewCode(QWidget):
    """The next recovery code, to be written down before anything else."""

    noted = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(Label(say("signin.new_code"), "body", "text_2", wrap=True))
        self._code = Label("", "mono", wrap=True)
        self._code.setAlignment(_MIDDLE)
        self._code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self._code)
        button = Button(say("signin.new_code.noted"), "primary", "l")
        button.clicked.connect(self._noted)
        column.addWidget(button)

    def show_code(self, code: str) -> None:
        """Show *code*."""
        self._code.say(code)

    def _noted(self) -> None:
        self._code.say("")
        self.noted.emit()


class LockPage(QWidget):
    """The whole window while it is locked. `opened` carries the unlocked desk, or a vault whose enrolment is pending."""

    opened = pyqtSignal(object)
    language_asked = pyqtSignal(str)
    theme_asked = pyqtSignal(str)
    code_noted = pyqtSignal()

    def __init__(self, signin: SignIn, bridge: Bridge, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self._signin, self._bridge, self._now_ms = signin, bridge, now_ms
        ground(self, "frame")
        self._clock = Label("", "room_display")
        self._day = Label("", "lead", "text_2")
        self._forms = QStackedWidget()
        self._password = Field(say("signin.password"), secret=True)
        self._code = Field(say("signin.recovery_code"), say("signin.recovery_hint"))
        self._new = Field(say("signin.new_password"), secret=True)
        self._with_password = _Form(
            [(self._password, say("signin.password"))], say("signin.unlock"), say("signin.use_recovery")
        )
        self._with_code = _Form(
            [(self._code, say("signin.recovery_code")), (self._new, say("signin.new_password"))],
            say("signin.unlock"),
            say("signin.use_password"),
        )
        self._build()
        timer = QTimer(self)
        timer.timeout.connect(self.tick)
        timer.start(1000)
        self.reset()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(0)
        column.addStretch(3)
        column.addWidget(self._clock, 0, _MIDDLE)
        column.addWidget(self._day, 0, _MIDDLE)
        self._card = Card()
        column.addWidget(self._card, 0, _MIDDLE)
        self._fill_card()
        self._state = Chip(say("signin.locked"), "lock", height=32)
        column.addWidget(self._state, 0, _MIDDLE)
        column.addSpacing(16)
        column.addWidget(Label(say("signin.no_names"), "caption", "text_2"), 0, _MIDDLE)
        column.addStretch(4)
        column.addLayout(self._footer())

    def _fill_card(self) -> None:
        card = self._card.column
        self._logo, self._avatar = Logo(64), Avatar("", 72)
        card.addWidget(self._logo, 0, _MIDDLE)
        card.addWidget(self._avatar, 0, _MIDDLE)
        card.addSpacing(12)
        self._name = Label("", "title")
        self._detail = Label("", "small", "text_2")
        card.addWidget(self._name, 0, _MIDDLE)
        card.addWidget(self._detail, 0, _MIDDLE)
        card.addSpacing(24)
        self._new_code = _NewCode()
        self._new_code.noted.connect(self.code_noted)
        for form in (self._with_password, self._with_code, self._new_code):
            self._forms.addWidget(form)
        card.addWidget(self._forms)
        self._with_password.asked.connect(self._unlock)
        self._with_password.turned.connect(self._turn_to_code)
        self._with_code.asked.connect(self._recover)
        self._with_code.turned.connect(self._turn_to_password)

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

    def reset(self, name: str = "", detail: Words = "", *, by_idle: bool = False) -> None:
        """Show the door, empty; *name* is known when this desk was unlocked before."""
        self._avatar.show_name(name)
        self._avatar.setVisible(bool(name))
        self._logo.setVisible(not name)
        self._name.say(name or say("signin.welcome"))
        self._detail.say(detail or say("signin.welcome.detail"))
        for field in (self._password, self._code, self._new):
            field.clear()
        words = say("signin.locked_idle" if by_idle else "signin.locked_at", time=self._time())
        self._state.show_state(words if name else say("signin.locked"), "lock", "plain")
        self._turn_to_password()
        self.tick()

    def _time(self) -> str:
        return fmt_time(datetime.fromtimestamp(self._now_ms() / 1000, UTC))

    def tick(self) -> None:
        """Show the time of day."""
        now = datetime.fromtimestamp(self._now_ms() / 1000, UTC).astimezone()
        weekday = tr("date.weekdays_long").split("|")[now.weekday()]
        month = tr("date.months_long").split("|")[now.month - 1]
        self._clock.say(fmt_time(now))
        self._day.say(tr("date.long", weekday=weekday, day=now.day, month=month))

    def focus_first(self) -> None:
        """Give the focus to the field to type in."""
        form = self._forms.currentWidget()
        if isinstance(form, _Form):
            form.fields[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def show_recovery_code(self, code: str) -> None:
        """Show the new recovery code until it is noted: the old one died with its use."""
        self._new_code.show_code(code)
        self._forms.setCurrentWidget(self._new_code)
        self._fit()

    def type_password(self, password: str) -> None:
        """Type *password* and press the button."""
        self._password.setText(password)
        self._unlock()

    def _turn_to_password(self) -> None:
        self._with_password.tell(say("signin.password.hint"))
        self._forms.setCurrentWidget(self._with_password)
        self._fit()

    def _turn_to_code(self) -> None:
        self._with_code.tell(say("signin.recovery.hint"))
        self._forms.setCurrentWidget(self._with_code)
        self._fit()

    def _fit(self) -> None:
        current = self._forms.currentWidget()
        assert current is not None
        width = CARD_WIDTH - 2 * CARD_PADDING
        high = current.heightForWidth(width) if current.hasHeightForWidth() else current.sizeHint().height()
        self._forms.setFixedHeight(high)
        self.focus_first()

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Fit the form, now that the style sheet has given it its sizes."""
        super().showEvent(event)
        self._fit()

    # --- opening ------------------------------------------------------------------------------------------

    def _unlock(self) -> None:
        password = self._password.text()
        if not password:
            self._with_password.tell(say("signin.refused.empty"), "danger", "alert-circle")
            return
        self._open(self._with_password, self._signin.unlock(password))

    def _recover(self) -> None:
        if len(self._new.text()) < MIN_PASSWORD:
            self._with_code.tell(say("signin.refused.short", n=MIN_PASSWORD), "danger", "alert-circle")
            return
        self._open(self._with_code, self._signin.recover(self._code.text(), self._new.text()))

    def _open(self, form: _Form, work: Coroutine[object, object, Opened | Pending]) -> None:
        form.busy(True)
        form.tell(say("signin.opening"), "text_2", "key")
        self._fit()
        self._bridge.start(self, work, self._came_in, self._stayed_out)

    def _came_in(self, opened: Opened | Pending) -> None:
        for form in (self._with_password, self._with_code):
            form.busy(False)
        for field in (self._password, self._code, self._new):
            field.clear()
        self.opened.emit(opened)

    def _stayed_out(self, error: Exception) -> None:
        form = self._forms.currentWidget()
        assert isinstance(form, _Form)
        form.busy(False)
        code = error.code if isinstance(error, SignInRefused) else "damaged"
        group = error.group if isinstance(error, SignInRefused) else 0
        form.tell(say(f"signin.refused.{code}", group=group), "danger", "alert-circle")
        self._fit()
        form.fields[0].selectAll()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Say the date again in the new language."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.LanguageChange:
            self._language.choose(language())
            self.tick()
