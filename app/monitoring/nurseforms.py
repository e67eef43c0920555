"""What a nurse does and writes down: a call, advice, the closure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.monitoring.forms import Form, Ground
from app.monitoring.notice import Notice
from app.monitoring.parts import Area, GradePick, Options
from app.monitoring.verbs import waits_for_second
from app.ui.buttons import Button
from app.ui.choices import Segmented
from app.ui.panes import Field
from app.ui.words import Words, say
from media.mail.steps import MAX_MINUTES
from storage.monitoring.records import NO_GRADE, OWN_REASON

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from app.monitoring.ports import Monitoring, Sheet
    from media.mail.policy import Protocol
    from storage.monitoring.records import Record


class Reached(Segmented):
    """Whether somebody answered the telephone: "yes" or "no"."""

    def __init__(self, *, she: bool) -> None:
        yes = say("alertacts.call.reached.yes.f" if she else "alertacts.call.reached.yes")
        super().__init__((("yes", yes, "phone"), ("no", say("alertacts.call.reached.no"), "phone-off")))
        self.setAccessibleName(str(say("alertacts.call.reached")))
        self.choose("yes")

    @property
    def value(self) -> str:
        """What is chosen."""
        return self.choice

    def put(self, value: str) -> None:
        """Choose it."""
        self.choose(value)


class Minutes(Field):
    """A number of minutes, or nothing."""

    def __init__(self) -> None:
        super().__init__(say("alertacts.call.minutes"))
        self.setMaxLength(4)

    @property
    def value(self) -> str:
        """What is typed."""
        return self.text().strip()

    def put(self, value: str) -> None:
        """Let *value* stand there."""
        self.setText(value)

    @property
    def minutes(self) -> int | None:
        """The number, 0 for nothing, None for what is none."""
        told = self.value or "0"
        if not (told.isascii() and told.isdigit()) or int(told) > MAX_MINUTES:
            return None
        return int(told)


class CallForm(Form):
    """Reached or not, how long, what was said, the grade as it was found on the telephone."""

    act = "call"

    def __init__(self, ground: Ground) -> None:
        she = ground.sheet.item.who.sex == "F"
        title = say("alertacts.verb.call.f" if she else "alertacts.verb.call")
        super().__init__(ground, title, say("alertacts.call.go"))
        self.reached = Reached(she=she)
        self.ask("reached", "", self.reached)
        self.text = Area(say("alertacts.call.text"), say("alertacts.call.text.hint"))
        self.ask("text", say("alertacts.call.text"), self.text)
        self.minutes = Minutes()
        self.ask("minutes", say("alertacts.call.minutes"), self.minutes)
        self.grade = GradePick(say("alertacts.call.grade"))
        hint = say("alertacts.call.grade.hint")
        self.ask("grade", say("alertacts.call.grade"), self.grade, hint)
        self.reached.chosen.connect(self._turn)
        self.finish()

    def enter(self) -> None:
        """Begin with the notes: most people are reached."""
        self.text.setFocus()

    def load(self, draft: dict[str, Any]) -> None:
        """Answer as a draft does."""
        super().load(draft)
        self._turn()

    def _turn(self) -> None:
        """Ask for no grade where nobody was reached."""
        self.grade.setEnabled(self.reached.value == "yes")
        if not self.grade.isEnabled():
            self.grade.put(NO_GRADE)

    def missing(self) -> Words:
        """Return what is still to be answered."""
        wrong = self.minutes.minutes is None
        self.minutes.set_wrong(wrong)
        return super().missing() or (say("alertacts.missing.minutes") if wrong else "")

    def work(self, alerts: Monitoring) -> Coroutine[Any, Any, Record]:
        """Return what does it."""
        return alerts.call(
            self.alert,
            reached=self.reached.value == "yes",
            minutes=self.minutes.minutes or 0,
            text=self.text.value,
            grade=self.grade.value,
        )


class AdviseForm(Form):
    """The service's texts for this alert, to be taken as they are or changed; what stands in the field is written down."""

    act = "advise"

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground, say("alertacts.verb.advise"), say("alertacts.advise.go"))
        self._texts = {str(at): one.text for at, one in enumerate(advice(ground.sheet))}
        self.which = Options(say("alertacts.advise.text"), list(self._texts.items()))
        version = ground.sheet.ruled.policy.number
        if self._texts:
            self.ask("which", say("alertacts.advise.texts", version=version), self.which)
        else:
            self.say_that(say("alertacts.advise.none"), "small", "text_2")
        self.text = Area(say("alertacts.advise.text"), say("alertacts.advise.text.hint"))
        self.ask("text", say("alertacts.advise.text"), self.text, say("alertacts.advise.note"))
        self.which.changed.connect(self._take)
        self.finish()

    def load(self, draft: dict[str, Any]) -> None:
        """Answer as a draft does: what was changed in the field stays."""
        super().load(draft)
        self.text.put(draft.get("text", ""))

    def _take(self) -> None:
        """Put the chosen text into the field, unless own words stand there."""
        if self.text.value in {"", *(one.strip() for one in self._texts.values())}:
            self.text.put(self._texts.get(self.which.value, ""))

    def missing(self) -> Words:
        """Return what is still to be answered."""
        return super().missing() or ("" if self.text.value else say("alertacts.missing.text"))

    def work(self, alerts: Monitoring) -> Coroutine[Any, Any, Record]:
        """Return what does it."""
        return alerts.advise(self.alert, self.text.value)


