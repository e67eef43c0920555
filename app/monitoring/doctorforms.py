"""What goes to a doctor and comes back: the escalation and its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.i18n import isolated, tr
from app.monitoring.forms import Form, Ground
from app.monitoring.notice import Notice
from app.monitoring.parts import Area, GradePick, Options
from app.monitoring.told import moment
from app.monitoring.verbs import escalation
from app.ui.here import STATES
from app.ui.words import Words, say
from media.mail.policy import Part

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from app.monitoring.people import People
    from app.monitoring.ports import Monitoring, Sheet
    from storage.monitoring.records import Record

OWN = "own"


def doctors(sheet: Sheet) -> tuple[bytes, ...]:
    """Return whom an escalation may name: the service's order, then its other doctors; never who escalates."""
    named = (*sheet.ruled.policy.order, *sheet.ruled.of(Part.DOCTOR))
    return tuple(user for user in dict.fromkeys(named) if user != sheet.me)


def reachable(people: People, user: bytes) -> str:
    """`Dr Marchetti, en ligne`: with how somebody can be reached now, where that is known."""
    state = people.here(user)
    name = isolated(people.name(user))
    return tr("alertacts.sub.escalate", name=name, here=tr(f"here.{state}")) if state in STATES else name


class EscalateForm(Form):
    """To whom, in the service's order; and what the doctor is to know."""

    act = "escalate"

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground, say("alertacts.verb.escalate"), say("alertacts.escalate.go"))
        sheet, self._now_ms = ground.sheet, ground.now_ms
        self._doctors = doctors(sheet)
        choices = [(user.hex(), "") for user in self._doctors]
        self.to = Options(say("alertacts.escalate.to"), choices, many=True)
        if self._doctors:
            self.ask("to", say("alertacts.escalate.to"), self.to)
        else:
            nobody = Notice()
            self.add(nobody)
            nobody.tell("warn", "alert-triangle", say("alertacts.escalate.nobody"))
        self.passes = self.say_that("", "caption", "text_2")
        self.text = Area(say("alertacts.escalate.text"), say("alertacts.escalate.text.hint"))
        self.ask("text", say("alertacts.escalate.text"), self.text)
        order = sheet.ruled.policy.order or self._doctors[:1]
        self.to.put(tuple(user.hex() for user in order))
        self.to.changed.connect(self._number)
        self._number()
        self.finish()

    @property
    def _chosen(self) -> tuple[bytes, ...]:
        return tuple(bytes.fromhex(key) for key in self.to.value)

    def _number(self) -> None:
        """Say who is asked first, second and so on, and when it goes to the second."""
        chosen, people = self._chosen, self.ground.people
        for user, option in zip(self._doctors, self.to.options, strict=True):
            name = reachable(people, user)
            place = chosen.index(user) + 1 if user in chosen else 0
            option.say(say("alertacts.escalate.place", place=place, name=name) if place else name)
        self._say_when(chosen)

    def _say_when(self, chosen: tuple[bytes, ...]) -> None:
        words: Words = ""
        if len(chosen) > 1:
            policy = self.sheet.ruled.policy
            at = moment(self.site, self._now_ms + policy.pass_on * 60_000, self._now_ms)
            name = isolated(self.ground.people.name(chosen[1]))
            words = say("alertacts.escalate.passes", name=name, at=at)
        elif chosen:
            words = say("alertacts.escalate.last")
        self.passes.say(words)
        self.passes.setVisible(bool(str(words)))

    def tick(self, now_ms: int) -> None:
        """Follow the time at which it would go on."""
        self._now_ms = now_ms
        self._say_when(self._chosen)

    def missing(self) -> Words:
        """Return what is still to be answered."""
        return super().missing() or ("" if self._chosen else say("alertacts.missing.to"))

    def work(self, alerts: Monitoring) -> Coroutine[Any, Any, Record]:
        """Return what does it."""
        return alerts.escalate(self.alert, self._chosen, self.text.value)


class AnswerForm(Form):
    """What the doctor says: one of a few sentences by ↵, or own words."""

    act = "answer"

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground, say("alertacts.verb.answer"), say("alertacts.answer.go"))
        sheet = ground.sheet
        self._say_question(sheet)
        self._sentences = _sentences(sheet)
        choices = [(key, words) for key, words in self._sentences.items()]
        self.which = Options(
            say("alertacts.answer.suggested"), [*choices, (OWN, say("alertacts.answer.own"))]
        )
        self.which.put(choices[0][0])
        self.ask("which", say("alertacts.answer.suggested"), self.which)
        self.text = Area(say("alertacts.answer.text"), say("alertacts.answer.text.hint"))
        self.ask("text", "", self.text)
        self.text.setVisible(False)
        self.grade = GradePick(say("alertacts.answer.grade"))
        hint = say("alertacts.call.grade.hint")
        self.ask("grade", say("alertacts.answer.grade"), self.grade, hint)
        self.which.changed.connect(self._turn)
        self.finish()

    def _say_question(self, sheet: Sheet) -> None:
        asked = escalation(sheet)
        if asked is None:
            return
        at = moment(self.site, asked.at_ms, self.ground.now_ms)
        name = isolated(self.ground.people.name(asked.author))
        self.say_that(say("alertacts.answer.asks", name=name, at=at), "small", "text_2")
        if asked.text:
            self.say_that(isolated(asked.text))

    def _turn(self) -> None:
        own = self.which.value == OWN
        self.text.setVisible(own)

    def missing(self) -> Words:
        """Return what is still to be answered."""
        lacks = self.which.value == OWN and not self.text.value
        return super().missing() or (say("alertacts.missing.text") if lacks else "")

    def work(self, alerts: Monitoring) -> Coroutine[Any, Any, Record]:
        """Return what does it: the sentence as it stands on the screen is what is signed."""
        which = self.which.value
        text = self.text.value if which == OWN else str(self._sentences[which])
        return alerts.answer(self.alert, text, self.grade.value)


def _sentences(sheet: Sheet) -> dict[str, Words]:
    """Return what a doctor often says, what the service's own text says first."""
    she = sheet.item.who.sex == "F"
    found: dict[str, Words] = {}
    if sheet.protocol and sheet.version:
        found["protocol"] = say("alertacts.answer.protocol", version=sheet.version)
    found["call"] = say("alertacts.answer.call.f" if she else "alertacts.answer.call")
    found["visit"] = say("alertacts.answer.visit")
    found["seen"] = say("alertacts.answer.seen")
    return found
