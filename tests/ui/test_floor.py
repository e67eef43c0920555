"""The floor of a running call as a user sees and presses it: people, lobby, hands, discussion."""

from __future__ import annotations

import msgspec
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QLabel

from app.meeting.call.chat import SHOWN, shortened
from app.meeting.call.roll import minutes, queue, roll
from app.meeting.view import View
from app.scenes import stills
from app.scenes.stills import NOW_MS
from media.engine import messages as m


def knocker(knock, name="Dr Rachel Dumont", trust="certified", since_ms=NOW_MS, user=b"u" * 16):
    return m.Knocker(
        knock=knock,
        name=name,
        role="doctor",
        specialty="Radiothérapie",
        trust=trust,
        since_ms=since_ms,
        user=user,
    )


def line(text, slot=1):
    return m.ChatLine(slot=slot, name="Dr Tran", text=text, at_ms=NOW_MS)


def texts(widget):
    shown = [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]
    return [text.replace("\u202f", " ") for text in shown]


@pytest.fixture
def host(desk, settle, qtbot):
    """The desk of a host in a call of fifteen, the panel of participants open."""
    desk.call(15)
    settle(desk)
    desk.live.open_people()
    qtbot.waitUntil(lambda: len(rows(desk)) == 15)
    return desk


def rows(desk):
    panel = desk.live.side.people
    shown = [panel._column.itemAt(place).widget() for place in range(panel._column.count())]
    return [row for row in shown if row.isVisibleTo(panel)]


def names(desk):
    return [row.person.name for row in rows(desk)]


# --- order ------------------------------------------------------------------------------------------------


def test_hands_stand_first_then_names_without_titles():
    people = [
        msgspec.structs.replace(one, name=name, hand=hand)
        for one, name, hand in zip(
            stills.people(5),
            ("Pr Zoé Abel", "Dr Éric Blanc", "Dr Ana Dur", "M. Yan Cal", "Dr Bob Air"),
            (0, 2, 0, 1, 0),
            strict=True,
        )
    ]
    assert [one.name for one in roll(people)] == [
        "M. Yan Cal",
        "Dr Éric Blanc",
        "Dr Ana Dur",
        "Dr Bob Air",
        "Pr Zoé Abel",
    ]
    assert [one.name for one in roll(people, "eric")] == ["Dr Éric Blanc"]


def test_certain_identities_stand_first_at_the_door():
    waiting = [
        knocker(1, trust="guest"),
        knocker(2, trust="changed"),
        knocker(3),
        knocker(4, trust="verified"),
    ]
    assert [one.knock for one in queue(waiting)] == [3, 4, 1, 2]


def test_a_clock_that_was_set_back_counts_no_waiting():
    assert [minutes(1_000, now) for now in (0, 1_000, 60_999, 61_000, 200_000)] == [0, 0, 0, 1, 3]


# --- participants -----------------------------------------------------------------------------------------


def test_the_panel_shows_hands_first_and_finds_by_name(host, qtbot):
    first, second = rows(host)[:2]
    assert (first.person.hand, second.person.hand) == (1, 2)
    assert "Main 1" in texts(first)
    assert names(host)[2:] == [one.name for one in roll(host.meeting.view.people)][2:]
    qtbot.keyClicks(host.live.side.people.search, "belkacem")
    assert names(host) == ["Dr Inès Belkacem"]
    qtbot.keyClicks(host.live.side.people.search, "zzz")
    assert names(host) == []
    assert "Aucun participant ne porte ce nom." in texts(host.live.side.people)


def test_a_large_room_is_listed_whole_and_in_order(desk, settle, qtbot):
    desk.call(40)
    settle(desk)
    in_order = [one.name for one in roll(stills.people(40))]
    assert names(desk) == in_order[: len(names(desk))]
    qtbot.waitUntil(lambda: names(desk) == in_order)


def test_who_comes_or_goes_while_a_large_room_is_listed_is_listed_so(desk, settle, qtbot):
    desk.call(40)
    settle(desk)
    for n, people in enumerate((stills.people(38), stills.people(39)), 2):
        desk.hear(m.Roster(n=n, people=people))
        settle(desk)
        in_order = [one.name for one in roll(people)]
        qtbot.waitUntil(lambda in_order=in_order: names(desk) == in_order)


def test_who_comes_while_the_host_is_about_to_act_stands_last(host, qtbot):
    host.live.side.people.unfold(rows(host)[0].person.member)
    before = names(host)
    host.hear(m.Roster(n=2, people=stills.people(17)))
    qtbot.waitUntil(lambda: len(names(host)) == 17)
    assert names(host)[:15] == before


def test_few_participants_need_no_search(desk, settle):
    desk.call(5)
    settle(desk)
    desk.live.open_people()
    assert not desk.live.side.people.search.isVisibleTo(desk.live.side.people)


