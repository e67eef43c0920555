"""Two doctors at real windows and a third at a desk without one write to each other over a real relay, in two languages, by mouse and by keyboard only."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from app.i18n import isolated, set_language
from app.messages.ports import Outgoing
from media.keys import safety
from tests.e2e.desk import PATIENCE_S, Desk, ready
from tests.e2e.hands import ByKeys, ByMouse
from tests.e2e.test_post_secrets import memory
from tests.e2e.test_tour import verify
from tests.e2e.writers import Hospital

pytestmark = pytest.mark.skipif(not ready(), reason="needs Xvfb, xdotool and the accessibility bus")

ALIENOR, BARNABE, CYPRIEN = "Dr Alienor Canarisse", "Dr Barnabe Canarisson", "Dr Cyprien Canardel"
FIRST, ANSWER, BACK, TEAM = "canari du matin", "canari du soir", "canari revenu", "RCP Canaris"
ALL, WITHOUT, HELD = "canari pour trois", "canari pour deux", "canari retenu"
FILE, ONCE = "canari-4471.bin", "canari-une-fois.txt"
TIMELY, LATE = "canari-juste-avant.txt", "canari-en-retard.txt"
INSIDE = b"canari-du-contenu-4471"
SECRETS = (b"anaris", b"anardel", b"canari", INSIDE)
STREAM, THREADS = "messages.stream", "messages.list"
OPEN, SAVE = 1, 2
"""Where they stand in the menu of a message with a document."""
LEEWAY_MS = 30_000
"""So far is an author's clock ahead: for so long the reader's own has no word in what the author's decides."""
MEGA = 1 << 20
SLOW = "mail_kbps = 40000"
"""The relay takes and gives 5 MB a second: there is a middle of a file's way to interrupt it in."""


@pytest.fixture
def hospital(tmp_path):
    made = Hospital(tmp_path, SLOW)
    yield made
    made.close()


@pytest.fixture
def seated(hospital, tmp_path):
    """Alienor with a mouse, in French; Barnabe with a keyboard, in English; Cyprien without a window, whom Alienor verified."""
    cyprien = hospital.desk(CYPRIEN)
    places = hospital.place(ALIENOR, cyprien), hospital.place(BARNABE)
    people = []
    for place, hands, language in zip(places, (ByMouse, ByKeys), ("fr", "en"), strict=True):
        scratch = tmp_path / f"scratch-{language}"
        scratch.mkdir()
        desk = Desk(tmp_path / language, HOME=str(tmp_path), TMPDIR=str(scratch))
        person = hands(desk.__enter__(), tmp_path / "pictures" / language)
        person.language, person.place, person.scratch = language, place, scratch
        people.append(person)
    yield *people, cyprien
    for person in people:
        person.gets_up()
    set_language("fr")


def sit_down(hospital, *people):
    for person in people:
        person.started = hospital.open(person, person.place)
        person.goes_to("messages.section")


def writes(person, text):
    """Write *text* in the thread that is open."""
    person.fill("messages.write", text)
    person.press("messages.send")
    person.row(STREAM, text)


def reads(person, text, name):
    """Open the thread with *name*, where *text* stands."""
    person.desk.until(text)
    person.takes(THREADS, name)
    return person.row(STREAM, text)["name"]


def says(person, line, key, seconds=PATIENCE_S, **parameters):
    """Wait until the message *line* also says the text *key*."""
    wanted = person.words(key, **parameters)
    person.desk.until_true(
        lambda: wanted in person.row(STREAM, line)["name"], seconds, f"{line!r} never said {wanted!r}"
    )


def begin(person, names, title=""):
    """Begin a thread with the people whose first names are *names*."""
    person.press("messages.new")
    for name in names:
        person.fill("messages.pick", name.split()[1])
        person.desk.until(name, "list item")
        person.desk.press("Return")
        person.sees("messages.start.remove.spoken", "button", name=name)
    if title:
        person.fill("messages.start.title", title)
    person.press("messages.start.begin")
    person.sees("messages.more", "button")


def greet(alienor, barnabe):
    """Begin a thread, answer; the answer is read."""
    begin(alienor, [BARNABE])
    writes(alienor, FIRST)
    reads(barnabe, FIRST, ALIENOR)
    writes(barnabe, ANSWER)
    alienor.row(STREAM, ANSWER)
    says(alienor, FIRST, "messages.state.read")
    says(barnabe, ANSWER, "messages.state.read")


