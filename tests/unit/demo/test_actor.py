"""A colleague on a stand-in session, with a clock that jumps to whatever is waited for."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from app.demo import actor as actor_module
from app.demo import clips, orders
from app.demo.actor import Actor
from app.demo.clips import Clip, Picture, Reel, Speech
from media import wire
from media.engine.messages import TrustAnchor
from media.events import Event
from media.keys.invite import Link
from media.room.shown import Code, MediaFrame, Person, Phase, Roster

ANCHOR = TrustAnchor(org=bytes(16), roots=[], issuers=[], certificates=[], revoked=[])
MEETING = orders.Meeting(
    title="RCP",
    link=Link("127.0.0.1:443", bytes(16), bytes(16), bytes(16)).format(),
    relay_pin=bytes(32),
    trust=ANCHOR,
    invitation_secret=b"i" * 32,
    relay_key=b"r" * 32,
)


class StandIn:
    """What an actor needs of a session; remembers what was asked of it."""

    def __init__(self, plan, sign):
        self.plan, self.sign = plan, sign
        for name in ("phase", "roster", "code", "trouble", "frame", "wanted", "key_wanted"):
            setattr(self, name, Event())
        self.slot, self.rekeys, self.sent, self.subscribed, self.asked = 3, 1, [], set(), []
        self.known: list[Person] = []

    async def start(self): ...
    async def leave(self, end=False):
        self.asked.append(("leave", end))

    def send(self, stream, flags, payload):
        self.sent.append((stream, flags, payload))

    def subscribe(self, wanted):
        self.subscribed = wanted

    def set_state(self, bits):
        self.asked.append(("state", bits))

    def ask_code(self):
        self.asked.append(("code",))

    def rekey(self):
        self.asked.append(("rekey",))

    def people(self):
        return self.known


class Clock:
    def __init__(self):
        self.us = 1_000_000_000

    def now_us(self):
        return self.us

    async def until(self, at_us):
        self.us = max(self.us, at_us)
        await asyncio.sleep(0)


def clip(letter: str, keys: str) -> Clip:
    return Clip(320, 180, 15, [Picture(f"{letter}{at}".encode(), key == "K") for at, key in enumerate(keys)])


@pytest.fixture
def stage(tmp_path, monkeypatch):
    """Make an actor of a part; (actor, session, news, clock)."""
    clock, news = Clock(), []
    monkeypatch.setattr(actor_module, "Session", StandIn)
    monkeypatch.setattr(actor_module, "now_us", clock.now_us)
    monkeypatch.setattr(actor_module, "_until", clock.until)
    clips.save(tmp_path / "tran.thumbnail", Reel(clip("l", "K.....K..."), clip("s", "K.........")))
    clips.save(
        tmp_path / "tran.voice",
        Speech([bytes([at]) * 9 for at in range(200)], [True] * 50 + [False] * 10 + [True] * 140),
    )
    clips.save(tmp_path / clips.SCAN_FILE, clip("x", "K."))

    def make(**changes):
        part = orders.Part(
            key="tran", thumbnail="tran.thumbnail", certificate=b"c", device_seed=bytes(32), turn=0, **changes
        )
        one = Actor(part, orders.Cast(meeting=MEETING, clips=str(tmp_path), parts=[part]), news.append)
        return one, one._session, news, clock

    return make


def somebody(slot: int, *, live: bool = True, state: int = 0, me: bool = False) -> Person:
    return Person(bytes([slot]), slot, f"Dr {slot}", "doctor", "", "certified", state, live, False, me)


def run(coroutine):
    return asyncio.run(coroutine)


async def turns_of_the_loop(count: int):
    for _ in range(count):
        await asyncio.sleep(0)


async def until(holds):
    while not holds():  # noqa: ASYNC110 -- the clock of these tests runs by turns of the loop
        await asyncio.sleep(0)


def pictures(session, stream=wire.THUMBNAIL):
    return [wire.unpack_video(payload)[3].decode() for kind, _, payload in session.sent if kind == stream]


def test_nothing_is_sent_that_nobody_wants(stage):
    async def play():
        one, session, _, _ = stage()
        await one.enter()
        await turns_of_the_loop(20)
        assert session.sent == []
        session.wanted.fire({wire.THUMBNAIL})
        await turns_of_the_loop(6)
        await one.leave()
        return session

    session = run(play())
    assert pictures(session)[0] == "l0"
    assert session.sent[0][1] == wire.FLAG_KEY


def test_who_needs_a_key_picture_gets_the_next_one(stage):
    async def play():
        one, session, _, _ = stage()
        await one.enter()
        session.wanted.fire({wire.THUMBNAIL})
        await until(lambda: len(session.sent) >= 3)
        session.key_wanted.fire(wire.THUMBNAIL)
        await until(lambda: len(session.sent) >= 5)
        await one.leave()
        return session

    assert pictures(run(play()))[:5] == ["l0", "l1", "l2", "l6", "l7"]


def test_a_speaker_is_seen_speaking_from_a_key_picture_and_heard_every_20_ms(stage):
    async def play():
        one, session, _, clock = stage()
        await one.enter()
        session.wanted.fire({wire.THUMBNAIL})
        start_us = clock.us + 100_000
        one.scene(orders.Scene(start_us=start_us, seconds=6.0, speakers=1))
        await until(lambda: ("state", 2) in session.asked)
        await one.leave()
        return session, start_us

    session, start_us = run(play())
    voice = [
        (flags, *wire.unpack_voice(payload)) for kind, flags, payload in session.sent if kind == wire.VOICE
    ]
    times = [capture for _, capture, _ in voice]
    assert times[0] >= start_us
    assert {after - before for before, after in pairwise(times)} == {20_000}
    assert len(voice) >= 75
    starts = [at for at, (flags, _, _) in enumerate(voice) if flags & wire.FLAG_START]
    assert starts == [0, 60]
    assert [bool(flags & wire.FLAG_VOICE) for flags, _, _ in voice[:60]] == [True] * 50 + [False] * 10
    assert ("state", 3) in session.asked
    seen = pictures(session)
    assert "s0" in seen
    assert all(one == "s0" or before.startswith("s") for before, one in pairwise(seen) if one.startswith("s"))


def test_everybodys_thumbnail_is_asked_for_and_a_screen_when_it_is_shared(stage):
    _, session, news, _ = stage()
    session.roster.fire(Roster(1, [somebody(3, me=True), somebody(4), somebody(5, live=False, state=4)]))
    assert session.subscribed == {(4, wire.THUMBNAIL), (5, wire.THUMBNAIL), (5, wire.SCREEN)}
    assert news == [orders.Sees(name="Dr Mei-Lin Tran", others=1)]


def test_what_is_received_is_counted_during_the_scene_with_its_age(stage):
    async def play():
        one, session, news, clock = stage()
        session.known = [somebody(4)]
        one._tally.open()
        payload = wire.pack_video(clock.us - 7_000, 320, 180, b"x")
        session.frame.fire(MediaFrame(4, wire.THUMBNAIL, wire.FLAG_KEY, 0, payload, 0))
        one.count()
        return news

    (counted,) = run(play())
    assert (counted.name, counted.rekeys) == ("Dr Mei-Lin Tran", 1)
    assert [(one.sender, one.kind, one.frames, one.p50_ms) for one in counted.streams] == [
        ("Dr 4", "thumbnail", 1, 7.0)
    ]


def test_only_the_host_has_the_meetings_secret_asks_for_the_code_and_ends_it(stage):
    guest, its_session, _, _ = stage()
    host, session, _, _ = stage(host=True)
    assert (its_session.plan.invitation_secret, its_session.plan.admit_certified) == (b"", False)
    assert (session.plan.invitation_secret, session.plan.admit_certified) == (b"i" * 32, True)
    for one in (guest, host):
        one.ask_code()
        one.next_case()
        run(one.leave())
    assert its_session.asked == [("leave", False)]
    assert session.asked == [("code",), ("rekey",), ("leave", True)]


def test_code_and_failure_are_told(stage):
    _, session, news, _ = stage()
    session.code.fire(Code("asked"))
    session.code.fire(Code("ready", "12345678"))
    session.phase.fire(Phase("ended", "refused"))
    assert news == [
        orders.CodeShown(name="Dr Mei-Lin Tran", digits="12345678"),
        orders.Failed(name="Dr Mei-Lin Tran", code="refused"),
    ]


def test_without_an_end_everybody_speaks_again_in_each_round():
    scene = orders.Scene(start_us=0, seconds=0.0, speakers=4)
    turns = actor_module._turns(scene, 2)
    first, second, third = next(turns), next(turns), next(turns)
    assert second[0] - first[0] == third[0] - second[0] >= 20_000_000
    assert first[1] >= 1.5


def test_orders_and_news_survive_the_pipe():
    import msgspec

    scene = orders.Scene(start_us=1, seconds=2.0, speakers=3)
    assert msgspec.json.decode(orders.pack(scene), type=orders.ToPlayers) == scene
    cast = orders.Cast(meeting=MEETING, clips="x", parts=[])
    assert msgspec.json.decode(orders.pack(cast), type=orders.ToPlayers) == cast
    assert Path(cast.clips).name == "x"
