"""Why somebody outside the care team opens a page (bris de glace): asked in place, before anything is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QPen
from PyQt6.QtWidgets import QApplication, QButtonGroup, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.patients.access import MAX_TEXT, REASONS, because
from app.patients.lines import age_now, born_words, full_name, number
from app.ui import paint
from app.ui.buttons import Button, Press, one_stop
from app.ui.marks import Chip
from app.ui.panes import Banner, Field, clear
from app.ui.text import Label, Named
from app.ui.theme import theme
from app.ui.words import say
from storage.patients.records import Status

if TYPE_CHECKING:
    from PyQt6.QtGui import QKeyEvent, QPaintEvent

    from storage.patients.records import Found

WIDTH = 640
_ARROWS = {Qt.Key.Key_Up, Qt.Key.Key_Down}


class ReasonRow(Press):
    """One reason: a dot to choose it by, its name, what it stands for."""

    radius = 6.0

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(say(f"patients.reason.{key}"))
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """One row."""
        return QSize(int(paint.text_width(self.name, theme().font("body_strong"))) + 60, theme().scaled(40))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Let an arrow choose the reason that it comes to, also where none was chosen yet."""
        super().keyPressEvent(event)
        now = QApplication.focusWidget()
        if event is not None and event.key() in _ARROWS and isinstance(now, ReasonRow):
            now.setChecked(True)

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint the ground, the dot and the name."""
        painter, color, on = paint.painter_for(self), theme().color, self.isChecked()
        if on or self.underMouse():
            paint.box(painter, QRectF(self.rect()), self.radius, color("selected" if on else "hover"))
        middle = self.height() / 2
        painter.setPen(QPen(color("accent" if on else "line_strong"), 5 if on else 1.5))
        painter.setBrush(color("surface"))
        painter.drawEllipse(QRectF(14, middle - 7, 14, 14))
        font = theme().font("body_strong" if on else "body")
        paint.text(painter, QRectF(42, 0, self.width() - 50, self.height()), self.name, font, color("text"))


class ReasonPane(QWidget):
    """Names the patient by the identity row, asks for a reason; `given` hands it over, `left` goes back to the list."""

    given = pyqtSignal(str, str)
    left = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        outer = QHBoxLayout(self)
        outer.addStretch(1)
        holder = QWidget()
        holder.setMaximumWidth(WIDTH)
        outer.addWidget(holder, 1000)
        outer.addStretch(1)
        column = QVBoxLayout(holder)
        column.setContentsMargins(24, 28, 24, 24)
        column.setSpacing(12)
        self._who = QVBoxLayout()
        self._who.setSpacing(4)
        column.addLayout(self._who)
        words = say("patients.reason"), say("patients.reason.detail")
        column.addWidget(Banner("warn", *words, icon="shield-lock"))
        column.addWidget(self._reasons())
        self.text = Field(say("patients.reason.text"), say("patients.reason.text.hint"))
        self.text.setMaxLength(MAX_TEXT)
        self.text.textChanged.connect(self._look)
        self.text.returnPressed.connect(self._give)
        column.addWidget(self.text)
        self._trouble = QVBoxLayout()
        column.addLayout(self._trouble)
        column.addLayout(self._verbs())
        column.addStretch(1)

    def _reasons(self) -> QWidget:
        card = QFrame()
        card.setProperty("card", "plain")
        Named(card, say("patients.reason.list"))
        column = QVBoxLayout(card)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(2)
        self._group = QButtonGroup(self)
        self.rows = {key: ReasonRow(key) for key in REASONS}
        for row in self.rows.values():
            self._group.addButton(row)
            column.addWidget(row)
        one_stop(self._group)
        self._group.buttonToggled.connect(self._look)
        return card

    def _verbs(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.open = Button(say("patients.reason.open"), "primary", icon="eye")
        self.open.clicked.connect(self._give)
        back = Button(say("patients.reason.back"))
        back.clicked.connect(self.left.emit)
        row.addWidget(self.open)
        row.addWidget(back)
        row.addStretch(1)
        return row

    def show_row(self, found: Found, now_ms: int) -> None:
        """Ask about *found*, nothing chosen yet."""
        self._found, self._now_ms = found, now_ms
        self._show_who()
        self._group.setExclusive(False)
        for row in self.rows.values():
            row.setChecked(False)
        self._group.setExclusive(True)
        self.text.clear()
        clear(self._trouble)
        self._look()
        self.rows[REASONS[0]].setFocus(Qt.FocusReason.TabFocusReason)

    def _show_who(self) -> None:
        found = self._found
        clear(self._who)
        self._who.addWidget(Label(full_name(found), "title", wrap=True))
        if found.used_name:
            self._who.addWidget(
                Label(say("patients.used", name=found.used_name), "body", "text_2", wrap=True)
            )
        sex = say(f"patients.sex.{found.sex}") if found.sex in {"F", "M"} else ""
        facts = (born_words(found), age_now(found, self._now_ms), sex, number(found))
        told = " · ".join(str(fact) for fact in facts if str(fact))
        self._who.addWidget(Label(told, "body", "text_2", wrap=True))
        if found.status is Status.PROVISIONAL:
            chip = Chip(say("patients.chip.provisional"), "alert-triangle", "warn")
            self._who.addWidget(chip, 0, Qt.AlignmentFlag.AlignLeft)

    def show_untraceable(self) -> None:
        """Say that the audit trail takes nothing, so that the page stays shut."""
        clear(self._trouble)
        words = say("patients.untraceable"), say("patients.untraceable.detail")
        self._trouble.addWidget(Banner("danger", *words))

    def blank(self) -> None:
        """Forget who was asked about."""
        clear(self._who)
        clear(self._trouble)
        self.text.clear()

    @property
    def reason(self) -> str:
        """The reason that is chosen, or none."""
        return next((key for key, row in self.rows.items() if row.isChecked()), "")

    def _look(self, *_anything: object) -> None:
        self.text.setVisible(self.reason == "other")
        self.open.setEnabled(because(self.reason, self.text.text()).granted)

    def _give(self) -> None:
        if self.open.isEnabled():
            self.given.emit(self.reason, self.text.text())

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Say dates and ages again in the new language."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.LanguageChange and self._who.count():
            self._show_who()