def attach(person, path):
    person.press("messages.attach")
    person.fill("messages.file.pick.path", str(path))
    person.desk.press("Return")
    person.sees("messages.attach.remove.spoken", "button", name=path.name)


def octets(folder: Path) -> int:
    """Count what lies below *folder*, also while files come and go."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(path) / name).stat().st_size
            except FileNotFoundError:
                continue
    return total


def in_the_middle(folder: Path, size: int) -> None:
    """Wait until a good part of *size*, not all of it, came to *folder*."""
    before, end = octets(folder), time.monotonic() + 60
    while octets(folder) - before < size // 4:
        assert time.monotonic() < end, "nothing came"
        time.sleep(0.01)
    assert octets(folder) - before < size, "it was there before it could be interrupted"


def hand_over(hospital, alienor, barnabe, folder, size, patience_s):
    """Send a file over a relay that dies on its way up, to a window that dies on its way down."""
    path, relay = folder / FILE, hospital.clinic.relay
    path.write_bytes(INSIDE + os.urandom(MEGA) * (size // MEGA) + INSIDE)
    attach(alienor, path)
    alienor.press("messages.send")
    in_the_middle(relay.folder, size)
    relay.kill()
    alienor.remembers("relay-gone")
    relay.start()
    says(alienor, FILE, "messages.file.sent", patience_s)
    barnabe.takes(STREAM, FILE)
    in_the_middle(barnabe.place.folder / "files", size)
    barnabe.started.kill()
    barnabe.started.wait()
    sit_down(hospital, barnabe)
    barnabe.takes(THREADS, ALIENOR)
    says(barnabe, FILE, "messages.file.here", patience_s)
    target = folder / "received.bin"
    barnabe.asks(STREAM, FILE, SAVE)
    barnabe.fill("messages.save.where", str(target))
    barnabe.desk.press("Return")
    barnabe.desk.until_true(target.exists, patience_s, "it was never saved")
    assert target.read_bytes() == path.read_bytes()


def assert_nowhere_on_disk(person, inside):
    """What is shown once stands in no file of the profile and in none that was put aside for a while."""
    files = [
        path for top in (person.place.folder, person.scratch) for path in top.rglob("*") if path.is_file()
    ]
    assert any(path.name == "vault.db" for path in files), "the search itself looks where the vault is"
    assert not [path for path in files if inside in path.read_bytes()]


def show_once(alienor, barnabe, folder):
    """Send an ephemeral document; it is read, closed, and opens no more."""
    path = folder / ONCE
    path.write_bytes(INSIDE)
    alienor.press("messages.once", "check box")
    alienor.fill("messages.file.pick.path", str(path))
    alienor.desk.press("Return")
    alienor.sees("messages.attach.remove.spoken", "button", name=ONCE)
    alienor.press("messages.send")
    barnabe.row(STREAM, ONCE)
    barnabe.takes(STREAM, ONCE)
    barnabe.desk.until(INSIDE.decode())
    assert_nowhere_on_disk(barnabe, INSIDE)
    barnabe.remembers("once")
    barnabe.desk.press("Escape")
    barnabe.desk.until_gone(INSIDE.decode())
    assert_nowhere_on_disk(barnabe, INSIDE)
    gone = barnabe.words("messages.once.gone", when="|").partition("|")[0]
    barnabe.desk.until_true(lambda: gone in barnabe.row(STREAM, ONCE)["name"])
    opened = alienor.words("messages.once.opened", name="|", when="").partition("|")[0]
    alienor.desk.until_true(lambda: opened in alienor.row(STREAM, ONCE)["name"])


def part_with(hospital, alienor, barnabe, cyprien):
    """Write in a team of three; who was removed reads nothing more."""
    begin(alienor, [BARNABE, CYPRIEN], TEAM)
    writes(alienor, ALL)
    reads(barnabe, ALL, TEAM)
    thread = hospital.run(cyprien.hears(ALL)).thread
    hospital.run(cyprien.messages.send(thread, ANSWER))
    alienor.row(STREAM, ANSWER)
    alienor.press("messages.panel.remove.spoken", name=CYPRIEN)
    alienor.press("messages.remove.yes")
    alienor.desk.until_gone(alienor.words("messages.panel.remove.spoken", name=CYPRIEN))
    writes(alienor, WITHOUT)
    barnabe.row(STREAM, WITHOUT)
    begin(alienor, [CYPRIEN])
    writes(alienor, FIRST)
    hospital.run(cyprien.hears(FIRST))  # what was said before this would have come before it
    assert WITHOUT not in hospital.run(cyprien.texts(thread))


def offer(hospital, alienor, cyprien, name):
    """Let Cyprien offer a document for ten seconds; return when he did. His clock stands."""
    begun_ms = time.time_ns() // 1_000_000 + LEEWAY_MS
    cyprien.clock.stand(begun_ms)
    once = Outgoing(None, name, data=INSIDE, open_within_s=10, shown_for_s=10)
    hospital.run(cyprien.messages.send(hospital.run(cyprien.thread()).id, "", files=(once,)))
    alienor.row(STREAM, name)
    return begun_ms


def come_late(hospital, alienor, cyprien):
    """Open a document that is offered for ten seconds 9 s after it was, by its author's clock; and another after 10.1 s."""
    cyprien.clock.stand(offer(hospital, alienor, cyprien, TIMELY) + 9_000)
    alienor.asks(STREAM, TIMELY, OPEN)
    alienor.desk.until(INSIDE.decode())
    alienor.desk.press("Escape")
    alienor.desk.until_gone(INSIDE.decode())
    cyprien.clock.stand(offer(hospital, alienor, cyprien, LATE) + 10_100)
    alienor.asks(STREAM, LATE, OPEN)
    alienor.sees("messages.refused.expired")
    assert alienor.desk.find(INSIDE.decode()) is None
    cyprien.clock.stand(None)
    alienor.desk.press("Escape")


