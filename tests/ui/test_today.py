"""Today as its user meets it: what waits, by mouse, by digit, by arrow; what stays still under a hand."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from PyQt6.QtCore import QEvent, QPoint, Qt
from PyQt6.QtGui import QFontMetricsF
from PyQt6.QtWidgets import QAbstractButton, QApplication

from app import i18n
from app.board import Act, Board, Card, Column, Rank, Row
from app.config import SINGLE_KEYS, TEXT_SIZE
from app.feature import Desk
from app.i18n import tr
from app.intents import JoinMeeting, OpenPerson
from app.scenes import stills
from app.today.page import TodayPage
from app.today.rows import _figure, first_width
from app.today.service import Around, Fact
from app.ui.panes import Banner
from app.ui.text import Label
from app.ui.theme import theme
from media.events import Event

MINUTE_MS = 60_000


class Source:
    """A source in the test's hands."""

    def __init__(self, key="one", title="Colonne", place=0):
        self.id, self.title, self.place = key, title, place
        self.changed, self.done = Event(), []
        self.error, self.cards, self.rows, self.ahead = None, [], [], None

    async def read(self):
        if self.error:
            raise self.error
        return self._board

    def _board(self, _now_ms):
        everything = Act("Tout", lambda: self.done.append("all"), keys=("G", "X"))
        column = Column(tuple(self.rows), everything, "Rien ici", count=len(self.rows))
        return Board(tuple(self.cards), column, ahead=self.ahead)

    def row(self, key, title=""):
        return Row(key, title or key, "détail", lambda: self.done.append(key))

    def card(self, key, rank=Rank.MEETING, deadline=0, **more):
        act = Act("Faire", lambda: self.done.append(key))
        return Card(key, rank, "attend", f"Carte {key}", "détail", act, "clock", deadline, **more)


class Bench:
    """The page alone, over sources of the test."""

    def __init__(self, desk, qtbot, *sources):
        self.desk, self.qtbot, self.sources = desk, qtbot, sources
        self.lock_ms, self.facts = 540_000, [Fact("database", "ok", "Coffre chiffré")]
        around = Around(lambda: self.facts, lambda: self.lock_ms, Event())
        whole = Desk(desk.office.bridge, desk.office.open, lambda: desk.now_ms, desk.office._tell)
        self.page = TodayPage(whole, sources, around, desk.office.config)
        desk.window.sheet.stack.addWidget(self.page)
        desk.window.sheet.stack.setCurrentWidget(self.page)
        self.settle()
        self.page.setFocus()

    def settle(self):
        self.qtbot.waitUntil(lambda: not self.page.loading)
        self.qtbot.wait(1)

    def again(self, *sources):
        """Read again, and wait until it is shown."""
        for source in sources or self.sources:
            self.page._jobs.pop(source.id)
            source.changed.fire(None)
            self.qtbot.waitUntil(lambda s=source: s.id in self.page._jobs)
            self.qtbot.waitUntil(lambda s=source: self.page._jobs[s.id]._done is None)
        self.qtbot.wait(10)

    def pane(self, key="one"):
        return self.page.panes[key]

    def titles(self, key="one"):
        return [button.row.title for button in self.pane(key).rows]

    def cards(self):
        return [frame.card.id for frame in self.page.deck.cards]

    def press(self, key, *more):
        self.qtbot.keyClick(QApplication.focusWidget() or self.page, key, *more)

    def texts(self):
        return [label.text() for label in self.page.findChildren(Label) if label.isVisible()]

    def hover(self, widget, yes=True):
        QApplication.sendEvent(widget, QEvent(QEvent.Type.Enter if yes else QEvent.Type.Leave))
        assert widget.underMouse() is yes


@pytest.fixture
def source():
    return Source()


@pytest.fixture
def make(desk, qtbot):
    return lambda *sources: Bench(desk, qtbot, *sources)


# --- the desk -----------------------------------------------------------------------------------------------


