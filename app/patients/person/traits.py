"""The tab of the identity: every trait, when it was said, and what was said before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QFontMetricsF
from PyQt6.QtWidgets import QVBoxLayout

from app.i18n import fmt_list, isolated, tr
from app.patients.person import view
from app.patients.person.part import LEFT, Part, SteadyList, write
from app.times import written
from app.traits import sex, unsaid
from app.ui.rows import RowDelegate
from app.ui.theme import theme
from app.ui.words import say
from storage.patients.records import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PyQt6.QtCore import QModelIndex
    from PyQt6.QtGui import QPainter, QResizeEvent
    from PyQt6.QtWidgets import QStyleOptionViewItem, QWidget

    from app.patients.person.view import Record
    from app.ui.words import Words
    from storage.patients.records import Patient

SECTIONS = (
    ("strict", ("birth_name", "given_name", "given_names", "birth", "sex", "birth_place", "ins")),
    ("numbers", ("ipp", "authority", "merged", "status", "attributes")),
    ("other", ("used_name", "dead", "gp", "allergies", "last")),
    ("contact", ("address", "phone")),
)
WRITTEN = {"birth": written, "dead_at": written, "sex": sex}
"""How the earlier values of a trait are written."""
SECRET = frozenset(("ins", "ins_oid"))
"""Never told outside a qualified identity."""
LABEL, SINCE = 200, 220
"""Room for the name of a trait, and for when it came."""


@dataclass(frozen=True)
class TraitLine:
    """One trait, or with no `value` the title of a section; `earlier` what was said before."""

    key: str
    label: str
    value: str = ""
    since: str = ""
    earlier: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What stands in the middle column."""
        return "\n".join((self.value, *self.earlier))

    @property
    def sentence(self) -> str:
        """All that the line shows, read out."""
        return ", ".join(part for part in (self.label, self.value, self.since, *self.earlier) if part)


def lines(record: Record) -> Iterator[TraitLine]:
    """Return the sections and their traits."""
    told = {trait.name: trait for trait in record.patient.traits}
    for section, names in SECTIONS:
        yield TraitLine(section, tr(f"person.traits.{section}"))
        for name in names:
            trait = told.get(name)
            since = (
                tr("person.trait.since", at=record.site.moment(trait.recorded_ms))
                if trait is not None
                else ""
            )
            earlier = trait.earlier if trait is not None and name not in SECRET else ()
            shown = tuple(_before(record, name, said, at_ms) for said, at_ms in earlier)
            yield TraitLine(
                f"{section}.{name}", tr(f"person.trait.{name}"), value(record, name), since, shown
            )


def _before(record: Record, name: str, said: str | None, at_ms: int) -> str:
    text = WRITTEN.get(name, str)(said) if said else tr("person.unsaid")
    return tr("person.trait.earlier", value=text, at=record.site.moment(at_ms))


