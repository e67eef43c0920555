"""What was written about a patient: documents with author, state, versions and receipts. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from app.i18n import fmt_number, isolated, tr, trn
from app.patients.person.strangers import NONE, Stranger, Strangers, among

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.times import Site
    from storage.patients.facts import Receipt
    from storage.patients.records import Paper

NEW_MS = 24 * 3600 * 1000
MEDIA = {
    "application/pdf": "pdf",
    "text/xml": "cda",
    "text/plain": "text",
    "image/png": "image",
    "image/jpeg": "image",
}
ICONS = {
    "pdf": "file-type-pdf",
    "cda": "file-text",
    "text": "file-text",
    "image": "photo-scan",
    "other": "file-text",
}
RECEIPTS = frozenset(("Z01", "Z02", "Z03"))


@dataclass(frozen=True)
class PaperLine:
    """One document as it stands now, or with `older` an earlier version; `stranger`: whom it names, if not the patient."""

    paper: Paper = field(repr=False)
    now_ms: int
    site: Site = field(repr=False)
    older: int = 0
    stranger: Stranger | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        """The same for the same version of the same document."""
        return self.paper.key

    @property
    def kind(self) -> str:
        """The media in a word: pdf, cda, text, image or other."""
        return MEDIA.get(self.paper.media, "other")

    @property
    def icon(self) -> str:
        """The icon of the media."""
        return ICONS[self.kind]

    @property
    def readable(self) -> bool:
        """Whether there is content to show."""
        return self.paper.readable

    @cached_property
    def title(self) -> str:
        """What it is; of an earlier version, which."""
        name = self.paper.label or self.paper.code or tr("person.paper")
        return tr("person.paper.version", name=name, n=fmt_number(self.older)) if self.older else name

    @cached_property
    def detail(self) -> str:
        """Author, media, size, what was done of it."""
        size = _size(self.paper.bytes) if self.paper.bytes else ""
        told = [
            isolated(self.paper.author) if self.paper.author else "",
            tr(f"person.media.{self.kind}"),
            size,
        ]
        if self.paper.versions and not self.older:
            told.append(trn("person.paper.versions", len(self.paper.versions)))
        told += [_receipt(one) for one in self.paper.receipts if one.kind in RECEIPTS]
        return " · ".join(part for part in told if part)

    @cached_property
    def aside(self) -> str:
        """The day."""
        return self.site.day(self.paper.at_ms)

    @cached_property
    def short_day(self) -> str:
        """The day, without the year where it is this one."""
        return self.site.short_day(self.paper.at_ms, self.now_ms)

    @cached_property
    def mark(self) -> tuple[str, str, str] | None:
        """Words, icon and tone where something is to be known before it is read."""
        if self.paper.withdrawn:
            return tr("person.paper.withdrawn"), "ban", "danger"
        if self.stranger is not None:
            return self.stranger.mark
        if self.paper.masked:
            return tr("person.paper.masked"), "eye-off", "warn"
        if self.older:
            return tr("person.paper.older"), "history", "plain"
        if 0 <= self.now_ms - self.paper.at_ms < NEW_MS:
            return tr("person.paper.new"), "circle-check", "accent"
        return None

    @property
    def sentence(self) -> str:
        """All that the line shows, read out."""
        mark = self.mark[0] if self.mark is not None else ""
        other = self.stranger.words if self.stranger is not None else ""
        return ", ".join(part for part in (self.title, self.detail, mark, self.aside, other) if part)


def lines(
    shown: Iterable[Paper], now_ms: int, site: Site, known: Strangers = NONE, *, versions: bool = True
) -> tuple[PaperLine, ...]:
    """Return the documents, the newest first, each with its earlier *versions* below."""

    def line(paper: Paper, older: int = 0) -> PaperLine:
        return PaperLine(paper, now_ms, site, older, next(iter(among(paper.about, known)), None))

    told: list[PaperLine] = []
    for paper in sorted(shown, key=lambda one: one.at_ms, reverse=True):
        told.append(line(paper))
        if versions:
            count = len(paper.versions)
            told += [line(one, count - place) for place, one in enumerate(paper.versions)]
    return tuple(told)


def _receipt(one: Receipt) -> str:
    refused = "" if one.accepted else "refused."
    return tr(f"person.receipt.{refused}{one.kind.lower()}")


def _size(count: int) -> str:
    if count < 1024 * 1024:
        return tr("person.size.kb", n=fmt_number(max(1, round(count / 1024))))
    return tr("person.size.mb", n=fmt_number(count / 1024 / 1024, 1))
