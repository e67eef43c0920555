"""The section Messages as its user meets it: reading, writing, what is asked before it is done, what a lock leaves."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import pytest
from PyQt6.QtCore import QMimeData, QPoint, Qt, QUrl
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QApplication, QMenu

from app import i18n
from app.config import TEXT_SIZE
from app.intents import OpenPerson, OpenThread, WriteMessage
from app.messages import offered
from app.messages.conversation import EMPTY, STREAM
from app.messages.fresh import START, TALK
from app.messages.items import Said
from app.messages.looks import clock
from app.messages.ports import Refused, Standing
from app.messages.span import MOST
from app.messages.threads import FAILED, HITS, LIST, NONE, NOT_FOUND
from app.papers.viewer import PaperView
from app.scenes import stills
from app.scenes.letters import StillMessages
from app.scenes.messages import ODILE, at, fill, who
from app.scenes.stills import NOW_MS
from app.today.cards import CardDeck, CardFrame
from app.today.rows import RowButton
from app.trust import News
from app.ui.buttons import Button
from app.ui.panes import Banner
from app.ui.text import Label
from media.mail.types import Type
from storage.messages.records import File, FileState, Receipt, State
from tests.unit.papers.pdfs import pages

CTRL = Qt.KeyboardModifier.ControlModifier
ME = stills.directory_session().user


class Section:
    """The page in an unlocked window, over a teller that remembers what it was asked."""

    def __init__(self, make_desk, qtbot, *, writable=True, filled=True):
        self.qtbot = qtbot
        self.told = StillMessages(ME, lambda: self.desk.now_ms)
        session = stills.directory_session()
        self.desk = make_desk(session=session, more={"messages": self.told})
        self.shelf = stills.shelf()
        self.shelf.read_only = not writable
        self.told.writable = writable
        self.desk.office.directory.open(session, self.shelf, News("", ()))
        if filled:
            fill(self.told)
        qtbot.keyClick(self.desk.window, Qt.Key.Key_5, CTRL)
        self.page = self.desk.window.page("messages")
        self.talk, self.threads = self.page.talk, self.page.threads
        qtbot.waitUntil(lambda: self.threads.shown and self.page._people.me == ME)

    def open(self, title):
        line = next(one for one in self.threads.list.shown.lines if one.title.startswith(title))
        self.page.open_thread(int(line.key))
        self.qtbot.waitUntil(lambda: self.talk.stack.currentIndex() in {STREAM, EMPTY})
        return int(line.key)

    def said(self, text):
        return next(
            one for one in self.talk.stream.shown.lines if isinstance(one, Said) and text in one.sentence
        )

    def said_of(self, number, text):
        return next(one for one in self.told.said[number] if text in one.text)

    def wait_for(self, text):
        self.qtbot.waitUntil(lambda: any(text in one.sentence for one in self.talk.stream.shown.lines))
        return self.said(text)

    def press(self, key, *more):
        self.qtbot.keyClick(QApplication.focusWidget(), key, *more)

    def type(self, text):
        self.qtbot.waitUntil(self.talk.composer.field.isEnabled)
        self.talk.composer.field.setFocus()
        self.qtbot.keyClicks(self.talk.composer.field, text)

    def texts(self, within=None):
        return [one.text() for one in (within or self.page).findChildren(Label) if one.isVisible()]

    def asked(self, what):
        return [one for one in self.told.asked if one[0] == what]


@pytest.fixture
def section(make_desk, qtbot):
    return Section(make_desk, qtbot)


# --- the list -------------------------------------------------------------------------------------------------


def test_pinned_threads_come_first_and_say_patient_key_and_unread(section):
    lines = section.threads.list.shown.lines
    assert [one.title for one in lines[:3]] == ["Équipe RCP Thorax", "Dr Paul Vasseur", "Karim Bensaïd"]
    sentence = lines[1].sentence
    for part in ("Clé changée", "2 non lus", "1 retenu", "LEMAÎTRE O.", clock(at("12:16"))):
        assert part in sentence


def test_a_filter_keeps_what_is_about_patients_or_unread(section, qtbot):
    section.threads.filter._choices["unread"].click()
    assert [one.title for one in section.threads.list.shown.lines] == ["Dr Paul Vasseur", "Karim Bensaïd"]
    section.threads.filter._choices["patients"].click()
    assert all(one.patient for one in section.threads.list.shown.lines)


def test_a_thread_is_opened_and_answered_by_the_keyboard(section, qtbot):
    section.threads.list.setFocus()
    section.press(Qt.Key.Key_Down)
    section.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: section.talk.stack.currentIndex() == STREAM)
    assert QApplication.focusWidget() is section.talk.composer.field
    section.type("Bien vu")
    section.press(Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: bool(section.asked("send")))
    assert section.asked("send")[0][2] == "Bien vu"
    section.wait_for("Bien vu")
    qtbot.waitUntil(lambda: section.talk.composer.text == "")


def test_what_is_shown_to_somebody_counts_as_read(section, qtbot):
    number = section.open("Dr Paul")
    qtbot.waitUntil(lambda: section.told.kept[number].unread == 0)
    assert section.asked("read")


def test_nothing_is_read_behind_the_discretion_screen(section, qtbot):
    number = section.open("Équipe")
    section.desk.window.flip_veil()
    section.told.put(number, who("tran"), "Vu ?", NOW_MS, read=False)
    section.told.tell(number)
    section.wait_for("Vu ?")
    assert section.told.kept[number].unread == 1
    section.desk.window.flip_veil()
    qtbot.waitUntil(lambda: section.told.kept[number].unread == 0)


def test_a_search_finds_messages_and_opens_one_amid_its_neighbours(section, qtbot):
    qtbot.keyClick(section.threads.list, Qt.Key.Key_F, CTRL)
    qtbot.keyClicks(section.threads.search, "biopsie")
    qtbot.waitUntil(lambda: [one.key for one in section.threads.list.shown.lines if "hit" in one.key] != [])
    section.press(Qt.Key.Key_Down)
    section.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: section.talk.stream.said is not None)
    assert "biopsie" in section.talk.stream.said.words


def test_what_is_found_further_back_comes_by_a_press(section, qtbot):
    number = next(iter(section.told.kept))
    for place in range(2 * HITS):
        section.told.put(number, who("vasseur"), f"gluconate {place}.", at("08:00") + place)
    section.threads.search.setText("gluconate")
    older, found = section.threads.older, section.threads.list.shown
    qtbot.waitUntil(older.isVisible)
    assert len(found.lines) == HITS
    qtbot.keyClick(older, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(found.lines) == 2 * HITS)
    assert "gluconate 0." in found.lines[-1].sentence
    assert not older.isVisible()


def test_what_is_nowhere_is_said_to_be_nowhere(section, qtbot):
    section.threads.search.setText("zzz")
    qtbot.waitUntil(lambda: section.threads.stack.currentIndex() == NOT_FOUND)
    section.threads.search.clear()
    assert section.threads.stack.currentIndex() == LIST


def test_an_empty_and_a_broken_list_say_so_with_a_way_on(make_desk, qtbot):
    section = Section(make_desk, qtbot, filled=False)
    qtbot.waitUntil(lambda: section.threads.stack.currentIndex() == NONE)
    section.told.broken = True
    section.told.tell()
    qtbot.waitUntil(lambda: section.threads.stack.currentIndex() == FAILED)
    section.told.broken = False
    section.threads.retried.emit()
    qtbot.waitUntil(lambda: section.threads.stack.currentIndex() == NONE)


# --- one thread -----------------------------------------------------------------------------------------------


def test_a_message_says_when_it_was_read_and_what_holds_it(section, qtbot):
    section.open("Dr Paul")
    section.wait_for(f"lu {clock(at('09:31'))}")
    assert "Retenu : code à comparer".replace(" :", "\u00a0:") in section.said("Merci, je").sentence
    assert "depuis la nouvelle clé" in section.said("KRAS").sentence


def test_a_changed_key_is_said_above_the_field_and_leads_to_the_comparison(section, qtbot, monkeypatch):
    opened = []
    section.open("Dr Paul")
    monkeypatch.setattr(section.desk.window, "open", opened.append)
    section.press(Qt.Key.Key_I, CTRL)
    assert opened == [OpenPerson(who("vasseur"))]
    banners = [one.accessibleName() for one in section.talk.findChildren(Banner) if one.isVisible()]
    assert any("Dr Paul Vasseur" in one and "a changé" in one for one in banners)


def test_after_the_comparison_what_was_held_goes_by_one_press(section, qtbot):
    number = section.open("Dr Paul")
    user = who("vasseur")
    directory = section.desk.office.directory
    device = next(one for one in directory.known.people if one.user == user).to_compare
    section.desk.office.sitting._open_directory = lambda: directory.open(
        section.desk.office.session(), section.shelf, News("", ())
    )
    section.desk.office.bridge.start(section.page, directory.identical(device), lambda _: None, pytest.fail)
    qtbot.waitUntil(lambda: any("1 message retenu" in one for one in section.texts(section.talk)))
    section.talk.released.emit()
    qtbot.waitUntil(lambda: section.told.kept[number].held == 0)
    qtbot.waitUntil(lambda: not any("retenu" in one for one in section.texts(section.talk)))


def test_an_answer_quotes_and_shows_what_it_answers(section, qtbot):
    section.open("Équipe")
    asked = section.said("biopsie")
    section.page.deeds.act("reply", asked.key, 0)
    section.type("Fait")
    section.press(Qt.Key.Key_Return, CTRL)
    shown = section.wait_for("Fait")
    assert shown.quoted == ("Dr Inès Belkacem", asked.message.text)


def test_an_answer_to_what_is_far_shows_it_and_leads_to_it(section, qtbot):
    number = next(one.id for one in section.told.kept.values() if one.title.startswith("Équipe"))
    far = section.said_of(number, "biopsie")
    for place in range(2 * MOST):
        section.told.put(number, who("okafor"), f"puis {place}", at("11:30") + place)
    section.told.put(number, who("okafor"), "Il est prévenu", at("12:00"), quote=far.msg_id)
    section.open("Équipe")
    answer = section.wait_for("Il est prévenu")
    assert answer.quoted == ("Dr Inès Belkacem", far.text)
    assert f"message {far.id}" not in {one.key for one in section.talk.stream.shown.lines}
    section.page.deeds.act("quoted", answer.key, 0)
    qtbot.waitUntil(lambda: section.talk.stream.chosen == f"message {far.id}")


def test_a_correction_keeps_what_stood_before_and_gives_the_draft_back(section, qtbot):
    section.open("Équipe")
    section.type("brouillon")
    mine = section.said("Merci Samuel")
    section.page.deeds.act("correct", mine.key, 0)
    assert section.talk.composer.text == mine.message.text
    section.type("Mieux dit.")
    section.press(Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: section.told.find(mine.message.id).text == "Mieux dit.")
    qtbot.waitUntil(lambda: section.talk.composer.text == "brouillon")
    section.page.deeds.act("versions", section.wait_for("Mieux dit").key, 0)
    qtbot.waitUntil(lambda: section.page.panel.about_message)
    assert mine.message.text in section.texts(section.page.panel)


def test_the_panel_says_for_each_reason_why_a_device_got_nothing(section, qtbot):
    section.open("Équipe")
    mine = section.said("Merci Samuel")
    user = next(iter(section.talk.current.members))
    held = ("card-rollback", "key-bad", "neuf")
    section.told.receipted[mine.message.id] = (Receipt(user, 1, held=held),)
    section.page.deeds.act("receipts", mine.key, 0)
    qtbot.waitUntil(lambda: section.page.panel.about_message)
    said = section.texts(section.page.panel)
    assert i18n.tr("messages.why.card-rollback") in said
    assert i18n.tr("messages.why.key-bad") in said
    assert i18n.tr("messages.why.other", code="neuf") in said


@pytest.mark.parametrize(("own", "kind"), [(True, Type.CORRECT), (True, Type.WITHDRAW), (False, Type.TAKEN)])
def test_what_nobody_heard_about_a_message_is_said_and_can_be_sent_again(section, own, kind):
    section.open("Équipe")
    said = section.said("Merci Samuel")
    found = replace(said.message, own=own, unsaid=(kind,), withdrawn_ms=int(kind is Type.WITHDRAW))
    told = replace(said, message=found)
    assert told.state == i18n.tr(f"messages.unsaid.{kind.name.lower()}")
    assert told.state in told.sentence
    assert ("again", 0) in section.page.deeds.acts(told)


def test_withdrawing_is_asked_first_and_leaves_a_mark(section, qtbot):
    section.open("Équipe")
    mine = section.said("Merci Samuel")
    section.page.deeds.act("withdraw", mine.key, 0)
    assert section.told.find(mine.message.id).withdrawn_ms == 0
    section.press(Qt.Key.Key_Escape)
    assert section.talk.strip.isHidden()
    assert section.told.find(mine.message.id).withdrawn_ms == 0
    section.page.deeds.act("withdraw", mine.key, 0)
    section.press(Qt.Key.Key_Return)
    section.wait_for("Message retiré par son auteur")


def test_taking_in_charge_is_a_signed_act_and_asked_first(section, qtbot):
    section.open("Équipe")
    scan = section.said("mesures")
    section.page.deeds.act("take", scan.key, 0)
    assert not section.told.find(scan.message.id).taken
    assert any("acte signé" in one for one in section.texts(section.talk.strip))
    section.press(Qt.Key.Key_Return)
    section.wait_for("Pris en charge par vous")


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_of_a_message_comes_by_the_keyboard_and_offers_what_can_be_done(section, qtbot):
    section.open("Équipe")
    section.talk.to_stream()
    mine = section.said("Merci Samuel")
    section.talk.stream.reveal(mine.key)
    section.page.deeds.ask_message(mine.key, QPoint(300, 300))
    menu = section.talk.findChild(QMenu)
    words = [one.text() for one in menu.actions()]
    assert words == [
        "Répondre",
        "Copier le texte",
        "Corriger",
        "Retirer",
        "Suivi du message",
        "Versions précédentes",
    ]
    menu.close()


def test_a_stranger_to_the_message_can_neither_correct_nor_withdraw_it(section):
    section.open("Équipe")
    acts = {act for act, _file in section.page.deeds.acts(section.said("mesures"))}
    assert not acts & {"correct", "withdraw", "receipts", "again"}


def test_a_file_pauses_and_shows_how_far_it_is(section, qtbot):
    section.open("Équipe")
    assert "41" in section.said("mesures").sentence
    section.page.deeds.act("pause", section.said("mesures").key, 3)
    section.wait_for("en pause")


def test_a_file_that_the_relay_does_not_take_says_why_in_its_thread_and_on_today(section, qtbot):
    section.open("Équipe")
    line = section.said("mesures")
    stuck = tuple(replace(one, state=FileState.GOING, halted="quota") for one in line.files)
    section.told.change(line.message.id, files=stuck)
    assert "le relais n’a plus de place" in section.wait_for("plus de place").sentence
    assert ("again" if line.message.own else "fetch") in {
        act for act, _file in section.page.deeds.acts(section.said("mesures"))
    }
    section.desk.window.show_feature("today")
    page = section.desk.window.page("today")
    cards = lambda: [one.accessibleName() for one in page.findChildren(CardFrame)]  # noqa: E731
    qtbot.waitUntil(lambda: bool(cards()))
    page.findChild(CardDeck).flip_others()
    qtbot.waitUntil(
        lambda: any("Fichier qui ne passe pas" in one and "plus de place" in one for one in cards())
    )


def test_a_file_is_saved_where_one_says(section, qtbot, tmp_path):
    section.open("Dr Paul")
    section.page.deeds.act("save", section.said("CR_anapath").key, 2)
    field = QApplication.focusWidget()
    assert field.text().endswith("CR_anapath_LEMAITRE_O.pdf")
    field.setText(str(tmp_path / "rapport.pdf"))
    section.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(section.asked("save")))
    assert section.asked("save")[0][1:] == (2, tmp_path / "rapport.pdf")


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_file_joins_the_record_of_the_patient_whom_it_names_after_a_question(section, qtbot):
    section.open("Dr Paul")
    key = section.said("CR_anapath").key
    section.page.deeds.ask_message(key, section.page.mapToGlobal(QPoint(40, 40)))
    menu = next(one for one in section.talk.findChildren(QMenu) if one.isVisible())
    (join,) = [one for one in menu.actions() if "dossier" in one.text()]
    assert (join.isEnabled(), "pas de passerelle" in join.text()) == (False, True)
    menu.close()
    section.page.deeds.act("join", key, 2)
    assert not section.talk.strip.isVisible()
    section.told.standing = Standing(online=True, record=True)
    section.page.deeds.act("join", key, 2)
    qtbot.waitUntil(section.talk.strip.isVisible)
    words = " ".join(section.texts(section.talk.strip))
    assert "LEMAÎTRE Odile" in words
    assert "80421937" in words
    assert not section.asked("join")
    section.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: section.asked("join") == [("join", 2)])
    section.wait_for("en route vers le dossier")
    assert ("join", 2) not in section.page.deeds.acts(section.said("CR_anapath"))


def test_a_refusal_is_said_in_the_thread_and_what_was_typed_stays(section, qtbot):
    section.open("Équipe")
    section.type("Ceci ne part pas")
    section.told.refuses = Refused("too-big")
    section.press(Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: "Ce fichier est trop grand" in section.texts(section.talk.strip))
    assert section.talk.composer.text == "Ceci ne part pas"


def test_a_crowd_is_written_to_after_a_second_word_only(section, qtbot):
    section.open("Équipe")
    section.type("Pour tous")
    section.told.refuses = Refused("crowd")
    section.press(Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: any("Envoyer à 5 personnes" in one for one in section.texts(section.talk.strip)))
    assert not section.asked("send")
    section.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(section.asked("send")))


def test_a_draft_stands_in_its_own_thread_and_in_the_list(section, qtbot):
    team = section.open("Équipe")
    section.type("pour plus tard")
    section.open("Karim")
    assert section.talk.composer.text == ""
    qtbot.waitUntil(lambda: section.told.kept[team].draft == "pour plus tard")
    qtbot.waitUntil(lambda: any("Brouillon" in one.sentence for one in section.threads.list.shown.lines))
    section.open("Équipe")
    assert section.talk.composer.text == "pour plus tard"


def test_a_read_only_vault_is_read_and_says_why_nothing_is_written(make_desk, qtbot):
    section = Section(make_desk, qtbot, writable=False)
    section.open("Équipe")
    assert any("lecture seule" in one for one in section.texts(section.talk.composer))
    assert not section.talk.composer.send.isEnabled()
    acts = {act for act, _file in section.page.deeds.acts(section.said("mesures"))}
    assert not acts & {"reply", "take", "correct", "withdraw"}


def test_without_a_relay_a_message_waits_and_says_so(section, qtbot):
    section.told.standing = Standing(online=False, since_ms=NOW_MS, waiting=0)
    section.told.tell()
    section.open("Équipe")
    qtbot.waitUntil(lambda: any("Hors ligne" in one for one in section.texts(section.talk.composer)))
    section.type("Plus tard")
    section.press(Qt.Key.Key_Return, CTRL)
    assert section.wait_for("Plus tard").message.state is State.QUEUED
    assert "en attente du relais" in section.said("Plus tard").sentence


# --- the ephemeral document -----------------------------------------------------------------------------------


def open_once(section, qtbot, said):
    """Open an ephemeral document, and wait until its first page is there."""
    section.told.bytes[said.files[0].id] = pages(("PD-L1 60 %",))
    section.page.deeds.act("main", said.key, 0)
    qtbot.waitUntil(lambda: section.talk.stream.bubbles.running is not None, timeout=30_000)


def test_an_ephemeral_document_is_opened_by_a_press_counts_and_leaves_a_mark(section, qtbot):
    section.open("Dr Paul")
    shown = section.said("Lames_PDL1")
    assert "une seule lecture" in shown.sentence
    open_once(section, qtbot, shown)
    section.desk.now_ms += 3_000
    section.page.preview.countdown.tick()
    assert section.talk.stream.bubbles.running.left_s == 7
    section.desk.now_ms += 7_000
    section.page.preview.countdown.tick()
    assert section.page.preview.isHidden()
    assert section.talk.stream.bubbles.running is None
    assert "lu par vous" in section.wait_for("Effacé").sentence
    assert ("open-once", 1) not in section.page.deeds.acts(section.said("Lames_PDL1"))


def test_the_seconds_begin_with_the_first_page_whatever_opening_it_took(section, qtbot, monkeypatch):
    section.open("Dr Paul")
    opened = PaperView._open

    def slow(view, *more):
        section.desk.now_ms += 8_000
        opened(view, *more)

    monkeypatch.setattr(PaperView, "_open", slow)
    open_once(section, qtbot, section.said("Lames_PDL1"))
    assert section.talk.stream.bubbles.running.left_s == 10


def test_a_clock_set_back_while_it_is_open_leaves_no_more_time(section, qtbot):
    section.open("Dr Paul")
    open_once(section, qtbot, section.said("Lames_PDL1"))
    section.desk.now_ms -= 3_600_000
    section.desk.set_back_ms += 3_600_000 + 10_000
    qtbot.waitUntil(section.page.preview.isHidden, timeout=30_000)
    assert section.talk.stream.bubbles.running is None


def test_an_ephemeral_document_goes_with_the_discretion_screen(section, qtbot):
    section.open("Dr Paul")
    section.page.deeds.act("main", section.said("Lames_PDL1").key, 0)
    qtbot.waitUntil(lambda: section.page.preview.counting)
    section.desk.window.flip_veil()
    assert section.page.preview.isHidden()
    assert not section.page.preview.counting


def test_an_ephemeral_document_that_was_refused_says_why(section, qtbot):
    section.open("Dr Paul")
    section.told.refuses = Refused("offline")
    section.page.deeds.act("main", section.said("Lames_PDL1").key, 0)
    qtbot.waitUntil(lambda: section.page.preview.view.troubled)
    assert any("ne répond pas" in one for one in section.texts(section.page.preview))


def test_an_ephemeral_document_is_sent_alone_and_for_so_long(section, qtbot, tmp_path):
    file = tmp_path / "scan.pdf"
    file.write_bytes(b"%PDF-")
    section.open("Équipe")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    section.talk.composer.take(mime)
    section.press(Qt.Key.Key_E, CTRL)
    assert any("photo de l’écran" in one for one in section.texts(section.talk.composer))
    section.press(Qt.Key.Key_Return, CTRL)
    qtbot.waitUntil(lambda: bool(section.asked("send")))
    sent = section.asked("send")[0][4][0]
    assert (sent.path, sent.open_within_s, sent.shown_for_s) == (file, 86_400, 10)


def picture():
    mime, image = QMimeData(), QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(0)
    mime.setImageData(image)
    return mime


def dropped(*paths):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def test_a_pasted_picture_never_becomes_a_file(section, qtbot):
    section.open("Équipe")
    composer = section.talk.composer
    composer.field.insertFromMimeData(picture())
    assert not composer.send.isEnabled()  # a text sent now would leave it behind
    qtbot.waitUntil(lambda: bool(composer.files))
    assert composer.files[0].path is None
    assert composer.files[0].data.startswith(b"\x89PNG")
    assert composer.send.isEnabled()


def test_a_picture_stays_in_the_thread_in_which_it_was_pasted(section, qtbot):
    section.open("Équipe")
    section.talk.composer.take(picture())
    section.open("Dr Inès")
    section.talk.composer.take(picture())
    qtbot.waitUntil(lambda: bool(section.talk.composer.files))
    qtbot.wait(50)
    assert len(section.talk.composer.files) == 1


def test_a_dropped_folder_is_no_file(section, qtbot, tmp_path):
    section.open("Équipe")
    section.talk.composer.take(dropped(tmp_path))
    qtbot.waitUntil(
        lambda: any("pas un fichier lisible" in one for one in section.texts(section.desk.window.toast))
    )
    assert section.talk.composer.files == ()


def test_a_share_that_does_not_answer_holds_nothing_up(section, qtbot, tmp_path, monkeypatch):
    asked = threading.Event()
    monkeypatch.setattr(offered, "_size", lambda _path: asked.wait(30) and 1_500_000)
    section.open("Équipe")
    section.talk.composer.take(dropped(tmp_path / "scan.pdf"))
    qtbot.waitUntil(lambda: "scan.pdf" in section.texts(section.talk.composer))
    section.type("et la suite")
    asked.set()
    qtbot.waitUntil(lambda: "1,5\u202fMo" in section.texts(section.talk.composer))


def test_what_is_typed_while_a_message_goes_out_stays(section, qtbot, monkeypatch):
    go = threading.Event()
    send = section.told.send

    async def slow(*what, **how):
        await asyncio.to_thread(go.wait, 30)
        return await send(*what, **how)

    monkeypatch.setattr(section.told, "send", slow)
    section.open("Équipe")
    section.type("Premier")
    section.press(Qt.Key.Key_Return, CTRL)
    section.type(" et second")
    go.set()
    section.wait_for("Premier")
    qtbot.wait(50)
    assert section.talk.composer.text == "et second"


def test_who_comes_from_another_section_is_in_the_list(section, qtbot):
    section.desk.window.show_feature("settings")
    QApplication.focusWidget().setFocus()
    qtbot.keyClick(section.desk.window, Qt.Key.Key_5, CTRL)
    qtbot.waitUntil(section.threads.list.hasFocus)


def test_who_comes_for_the_first_time_is_in_the_list(section, qtbot):
    qtbot.waitUntil(section.threads.list.hasFocus)


# --- a new one ------------------------------------------------------------------------------------------------


def test_a_team_is_begun_by_the_keyboard(section, qtbot):
    qtbot.keyClick(section.threads.list, Qt.Key.Key_N, CTRL)
    start = section.page.start
    for typed in ("belkacem", "tran"):
        qtbot.keyClicks(start.who.field, typed)
        section.press(Qt.Key.Key_Return)
    assert [section.page._people.name(one) for one in start.members] == [
        "Dr Inès Belkacem",
        "Dr Mei-Lin Tran",
    ]
    assert not start.button.isEnabled()
    qtbot.keyClicks(start.title_field, "Relecture")
    start.title_field.setFocus()
    section.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: section.page.stack.currentIndex() == TALK)
    assert section.talk.current.title == "Relecture"
    assert QApplication.focusWidget() is section.talk.composer.field


def test_the_panel_keeps_focus_and_clicks_while_messages_come_and_go(section, qtbot):
    section.open("Équipe RCP Thorax")
    panel, words = section.page.panel, i18n.tr("messages.panel.leave")
    qtbot.waitUntil(lambda: any(one.text() == words for one in panel.findChildren(Button)))
    leave = next(one for one in panel.findChildren(Button) if one.text() == words)
    leave.setFocus()
    section.page._show(section.threads.threads, lambda _thread: True)
    assert QApplication.focusWidget() is leave


def test_writing_to_somebody_opens_the_thread_that_is_there(section, qtbot):
    section.desk.window.show_feature("directory")
    section.desk.office.open(WriteMessage(who("bensaid")))
    qtbot.waitUntil(lambda: section.talk.current is not None)
    assert section.desk.window.current == "messages"
    assert section.talk.current.members == (who("bensaid"),)


def test_writing_about_a_patient_asks_to_whom(section, qtbot):
    section.desk.office.open(WriteMessage(patient=ODILE))
    assert section.page.stack.currentIndex() == START
    assert section.page.start.patient == ODILE
    qtbot.waitUntil(lambda: any("LEMAÎTRE Odile" in one for one in section.texts(section.page.start)))


def test_the_palette_finds_a_thread_by_its_patient(section, qtbot):
    qtbot.keyClick(section.desk.window, Qt.Key.Key_K, CTRL)
    palette = section.desk.window.palette_layer
    palette._clock_ms = lambda: 10**9
    qtbot.keyClicks(palette.field, "lemaitre")
    rows = palette.results.found.rows
    qtbot.waitUntil(
        lambda: any(
            getattr(getattr(one, "entry", None), "kind", "") == "thread" for one in palette.results.found.rows
        )
    )
    assert rows is not None


# --- around ---------------------------------------------------------------------------------------------------


def test_pinning_can_be_taken_back(section, qtbot):
    number = section.open("Karim")
    section.page.thread_deeds.pin(section.told.kept[number], yes=True)
    qtbot.waitUntil(lambda: section.told.kept[number].pinned)
    qtbot.waitUntil(section.desk.window.toast.can_undo)
    section.threads.list.setFocus()
    section.press(Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: not section.told.kept[number].pinned)


def test_the_rail_counts_what_is_unread_and_an_alert_names_nobody(section, qtbot):
    button = section.desk.window.rail._buttons["messages"]
    section.told.tell()
    qtbot.waitUntil(lambda: "3 en attente" in button.accessibleName())
    section.desk.window.show_feature("directory")
    number = int(next(one.key for one in section.threads.list.shown.lines if one.title.startswith("Karim")))
    section.told.put(number, who("bensaid"), "SECRET", NOW_MS, read=False)
    section.told.tell(number)
    qtbot.waitUntil(lambda: section.desk.window.top.status.text() == "Un nouveau message est arrivé")


def test_a_muted_thread_makes_no_alert(section, qtbot):
    number = section.open("Karim")
    section.told.kept[number] = section.told.kept[number].__class__(
        **{**section.told.kept[number].__dict__, "muted": True}
    )
    section.told.tell()
    section.desk.window.show_feature("directory")
    section.told.put(number, who("bensaid"), "Encore", NOW_MS, read=False)
    section.told.tell(number)
    qtbot.waitUntil(lambda: section.threads.of(number).unread >= 1)
    assert section.desk.window.top.status.text() != "Un nouveau message est arrivé"


def test_today_lists_who_wrote_and_opens_the_thread(section, qtbot):
    section.desk.window.show_feature("today")
    page = section.desk.window.page("today")
    rows = lambda: [one for one in page.findChildren(RowButton) if "Karim" in one.accessibleName()]  # noqa: E731
    qtbot.waitUntil(lambda: any("DUMAS S." in one.accessibleName() for one in rows()))
    next(one for one in rows() if "DUMAS S." in one.accessibleName()).click()
    qtbot.waitUntil(lambda: section.talk.current is not None)
    assert section.talk.current.members == (who("bensaid"),)


def test_another_language_says_everything_anew(section, qtbot):
    section.open("Dr Paul")
    i18n.set_language("en")
    qtbot.waitUntil(lambda: "Held: code to compare" in section.said("Merci, je").sentence)
    assert "Key changed" in section.threads.list.shown.lines[1].sentence


def test_what_is_far_leaves_the_memory_and_comes_back(make_desk, qtbot):
    section = Section(make_desk, qtbot, filled=False)
    number = section.told.thread(who("tran"))
    for n in range(400):
        section.told.put(
            number, who("tran") if n % 3 else ME, f"Message numéro {n}", NOW_MS - (400 - n) * 60_000
        )
    section.told.tell()
    qtbot.waitUntil(lambda: section.threads.of(number) is not None)
    section.open("Dr Mei-Lin")
    bar = section.talk.stream.verticalScrollBar()
    for _ in range(40):
        bar.setValue(0)
        qtbot.waitUntil(lambda: not section.talk.busy)
        assert len(section.talk.span.messages) <= MOST
    qtbot.waitUntil(lambda: section.talk.span.oldest)
    assert section.talk.span.messages[0].text == "Message numéro 0"
    assert not section.talk.span.newest
    section.talk.to_newest()
    qtbot.waitUntil(lambda: section.talk.span.newest and section.talk.stream.at_end)
    section.wait_for("Message numéro 399")


def test_older_messages_come_in_without_moving_what_is_read(make_desk, qtbot):
    section = Section(make_desk, qtbot, filled=False)
    number = section.told.thread(who("tran"))
    for n in range(300):
        section.told.put(number, who("tran"), f"Message numéro {n}", NOW_MS - (300 - n) * 60_000)
    section.told.tell()
    qtbot.waitUntil(lambda: section.threads.of(number) is not None)
    section.open("Dr Mei-Lin")
    stream = section.talk.stream
    qtbot.waitUntil(lambda: not section.talk.busy)
    before = len(section.talk.span.messages)
    stream.verticalScrollBar().setValue(120)
    anchor = stream._anchor()
    qtbot.waitUntil(lambda: len(section.talk.span.messages) > before and not section.talk.busy)
    assert abs(stream.visualRect(stream.shown.index(stream._place(anchor[0]))).top() - anchor[1]) <= 1


def test_a_thread_asked_for_before_it_is_known_opens_once_it_is(section, qtbot):
    section.told.kept[99] = section.told.kept[1].__class__(**{**section.told.kept[1].__dict__, "id": 99})
    section.told.said[99] = []
    section.desk.office.open(OpenThread(99))
    qtbot.waitUntil(lambda: section.talk.current is not None and section.talk.current.id == 99)
    qtbot.waitUntil(lambda: section.talk.stack.currentIndex() == EMPTY)


def test_a_file_with_a_hostile_name_is_shown_as_text(section, qtbot):
    number = section.open("Karim")
    evil = File(50, "<b>x</b>&\u202egpj.exe", "application/pdf", 10, FileState.HERE)
    section.told.put(number, who("bensaid"), "", NOW_MS, files=(evil,))
    section.told.tell(number)
    assert "<b>x</b>" in section.wait_for("gpj").sentence


def test_an_ephemeral_document_is_neither_printed_nor_copied(section, qtbot):
    section.told.bytes[1] = "Compte rendu à ne lire qu’une fois".encode()
    section.open("Dr Paul")
    line = section.said("Lames_PDL1")
    section.told.change(
        line.message.id, files=tuple(replace(one, kind="text/plain") for one in line.message.files)
    )
    section.page.deeds.act("main", line.key, 0)
    view = section.page.preview.view
    with qtbot.waitSignal(view.shown):
        qtbot.waitUntil(lambda: section.page.preview.counting)
    assert not view._print.isVisible()
    QApplication.clipboard().setText("avant")
    view._story.selectAll()
    view._story.copy()
    assert "lire" not in QApplication.clipboard().text()
    view.print_it()
    assert view._printing._dialog is None


def test_the_retention_is_said_before_anything_goes(section, qtbot):
    section.told.standing = Standing(online=True, leaving=12)
    section.told.stood.fire(section.told.standing)
    qtbot.waitUntil(
        lambda: any("12 messages lus seront effacés" in one for one in section.texts(section.threads))
    )


def test_somebody_blocked_is_said_to_be_and_not_written_to(section, qtbot):
    section.open("Karim")
    people = section.page._people
    people._read()
    people._by_id[who("bensaid")] = replace(people.of(who("bensaid")), level="blocked")
    section.page._redraw()
    assert (
        "Bloqué"
        in next(one for one in section.threads.list.shown.lines if one.title.startswith("Karim")).sentence
    )
    assert any("bloqué cette personne" in one for one in section.texts(section.talk.composer))
    assert not section.talk.composer.attach.isEnabled()


def test_in_large_text_a_thread_beside_its_panel_keeps_to_its_width(section, qtbot):
    section.desk.office.config.choose(TEXT_SIZE, 150)
    section.open("Équipe")
    section.page.deeds.act("receipts", section.said("Merci Samuel").key, 0)
    qtbot.waitUntil(section.page.panel.isVisible)
    qtbot.waitUntil(section.talk.composer.timer.isVisible)
    parts = (section.talk.head, section.talk.stack, section.talk.composer)
    qtbot.waitUntil(lambda: all(one.width() == section.talk.width() for one in parts))
