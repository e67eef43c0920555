from __future__ import annotations

import array
import cmath
import math
import queue
import signal
import threading
import time

import av
import miniaudio
import pytest

from media.av import audio, camera, screen, x11
from media.av.audio import open_microphone, open_speaker
from media.av.camera import open_camera
from media.av.screen import open_share
from media.av.source import error_code
from media.errors import DeviceError
from tests.unit.av.pictures import RATE, card, clip, tone, wav


class Seen:
    """Collects what a source shows and how it fails."""

    def __init__(self) -> None:
        self.frames: queue.Queue = queue.Queue()
        self.failures: queue.Queue = queue.Queue()

    def show(self, frame, capture_us) -> None:
        self.frames.put((frame, capture_us))

    def failed(self, error: DeviceError) -> None:
        self.failures.put(error.code)

    def first(self, seconds: float = 10.0):
        return self.frames.get(timeout=seconds)[0]

    def failure(self) -> str:
        return self.failures.get(timeout=30)


@pytest.fixture
def seen():
    return Seen()


@pytest.fixture
def run():
    """Start sources and close them after the test."""
    started = []

    def start(source):
        source.start()
        started.append(source)
        return source

    yield start
    for source in started:
        source.close()


def test_file_camera_loops_at_its_own_rate(tmp_path, seen, run):
    path = tmp_path / "clip.mp4"
    clip(str(path), frames=10, fps=50)
    run(open_camera(f"file:{path}", seen.show, seen.failed))
    times = [seen.frames.get(timeout=30)[1] for _ in range(25)]
    assert (times[-1] - times[0]) / 1e6 > 0.3
    assert abs(times[-1] / 1e6 - time.time()) < 60


@pytest.mark.parametrize("name", ["file:/nowhere/clip.mp4", "/dev/video987"])
def test_missing_camera_is_said(name, seen, run):
    run(open_camera(name, seen.show, seen.failed))
    assert seen.failure() == "none"


def test_no_camera_at_all_is_said(monkeypatch, seen, run):
    monkeypatch.setattr(camera, "cameras", list)
    run(open_camera("", seen.show, seen.failed))
    assert seen.failure() == "none"


def test_a_file_that_is_no_video_is_said(tmp_path, seen, run):
    (tmp_path / "text.mp4").write_text("no video at all")
    run(open_camera(f"file:{tmp_path}/text.mp4", seen.show, seen.failed))
    assert seen.failure() == "failed"


def test_a_playlist_fetches_nothing_from_the_network(tmp_path, seen, run):
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n")
    run(open_camera(f"file:{tmp_path}/list.m3u8", seen.show, seen.failed))
    assert seen.failure() == "failed"


def test_a_busy_and_an_unplugged_device_have_their_codes():
    assert error_code(OSError(16, "busy")) == "busy"
    assert error_code(OSError(13, "denied")) == "denied"
    assert error_code(OSError(19, "gone"), running=True) == "unplugged"
    assert error_code(OSError(2, "no file")) == "none"


def test_camera_unplugged_while_running_is_said(seen, run, monkeypatch):
    source = open_camera("/dev/video0", seen.show, seen.failed)

    def frames():
        yield card(0)
        raise av.error.OSError(5, "Input/output error")

    monkeypatch.setattr(source, "frames", frames)
    run(source)
    assert seen.failure() == "unplugged"


def test_a_picture_that_cannot_be_encoded_ends_the_camera_and_is_said(tmp_path, seen, run):
    def broken(frame, capture_us) -> None:
        raise ValueError("no encoder")

    path = tmp_path / "clip.mp4"
    clip(str(path), frames=10)
    run(open_camera(f"file:{path}", broken, seen.failed))
    assert seen.failure() == "failed"


def test_slow_encoder_gets_the_newest_picture_not_a_backlog(tmp_path, seen, run):
    path = tmp_path / "clip.mp4"
    clip(str(path), frames=60, fps=60)
    gate = threading.Event()

    def slow(frame, capture_us) -> None:
        seen.show(frame, capture_us)
        gate.wait(1.0)

    source = run(open_camera(f"file:{path}", slow, seen.failed))
    times = [seen.frames.get(timeout=30)[1] for _ in range(3)]
    assert times[2] - times[1] > 400_000
    gate.set()
    source.close()