def test_the_host_mutes_and_gives_the_floor_by_the_keyboard_alone(host, qtbot):
    row = rows(host)[0]
    row.setFocus()
    qtbot.keyClick(row, Qt.Key.Key_Return)
    button = QApplication.focusWidget()
    assert button.accessibleName() == f"Donner la parole à {row.person.name}"
    qtbot.keyClick(button, Qt.Key.Key_Return)
    assert host.said(m.GiveFloor) == [m.GiveFloor(member=row.person.member)]
    assert QApplication.focusWidget() is row
    qtbot.keyClick(row, Qt.Key.Key_Down)
    below = QApplication.focusWidget()
    assert below is rows(host)[1]
    qtbot.keyClick(below, Qt.Key.Key_Return)
    below._acts._buttons["mute"].click()
    assert host.said(m.AskMute) == [m.AskMute(member=below.person.member)]


@pytest.mark.parametrize(("act", "kind"), [("remove", m.Remove), ("hand_over", m.Handover)])
def test_grave_acts_ask_once_more_in_place(host, act, kind):
    row = rows(host)[0]
    row.more.click()
    row._acts._buttons[act].click()
    assert host.said(kind) == []
    assert QApplication.focusWidget() is row._acts._cancel
    row._acts._cancel.click()
    assert host.said(kind) == []
    row.more.click()
    row._acts._buttons[act].click()
    row._acts._sure.click()
    assert [one.member for one in host.said(kind)] == [row.person.member]


def test_nobody_changes_place_under_the_hosts_hand(host, settle):
    row = rows(host)[3]
    before = names(host)
    row.more.click()
    people = [
        msgspec.structs.replace(one, hand=3 if one.name == before[-1] else one.hand)
        for one in host.meeting.view.people
    ]
    host.hear(m.Roster(n=4, people=people))
    settle(host)
    assert names(host) == before
    row.fold()
    host.hear(m.Roster(n=5, people=people, locked=True))
    settle(host)
    assert names(host)[2] == before[-1]


def test_a_guest_is_not_offered_the_hosts_pen_and_no_member_any_act(host, settle):
    guest = next(row for row in rows(host) if row.person.trust == "guest")
    assert "hand_over" not in guest._offered
    people = [msgspec.structs.replace(one, host=one.slot == 1) for one in host.meeting.view.people]
    host.hear(m.Roster(n=6, people=people))
    settle(host)
    assert all(row.more.isHidden() for row in rows(host))
    assert host.live.side.people.room.isHidden()


def test_the_end_for_all_asks_once_more(host):
    room = host.live.side.people.room
    room._end.click()
    assert not [one for one in host.said(m.Leave) if one.end]
    room._keep()
    room._end.click()
    next(
        button for button in room._sure.children() if getattr(button, "name", "") == "Terminer pour tous"
    ).click()
    assert [one for one in host.said(m.Leave) if one.end]


def test_all_are_muted_by_one_button(host):
    host.live.side.people.room._mute.click()
    assert host.said(m.AskMute) == [m.AskMute()]


