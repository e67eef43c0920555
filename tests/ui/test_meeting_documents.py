"""Documents in the running call: for who is there, opened beside the faces, nothing of it left with the call."""

from __future__ import annotations

import msgspec
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel

from app.meeting.view import Stage
from app.scenes import stills
from app.scenes.letters import StillMessages
from app.scenes.stills import LINK, NOW_MS
from media.engine import messages as m
from storage.messages.records import File, FileState


class Call:
    """In a call of four: Marchetti (this user), two certified ones and a guest."""

    def __init__(self, make_desk, qtbot):
        self.qtbot = qtbot
        self.told = StillMessages(bytes(16), lambda: self.desk.now_ms)
        self.desk = make_desk(session=stills.session(), more={"messages": self.told})
        self.desk.call(4)
        self.people = self._people()
        self.desk.hear(m.Roster(n=2, people=self.people))
        qtbot.waitUntil(lambda: self.desk.page.drawn is self.view and self.view.people == tuple(self.people))
        self.live = self.desk.window.page("meeting").live
        qtbot.waitUntil(self.live.isVisible)
        self.panel = self.live.side.documents

    def _people(self):
        people = list(stills.people(4))
        guest = msgspec.structs.replace(people[3], user=b"", trust="guest", name="M. Caron")
        users = [bytes(16), b"b" * 16, b"c" * 16]
        some = [msgspec.structs.replace(one, user=user) for one, user in zip(people, users, strict=False)]
        return [*some, guest]

    @property
    def view(self):
        return self.desk.meeting.view

    def texts(self):
        return [label.text() for label in self.panel.findChildren(QLabel) if label.isVisible()]

    def says(self, words):
        return any(words in text.replace("\u200b", "") for text in self.texts())

    def put(self, author, name="Scanner.txt", **more):
        """Let somebody hand something out."""
        thread = self.told.meetings.setdefault(LINK.invite_hash, 0) or self.told.thread(author, title="RCP")
        self.told.meetings[LINK.invite_hash] = thread
        number = 70 + len(self.told.said[thread])
        file = File(number, name, "text/plain", 9, FileState.OFFERED, **more)
        self.told.bytes[number] = b"T2 N0 M0"
        self.told.put(thread, author, "", self.desk.now_ms, files=(file,), read=False)
        self.told.tell(thread)
        return number

    def comes(self, author, name="Scanner.txt", **more):
        number = self.put(author, name, **more)
        self.qtbot.waitUntil(lambda: number in self.panel._rows)
        return self.panel._rows[number]


ONCE = {"ephemeral": True, "open_within_s": 10, "shown_for_s": 10}


@pytest.fixture
def call(make_desk, qtbot):
    return Call(make_desk, qtbot)


def test_a_document_is_handed_to_the_members_with_a_certificate_by_the_keyboard(call, qtbot, tmp_path):
    place = tmp_path / "Lames.txt"
    place.write_text("x")
    qtbot.keyClick(call.live, Qt.Key.Key_D)
    assert call.live.side.part == "documents"
    assert call.says("Pour 2 participants. 1 invité sans certificat n’en reçoit pas.")
    assert QApplication.focusWidget() is call.panel.send
    qtbot.keyClick(call.panel.send, Qt.Key.Key_Space)
    picking = call.panel.picking
    assert QApplication.focusWidget() is picking.files.path
    picking.files.path.setText(str(place))
    qtbot.keyClick(picking.files.path, Qt.Key.Key_Return)
    assert "2 participants" in picking.go.name
    assert not call.told.asked
    qtbot.keyClick(picking.go, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bool(call.told.asked))
    assert call.told.asked[0] == ("hand_out", LINK.invite_hash, (b"b" * 16, b"c" * 16), place, 0)
    qtbot.waitUntil(lambda: call.says("Lames.txt"))


def test_an_ephemeral_one_is_chosen_so_and_says_what_it_is(call, qtbot, tmp_path):
    place = tmp_path / "Lames.txt"
    place.write_text("x")
    call.live.open_documents()
    call.panel.send.click()
    picking = call.panel.picking
    picking.files.chosen.emit(str(place))
    picking.kind._choices["once"].click()
    assert call.says("Une photo de l’écran reste possible")
    picking.go.click()
    qtbot.waitUntil(lambda: bool(call.told.asked))
    assert call.told.asked[0][-1] == 10


def test_who_goes_while_one_chooses_gets_nothing(call, qtbot):
    call.live.open_documents()
    call.panel.send.click()
    call.desk.hear(m.Roster(n=2, people=call.people[:2]))
    qtbot.waitUntil(lambda: "1 participant" in call.panel.picking.go.name)
    call.desk.hear(m.Roster(n=3, people=[call.people[0], call.people[3]]))
    qtbot.waitUntil(lambda: not call.panel.picking.go.isEnabled())
    assert call.panel._to.users == ()


