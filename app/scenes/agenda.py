"""Scenes of the agenda, the form and the invitation for `consilium screenshots`: invented meetings, the same bytes each time."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from app.meeting.agenda.dates import series
from app.meeting.agenda.guests import Guest
from app.scenes import stills
from app.scenes.stills import LINK, NOW_MS, RELAY, StillAgenda
from storage.meetings import Meeting

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from app.meeting.agenda.before import Before
    from app.workstation import Office

    class Stage(Protocol):
        """What a scene is played on."""

        office: Office

        def when(self, ready: Callable[[], bool], act: Callable[[], object]) -> None:
            """Act as soon as *ready*."""


NOW_S = NOW_MS // 1000
PARIS = ZoneInfo("Europe/Paris")
LONG = "RCP de recours régionale des tumeurs rares de l’adulte jeune, thorax et médiastin, séance plénière"
HEBREW = "ישיבת צוות אונקולוגיה"
HOSTS = ("tran", "delcourt", "belkacem", "okafor", "vasseur")


def _id(label: str) -> bytes:
    return hashlib.sha256(label.encode()).digest()[:16]


def _meeting(
    title: str, minutes: int, length: int = 90, *, every: int = 0, count: int = 0, **more: Any
) -> Meeting:
    start = NOW_S + minutes * 60
    return Meeting(
        *(title, RELAY.host, RELAY.port, _id(title), LINK.secret, LINK.invite_hash),
        starts_s=start,
        ends_s=start + length * 60,
        starts=series(start, every, count=count, zone=PARIS) if every else (),
        every=every,
        **more,
    )


def _own(title: str, minutes: int, **more: Any) -> Meeting:
    return _meeting(title, minutes, host=True, uid=_id(f"uid {title}"), inv_sk=bytes(32), **more)


THORAX = _own(
    "RCP Thorax",
    -42,
    every=1,
    count=9,
    off=(2,),
    guests=False,
    most=24,
    hosts=tuple(map(_id, HOSTS)),
    zone="Europe/Paris",
)
WEEK = (
    THORAX,
    _meeting("RCP moléculaire régionale", 228, 60, every=2, count=6),
    _meeting("RCP Digestif", 1128, 90, every=1, count=12),
    _own(LONG, 2928),
    _meeting(HEBREW, 4308, 60),
)


def _many() -> tuple[Meeting, ...]:
    return tuple(
        _meeting(f"RCP {n:03} {HEBREW if n % 7 == 0 else 'Sein'}", 45 * n + 20, 40) for n in range(200)
    )


def _before(stage: Stage, *meetings: Meeting) -> Before:
    """Open the section RCP on *meetings*."""
    known = replace(
        stills.directory_session(),
        meetings=meetings,
        agenda=StillAgenda(*meetings),
        relay_key=bytes(32),
    )
    stage.office.enter_as(known)
    stage.office.window.show_feature("meeting")
    before: Before = stage.office.window.page("meeting").before  # type: ignore[attr-defined]  # its own page
    return before


def agenda(place: int = 0) -> Callable[[Stage], None]:
    """Show the coming weeks, at the date in this *place* of the list."""

    def play(stage: Stage) -> None:
        join = _before(stage, *WEEK).join
        join.agenda.choose(
            [line.key for line in join.agenda.shown.lines if line.occurrence is not None][place]
        )

    return play


def told(stage: Stage) -> None:
    """Show who was told of an own RCP, how far that came and what they answered."""
    before = _before(stage, *WEEK)
    lines = before.join.agenda.shown.lines
    before.join.agenda.choose(next(line.key for line in lines if line.title == "RCP Thorax"))
    guests = (
        Guest(_id("tran"), "Dr Mai Tran", "verified", 1, "delivered", host=True, key="delivered"),
        Guest(
            _id("belkacem"), "Dr Inès Belkacem", "certified", 0, "delivered", host=True, key="key-unverified"
        ),
        Guest(_id("okafor"), "Dr Chidi Okafor", "verified", 2, "delivered"),
        Guest(_id("roux"), "Camille Roux-Lavigne de Saint-Amand-les-Eaux", "certified", 0, "waiting"),
        Guest(_id("vasseur"), "Dr Paul Vasseur", "changed", 0, "key-changed"),
    )
    stage.when(before.join.date.guests.isVisible, lambda: before.join.date.show_guests(THORAX.uid, guests))


def invited(*, cancelled: bool = False, answer: int = 0) -> Callable[[Stage], None]:
    """Show a RCP to which somebody called this user, or which was cancelled."""

    def play(stage: Stage) -> None:
        called = _meeting(
            "RCP Sein", 3000, uid=_id("uid Sein"), organiser=_id("tran"), cancelled=cancelled, answer=answer
        )
        before = _before(stage, *WEEK, called)
        lines = before.join.agenda.shown.lines
        before.join.agenda.choose(next(line.key for line in lines if line.title == "RCP Sein"))
        date = before.join.date
        stage.when(date.called.isVisible, lambda: date.show_caller(called.uid, "Dr Mai Tran", "verified"))

    return play


def empty(stage: Stage) -> None:
    """Show that nothing is to come."""
    _before(stage)


def many(stage: Stage) -> None:
    """Show two hundred meetings, narrowed by a search."""
    _before(stage, *_many()).join.search.setText("sein")


def calling_off(stage: Stage) -> None:
    """Ask in its panel whether a date is called off."""
    before = _before(stage, *WEEK)
    lines = before.join.agenda.shown.lines
    before.join.agenda.choose([line.key for line in lines if line.title == "RCP Thorax"][1])
    stage.when(before.join.date.drop.isVisible, before.join.date.drop.click)


def _form(stage: Stage, act: Callable[[Before], None]) -> None:
    before = _before(stage, *WEEK)
    before.start_new()
    hosts = before.planner.form.hosts
    stage.when(lambda: hosts.list.count() > 0, lambda: act(before))


def new(stage: Stage) -> None:
    """Show the form of a weekly RCP with several hosts."""

    def fill(before: Before) -> None:
        form = before.planner.form
        form.fields["title"].setText("RCP Thorax")
        form.rhythm.choice.setCurrentIndex(1)
        form.bounds.show_bounds(most=24, guests=False)
        form.hosts.choose(list(map(_id, HOSTS)))

    _form(stage, fill)


def refused(stage: Stage) -> None:
    """Show a form whose end of the series cannot be read."""

    def fill(before: Before) -> None:
        form = before.planner.form
        form.fields["title"].setText(LONG)
        form.rhythm.show_rhythm(2, "bientôt")
        form.go.click()

    _form(stage, fill)


def handout(*, cancelled: bool = False) -> Callable[[Stage], None]:
    """Show the invitation of a series, or what tells that one date of it is off."""

    def play(stage: Stage) -> None:
        before = _before(stage, *WEEK)
        invited = stage.office.planning.invited(THORAX, cancelled=cancelled, only=2 if cancelled else -1)
        before._hand_over(invited)  # noqa: SLF001 -- as after the relay took it
        page = before.planner.handout
        stage.when(
            lambda: bool(page.path.text()),
            lambda: page.path.setText(f"/home/marchetti/Documents/{invited.file_name}"),
        )

    return play