def unlocked(make_desk, qtbot, *minutes, verified=True):
    """Unlock a desk with RCP in so many minutes, and somebody whose key changed."""
    known = stills.directory_session()
    if not verified:
        known = replace(known, trust=msgspec.structs.replace(known.trust, verified=[]))
    meetings = stills.week(*minutes)
    session = replace(known, meetings=meetings, agenda=stills.StillAgenda(*meetings))
    desk = make_desk(session=session, first="today")
    page = desk.window.page("today")
    qtbot.waitUntil(lambda: not page.loading)
    return desk, page


def test_the_unlocked_desk_opens_on_today(make_desk, qtbot):
    desk, page = unlocked(make_desk, qtbot, 12)
    assert desk.window.current == "today"
    assert [str(frame.card.title) for frame in page.deck.cards] == ["RCP Thorax", "Dr Paul Vasseur"]
    assert str(page.subtitle()) == "mardi 24 novembre"
    assert set(page.panes) == {"meetings", "people"}
    assert QApplication.focusWidget() is page.deck.cards[0].verb


def test_a_minute_that_passes_counts(make_desk, qtbot):
    desk, page = unlocked(make_desk, qtbot, 12)
    desk.now_ms += 5 * MINUTE_MS
    page.tick()
    assert str(page.deck.cards[0].card.head) == "RCP dans 7 minutes"
    assert "RCP dans 7 minutes" in page.panes["meetings"].rows[0].accessibleName()


def test_a_digit_joins_as_far_as_the_preview(make_desk, qtbot):
    desk, page = unlocked(make_desk, qtbot, 12)
    qtbot.keyClick(page.deck.cards[0].verb, Qt.Key.Key_1)
    assert desk.window.current == "meeting"
    assert desk.meeting.view.stage.value == "ready"


def test_the_second_digit_compares_the_changed_key(make_desk, qtbot):
    desk, page = unlocked(make_desk, qtbot, 12)
    qtbot.keyClick(page.deck.cards[0].verb, Qt.Key.Key_Eacute)  # the 2 of a French keyboard
    assert desk.window.current == "directory"
    panel = desk.window.page("directory").panel
    qtbot.waitUntil(lambda: panel.person is not None)
    assert panel.person.name == "Dr Paul Vasseur"


def test_when_nothing_waits_the_next_meeting_is_large(make_desk, qtbot):
    _desk, page = unlocked(make_desk, qtbot, verified=False)
    assert page.calm.isVisible()
    said = [label.text() for label in page.calm.findChildren(Label)]
    assert {"Rien ne vous attend", "RCP moléculaire régionale"} <= set(said)
    assert QApplication.focusWidget() is page.calm.open


def test_a_call_from_another_desk_shows_in_the_agenda(make_desk, qtbot):
    desk, page = unlocked(make_desk, qtbot)
    more = stills.week(10)[0]
    desk.office.session().agenda.save(more)
    desk.office.planning.changed.fire((*desk.office.session().meetings, more))
    QApplication.focusWidget().clearFocus()
    qtbot.waitUntil(lambda: page.panes["meetings"].rows[0].row.title == "RCP Thorax")


def test_sections_go_by_number_and_letter(make_desk, qtbot):
    desk, _page = unlocked(make_desk, qtbot)
    ctrl = Qt.KeyboardModifier.ControlModifier
    for key, section in (("2", "meeting"), ("6", "directory"), ("1", "today"), ("&", "today")):
        qtbot.keyClick(desk.window, key, ctrl)
        assert desk.window.current == section
    desk.window.show_feature("settings")
    qtbot.keyClick(desk.window, Qt.Key.Key_G)
    qtbot.keyClick(desk.window, Qt.Key.Key_A)
    assert desk.window.current == "today"


def test_a_link_still_goes_to_the_meeting(make_desk, qtbot):
    desk, _page = unlocked(make_desk, qtbot)
    desk.office.open(JoinMeeting(stills.LINK.format()))
    assert desk.window.current == "meeting"


def test_the_lock_leaves_nothing_of_today(make_desk, qtbot):
    desk, page = unlocked(make_desk, qtbot, 12)
    gone = []
    page.destroyed.connect(lambda: gone.append(1))
    desk.office.lock()
    qtbot.waitUntil(lambda: gone == [1])


