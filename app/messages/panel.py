"""The right panel: the linked patient, how the thread is protected, who is in it, how far a message came, its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import language, tr
from app.messages import looks
from app.messages.picker import PatientPicker, PeoplePicker, born
from app.messages.tiles import file_acts, file_icon
from app.messages.timing import TimerChoice
from app.naming import born_in
from app.ui.buttons import Button, IconButton
from app.ui.marks import Avatar, Chip
from app.ui.panes import Glyph, clear, ground, rule, scrolled
from app.ui.steps import PAINT, Steps
from app.ui.text import Label, Named
from app.ui.words import Words, say, says
from storage.messages.records import ThreadKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.feature import Desk
    from app.messages.habits import Habits
    from app.messages.people import Known, Patients, People
    from storage.messages.records import File, Message, Receipt, Thread
    from storage.patients.records import Found

WIDTH = 304
FILES = 8
STATUS_TONES = {"PROVISIONAL": "warn", "RETRIEVED": "info", "VALIDATED": "ok", "QUALIFIED": "ok"}


class Panel(QWidget):
    """About one thread. Each signal is a wish; the page carries it out."""

    linked = pyqtSignal(object)
    timed = pyqtSignal(int)
    person_opened = pyqtSignal(bytes)
    added = pyqtSignal(bytes)
    removed = pyqtSignal(bytes)
    file_acted = pyqtSignal(str, int)
    message_left = pyqtSignal()

    def __init__(self, desk: Desk, people: People, patients: Patients, habits: Habits) -> None:
        super().__init__()
        self._desk, self._people, self._patients, self._habits = desk, people, patients, habits
        self._thread: Thread | None = None
        self._found: Found | None = None
        self._writable = False
        self._picking = ""
        self._told: tuple[object, ...] = ()
        self._listed: tuple[object, ...] = ()
        self._steps, self._later = Steps(self), Steps(self)
        ground(self, "surface")
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(0, 0, 0, 16)
        self._column.setSpacing(0)
        self._message, self._patient, self._security, self._members, self._files = (
            _Section(self._column, last=place == 4) for place in range(5)
        )
        self._column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scrolled(body))
        self._message.hide()
        self._files.hide()

    def show_thread(self, thread: Thread, *, writable: bool, found: Found | None) -> None:
        """Show a thread; *found* is its patient where the own cache knows one. What is told already keeps its focus and its clicks."""
        if self._thread is None or thread.id != self._thread.id:
            self._picking = ""
            self._message.hide()
        self._thread, self._found = thread, found
        self._writable = writable and not thread.left
        people = tuple(self._people.of(user) for user in thread.members)
        about = (thread.id, thread.kind, thread.patient, thread.expire_s, thread.left)
        told = (about, people, self._people.level(thread), self._writable, found, language())
        if told != self._told:
            self._told = told
            for section in (self._patient, self._security, self._members):
                section.clear()  # nothing of another thread stands here meanwhile
            self._steps.run(self._build(), later=True)

    def _build(self) -> Iterator[object]:
        self._show_patient()
        yield PAINT
        self._show_security()
        yield PAINT
        yield from self._build_members()

    # --- the patient --------------------------------------------------------------------------------------

    def _show_patient(self) -> None:
        thread, section = self._thread, self._patient
        assert thread is not None
        section.begin(say("messages.panel.patient"))
        link = thread.patient
        if link is None:
            section.add(Label(say("messages.panel.no_patient"), "small", "text_2", wrap=True))
        else:
            found = self._found
            section.add(Label(looks.patient_name(link), "body_strong", wrap=True))
            dated = born(found) if found is not None and found.birth else born_in(link.label)
            number = tr("messages.patient.ipp", ipp=link.ipp)
            section.add(
                Label(" · ".join(part for part in (dated, number) if part), "small", "text_2", wrap=True)
            )
            self._show_identity(found)
        if self._picking == "patient":
            picker = PatientPicker(self._desk, self._patients)
            picker.picked.connect(self._link)
            section.add(picker)
            picker.field.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._writable:
            self._show_link_buttons(linked=link is not None)

    def _show_identity(self, found: Found | None) -> None:
        section = self._patient
        if found is None:
            section.add(Label(say("messages.panel.not_here"), "small", "text_2", wrap=True))
            return
        row = QHBoxLayout()
        row.setContentsMargins(0, 4, 0, 2)
        row.setSpacing(6)
        name = found.status.name
        icon = (
            "shield-check" if name == "QUALIFIED" else "alert-triangle" if name == "PROVISIONAL" else "shield"
        )
        row.addWidget(Chip(say(f"patients.status.{name.lower()}"), icon, STATUS_TONES[name]))
        if found.inside and found.unit:
            row.addWidget(Chip(found.unit[:24], "bed", "accent"))
        row.addStretch(1)
        section.add_row(row)

    def _show_link_buttons(self, *, linked: bool) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(6)
        link = Button(say("messages.panel.relink" if linked else "messages.panel.link"), "ghost", "s", "link")
        link.clicked.connect(lambda: self.pick("patient"))
        row.addWidget(link)
        if linked:
            unlink = Button(say("messages.panel.unlink"), "ghost", "s")
            unlink.clicked.connect(lambda: self.linked.emit(None))
            row.addWidget(unlink)
        row.addStretch(1)
        self._patient.add_row(row)

    def pick(self, what: str) -> None:
        """Let a patient, or somebody more, be typed."""
        self._picking = what
        if self._thread is not None:
            self._show_patient()
            self._steps.run(self._build_members())

    def _link(self, link: object) -> None:
        self._put_picker_away()
        self.linked.emit(link)

    def _put_picker_away(self) -> None:
        self._picking, self._told = "", ()

    # --- security -----------------------------------------------------------------------------------------

    def _show_security(self) -> None:
        thread, section = self._thread, self._security
        assert thread is not None
        section.begin(say("messages.panel.security"))
        section.pair(say("messages.panel.encryption"), say("messages.panel.end_to_end"))
        level = self._people.level(thread)
        icon, tone = looks.LEVELS[level]
        section.pair(say("messages.panel.keys"), say(f"messages.level.{level}"), icon, tone)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(Label(say("messages.panel.timer"), "small", "text_2"), 1)
        if self._writable:
            choice = TimerChoice(self._habits)
            choice.begin(thread.expire_s)
            choice.setMinimumContentsLength(6)
            Named(choice, say("messages.panel.timer"))
            choice.activated.connect(lambda _at, box=choice: self._set_timer(box.seconds))
            row.addWidget(choice)
            self.timer = choice
            section.add_row(row)
            section.add(choice.why)
        else:
            row.addWidget(Label(looks.timer(thread.expire_s), "small_strong"))
            section.add_row(row)

    def _set_timer(self, seconds: int) -> None:
        self._told = ()  # where it is refused, what holds is told again
        self.timed.emit(seconds)

    # --- people -------------------------------------------------------------------------------------------

    def _build_members(self) -> Iterator[object]:
        thread, section = self._thread, self._members
        assert thread is not None
        section.begin(says("messages.panel.people_n", len(thread.members) + (not thread.left)))
        team = thread.kind is ThreadKind.TEAM
        for place, user in enumerate(thread.members):
            section.add(self._member(self._people.of(user), team=team))
            yield _pace(place)
        if not team or not self._writable:
            return
        if self._picking == "person":
            picker = PeoplePicker(self._people)
            picker.without = thread.members
            picker.picked.connect(self._add)
            section.add(picker)
            picker.field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        row = QHBoxLayout()
        more = Button(say("messages.panel.add"), "ghost", "s", "user-plus")
        more.clicked.connect(lambda: self.pick("person"))
        leave = Button(say("messages.panel.leave"), "ghost", "s")
        leave.clicked.connect(lambda: self.removed.emit(self._people.me))
        row.addWidget(more)
        row.addWidget(leave)
        row.addStretch(1)
        section.add_row(row)

    def _add(self, user: bytes) -> None:
        self._put_picker_away()
        self.added.emit(user)

    def _member(self, one: Known, *, team: bool) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(8)
        row.addWidget(Avatar(one.name, 28))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Label(one.name, "small_strong").clipped())
        words.addWidget(Label(one.calling, "caption", "text_2").clipped())
        row.addLayout(words, 1)
        icon, tone = looks.LEVELS[one.level]
        mark = Glyph(icon, tone, 18)
        mark.setToolTip(tr(f"messages.level.{one.level}"))
        row.addWidget(mark)
        card = IconButton(say("messages.panel.person"), "address-book")
        card.speak(say("messages.panel.person.spoken", name=one.name))
        card.clicked.connect(lambda: self.person_opened.emit(one.user))
        card.setEnabled(one.level != "none")
        row.addWidget(card)
        if team and self._writable:
            cross = IconButton(say("messages.panel.remove"), "x")
            cross.speak(say("messages.panel.remove.spoken", name=one.name))
            cross.clicked.connect(lambda: self.removed.emit(one.user))
            row.addWidget(cross)
        return holder

    # --- one message --------------------------------------------------------------------------------------

    def show_message(self, receipts: Sequence[Receipt], versions: Sequence[tuple[int, str]]) -> None:
        """Show how far an own message came with each person, and what it said before."""
        section, now_ms = self._message, self._desk.now_ms()
        section.begin(say("messages.panel.message"))
        for one in receipts:
            section.pair(self._people.name(one.user), _receipt(one, now_ms))
            for code in one.held:
                section.add(Label(say(looks.why(code), code=code), "small", "warn", wrap=True))
        if versions:
            section.add(Label(say("messages.panel.versions"), "small_strong"))
        for at_ms, text in versions:
            section.add(Label(looks.moment(at_ms, now_ms), "caption", "text_2"))
            section.add(Label(text, "small", wrap=True))
        done = Button(say("messages.put_away"), "ghost", "s")
        done.clicked.connect(self.leave_message)
        section.add(done)
        section.show()
        done.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def about_message(self) -> bool:
        """Whether one message is told about."""
        return not self._message.isHidden()

    def leave_message(self) -> None:
        """Show nothing of one message any more."""
        self._message.hide()
        self.message_left.emit()

    # --- files --------------------------------------------------------------------------------------------

    def show_files(self, messages: Sequence[Message]) -> None:
        """Show the newest files among *messages*."""
        kept = [one for one in messages if not one.withdrawn_ms and not one.gone_ms]
        files = [(one.own, file) for one in reversed(kept) for file in one.files if not file.ephemeral]
        told = (language(), files[:FILES])
        if told == self._listed:
            return
        self._listed = told
        self._files.setVisible(bool(files))
        self._files.clear()
        self._later.run(self._build_files(files[:FILES]), later=True)

    def _build_files(self, files: Sequence[tuple[bool, File]]) -> Iterator[object]:
        self._files.begin(say("messages.panel.files"))
        for place, (own, file) in enumerate(files):
            self._files.add(self._file(file, own=own))
            yield _pace(place)

    def _file(self, file: File, *, own: bool) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(8)
        row.addWidget(Glyph(file_icon(file), "text_2", 18))
        words = QVBoxLayout()
        words.setSpacing(0)
        name = Label(file.name, "small_strong").clipped()
        name.setToolTip(file.name)
        words.addWidget(name)
        words.addWidget(Label(looks.file_words(file), "caption", "text_2").clipped(parted=True))
        row.addLayout(words, 1)
        for act, icon in file_acts(file, own=own)[:1]:
            button = IconButton(say(f"messages.act.{act}"), icon)
            button.speak(say("messages.act.spoken", act=say(f"messages.act.{act}"), name=file.name))
            button.clicked.connect(lambda _on, do=act, of=file.id: self.file_acted.emit(do, of))
            row.addWidget(button)
        return holder


def _pace(place: int) -> object:
    """Let two rows be shown at a time: each time all of the panel is laid out and painted."""
    return PAINT if place % 2 else None


def _receipt(one: Receipt, now_ms: int) -> Words:
    steps = {
        "opened": one.opened_ms,
        "read": one.read_ms,
        "delivered": one.delivered_ms,
        "relay": one.relay_ms,
    }
    for key, at_ms in steps.items():
        if at_ms:
            return say(f"messages.receipt.{key}", when=looks.moment(at_ms, now_ms))
    return say("messages.receipt.none")


class _Section(QWidget):
    """A heading and what stands below it, made anew each time."""

    def __init__(self, into: QVBoxLayout, *, last: bool = False) -> None:
        super().__init__()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._column = QVBoxLayout()
        self._column.setContentsMargins(16, 14, 16, 14)
        self._column.setSpacing(4)
        outer.addLayout(self._column)
        if not last:
            outer.addWidget(rule())
        into.addWidget(self)

    def clear(self) -> None:
        """Take everything out."""
        clear(self._column)

    def begin(self, title: Words) -> None:
        """Take everything out, and head it *title*."""
        self.clear()
        self.add(Label(title, "subhead", wrap=True))

    def add(self, widget: QWidget) -> None:
        """Put something below."""
        self._column.addWidget(widget)

    def add_row(self, row: QHBoxLayout) -> None:
        """Put a row below."""
        holder = QWidget()
        holder.setLayout(row)
        row.setContentsMargins(0, 2, 0, 2)
        self._column.addWidget(holder)

    def pair(self, name: Words, value: Words, icon: str = "", tone: str = "text") -> None:
        """Put a name and its value side by side."""
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(Label(name, "small", "text_2").clipped(), 1)
        if icon:
            row.addWidget(Glyph(icon, tone, 16))
        row.addWidget(Label(value, "small_strong"))
        self.add_row(row)
