"""The steps of a desk's first run that need no organisation: protect it, keep the recovery code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QDir, QRectF, QStandardPaths, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.signin import enrol
from app.signin.strength import estimate
from app.ui import paint
from app.ui.buttons import Button, Switch
from app.ui.marks import Chip
from app.ui.panes import Field, Glyph
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import Words, say

if TYPE_CHECKING:
    from PyQt6.QtGui import QPaintEvent

    from storage.oskeyring import KeyringPolicy

CLIPBOARD_MS = 60_000
"""A copied recovery code is taken off the clipboard after a minute."""


def labelled(name: Words, control: QWidget) -> QVBoxLayout:
    """Return *control* under its name."""
    column = QVBoxLayout()
    column.setSpacing(6)
    label = Label(name, "caption", "text_2")
    label.setBuddy(control)
    column.addWidget(label)
    column.addWidget(control)
    return column


class Step(QWidget):
    """One step: what it asks and why, its controls, where things stand. `done` asks to go on, by Enter in the last field."""

    done = pyqtSignal()

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(16)
        heading = QVBoxLayout()
        heading.setSpacing(4)
        heading.addWidget(Label(say(f"firstrun.{key}.title"), "display", wrap=True))
        heading.addWidget(Label(say(f"firstrun.{key}.why"), "lead", "text_2", wrap=True))
        self.column.addLayout(heading)
        self.column.addSpacing(4)
        self._mark = Glyph("info-circle", "text_2", 18)
        self.status = Label("", "body", "text_2", wrap=True)

    def end(self) -> None:
        """Put the line that says where things stand under the controls."""
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.status, 1)
        self.column.addLayout(row)
        self.column.addStretch(1)
        self.tell("")

    def tell(self, words: Words, tone: str = "text_2", icon: str = "info-circle") -> None:
        """Say where things stand; no words, no mark."""
        self.status.say(words)
        self.status.set_tone(tone)
        self._mark.show_icon(icon, tone)
        self._mark.setVisible(bool(str(words)))

    def first(self) -> QWidget | None:
        """Return what takes the focus; nothing where one only reads."""
        raise NotImplementedError

    def field(self, name: str, *, secret: bool = False, hint: Words = "") -> Field:
        """Make a large text field; Enter goes on."""
        made = Field(say(name), hint, secret=secret)
        made.setProperty("span", "l")
        made.setMaxLength(1024)
        made.returnPressed.connect(self.done)
        return made


class Sheet(QWidget):
    """A sunken box for what is to be read or copied."""

    def __init__(self) -> None:
        super().__init__()
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(20, 16, 20, 16)
        self.box.setSpacing(4)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the box."""
        rect = QRectF(self.rect())
        paint.box(paint.painter_for(self), rect, 8, theme().color("sunken"), theme().color("line"))


class Meter(QWidget):
    """How hard the password is to guess, in four bars; the words beside it say the same."""

    def __init__(self) -> None:
        super().__init__()
        self._lit = -1
        self.setFixedSize(160, 8)

    def show_level(self, level: int) -> None:
        """Show a level from 0 to 3; -1 shows none."""
        self._lit = level
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the bars."""
        painter = paint.painter_for(self)
        tone = ("danger", "warn", "ok", "ok")[max(self._lit, 0)]
        step = (self.width() + 4) / 4
        for bar in range(4):
            color = theme().color(tone if bar <= self._lit else "line")
            paint.box(painter, QRectF(bar * step, 0, step - 4, self.height()), 3, color)


class Verdict(QWidget):
    """The meter and what it means in words, beside it or below: what an attacker would have to try, never rules."""

    judged = pyqtSignal()

    def __init__(self, *, stacked: bool = False) -> None:
        super().__init__()
        row = QVBoxLayout(self) if stacked else QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6 if stacked else 12)
        self._meter = Meter()
        self._words = Label(say("firstrun.strength.none"), "small", "text_2", wrap=True)
        row.addWidget(self._meter)
        row.addWidget(self._words, 1)

    def judge(self, password: str) -> None:
        """Judge *password*; an empty one is not judged."""
        found = estimate(password)
        self._meter.show_level(found.level if password else -1)
        words = say(f"firstrun.strength.{found.level}", time=say(f"firstrun.time.{found.time}"))
        self._words.say(words if password else say("firstrun.strength.none"))
        self.judged.emit()


class Protect(Step):
    """The password; judged by what an attacker would have to try, never by rules."""

    def __init__(self, keyring: KeyringPolicy) -> None:
        super().__init__("protect")
        self.password = self.field("firstrun.password", secret=True)
        self.again = self.field("firstrun.again", secret=True)
        self.password.textChanged.connect(self._judge)
        self.column.addLayout(labelled(say("firstrun.password"), self.password))
        self._verdict = Verdict()
        self.column.addWidget(self._verdict)
        self.column.addLayout(labelled(say("firstrun.again"), self.again))
        self.column.addLayout(self._keyring_row(keyring))
        self._show_choice(False)
        self.end()

    def _keyring_row(self, policy: KeyringPolicy) -> QHBoxLayout:
        self.keyring = Switch(say("firstrun.keyring.use"))
        self.keyring.setChecked(True)
        self._use = Label(say("firstrun.keyring.use"), "body", wrap=True)
        self._note = Chip(say(f"firstrun.keyring.{policy}"), "lock" if policy == "off" else "shield-lock")
        row = QHBoxLayout()
        row.setSpacing(10)
        for part in (self.keyring, self._note):
            row.addWidget(part)
        row.addWidget(self._use, 1)
        row.addStretch(0)
        return row

    def _show_choice(self, yes: bool) -> None:
        self.keyring.setVisible(yes)
        self._use.setVisible(yes)
        self._note.setVisible(not yes)

    def offer_keyring(self, usable: bool) -> None:
        """Let the person choose where the system has a keyring, else say that it has none."""
        self._show_choice(usable)
        if not usable:
            self._note.show_state(say("firstrun.keyring.none"), "lock", "plain")

    def first(self) -> QWidget:
        """Return the password."""
        return self.password

    def _judge(self, password: str) -> None:
        self.tell("")
        self._verdict.judge(password)

    def refusal(self) -> str:
        """Return why this password cannot be taken: a text's id, or nothing."""
        if not estimate(self.password.text()).enough:
            return "firstrun.refused.weak"
        return "" if self.again.text() == self.password.text() else "firstrun.refused.differ"

    def forget(self) -> None:
        """Empty the fields."""
        self.password.clear()
        self.again.clear()


