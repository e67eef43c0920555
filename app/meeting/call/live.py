"""The running call: notices, lobby and view switch in the flow, the wall, the controls, the panel at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from app.i18n import fmt_list
from app.meeting.call.controls import Controls
from app.meeting.call.fullscreen import FullScreen
from app.meeting.call.keys import CallKeys
from app.meeting.call.lobby import LobbyBar
from app.meeting.call.pager import Pager
from app.meeting.call.reconnect import ReconnectBar
from app.meeting.call.side import SidePanel
from app.meeting.call.staging import Staging
from app.meeting.call.talk import PushToTalk
from app.meeting.call.wall import Wall
from app.meeting.notices import SHOWN, NoticeColumn
from app.meeting.view import HAND, IN_MEETING
from app.ui.choices import Segmented
from app.ui.panes import ground
from app.ui.text import Label
from app.ui.words import Words, say, says

if TYPE_CHECKING:
    from PyQt6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent

    from app.commands import Command
    from app.feature import Desk
    from app.meeting.call.handing import Card
    from app.meeting.ports import Documents
    from app.meeting.service import Meeting
    from app.meeting.view import View

NARROW = 1280
LOW = 680
"""Below this height there is room for one notice beside lobby, pictures and controls."""


class LivePage(QWidget):
    """Everything that a participant sees and presses. Single-letter keys act when no text field has the focus."""

    def __init__(self, meeting: Meeting, desk: Desk, documents: Documents) -> None:
        super().__init__()
        self._meeting, self._desk = meeting, desk
        self._kind = ""
        self._spotlight = -1
        self.talk = PushToTalk(self, meeting)
        self._had_share = False
        ground(self, "stage")
        self.notices, self.lobby, self.wall = NoticeColumn(), LobbyBar(), Wall(meeting.arena, desk.now_ms)
        self.reconnect, self.pager = ReconnectBar(), Pager()
        self.controls, self.side = Controls(), SidePanel(desk, documents)
        self.notices.setContentsMargins(8, 8, 8, 0)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        column = QVBoxLayout()
        column.setSpacing(0)
        header = self._header()
        for part in (self.notices, self.lobby, self.reconnect, header):
            column.addWidget(part)
        column.addWidget(self.wall, 1)
        column.addWidget(self.controls)
        row.addLayout(column, 1)
        row.addWidget(self.side)
        self.staging = Staging(self, self.wall, meeting, desk)
        self.full = FullScreen(self, column, self.controls, (header, self.side))
        self._connect()
        self._keys = CallKeys(self, meeting)

    def _header(self) -> QWidget:
        header = QWidget()
        row = QHBoxLayout(header)
        row.setContentsMargins(16, 8, 8, 0)
        self._count = Label("", "small", "stage_text_2").clipped()
        row.addWidget(self._count, 1)
        row.addWidget(self.pager)
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
        return header

    def _connect(self) -> None:
        meeting, side = self._meeting, self.side
        for signal, call in (
            (self.notices.dismissed, meeting.dismiss),
            (self.lobby.admitted, meeting.admit),
            (self.lobby.refused, meeting.refuse),
            (self.wall.asked, meeting.show),
            (self.wall.asked_far, meeting.show_far),
            (self.wall.arranged, self._show_count),
            (self.wall.picked, self._pick),
            (self.wall.stirred, self.full.stir),
            (self.wall.shared.full, self.full.flip),
            (self.full.asked, self._fill),
            (self.staging.moved, self._stage_moved),
            (self.pager.turned, self._turn),
            (self.controls.pointer, self.flip_pointer),
            (self.controls.microphone, self._meeting.flip_microphone),
            (self.controls.camera, self._meeting.flip_camera),
            (self.controls.share, self.open_share),
            (self.controls.hand, self.flip_hand),
            (self.controls.view, self.next_view),
            (self.controls.more, self.open_more),
            (self.controls.leave, self._leave),
            (side.closed, side.hide),
            (self.lobby.all_asked, self.open_people),
            (side.people.lobby.cards.admitted, meeting.admit),
            (side.people.lobby.cards.refused, meeting.refuse),
            (side.people.wished, self._wish),
            (side.people.room.muted, meeting.ask_mute),
            (side.people.room.locked, meeting.lock_room),
            (side.people.room.ended, self._end),
            (side.chat.said, meeting.say),
            (side.documents.came, self._document_came),
            (side.share.chosen, self._share),
            (side.share.stopped, self._stop_sharing),
            (side.share.again, meeting.list_devices),
            (side.code.asked, meeting.ask_code),
            (side.network.camera, meeting.camera),
            (side.network.faces, meeting.see),
            (side.more.code, self.open_code),
            (side.more.network, self.open_network),
            (side.more.room.muted, meeting.ask_mute),
            (side.more.room.locked, meeting.lock_room),
            (side.more.room.ended, self._end),
        ):
            signal.connect(call)

    @property
    def commands(self) -> list[Command]:
        """What palette and help offer in the call."""
        return self._keys.commands

    def allow_letters(self, yes: bool) -> None:
        """Let single-letter keys act, or not (WCAG 2.1.4)."""
        self._keys.allow_letters(yes)

    # --- what is shown ------------------------------------------------------------------------------------

    def show_view(self, view: View) -> None:
        """Bring everything up to date."""
        share = self.staging.follow(view)
        if not self._kind or bool(share) != self._had_share:
            self._had_share = bool(share)
            self._kind = "stage" if self._had_share else "gallery"
        if view.speaking and self._spotlight < 0:
            self._spotlight = view.speaking[0]
        self._views.choose(self._kind)
        for part in (self.notices, self.lobby, self.reconnect, self.side):
            part.show_view(view)
        self.controls.show_view(view, self._kind)
        self.controls.show_pointer(self.staging.can_point, self.staging.pointing)
        self.wall.alone = self.full.on and self._kind == "stage"
        self.wall.show_view(view, self._kind, self._spot(view), share)
        self._show_count()

    def _show_count(self) -> None:
        self.pager.show_pages(self.wall.page, self.wall.pages)
        people, unread = self._speaks(self._meeting.view), self.side.chat.unread
        hidden = unread and not self.side.isVisible()
        self._count.say(says("live.unread", unread, people=people) if hidden else people)

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
        if kind == "stage":
            self.staging.bring_back()
        self.show_view(self._meeting.view)

    def _stage_moved(self) -> None:
        """Show the people alone while the picture is elsewhere."""
        if self.staging.share is not None:
            self._kind = "stage" if self.staging.second is None else "gallery"
        self.show_view(self._meeting.view)

    def _turn(self, step: int) -> None:
        self.wall.turn(step)
        self._show_count()

    def page_on(self) -> None:
        """Show the next page of the gallery."""
        self._turn(1)

    def page_back(self) -> None:
        """Show the page of the gallery before."""
        self._turn(-1)

    def second(self) -> None:
        """Say once a second who stands still."""
        self.wall.tick()

    def cover(self, yes: bool) -> None:
        """Hide what is shown on another display, or show it again."""
        self.staging.cover(yes)
        if yes:
            self.side.documents.cover()

    def _fill(self, whole: bool) -> None:
        button = self.wall.shared.whole
        button.show_icon(say("stage.unfull" if whole else "stage.full"), "minimize" if whole else "maximize")
        self.show_view(self._meeting.view)

    def next_view(self) -> None:
        """Go round the views; the image only when one is shared."""
        stage = ["stage"] if self.staging.share is not None and self.staging.second is None else []
        kinds = ["gallery", *stage, "speaker"]
        at = kinds.index(self._kind) if self._kind in kinds else -1
        self.choose_view(kinds[(at + 1) % len(kinds)])

    def _pick(self, slot: int) -> None:
        self._spotlight = slot
        self.choose_view("speaker")

    # --- wishes -------------------------------------------------------------------------------------------

    def flip_hand(self) -> None:
        """Raise or lower the own hand."""
        me = self._meeting.view.me
        self._meeting.hand(not (me is not None and me.state & HAND))

    def flip_pointer(self) -> None:
        """Let all see the own mouse over the shared picture, or no more."""
        if self.staging.can_point and self.staging.second is None:
            self._kind = "stage"
        self.staging.flip_pointer()

    def point_by_key(self) -> None:
        """As `flip_pointer`, and let the arrow keys move it."""
        self.flip_pointer()
        if self.staging.pointing and self.staging.second is None:
            self.wall.shared.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _open(self, part: str) -> None:
        self.side.open(part)
        self.side.show()
        self.side.show_view(self._meeting.view)
        self._show_count()

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

    def open_documents(self) -> None:
        """Show what was handed out, and hand out."""
        self._open("documents")
        self.side.documents.send.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _document_came(self, card: Card) -> None:
        """Tell of a document; one that may be opened for seconds only comes into sight, unless somebody types."""
        if self.side.documents.isVisible():
            return
        typing = self.side.chat.field.hasFocus() or self.side.part == "share"
        if card.once and self.isVisible() and not typing and not self.full.on:
            self._open("documents")
        else:
            self._desk.tell(say("handing.told.once" if card.once else "handing.told", who=card.who))

    def open_code(self) -> None:
        """Show the call code."""
        self._open("code")

    def open_network(self) -> None:
        """Show the line, and what it costs."""
        self._open("network")

    def open_more(self) -> None:
        """Show what is needed seldom."""
        self._open("more")

    def open_people(self) -> None:
        """Show who is there, and who waits."""
        self._open("people")

    def _wish(self, act: str, member: bytes) -> None:
        """Do what the host wants with a member."""
        meeting = self._meeting
        acts = {"floor": meeting.give_floor, "mute": meeting.ask_mute}
        acts |= {"remove": meeting.remove, "hand_over": meeting.hand_over}
        acts[act](member)

    def tick(self, now_ms: int) -> None:
        """Let time pass for those who wait."""
        self.lobby.tick(now_ms)
        self.side.people.lobby.cards.tick(now_ms)

    def wipe(self) -> None:
        """Keep nothing of the meeting that ended."""
        self.side.wipe()

    def flip_side(self) -> None:
        """Show or hide the panel."""
        if self.side.isVisible():
            self.side.hide()
        else:
            self._open("people")

    def escape(self) -> None:
        """Leave the full screen, or else what lies over the tabs of the panel, or the panel."""
        if self.full.on:
            self.full.leave()
            return
        self.side.back()
        self.setFocus()

    def _share(self, kind: str, target: str) -> None:
        self._meeting.share(kind, target)
        self.side.back()
        self.setFocus()  # else the discussion below takes it, and every key goes into its field

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
        self.talk.listen()
        if window.width() < NARROW:
            self.side.hide()
        self.wall.ask()

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Let the engine decode nothing while another section is shown."""
        super().hideEvent(event)
        self.talk.stop()
        if event is not None and not event.spontaneous():
            self.full.leave()
        if self._meeting.view.stage in IN_MEETING:
            self._meeting.show(())

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Keep the floating controls in place."""
        super().resizeEvent(event)
        self.full.place()
        room = 1 if self.height() < LOW else SHOWN
        if room != self.notices.room:
            self.notices.room = room
            self.notices.show_view(self._meeting.view)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802 -- Qt's name
        """Show the controls on a full screen."""
        super().keyPressEvent(event)
        self.full.stir()
