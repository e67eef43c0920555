"""Local rules of a service: expressions over what was answered, read by Python's own parser, of which little is let through. Pure, no Qt.

    any_grade >= 3
    any_worse >= 2
    grade(diarrhea) >= 2 and vital(8310-5) >= 38.3

`grade(s)`, `before(s)`, `worse(s)` of a symptom; `answer(s, attribute)`; `vital(LOINC)`; `any_grade`, `any_worse`. What was not told
makes every comparison false.
"""

from __future__ import annotations

import ast
import operator
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from storage.monitoring.records import NO_GRADE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from storage.monitoring.records import Questionnaire

MAX_CHARACTERS = 500
MAX_NODES = 200
MOST = 1e9
"""No answer and no number of a rule is as big: sums of them stay numbers."""
_VITAL = re.compile(r"vital\(\s*([0-9]{1,7}-[0-9])\s*\)")
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_COUNT: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
}


class RuleError(ValueError):
    """An expression says something that a rule cannot; the text names what, for its author."""


@dataclass(frozen=True)
class Rule:
    """A rule of a version: its name as the service calls it, whether it is turned on."""

    name: str
    expression: str
    on: bool = False

    def speaks(self, told: Questionnaire) -> bool:
        """Tell whether a questionnaire is an alert by this rule; one that is off or cannot be read never speaks."""
        if not self.on or told.cancelled:
            return False
        try:
            return _Reader(told).read(parse(self.expression))
        except RuleError:
            return False


STANDARD = (Rule("grade ≥ 3", "any_grade >= 3"), Rule("aggravation ≥ 2", "any_worse >= 2"))
"""The default of the trials (STAR, PRO-TECT), off until a service turns it on."""


def check(expression: str) -> None:
    """Raise RuleError where an expression cannot be a rule, whatever is answered."""
    _Reader(None).read(parse(expression))


def parse(expression: str) -> ast.expr:
    """Return the tree of an expression; raises RuleError."""
    if len(expression) > MAX_CHARACTERS:
        raise RuleError("too-long")
    try:
        tree = ast.parse(_VITAL.sub(r'vital("\1")', expression.strip()), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise RuleError("syntax") from error
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
        raise RuleError("too-long")
    return tree


def tried(expression: str, told: Iterable[Questionnaire]) -> int:
    """Return on how many of *told* a rule would have spoken; raises RuleError."""
    check(expression)
    tree = parse(expression)
    return sum(not one.cancelled and _Reader(one).read(tree) for one in told)


class _Reader:
    """Reads a tree against one questionnaire; against none, only for what it may not say."""

    def __init__(self, told: Questionnaire | None) -> None:
        self._symptoms = {one.code: one for one in told.symptoms} if told else {}
        self._vitals = {one.code: one.value for one in told.vitals} if told else {}

    def read(self, node: ast.expr) -> bool:
        """Return what a condition comes to; raises RuleError for what is none."""
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                return all(self._each(values))
            case ast.BoolOp(values=values):
                return any(self._each(values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return not self.read(operand)
            case ast.Compare():
                return self._compare(node)
        raise RuleError("comparison")

    def _compare(self, node: ast.Compare) -> bool:
        sides = [self._number(one) for one in (node.left, *node.comparators)]
        if any(type(op) not in _COMPARE for op in node.ops):
            raise RuleError("comparison")
        if any(one is None for one in sides):
            return False
        pairs = zip(sides, node.ops, sides[1:], strict=False)
        return all(_COMPARE[type(op)](one, other) for one, op, other in pairs)

    def _each(self, nodes: Iterable[ast.expr]) -> list[bool]:
        """Read all of *nodes*: one that a rule may not say is found wherever it stands."""
        return [self.read(one) for one in nodes]

    def _number(self, node: ast.expr) -> float | None:
        match node:
            case ast.Constant(value=int() | float() as value) if (
                type(value) is not bool and abs(value) < MOST
            ):
                return value
            case ast.Name(id="any_grade"):
                return max(
                    (one.grade for one in self._symptoms.values() if one.grade != NO_GRADE), default=None
                )
            case ast.Name(id="any_worse"):
                changes = [change for code in self._symptoms if (change := self._worse(code)) is not None]
                return max(changes, default=None)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                return self._call(name, [_word(one) for one in args])
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _COUNT:
                one, other = self._number(left), self._number(right)
                return None if one is None or other is None else _COUNT[type(op)](one, other)
        raise RuleError("word")

    def _call(self, name: str, words: list[str]) -> float | None:
        match name, words:
            case "grade", [symptom]:
                return self._grade(symptom, "grade")
            case "before", [symptom]:
                return self._grade(symptom, "before")
            case "worse", [symptom]:
                return self._worse(symptom)
            case "answer", [symptom, attribute]:
                one = self._symptoms.get(symptom)
                return _float(dict(one.answers).get(attribute, "")) if one else None
            case "vital", [code]:
                return _float(self._vitals.get(code, ""))
        raise RuleError("function")

    def _grade(self, symptom: str, which: str) -> int | None:
        one = self._symptoms.get(symptom)
        grade = getattr(one, which) if one else NO_GRADE
        return None if grade == NO_GRADE else grade

    def _worse(self, symptom: str) -> int | None:
        """Return by how much it got worse; what had no grade before was not there."""
        now, before = self._grade(symptom, "grade"), self._grade(symptom, "before")
        return None if now is None else now - (before or 0)


def _word(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Constant(value=str() as text):
            return text
    raise RuleError("word")


def _float(text: str) -> float | None:
    try:
        found = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return found if abs(found) < MOST else None
