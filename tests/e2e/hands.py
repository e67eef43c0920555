"""Two ways to work at a window: a person who uses the mouse, and one who has a keyboard only. Both read texts by their ids."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from app.i18n import set_language, tr
from tests.e2e.desk import PATIENCE_S, PLAIN_SPACES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.desk import Desk

ROW = 384
"""Nothing that one chooses from is wider."""
LINES = ("list item", "table cell")
MOST_STOPS = 80
"""No screen has so many stops of Tab."""
KEYS = {
    "firstrun.next": "Return",
    "firstrun.check": "Return",
    "signin.unlock": "Return",
    "today.section": "ctrl+1",
    "meeting.section": "ctrl+2",
    "patients.section": "ctrl+3",
    "monitoring.section": "ctrl+4",
    "alertacts.verb.escalate": "e",
    "alertacts.verb.close": "x",
    "alertacts.verb.answer": "d",
    "messages.section": "ctrl+5",
    "messages.new": "ctrl+n",
    "messages.compare": "ctrl+i",
    "messages.send": "ctrl+Return",
    "directory.section": "ctrl+6",
    "settings.title": "ctrl+comma",
    "window.lock": "ctrl+l",
    "window.return": "ctrl+j",
    "plan.new": "ctrl+n",
    "today.meeting.join.spoken": "1",
    "call.unmute": "m",
    "call.raise": "h",
    "call.lower": "h",
    "call.start_share": "s",
    "call.pointer_on": "p",
    "side.chat": "t",
    "chat.send": "Return",
    "lobby.admit_name": "a",
    "stage.zoom_in": "plus",
    "directory.identical": "i",
    "person.papers.back": "alt+Left",
    "person.values.as_table": "ctrl+t",
}
"""What the window itself says a keyboard does; everything else is reached by Tab and pressed by Enter."""


def words(key: str, **parameters: object) -> str:
    """Return the text *key* as `Desk.look` reads it: with plain spaces."""
    return tr(key, **parameters).translate(PLAIN_SPACES)


class Person:
    """Somebody at a desk. `pictures` keeps what the screen showed, step by step; `language` is set where two windows speak two."""

    def __init__(self, desk: Desk, pictures: Path) -> None:
        self.desk, self.pictures = desk, pictures
        self.language = ""
        self._taken = 0

    def words(self, key: str, **parameters: object) -> str:
        """Return the text *key* as this window says it."""
        if self.language:
            set_language(self.language)
        return words(key, **parameters)

    def sees(
        self, key: str, role: str = "", seconds: float = PATIENCE_S, **parameters: object
    ) -> dict[str, Any]:
        """Wait until the text *key* shows."""
        return self.desk.until(self.words(key, **parameters), role, seconds)

    def reads(self, fits: Callable[[str], object]) -> str:
        """Wait until a name or a text *fits*; return it."""
        found: list[str] = []

        def seen() -> bool:
            said = (text for node in self.desk.look() for text in (node["name"], node["text"]))
            found[:] = [text for text in said if fits(text)]
            return bool(found)

        self.desk.until_true(seen)
        return found[0]

    def remembers(self, step: str) -> Path:
        """Keep a picture of the screen."""
        self._taken += 1
        return self.desk.picture(self.pictures / f"{self._taken:02d}-{step}.png")

    def gets_up(self) -> None:
        """Keep what was on the screen last, as a picture and as it was read."""
        self.remembers("last")
        told = (
            f"{n['role']} {'*' * n['focused']}|{n['name']}|{n['text']}|{n['box']}" for n in self.desk.look()
        )
        (self.pictures / "last.txt").write_text("\n".join(told))
        self.desk.__exit__()

    def row(self, within: str, line: str, seconds: float = PATIENCE_S) -> dict[str, Any]:
        """Wait until the list *within* has a row that says *line*; return the last such."""
        found: list[dict[str, Any]] = []
        name = self.words(within)

        def seen() -> bool:
            shown = self.desk.look()
            whole = next((n["box"] for n in shown if (n["name"], n["role"]) == (name, "list")), None)
            rows = [n for n in shown if n["role"] in LINES and line in n["name"] and n["box"]]
            found[:] = [node for node in rows if whole and _inside(node["box"], whole)]
            return bool(found)

        self.desk.until_true(seen, seconds, f"{line!r} never stood in {name!r}")
        return found[-1]

    def press(self, key: str, role: str = "button", **parameters: object) -> None:
        """Press the button *key* once it can be pressed."""
        raise NotImplementedError

    def fill(self, key: str, text: str, role: str = "text", **parameters: object) -> None:
        """Put *text* into the field *key* instead of what is there."""
        raise NotImplementedError

    def goes_to(self, section: str) -> None:
        """Turn to a section of the rail."""
        self.press(section, "check box")

    def choose(self, shown: str, option: str) -> None:
        """In the list that shows *shown*, take what comes next, *option*. (On Linux, Qt names such a list by its choice.)"""
        raise NotImplementedError

    def opens(self, name: str) -> None:
        """Open *name* in the list of people."""
        raise NotImplementedError

    def takes(self, within: str, line: str) -> None:
        """Open the row that says *line*, of the list *within*."""
        raise NotImplementedError

    def asks(self, within: str, line: str, entry: int) -> None:
        """Open the menu of the row that says *line*, take its first, second … *entry*. (Qt shows no tool where a menu's entries stand.)"""
        raise NotImplementedError

    def points(self, at: str) -> None:
        """Move the pointer over the shared picture *at*."""
        raise NotImplementedError

    def turns_to(self, key: str) -> None:
        """Take the last one, *key*, of three that stand in a row; of two such rows, the one at the right."""
        raise NotImplementedError

    def _rightmost(self, name: str) -> tuple[int, int]:
        """Return the middle of the choice *name*."""
        self.desk.until(name, "check box")
        boxes = [n["box"] for n in self.desk.look() if (n["name"], n["role"]) == (name, "check box")]
        x, y, width, height = max(boxes)
        return x + width // 2, y + height // 2

    def _ready(self, name: str, role: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = []

        def ready() -> bool:
            node = self.desk.find(name, role)
            found[:] = [node] if node and node["enabled"] and node["name"] == name else []
            return bool(found)

        self.desk.until_true(ready, say=f"{name!r} could never be pressed")
        return found[0]

    def _type_over(self, text: str) -> None:
        self.desk.press("ctrl+a")
        self.desk.type(text)


class ByMouse(Person):
    """Clicks; types only what has to be typed."""

    def press(self, key: str, role: str = "button", **parameters: object) -> None:
        """Click."""
        x, y, width, height = self._ready(self.words(key, **parameters), role)["box"]
        self.desk.move(x + width // 2, y + height // 2, press=True)

    def fill(self, key: str, text: str, role: str = "text", **parameters: object) -> None:
        """Click into the field, type."""
        self.desk.click(self.words(key, **parameters), role)
        self._type_over(text)

    def choose(self, shown: str, option: str) -> None:
        """Unfold the list, click."""
        self.desk.click(self.words(shown), "combo")
        self.desk.click(self.words(option), "list item")

    def opens(self, name: str) -> None:
        """Click on the row."""
        self.desk.click(name, "list item")

    def takes(self, within: str, line: str) -> None:
        """Click on it."""
        x, y, width, height = self.row(within, line)["box"]
        self.desk.move(x + width // 2, y + height // 2, press=True)

    def asks(self, within: str, line: str, entry: int) -> None:
        """Click with the right button, then go down to the entry."""
        x, y, width, height = self.row(within, line)["box"]
        self.desk.move(x + width // 2, y + height // 2)
        self.desk.click_right()
        self.desk.press(*["Down"] * entry, "Return")

    def points(self, at: str) -> None:
        """Move the mouse there."""
        x, y, width, height = max((n["box"] for n in self.desk.look() if n["name"] == at), key=lambda b: b[3])
        self.desk.move(x + width // 2, y + height // 2)
        self.desk.move(x + width // 2 + 9, y + height // 2 + 9)

    def turns_to(self, key: str) -> None:
        """Click on it."""
        self.desk.move(*self._rightmost(self.words(key)), press=True)


class ByKeys(Person):
    """Has no mouse: shortcuts, Tab, arrows, Enter."""

    def press(self, key: str, role: str = "button", **parameters: object) -> None:
        """Press its key, or go there and press Enter."""
        name = self.words(key, **parameters)
        self._ready(name, role)
        if key not in KEYS:
            self._go(name, role)
        elif KEYS[key] == "plus" or len(KEYS[key]) == 1:
            self._leave_field()
        self.desk.press(KEYS.get(key, "Return"))

    def fill(self, key: str, text: str, role: str = "text", **parameters: object) -> None:
        """Go to the field, type."""
        self._go(self.words(key, **parameters), role)
        self._type_over(text)

    def choose(self, shown: str, option: str) -> None:
        """Go to the list, take what comes next."""
        self._go(self.words(shown), "combo")
        self.desk.press("Down")
        self.desk.until(self.words(option), "combo")

    def opens(self, name: str) -> None:
        """Search for it, open the first that is found."""
        self.desk.press("ctrl+f")
        self.desk.type(name)
        self.desk.press("Return", "Return")

    def takes(self, within: str, line: str) -> None:
        """Go there, press Enter."""
        self._go_to_row(within, line)
        self.desk.press("Return")

    def asks(self, within: str, line: str, entry: int) -> None:
        """Go there, press the menu's key, go down to the entry."""
        self._go_to_row(within, line)
        self.desk.press("Menu", *["Down"] * entry, "Return")

    def _go_to_row(self, within: str, line: str) -> None:
        """Go to the last row that says *line*, whatever else it says by then: some tell how much time is left."""
        self.row(within, line)
        around = self.desk.until(self.words(within), "list")["box"]
        left, top, width, _ = around
        self.walk(lambda node: left <= node["box"][0] < left + width, "F6")
        below = self._focused()["box"][1] > top
        inside = lambda node: node["role"] in {*LINES, "list"} and _inside(node["box"], around)  # noqa: E731 -- one use
        self.walk(inside, "shift+Tab" if below else "Tab")
        before = self._focused()
        self.desk.press("End")
        self._settle(before)
        self.walk(lambda node: node["role"] in LINES and line in node["name"], "Up")

    def points(self, at: str) -> None:
        """Move the pointer by arrows."""
        assert at
        self.desk.press("Right", "Down")

    def turns_to(self, key: str) -> None:
        """Go to its panel, to the row, take the one at its other end."""
        place = self._rightmost(self.words(key))
        self.walk(lambda node: node["box"][0] > place[0] - ROW, "F6")
        self.walk(lambda node: node["role"] == "check box" and _level(node["box"], place))
        self.desk.press("Left")

    def _leave_field(self) -> None:
        """Letters are keys only where nobody types."""
        focused = self._focused()
        if focused is not None and "text" in focused["role"]:
            self.desk.press("Escape")
            self.desk.until_true(lambda: self._focused() != focused)

    def _go(self, name: str, role: str) -> None:
        self.desk.until(name, role)
        self.walk(lambda node: name == node["name"] and role in node["role"])

    def walk(self, there: Callable[[dict[str, Any]], bool], key: str = "Tab") -> None:
        """Press *key* until the focus is *there*, seen twice: a screen that changes while it is read shows what never was."""
        focused, arrived = self._focused(), False
        for _ in range(MOST_STOPS):
            if focused is None or not there(focused):
                arrived = False
                self.desk.press(key)
                focused = self._settle(focused)
            elif arrived:
                return
            else:
                focused, arrived = self._focused(), True
        raise AssertionError(f"{key} never came there")

    def _settle(self, before: dict[str, Any] | None) -> dict[str, Any] | None:
        """Wait until the focus is elsewhere than *before*, half a second at most; return what has it."""
        end = time.monotonic() + 0.5
        while (focused := self._focused()) == before and time.monotonic() < end:
            time.sleep(0.02)
        return focused

    def _focused(self) -> dict[str, Any] | None:
        """Return what has the focus, the innermost that has a name.

        (Qt calls the current line of a list focused, wherever the focus is, and with a field what it paints on.)
        """
        focused = [node for node in reversed(self.desk.look()) if node["focused"]]
        others = [node for node in focused if node["role"] not in LINES]
        own = next((node for node in others if node["name"]), next(iter(others), None))
        line = (
            node for node in focused if node["role"] in LINES and own and _inside(node["box"], own["box"])
        )
        return next(line, own)


by_either_hand = pytest.mark.parametrize(
    ("hands", "language"),
    [
        pytest.param(ByMouse, "fr", id="by mouse, in French"),
        pytest.param(ByKeys, "en", id="by keyboard, in English"),
        pytest.param(ByMouse, "en", id="by mouse, in English", marks=pytest.mark.long),
        pytest.param(ByKeys, "fr", id="by keyboard, in French", marks=pytest.mark.long),
    ],
)
"""Runs a tour as each of them; all four ways take long."""


def _level(box: list[int], place: tuple[int, int]) -> bool:
    """Tell whether *box* stands in the row of *place*, not beyond a panel's width from it."""
    return box[1] < place[1] < box[1] + box[3] and place[0] - box[0] < ROW


def _inside(box: list[int], around: list[int]) -> bool:
    """Tell whether *box* begins in *around*."""
    return 0 <= box[0] - around[0] < around[2] and 0 <= box[1] - around[1] < around[3]


def sit(desk: Desk) -> None:
    """Give the keyboard to the window, as a window manager does."""
    found = ["xdotool", "search", "--onlyvisible", "--sync", "--name", "^Consilium$", "windowfocus", "--sync"]
    subprocess.run(found, env=desk.environment, check=True, timeout=30, stdout=subprocess.DEVNULL)