def test_the_language_changes_without_a_restart(make_desk, qtbot):
    _desk, page = unlocked(make_desk, qtbot, 12)
    i18n.set_language("en")
    qtbot.waitUntil(lambda: "MDT in 12 minutes" in [x.text() for x in page.findChildren(Label)])
    assert str(page.subtitle()) == "Tuesday 24 November"


def test_settings_that_could_not_be_read_are_told_until_they_are_mended(make_desk, qtbot):
    desk, page = unlocked(make_desk, qtbot)
    desk.office.config.load_user({"theme": '"violet"'})
    page.draw()
    (banner,) = page.findChildren(Banner)
    assert banner.accessibleName() == "1 réglage n’a pas pu être lu"
    qtbot.mouseClick(banner.findChild(QAbstractButton), Qt.MouseButton.LeftButton)
    assert desk.window.current == "settings"
    desk.office.settings.mend()
    desk.window.show_feature("today")
    qtbot.waitUntil(lambda: not [one for one in page.findChildren(Banner) if one.isVisible()])


# --- cards --------------------------------------------------------------------------------------------------


def test_three_cards_at_most_and_the_others_behind_a_word(make, source, qtbot):
    source.cards = [source.card(str(n), deadline=n + 1) for n in range(5)]
    bench = make(source)
    assert bench.cards() == ["0", "1", "2"]
    others = bench.page.deck.others
    assert others.name == "+2 autres"
    qtbot.mouseClick(others, Qt.MouseButton.LeftButton)
    assert bench.cards() == ["0", "1", "2", "3", "4"]
    qtbot.mouseClick(others, Qt.MouseButton.LeftButton)
    assert bench.cards() == ["0", "1", "2"]


@pytest.mark.parametrize(
    "keys",
    [
        (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3),
        (Qt.Key.Key_Ampersand, Qt.Key.Key_Eacute, Qt.Key.Key_QuoteDbl),
    ],
)
def test_digits_press_the_cards_by_position(make, source, qtbot, keys):
    source.cards = [source.card(str(n), deadline=n + 1) for n in range(4)]
    bench = make(source)
    for key in keys:
        bench.press(key)
    assert source.done == ["0", "1", "2"]


def test_the_keypad_and_shift_work_too(make, source, qtbot):
    source.cards = [source.card(str(n), deadline=n + 1) for n in range(2)]
    bench = make(source)
    bench.press(Qt.Key.Key_1, Qt.KeyboardModifier.KeypadModifier)
    bench.press(Qt.Key.Key_2, Qt.KeyboardModifier.ShiftModifier)
    assert source.done == ["0", "1"]


def test_digits_are_off_with_the_single_keys(make, source, desk, qtbot):
    source.cards = [source.card("a")]
    bench = make(source)
    verb = bench.page.deck.cards[0].verb
    assert verb.toolTip() == "Faire (1)"
    desk.office.settings.choose(SINGLE_KEYS, False)
    qtbot.waitUntil(lambda: verb.toolTip() == "Faire")
    bench.press(Qt.Key.Key_1)
    assert source.done == []


def test_digits_are_text_in_a_text_field(make, source, desk, qtbot):
    source.cards = [source.card("a")]
    make(source)
    qtbot.keyClick(desk.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_1)
    assert desk.window.palette_layer.field.text() == "1"
    assert source.done == []


