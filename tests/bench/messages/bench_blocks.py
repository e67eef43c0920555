"""How long the window's thread is busy at a stretch in Messages: opening, scrolling, searching, typing, fifty arriving at once.

The window is the real one, painted offscreen, in a hospital of 400; the messages come from memory: what the vault does is
done on another thread, and measured in `bench_store.py`.
"""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt

from app.scenes import stills
from app.scenes.letters import StillMessages
from app.scenes.stills import NOW_MS
from app.trust import News
from storage.messages.records import File, FileState, PatientLink
from tests.bench.messages.ground import text
from tests.bench.window.bench_blocks import chord, press, strike
from tests.bench.window.bench_scroll import turn
from tests.bench.window.rig import Watched, crowd, open_office, percentile, report, worst

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.workstation import Office
    from tests.bench.window.rig import Step

BLOCK_MS, FIRST_MS = 16.0, 50.0
WORST = 12
THREADS, LONG, USUAL, AT_ONCE, WHEEL = 150, 2_000, 40, 50, 150
MINUTE_MS = 60_000
PDF = File(7, "Compte rendu opératoire.pdf", "application/pdf", 812_000, FileState.HERE)


def user(n: int) -> bytes:
    """Return somebody of the crowd."""
    return n.to_bytes(16, "big")


def fill(told: StillMessages, me: bytes) -> int:
    """Put in the threads; return the one of two thousand messages."""
    dice = random.Random(7)
    patient = PatientLink("1.2.250.1.71.4.2.7", "80421937", "LEMAÎTRE Odile, 12/03/1958")
    team = told.thread(*map(user, range(1, 12)), title="Équipe RCP Thorax", patient=patient)
    for n in range(LONG):
        author = me if n % 4 == 0 else user(1 + n % 11)
        files = (PDF,) if n % 25 == 0 else ()
        told.put(team, author, text(dice), NOW_MS - (LONG - n) * 7 * MINUTE_MS, files=files)
    for n in range(THREADS - 1):
        one = told.thread(user(20 + n), patient=patient if n % 3 == 0 else None)
        for at in range(USUAL):
            author = me if at % 2 else user(20 + n)
            told.put(one, author, text(dice), NOW_MS - n * 31 * MINUTE_MS - (USUAL - at) * MINUTE_MS)
    return team


def tour(office: Office, told: StillMessages, team: int) -> Iterator[Step]:
    """Work in the section as a person would, one act a step."""
    yield "first: section", partial(office.window.show_feature, "messages")
    page: Any = office.window.page("messages")
    yield "list read", lambda: None
    yield "first: thread", partial(page.open_thread, 2)
    yield "thread read", lambda: None
    for at in range(12):
        yield "open a thread", partial(page.open_thread, 3 + at)
        yield "thread shown", lambda: None
    for _ in range(3):
        yield "open the thread of 2,000", partial(page.open_thread, team)
        yield "thread of 2,000 shown", lambda: None
        yield "open a thread", partial(page.open_thread, 5)
    yield "open the thread of 2,000", partial(page.open_thread, team)
    yield from _scrolling(page)
    yield from _typing(page)
    yield from _arrivals(office, told, team)
    yield from _searching(page)
    for key in ("unread", "patients", "all"):
        yield "filter", partial(page.threads.filter.choose, key)
    yield "another section", partial(office.window.show_feature, "today")
    yield "section again", partial(office.window.show_feature, "messages")


def _scrolling(page: Any) -> Iterator[Step]:
    stream = page.talk.stream
    for _ in range(WHEEL):
        yield "wheel", lambda: turn(stream.viewport(), 1)
    yield "into the stream", page.talk.to_stream
    for _ in range(40):
        yield "arrow", partial(strike, Qt.Key.Key_Up)
    yield "to the newest", page.talk.to_newest
    yield "newest shown", lambda: None


def _typing(page: Any) -> Iterator[Step]:
    yield "to the field", page.talk.to_field
    for letter in "bien vu pour le scanner, on en parle demain matin en reunion":
        yield "key", partial(press, letter)
    yield "sent", partial(chord, Qt.Key.Key_Return)
    yield "sent, shown", lambda: None


def _arrivals(office: Office, told: StillMessages, team: int) -> Iterator[Step]:
    dice = random.Random(7)

    def arrive(count: int, *threads: int) -> None:
        for n in range(count):
            told.put(threads[n % len(threads)], user(1 + n % 11), text(dice), NOW_MS + n, read=False)
        told.tell(*threads)

    def aside(count: int, *threads: int) -> None:
        """As from the post office: on the loop's thread."""
        office.bridge.loop.call_soon_threadsafe(arrive, count, *threads)

    for _ in range(4):
        yield "fifty arrive at once", partial(aside, AT_ONCE, team)
        for _ in range(4):
            yield "fifty arrived", lambda: None
    yield "fifty arrive in fifty threads", partial(aside, AT_ONCE, *range(1, AT_ONCE + 1))
    for _ in range(4):
        yield "fifty arrived", lambda: None
    for _ in range(30):
        yield "one arrives while one types", partial(aside, 1, team)
        yield "key among arrivals", partial(press, "a")


def _searching(page: Any) -> Iterator[Step]:
    yield "to the search", page.look_for
    for letter in "scanner":
        yield "search key", partial(press, letter)
        yield "found", lambda: None
    yield "into what was found", partial(strike, Qt.Key.Key_Down)
    for _ in range(5):
        yield "arrow in what was found", partial(strike, Qt.Key.Key_Down)
    yield "open a hit", partial(strike, Qt.Key.Key_Return)
    for _ in range(3):
        yield "hit shown", lambda: None
    yield "search emptied", page.threads.search.clear


def main() -> None:
    """Play the tour, print two results."""
    app, session = Watched(), crowd()
    told = StillMessages(session.user, lambda: NOW_MS)
    team = fill(told, session.user)
    office, _engines = open_office(session, messages=told)
    office.directory.open(session, stills.shelf(), News("", ()))
    stretches = app.play(tour(office, told, team))
    usual = [one for one in stretches if not one.step.startswith("first: ")]
    detail = {
        "stretches": len(usual),
        "over": sum(one.ms > BLOCK_MS for one in usual),
        "over_by_itself": sum(one.cpu_ms > BLOCK_MS for one in usual),
        "p50_ms": round(percentile([one.ms for one in usual], 0.5), 1),
        "own_p50_ms": round(percentile([one.cpu_ms for one in usual], 0.5), 1),
        "own_p99_ms": round(percentile([one.cpu_ms for one in usual], 0.99), 1),
        "own_worst_ms": round(max(one.cpu_ms for one in usual), 1),
        "worst": worst(usual, WORST),
        "worst_by_itself": worst(sorted(usual, key=lambda one: -one.cpu_ms)[:WORST], WORST),
    }
    p99 = percentile([one.ms for one in usual], 0.99)
    report("blocks of the window's thread in Messages, p99", p99, BLOCK_MS, detail)
    firsts = [one for one in stretches if one.step.startswith("first: ")]
    report(
        "first opening of Messages, slowest",
        max(one.ms for one in firsts),
        FIRST_MS,
        {"worst": worst(firsts, WORST)},
    )
    office.close()


if __name__ == "__main__":
    main()
