"""A nurse and a doctor at two real windows: an alert is escalated, answered and closed over a real relay, in two languages, by keyboard only."""

from __future__ import annotations

from datetime import datetime

import pytest

from app.demo.hl7 import Desk as System
from app.demo.hl7 import identity
from app.demo.questionnaires import NAME, Platform, history
from app.i18n import set_language
from media.mail.policy import Part, Policy
from resources.demo import monitoring as story
from tests.e2e.desk import Desk, ready
from tests.e2e.hands import ByKeys, ByMouse
from tests.e2e.test_post_secrets import memory
from tests.e2e.writers import Hospital
from tests.harness import noon
from tests.harness.wards import Watch

pytestmark = pytest.mark.skipif(not ready(), reason="needs Xvfb, xdotool and the accessibility bus")

NURSE, DOCTOR, BOSS = "Karim Canarisse", "Dr Barnabe Canarisson", "Camille Canardel"
QUESTION = "canari deshydrate ?"
SOLANGE, PICARD = "DUMAS Solange", "PICARD Monique"
SECRETS = (
    b"anaris",
    b"anardel",
    b"canari",
    b"DUMAS",
    b"PICARD",
    b"Solange",
    b"garde rien",
    story.SOLANGE.encode(),
)
REASON = dict(story.REASONS)["hospital"]
QUEUE = "monitoring.list"


def told():
    """Return what GAM and platform said of two patients: one who is worse, one whose delay is over."""
    began = datetime.now().astimezone()
    gam, whom = System("GAM", began), (story.SOLANGE, story.PICARD)
    known = [identity(gam, story.BY_IPP[ipp], began) for ipp in whom]
    sent = [one.message for one in history(Platform(NAME, began)) if one.newest]
    return [*known, *(one for one in sent if any(ipp.encode() in one for ipp in whom))]


@pytest.fixture
def hospital(tmp_path):
    made = Hospital(tmp_path)
    yield made
    made.close()


@pytest.fixture
def seated(hospital, tmp_path, hands):
    """The nurse's window speaks English, the doctor's French; the coordinator has none, and signed the rules."""
    boss = hospital.desk(BOSS, role="secretary")
    hospital.force("monitoring.coordinators", [boss.user.hex()])
    messages = told()
    nurse = hospital.place(NURSE, role="nurse", told=messages)
    doctor = hospital.place(DOCTOR, told=messages)
    hospital.run(sign(boss, nurse.certificate.user, doctor.certificate.user))
    people = []
    for place, language in ((nurse, "en"), (doctor, "fr")):
        desk = Desk(tmp_path / language, HOME=str(tmp_path), TZ=noon.ZONE)
        person = hands(desk.__enter__(), tmp_path / "pictures" / language)
        person.language, person.place = language, place
        people.append(person)
    yield people
    for person in people:
        person.gets_up()
    set_language("fr")


async def sign(boss, nurse, doctor):
    """Sign the first rules of the service."""
    await boss.renew()
    watch = await Watch(boss, {boss.user}).begin()
    members = ((boss.user, Part.COORDINATOR), (nurse, Part.NURSE), (doctor, Part.DOCTOR))
    rules = Policy(
        story.UNIT, story.TITLE, 1, members=members, order=(doctor,), reasons=story.REASONS, zone=noon.ZONE
    )
    await watch.alerts.sign(rules)


def sit_down(hospital, person):
    """Unlock, and go to the section, whose name in the rail also tells how many alerts wait."""
    hospital.open(person, person.place)
    if isinstance(person, ByKeys):
        person.desk.press("ctrl+4")
    else:
        person.desk.click(person.words("monitoring.section"), "check box")
    person.sees(QUEUE, "list")


def turn(person, which):
    """Show one of the lists, once it holds the one alert; Tab reaches one of them, arrows the others."""
    name = person.words(f"monitoring.list.{which}.n", n=1)
    node = person.desk.until(name, "check box")
    if isinstance(person, ByMouse):
        person.press(f"monitoring.list.{which}.n", "check box", n=1)
        return
    height = node["box"][1]
    person.walk(lambda one: one["role"] == "check box" and one["box"][1] == height)
    person.walk(lambda one: one["name"] == name, "Right")
    person.desk.press("space")


def opens(person, name):
    """Open the alert of a patient in the list that is shown, once the rules are known."""
    person.takes(QUEUE, name)
    person.sees("alertacts.trace")
    person.desk.until_gone(person.words("answers.protocol.unsigned"))


def traced(person, text):
    """Wait until the trace of the open alert says *text*."""
    return person.row("alertacts.trace", text)


def escalate(nurse):
    """Bring the worst before the doctor, with a question."""
    opens(nurse, SOLANGE)
    nurse.press("alertacts.verb.escalate")
    nurse.fill("alertacts.escalate.text", QUESTION)
    nurse.remembers("escalating")
    nurse.press("alertacts.escalate.go")
    traced(nurse, QUESTION)


def answer(doctor):
    """Hear of it, read the question, answer in two keys with the sentence that is offered first."""
    turn(doctor, "escalated")
    opens(doctor, SOLANGE)
    traced(doctor, QUESTION)
    doctor.press("alertacts.verb.answer")
    doctor.sees("alertacts.answer.call.f")
    doctor.remembers("answering")
    if isinstance(doctor, ByKeys):
        doctor.desk.press("Return")
    else:
        doctor.press("alertacts.answer.go")
    said = doctor.words("alertacts.answer.call.f")
    traced(doctor, said)
    return said


def close(nurse, said):
    """Hear what the doctor said in the alert that is still open, and close it with a reason of the service and a final grade."""
    traced(nurse, said)
    nurse.press("alertacts.verb.close")
    nurse.desk.until(REASON)
    if isinstance(nurse, ByKeys):
        nurse.walk(lambda one: one["name"] == REASON, "Down")
        nurse.desk.press("space")
        nurse.walk(lambda one: "Grade" in one["name"] and one["box"][0] > 1000)
        nurse.desk.press("3")
    else:
        nurse.desk.click(REASON)
        nurse.desk.click(nurse.words("kit.grade", n=3, name=nurse.words("kit.grade.3")), "check box")
    nurse.remembers("closing")
    if isinstance(nurse, ByKeys):
        nurse.desk.press("ctrl+Return")
    else:
        nurse.press("alertacts.close.go")
    traced(nurse, REASON)


def assert_silent(hospital, people):
    """Search the relay and what windows wrote down for names, words and numbers."""
    relay = hospital.clinic.relay
    held, places = (
        memory(relay.process.pid),
        [one.read_bytes() for one in relay.folder.rglob("*") if one.is_file()],
    )
    logs = [person.desk.log().encode() for person in people]
    for secret in SECRETS:
        assert not any(secret in place for place in (held, *places, *logs))
    assert not any(b"Traceback" in log for log in logs)


@pytest.mark.parametrize(
    "hands",
    [pytest.param(ByKeys, id="by keyboard"), pytest.param(ByMouse, id="by mouse", marks=pytest.mark.long)],
)
def test_the_tour(hospital, seated):
    nurse, doctor = seated
    for person in seated:
        sit_down(hospital, person)
    assert nurse.words("monitoring.late_by", time="|").partition("|")[0] in nurse.row(QUEUE, PICARD)["name"]
    nurse.remembers("queue")
    escalate(nurse)
    close(nurse, answer(doctor))
    traced(doctor, REASON)
    doctor.remembers("closed")
    assert_silent(hospital, seated)
