"""What somebody wants to call, and whether it can be signed. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

from media.errors import ProtocolError
from media.keys.certs import MAX_TEXT, shown_text
from media.keys.invite import MAX_HOSTS
from media.keys.terms import MAX_PEOPLE, Terms

DAY_S = 86_400
FARTHEST_S = 365 * DAY_S
"""Relays keep an invitation for 400 days unless told otherwise (docs/relay.md)."""
MAX_TOLD = 64
"""A message has no more recipients."""


class PlanRefused(Exception):  # noqa: N818 -- the page says what to do
    """Nothing was changed; `code` is the end of `plan.refused.<code>.title`, `at` the field it is about, or ""."""

    def __init__(self, code: str, at: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.at = at


@dataclass(frozen=True)
class Draft:
    """What somebody wants to call: seconds since 1970, user ids of further hosts in order of rank.

    A series has all its `starts`, `every` so many weeks. `guests` and `most` as in `media.keys.terms`. `invited` are told by
    message, as the hosts are; None: whoever was told of the version before.
    """

    title: str
    starts_s: int
    ends_s: int
    hosts: tuple[bytes, ...] = ()
    every: int = 0
    starts: tuple[int, ...] = ()
    guests: bool = True
    most: int = 0
    invited: tuple[bytes, ...] | None = ()

    @property
    def told(self) -> frozenset[bytes]:
        """Who is to hear of it by message, as far as it is said here."""
        return frozenset((*self.hosts, *(self.invited or ())))

    @property
    def terms(self) -> Terms:
        """What the invitation says of them."""
        starts = self.starts or (self.starts_s,)
        return Terms(self.guests, self.most, self.ends_s - self.starts_s, starts)


def judged(draft: Draft, now_s: int) -> Draft:
    """Return *draft* as it can be signed; raises PlanRefused."""
    title = _judged_title(draft.title)
    _judge_times(draft, now_s)
    if len(draft.hosts) >= MAX_HOSTS:
        raise PlanRefused("hosts-many", "hosts")
    if len(draft.told) > MAX_TOLD:
        raise PlanRefused("invited-many", "invited")
    if draft.most and not 2 <= draft.most <= MAX_PEOPLE:
        raise PlanRefused("most-range", "most")
    return replace(draft, title=title)


def _judged_title(text: str) -> str:
    title = " ".join(text.split())
    if not title:
        raise PlanRefused("title-empty", "title")
    if len(title) > MAX_TEXT:
        raise PlanRefused("title-long", "title")
    try:
        return shown_text(title)
    except ProtocolError as error:
        raise PlanRefused("title-hidden", "title") from error


def _judge_times(draft: Draft, now_s: int) -> None:
    if draft.ends_s <= draft.starts_s:
        raise PlanRefused("end-before-start", "end")
    if draft.ends_s <= now_s:
        raise PlanRefused("past", "day")
    if draft.starts_s > now_s + FARTHEST_S:
        raise PlanRefused("too-far", "day")
    if draft.every and len(draft.starts) < 2:
        raise PlanRefused("series-short", "until")
    if draft.starts and draft.starts[-1] > now_s + FARTHEST_S:
        raise PlanRefused("series-far", "until")
