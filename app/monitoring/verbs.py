"""What can be done about an alert: keys, icons, what stands first, what can be begun as it stands. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.monitoring.ports import Cause
from media.mail.policy import Part
from storage.monitoring.records import NO_GRADE, SEVERE, Phase, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.monitoring.ports import Sheet
    from storage.monitoring.records import Record


@dataclass(frozen=True)
class Verb:
    """One act; its words are `alertacts.verb.<key>`. `letter`: the key that begins it, where no field has the focus."""

    key: str
    icon: str
    letter: str


VERBS = {
    one.key: one
    for one in (
        Verb("escalate", "arrow-up-right", "E"),
        Verb("call", "phone", "A"),
        Verb("advise", "message-2", "C"),
        Verb("close", "circle-check", "X"),
        Verb("answer", "arrow-back-up", "D"),
        Verb("remind", "bell", "R"),
        Verb("take", "user", "P"),
        Verb("hand", "arrows-left-right", "H"),
        Verb("second", "checks", "V"),
        Verb("reopen", "refresh", "O"),
    )
}
MAIN = ("escalate", "call", "advise", "close")
"""Always there while an alert is open."""


def ordered(sheet: Sheet) -> tuple[str, ...]:
    """Return what stands in the panel's big buttons, the suggested one first; nothing for an alert that is closed."""
    if sheet.life.phase is Phase.CLOSED:
        return ()
    more = tuple(one for one in ("answer", "remind") if able(one, sheet))
    first = sheet.suggested if sheet.suggested in {*MAIN, *more} else (*more, *MAIN)[0]
    first = "remind" if "remind" in more else first
    return (first, *(one for one in (*more, *MAIN) if one != first))


def belongs(sheet: Sheet) -> bool:
    """Tell whether what this user does about the alert counts: a member of its service, and anybody where nobody is one yet."""
    members = sheet.ruled.members
    return not members or sheet.me in members


def able(act: str, sheet: Sheet) -> bool:
    """Tell whether *act* can be begun as the alert stands, by who works here."""
    if not belongs(sheet):
        return False
    rule = _ABLE.get(act)
    return rule(sheet) if rule is not None else sheet.life.phase is not Phase.CLOSED


def closure(sheet: Sheet) -> Record | None:
    """Return the closure that holds, or waits for its second reader."""
    told = (row.record for row in reversed(sheet.life.rows) if row.void is None)
    return next((one for one in told if one.step is Step.CLOSE), None)


def escalation(sheet: Sheet) -> Record | None:
    """Return the escalation that waits for an answer; what passed on from one that never came stands for it."""
    if sheet.life.phase is not Phase.ESCALATED:
        return None
    told = [row.record for row in reversed(sheet.life.rows) if row.void is None]
    found = [one for one in told if one.step is Step.ESCALATE]
    return next((one for one in found if not one.about), next(iter(found), None))


def next_asked(sheet: Sheet) -> tuple[bytes, int] | None:
    """Return to whom an escalation passes on next and when, None where it passes on to nobody more."""
    first, told = escalation(sheet), len(sheet.life.asked)
    if first is None or sheet.life.waits != first.id or told >= len(first.to):
        return None
    return first.to[told], first.at_ms + (first.until_ms - first.at_ms) * told


def called_ms(sheet: Sheet) -> int:
    """Return when somebody called last, 0 where nobody did."""
    rows = (row.record for row in sheet.life.rows if row.void is None)
    return max((one.at_ms for one in rows if one.step is Step.CALL), default=0)


def waits_for_second(sheet: Sheet, grade: int) -> bool:
    """Tell whether a closure with the final *grade* would wait for a second reader."""
    told = sheet.questionnaire.grade if sheet.questionnaire is not None else NO_GRADE
    return max(grade, sheet.item.grade, told, sheet.life.grade) >= SEVERE and not sheet.life.answered


def asks_first(act: str, sheet: Sheet) -> bool:
    """Tell whether *act* asks something before it is done: all do but taking what nobody has, and reminding."""
    if act == "take":
        return bool(sheet.life.holder)
    return act != "remind"


def _can_take(sheet: Sheet) -> bool:
    mine = sheet.life.holder == sheet.me and not sheet.life.rivals
    return sheet.life.phase is not Phase.CLOSED and not mine


def _can_hand(sheet: Sheet) -> bool:
    about_me = sheet.me == sheet.life.holder or sheet.me in sheet.life.rivals
    others = sheet.ruled.members - {sheet.me}
    return sheet.life.phase is not Phase.CLOSED and about_me and bool(others)


def _can_answer(sheet: Sheet) -> bool:
    waits = sheet.life.phase is Phase.ESCALATED
    return waits and (sheet.me in sheet.life.escalated_to or sheet.me in sheet.ruled.of(Part.DOCTOR))


def _can_second(sheet: Sheet) -> bool:
    last = closure(sheet)
    return sheet.life.phase is Phase.CLOSING and last is not None and last.author != sheet.me


def _can_reopen(sheet: Sheet) -> bool:
    return sheet.life.phase in {Phase.CLOSED, Phase.CLOSING}


def _can_remind(sheet: Sheet) -> bool:
    return sheet.item.cause is Cause.SILENCE and sheet.life.phase is not Phase.CLOSED


_ABLE: dict[str, Callable[[Sheet], bool]] = {
    "take": _can_take,
    "hand": _can_hand,
    "answer": _can_answer,
    "second": _can_second,
    "reopen": _can_reopen,
    "remind": _can_remind,
}