class Saver(QWidget):
    """A path to type and a button that writes there. `asked` carries the path."""

    asked = pyqtSignal(str)

    def __init__(self, name: Words, button: Words, file: str) -> None:
        super().__init__()
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.path = Field(name)
        folder = documents if QDir(documents).exists() else QDir.homePath()
        self.path.setText(QDir.toNativeSeparators(f"{folder}/{file}"))
        self.path.returnPressed.connect(self._ask)
        row.addWidget(self.path, 1)
        self.button = Button(button, icon="device-laptop")
        self.button.clicked.connect(self._ask)
        row.addWidget(self.button)

    def _ask(self) -> None:
        self.asked.emit(self.path.text())


class Code(Step):
    """The recovery code: shown, printed, copied or saved, and two of its groups typed back."""

    print_asked = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__("code")
        self._code = ""
        self._clears = QTimer(self)
        self._clears.setSingleShot(True)
        self._clears.timeout.connect(self._off_clipboard)
        self.asked: list[int] = []
        sheet = Sheet()
        self._shown = Label("", "safety_number", wrap=True)
        self._shown.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        sheet.box.addWidget(self._shown)
        self.column.addWidget(sheet)
        self._copy = Button(say("firstrun.code.copy"), icon="copy")
        self._copy.clicked.connect(self._to_clipboard)
        printer = Button(say("firstrun.code.print"), icon="presentation")
        printer.clicked.connect(lambda: self.print_asked.emit(self._code))
        self.saver = Saver(say("firstrun.code.file"), say("firstrun.save"), "consilium-cle-de-secours.txt")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(printer)
        row.addWidget(self._copy)
        row.addWidget(self.saver, 1)
        self.column.addLayout(row)
        self.column.addWidget(Label(say("firstrun.code.confirm"), "body", "text", wrap=True))
        self._groups = QHBoxLayout()
        self._groups.setSpacing(16)
        self.fields = [self.field("firstrun.code.title") for _ in range(enrol.ASKED_GROUPS)]
        self._names = [Label("", "caption", "text_2") for _ in self.fields]
        for name, field in zip(self._names, self.fields, strict=True):
            pair = QVBoxLayout()
            pair.setSpacing(6)
            name.setBuddy(field)
            pair.addWidget(name)
            pair.addWidget(field)
            field.setMaximumWidth(200)
            self._groups.addLayout(pair)
        self._groups.addStretch(1)
        self.column.addLayout(self._groups)
        self.end()

    def show_code(self, code: str, asked: list[int]) -> None:
        """Show *code* and ask for the groups *asked*; an empty code forgets all, on the clipboard too."""
        self._off_clipboard()
        self._code, self.asked = code, asked
        self._shown.say(code.replace("-", " - "))
        for index, name, field in zip(asked, self._names, self.fields, strict=False):
            words = say("firstrun.code.group", n=index + 1)
            name.say(words)
            field.rename(words)
            field.clear()

    def typed(self) -> list[str]:
        """Return what was typed back."""
        return [field.text() for field in self.fields]

    def first(self) -> QWidget:
        """Return the first asked group."""
        return self.fields[0]

    def _to_clipboard(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self._code)
            self._clears.start(CLIPBOARD_MS)
        self.tell(say("firstrun.code.copied"), "ok", "circle-check")

    def _off_clipboard(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None and self._code and clipboard.text() == self._code:
            clipboard.clear()
