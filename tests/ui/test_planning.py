"""What a doctor sees when calling a meeting: the form, the handout, the agenda."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QScrollArea, QWidget

from app import i18n
from app.line import Standing, State
from app.meeting.agenda.planning import Colleague
from app.scenes import agenda as agenda_scenes
from app.scenes import stills
from app.ui.buttons import Press
from app.ui.panes import Banner, Field
from media.engine import messages as m
from media.errors import LinkLost
from media.keys.invite import Link

COLLEAGUES = (
    Colleague(b"a" * 16, "Pr Antoine Delcourt", "Chirurgie thoracique", "verified"),
    Colleague(b"b" * 16, "Dr Inès Belkacem", "Radiologie", "certified"),
    Colleague(b"c" * 16, "Dr Paul Vasseur", "Anatomopathologie", "changed"),
)


@pytest.fixture
def plans(desk, tmp_path, monkeypatch):
    """The desk with a relay in the test's hands and documents in a temporary home."""
    (tmp_path / "Documents").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    desk.sent, desk.broken = [], None

    async def put(_address, _proof, tag, _data):
        if desk.broken is not None:
            raise desk.broken
        desk.sent.append(tag)

    async def colleagues():
        return COLLEAGUES

    desk.office.sign_in(_with_key(desk.office.session()))
    desk.office.planning.put = put
    desk.office.planning.colleagues = colleagues
    return desk


def _with_key(session):
    return replace(session, relay_key=bytes(range(32)))


def planner(desk):
    return desk.page.before.planner


def banners(widget):
    return [banner.accessibleName() for banner in widget.findChildren(Banner) if banner.isVisible()]


def names(widget):
    return [one.accessibleName() for one in widget.findChildren(QWidget) if one.isVisible()]


def fill(desk, **texts):
    for name, text in {"title": "RCP Sein", **texts}.items():
        planner(desk).form.fields[name].setText(text)


def called(desk, qtbot, **texts):
    qtbot.mouseClick(desk.page.join.call, Qt.MouseButton.LeftButton)
    fill(desk, **texts)
    qtbot.keyClick(planner(desk).form.fields["title"], Qt.Key.Key_Return)
    qtbot.waitUntil(planner(desk).handout.isVisible)
    qtbot.waitUntil(lambda: bool(planner(desk).handout.path.text()))
    return planner(desk).handout


def titles(desk):
    return [line.title for line in desk.page.join.agenda.shown.lines if line.occurrence is not None]


def choose(desk, title, number=0):
    """Go to a date by its title, as the arrow keys do; return the panel beside it."""
    lines = desk.page.join.agenda.shown.lines
    key = [line.key for line in lines if line.title == title and line.occurrence is not None][number]
    desk.page.join.agenda.choose(key)
    return desk.page.join.date