def change_key(hospital, alienor, cyprien):
    """Hold what is written to somebody whose device is another, until the codes were compared."""
    old = cyprien.post.desk.book.own
    other = hospital.desk(CYPRIEN, old.user)
    hospital.clinic.organisation.revoke(old, hospital.clinic.now_s)
    hospital.clinic.publish()
    own = alienor.place.certificate
    hospital.run(other.messages.send(hospital.run(other.messages.direct(own.user)), BACK))
    alienor.sees("messages.key.changed", name=isolated(CYPRIEN))
    writes(alienor, HELD)
    says(alienor, HELD, "messages.held.key-changed")
    alienor.remembers("held")
    alienor.press("messages.compare")
    new = other.post.desk.book.own
    code = safety.number(*(safety.Identity(one.org, one.user, one.public) for one in (own, new)))
    assert verified(alienor, CYPRIEN) == code.split()
    hospital.run(other.hears(HELD))
    says(alienor, HELD, "messages.state.delivered")


def assert_relay_knows_nothing(hospital):
    """Search the relay's memory, disk and log for names, texts, files and senders."""
    relay = hospital.clinic.relay
    held = memory(relay.process.pid)
    certificates = [place.certificate for place in hospital.places]
    assert certificates[0].hash in held, "a card names its certificate by hash: the search itself can find"
    places = [path.read_bytes() for path in relay.folder.rglob("*") if path.is_file()]
    for secret in (*SECRETS, *(one for cert in certificates for one in (cert.user, cert.device_id))):
        assert secret not in held
        assert not any(secret in place for place in places)


def assert_silent(person):
    """What the window wrote down names nobody and nothing."""
    log = person.desk.log()
    assert not [secret for secret in SECRETS if secret.decode() in log]
    assert "Traceback" not in log


def tour(hospital, alienor, barnabe, cyprien, folder, size, patience_s):
    sit_down(hospital, alienor, barnabe)
    assert verified(alienor, BARNABE) == verified(barnabe, ALIENOR)
    greet(alienor, barnabe)
    hand_over(hospital, alienor, barnabe, folder, size, patience_s)
    show_once(alienor, barnabe, folder)
    part_with(hospital, alienor, barnabe, cyprien)
    come_late(hospital, alienor, cyprien)
    change_key(hospital, alienor, cyprien)
    assert_relay_knows_nothing(hospital)
    for person in (alienor, barnabe):
        assert_silent(person)


def verified(person, name):
    """Compare the safety number; return its digits, whatever the language."""
    digits = ["".join(said.rpartition(":")[2].split()) for said in verify(person, name)]
    person.goes_to("messages.section")
    return digits


@pytest.mark.parametrize(
    ("size", "patience_s"),
    [
        pytest.param(12 * MEGA, 60, id="with a file of 12 MB"),
        pytest.param(200 * MEGA, 300, id="with a file of 200 MB", marks=pytest.mark.long),
    ],
)
def test_the_tour(hospital, seated, tmp_path, size, patience_s):
    tour(hospital, *seated, tmp_path, size, patience_s)
