"""The tab of the identity: every trait, when it was said, and what was said before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.i18n import fmt_list, tr
from app.patients.person import view
from app.patients.person.part import Part, bar
from app.patients.person.times import written
from app.ui.buttons import Button
from app.ui.graphemes import isolated
from app.ui.panes import clear, rule, scrolled
from app.ui.text import Label
from app.ui.words import say
from storage.patients.records import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.patients.person.view import Record
    from storage.patients.records import Patient, Trait

SECTIONS = (
    ("strict", ("birth_name", "given_name", "given_names", "birth", "sex", "birth_place", "ins")),
    ("numbers", ("ipp", "authority", "merged", "status", "attributes")),
    ("other", ("used_name", "dead", "gp", "allergies", "last")),
    ("contact", ("address", "phone")),
)
WRITTEN = {"birth": written, "dead_at": written, "sex": view.sex}
"""How the earlier values of a trait are written."""
SECRET = frozenset(("ins", "ins_oid"))
"""Never told outside a qualified identity."""


class TraitsPart(Part):
    """Sections of labels and values, each with its time."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._print = Button(say("person.print"), size="s", icon="printer")
        self._print.clicked.connect(lambda: self.acted.emit("print"))
        column.addWidget(bar(None, self._print, margins=(20, 8, 20, 0)))
        body = QWidget()
        self._body = QVBoxLayout(body)
        self._body.setContentsMargins(20, 4, 20, 20)
        self._body.setSpacing(10)
        column.addWidget(scrolled(body), 1)

    def show_record(self, record: Record) -> None:
        """Show the traits."""
        clear(self._body)
        for section, names in SECTIONS:
            self._body.addWidget(Label(say(f"person.traits.{section}"), "subhead"))
            self._body.addWidget(_section(record, names))
        self._body.addWidget(QWidget(), 1)

    def clear(self) -> None:
        """Let go of them."""
        clear(self._body)

    def first(self) -> QWidget:
        """Return the one thing to press."""
        return self._print


def _section(record: Record, names: tuple[str, ...]) -> QWidget:
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 10)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    grid.setColumnMinimumWidth(0, 190)
    grid.setColumnStretch(1, 1)
    told = {trait.name: trait for trait in record.patient.traits}
    for place, name in enumerate(names):
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(Label(say(f"person.trait.{name}"), "small", "text_2"), 2 * place, 0, top)
        grid.addWidget(_value(record, name), 2 * place, 1)
        since = Label(_since(told.get(name), record), "caption", "text_2")
        grid.addWidget(since, 2 * place, 2, top | Qt.AlignmentFlag.AlignRight)
        grid.addWidget(rule(), 2 * place + 1, 0, 1, 3)
    return holder


def _value(record: Record, name: str) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    told = value(record, name)
    label = Label(told, "mono" if name == "ipp" else "body_strong", wrap=True)
    if told == view.unsaid(""):
        label = Label(told, "body", "text_2")
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    column.addWidget(label)
    trait = next((one for one in record.patient.traits if one.name == name), None)
    for words in _earlier(trait, record):
        column.addWidget(Label(words, "caption", "text_2", wrap=True))
    return holder


def value(record: Record, name: str) -> str:
    """Return one trait in words; what nobody said says so."""
    patient = record.patient
    own = {
        "birth": lambda: view.born(patient, record.site.at(record.now_ms).date()),
        "sex": lambda: view.sex(patient.sex),
        "birth_place": lambda: view.birth_place(patient),
        "ins": lambda: _ins(patient),
        "ipp": lambda: view.unsaid("" if patient.by_ins_alone else patient.ipp),
        "merged": lambda: view.unsaid(fmt_list(patient.merged)),
        "status": lambda: view.status_chip(patient.status).words,
        "attributes": lambda: view.unsaid(fmt_list(view.doubts(patient))),
        "dead": lambda: _death(patient),
        "gp": lambda: view.unsaid(isolated(patient.gp.name) if patient.gp is not None else ""),
        "allergies": lambda: fmt_list([chip.words for chip in view.allergies(patient)]),
        "last": lambda: view.unsaid(record.site.moment(patient.last_ms)),
    }
    return own[name]() if name in own else view.unsaid(getattr(patient, name))


def _ins(patient: Patient) -> str:
    if patient.status is not Status.QUALIFIED or not patient.ins:
        return tr("person.trait.ins.none")
    return f"{view.masked(patient.ins)} {view.ins_kind(patient.ins_oid)}"


def _death(patient: Patient) -> str:
    if not patient.dead:
        return tr("person.trait.alive")
    return tr("person.dead.on", day=written(patient.dead_at)) if patient.dead_at else tr("person.dead")


def _since(trait: Trait | None, record: Record) -> str:
    return tr("person.trait.since", at=record.site.moment(trait.recorded_ms)) if trait is not None else ""


def _earlier(trait: Trait | None, record: Record) -> Iterator[str]:
    if trait is None or trait.name in SECRET:
        return
    for said, at_ms in trait.earlier:
        text = WRITTEN.get(trait.name, str)(said) if said else tr("person.unsaid")
        yield tr("person.trait.earlier", value=text, at=record.site.moment(at_ms))
