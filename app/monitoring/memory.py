"""The queue, in memory: questionnaires, records and rules go in, rows come out. No Qt, no I/O, no clock.

It knows what it was told, and has to be told all records on whatever it holds (`app.monitoring.stock` sees to that).
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from app.monitoring import cases, judging
from app.monitoring.cases import SORTS, Case
from app.monitoring.clock import MINUTE_MS
from app.monitoring.lives import Lives
from app.monitoring.ordered import Ordered
from app.monitoring.platforms import Platforms
from app.monitoring.ports import Counts, List
from app.monitoring.standing import Service, unruled
from app.monitoring.tallies import OPEN, Tallies
from app.search import plain
from storage.monitoring.answers import patient_id, silence_id
from storage.monitoring.life import closing_record, mutes
from storage.monitoring.records import NO_GRADE, Life, Phase, Step

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from app.monitoring.ports import Item, Who
    from storage.monitoring.records import Questionnaire, Record
    from storage.patients.facts import Key

_UNTOUCHED = Life()


@dataclass
class _Silence:
    """When the next questionnaire of a patient is missed; `case` once somebody asked for it, while nobody works on it."""

    alert: bytes
    since_ms: int
    case: Case | None = None


@dataclass
class Memory:
    """What this desk knows of the alerts of its services. *me* is the own user id.

    Rows of a service to which that is a stranger, and of hidden identities where nobody is a member yet, tell no more than `cases.shut`
    does, unless it is *whole*: made for who has access.
    """

    me: bytes
    whole: bool = False
    services: dict[str, Service] = field(default_factory=dict)
    asked: dict[bytes, Questionnaire] = field(default_factory=dict)
    _of: dict[int, list[bytes]] = field(default_factory=dict)
    """The alerts of each patient, the oldest answer first."""
    _records: dict[bytes, dict[bytes, Record]] = field(default_factory=lambda: defaultdict(dict))
    _who: dict[int, Who] = field(default_factory=dict)
    _numbers: dict[int, frozenset[Key]] = field(default_factory=dict)
    """What each patient is, or was, called by."""
    _subjects: dict[int, frozenset[bytes]] = field(default_factory=dict)
    """What records on each patient are about: one subject a number."""
    _persons: dict[bytes, set[int]] = field(default_factory=lambda: defaultdict(set))
    """The patients by those."""
    _cases: dict[List, dict[bytes, Case]] = field(default_factory=lambda: {one: {} for one in List})
    _where: dict[bytes, List] = field(default_factory=dict)
    _sorted: dict[tuple[frozenset[List], str], Ordered[Case]] = field(default_factory=dict)
    """The lists, alone or several as one, in the orders that were asked for so far."""
    _tallies: Tallies = field(default_factory=Tallies)
    _followed: set[int] = field(default_factory=set)
    _silent: dict[int, _Silence] = field(default_factory=dict)
    _awaited: Ordered[tuple[int, int]] = field(default_factory=lambda: Ordered(tuple))
    """From when on each patient is silent."""
    _silences: dict[bytes, bytes] = field(default_factory=dict)
    """The questionnaire that each missed one would follow, by the alerts that both are."""
    _lives: Lives = field(default_factory=Lives)
    _platforms: Platforms = field(default_factory=Platforms)

    # --- what goes in --------------------------------------------------------------------------------------

    def rule(self, services: Mapping[str, Service]) -> None:
        """Take the services as they are ruled now."""
        self.services = dict(services)
        self._again(self.asked)
        for person in self._of:
            self._await(person)

    def answer(
        self, person: int, told: Sequence[Questionnaire], who: Who | None, numbers: Iterable[Key] = ()
    ) -> frozenset[bytes]:
        """Take the questionnaires of a patient, the oldest first, instead of those known, and who that is, by all *numbers* they have.

        Return the alerts that may have changed.
        """
        before = self._held(person)
        self._followed.discard(person)
        for alert in self._of.pop(person, []):
            if alert in self.asked and self.asked[alert].person == person:
                self._drop(alert)
        self._hush(person)
        if who is not None:
            self._who[person] = who
        self._unname(person)
        self._name(person, {*numbers, *(one.key for one in told), *((who.key,) if who is not None else ())})
        if told:
            for one in told:
                self._hold(one)
            self._of[person] = [one.alert for one in told]
            self._again(self._of[person])
            self._await(person)
            self._follow(person)
        return before | self._held(person)

    def add(self, told: Iterable[Questionnaire]) -> None:
        """Take older questionnaires of patients who are known, besides those known."""
        fresh = [one for one in told if one.alert not in self.asked and one.person in self._of]
        for one in fresh:
            self._hold(one)
            bisect.insort(self._of[one.person], one.alert, key=self._place)
            self._name(one.person, {one.key})
            self._follow(one.person)
        self._again(one.alert for one in fresh)

    def hear(self, *records: Record) -> frozenset[bytes]:
        """Take records; return the alerts that may have changed."""
        for one in records:
            if self._records[one.subject].setdefault(one.id, one) != one:
                self._records[one.subject][one.id] = one
                self._lives.forget(one.subject)
        subjects = {one.subject for one in records}
        alerts = subjects & self.asked.keys()
        alerts |= {self._silences[one] for one in subjects & self._silences.keys()}
        for person in {person for subject in subjects for person in self._persons.get(subject, ())}:
            alerts |= set(self._of.get(person, ()))
        self._again(alerts)
        return frozenset(subjects | alerts)

    def slim(self, alerts: Iterable[bytes], kept: Collection[bytes]) -> None:
        """Let go of those of *alerts* that are none or are closed, but for the newest of each patient, and for what is *kept*.

        What this user closed stays until the record has its summary, and a questionnaire as long as that none followed is an alert.
        """
        for alert in list(alerts):
            told = self.asked.get(alert)
            if told is None or alert in self._last_ones(told.person):
                continue
            both = (alert, unanswered(told))
            if all(one not in kept and self._is_done(one) for one in both):
                self._drop(alert)
                self._of[told.person].remove(alert)
                for one in both:
                    self._records.pop(one, None)

    def _is_done(self, alert: bytes) -> bool:
        which = self._where.get(alert)
        return which is None or (which is List.CLOSED and not self._leaves(alert))

    def _leaves(self, alert: bytes) -> bool:
        """Tell whether the summary of a closed alert is still to be brought to the record by this user's desks."""
        closing = closing_record(self.life(alert))
        said = self._cases[List.CLOSED][alert].item.leaving
        return closing is not None and closing.author == self.me and said != Step.ACCEPTED

    def _hold(self, told: Questionnaire) -> None:
        self._platforms.hear(told)
        self.asked[told.alert] = told
        self._silences[unanswered(told)] = told.alert

    def _drop(self, alert: bytes) -> None:
        missed = unanswered(self.asked.pop(alert))
        self._silences.pop(missed, None)
        for one in (alert, missed):
            self._put(one, None)

    def _held(self, person: int) -> frozenset[bytes]:
        """Return the alerts of a patient, and those that nothing came after them."""
        known = [one for one in self._of.get(person, ()) if one in self.asked]
        return frozenset(chain(known, (unanswered(self.asked[one]) for one in known)))

    def _name(self, person: int, numbers: Collection[Key]) -> None:
        """Have records on a patient found by these *numbers*, too."""
        fresh = frozenset(numbers) - self.numbers(person)
        if fresh:
            subjects = frozenset(map(patient_id, fresh))
            self._numbers[person] = self.numbers(person) | fresh
            self._subjects[person] = self.subjects(person) | subjects
            for subject in subjects:
                self._persons[subject].add(person)

    def _unname(self, person: int) -> None:
        self._numbers.pop(person, None)
        for subject in self._subjects.pop(person, frozenset()):
            self._persons[subject].discard(person)
            if not self._persons[subject]:
                del self._persons[subject]

    def _place(self, alert: bytes) -> tuple[int, int, bytes]:
        told = self.asked[alert]
        return told.answered_ms, told.received_ms, alert

    # --- what is known -------------------------------------------------------------------------------------

    def holds(self, subject: bytes) -> bool:
        """Tell whether all is known of an alert or patient, so that a new record on it can be told as it comes."""
        return any(subject in known for known in (self.asked, self._records, self._silences, self._persons))

    def persons(self) -> frozenset[int]:
        """Return the ids of all patients here."""
        return frozenset(self._of)

    def persons_of(self, key: Key) -> frozenset[int]:
        """Return who has, or had, a number."""
        return frozenset(self._persons.get(patient_id(key), ())) & self._of.keys()

    def person_of(self, alert: bytes) -> int | None:
        """Return the patient of an alert, of a missed questionnaire too."""
        told = self._about(alert)
        return told.person if told else None

    def _about(self, alert: bytes) -> Questionnaire | None:
        """Return the questionnaire that an alert is, or that none followed."""
        return self.asked.get(alert) or self.asked.get(self._silences.get(alert, b""))

    def subjects(self, person: int) -> frozenset[bytes]:
        """Return what records on a patient, and on none of their alerts, may be about."""
        return self._subjects.get(person, frozenset())

    def numbers(self, person: int) -> frozenset[Key]:
        """Return the numbers that a patient has, or had before a merge."""
        return self._numbers.get(person, frozenset())

    def service_of(self, alert: bytes) -> Service:
        """Return the service that an alert belongs to, as it is ruled now."""
        told = self._about(alert)
        return self.service(told.unit if told else "")

    def service(self, unit: str) -> Service:
        """Return the service that a care unit's patients belong to, as it is ruled now."""
        known = self.services.get(unit)
        if known is not None:
            return known
        return next(iter(self.services.values())) if len(self.services) == 1 else unruled(unit or "-")

    def units_without_rules(self) -> tuple[str, ...]:
        """Return the care units of questionnaires that have no rules of their own."""
        return tuple(sorted({one.unit for one in self.asked.values() if one.unit} - self.services.keys()))

    def follows(self, service: str, told: Questionnaire) -> bool:
        """Tell whether a questionnaire belongs to a service."""
        return told.unit == service or self.service(told.unit).policy.service == service

    def records(self, subject: bytes) -> list[Record]:
        """Return the records on an alert that count: those of members of its service, and all where it has no rules."""
        return self._by_members((subject,), self.service_of(subject))

    def _by_members(self, subjects: Iterable[bytes], service: Service) -> list[Record]:
        known = chain.from_iterable(self._records[one].values() for one in subjects if one in self._records)
        return [one for one in known if service.counts(one.author, one.at_ms)]

    def every(self, *subjects: bytes) -> list[Record]:
        """Return all records on alerts or patients that are known, those that do not count too."""
        return [one for subject in subjects for one in self._records.get(subject, {}).values()]

    def newest(self, key: Key) -> Questionnaire | None:
        """Return the newest questionnaire of a patient that was not taken back."""
        told = (self.asked[alert] for person in self.persons_of(key) for alert in self._of[person])
        return max((one for one in told if not one.cancelled), key=lambda one: one.answered_ms, default=None)

    def newest_grade(self, key: Key, symptom: str) -> int:
        """Return the grade of a symptom in the newest questionnaire of a patient, NO_GRADE where it has none."""
        return judging.mute_grades(self.newest(key)).get(symptom, NO_GRADE)

    def service_for(self, key: Key) -> Service:
        """Return the service that follows a patient, as it is ruled now."""
        told = self.newest(key)
        return self.service(told.unit if told else "")

    def life(self, alert: bytes) -> Life:
        """Return how an alert stands."""
        told, known = self.asked.get(alert), self._records.get(alert)
        if not known:
            return _UNTOUCHED
        return self._lives.of(alert, known, self.service_of(alert), told.grade if told else NO_GRADE)

    def who(self, told: Questionnaire) -> Who:
        """Return the patient of a questionnaire; only the number that the platform gave where the cache does not know one."""
        return self._who.get(told.person) or cases.nobody(told)

    def muted(self, told: Questionnaire, now_ms: int) -> dict[str, Record]:
        """Return what is muted for the patient of a questionnaire, under any of their numbers, by what it and those before it told."""
        records = self._by_members(self.subjects(told.person), self.service(told.unit))
        return mutes(records, told, now_ms) if records else {}

    def weeks(self, person: int, upto_ms: int) -> list[Questionnaire]:
        """Return the questionnaires of a patient answered up to a moment, the oldest first."""
        told = [self.asked[one] for one in self._of.get(person, ())]
        return told[: bisect.bisect_right([one.answered_ms for one in told], upto_ms)]

    # --- what comes out ------------------------------------------------------------------------------------

    def cases(self) -> list[Item]:
        """Return all alerts, whichever list each is in, but for those that are muted or that nobody answered and nobody works on."""
        heard = (those for which, those in self._cases.items() if which is not List.QUIET)
        return [one.item for those in heard for one in those.values()]

    def alerts(self, person: int) -> list[Item]:
        """Return the alerts of a patient as they stand, the newest answer first."""
        known = [one for one in reversed(self._of.get(person, ())) if one in self._where]
        return [self._cases[self._where[one]][one].item for one in known]

    def case(self, alert: bytes, now_ms: int) -> Item | None:
        """Return one alert as a row at *now_ms*, whichever list it is in; None where it is none."""
        if alert in self._where:
            return self._cases[self._where[alert]][alert].item
        told = self._about(alert)
        missed = self._silent.get(told.person) if told else None
        if told is None or missed is None or missed.alert != alert or missed.since_ms > now_ms:
            return None
        return self._silence(told.person).item

    def queue(self, which: List, now_ms: int, sort: str = "grade", text: str = "") -> list[Item]:
        """Return one list, sorted and narrowed to names that have all words of *text*."""
        words, found = plain(text).split(), self._listed(frozenset((which,)), now_ms, sort)
        return [one.item for one in found if all(word in one.words for word in words)]

    def open(self, now_ms: int) -> list[Item]:
        """Return all that are open, those who did not answer among them, by grade, then time left."""
        return [one.item for one in self._listed(OPEN, now_ms, "grade")]

    def _listed(self, lists: frozenset[List], now_ms: int, sort: str) -> list[Case]:
        if (lists, sort) not in self._sorted:
            listed = (one for which in lists for one in self._cases[which].values())
            self._sorted[lists, sort] = Ordered(SORTS[sort], listed)
        return self._sorted[lists, sort].all(self._missed(now_ms, lists))

    def counts(self, now_ms: int, silent_ms: int = 0) -> Counts:
        """Return the figures; *silent_ms*: since when the gateways are silent."""
        lists = self._cases
        escalated = lists[List.ESCALATED].values()
        return Counts(
            followed=len(self._followed),
            tallies=self._tallies.at(now_ms),
            todo=len(lists[List.TODO]),
            in_hand=len(lists[List.IN_HAND]),
            escalated=len(lists[List.ESCALATED]),
            closed=len(lists[List.CLOSED]),
            quiet=len(lists[List.QUIET]),
            silent=sum(1 for _ in self._unmet(now_ms)),
            mine=sum(self.me in one.item.escalated_to for one in escalated),
            heard_ms=self._platforms.newest_ms,
            late_ms=silent_ms or self._platforms.silent_ms(now_ms, self._late_ms()),
        )

    # --- judging -------------------------------------------------------------------------------------------

    def _again(self, alerts: Iterable[bytes]) -> None:
        for alert in list(alerts):
            told = self.asked[alert]
            muted = tuple(sorted(self.muted(told, told.answered_ms)))
            service = self.service(told.unit)
            made = cases.asked(told, self.who(told), service, self.life(alert), muted)
            self._put(alert, made and self._seen(made, service))
            self._settle(told)

    def _settle(self, told: Questionnaire) -> None:
        """Let it stand among the alerts that nothing came after a questionnaire, once somebody works on it: whatever comes then."""
        alert = unanswered(told)
        life = self.life(alert)
        if life.phase is Phase.NEW:
            self._put(alert, None)
            return
        since_ms = self._since(told) or told.next_ms or told.received_ms
        service = self.service(told.unit)
        self._put(alert, self._seen(cases.silent(alert, since_ms, self.who(told), service, life), service))

    def _seen(self, made: Case, service: Service) -> Case:
        ours = self.me in service.members or not (service.members or made.item.who.hidden)
        return made if self.whole or ours else cases.shut(made)

    def _put(self, alert: bytes, made: Case | None) -> None:
        """Let an alert stand as it does now, None: be none; in each order that somebody asked for, and in the figures."""
        before = self._where.pop(alert, None)
        if before is not None:
            self._take_out(self._cases[before].pop(alert))
        if made is not None:
            self._where[alert] = made.which
            self._cases[made.which][alert] = made
            self._put_in(made)

    def _put_in(self, one: Case) -> None:
        for those in self._orders(one):
            those.add(one)
        self._tallies.add(one.item, one.which)

    def _take_out(self, one: Case) -> None:
        for those in self._orders(one):
            those.drop(one)
        self._tallies.drop(one.item, one.which)

    def _orders(self, one: Case) -> Iterable[Ordered[Case]]:
        return (those for (listed, _), those in self._sorted.items() if one.which in listed)

    # --- who was not heard of ------------------------------------------------------------------------------

    def _last(self, person: int) -> Questionnaire:
        return self.asked[self._of[person][-1]]

    def _last_ones(self, person: int) -> list[bytes]:
        """Return the last alert of a patient that was not taken back, and what came after it."""
        known = self._of[person]
        first = next((at for at in reversed(range(len(known))) if not self.asked[known[at]].cancelled), 0)
        return known[first:]

    def _follow(self, person: int) -> None:
        """Count a patient unless the newest questionnaire said that it was the last."""
        (self._followed.discard if self._last(person).state == "ENDED" else self._followed.add)(person)

    def _await(self, person: int) -> None:
        self._hush(person)
        last, who = self._last(person), self._who.get(person)
        dead = who is not None and who.dead
        since_ms = 0 if dead else self._since(last)
        self._platforms.expect(person, last.platform, since_ms and self._due(last))
        if since_ms:
            self._silent[person] = _Silence(unanswered(last), since_ms)
            self._awaited.add((since_ms, person))

    def _since(self, last: Questionnaire) -> int:
        """Return from when on nothing came after a questionnaire; 0 where nothing is awaited."""
        return judging.silent_from(last, self.service(last.unit))

    def _due(self, last: Questionnaire) -> int:
        return judging.next_due(last, self.service(last.unit))

    def _late_ms(self) -> int:
        """Return how long what is due may be missing before a platform is late: the least that a service allows."""
        services = self.services.values() or (unruled("-"),)
        return min(one.policy.late for one in services) * MINUTE_MS

    def _hush(self, person: int) -> None:
        self._platforms.forget(person)
        known = self._silent.pop(person, None)
        if known is not None:
            self._awaited.drop((known.since_ms, person))

    def _unmet(self, now_ms: int) -> Iterable[int]:
        """Return the patients of whom nothing came when it was due, and about whom nobody does anything yet."""
        missed = (person for _, person in self._awaited.upto(now_ms + 1))
        return (one for one in missed if self._silent[one].alert not in self._where)

    def _missed(self, now_ms: int, lists: Collection[List]) -> Iterable[Case]:
        """Return those as alerts that are to do, where that is one of *lists*."""
        return map(self._silence, self._unmet(now_ms)) if List.TODO in lists else ()

    def _silence(self, person: int) -> Case:
        one = self._silent[person]
        if one.case is None:
            last = self._last(person)
            service = self.service(last.unit)
            made = cases.silent(one.alert, one.since_ms, self.who(last), service, _UNTOUCHED)
            one.case = self._seen(made, service)
        return one.case


def unanswered(told: Questionnaire) -> bytes:
    """Return the alert that nothing came after a questionnaire."""
    return silence_id(told.key, told.platform, told.id)
