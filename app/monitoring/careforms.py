"""Who has an alert and whether it is over: hand over, take over, read again, reopen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.i18n import isolated, tr
from app.monitoring.doctorforms import AnswerForm, EscalateForm, reachable
from app.monitoring.forms import Form, Ground
from app.monitoring.nurseforms import AdviseForm, CallForm, CloseForm
from app.monitoring.parts import Area, Options
from app.monitoring.told import reason
from app.monitoring.verbs import closure
from app.ui.words import Words, say
from storage.monitoring.records import OWN_REASON

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from app.monitoring.ports import Monitoring, Sheet
    from storage.monitoring.records import Record


class TakeForm(Form):
    """Taking over asks: somebody has it."""

    act = "take"

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground, say("alertacts.verb.take.over"), say("alertacts.take.over.go"))
        name = isolated(ground.people.name(ground.sheet.life.holder))
        self.say_that(say("alertacts.take.over.ask", name=name))
        self.finish()

    def work(self, alerts: Monitoring) -> Coroutine[Any, Any, Record]:
        """Return what does it."""
        return alerts.take(self.alert)


class HandForm(Form):
    """To whom of the service."""

    act = "hand"

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground, say("alertacts.verb.hand"), say("alertacts.hand.go"))
        sheet, people = ground.sheet, ground.people
        others = [user for user, _part in sheet.ruled.policy.members if user != sheet.me]
        choices = [(user.hex(), self._called(people.of(user).calling, user)) for user in others]
        self.to = Options(say("alertacts.hand.to"), choices)
        self.ask("to", say("alertacts.hand.to"), self.to)
        self.finish()

    def _called(self, calling: str, user: bytes) -> str:
        return ", ".join(part for part in (reachable(self.ground.people, user), calling) if part)

    def missing(self) -> Words:
        """Return what is still to be answered."""
        return "" if self.to.value else say("alertacts.missing.person")

    def work(self, alerts: Monitoring) -> Coroutine[Any, Any, Record]:
        """Return what does it."""
        return alerts.hand(self.alert, bytes.fromhex(self.to.value))


class SecondForm(Form):
    """What the second reader agrees to."""

    act = "second"

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground, say("alertacts.verb.second"), say("alertacts.second.go"))
        last = closure(ground.sheet)
        self.say_that(say("alertacts.second.ask"))
        if last is not None:
            self.say_that(closed_as(ground.sheet, last), "small_strong")
            if last.text and last.reason != OWN_REASON:
                self.say_that(isolated(last.text))
        self.finish()

    def work(self, alerts: Monitoring) -> Coroutine[Any, Any, Record]:
        """Return what does it."""
        return alerts.second(self.alert)


class ReopenForm(Form):
    """Why it is open again."""

    act = "reopen"

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground, say("alertacts.verb.reopen"), say("alertacts.reopen.go"))
        self.text = Area(say("alertacts.reopen.text"), say("alertacts.reopen.text.hint"))
        self.ask("text", say("alertacts.reopen.text"), self.text)
        self.finish()

    def missing(self) -> Words:
        """Return what is still to be answered."""
        return super().missing() or ("" if self.text.value else say("alertacts.missing.text"))

    def work(self, alerts: Monitoring) -> Coroutine[Any, Any, Record]:
        """Return what does it."""
        return alerts.reopen(self.alert, self.text.value)


def closed_as(sheet: Sheet, last: Record) -> str:
    """`Résolu, grade final 1`."""
    return tr("alertacts.closure", reason=reason(sheet, last), grade=last.grade)


FORMS: dict[str, type[Any]] = {
    one.act: one
    for one in (
        EscalateForm,
        CallForm,
        AdviseForm,
        CloseForm,
        AnswerForm,
        TakeForm,
        HandForm,
        SecondForm,
        ReopenForm,
    )
}
"""What each act asks first: made of a `Ground`."""
