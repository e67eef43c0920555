"""How long the window's thread is busy at a stretch during a scripted tour; first opening of each section; the worst places.

A stretch is a round of the event loop: what a key pressed meanwhile would wait.
The window is the real one, painted offscreen, in a hospital of 400; the meeting's engine is the screenshots' still life.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from app.config import LANGUAGE, TEXT_SIZE, THEME
from app.intents import JoinMeeting
from app.scenes import stills
from app.settings.sections import SECTIONS
from media.engine import messages as m
from tests.bench.window.rig import Watched, crowd, open_office, percentile, report, worst

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.workstation import Office
    from tests.bench.window.rig import Step

BLOCK_MS = 16.0
FIRST_MS = 50.0
LOOK_MS = 100.0
"""What still feels immediate: a change of theme, text size or language restyles every widget, and is asked for."""
WORST = 12
MEMBERS = 24


def tour(office: Office, engines: list[stills.StillEngine]) -> Iterator[Step]:
    """Go through the window as a person would, one act a step."""
    yield from _ahead(office)
    yield from _sections(office)
    yield from _palette(office)
    yield from _directory(office)
    yield from _call(office, engines)
    yield from _looks(office)
    yield "lock", office.lock
    yield from _at_once(office)


def _ahead(office: Office) -> Iterator[Step]:
    """Wait until the sections are made: nobody touches anything."""
    while office.ahead.busy:
        yield "ahead", lambda: None


def _at_once(office: Office) -> Iterator[Step]:
    """Open each section right after an unlock, before any is made ahead."""
    yield "unlock", _do(office.enter_as, crowd())
    for key in office.window.sections:
        yield f"at once: {key}", _do(office.window.show_feature, key)


def _sections(office: Office) -> Iterator[Step]:
    window = office.window
    for kind in ("first", "again"):
        for key in window.sections:
            yield f"{kind}: {key}", _do(window.show_feature, key)
    page = window.page("settings")
    for key, _icon, _settings in SECTIONS:
        yield f"settings: {key}", _do(page.choose, key)  # type: ignore[attr-defined]  # its own page


def _palette(office: Office) -> Iterator[Step]:
    window = office.window
    yield "palette", window.flip_palette
    for letter in "marchetti":
        yield "palette key", _do(press, letter)
    for _ in range(9):
        yield "palette key", _do(strike, Qt.Key.Key_Backspace)
    for letter in "dr prenom":
        yield "palette key", _do(press, letter)
    for _ in range(6):
        yield "palette arrow", _do(strike, Qt.Key.Key_Down)
    yield "palette closes", _do(strike, Qt.Key.Key_Escape)
    yield "help", window.flip_help
    yield "help closes", window.flip_help


def _directory(office: Office) -> Iterator[Step]:
    yield "directory", _do(office.window.show_feature, "directory")
    for _ in range(12):
        yield "directory: next person", _do(strike, Qt.Key.Key_Down)
    yield "directory: first person's panel", _do(strike, Qt.Key.Key_Return)
    yield "directory: search", _do(chord, Qt.Key.Key_F)
    for letter in "nom compose1":
        yield "directory: key", _do(press, letter)


def _call(office: Office, engines: list[stills.StillEngine]) -> Iterator[Step]:
    window = office.window
    yield "pre-join", _do(office.open, JoinMeeting(stills.LINK.format()))
    yield "enter", office.meeting.enter
    yield "call", lambda: begin(engines[-1])
    for at in range(20):
        yield "who speaks", _do(speak, engines, at)
    for view in ("speaker", "gallery"):
        yield f"view: {view}", lambda view=view: window.page("meeting").live.choose_view(view)  # type: ignore[misc,attr-defined]
    for key in window.sections:
        yield "section in call", _do(window.show_feature, key)
    yield "leave", office.meeting.leave


def _looks(office: Office) -> Iterator[Step]:
    for setting, value in (
        (THEME, "dark"),
        (THEME, "light"),
        (TEXT_SIZE, 125),
        (TEXT_SIZE, 100),
        (LANGUAGE, "en"),
    ):
        yield f"look: {setting.key} {value}", _do(office.config.choose, setting, value)


def _do(call: Callable[..., object], *arguments: object) -> Callable[[], object]:
    return lambda: call(*arguments)


def begin(engine: stills.StillEngine) -> None:
    """Let the still engine be in a call of many."""
    phase = m.Phase(phase="in-call", is_host=True, title="RCP Thorax", transport="udp")
    engine.say([phase, m.Roster(n=1, people=stills.people(MEMBERS))])


def speak(engines: list[stills.StillEngine], at: int) -> None:
    """Let another member speak."""
    engines[-1].say([m.Speaking(slots=[at % MEMBERS], level=0.4)])


def press(letter: str) -> None:
    """Type one letter where the focus is."""
    QTest.keyClicks(QApplication.focusWidget(), letter)


def strike(key: Qt.Key) -> None:
    """Strike one key where the focus is."""
    QTest.keyClick(QApplication.focusWidget(), key)


def chord(key: Qt.Key) -> None:
    """Strike one key with Ctrl."""
    QTest.keyClick(QApplication.focusWidget(), key, Qt.KeyboardModifier.ControlModifier)


def main() -> None:
    """Play the tour, print four results."""
    app = Watched()
    office, engines = open_office(crowd())
    stretches = app.play(tour(office, engines))
    apart = ("ahead", "first: ", "at once: ", "unlock", "look: ")
    usual = [one for one in stretches if not one.step.startswith(apart)]
    detail = {
        "over": sum(one.ms > BLOCK_MS for one in usual),
        "stretches": len(usual),
        "p50_ms": round(percentile([one.ms for one in usual], 0.5), 1),
        "own_p99_ms": round(percentile([one.cpu_ms for one in usual], 0.99), 1),
        "worst": worst(usual, WORST),
    }
    p99 = percentile([one.ms for one in usual], 0.99)
    report("blocks of the window's thread, p99", p99, BLOCK_MS, detail)
    for name, begins, limit in (
        ("first opening of a section", "first: ", FIRST_MS),
        ("first opening of a section right after the unlock", "at once: ", FIRST_MS),
        ("part of a section made ahead", "ahead", FIRST_MS),
        ("change of look", "look: ", LOOK_MS),
    ):
        rounds = [one for one in stretches if one.step.startswith(begins)]
        slowest = max((one.cpu_ms for one in rounds), default=0.0)
        report(f"{name}, slowest, own", slowest, limit, {"worst": worst(rounds, WORST)})
    letters = [one for one in stretches if one.step == "palette key"]
    report(
        "palette among 400 people: key press to painted result, slowest",
        max(one.ms for one in letters),
        BLOCK_MS,
        {"p50_ms": round(percentile([one.ms for one in letters], 0.5), 1), "worst": worst(letters, 3)},
    )
    office.close()


if __name__ == "__main__":
    main()
