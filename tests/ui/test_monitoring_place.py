"""What somebody sees and chose in the queue stays theirs while alerts come, go and change elsewhere: the real window, real vaults."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QApplication

from app.ui.pictures import Pictures
from tests.harness.wards import alert_of, asked, named
from tests.ui.test_monitoring_queue import HOUR_MS, Triage

MANY = 30


class Long(Triage):
    """Alice before a list that is longer than the window, with the focus beside it; no pointer is over it."""

    def __init__(self, make_desk, qtbot, folder):
        super().__init__(make_desk, qtbot, folder)
        at_ms = self.desk.now_ms - HOUR_MS
        told = [asked(str(n), at_ms + n, f"Q{n}", fatigue=2) for n in range(MANY)]
        people = [named(str(n), f"NOM{n}", "Solange", at_ms) for n in range(MANY)]
        self.hear(*people, *told)
        self.alerts = [alert_of(one) for one in told]
        self.list, self.bar = self.queue.list, self.queue.list.verticalScrollBar()
        self.wait(lambda: [one.alert for one in self.rows.items] == self.alerts)
        self.queue.sort.setFocus()
        self.wait(lambda: QApplication.focusWidget() is self.queue.sort)
        self.wait(lambda: self.bar.maximum() > 0)
        self.resets = []
        self.rows.modelReset.connect(lambda: self.resets.append(1))

    def top(self, alert):
        """Return how far below the upper edge a row is seen."""
        return self.list.visualRect(self.rows.index(self.list.row_of(alert))).top()

    def has(self, *alerts):
        self.wait(lambda: {one.alert for one in self.rows.items} == set(alerts))

    def choose(self, cursor, *others):
        """Choose rows as a click does, then others with Ctrl; the focus stays where it is."""
        self.list.choose_alert(self.alerts[cursor])
        for one in others:
            self.list._add(self.alerts[one])

    @property
    def chosen(self):
        return {self.alerts.index(one.alert) for one in self.list.selected}

    def looks(self):
        """Return the list as it is painted; and as it would be, were each row drawn now."""
        painted = self.list.grab().toImage()
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Pictures, "draw", draw_now)
            return painted, self.list.grab().toImage()

    def taken(self, number):
        """Let Bruno take an alert."""
        self.run(self.bruno_watch.alerts.take(self.alerts[number]))


def draw_now(_pictures, painter, rect, _key, _state, draw):
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw(painter, QRectF(rect))
    painter.restore()


@pytest.fixture
def long(make_desk, qtbot, tmp_path):
    return Long(make_desk, qtbot, tmp_path)


def test_what_is_seen_stays_where_it_is_seen_when_rows_come_and_go_above_it(long):
    with long:
        long.bar.setValue(long.bar.maximum() // 2 + 7)
        seen = long.rows.items[long.list.indexAt(long.list.viewport().rect().center()).row()].alert
        before = long.top(seen)
        worst = long.ask("90", "PIRE", "Q90", dyspnea=4)
        long.has(*long.alerts, worst)
        assert long.list.row_of(worst) == 0
        assert long.top(seen) == before
        long.taken(1)
        long.has(*long.alerts[:1], *long.alerts[2:], worst)
        assert long.top(seen) == before
        assert not long.resets


def test_who_is_at_the_top_of_the_list_sees_the_worst_that_comes(long):
    with long:
        worst = long.ask("90", "PIRE", "Q90", dyspnea=4)
        long.has(*long.alerts, worst)
        assert (long.bar.value(), long.top(worst)) == (0, 0)


def test_cursor_chosen_rows_and_focus_stay_while_others_come_go_and_get_worse(long):
    with long:
        long.choose(5, 7, 20)
        worst = long.ask("90", "PIRE", "Q90", dyspnea=4)
        long.taken(6)
        again = asked("25", long.desk.now_ms, "Q25", fatigue=3)
        long.hear(again)
        long.has(worst, *(one for at, one in enumerate(long.alerts) if at != 6))
        long.wait(lambda: long.list.row_of(long.alerts[25]) == 1)
        assert long.chosen == {5, 7, 20}
        assert long.list.current == long.alerts[5]
        assert QApplication.focusWidget() is long.queue.sort
        assert long.queue.bulk.isVisible()
        assert not long.resets


def test_a_chosen_row_that_goes_elsewhere_in_the_list_stays_chosen(long):
    with long:
        long.choose(5, 25)
        long.hear(asked("25", long.desk.now_ms, "Q25", fatigue=4))
        long.wait(lambda: long.list.row_of(long.alerts[25]) == 0)
        assert long.chosen == {5, 25}
        assert long.list.current == long.alerts[5]
        long.hear(asked("5", long.desk.now_ms, "Q5", fatigue=4))
        long.wait(lambda: long.list.row_of(long.alerts[5]) < 2)
        assert long.chosen == {5, 25}
        assert long.list.current == long.alerts[5]
        assert not long.resets


def test_a_cursor_whose_alert_goes_is_on_no_neighbour_that_nobody_chose(long):
    with long:
        long.choose(5, 7, 20)
        long.taken(5)
        long.has(*long.alerts[:5], *long.alerts[6:])
        assert long.list.current == b""
        assert long.chosen == {7, 20}


def test_a_row_that_is_kept_looks_as_if_it_were_drawn_now(long, qtbot):
    def same():
        painted, drawn = long.looks()
        assert painted == drawn
        return painted

    with long:
        plain = same()
        assert same() == plain
        long.choose(1, 3)
        assert same() != plain
        long.hear(asked("2", long.desk.now_ms, "Q2", fatigue=2, pain=2))
        long.wait(lambda: len(long.rows.items[long.list.row_of(long.alerts[2])].symptoms) == 2)
        before = same()
        long.list.mark(long.alerts[0])
        assert same() != before
        before = same()
        long.desk.now_ms += HOUR_MS
        long.list.tick()
        assert same() != before


def test_no_row_is_kept_of_a_list_that_is_empty(long):
    with long:
        long.list.grab()
        assert long.list._delegate.pictures._kept
        long.queue.head.to_search()
        long.qtbot.keyClicks(long.queue.search, "personne")
        long.wait(lambda: not long.rows.items)
        assert not long.list._delegate.pictures._kept
