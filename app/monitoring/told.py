"""The trace of an alert in words: what came, each step by whom and when, what moved nothing and why. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.i18n import fmt_long_day, fmt_number, isolated, tr
from app.monitoring.ports import Cause, Proof
from app.monitoring.report import sending_words
from app.times import Site
from storage.monitoring.graph import TIDINGS
from storage.monitoring.life import tidings
from storage.monitoring.records import NO_GRADE, OWN_REASON, SEVERE, Record, Step, Void

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.monitoring.people import People
    from app.monitoring.ports import Sheet

_TONES = {
    Step.ESCALATE: "g3",
    Step.ANSWER: "accent",
    Step.CLOSE: "ok",
    Step.SECOND: "ok",
    Step.CONFIRM: "accent",
    Step.ACCEPTED: "ok",
    Step.REFUSED: "danger",
}


@dataclass(frozen=True)
class Told:
    """One moment of the trace, or with a `title` alone the day on which the next ones were.

    `words`: what was written; `by`: who did it. `void`: why it moved nothing. `alarm`: its signature does not hold.
    """

    key: str
    at_ms: int
    title: str
    when: str = ""
    words: str = ""
    by: str = ""
    tone: str = "text_3"
    void: str = ""
    alarm: bool = False

    @property
    def sentence(self) -> str:
        """All that the moment shows, read out."""
        return ", ".join(part for part in (self.when, self.title, self.void, self.words, self.by) if part)


class Telling:
    """Puts one alert's trace into words."""

    def __init__(self, sheet: Sheet, people: People, proofs: Mapping[bytes, Proof]) -> None:
        self._sheet, self._people, self._proofs = sheet, people, proofs
        self._site = Site(sheet.ruled.hours.zone)
        self._by_id = {row.record.id: row.record for row in sheet.life.rows}

    def lines(self, now_ms: int) -> tuple[Told, ...]:
        """Return the moments in their order; above each day but a lone today stands which it is."""
        rows = (self._row(row.record, row.void) for row in self._sheet.life.rows)
        moments = [*self._came(), *rows, *self._gone()]
        days = [self._site.at(one.at_ms).date() for one in moments]
        alone = set(days) <= {self._site.at(now_ms).date()}
        found: list[Told] = []
        for place, (moment, day) in enumerate(zip(moments, days, strict=True)):
            if not alone and (not place or days[place - 1] != day):
                found.append(Told(f"day {place}", moment.at_ms, _begin(fmt_long_day(day))))
            found.append(replace(moment, when=self._site.clock(moment.at_ms)))
        return tuple(found)

    # --- what came ----------------------------------------------------------------------------------------

    def _came(self) -> Iterator[Told]:
        item, told = self._sheet.item, self._sheet.questionnaire
        at_ms = item.received_ms
        if item.cause is Cause.SILENCE or told is None:
            words = tr("alertacts.told.silence.detail")
            yield Told("silence", at_ms, tr("alertacts.told.silence"), words=words, tone="g3")
            return
        by = tr(
            "alertacts.told.answered.f" if item.who.sex == "F" else "alertacts.told.answered",
            platform=told.platform,
            at=moment(self._site, told.answered_ms, at_ms),
        )
        yield Told("questionnaire", at_ms, tr("alertacts.told.questionnaire"), words=by)
        grade = NO_GRADE if told.ungraded and told.grade < SEVERE else told.grade
        yield Told("alert", at_ms, self._alert(grade), words=self._cause(grade), tone=_grade_tone(told.grade))
        for code in told.turns:
            yield Told(code, at_ms, tr(f"alertacts.told.{code}"), tone="warn")

    def _alert(self, grade: int) -> str:
        return (
            tr("alertacts.told.alert", grade=grade) if grade != NO_GRADE else tr("alertacts.told.alert.none")
        )

    def _cause(self, grade: int) -> str:
        item, told = self._sheet.item, self._sheet.questionnaire
        if item.cause is Cause.RULE:
            return tr("alertacts.told.rule", rule=item.rule)
        said = "alertacts.told.sender" if grade != NO_GRADE else "alertacts.told.sender.none"
        return tr(said, platform=told.platform if told is not None else "")

    # --- what was done ------------------------------------------------------------------------------------

    def _gone(self) -> Iterator[Told]:
        """Yield how far the summary is, where this desk closed the alert and nobody said so yet."""
        sending, said = self._sheet.sending, tidings(self._sheet.life)
        if sending is not None and (said is None or said.step != sending.stage):
            tone = (
                "danger" if sending.stage == "refused" else "ok" if sending.stage == "accepted" else "text_3"
            )
            words = sending_words(sending.stage, sending.code)
            yield Told("sending", sending.at_ms or self._sheet.life.since_ms, words, tone=tone)

    def _row(self, one: Record, void: Void | None) -> Told:
        proof = self._proofs.get(one.id, Proof.HOLDS)
        who = self._people.of(one.author)
        by = [isolated(who.name), who.calling]
        if one.step in TIDINGS:
            by = [tr("reach.desk_of", name=isolated(who.name))]
        if proof is not Proof.HOLDS:
            by.append(tr(f"alertacts.trace.row.{proof}"))
        return Told(
            one.id.hex(),
            one.at_ms,
            self._title(one),
            words="\n".join(self._words(one)),
            by=", ".join(part for part in by if part),
            tone=_tone(one),
            void=tr("alertacts.told.void", why=tr(f"alertacts.void.{void}")) if void is not None else "",
            alarm=proof is Proof.BROKEN,
        )

    def _title(self, one: Record) -> str:
        match one.step:
            case Step.CALL:
                return _call(one)
            case Step.ESCALATE | Step.HAND:
                passed = one.step is Step.ESCALATE and bool(one.about)
                key = f"alertacts.told.{one.step}{'.passed' if passed else ''}"
                return tr(key, names=names(self._people, one.to[:1] if passed else one.to))
            case Step.CLOSE:
                return tr("alertacts.told.close", reason=reason(self._sheet, one))
            case Step.UNDO:
                return self._undo(one)
            case Step.ACCEPTED | Step.REFUSED:
                return sending_words(one.step, one.reason)
        return tr(f"alertacts.told.{one.step}")

    def _undo(self, one: Record) -> str:
        target = self._by_id.get(one.about)
        if target is None or target.step is Step.UNDO:
            return tr("alertacts.told.undo.nothing")
        return tr("alertacts.told.undo", what=self._title(target))

    def _words(self, one: Record) -> Iterator[str]:
        if one.grade != NO_GRADE:
            key = {Step.CLOSE: ".final", Step.CALL: ".telephone", Step.CONFIRM: ".telephone"}.get(
                one.step, ""
            )
            yield tr(f"alertacts.told.grade{key}", grade=one.grade)
        if one.step is Step.ADVISE and one.version:
            yield tr("alertacts.told.advise.version", version=one.version)
        if one.text and not (one.step is Step.CLOSE and one.reason == OWN_REASON):
            yield isolated(one.text)
        if one.step is Step.NOTE and one.about:
            yield tr("refer.thread")
        if one.bulk:
            yield tr("alertacts.told.bulk")