def advice(sheet: Sheet) -> tuple[Protocol, ...]:
    """Return the service's texts for the symptoms and the grade of an alert, those for the worst first."""
    codes = [one.code for one in sheet.item.symptoms]
    fitting = [
        one
        for one in sheet.ruled.policy.protocols
        if one.symptom in {"", *codes} and one.grade <= max(sheet.item.grade, 0)
    ]
    place = {code: at for at, code in enumerate(codes)}
    return tuple(sorted(fitting, key=lambda one: (place.get(one.symptom, len(codes)), -one.grade)))


class CloseForm(Form):
    """The reason, of the service's list or in own words, and the final grade; from grade 3 on it says who has to agree."""

    act = "close"

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground, say("alertacts.verb.close"), say("alertacts.close.go"))
        reasons: list[tuple[str, Words]] = [
            one for one in ground.sheet.ruled.policy.reasons if one[0] != OWN_REASON
        ]
        own = (OWN_REASON, say("alertacts.close.own"))
        self.reason = Options(say("alertacts.close.reason"), [*reasons, own])
        if reasons:
            self.ask("reason", say("alertacts.close.reason"), self.reason)
        else:
            self.reason.put(OWN_REASON)
        self.text = Area(say("alertacts.close.text"))
        self.ask("text", "" if reasons else say("alertacts.close.reason"), self.text)
        self.grade = GradePick(say("alertacts.close.grade"))
        self.ask("grade", say("alertacts.close.grade"), self.grade)
        first = Button(say("alertacts.close.escalate"), size="s", icon="arrow-up-right")
        first.clicked.connect(lambda: self.jumped.emit("escalate"))
        self.second = Notice((first,))
        self.add(self.second)
        self.reason.changed.connect(self._turn)
        self.grade.changed.connect(self._turn)
        self._turn()
        self.finish()

    def _turn(self) -> None:
        """Follow the answers: own words are asked for, a second reader is announced."""
        own = self.reason.value == OWN_REASON
        self.text.field.hint(str(say("alertacts.close.text.own" if own else "alertacts.close.text.hint")))
        waits = waits_for_second(self.sheet, self.grade.value)
        title, detail = (
            (say("alertacts.close.second"), say("alertacts.close.second.detail")) if waits else ("", "")
        )
        self.second.tell("warn", "users", title, detail)
        self.go.say(say("alertacts.close.go.second" if waits else "alertacts.close.go"))

    def renew(self, sheet: Sheet) -> None:
        """Follow the alert: an escalation may have been answered meanwhile."""
        super().renew(sheet)
        self._turn()

    def missing(self) -> Words:
        """Return what is still to be answered."""
        reason, text = self.reason.value, self.text.value
        if not reason or (reason == OWN_REASON and not text):
            return say("alertacts.missing.reason")
        return super().missing() or (say("alertacts.missing.grade") if self.grade.value == NO_GRADE else "")

    def work(self, alerts: Monitoring) -> Coroutine[Any, Any, Record]:
        """Return what does it."""
        return alerts.close(self.alert, self.reason.value, self.grade.value, self.text.value)