def test_a_card_put_aside_leaves_and_comes_back(make, source, desk, qtbot):
    source.cards = [source.card("a", can_wait=True), source.card("b")]
    bench = make(source)
    qtbot.mouseClick(bench.page.deck.cards[0]._later, Qt.MouseButton.LeftButton)
    assert bench.cards() == ["b"]
    qtbot.keyClick(desk.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert bench.cards() == ["a", "b"]


def test_the_last_card_put_aside_leaves_calm(make, source, qtbot):
    source.cards = [source.card("a", can_wait=True)]
    bench = make(source)
    qtbot.mouseClick(bench.page.deck.cards[0]._later, Qt.MouseButton.LeftButton)
    assert bench.page.calm.isVisible()
    assert not bench.page.deck.isVisible()


def test_cards_stay_where_they_are_under_the_pointer(make, source, qtbot):
    source.cards = [source.card("b", deadline=5)]
    bench = make(source)
    bench.hover(bench.page.deck)
    source.cards = [source.card("a", deadline=1), source.card("b", deadline=5)]
    bench.again()
    assert bench.cards() == ["b"]
    assert bench.page.deck.pill.name == "1 nouvelle"
    bench.press(Qt.Key.Key_1)
    assert source.done == ["b"]
    qtbot.mouseClick(bench.page.deck.pill, Qt.MouseButton.LeftButton)
    assert bench.cards() == ["a", "b"]


def test_a_card_that_is_over_does_nothing_under_the_pointer(make, source):
    source.cards = [source.card("a")]
    bench = make(source)
    bench.hover(bench.page.deck)
    source.cards = []
    bench.again()
    assert bench.cards() == ["a"]
    bench.press(Qt.Key.Key_1)
    assert source.done == []
    bench.hover(bench.page.deck, False)
    assert bench.cards() == []
    assert bench.page.calm.isVisible()


def test_under_the_focus_a_new_card_comes_behind(make, source):
    source.cards = [source.card("b", deadline=5)]
    bench = make(source)
    source.cards = [source.card("a", deadline=1), source.card("b", deadline=5)]
    bench.again()
    assert bench.cards() == ["b", "a"]
    assert bench.page.deck.cards[0].verb.hasFocus()


def test_whoever_is_read_first_the_cards_are_ranked_at_the_first_look(make, qtbot):
    early, late = Source("early"), Source("late", "Autre", 2)
    early.cards, late.cards = [early.card("low", Rank.KEY)], [late.card("high")]
    bench = make(early)
    both = TodayPage(
        bench.page._desk, [early, late], Around(lambda: (), lambda: 0, Event()), bench.desk.office.config
    )
    bench.desk.window.sheet.stack.addWidget(both)
    for job in both._jobs.values():
        job.cancel()
    bench.desk.window.sheet.stack.setCurrentWidget(both)
    both.setFocus()
    both._took(early, early._board)
    assert QApplication.focusWidget() is both.deck.cards[0].verb
    both._took(late, late._board)
    assert [frame.card.id for frame in both.deck.cards] == ["high", "low"]
    assert QApplication.focusWidget() is both.deck.cards[0].verb


def test_a_digit_is_deaf_while_another_card_takes_its_place(make, source, desk):
    source.cards = [source.card("b", deadline=5)]
    bench = make(source)
    desk.window.top.setFocus()
    desk.now_ms += 1000
    source.cards = [source.card("a", deadline=1), source.card("b", deadline=5)]
    bench.again()
    assert bench.cards() == ["a", "b"]
    bench.press(Qt.Key.Key_1)
    assert source.done == []
    desk.now_ms += 300
    bench.press(Qt.Key.Key_1)
    assert source.done == ["a"]


def test_a_card_has_its_note_and_further_verbs(make, source, qtbot):
    call = Act("Appeler", lambda: source.done.append("call"), "phone")
    source.cards = [source.card("a", note="38 min", more=(call,))]
    bench = make(source)
    assert "38 min" in bench.texts()
    button = next(b for b in bench.page.deck.findChildren(QAbstractButton) if b.text() == "Appeler")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert source.done == ["call"]


# --- columns ------------------------------------------------------------------------------------------------


def test_arrows_walk_rows_and_columns_and_enter_opens(make, source, qtbot):
    other = Source("two", "Autre", place=2)
    source.cards, source.rows = [source.card("c")], [source.row("a"), source.row("b")]
    other.rows = [other.row("x")]
    bench = make(source, other)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down):
        bench.press(key)
    assert QApplication.focusWidget().row.id == "b"
    bench.press(Qt.Key.Key_Right)
    assert QApplication.focusWidget().row.id == "x"
    bench.press(Qt.Key.Key_Return)
    assert other.done == ["x"]
    bench.press(Qt.Key.Key_Left)
    assert QApplication.focusWidget().row.id == "a"
    bench.press(Qt.Key.Key_Up)
    assert QApplication.focusWidget() is bench.page.deck.cards[0].verb


