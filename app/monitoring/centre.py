"""The centre of the section: what the patient answered, how that changed over the weeks, and what the service says about it."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from app.commands import Command
from app.intents import OpenAlert, OpenPatient
from app.monitoring import muting, paper, words
from app.monitoring.cards import AnswerCard, Episode, PatientHead, TileCard, WordsCard
from app.monitoring.drafts import Drafts
from app.monitoring.muting import MutedStrips, MuteForm
from app.monitoring.refusals import refusal
from app.times import Site
from app.ui import printing
from app.ui.columns import Columns
from app.ui.panes import clear, rule, scrolled
from app.ui.strips import StripFrame
from app.ui.symptoms import SymptomView
from app.ui.text import Label
from app.ui.weekly import Symptoms, label_of, symptoms
from app.ui.weekly import muted as muted_words
from app.ui.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.acts import Act
    from app.feature import Desk
    from app.interop.mapping import Mapping as Table
    from app.monitoring.people import People
    from app.monitoring.ports import Monitoring, Sheet
    from storage.monitoring.records import Record
    from storage.patients.facts import Key

CARD, TILE = 176, 130
"""How narrow a card and a value may become before they go on the next line."""
MOST_TILES = 6
DAY_MS = 86_400_000
MUTE = "mute:"
"""Before the symptom in the name of a draft."""
ACTS: dict[str, Act] = {"copy": "patient-copied", "print": "patient-printed"}
log = logging.getLogger(__name__)


class Centre(QWidget):
    """Shows one alert; None: nothing is shown, and nothing of the one before is left. News of the same one leave look, scroll and focus alone."""

    def __init__(self, desk: Desk, monitoring: Monitoring, people: People) -> None:
        super().__init__()
        self._desk, self._monitoring, self._people = desk, monitoring, people
        self._sheet: Sheet | None = None
        self._drafts, self._muting = Drafts(monitoring.keep_typed), b""
        self._strips_shown: tuple[words.Strip, ...] = ()
        self.head, self.symptoms, self.form, self.muted = (
            PatientHead(),
            SymptomView(),
            MuteForm(),
            MutedStrips(),
        )
        self.answer, self.said = AnswerCard(), WordsCard("")
        self.protocol = WordsCard(say("answers.protocol"), "clipboard-check", accent=True)
        self._whose = Label("", "caption", "text_2", wrap=True)
        self.episode = Episode()
        self._tiles = [TileCard() for _ in range(MOST_TILES)]
        self._cards, self._values = Columns(CARD, 3, whole=True), Columns(TILE, MOST_TILES)
        self._strips = QVBoxLayout()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self._cards.fill((self.answer, self.said, self.protocol))
        self._values.fill(self._tiles)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(20, 14, 20, 20)
        inner.setSpacing(12)
        self._strips.setSpacing(6)
        inner.addLayout(self._strips)
        for part in (
            self._cards,
            self.symptoms,
            self.form,
            self.muted,
            self._whose,
            self.episode,
            self._values,
        ):
            inner.addWidget(part)
        inner.addStretch(1)
        self.area = scrolled(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(rule())
        column.addWidget(self.area)

    def _connect(self) -> None:
        self.head.pressed.connect(self._act)
        self.symptoms.asked.connect(self._ask)
        self.form.muted.connect(self._mute)
        self.form.left.connect(self._to_map)
        self.muted.unmuted.connect(self._unmute)
        self.episode.opened.connect(lambda alert: self._desk.open(OpenAlert(alert)))
        heat = self.symptoms.heat.selectionModel()
        if heat is not None:
            heat.currentChanged.connect(lambda _now, before: self._follow() if before.isValid() else None)
        look = QShortcut(QKeySequence("Ctrl+T"), self)
        look.setContext(Qt.ShortcutContext.WindowShortcut)
        look.activated.connect(self.symptoms.next_look)

    # --- what is shown ------------------------------------------------------------------------------------

    def show_sheet(self, sheet: Sheet | None) -> None:
        """Show an alert as it stands now, at once."""
        for _ in self.showing(sheet):
            pass

    def rest(self) -> None:
        """Let nothing be done about the alert that is in sight, and paint nothing new: another one is being read."""
        self._sheet = None
        self.setUpdatesEnabled(False)

    def showing(self, sheet: Sheet | None) -> Iterator[None]:
        """Show an alert part by part, as somebody goes on asking."""
        before, self._sheet = self._sheet, sheet
        same = before is not None and sheet is not None and before.item.alert == sheet.item.alert
        if not same:
            self._leave_form()
            if sheet is not None:
                self._drafts.learn(sheet.item.alert, [one for one in sheet.typed if one[0].startswith(MUTE)])
            bar = self.area.verticalScrollBar()
            if bar is not None:
                bar.setValue(0)
        yield from self._show(sheet, same=same)

    def _show(self, sheet: Sheet | None, *, same: bool) -> Iterator[None]:
        site, now_ms = Site(sheet.zone) if sheet is not None else Site(), self._desk.now_ms()
        self.head.show_sheet(sheet, site, now_ms)
        yield
        self._show_strips(self._strips_of(sheet) if sheet is not None else ())
        self._show_cards(sheet, same=same)
        yield
        muted = muted_words(sheet.muted, site) if sheet is not None else {}
        labels = dict(sheet.labels) if sheet is not None else {}
        self.symptoms.show_symptoms(self._symptoms(sheet, muted))
        yield
        self.muted.show_muted(
            muted, {code: label_of(self._table, code, labels.get(code, "")) for code in muted}
        )
        self._whose.say(words.provenance(sheet) if sheet is not None else "")
        self.episode.show_episode(words.episode(sheet, self._table) if sheet is not None else None)
        yield
        tiles = words.tiles(sheet.labs, sheet.weight, site, now_ms) if sheet is not None else ()
        for place, tile in enumerate(self._tiles):
            tile.show_tile(tiles[place] if place < len(tiles) else None)
        self._values.arrange()

    @property
    def _table(self) -> Table:
        return self._monitoring.table()

    def _symptoms(self, sheet: Sheet | None, muted: dict[str, str]) -> Symptoms:
        if sheet is None:
            return Symptoms()
        current = sheet.questionnaire is not None
        return symptoms(self._table, sheet.weeks, sheet.labels, muted, current=current)

    def _strips_of(self, sheet: Sheet) -> tuple[words.Strip, ...]:
        return (*words.confirmed(sheet, self._people.name), *words.strips(sheet, self._table))

    def _show_strips(self, strips: tuple[words.Strip, ...]) -> None:
        if strips == self._strips_shown:
            return
        self._strips_shown = strips
        clear(self._strips)
        for one in strips:
            self._strips.addWidget(StripFrame(one.tone, one.icon, one.title, one.detail))

    def _show_cards(self, sheet: Sheet | None, *, same: bool) -> None:
        told = sheet.questionnaire if sheet is not None else None
        lines = (
            words.answers(told, sheet.item.symptoms, self._table)
            if sheet is not None and told is not None
            else ()
        )
        self.answer.show_answers(
            words.answered(sheet, self._desk.now_ms()) if sheet is not None else "", lines, same=same
        )
        self.said.title.say(words.said_title(sheet.item.who.sex) if sheet is not None else "")
        self.said.show_words(*words.own_words(told), same=same)
        self.protocol.show_words(
            sheet.protocol if sheet is not None else "",
            words.protocol_note(sheet) if sheet is not None else "",
            same=same,
        )

    def first(self) -> QWidget:
        """Return what takes the focus when the alert was opened."""
        return self.symptoms.heat if self.symptoms.looks.choice == "map" else self.symptoms.looks.stop

    def _follow(self) -> None:
        """Keep the cell of the keys in sight: the page scrolls, the map does not."""
        heat = self.symptoms.heat
        place = heat.visualRect(heat.currentIndex())
        viewport, body = heat.viewport(), self.area.widget()
        if heat.hasFocus() and viewport is not None and body is not None:
            at = viewport.mapTo(body, place.center())
            self.area.ensureVisible(at.x(), at.y(), 0, place.height() * 2)

    # --- what is done -------------------------------------------------------------------------------------

    def commands(self) -> Sequence[Command]:
        """Return what palette and help offer while an alert is shown."""
        shown = lambda: self._sheet is not None  # noqa: E731 -- asked for each
        look = Command(
            "answers.look", say("answers.look"), self.symptoms.next_look, "Ctrl+T", "layout-grid", shown
        )
        mute = Command("answers.mute", say("answers.mute.command"), self._ask_here, "", "bell-off", shown)
        acts = (("open", "id-badge-2"), ("copy", "copy"), ("print", "printer"))
        told = lambda: self._sheet is not None and bool(self._sheet.report)  # noqa: E731 -- asked for each
        report = Command(
            "answers.report", say("answers.report"), partial(self._act, "report"), "", "file-type-pdf", told
        )
        made = [
            Command(f"answers.{name}", say(f"answers.{name}"), partial(self._act, name), "", icon, shown)
            for name, icon in acts
        ]
        return (look, mute, report, *made)

    def _act(self, name: str) -> None:
        """Go to the patient's page, or copy or print once the trail has it."""
        sheet = self._sheet
        if sheet is None:
            return
        who = sheet.item.who
        if name in {"open", "report"}:
            if who.id:
                self._desk.open(OpenPatient(who.id, who.key.ipp, sheet.report if name == "report" else ""))
            return
        work = self._monitoring.trace(sheet.item.alert, ACTS[name])
        self._desk.bridge.start(self, work, lambda _none: self._done(name, sheet), self._untraced)

    def _done(self, name: str, sheet: Sheet) -> None:
        if self._sheet is None or self._sheet.item.alert != sheet.item.alert:
            return
        now_ms = self._desk.now_ms()
        clipboard = QGuiApplication.clipboard()
        if name == "print":
            who = self._people.name(self._people.me)
            printing.ask(
                self,
                paper.body(sheet, self._table, now_ms),
                paper.head(sheet, now_ms),
                paper.foot(sheet, now_ms, who),
            )
        elif clipboard is not None:
            clipboard.setText(paper.copied(sheet, self._table, now_ms))
            self._desk.tell(say("answers.copied"))

    def _untraced(self, error: Exception) -> None:
        log.warning("an act on an alert could not be traced: %s", type(error).__name__)
        self._desk.tell(say("answers.untraced"))

    # --- one symptom is muted -----------------------------------------------------------------------------

    def _ask_here(self) -> None:
        """Ask about the symptom that the keys are at, the worst one where they are at none."""
        self.symptoms.choose("map")
        heat = self.symptoms.heat
        heat.setFocus(Qt.FocusReason.OtherFocusReason)
        row = heat.currentIndex().data(Qt.ItemDataRole.UserRole)
        if row is not None:
            viewport = heat.viewport()
            assert viewport is not None
            self._ask(row.key, viewport.mapToGlobal(heat.visualRect(heat.currentIndex()).bottomLeft()))

    def _ask(self, symptom: str, place: QPoint) -> None:
        sheet = self._sheet
        if sheet is None:
            return
        muting.ask(
            self,
            place,
            muted=any(one.symptom == symptom for one in sheet.muted),
            mute=partial(self._open_form, symptom),
            unmute=partial(self._unmute, symptom),
        )

    def _open_form(self, symptom: str, span: str) -> None:
        sheet = self._sheet
        if sheet is not None:
            self.keep()
            self._muting = sheet.item.alert
            label = label_of(self._table, symptom, dict(sheet.labels).get(symptom, ""))
            self.form.open_form(symptom, label, span, self._drafts.of(self._muting, MUTE + symptom))
            self.area.ensureWidgetVisible(self.form)

    def keep(self) -> None:
        """Keep what is typed about a symptom as a draft of its alert, here and in the vault."""
        if self.form.symptom:
            self._drafts.put(self._muting, MUTE + self.form.symptom, self.form.draft())

    def _leave_form(self) -> None:
        self.keep()
        self.form.forget()

    def _to_map(self) -> None:
        self.keep()
        self.symptoms.heat.setFocus(Qt.FocusReason.OtherFocusReason)

    def _mute(self, symptom: str, days: int, reason: str) -> None:
        if self._sheet is None:
            return
        who, alert = self._sheet.item.who.key, self._sheet.item.alert
        work = self._monitoring.mute(who, symptom, self._desk.now_ms() + days * DAY_MS, reason)
        self._desk.bridge.start(self, work, partial(self._was_muted, alert, who, symptom), self._refused)

    def _was_muted(self, alert: bytes, who: Key, symptom: str, _record: Record) -> None:
        if (self._muting, self.form.symptom) == (alert, symptom):
            self.form.forget()
        self._drafts.put(alert, MUTE + symptom, {})
        if self._sheet is not None and self._sheet.item.who.key == who:
            self._to_map()
        self._desk.tell(say("answers.was_muted"), partial(self._unmute_of, who, symptom))

    def _refused(self, error: Exception) -> None:
        self.form.refuse(refusal(error))

    def _unmute(self, symptom: str) -> None:
        if self._sheet is not None:
            self._unmute_of(self._sheet.item.who.key, symptom)

    def _unmute_of(self, who: Key, symptom: str) -> None:
        work = self._monitoring.unmute(who, symptom)
        told = lambda _record: self._desk.tell(say("answers.was_unmuted"))  # noqa: E731 -- one call
        self._desk.bridge.start(self, work, told, lambda error: self._desk.tell(refusal(error)))
