"""Today without Qt: ranks, minutes, columns that fail, and what stays where a hand lies."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from app.board import Act, Board, Card, Column, Rank, Row
from app.today.service import Today, append, hold, minutes_left, ranked
from media.events import Event

NOW = 1_795_522_320_000


def card(key, rank=Rank.MEETING, deadline=0, title="RCP"):
    return Card(key, rank, "", title, "", Act("", lambda: None), "clock", deadline)


def row(key, title=""):
    return Row(key, title or key, "", lambda: None)


def ids(items):
    return [one.id for one in items]


@dataclass
class Source:
    id: str
    title: str = "Colonne"
    place: int = 0
    changed: Event = field(default_factory=Event)


def column(*rows):
    return Column(tuple(rows), Act("", lambda: None), "rien")


def test_cards_are_ranked_by_what_they_are_then_by_deadline():
    mixed = [
        card("message", Rank.MESSAGE, 1),
        card("key", Rank.KEY),
        card("key-soon", Rank.KEY, 9),
        card("rcp-late", Rank.MEETING, 20),
        card("rcp", Rank.MEETING, 10),
        card("alert", Rank.ALERT, 99),
        card("g4", Rank.GRADE_4, 100),
    ]
    wanted = ["g4", "alert", "rcp", "rcp-late", "key-soon", "key", "message"]
    assert ids(ranked(mixed)) == ids(ranked(mixed[::-1])) == wanted


def test_nobody_is_told_that_nothing_waits_before_all_is_read():
    one, other = Source("one"), Source("other")
    today = Today([one, other])
    assert today.view(NOW).loading
    today.took(one, lambda _now: Board())
    assert today.view(NOW).loading
    today.failed(other, OSError())
    view = today.view(NOW)
    assert not view.loading
    assert view.partly


def test_a_column_that_fails_leaves_the_others_and_comes_back():
    good, bad = Source("good"), Source("bad", place=2)
    today = Today([good, bad])
    today.took(good, lambda _now: Board(column=column(row("a"))))
    today.took(bad, lambda _now: Board(column=column(row("b"))))
    today.failed(bad, OSError("disk"))
    panes = today.view(NOW).panes
    assert [(pane.id, pane.phase) for pane in panes] == [("good", "ready"), ("bad", "failed")]
    assert panes[1].column is None
    today.took(bad, lambda _now: Board(column=column(row("b"))))
    assert [pane.phase for pane in today.view(NOW).panes] == ["ready", "ready"]


def test_a_mistake_in_one_source_is_its_own_columns_error():
    good, bad = Source("good"), Source("bad")
    today = Today([bad, good])
    today.took(good, lambda _now: Board((card("x"),)))

    def broken(_now):
        raise KeyError("name")

    today.took(bad, broken)
    view = today.view(NOW)
    assert ids(view.cards) == ["x"]
    assert [(pane.id, pane.phase) for pane in view.panes] == [("bad", "failed")]
    assert view.partly


def test_a_source_without_a_title_has_no_column():
    quiet = Source("quiet", title="")
    today = Today([quiet])
    assert today.view(NOW).panes == ()
    today.failed(quiet, OSError())
    assert today.view(NOW).panes == ()


def test_a_card_put_aside_waits_and_can_be_brought_back():
    source = Source("one")
    today = Today([source])
    today.took(source, lambda _now: Board((card("a"), card("b"))))
    first = today.view(NOW).cards[0]
    today.put_aside(first)
    assert ids(today.view(NOW).cards) == ["b"]
    today.bring_back(first)
    assert ids(today.view(NOW).cards) == ["a", "b"]


def test_what_comes_next_is_the_nearest_of_all():
    one, other = Source("one"), Source("other")
    today = Today([one, other])
    today.took(one, lambda _now: Board(ahead=card("far", deadline=20)))
    today.took(other, lambda _now: Board(ahead=card("near", deadline=10)))
    assert today.view(NOW).ahead.id == "near"


def test_under_a_hand_rows_change_but_do_not_move():
    shown = [row("a"), row("b"), row("c")]
    fresh = [row("d"), row("c", "neuf"), row("a"), row("e")]
    held = hold(shown, fresh)
    assert ids(held.items) == ["a", "b", "c"]
    assert held.items[2].title == "neuf"
    assert held.gone == {"b"}
    assert held.waiting == 2


def test_an_empty_column_has_nothing_to_hold():
    assert ids(hold([], [row("a")]).items) == ["a"]


def test_under_the_focus_cards_keep_their_places_and_new_ones_come_behind():
    held = append([card("b"), card("a"), card("gone")], [card("new"), card("a"), card("b")])
    assert ids(held.items) == ["b", "a", "new"]
    assert held.waiting == 0


@pytest.mark.parametrize(("left_ms", "minutes"), [(0, 0), (1, 1), (60_000, 1), (60_001, 2), (540_000, 9)])
def test_minutes_left_are_rounded_up(left_ms, minutes):
    assert minutes_left(left_ms) == minutes