def reason(sheet: Sheet, closure: Record) -> str:
    """Return the reason of a closure in words: the service's, or the author's own."""
    if closure.reason == OWN_REASON:
        return isolated(closure.text) if closure.text else tr("alertacts.reason.own")
    policies = (sheet.ruled.policy, *(one.policy for one in sheet.ruled.versions))
    known = (pair for policy in policies for pair in policy.reasons)
    return next((words for code, words in known if code == closure.reason), closure.reason)


def moment(site: Site, at_ms: int, beside_ms: int) -> str:
    """`à 10:56`; `le 21 nov. à 10:56` where *beside_ms* is another day."""
    time = site.clock(at_ms)
    if site.at(at_ms).date() == site.at(beside_ms).date():
        return tr("alertacts.at", time=time)
    return tr("alertacts.at.day", day=site.short_day(at_ms, beside_ms), time=time)


def names(people: People, users: Sequence[bytes]) -> str:
    """Return what people are called, in their order."""
    return ", ".join(isolated(people.name(user)) for user in users)


def summary(sheet: Sheet, people: People, known: frozenset[bytes]) -> str:
    """Return the steps of other people that are not among *known* records: what happened while somebody typed."""
    telling = Telling(sheet, people, {})
    news = [row for row in sheet.life.rows if row.record.id not in known and row.record.author != sheet.me]
    lines = (telling._row(row.record, row.void) for row in news)  # noqa: SLF001 -- of this file
    return "; ".join(f"{one.title}, {one.by}" for one in lines)


def _call(one: Record) -> str:
    if not one.reached:
        return tr("alertacts.told.call.missed")
    if not one.minutes:
        return tr("alertacts.told.call.short")
    return tr("alertacts.told.call", minutes=tr("duration.minutes", minutes=fmt_number(one.minutes)))


def _tone(one: Record) -> str:
    if one.step is Step.CALL and one.grade != NO_GRADE:
        return "accent"
    return _TONES.get(one.step, "text_3")


def _begin(words: str) -> str:
    return words[:1].upper() + words[1:]


def _grade_tone(grade: int) -> str:
    return "g3" if grade >= SEVERE else "text_3"
