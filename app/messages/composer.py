"""Where one writes: text, what it answers, files, the ephemeral document, and why nothing can be sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PyQt6.QtCore import QMimeData, Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.messages import looks
from app.messages.above import Above, HowLong
from app.messages.attached import Attached
from app.messages.letters import Letter, Parcel
from app.messages.writing import Writing
from app.ui.buttons import Button, IconButton
from app.ui.text import KeyHint, Label
from app.ui.theme import theme
from app.ui.words import Words, say, says
from app.ui.writing import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PyQt6.QtGui import QResizeEvent

    from app.bridge import Bridge
    from app.messages.habits import Habits
    from app.messages.ports import Outgoing

DRAFT_MS = 600
"""So long after the first key that is not kept yet the draft is kept."""
NEAR_LIMIT = 1_000
ROOMY = 500


class Composer(QWidget):
    """The field shows `letter`. `sent` asks to send it; `drafted` to keep what is typed.

    `left_out` tells that something is no file that can be read.
    """

    sent = pyqtSignal()
    left_out = pyqtSignal()
    drafted = pyqtSignal()
    attach_asked = pyqtSignal()
    timer_asked = pyqtSignal()
    left = pyqtSignal()

    def __init__(self, bridge: Bridge, habits: Habits) -> None:
        super().__init__()
        self._above, self._attached, self._how_long = Above(), Attached(bridge), HowLong(habits)
        self.letter = Letter()
        self._closed: Words = ""
        self._held = False
        self._offline = False
        self._loading = False
        self.setAcceptDrops(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 8, 20, 12)
        column.setSpacing(8)
        column.addWidget(self._above)
        column.addWidget(self._attached)
        column.addWidget(self._how_long)
        column.addWidget(self._make_box())
        column.addLayout(self._make_foot())
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(DRAFT_MS)
        self._later.timeout.connect(self.keep_draft)
        self._widened = QTimer(self)
        self._widened.setSingleShot(True)
        self._widened.timeout.connect(self._use_room)
        self.field.textChanged.connect(self._typed)
        self.field.sent.connect(self._press)
        self.field.left.connect(self._leave)
        self.field.gave.connect(self.take)
        self._above.dropped.connect(self.drop_reference)
        self._attached.changed.connect(self._refresh)
        self._attached.touched.connect(self._focus)
        self._attached.left_out.connect(self.left_out)
        self.show_timer(0)
        self._refresh()

    # --- the parts ----------------------------------------------------------------------------------------

    def _make_box(self) -> QWidget:
        box = Box()
        row = QHBoxLayout(box)
        row.setContentsMargins(8, 5, 6, 5)
        row.setSpacing(6)
        bottom = Qt.AlignmentFlag.AlignBottom
        self.attach = IconButton(say("messages.attach"), "paperclip")
        self.attach.clicked.connect(self.attach_asked)
        self.once_button = IconButton(say("messages.once"), "hourglass-high", ("Ctrl", "E"))
        self.once_button.setCheckable(True)
        self.once_button.toggled.connect(self._set_once)
        self.field = Writing()
        self.field.ringed = box
        self.timer = Button("", "secondary", "s", "hourglass-high")
        self.timer.clicked.connect(self.timer_asked)
        self.send = Button(say("messages.send"), "primary", "m", "send", ())
        self.send.clicked.connect(self._press)
        row.addWidget(self.attach, 0, bottom)
        row.addWidget(self.once_button, 0, bottom)
        row.addWidget(self.field, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.timer, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.send, 0, bottom)
        return box

    def _make_foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self._hints: list[QWidget] = []
        for keys, words in ((("Ctrl", "↵"), "messages.foot.send"), (("Ctrl", "E"), "messages.foot.once")):
            pair = KeyHint(*keys), Label(say(words), "caption", "text_2")
            for part in pair:
                row.addWidget(part)
            row.addSpacing(10)
            self._hints = list(pair)
        self._reason = Label("", "caption", "text_2").clipped()
        self._reason.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._reason, 1)
        return row

    # --- what is written ----------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """What is typed, without blanks around it."""
        return self.field.toPlainText().strip()

    @property
    def files(self) -> tuple[Outgoing, ...]:
        """The files to send; ephemeral where that is chosen."""
        if not self.letter.once:
            return tuple(self.letter.files)
        shown = self._how_long.seconds
        return tuple(
            replace(one, open_within_s=looks.OPEN_WITHIN_S, shown_for_s=shown) for one in self.letter.files
        )

    def parcel(self, *, confirmed: bool = False) -> Parcel:
        """Return what a press sends now; an ephemeral document goes without words."""
        letter, pairs = self.letter, tuple(zip(self.letter.files, self.files, strict=True))
        if letter.correcting:
            return Parcel(self.text, correcting=letter.correcting)
        text = "" if letter.once else self.text
        return Parcel(text, letter.quote, letter.patient, files=pairs, once=letter.once, confirmed=confirmed)

    def begin(self, name: str, letter: Letter) -> None:
        """Write to somebody else: what was typed there before stands here again."""
        self._later.stop()
        self.letter = letter
        self.field.hint(str(say("messages.write.to", name=name)))
        self.show_letter()

    def show_letter(self) -> None:
        """Show what the letter is now; a field that says the same stays untouched, its caret and its selection too."""
        letter = self.letter
        self._loading = True
        if self.field.toPlainText() != letter.text:
            self.field.setPlainText(letter.text)
            self.field.moveCursor(self.field.textCursor().MoveOperation.End)
        self.once_button.setChecked(letter.once)
        self._how_long.setVisible(letter.once)
        self._attached.show_letter(letter)
        self._show_above()
        self._loading = False
        self._refresh()

    def _show_above(self) -> None:
        letter = self.letter
        if letter.correcting:
            self._above.tell("pencil", say("messages.correcting"))
        elif letter.quote:
            self._above.tell("arrow-back-up", letter.quoted)
        else:
            self._above.hide()

    def keep_draft(self) -> None:
        """Let what is typed be kept."""
        self._later.stop()
        self.drafted.emit()

    def answer(self, msg_id: bytes, words: str) -> None:
        """Answer a message."""
        self.letter.drop_reference()
        self.letter.quote, self.letter.quoted = msg_id, words
        self.show_letter()
        self._focus()

    def correct(self, message: int, text: str) -> None:
        """Correct an own message; what was typed comes back afterwards."""
        self.letter.drop_reference()
        self.letter.correcting, self.letter.before, self.letter.text = message, self.letter.text, text
        self.show_letter()
        self.field.selectAll()
        self._focus()

    def drop_reference(self) -> None:
        """Answer and correct nothing."""
        self.letter.drop_reference()
        self.show_letter()

    # --- files --------------------------------------------------------------------------------------------

    def add_files(self, files: Sequence[Outgoing]) -> None:
        """Take files along; an ephemeral document goes alone."""
        self._attached.add(files)

    def take(self, source: QMimeData) -> None:
        """Take along the files and the picture that were dropped or pasted."""
        self._attached.take(source)

    def _focus(self) -> None:
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _set_once(self, yes: bool) -> None:
        if self._loading:
            return
        self.letter.once = yes
        self.show_letter()
        if yes and not self.letter.files:
            self.attach_asked.emit()

    def flip_once(self) -> None:
        """Make what is attached ephemeral, or not."""
        if self.once_button.isEnabled():
            self.once_button.toggle()

    def show_timer(self, seconds: int) -> None:
        """Show after how long messages go."""
        self.timer.say(looks.timer(seconds) if seconds else say("messages.timer.keep"))
        self.timer.speak(say("messages.timer.spoken", timer=looks.timer(seconds)))

    # --- whether it can be sent ---------------------------------------------------------------------------

    def close_for(self, why: Words) -> None:
        """Take nothing, and say why; an empty reason opens it again."""
        self._closed = why
        self._refresh()

    def show_standing(self, *, held: bool, offline: bool) -> None:
        """Say that what is sent will be held, or will wait for the relay."""
        self._held, self._offline = held, offline
        self._refresh()

    def _typed(self) -> None:
        if self._loading:
            return
        self.letter.text = self.field.toPlainText()
        self._refresh()
        if not self._later.isActive():  # who types without a pause has a draft too
            self._later.start()

    def _refresh(self) -> None:
        closed = bool(str(self._closed))
        text, files = self.text, self.letter.files
        self.field.setReadOnly(closed)
        for button in (self.attach, self.once_button, self.timer):
            button.setEnabled(not closed and not self.letter.correcting)
        self.send.say(say("messages.save_correction") if self.letter.correcting else say("messages.send"))
        lone = bool(files) if self.letter.once else bool(text or files)
        self.send.setEnabled(not closed and lone and not self.letter.making and len(text) <= looks.MAX_TEXT)
        words, tone = self._why(text)
        self._reason.say(words)
        self._reason.setToolTip(str(words))
        self._reason.set_tone(tone)

    def _why(self, text: str) -> tuple[Words, str]:
        left = looks.MAX_TEXT - len(text)
        told: tuple[tuple[bool, Words, str], ...] = (
            (bool(str(self._closed)), self._closed, "text_2"),
            (left < 0, says("messages.too_long", -left), "danger"),
            (left < NEAR_LIMIT, says("messages.letters_left", left), "text_2"),
            (bool(self.letter.making), say("messages.attach.preparing"), "text_2"),
            (self.letter.once and not self.letter.files, say("messages.once.choose"), "text_2"),
            (self._held, say("messages.after_compare"), "warn"),
            (self._offline, say("messages.when_back"), "text_2"),
        )
        return next(((words, tone) for yes, words, tone in told if yes), ("", "text_2"))

    def _press(self) -> None:
        if self.send.isEnabled():
            self._later.stop()
            self.sent.emit()

    def _leave(self) -> None:
        if not self._above.isHidden():
            self.drop_reference()
        else:
            self.left.emit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Leave the field its room at once; what there is room for again comes when all have theirs.

        To show a part lays out all that it stands in, amid which the thread above would keep a width of before.
        """
        super().resizeEvent(event)
        if self._roomy:
            self._widened.start(0)
        else:
            self._use_room()

    @property
    def _roomy(self) -> bool:
        return self.width() >= theme().scaled(ROOMY)

    def _use_room(self) -> None:
        """Show the timer, which stands in the panel too, and the keys, which the tooltips tell, where there is room."""
        for part in (self.timer, *self._hints):
            part.setVisible(self._roomy)

    # --- drag and drop ------------------------------------------------------------------------------------

    def accepts(self, source: QMimeData | None) -> bool:
        """Tell whether something dragged here would be taken."""
        return (
            source is not None and source.hasUrls() and not str(self._closed) and not self.letter.correcting
        )
