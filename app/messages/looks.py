"""How messages are written for people: times, states, sizes, a patient's short name. No Qt."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from app.i18n import fmt_date, fmt_duration, fmt_long_day, fmt_number, fmt_time, isolated, tr, trn
from app.naming import name_in, read
from media.mail.types import Type
from storage.messages.records import FileState, State

if TYPE_CHECKING:
    from datetime import date

    from storage.messages.records import File, Message, PatientLink

LEVELS = {
    "verified": ("shield-check", "ok"),
    "certified": ("shield", "text_3"),
    "changed": ("shield-exclamation", "warn"),
    "different": ("shield-exclamation", "danger"),
    "blocked": ("ban", "danger"),
    "none": ("ban", "text_3"),
    "me": ("user", "accent_text"),
    "alarm": ("alert-circle", "danger"),
}
"""Levels of trust: icon and ink; the words are `messages.level.<level>`."""
CHIP_TONES = {"verified": "ok", "changed": "warn", "different": "danger", "blocked": "danger"}
STATES = {
    State.DRAWN: ("upload", "text_2"),
    State.HELD: ("clock-pause", "warn"),
    State.QUEUED: ("clock", "text_2"),
    State.AT_RELAY: ("check", "text_2"),
    State.DELIVERED: ("checks", "text_2"),
    State.READ: ("checks", "accent_text"),
    State.UNDELIVERED: ("alert-circle", "danger"),
    State.FAILED: ("alert-circle", "danger"),
}
"""States of an own message: icon and ink; the words are `messages.state.<state>`."""
TIMERS_S = (0, 86_400, 7 * 86_400, 30 * 86_400, 90 * 86_400)
OPEN_WITHIN_S = 86_400
"""How long an ephemeral document may be opened in a thread (docs/protocol.md §13)."""
MAX_TEXT = 20_000
YEAR = len("/2026")
_KILO, _MEGA, _GIGA = 1_000, 1_000_000, 1_000_000_000
WARNINGS = frozenset(("gap", "fork", "changed-key", "late", "clock", "outsider"))
EVENTS = frozenset(("created", "renamed", "joined", "removed", "left", "timer", "linked", "key-changed"))
HELD = frozenset(
    (
        "key-changed",
        "key-different",
        "device-unexpected",
        "restored",
        "revoked",
        "certificate-over",
        "blocked",
        "no-device",
        "file-unreadable",
    )
)
"""Reasons that have a sentence of their own; others are told as `messages.held.other` with their code."""


HALTED = frozenset(("quota", "busy", "disk"))
"""Reasons why a file does not move that have a sentence of their own."""
NOT_JOINED = frozenset(("902", "no-record", "media-refused", "id-taken"))
"""Reasons of a refusal by the gateway or the record that have a sentence of their own."""
WHY = HELD | {"key-bad", "card-rollback", "undelivered", "malformed"}
"""The same for one device of a recipient: `messages.why.<code>`."""


def local(ms: int) -> datetime:
    """Return a moment on this machine's clock."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone()


@lru_cache(maxsize=1024)
def date_of(ms: int) -> date:
    """Return the day of a moment on this machine's calendar."""
    return local(ms).date()


def days_ago(ms: int, now_ms: int) -> int:
    """Return how many midnights of this machine's calendar lie between."""
    return (date_of(now_ms) - date_of(ms)).days


def clock(ms: int) -> str:
    """`14:09`."""
    return fmt_time(local(ms))


def short_when(ms: int, now_ms: int) -> str:
    """`11:56` today, `Hier`, `Lun.` within a week, `20/11` before, the whole date in another year."""
    if not ms:
        return ""
    ago, at = days_ago(ms, now_ms), local(ms)
    if ago <= 0:
        return fmt_time(at)
    if ago == 1:
        return tr("messages.yesterday")
    if ago < 7:
        return tr("date.weekdays").split("|")[at.weekday()].capitalize()
    if at.year == local(now_ms).year:
        return fmt_date(at)[:-YEAR]
    return fmt_date(at)


def day_head(ms: int, now_ms: int) -> str:
    """`Aujourd’hui`, `Hier`, `lundi 23 novembre`, with the year where it is another one."""
    ago, at = days_ago(ms, now_ms), local(ms)
    if ago in {0, 1}:
        return tr("messages.today" if not ago else "messages.yesterday")
    return fmt_long_day(at) if at.year == local(now_ms).year else f"{fmt_long_day(at)} {at.year}"


def moment(ms: int, now_ms: int) -> str:
    """`12:18` today, `hier à 12:18`, else date and time."""
    ago = days_ago(ms, now_ms)
    if ago <= 0:
        return clock(ms)
    if ago == 1:
        return tr("messages.yesterday_at", time=clock(ms))
    return tr("messages.moment", day=fmt_date(local(ms)), time=clock(ms))


