"""The participants: hands in speaking order, then by name; how far trusted, what is switched on, what the host may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import language
from app.meeting.call.acts import PersonActs
from app.meeting.call.hosting import RoomActs
from app.meeting.call.lobby import LobbyList
from app.meeting.call.roll import roll
from app.meeting.view import CAMERA, MICROPHONE, SCREEN, TRUSTED
from app.ui.buttons import IconButton
from app.ui.marks import Avatar, Chip, TrustMark
from app.ui.panes import Field, Glyph, rule, scrolled
from app.ui.steps import PAINT, Steps
from app.ui.text import Label, Named
from app.ui.words import Say, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PyQt6.QtGui import QContextMenuEvent, QKeyEvent

    from app.meeting.view import View
    from media.engine.messages import Person

SEARCH_FROM = 13
"""How many participants it takes until there is a search field."""
FIRST, MORE = 12, 4
"""How many rows are made at once, and a step after that: nobody sees the others before."""
INDENT = 46
CHIPS_WIDTH = 296
"""Room for chips in the panel beside its scroll bar."""
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_UNFOLD = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Menu)


class PersonRow(QFrame):
    """One participant. The host unfolds what may be done, by button, Enter or the menu key; some acts ask once, here."""

    wished = pyqtSignal(str, bytes)
    stepped = pyqtSignal(int)
    radius = 6.0

    def __init__(self, person: Person) -> None:
        super().__init__()
        self.person = person
        self._shown: tuple[object, ...] = ()
        self._acts: PersonActs | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 8, 12, 8)
        self._column.setSpacing(4)
        self._column.addLayout(self._make_head(person))
        self._column.addLayout(self._make_chips(person))

    def _make_head(self, person: Person) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(Avatar(person.name, 36))
        row.addLayout(self._make_words(), 1)
        names = ("screen-share", "microphone", "video")
        self._marks = {name: Glyph(name, "text_3", 18) for name in names}
        for mark in self._marks.values():
            row.addWidget(mark)
        self.more = IconButton(say("people.more", name=person.name), "dots", ("↵",))
        policy = self.more.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.more.setSizePolicy(policy)
        self.more.clicked.connect(self._flip)
        row.addWidget(self.more)
        return row

    def _make_words(self) -> QVBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(3)
        self._name = Label("", "subhead", wrap=True).at_left()
        self._detail = Label("", "small", "text_2", wrap=True)
        words.addWidget(self._name)
        words.addWidget(self._detail)
        return words

    def _make_chips(self, person: Person) -> QVBoxLayout:
        """Make one line of chips, and one below for large texts."""
        self._hand = Chip("", "hand-stop", "warn")
        self._trust = TrustMark(person.trust)
        self._host = Chip(say("people.host"), "key", "accent")
        self._lines = QHBoxLayout(), QHBoxLayout()
        column = QVBoxLayout()
        column.setContentsMargins(INDENT, 0, 0, 0)
        column.setSpacing(4)
        for line in self._lines:
            line.setSpacing(6)
            line.addStretch(1)
            column.addLayout(line)
        for place, chip in enumerate((self._hand, self._trust, self._host)):
            self._lines[0].insertWidget(place, chip)
        return column

    def _lay_chips(self) -> None:
        """Let the host's mark stand below where the line is too short."""
        shown = [chip for chip in (self._hand, self._trust, self._host) if not chip.isHidden()]
        short = sum(chip.sizeHint().width() + 6 for chip in shown) > CHIPS_WIDTH
        line, place = (self._lines[1], 0) if short else (self._lines[0], 2)
        if line.indexOf(self._host) < 0:
            self._lines[short is False].removeWidget(self._host)
            line.insertWidget(place, self._host)

    # --- what is shown ------------------------------------------------------------------------------------

    def show_person(self, person: Person, *, by_host: bool) -> None:
        """Bring the row up to date; all rows hear of whoever speaks, and most are."""
        shown = person, by_host, language()
        if shown != self._shown:
            self.person, self._shown = person, shown
            self._say_all(person, by_host=by_host)
        self._lay_chips()

    def _say_all(self, person: Person, *, by_host: bool) -> None:
        self._name.say(say("people.name_you", name=person.name) if person.me else person.name)
        role = say(f"role.{person.role}") if person.role else ""
        self._detail.say(person.specialty or role)
        self._detail.setVisible(bool(str(person.specialty or role)))
        self._trust.show_level(person.trust)
        self._host.setVisible(person.host)
        self._hand.setVisible(bool(person.hand))
        self._hand.show_state(say("people.hand", n=person.hand), "hand-stop", "warn")
        self._show_devices(person)
        self.more.setVisible(by_host and self._offered != [])
        if self._acts is not None and self.unfolded:
            self._keep_offering(self._acts)
        self.setAccessibleName(spoken(person))

    def _show_devices(self, person: Person) -> None:
        for name, bit in (("microphone", MICROPHONE), ("video", CAMERA)):
            on = bool(person.state & bit)
            self._marks[name].show_icon(name if on else f"{name}-off", "ok" if on else "text_3")
        self._marks["screen-share"].setVisible(bool(person.state & SCREEN))

    @property
    def _offered(self) -> list[str]:
        """What can be done with this person now."""
        person = self.person
        offered = {"floor": bool(person.hand), "mute": bool(person.state & MICROPHONE) and not person.me}
        offered |= {"hand_over": not person.me and person.trust in TRUSTED, "remove": not person.me}
        return [act for act, can in offered.items() if can]

    @property
    def unfolded(self) -> bool:
        """True while the acts are shown."""
        return self._acts is not None and not self._acts.isHidden()

    # --- what may be done ---------------------------------------------------------------------------------

    def _keep_offering(self, acts: PersonActs) -> None:
        if self.more.isHidden():
            acts.hide()
        elif not acts.asked:
            acts.offer(self._offered)

    def _flip(self) -> None:
        if self.unfolded:
            self.fold()
        elif not self.more.isHidden():
            acts = self._acts = self._acts or self._make_acts()
            acts.offer(self._offered)
            acts.focus_first()

    def _make_acts(self) -> PersonActs:
        acts = PersonActs(self.person.name, INDENT)
        acts.chosen.connect(self._do)
        acts.cancelled.connect(self.fold)
        self._column.addWidget(acts)
        return acts

    def fold(self) -> None:
        """Hide the acts."""
        if self._acts is not None:
            self._acts.hide()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _do(self, act: str) -> None:
        self.fold()
        self.wished.emit(act, self.person.member)

    # --- Qt -----------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Up and down go through the list; Enter unfolds."""
        key = Qt.Key(event.key()) if event is not None and self.hasFocus() else None
        if key in _STEPS:
            self.stepped.emit(_STEPS[key])
        elif key in _UNFOLD:
            self._flip()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, _event: QContextMenuEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Unfold by the other mouse button as well."""
        self._flip()


class PeoplePanel(QWidget):
    """Who waits (host), all participants, what the host decides for all. `wished`: act and member of a row."""

    wished = pyqtSignal(str, bytes)

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[bytes, PersonRow] = {}
        self._view: View | None = None
        self._current = b""
        self._steps = Steps(self)
        self.lobby, self.room = LobbyList(), RoomActs()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.search = Field(say("people.search"), say("people.search.hint"))
        self.search.textChanged.connect(self._search)
        self._top = QWidget()
        top = QVBoxLayout(self._top)
        top.setContentsMargins(16, 12, 16, 4)
        top.addWidget(self.search)
        column.addWidget(self._top)
        column.addWidget(scrolled(self._make_list()), 1)
        self._foot = QWidget()
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(16, 12, 16, 14)
        foot.addWidget(self.room)
        self._line = rule()
        column.addWidget(self._line)
        column.addWidget(self._foot)

    def _make_list(self) -> QWidget:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(0)
        column.addWidget(self.lobby)
        people = QWidget()
        Named(people, say("side.people"))
        self._column = QVBoxLayout(people)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        column.addWidget(people)
        self._nobody = Label(say("people.nobody"), "body", "text_2", wrap=True)
        self._nobody.setContentsMargins(16, 16, 16, 16)
        column.addWidget(self._nobody)
        column.addStretch(1)
        return inner

    def show_view(self, view: View) -> None:
        """Bring the list up to date; nobody changes place while the host is about to act on somebody."""
        self._view = view
        self.lobby.show_view(view)
        self.room.show_view(view)
        self._foot.setVisible(view.is_host)
        self._line.setVisible(view.is_host)
        if len(view.people) < SEARCH_FROM:
            self.search.clear()
        self._top.setVisible(len(view.people) >= SEARCH_FROM)
        members = {person.member for person in view.people}
        for gone in self._rows.keys() - members:
            row = self._rows.pop(gone)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        for person in view.people:
            if person.member in self._rows:
                self._rows[person.member].show_person(person, by_host=view.is_host)
        self._steps.run(self._fill(view))

    def _fill(self, view: View) -> Iterator[object]:
        """Make the rows that are missing: as many as are in sight at once, the others some a step."""
        missing = [person for person in roll(view.people) if person.member not in self._rows]
        for person in missing[:FIRST]:
            self._add_row(person, view)
        self._arrange(view)
        for start in range(FIRST, len(missing), MORE):
            yield PAINT
            for person in missing[start : start + MORE]:
                self._add_row(person, view)
            self._arrange(view)

    def _add_row(self, person: Person, view: View) -> None:
        row = self._rows[person.member] = PersonRow(person)
        row.wished.connect(self.wished)
        row.stepped.connect(self._step)
        self._column.addWidget(row)
        row.show_person(person, by_host=view.is_host)

    def unfold(self, member: bytes) -> None:
        """Show what may be done with a member."""
        self._steps.finish()
        self._rows[member].more.click()

    def _search(self) -> None:
        if self._view is not None:
            self._arrange(self._view)

    def _arrange(self, view: View) -> None:
        found = roll(view.people, self.search.text())
        members = [person.member for person in found if person.member in self._rows]
        self._column.setEnabled(False)  # else each row that is shown lays out all of them
        if not any(row.unfolded for row in self._rows.values()):
            for place, member in enumerate(members):
                if self._column.indexOf(self._rows[member]) != place:
                    self._column.insertWidget(place, self._rows[member])
        for member, row in self._rows.items():
            row.setVisible(member in members)
        self._column.setEnabled(True)
        self._nobody.setVisible(not found)
        self._take_tab(self._current if self._current in members else next(iter(members), b""))

    def _take_tab(self, current: bytes) -> None:
        """Let one row alone be reached by Tab; arrows go on from there."""
        self._current = current
        for member, row in self._rows.items():
            here = member == current
            policy = Qt.FocusPolicy.StrongFocus if here else Qt.FocusPolicy.ClickFocus
            row.setFocusPolicy(policy)
            row.more.setFocusPolicy(Qt.FocusPolicy.TabFocus if here else Qt.FocusPolicy.NoFocus)

    def _step(self, step: int) -> None:
        members = [person.member for person in roll(self._view.people if self._view else ())]
        rows = [self._rows[one] for one in members if one in self._rows and not self._rows[one].isHidden()]
        at = next((place for place, row in enumerate(rows) if row.hasFocus()), 0)
        row = rows[max(0, min(len(rows) - 1, at + step))]
        self._take_tab(row.person.member)
        row.setFocus(Qt.FocusReason.TabFocusReason)


def spoken(person: Person) -> str:
    """Return what a screen reader says of a row."""
    on = say("people.mic_on" if person.state & MICROPHONE else "people.mic_off")
    parts: list[Say | str] = [say("people.name_you", name=person.name) if person.me else person.name]
    parts += [say("people.hand", n=person.hand)] if person.hand else []
    parts += [say(f"trust.{person.trust}"), *([say("people.host")] if person.host else []), on]
    return ", ".join(map(str, parts))