def test_by_keyboard_from_the_agenda_to_a_link_a_file_and_back(plans, qtbot):
    qtbot.keyClick(plans.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    form = planner(plans).form
    assert form.isVisible()
    assert form.fields["title"].hasFocus()
    qtbot.keyClicks(form.fields["title"], "RCP Sein")
    qtbot.keyClick(form.fields["title"], Qt.Key.Key_Return)
    handout = planner(plans).handout
    qtbot.waitUntil(handout.isVisible)
    assert Link.parse(handout.link.text()).tag == plans.sent[0]
    assert handout.copy.hasFocus()
    qtbot.keyClick(handout.copy, Qt.Key.Key_Return)
    assert QGuiApplication.clipboard().text() == handout.link.text()
    qtbot.waitUntil(lambda: bool(handout.path.text()))
    path = handout.path.text()
    qtbot.keyClick(handout.path, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: banners(handout) == ["Fichier enregistré"])
    assert b"METHOD:REQUEST\r\n" in Path(path).read_bytes()
    qtbot.keyClick(handout, Qt.Key.Key_Escape)
    assert plans.page.join.isVisible()
    assert "RCP Sein" in titles(plans)


def test_a_silent_relay_keeps_every_word_and_the_second_try_succeeds(plans, qtbot):
    plans.broken = LinkLost("unreachable")
    qtbot.mouseClick(plans.page.join.call, Qt.MouseButton.LeftButton)
    form = planner(plans).form
    fill(plans, day="25/11/2026", start="8h", end="9h15")
    qtbot.mouseClick(form.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: banners(form) == ["Le relais ne répond pas"])
    kept = [form.fields[name].text() for name in ("title", "day", "start", "end")]
    assert kept == ["RCP Sein", "25/11/2026", "8h", "9h15"]
    plans.broken = None
    qtbot.mouseClick(form.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(planner(plans).handout.isVisible)


@pytest.mark.parametrize(
    ("texts", "field", "says"),
    [
        ({"title": " "}, "title", "La RCP n’a pas de titre"),
        ({"title": "x" * 101}, "title", "Le titre est trop long"),
        ({"day": "demain"}, "day", "Ce jour n’est pas lisible"),
        ({"start": "midi"}, "start", "Cette heure n’est pas lisible"),
        ({"start": "14:00", "end": "12:30", "day": "25/11/2026"}, "end", "La fin vient avant le début"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(plans, qtbot, texts, field, says):
    qtbot.mouseClick(plans.page.join.call, Qt.MouseButton.LeftButton)
    fill(plans, **texts)
    form = planner(plans).form
    qtbot.mouseClick(form.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: banners(form) == [says])
    assert form.fields[field].property("wrong") == "true"
    assert form.fields[field].hasFocus()
    assert plans.sent == []


def test_hosts_are_ticked_in_order_and_a_changed_key_cannot_be(plans, qtbot):
    qtbot.mouseClick(plans.page.join.call, Qt.MouseButton.LeftButton)
    hosts = planner(plans).form.hosts
    qtbot.waitUntil(lambda: hosts.list.count() == 3)
    hosts.list.setFocus()
    hosts.list.setCurrentRow(1)
    qtbot.keyClick(hosts.list, Qt.Key.Key_Space)
    hosts.list.setCurrentRow(0)
    qtbot.keyClick(hosts.list, Qt.Key.Key_Space)
    assert hosts.chosen == (b"b" * 16, b"a" * 16)
    assert not hosts.list.item(2).flags() & Qt.ItemFlag.ItemIsEnabled
    hosts.search.setText("delc")
    assert [hosts.list.item(row).isHidden() for row in range(3)] == [False, True, True]
    qtbot.keyClick(hosts.list, Qt.Key.Key_Space)
    assert hosts.chosen == (b"b" * 16,)


def test_whom_to_tell_comes_into_sight_whole_with_the_focus(plans, qtbot):
    plans.window.resize(1100, 640)
    qtbot.mouseClick(plans.page.join.call, Qt.MouseButton.LeftButton)
    told = planner(plans).form.invited
    qtbot.waitUntil(lambda: told.list.count() == 3)
    assert not told.list.item(2).flags() & Qt.ItemFlag.ItemIsEnabled
    told.list.setFocus()
    window = plans.page.before.planner.form
    area = next(one for one in window.findChildren(QScrollArea) if one.isAncestorOf(told))

    def foot():
        return told.list.mapTo(area.viewport(), told.list.rect().bottomLeft()).y()

    qtbot.waitUntil(lambda: 0 < foot() < area.viewport().height())
    told.list.setCurrentRow(1)
    qtbot.keyClick(told.list, Qt.Key.Key_Space)
    assert told.chosen == (b"b" * 16,)
    assert "Dr Inès Belkacem. Les hôtes aussi" in told._told.text()


def test_a_meeting_is_moved_then_cancelled_only_after_asking(plans, qtbot):
    handout = called(plans, qtbot)
    old = handout.link.text()
    qtbot.mouseClick(handout.done, Qt.MouseButton.LeftButton)
    press(choose(plans, "RCP Sein"), "Modifier RCP Sein", qtbot)
    form = planner(plans).form
    assert form.fields["title"].text() == "RCP Sein"
    fill(plans, title="RCP Sein 2")
    qtbot.mouseClick(form.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: handout.isVisible() and handout.link.text() != old)
    qtbot.mouseClick(handout.done, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "RCP Sein 2" in titles(plans) and "RCP Sein" not in titles(plans))
    press(choose(plans, "RCP Sein 2"), "Modifier RCP Sein 2", qtbot)
    qtbot.mouseClick(form.drop, Qt.MouseButton.LeftButton)
    press(form, "Garder", qtbot)
    assert "RCP Sein 2" in [one.title for one in plans.office.session().meetings]
    qtbot.mouseClick(form.drop, Qt.MouseButton.LeftButton)
    press(form, "Oui, annuler", qtbot)
    qtbot.waitUntil(handout.isVisible)
    assert not handout.link.isVisible()
    assert not handout.open.isVisible()
    qtbot.mouseClick(handout.done, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "RCP Sein 2" not in titles(plans))


def press(widget, name, qtbot):
    def found():
        return [b for b in widget.findChildren(Press) if b.accessibleName() == name and b.isVisible()]

    qtbot.waitUntil(lambda: bool(found()))
    qtbot.mouseClick(found()[0], Qt.MouseButton.LeftButton)


def weekly(desk, qtbot, until="4"):
    """Call a RCP every week by the form; return the handout."""
    qtbot.mouseClick(desk.page.join.call, Qt.MouseButton.LeftButton)
    form = planner(desk).form
    fill(desk)
    form.rhythm.choice.setFocus()
    qtbot.keyClick(form.rhythm.choice, Qt.Key.Key_Down)
    form.fields["until"].setText(until)
    return form


def test_a_weekly_rcp_has_one_link_and_a_row_for_every_date(plans, qtbot):
    form = weekly(plans, qtbot)
    form.fields["most"].setText("12")
    qtbot.mouseClick(form.bounds.guests, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(form.go, Qt.MouseButton.LeftButton)
    handout = planner(plans).handout
    qtbot.waitUntil(handout.isVisible)
    assert len(plans.sent) == 1
    assert b"RRULE:FREQ=WEEKLY;INTERVAL=1;COUNT=4\r\n" in handout._invited.file
    qtbot.mouseClick(handout.done, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: titles(plans).count("RCP Sein") == 4)
    (meeting,) = [one for one in plans.office.session().meetings if one.title == "RCP Sein"]
    assert (meeting.guests, meeting.most) == (False, 12)


@pytest.mark.parametrize(
    ("until", "says"),
    [
        ("bientôt", "La fin de la série n’est pas lisible"),
        ("1", "Une série a au moins deux dates"),
        ("65", "La série est trop longue"),
        ("24/11/2026", "Une série a au moins deux dates"),
    ],
)
def test_an_end_that_makes_no_series_is_said_at_its_field(plans, qtbot, until, says):
    form = weekly(plans, qtbot, until)
    qtbot.mouseClick(form.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: banners(form) == [says])
    assert form.fields["until"].property("wrong") == "true"
    assert form.fields["until"].hasFocus()


def test_one_date_is_called_off_after_asking_and_stays_in_sight_struck(plans, qtbot):
    form = weekly(plans, qtbot)
    qtbot.mouseClick(form.go, Qt.MouseButton.LeftButton)
    handout = planner(plans).handout
    qtbot.waitUntil(handout.isVisible)
    link = handout.link.text()
    qtbot.mouseClick(handout.done, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: titles(plans).count("RCP Sein") == 4)
    panel = choose(plans, "RCP Sein", 1)
    press(panel, "Annuler cette date", qtbot)
    press(panel, "Garder", qtbot)
    assert not any(one.off for one in plans.office.session().meetings)
    press(panel, "Annuler cette date", qtbot)
    press(panel, "Oui, annuler", qtbot)
    qtbot.waitUntil(handout.isVisible)
    assert b"RECURRENCE-ID" in handout._invited.file
    qtbot.mouseClick(handout.done, Qt.MouseButton.LeftButton)
    lines = plans.page.join.agenda.shown.lines
    assert [line.off for line in lines if line.title == "RCP Sein"] == [False, True, False, False]
    press(choose(plans, "RCP Sein", 1), "Fichier d’annulation", qtbot)
    assert b"METHOD:CANCEL" in handout._invited.file
    qtbot.mouseClick(handout.done, Qt.MouseButton.LeftButton)
    choose(plans, "RCP Sein", 0)
    plans.page.join.agenda.setFocus()
    qtbot.keyClick(plans.page.join.agenda, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == link


def test_arrows_pass_over_the_heads_of_weeks_and_return_opens(plans, qtbot):
    agenda = plans.page.join.agenda
    assert agenda.line is not None
    agenda.setFocus()
    for _ in range(30):
        qtbot.keyClick(agenda, Qt.Key.Key_Down)
        assert agenda.line.occurrence is not None
    qtbot.keyClick(agenda, Qt.Key.Key_Home)
    for _ in range(30):
        qtbot.keyClick(agenda, Qt.Key.Key_Up)
    qtbot.keyClick(agenda, Qt.Key.Key_Return)
    qtbot.waitUntil(plans.page.prejoin.isVisible)


def test_a_long_agenda_is_searched_by_the_keyboard(make_desk, qtbot):
    meetings = agenda_scenes._many()
    desk = make_desk(session=replace(stills.session(), meetings=meetings))
    desk.window.show_feature("meeting")
    join = desk.page.join
    qtbot.keyClick(join.agenda, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert join.search.hasFocus()
    qtbot.keyClicks(join.search, "rcp 014")
    assert [line.title[:7] for line in join.agenda.shown.lines if line.occurrence] == ["RCP 014"]
    assert join.date._title.text().strip("\u2068\u2069").startswith("RCP 014")
    join.search.setText("zzz")
    assert join._nothing.isVisible()
    assert not join.date.isVisible()


def test_a_meeting_of_somebody_else_is_taken_out_and_put_back(make_desk, qtbot):
    desk = make_desk(session=stills.session())
    desk.window.show_feature("meeting")
    before = titles(desk)
    press(desk.page.join.date, "Retirer de l’agenda", qtbot)
    qtbot.waitUntil(lambda: titles(desk) == [])
    qtbot.keyClick(desk.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: titles(desk) == before)


def test_a_meeting_that_was_joined_by_its_link_is_asked_for_once(desk, settle):
    asked = []

    async def remember(link):
        asked.append(link)

    desk.office.planning.remember = remember
    other = replace(stills.LINK, tag=b"o" * 16).format()
    desk.open_link(other)
    assert asked == []
    desk.meeting.enter()
    for n in range(3):
        desk.hear(m.Phase(phase="in-call", is_host=False, title="RCP Thorax", transport="udp"))
        desk.hear(m.Roster(n=n, people=stills.people(3 + n)))
        settle(desk)
    assert [link.format() for link in asked] == [other]


class SpoiltAgenda(stills.StillAgenda):
    """Two of its rows make no meeting."""

    spoilt = 2

    def unreadable(self):
        return stills.at_once(self.spoilt)

    def drop_unreadable(self):
        dropped, self.spoilt = self.spoilt, 0
        return stills.at_once(dropped)


def test_rows_that_nobody_can_read_are_told_and_taken_out(make_desk, qtbot):
    known = stills.session()
    desk = make_desk(session=replace(known, agenda=SpoiltAgenda(*known.meetings)))
    desk.window.show_feature("meeting")
    join = desk.page.join
    says = ["2 réunions de l’agenda sont illisibles"]
    qtbot.waitUntil(lambda: banners(join) == says)
    assert len(titles(desk)) == 1
    press(join, "Les retirer", qtbot)
    qtbot.waitUntil(lambda: banners(join) == [])


def test_the_form_says_at_once_that_the_invitation_waits_for_the_relay(plans, qtbot):
    qtbot.mouseClick(plans.page.join.call, Qt.MouseButton.LeftButton)
    form = planner(plans).form
    assert banners(form) == []
    plans.office.line.changed.fire(State(Standing.OFFLINE))
    qtbot.waitUntil(lambda: banners(form) == ["Le relais ne répond pas"])
    plans.office.line.changed.fire(State(Standing.ONLINE))
    qtbot.waitUntil(lambda: banners(form) == [])


def test_an_empty_agenda_says_what_to_do(make_desk):
    desk = make_desk(session=replace(stills.session(), meetings=()))
    desk.window.show_feature("meeting")
    assert desk.page.join._none.isVisible()
    assert desk.page.join.call.isVisible()
    assert not desk.page.join.date.isVisible()


def test_the_called_meeting_opens_before_entering_as_its_host(plans, qtbot):
    handout = called(plans, qtbot)
    qtbot.waitUntil(lambda: any(one.title == "RCP Sein" for one in plans.office.session().meetings))
    qtbot.mouseClick(handout.open, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(plans.page.prejoin.isVisible)
    assert plans.meeting.view.title == "RCP Sein"
    assert any(name.startswith("Commence") for name in names(plans.page.prejoin)), (
        "it knows when, from the start"
    )
    assert len(plans.meeting.view.invitation.invitation_secret) == 32
    assert plans.said(m.Join) == []


def test_what_was_begun_is_there_again_after_looking_at_the_agenda(plans, qtbot):
    qtbot.mouseClick(plans.page.join.call, Qt.MouseButton.LeftButton)
    fill(plans, title="RCP commencée")
    qtbot.mouseClick(planner(plans).form.back, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(plans.page.join.call, Qt.MouseButton.LeftButton)
    assert planner(plans).form.fields["title"].text() == "RCP commencée"


def test_a_refused_link_is_said_in_front_of_a_begun_form(plans, qtbot):
    qtbot.mouseClick(plans.page.join.call, Qt.MouseButton.LeftButton)
    plans.open_link("https://example.org")
    qtbot.waitUntil(plans.page.join.isVisible)


def test_an_existing_file_is_not_overwritten(plans, qtbot, tmp_path):
    handout = called(plans, qtbot)
    target = tmp_path / "mine.ics"
    target.write_text("mine")
    handout.path.setText(str(target))
    qtbot.mouseClick(handout.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: banners(handout) == ["Un fichier porte déjà ce nom"])
    assert target.read_text() == "mine"


def test_a_meeting_leaves_the_agenda_when_it_ends(plans, qtbot):
    handout = called(plans, qtbot)
    meeting = handout._invited.meeting
    qtbot.mouseClick(handout.done, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "RCP Sein" in titles(plans))
    plans.page.join.tick(meeting.ends_s - 1)
    assert "RCP Sein" in titles(plans)
    plans.page.join.tick(meeting.ends_s + 60)
    assert "RCP Sein" not in titles(plans)


def test_every_control_has_a_name_in_both_languages(plans, qtbot):
    handout = called(plans, qtbot)
    for language in ("fr", "en"):
        i18n.set_language(language)
        qtbot.wait(10)
        for part in (planner(plans).form, handout, plans.page.join):
            for widget in part.findChildren(QWidget):
                if isinstance(widget, Press | Field):
                    assert widget.accessibleName(), widget
                    assert not widget.accessibleName().startswith(("plan.", "handout.", "agenda."))


def test_a_desk_that_cannot_sign_shows_no_button_for_it(make_desk):
    desk = make_desk(session=replace(stills.session(), call=None))
    assert not desk.page.join.call.isVisible()
