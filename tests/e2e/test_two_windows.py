"""Two workstations, two processes, two screens, real sound: a meeting held by mouse and keys."""

from __future__ import annotations

import array
import math
import os
import re
import subprocess
import sys
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from app.demo import hospital
from media.keys import invite
from resources.demo.people import ME
from tests.e2e.desk import Desk, ready
from tests.e2e.house import GUEST, House, sound_of

if TYPE_CHECKING:
    from tests.sound import Pulse

pytestmark = pytest.mark.skipif(not ready(), reason="needs Xvfb, xdotool and the accessibility bus")

RATE = 48_000
WORDS = "Bonjour de la salle Curie"


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path)
    yield made
    made.close()


@pytest.fixture
def desks(house, pulse, tmp_path_factory):
    started = []
    for who in ("host", "guest"):
        folder = tmp_path_factory.mktemp(f"desk-{who}")
        started.append(Desk(folder, **pulse.environment, **sound_of(who)).__enter__())
    yield started
    for desk in started:
        desk.picture(desk.folder / "last.png")
        desk.__exit__()


def sit_down(desk: Desk, house: House, who: str) -> None:
    """Start the workstation, unlock, open the link, enter: every step as a person does it."""
    profile = str(house.folder / who)
    desk.start(sys.executable, "-m", "app", "--profile", profile, house.meeting.link, LANG="fr_FR.UTF-8")
    desk.click("Phrase de passe", "password")
    desk.type(hospital.PASSWORD)
    desk.press("Return")
    desk.click("Activer le micro", "button")
    desk.click("Entrer dans la RCP", "button")


def speech(path: Path, seconds: float) -> Path:
    """Write tone bursts with the rhythm of syllables."""
    samples = array.array("h")
    for at in range(int(RATE * seconds)):
        envelope = max(0.0, math.sin(2 * math.pi * 3 * at / RATE))
        samples.append(int(12_000 * envelope * math.sin(2 * math.pi * 220 * at / RATE)))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return path


def speak(pulse: Pulse, who: str, path: Path) -> subprocess.Popen[bytes]:
    env = {**os.environ, **pulse.environment}
    return subprocess.Popen(["paplay", f"--device={who}_mouth", str(path)], env=env)


def loudness(pulse: Pulse, who: str, seconds: float) -> float:
    """Record what *who* hears; return its root mean square, 0..32767."""
    command = ["parec", f"--device={who}_ears.monitor", "--format=s16le", "--channels=1", f"--rate={RATE}"]
    recorder = subprocess.Popen(command, env={**os.environ, **pulse.environment}, stdout=subprocess.PIPE)
    assert recorder.stdout is not None
    heard = array.array("h", recorder.stdout.read(int(RATE * seconds) * 2))
    recorder.terminate()
    recorder.wait()
    recorder.stdout.close()
    return math.sqrt(sum(sample * sample for sample in heard) / len(heard))


def brightness(picture: Path) -> float:
    """Mean brightness of the stage, 0..1: the host's light window shows on the guest's dark stage."""
    stage = ["-crop", "860x380+110+180", "-colorspace", "gray", "-format", "%[fx:mean]"]
    done = subprocess.run(
        ["convert", str(picture), *stage, "info:"], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def memory(pid: int) -> bytes:
    """Return every readable private page of a process."""
    kept = []
    with Path(f"/proc/{pid}/maps").open() as maps, Path(f"/proc/{pid}/mem").open("rb", 0) as mem:
        for line in maps:
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if found is None:
                continue
            start, end = (int(edge, 16) for edge in found.groups())
            try:
                mem.seek(start)
                kept.append(mem.read(end - start))
            except OSError:
                continue
    return b"".join(kept)


def forms(text: str) -> list[bytes]:
    return [text.encode(), text.encode("utf-16-le"), text.encode("latin-1", "ignore")]


def assert_relay_knows_nothing(house: House) -> None:
    held = memory(house.relay.pid)
    disk = b"".join(path.read_bytes() for path in (house.folder / "relay").rglob("*") if path.is_file())
    assert house.hospital.organisation.relay_key.ed25519 in held, "the search itself must be able to find"
    secrets = [*house.hospital.desks[0].device.seeds, *house.hospital.desks[1].device.seeds]
    link = invite.Link.parse(house.meeting.link)
    room = invite.room_keys(link.secret, 0)
    secrets += [house.meeting.invitation_secret, house.meeting.relay_key, link.secret, room.signer.seed]
    names = [ME.name, GUEST.name, "Marchetti", GUEST.specialty, house.meeting.title, WORDS]
    for hidden in [*secrets, *(form for name in names for form in forms(name))]:
        assert hidden not in held
        assert hidden not in disk


def test_a_meeting_between_two_windows(house, pulse, desks, tmp_path):
    host, guest = desks
    sit_down(host, house, "host")
    host.until("Couper le micro")
    sit_down(guest, house, "guest")
    guest.until("Vous attendez d’être admis")
    host.until(f"{GUEST.name} attend")
    host.click(f"Admettre {GUEST.name}", "button")
    guest.until("2 participants")
    host.until("2 participants")

    voice = speech(tmp_path / "voice.wav", 60)
    quiet = loudness(pulse, "guest", 0.5)
    speaking = speak(pulse, "host", voice)
    guest.until(f"{ME.name} : parle")
    assert loudness(pulse, "guest", 1.5) > 300 > quiet
    speaking.terminate()
    speaking.wait()

    host.press("t")
    host.click("Écrire à la réunion", "text")
    host.type(WORDS)
    host.press("ctrl+Return")
    guest.press("t")
    guest.until(WORDS)

    dark = brightness(guest.picture(tmp_path / "before.png"))
    host.press("Escape")
    host.click("Partager un écran, une fenêtre ou une image", "button")
    host.click("1440 x 900", "button")
    guest.until(f"Partagé par {ME.name}")
    guest.until_true(lambda: brightness(guest.picture(tmp_path / "shared.png")) > dark + 0.05)

    assert_relay_knows_nothing(house)

    host.click("Participants")
    host.click(f"Actions pour {GUEST.name}", "button")
    host.click(f"Retirer {GUEST.name}", "button")
    host.click("Retirer maintenant", "button")
    guest.until("Vous avez été retiré de la réunion")
    speaking = speak(pulse, "host", voice)
    assert loudness(pulse, "guest", 2) < 10
    speaking.terminate()
    speaking.wait()
    host.until("1 participant")
