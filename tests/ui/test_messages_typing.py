"""Nothing that is typed in Messages is lost: while something is read or sent, between threads, before people are known."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QApplication

from app import i18n
from app.messages.items import Said
from app.scenes.messages import ELSEWHERE, ODILE, who
from app.scenes.stills import NOW_MS
from app.trust import News
from app.ui.buttons import Button, IconButton
from storage.errors import DiskTrouble
from tests.ui.test_messages import CTRL, Section, dropped, open_once, picture


@pytest.fixture
def section(make_desk, qtbot):
    return Section(make_desk, qtbot)


class Gate:
    """Holds a call of the teller up until it is let go."""

    def __init__(self, monkeypatch, told, name):
        self._go, call = threading.Event(), getattr(told, name)

        async def held(*what, **how):
            await asyncio.to_thread(self._go.wait, 30)
            return await call(*what, **how)

        monkeypatch.setattr(told, name, held)

    def open(self):
        self._go.set()


def number_of(section, title):
    return int(next(one.key for one in section.threads.list.shown.lines if one.title.startswith(title)))


def field(section):
    return section.talk.composer.field


def test_what_is_typed_while_the_thread_is_read_stays(section, qtbot, monkeypatch):
    reading = Gate(monkeypatch, section.told, "page")
    section.page.open_thread(number_of(section, "Équipe"))
    assert QApplication.focusWidget() is field(section)
    section.press(Qt.Key.Key_A)
    reading.open()
    qtbot.waitUntil(lambda: not section.talk.busy)
    section.press(Qt.Key.Key_B)
    assert section.talk.composer.text == "ab"


def test_what_is_typed_before_the_people_are_known_stays(make_desk, qtbot, monkeypatch):
    section = Section(make_desk, qtbot)
    directory = section.desk.office.directory
    directory.close()  # as at an unlock: the threads are there before the organisation's directory was read
    section.page.open_thread(number_of(section, "Équipe"))
    section.page._redraw()
    section.type("avant tout")
    directory.open(section.desk.office.session(), section.shelf, News("", ()))
    qtbot.waitUntil(lambda: section.page._people.me != b"")
    section.type(" le monde")
    assert section.talk.composer.text == "avant tout le monde"


def test_what_is_typed_while_messages_come_in_stays_and_so_does_the_caret(section, qtbot):
    team = section.open("Équipe")
    section.type("le mot")
    field(section).moveCursor(field(section).textCursor().MoveOperation.StartOfLine)
    for n, key in enumerate("abcde"):
        section.told.put(team, who("tran"), f"Arrivé {n}", NOW_MS + n, read=False)
        section.told.tell(team)
        section.press(key)
        section.wait_for(f"Arrivé {n}")
    assert section.talk.composer.text == "abcdele mot"


def test_a_draft_comes_back_though_the_list_was_not_read_again(section, qtbot, monkeypatch):
    section.open("Équipe")
    section.type("pour plus tard")
    reading = Gate(monkeypatch, section.told, "threads")
    section.open("Karim")
    section.type("autre chose")
    section.open("Équipe")
    assert section.talk.composer.text == "pour plus tard"
    section.open("Karim")
    assert section.talk.composer.text == "autre chose"
    reading.open()
    qtbot.waitUntil(lambda: sum("Brouillon" in one.sentence for one in section.threads.list.shown.lines) >= 2)


def test_what_is_typed_without_a_pause_is_kept_all_the_same(section, qtbot):
    team = section.open("Équipe")

    def kept():
        section.press(Qt.Key.Key_X)
        return bool(section.told.kept[team].draft)

    qtbot.waitUntil(kept)


def test_a_draft_that_was_not_kept_is_kept_with_the_next_key(section, qtbot, monkeypatch):
    team = section.open("Équipe")
    keep = section.told.keep_draft

    async def full(_thread, _text, _patient):
        monkeypatch.setattr(section.told, "keep_draft", keep)
        raise DiskTrouble("full")

    monkeypatch.setattr(section.told, "keep_draft", full)
    section.type("une phrase")
    qtbot.waitUntil(lambda: section.told.keep_draft == keep)
    section.open("Karim")
    qtbot.waitUntil(lambda: section.told.kept[team].draft == "une phrase")


def test_a_message_that_goes_while_one_reads_another_thread_is_no_draft(section, qtbot, monkeypatch):
    team = section.open("Équipe")
    sending = Gate(monkeypatch, section.told, "send")
    section.type("Parti")
    section.press(Qt.Key.Key_Return, CTRL)
    section.type(" et la suite ")
    section.open("Karim")
    section.type("ailleurs")
    sending.open()
    qtbot.waitUntil(lambda: section.told.kept[team].draft == "et la suite ")
    assert section.talk.composer.text == "ailleurs"
    section.open("Équipe")
    assert field(section).toPlainText() == "et la suite "


def test_what_was_not_sent_stays_in_its_thread(section, qtbot, monkeypatch):
    section.open("Équipe")
    sending = Gate(monkeypatch, section.told, "send")
    section.type("Ceci ne part pas")
    section.press(Qt.Key.Key_Return, CTRL)
    section.open("Karim")
    section.told.refuses = DiskTrouble("full")
    sending.open()
    qtbot.waitUntil(lambda: not section.page.sending.under_way)
    section.open("Équipe")
    assert section.talk.composer.text == "Ceci ne part pas"


def test_a_correction_an_answer_and_files_wait_in_their_thread(section, qtbot, tmp_path):
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-")
    section.open("Équipe")
    section.type("brouillon")
    mine = section.said("Merci Samuel")
    section.page.deeds.act("correct", mine.key, 0)
    section.type("Mieux")
    section.open("Karim")
    section.talk.composer.take(dropped(tmp_path / "scan.pdf"))
    theirs = next(one for one in section.talk.stream.shown.lines if isinstance(one, Said))
    section.page.deeds.act("reply", theirs.key, 0)
    section.open("Équipe")
    assert (section.talk.composer.text, section.talk.composer.letter.correcting) == ("Mieux", mine.message.id)
    assert not section.talk.composer.files
    section.press(Qt.Key.Key_Escape)
    assert section.talk.composer.text == "brouillon"
    section.open("Karim")
    assert [one.name for one in section.talk.composer.files] == ["scan.pdf"]
    assert section.talk.composer.letter.quote == theirs.message.msg_id


def test_what_is_typed_after_a_correction_was_sent_stays(section, qtbot, monkeypatch):
    section.open("Équipe")
    going = Gate(monkeypatch, section.told, "correct")
    mine = section.said("Merci Samuel")
    section.page.deeds.act("correct", mine.key, 0)
    section.type("Mieux dit.")
    section.press(Qt.Key.Key_Return, CTRL)
    section.type(" Et ceci")
    going.open()
    qtbot.waitUntil(lambda: section.told.find(mine.message.id).text == "Mieux dit.")
    qtbot.waitUntil(lambda: section.talk.composer.text == "Et ceci")


def test_a_correction_under_way_that_is_left_by_escape_is_no_new_message(section, qtbot, monkeypatch):
    section.open("Équipe")
    going, went = Gate(monkeypatch, section.told, "correct"), []
    section.page.sending.went.connect(went.append)
    mine = section.said("Merci Samuel")
    section.page.deeds.act("correct", mine.key, 0)
    section.type("Mieux dit.")
    section.press(Qt.Key.Key_Return, CTRL)
    section.press(Qt.Key.Key_Escape)
    with qtbot.waitSignal(section.page.sending.sent):
        going.open()
    assert not went


def test_a_message_that_is_on_its_way_keeps_none_from_another_thread(section, qtbot, monkeypatch):
    section.open("Équipe")
    going = Gate(monkeypatch, section.told, "send")
    section.type("Pour tous")
    section.press(Qt.Key.Key_Return, CTRL)
    section.open("Karim")
    section.type("Pour Karim")
    section.press(Qt.Key.Key_Return, CTRL)
    going.open()
    section.wait_for("Pour Karim")
    assert section.talk.composer.text == ""
    section.open("Équipe")
    section.wait_for("Pour tous")


def own(section):
    lines = [one for one in section.talk.stream.shown.lines if isinstance(one, Said) and one.message.own]
    return [(one.message.text, one.message.quote, len(one.message.files)) for one in lines]


def test_what_is_sent_while_the_message_before_is_being_kept_follows_it(
    section, qtbot, monkeypatch, tmp_path
):
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-")
    section.open("Équipe")
    before = len(own(section))
    answered = next(one for one in section.talk.stream.shown.lines if isinstance(one, Said))
    section.page.deeds.act("reply", answered.key, 0)
    section.talk.composer.take(dropped(tmp_path / "scan.pdf"))
    sending, went = Gate(monkeypatch, section.told, "send"), []
    section.page.sending.went.connect(went.append)
    section.type("Potassium 6,1")
    section.press(Qt.Key.Key_Return, CTRL)
    section.press(Qt.Key.Key_Return, CTRL)  # impatient: nothing more was written
    section.type(" chez moi")
    section.press(Qt.Key.Key_Return, CTRL)
    section.type(" puis 5,9")
    section.press(Qt.Key.Key_Return, CTRL)
    section.type(" et la suite")
    sending.open()
    qtbot.waitUntil(lambda: not section.page.sending.under_way)
    qtbot.waitUntil(lambda: len(own(section)) == before + 3)
    assert own(section)[before:] == [
        ("Potassium 6,1", answered.message.msg_id, 1),
        ("chez moi", b"", 0),
        ("puis 5,9", b"", 0),
    ]
    assert section.talk.composer.text == "et la suite"
    assert len(went) == 3


def test_what_was_sent_behind_a_message_that_failed_stays_written(section, qtbot, monkeypatch):
    section.open("Équipe")
    before = own(section)
    sending = Gate(monkeypatch, section.told, "send")
    section.type("Un")
    section.press(Qt.Key.Key_Return, CTRL)
    section.type(" deux")
    section.press(Qt.Key.Key_Return, CTRL)
    section.told.refuses = DiskTrouble("full")
    sending.open()
    qtbot.waitUntil(lambda: not section.page.sending.under_way)
    assert section.talk.composer.text == "Un deux"
    assert own(section) == before


def test_a_correction_saved_again_while_it_is_being_kept_is_corrected_again(section, qtbot, monkeypatch):
    section.open("Équipe")
    section.type("brouillon")
    going = Gate(monkeypatch, section.told, "correct")
    mine = section.said("Merci Samuel")
    section.page.deeds.act("correct", mine.key, 0)
    section.type("Mieux dit")
    section.press(Qt.Key.Key_Return, CTRL)
    section.type(", Samuel")
    section.press(Qt.Key.Key_Return, CTRL)
    going.open()
    qtbot.waitUntil(lambda: not section.page.sending.under_way)
    assert section.told.find(mine.message.id).text == "Mieux dit, Samuel"
    assert section.talk.composer.text == "brouillon"


def test_a_correction_and_an_answer_begun_while_a_message_is_being_kept_stay(section, qtbot, monkeypatch):
    section.open("Équipe")
    sending = Gate(monkeypatch, section.told, "send")
    section.type("Merci")
    section.press(Qt.Key.Key_Return, CTRL)
    mine = section.said("Merci Samuel")
    section.page.deeds.act("correct", mine.key, 0)
    sending.open()
    qtbot.waitUntil(lambda: not section.page.sending.under_way)
    letter = section.talk.composer.letter
    assert (letter.correcting, section.talk.composer.text) == (mine.message.id, mine.message.text)
    section.press(Qt.Key.Key_Escape)
    assert section.talk.composer.text == ""


def test_a_picture_that_was_pasted_comes_into_its_own_thread_only(section, qtbot):
    section.open("Équipe")
    section.talk.composer.take(picture())
    team = section.talk.composer.letter
    section.open("Karim")
    qtbot.waitUntil(lambda: bool(team.files))
    assert not section.talk.composer.files
    section.open("Équipe")
    assert len(section.talk.composer.files) == 1


def test_a_team_is_begun_by_the_key_of_forms_and_once_though_it_is_pressed_twice(section, qtbot, monkeypatch):
    before = len(section.told.kept)
    section.press(Qt.Key.Key_N, CTRL)
    start = section.page.start
    for typed in ("belkacem", "tran"):
        qtbot.keyClicks(start.who.field, typed)
        section.press(Qt.Key.Key_Return)
    qtbot.keyClicks(start.title_field, "Relecture")
    gathering = Gate(monkeypatch, section.told, "gather")
    for _ in range(2):
        qtbot.keyClick(start.who.field, Qt.Key.Key_Return, CTRL)
    gathering.open()
    qtbot.waitUntil(lambda: section.talk.current is not None and section.talk.current.title == "Relecture")
    assert len(section.told.kept) == before + 1


def test_the_cross_of_a_file_takes_out_that_file(section, qtbot, tmp_path):
    section.open("Équipe")
    for name in ("un.pdf", "deux.pdf", "trois.pdf"):
        (tmp_path / name).write_bytes(b"%PDF-")
    section.talk.composer.take(dropped(*(tmp_path / name for name in ("un.pdf", "deux.pdf", "trois.pdf"))))
    words = i18n.tr("messages.attach.remove.spoken", name="deux.pdf")
    cross = next(one for one in crosses(section) if one.accessibleName() == words)
    qtbot.mouseClick(cross, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert [one.name for one in section.talk.composer.files] == ["un.pdf", "trois.pdf"]


def crosses(section):
    return [one for one in section.talk.composer.findChildren(IconButton) if one.isVisible()]


def test_an_ephemeral_document_that_ends_leaves_the_keyboard_where_one_writes(section, qtbot):
    section.open("Dr Paul")
    open_once(section, qtbot, section.said("Lames_PDL1"))
    section.type("je dicte")
    section.desk.now_ms += 10_000
    section.page.preview.countdown.tick()
    assert section.page.preview.isHidden()
    section.press(Qt.Key.Key_X)
    assert section.talk.composer.text == "je dictex"


# --- whom it is about -----------------------------------------------------------------------------------------


def _relink(section, qtbot, number, patient):
    """Let a colleague link the thread in sight to somebody else."""
    section.told.kept[number] = replace(section.told.kept[number], patient=patient)
    section.told.tell(number)
    qtbot.waitUntil(lambda: section.talk.current.patient == patient)


@pytest.mark.parametrize("meant", [ODILE, ELSEWHERE])
def test_what_was_begun_about_one_patient_is_not_sent_about_another_unasked(section, qtbot, meant):
    number = section.open("Dr Paul")
    section.type("Potassium 6.1")
    _relink(section, qtbot, number, ELSEWHERE)
    section.press(Qt.Key.Key_Return, CTRL)
    strip = section.talk.strip
    qtbot.waitUntil(strip.isVisible)
    assert i18n.tr("messages.whom") in section.texts(strip)
    section.press(Qt.Key.Key_Return)  # what is pressed on means nothing but going back
    assert not section.asked("send")
    assert section.talk.composer.text == "Potassium 6.1"
    section.press(Qt.Key.Key_Return, CTRL)
    choice = next(one for one in strip.findChildren(Button) if meant.ipp in one.name)
    qtbot.mouseClick(choice, Qt.MouseButton.LeftButton)
    said = section.wait_for("Potassium 6.1")
    assert said.message.patient == meant
    assert (ODILE.ipp in said.about) == (meant == ODILE)
    section.type("Et la suite")  # about whom the thread is about, which is in sight
    section.press(Qt.Key.Key_Return, CTRL)
    assert section.wait_for("Et la suite").message.patient == ELSEWHERE


def test_what_is_begun_after_the_link_changed_is_about_whom_is_in_sight(section, qtbot):
    number = section.open("Dr Paul")
    _relink(section, qtbot, number, ELSEWHERE)
    section.type("Potassium 6.1")
    section.press(Qt.Key.Key_Return, CTRL)
    assert section.wait_for("Potassium 6.1").message.patient == ELSEWHERE
    assert ODILE.ipp in section.said("double lecture ce matin").about


def test_who_links_what_they_are_writing_is_not_asked(section, qtbot):
    number = section.open(section.page._people.name(who("delcourt")))
    section.type("Mme Lemaitre va bien")
    section.page.thread_deeds.link(ODILE)
    qtbot.waitUntil(lambda: section.talk.current.patient == ODILE)
    section.press(Qt.Key.Key_Return, CTRL)
    assert section.wait_for("Mme Lemaitre").message.patient == ODILE
    assert section.told.kept[number].patient == ODILE


def test_the_answer_to_a_message_about_another_patient_is_asked_about(section, qtbot):
    number = section.open("Dr Paul")
    _relink(section, qtbot, number, ELSEWHERE)
    section.page.deeds.act("reply", section.said("double lecture ce matin").key, 0)
    section.type("Merci")
    section.press(Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(section.talk.strip.isVisible)
    assert not section.asked("send")


def test_a_draft_of_before_the_lock_is_still_about_whom_it_was_begun(make_desk, section, qtbot):
    number = section.open("Dr Paul")
    section.type("Potassium 6.1")
    section.talk.composer.keep_draft()
    qtbot.waitUntil(lambda: section.told.kept[number].draft == "Potassium 6.1")
    later = Section(make_desk, qtbot)
    later.told.kept[number] = replace(section.told.kept[number], patient=ELSEWHERE)
    later.told.tell(number)
    qtbot.waitUntil(lambda: later.threads.of(number).patient == ELSEWHERE)
    later.open("Dr Paul")
    later.talk.composer.field.setFocus()
    later.press(Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(later.talk.strip.isVisible)
    assert not later.asked("send")