def test_one_row_of_the_list_is_reached_by_tab(host):
    by_tab = [row for row in rows(host) if row.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert by_tab == rows(host)[:1]


# --- the lobby --------------------------------------------------------------------------------------------


def test_many_who_wait_are_a_list_and_not_a_wall(host, settle):
    host.hear(m.Lobby(waiting=[knocker(n, f"Dr Numéro {n}") for n in range(1, 7)]))
    settle(host)
    bar = host.live.lobby
    assert len(bar.rows) == 2
    assert "4 autres personnes attendent" in texts(bar)
    host.live.side.open("chat")
    bar.see.click()
    assert host.live.side.part == "people"
    assert len(host.live.side.people.lobby.cards.rows) == 6


def test_waiting_time_passes_before_the_hosts_eyes(host, settle):
    host.hear(m.Lobby(waiting=[knocker(1)]))
    settle(host)
    assert "vient d’arriver" in texts(host.live.lobby)
    host.now_ms += 130_000
    host.page._second()
    assert "depuis 2 min" in texts(host.live.lobby)


@pytest.mark.parametrize("trust", ["guest", "changed"])
def test_a_doubtful_identity_is_examined_before_it_can_be_admitted(host, settle, trust):
    host.hear(m.Lobby(waiting=[knocker(1, "M. Caron", trust)]))
    settle(host)
    (row,) = host.live.lobby.rows.values()
    assert row.main.name == "Examiner"
    row.main.click()
    assert host.said(m.Admit) == []
    assert row.examined
    host.hear(m.Lobby(waiting=[knocker(1, "M. Caron", trust), knocker(2)]))
    settle(host)
    assert host.live.lobby.rows[1] is row, "what is being read does not go away"
    row.anyway.click()
    assert host.said(m.Admit) == [m.Admit(knock=1)]


def test_the_key_is_shown_on_the_row_that_it_admits(host, settle, qtbot):
    host.hear(m.Lobby(waiting=[knocker(1, trust="guest"), knocker(2)]))
    settle(host)
    assert [row.main.keys for row in host.live.lobby.rows.values()] == [("A",), ()]
    qtbot.keyClick(host.window, Qt.Key.Key_A)
    assert host.said(m.Admit) == [m.Admit(knock=2)]


def test_a_very_long_name_leaves_the_buttons_their_place(host, settle):
    host.hear(m.Lobby(waiting=[knocker(1, "Dr " + "Marie-Antoinette " * 5 + "de La Rochefoucauld")]))
    settle(host)
    (row,) = host.live.lobby.rows.values()
    assert row.main.mapTo(host.live.lobby, row.main.rect().bottomRight()).x() <= host.live.lobby.width()


# --- the discussion ---------------------------------------------------------------------------------------


def chat_of(desk):
    return desk.live.side.chat


def test_the_end_leaves_nothing_of_the_discussion_in_the_window(host, settle, qtbot):
    host.hear(line("PD-L1 relu : 60 %"))
    settle(host)
    host.live.open_chat()
    chat_of(host).field.setText("à demi écrit")
    host.hear(m.Phase(phase="ended", reason="ended"))
    settle(host)
    qtbot.wait(20)
    assert chat_of(host).field.text() == ""
    assert not [one for one in host.window.findChildren(QLabel) if "PD-L1" in one.text()]
    assert "PD-L1" not in repr(vars(chat_of(host)))
    assert host.meeting.view.chat == ()


def test_unread_lines_are_counted_beyond_what_is_kept(host, settle):
    host.live.open_people()
    host.hear(*[line(str(n)) for n in range(498)])
    settle(host)
    host.live.open_chat()
    assert chat_of(host).unread == 0
    host.live.open_people()
    host.hear(*[line(f"neu {n}") for n in range(5)])
    settle(host)
    assert chat_of(host).unread == 5
    assert len(chat_of(host)._rows()) == SHOWN
    chat_of(host)._earlier.click()
    assert len(chat_of(host)._rows()) == 2 * SHOWN


def test_a_new_meeting_begins_with_no_line_and_no_count(host, settle):
    host.hear(*[line("alt") for _ in range(3)])
    settle(host)
    host.live.open_chat()
    host.hear(m.Phase(phase="ended", reason="ended"))
    settle(host)
    host.meeting.forget()
    host.call(3)
    host.hear(line("neu"))
    settle(host)
    host.live.open_people()
    assert chat_of(host).unread == 1


def test_a_link_in_the_discussion_is_text(host, settle):
    host.hear(line('<a href="https://example.org">ici</a> https://example.org/x'))
    settle(host)
    host.live.open_chat()
    (label,) = [one for one in chat_of(host).findChildren(QLabel) if "example.org" in one.text()]
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert not label.openExternalLinks()
    assert not label.textInteractionFlags() & Qt.TextInteractionFlag.LinksAccessibleByMouse


def test_what_was_said_is_copied_whole(host, settle, qtbot):
    said = "https://" + "x" * 300
    host.hear(line(said))
    settle(host)
    host.live.open_chat()
    (row,) = chat_of(host)._rows()
    row.setFocus()
    qtbot.keyClick(row, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == said
    QApplication.clipboard().clear()


def test_a_word_without_end_does_not_widen_the_panel(host, settle):
    host.hear(line("W" * 4000), line("ligne\n" * 200))
    settle(host)
    host.live.open_chat()
    for row in chat_of(host)._rows():
        assert row.width() <= host.live.side.width()
        assert row.height() < 900
        row.rest.click()
    assert shortened("court") == "court"


# --- what the host asks -----------------------------------------------------------------------------------


def test_a_member_who_is_muted_reads_by_whom_and_takes_it_back(desk, settle, qtbot):
    desk.call(5, host=False)
    desk.meeting.microphone(True)
    desk.hear(m.HostAsked(what="mute", name="Pr Delcourt"))
    settle(desk)
    qtbot.waitUntil(desk.window.toast.isVisible)
    assert any("Pr Delcourt a coupé votre micro" in text for text in texts(desk.window.toast))
    assert not desk.meeting.view.microphone.wanted
    desk.window.toast.undo()
    assert desk.meeting.view.microphone.wanted


def test_a_view_without_people_shows_nobody():
    assert roll(View().people) == []


def test_what_is_not_read_is_counted_where_the_panel_is_closed(host, settle):
    host.live.flip_side()
    host.hear(line("un"), line("deux"))
    settle(host)
    assert any("2 messages non lus" in text for text in texts(host.live))
    host.live.open_chat()
    assert not any("non lu" in text for text in texts(host.live))
