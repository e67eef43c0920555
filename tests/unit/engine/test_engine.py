"""The engine as its own process, without a meeting: devices, preview, death."""

from __future__ import annotations

import contextlib
import queue
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from media.av.audio import SILENT_MS
from media.engine import messages as m
from media.engine.frames import Arena
from media.engine.wall import OWN_SLOT
from media.wire import CAMERA, SCREEN
from tests.unit.av.pictures import clip, tone, wav
from tests.unit.engine.clinic import Window


class Desk(Window):
    """A window that shows its own camera or share."""

    def preview(self, *, stream: int = CAMERA) -> None:
        self.say(m.Tiles(tiles=[m.Tile(index=4, slot=OWN_SLOT, stream=stream, width=320, height=180)]))


@pytest.fixture
def arena():
    arena = Arena.create()
    yield arena
    arena.close()


@pytest.fixture
def window(arena):
    window = Desk(arena)
    yield window
    window.engine.stop()
    assert window.deaths.get(timeout=30) is not None


@pytest.fixture
def video(tmp_path):
    path = tmp_path / "clip.mp4"
    clip(str(path), frames=30)
    return f"file:{path}"


def test_own_camera_is_previewed_and_announced(window, video):
    window.preview()
    window.say(m.Camera(on=True, device=video))
    window.wait(m.DeviceState, kind="camera", on=True, code="")
    assert window.wait(m.Fresh).boxes == [4]
    first = window.picture(4)
    assert (first.width, first.height) == (320, 180)
    window.picture(4, after=first.number + 3)
    window.say(m.Camera(on=False))
    window.wait(m.DeviceState, kind="camera", on=False, code="")


def test_fresh_is_told_at_most_sixty_times_a_second(window, tmp_path):
    clip(str(tmp_path / "fast.mp4"), frames=240, size=(96, 64), fps=240)
    window.preview()
    window.say(m.Camera(on=True, device=f"file:{tmp_path}/fast.mp4"))
    window.wait(m.Fresh)
    while not window.heard.empty():
        window.heard.get()
    told, began = 0, time.monotonic()
    while (spent := time.monotonic() - began) < 1:
        try:
            told += isinstance(window.heard.get(timeout=0.05), m.Fresh)
        except queue.Empty:
            continue
    assert 0 < told <= 60 * spent + 30, "240 pictures come; half a second may have been held up before"


@pytest.mark.parametrize(
    ("message", "kind", "code"),
    [
        (m.Camera(on=True), "camera", "none"),
        (m.Camera(on=True, device="/dev/video77"), "camera", "none"),
        (m.Camera(on=True, device="file:/nowhere"), "camera", "none"),
        (m.Microphone(on=True, device="file:/nowhere"), "microphone", "none"),
        (m.Microphone(on=True, device="6e6f"), "microphone", "none"),
        (m.Speaker(device="6e6f"), "speaker", "none"),
        (m.Share(kind="screen", target=""), "screen", "none"),
        (m.Share(kind="image", target="/nowhere.png"), "screen", "none"),
        (m.Share(kind="other"), "screen", "none"),
    ],
)
def test_a_device_that_is_not_there_is_said_and_the_engine_lives(window, message, kind, code, video):
    window.say(message)
    window.wait(m.DeviceState, kind=kind, on=False, code=code)
    window.preview()
    window.say(m.Camera(on=True, device=video))
    window.wait(m.DeviceState, kind="camera", on=True)


def test_microphone_level_moves_and_rests_when_it_is_off(window, tmp_path):
    wav(str(tmp_path / "voice.wav"), tone(300, 9_000, samples=24_000))
    window.say(m.Microphone(on=True, device=f"file:{tmp_path}/voice.wav"))
    window.wait(m.DeviceState, kind="microphone", on=True)
    assert window.wait(m.Speaking).level > 0.5
    window.say(m.Microphone(on=False))
    window.wait(m.DeviceState, kind="microphone", on=False)
    window.wait(m.Speaking, level=0.0)


def test_devices_are_listed(window):
    window.say(m.ListDevices())
    listed = window.wait(m.Devices)
    assert isinstance(listed.cameras, list)


def test_figures_outside_a_meeting_are_empty(window):
    window.say(m.AskFigures())
    assert window.wait(m.Figures) == m.Figures(streams=[], rekeys=0, rtt_ms=0.0, up_kbps=0, down_kbps=0)


def test_room_commands_outside_a_meeting_do_nothing(window):
    for message in (
        m.Leave(), m.Admit(knock=1), m.Refuse(knock=1), m.Remove(member=b"x"), m.Handover(member=b"x"),
        m.LockRoom(locked=True), m.Chat(text="x"), m.AskCode(), m.RaiseHand(raised=True), m.AskMute(), m.GiveFloor(member=bytes(32)), m.Signed(request=9, signature=b""),
    ):  # fmt: skip
        window.say(message)
    window.say(m.AskFigures())
    window.wait(m.Figures)


