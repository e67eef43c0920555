"""A version of a service's rules in words: what it says, what it changes, what is still wrong with it, and a first one to begin with. No Qt.

A draft is a `Policy` that may not be signed yet; `faults` says why. Nothing here signs.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from app.i18n import fmt_date, fmt_number, language, tr
from app.monitoring import rules
from app.monitoring.standing import unruled, usable
from app.ui.words import Say, says
from media.errors import ProtocolError
from media.mail.policy import GRADES, Part, Policy, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from app.interop.mapping import Mapping
    from app.monitoring.standing import Service
    from media.mail.policy import Delay

PARTS = ("members", "order", "delays", "hours", "timing", "rules", "protocols", "reasons")
"""The parts of a version, in the order of the page."""
DAY, HOUR = 1_440, 60
MAX_DRAFT = 1_000_000
_EXAMPLES = ((3, "rules.example.severe"), (2, "rules.example.moderate"), (0, "rules.example.light"))
_REASONS = ("advised", "resolved", "treated", "hospital", "known", "mistake")


@dataclass(frozen=True)
class Line:
    """One thing that a version says. `key` tells the same thing in another version."""

    part: str
    key: str
    label: str
    value: str


@dataclass(frozen=True)
class Change:
    """What differs: `before` or `after` empty where it is new, or gone."""

    part: str
    label: str
    before: str
    after: str

    def __str__(self) -> str:
        if not self.before:
            return tr("rules.change.new", what=self.label, after=self.after)
        if not self.after:
            return tr("rules.change.gone", what=self.label, before=self.before)
        return tr("rules.change.other", what=self.label, before=self.before, after=self.after)


@dataclass(frozen=True)
class Names:
    """How users and symptoms are called: *user* by the directory, symptoms by the site's table."""

    user: Callable[[bytes], str]
    table: Mapping

    def symptom(self, code: str) -> str:
        """Return the short label of a symptom, its code where nobody named it."""
        return self.table.label(code, language()) or code if code else tr("rules.symptom.any")


# --- drafts -------------------------------------------------------------------------------------------------


def first(service: str, me: bytes) -> Policy:
    """Return example rules to begin with, *me* as coordinator; nothing holds before somebody read and signed them."""
    return replace(
        unruled(service).policy,
        members=((me, Part.COORDINATOR),),
        protocols=tuple(Protocol("", grade, tr(text)) for grade, text in _EXAMPLES),
        reasons=tuple((one, tr(f"rules.example.reason.{one}")) for one in _REASONS),
    )


def following(service: Service, like: Policy | None = None) -> Policy:
    """Return the next version to write, with what the one that holds says, or another (*like*)."""
    held = service.policy
    return replace(like or held, service=held.service, number=held.number + 1, before=service.id, note="")


def stale(draft: Policy, service: Service | None) -> bool:
    """Tell whether another version was signed since a draft was begun."""
    return draft.before != (service.id if service is not None else b"")


def pack(draft: Policy) -> str:
    """Return a draft as the vault keeps it, whatever is still wrong with it."""
    return msgspec.json.encode(draft).decode()


def unpack(kept: str) -> Policy | None:
    """Return a draft that was kept, None where that cannot be read any more."""
    try:
        return msgspec.json.decode(kept[:MAX_DRAFT], type=Policy)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def faults(draft: Policy) -> tuple[str, ...]:
    """Return why a draft cannot be signed, as ends of the ids `rules.fault.<end>`."""
    users = {user for user, _ in draft.members}
    found = {
        "coordinator": not any(part is Part.COORDINATOR for _, part in draft.members),
        "order": any(user not in users for user in draft.order),
        "title": not draft.title.strip(),
        "expression": any(one.on and wrong(one.expression) for one in draft.rules),
        "rule-name": any(not one.name.strip() for one in draft.rules),
        "protocol": any(not one.text.strip() for one in draft.protocols),
        "reason": any(not text.strip() for _, text in draft.reasons),
        "no-reason": not draft.reasons,
        "hours": any(one.working for one in draft.delays) and not any(last > at for at, last in draft.week),
    }
    named = tuple(code for code, holds in found.items() if holds)
    return named or _whole(draft)


def _whole(draft: Policy) -> tuple[str, ...]:
    try:
        draft.encode()
    except (ProtocolError, UnicodeError):
        return ("limits",)
    return () if usable(draft) else ("zone",)


def wrong(expression: str) -> str:
    """Return what is wrong with a rule's expression (end of `rules.wrong.<end>`), "" where it can be one."""
    try:
        rules.check(expression)
    except rules.RuleError as error:
        return str(error)
    return ""


# --- in words -----------------------------------------------------------------------------------------------


def lines(policy: Policy, names: Names) -> list[Line]:
    """Return all that a version says, part by part; of what is called the same each has a key of its own."""
    told = (_people(policy, names), _delays(policy), _hours(policy), _timing(policy), _texts(policy, names))
    found: dict[tuple[str, str], Line] = {}
    for line in itertools.chain.from_iterable(told):
        keys = itertools.chain((line.key,), (f"{line.key}#{again}" for again in itertools.count(2)))
        key = next(key for key in keys if (line.part, key) not in found)
        found[line.part, key] = replace(line, key=key)
    return list(found.values())


def changes(before: Policy, after: Policy, names: Names) -> list[Change]:
    """Return what a version changes in the one before, in the order of the page."""
    old = {(one.part, one.key): one for one in lines(before, names)}
    new = {(one.part, one.key): one for one in lines(after, names)}
    found = []
    for place in sorted(dict.fromkeys((*new, *old)), key=lambda one: PARTS.index(one[0])):
        was, now = old.get(place), new.get(place)
        told = was.value if was else "", now.value if now else ""
        if told[0] != told[1]:
            found.append(Change(place[0], (now or was).label, *told))  # type: ignore[union-attr]  # one of both is there
    return found