def test_a_document_that_came_is_told_and_opened_beside_the_faces(call, qtbot):
    card = call.comes(b"b" * 16)
    assert call.panel.unseen == 1
    call.live.open_documents()
    assert call.panel.unseen == 0
    qtbot.waitUntil(lambda: any(act[0] == "read" for act in call.told.asked))
    card.open.click()
    shown = []
    call.panel.page.view.shown.connect(lambda: shown.append(1))
    qtbot.waitUntil(lambda: bool(shown))
    assert call.live.side.width() > 384
    qtbot.keyClick(call.live, Qt.Key.Key_Escape)
    assert call.live.side.part == "documents"
    assert call.live.side.isVisible()
    assert call.live.side.width() == 384
    assert call.panel.page.file == 0


def test_an_ephemeral_one_comes_into_sight_counts_down_and_is_gone_with_its_time(call, qtbot):
    card = call.comes(b"b" * 16, **ONCE)
    assert call.live.side.part == "documents"
    assert card.card.left_s == 10
    call.desk.now_ms += 3_000
    call.panel.tick()
    assert card.card.left_s == 7
    card.open.click()
    qtbot.waitUntil(call.panel.page._left.isVisible, timeout=30_000)
    call.desk.now_ms += 10_000
    call.panel.page.countdown.tick()
    assert call.panel.page.file == 0
    qtbot.waitUntil(lambda: call.says("Lu une fois, effacé"))
    assert not card.open.isVisible()


def test_a_clock_set_back_while_one_reads_leaves_no_more_time(call, qtbot):
    call.comes(b"b" * 16, **ONCE).open.click()
    qtbot.waitUntil(call.panel.page._left.isVisible, timeout=30_000)
    call.desk.now_ms -= 3_600_000
    call.desk.set_back_ms += 3_600_000 + 10_000
    qtbot.waitUntil(lambda: call.panel.page.file == 0, timeout=30_000)


def test_what_came_before_the_desk_was_locked_neither_comes_again_nor_counts_anew(call, qtbot):
    call.comes(b"b" * 16, **ONCE)
    call.live.side.open("people")
    call.desk.now_ms += 60_000
    call.panel.wipe()  # as a page that is built anew
    call.panel.show_view(call.view)
    qtbot.waitUntil(lambda: bool(call.panel._rows))
    (row,) = call.panel._rows.values()
    assert call.live.side.part == "people"
    assert not row.card.opens


def test_an_ephemeral_one_that_nobody_opened_says_so(call):
    card = call.comes(b"b" * 16, **ONCE)
    call.desk.now_ms += 10_100
    call.panel.tick()
    assert not card.open.isVisible()
    assert call.says("le délai est passé")


def test_nobody_who_types_is_taken_away_from_the_discussion(call, qtbot):
    call.live.open_chat()
    qtbot.keyClicks(call.live.side.chat.field, "Bonj")
    call.comes(b"b" * 16, **ONCE)
    assert call.live.side.part == "chat"
    assert call.live.side.chat.field.hasFocus()


def test_a_stranger_to_the_call_puts_no_document_into_it(call, qtbot):
    call.put(b"s" * 16, "Faux.txt")
    card = call.comes(b"b" * 16)
    assert [one.card.file for one in call.panel._rows.values()] == [card.card.file]


def test_the_discretion_screen_closes_what_is_read_once(call, qtbot):
    call.comes(b"b" * 16, **ONCE).open.click()
    qtbot.waitUntil(lambda: call.panel.page.countdown.of_s > 0)
    call.desk.window.flip_veil()
    assert call.panel.page.file == 0


def test_what_is_refused_says_why_and_the_call_goes_on(call, qtbot):
    card = call.comes(b"b" * 16)
    call.live.open_documents()
    call.told.writable = False
    card.open.click()
    qtbot.waitUntil(lambda: call.panel.page.view.troubled)
    assert call.says("Le coffre n’accepte rien")
    assert call.desk.meeting.view.stage is Stage.LIVE


def test_the_end_of_the_call_leaves_nothing_of_chat_and_documents_in_memory(call, qtbot):
    call.comes(b"b" * 16, "Secret.txt")
    call.desk.hear(m.ChatLine(slot=1, name="Dr B", text="Secret de la chambre 12", at_ms=NOW_MS))
    qtbot.waitUntil(lambda: len(call.view.chat) == 1)
    call.live.side.chat.field.setText("à moitié écrit")
    call.live.open_documents()
    call.desk.meeting.leave()
    qtbot.waitUntil(lambda: not call.panel._rows)
    assert call.view.chat == ()
    assert (call.panel._invite, call.panel._handouts._messages, call.panel._handouts._names) == (b"", (), {})
    assert call.live.side.chat._shown == ()
    assert call.live.side.chat.field.text() == ""
    qtbot.waitUntil(lambda: not any("Secret" in one.text() for one in call.live.findChildren(QLabel)))
