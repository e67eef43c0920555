"""What a gateway and a desk remember of feeds: numbers once, nothing carried twice, gaps known."""

from __future__ import annotations

from storage.feeds import SNAPSHOT, Place, Read, Step
from storage.inbox import Incoming
from storage.outgoing import Leaving, Stage
from storage.patients.facts import Key

ONE, TWO, GATEWAY, LIFE = Key("CH", "1"), Key("CH", "2"), b"g" * 16, b"l" * 16


def incoming(number: int, raw: bytes = b"") -> Incoming:
    return Incoming("GAM", str(number), raw or b"MSH|%d" % number, number)


def test_batches_are_numbered_once_and_a_new_feed_has_another_life(vault):
    feeds = vault.feeds
    first = feeds.begin("2101", [ONE]).result()
    assert feeds.begin("2101", [TWO]).result() == first, "a feed that exists goes on"
    step = Step(5, (("2101", (1, 2)), ("2101", (4,))), frozenset({("2101", TWO)}))
    assert [one.number for one in feeds.advance(step, 10).result()] == [1, 2]
    assert feeds.seq().result() == 5
    assert [one.seqs for one in feeds.batches("2101", 0).result()] == [(1, 2), (4,)]
    assert feeds.carried_by("2101").result() == [ONE, TWO]
    feeds.end("2101").result()
    again = feeds.begin("2101", []).result()
    assert again.number == 0
    assert again.life != first.life
    assert feeds.batches("2101", 0).result() == []


def test_whom_a_feed_no_longer_carries_is_forgotten_for_that_unit_only(vault):
    feeds = vault.feeds
    for unit in ("2101", "2102"):
        feeds.begin(unit, [ONE]).result()
    feeds.advance(Step(1, lost=frozenset({("2101", ONE)})), 1).result()
    assert feeds.carries([ONE, TWO]).result() == {ONE: frozenset({"2102"}), TWO: frozenset()}


def test_a_follower_stands_where_it_was_served_and_leaves_what_it_names_no_more(vault):
    feeds = vault.feeds
    feeds.follow(b"d", b"u", {"2101": SNAPSHOT, "2102": 3}, 7).result()
    feeds.stand("2101", [b"d"], 9).result()
    assert {one.unit: one.number for one in feeds.followers().result()} == {"2101": 9, "2102": 3}
    feeds.follow(b"d", b"u", {"2102": 3}, 8).result()
    assert [one.unit for one in feeds.followers().result()] == ["2102"]


def test_a_desk_keeps_each_message_once_and_knows_its_gap(vault):
    reader = vault.feed_reader
    assert len(reader.restore(GATEWAY, [incoming(1)], Place("2101", LIFE, 4)).result()) == 1
    assert len(reader.take(GATEWAY, [incoming(1), incoming(2)], Place("2101", LIFE, 5), 4).result()) == 1
    reader.take(GATEWAY, [incoming(4)], Place("2101", LIFE, 7), 6).result()
    assert reader.read(GATEWAY).result() == [Read("2101", LIFE, 5, 7)]
    reader.take(GATEWAY, [incoming(3)], Place("2101", LIFE, 6), 5).result()
    reader.take(GATEWAY, [incoming(4)], Place("2101", LIFE, 7), 6).result()
    assert reader.read(GATEWAY).result() == [Read("2101", LIFE, 7, 7)]
    assert [one.raw for one in vault.inbox.after(0).result()] == [b"MSH|1", b"MSH|2", b"MSH|4", b"MSH|3"]


def test_a_second_content_of_an_id_that_somebody_let_in_at_the_gateway_comes_in_here_too(vault):
    reader = vault.feed_reader
    reader.take(GATEWAY, [incoming(1), incoming(1, b"MSH|corrected")], Place("2101", LIFE, 1), 0).result()
    assert len(vault.inbox.after(0).result()) == 2
    assert vault.inbox.waiting().result() == 0


def test_an_alive_shows_what_was_withheld_and_drops_what_is_followed_no_more(vault):
    reader = vault.feed_reader
    reader.restore(GATEWAY, [], Place("2101", LIFE, 4)).result()
    reader.restore(GATEWAY, [], Place("2102", LIFE, 1)).result()
    reader.heard(GATEWAY, [Place("2101", LIFE, 6)]).result()
    assert reader.read(GATEWAY).result() == [Read("2101", LIFE, 4, 6)]
    reader.heard(GATEWAY, [Place("2101", b"m" * 16, 2)]).result()
    assert reader.read(GATEWAY).result() == [Read("2101", b"m" * 16, SNAPSHOT, 2)]


def test_a_document_leaves_once_is_tried_again_later_and_gives_its_bytes_back(vault):
    outgoing = vault.outgoing
    one = Leaving(b"1", b"u", Stage.QUEUED, 5, message=b"MSH|")
    assert outgoing.add(one).result()
    assert not outgoing.add(one).result()
    outgoing.put_off(b"1", 100).result()
    assert outgoing.due(99).result() is None
    assert outgoing.due(100).result().attempts == 1
    outgoing.stand(b"1", Stage.REFUSED, "207").result()
    outgoing.stand(b"1", Stage.QUEUED).result()
    left = outgoing.get(b"1").result()
    assert (left.stage, left.code, left.message) == (Stage.REFUSED, "207", b"")
    assert [row.id for row in outgoing.untold().result()] == [b"1"]
    outgoing.told(b"1", Stage.REFUSED).result()
    assert outgoing.untold().result() == []
