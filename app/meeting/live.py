"""The running call: notices, lobby and view switch in the flow, the wall, the controls, the panel at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PyQt6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.commands import Command
from app.i18n import fmt_list
from app.meeting.controls import Controls
from app.meeting.lobby import LobbyBar
from app.meeting.notices import NoticeColumn
from app.meeting.side import SidePanel
from app.meeting.view import HAND, IN_MEETING, Stage
from app.meeting.wall import Wall
from app.ui.choices import Segmented
from app.ui.panes import ground
from app.ui.text import Label
from app.ui.words import Words, say, says

if TYPE_CHECKING:
    from collections.abc import Callable

    from PyQt6.QtGui import QHideEvent, QShowEvent

    from app.meeting.service import Meeting
    from app.meeting.view import View

NARROW = 1280
_TYPING = (QLineEdit, QAbstractButton, QComboBox)


class LivePage(QWidget):
    """Everything that a participant sees and presses. Single-letter keys act when no text field has the focus."""

    def __init__(self, meeting: Meeting) -> None:
        super().__init__()
        self._meeting = meeting
        self._kind = ""
        self._spotlight = -1
        self._talking = False
        self._had_share = False
        ground(self, "stage")
        self.notices, self.lobby, self.wall = NoticeColumn(), LobbyBar(), Wall(meeting.arena)
        self.controls, self.side = Controls(), SidePanel()
        self.notices.setContentsMargins(8, 8, 8, 0)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        column = QVBoxLayout()
        column.setSpacing(0)
        for part in (self.notices, self.lobby):
            column.addWidget(part)
        column.addLayout(self._header())
        column.addWidget(self.wall, 1)
        column.addWidget(self.controls)
        row.addLayout(column, 1)
        row.addWidget(self.side)
        self._connect()
        self._keys()

    def _header(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 8, 0)
        self._count = Label("", "small", "stage_text_2").clipped()
        row.addWidget(self._count, 1)
        self._views = Segmented(
            [
                ("gallery", say("view.gallery"), "layout-grid"),
                ("stage", say("view.stage"), "presentation"),
                ("speaker", say("view.speaker"), "user"),
            ],
            dark=True,
        )
        self._views.chosen.connect(self.choose_view)
        row.addWidget(self._views)
        return row

    def _connect(self) -> None:
        meeting, side = self._meeting, self.side
        for signal, call in (
            (self.notices.dismissed, meeting.dismiss),
            (self.lobby.admitted, meeting.admit),
            (self.lobby.refused, meeting.refuse),
            (self.wall.asked, meeting.show),
            (self.wall.arranged, self._show_count),
            (self.wall.picked, self._pick),
            (self.controls.microphone, self.flip_microphone),
            (self.controls.camera, self.flip_camera),
            (self.controls.share, self.open_share),
            (self.controls.hand, self.flip_hand),
            (self.controls.view, self.next_view),
            (self.controls.more, self.open_more),
            (self.controls.leave, self._leave),
            (side.closed, side.hide),
            (side.people.removed, meeting.remove),
            (side.people.handed, meeting.hand_over),
            (side.chat.said, meeting.say),
            (side.share.chosen, self._share),
            (side.share.stopped, self._stop_sharing),
            (side.share.again, meeting.list_devices),
            (side.code.asked, meeting.ask_code),
            (side.more.code, self.open_code),
            (side.more.locked, meeting.lock_room),
            (side.more.ended, self._end),
        ):
            signal.connect(call)

    def _keys(self) -> None:
        self.letters: list[QShortcut] = []
        of = (
            ("microphone", self.flip_microphone, "M", "microphone"),
            ("camera", self.flip_camera, "V", "video"),
            ("share", self.open_share, "S", "screen-share"),
            ("hand", self.flip_hand, "H", "hand-stop"),
            ("view", self.next_view, "L", "layout-grid"),
            ("chat", self.open_chat, "T", "message-2"),
            ("admit", self._meeting.admit_next, "A", "user-plus"),
            ("code", self.open_code, "", "shield-check"),
        )
        self.commands = [
            Command(f"call.{name}", say(f"command.call.{name}"), run, key, icon)
            for name, run, key, icon in of
        ]
        self.letters += [self._shortcut(one.keys, one.run) for one in self.commands if one.keys]
        self._shortcut("Ctrl+D", self.flip_microphone)
        self._shortcut("Esc", self._escape)

    def _shortcut(self, key: str, call: Callable[[], object]) -> QShortcut:
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(call)
        return shortcut

    def allow_letters(self, yes: bool) -> None:
        """Let single-letter keys act, or not (WCAG 2.1.4)."""
        for shortcut in self.letters:
            shortcut.setEnabled(yes)

    # --- what is shown ------------------------------------------------------------------------------------

    def show_view(self, view: View) -> None:
        """Bring everything up to date."""
        if not self._kind or bool(view.sharer) != self._had_share:
            self._had_share = bool(view.sharer)
            self._kind = "stage" if self._had_share else "gallery"
        if view.speaking and self._spotlight < 0:
            self._spotlight = view.speaking[0]
        self._views.choose(self._kind)
        for part in (self.notices, self.lobby, self.side):
            part.show_view(view)
        self.controls.show_view(view, self._kind)
        self.wall.show_view(view, self._kind, self._spot(view))
        self._show_count()

    def _show_count(self) -> None:
        self._count.say(self._speaks(self._meeting.view))

    def _spot(self, view: View) -> int:
        others = [slot for slot in view.speaking if view.me is None or slot != view.me.slot]
        if others:
            self._spotlight = others[0]
        elif view.person(self._spotlight) is None and view.people:
            self._spotlight = next((p.slot for p in view.people if not p.me), view.people[0].slot)
        return self._spotlight

    def _speaks(self, view: View) -> Words:
        names = [person.name for slot in view.speaking[:2] if (person := view.person(slot)) is not None]
        count = says("live.count", len(view.people))
        if self.wall.hidden:
            count = says("live.count_hidden", self.wall.hidden, people=count)
        return says("live.speaks", len(names), people=count, names=fmt_list(names)) if names else count

    def choose_view(self, kind: str) -> None:
        """Show the people as gallery, the shared image, or who speaks."""
        self._kind = kind
        self.show_view(self._meeting.view)

    def next_view(self) -> None:
        """Go round the views; the image only when one is shared."""
        kinds = ["gallery", *(["stage"] if self._meeting.view.sharer else []), "speaker"]
        at = kinds.index(self._kind) if self._kind in kinds else -1
        self.choose_view(kinds[(at + 1) % len(kinds)])

    def _pick(self, slot: int) -> None:
        self._spotlight = slot
        self.choose_view("speaker")

    # --- wishes -------------------------------------------------------------------------------------------

    def flip_microphone(self) -> None:
        """Switch the microphone."""
        self._meeting.microphone(not self._meeting.view.microphone.wanted)

    def flip_camera(self) -> None:
        """Switch the camera."""
        self._meeting.camera(not self._meeting.view.camera.wanted)

    def flip_hand(self) -> None:
        """Raise or lower the own hand."""
        me = self._meeting.view.me
        self._meeting.hand(not (me is not None and me.state & HAND))

    def _open(self, part: str) -> None:
        self.side.open(part)
        self.side.show()
        self.side.show_view(self._meeting.view)

    def open_share(self) -> None:
        """Choose what to share, or stop."""
        if self._meeting.view.share.wanted:
            self._stop_sharing()
            return
        self._meeting.list_devices()
        self._open("share")

    def open_chat(self) -> None:
        """Show the discussion and type."""
        self._open("chat")
        self.side.chat.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def open_code(self) -> None:
        """Show the call code."""
        self._open("code")

    def open_more(self) -> None:
        """Show what is needed seldom."""
        self._open("more")

    def flip_side(self) -> None:
        """Show or hide the panel."""
        if self.side.isVisible():
            self.side.hide()
        else:
            self._open("people")

    def _escape(self) -> None:
        self.side.back()
        self.setFocus()

    def _share(self, kind: str, target: str) -> None:
        self._meeting.share(kind, target)
        self.side.back()

    def _stop_sharing(self) -> None:
        self._meeting.stop_sharing()

    def _leave(self) -> None:
        self._meeting.leave()

    def _end(self) -> None:
        self._meeting.leave(end=True)

    # --- push to talk -------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Listen for the space bar; fold the panel in a narrow window."""
        super().showEvent(event)
        window = self.window()
        assert window is not None
        window.removeEventFilter(self)
        window.installEventFilter(self)
        if window.width() < NARROW:
            self.side.hide()
        self.wall.ask()

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Let the engine decode nothing while another section is shown."""
        super().hideEvent(event)
        if self._meeting.view.stage in IN_MEETING:
            self._meeting.show(())

    def eventFilter(self, _target: QObject | None, event: QEvent | None) -> bool:  # noqa: N802 -- Qt's name
        """Hold the space bar to talk, where it does not type or press something."""
        if not isinstance(event, QKeyEvent) or event.key() != Qt.Key.Key_Space or event.isAutoRepeat():
            return False
        if event.type() == QEvent.Type.KeyPress and self._may_talk():
            self._talking = True
            self._meeting.microphone(True)
            return True
        if event.type() == QEvent.Type.KeyRelease and self._talking:
            self._talking = False
            self._meeting.microphone(False)
            return True
        return False

    def _may_talk(self) -> bool:
        view = self._meeting.view
        free = not isinstance(QApplication.focusWidget(), _TYPING)
        return self.isVisible() and free and view.stage is Stage.LIVE and not view.microphone.wanted