def _people(policy: Policy, names: Names) -> list[Line]:
    members = [
        Line("members", user.hex(), names.user(user), tr(f"rules.part.{part.name.lower()}"))
        for user, part in policy.members
    ]
    order = " → ".join(names.user(user) for user in policy.order) or tr("rules.order.none")
    title = Line("members", "title", tr("rules.name"), policy.title)
    return [title, *members, Line("order", "order", tr("rules.order"), order)]


def _delays(policy: Policy) -> list[Line]:
    return [
        Line("delays", str(grade), tr("rules.grade", n=grade), delay_words(one))
        for grade, one in reversed(tuple(enumerate(policy.delays)))
    ]


def delay_words(one: Delay) -> str:
    """`2 h`, `1 j ouvré`: a delay as people say it."""
    return tr("rules.delay.working", span=span(one.minutes)) if one.working else span(one.minutes)


def span(minutes: int) -> str:
    """Return a number of minutes in the largest whole unit."""
    count, unit = units(minutes)
    return tr(f"rules.span.{unit}", n=fmt_number(count))


def units(minutes: int) -> tuple[int, str]:
    """Return how many of which unit (minutes, hours, days) *minutes* are, whole."""
    if minutes and minutes % DAY == 0:
        return minutes // DAY, "days"
    return (minutes // HOUR, "hours") if minutes and minutes % HOUR == 0 else (minutes, "minutes")


def _hours(policy: Policy) -> list[Line]:
    days = tr("date.weekdays.long").split("|")
    week = [
        Line("hours", str(at), days[at].capitalize(), hours_words(*one)) for at, one in enumerate(policy.week)
    ]
    closed = ", ".join(map(day_words, policy.closed)) or tr("rules.closed.none")
    holidays = tr("rules.holidays.yes" if policy.holidays else "rules.holidays.no")
    return [
        *week,
        Line("hours", "holidays", tr("rules.holidays"), holidays),
        Line("hours", "closed", tr("rules.closed"), closed),
        Line("hours", "zone", tr("rules.zone"), policy.zone),
    ]


def hours_words(first: int, last: int) -> str:
    """`08:00 – 18:00`, or that it is closed."""
    return f"{clock(first)} – {clock(last)}" if last > first else tr("rules.shut")


def clock(minutes: int) -> str:
    """`08:00`; hours of the next day go on from 24."""
    return f"{minutes // HOUR:02d}:{minutes % HOUR:02d}"


def minutes_of(text: str) -> int | None:
    """Read `8:00`, `08h30` or `8`; None for anything else."""
    hour, _, minute = text.strip().lower().replace("h", ":").partition(":")
    if not (hour.isascii() and hour.isdigit() and len(hour) <= 2 and (minute or "0").isascii()):
        return None
    if not (minute or "0").isdigit() or len(minute) > 2:
        return None
    found = int(hour) * HOUR + int(minute or 0)
    return found if int(minute or 0) < HOUR and found <= 2 * DAY else None


def day_words(day: int) -> str:
    """Return YYYYMMDD as people read it; as it stands where it is no day."""
    try:
        return fmt_date(date(day // 10_000, day // 100 % 100, day % 100))
    except ValueError:
        return str(day)


def days_of(text: str) -> tuple[int, ...] | None:
    """Read days `24/12/2026, 31/12/2026` (or `2026-12-24`), sorted, each once; None where one of them is no day."""
    found = set()
    for word in filter(None, (one.strip() for one in text.replace(";", ",").split(","))):
        parts = word.split("-") if "-" in word else word.split("/")[::-1]
        try:
            day = date(*map(int, parts))
        except (TypeError, ValueError, OverflowError):
            return None
        found.add(day.year * 10_000 + day.month * 100 + day.day)
    return tuple(sorted(found))


def _timing(policy: Policy) -> list[Line]:
    told = (
        ("pass_on", policy.pass_on),
        ("interval", policy.interval * HOUR),
        ("silence", policy.silence * HOUR),
        ("late", policy.late),
    )
    return [Line("timing", name, tr(f"rules.{name}"), span(value)) for name, value in told]


def _texts(policy: Policy, names: Names) -> list[Line]:
    rows = [
        Line("rules", one.name, one.name, f"{one.expression} ({tr(_on(on=one.on))})") for one in policy.rules
    ]
    protocols = [
        Line("protocols", f"{one.symptom}|{one.grade}", protocol_label(one, names), one.text)
        for one in policy.protocols
    ]
    return [
        *rows,
        *protocols,
        *(Line("reasons", code, tr("rules.reason"), text) for code, text in policy.reasons),
    ]


def _on(*, on: bool) -> str:
    return "rules.on" if on else "rules.off"


def protocol_label(one: Protocol, names: Names) -> str:
    """`Diarrhée, dès le grade 2`."""
    return tr("rules.protocol", symptom=names.symptom(one.symptom), n=one.grade)


def new_code(reasons: Iterable[tuple[str, str]]) -> str:
    """Return a code that no reason has yet: it stays the same when its words change."""
    taken = {code for code, _ in reasons}
    return next(f"r{number}" for number in range(1, GRADES**4) if f"r{number}" not in taken)


def spoke(count: int) -> Say:
    """Say how often a rule would have spoken in the last 30 days."""
    return says("rules.spoke", count)


def moved(order: Sequence[bytes], user: bytes, by: int) -> tuple[bytes, ...]:
    """Return *order* with *user* some places on; it stays within it."""
    rest = [one for one in order if one != user]
    place = min(max(order.index(user) + by, 0), len(rest))
    return (*rest[:place], user, *rest[place:])