def test_rows_stay_under_the_focus_and_a_pill_waits(make, source, qtbot):
    source.rows = [source.row("a"), source.row("b")]
    bench = make(source)
    focused = bench.pane().rows[1]
    focused.setFocus()
    source.rows = [source.row("new"), source.row("newer"), source.row("b", "B, changée")]
    bench.again()
    assert bench.titles() == ["a", "B, changée"]
    gone = bench.pane().rows[0]
    assert "plus d’actualité" in gone.accessibleName()
    gone.click()
    assert source.done == []
    assert bench.pane().pill.name == "2 nouvelles"
    assert focused.hasFocus()
    qtbot.mouseClick(bench.pane().pill, Qt.MouseButton.LeftButton)
    assert bench.titles() == ["new", "newer", "B, changée"]
    assert focused.hasFocus()
    assert not bench.pane().pill.isVisible()


def test_rows_stay_under_the_pointer(make, source, desk):
    source.rows = [source.row("a")]
    bench = make(source)
    desk.window.top.setFocus()
    bench.hover(bench.pane())
    source.rows = [source.row("b"), source.row("a")]
    bench.again()
    assert bench.titles() == ["a"]
    bench.hover(bench.pane(), False)
    assert bench.titles() == ["b", "a"]


def test_what_waited_comes_when_the_focus_goes(make, source, desk, qtbot):
    source.rows = [source.row("a")]
    bench = make(source)
    bench.pane().rows[0].setFocus()
    source.rows = [source.row("b"), source.row("a")]
    bench.again()
    assert bench.titles() == ["a"]
    desk.window.top.setFocus()
    qtbot.waitUntil(lambda: bench.titles() == ["b", "a"])


def test_what_stays_is_repainted_and_not_made_anew(make, source, desk):
    source.rows = [source.row("a"), source.row("b")]
    bench = make(source)
    desk.window.top.setFocus()
    before = bench.pane().rows
    source.rows = [source.row("b"), source.row("c"), source.row("a", "A")]
    bench.again()
    after = bench.pane().rows
    assert (after[0], after[2]) == (before[1], before[0])
    assert after[2].accessibleName() == "A, détail"


def test_a_column_that_fails_says_so_and_is_read_again(make, source, qtbot):
    broken = Source("two", "Autre", place=2)
    broken.error = OSError("disk")
    source.rows = [source.row("a")]
    bench = make(source, broken)
    assert "Cette colonne n’a pas pu être lue" in bench.texts()
    assert bench.titles() == ["a"]
    assert "Rien d’autre ne vous attend" in bench.texts()
    broken.error, broken.rows = None, [broken.row("x")]
    again = next(b for b in bench.pane("two").findChildren(QAbstractButton) if b.text() == "Réessayer")
    assert again.accessibleName() == "Réessayer : Autre".replace(" :", "\u00a0:")
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bench.titles("two") == ["x"])


def test_what_was_read_again_by_keyboard_keeps_the_focus(make, source, qtbot):
    source.error = OSError("disk")
    bench = make(source)
    for rows, wanted in (([], "Réessayer"), ([source.row("a")], "a")):
        again = bench.pane().first()
        again.setFocus()
        source.rows, source.error = rows, None if rows else source.error
        bench.press(Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: not bench.page._retried)
        assert wanted in QApplication.focusWidget().text()


def test_a_row_that_is_over_keeps_the_focus_and_opens_nothing(make, source):
    source.rows = [source.row("a"), source.row("b")]
    bench = make(source)
    bench.pane().rows[0].setFocus()
    source.rows = [source.row("b")]
    bench.again()
    assert bench.pane().rows[0].hasFocus()
    bench.press(Qt.Key.Key_Return)
    assert source.done == []


def test_an_empty_column_has_its_sentence_and_its_section(make, source, qtbot):
    bench = make(source)
    assert "Rien ici" in bench.texts()
    qtbot.mouseClick(bench.pane().all, Qt.MouseButton.LeftButton)
    assert source.done == ["all"]