def moment_until(ms: int, now_ms: int) -> str:
    """`12:18` today, `demain 12:18`, else date and time."""
    ahead = -days_ago(ms, now_ms)
    if ahead <= 0:
        return clock(ms)
    if ahead == 1:
        return tr("messages.tomorrow_at", time=clock(ms))
    return tr("messages.moment", day=fmt_date(local(ms)), time=clock(ms))


def size(octets: int) -> str:
    """`412 ko`, `1,8 Mo`: decimal, as file managers tell it."""
    for unit, name, decimals in ((_GIGA, "giga", 1), (_MEGA, "mega", 1), (_KILO, "kilo", 0)):
        if octets >= unit:
            return tr(f"messages.size.{name}", n=fmt_number(octets / unit, decimals))
    return tr("messages.size.bytes", n=fmt_number(octets))


def timer(seconds: int) -> str:
    """`30 jours`, `12 h 00`; `jamais` for 0."""
    if not seconds:
        return tr("messages.timer.never")
    days, rest = divmod(seconds, 86_400)
    return fmt_duration(seconds) if rest or not days else trn("messages.timer.days", days)


def short_patient(link: PatientLink) -> str:
    """`LEMAÎTRE O.`: capitals of the birth name, the first letter of the first name."""
    words = link.label.partition(",")[0].split()
    name = [word for word in words if word.upper() == word]
    given = words[len(name)] if len(words) > len(name) else ""
    return " ".join([*name, f"{given[:1]}." if given else ""]).strip() or link.ipp


def patient_name(link: PatientLink) -> str:
    """`LEMAÎTRE Odile`."""
    return name_in(link.label) or link.ipp


def same_patient(one: PatientLink | None, other: PatientLink | None) -> bool:
    """Tell whether both are about the same patient, or both about nobody."""
    return (one and one.number) == (other and other.number)


def about(link: PatientLink | None) -> str:
    """`LEMAÎTRE Odile, née le 14/03/1954, IPP 80421937`: enough to tell homonyms apart."""
    if link is None:
        return tr("messages.about.nobody")
    return isolated(", ".join((read(link.label), tr("messages.patient.ipp", ipp=link.ipp))))


def why(code: str) -> str:
    """Return the text id that says why a device of a recipient does not get a message."""
    return f"messages.why.{code}" if code in WHY else "messages.why.other"


def held_words(code: str, name: str = "") -> str:
    """Say why a message was not sent."""
    if code in HELD:
        return tr(f"messages.held.{code}", name=name)
    return tr("messages.held.other", code=code)


def unsaid_words(message: Message) -> str:
    """Say what about a message nobody heard: `correction non envoyée`."""
    return " · ".join(tr(f"messages.unsaid.{Type(one).name.lower()}") for one in message.unsaid)


def state_mark(message: Message) -> tuple[str, str]:
    """Return icon and ink of how far a message came."""
    return STATES[State.FAILED] if message.unsaid else STATES.get(message.state, ("", "text_2"))


def state_words(message: Message, read_ms: int = 0) -> str:
    """Return what stands behind the time of an own message: `lu 09:31`, `en attente du relais`."""
    if message.state is State.HELD:
        return held_words(message.held)
    if message.state is State.READ and read_ms:
        return tr("messages.state.read.at", time=clock(read_ms))
    key = message.state.name.lower()
    return tr(f"messages.state.{key}")


def halted_words(code: str) -> str:
    """Say why a file does not move."""
    return tr(f"messages.file.halted.{code if code in HALTED else 'other'}")


def joined_words(file: File) -> str:
    """Say how far a file is on its way to the patient's record."""
    code = file.joined_code if file.joined_code in NOT_JOINED else "other"
    why = tr(f"messages.joined.why.{code}", code=file.joined_code)
    return tr(f"messages.joined.{file.joined}", why=why)


def file_words(file: File) -> str:
    """Size and state of a file: `412 ko · reçu`."""
    if file.halted:
        return f"{size(file.size)} · {halted_words(file.halted)}"
    if file.joined:
        return f"{size(file.size)} · {joined_words(file)}"
    if file.state in {FileState.COMING, FileState.GOING, FileState.PAUSED}:
        share = 100 * min(file.done, file.size) // max(file.size, 1)
        done = tr("messages.file.progress", done=size(file.done), size=size(file.size), share=share)
        return f"{done} · {tr(f'messages.file.{file.state}')}"
    return f"{size(file.size)} · {tr(f'messages.file.{file.state}')}"
