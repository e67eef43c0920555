"""The line to the relay as others rely on it: its standings, its patience, one look at a time, silence at the lock."""

from __future__ import annotations

import asyncio

import pytest

from app.line import BACK_OFF_MS, EVERY_MS, Line, Standing
from media.errors import LinkLost, LinkRefused
from media.link.probe import Seen
from storage.identity import Relay

FIRST, SECOND = Relay("un.example", 443), Relay("deux.example", 443)
GOOD = Seen(rtt_ms=23.4, transport="udp")


class Wire:
    """Relays that answer as the test says, when it says so."""

    def __init__(self):
        self.now_ms = 1_000_000
        self.answers = {}
        self.looked = []
        self.waiting = []
        self.told = []
        self.line = Line(self._start, lambda: self.now_ms, self._look)
        self.line.changed.subscribe(self.told.append)

    def _start(self, work, done, failed):
        self.waiting.append((work, done, failed))

    async def _look(self, address, _now_s, *, thorough=False):
        self.looked.append(address.host)
        answer = self.answers.get(address.host, LinkLost("unreachable"))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def settle(self):
        while self.waiting:
            work, done, failed = self.waiting.pop(0)
            try:
                value = asyncio.run(work)
            except Exception as error:  # noqa: BLE001 -- as the bridge does
                failed(error)
            else:
                done(value)

    def open(self, *relays):
        self.line.open(relays)
        self.settle()
        return self.line.state

    def after(self, ms):
        self.now_ms += ms
        self.line.tick()
        looks = len(self.waiting)
        self.settle()
        return looks


@pytest.fixture
def wire():
    return Wire()


def test_before_the_first_answer_nothing_is_claimed(wire):
    wire.line.open([FIRST])
    assert (wire.line.state.standing, wire.line.state.looking) == (Standing.UNKNOWN, True)
    assert not wire.line.state.down
    wire.waiting.pop()[0].close()


def test_a_relay_that_answers_is_online_with_its_delay(wire):
    wire.answers["un.example"] = GOOD
    state = wire.open(FIRST)
    assert (state.online, state.rtt_ms, state.transport, state.since_ms) == (True, 23.4, "udp", wire.now_ms)


def test_the_second_relay_counts_when_the_first_is_silent(wire):
    wire.answers["deux.example"] = GOOD
    assert wire.open(FIRST, SECOND).online


@pytest.mark.parametrize(
    ("error", "standing"),
    [
        (LinkLost("unreachable"), Standing.OFFLINE),
        (LinkRefused("relay-too-old"), Standing.TOO_OLD),
        (LinkRefused("relay-too-new"), Standing.TOO_NEW),
        (LinkRefused("relay-impostor"), Standing.IMPOSTOR),
        (LinkRefused("bad-message"), Standing.REFUSED),
        (RuntimeError("whatever"), Standing.OFFLINE),
    ],
)
def test_each_failure_has_its_standing(wire, error, standing):
    wire.answers["un.example"] = error
    state = wire.open(FIRST)
    assert (state.standing, state.down) == (standing, True)


def test_a_false_relay_is_not_hidden_behind_a_silent_one(wire):
    wire.answers["deux.example"] = LinkRefused("relay-impostor")
    assert wire.open(FIRST, SECOND).standing is Standing.IMPOSTOR


def test_it_looks_again_every_minute_while_all_is_well(wire):
    wire.answers["un.example"] = GOOD
    wire.open(FIRST)
    assert wire.after(EVERY_MS - 1) == 0
    assert wire.after(1) == 1


def test_offline_it_looks_sooner_then_less_and_less_often(wire):
    began = wire.open(FIRST).since_ms
    for wait_ms in (*BACK_OFF_MS, BACK_OFF_MS[-1]):
        assert wire.line.state.retry_s(wire.now_ms) == wait_ms // 1000
        assert wire.after(wait_ms - 1) == 0
        assert wire.after(1) == 1
    assert wire.line.state.since_ms == began
    wire.answers["un.example"] = GOOD
    wire.line.look()
    wire.settle()
    wire.answers.clear()
    wire.after(EVERY_MS)
    assert wire.line.state.retry_s(wire.now_ms) == BACK_OFF_MS[0] // 1000


def test_one_look_at_a_time(wire):
    wire.line.open([FIRST])
    for _ in range(3):
        wire.line.look()
        wire.line.tick()
    assert len(wire.waiting) == 1
    wire.settle()


def test_a_clock_set_back_does_not_stop_the_looking(wire):
    wire.answers["un.example"] = GOOD
    wire.open(FIRST)
    assert wire.after(-3_600_000) == 1


def test_at_the_lock_everything_is_forgotten_and_a_late_answer_not_heard(wire):
    wire.answers["un.example"] = GOOD
    wire.line.open([FIRST])
    wire.line.close()
    wire.settle()
    assert wire.line.state.standing is Standing.UNKNOWN
    assert wire.after(EVERY_MS) == 0


def test_the_same_relays_are_not_looked_at_twice_and_others_at_once(wire):
    wire.answers["un.example"] = GOOD
    wire.open(FIRST)
    wire.open(FIRST)
    wire.open(SECOND)
    assert wire.looked == ["un.example", "deux.example"]


@pytest.mark.parametrize(("skew", "told"), [(0.4, 0), (119, 0), (-121, -121), (7200, 7200)])
def test_clocks_that_differ_by_minutes_are_told(wire, skew, told):
    wire.answers["un.example"] = Seen(1, "tls", skew_s=skew)
    assert wire.open(FIRST).skew_s == told


def test_a_clock_before_what_the_organisation_signed_is_wrong_even_offline(wire):
    wire.line.open([FIRST], wire.now_ms // 1000 + 3600)
    wire.settle()
    assert (wire.line.state.standing, wire.line.state.skew_s) == (Standing.OFFLINE, 3600)