def test_where_three_columns_have_no_room_they_stand_over_each_other(make, source, desk, qtbot):
    others = [Source(key, key, place) for place, key in ((1, "two"), (2, "three"))]
    for one in (source, *others):
        one.rows = [one.row("a")]
    bench = make(source, *others)

    def tops():
        return {bench.pane(key).mapTo(bench.page, QPoint(0, 0)).y() for key in bench.page.panes}

    assert len(tops()) == 1
    desk.office.settings.choose(TEXT_SIZE, 150)
    desk.window.resize(1180, 700)
    qtbot.waitUntil(lambda: len(tops()) == 3)
    assert bench.page._area.horizontalScrollBar().maximum() == 0


def test_very_long_and_right_to_left_names_keep_the_window_narrow(make, source, desk):
    long = "Dr Marie-Antoinette " + "Charlotte-Élisabeth " * 12
    source.rows = [source.row("a", long), source.row("b", "ד״ר מרים כהן-לוי")]
    source.cards = [source.card("a", more=()), replace(source.card("b"), title=long, detail=long, head=long)]
    bench = make(source)
    assert bench.page.minimumSizeHint().width() <= 1180 - 92
    assert long.strip() in bench.pane().rows[0].accessibleName()


# --- the rest -----------------------------------------------------------------------------------------------


def test_the_foot_counts_down_to_the_lock(make, source, qtbot):
    bench = make(source)
    bench.page.tick()
    assert bench.page.foot.lock.text() == "Verrouillage dans 9\u202fmin"
    assert "Coffre chiffré" in bench.texts()
    bench.lock_ms = 0
    bench.page.tick()
    assert not bench.page.foot.lock.isVisible()


def test_every_control_has_a_name_and_tab_reaches_it(make, source, qtbot):
    source.cards = [source.card("a", can_wait=True), source.card("b")]
    source.rows = [source.row("a"), source.row("b")]
    bench = make(source)
    wanted = {b for b in bench.page.findChildren(QAbstractButton) if b.isVisible() and b.isEnabled()}
    assert all(button.accessibleName() and button.toolTip() for button in wanted)
    reached = set()
    for _ in range(60):
        bench.press(Qt.Key.Key_Tab)
        reached.add(QApplication.focusWidget())
    assert wanted <= reached


def test_palette_and_help_know_the_verbs_of_the_cards(make_desk, qtbot):
    desk, page = unlocked(make_desk, qtbot, 12)
    commands = page.commands()
    assert [command.keys for command in commands] == ["1", "2"]
    assert "Rejoindre" in commands[0].text
    commands[1].run()
    assert desk.window.current == "directory"


def test_a_person_is_opened_by_an_intent(make_desk, qtbot):
    desk, _page = unlocked(make_desk, qtbot)
    desk.office.open(OpenPerson(bytes(16)))
    assert desk.window.current == "directory"


@pytest.mark.parametrize("size", [100, 150])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_row_without_a_time_says_so_whole(desk, language, size):
    i18n.set_language(language)
    desk.office.config.choose(TEXT_SIZE, size)
    row = Row("1", "RCP Thorax", "", lambda: None, first=tr("agenda.open"), second=tr("agenda.no_time"))
    for text, font in ((row.first, _figure()), (row.second, theme().font("caption"))):
        assert QFontMetricsF(font).horizontalAdvance(text) < first_width(row)


def test_what_belongs_in_front_and_is_hidden_behind_the_others_is_told_while_the_focus_holds(make, source):
    source.cards = [source.card(key) for key in ("a", "b", "c")]
    bench = make(source)
    bench.page.deck.cards[0].verb.setFocus()
    source.cards.append(source.card("worst", Rank.GRADE_4))
    bench.again()
    assert bench.cards() == ["a", "b", "c"], "nothing moves under the focus"
    assert bench.page.deck.pill.isVisible()
    bench.page.deck.pill.click()
    assert bench.cards() == ["worst", "a", "b"]
    assert not bench.page.deck.pill.isVisible()
