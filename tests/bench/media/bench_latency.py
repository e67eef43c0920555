"""Capture to decoded, 720p30 with voice, through a real relay on loopback between two engines; and what the engine weighs."""

from __future__ import annotations

import json
import math
import os
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av

from media.engine import messages as m
from media.wire import CAMERA, VOICE
from tests.unit.engine.clinic import Clinic, Window

LIMIT_MS = 20.0
WARM_S, RUN_S = 3, 12
MEMORY_LIMIT_MB = 120
SENDER = "Dr Sender"


def moving(path: Path) -> None:
    """Write a 720p30 clip with real movement all over."""
    with (
        av.open("testsrc2=size=1280x720:rate=30:duration=4", "r", format="lavfi") as source,
        av.open(str(path), "w") as out,
    ):
        stream = out.add_stream(
            "libx264", rate=30, options={"preset": "ultrafast", "crf": "20", "tune": "fastdecode"}
        )
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        for number, frame in enumerate(source.decode(video=0)):
            picture = frame.reformat(format="yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, 30)
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))


def voice(path: Path) -> None:
    """Write a second of tone."""
    import wave

    samples = (int(9_000 * math.sin(2 * math.pi * 300 * n / 48_000)) for n in range(48_000))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes(b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples))


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def say(name: str, ratio: float, target: float, unit: str, detail: dict) -> None:
    print(
        json.dumps(
            {"name": name, "ratio": round(ratio, 3), "target": target, "unit": unit, "detail": detail}
        ),
        flush=True,
    )


def measure(folder: Path) -> None:
    moving(folder / "clip.mp4")
    voice(folder / "voice.wav")
    clinic = Clinic(folder, (SENDER, "Dr Receiver"))
    sender, receiver = Window(keys=clinic.people[0][0]), Window(keys=clinic.people[1][0])
    try:
        for number, window in enumerate((sender, receiver)):
            window.say(m.Speaker(device="none"))
            window.say(clinic.join(number))
            window.wait(m.Phase, phase="in-call")
        report(sender, receiver, folder)
    finally:
        sender.close()
        receiver.close()
        clinic.close()


def report(sender: Window, receiver: Window, folder: Path) -> None:
    slot = receiver.people(2)[SENDER].slot
    receiver.say(m.Tiles(tiles=[m.Tile(index=0, slot=slot, stream=CAMERA, width=1280, height=720)]))
    sender.say(m.Camera(on=True, device=f"file:{folder}/clip.mp4"))
    sender.say(m.Microphone(on=True, device=f"file:{folder}/voice.wav"))
    time.sleep(WARM_S)
    before = [cpu_s(window.engine.pid) for window in (sender, receiver)]
    time.sleep(RUN_S)
    used = [
        100 * (cpu_s(window.engine.pid) - was) / RUN_S
        for window, was in zip((sender, receiver), before, strict=True)
    ]
    figures = receiver.figures()
    camera = next(one for one in figures.streams if one.stream == CAMERA)
    heard = next(one for one in figures.streams if one.stream == VOICE)
    detail = {
        "p50_ms": camera.p50_ms, "p95_ms": camera.p95_ms, "frames": camera.frames, "lost": camera.lost,
        "voice_p50_ms": heard.p50_ms, "voice_p95_ms": heard.p95_ms,
        "sender_cpu_percent": round(used[0], 1), "receiver_cpu_percent": round(used[1], 1), "limit_ms": LIMIT_MS,
    }  # fmt: skip
    say("capture to decoded, 720p30, p95", camera.p95_ms / LIMIT_MS, 1.0, "p95 / 20 ms", detail)
    weights = [memory_mb(window.engine.pid) for window in (sender, receiver)]
    detail = {"sending_mb": round(weights[0]), "receiving_mb": round(weights[1]), "limit_mb": MEMORY_LIMIT_MB}
    say("memory of the engine", max(weights) / MEMORY_LIMIT_MB, 1.0, "resident MB / 120", detail)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder))


if __name__ == "__main__":
    main()
