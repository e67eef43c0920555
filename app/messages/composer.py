"""Where one writes: text, what it answers, files, the ephemeral document, and why nothing can be sent."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PyQt6.QtCore import QMimeData, QRectF, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from app.i18n import tr
from app.messages import looks, offered
from app.messages.ports import Outgoing
from app.ui import paint
from app.ui.buttons import Button, IconButton
from app.ui.choices import Select
from app.ui.panes import Glyph, clear
from app.ui.text import KeyHint, Label, Named
from app.ui.theme import theme
from app.ui.words import Words, say, says

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PyQt6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent

    from app.bridge import Bridge

MOST_LINES, MOST_FILES = 8, 32
DRAFT_MS = 600
"""So long after the last key the draft is kept."""
NEAR_LIMIT = 1_000
ROOMY = 500
log = logging.getLogger(__name__)


class Writing(QPlainTextEdit):
    """A field that grows with its lines. `gave` carries what was dropped or pasted that is no text."""

    sent = pyqtSignal()
    left = pyqtSignal()
    gave = pyqtSignal(QMimeData)

    def __init__(self) -> None:
        super().__init__()
        self._hint = ""
        self.ringed: QWidget = self
        Named(self, say("messages.write"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setStyleSheet("QPlainTextEdit {background:transparent}")
        document = self.document()
        if document is not None:
            document.setDocumentMargin(5)
        self.textChanged.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """One line, up to `MOST_LINES`."""
        document = self.document()
        lines = int(document.size().height()) if document is not None else 1
        high = self.fontMetrics().lineSpacing() * min(max(lines, 1), MOST_LINES) + 10
        return QSize(200, max(high, theme().scaled(30)))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 -- Qt's name
        """Never less."""
        return QSize(80, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Ctrl+↵ sends, Échap leaves."""
        if event is None:
            return
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and control:
            self.sent.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def hint(self, words: str) -> None:
        """Say what belongs here, in one line."""
        self._hint = words
        self._elide()

    @property
    def hinted(self) -> str:
        """What the hint says, whole."""
        return self._hint

    def _elide(self) -> None:
        room = self.width() - 20
        self.setPlaceholderText(self.fontMetrics().elidedText(self._hint, Qt.TextElideMode.ElideRight, room))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Fit the hint."""
        super().resizeEvent(event)
        self._elide()

    def canInsertFromMimeData(self, source: QMimeData | None) -> bool:  # noqa: N802 -- Qt's name
        """Take text, files and pictures."""
        return source is not None and (source.hasText() or source.hasUrls() or source.hasImage())

    def insertFromMimeData(self, source: QMimeData | None) -> None:  # noqa: N802 -- Qt's name
        """Insert text as plain text; hand on files and pictures."""
        if source is None:
            return
        if offered.paths(source) or offered.picture(source) is not None:
            self.gave.emit(source)
        else:
            self.insertPlainText(source.text())


class Composer(QWidget):
    """`sent` asks to send what `text`, `files` and `quote` say; `drafted` to keep what is typed.

    `left_out` tells that something is no file that can be read.
    """

    sent = pyqtSignal()
    left_out = pyqtSignal()
    drafted = pyqtSignal(str)
    attach_asked = pyqtSignal()
    timer_asked = pyqtSignal()
    left = pyqtSignal()

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge = bridge
        self.quote: bytes = b""
        self.correcting = 0
        self._files: list[Outgoing] = []
        self._sizes: dict[Path, int] = {}
        self._letter = 0
        self._making = False
        self._closed: Words = ""
        self._held = False
        self._offline = False
        self._before_correction = ""
        self.once = False
        self._loading = False
        self.setAcceptDrops(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 8, 20, 12)
        column.setSpacing(8)
        column.addWidget(self._make_above())
        self._chips = QVBoxLayout()
        self._chips.setSpacing(4)
        column.addLayout(self._chips)
        column.addWidget(self._make_once())
        column.addWidget(self._make_box())
        column.addLayout(self._make_foot())
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(DRAFT_MS)
        self._later.timeout.connect(self.keep_draft)
        self.field.textChanged.connect(self._typed)
        self.field.sent.connect(self._press)
        self.field.left.connect(self._leave)
        self.field.gave.connect(self.take)
        self.show_timer(0)
        self._refresh()

    # --- the parts ----------------------------------------------------------------------------------------

    def _make_above(self) -> QWidget:
        """Return the strip that says what is answered or corrected."""
        self._above = QWidget()
        row = QHBoxLayout(self._above)
        row.setContentsMargins(4, 0, 0, 0)
        self._above_icon = Glyph("arrow-back-up", "accent_text", 18)
        self._above_words = Label("", "small", "text_2").clipped()
        row.addWidget(self._above_icon)
        row.addWidget(self._above_words, 1)
        self._drop = IconButton(say("messages.write.drop"), "x")
        self._drop.clicked.connect(self.drop_reference)
        row.addWidget(self._drop)
        self._above.hide()
        return self._above

    def _make_once(self) -> QWidget:
        """Return the strip of the ephemeral document."""
        self._once_strip = QWidget()
        row = QHBoxLayout(self._once_strip)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(Glyph("hourglass-high", "warn", 18), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(Label(say("messages.once.honest"), "small", "text_2", wrap=True), 1)
        self.shown_for = Select()
        self.shown_for.offer([(str(s), say("messages.once.for", s=s)) for s in looks.SHOWN_FOR_S], "10")
        Named(self.shown_for, say("messages.once.duration"))
        row.addWidget(self.shown_for)
        self._once_strip.hide()
        return self._once_strip

    def _make_box(self) -> QWidget:
        box = _Box()
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
        if not self.once:
            return tuple(self._files)
        shown = int(self.shown_for.currentData())
        return tuple(
            replace(one, open_within_s=looks.OPEN_WITHIN_S, shown_for_s=shown) for one in self._files
        )

    def begin(self, name: str, draft: str) -> None:
        """Write to somebody else, or to the same again: what was typed there before stands here again."""
        self._loading = True
        self._later.stop()
        self.quote, self.correcting = b"", 0
        self._above.hide()
        self._letter += 1
        self._making = False
        self._files.clear()
        self.once_button.setChecked(False)
        self._show_files()
        self.field.hint(str(say("messages.write.to", name=name)) if name else self.field.hinted)
        self.field.setPlainText(draft)
        self.field.moveCursor(self.field.textCursor().MoveOperation.End)
        self._loading = False
        self._refresh()

    def emptied(self) -> None:
        """Take it that what was written went out."""
        self.begin("", "")
        self.drafted.emit("")

    def sent_only(self, text: str) -> None:
        """Take it that files and *text* went out, no more: what stands behind it was typed meanwhile, and stays."""
        rest = self.text.removeprefix(text).lstrip()
        self.quote = b""
        self._above.hide()
        self._files.clear()
        self.once_button.setChecked(False)
        self._show_files()
        if text:
            self.field.setPlainText(rest)
            self.field.moveCursor(self.field.textCursor().MoveOperation.End)
        self._refresh()

    def keep_draft(self) -> None:
        """Hand over what is typed, to be kept; a correction is no draft."""
        self._later.stop()
        if not self.correcting:
            self.drafted.emit(self.field.toPlainText())

    def answer(self, msg_id: bytes, words: str) -> None:
        """Answer a message."""
        self.drop_reference()
        self.quote = msg_id
        self._above_icon.show_icon("arrow-back-up", "accent_text")
        self._above_words.say(words)
        self._above.show()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def correct(self, message: int, text: str) -> None:
        """Correct an own message; what was typed comes back afterwards."""
        self.drop_reference()
        self._before_correction = self.field.toPlainText()
        self.correcting = message
        self._above_icon.show_icon("pencil", "accent_text")
        self._above_words.say(say("messages.correcting"))
        self._above.show()
        self.field.setPlainText(text)
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._refresh()

    def drop_reference(self) -> None:
        """Answer and correct nothing."""
        self.quote = b""
        self._above.hide()
        if self.correcting:
            self.correcting = 0
            self.field.setPlainText(self._before_correction)
            self._before_correction = ""
        self._refresh()

    # --- files --------------------------------------------------------------------------------------------

    def add_files(self, files: Sequence[Outgoing]) -> None:
        """Take files along, at most `MOST_FILES`; an ephemeral document goes alone."""
        self._files = [*self._files, *files][:MOST_FILES]
        self._show_files()
        self._refresh()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        paths = [one.path for one in files if one.path is not None]
        if paths:
            work = asyncio.to_thread(offered.sizes, paths)
            self._bridge.start(self, work, self._for_this(self._show_sizes), _not_looked)

    def take(self, source: QMimeData) -> None:
        """Take along the files and the picture that were dropped or pasted; neither is looked at on the window's thread."""
        picture = offered.picture(source)
        self.add_files([Outgoing(path, path.name) for path in offered.paths(source)])
        if picture is not None:
            self._making = True
            self._refresh()
            work = asyncio.to_thread(offered.png, picture)
            self._bridge.start(self, work, self._for_this(self._pasted), _not_looked)

    def _for_this(self, done: Callable[..., None]) -> Callable[..., None]:
        """Call *done* only while the same message is written: nothing gets into another thread's."""
        return partial(self._if_still, self._letter, done)

    def _if_still(self, letter: int, done: Callable[..., None], answer: object) -> None:
        if letter == self._letter:
            done(answer)

    def _pasted(self, data: bytes) -> None:
        self._making = False
        self.add_files([Outgoing(None, tr("messages.pasted"), data)])

    def _show_sizes(self, sizes: dict[Path, int | None]) -> None:
        self._sizes |= {path: size for path, size in sizes.items() if size is not None}
        stay = [one for one in self._files if one.path is None or sizes.get(one.path, 0) is not None]
        if len(stay) < len(self._files):
            self.left_out.emit()
        self._files = stay
        self._show_files()
        self._refresh()

    def _show_files(self) -> None:
        clear(self._chips)
        for place, file in enumerate(self._files):
            size = self._sizes.get(file.path) if file.path is not None else len(file.data)
            self._chips.addWidget(_FileRow(file.name, size, lambda at=place: self._remove(at)))

    def _remove(self, place: int) -> None:
        del self._files[place]
        self._show_files()
        self._refresh()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _set_once(self, yes: bool) -> None:
        self.once = yes
        self._once_strip.setVisible(yes)
        self._refresh()
        if yes and not self._files:
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
        self._refresh()
        if not self._loading and not self.correcting:
            self._later.start()

    def _refresh(self) -> None:
        closed = bool(str(self._closed))
        text, files = self.text, self._files
        self.field.setReadOnly(closed)
        for button in (self.attach, self.once_button, self.timer):
            button.setEnabled(not closed and not self.correcting)
        self.send.say(say("messages.save_correction") if self.correcting else say("messages.send"))
        lone = bool(files) if self.once else bool(text or files)
        self.send.setEnabled(not closed and lone and not self._making and len(text) <= looks.MAX_TEXT)
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
            (self._making, say("messages.attach.preparing"), "text_2"),
            (self.once and not self._files, say("messages.once.choose"), "text_2"),
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
        """Leave the field its room: the timer stands in the panel too, the keys in the tooltips."""
        super().resizeEvent(event)
        self.timer.setVisible(self.width() >= theme().scaled(ROOMY))
        for part in self._hints:
            part.setVisible(self.width() >= theme().scaled(ROOMY))

    # --- drag and drop ------------------------------------------------------------------------------------

    def accepts(self, source: QMimeData | None) -> bool:
        """Tell whether something dragged here would be taken."""
        return source is not None and source.hasUrls() and not str(self._closed) and not self.correcting


class _Box(QFrame):
    """The frame around field and buttons."""

    radius = 9.0

    def paintEvent(self, _event: QPaintEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Paint it."""
        color = theme().color
        paint.box(
            paint.painter_for(self), QRectF(self.rect()), self.radius, color("surface"), color("line_strong")
        )


class _FileRow(QWidget):
    """A file that will be sent, with a cross to leave it out."""

    def __init__(self, name: str, size: int | None, remove: object) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(Glyph("file-text", "accent_text", 18))
        row.addWidget(Label(name, "small_strong").clipped(), 1)
        row.addWidget(Label(looks.size(size) if size is not None else "", "small", "text_2"))
        cross = IconButton(say("messages.attach.remove"), "x")
        cross.speak(say("messages.attach.remove.spoken", name=name))
        cross.clicked.connect(remove)  # type: ignore[arg-type]
        row.addWidget(cross)


def _not_looked(error: Exception) -> None:
    log.warning("what was attached could not be looked at: %s", type(error).__name__)
