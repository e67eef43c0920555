"""A doctor finds the right patient in the real window, fed by HL7 from another process: by mouse, and by keyboard only."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from app import i18n
from tests.e2e.desk import Desk, ready
from tests.e2e.hands import ByKeys, by_either_hand, sit, words
from tests.e2e.it import PASSWORD, Department
from tests.e2e.test_tour import LOCALES, NOISE, QT_OWN, starting, unlock
from tests.e2e.wards import IPP, NAMES, OLD, RPPS, SEEN, TOLD, WRITTEN, Wards

pytestmark = pytest.mark.skipif(not ready(), reason="needs Xvfb, xdotool and the accessibility bus")

DOCTOR = "Dr Hélène Marchetti"
EDGE = 20
"""A list and its lines begin at the same place, but for so much."""
HERS, ANOTHER = "LÉVÊQUE-ORSINI Zélie", "QUILLÉVÉRÉ Aubin"


@pytest.fixture
def it(tmp_path):
    made = Department(tmp_path / "it")
    made.certify(DOCTOR, "Oncologie")
    made.furnish(tmp_path / "profile", DOCTOR)
    yield made
    made.close()


@pytest.fixture
def doctor(hands, language, it, tmp_path):
    i18n.set_language(language)
    (tmp_path / "tmp").mkdir()
    own = {"LANG": LOCALES[language], "HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "tmp")}
    person = hands(Desk(tmp_path / "desk", **own).__enter__(), tmp_path / "pictures")
    yield person
    person.gets_up()
    i18n.set_language("fr")


def find(person, typed):
    """Type into the search of the section."""
    if isinstance(person, ByKeys):
        person.desk.press("ctrl+f")
    else:
        person.desk.click(words("patients.search"), "text")
    person.desk.press("ctrl+a")
    person.desk.type(typed)


def open_row(person, name):
    """Open who stands in a list."""
    person.desk.until(name, "list item")
    if isinstance(person, ByKeys):
        move_to(person, name)
        person.desk.press("Return")
    else:
        person.desk.click(name, "list item")


def move_to(person, name):
    """Go into the list in front, and down to the line *name*."""
    rows = [
        node["box"][0] for node in person.desk.look() if node["role"] == "list item" and name in node["name"]
    ]
    person.walk(lambda node: node["role"].startswith("list") and abs(node["box"][0] - rows[0]) < EDGE)
    person.desk.press("Home")
    person.walk(lambda node: name in node["name"] and node["role"] == "list item", "Down")


def turn(person, tab):
    """Show a part of the record."""
    name = words(f"person.tab.{tab}")
    if not isinstance(person, ByKeys):
        person.desk.click(name, "check box")
        return

    def shown():
        person.desk.press("ctrl+Tab")
        return any(n["checked"] and n["name"].startswith(name) for n in person.desk.look())

    person.desk.until_true(shown, say=f"{name!r} was never shown")


def choose_section(person, key):
    """Choose in a column of which Tab reaches one and arrows the others."""
    if not isinstance(person, ByKeys):
        person.press(key, "check box")
        return
    column = person.sees(key, "check box")["box"]
    person.walk(lambda node: node["role"] == "check box" and node["box"][0] == column[0])
    person.walk(lambda node: node["name"] == words(key), "Down")
    person.desk.press("space")


def listen(doctor):
    """Say who one is and have this desk listen; return where."""
    doctor.goes_to("patients.section")
    doctor.sees("patients.nobody")
    doctor.sees("patients.flow.ask")
    doctor.remembers("nobody")
    doctor.goes_to("settings.title")
    choose_section(doctor, "settings.patients")
    for setting, value in (("patients.rpps", RPPS), ("mllp.listen", "127.0.0.1:0")):
        doctor.fill(f"setting.{setting}", value)
        doctor.desk.press("Return")
    doctor.remembers("settings")
    doctor.goes_to("patients.section")
    told = doctor.reads(starting("patients.flow.listening", address="|"))
    doctor.remembers("listening")
    return re.search(r"127\.0\.0\.1:\d+", told)[0]


def search(doctor):
    """Find her by the name without accents, by the birth date, by the number."""
    for typed in ("leveque orsini", "12041958", "70011001"):
        find(doctor, typed)
        doctor.desk.until_gone(ANOTHER)
        doctor.desk.until(HERS, "list item")
    doctor.remembers("found")


def read_all(doctor, temporary):
    """Look at every part of her record; the documents are shown without a file."""
    doctor.desk.until(HERS, "label")
    doctor.sees("person.allergy", what="Pénicilline")
    doctor.desk.until(words("person.ground.team"))
    doctor.remembers("summary")
    turn(doctor, "moves")
    doctor.desk.until("Oncologie médicale")
    turn(doctor, "values")
    doctor.desk.until("Hémoglobine")
    doctor.remembers("values")
    turn(doctor, "papers")
    for title in (TOLD, WRITTEN):
        read_paper(doctor, title)
        assert not [one for one in temporary.rglob("*") if one.is_file()]
    turn(doctor, "traits")
    doctor.sees("person.traits.strict")
    doctor.remembers("traits")


def read_paper(doctor, title):
    """Open a document, read it, go back."""
    open_row(doctor, title)
    doctor.desk.until_true(lambda: any(SEEN in n["text"] + n["description"] for n in doctor.desk.look()))
    doctor.remembers("paper")
    doctor.press("person.papers.back")


def see_results(doctor):
    """Look at the values as a curve, and at the curve as a table."""
    turn(doctor, "values")
    if isinstance(doctor, ByKeys):
        doctor.desk.press("ctrl+t")
    else:
        doctor.press("person.values.curve", "check box")
    doctor.reads(starting("person.curve.spoken", label="Hémoglobine", values="|", value="", day=""))
    doctor.remembers("curve")
    doctor.press("person.values.as_table")
    doctor.sees("person.values.as_curve", "button")
    doctor.remembers("curve-table")


def break_glass(doctor):
    """Open somebody outside the team: nothing shows before a reason is given, and both are in the trail."""
    find(doctor, "quillevere")
    open_row(doctor, ANOTHER)
    doctor.sees("patients.reason")
    doctor.desk.until_gone(words("person.traced", ground=""))
    doctor.remembers("reason")
    if isinstance(doctor, ByKeys):
        doctor.desk.press("space")
    else:
        doctor.press("patients.reason.emergency", "check box")
    doctor.press("patients.reason.open")
    doctor.sees("person.traced", ground=words("person.ground.emergency"))
    turn(doctor, "readers")
    for act in ("patient-refused", "patient-opened"):
        doctor.sees(f"act.{act}")
    doctor.remembers("readers")


def by_palette(doctor):
    """From Today, by a few letters."""
    doctor.goes_to("today.section")
    doctor.desk.press("ctrl+k")
    doctor.sees("palette.field", "text")
    doctor.desk.type("zelie")
    doctor.desk.until(HERS, "list item")
    doctor.sees("palette.kind.patient")
    doctor.remembers("palette")
    if isinstance(doctor, ByKeys):
        doctor.desk.until_true(lambda: doctor.desk.press("Return") or doctor.desk.find(words("person.tabs")))
    else:
        doctor.desk.click(HERS, "list item")
    doctor.desk.until(HERS, "label")


def news_come(doctor, wards):
    """While her page is open a merge comes, and a corrected value."""
    wards.tell_merge()
    doctor.sees("person.merged", old=OLD, ipp=IPP)
    doctor.remembers("merged")
    turn(doctor, "values")
    wards.tell_correction()
    doctor.desk.until(words("person.result.c"))
    doctor.remembers("corrected")


def lock(doctor, process):
    """Lock: nobody is named any more on the screen, and no crash would write what memory still holds."""
    doctor.press("window.lock")
    doctor.sees("signin.password", "password")
    shown = " ".join(f"{n['name']} {n['text']} {n['description']}" for n in doctor.desk.look())
    assert not [name for name in NAMES if name in shown]
    doctor.remembers("locked")
    limits = Path(f"/proc/{process.pid}/limits").read_text()
    assert re.search(r"Max core file size +0 +0", limits)


def come_back(doctor):
    """Unlock: whom one saw last stands first."""
    unlock(doctor)
    doctor.goes_to("patients.section")
    doctor.sees("patients.recent")
    for name in (HERS, ANOTHER):
        doctor.desk.until(name, "list item")
    doctor.remembers("recent")


def fall(doctor, process, folder):
    """Be killed while a page is open; whom one saw is there again after the next start, and opens."""
    open_row(doctor, HERS)
    doctor.desk.until(HERS, "label")
    process.kill()
    process.wait()
    start(doctor, folder)
    come_back(doctor)
    open_row(doctor, HERS)
    doctor.sees("person.merged", old=OLD, ipp=IPP)


def start(doctor, folder):
    """Start the workstation and sit down at it."""
    process = doctor.desk.start(sys.executable, "-m", "app", "--profile", str(folder / "profile"))
    sit(doctor.desk)
    return process


def assert_silent(person):
    """Nothing went wrong, and nobody was named in what was written down."""
    log = "\n".join(line for line in person.desk.log().splitlines() if QT_OWN not in line)
    for word in (*NOISE, *NAMES, PASSWORD):
        assert word not in log, log


def tour(doctor, folder):
    process = start(doctor, folder)
    unlock(doctor)
    wards = Wards(folder / "wards", listen(doctor))
    wards.tell_history()
    for name in (HERS, ANOTHER):
        doctor.desk.until(name, "list item")
    doctor.remembers("rows")
    search(doctor)
    open_row(doctor, HERS)
    read_all(doctor, folder / "tmp")
    see_results(doctor)
    break_glass(doctor)
    by_palette(doctor)
    news_come(doctor, wards)
    lock(doctor, process)
    come_back(doctor)
    fall(doctor, process, folder)
    assert_silent(doctor)


@by_either_hand
def test_the_tour(doctor, tmp_path):
    tour(doctor, tmp_path)
