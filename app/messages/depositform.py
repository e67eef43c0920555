"""What is asked before a document is deposited: which file, for whom, until when, whether once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.messages.deposits import LIVES_S, MAX_LABEL, Draft
from app.messages.picker import PatientPicker
from app.messages.start import PatientRow
from app.ui.buttons import Button, Switch
from app.ui.choices import Select
from app.ui.files import FileList
from app.ui.form import FormRow
from app.ui.panes import Banner, Field, clear
from app.ui.states import Loading
from app.ui.text import Label, Named
from app.ui.words import Words, say

if TYPE_CHECKING:
    from app.feature import Desk
    from app.messages.deposits import Progress
    from app.messages.people import Patients
    from storage.messages.records import PatientLink

PICK_HEIGHT = 260
USUAL_S = 3 * 86_400


class DepositForm(QWidget):
    """`asked` wants the draft left. While it goes out, how far it is stands in the place of the button."""

    asked = pyqtSignal()
    left = pyqtSignal()

    def __init__(self, desk: Desk, patients: Patients) -> None:
        super().__init__()
        self._path: Path | None = None
        self._patient: PatientLink | None = None
        self._obstacle = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(self._file_part())
        self.label = Field(say("deposit.for"), say("deposit.for.hint"))
        self.label.setMaxLength(MAX_LABEL)
        self.label.returnPressed.connect(self._press)
        column.addWidget(FormRow(say("deposit.for"), self.label, say("deposit.for.why")))
        self.whom = PatientPicker(desk, patients)
        self.whom.picked.connect(self.show_patient)
        column.addLayout(self._patient_part())
        column.addLayout(self._terms_part())
        self._told = QVBoxLayout()
        column.addLayout(self._told)
        self._loading = Loading(say("deposit.sealing"), rows=False)
        column.addWidget(self._loading)
        column.addLayout(self._buttons())
        column.addWidget(self._why)
        self.begin()

    def _file_part(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(Label(say("deposit.file"), "small_strong", "text_2"))
        row = QHBoxLayout()
        self._file = Label("", "body_strong").clipped()
        self.change = Button(say("deposit.file.change"), "ghost", "s")
        self.change.clicked.connect(lambda: self._pick(None))
        row.addWidget(self._file, 1)
        row.addWidget(self.change)
        column.addLayout(row)
        self.files = FileList("deposit.pick")
        self.files.setFixedHeight(PICK_HEIGHT)
        self.files.chosen.connect(lambda path: self._pick(Path(path)))
        column.addWidget(self.files)
        return column

    def _patient_part(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(Label(say("deposit.patient"), "small_strong", "text_2"))
        self._chosen = QVBoxLayout()
        column.addLayout(self._chosen)
        column.addWidget(self.whom)
        column.addWidget(Label(say("deposit.patient.why"), "caption", "text_2", wrap=True))
        return column

    def show_patient(self, patient: PatientLink | None) -> None:
        """Show which patient it is about."""
        self._patient = patient
        clear(self._chosen)
        self.whom.setVisible(patient is None)
        if patient is not None:
            self._chosen.addWidget(PatientRow(patient, lambda: self.show_patient(None)))

    def _terms_part(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        life = Label(say("deposit.life"), "body")
        self.life = Select("clock")
        self.life.offer([(str(s), say(f"deposit.life.{s}")) for s in LIVES_S], str(USUAL_S))
        Named(self.life, say("deposit.life"))
        life.setBuddy(self.life)
        self.single = Switch(say("deposit.single"))
        for part in (life, self.life):
            row.addWidget(part)
        row.addSpacing(16)
        row.addWidget(self.single)
        row.addWidget(Label(say("deposit.single"), "body"))
        row.addStretch(1)
        return row

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.go = Button(say("deposit.go"), "primary", icon="upload")
        self.go.clicked.connect(self._press)
        self.back = Button(say("deposit.back"), "ghost", keys=("Échap",))
        self.back.clicked.connect(self.left)
        self._why = Label("", "small", "text_2", wrap=True)
        row.addWidget(self.go)
        row.addWidget(self.back)
        row.addStretch(1)
        return row

    # --- what is asked ------------------------------------------------------------------------------------

    def begin(self, patient: PatientLink | None = None) -> None:
        """Ask anew, about *patient* where one was in sight."""
        self.label.clear()
        self.whom.field.clear()
        self.show_patient(patient)
        self.life.offer([(str(s), say(f"deposit.life.{s}")) for s in LIVES_S], str(USUAL_S))
        self.single.setChecked(True)
        clear(self._told)
        self._pick(None)
        self.show_progress(None)

    def focus_first(self) -> None:
        """Put the cursor where the file is named, or for whom it is."""
        first = self.files.path if self._path is None else self.label
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def draft(self) -> Draft | None:
        """What is asked for; None while no file is chosen."""
        if self._path is None:
            return None
        terms = int(self.life.currentData()), self.single.isChecked()
        return Draft(self._path, self.label.text(), *terms, self._patient)

    def _pick(self, path: Path | None) -> None:
        had, self._path = self._path, path
        self._file.say(path.name if path is not None else say("deposit.file.none"))
        self._file.setToolTip(str(path) if path is not None else "")
        self.files.setVisible(path is None)
        self.change.setVisible(path is not None)
        self._say_why()
        if path is not None or had is not None:
            clear(self._told)
            self.focus_first()

    def _press(self) -> None:
        if self.go.isEnabled() and self.go.isVisible():
            clear(self._told)
            self.asked.emit()

    # --- what is told -------------------------------------------------------------------------------------

    def show_obstacle(self, code: str) -> None:
        """Say why nothing can be left, whatever is chosen; an empty code takes it back."""
        self._obstacle = code
        self._say_why()

    def _say_why(self) -> None:
        """Say what is in the way, or that a file is still to be chosen."""
        words: Words = ""
        if self._obstacle:
            words = say(f"deposit.refused.{self._obstacle}")
        elif self._path is None:
            words = say("deposit.file.first")
        self._why.say(words)
        self.go.setEnabled(not str(words))

    def show_progress(self, progress: Progress | None) -> None:
        """Show how far it is; None where nothing is under way."""
        busy = progress is not None
        if busy and not self._loading.isVisible():
            self.setFocus(Qt.FocusReason.OtherFocusReason)  # what had it is about to be disabled
        self._loading.setVisible(busy)
        for part in (self.go, self.back, self._why):
            part.setVisible(not busy)
        for asked in (self.change, self.label, self.whom, self.life, self.single):
            asked.setEnabled(not busy)
        if progress is not None:
            words = say("deposit.sending" if progress.sending else "deposit.sealing")
            self._loading.show_progress(words, progress.done, progress.size)

    def show_refusal(self, code: str) -> None:
        """Say why it was not left; everything that was typed stays."""
        clear(self._told)
        self._told.addWidget(Banner("danger", say("deposit.not_left"), say(f"deposit.refused.{code}")))
