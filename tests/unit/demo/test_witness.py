"""The doctor's side as the conductor hears of it: the workstation's view, and its engine's own figures."""

from __future__ import annotations

import pytest

from app.demo import orders
from app.demo import witness as witness_module
from app.demo.witness import Witness
from app.meeting.view import CallCode, Stage, View
from media.engine.messages import AskFigures, Figures, Person, StreamFigures
from media.events import Event


def figures(frames: int, lost: int, *, made_up: int = 0, stream: int = 2) -> Figures:
    counted = {"frames": frames, "lost": lost, "made_up": made_up}
    one = StreamFigures(slot=4, name="Dr B", stream=stream, **counted, p50_ms=3.0, p95_ms=8.0)
    return Figures(streams=[one], rekeys=2, rtt_ms=1.0, up_kbps=1, down_kbps=1)


class StandIn:
    """An engine that answers each question for figures with the next ones."""

    answers: list[Figures] = []  # noqa: RUF012 -- set by each test

    def __init__(self):
        self.messages = Event()

    def send(self, message):
        if isinstance(message, AskFigures) and self.answers:
            self.messages.fire(self.answers.pop(0))


@pytest.fixture
def doctor(monkeypatch):
    monkeypatch.setattr(witness_module, "Engine", StandIn)
    monkeypatch.setattr(witness_module, "FIGURES_S", 0.01)
    news = []
    one = Witness("Dr A", news.append)
    one.engine()
    return one, news


def somebody(slot: int, *, me: bool = False, live: bool = True) -> Person:
    names = {"name": f"Dr {slot}", "role": "doctor", "specialty": "", "trust": "certified"}
    return Person(member=bytes([slot]), slot=slot, state=0, live=live, host=False, me=me, **names)


def test_being_in_and_seeing_the_others_is_told_once(doctor):
    one, news = doctor
    view = View(stage=Stage.LIVE, people=(somebody(3, me=True), somebody(4), somebody(5, live=False)))
    one.see(view)
    one.see(view)
    assert news == [orders.Entered(name="Dr A", slot=3), orders.Sees(name="Dr A", others=1)]


def test_the_code_on_screen_is_told_and_a_void_one_is_not(doctor):
    one, news = doctor
    for code in (
        CallCode("asked"),
        CallCode("ready", "12345678"),
        CallCode("ready", "12345678"),
        CallCode("void"),
    ):
        one.see(View(stage=Stage.LIVE, code=code))
    assert news == [orders.CodeShown(name="Dr A", digits="12345678")]


@pytest.mark.parametrize(
    "view", [View(refused="relay-unknown"), View(stage=Stage.ENDED, reason="relay-unknown")]
)
def test_a_refusal_is_told_but_leaving_is_no_failure(doctor, view):
    one, news = doctor
    one.see(view)
    one.see(View(stage=Stage.ENDED, reason="left"))
    assert news == [orders.Failed(name="Dr A", code="relay-unknown")]


def test_only_what_came_during_the_scene_is_counted(doctor):
    one, news = doctor
    StandIn.answers = [figures(100, 7), figures(400, 9)]
    one._begin()
    one.count()
    (counted,) = news
    (stream,) = counted.streams
    assert (stream.sender, stream.kind, stream.frames, stream.lost) == ("Dr B", "thumbnail", 300, 2)
    assert (stream.p50_ms, stream.p95_ms, counted.rekeys) == (3.0, 8.0, 2)


def test_an_engine_that_does_not_answer_counts_nothing(doctor):
    one, news = doctor
    StandIn.answers = []
    one._begin()
    one.count()
    assert news == []


def test_sound_played_without_a_frame_is_told_as_made_up_not_as_lost(doctor):
    one, news = doctor
    StandIn.answers = [figures(100, 3, made_up=1, stream=1), figures(250, 3, made_up=7, stream=1)]
    one._begin()
    one.count()
    (stream,) = news[0].streams
    assert (stream.kind, stream.frames, stream.lost, stream.made_up) == ("voice", 150, 0, 6)
