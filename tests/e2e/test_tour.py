"""A doctor's day in the real window, from the empty desk to the end of a meeting: by mouse, and by keyboard only, in two languages."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app import i18n
from tests.e2e.desk import Desk, ready
from tests.e2e.hands import by_either_hand, sit, words
from tests.e2e.house import sound_of
from tests.e2e.it import PASSWORD, Department, arrive
from tests.harness import noon

pytestmark = pytest.mark.skipif(not ready(), reason="needs Xvfb, xdotool and the accessibility bus")

DOCTOR, COLLEAGUE = "Dr Iris Vanel", "Dr Paul Okoro"
TITLE, WORDS = "RCP Poumon", "Scanner relu ce matin"
LOCALES = {"fr": "fr_FR.UTF-8", "en": "en_GB.UTF-8"}
NOISE = ("QObject::", "QPainter", "QWidget", "QFont", "qt.", "Traceback", "unforeseen", "no text for")
QT_OWN = "qt.accessibility.atspi: "
"""What Qt tells a reader of the screen who asks for what it lacks, or for what is just gone."""
CODE, GROUPS = re.compile(r"\d{4} +\d{4}"), 12
POINTED, WHOLE = 300, 6_000
"""Between so many pixels differ where somebody points; the picture itself stands still."""


@pytest.fixture
def it(tmp_path):
    made = Department(tmp_path / "it")
    made.certify(COLLEAGUE, "Oncologie")
    yield made
    made.close()


@pytest.fixture
def people(hands, language, pulse, it, tmp_path):
    """The doctor and the colleague, each before a screen, and their IT."""
    i18n.set_language(language)
    seated = []
    for who in ("host", "guest"):
        own = {"TZ": noon.ZONE, "LANG": LOCALES[language]}
        desk = Desk(tmp_path / who, **{**pulse.environment, **sound_of(who), **own, "HOME": str(tmp_path)})
        seated.append(hands(desk.__enter__(), tmp_path / "pictures" / who))
    yield *seated, it
    for person in seated:
        person.gets_up()
    i18n.set_language("fr")


def sit_down(person, profile):
    person.desk.start(sys.executable, "-m", "app", "--profile", str(profile))
    sit(person.desk)


def unlock(person):
    person.fill("signin.password", PASSWORD, "password")
    person.press("signin.unlock")
    person.sees("window.lock", "button")


def call_meeting(doctor):
    """Convoke a weekly meeting that has just begun; return its link."""
    now = datetime.now(ZoneInfo(noon.ZONE))
    doctor.goes_to("meeting.section")
    doctor.press("plan.new")
    doctor.fill("plan.title", TITLE)
    doctor.fill("plan.day", f"{now:%d/%m/%Y}")
    doctor.fill("plan.start", f"{now:%H}:00")
    doctor.fill("plan.end", f"{now + timedelta(hours=2):%H}:00")
    doctor.choose("plan.every.0", "plan.every.1")
    doctor.fill("plan.until", "4")
    doctor.remembers("plan")
    doctor.press("plan.new.go")
    doctor.press("handout.copy")
    doctor.sees("handout.copied")
    doctor.remembers("invitation")
    return doctor.sees("handout.link", "text")["text"]


def enter(person):
    person.press("call.unmute")
    person.sees("call.mute", "button")
    person.remembers("prejoin")
    person.press("prejoin.enter")


def meet(doctor, colleague, link):
    """Join from Today, let the colleague in by the lobby."""
    doctor.goes_to("today.section")
    doctor.press("today.meeting.join.spoken", title=TITLE)
    enter(doctor)
    doctor.sees("call.leave", "button")
    colleague.goes_to("meeting.section")
    colleague.fill("join.link", link)
    colleague.press("join.go")
    enter(colleague)
    colleague.sees("wait.title")
    doctor.sees("lobby.waits", name=COLLEAGUE)
    doctor.remembers("lobby")
    doctor.press("lobby.admit_name", name=COLLEAGUE)
    for person in (doctor, colleague):
        person.desk.until(i18n.trn("live.count", 2))


def speak(doctor, colleague):
    """Raise a hand, write and read."""
    colleague.press("call.raise")
    doctor.sees("tile.hand", n=1)
    doctor.remembers("hand")
    colleague.press("call.lower")
    doctor.press("side.chat", "check box")
    doctor.fill("chat.field", WORDS)
    doctor.press("chat.send")
    colleague.press("side.chat", "check box")
    colleague.desk.until(WORDS)
    colleague.remembers("chat")


def show(doctor, colleague, scan):
    """Share a scan, look closer, point at it."""
    doctor.press("call.start_share")
    doctor.turns_to("share.image")
    doctor.fill("share.path", str(scan))
    doctor.desk.press("Return")
    doctor.sees("stage.own")
    colleague.sees("meeting.shared_by", name=DOCTOR)
    doctor.reads(starting("stage.zoom_fit.why", percent="|"))
    doctor.press("stage.zoom_in")
    doctor.reads(starting("stage.zoom_private.why", percent="|"))
    doctor.remembers("zoom")
    before = still(colleague, "shared")
    doctor.press("call.pointer_on")
    doctor.sees("call.pointer_off", "button")
    assert differing(before, colleague.remembers("unpointed")) < POINTED
    doctor.points(words("stage.own"))
    colleague.desk.until_true(
        lambda: POINTED < differing(before, colleague.remembers("pointer")) < WHOLE,
        say="nobody saw the pointer",
    )
    doctor.remembers("pointer")


def still(person, step):
    """Return a picture of the screen once the shared picture stands still."""
    seen = [person.remembers(step)]

    def stands():
        seen.append(person.remembers(step))
        return not differing(*seen[-2:])

    person.desk.until_true(stands)
    return seen[-1]


def differing(one, other):
    """Count the pixels in which two screens differ, where pictures are shown."""
    part = ["-crop", "860x560+110+160"]
    command = ["compare", "-metric", "AE", "-fuzz", "10%", str(one), str(other), *part, "null:"]
    return float(subprocess.run(command, capture_output=True, text=True, check=False).stderr.split()[0])


def compare_codes(doctor, colleague):
    """Ask for the code of the call; both read the same."""
    doctor.press("mark.e2ee")
    doctor.press("code.ask")
    read = doctor.reads(CODE.fullmatch)
    colleague.press("mark.e2ee_code", code=read)
    assert colleague.reads(CODE.fullmatch) == read
    doctor.remembers("code")


def verify(person, name):
    """Compare the safety number with *name*; return it as it was read."""
    person.goes_to("directory.section")
    person.sees("directory.list")
    person.opens(name)
    person.press("directory.spell")
    read = [group(person, 1)]
    for at in range(2, GROUPS + 1):
        person.press("directory.spell.next")
        read.append(group(person, at))
    person.remembers("number")
    person.press("directory.identical")
    person.desk.until_gone(words("directory.unspelt"))
    person.sees("directory.withdraw", "button")
    person.remembers("verified")
    return read


def group(person, at):
    return person.reads(starting("directory.spell.group", at=at, of=GROUPS, digits="|"))


def starting(key, **parameters):
    """Tell what begins like the text *key*, up to a `|` among its parameters."""
    lead = words(key, **parameters).partition("|")[0]
    return lambda text: text.startswith(lead)


def lock_and_return(doctor):
    """Lock in the middle of the call; nobody is named; the call is still there."""
    doctor.press("window.lock")
    doctor.sees("lock.call.running")
    doctor.remembers("locked")
    shown = " ".join(node["name"] + node["text"] for node in doctor.desk.look())
    assert COLLEAGUE not in shown
    assert TITLE not in shown
    unlock(doctor)
    doctor.desk.until(i18n.trn("live.count", 2))


def part(doctor, colleague):
    """One leaves, the other ends the meeting."""
    colleague.press("window.return")
    colleague.press("call.leave")
    colleague.sees("end.left.title")
    doctor.desk.until(i18n.trn("live.count", 1))
    doctor.press("call.leave")
    doctor.sees("end.left.title")
    doctor.remembers("left")


def assert_silent(person):
    """Nothing went wrong, and nothing that was said or shown was written down."""
    log = "\n".join(line for line in person.desk.log().splitlines() if QT_OWN not in line)
    for word in (*NOISE, DOCTOR, COLLEAGUE, TITLE, WORDS, PASSWORD):
        assert word not in log, log


def tour(doctor, colleague, it, folder):
    sit_down(doctor, folder / "doctor")
    arrive(doctor, it, folder, DOCTOR, "Radiologie")
    it.furnish(folder / "colleague", COLLEAGUE)
    sit_down(colleague, folder / "colleague")
    doctor.press("window.lock")
    unlock(doctor)
    doctor.sees("today.calm")
    doctor.remembers("today")
    link = call_meeting(doctor)
    unlock(colleague)
    meet(doctor, colleague, link)
    speak(doctor, colleague)
    scan = folder / "scan.png"
    subprocess.run(["convert", "-size", "1600x1200", "gradient:black-gray40", str(scan)], check=True)
    show(doctor, colleague, scan)
    compare_codes(doctor, colleague)
    assert verify(doctor, COLLEAGUE) == verify(colleague, DOCTOR)
    lock_and_return(doctor)
    part(doctor, colleague)
    for person in (doctor, colleague):
        assert_silent(person)


@by_either_hand
def test_the_tour(people, tmp_path):
    tour(*people, tmp_path)