class TraitDelegate(RowDelegate):
    """Name, value on as many lines as it needs, when it came."""

    height = 34

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex) -> QSize:  # noqa: N802 -- Qt's name
        """Cut no name and no address."""
        line, view_ = index.data(Qt.ItemDataRole.UserRole), self.parent()
        high = theme().scaled(self.height)
        if not isinstance(line, TraitLine) or not line.value or not isinstance(view_, TraitList):
            return QSize(0, theme().scaled(46))
        room = QRectF(0, 0, view_.value_width(), 10_000)
        fits = QFontMetricsF(theme().font("body_strong")).boundingRect(room, _WRAPPED, line.words)
        return QSize(0, max(high, round(fits.height()) + theme().scaled(14)))

    def paint_line(self, painter: QPainter, rect: QRectF, line: Any, _index: QModelIndex) -> None:
        """Paint one trait or title; nothing is chosen here, so the ground stays plain."""
        painter.fillRect(rect, theme().color("surface"))
        box = rect.adjusted(20, 0, -20, 0)
        if not line.value:
            write(painter, box.adjusted(0, 14, 0, 0), line.label, "subhead", "text")
            return
        painter.fillRect(QRectF(box.x(), box.bottom() - 1, box.width(), 1), theme().color("line"))
        high, wide = theme().scaled(self.height), theme().scaled(SINCE)
        write(
            painter, QRectF(box.x(), box.y(), theme().scaled(LABEL) - 10, high), line.label, "small", "text_2"
        )
        when = QRectF(box.right() - wide, box.y(), wide, high)
        write(painter, when, line.since, "caption", "text_2", align=Qt.AlignmentFlag.AlignRight)
        self._paint_value(
            painter, box.adjusted(theme().scaled(LABEL), theme().scaled(7), -wide - 10, 0), line
        )

    def _paint_value(self, painter: QPainter, box: QRectF, line: TraitLine) -> None:
        nothing = line.value == unsaid("")
        painter.setFont(theme().font("body" if nothing else "body_strong"))
        painter.setPen(theme().color("text_2" if nothing else "text"))
        used = painter.boundingRect(box, _WRAPPED, line.value)
        painter.drawText(box, _WRAPPED, line.value)
        painter.setFont(theme().font("caption"))
        painter.setPen(theme().color("text_2"))
        painter.drawText(box.adjusted(0, used.height() + 1, 0, 0), _WRAPPED, "\n".join(line.earlier))


_WRAPPED = int(Qt.TextFlag.TextWordWrap | LEFT)


class TraitList(SteadyList[TraitLine]):
    """Traits to be read by the arrow keys."""

    def __init__(self, name: Words) -> None:
        super().__init__(name)
        self.setItemDelegate(TraitDelegate(self))
        self.setUniformItemSizes(False)

    def value_width(self) -> float:
        """Return how wide a value may be."""
        viewport = self.viewport()
        wide = viewport.width() if viewport is not None else 800
        return max(120, wide - 50 - theme().scaled(LABEL + SINCE))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Measure the values anew: they may need more lines."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()


class TraitsPart(Part):
    """The traits, and the sheet of them on paper."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.printing())
        self.list = TraitList(say("person.tab.traits"))
        column.addWidget(self.list, 1)

    def show_record(self, record: Record) -> None:
        """Show the traits."""
        self.list.show_lines(tuple(lines(record)))

    def clear(self) -> None:
        """Let go of them."""
        self.list.show_lines(())

    def first(self) -> QWidget:
        """Return the list."""
        return self.list


def value(record: Record, name: str) -> str:
    """Return one trait in words; what nobody said says so."""
    patient = record.patient
    own = {
        "birth": lambda: view.born(patient, record.site.at(record.now_ms).date()),
        "sex": lambda: sex(patient.sex),
        "birth_place": lambda: view.birth_place(patient),
        "ins": lambda: _ins(patient),
        "ipp": lambda: unsaid("" if patient.by_ins_alone else patient.ipp),
        "merged": lambda: unsaid(fmt_list(patient.merged)),
        "status": lambda: view.status_chip(patient.status).words,
        "attributes": lambda: unsaid(fmt_list(view.doubts(patient))),
        "dead": lambda: _death(patient),
        "gp": lambda: unsaid(isolated(patient.gp.name) if patient.gp is not None else ""),
        "allergies": lambda: fmt_list([chip.words for chip in view.allergies(patient)]),
        "last": lambda: unsaid(record.site.moment(patient.last_ms)),
    }
    return own[name]() if name in own else unsaid(getattr(patient, name))


def _ins(patient: Patient) -> str:
    if patient.status is not Status.QUALIFIED or not patient.ins:
        return tr("person.trait.ins.none")
    return f"{view.masked(patient.ins)} {view.ins_kind(patient.ins_oid)}"


def _death(patient: Patient) -> str:
    if not patient.dead:
        return tr("person.trait.alive")
    return tr("person.dead.on", day=written(patient.dead_at)) if patient.dead_at else tr("person.dead")
