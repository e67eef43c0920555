"""`consilium demo` as a newcomer runs it, without a display."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
MARK = "CONSILIUM_DEMO_TEST"
SHARE_LOST = 0.02
"""Of the frames of a call among so many processes: what the machine has no time for is lost."""


class Demo:
    """One run of the demo, with a mark in its environment by which every process it started can be found."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.report = folder / "report.json"
        self.pictures = folder / "pictures"
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self._mark = uuid.uuid4().hex
        known = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
        env = {name: value for name, value in os.environ.items() if name not in known}
        env |= {MARK: self._mark, "TMPDIR": str(self.temporary)}
        command = [sys.executable, "-m", "app", "demo", "--headless", *arguments]
        command += ["--report", str(self.report), "--screenshots", str(self.pictures)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, env=env, **pipes)

    def wait(self, seconds: float) -> tuple[str, str]:
        return self.process.communicate(timeout=seconds)

    def alive(self) -> list[str]:
        found = []
        for folder in Path("/proc").iterdir():
            try:
                if f"{MARK}={self._mark}".encode() in (folder / "environ").read_bytes():
                    found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
        return found

    def assert_nothing_left(self) -> None:
        deadline = time.monotonic() + 30
        while self.alive() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert self.alive() == []
        assert list(self.temporary.glob("consilium-demo-*")) == []


@pytest.fixture
def demo(tmp_path):
    started = []

    def start(*arguments: str) -> Demo:
        one = Demo(tmp_path, *arguments)
        started.append(one)
        return one

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def assert_whole(report, participants: int) -> None:
    people = report["participants"]
    assert len(people) == participants
    assert len({one["call_code"] for one in people}) == 1
    assert len(people[0]["call_code"]) == 8
    for one in people:
        others = {other["name"] for other in people} - {one["name"]}
        for kind in ("thumbnail", "voice"):
            assert {
                stream["from"] for stream in one["streams"] if stream["kind"] == kind and stream["frames"]
            } >= others
    colleagues = [stream for one in people[1:] for stream in one["streams"]]
    pictures = [stream for stream in people[0]["streams"] if stream["kind"] != "voice"]
    for streams in (colleagues, pictures):
        assert sum(one["lost"] for one in streams) <= SHARE_LOST * sum(one["frames"] for one in streams)
    assert report["relay"]["packets_out"] > report["relay"]["packets_in"] > 0


def test_a_small_rcp_is_held_seen_heard_and_photographed_and_leaves_nothing_behind(demo):
    run = demo("--participants", "4", "--seconds", "10", "--nurse")
    said, wrong = run.wait(180)
    assert run.process.returncode == 0, wrong
    report = json.loads(run.report.read_text("utf-8"))
    assert_whole(report, 4)
    assert report["duration_s"] >= 9.5
    assert report["rekeys"] >= 1
    assert [Path(path).read_bytes()[:4] for path in report["screenshots"]] == [b"\x89PNG"] * 2
    assert "4 participants" in said
    assert report["hl7"]["kept"] > 20
    assert report["hl7"]["refused"] == 0
    letters = report["messages"]
    assert letters["delivered"] == letters["sent"] > 8
    assert letters["read"] >= 3
    assert letters["held"] == 2
    assert_triaged(report["monitoring"])
    run.assert_nothing_left()


def assert_triaged(told) -> None:
    """The day of telemonitoring: all came, the doctor's window, the nurse's desk and another nurse's window see the same, one alert went to the doctor and back, and to the record."""
    assert (told["platform"]["today"], told["platform"]["refused"]) == (40, 0)
    lists = [
        [desk[part] for part in ("todo", "in_hand", "escalated", "answered", "closed")]
        for desk in told["desks"]
    ]
    assert len(lists) == 3
    assert lists[0] == lists[1] == lists[2]
    for desk in told["desks"]:
        assert all(desk["by_grade"][:5])
        assert desk["escalated"] >= desk["answered"] == 1
        assert desk["overdue"] >= desk["silent"] == 1
    assert told["recorded"] == max(desk["accepted"] for desk in told["desks"]) == 4


def test_ctrl_c_ends_everything_that_was_started(demo):
    run = demo("--participants", "3", "--seconds", "60")
    deadline = time.monotonic() + 60
    while not any("app.demo.doctor" in one for one in run.alive()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    run.process.send_signal(signal.SIGINT)
    _, wrong = run.wait(90)
    assert run.process.returncode == 130
    assert "interrompue" in wrong
    run.assert_nothing_left()


@pytest.mark.parametrize(
    "arguments", [("--participants", "2"), ("--seconds", "1"), ("--camera", "/nowhere.mp4")]
)
def test_what_cannot_be_is_refused_before_anything_starts(demo, arguments):
    run = demo(*arguments)
    _, wrong = run.wait(90)
    assert run.process.returncode == 2
    assert arguments[0] in wrong


@pytest.mark.long
def test_a_full_board_of_24_is_held_on_two_cores_within_four_minutes(demo):
    began = time.monotonic()
    run = demo("--participants", "24", "--seconds", "20")
    _, wrong = run.wait(240)
    assert run.process.returncode == 0, wrong
    assert_whole(json.loads(run.report.read_text("utf-8")), 24)
    assert time.monotonic() - began < 240
