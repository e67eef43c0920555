"""Choosing a colleague or a patient by typing: a field, what fits below it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app import naming
from app.i18n import tr
from app.messages.looks import CHIP_TONES, LEVELS
from app.messages.people import Listed
from app.ui.panes import SearchField
from app.ui.rows import HEIGHT, Row, RowList
from app.ui.text import Label
from app.ui.theme import theme
from app.ui.words import Words, say, says
from storage.messages.records import PatientLink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.bridge import Job
    from app.feature import Desk
    from app.messages.people import Known, Patients, People
    from storage.patients.records import Found

MOST = 8
_MOVES = frozenset((Qt.Key.Key_Down, Qt.Key.Key_Up))
log = logging.getLogger(__name__)


class Picker(QWidget):
    """A field that narrows a short list: ↓ ↑ move in it, ↵ takes the marked one, so that the hands stay on the field."""

    def __init__(self, name: Words, hint: Words, listed: Words, none: Words) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.field = SearchField(name, hint)
        self.field.setMaxLength(100)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(lambda _text: self.narrow())
        self.list: RowList[Row] = RowList(listed)
        self.list.opened.connect(self.take)
        self._none = Label(none, "small", "text_2", wrap=True)
        for part in (self.field, self.list, self._none):
            column.addWidget(part)
        self.list.hide()
        self._none.hide()

    def narrow(self) -> None:
        """Show what fits what is typed."""
        raise NotImplementedError

    def take(self, key: str) -> None:
        """Take a row."""
        raise NotImplementedError

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show what fits; the first is marked."""
        self.list.show_lines(rows)
        self.list.setVisible(bool(rows))
        self._none.setVisible(not rows and bool(self.field.text().strip()))
        self.list.setFixedHeight(theme().scaled(HEIGHT) * min(len(rows), 4) + 2)
        if rows:
            self.list.setCurrentIndex(self.list.shown.index(0))

    def eventFilter(self, target: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 -- Qt's name
        """Move in the list and take from it while the field keeps the focus."""
        if (
            target is not self.field
            or not isinstance(event, QKeyEvent)
            or event.type() != QEvent.Type.KeyPress
        ):
            return False
        if self.list.isHidden():
            return False
        if event.key() in _MOVES:
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            row = min(max(self.list.currentIndex().row() + step, 0), len(self.list.shown.lines) - 1)
            self.list.setCurrentIndex(self.list.shown.index(row))
            return True
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.list.chosen:
            self.take(self.list.chosen)
            return True
        return False


class PeoplePicker(Picker):
    """Colleagues of the directory; `picked` carries the user. With *lists* the own lists, too: `picked_all` carries their users."""

    picked = pyqtSignal(bytes)
    picked_all = pyqtSignal(object)

    def __init__(self, people: People, *, lists: bool = False) -> None:
        words = say("messages.pick"), say("messages.pick.hint"), say("messages.pick.list")
        super().__init__(*words, say("messages.pick.none"))
        self._people = people
        self.without: tuple[bytes, ...] = ()
        self.always = False
        self._lists, self._listed = lists, dict[str, Listed]()

    def narrow(self) -> None:
        """Show who fits; with `always` also before something is typed."""
        typed = self.field.text().strip()
        found = self._people.found(typed, self.without) if typed or self.always else []
        listed = self._people.lists(typed, self.without) if typed and self._lists else []
        self._listed = {f"list:{one.id}": one for one in listed}
        rows = [_list_row(key, one) for key, one in self._listed.items()]
        self.show_rows([*rows, *map(person_row, found)])

    def take(self, key: str) -> None:
        """Take somebody, or everybody of a list."""
        if key in self._listed:
            self.picked_all.emit(self._listed[key].users)
        else:
            self.picked.emit(bytes.fromhex(key))
        self.field.clear()


def _list_row(key: str, one: Listed) -> Row:
    return Row(key, one.name, detail=str(says("messages.pick.people", len(one.users))), icon="users")


def person_row(one: Known) -> Row:
    """Return somebody as a row."""
    icon, _ink = LEVELS[one.level]
    mark = tr(f"messages.level.{one.level}"), icon, CHIP_TONES.get(one.level, "plain")
    return Row(one.user.hex(), one.name, detail=one.calling, face=True, mark=mark)


class PatientPicker(Picker):
    """Patients of the own cache; `picked` carries a `PatientLink`."""

    picked = pyqtSignal(object)

    def __init__(self, desk: Desk, patients: Patients) -> None:
        words = say("messages.pick.patient"), say("messages.pick.patient.hint")
        super().__init__(*words, say("messages.pick.patients"), say("messages.pick.patient.none"))
        self._desk, self._patients = desk, patients
        self._found: dict[str, Found] = {}
        self._job: Job | None = None

    def narrow(self) -> None:
        """Ask the cache."""
        if self._job is not None:
            self._job.cancel()
        typed = self.field.text().strip()
        if not typed:
            self.show_rows([])
            return
        work = self._patients.search(typed, limit=MOST)
        self._job = self._desk.bridge.start(self, work, self._show, self._failed)

    def _show(self, found: Sequence[Found]) -> None:
        self._found = {str(one.id): one for one in found}
        rows = [Row(str(one.id), identity(one), detail=_detail(one), icon="id-badge-2") for one in found]
        self.show_rows(rows)

    def take(self, key: str) -> None:
        """Find out under which authority the number is known, then take it."""
        one = self._found[key]
        work = self._patients.number_of(one.id)
        self._desk.bridge.start(self, work, lambda number: self._named(one, number), self._failed)

    def _named(self, one: Found, number: tuple[str, str] | None) -> None:
        if number is not None:
            self.picked.emit(PatientLink(*number, naming.label(identity(one), one.sex, one.birth)))
            self.field.clear()

    def _failed(self, error: Exception) -> None:
        log.warning("patients were not searched: %s", type(error).__name__)
        self.show_rows([])


def identity(one: Found) -> str:
    """`NOM DE NAISSANCE Prénom`, or that the name is not known."""
    return " ".join(part for part in (one.birth_name, one.given_name) if part) or tr(
        "messages.patient.unnamed"
    )


def born(one: Found) -> str:
    """`née le 14/03/1954`, nothing where it is not known."""
    return naming.born(one.sex, one.birth)


def _detail(one: Found) -> str:
    number = tr("messages.patient.ipp", ipp=one.ipp) if not one.by_ins_alone else ""
    return " · ".join(part for part in (born(one), number) if part)