def test_killed_engine_is_noticed_its_last_picture_stays_and_the_next_one_goes_on(arena, video):
    window = Desk(arena)
    window.preview()
    window.say(m.Camera(on=True, device=video))
    before = window.picture(4).number
    window.engine.kill()
    assert window.deaths.get(timeout=30) == -signal.SIGKILL
    left = arena.read(4)
    assert left.number >= before
    assert arena.still_valid(left)
    again = Desk(arena)
    again.preview()
    again.say(m.Camera(on=True, device=video))
    assert again.picture(4, after=left.number).number > left.number
    again.engine.stop()


def test_an_engine_whose_window_died_ends_by_itself(arena):
    child = subprocess.Popen(
        [sys.executable, "-m", "media.engine", "--arena", arena.ticket],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=(arena.fd,),
    )
    child.stdout.read(4)
    child.stdin.close()
    assert child.wait(30) == 0
    child.stdout.close()


def test_a_window_that_breaks_the_pipe_ends_the_engine(arena):
    child = subprocess.Popen(
        [sys.executable, "-m", "media.engine", "--arena", arena.ticket],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=(arena.fd,),
    )
    child.stdin.write(b"\xff\xff\xff\xff")
    child.stdin.flush()
    assert child.wait(30) == 0
    child.stdin.close()
    child.stdout.close()


def test_nothing_secret_is_on_the_command_line(window):
    words = Path(f"/proc/{window.engine.pid}/cmdline").read_bytes().split(b"\0")
    assert words[1:] == [b"-m", b"media.engine", b"--arena", window.arena.ticket.encode(), b""]


def test_a_crash_leaves_no_keys_on_the_disk(window):
    limits = Path(f"/proc/{window.engine.pid}/limits").read_text()
    assert next(line.split()[4:6] for line in limits.splitlines() if line.startswith("Max core")) == [
        "0",
        "0",
    ]


def test_an_image_is_shared_and_previewed(window, tmp_path):
    import av

    from tests.unit.av.pictures import card

    codec = av.CodecContext.create("png", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = 320, 200, "rgb24", 1
    data = b"".join(bytes(packet) for packet in codec.encode(card(3, 320, 200).reformat(format="rgb24")))
    (tmp_path / "scan.png").write_bytes(data)
    window.preview(stream=SCREEN)
    window.say(m.Share(kind="image", target=f"{tmp_path}/scan.png"))
    window.wait(m.DeviceState, kind="screen", on=True)
    window.picture(4)
    window.say(m.Share(kind="stop"))
    window.wait(m.DeviceState, kind="screen", on=False, code="")


def test_microphone_and_speaker_go_on_after_the_sound_server_stood_still(pulse, window):
    window.say(m.Microphone(on=True))
    window.wait(m.DeviceState, kind="microphone", on=True)
    window.say(m.Speaker())
    window.wait(m.DeviceState, kind="speaker", on=True)
    assert not unplugged_until_heard(window)
    pulse.process.send_signal(signal.SIGSTOP)
    time.sleep(2.5 * SILENT_MS / 1000)
    pulse.process.send_signal(signal.SIGCONT)
    while not window.heard.empty():
        window.heard.get()
    assert not unplugged_until_heard(window)


def unplugged_until_heard(window):
    """Let the speaker sound until the microphone hears it; return what was said of devices meanwhile."""
    said, loud, end = [], False, time.monotonic() + 30
    while not loud:
        assert time.monotonic() < end, said
        window.say(m.TestSpeaker())
        until = time.monotonic() + 3
        while not loud and time.monotonic() < until:
            with contextlib.suppress(queue.Empty):
                message = window.heard.get(timeout=0.5)
                said += [message] if isinstance(message, m.DeviceState) else []
                loud = isinstance(message, m.Speaking) and message.level > 0
    return said


def test_no_sound_server_is_said_and_an_unplugged_microphone_too(pulse, window):
    window.say(m.Microphone(on=True))
    window.say(m.Speaker())
    window.wait(m.DeviceState, kind="speaker", on=True)
    window.say(m.ListDevices())
    assert len(window.wait(m.Devices).microphones) == 2
    pulse.control("unload-module", "module-null-sink")
    failed = {window.wait(m.DeviceState, on=False, code="unplugged").kind for _ in range(2)}
    assert failed == {"microphone", "speaker"}
    window.say(m.Microphone(on=True))
    window.wait(m.DeviceState, kind="microphone", on=False, code="none")