def test_image_share_repeats_the_picture(tmp_path, seen, run):
    path = tmp_path / "scan.png"
    codec = av.CodecContext.create("png", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = 320, 200, "rgb24", 1
    path.write_bytes(
        b"".join(bytes(packet) for packet in codec.encode(card(3, 320, 200).reformat(format="rgb24")))
    )
    run(open_share("image", str(path), seen.show, seen.failed))
    one, other = seen.first(), seen.first()
    assert (one.width, one.height) == (320, 200)
    assert bytes(one.planes[0]) == bytes(other.planes[0])


def test_an_image_that_is_none_is_said(tmp_path, seen, run):
    (tmp_path / "scan.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    run(open_share("image", f"{tmp_path}/scan.png", seen.show, seen.failed))
    assert seen.failure() == "failed"


# --- X11 ------------------------------------------------------------------------------------------------------


def colour(frame: av.VideoFrame, x: int, y: int) -> int:
    plane = frame.planes[0]
    at = y * plane.line_size + x * 4
    blue, green, red = bytes(plane)[at : at + 3]
    return red << 16 | green << 8 | blue


def test_the_whole_screen_is_grabbed(display, painter, seen, run):
    painter.window("red", 100, 100, 50, 50, 0xFF0000)
    ((target, _),) = screen.screens()
    assert target == f"{display}+0,0 640x480"
    run(open_share("screen", target, seen.show, seen.failed))
    frame = seen.first()
    assert (frame.width, frame.height) == (640, 480)
    assert colour(frame, 120, 120) == 0xFF0000


def test_a_window_is_shared_without_what_lies_over_it(painter, seen, run):
    patient = painter.window("patient", 10, 10, 200, 100, 0x00FF00)
    assert (str(patient), "patient") in screen.windows()
    run(open_share("window", str(patient), seen.show, seen.failed))
    seen.first()
    painter.window("secret", 0, 0, 300, 300, 0xFF0000)
    time.sleep(0.3)
    seen.frames.queue.clear()
    frame = seen.first()
    assert (frame.width, frame.height) == (200, 100)
    assert colour(frame, 50, 50) == 0x00FF00


def test_a_window_is_followed_through_a_new_size_and_its_end_is_said(painter, seen, run):
    window = painter.window("patient", 10, 10, 200, 100, 0x00FF00)
    run(open_share("window", str(window), seen.show, seen.failed))
    assert seen.first().width == 200
    painter.resize(window, 120, 80)
    sizes = set()
    end = time.monotonic() + 5
    while (120, 80) not in sizes and time.monotonic() < end:
        frame = seen.first()
        sizes.add((frame.width, frame.height))
    assert (120, 80) in sizes
    painter.destroy(window)
    assert seen.failure() == "unplugged"


@pytest.mark.parametrize("target", ["", "1; rm", "99999999", "0x55"])
def test_a_window_that_is_none_is_said(display, target, seen, run):
    run(open_share("window", target, seen.show, seen.failed))
    assert seen.failure() == "none"


def test_without_an_x_server_nothing_is_offered(monkeypatch):
    monkeypatch.setenv("DISPLAY", ":987")
    assert (screen.screens(), screen.windows(), x11.windows()) == ([], [], [])


# --- sound ----------------------------------------------------------------------------------------------------


def silence() -> bytes:
    return bytes(1920)


def test_without_a_sound_server_there_is_no_device(monkeypatch, tmp_path):
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nothing")
    monkeypatch.setattr(audio, "BACKENDS", audio.BACKENDS[:1])
    with pytest.raises(DeviceError) as microphone:
        open_microphone("", lambda *_: None, lambda _: None)
    with pytest.raises(DeviceError) as speaker:
        open_speaker("", silence)
    assert microphone.value.code == speaker.value.code == "none"


@pytest.mark.parametrize(
    ("name", "code"),
    [("MA_BUSY", "busy"), ("MA_ACCESS_DENIED", "denied"), ("MA_NO_DEVICE", "none"), ("MA_ERROR", "failed")],
)
def test_a_microphone_that_does_not_open_says_why(monkeypatch, name, code):
    def refuse(**_):
        raise miniaudio.MiniaudioError("failed to init device", getattr(miniaudio.lib, name))

    monkeypatch.setattr(audio.miniaudio, "CaptureDevice", refuse)
    monkeypatch.setattr(
        audio, "_enumerate", lambda _: [{"id": miniaudio.ffi.new("ma_device_id *"), "name": "x"}]
    )
    with pytest.raises(DeviceError) as refused:
        open_microphone("", lambda *_: None, lambda _: None)
    assert refused.value.code == code


def test_file_microphone_loops_in_real_time(tmp_path):
    wav(str(tmp_path / "voice.wav"), tone(400, 8_000, samples=4_800))
    heard: queue.Queue = queue.Queue()
    source = open_microphone(f"file:{tmp_path}/voice.wav", lambda *sound: heard.put(sound), lambda _: None)
    sounds = [heard.get(timeout=30) for _ in range(15)]
    source.close()
    assert {len(sound) for sound, _ in sounds} == {1920}
    assert (sounds[-1][1] - sounds[0][1]) / 1e6 > 0.2


def test_no_speaker_still_takes_the_mix():
    taken = threading.Semaphore(0)

    def pull() -> bytes:
        taken.release()
        return silence()

    speaker = open_speaker("none", pull)
    assert all(taken.acquire(timeout=30) for _ in range(5))
    speaker.close()


STEPS = (400, 900, 1_900, 3_900)


def chirp() -> bytes:
    """Four rising steps of a seventh of a second."""
    return b"".join(tone(hertz, 12_000, samples=RATE // 7) for hertz in STEPS)


def strongest(sound: bytes) -> int:
    """Which step sounds in 20 ms; 0 in silence."""
    samples = array.array("h", sound)
    if max(map(abs, samples)) < 2_000:
        return 0

    def power(hertz: int) -> float:
        turn = 2j * math.pi * hertz / RATE
        return abs(sum(sample * cmath.exp(turn * n) for n, sample in enumerate(samples)))

    return max(STEPS, key=power)


class Loop:
    """Plays a chirp once the microphone hears, and notes which steps come back."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.done = threading.Event()
        self.queue = b""
        self.hears = False

    def pull(self) -> bytes:
        part, self.queue = self.queue[:1920], self.queue[1920:]
        return part.ljust(1920, b"\0")

    def hear(self, sound: bytes, _capture_us: int) -> None:
        if not self.hears:
            self.hears, self.queue = True, chirp()
        step = strongest(sound)
        if step and step not in self.steps[-1:]:
            self.steps.append(step)
        if step == STEPS[-1]:
            self.done.set()


def came_back() -> list[int]:
    """Play a chirp; return which of its steps came back."""
    loop = Loop()
    microphone = open_microphone("", loop.hear, lambda _: None)
    speaker = open_speaker("", loop.pull)
    loop.done.wait(30)
    speaker.close()
    microphone.close()
    return loop.steps


def test_a_chirp_that_is_played_arrives_at_the_microphone(pulse):
    assert list(STEPS) in (came_back() for _ in range(3)), "what the machine had no time for is played again"


def test_the_default_is_listed_first(pulse):
    pulse.control("load-module", "module-null-sink", "sink_name=neighbour")
    for default in ("neighbour", "speaker"):
        pulse.control("set-default-sink", default)
        assert bytes.fromhex(audio.speakers()[0][0]) == default.encode()


def test_sound_devices_are_listed_and_chosen_by_id(pulse):
    ids = [one for one, _ in audio.microphones()]
    assert len(ids) == 2
    microphone = open_microphone(ids[-1], lambda *_: None, lambda _: None)
    microphone.close()
    with pytest.raises(DeviceError) as unknown:
        open_microphone("00ff", lambda *_: None, lambda _: None)
    assert unknown.value.code == "none"


def test_an_unplugged_microphone_is_noticed(pulse):
    heard = threading.Semaphore(0)
    microphone = open_microphone("", lambda *_: heard.release(), lambda _: None)
    assert all(heard.acquire(timeout=30) for _ in range(audio.WAKING_CALLS))
    assert not microphone.stalled(time.monotonic() * 1000)
    pulse.control("unload-module", "module-null-sink")
    assert microphone.stalled(time.monotonic() * 1000 + audio.SILENT_MS + 500)
    wait_for_silence(microphone)
    assert not microphone.revive()
    microphone.close()


def wait_for_silence(microphone):
    end = time.monotonic() + 30
    while not microphone.stalled(time.monotonic() * 1000):
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_microphone_goes_on_after_the_sound_server_stood_still(pulse):
    heard = threading.Semaphore(0)
    microphone = open_microphone("", lambda *_: heard.release(), lambda _: None)
    assert all(heard.acquire(timeout=30) for _ in range(audio.WAKING_CALLS))
    pulse.process.send_signal(signal.SIGSTOP)
    wait_for_silence(microphone)
    pulse.process.send_signal(signal.SIGCONT)
    assert microphone.revive()
    while heard.acquire(blocking=False):
        pass
    assert all(heard.acquire(timeout=30) for _ in range(audio.WAKING_CALLS))
    microphone.close()


def test_no_other_microphone_takes_the_place_of_the_one_that_was_pulled_out(pulse):
    heard = threading.Semaphore(0)
    pulse.control("load-module", "module-null-sink", "sink_name=neighbour")
    microphone = open_microphone("", lambda *_: heard.release(), lambda _: None)
    assert all(heard.acquire(timeout=30) for _ in range(audio.WAKING_CALLS))
    pulse.control("unload-module", "module-remap-source")
    assert audio.microphones()
    assert not microphone.revive()
    microphone.close()


def test_switching_on_and_off_leaves_no_connection_behind(pulse):
    for _ in range(70):  # the server takes 64 clients
        open_speaker("", silence).close()
    open_speaker("", silence).close()
