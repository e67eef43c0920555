"""Texts, dates, times and numbers as people read them: French first, English complete, switched without a restart.

Texts have ids (`tr("today.now.title")`) and live in `resources/locale/{fr,en}/*.po`. Placeholders are `{name}`.
The catalogue is typed with plain spaces; non-breaking ones are put here, on the template only, never on a parameter.
"""

from __future__ import annotations

import locale
import logging
import os
import re
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from media.events import Event
from resources.locale import po

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LANGUAGES = ("fr", "en")
SYSTEM = "system"
NARROW = "\u202f"
WIDE = "\u00a0"

language_changed: Event[str] = Event()
"""Fired with the new language, on the thread that called `set_language`."""

D = TypeVar("D", bound=date)
_log = logging.getLogger(__name__)
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_UNITS = r"(?:kb/s|Mb/s|ms|s|min|h|o|ko|Mo|Go|B|kB|MB|GB|px)"
_BEFORE_UNIT = re.compile(rf"(?<=[\d}}]) (?={_UNITS}(?![\w]))")
_BEFORE_HIGH = re.compile(r" (?=[;!?%])")
_BEFORE_COLON = re.compile(r" (?=:)|(?<=«) | (?=»)")


@dataclass(frozen=True)
class _Language:
    """One language; its catalogue is read when the first text is asked for. `spoken`: those that were, spaces put."""

    code: str
    spaces: Callable[[str], str]
    decimal: str
    thousands: str
    spoken: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def catalogue(self) -> po.Catalogue:
        """The texts as they are typed."""
        return po.load(self.code)

    def form(self, key: str) -> tuple[str, ...] | None:
        """Return the forms of *key*, None where there is no such text."""
        if key not in self.spoken and key in self.catalogue.forms:
            self.spoken[key] = tuple(map(self.spaces, self.catalogue.forms[key]))
        return self.spoken.get(key)


def french_spaces(text: str) -> str:
    """Put U+202F before `; ! ? %` and units, U+00A0 before `:` and inside « », where a plain space stands."""
    text = _BEFORE_HIGH.sub(NARROW, text)
    text = _BEFORE_UNIT.sub(NARROW, text)
    return _BEFORE_COLON.sub(WIDE, text)


def english_spaces(text: str) -> str:
    """Put U+00A0 between a number and its unit, where a plain space stands."""
    return _BEFORE_UNIT.sub(WIDE, text)


_spoken = {
    "fr": _Language("fr", french_spaces, ",", NARROW),
    "en": _Language("en", english_spaces, ".", ","),
}
_current = _spoken["fr"]


def read() -> None:
    """Read the texts of every language now: changing it waits for no file then."""
    for one in _spoken.values():
        one.catalogue  # noqa: B018 -- read when it is first asked for


def language() -> str:
    """Return the language spoken now: `fr` or `en`."""
    return _current.code


def set_language(code: str) -> None:
    """Speak *code* (`fr`, `en` or `system`) from now on and tell the subscribers of `language_changed`."""
    global _current  # noqa: PLW0603 -- one language a process, swapped in one assignment
    wanted = _spoken[system_language() if code == SYSTEM else code]
    if wanted is not _current:
        _current = wanted
        language_changed.fire(wanted.code)


def system_language() -> str:
    """Return the machine's language where Consilium speaks it, else French."""
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    name = next((name for name in names if name), None) or locale.getlocale()[0] or ""
    return "en" if name.lower().startswith("en") else "fr"


def tr(key: str, **params: object) -> str:
    """Return the text *key* with its `{placeholders}` filled; an unknown id is shown as it is, and logged."""
    return _fill(_forms(key)[0], params)


def trn(key: str, n: int, **params: object) -> str:
    """Return the form of *key* for *n* things; `{n}` in the text is *n*, written for people."""
    forms = _forms(key)
    form = forms[min(_current.catalogue.plural(abs(n)), len(forms) - 1)]
    return _fill(form, {"n": fmt_number(n), **params})


def _forms(key: str) -> tuple[str, ...]:
    forms = _current.form(key)
    if forms is None:
        _log.warning("no text for %s", key)
        return (key,)
    return forms


def _fill(template: str, params: dict[str, object]) -> str:
    return _PLACEHOLDER.sub(lambda match: str(params.get(match[1], match[0])), template)


def fmt_number(value: float, decimals: int = 0) -> str:
    """Write `1 234,5` in French, `1,234.5` in English."""
    whole, _, rest = f"{value:,.{decimals}f}".partition(".")
    whole = whole.replace(",", _current.thousands).replace("-", "\u2212")
    return f"{whole}{_current.decimal}{rest}" if rest else whole


def fmt_time(at: datetime) -> str:
    """`12:30` on this machine's clock, in both languages."""
    return f"{_local(at):%H:%M}"


def fmt_date(day: date) -> str:
    """`24/11/2026` in French, `24 Nov 2026` in English; never the month first."""
    day = _local(day)
    return tr(
        "date.numeric", day=f"{day.day:02d}", month=f"{day.month:02d}", short=_short_month(day), year=day.year
    )


def fmt_day(day: date) -> str:
    """`mar. 24 nov.` in French, `Tue 24 Nov` in English."""
    day = _local(day)
    weekday = tr("date.weekdays").split("|")[day.weekday()]
    return tr("date.day", weekday=weekday, day=day.day, month=_short_month(day))


def fmt_long_day(day: date) -> str:
    """`mardi 24 novembre` in French, `Tuesday 24 November` in English."""
    day = _local(day)
    weekday = tr("date.weekdays.long").split("|")[day.weekday()]
    return tr(
        "date.day", weekday=weekday, day=day.day, month=tr("date.months.long").split("|")[day.month - 1]
    )


def fmt_weekday(day: date) -> str:
    """`Mar. 24` in French, `Tue 24` in English: a day of this week, at the beginning of a line."""
    day = _local(day)
    return f"{tr('date.weekdays').split('|')[day.weekday()].capitalize()} {day.day}"


def fmt_duration(seconds: float) -> str:
    """`45 s`, `12 min`, `1 h 05`; whole units, rounded down."""
    minutes, rest = divmod(max(int(seconds), 0), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return tr("duration.hours", hours=fmt_number(hours), minutes=f"{minutes:02d}")
    return tr("duration.minutes", minutes=minutes) if minutes else tr("duration.seconds", seconds=rest)


def fmt_timer(seconds: float) -> str:
    """`04:05`, then `1:04:05`: a running clock, in both languages."""
    minutes, rest = divmod(max(int(seconds), 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"


def isolated(name: str) -> str:
    """Keep a name of another writing direction from reordering the sentence around it."""
    return f"\u2068{name}\u2069"


def fmt_list(items: Sequence[str]) -> str:
    """Join *items*: `a, b et c` in French, `a, b and c` in English."""
    if len(items) < 2:
        return "".join(items)
    return tr("list.and", first=", ".join(items[:-1]), last=items[-1])


def _short_month(day: date) -> str:
    return tr("date.months").split("|")[day.month - 1]


def _local(day: D) -> D:
    """Turn a moment into this machine's time; a bare date stays."""
    return day.astimezone() if isinstance(day, datetime) else day
